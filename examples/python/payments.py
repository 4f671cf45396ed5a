#!/usr/bin/env python3
"""Opens two accounts, pays money in and transfers some of it, with confluent-kafka.

    payments.py BOOTSTRAP PREFIX

needs python3-confluent-kafka (Debian) or confluent-kafka (PyPI).
"""

import json
import sys
import time

import confluent_kafka

COMMANDS, RESULTS = "payments.commands", "payments.results"
ANSWER_SECONDS = 60


class Payments:
    def __init__(self, bootstrap):
        self.producer = confluent_kafka.Producer({
            "bootstrap.servers": bootstrap,
            # Keys must lie where a Java client puts them. librdkafka's own default is another hash.
            "partitioner": "murmur2_random",
            # Retries of the client make no second record, and keep the order.
            "enable.idempotence": True,
        })
        self.consumer = confluent_kafka.Consumer({
            "bootstrap.servers": bootstrap,
            # Results of transactions that were aborted are none.
            "isolation.level": "read_committed",
            # Required by the library. Nobody joins the group: partitions are assigned below.
            "group.id": "example-python",
            "enable.auto.commit": False,
        })
        # The end of the results, before the first command is sent: nothing is missed, nothing old is read.
        partitions = self.consumer.list_topics(RESULTS, timeout=10).topics[RESULTS].partitions
        topic_partitions = [confluent_kafka.TopicPartition(RESULTS, p) for p in partitions]
        for partition in topic_partitions:
            partition.offset = self.consumer.get_watermark_offsets(partition, timeout=10)[1]
        self.consumer.assign(topic_partitions)

    def submit(self, command):
        """Sends the command and waits for its result. Sent again under the same id, it is not carried out again."""
        account = command.get("debtor_account") or command["account"]
        # The key is the account that the command is about; of a transfer, the one that pays.
        self.producer.produce(COMMANDS, key=account, value=json.dumps(command), on_delivery=raise_error)
        self.producer.flush(ANSWER_SECONDS)
        return self.result_of(account, command["command_id"])

    def result_of(self, account, command_id):
        deadline = time.monotonic() + ANSWER_SECONDS
        while time.monotonic() < deadline:
            message = self.consumer.poll(0.5)
            if message is None:
                continue
            if message.error():
                raise confluent_kafka.KafkaException(message.error())
            result = json.loads(message.value())
            # An id is unique within its account.
            if (result["account"], result["command_id"]) == (account, command_id):
                return result
        raise TimeoutError(f"{command_id}: no result within {ANSWER_SECONDS} s; send it again under the same id")


def raise_error(error, _message):
    if error:
        raise confluent_kafka.KafkaException(error)


def main():
    bootstrap, prefix = sys.argv[1:]
    alice, bob = f"{prefix}-alice", f"{prefix}-bob"
    payments = Payments(bootstrap)
    # Each is answered before the next is sent: an account must have been answered as opened before it is paid into.
    for command in (
            {"type": "open_account", "command_id": "o-1", "account": alice, "currency": "EUR"},
            {"type": "open_account", "command_id": "o-2", "account": bob, "currency": "EUR"},
            {"type": "deposit", "command_id": "d-1", "account": alice, "amount": 10000, "currency": "EUR"},
            {"type": "transfer", "command_id": "t-1", "debtor_account": alice, "creditor_account": bob,
             "amount": 1250, "currency": "EUR", "reference": "invoice 7"}):
        result = payments.submit(command)
        print(result["command_id"], result["status"], result["code"])
        if result["status"] != "completed":
            sys.exit(result["message"])


if __name__ == "__main__":
    main()
