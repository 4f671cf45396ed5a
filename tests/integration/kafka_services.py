"""Processes of paylog's services on Kafka, that can be stopped, killed and started again."""

import collections
import json
import os
import pathlib
import signal
import subprocess
import time
import urllib.error
import urllib.request

import paylog_process as paylog

# Shorter than in production, so that a test sees many of them pass.
SESSION_SECONDS = 3
TRANSACTION_SECONDS = 3
SNAPSHOT_EVENTS = 5000
PROPERTIES = {
    "session.timeout.ms": SESSION_SECONDS * 1000,
    "heartbeat.interval.ms": 500,
    "transaction.timeout.ms": TRANSACTION_SECONDS * 1000,
}


def executable(service):
    return str(pathlib.Path(paylog.binary()).with_name(f"paylog-{service}"))


def property_arguments(properties):
    return [word for name, value in properties.items()
            for word in ("--kafka-property", f"{name}={value}")]


def parse_diagnostics(text):
    """Lines that a kill cut short are left out."""
    return [json.loads(line) for line in text.splitlines() if line.startswith("{") and line.endswith("}")]


class Instance:
    """One instance of a service and its lives, with a directory and a log that stay."""

    def __init__(self, service, name, brokers, directory, arguments=(), properties=None, webhooks=None):
        self.service, self.name, self.brokers = service, name, brokers
        self.directory = pathlib.Path(directory) / f"{service}-{name}"
        self.directory.mkdir()
        self.errors = self.directory / "stderr"
        self.webhooks = webhooks
        self.arguments = [*map(str, arguments), *property_arguments(PROPERTIES | (properties or {}))]
        self.process = None
        self.began_at = 0

    def __repr__(self):
        return f"{self.service}-{self.name}"

    @property
    def snapshots(self):
        return self.directory / "snapshots"

    def argv(self):
        own = []
        if self.service == "ledger":
            own = ["--snapshots", str(self.snapshots), "--snapshot-events", str(SNAPSHOT_EVENTS)]
        if self.service == "notifier":
            own = ["--webhooks", str(self.webhooks)]
        return [executable(self.service), "--log", f"kafka:{self.brokers}", "--log-format", "json",
                *own, *self.arguments]

    def start(self):
        self.began_at = self.errors.stat().st_size if self.errors.exists() else 0
        with open(self.errors, "ab") as errors:
            self.process = subprocess.Popen(self.argv(), stdin=subprocess.DEVNULL, stdout=errors,
                                            stderr=errors)
        return self

    def is_running(self):
        return self.process is not None and self.process.poll() is None

    def signal(self, number):
        os.kill(self.process.pid, number)

    def kill(self):
        self.process.kill()
        self.process.wait()

    def terminate(self, seconds=30):
        """SIGTERM, and how long it took to end."""
        began = time.monotonic()
        self.process.terminate()
        try:
            code = self.process.wait(timeout=seconds)
        except subprocess.TimeoutExpired:
            self.kill()
            raise AssertionError(f"{self} does not end {seconds} s after SIGTERM: {self.tail()}") from None
        # One that was still starting ends in any way.
        assert code == 0 or not self.has_served(), f"{self} ended with {code} after SIGTERM: {self.tail()}"
        return time.monotonic() - began

    def pause(self):
        self.signal(signal.SIGSTOP)

    def resume(self):
        self.signal(signal.SIGCONT)

    def output(self):
        """What it has said since its last start."""
        return self.errors.read_bytes()[self.began_at:].decode(errors="replace")

    def messages(self):
        """Its diagnostics since its last start."""
        return parse_diagnostics(self.output())

    def http(self):
        """Where it answers, or None before it serves."""
        return next((m["http"] for m in self.messages() if m["message"] == "serving"), None)

    def has_served(self):
        return self.http() is not None

    def get(self, path):
        """Status and body."""
        try:
            with urllib.request.urlopen(f"http://{self.http()}{path}", timeout=10) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as error:
            with error:
                return error.code, error.read().decode()

    def is_ready(self):
        """Has it taken over what it was assigned?"""
        try:
            return self.has_served() and self.get("/readyz")[0] == 200
        except OSError:
            return False

    def state(self, count=1500):
        """For whoever must find out why it is not ready."""
        try:
            answer = self.get("/readyz") if self.has_served() else "does not serve"
        except OSError as error:
            answer = f"{error!r}"
        return f"/readyz: {answer}; it said last: {self.tail(count)}"

    def tail(self, count=2000):
        return self.output()[-count:]


class Services:
    """Instances of all services, stopped at the end whatever happens."""

    def __init__(self, brokers, directory, arguments=(), properties=None, webhooks=None, standby=False, **counts):
        self.instances = [Instance(service, "abcdefgh"[n], brokers, directory,
                                   [*arguments, *(["--standby"] if standby and service == "ledger" else [])],
                                   properties, webhooks)
                          for service, count in counts.items() for n in range(count)]

    def __enter__(self):
        for instance in self.instances:
            instance.start()
        return self

    def __exit__(self, *unused):
        for instance in self.instances:
            if instance.is_running():
                instance.kill()

    def of(self, service):
        return [instance for instance in self.instances if instance.service == service]

    def outcomes(self):
        """How often all instances in all their lives took over, and what became of transactions."""
        counts = collections.Counter()
        for instance in self.instances:
            for message in parse_diagnostics(instance.errors.read_text(encoding="utf-8",
                                                                       errors="replace")):
                if "outcome" in message:
                    counts[message["outcome"]] += 1
                elif message["message"] == "took a partition over":
                    counts["take-overs"] += 1
        return counts

    def all_run(self):
        for instance in self.instances:
            assert instance.is_running(), (
                f"{instance} ended with {instance.process.returncode}: {instance.tail()}")
        return True


def create_topics(brokers, partitions, *options):
    """With the product's own command: it is a part of what is tested."""
    done = subprocess.run([paylog.binary(), "topics", "create", "--log", f"kafka:{brokers}",
                           "--partitions",
                           str(partitions), *options], capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done
    return done.stdout
