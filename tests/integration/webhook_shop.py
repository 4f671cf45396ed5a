"""A log with endpoints of webhooks, commands for it, and what their receiver must have been told."""

import base64
import collections
import json
import pathlib

import paylog_process as paylog

ACCOUNTS = 40


def secret_of(chance):
    return "whsec_" + base64.b64encode(chance.randbytes(32)).decode()


class Shop(paylog.Paylog):
    """A log and an endpoint file beside it."""

    def __init__(self, chance):
        super().__init__()
        self.secret = secret_of(chance)
        self.file = pathlib.Path(self.directory, "endpoints.json")
        path = pathlib.Path(self.directory, "secret")
        path.touch(mode=0o600)
        path.write_text(self.secret)

    def endpoints(self, *entries):
        common = {"secret_file": "secret", "allow_insecure": True}
        self.file.write_text(json.dumps([{**common, **entry} for entry in entries]))

    def run_until_idle(self, *arguments):
        return self.expect("run", "--until-idle", "--webhooks", self.file, *arguments)

    def run_to_quiet(self):
        return self.expect("run", "--until-idle")

    def write(self, name, commands):
        path = pathlib.Path(self.directory, name)
        path.write_text("".join(json.dumps(command) + "\n" for command in commands))
        return path

    def deliveries(self):
        lines = self.expect("read", "notifier.deliveries").out.splitlines()
        return [json.loads(line) for line in lines]


def openings(count=ACCOUNTS):
    return [{"type": "open_account", "command_id": f"o-{i}", "account": f"a{i}", "currency": "EUR"}
            for i in range(count)]


def deposits(first, count):
    return [{"type": "deposit", "command_id": f"d-{i}", "account": f"a{i % ACCOUNTS}", "amount": 1 + i,
             "currency": "EUR"} for i in range(first, first + count)]


def commands_told(receiver):
    """Command ids by webhook-id, each body once however often it came."""
    told = {}
    for request in list(receiver.requests):
        command = request.json()["data"]["command_id"]
        assert told.setdefault(request.id, command) == command, "one id, two results"
    return told


def expect_told(receiver, expected, secret):
    for request in list(receiver.requests):
        assert request.verify(secret) == request.id
    told = commands_told(receiver)
    counts = collections.Counter(told.values())
    assert set(counts) == set(expected), set(counts) ^ set(expected)
    assert max(counts.values()) == 1, "one result, two ids"
