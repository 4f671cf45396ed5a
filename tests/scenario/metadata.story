# Metadata and references
#
# Both travel with a payment and change nothing about it, but they belong to it: with another order number it is
# another payment. The order in which metadata is written does not matter.

open alice EUR  => completed
open shop EUR  => completed
deposit alice 100.00 EUR  => completed

pay-1: transfer alice -> shop 10.00 EUR ref "Bestellung 17, für Zoë" meta order "17" meta till "3"  => completed
pay-1: transfer alice -> shop 10.00 EUR ref "Bestellung 17, für Zoë" meta till "3" meta order "17"  => completed, duplicate
pay-1: transfer alice -> shop 10.00 EUR ref "Bestellung 17, für Zoë" meta order "18" meta till "3"  => rejected idempotency_conflict

# Metadata is text only.
{"type":"transfer","command_id":"pay-2","debtor_account":"alice","creditor_account":"shop","amount":100,"currency":"EUR","metadata":{"order":18}}
  => refused wrong_field_type at $.metadata.order
# A name of more than 40 characters.
pay-3: transfer alice -> shop 1.00 EUR meta a2345678901234567890123456789012345678901 "x"  => refused metadata_too_large

balance alice 90.00 EUR
balance shop 10.00 EUR
