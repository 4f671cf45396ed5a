#!/usr/bin/env python3
"""The secure cluster: each service works with its own rights, and is refused one step beyond them."""

import collections
import subprocess
import uuid

from container_cluster import ContainerCluster, call, paylog, wait_until

import confluent_kafka

BOOTSTRAP = "localhost:19092,localhost:29092,localhost:39092"
SECRETS = paylog.ROOT / "build" / "secure"
TOPICS = ("payments.commands", "ledger.inbox", "ledger.journal", "payments.results", "ledger.balances",
          "payments.dead-letters", "notifier.deliveries", "paylog.settings")
# As the topology of the system has it: who writes what, and nobody anything else.
WRITES = {
    "validator": {"ledger.inbox", "payments.results", "payments.dead-letters"},
    "ledger": {"ledger.inbox", "ledger.journal", "payments.results", "ledger.balances"},
    "notifier": {"notifier.deliveries", "payments.dead-letters"},
    "operator": {"paylog.settings"},
    "auditor": set(),
    "upstream": {"payments.commands"},
}
GROUPS = {"validator": "payments.commands", "ledger": "ledger.inbox", "notifier": "payments.results"}
REQUEST_SECONDS = 20
Error = confluent_kafka.KafkaError


def properties(user, **changes):
    lines = (SECRETS / f"{user}.env").read_text(encoding="utf-8").splitlines()
    found = {name.removeprefix("PAYLOG_KAFKA_").lower().replace("_", "."): value
             for name, value in (line.split("=", 1) for line in lines)}
    return {"bootstrap.servers": BOOTSTRAP, "log_level": 0, **found, "ssl.ca.location": str(SECRETS / "ca.pem"),
            **{name.replace("_", "."): value for name, value in changes.items()}}


def ends(topic):
    """Of all partitions; the auditor may ask."""
    consumer = confluent_kafka.Consumer(properties("auditor", group_id="none"))
    try:
        return {number: consumer.get_watermark_offsets(confluent_kafka.TopicPartition(topic, number),
                                                       timeout=REQUEST_SECONDS)[1]
                for number in consumer.list_topics(topic, timeout=REQUEST_SECONDS).topics[topic].partitions}
    finally:
        consumer.close()


def write_error(user, topic):
    """What comes of a record that the user writes: a code, or None if it is taken."""
    producer = confluent_kafka.Producer(properties(user, message_timeout_ms=REQUEST_SECONDS * 1000))
    outcome = []
    producer.produce(topic, value=b"not of paylog", on_delivery=lambda error, _: outcome.append(error))
    producer.flush(2 * REQUEST_SECONDS)
    assert outcome, (user, topic)
    return outcome[0] and outcome[0].code()


def transaction_error(user, transactional_id):
    producer = confluent_kafka.Producer(properties(user, transactional_id=transactional_id))
    try:
        producer.init_transactions(REQUEST_SECONDS)
    except confluent_kafka.KafkaException as error:
        return error.args[0].code()
    return None


def join_error(user, group, topic):
    """What a member of the group is told first."""
    consumer = confluent_kafka.Consumer(properties(user, group_id=group))
    consumer.subscribe([topic])
    try:
        message = wait_until(lambda: consumer.poll(1), REQUEST_SECONDS, f"{user} is told of {group}")
        return message.error() and message.error().code()
    finally:
        consumer.close()


class Tests:
    def __init__(self, cluster):
        self.cluster = cluster

    def every_service_works(self):
        """Commands, results, webhooks, the audit: nobody needs a right that it has not."""
        out = self.cluster.script("demo", "5000")
        print("".join(f"        {line}\n" for line in out.splitlines()[-9:]))
        assert out.rstrip().endswith("Lost: nothing.") and "audit clean" in out, out
        for service in ("validator-1", "validator-2", "ledger-1", "ledger-2", "notifier-1"):
            log = call("docker", "logs", self.cluster.inspect(service)["Id"])
            assert "uthorization" not in log, (service, log[-2000:])

    def nobody_writes_a_topic_that_is_not_its_own(self):
        before = {topic: ends(topic) for topic in TOPICS}
        refused = collections.Counter()
        for user, own in WRITES.items():
            for topic in sorted(set(TOPICS) - own):
                assert write_error(user, topic) == Error.TOPIC_AUTHORIZATION_FAILED, (user, topic)
                refused[topic] += 1
        assert refused["ledger.journal"] == len(WRITES) - 1
        # Not one record came of it, and the journal is as it was.
        assert {topic: ends(topic) for topic in TOPICS} == before
        print(f"        {sum(refused.values())} attempts refused")

    def nobody_takes_anothers_transactional_ids(self):
        for user in WRITES:
            for owner in GROUPS:
                if user != owner:
                    found = transaction_error(user, f"{owner}-0")
                    assert found == Error.TRANSACTIONAL_ID_AUTHORIZATION_FAILED, (user, owner, found)

    def nobody_joins_anothers_group(self):
        for user in GROUPS:
            for owner, topic in GROUPS.items():
                if user != owner:
                    found = join_error(user, f"paylog-{owner}", topic)
                    assert found in (Error.GROUP_AUTHORIZATION_FAILED, Error.TOPIC_AUTHORIZATION_FAILED), (
                        user, owner, found)

    def strangers_are_refused(self):
        environment = {"SASL_PASSWORD": uuid.uuid4().hex, "SECURITY_PROTOCOL": "PLAINTEXT"}
        for name, text in (("SASL_PASSWORD", "uthentication failed"), ("SECURITY_PROTOCOL", "paylog:")):
            lines = (SECRETS / "auditor.env").read_text(encoding="utf-8").splitlines()
            variables = dict(line.split("=", 1) for line in lines)
            variables["PAYLOG_KAFKA_SSL_CA_LOCATION"] = str(SECRETS / "ca.pem")
            variables[f"PAYLOG_KAFKA_{name}"] = environment[name]
            done = subprocess.run([paylog.binary(), "topics", "--log", f"kafka:{BOOTSTRAP}"], env=variables,
                                  capture_output=True, text=True, timeout=60, check=False)
            assert done.returncode == 3 and text in done.stderr, done
            assert len(done.stderr.splitlines()) == 1 and not done.stdout, done


def main():
    with ContainerCluster("--secure", kafka="3.9.1") as cluster:
        tests = Tests(cluster)
        paylog.run_all([tests.every_service_works, tests.nobody_writes_a_topic_that_is_not_its_own,
                        tests.nobody_takes_anothers_transactional_ids, tests.nobody_joins_anothers_group,
                        tests.strangers_are_refused])


if __name__ == "__main__":
    main()
