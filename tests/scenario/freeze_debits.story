# Frozen for debits: a card reported stolen
#
# Nothing goes out any more, but money still comes in.

open alice EUR  => completed
open shop EUR  => completed
deposit alice 100.00 EUR  => completed
freeze alice debits "card reported stolen"  => completed

transfer alice -> shop 5.00 EUR  => rejected debits_frozen
withdraw alice 5.00 EUR  => rejected debits_frozen
deposit alice 1.00 EUR  => completed
balance alice 101.00 EUR, frozen debits

unfreeze alice debits "card found"  => completed
transfer alice -> shop 5.00 EUR  => completed
balance alice 96.00 EUR
balance shop 5.00 EUR
