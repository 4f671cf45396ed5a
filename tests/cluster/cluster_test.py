#!/usr/bin/env python3
"""The cluster of docker-compose.yml on a container engine: it starts, loses nothing when things are killed, is watched."""

import json
import pathlib
import subprocess
import urllib.parse
import urllib.request

import container_cluster
from container_cluster import BROKERS, STAGES, ContainerCluster, call, paylog, wait_until

PROMETHEUS = "http://127.0.0.1:9090/api/v1/"
ALERTS = paylog.ROOT / "deploy" / "prometheus" / "alerts.yml"
DASHBOARDS = paylog.ROOT / "deploy" / "grafana" / "dashboards"
FIRES_SECONDS = 120
BROKERS_OUTSIDE = "localhost:19092,localhost:29092,localhost:39092"


def ask_prometheus(path, **parameters):
    address = PROMETHEUS + path + "?" + urllib.parse.urlencode(parameters)
    with urllib.request.urlopen(address, timeout=10) as answer:
        return json.load(answer)["data"]


def query(expression):
    return ask_prometheus("query", query=expression)["result"]


def firing():
    """(name, instance) of the alarms that are on."""
    return {(alert["labels"]["alertname"], alert["labels"].get("instance"))
            for alert in ask_prometheus("alerts")["alerts"] if alert["state"] == "firing"}


class Tests:
    def __init__(self, cluster):
        self.cluster = cluster

    def every_service_is_confined(self):
        published = 0
        for service in self.cluster.services:
            found = self.cluster.inspect(service)
            host, user = found["HostConfig"], found["Config"]["User"]
            assert user.split(":")[0] not in ("", "0", "root"), (service, user)
            assert host["ReadonlyRootfs"] and host["Memory"] > 0 and host["NanoCpus"] > 0, (service, host)
            assert host["CapDrop"] == ["ALL"] and not host["Privileged"], (service, host)
            assert host["RestartPolicy"]["Name"] == "unless-stopped", (service, host)
            for bindings in (host["PortBindings"] or {}).values():
                assert [b["HostIp"] for b in bindings] == ["127.0.0.1"], (service, bindings)
                published += 1
        assert published == len(BROKERS) + len(self.cluster.services) - len(BROKERS + STAGES) - 1, published

    def a_killed_service_is_started_again(self):
        before = self.cluster.inspect("validator-2")["RestartCount"]
        self.cluster.script("kill", "validator-2")
        wait_until(lambda: self.cluster.inspect("validator-2")["RestartCount"] > before, 30, "a restart")
        self.cluster.wait_until_healthy("validator-2")

    def the_demo_loses_nothing(self):
        restarts = {name: self.cluster.inspect(name)["RestartCount"] for name in ("ledger-1", "kafka-2")}
        out = self.cluster.script("demo")
        print("".join(f"        {line}\n" for line in out.splitlines()[-24:]))
        assert out.rstrip().endswith("Lost: nothing."), out
        assert "audit clean" in out and "LOST" not in out, out
        for name, before in restarts.items():
            ends = self.cluster.inspect(name)["RestartCount"] - before
            assert ends == 1, f"{name} ended {ends} times, not once:\n{self.cluster.logs(name)}"

    def a_client_outside_is_served(self):
        done = subprocess.run(["/usr/bin/python3", paylog.ROOT / "examples/python/payments.py", BROKERS_OUTSIDE,
                               "outside"], capture_output=True, text=True, timeout=120, check=False)
        assert done.returncode == 0 and done.stdout.endswith("t-1 completed ok\n"), done

    def prometheus_scrapes_every_service(self):
        def healthy():
            targets = ask_prometheus("targets")["activeTargets"]
            return {t["labels"]["instance"] for t in targets if t["health"] == "up"} == set(STAGES)
        wait_until(healthy, 60, "all targets are up")

    def every_query_of_the_dashboard_returns_data(self):
        count = 0
        for path in DASHBOARDS.iterdir():
            for panel in json.loads(path.read_text(encoding="utf-8"))["panels"]:
                for target in panel["targets"]:
                    # Over the time that a dashboard shows: what happened may be over.
                    found = query(f"count_over_time(({target['expr']})[30m:10s])")
                    values = [sample["value"][1] for sample in found]
                    assert values, (panel["title"], target["expr"])
                    count += 1
        print(f"        {count} queries")
        assert count > 10, count

    def every_alarm_has_a_page(self):
        groups = ask_prometheus("rules")["groups"]
        rules = [rule for group in groups for rule in group["rules"]]
        assert rules and all(rule["health"] == "ok" for rule in rules), rules
        pages = {path.stem for path in (paylog.ROOT / "docs/operating/alarms").glob("*.md")} - {"README"}
        assert {rule["name"] for rule in rules} == pages, (pages, rules)
        for rule in rules:
            assert pathlib.Path(paylog.ROOT, rule["annotations"]["page"]).is_file(), rule

    def alarms_fire_when_they_should_and_not_before(self):
        image = self.cluster.inspect("prometheus")["Config"]["Image"]
        call("docker", "run", "--rm", "--volume", f"{paylog.ROOT}:/paylog:ro", "--entrypoint", "promtool", image,
             "test", "rules", "/paylog/tests/cluster/alerts_test.yml")

    def a_stopped_ledger_fires_an_alarm_and_its_partitions_move(self):
        wait_until(lambda: not firing(), FIRES_SECONDS, "no alarm is on")
        identifier = self.cluster.inspect("ledger-1")["Id"]
        call("docker", "stop", identifier)
        wait_until(lambda: ("InstanceDown", "ledger-1") in firing(), FIRES_SECONDS, "the alarm is on")
        assert firing() == {("InstanceDown", "ledger-1")}, firing()
        served = query('paylog_partitions_assigned{instance="ledger-2"}')
        assert [sample["value"][1] for sample in served] == ["4"], served
        call("docker", "start", identifier)
        self.cluster.wait_until_healthy("ledger-1")
        wait_until(lambda: not firing(), FIRES_SECONDS, "the alarm is off")


def main():
    with ContainerCluster() as cluster:
        tests = Tests(cluster)
        paylog.run_all([tests.every_service_is_confined, tests.prometheus_scrapes_every_service,
                        tests.a_client_outside_is_served, tests.a_killed_service_is_started_again,
                        tests.the_demo_loses_nothing, tests.every_query_of_the_dashboard_returns_data,
                        tests.alarms_fire_when_they_should_and_not_before,
                        tests.every_alarm_has_a_page,
                        tests.a_stopped_ledger_fires_an_alarm_and_its_partitions_move])


if __name__ == "__main__":
    main()
