#!/usr/bin/env bash
# Opens two accounts, pays money in and transfers some of it, with kcat: payments.sh BOOTSTRAP PREFIX
set -euo pipefail

bootstrap=$1 alice=$2-alice bob=$2-bob

# Results from somewhat before now: no clock agrees with another exactly, and nothing may be missed. -u: each at
# once. kcat reads committed records alone; an older one needs -X isolation.level=read_committed for that.
exec 3< <(exec kcat -C -q -u -b "$bootstrap" -t payments.results -o "s@$((($(date +%s) - 60) * 1000))" -f '%k %s\n')
follower=$!
trap 'kill "$follower"' EXIT

# submit ACCOUNT COMMAND-ID JSON: sends the command and waits for its result. The key is the account that the
# command is about; of a transfer, the one that pays. Sent again under the same id, it is not carried out again.
submit() {
  local account=$1 id=$2 json=$3 key result
  # Keys must lie where a Java client puts them: librdkafka's own default is another hash. Retries make no second
  # record.
  printf '%s\n' "$json" | kcat -P -b "$bootstrap" -t payments.commands -k "$account" \
    -X partitioner=murmur2_random \
    -X enable.idempotence=true
  while read -r -t 60 -u 3 key result; do
    # A result is written one way: without white space, an id as it came.
    if [ "$key" = "$account" ] && [[ $result == *'"command_id":"'"$id"'"'* ]]; then
      [[ $result =~ \"status\":\"([a-z]+)\",\"code\":\"([a-z_]+)\" ]]
      echo "$id ${BASH_REMATCH[1]} ${BASH_REMATCH[2]}"
      [ "${BASH_REMATCH[1]}" = completed ] || { echo "$result" >&2; exit 1; }
      return
    fi
  done
  echo "$id: no result within 60 s; send it again under the same id" >&2
  exit 1
}

# Each is answered before the next is sent: an account must have been answered as opened before it is paid into.
submit "$alice" o-1 '{"type":"open_account","command_id":"o-1","account":"'"$alice"'","currency":"EUR"}'
submit "$bob" o-2 '{"type":"open_account","command_id":"o-2","account":"'"$bob"'","currency":"EUR"}'
submit "$alice" d-1 '{"type":"deposit","command_id":"d-1","account":"'"$alice"'","amount":10000,"currency":"EUR"}'
submit "$alice" t-1 '{"type":"transfer","command_id":"t-1","debtor_account":"'"$alice"'","creditor_account":"'"$bob"'","amount":1250,"currency":"EUR","reference":"invoice 7"}'
