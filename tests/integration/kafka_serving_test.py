#!/usr/bin/env python3
"""Serving on Kafka: how soon partitions are served again, what a start refuses, what a producer is told."""

import contextlib
import itertools
import json
import os
import re
import subprocess
import time

import kafka_checker as checker
import kafka_clients
import kafka_services
import kafka_workload
import paylog_process as paylog
from kafka_cluster import QUIET, Cluster, confluent_kafka, wait_until

PARTITIONS = 4
SETTINGS = "paylog.settings"
SESSION_SECONDS = 6
START_ERROR_SECONDS = 15
QUIET_SECONDS = 60
# Commands before the kill that a standby survives; a million takes some minutes. Whoever asks for it measures, and
# has a machine that is idle otherwise.
MEASURES = "PAYLOG_TEST_HISTORY" in os.environ
HISTORY = int(os.environ.get("PAYLOG_TEST_HISTORY", "20000"))
SEED = int(os.environ.get("PAYLOG_SEED", "20261121"))


@contextlib.contextmanager
def under_load(history=20_000, standby=False, **counts):
    """A broker, services and a steady producer that follows on a history of so many commands."""
    work = kafka_workload.Workload(SEED, PARTITIONS)
    with Cluster(1) as cluster, paylog.Paylog(log=f"kafka:{cluster.bootstrap}") as log:
        kafka_services.create_topics(cluster.bootstrap, PARTITIONS)
        with kafka_services.Services(cluster.bootstrap, log.directory, **counts,
                                     standby=standby,
                                     properties={"session.timeout.ms": SESSION_SECONDS * 1000}) as services:
            watcher = kafka_clients.Watcher(cluster.bootstrap)
            upstream = kafka_clients.Upstream(cluster.bootstrap)
            for command in itertools.chain(work.opening(), (work.next() for _ in range(history))):
                upstream.send(command)
            upstream.finish()
            watcher.wait_for(upstream.sent, QUIET_SECONDS)
            # Only what the ledger answers, so that an answer shows that it serves.
            steady = kafka_clients.SteadyUpstream(cluster.bootstrap, work.deposit, watcher, 400, 20_000,
                                                  already=upstream)
            try:
                yield services, watcher, steady
            finally:
                steady.end()
                watcher.close()
            services.all_run()


def seconds_until_served(watcher, upstream, moment, wait):
    """By partition: from the moment to the first answer to a command that was sent after it."""
    index = {partition: len(watcher.answered_at[partition]) for partition in range(PARTITIONS)}
    def served():
        found = {p: watcher.first_answer(p, index[p], upstream, moment) for p in index}
        return found if all(found.values()) else None
    found = wait_until(served, wait, "all partitions are served again")
    return {partition: answered - moment for partition, answered in found.items()}


def describe(seconds):
    return ", ".join(f"{partition}: {value:.2f}" for partition, value in seconds.items())


def gauge(ledger, name):
    """Of the whole process, as it says itself."""
    found = re.search(rf"^{name}\{{stage=.*\}} (\d+)$", ledger.get("/metrics")[1], re.M)
    return int(found[1]) if found else 0


def assigned(ledger):
    return gauge(ledger, "paylog_partitions_assigned")


def wait_until_shared(ledgers, watcher, upstream):
    """A group that has just changed is left to settle: half of the partitions each, all served at once."""
    wait_until(lambda: all(ledger.is_ready() and assigned(ledger) == PARTITIONS // 2
                           for ledger in ledgers),
               60, "half of the partitions for each ledger")
    wait_until(lambda: max(seconds_until_served(watcher, upstream, time.monotonic(), 60).values()) < 1,
               60, "settled")


