# The creditor may hold only so much
#
# A wallet without full identification may hold 150.00 at most. A payment that would take it one cent beyond
# is refused whole, and comes back. Up to the limit is allowed.

open alice EUR  => completed
open wallet:anna EUR max 150.00  => completed
partition alice 1
partition wallet:anna 3
deposit alice 1000.00 EUR  => completed

transfer alice -> wallet:anna 100.00 EUR  => completed
transfer alice -> wallet:anna 50.01 EUR  => rejected creditor_balance_limit_exceeded, with alice 900.00 EUR
transfer alice -> wallet:anna 50.00 EUR  => completed
transfer alice -> wallet:anna 0.01 EUR  => rejected creditor_balance_limit_exceeded
deposit wallet:anna 0.01 EUR  => rejected balance_limit_exceeded
balance alice 850.00 EUR
balance wallet:anna 150.00 EUR, available 150.00

# Fully identified: the limit is raised.
update wallet:anna EUR max 10000.00  => completed
transfer alice -> wallet:anna 0.01 EUR  => completed
balance wallet:anna 150.01 EUR
