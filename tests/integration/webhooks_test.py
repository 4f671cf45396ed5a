#!/usr/bin/env python3
"""Webhooks of the real binary, received over HTTP and verified by rules of our own: receivers that behave badly,
kills at any moment, endpoints that come and go. Prints its seed; PAYLOG_SEED sets it."""

import collections
import json
import os
import random
import time

import webhook_receiver
from webhook_shop import Shop, commands_told, deposits, expect_told, openings

KILLS = 12


def every_result_is_told_and_verified(chance):
    with Shop(chance) as shop, webhook_receiver.Receiver() as receiver:
        shop.endpoints({"name": "shop", "url": receiver.url})
        commands = openings() + deposits(0, 60)
        out = shop.run_until_idle("--input", shop.write("in", commands)).out
        expect_told(receiver, [command["command_id"] for command in commands], shop.secret)
        assert len(receiver.requests) == len(commands), "each once"
        assert f"webhooks delivered {len(commands)}" in " ".join(out.split()), out
        shop.run_until_idle()
        assert len(receiver.requests) == len(commands), "a restart repeats nothing"
        shop.audit()


def bad_receivers_delay_no_other(chance):
    behaviours = ["stalled", "500", "endless", "half-close"]
    receivers = [webhook_receiver.Receiver(behaviours[i] if i < len(behaviours) else "ok") for i in range(50)]
    try:
        with Shop(chance) as shop:
            shop.endpoints(*({"name": f"r{i}", "url": receiver.url} for i, receiver in enumerate(receivers)))
            commands = openings(20)
            process = shop.start("run", "--webhooks", shop.file, "--input", shop.write("in", commands))
            began = time.monotonic()
            for receiver in receivers[len(behaviours):]:
                receiver.wait_for(len(commands))
            took = time.monotonic() - began
            process.terminate()
            out, err = process.communicate(timeout=60)
            assert process.returncode == 0, (out, err)
            # An attempt on the stalled one lasts 15 s, and several would.
            assert took < 14, f"the good ones waited {took:.1f} s"
            for receiver in receivers[len(behaviours):]:
                expect_told(receiver, [command["command_id"] for command in commands], shop.secret)
            assert len(receivers[0].requests) <= 8, "no more than may be under way at once"
            shop.audit()
    finally:
        for receiver in receivers:
            receiver.close()


def kills_lose_and_double_nothing(chance):
    """Every result is told with one id, however often the process dies; only what was under way comes twice."""
    with Shop(chance) as shop, webhook_receiver.Receiver() as receiver:
        shop.endpoints({"name": "shop", "url": receiver.url})
        commands = openings()
        shop.expect("submit", shop.write("openings", commands))
        met = 0
        for kill in range(KILLS):
            more = deposits(kill * 50, 50)
            commands += more
            process = shop.start("run", "--until-idle", "--webhooks", shop.file,
                                 "--input", shop.write(f"in-{kill}", more))
            met += shop.kill_after_commits(process, chance.randrange(1, 40))
            # What the kill kept from the log is submitted again.
            shop.expect("submit", shop.write("again", more))
        assert met > 0, "every run ended before its kill"
        shop.run_until_idle()
        expect_told(receiver, [command["command_id"] for command in commands], shop.secret)
        succeeded = collections.Counter(
            record["value"]["id"] for record in shop.deliveries()
            if record["value"]["type"] == "delivery_attempted" and record["value"]["state"] == "delivered")
        assert set(succeeded) == set(commands_told(receiver))
        assert max(succeeded.values()) == 1, "recorded as delivered once"
        extra = len(receiver.requests) - len(commands)
        assert 0 <= extra <= KILLS * 8 * 4, f"{extra} repeats"
        shop.audit()
        print(f"  {met} kills, {len(commands)} results, {extra} webhooks came again, with the same id")


def failures_wait_and_410_ends(chance):
    with Shop(chance) as shop, webhook_receiver.Receiver("503") as receiver:
        shop.endpoints({"name": "shop", "url": receiver.url})
        shop.run_until_idle("--input", shop.write("in", openings(1)))
        assert len(receiver.requests) == 1, "tried once"
        shop.run_until_idle()
        assert len(receiver.requests) == 1, "it is not time"
        receiver.behave("410")
        process = shop.start("run", "--webhooks", shop.file)
        receiver.wait_for(2)  # About 5 s after the first.
        process.terminate()
        _, err = process.communicate(timeout=60)
        assert "endpoint shop answered 410 and is disabled" in err, err
        shop.run_until_idle("--input", shop.write("more", deposits(0, 3)))
        assert len(receiver.requests) == 2, "nothing more goes there"
        assert receiver.requests[0].id == receiver.requests[1].id
        assert receiver.requests[0].body == receiver.requests[1].body
        letters = [json.loads(line) for line in shop.expect("read", "payments.dead-letters").out.splitlines()]
        assert [letter["key"] for letter in letters] == [receiver.requests[0].id]
        assert letters[0]["headers"]["paylog_reason"] == "webhook_undeliverable"
        shop.audit()


def what_is_wrong_is_said_before_anything_is_done(chance):
    with Shop(chance) as shop:
        for text, words in (("[{}]", "is missing"), ("nonsense", "JSON")):
            shop.file.write_text(text)
            outcome = shop.expect("run", "--until-idle", "--webhooks", shop.file, code=3)
            assert str(shop.file) in outcome.err and words in outcome.err, outcome
            assert outcome.err.count("\n") == 1, outcome
        outcome = shop.expect("run", "--until-idle", "--webhooks", shop.directory + "/nowhere", code=3)
        assert "nowhere" in outcome.err, outcome


def main():
    seed = int(os.environ.get("PAYLOG_SEED", random.SystemRandom().randrange(1 << 32)))
    print(f"seed {seed} (PAYLOG_SEED={seed} repeats it)")
    for case in (every_result_is_told_and_verified, bad_receivers_delay_no_other, kills_lose_and_double_nothing,
                 failures_wait_and_410_ends, what_is_wrong_is_said_before_anything_is_done):
        began = time.monotonic()
        case(random.Random(seed))
        print(f"{case.__name__}: {time.monotonic() - began:.1f} s", flush=True)


if __name__ == "__main__":
    main()
