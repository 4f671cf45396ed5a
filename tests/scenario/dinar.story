# Currencies with three decimals
#
# A dinar of Bahrain or of Kuwait has 1000 fils, so 1.250 KWD is one dinar and 250 fils.

open noor KWD  => completed
open fatima KWD  => completed
deposit noor 1.250 KWD  => completed
transfer noor -> fatima 1.251 KWD  => rejected insufficient_funds
transfer noor -> fatima 0.001 KWD  => completed
balance noor 1.249 KWD
balance fatima 0.001 KWD

# Another dinar is another currency.
open bank BHD  => completed
deposit bank 10.000 KWD  => rejected currency_mismatch
deposit bank 10.000 BHD  => completed
transfer noor -> bank 1.000 KWD  => rejected creditor_currency_mismatch
balance bank 10.000 BHD
balance noor 1.249 KWD

# In JSON: 1250 fils are 1.250 KWD, and not 12.50.
{"type":"deposit","command_id":"d-1","account":"noor","amount":1250,"currency":"KWD"}  => completed
balance noor 2.499 KWD
