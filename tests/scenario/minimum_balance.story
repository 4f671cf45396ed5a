# A minimum balance
#
# A deposit account must keep 100.00. What is available is what lies above that.

open savings EUR min 100.00  => completed

# With nothing on it the account is below its minimum already: available is negative, and that is no error.
balance savings 0.00 EUR, available -100.00
withdraw savings 0.01 EUR  => rejected insufficient_funds

deposit savings 130.00 EUR  => completed
balance savings 130.00 EUR, available 30.00
withdraw savings 30.01 EUR  => rejected insufficient_funds
withdraw savings 30.00 EUR  => completed
balance savings 100.00 EUR, available 0.00

# The bank gives up the minimum, and the rest can go.
update savings EUR min 0.00  => completed
withdraw savings 100.00 EUR  => completed
balance savings 0.00 EUR, available 0.00
