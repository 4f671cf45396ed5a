"""Judges a history: all topics as a reader saw them, what was acknowledged, what was expected.

It shares no code with paylog. The invariants are those of ARCHITECTURE.md; complaints name them.
"""

import collections
import hashlib
import json

from kafka_workload import partition_of

# `headers` is a dict of text; key and value are bytes or None.
Record = collections.namedtuple("Record", "offset key value headers")

COMMANDS, INBOX, JOURNAL = "payments.commands", "ledger.inbox", "ledger.journal"
RESULTS, DEAD_LETTERS = "payments.results", "payments.dead-letters"
TOPICS = (COMMANDS, INBOX, JOURNAL, RESULTS, DEAD_LETTERS)
COMPLAINTS_MAX = 20
# Events that answer nobody: another one will.
SILENT = {"transfer_sent", "transfer_refused", "repeat_forwarded", "account_reopened"}
MESSAGE_OF = {"transfer_sent": "credit", "transfer_refused": "return", "repeat_forwarded": "repeat"}


def position_text(position):
    return f"{position['partition']}:{position['sequence']}"


def command_account(body):
    return body.get("debtor_account") or body.get("account")


class Account:
    def __init__(self, event):
        self.currency, self.posted, self.closed = event["currency"], 0, False
        self.overdraft, self.minimum = event["overdraft_limit"], event["min_balance"]

    def available(self):
        return self.posted + self.overdraft - self.minimum


