#!/usr/bin/env python3
"""schemas/asyncapi.yaml is valid by AsyncAPI's own schema, and says of every topic what paylog writes there.
Prints its seed; PAYLOG_SEED sets it."""

import collections
import copy
import json
import os
import pathlib
import random
import shutil
import subprocess
import tempfile

import jsonschema

import paylog_process as paylog
import webhook_receiver
from asyncapi_document import SCHEMAS, Document
from webhook_shop import Shop

HERE = pathlib.Path(__file__).parent
DOCUMENT = Document()
# What depends on which of two partitions is faster.
LUCK = {"account_reopened", "repeat", "repeat_forwarded"}
POISON = "no command\n"


def official_schema():
    """From the npm registry, the version and hash that the lock file names."""
    with tempfile.TemporaryDirectory(prefix="paylog-test-") as directory:
        for name in ("package.json", "package-lock.json"):
            shutil.copy(HERE / "asyncapi" / name, directory)
        subprocess.run(["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund"], cwd=directory, check=True,
                       stdout=subprocess.DEVNULL)
        path = pathlib.Path(directory, "node_modules/@asyncapi/specs/schemas", DOCUMENT.tree["asyncapi"] + ".json")
        return json.loads(path.read_text("utf-8"))


def it_is_valid_by_the_official_schema():
    official = jsonschema.Draft7Validator(official_schema())
    faults = [f"{list(error.absolute_path)}: {error.message[:200]}" for error in official.iter_errors(DOCUMENT.tree)]
    assert not faults, faults
    for damage in (lambda tree: tree.update(asyncapi="2.0.0"),
                   lambda tree: tree["channels"]["commands"].update(address=7),
                   lambda tree: tree["operations"]["decide"].update(action="read"),
                   lambda tree: tree["components"]["messages"]["transfer"].update(unknown=1)):
        damaged = copy.deepcopy(DOCUMENT.tree)
        damage(damaged)
        assert not official.is_valid(damaged), "the schema takes anything"


def every_reference_leads_somewhere():
    for reference in DOCUMENT.references():
        if reference.startswith("#/"):
            DOCUMENT.at(reference)
        else:
            assert (SCHEMAS / reference).is_file(), reference
    files = {path.relative_to(SCHEMAS).as_posix() for path in SCHEMAS.rglob("*.v1.json")}
    in_topics = {file for file in files if not file.startswith("files/")}
    named = {pathlib.PurePosixPath(message.file).as_posix()
             for channel in DOCUMENT.channels.values() for message in channel.messages if message.file}
    assert named == in_topics, named ^ in_topics
    directories = {"ledger.journal": "events/", "notifier.deliveries": "deliveries/", "payments.commands": "commands/"}
    for topic, directory in directories.items():
        described = {pathlib.PurePosixPath(message.file).as_posix() for message in DOCUMENT.channels[topic].messages}
        assert described == {file for file in files if file.startswith(directory)}, topic


def golden_examples_are_told_apart():
    """A payload that an example of one message has is not valid as another message of the same topic."""
    for channel in DOCUMENT.channels.values():
        by_file = {message.file: message for message in channel.messages if message.file}
        for file, message in by_file.items():
            examples = SCHEMAS / "examples" / pathlib.PurePosixPath(file).name.removesuffix(".v1.json") / "valid"
            values = [json.loads(path.read_text("utf-8")) for path in examples.glob("*.json")]
            assert values, file
            for value in values:
                fitting = [other.file for other in by_file.values() if other.payload.is_valid(value)]
                assert fitting == [file], (file, fitting)


def command(kind, command_id, account=None, **fields):
    who = {"account": account} if account else {}
    return {"type": kind, "command_id": command_id, **who, **fields}


def transfer(command_id, debtor, creditor, amount):
    return command("transfer", command_id, debtor_account=debtor, creditor_account=creditor, amount=amount,
                   currency="EUR")


