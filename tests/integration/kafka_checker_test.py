#!/usr/bin/env python3
"""Has the checker of the Kafka tests teeth? A good history passes; each of many doctored ones does not.

The history comes from the embedded log, so this needs no broker.
"""

import collections
import copy
import json
import os
import random

import kafka_checker as checker
import kafka_workload
import paylog_process as paylog

SEED = int(os.environ.get("PAYLOG_SEED", "20261121"))
PARTITIONS = 4
COMMANDS = 3000


def murmur2_is_kafkas():
    with open(paylog.ROOT / "tests" / "data" / "kafka_murmur2.csv", encoding="utf-8") as file:
        rows = [line.rstrip("\n").split(",", 1)[1] for line in file if not line.startswith("#")]
    for key, value, _ in (row.rsplit(",", 2) for row in rows):  # A key may hold commas.
        found = kafka_workload.murmur2(key.encode())
        assert value == "" or int(value) in (found, found & 0x7fffffff), (key, value, found)


def read_topic(log, topic):
    """As `paylog read` prints it, with the bytes of the value as they stand there."""
    partitions = [[] for _ in range(PARTITIONS)]
    for line in log.expect("read", topic).out.splitlines():
        record = json.loads(line)
        value = line[line.index(',"value":') + len(',"value":'):-1].encode()
        key = record["key"].encode() if record.get("key") is not None else None
        partitions[record["partition"]].append(
            checker.Record(record["offset"], key, value, dict(record["headers"])))
    return partitions


def make_history():
    """Well-keyed commands only: `paylog submit` chooses key and partition itself."""
    work = kafka_workload.Workload(SEED, PARTITIONS)
    with paylog.Paylog() as log:
        sent = []
        opening = list(work.opening())
        commands = [work.next() for _ in range(COMMANDS)]
        commands += list(work.pending)
        commands = [c for c in commands if c.expected.status != "dead" and c.partition is None
                    and c.key != b"another"]
        for batch in (opening, commands):
            log.expect("submit", "--partitions", PARTITIONS, "-",
                       stdin=b"\n".join(c.value for c in batch) + b"\n")
            log.expect("run", "--until-idle", "--batch-records", "50")
            sent += batch
        history = {topic: read_topic(log, topic) for topic in checker.TOPICS}
    offsets = collections.Counter()
    acknowledged = []
    for command in sent:
        partition = kafka_workload.partition_of(command.key, PARTITIONS)
        acknowledged.append((partition, history[checker.COMMANDS][partition][offsets[partition]].offset,
                             command))
        offsets[partition] += 1
    return history, acknowledged, work


HISTORY, ACKNOWLEDGED, WORK = make_history()


def judge(history, acknowledged=None, posted=None):
    check = checker.Checker(history).run()
    check.check_acknowledged(acknowledged or ACKNOWLEDGED)
    check.check_balances(posted or WORK.posted, PARTITIONS)
    return check.report()


def a_good_history_passes():
    complaints = judge(HISTORY)
    assert not complaints, "\n".join(complaints)
    kinds = collections.Counter(json.loads(r.value)["type"] for records in HISTORY[checker.JOURNAL]
                                for r in records)
    print(f"        seed {SEED}: {len(ACKNOWLEDGED)} commands; {dict(kinds)}")
    assert len(kinds) >= 10, kinds


def replace_value(record, text, by):
    value = record.value.replace(text, by, 1)
    assert value != record.value, (text, record)
    return record._replace(value=value)


def doctored(topic, change, where=lambda record: True):
    """A copy in which `change(records, index)` was done to one record of those that `where` picks."""
    history = copy.copy(HISTORY)
    history[topic] = [list(records) for records in HISTORY[topic]]
    places = [(p, i) for p, records in enumerate(HISTORY[topic]) for i, r in enumerate(records)
              if where(r)]
    assert places, topic
    partition, index = random.Random(f"{SEED} {topic}").choice(places)
    change(history[topic][partition], index)
    return history


def drop(records, index):
    del records[index]


def double(records, index):
    again = records[index]._replace(offset=records[-1].offset + 1)
    records.append(again)


def swap(records, index):
    other = index + 1 if index + 1 < len(records) else index - 1
    records[index], records[other] = records[other], records[index]


