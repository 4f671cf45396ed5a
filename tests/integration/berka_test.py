#!/usr/bin/env python3
"""A real bank's book through the real services: after every row the bank's own balance.

31,498 rows of 800 accounts (see tests/integration/README.md). Four variants: once; every command
twice; killed at 20 seeded moments; without overdrafts. Each ends with exactly one result for each
submission, the same final balances, a book that sums to zero and a clean audit.
"""

import collections
import csv
import json
import lzma
import os
import random
import resource
import subprocess
import sys
import time

import paylog_process as paylog

BOOK = paylog.data_file("berka/transactions.csv.xz")
CONVERTER = paylog.ROOT / "scripts" / "berka-to-commands"
KILLS = 20
# Many small transactions and many snapshots, so that there is much to die in.
SMALL_STEPS = ("--batch-records", "100", "--snapshot-events", "700")
SEED = int(os.environ.get("PAYLOG_SEED", "20261121"))


def convert(*options):
    done = subprocess.run([sys.executable, CONVERTER, *options, BOOK], capture_output=True, check=True)
    return done.stdout.decode().splitlines()


def read_rows():
    with lzma.open(BOOK, "rt", encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


ROWS = read_rows()
ACCOUNTS = convert("--accounts-only")
COMMANDS = convert()


def command_key(command):
    return command.get("account") or command["debtor_account"], command["command_id"]


def open_accounts(log, accounts):
    path = f"{log.directory}/accounts.jsonl"
    paylog.write_lines(path, accounts)
    log.expect("run", "--input", path, "--until-idle")


def write_book(log, commands):
    path = f"{log.directory}/book.jsonl"
    paylog.write_lines(path, commands)
    return path


def results_by_key(log):
    by_key = collections.defaultdict(list)
    for result in log.results():
        by_key[(result["account"], result["command_id"])].append(result)
    return by_key


def own_balance(result):
    return next(b["posted"] for b in result["balances"] if b["account"] == result["account"])


def check_rows(by_key):
    """The bank's own balance after every row: the result of its last command says it."""
    for row in ROWS:
        account = "berka:" + row["account_id"]
        last = row["trans_id"] + (":adjust" if row["adjust_minor"] != "0" else "")
        first = by_key[(account, last)][0]
        assert first["status"] == "completed", first
        assert own_balance(first) == int(row["balance_minor"]), (row, first)


def final_balances():
    """What the bank's rows say: each account's last balance, and what each other bank received."""
    final = collections.defaultdict(int)
    for row in ROWS:
        final["berka:" + row["account_id"]] = int(row["balance_minor"])
        if row["operation"] == "transfer_out" and row["counterparty_bank"]:
            final["bank:" + row["counterparty_bank"]] += int(row["amount_minor"])
    return dict(final)


def check_end(log, expected_balances):
    assert log.balances() == expected_balances
    assert sum(log.balances(system=True).values()) == 0
    log.audit()


def check_counts(by_key, commands, times):
    for command in commands:
        results = by_key[command_key(json.loads(command))]
        assert len(results) == times, (command, results)
        assert [r["duplicate"] for r in results].count(False) == 1, results


def once():
    with paylog.Paylog() as log:
        open_accounts(log, ACCOUNTS)
        book = write_book(log, COMMANDS)
        begin = time.monotonic()
        log.expect("run", "--input", book, "--until-idle")
        seconds = time.monotonic() - begin
        peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024
        print(f"        {len(COMMANDS)} commands in {seconds:.2f} s, peak memory {peak} MB")
        by_key = results_by_key(log)
        check_rows(by_key)
        check_counts(by_key, ACCOUNTS + COMMANDS, times=1)
        check_end(log, final_balances())


def every_command_twice():
    with paylog.Paylog() as log:
        open_accounts(log, ACCOUNTS)
        # The second one while the first may be in flight.
        book = write_book(log, [line for command in COMMANDS for line in (command, command)])
        log.expect("run", "--input", book, "--until-idle")
        by_key = results_by_key(log)
        check_rows(by_key)
        check_counts(by_key, COMMANDS, times=2)
        for results in by_key.values():
            outcomes = {json.dumps({**r, "duplicate": None}, sort_keys=True) for r in results}
            assert len(outcomes) == 1, results
        check_end(log, final_balances())


def commits_of_the_book():
    """How many commits the book takes here and now: transactions that arrive together share one."""
    with paylog.Paylog() as log:
        open_accounts(log, ACCOUNTS)
        before = log.commits()
        log.expect("run", "--input", write_book(log, COMMANDS), "--until-idle", *SMALL_STEPS)
        return log.commits() - before


def killed_at_seeded_moments():
    chance = random.Random(SEED)
    # The lives sum up to some six tenths of the book, a part of which goes into starting.
    longest_life = max(3, 6 * commits_of_the_book() // (5 * KILLS))
    with paylog.Paylog() as log:
        open_accounts(log, ACCOUNTS)
        book = write_book(log, COMMANDS)
        for _ in range(KILLS):
            process = log.start("run", "--input", book, "--until-idle", *SMALL_STEPS)
            assert log.kill_after_commits(process, chance.randint(2, longest_life))
        last = log.expect("run", "--input", book, "--until-idle", *SMALL_STEPS)
        left = int(next(l for l in last.out.splitlines() if "journal events" in l).split()[-1])
        print(f"        seed {SEED}: {KILLS} kills, {left} events were left to the last run")
        by_key = results_by_key(log)
        check_rows(by_key)
        check_counts(by_key, ACCOUNTS + COMMANDS, times=1)
        check_end(log, final_balances())


def without_overdrafts():
    """An account's own commands in order decide what is accepted: a model of ten lines."""
    with paylog.Paylog() as log:
        open_accounts(log, convert("--accounts-only", "--no-overdraft"))
        log.expect("run", "--input", write_book(log, COMMANDS), "--until-idle")
        by_key = results_by_key(log)
        check_counts(by_key, COMMANDS, times=1)
        balances = {json.loads(line)["account"]: 0 for line in ACCOUNTS}
        refused = collections.Counter()
        for line in COMMANDS:
            command = json.loads(line)
            account, _ = key = command_key(command)
            result = by_key[key][0]
            amount = command["amount"]
            if command["type"] == "deposit":
                balances[account] += amount
            elif balances[account] < amount:
                refused[account] += 1
                assert result["code"] == "insufficient_funds", result
            else:
                balances[account] -= amount
                if command["type"] == "transfer":
                    balances[command["creditor_account"]] += amount
            assert own_balance(result) == balances[account], (command, result)
        overdrawn = {json.loads(line)["account"] for line in ACCOUNTS if "overdraft_limit" in line}
        assert len(overdrawn) == 16 and overdrawn == set(refused), (overdrawn, refused)
        print(f"        {sum(refused.values())} refusals on {len(refused)} accounts")
        check_end(log, balances)


if __name__ == "__main__":
    paylog.run_all([once, every_command_twice, killed_at_seeded_moments, without_overdrafts])
