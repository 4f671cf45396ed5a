"""What the kill tests do to brokers, services and connections: seeded faults that overlap.

Each target has an actor, a thread that works off its plan. How long a fault lasts is a part of the
fault; nothing is synchronised by time.
"""

import collections
import random
import threading
import time

import kafka_checker as checker
import kafka_proxy
from kafka_cluster import wait_until
from kafka_services import SESSION_SECONDS, TRANSACTION_SECONDS

# Long enough that the group has given the partitions to others and the broker has aborted the transaction.
ZOMBIE_SECONDS = SESSION_SECONDS + TRANSACTION_SECONDS + 1.5
# broker.session.timeout.ms of scripts/kafka.
BROKER_SESSION_SECONDS = 4
ZOMBIES = ("zombie", "zombie, cut")


class Faults:
    """Counts, a journal of what was done when, and the end for all actors when one fails."""

    def __init__(self, cluster, services, seed, verbose=False):
        self.cluster, self.services, self.seed, self.verbose = cluster, services, seed, verbose
        self.counts = collections.Counter()
        self.began = time.monotonic()
        self.story = []
        self.lock = threading.Lock()
        self.ending = threading.Event()
        self.errors = []
        self.actors = []
        self.failed_starts = 0

    def tell(self, who, what):
        with self.lock:
            self.story.append(f"{time.monotonic() - self.began:8.2f} {who}: {what}")
            if self.verbose:
                print(self.story[-1], flush=True)

    def count(self, fault):
        with self.lock:
            self.counts[fault] += 1

    def last(self, seconds):
        """A fault lasts so long, or until the test has failed."""
        self.ending.wait(seconds)

    def run(self, rounds):
        """`rounds` is how often each actor does all that it can; returns when all are done."""
        self.actors = [Instances(self, instance) for instance in self.services.instances]
        self.actors += [Brokers(self), Network(self)]
        threads = [threading.Thread(target=self.act, args=(actor, rounds), daemon=True)
                   for actor in self.actors]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        for actor in self.actors:
            actor.end()
        if self.errors:
            raise AssertionError("; ".join(self.errors))

    def act(self, actor, rounds):
        try:
            actor.act(rounds)
        except Exception as error:
            self.errors.append(f"{actor.name}: {error!r}"[:3000])
            self.ending.set()

    def zombies(self):
        return sum(self.counts[fault] for fault in ZOMBIES)


class Actor:
    """A target and a plan: every kind of fault so often a round, in seeded order."""

    name, plan = "", ()

    def __init__(self, faults):
        self.faults, self.cluster = faults, faults.cluster
        self.chance = random.Random(f"{faults.seed} {self.name}")

    def end(self):
        """When all faults are over."""

    def act(self, rounds):
        for _ in range(rounds):
            plan = list(self.plan)
            self.chance.shuffle(plan)
            for fault, function in plan:
                self.faults.last(self.chance.uniform(0.2, 2.5))
                if self.faults.ending.is_set():
                    return
                self.faults.tell(self.name, fault)
                function()
                self.faults.count(fault)
                self.faults.tell(self.name, fault + ": over")


