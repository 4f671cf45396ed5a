# A wallet: topped up, used, cashed out, closed
#
# A deposit brings money in from outside, a withdrawal takes it out. In between it moves within the books.

open wallet:anna EUR max 1000.00  => completed
open wallet:ben EUR max 1000.00  => completed
top-up-1: deposit wallet:anna 200.00 EUR ref "by card"  => completed
lunch: transfer wallet:anna -> wallet:ben 12.40 EUR ref "lunch"  => completed
balance wallet:anna 187.60 EUR
balance wallet:ben 12.40 EUR

# The top-up arrives twice; it counts once.
top-up-1: deposit wallet:anna 200.00 EUR ref "by card"  => completed, duplicate
balance wallet:anna 187.60 EUR

cash-out: withdraw wallet:anna 187.60 EUR ref "to her bank"  => completed
close wallet:anna  => completed
balance wallet:anna 0.00 EUR, closed

# Who pays her now gets the money back.
back: transfer wallet:ben -> wallet:anna 12.40 EUR  => rejected creditor_closed
balance wallet:ben 12.40 EUR
