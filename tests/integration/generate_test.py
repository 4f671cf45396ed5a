#!/usr/bin/env python3
"""Generated payments, through pipes into the real binary: what should succeed does, and each kind of refusal is met."""

import collections
import subprocess

import paylog_process as paylog

ACCOUNTS, PAYMENTS = 200, 5000
REFUSED = {"insufficient_funds", "creditor_not_found", "amount_must_be_positive", "same_account"}


def generate(*arguments):
    return subprocess.run([paylog.binary(), "generate", *map(str, arguments)], capture_output=True, check=True).stdout


def it_can_be_piped_into_a_run():
    common = ("--accounts", ACCOUNTS, "--payments", PAYMENTS, "--seed", 11)
    with paylog.Paylog() as log:
        for part in ("accounts", "payments"):
            log.expect("run", "--input", "-", "--until-idle", stdin=generate(*common, "--part", part))
        results = [result for result in log.results() if result["type"] != "open_account"]
        codes = collections.Counter(result["code"] for result in results if not result["duplicate"])
        assert set(codes) == REFUSED | {"ok"}, codes
        assert 0.985 * PAYMENTS > codes["ok"] > 0.9 * PAYMENTS, codes
        refused_once = sum(result["status"] != "refused" for result in results if result["duplicate"])
        assert PAYMENTS / 200 < refused_once < PAYMENTS / 50, refused_once
        assert len(results) == PAYMENTS
        log.audit()


def the_parts_are_the_whole():
    common = ("--accounts", 30, "--payments", 100)
    assert generate(*common) == generate(*common, "--part", "accounts") + generate(*common, "--part", "payments")
    assert generate(*common) != generate(*common, "--seed", 2)


def a_reader_that_has_enough_ends_it():
    generating = subprocess.Popen([paylog.binary(), "generate", "--payments", "100000000"], stdout=subprocess.PIPE)
    generating.stdout.readline()
    generating.stdout.close()
    assert generating.wait(timeout=paylog.DEADLINE_SECONDS) == -13, "SIGPIPE, as of other commands"


def what_is_wrong_is_named():
    for arguments in (["--accounts", "1"], ["--payments", "-1"], ["--part", "some"], ["--seed", "x"]):
        done = subprocess.run([paylog.binary(), "generate", *arguments], capture_output=True, text=True, check=False)
        assert done.returncode == 2 and arguments[0] in done.stderr and not done.stdout, done


if __name__ == "__main__":
    paylog.run_all([it_can_be_piped_into_a_run, the_parts_are_the_whole, a_reader_that_has_enough_ends_it,
                    what_is_wrong_is_named])
