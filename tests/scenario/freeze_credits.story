# Frozen for credits: where does the money come from?
#
# A shop is under investigation and may receive nothing. Whoever pays it gets the money back. The shop may
# still pay its bills.

open alice EUR  => completed
open shop EUR  => completed
open landlord EUR  => completed
deposit alice 100.00 EUR  => completed
deposit shop 500.00 EUR  => completed
freeze shop credits "investigation 12/2026"  => completed

transfer alice -> shop 20.00 EUR  => rejected creditor_credits_frozen, with alice 100.00 EUR
deposit shop 20.00 EUR  => rejected credits_frozen
transfer shop -> landlord 450.00 EUR  => completed
balance alice 100.00 EUR
balance shop 50.00 EUR, frozen credits
balance landlord 450.00 EUR

unfreeze shop credits "nothing was found"  => completed
transfer alice -> shop 20.00 EUR  => completed
balance shop 70.00 EUR
