"""Kafka brokers of a test's own, behind a proxy, that can be killed and started again."""

import contextlib
import functools
import os
import pathlib
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time

import kafka_proxy
import paylog_process as paylog

try:
    import confluent_kafka
    import confluent_kafka.admin
except ImportError:
    confluent_kafka = None

# Clients of the tests do not report each connection that a test cut.
QUIET = {"log_level": 2}
SCRIPT = paylog.ROOT / "scripts" / "kafka"


def wait_until(condition, seconds, what):
    """Polls until it holds; what it returned then. `what` is a text, or a function that makes one at the end."""
    deadline = time.monotonic() + seconds
    pause = threading.Event()
    while not (found := condition()):
        assert time.monotonic() < deadline, f"not within {seconds} s: {what() if callable(what) else what}"
        pause.wait(0.05)
    return found


def skip(reason):
    """Ends the test as skipped, or as failed with PAYLOG_REQUIRE_ALL=1."""
    print(f"skipped: {reason}")
    sys.exit(1 if os.environ.get("PAYLOG_REQUIRE_ALL") == "1" else paylog.SKIPPED)


def java_hash(text):
    """String.hashCode, by which Kafka finds coordinators."""
    value = 0
    for character in text:
        value = 31 * value + ord(character) & 0xffffffff
    return value - (1 << 32) if value >= 1 << 31 else value


class Cluster:
    """Brokers 1 to N in a directory that goes with them. Clients at `proxied` stay behind the proxies."""

    def __init__(self, brokers=3, sasl=False):
        if confluent_kafka is None:
            skip("python3-confluent-kafka is not installed")
        self.directory = pathlib.Path(tempfile.mkdtemp(prefix="paylog-kafka-"))
        self.numbers = range(1, brokers + 1)
        self.proxies = kafka_proxy.Proxies(brokers)
        self.bootstrap = self.proxied = self.sasl = None
        try:
            self.up(sasl)
        except BaseException:
            self.close()
            raise

    def up(self, sasl):
        done = self.script("up", "--brokers", len(self.numbers), *(["--sasl"] if sasl else []),
                           "--proxies", ",".join(map(str, self.proxies.ports)))
        if done.returncode == paylog.SKIPPED:
            skip(done.stdout.strip().removeprefix("skipped: "))
        assert done.returncode == 0, done
        self.bootstrap = (self.directory / "bootstrap").read_text(encoding="utf-8").strip()
        if sasl:
            self.sasl = (self.directory / "bootstrap-sasl").read_text(encoding="utf-8").strip()
        self.proxied = ",".join(f"127.0.0.1:{port}" for port in self.proxies.ports)
        for number in self.numbers:
            text = (self.directory / f"broker-{number}" / "server.properties").read_text(encoding="utf-8")
            self.proxies.targets[number - 1] = int(re.search(r"^# port behind the proxy (\d+)$", text,
                                                             re.M)[1])

    def __enter__(self):
        return self

    def __exit__(self, *unused):
        self.close()

    def close(self):
        self.script("down", "--now")
        self.proxies.close()
        shutil.rmtree(self.directory, ignore_errors=True)

    def script(self, command, *arguments):
        return subprocess.run([sys.executable, SCRIPT, command, *map(str, arguments), "--dir",
                               self.directory],
                              stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)

    def pid(self, number):
        return int((self.directory / f"broker-{number}" / "pid").read_text(encoding="utf-8"))

    def pause(self, number):
        os.kill(self.pid(number), signal.SIGSTOP)

    def resume(self, number):
        os.kill(self.pid(number), signal.SIGCONT)

    def kill(self, number):
        pid = self.pid(number)
        os.kill(pid, signal.SIGKILL)
        wait_until(lambda: not pathlib.Path(f"/proc/{pid}/cmdline").exists()
                   or not pathlib.Path(f"/proc/{pid}/cmdline").read_bytes(), 10, f"broker {number} ends")

    def start(self, number):
        """Returns when it serves again."""
        done = self.script("start", number)
        assert done.returncode == 0, (done.stdout, done.stderr)

    @functools.cached_property
    def admin(self):
        return confluent_kafka.admin.AdminClient({"bootstrap.servers": self.bootstrap, **QUIET})

    def metadata(self, topic=None):
        return self.admin.list_topics(topic, timeout=10)

    def configuration(self, topic):
        """All settings of a topic, as text."""
        resource = confluent_kafka.admin.ConfigResource(confluent_kafka.admin.RESOURCE_TOPIC, topic)
        entries = self.admin.describe_configs([resource])[resource].result(timeout=10)
        return {name: entry.value for name, entry in entries.items()}

    def leader(self, topic, partition):
        return self.metadata(topic).topics[topic].partitions[partition].leader

    def coordinator(self, group=None, transactional_id=None):
        """The broker that coordinates the group or the transactional id."""
        topic = "__consumer_offsets" if group else "__transaction_state"
        partitions = self.metadata(topic).topics[topic].partitions
        return partitions[(java_hash(group or transactional_id) & 0x7fffffff) % len(partitions)].leader

    def is_whole(self):
        """All replicas of all partitions are in sync."""
        with contextlib.suppress(confluent_kafka.KafkaException):
            found = self.metadata()
            return len(found.brokers) == len(self.numbers) and all(
                len(p.isrs) == len(p.replicas) for t in found.topics.values()
                for p in t.partitions.values())
        return False

    def wait_until_whole(self, seconds=60):
        wait_until(self.is_whole, seconds, "all replicas in sync")