def served_again_after_a_kill_and_after_a_stop():
    with under_load(validator=1, ledger=2) as (services, watcher, upstream):
        first, second = ledgers = services.of("ledger")
        wait_until_shared(ledgers, watcher, upstream)
        events = watcher.answers  # At least as many; the new owner has no snapshot of its own of them.
        moment = time.monotonic()
        first.kill()
        limit = SESSION_SECONDS + 2 + 2 * events / 500_000
        found = seconds_until_served(watcher, upstream, moment, 60)
        print(f"        after kill -9 of one of two ledgers, seconds by partition: {describe(found)} "
              f"(session time-out {SESSION_SECONDS} s, limit {limit:.2f})")
        assert 1 < max(found.values()) <= limit, found
        first.start()
        wait_until_shared(ledgers, watcher, upstream)
        moment = time.monotonic()
        took = second.terminate()
        found = seconds_until_served(watcher, upstream, moment, 60)
        print(f"        after SIGTERM of one of two ledgers: {describe(found)}; it ended after {took:.2f} s")
        assert max(found.values()) < SESSION_SECONDS / 2, found
        second.start()


def followed(ledger):
    """By partition of others: up to where it has read."""
    found = re.findall(r'^paylog_followed_sequence\{partition="(\d+)".*\} (\S+)$', ledger.get("/metrics")[1], re.M)
    return {int(partition): float(sequence) for partition, sequence in found}


def a_standby_reads_only_the_tail():
    with under_load(history=HISTORY, validator=1, ledger=2, standby=True) as (services, watcher, upstream):
        first, second = ledgers = services.of("ledger")
        wait_until_shared(ledgers, watcher, upstream)
        # A fiftieth of the history: the hot accounts' partitions have more of it, none has hardly any.
        wait_until(lambda: len(followed(second)) == PARTITIONS // 2
                   and min(followed(second).values()) > HISTORY / 50, 600, "the standby has the history")
        assert gauge(second, "paylog_partitions_followed") == PARTITIONS // 2
        before = followed(second)
        wait_until(lambda: sum(followed(second).values()) > sum(before.values()), 60, "it follows")
        moment = time.monotonic()
        first.kill()
        limit = SESSION_SECONDS + (1 if MEASURES else 2)
        found = seconds_until_served(watcher, upstream, moment, 60)
        taken = [message for message in second.messages() if message["message"] == "took a partition over"
                 and int(message["partition"].split("/")[1]) in before][-len(before):]
        print(f"        {HISTORY} commands of history, kill -9 of one of two ledgers: {describe(found)} (session "
              f"time-out {SESSION_SECONDS} s, limit {limit}); take-overs replayed "
              + ", ".join(f"{m['replayed_events']} events behind {m['snapshot_sequence']} in {m['milliseconds']} ms"
                          for m in taken))
        assert 1 < max(found.values()) <= limit, found
        assert len(taken) == len(before), second.tail()
        for message in taken:
            partition = int(message["partition"].split("/")[1])
            assert message["snapshot_sequence"] >= before[partition], (message, before)
            assert message["replayed_events"] < HISTORY / 20, message
        assert gauge(second, "paylog_partitions_followed") == 0 and not followed(second)
        first.start()


def refused_at_start(arguments, *texts, environment=None, program=None):
    """The program does not start, soon, with exit code 3 and one line that says why."""
    began = time.monotonic()
    done = subprocess.run([program or kafka_services.executable("ledger"), *map(str, arguments)],
                          text=True,
                          capture_output=True, timeout=60, check=False, stdin=subprocess.DEVNULL,
                          env={**os.environ, **(environment or {})})
    seconds = time.monotonic() - began
    assert done.returncode == 3, (arguments, done)
    assert len(done.stderr.splitlines()) == 1, (arguments, done.stderr)
    for text in texts:
        assert re.search(text, done.stderr), (text, done.stderr)
    assert seconds < START_ERROR_SECONDS, (arguments, seconds)
    print(f"        {seconds:4.1f} s: {done.stderr.strip()}")


PROGRAMS = ("validator", "ledger")


def a_bad_address_is_refused():
    for service in PROGRAMS:
        refused_at_start(["--log", "kafka:127.0.0.1:1"], "127.0.0.1:1",
                         program=kafka_services.executable(service))
    refused_at_start(["balances", "--log", "kafka:127.0.0.1:1"], "127.0.0.1:1", program=paylog.binary())


