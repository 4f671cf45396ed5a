# The same id for another payment
#
# An id belongs to what was sent with it first. Another amount, another creditor or another kind of command
# under it is a mistake of the sender, and is answered as one; the first payment stands.

open alice EUR  => completed
open bob EUR  => completed
deposit alice 100.00 EUR  => completed
inv-7: transfer alice -> bob 60.00 EUR  => completed

inv-7: transfer alice -> bob 60.01 EUR  => rejected idempotency_conflict
inv-7: transfer alice -> carol 60.00 EUR  => rejected idempotency_conflict
inv-7: transfer alice -> bob 60.00 EUR ref "invoice 7"  => rejected idempotency_conflict
inv-7: withdraw alice 60.00 EUR  => rejected idempotency_conflict

# The same body in another spelling is the same body.
{"currency":"EUR", "amount":6000, "creditor_account":"bob", "debtor_account":"alice", "command_id":"inv-7", "type":"transfer"}
  => completed, duplicate

balance alice 40.00 EUR
balance bob 60.00 EUR
