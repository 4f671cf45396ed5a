#!/usr/bin/env python3
"""200 seeded flips (PAYLOG_FLIPS) of one byte in any file of a stopped log, each followed by a restart with every
command submitted again: either an error that names the damage, or exactly the right history."""

import collections
import json
import os
import pathlib
import random
import shutil
import sys

import paylog_process as paylog

FLIPS = int(os.environ.get("PAYLOG_FLIPS", "200"))
SEED = int(os.environ.get("PAYLOG_SEED", "20261121"))
ACCOUNTS = 24
PAYMENTS = 240


def make_commands(chance):
    """Accounts first; then payments. Which are refused must not depend on how partitions interleave:
    there is always enough money, but for withdrawals beyond all of it and transfers to nobody."""
    names = [f"acct-{n}" for n in range(ACCOUNTS)]
    opening = [{"type": "open_account", "command_id": "open", "account": name, "currency": "EUR"}
               for name in names]
    opening += [{"type": "deposit", "command_id": "fund", "account": name, "amount": 1_000_000,
                 "currency": "EUR"} for name in names]
    payments = []
    for n in range(PAYMENTS):
        debtor, creditor = chance.sample(names, 2)
        amount = chance.choice([chance.randint(1, 3000), 999_999_999])
        kind = chance.choice(["transfer", "transfer", "transfer", "withdraw", "deposit"])
        command = {"type": kind, "command_id": f"p-{n}", "amount": amount, "currency": "EUR"}
        if kind == "transfer":
            command |= {"debtor_account": debtor, "amount": min(amount, 3000),
                        "creditor_account": chance.choice([creditor, creditor, f"nobody-{n}"])}
        else:
            command |= {"account": debtor}
        payments.append(command)
    return [json.dumps(command) for command in opening], [json.dumps(command) for command in payments]


def key_of(command):
    command = json.loads(command)
    return command.get("account") or command["debtor_account"], command["command_id"]


class Original:
    """The log before the damage, closed cleanly and killed, and what it says."""

    def __init__(self, log, chance):
        self.opening, self.payments = make_commands(chance)
        opening, payments = f"{log.directory}/opening.jsonl", f"{log.directory}/payments.jsonl"
        paylog.write_lines(opening, self.opening)
        paylog.write_lines(payments, self.payments)
        log.expect("run", "--partitions", 2, "--input", opening, "--until-idle",
                   "--snapshot-events", 20)
        self.killed = self.make_killed(log, payments, chance)
        log.expect("run", "--input", payments, "--until-idle", "--snapshot-events", 40,
                   "--batch-records", 20)
        self.closed = log.directory + "/closed"
        shutil.copytree(log.directory + "/log", self.closed)
        self.balances = log.balances()
        self.history = history(log)

    def make_killed(self, log, payments, chance):
        """A copy of the log as a SIGKILL leaves it, with a write-ahead log behind."""
        copy = paylog.Paylog(log.directory + "/killed")
        shutil.copytree(log.directory + "/log", copy.directory + "/log")
        process = copy.start("run", "--input", payments, "--batch-records", 20,
                             "--snapshot-events", 40)
        assert copy.kill_after_commits(process, chance.randint(12, 16))
        assert pathlib.Path(copy.directory, "log", "log.sqlite-wal").stat().st_size > 0
        return copy.directory + "/log"


def history(log):
    """The first outcome of each command, without what legitimately differs between runs."""
    first = {}
    for result in log.results():
        if not result["duplicate"]:
            key = result["account"], result["command_id"]
            assert key not in first, f"executed twice: {result}"
            first[key] = (result["status"], result["code"])
    return first


def flip_a_byte(directory, chance):
    files = sorted(path for path in pathlib.Path(directory).rglob("*")
                   if path.is_file() and path.stat().st_size > 0)
    # The log itself most often; every other file as often as any other, however long it is.
    path = chance.choices(files, [4 if path.name.startswith("log.sqlite") else 1 for path in files])[0]
    data = bytearray(path.read_bytes())
    place = chance.randrange(len(data))
    data[place] ^= chance.randint(1, 255)
    path.write_bytes(data)
    return f"{path.relative_to(directory)} byte {place} of {len(data)}"


def check_after_damage(original, source, chance, counts):
    with paylog.Paylog() as log:
        shutil.copytree(source, log.directory + "/log", ignore=shutil.ignore_patterns("owner.sock"))
        where = flip_a_byte(log.directory + "/log", chance)
        # A new file, so that every command is submitted again.
        again = log.directory + "/again.jsonl"
        paylog.write_lines(again, original.opening)
        first = log.call("run", "--input", again, "--until-idle")
        if first.code == 0:
            paylog.write_lines(again, original.payments + [""])
            first = log.call("run", "--input", again, "--until-idle", "--snapshot-events", 30)
        kind = where.split(" ")[0].split("/")[-1].split("-")[0].replace(".sqlite", "")
        if first.code == 3:
            assert first.err.startswith("paylog: "), (where, first)
            counts[kind + ": refused"] += 1
            return
        assert first.code == 0, (where, first)
        # Damage in what a restart need not read is found by whoever reads it, by name.
        reading = [log.call("balances", "--format", "csv"), log.call("results", "--format", "json")]
        if any(outcome.code == 3 for outcome in reading):
            assert all(outcome.code in (0, 3) for outcome in reading), (where, reading)
            counts[kind + ": refused by a reader"] += 1
            return
        assert log.balances() == original.balances, (where, "wrong balances")
        assert history(log) == original.history, (where, "another history")
        audit = log.call("audit", "verify")
        assert audit.code in (0, 3), (where, audit)
        if audit.code == 3:
            assert "corrupt" in audit.err, (where, audit)
            counts[kind + ": named by the audit"] += 1
            return
        counts[kind + ": harmless"] += 1
        counts["warned"] += "discarded" in first.err


def flips():
    chance = random.Random(SEED)
    counts = collections.Counter()
    with paylog.Paylog() as log:
        original = Original(log, chance)
        for n in range(FLIPS):
            check_after_damage(original, original.killed if n % 2 else original.closed, chance, counts)
    print(f"        seed {SEED}: " + ", ".join(f"{name} {n}" for name, n in sorted(counts.items())))


if __name__ == "__main__":
    paylog.run_all([flips])
