#!/usr/bin/env python3
"""A real bank's book through the real services: after every row the bank's own balance.

31,498 rows of 800 accounts (see tests/integration/README.md). Four variants: once; every command
twice; killed at 20 seeded moments; without overdrafts. Each ends with exactly one result for each
submission, the same final balances, a book that sums to zero and a clean audit.
"""

import os
import random
import resource
import time

import berka_book as berka
import paylog_process as paylog

KILLS = 20
# Many small transactions and many snapshots, so that there is much to die in.
SMALL_STEPS = ("--batch-records", "100", "--snapshot-events", "700")
SEED = int(os.environ.get("PAYLOG_SEED", "20261121"))


def open_accounts(log, accounts):
    path = f"{log.directory}/accounts.jsonl"
    paylog.write_lines(path, accounts)
    log.expect("run", "--input", path, "--until-idle")


def write_book(log, commands):
    path = f"{log.directory}/book.jsonl"
    paylog.write_lines(path, commands)
    return path


def once():
    with paylog.Paylog() as log:
        open_accounts(log, berka.ACCOUNTS)
        book = write_book(log, berka.COMMANDS)
        begin = time.monotonic()
        log.expect("run", "--input", book, "--until-idle")
        seconds = time.monotonic() - begin
        peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024
        print(f"        {len(berka.COMMANDS)} commands in {seconds:.2f} s, peak memory {peak} MB")
        by_key = berka.results_by_key(log)
        berka.check_rows(by_key)
        berka.check_counts(by_key, berka.ACCOUNTS + berka.COMMANDS, times=1)
        berka.check_end(log, berka.final_balances())


def every_command_twice():
    with paylog.Paylog() as log:
        open_accounts(log, berka.ACCOUNTS)
        # The second one while the first may be in flight.
        book = write_book(log, [line for command in berka.COMMANDS for line in (command, command)])
        log.expect("run", "--input", book, "--until-idle")
        by_key = berka.results_by_key(log)
        berka.check_rows(by_key)
        berka.check_counts(by_key, berka.COMMANDS, times=2)
        berka.check_repeats(by_key)
        berka.check_end(log, berka.final_balances())


def commits_of_the_book():
    """How many commits the book takes here and now: transactions that arrive together share one."""
    with paylog.Paylog() as log:
        open_accounts(log, berka.ACCOUNTS)
        before = log.commits()
        log.expect("run", "--input", write_book(log, berka.COMMANDS), "--until-idle", *SMALL_STEPS)
        return log.commits() - before


def killed_at_seeded_moments():
    chance = random.Random(SEED)
    # The lives sum up to some six tenths of the book, a part of which goes into starting.
    longest_life = max(3, 6 * commits_of_the_book() // (5 * KILLS))
    with paylog.Paylog() as log:
        open_accounts(log, berka.ACCOUNTS)
        book = write_book(log, berka.COMMANDS)
        for _ in range(KILLS):
            process = log.start("run", "--input", book, "--until-idle", *SMALL_STEPS)
            assert log.kill_after_commits(process, chance.randint(2, longest_life))
        last = log.expect("run", "--input", book, "--until-idle", *SMALL_STEPS)
        left = int(next(l for l in last.out.splitlines() if "journal events" in l).split()[-1])
        print(f"        seed {SEED}: {KILLS} kills, {left} events were left to the last run")
        by_key = berka.results_by_key(log)
        berka.check_rows(by_key)
        berka.check_counts(by_key, berka.ACCOUNTS + berka.COMMANDS, times=1)
        berka.check_end(log, berka.final_balances())


def without_overdrafts():
    with paylog.Paylog() as log:
        open_accounts(log, berka.convert("--accounts-only", "--no-overdraft"))
        log.expect("run", "--input", write_book(log, berka.COMMANDS), "--until-idle")
        by_key = berka.results_by_key(log)
        berka.check_counts(by_key, berka.COMMANDS, times=1)
        berka.check_end(log, berka.check_without_overdrafts(by_key))


if __name__ == "__main__":
    paylog.run_all([once, every_command_twice, killed_at_seeded_moments, without_overdrafts])
