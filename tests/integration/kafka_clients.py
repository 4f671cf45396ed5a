"""The tests' own clients of Kafka: a steady producer, a watcher of answers, a reader of everything."""

import collections
import contextlib
import threading
import time

import kafka_checker as checker
from kafka_cluster import QUIET, confluent_kafka, wait_until

PARTITIONED = {"partitioner": "murmur2_random"}


def headers_of(message):
    return {name: (value or b"").decode(errors="replace") for name, value in message.headers() or ()}


# What becomes of messages when librdkafka's producer dies: before 2.3.0 it may, of brokers that come and go
# (its issue 4438).
DEATHS = {confluent_kafka.KafkaError._FATAL, confluent_kafka.KafkaError._PURGE_QUEUE,
          confluent_kafka.KafkaError._PURGE_INFLIGHT,
          confluent_kafka.KafkaError.OUT_OF_ORDER_SEQUENCE_NUMBER} if confluent_kafka else set()


def is_death(error):
    """The flag is not set in what produce() raises."""
    return error.fatal() or error.code() in DEATHS


class Upstream:
    """Sends commands, each partition's in order, without loss, and remembers what was acknowledged.

    A producer that dies is made anew, as an upstream system would do it: what was not acknowledged is
    sent again in order, and may then be in the log twice.
    """

    def __init__(self, brokers, **properties):
        self.properties = {
            "bootstrap.servers": brokers, "acks": "all", "enable.idempotence": True, "linger.ms": 2,
            "message.timeout.ms": 0, **PARTITIONED, **QUIET, **properties}
        self.producer = confluent_kafka.Producer(self.properties)
        self.acknowledged = []  # (partition, offset or None where the broker had it already, command)
        self.sent_at = {}  # By origin.
        self.sent = 0
        self.unacknowledged = {}  # By number, in order: (command, when it was sent).
        self.failures = []
        self.dead = False
        self.deaths = 0

    def send(self, command):
        """`command` is a kafka_workload.Command."""
        self.sent += 1
        self.unacknowledged[self.sent] = command, time.monotonic()
        self.produce(self.sent)
        self.poll(0)
        self.renew()

    def poll(self, seconds):
        self.call(self.producer.poll, seconds)

    def call(self, function, *arguments, **named):
        """A call of the producer; any of them may be the one that raises of its death."""
        try:
            return function(*arguments, **named)
        except confluent_kafka.KafkaException as error:
            if not is_death(error.args[0]):
                raise
            self.dead = True
            return None

    def produce(self, number):
        command, began = self.unacknowledged[number]
        def on_delivery(error, message):
            if error is not None:
                self.dead = self.dead or is_death(error)
                if not self.dead:
                    self.failures.append(str(error))
            elif self.unacknowledged.pop(number, None):
                self.acknowledged.append((message.partition(), message.offset(), command))
                self.sent_at[f"{checker.COMMANDS}/{message.partition()}/{message.offset()}"] = began
        partition = {} if command.partition is None else {"partition": command.partition}
        while not self.dead:
            try:
                self.call(self.producer.produce, checker.COMMANDS, value=command.value, key=command.key,
                          on_delivery=on_delivery, **partition)
                break
            except BufferError:
                self.poll(0.1)

    def renew(self):
        while self.dead:
            self.deaths += 1
            self.call(self.producer.flush, 30)
            self.producer = confluent_kafka.Producer(self.properties)
            self.dead = False
            for number, (command, began) in list(self.unacknowledged.items()):
                # The one before may have been taken: then this is the repeat.
                either = command._replace(expected=command.expected._replace(duplicate=None))
                self.unacknowledged[number] = either, began
                self.produce(number)

    def finish(self, seconds=60):
        """Until all are acknowledged."""
        left = self.call(self.producer.flush, seconds)
        while self.dead:
            self.renew()
            left = self.call(self.producer.flush, seconds)
        assert left == 0 and not self.failures and not self.unacknowledged, (left, self.failures[:3])

    def written(self):
        """Records of all partitions; more than were sent where a producer has died."""
        reader = consumer(self.properties["bootstrap.servers"])
        count = sum(reader.get_watermark_offsets(place, timeout=30)[1]
                    for place in assign_all(reader, [checker.COMMANDS]))
        reader.close()
        return count


