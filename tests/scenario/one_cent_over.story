# One cent over
#
# Alice has 50.00 and wants to pay 50.01. The whole payment is rejected: nothing is paid in part, and
# nobody's balance moves. Without the cent it goes through.

open alice EUR  => completed
open shop EUR  => completed
deposit alice 50.00 EUR  => completed

pay-1: transfer alice -> shop 50.01 EUR  => rejected insufficient_funds
balance alice 50.00 EUR, available 50.00
balance shop 0.00 EUR

pay-2: transfer alice -> shop 50.00 EUR  => completed
balance alice 0.00 EUR, available 0.00
balance shop 50.00 EUR
