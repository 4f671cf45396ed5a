#!/usr/bin/env python3
"""The clients of examples/, each run as its README says, on a real broker with paylog's services.

Each must be answered as it promises, land on the partition of its keys, and be answered again when it is run again, without
moving money twice. Those on librdkafka are also run without their line about the partitioner: what paylog says then is what
their author will read.
"""

import collections
import json
import pathlib
import shutil
import subprocess
import sys
import tempfile
import zlib

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "integration"))

import kafka_services
import kafka_workload
import paylog_process as paylog
from kafka_cluster import Cluster, skip, wait_until

EXAMPLES = paylog.ROOT / "examples"
PARTITIONS = 4
RUN_SECONDS = 120
BUILD_SECONDS = 600
PRINTED = ["o-1 completed ok", "o-2 completed ok", "d-1 completed ok", "t-1 completed ok"]
COMMANDS_OF_A_RUN = 4

# By directory: programs that it needs, how it is built, how it is run, the line that librdkafka needs.
Example = collections.namedtuple("Example", "needs build run partitioner")
CLIENTS = {
    "java": Example(["javac", "mvn"],
                    ["mvn", "-B", "-q", "compile", "dependency:copy-dependencies", "-DincludeScope=runtime",
                     "-DoutputDirectory=target/lib"],
                    ["java", "-cp", "target/classes:target/lib/*", "Payments"], None),
    "python": Example([], None, ["/usr/bin/python3", "payments.py"],
                      '            "partitioner": "murmur2_random",\n'),
    "node": Example(["node", "npm"], ["npm", "ci", "--ignore-scripts"], ["node", "payments.js"], None),
    "go": Example(["go"], ["go", "build", "-o", "payments", "."], ["./payments"], None),
    "cpp": Example(["c++"], ["c++", "-std=c++20", "-o", "payments", "payments.cc", "-lrdkafka++"],
                   ["./payments"], '        {"partitioner", "murmur2_random"},\n'),
    "kcat": Example(["kcat"], None, ["./payments.sh"], "    -X partitioner=murmur2_random \\\n"),
}


class Client:
    """A copy of an example, built."""

    def __init__(self, name, directory):
        self.example = CLIENTS[name]
        self.directory = pathlib.Path(directory) / name
        shutil.copytree(EXAMPLES / name, self.directory,
                        ignore=shutil.ignore_patterns("node_modules", "target", "payments"))

    def without_partitioner(self):
        """As somebody writes it who has not read about it."""
        changed = 0
        for path in self.directory.iterdir():
            text = path.read_text(encoding="utf-8")
            changed += text.count(self.example.partitioner)
            path.write_text(text.replace(self.example.partitioner, ""), encoding="utf-8")
        assert changed == 1, f"{self.directory.name} sets the partitioner {changed} times"
        return self

    def build(self):
        if self.example.build:
            done = subprocess.run(self.example.build, cwd=self.directory, stdin=subprocess.DEVNULL, text=True,
                                  capture_output=True, timeout=BUILD_SECONDS, check=False)
            assert done.returncode == 0, done
        return self

    def run(self, bootstrap, prefix):
        return subprocess.run([*self.example.run, bootstrap, prefix], cwd=self.directory, text=True,
                              stdin=subprocess.DEVNULL, capture_output=True, timeout=RUN_SECONDS, check=False)


def accounts_of(prefix):
    return f"{prefix}-alice", f"{prefix}-bob"


def records(log, topic):
    return [json.loads(line) for line in log.expect("read", topic).out.splitlines()]


def results_of(log, prefix, duplicate):
    found = [r for r in log.results() if r["account"] in accounts_of(prefix) and r["duplicate"] == duplicate]
    return found if len(found) == COMMANDS_OF_A_RUN else None


def crc32_partition(key):
    """Where librdkafka puts a key unless told otherwise."""
    return zlib.crc32(key) % PARTITIONS


def misplaced_prefix(name):
    """Accounts that librdkafka's own hash puts elsewhere."""
    for number in range(1000):
        prefix = f"{name}-{number}"
        alice = accounts_of(prefix)[0].encode()
        if crc32_partition(alice) != kafka_workload.partition_of(alice, PARTITIONS):
            return prefix
    raise AssertionError("no such account")


class Tests:
    """On one broker with one instance of validator and ledger."""

    def __init__(self, directory, bootstrap, log):
        self.directory, self.bootstrap, self.log = directory, bootstrap, log

    def check_example(self, name):
        client = Client(name, self.directory).build()
        alice, bob = accounts_of(name)
        for duplicate in (False, True):
            done = client.run(self.bootstrap, name)
            assert (done.returncode, done.stdout.splitlines()) == (0, PRINTED), (name, done)
            # The second run may have been shown the first one's results; its own follow.
            results = wait_until(lambda: results_of(self.log, name, duplicate), 30, f"{name}: results")
            assert [r["status"] for r in results] == ["completed"] * COMMANDS_OF_A_RUN, results
        balances = self.log.balances()
        assert (balances[alice], balances[bob]) == (8750, 1250), (name, balances)
        sent = [r for r in records(self.log, "payments.commands") if r["key"] in (alice, bob)]
        assert len(sent) == 2 * COMMANDS_OF_A_RUN, sent
        for record in sent:
            right = kafka_workload.partition_of(record["key"].encode(), PARTITIONS)
            assert record["partition"] == right, (name, record)
        print(f"        {name}: {len(sent)} commands on partitions {sorted({r['partition'] for r in sent})}")

    def each_example_does_what_it_says(self):
        for name in CLIENTS:
            self.check_example(name)
        assert not records(self.log, "payments.dead-letters")
        self.log.audit()

    def librdkafka_without_the_partitioner_is_told_the_remedy(self):
        for name, example in CLIENTS.items():
            if not example.partitioner:
                continue
            with tempfile.TemporaryDirectory() as directory:
                client = Client(name, directory).without_partitioner().build()
                prefix = misplaced_prefix(name)
                done = client.run(self.bootstrap, prefix)
            assert done.returncode == 1, (name, done)
            assert done.stdout.splitlines() == ["o-1 refused wrong_partition"], (name, done)
            assert "partitioner=murmur2_random" in done.stderr, (name, done)
            # Nothing came of it: no account, no later command.
            alice, bob = accounts_of(prefix)
            assert not {alice, bob} & self.log.balances().keys()
            print(f"        {name}: {done.stderr.strip()[:160]}")
        self.log.audit()


def main():
    for example in CLIENTS.values():
        for program in example.needs:
            if not shutil.which(program):
                skip(f"{program} is not installed")
    with tempfile.TemporaryDirectory(prefix="paylog-examples-") as directory, Cluster(1) as cluster, \
            paylog.Paylog(log=f"kafka:{cluster.bootstrap}") as log:
        kafka_services.create_topics(cluster.bootstrap, PARTITIONS)
        with kafka_services.Services(cluster.bootstrap, log.directory, validator=1, ledger=1):
            tests = Tests(directory, cluster.bootstrap, log)
            paylog.run_all([tests.each_example_does_what_it_says,
                            tests.librdkafka_without_the_partitioner_is_told_the_remedy])


if __name__ == "__main__":
    main()