class SteadyUpstream(Upstream):
    """Sends at a rate from a thread of its own, and waits where too much is unanswered."""

    def __init__(self, brokers, supply, watcher, rate, backlog, already=None, **properties):
        """`already` is another, finished, whose counts go on here."""
        super().__init__(brokers, **properties)
        if already:
            self.acknowledged, self.sent_at = already.acknowledged, already.sent_at
            self.sent, self.deaths = already.sent, already.deaths
        self.supply, self.watcher, self.rate, self.backlog = supply, watcher, rate, backlog
        self.ending = threading.Event()
        self.error = None
        self.thread = threading.Thread(target=self.run, daemon=True)
        self.thread.start()

    def run(self):
        try:
            due = time.monotonic()
            while not self.ending.is_set():
                if self.sent - self.watcher.answers > self.backlog:
                    self.poll(0.05)
                    self.renew()
                    due = time.monotonic()
                    continue
                self.send(self.supply())
                due += 1 / self.rate
                if due > time.monotonic() + 0.01:
                    self.poll(0)
                    self.ending.wait(due - time.monotonic())
        except Exception as error:  # Shown by the test, which runs elsewhere.
            self.error = error

    def end(self):
        self.ending.set()
        self.thread.join()
        if self.error:
            raise AssertionError(f"the producer failed: {self.error!r}")
        self.finish()


def consumer(brokers, **properties):
    return confluent_kafka.Consumer({
        "bootstrap.servers": brokers, "group.id": "paylog-tests", "enable.auto.commit": False,
        "isolation.level": "read_committed", "auto.offset.reset": "error", "fetch.wait.max.ms": 20,
        **QUIET,
        **properties})


def assign_all(reader, topics):
    """From the beginning of every partition; returns the partitions."""
    found = reader.list_topics(timeout=30).topics
    partitions = [confluent_kafka.TopicPartition(topic, partition, 0)
                  for topic in topics for partition in sorted(found[topic].partitions)]
    reader.assign(partitions)
    return partitions


class Watcher:
    """Counts the commands that were answered, and when; in a thread of its own."""

    def __init__(self, brokers):
        self.brokers = brokers
        self.origins = set()
        self.answered_at = collections.defaultdict(list)  # By the command's partition: (origin, time).
        self.answers = 0
        self.ending = threading.Event()
        self.thread = threading.Thread(target=self.run, daemon=True)
        self.thread.start()

    def run(self):
        reader = consumer(self.brokers)
        assign_all(reader, [checker.RESULTS, checker.DEAD_LETTERS])
        while not self.ending.is_set():
            for message in reader.consume(500, timeout=0.1):
                if message.error() is None:
                    self.add(headers_of(message)["paylog_origin"])
        reader.close()

    def add(self, origin):
        if origin not in self.origins:
            self.origins.add(origin)
            self.answered_at[int(origin.split("/")[1])].append((origin, time.monotonic()))
            self.answers = len(self.origins)

    def first_answer(self, partition, index, upstream, moment):
        """When the first command of the partition that was sent after the moment was answered, or None.
        Looks from the index in `answered_at`."""
        for origin, answered in self.answered_at[partition][index:]:
            if upstream.sent_at.get(origin, moment) > moment:
                return answered
        return None

    def wait_for(self, answers, seconds):
        """Until so many commands were answered."""
        self.wait_until(lambda: self.answers >= answers, seconds, f"{answers} answers")

    def wait_until(self, condition, seconds, what):
        """The time-out counts from the last answer."""
        progress = [self.answers, time.monotonic()]
        def done():
            if self.answers != progress[0]:
                progress[:] = [self.answers, time.monotonic()]
            assert time.monotonic() < progress[1] + seconds, (
                f"waiting for {what}: {self.answers} answers, and none more within {seconds} s")
            return condition()
        wait_until(done, 3600, what)

    def close(self):
        self.ending.set()
        self.thread.join(timeout=30)


def read_history(brokers, topics=checker.TOPICS):
    """All topics, read committed, as kafka_checker wants them."""
    reader = consumer(brokers, **{"enable.partition.eof": True})
    history = {}
    waiting = set()
    for partition in assign_all(reader, topics):
        history.setdefault(partition.topic, []).append([])
        waiting.add((partition.topic, partition.partition))
    deadline = time.monotonic() + 300
    while waiting:
        assert time.monotonic() < deadline, f"not read to the end: {sorted(waiting)}"
        for message in reader.consume(1000, timeout=1):
            place = message.topic(), message.partition()
            if message.error() is None:
                history[place[0]][place[1]].append(
                    checker.Record(message.offset(), message.key(), message.value() or b"",
                                   headers_of(message)))
            elif message.error().code() == confluent_kafka.KafkaError._PARTITION_EOF:
                waiting.discard(place)
            else:
                raise AssertionError(str(message.error()))
    with contextlib.suppress(RuntimeError):
        reader.close()
    return history
