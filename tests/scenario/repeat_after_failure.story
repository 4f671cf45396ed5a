# The same payment, sent again after it failed
#
# A rejection is as final as a success. Alice had too little; now she has enough, but the old id still gets
# the old answer. Whoever wants to try again takes a new id.

open alice EUR  => completed
open bob EUR  => completed

inv-7: transfer alice -> bob 60.00 EUR  => rejected insufficient_funds
deposit alice 100.00 EUR  => completed
inv-7: transfer alice -> bob 60.00 EUR  => rejected insufficient_funds, duplicate
balance alice 100.00 EUR
balance bob 0.00 EUR

inv-7-again: transfer alice -> bob 60.00 EUR  => completed
balance alice 40.00 EUR
balance bob 60.00 EUR
