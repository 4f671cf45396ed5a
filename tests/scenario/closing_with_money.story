# Closing an account that has money in it
#
# An account can be closed only when it is empty, so that no money is lost from sight.

open alice EUR  => completed
open bob EUR  => completed
deposit alice 0.01 EUR  => completed

close alice  => rejected balance_not_zero
balance alice 0.01 EUR

# It is emptied, and closed under a new id: the first answer was final for the first id.
transfer alice -> bob 0.01 EUR  => completed
close alice  => completed
balance alice 0.00 EUR, closed