def a_start_waits_for_leaders():
    """Where brokers answer, and one of the log's topics has no leader for longer than one look at it lasts."""
    with Cluster(3) as cluster, paylog.Paylog(log=f"kafka:{cluster.bootstrap}") as log:
        kafka_services.create_topics(cluster.bootstrap, PARTITIONS, "--replication-factor", "1")
        leader = cluster.leader(SETTINGS, 0)
        cluster.kill(leader)
        with kafka_services.Services(cluster.bootstrap, log.directory, validator=1) as services:
            validator = services.instances[0]
            wait_until(lambda: validator.messages() or not validator.is_running(), 30, "a word about the log")
            services.all_run()
            assert validator.messages()[0]["message"].startswith("the log cannot be opened yet: "), validator.output()
            assert not validator.has_served(), validator.output()
            cluster.start(leader)
            wait_until(validator.is_ready, 60, validator.state)


def wrong_credentials_are_refused():
    with Cluster(1, sasl=True) as cluster:
        address = f"kafka:{cluster.sasl}"
        kafka_services.create_topics(cluster.bootstrap, PARTITIONS)
        config = cluster.directory / "client.properties"
        def write_config(password):
            config.write_text("security.protocol=SASL_PLAINTEXT\nsasl.mechanism=PLAIN\nsasl.username=tester\n"
                              f"sasl.password={password}\n", encoding="utf-8")
        write_config("wrong-password")
        for service in PROGRAMS:
            refused_at_start(["--log", address, "--kafka-config", config], "(?i)authentication",
                             program=kafka_services.executable(service))
        write_config("secret")
        done = subprocess.run([paylog.binary(), "topics", "--log", address, "--kafka-config", config],
                              text=True,
                              capture_output=True, timeout=60, check=False)
        assert done.returncode == 0 and checker.JOURNAL in done.stdout, done


def secrets_stay_off_the_command_line():
    done = subprocess.run([kafka_services.executable("ledger"), "--log", "kafka:127.0.0.1:1",
                           "--kafka-property", "sasl.password=hush"], text=True, capture_output=True,
                          timeout=60, check=False)
    assert done.returncode == 2 and "sasl.password" in done.stderr, done
    assert "hush" not in done.stderr + done.stdout, done


def set_configuration(cluster, topic, **changes):
    """Other settings stay as they are: the call replaces all."""
    resource = confluent_kafka.admin.ConfigResource("topic", topic)
    found = cluster.admin.describe_configs([resource])[resource].result()
    dynamic = confluent_kafka.admin.ConfigSource.DYNAMIC_TOPIC_CONFIG.value
    settings = {name: entry.value for name, entry in found.items() if entry.source == dynamic}
    settings.update({name.replace("_", "."): value for name, value in changes.items()})
    resource = confluent_kafka.admin.ConfigResource("topic", topic, set_config=settings)
    for future in cluster.admin.alter_configs([resource]).values():
        future.result()


def changed_topics_are_refused():
    with Cluster(1) as cluster:
        address = ["--log", f"kafka:{cluster.bootstrap}"]
        for service in PROGRAMS:
            refused_at_start(address, "no topic", program=kafka_services.executable(service))
        kafka_services.create_topics(cluster.bootstrap, PARTITIONS)
        set_configuration(cluster, checker.JOURNAL, retention_ms="604800000")
        for service in PROGRAMS:
            refused_at_start(address, checker.JOURNAL, "retention.ms",
                             program=kafka_services.executable(service))
        set_configuration(cluster, checker.JOURNAL, retention_ms="-1")
        for future in cluster.admin.create_partitions(
                [confluent_kafka.admin.NewPartitions(checker.INBOX, PARTITIONS + 1)]).values():
            future.result()
        wait_until(lambda: len(cluster.metadata().topics[checker.INBOX].partitions) > PARTITIONS, 30,
                   "one more partition")
        for service in PROGRAMS:
            refused_at_start(address, checker.INBOX, "partition",
                             program=kafka_services.executable(service))
        for future in cluster.admin.delete_topics([checker.RESULTS]).values():
            future.result()
        wait_until(lambda: checker.RESULTS not in cluster.metadata().topics, 30, "the topic is gone")
        for service in PROGRAMS:
            refused_at_start(address, checker.RESULTS, program=kafka_services.executable(service))


