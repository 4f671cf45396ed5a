# The card's limit, hit exactly
#
# A credit card is an account with a balance of zero and an overdraft limit: what is spent stands below
# zero. The last purchase uses the limit up to the cent, and is allowed.

open card:4711 EUR overdraft 1000.00  => completed
open shop EUR  => completed
balance card:4711 0.00 EUR, available 1000.00

buy-1: transfer card:4711 -> shop 899.99 EUR  => completed
balance card:4711 -899.99 EUR, available 100.01

# Exactly what is left.
buy-2: transfer card:4711 -> shop 100.01 EUR  => completed
balance card:4711 -1000.00 EUR, available 0.00

# Now even one cent is too much.
buy-3: transfer card:4711 -> shop 0.01 EUR  => rejected insufficient_funds
balance card:4711 -1000.00 EUR, available 0.00
balance shop 1000.00 EUR
