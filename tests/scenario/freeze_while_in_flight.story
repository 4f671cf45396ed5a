# Frozen while the money is on the way back
#
# Alice pays someone who does not exist, and her account is frozen before the money is back. A return is
# never refused: it is her own money. The freeze stays.

open alice EUR  => completed
deposit alice 40.00 EUR  => completed
partition alice 1
partition ghost 3

at once
  pay-1: transfer alice -> ghost 40.00 EUR  => rejected creditor_not_found
  stop-1: freeze alice both "account taken over"  => completed
end
balance alice 40.00 EUR, frozen both
