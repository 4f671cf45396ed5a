# The system's own accounts
#
# Money enters and leaves the books through accounts that begin with $. No command may name one: neither take from
# where money comes, nor put something there.

open alice EUR  => completed
deposit alice 10.00 EUR  => completed

transfer alice -> $external:EUR 5.00 EUR  => refused reserved_account at $.creditor_account
transfer alice -> $transit:EUR 5.00 EUR  => refused reserved_account at $.creditor_account

# Where it would be the account that is answered, there is nobody to answer: a dead letter.
transfer $external:EUR -> alice 5.00 EUR  => dead letter unreadable_account at $.debtor_account
open $alice EUR  => dead letter unreadable_account at $.account
balance alice 10.00 EUR
