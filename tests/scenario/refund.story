# A refund
#
# Nothing in the books is ever taken back: a refund is a payment in the other direction, with an id of its own.
# A refund that is sent twice is paid once. A shop without money cannot refund.

open alice EUR  => completed
open shop EUR  => completed
deposit alice 60.00 EUR  => completed

order-9: transfer alice -> shop 59.90 EUR  => completed
refund-9: transfer shop -> alice 19.90 EUR ref "one of three came broken"  => completed
refund-9: transfer shop -> alice 19.90 EUR ref "one of three came broken"  => completed, duplicate
balance alice 20.00 EUR
balance shop 40.00 EUR

# The shop has paid its bills meanwhile.
withdraw shop 30.00 EUR  => completed
refund-9-all: transfer shop -> alice 40.00 EUR  => rejected insufficient_funds
balance alice 20.00 EUR
balance shop 10.00 EUR
