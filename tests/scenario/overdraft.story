# An overdraft, used to the last cent and paid back
#
# Bob has 20.00 and an overdraft of 200.00, so 220.00 can be spent. Once he is in the red, money that
# comes in makes the debt smaller first.

open bob EUR overdraft 200.00  => completed
deposit bob 20.00 EUR  => completed
balance bob 20.00 EUR, available 220.00

withdraw bob 220.01 EUR  => rejected insufficient_funds
withdraw bob 220.00 EUR  => completed
balance bob -200.00 EUR, available 0.00

deposit bob 50.00 EUR  => completed
balance bob -150.00 EUR, available 50.00

# An account in the red cannot be closed, for its balance is not zero.
close bob  => rejected balance_not_zero
deposit bob 150.00 EUR  => completed
close bob  => completed
balance bob 0.00 EUR, available 200.00, closed
