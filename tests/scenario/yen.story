# A currency without decimals
#
# A yen has no smaller part, so 1250 JPY is one thousand two hundred and fifty yen.

open yuki JPY  => completed
open tokyo JPY overdraft 500  => completed
deposit yuki 1250 JPY  => completed
transfer yuki -> tokyo 1251 JPY  => rejected insufficient_funds
transfer yuki -> tokyo 1250 JPY  => completed
balance yuki 0 JPY, available 0
balance tokyo 1250 JPY, available 1750

# In a command's JSON amounts are whole numbers of the smallest part, here of yen.
{"type":"withdraw","command_id":"w-1","account":"tokyo","amount":1,"currency":"JPY"}  => completed
balance tokyo 1249 JPY
