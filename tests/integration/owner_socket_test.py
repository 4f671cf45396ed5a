#!/usr/bin/env python3
"""Commands beside a running `paylog run`, through its socket: what they see, and what they say when their owner
stops or is killed. Prints its seed; PAYLOG_SEED sets it."""

import json
import os
import pathlib
import random
import signal
import subprocess
import threading
import time

import webhook_receiver
from webhook_shop import ACCOUNTS, Shop, deposits, expect_told, openings

KILLS = 20
LINES_A_SUBMIT = 10
AUDITS = 8
DEADLINE_SECONDS = 60


class Owner:
    """`paylog run` in the background, once it serves."""

    def __init__(self, shop, *arguments):
        self.shop = shop
        self.process = shop.start("run", *arguments)
        line = self.process.stdout.readline()
        assert line.startswith("paylog serves"), (line, self.process.stderr.read())

    def stop(self):
        self.process.terminate()
        out, err = self.process.communicate(timeout=DEADLINE_SECONDS)
        assert self.process.returncode == 0, (self.process.returncode, out, err)
        return out


def lines_of(process, count):
    """So many lines of its output, as they come."""
    return [process.stdout.readline() for _ in range(count)]


def commands_work_beside_the_owner(chance):
    with Shop(chance) as shop:
        owner = Owner(shop)
        shop.expect("submit", shop.write("openings", openings()))
        shop.expect("submit", shop.write("deposits", deposits(0, 60)))
        follower = shop.start("results", "--follow", "--format", "json")
        assert len(lines_of(follower, ACCOUNTS + 60)) == ACCOUNTS + 60
        shop.expect("submit", shop.write("later", deposits(60, 1)))
        assert json.loads(follower.stdout.readline())["command_id"] == "d-60", "a later result is seen"
        assert len(shop.results()) == ACCOUNTS + 61
        assert sum(shop.balances().values()) == sum(1 + i for i in range(61))
        assert "payments.commands" in shop.expect("topics").out
        assert len(shop.expect("read", "payments.results").out.splitlines()) == ACCOUNTS + 61
        assert shop.expect("dead-letters", "list").code == 0
        pid = owner.process.pid
        assert f"process {pid} serves the log" in shop.audit().out
        refused = shop.expect("run", code=3)
        assert f"process {pid} serves" in refused.err and refused.err.count("\n") == 1, refused
        assert "owner alone" not in refused.err
        reader = shop.start("read", "payments.results", "--follow")
        lines_of(reader, 1)
        began = time.monotonic()
        owner.stop()
        for client in (follower, reader):
            _, err = client.communicate(timeout=DEADLINE_SECONDS)
            assert client.returncode == 3, client.returncode
            assert err == f"paylog: unavailable: the owner of the log, process {pid}, has ended\n", err
        assert time.monotonic() - began < 10
        shop.audit()
        assert not pathlib.Path(shop.directory, "log", "owner.sock").exists()


def a_follower_waits_for_an_owner(chance):
    with Shop(chance) as shop:
        shop.expect("submit", shop.write("openings", openings()))
        shop.run_to_quiet()
        follower = shop.start("results", "--follow", "--format", "json")
        assert len(lines_of(follower, ACCOUNTS)) == ACCOUNTS
        assert "waiting for `paylog run`" in follower.stderr.readline()
        shop.expect("submit", shop.write("first", deposits(0, 1)))
        owner = Owner(shop)
        assert json.loads(follower.stdout.readline())["command_id"] == "d-0", "it holds up nobody, and goes on"
        owner.stop()
        assert follower.wait(timeout=DEADLINE_SECONDS) == 3
        follower.communicate()


def an_audit_beside_writers_is_of_one_moment(chance):
    with Shop(chance) as shop:
        owner = Owner(shop)
        shop.expect("submit", shop.write("openings", openings()))
        done = threading.Event()

        def write():
            for i in range(0, 8_000, 100):
                if done.is_set():
                    return
                shop.expect("submit", shop.write("more", transfers(i, 100)))

        writer = threading.Thread(target=write)
        shop.expect("submit", shop.write("deposits", deposits(0, ACCOUNTS * 5)))
        writer.start()
        try:
            pending = 0
            for _ in range(AUDITS):
                out = shop.audit().out
                pending += "not processed yet" in out
                total = sum(shop.balances(system=True).values())
                assert total == 0, f"what all accounts hold together is {total}"
        finally:
            done.set()
            writer.join()
        owner.stop()
        shop.run_to_quiet()
        shop.audit()
        print(f"  {pending} of {AUDITS} audits met commands on their way")


