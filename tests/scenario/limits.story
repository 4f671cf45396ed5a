# Limits that are changed
#
# An overdraft and a minimum balance exclude each other. A limit may be lowered below what is used already: nothing
# happens to the balance, but nothing more goes out until there is room again.

open alice EUR overdraft 100.00 min 50.00  => refused conflicting_limits
open alice EUR overdraft 100.00  => completed
update alice EUR min 50.00  => rejected conflicting_limits
withdraw alice 80.00 EUR  => completed

update alice EUR overdraft 30.00  => completed
balance alice -80.00 EUR, available -50.00
withdraw alice 0.01 EUR  => rejected insufficient_funds
deposit alice 60.00 EUR  => completed
balance alice -20.00 EUR, available 10.00
withdraw alice 10.00 EUR  => completed
balance alice -30.00 EUR, available 0.00

# Both in one command: that is consistent.
update alice EUR overdraft 0.00 min 5.00  => completed
balance alice -30.00 EUR, available -35.00

# An update that changes nothing is a mistake.
update alice EUR  => refused nothing_to_update
