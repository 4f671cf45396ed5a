# From an account to itself
#
# That moves nothing and is surely a mistake. It is refused at the door, before the books are asked, so the
# id is still free for the payment that was meant.

open alice EUR  => completed
open bob EUR  => completed
deposit alice 10.00 EUR  => completed

pay-1: transfer alice -> alice 5.00 EUR  => refused same_account at $.creditor_account
balance alice 10.00 EUR
pay-1: transfer alice -> bob 5.00 EUR  => completed
balance alice 5.00 EUR
balance bob 5.00 EUR
