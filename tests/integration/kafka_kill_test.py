#!/usr/bin/env python3
"""Three brokers, two instances of each service, a steady producer, and everything is killed, stopped and cut.

    kafka_kill_test.py [--long] [--verbose]

The short run, CI's, does at least 20 faults with 5 zombies. --long does at least 300 that overlap, 100
of them zombies, over 300,000 commands. When the faults are over, every command must be answered; then
a client of the test's own reads all topics, and the checker judges them (kafka_checker.py, which
kafka_checker_test.py tests). A receiver of webhooks must have heard of some accounts, whatever became
of the notifiers. PAYLOG_SEED repeats a run's plan.
"""

import collections
import os
import random
import sys
import time

import kafka_checker as checker
import kafka_clients
import kafka_faults
import kafka_services
import kafka_webhooks
import kafka_workload
import paylog_process as paylog
from kafka_cluster import Cluster

SEED = int(os.environ.get("PAYLOG_SEED") or time.time_ns() % 1_000_000)
PARTITIONS = 4
QUIET_SECONDS = 60
Plan = collections.namedtuple("Plan", "rounds faults zombies commands rate backlog")
SHORT = Plan(rounds=2, faults=20, zombies=5, commands=20_000, rate=500, backlog=5_000)
LONG = Plan(rounds=13, faults=300, zombies=100, commands=300_000, rate=3_000, backlog=20_000)
PLAN = LONG if "--long" in sys.argv else SHORT
TOLD = 10  # Accounts of which the endpoint hears.
SMALL_STEPS = ("--batch-records", "200")


def feed_and_break(cluster, services, watcher, work):
    """Everything up to quiet: returns the upstream producer and what was done."""
    upstream = kafka_clients.Upstream(cluster.proxied)
    for command in work.opening():
        upstream.send(command)
    upstream.finish()
    watcher.wait_for(upstream.sent, QUIET_SECONDS)
    steady = kafka_clients.SteadyUpstream(cluster.proxied, work.next, watcher, PLAN.rate, PLAN.backlog,
                                          already=upstream)
    faults = kafka_faults.Faults(cluster, services, SEED, "--verbose" in sys.argv)
    try:
        faults.run(PLAN.rounds)
        watcher.wait_until(lambda: steady.error or steady.sent >= PLAN.commands, QUIET_SECONDS,
                           "commands")
        steady.end()
        for command in work.pending:
            steady.send(command)
        steady.finish()
        watcher.wait_for(steady.written(), QUIET_SECONDS)
        services.all_run()
    except BaseException as error:
        print(f"failed: {error!r}"[:3000])
        print("\n".join(faults.story[-40:]))
        for instance in services.instances:
            print(f"--- {instance}: {instance.state(700)}")
        raise
    return steady, faults


def check(cluster, log, work, upstream, services, endpoint):
    """Returns the records of each topic, counted."""
    history = kafka_clients.read_history(cluster.bootstrap, (*checker.TOPICS, kafka_webhooks.DELIVERIES))
    judge = checker.Checker(history).run()
    judge.check_acknowledged(upstream.acknowledged)
    judge.check_balances(work.posted, PARTITIONS)
    judge.expect(len(upstream.acknowledged) == upstream.sent, "invariant 8", "not all were acknowledged")
    complaints = judge.report() + endpoint.check(history)
    assert not complaints, "\n".join(complaints)
    assert log.balances() == work.posted
    assert sum(log.balances(system=True).values()) == 0
    for ledger in services.of("ledger"):
        log.audit("--snapshots", ledger.snapshots)
    return {topic: sum(map(len, partitions)) for topic, partitions in history.items()}


def killed_stopped_and_cut():
    began = time.monotonic()
    print(f"        seed {SEED}", flush=True)
    work = kafka_workload.Workload(SEED, PARTITIONS)
    with (Cluster(3) as cluster, paylog.Paylog(log=f"kafka:{cluster.bootstrap}") as log,
          kafka_webhooks.Endpoint(log.directory, random.Random(SEED), work.names[:TOLD]) as endpoint):
        kafka_services.create_topics(cluster.bootstrap, PARTITIONS)
        with kafka_services.Services(cluster.proxied, log.directory, SMALL_STEPS, webhooks=endpoint.file,
                                     validator=2, ledger=2, notifier=2) as services:
            watcher = kafka_clients.Watcher(cluster.bootstrap)
            try:
                upstream, faults = feed_and_break(cluster, services, watcher, work)
            finally:
                watcher.close()
            fed = time.monotonic()
            told = endpoint.wait_until_told(
                lambda: kafka_clients.read_history(cluster.bootstrap, kafka_webhooks.TOPICS))
            for instance in services.instances:
                instance.terminate()
        outcomes = services.outcomes()
        records = check(cluster, log, work, upstream, services, endpoint)
    total = sum(faults.counts.values())
    def describe(counts):
        return ", ".join(f"{n} {name}" for name, n in sorted(counts.items()))
    print(f"        faults: {total}: {describe(faults.counts)}")
    print(f"        they led to: {describe(outcomes)}; {faults.failed_starts} starts met no broker in time, "
          f"{upstream.deaths} producers of the test's died")
    print(f"        {upstream.sent} commands, {records[checker.RESULTS]} results, "
          f"{records[checker.DEAD_LETTERS]} dead letters, {records[checker.JOURNAL]} events; "
          f"{told} webhooks, {len(endpoint.receiver.requests) - told} came again; "
          f"{fed - began:.0f} s, {time.monotonic() - fed:.0f} s to check; seed {SEED}")
    assert total >= PLAN.faults and faults.zombies() >= PLAN.zombies, (total, faults.zombies())
    assert upstream.sent >= PLAN.commands, upstream.sent


if __name__ == "__main__":
    paylog.run_all([killed_stopped_and_cut])
