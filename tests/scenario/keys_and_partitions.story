# A producer with the wrong key
#
# The order of an account's commands is kept because all of them lie on one partition, the one that the record's key
# chooses. A record with another key, or elsewhere, is refused; the message tells the producer what to set right.

open alice EUR  => completed
partition alice 1

raw no key on 1: {"type":"deposit","command_id":"d-1","account":"alice","amount":100,"currency":"EUR"}
  => refused key_missing
raw key bob on 2: {"type":"deposit","command_id":"d-1","account":"alice","amount":100,"currency":"EUR"}
  => refused key_not_account
raw key alice on 3: {"type":"deposit","command_id":"d-1","account":"alice","amount":100,"currency":"EUR"}
  => refused wrong_partition
balance alice 0.00 EUR

# As it should be; the id was not used up.
raw key alice on 1: {"type":"deposit","command_id":"d-1","account":"alice","amount":100,"currency":"EUR"}
  => completed
balance alice 1.00 EUR