def transfers(first, count):
    return [{"type": "transfer", "command_id": f"t-{i}", "debtor_account": f"a{i % ACCOUNTS}",
             "creditor_account": f"a{(i * 7 + 1) % ACCOUNTS}" if i % ACCOUNTS != (i * 7 + 1) % ACCOUNTS else "a0x",
             "amount": 1, "currency": "EUR"} for i in range(first, first + count)]


class Submitter(threading.Thread):
    """Submits a few commands at a time until told to stop; knows which were acknowledged, and what was said."""

    def __init__(self, shop, first):
        super().__init__()
        self.shop, self.next = shop, first
        self.acknowledged, self.said = [], []
        self.done = threading.Event()

    def run(self):
        while not self.done.is_set():
            commands = deposits(self.next, LINES_A_SUBMIT)
            self.next += LINES_A_SUBMIT
            outcome = self.shop.call("submit", self.shop.write("live", commands))
            if outcome.code == 0:
                self.acknowledged += commands
            else:
                self.said.append(outcome)


def self_ended(follower):
    """What it printed until it ended, or until it was told to since it waits for an owner."""
    try:
        return follower.communicate(timeout=2)
    except subprocess.TimeoutExpired:
        follower.send_signal(signal.SIGINT)
        return follower.communicate(timeout=DEADLINE_SECONDS)


def expect_clear_words(outcome_err, code):
    assert code == 3, (code, outcome_err)
    assert outcome_err.count("\n") == 1, outcome_err
    assert "the owner of the log, process" in outcome_err or "busy" in outcome_err, outcome_err


def kills_lose_nothing_that_was_acknowledged(chance):
    with Shop(chance) as shop, webhook_receiver.Receiver() as receiver:
        shop.endpoints({"name": "shop", "url": receiver.url})
        acknowledged = openings()
        shop.expect("submit", shop.write("openings", acknowledged))
        first, cut_off = 0, 0
        for _ in range(KILLS):
            owner = Owner(shop, "--webhooks", shop.file)
            follower = shop.start("read", "payments.results", "--follow")
            submitter = Submitter(shop, first)
            submitter.start()
            target = shop.commits() + chance.randrange(1, 60)
            shop.wait_for_commits(target)
            owner.process.send_signal(signal.SIGKILL)
            owner.process.communicate()
            submitter.done.set()
            submitter.join()
            out, err = self_ended(follower)
            if follower.returncode == 3:
                expect_clear_words(err, follower.returncode)
            else:  # It came when there was no owner any more.
                assert "waiting for `paylog run`" in err, err
            assert all(json.loads(line) for line in out.splitlines()), "whole lines"
            for outcome in submitter.said:
                expect_clear_words(outcome.err, outcome.code)
            cut_off += len(submitter.said)
            first = submitter.next
            acknowledged += submitter.acknowledged
        shop.run_until_idle()
        told = {result["command_id"] for result in shop.results()}
        missing = {command["command_id"] for command in acknowledged} - told
        assert not missing, f"acknowledged and lost: {sorted(missing)}"
        expect_told(receiver, told, shop.secret)
        shop.audit()
        print(f"  {KILLS} kills, {len(acknowledged)} acknowledged, {cut_off} submits cut off, "
              f"{len(told)} results, {len(receiver.requests)} webhooks")


def main():
    seed = int(os.environ.get("PAYLOG_SEED", random.SystemRandom().randrange(1 << 32)))
    print(f"seed {seed} (PAYLOG_SEED={seed} repeats it)", flush=True)
    for case in (commands_work_beside_the_owner, a_follower_waits_for_an_owner, an_audit_beside_writers_is_of_one_moment,
                 kills_lose_nothing_that_was_acknowledged):
        began = time.monotonic()
        case(random.Random(seed))
        print(f"{case.__name__}: {time.monotonic() - began:.1f} s", flush=True)


if __name__ == "__main__":
    main()