def replacing(text, by):
    def change(records, index):
        records[index] = replace_value(records[index], text, by)
    return change


def holding(*texts):
    return lambda record: all(text in record.value for text in texts)


def other_origin(records, index):
    headers = {**records[index].headers, "paylog_origin": f"{checker.COMMANDS}/0/999999"}
    records[index] = records[index]._replace(headers=headers)


def last(record):
    return any(records and records[-1] is record for records in HISTORY[checker.JOURNAL])


DOCTORED = {
    "a journal record is missing": (checker.JOURNAL, drop, lambda r: not last(r)),
    "the journal's last record is missing": (checker.JOURNAL, drop, last),
    "a journal record stands twice": (checker.JOURNAL, double, lambda r: True),
    "two journal records are swapped": (checker.JOURNAL, swap, lambda r: True),
    "an amount of the journal is another": (
        checker.JOURNAL, replacing(b'"amount":2', b'"amount":12'),
        holding(b'"payment_posted"', b'"amount":2')),
    "a rejection has another code": (
        checker.JOURNAL, replacing(b'"insufficient_funds"', b'"debits_frozen"'),
        holding(b'"insufficient_funds"')),
    "a credit is missing": (checker.JOURNAL, drop, holding(b'"transfer_credited"')),
    "a hash is another": (checker.JOURNAL, replacing(b'"prev_hash":"', b'"prev_hash":"0'),
                          lambda r: True),
    "a result is missing": (checker.RESULTS, drop, lambda r: True),
    "a result stands twice": (checker.RESULTS, double, lambda r: True),
    "a refused result stands twice": (checker.RESULTS, double, holding(b'"refused"')),
    "a result has another balance": (
        checker.RESULTS, replacing(b'"posted":9', b'"posted":19'),
        holding(b'"duplicate":false', b'"posted":9')),
    "a duplicate has another balance": (
        checker.RESULTS, replacing(b'"posted":9', b'"posted":19'),
        holding(b'"duplicate":true', b'"posted":9')),
    "a duplicate is not marked": (
        checker.RESULTS, replacing(b'"duplicate":true', b'"duplicate":false'),
        holding(b'"duplicate":true')),
    "a result answers another command": (checker.RESULTS, other_origin, lambda r: True),
    "a result names another event": (
        checker.RESULTS, replacing(b'"sequence":', b'"sequence":1'), holding(b'"sequence":')),
    "a command is missing": (checker.COMMANDS, drop, lambda r: True),
    "a command is another": (checker.COMMANDS, replacing(b'"amount":2', b'"amount":12'),
                             holding(b'"amount":2')),
    "an inbox record is missing": (checker.INBOX, drop, lambda r: True),
    "an inbox record stands twice": (checker.INBOX, double, lambda r: True),
    "a message is missing": (checker.INBOX, drop, holding(b'"type":"credit"')),
}


def doctored_histories_do_not():
    for name, (topic, change, where) in DOCTORED.items():
        complaints = judge(doctored(topic, change, where))
        assert complaints, f"nobody saw that {name}"
    print(f"        {len(DOCTORED)} kinds of damage seen")


def nor_do_other_books():
    posted = dict(WORK.posted)
    posted["acct:0007"] += 1
    assert judge(HISTORY, posted=posted)
    partition, offset, command = ACKNOWLEDGED[-1]
    lost = (partition, offset + 100_000, command)
    assert judge(HISTORY, acknowledged=ACKNOWLEDGED + [lost])


def acknowledged_without_a_place_is_looked_for():
    partition, _, command = ACKNOWLEDGED[-1]
    complaints = judge(HISTORY, acknowledged=ACKNOWLEDGED[:-1] + [(partition, None, command)])
    assert not complaints, "\n".join(complaints)
    for lost in ((partition, None, command._replace(value=b"{}")), (partition + 1, None, command)):
        assert judge(HISTORY, acknowledged=ACKNOWLEDGED + [lost])


if __name__ == "__main__":
    paylog.run_all([murmur2_is_kafkas, a_good_history_passes, doctored_histories_do_not,
                    nor_do_other_books, acknowledged_without_a_place_is_looked_for])