class Checker:
    """`topics` is a dict of topic to a list of partitions, each a list of Records in order of offset."""

    def __init__(self, topics):
        self.topics = topics
        self.complaints, self.more = [], 0
        self.accounts = {}
        self.system = collections.Counter()
        self.events = {}  # By position: (event, balances of customers after it, origin)
        self.results_by_event = {}
        self.finals = {}  # By origin: the result or None for a dead letter.
        self.first_results = {}

    def expect(self, holds, invariant, *details):
        if holds:
            return
        if len(self.complaints) < COMPLAINTS_MAX:
            self.complaints.append(f"{invariant}: " + " ".join(map(str, details))[:600])
        else:
            self.more += 1

    def run(self):
        try:
            self.read_all()
        except (AttributeError, KeyError, TypeError, ValueError) as error:
            self.expect(False, "form", "a record is not as it should be:", repr(error))
        return self

    def read_all(self):
        for partition, records in enumerate(self.topics[JOURNAL]):
            self.read_journal(partition, records)
        self.check_inbox()
        self.check_settlements()
        self.read_results()
        self.read_dead_letters()
        self.check_results()
        self.check_finals()

    def report(self):
        return self.complaints + ([f"and {self.more} more"] if self.more else [])

    # The journal: invariants 1, 3, 5, 7, and the state that the events lead to.

    def read_journal(self, partition, records):
        prev_hash, sequence, offset, time = "0" * 64, 0, -1, 0
        i, n = 0, 0
        for record in records:
            event = json.loads(record.value)
            where = f"journal {partition}@{record.offset}"
            sequence += 1
            self.expect(event["partition"] == partition and event["sequence"] == sequence, "invariant 5",
                        where, "has sequence", event["sequence"], "not", sequence)
            sequence = event["sequence"]
            self.expect(event["prev_hash"] == prev_hash, "invariant 7", where, "breaks the chain")
            prev_hash = hashlib.sha256(record.value).hexdigest()
            if i < n:
                self.expect(event["inbox_offset"] == offset, "invariant 5", where,
                            "comes within another's events")
            else:
                self.expect(event["inbox_offset"] > offset, "invariant 5", where,
                            "goes back in the inbox")
                i, n = 0, event["n"]
            self.expect((event["i"], event["n"]) == (i, n), "invariant 5", where, "is", event["i"], "of",
                        event["n"],
                        "where", i, "of", n, "is due")
            i, offset = i + 1, event["inbox_offset"]
            self.expect(event["time"] >= time, "ledger time", where, "goes back")
            time = event["time"]
            self.apply(partition, event, record, where)
        self.expect(i == n, "invariant 5", f"journal {partition}: the last inbox record has", i, "of", n,
                    "events")

    def apply(self, partition, event, record, where):
        self.expect(record.key == event["account"].encode(), "journal key", where, record.key)
        kind = event["type"]
        account = self.accounts.get((partition, event["account"]))
        if kind == "account_opened":
            self.expect(account is None, "model", where, "opens an account again")
            self.accounts[(partition, event["account"])] = Account(event)
        elif kind == "account_updated":
            account.overdraft, account.minimum = event["overdraft_limit"], event["min_balance"]
        elif kind in ("account_closed", "account_reopened"):
            account.closed = kind == "account_closed"
        balances = self.post(partition, event, where)
        if not balances and (partition, event["account"]) in self.accounts:
            balances = {event["account"]: self.accounts[(partition, event["account"])].posted}
        if kind == "transfer_credited":
            balances = {event["account"]: event["debtor_balance"]["posted"], **balances}
        origin = record.headers.get("paylog_origin")
        self.events[f"{partition}:{event['sequence']}"] = (event, balances, origin)

    def post(self, partition, event, where):
        sums, balances = collections.Counter(), {}
        for entry in event.get("entries", ()):
            name, amount = entry["account"], entry["amount"]
            sums[entry["currency"]] += amount
            if name.startswith("$"):
                self.system[name] += amount
                continue
            account = self.accounts.get((partition, name))
            if account is None:
                self.expect(False, "model", where, "posts to", name, "which is not open here")
                continue
            self.expect(account.currency == entry["currency"], "model", where,
                        "posts another currency to", name)
            account.posted += amount
            balances[name] = account.posted
            if amount < 0:
                self.expect(account.available() >= 0, "invariant 3", where, "overdraws", name)
        self.expect(not any(sums.values()), "invariant 1", where, "is not balanced:", dict(sums))
        return balances

    # What went between: each accepted command and message has its events, each message one cause.

    def check_inbox(self):
        inbox = {(p, r.offset): r for p, records in enumerate(self.topics[INBOX]) for r in records}
        journaled = {(e["partition"], e["inbox_offset"]): origin for e, _, origin in self.events.values()}
        self.expect(not inbox.keys() - journaled.keys(), "invariant 5", "inbox records without events:",
                    sorted(inbox.keys() - journaled.keys())[:5])
        self.expect(not journaled.keys() - inbox.keys(), "invariant 5", "events of no inbox record:",
                    sorted(journaled.keys() - inbox.keys())[:5])
        messages, commands = collections.Counter(), collections.Counter()
        for place, record in inbox.items():
            origin = record.headers.get("paylog_origin")
            self.expect(journaled.get(place) == origin, "origin", "inbox", place,
                        "and its event differ in origin")
            if record.headers.get("ce_type") == "paylog.message.v1":
                body = json.loads(record.value)
                messages[(record.headers["ce_id"], body["type"])] += 1
            else:
                commands[origin] += 1
                command = self.command_at(origin)
                self.expect(command and command.value == record.value, "inbox", place,
                            "is not the command", origin)
        caused = collections.Counter((position, MESSAGE_OF[event["type"]])
                                     for position, (event, _, _) in self.events.items()
                                     if event["type"] in MESSAGE_OF)
        self.expect(messages == caused, "messages", "and the events that send them differ:",
                    list(((messages - caused) + (caused - messages)).items())[:5])
        self.expect(all(n == 1 for n in commands.values()), "invariant 4", "accepted more than once:",
                    [origin for origin, n in commands.items() if n > 1][:5])

    def command_at(self, origin):
        topic, partition, offset = (origin or "//").rsplit("/", 2)
        if topic != COMMANDS:
            return None
        if not hasattr(self, "commands"):
            self.commands = {(p, r.offset): r for p, records in enumerate(self.topics[COMMANDS])
                             for r in records}
        return self.commands.get((int(partition), int(offset)))

    def check_settlements(self):
        """Invariant 2: all that was sent has arrived or come back, once, whole."""
        for name, amount in self.system.items():
            self.expect(not name.startswith("$transit") or amount == 0, "invariant 2", name, "holds",
                        amount)
        settled, returned = collections.Counter(), collections.Counter()
        for event, _, _ in self.events.values():
            if event["type"] in ("transfer_credited", "transfer_refused"):
                settled[position_text(event["sent"])] += 1
            elif event["type"] == "transfer_returned":
                returned[position_text(event["refused"])] += 1
        for position, (event, _, _) in self.events.items():
            due = {"transfer_sent": settled, "transfer_refused": returned}.get(event["type"])
            self.expect(due is None or due[position] == 1, "invariant 2", event["type"], position,
                        "is settled",
                        due is not None and due[position], "times")
        total = collections.Counter()
        for name, amount in self.system.items():
            total[name.split(":")[1]] += amount
        for account in self.accounts.values():
            total[account.currency] += account.posted
        self.expect(not any(total.values()), "invariant 1", "all accounts together hold", dict(total))

    # Results and dead letters: invariant 4.

    def read_results(self):
        partitions = len(self.topics[RESULTS])
        for partition, records in enumerate(self.topics[RESULTS]):
            for record in records:
                where = f"result {partition}@{record.offset}"
                result = json.loads(record.value)
                origin = record.headers.get("paylog_origin")
                self.expect(record.key == result["account"].encode(), "result key", where, record.key)
                self.expect(partition_of(record.key, partitions) == partition, "result key", where,
                            "wrong partition")
                self.add_final(origin, result, where)
                if result["status"] != "refused":
                    event = record.headers["ce_id"]
                    self.expect(event not in self.results_by_event, "invariant 4", where,
                                "answers again for", event)
                    self.results_by_event[event] = (result, origin)

    def read_dead_letters(self):
        for partition, records in enumerate(self.topics[DEAD_LETTERS]):
            for record in records:
                where = f"dead letter {partition}@{record.offset}"
                origin = record.headers.get("paylog_origin")
                command = self.command_at(origin)
                self.expect(command and (command.key, command.value) == (record.key, record.value),
                            "dead letter",
                            where, "differs from", origin)
                self.expect("paylog_reason" in record.headers, "dead letter", where, "gives no reason")
                self.add_final(origin, None, where)

    def add_final(self, origin, result, where):
        self.expect(self.command_at(origin) is not None, "invariant 4", where,
                    "answers what nobody sent:", origin)
        self.expect(origin not in self.finals, "invariant 4", where, "is one more answer to", origin)
        self.finals[origin] = result

    def check_finals(self):
        for partition, records in enumerate(self.topics[COMMANDS]):
            for record in records:
                origin = f"{COMMANDS}/{partition}/{record.offset}"
                self.expect(origin in self.finals, "invariant 4", origin, "was never answered:",
                            record.value[:200])

    def check_results(self):
        for position, (event, _, origin) in self.events.items():
            answered = self.results_by_event.get(position)
            self.expect((answered is not None) == (event["type"] not in SILENT), "invariant 4",
                        event["type"], position,
                        "is answered" if answered else "is not answered")
            self.expect(answered is None or answered[1] == origin, "origin", "event and result differ:",
                        position)
        for position, (result, _) in self.results_by_event.items():
            if position not in self.events:
                self.expect(False, "invariant 4", "a result without an event:", position)
                continue
            if not result["duplicate"]:
                self.check_first_result(position, result)
        for position, (result, _) in self.results_by_event.items():
            if result["duplicate"]:
                first = self.first_results.get((result["account"], result["command_id"]))
                self.expect(first == {**result, "duplicate": False}, "invariant 4",
                            "a duplicate differs:", result, first)

    def check_first_result(self, position, result):
        event, balances, _ = self.events[position]
        name = (result["account"], result["command_id"])
        self.expect(position_text(result["position"]) == position, "result", position, "names",
                    result["position"])
        self.expect((event["account"], event["command_id"]) == name, "result", position,
                    "is of another command")
        code = event.get("code", "ok")
        status = "completed" if code == "ok" else "rejected"
        self.expect((result["status"], result["code"]) == (status, code), "result", position, "says",
                    result["code"],
                    "and the journal", event["type"], code)
        self.expect({b["account"]: b["posted"] for b in result["balances"]} == balances, "result",
                    position,
                    "has balances", result["balances"], "and the journal", balances)
        if code != "idempotency_conflict":
            self.expect(name not in self.first_results, "invariant 4", "carried out twice:", name,
                        position)
            self.first_results[name] = result

    # What the producer knows.

    def check_acknowledged(self, acknowledged):
        """Invariant 8, and the answers that the books expect. `acknowledged` holds (partition, offset,
        command); without an offset where the broker said that it had the command already."""
        anywhere = {(partition, record.key, record.value)
                    for partition, records in enumerate(self.topics[COMMANDS]) for record in records}
        for partition, offset, command in acknowledged:
            if offset is None:
                self.expect((partition, command.key, command.value or b"") in anywhere, "invariant 8", command,
                            "was acknowledged and is not in partition", partition)
                continue
            origin = f"{COMMANDS}/{partition}/{offset}"
            stored = self.command_at(origin)
            self.expect(stored and (stored.key, stored.value) == (command.key, command.value or b""),
                        "invariant 8",
                        origin, "was acknowledged and is", "another" if stored else "not there")
            if origin in self.finals:
                self.check_answer(origin, command, self.finals[origin])

    def check_answer(self, origin, command, result):
        expected = command.expected
        if result is None or expected.status == "dead":
            self.expect(result is None and expected.status == "dead", "model", origin, command, "became",
                        result)
            return
        self.expect(expected.status in (None, result["status"]) and result["code"] in expected.codes
                    and expected.duplicate in (None, result["duplicate"]), "model", origin, "expected",
                    expected, "found", result)

    def check_balances(self, posted, partitions):
        found = {name: account.posted for (_, name), account in self.accounts.items()}
        different = {n: (posted.get(n), found.get(n)) for n in posted.keys() | found.keys()
                     if posted.get(n) != found.get(n)}
        self.expect(not different, "model", "balances (expected, found):",
                    dict(list(different.items())[:10]))
        for partition, name in self.accounts:
            self.expect(partition_of(name.encode(), partitions) == partition, "partition", name,
                        "lives on", partition)
