#!/usr/bin/env python3
"""A day of payments, sent by a plain Kafka client that keeps books of its own.

    day.py pay BOOTSTRAP ACCOUNTS PAYMENTS SECONDS BOOKS
        Opens accounts, pays money in, then sends the payments, spread over the seconds; one in a hundred twice. Waits for
        every result, and writes to the file BOOKS what each account must then hold. Exit code 1 if anything is lost.
    day.py books BOOKS
        Prints that file.
    day.py wait BOOKS MILESTONE
        Waits until the day has come so far: `under-way`, or `done`.

Every run has accounts of its own.
"""

import collections
import json
import os
import pathlib
import random
import sys
import time

import confluent_kafka

COMMANDS, RESULTS = "payments.commands", "payments.results"
ANSWER_SECONDS = 300
FIRST_BALANCE = 1_000_000
# One client's outlook on a cluster that loses a broker: go on trying, in order, without repeats. `PAYLOG_KAFKA_...` of
# the environment adds to it, as with paylog's own programs.
PRODUCER = {"partitioner": "murmur2_random", "enable.idempotence": True, "linger.ms": 5, "message.timeout.ms": 0}
CONSUMER = {"isolation.level": "read_committed", "group.id": "demo", "enable.auto.commit": False}


def client_properties(bootstrap):
    prefix = "PAYLOG_KAFKA_"
    given = {name[len(prefix):].lower().replace("_", "."): value
             for name, value in os.environ.items() if name.startswith(prefix)}
    return {"bootstrap.servers": bootstrap, "log_level": 2, **given}


class Results:
    """Follows all results from now on, and keeps those of this day."""

    def __init__(self, bootstrap):
        self.consumer = confluent_kafka.Consumer({**client_properties(bootstrap), **CONSUMER})
        partitions = [confluent_kafka.TopicPartition(RESULTS, number)
                      for number in self.consumer.list_topics(RESULTS, timeout=30).topics[RESULTS].partitions]
        for partition in partitions:
            partition.offset = self.consumer.get_watermark_offsets(partition, timeout=30)[1]
        self.consumer.assign(partitions)
        self.first = {}  # Result by (account, command id), repeats aside.
        self.repeats = collections.Counter()
        self.wrong = []

    def poll(self, seconds):
        for message in self.consumer.consume(1000, seconds):
            if message.error():
                continue  # Of a broker that is away; librdkafka goes on by itself.
            result = json.loads(message.value())
            name = result["account"], result["command_id"]
            if result["duplicate"]:
                self.repeats[name] += 1
            elif name in self.first:
                self.wrong.append(f"{name} was answered twice")
            else:
                self.first[name] = result

    def wait_for(self, names, repeats=()):
        """Until all are answered; what is missing after that long is lost."""
        deadline = time.monotonic() + ANSWER_SECONDS
        missing = set(names)
        while missing or any(not self.repeats[name] for name in repeats):
            self.poll(0.2)
            missing -= self.first.keys()
            if time.monotonic() > deadline:
                break
        return missing


