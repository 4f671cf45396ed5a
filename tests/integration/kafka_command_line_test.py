#!/usr/bin/env python3
"""The command line on one broker: topics, payments, following, resuming, and an audit with teeth."""

import json
import pathlib
import signal
import subprocess
import threading

import asyncapi_document
import kafka_checker as checker
import kafka_clients
import paylog_process as paylog
from kafka_cluster import QUIET, Cluster, confluent_kafka

OPEN_ALICE = '{"type":"open_account","command_id":"o-1","account":"alice","currency":"EUR"}'
OPEN_BOB = '{"type":"open_account","command_id":"o-2","account":"bob","currency":"EUR"}'
DEPOSIT = '{"type":"deposit","command_id":"d-1","account":"alice","amount":10000,"currency":"EUR"}'
TRANSFER = ('{"type":"transfer","command_id":"inv-7","debtor_account":"alice","creditor_account":"bob",'
            '"amount":1250,"currency":"EUR"}')
DEADLINE_SECONDS = 60


def submit(log, *commands, code=0):
    return log.expect("submit", "-", stdin=("\n".join(commands) + "\n").encode(), code=code)


def topics_are_made_on_purpose_only():
    with Cluster(1) as cluster, paylog.Paylog(log=f"kafka:{cluster.bootstrap}") as log:
        for command in (["run", "--until-idle"], ["balances"], ["results"], ["audit", "verify"]):
            outcome = log.expect(*command, code=3)
            assert "topics create" in outcome.err, outcome
        assert "topics create" in submit(log, OPEN_ALICE, code=3).err
        log.expect("topics", "create", "--partitions", 3)
        log.expect("topics", "create", "--partitions", 3)
        log.expect("topics", "create")
        outcome = log.expect("topics", "create", "--partitions", 5, code=3)
        assert "3 partitions" in outcome.err or "not 5" in outcome.err, outcome
        found = cluster.metadata().topics
        for topic in checker.TOPICS:
            assert len(found[topic].partitions) == 3, topic
            assert topic in log.expect("topics").out


def topics_have_the_settings_that_asyncapi_tells():
    with Cluster(1) as cluster, paylog.Paylog(log=f"kafka:{cluster.bootstrap}") as log:
        log.expect("topics", "create")
        for topic, channel in asyncapi_document.Document().channels.items():
            assert len(cluster.metadata().topics[topic].partitions) == channel.kafka["partitions"], topic
            found = cluster.configuration(topic)
            for name, told in channel.kafka["topicConfiguration"].items():
                told = ",".join(told) if isinstance(told, list) else str(told)
                assert found[name] == told, f"{topic}: {name} is {found[name]}, not {told}"


def one_replica_is_warned_about_or_refused():
    with Cluster(1) as cluster, paylog.Paylog(log=f"kafka:{cluster.bootstrap}") as log:
        outcome = log.expect("topics", "create", "--strict", code=3)
        assert "--strict" in outcome.err and "fewer than 3 replicas" in outcome.err, outcome
        outcome = log.expect("topics", "create")
        assert "fewer than 3 replicas" in outcome.err, outcome
        ledger = [str(pathlib.Path(paylog.binary()).with_name("paylog-ledger")), "--log", log.log]
        done = subprocess.run([*ledger, "--strict"], capture_output=True, text=True, cwd=log.directory,
                              timeout=DEADLINE_SECONDS, check=False)
        assert done.returncode == 3 and "fewer than 3 replicas" in done.stderr, done


def payments_and_the_audit():
    with Cluster(1) as cluster, paylog.Paylog(log=f"kafka:{cluster.bootstrap}") as log:
        log.expect("topics", "create", "--partitions", 4)
        submit(log, OPEN_ALICE, OPEN_BOB)
        log.expect("run", "--until-idle")
        outcome = submit(log, DEPOSIT, "garbage", TRANSFER, TRANSFER, code=1)
        assert "line 2:" in outcome.err, outcome
        log.expect("run", "--until-idle")
        assert log.balances() == {"alice": 8750, "bob": 1250}
        first, again = [r for r in log.results() if r["command_id"] == "inv-7"]
        assert (first["duplicate"], again["duplicate"]) == (False, True), (first, again)
        assert first["position"] == again["position"] and first["balances"] == again["balances"]
        events = [json.loads(line) for line in log.expect("read", checker.JOURNAL).out.splitlines()]
        assert sorted(e["value"]["type"] for e in events).count("account_opened") == 2, events
        log.audit()
        # Somebody who may write but is not paylog.
        result = next(r for records in kafka_clients.read_history(cluster.bootstrap)[checker.RESULTS]
                      for r in records if r.key == b"bob")
        producer = confluent_kafka.Producer({"bootstrap.servers": cluster.bootstrap, **QUIET,
                                             **kafka_clients.PARTITIONED})
        producer.produce(checker.RESULTS, key=result.key, value=result.value, headers=result.headers)
        assert producer.flush(DEADLINE_SECONDS) == 0
        outcome = log.expect("audit", "verify", code=1)
        assert f"DIFFERENCE at {checker.RESULTS}" in outcome.out + outcome.err, outcome


def results_are_followed_live():
    with Cluster(1) as cluster, paylog.Paylog(log=f"kafka:{cluster.bootstrap}") as log:
        log.expect("topics", "create", "--partitions", 2)
        follower = log.start("results", "--follow", "--format", "json")
        timer = threading.Timer(DEADLINE_SECONDS, follower.kill)
        timer.start()
        try:
            submit(log, OPEN_ALICE)
            log.expect("run", "--until-idle")
            # Others may write while it follows: on Kafka a log has no single owner.
            found = json.loads(follower.stdout.readline())
            assert found["command_id"] == "o-1", found
            follower.send_signal(signal.SIGTERM)
            follower.communicate(timeout=DEADLINE_SECONDS)
        finally:
            timer.cancel()
            follower.kill()
            follower.communicate()


def a_file_is_taken_up_where_it_was_left():
    with Cluster(1) as cluster, paylog.Paylog(log=f"kafka:{cluster.bootstrap}") as log:
        log.expect("topics", "create", "--partitions", 4)
        path = f"{log.directory}/day.jsonl"
        deposits = [f'{{"type":"deposit","command_id":"d-{n}","account":"alice","amount":1,"currency":"EUR"}}'
                    for n in range(20_000)]
        paylog.write_lines(path, [OPEN_ALICE, *deposits])
        process = log.start("run", "--input", path, "--until-idle", "--batch-records", "200")
        watcher = kafka_clients.Watcher(cluster.bootstrap)
        try:
            watcher.wait_until(lambda: watcher.answers > 1000 or process.poll() is not None,
                               DEADLINE_SECONDS, "1000 answers")
            process.kill()
            out, err = process.communicate()
            assert process.returncode == -signal.SIGKILL, (process.returncode, out, err)
            log.expect("run", "--input", path, "--until-idle")
            watcher.wait_for(len(deposits) + 1, DEADLINE_SECONDS)
        finally:
            watcher.close()
        assert log.balances() == {"alice": len(deposits)}
        assert len(log.results()) == len(deposits) + 1
        again = log.expect("run", "--input", path, "--until-idle")
        assert "was taken up" in again.out or "was taken" in again.out, again
        assert len(log.results()) == len(deposits) + 1
        log.audit()


if __name__ == "__main__":
    paylog.run_all([topics_are_made_on_purpose_only, topics_have_the_settings_that_asyncapi_tells,
                    one_replica_is_warned_about_or_refused, payments_and_the_audit, results_are_followed_live,
                    a_file_is_taken_up_where_it_was_left])
