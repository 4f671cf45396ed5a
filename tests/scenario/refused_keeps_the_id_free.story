# A refusal does not use up the id
#
# What is not a valid command is refused at the door, before it is written into the books. The sender corrects it and
# sends it under the same id.

open alice EUR  => completed

{"type":"deposit","command_id":"d-1","account":"alice","amount":12.5,"currency":"EUR"}
  => refused number_not_integer at $.amount
{"type":"deposit","command_id":"d-1","account":"alice","amount":"1250","currency":"EUR"}
  => refused wrong_field_type at $.amount
{"type":"deposit","command_id":"d-1","account":"alice","amount":1250,"currency":"EURO"}
  => refused unknown_currency at $.currency
{"type":"deposit","command_id":"d-1","account":"alice","amount":1250}
  => refused missing_field at $.currency
{"type":"deposit","command_id":"d-1","account":"alice","amount":-1250,"currency":"EUR"}
  => refused amount_must_be_positive at $.amount
{"type":"pay_in","command_id":"d-1","account":"alice","amount":1250,"currency":"EUR"}
  => refused unknown_type at $.type
balance alice 0.00 EUR

{"type":"deposit","command_id":"d-1","account":"alice","amount":1250,"currency":"EUR"}
  => completed
balance alice 12.50 EUR
