# When several things are wrong
#
# Each payment below could be rejected for more than one reason. The answer is the first in the table of result
# codes, and it does not depend on where the accounts lie: all that the debtor has wrong comes before all that
# the creditor has wrong.

open alice EUR  => completed
open bob USD  => completed
freeze bob credits "checks"  => completed

# What cannot be read comes before what is not allowed: an unknown field, a fraction, and the same account.
{"type":"transfer","command_id":"p-1","debtor_account":"alice","creditor_account":"alice","amount":1.5,"currency":"EUR","x":1}
  => refused unknown_field at $.x
{"type":"transfer","command_id":"p-1","debtor_account":"alice","creditor_account":"alice","amount":1.5,"currency":"EUR"}
  => refused number_not_integer at $.amount

# No money, and no such creditor: the debtor first.
p-2: transfer alice -> nobody 1.00 EUR  => rejected insufficient_funds
# Frozen, and no money: frozen first.
freeze alice debits "checks"  => completed
p-3: transfer alice -> bob 1.00 EUR  => rejected debits_frozen
# Frozen, and the wrong currency: frozen first.
p-4: transfer alice -> bob 1.00 USD  => rejected debits_frozen
# The id comes before everything in the books.
p-4: transfer alice -> nobody 1.00 USD  => rejected idempotency_conflict

# The creditor is frozen and has another currency: frozen first.
unfreeze alice debits "done"  => completed
deposit alice 10.00 EUR  => completed
p-5: transfer alice -> bob 1.00 EUR  => rejected creditor_credits_frozen
# Closed comes before frozen.
close bob  => completed
p-6: transfer alice -> bob 1.00 EUR  => rejected creditor_closed
balance alice 10.00 EUR
