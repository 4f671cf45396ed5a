# The same payment, sent again long after
#
# Ids never expire. A repeat gets the first answer, with the balances as they were then, whatever has
# happened since.

open alice EUR  => completed
open bob EUR  => completed
deposit alice 100.00 EUR  => completed
inv-7: transfer alice -> bob 60.00 EUR  => completed, with alice 40.00 EUR and bob 60.00 EUR

withdraw bob 60.00 EUR  => completed
deposit alice 5.00 EUR  => completed
close bob  => completed

inv-7: transfer alice -> bob 60.00 EUR  => completed, duplicate, with alice 40.00 EUR and bob 60.00 EUR
balance alice 45.00 EUR
balance bob 0.00 EUR, closed
