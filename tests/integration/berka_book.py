"""The book of the Berka bank (see README.md): its commands, and what they must lead to.

31,498 rows of 800 accounts; the bank says the balance after each.
"""

import collections
import csv
import json
import lzma
import subprocess
import sys

import paylog_process as paylog

BOOK = paylog.data_file("berka/transactions.csv.xz")
CONVERTER = paylog.ROOT / "scripts" / "berka-to-commands"


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


def check_repeats(by_key):
    """Every command came twice: each pair of results is the same but for the mark."""
    for results in by_key.values():
        outcomes = {json.dumps({**r, "duplicate": None}, sort_keys=True) for r in results}
        assert len(outcomes) == 1, results


def check_without_overdrafts(by_key):
    """An account's own commands in order decide what is accepted: a model of ten lines. Returns the
    balances."""
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
    return balances
