#!/usr/bin/env python3
"""A real bank's book on three brokers: one validator and two ledgers, after every row the bank's own balance.

As berka_test.py: once; every command twice; without overdrafts; and with a ledger killed 10 times on the way.
"""

import contextlib
import json
import os
import random
import time

import kafka_clients
import kafka_services
from kafka_cluster import Cluster
from kafka_workload import Command

import berka_book as berka
import paylog_process as paylog

PARTITIONS = 4
KILLS = 10
QUIET_SECONDS = 90
SEED = int(os.environ.get("PAYLOG_SEED", "20261121"))


class Book:
    """Brokers, services and clients of one variant; `log` is paylog's own command line on them."""

    def __init__(self, cluster, *arguments):
        self.log = paylog.Paylog(log=f"kafka:{cluster.bootstrap}")
        kafka_services.create_topics(cluster.bootstrap, PARTITIONS)
        self.services = kafka_services.Services(cluster.bootstrap, self.log.directory, arguments,
                                                validator=1, ledger=2)
        self.watcher = kafka_clients.Watcher(cluster.bootstrap)
        self.upstream = kafka_clients.Upstream(cluster.bootstrap)

    def send(self, lines):
        for line in lines:
            account, _ = berka.command_key(json.loads(line))
            self.upstream.send(Command(account.encode(), None, line.encode(), None))
        self.upstream.finish()

    def wait_until_answered(self):
        self.watcher.wait_for(self.upstream.sent, QUIET_SECONDS)

    def open_accounts(self, lines=None):
        self.send(lines or berka.ACCOUNTS)
        self.wait_until_answered()


@contextlib.contextmanager
def running(*arguments):
    with Cluster(3) as cluster:
        book = Book(cluster, *arguments)
        with book.log, book.services:
            try:
                yield book
            finally:
                book.watcher.close()


def once():
    with running() as book:
        book.open_accounts()
        began = time.monotonic()
        book.send(berka.COMMANDS)
        book.wait_until_answered()
        print(f"        {len(berka.COMMANDS)} commands in {time.monotonic() - began:.2f} s")
        by_key = berka.results_by_key(book.log)
        berka.check_rows(by_key)
        berka.check_counts(by_key, berka.ACCOUNTS + berka.COMMANDS, times=1)
        berka.check_end(book.log, berka.final_balances())


def every_command_twice():
    with running() as book:
        book.open_accounts()
        book.send([line for command in berka.COMMANDS for line in (command, command)])
        book.wait_until_answered()
        by_key = berka.results_by_key(book.log)
        berka.check_rows(by_key)
        berka.check_counts(by_key, berka.COMMANDS, times=2)
        berka.check_repeats(by_key)
        berka.check_end(book.log, berka.final_balances())


def with_a_ledger_killed_on_the_way():
    chance = random.Random(SEED)
    print(f"        seed {SEED}")
    with running("--batch-records", "100") as book:
        book.open_accounts()
        moments = sorted(chance.sample(range(len(berka.COMMANDS) * 9 // 10), KILLS))
        began = time.monotonic()
        book.send(berka.COMMANDS)
        for moment in moments:
            book.watcher.wait_for(len(berka.ACCOUNTS) + moment, QUIET_SECONDS)
            ledger = chance.choice(book.services.of("ledger"))
            ledger.kill()
            ledger.start()
        left = book.upstream.sent - book.watcher.answers
        book.wait_until_answered()
        print(f"        {KILLS} kills in {time.monotonic() - began:.0f} s; after the last, {left} commands "
              "were left")
        assert left > 0, "the book was over before the last kill"
        by_key = berka.results_by_key(book.log)
        berka.check_rows(by_key)
        berka.check_counts(by_key, berka.ACCOUNTS + berka.COMMANDS, times=1)
        berka.check_end(book.log, berka.final_balances())


def without_overdrafts():
    with running() as book:
        book.open_accounts(berka.convert("--accounts-only", "--no-overdraft"))
        book.send(berka.COMMANDS)
        book.wait_until_answered()
        by_key = berka.results_by_key(book.log)
        berka.check_counts(by_key, berka.COMMANDS, times=1)
        berka.check_end(book.log, berka.check_without_overdrafts(by_key))


if __name__ == "__main__":
    paylog.run_all([once, every_command_twice, with_a_ledger_killed_on_the_way, without_overdrafts])
