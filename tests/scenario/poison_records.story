# Records that nobody can read
#
# Whatever a producer writes, payments go on. A record without a readable command id and account becomes a dead
# letter, with its exact bytes and the reason; nobody can be answered, since nobody knows whom.

open alice EUR  => completed

# A line that was cut off.
raw: {"type":"deposit","command_id":"d-1","acc  => dead letter invalid_json
# Not a command at all.
raw: hello  => dead letter invalid_json
raw: [1,2,3]  => dead letter invalid_json
# Bytes that are no text.
raw hex: 22fffe22  => dead letter invalid_utf8
# Nobody to answer.
raw: {"type":"deposit","account":"alice","amount":100,"currency":"EUR"}  => dead letter unreadable_command_id at $.command_id
raw: {"type":"deposit","command_id":"d-2","amount":100,"currency":"EUR"}  => dead letter unreadable_account at $.account
# Larger than 64 KiB.
raw padded to 65537: {"type":"close_account","command_id":"c-1","account":"alice"}  => dead letter body_too_large
# Nested more deeply than any command.
raw: {"command_id":"n-1","account":"alice","metadata":{"a":[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]}}  => dead letter nesting_too_deep

# Alice's account is as it was, and works.
deposit alice 1.00 EUR  => completed
balance alice 1.00 EUR
