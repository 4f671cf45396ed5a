# A marketplace splits a payment
#
# A customer pays 100.00 to the marketplace. It keeps a fee of 12.5 %, pays the courier 4.90 and the seller the
# rest. If the seller cannot be paid, the rest stays with the marketplace until it can be.

open alice EUR  => completed
open marketplace EUR  => completed
open seller EUR  => completed
open courier EUR  => completed
open platform EUR  => completed
deposit alice 100.00 EUR  => completed

order-1: transfer alice -> marketplace 100.00 EUR meta order "1"  => completed
fee-1: transfer marketplace -> platform 12.50 EUR meta order "1"  => completed
delivery-1: transfer marketplace -> courier 4.90 EUR meta order "1"  => completed

# The seller's account is frozen for a day.
freeze seller credits "papers are missing"  => completed
payout-1: transfer marketplace -> seller 82.60 EUR meta order "1"  => rejected creditor_credits_frozen
balance marketplace 82.60 EUR
unfreeze seller credits "papers are there"  => completed
payout-1-b: transfer marketplace -> seller 82.60 EUR meta order "1"  => completed

balance alice 0.00 EUR
balance marketplace 0.00 EUR
balance platform 12.50 EUR
balance courier 4.90 EUR
balance seller 82.60 EUR
