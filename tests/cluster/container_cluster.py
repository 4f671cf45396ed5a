"""A cluster of scripts/cluster, for tests: an engine and images that are made where they are missing."""

import json
import os
import pathlib
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "integration"))

import paylog_process as paylog
from kafka_cluster import wait_until

ENGINE = paylog.ROOT / "tests" / "support" / "engine" / "engine"
SCRIPT = paylog.ROOT / "scripts" / "cluster"
STEP_SECONDS = 900
LOG_LINES = 200
BROKERS = ["kafka-1", "kafka-2", "kafka-3"]
STAGES = ["validator-1", "validator-2", "ledger-1", "ledger-2", "notifier-1"]
# Beside others that run on this machine.
ENVIRONMENT = {**os.environ, "COMPOSE_PROJECT_NAME": "paylog-test", "PAYLOG_IMAGE": "paylog:test",
               "DEMO_IMAGE": "paylog-demo:local"}


def call(*command, code=0, environment=None):
    """Runs to the end; what it printed on both streams."""
    done = subprocess.run([*map(str, command)], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, text=True, timeout=STEP_SECONDS, check=False,
                          env=environment or ENVIRONMENT)
    if command[0] == ENGINE and done.returncode == paylog.SKIPPED:
        # Also with PAYLOG_REQUIRE_ALL=1: whether an engine can start is the machine's to say.
        print(done.stdout.strip())
        sys.exit(paylog.SKIPPED)
    assert code is None or done.returncode == code, (command, done.returncode, done.stdout[-3000:])
    return done.stdout


def has_grafana():
    """It has no stand-in: where its image cannot be had, its queries are asked of Prometheus instead."""
    image = "grafana/grafana:11.6.1"
    return not call("bash", "-c", f"docker image inspect {image} >/dev/null 2>&1 || timeout 120 docker pull -q {image} "
                    ">/dev/null 2>&1 || echo missing").strip()


class ContainerCluster:
    """Up while it is entered, and gone afterwards, volumes and all."""

    def __init__(self, *options, kafka="4.1.2"):
        self.options = options
        call(ENGINE, "start")
        try:
            call(ENGINE, "images", kafka)
            call(ENGINE, "paylog")
            self.services = [*BROKERS, *STAGES, "receiver", "prometheus"] + ["grafana"] * has_grafana()
        except BaseException:
            call(ENGINE, "stop")
            raise

    def __enter__(self):
        try:
            self.script("down", "--volumes")
            self.script("up", *self.services)
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *unused):
        self.script("down", "--volumes", code=None)
        call(ENGINE, "stop")

    def script(self, *arguments, code=0):
        return call(SCRIPT, *self.options, *arguments, code=code)

    def container(self, service):
        found = call("docker", "ps", "-a", "-q", "--filter", "label=com.docker.compose.project=paylog-test",
                     "--filter", f"label=com.docker.compose.service={service}").split()
        assert len(found) == 1, (service, found)
        return found[0]

    def inspect(self, service):
        return json.loads(call("docker", "inspect", self.container(service)))[0]

    def logs(self, service):
        """What it printed last, in all its lives."""
        return call("docker", "logs", "--timestamps", "--tail", LOG_LINES, self.container(service))

    def health(self, service):
        state = self.inspect(service)["State"]
        return state["Health"]["Status"] if state["Running"] else state["Status"]

    def wait_until_healthy(self, *services, seconds=120):
        for service in services:
            wait_until(lambda name=service: self.health(name) == "healthy", seconds, f"{service} is healthy")
