# Closing an account while its money is on the way
#
# Alice sends everything she has to Bob, whose account is closed, and closes her own before any answer is
# there. Her balance is zero at that moment, so the closing is right. Then the money comes back. It must go
# somewhere: a return is never refused, and opens the account again. The answer to the transfer says so.

open alice EUR  => completed
open bob EUR  => completed
partition alice 1
partition bob 2
deposit alice 75.00 EUR  => completed
close bob  => completed

at once
  all-1: transfer alice -> bob 75.00 EUR  => rejected creditor_closed, reopened alice
  bye-1: close alice  => completed
end

balance alice 75.00 EUR, available 75.00

# She can use it, and close it again when it is empty.
withdraw alice 75.00 EUR  => completed
close alice  => completed
balance alice 0.00 EUR, closed