class Day:
    def __init__(self, bootstrap, accounts):
        self.producer = confluent_kafka.Producer({**client_properties(bootstrap), **PRODUCER})
        self.results = Results(bootstrap)
        day = f"day-{time.time_ns() // 1_000_000}"
        self.accounts = [f"{day}-{number:04}" for number in range(accounts)]
        self.random = random.Random(day)
        self.books = collections.Counter()
        self.sent = []  # (account, command id)
        self.twice = []
        self.not_sent = 0

    def send(self, kind, account, **fields):
        command = {"type": kind, "command_id": f"c-{len(self.sent)}", **fields, "currency": "EUR"}
        command["debtor_account" if kind == "transfer" else "account"] = account
        self.sent.append((account, command["command_id"]))
        self.produce(account, command)
        return command

    def produce(self, account, command):
        def delivered(error, _message):
            self.not_sent += error is not None
        while True:
            try:
                self.producer.produce(COMMANDS, key=account, value=json.dumps(command), on_delivery=delivered)
                break
            except BufferError:
                self.producer.poll(0.1)
        self.producer.poll(0)

    def open_accounts(self):
        for account in self.accounts:
            self.send("open_account", account)
        self.producer.flush()
        missing = self.results.wait_for(self.sent)
        for account in self.accounts:
            self.send("deposit", account, amount=FIRST_BALANCE)
            self.books[account] += FIRST_BALANCE
        self.producer.flush()
        return missing | self.results.wait_for(self.sent)

    def pay(self):
        """No account can run dry, so that every payment must succeed, whatever the order between partitions."""
        account, other = self.random.sample(self.accounts, 2)
        amount = self.random.randint(1, 500)
        kind = self.random.choices(["transfer", "deposit", "withdraw"], [8, 1, 1])[0]
        if kind == "transfer":
            command = self.send(kind, account, creditor_account=other, amount=amount)
            self.books[other] += amount
        else:
            command = self.send(kind, account, amount=amount)
        self.books[account] += amount if kind == "deposit" else -amount
        if self.random.random() < 0.01:
            self.produce(account, command)
            self.twice.append(self.sent[-1])


def mark(books, milestone):
    books.with_suffix("." + milestone).write_text("", encoding="utf-8")


def run_day(bootstrap, accounts, payments, seconds, books):
    for old in books.parent.iterdir():
        old.unlink()
    day = Day(bootstrap, accounts)
    missing = day.open_accounts()
    print(f"{accounts} accounts opened, each with {FIRST_BALANCE / 100:.2f} EUR")
    began = time.monotonic()
    for number in range(payments):
        if number == payments // 4:
            mark(books, "under-way")
        day.pay()
        # At an even pace, and following the results meanwhile.
        while (ahead := began + seconds * number / payments - time.monotonic()) > 0:
            day.results.poll(min(ahead, 0.05))
    day.producer.flush()
    print(f"{payments} payments sent in {time.monotonic() - began:.0f} s, {len(day.twice)} of them twice")
    missing |= day.results.wait_for(day.sent, day.twice)
    print(f"all is quiet {time.monotonic() - began:.0f} s after the first payment")
    books.write_text("".join(f"{account},{day.books[account]}\n" for account in day.accounts), encoding="utf-8")
    mark(books, "done")
    return report(day, missing)


def report(day, missing):
    outcomes = collections.Counter(result["status"] for result in day.results.first.values())
    unanswered_repeats = sum(not day.results.repeats[name] for name in day.twice)
    print(f"  {'commands sent':28} {len(day.sent):7}")
    for status, count in outcomes.items():
        print(f"  {status:28} {count:7}")
    print(f"  {'sent twice, carried out once':28} {sum(day.results.repeats.values()):7}")
    faults = {"not taken by the brokers": day.not_sent, "without a result": len(missing),
              "answered twice": len(day.results.wrong), "repeats without an answer": unanswered_repeats,
              "not completed": sum(outcomes.values()) - outcomes["completed"]}
    for fault, count in faults.items():
        if count:
            print(f"  LOST: {fault}: {count}")
    return 1 if any(faults.values()) else 0


def wait_for_milestone(books, milestone):
    deadline = time.monotonic() + 2 * ANSWER_SECONDS
    while not books.with_suffix("." + milestone).exists():
        if time.monotonic() > deadline:
            sys.exit(f"the day does not come to {milestone}")
        time.sleep(0.1)


def main():
    command, *rest = sys.argv[1:]
    if command == "pay":
        bootstrap, accounts, payments, seconds, books = rest
        return run_day(bootstrap, int(accounts), int(payments), int(seconds), pathlib.Path(books))
    if command == "books":
        print(pathlib.Path(rest[0]).read_text(encoding="utf-8"), end="")
    elif command == "wait":
        wait_for_milestone(pathlib.Path(rest[0]), rest[1])
    else:
        sys.exit(__doc__)
    return 0


if __name__ == "__main__":
    sys.exit(main())
