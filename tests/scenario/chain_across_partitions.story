# A chain across all partitions
#
# The same 40.00 go from hand to hand: 1 -> 2 -> 0 -> 3 -> 1. Each waits for the answer before the next pays,
# as people do. In the end all is where it was.

open alice EUR  => completed
open bob EUR  => completed
open erin EUR  => completed
open frank EUR  => completed
partition alice 1
partition bob 2
partition erin 0
partition frank 3
deposit alice 40.00 EUR  => completed

transfer alice -> bob 40.00 EUR  => completed
transfer bob -> erin 40.00 EUR  => completed
transfer erin -> frank 40.00 EUR  => completed
balance frank 40.00 EUR
transfer frank -> alice 40.00 EUR  => completed

balance alice 40.00 EUR
balance bob 0.00 EUR
balance erin 0.00 EUR
balance frank 0.00 EUR

# Nobody can spend what is still on its way: Bob's payment is decided before Alice's money is there.
at once
  transfer alice -> bob 40.00 EUR  => completed
  transfer bob -> erin 40.00 EUR  => rejected insufficient_funds
end
balance bob 40.00 EUR
balance erin 0.00 EUR
