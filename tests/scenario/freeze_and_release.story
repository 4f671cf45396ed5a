# Frozen in both directions, and released one by one

open alice EUR  => completed
open bob EUR  => completed
deposit alice 100.00 EUR  => completed
deposit bob 100.00 EUR  => completed

# There is no third direction.
freeze alice everything "court order 77"  => refused invalid_field_value at $.scope
freeze alice both "court order 77"  => completed
balance alice 100.00 EUR, frozen both
transfer alice -> bob 10.00 EUR  => rejected debits_frozen
transfer bob -> alice 10.00 EUR  => rejected creditor_credits_frozen

# One direction is released; the other stays frozen.
unfreeze alice credits "court order 78"  => completed
balance alice 100.00 EUR, frozen debits
transfer bob -> alice 10.00 EUR  => completed
transfer alice -> bob 10.00 EUR  => rejected debits_frozen

# Releasing what is not frozen changes nothing, and is no error.
unfreeze alice both "court order 79"  => completed
unfreeze alice both "court order 79, once more"  => completed
transfer alice -> bob 10.00 EUR  => completed
balance alice 100.00 EUR
balance bob 100.00 EUR
