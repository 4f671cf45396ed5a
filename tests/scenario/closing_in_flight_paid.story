# Closing an account while its money is on the way, and it arrives
#
# As in closing_in_flight, but Bob can be paid. Alice's account stays closed.

open alice EUR  => completed
open bob EUR  => completed
deposit alice 75.00 EUR  => completed

at once
  transfer alice -> bob 75.00 EUR  => completed
  close alice  => completed
end

balance alice 0.00 EUR, closed
balance bob 75.00 EUR
