# All accounts on one partition
#
# The same as in transfer_to_a_closed_account and repeat_in_flight, in a bank with a single partition: no money is ever
# on its way, and the answers are the same.

partitions 1

open alice EUR  => completed
open bob EUR  => completed
open carol EUR  => completed
partition alice 0
partition bob 0
deposit alice 100.00 EUR  => completed
close carol  => completed

at once
  inv-7: transfer alice -> bob 60.00 EUR  => completed
  inv-7: transfer alice -> bob 60.00 EUR  => completed, duplicate
  inv-8: transfer alice -> carol 30.00 EUR  => rejected creditor_closed
  inv-8: transfer alice -> carol 30.00 EUR  => rejected creditor_closed, duplicate
  # Here nothing is on the way, so the next one can count on the money.
  transfer bob -> alice 60.00 EUR  => completed
end
balance alice 100.00 EUR
balance bob 0.00 EUR
