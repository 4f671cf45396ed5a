"""Commands for the tests on Kafka, and the books they must lead to.

The books are kept here, in a few lines that share nothing with paylog. So that they hold in whatever order
partitions work, nobody spends money that came from another account, or that is on its way back.
"""

import collections
import functools
import json
import random

# What must be answered: `codes` are the possible ones. `dead` stands for a dead letter.
Expectation = collections.namedtuple("Expectation", "status codes duplicate")
Command = collections.namedtuple("Command", "key partition value expected")

CURRENCIES = ("EUR", "USD", "JPY", "CZK")
OPENING_DEPOSIT = 1_000_000
REMEMBERED = 400


@functools.lru_cache(maxsize=100_000)
def murmur2(key):
    """Kafka's hash of a key, as Java clients compute it."""
    mask, multiplier = 0xffffffff, 0x5bd1e995
    value = 0x9747b28c ^ len(key)
    whole = len(key) & ~3
    for at in range(0, whole, 4):
        block = int.from_bytes(key[at:at + 4], "little") * multiplier & mask
        block = (block ^ block >> 24) * multiplier & mask
        value = value * multiplier & mask ^ block
    if whole < len(key):
        value = (value ^ int.from_bytes(key[whole:], "little")) * multiplier & mask
    value = (value ^ value >> 13) * multiplier & mask
    return value ^ value >> 15


def partition_of(key, count):
    return (murmur2(key) & 0x7fffffff) % count


def encode(body):
    return json.dumps(body, separators=(",", ":"), ensure_ascii=False).encode()


def ok():
    return Expectation("completed", {"ok"}, False)


def rejected(*codes):
    return Expectation("rejected", set(codes), False)