class Instances(Actor):
    def __init__(self, faults, instance):
        self.instance, self.name = instance, str(instance)
        super().__init__(faults)
        self.plan = (("zombie", self.zombie), ("zombie, cut", self.zombie_cut), ("kill", self.kill),
                     ("kill", self.kill), ("leave and join", self.leave))

    def revive(self):
        """A start that meets no broker in time ends with 3, as it should; whoever has served stays."""
        if self.instance.is_running():
            return
        code = self.instance.process.returncode
        assert code == 3 and not self.instance.has_served(), (
            f"ended by itself with {code}: {self.instance.tail()}")
        self.faults.tell(self.name, "did not start: " + self.instance.output().splitlines()[-1])
        self.faults.failed_starts += 1
        self.instance.start()

    def kill(self):
        self.revive()
        self.instance.kill()
        self.faults.last(self.chance.uniform(0, 2))
        self.instance.start()

    def leave(self):
        self.revive()
        self.instance.terminate()
        self.faults.last(self.chance.uniform(0, 2))
        self.instance.start()

    def zombie(self, cut=False):
        self.revive()
        self.instance.pause()
        try:
            if cut:
                self.faults.last(ZOMBIE_SECONDS / 2)
                self.cluster.proxies.cut(kafka_proxy.local_ports(self.instance.process.pid))
                self.faults.last(ZOMBIE_SECONDS / 2)
            else:
                self.faults.last(ZOMBIE_SECONDS)
        finally:
            self.instance.resume()

    def zombie_cut(self):
        self.zombie(cut=True)

    def end(self):
        if not self.faults.errors:
            wait_until(self.is_ready, 60, lambda: f"{self.name} is ready: {self.instance.state()}")

    def is_ready(self):
        self.revive()
        return self.instance.is_ready()


class Brokers(Actor):
    """One at a time: two of three replicas must be there for anything to be acknowledged."""

    name = "brokers"

    def __init__(self, faults):
        super().__init__(faults)
        self.plan = (("leader killed", self.leader), ("coordinator killed", self.coordinator),
                     ("transaction coordinator killed", self.transaction_coordinator),
                     ("leader paused", self.leader_paused),
                     ("coordinator paused", self.coordinator_paused))

    def kill(self, number):
        self.faults.tell(self.name, f"broker {number}")
        self.cluster.kill(number)
        self.faults.last(self.chance.uniform(0, 8))
        self.cluster.start(number)
        self.cluster.wait_until_whole()

    def leader(self):
        topic = self.chance.choice([checker.COMMANDS, checker.INBOX, checker.JOURNAL])
        self.kill(self.cluster.leader(topic, self.chance.randrange(2)))

    def pause(self, number):
        """Its partitions get other leaders meanwhile; what it was asked before, it answers when it is back."""
        self.faults.tell(self.name, f"broker {number} paused")
        self.cluster.pause(number)
        try:
            self.faults.last(BROKER_SESSION_SECONDS + self.chance.uniform(1, 5))
        finally:
            self.cluster.resume(number)
        self.cluster.wait_until_whole()

    def leader_paused(self):
        self.pause(self.cluster.leader(checker.JOURNAL, self.chance.randrange(2)))

    def coordinator_paused(self):
        self.pause(self.cluster.coordinator(transactional_id="ledger-0-0"))

    def coordinator(self):
        self.kill(self.cluster.coordinator(group=self.chance.choice(["paylog-ledger", "paylog-notifier",
                                                                     "paylog-validator"])))

    def transaction_coordinator(self):
        name = self.chance.choice(["ledger-0-0", "ledger-0-1", "ledger-1-0", "notifier-0-0", "validator-0-1",
                                   "validator-1-0"])
        self.kill(self.cluster.coordinator(transactional_id=name))


class Network(Actor):
    name = "network"

    def __init__(self, faults):
        super().__init__(faults)
        self.plan = (("delay", self.delay), ("hold", self.hold), ("cut all", self.cut),
                     ("cut one", self.cut_one),
                     ("cut one", self.cut_one))

    def delay(self):
        self.cluster.proxies.delay(self.chance.uniform(0.02, 0.4))
        self.faults.last(self.chance.uniform(1, 4))
        self.cluster.proxies.delay(0)

    def hold(self):
        self.cluster.proxies.hold()
        self.faults.last(self.chance.uniform(0.5, SESSION_SECONDS + 1))
        self.cluster.proxies.release()

    def cut(self):
        self.cluster.proxies.cut()

    def cut_one(self):
        running = [i for i in self.faults.services.instances if i.is_running()]
        if running:
            self.cluster.proxies.cut(kafka_proxy.local_ports(self.chance.choice(running).process.pid))