def a_day(chance):
    """Rounds of commands, each quiet before the next, which bring about all that does not depend on luck."""
    names = [f"account{i}" for i in range(12)]
    frozen, closed = "frozen1", "closed1"
    yield [command("open_account", f"open-{name}", name, currency="EUR") for name in (*names, frozen, closed)]
    yield ([command("deposit", f"deposit-{name}", name, amount=10_000, currency="EUR") for name in names] +
           [command("update_account", "update", names[0], overdraft_limit=500),
            command("freeze_account", "freeze", frozen, scope="both", reason="lost card"),
            command("close_account", "close", closed)])
    pairs = [(debtor, creditor) for debtor in names for creditor in (*names, frozen, closed) if debtor != creditor]
    payments = [transfer(f"pay-{i}", *pair, chance.randrange(1, 90)) for i, pair in enumerate(pairs)]
    yield payments + [transfer("too-much", names[1], names[2], 1_000_000)]
    yield ([payments[0], {**payments[1], "amount": 91}, {**payments[2], "command_id": "odd", "amount": 0},
            command("withdraw", "withdraw", names[0], amount=1, currency="EUR"),
            command("unfreeze_account", "unfreeze", frozen, scope="both", reason="found")])


def refuse_or_take(request):
    return "410" if request.path.endswith("/gone") else "ok"


def what_a_day_writes(chance, shop):
    with webhook_receiver.Receiver(refuse_or_take) as receiver:
        shop.endpoints({"name": "shop", "url": receiver.url}, {"name": "gone", "url": receiver.url + "/gone"})
        for number, commands in enumerate(a_day(chance)):
            shop.expect("submit", shop.write(f"round-{number}", commands))
            shop.run_until_idle("--snapshot-events", "1")
    put = [os.environ["PAYLOG_TEST_PUT_RECORD"], shop.log, "payments.commands"]
    subprocess.run(put, input=POISON, text=True, check=True)
    shop.run_until_idle()
    shop.expect("run", "--until-idle")
    for topic in DOCUMENT.channels:
        for line in shop.expect("read", topic).out.splitlines():
            yield topic, json.loads(line)


def every_record_is_one_of_the_messages():
    seed = int(os.environ.get("PAYLOG_SEED", random.SystemRandom().randrange(1 << 32)))
    print(f"seed {seed} (PAYLOG_SEED={seed} repeats it)")
    seen = collections.Counter()
    with Shop(random.Random(seed)) as shop:
        for topic, record in what_a_day_writes(random.Random(seed), shop):
            fitting = DOCUMENT.channels[topic].messages_of(record)
            if topic == "payments.commands" and "value" not in record:
                assert record["value_text"] == POISON and fitting == [], record
                continue
            if topic == "payments.commands" and record["value"]["command_id"] == "odd":
                assert fitting == [], "an amount of 0 is no valid transfer"
                continue
            assert len(fitting) == 1, f"{fitting}: {record}"
            seen[f"{topic}: {fitting[0]}"] += 1
            broken = {**record, "headers": {**record["headers"], "ce_type": "paylog.unknown.v1"}}
            assert topic in ("payments.commands", "paylog.settings") or not DOCUMENT.channels[topic].messages_of(broken)
    described = {f"{topic}: {message.name}" for topic, channel in DOCUMENT.channels.items()
                 for message in channel.messages if message.name not in LUCK}
    missing = described - set(seen)
    assert not missing, f"never written: {missing}"
    print(f"  {sum(seen.values())} records, {len(seen)} kinds of message")


def topics_are_made_as_described():
    with paylog.Paylog() as log:
        log.expect("submit", "-", stdin=b"")
        partitions = collections.Counter(line.split()[0] for line in log.expect("topics").out.splitlines()[1:] if line)
        described = {topic: channel.kafka["partitions"] for topic, channel in DOCUMENT.channels.items()}
        assert partitions == described, (partitions, described)


if __name__ == "__main__":
    paylog.run_all([it_is_valid_by_the_official_schema, every_reference_leads_somewhere, golden_examples_are_told_apart,
                    topics_are_made_as_described, every_record_is_one_of_the_messages])
