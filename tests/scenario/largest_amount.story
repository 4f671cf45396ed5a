# The largest amount
#
# Amounts go up to 2^53 - 1 minor units, 90 071 992 547 409.91 EUR, for that is the largest whole number that
# every JSON reader takes exactly. No account may hold more.

open alice EUR  => completed
open bob EUR  => completed
partition alice 1
partition bob 2

# One cent more is no amount any more; it is refused at the door.
deposit alice 90071992547409.92 EUR  => refused number_out_of_range at $.amount
deposit alice 0.00 EUR  => refused amount_must_be_positive at $.amount

deposit alice 90071992547409.91 EUR  => completed
balance alice 90071992547409.91 EUR

# The account is full.
deposit alice 0.01 EUR  => rejected balance_overflow
deposit bob 0.01 EUR  => completed
transfer bob -> alice 0.01 EUR  => rejected creditor_balance_overflow, with bob 0.01 EUR

# Bob could take all but one cent of it.
transfer alice -> bob 90071992547409.91 EUR  => rejected creditor_balance_overflow
transfer alice -> bob 90071992547409.90 EUR  => completed
balance alice 0.01 EUR
balance bob 90071992547409.91 EUR