def a_wrong_partitioner_is_told_the_remedy():
    with Cluster(1) as cluster, paylog.Paylog(log=f"kafka:{cluster.bootstrap}") as log:
        kafka_services.create_topics(cluster.bootstrap, PARTITIONS)
        with kafka_services.Services(cluster.bootstrap, log.directory, validator=1, ledger=1):
            watcher = kafka_clients.Watcher(cluster.bootstrap)
            producer = confluent_kafka.Producer({"bootstrap.servers": cluster.bootstrap, **QUIET})
            placed = {}
            def remember(error, message):
                assert error is None, error
                placed[message.key().decode()] = message.partition()
            for number in range(20):
                body = {"type": "open_account", "command_id": "o", "account": f"a-{number}",
                        "currency": "EUR"}
                producer.produce(checker.COMMANDS, key=body["account"], value=json.dumps(body),
                                 on_delivery=remember)
            assert producer.flush(30) == 0
            try:
                watcher.wait_for(20, QUIET_SECONDS)
            finally:
                watcher.close()
        refused = 0
        for result in log.results():
            right = kafka_workload.partition_of(result["account"].encode(), PARTITIONS)
            if placed[result["account"]] == right:
                assert result["status"] == "completed", result
            else:
                refused += 1
                assert (result["status"], result["code"]) == ("refused", "wrong_partition"), result
                assert "partitioner=murmur2_random" in result["message"], result
        print(f"        {refused} of 20 were on a wrong partition")
        assert refused > 0


METRICS = ("paylog_lag_records", "paylog_lso_lag_records", "paylog_batch_records",
           "paylog_commit_seconds",
           "paylog_transactions_total", "paylog_take_over_seconds", "paylog_partitions_assigned")


def health_metrics_and_diagnostics():
    text = "only in bodies"
    with Cluster(1) as cluster, paylog.Paylog(log=f"kafka:{cluster.bootstrap}") as log:
        kafka_services.create_topics(cluster.bootstrap, PARTITIONS)
        with kafka_services.Services(cluster.bootstrap, log.directory, validator=1, ledger=1) as services:
            for instance in services.instances:
                wait_until(instance.is_ready, 30, f"{instance} is ready")
            watcher = kafka_clients.Watcher(cluster.bootstrap)
            upstream = kafka_clients.Upstream(cluster.bootstrap)
            for body in ({"type": "open_account", "command_id": "o", "account": "a", "currency": "EUR"},
                         {"type": "deposit", "command_id": "d", "account": "a", "amount": 1,
                          "currency": "EUR", "reference": text}):
                upstream.send(kafka_workload.Command(b"a", None, json.dumps(body).encode(), None))
            upstream.finish()
            try:
                watcher.wait_for(2, QUIET_SECONDS)
            finally:
                watcher.close()
            for instance in services.instances:
                assert instance.get("/healthz")[0] == 200
                assert instance.get("/nothing")[0] == 404
                for metric in METRICS:
                    wait_until(lambda: f"\n{metric}" in instance.get("/metrics")[1], 15, metric)
                assert re.search(rf'\npaylog_partitions\{{[^}}]*\}} {PARTITIONS}\n', instance.get("/metrics")[1])
            ledger = services.of("ledger")[0]
            wait_until(lambda: re.search(r'\npaylog_results_total\{[^}]*code="ok"[^}]*\} 2',
                                         ledger.get("/metrics")[1]),
                       15, "results by code")
            for instance in services.instances:
                instance.terminate()
                lines = instance.output().splitlines()
                assert all(json.loads(line)["service"] == f"paylog-{instance.service}" for line in lines)
                assert text not in instance.output()


if __name__ == "__main__":
    paylog.run_all([served_again_after_a_kill_and_after_a_stop, a_standby_reads_only_the_tail, a_bad_address_is_refused,
                    a_start_waits_for_leaders, wrong_credentials_are_refused, secrets_stay_off_the_command_line,
                    changed_topics_are_refused, a_wrong_partitioner_is_told_the_remedy,
                    health_metrics_and_diagnostics])
