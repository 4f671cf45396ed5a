# The wrong currency
#
# An account has one currency, and nothing is converted. Whose account does not fit decides the code.

open alice EUR  => completed
open bob USD  => completed
open dave USD  => completed
deposit alice 100.00 EUR  => completed
deposit bob 100.00 USD  => completed

# Alice has no dollars to send, whatever Bob has.
transfer alice -> bob 10.00 USD  => rejected currency_mismatch
deposit alice 10.00 USD  => rejected currency_mismatch
withdraw alice 10.00 USD  => rejected currency_mismatch

# Alice has euros, but Bob cannot hold them. They come back.
partition alice 1
partition bob 2
transfer alice -> bob 10.00 EUR  => rejected creditor_currency_mismatch, with alice 100.00 EUR

# Within a currency all is well.
transfer bob -> dave 10.00 USD  => completed
balance alice 100.00 EUR
balance bob 90.00 USD
balance dave 10.00 USD
