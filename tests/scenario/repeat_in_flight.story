# The same payment, sent again before the first was answered
#
# A client sees no answer and sends the same command with the same id. The first is on its way to another
# partition. The money moves once, and both get the same answer; the later one says that it is a duplicate.

open alice EUR  => completed
open bob EUR  => completed
partition alice 1
partition bob 2
deposit alice 100.00 EUR  => completed

at once
  inv-7: transfer alice -> bob 60.00 EUR  => completed, with alice 40.00 EUR and bob 60.00 EUR
  inv-7: transfer alice -> bob 60.00 EUR  => completed, duplicate, with alice 40.00 EUR and bob 60.00 EUR
  inv-7: transfer alice -> bob 60.00 EUR  => completed, duplicate
end
balance alice 40.00 EUR
balance bob 60.00 EUR

# The same for a payment that is going to fail on the other side.
at once
  inv-8: transfer alice -> ghost 10.00 EUR  => rejected creditor_not_found
  inv-8: transfer alice -> ghost 10.00 EUR  => rejected creditor_not_found, duplicate
end
partition ghost 3
balance alice 40.00 EUR
