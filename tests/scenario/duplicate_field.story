# A field that stands twice
#
# Which amount did the sender mean? Some readers take the first, some the last, so paylog takes neither.

open alice EUR  => completed
{"type":"deposit","command_id":"d-1","account":"alice","amount":100,"amount":99900,"currency":"EUR"}
  => refused duplicate_field at $.amount

# Nor does it guess what an unknown field may mean.
{"type":"deposit","command_id":"d-1","account":"alice","amount":100,"currency":"EUR","amuont":5}
  => refused unknown_field at $.amuont
balance alice 0.00 EUR
