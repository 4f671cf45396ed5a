# A transfer to a closed account
#
# Carol has closed her account. Alice's transfer leaves Alice's partition and is refused on Carol's, so the
# money comes back: by the time Alice reads "rejected" she has it again.

open alice EUR  => completed
open carol EUR  => completed
partition alice 1
partition carol 2
deposit alice 100.00 EUR  => completed
close carol  => completed

pay-1: transfer alice -> carol 30.00 EUR  => rejected creditor_closed, with alice 100.00 EUR
balance alice 100.00 EUR, available 100.00
balance carol 0.00 EUR, closed

# The same where both lie on one partition: nothing has to come back, and the answer is the same.
open ivan EUR  => completed
partition ivan 1
close ivan  => completed
pay-2: transfer alice -> ivan 30.00 EUR  => rejected creditor_closed
balance alice 100.00 EUR, available 100.00

# A closed account itself can do nothing either.
withdraw carol 1.00 EUR  => rejected account_closed
deposit carol 1.00 EUR  => rejected account_closed
close carol  => rejected account_closed

# And its name is not given to anyone else.
open carol EUR  => rejected account_exists