class Workload:
    """An endless supply of commands, the same for the same seed, and the books they lead to."""

    def __init__(self, seed, partitions, accounts=80):
        self.chance = random.Random(seed)
        self.partitions = partitions
        self.names = [f"acct:{number:04}" for number in range(accounts)]
        self.currency = {name: CURRENCIES[n % len(CURRENCIES)] for n, name in enumerate(self.names)}
        self.posted = {name: 0 for name in self.names}
        self.spendable = dict(self.posted)
        self.commands = 0
        self.recent = collections.deque(maxlen=REMEMBERED)
        self.pending = collections.deque()
        self.choices, self.weights = zip(
            (self.deposit, 22), (self.withdraw, 14), (self.transfer, 34), (self.repeat, 8),
            (self.conflict, 4),
            (self.too_much, 4), (self.bad_creditor, 7), (self.bad_account, 2), (self.refused, 2),
            (self.badly_keyed, 2), (self.poison, 1), (self.reopened, 0.5))

    def opening(self):
        """Commands that must have been answered before the others are sent."""
        for name in self.names:
            limits = {"overdraft_limit": 5000} if self.chance.random() < 0.2 else {}
            yield self.issue({"type": "open_account", "account": name, "currency": self.currency[name],
                              **limits}, ok())
        for currency in CURRENCIES:
            for kind, extra in (("closed", {}), ("frozen", {}), ("limited", {"max_balance": 10})):
                name = f"{kind}:{currency}"
                self.currency[name], self.posted[name] = currency, 0
                yield self.issue({"type": "open_account", "account": name, "currency": currency, **extra},
                                 ok())
                if kind == "closed":
                    yield self.issue({"type": "close_account", "account": name}, ok())
                if kind == "frozen":
                    yield self.issue({"type": "freeze_account", "account": name, "scope": "both",
                                      "reason": "a test"}, ok())
        for name in self.names:
            yield self.issue(self.book(name, OPENING_DEPOSIT, {"type": "deposit"}), ok())

    def next(self):
        if self.pending:
            return self.pending.popleft()
        return self.chance.choices(self.choices, self.weights)[0]()

    def issue(self, body, expected):
        """A command under a new id, keyed as it should be."""
        self.commands += 1
        kind = body.pop("type")
        body = {"type": kind, "command_id": f"c-{self.commands}", **body}
        command = Command((body.get("debtor_account") or body["account"]).encode(), None, encode(body),
                          expected)
        if expected.status in ("completed", "rejected"):
            self.recent.append(command)
        return command

    def amount(self):
        return int(10 ** self.chance.uniform(0, 4))

    def account(self):
        return self.chance.choice(self.names)

    def book(self, name, change, body):
        self.posted[name] += change
        self.spendable[name] += change
        body.update(account=name, amount=abs(change), currency=self.currency[name])
        if self.chance.random() < 0.2:
            body["reference"] = "n\u00b0 " + str(self.commands)
        if self.chance.random() < 0.1:
            body["metadata"] = {"z": "1", "a": str(self.commands)}
        return body

    def deposit(self):
        return self.issue(self.book(self.account(), self.amount(), {"type": "deposit"}), ok())

    def withdraw(self):
        name, amount = self.account(), self.amount()
        if self.spendable[name] < amount:
            return self.deposit()
        return self.issue(self.book(name, -amount, {"type": "withdraw"}), ok())

    def transfer(self):
        debtor, amount = self.account(), self.amount()
        creditor = self.chance.choice([n for n in self.names
                                       if self.currency[n] == self.currency[debtor]])
        if debtor == creditor or self.spendable[debtor] < amount:
            return self.deposit()
        self.posted[debtor] -= amount
        self.spendable[debtor] -= amount
        self.posted[creditor] += amount
        return self.issue(self.transfer_body(debtor, creditor, amount), ok())

    def transfer_body(self, debtor, creditor, amount):
        return {"type": "transfer", "debtor_account": debtor, "creditor_account": creditor,
                "amount": amount,
                "currency": self.currency[debtor]}

    def too_much(self):
        # More than all deposits together could ever make.
        return self.issue({"type": "withdraw", "account": (name := self.account()), "amount": 10 ** 15,
                           "currency": self.currency[name]}, rejected("insufficient_funds"))

    def bad_creditor(self):
        debtor, amount = self.account(), 10 + self.amount()
        if self.spendable[debtor] < amount:
            return self.deposit()
        currency = self.currency[debtor]
        creditor, code = self.chance.choice([
            (f"nobody:{self.commands}", "creditor_not_found"), (f"closed:{currency}", "creditor_closed"),
            (f"frozen:{currency}", "creditor_credits_frozen"),
            (f"limited:{currency}", "creditor_balance_limit_exceeded"),
            (next(n for n in self.names if self.currency[n] != currency), "creditor_currency_mismatch")])
        # Nobody knows when it will be back.
        self.spendable[debtor] -= amount
        return self.issue(self.transfer_body(debtor, creditor, amount), rejected(code))

    def bad_account(self):
        currency = self.chance.choice(CURRENCIES)
        name, code = self.chance.choice([(f"closed:{currency}", "account_closed"),
                                         (f"frozen:{currency}", "credits_frozen"),
                                         (f"nobody:{self.commands}", "account_not_found")])
        return self.issue({"type": "deposit", "account": name, "amount": 1, "currency": currency},
                          rejected(code))

    def repeat(self):
        command = self.chance.choice(self.recent)
        return command._replace(expected=command.expected._replace(duplicate=True))

    def conflict(self):
        command = self.chance.choice(self.recent)
        body = json.loads(command.value)
        if "amount" not in body:
            return self.deposit()
        body["amount"] += 1
        return command._replace(value=encode(body), expected=rejected("idempotency_conflict"))

    def refused(self):
        name = self.account()
        body = {"type": "deposit", "account": name, "amount": 1, "currency": self.currency[name]}
        change, code = self.chance.choice([
            ({"colour": "red"}, "unknown_field"), ({"amount": 0}, "amount_must_be_positive"),
            ({"amount": "1"}, "wrong_field_type"), ({"currency": "ABC"}, "unknown_currency"),
            ({"type": "gift"}, "unknown_type")])
        command = self.issue({**body, **change}, Expectation("refused", {code}, False))
        # The id was not used up: the right command may carry it.
        corrected = {**json.loads(command.value), **body}
        corrected.pop("colour", None)
        self.posted[name] += 1
        self.spendable[name] += 1
        self.pending.append(Command(command.key, None, encode(corrected), ok()))
        return command

    def badly_keyed(self):
        name = self.account()
        body = {"type": "deposit", "account": name, "amount": 1, "currency": self.currency[name]}
        wrong = (partition_of(name.encode(), self.partitions) + 1) % self.partitions
        key, partition, code = self.chance.choice([
            (None, wrong, "key_missing"), (b"another", None, "key_not_account"),
            (name.encode(), wrong, "wrong_partition")])
        command = self.issue(body, Expectation("refused", {code}, False))
        return command._replace(key=key, partition=partition)

    def poison(self):
        self.commands += 1
        value = self.chance.choice([
            b"\xff\xfe garbage %d" % self.commands, b"{\"type\":\"deposit\",", b"", b"[1,2]",
            encode({"type": "deposit", "amount": self.commands}), b"{\"command_id\":\"x\"}", b"[" * 200])
        return Command(self.chance.choice([None, b"poison"]), None, value,
                       Expectation("dead", set(), False))

    def reopened(self):
        """A debtor that tries to close while its money may be on the way back: both answers are right."""
        self.commands += 1
        name, currency = f"brief:{self.commands}", "EUR"
        self.currency[name], self.posted[name] = currency, 500
        self.pending.extend([
            self.issue({"type": "deposit", "account": name, "amount": 500, "currency": currency}, ok()),
            self.issue(self.transfer_body(name, f"nobody:{self.commands}", 500),
                       rejected("creditor_not_found")),
            self.issue({"type": "close_account", "account": name},
                       Expectation(None, {"ok", "balance_not_zero"}, False))])
        return self.issue({"type": "open_account", "account": name, "currency": currency}, ok())
