# A creditor that does not exist
#
# A typing error in the account. The money goes nowhere, on whichever partition the wrong name would lie.

open alice EUR  => completed
deposit alice 100.00 EUR  => completed
partition alice 1
partition nobody 1
partition alicia 0

transfer alice -> nobody 10.00 EUR  => rejected creditor_not_found, with alice 100.00 EUR
transfer alice -> alicia 10.00 EUR  => rejected creditor_not_found, with alice 100.00 EUR
balance alice 100.00 EUR, available 100.00
balance nobody no account

# Nor can anybody pay from an account that does not exist.
transfer nobody -> alice 10.00 EUR  => rejected account_not_found
deposit nobody 10.00 EUR  => rejected account_not_found
close nobody  => rejected account_not_found
