# The same id from two accounts
#
# An id is the sender's own. Alice and Bob both number their payments from 1, and neither is in the
# other's way. Ids that differ in case are different, too.

open alice EUR  => completed
open bob EUR  => completed
open shop EUR  => completed
deposit alice 10.00 EUR  => completed
deposit bob 10.00 EUR  => completed

1: transfer alice -> shop 1.00 EUR  => completed
1: transfer bob -> shop 2.00 EUR  => completed
a: transfer alice -> shop 0.10 EUR  => completed
A: transfer alice -> shop 0.10 EUR  => completed

balance alice 8.80 EUR
balance bob 8.00 EUR
balance shop 3.20 EUR
