# Salary day
#
# An employer pays Alice her salary. She pays her rent, puts something aside and takes out some cash.
# All of it goes through, since nothing is spent before it is there.

open employer EUR  => completed
open alice EUR  => completed
open landlord EUR  => completed
open savings:anna EUR  => completed

# The employer's account is filled from outside: a deposit.
deposit employer 10000.00 EUR  => completed

salary-11: transfer employer -> alice 3200.00 EUR ref "salary November"  => completed
rent-11: transfer alice -> landlord 1150.00 EUR ref "rent November"  => completed
save-11: transfer alice -> savings:anna 500.00 EUR  => completed
cash-1: withdraw alice 80.00 EUR ref "cash machine"  => completed

# 3200.00 - 1150.00 - 500.00 - 80.00
balance alice 1470.00 EUR
balance employer 6800.00 EUR
balance landlord 1150.00 EUR
balance savings:anna 500.00 EUR
