#!/usr/bin/env python3
"""A disk that fills, and one whose syncs fail: one clear error each, and afterwards the log opens with every
acknowledged record. The disk is a tmpfs of some megabytes in a mount namespace of the test's own."""

import json
import os
import pathlib
import re
import subprocess
import sys

import paylog_process as paylog

SMALL, LARGE = "3m", "64m"
COMMANDS_A_FILE = 400
INSIDE = "PAYLOG_TEST_IN_NAMESPACE"


def enter_namespace():
    """Begins anew where mounts are nobody else's, as root of that place."""
    if os.environ.get(INSIDE):
        return
    how = ["unshare", "--mount"] + ([] if os.geteuid() == 0 else ["--user", "--map-root-user"])
    if subprocess.run([*how, "mount", "-t", "tmpfs", "none", "/mnt"], capture_output=True, check=False).returncode:
        print("skipped: no tmpfs can be mounted here, not even in a namespace")
        sys.exit(1 if os.environ.get("PAYLOG_REQUIRE_ALL") == "1" else paylog.SKIPPED)
    os.execvpe(how[0], [*how, sys.executable, *sys.argv], {**os.environ, INSIDE: "1"})


class SmallDisk(paylog.Paylog):
    """A log on a disk of its own. The commands' files lie elsewhere."""

    def __enter__(self):
        os.mkdir(self.log_directory())
        self.mount("-t", "tmpfs", "-o", f"size={SMALL}", "none")
        return self

    def __exit__(self, *unused):
        subprocess.run(["umount", self.log_directory()], check=True)
        super().__exit__(*unused)

    def log_directory(self):
        return self.directory + "/log"

    def mount(self, *arguments):
        subprocess.run(["mount", *arguments, self.log_directory()], check=True)

    def fill(self, leave):
        """Others' files take all but so many bytes."""
        pathlib.Path(self.log_directory(), "ballast").unlink(missing_ok=True)
        disk = os.statvfs(self.log_directory())
        size = max(0, disk.f_bavail * disk.f_frsize - leave)
        with open(self.log_directory() + "/ballast", "wb") as file:
            file.write(bytes(size))

    def make_room(self):
        pathlib.Path(self.log_directory(), "ballast").unlink(missing_ok=True)
        self.mount("-o", f"remount,size={LARGE}")


def commands(number):
    """A file's worth; each opens an account of its own."""
    return [json.dumps({"type": "open_account", "command_id": f"o-{number}-{n}", "account": f"a-{number}-{n}",
                        "currency": "EUR"}) for n in range(COMMANDS_A_FILE)]


def submit(log, number, environment=None):
    path = f"{log.directory}/commands-{number}.jsonl"
    paylog.write_lines(path, commands(number))
    done = subprocess.run(log.argv("submit", path), capture_output=True, text=True, check=False,
                          timeout=paylog.DEADLINE_SECONDS, env={**os.environ, **(environment or {})})
    return paylog.Outcome(done.returncode, done.stdout, done.stderr)


def assert_one_clear_error(outcome, *reasons):
    """One line that names the file, or the directory, and what is wrong with it. A snapshot that could not be
    saved may be warned of."""
    errors = [line for line in outcome.err.splitlines() if not re.match("paylog: warning: snapshot .* could not", line)]
    assert outcome.code == 3 and len(errors) == 1, outcome
    assert re.match(r"paylog: I/O error: .*/log(/(log\.sqlite|head|snapshots/ledger-\d\.sqlite)\b|: )",
                    errors[0]), outcome
    assert any(reason in errors[0] for reason in reasons), outcome


def assert_all_there(log, acknowledged):
    """Whatever was acknowledged is there, and is carried out."""
    stored = {json.loads(line)["value"]["command_id"]
              for line in log.expect("read", "payments.commands").out.splitlines()}
    for number in acknowledged:
        missing = {json.loads(line)["command_id"] for line in commands(number)} - stored
        assert not missing, f"file {number}: {len(missing)} acknowledged commands are lost"
    log.expect("run", "--until-idle")
    balances = log.balances()
    for number in acknowledged:
        missing = {f"a-{number}-{n}" for n in range(COMMANDS_A_FILE)} - balances.keys()
        assert not missing, f"file {number}: {len(missing)} accounts are missing"
    log.audit()


def a_disk_that_fills_under_submit():
    with SmallDisk() as log:
        log.expect("run", "--until-idle")
        log.fill(leave=500_000)
        acknowledged, number = [], 0
        while True:
            outcome = submit(log, number)
            if outcome.code != 0:
                break
            acknowledged.append(number)
            number += 1
            assert number < 10_000, "the disk never fills"
        assert_one_clear_error(outcome, "full")
        assert acknowledged, "the disk was full before anything was acknowledged"
        assert_one_clear_error(submit(log, number + 1), "full")  # Still, and nothing breaks.
        log.make_room()
        assert_all_there(log, acknowledged)


def a_disk_that_fills_under_the_stages():
    with SmallDisk() as log:
        acknowledged = list(range(4))
        for number in acknowledged:
            outcome = submit(log, number)
            assert outcome.code == 0, outcome
        ends = set()
        for leave in range(0, 400_001, 50_000):
            log.fill(leave)
            outcome = log.call("run", "--until-idle", "--batch-records", 50, "--snapshot-events", 100)
            ends.add(outcome.code)
            if outcome.code != 0:
                assert_one_clear_error(outcome, "full")
        assert 3 in ends, "the disk never filled"
        log.make_room()
        assert_all_there(log, acknowledged)


def a_sync_that_fails():
    """At each sync of a submission in turn, until it has no more."""
    shim = os.environ["PAYLOG_TEST_FAILING_FSYNC"]
    with paylog.Paylog() as log:
        acknowledged, failed = [], 0
        outcome = submit(log, 0)
        assert outcome.code == 0, outcome
        acknowledged.append(0)
        for at in range(1, 200):
            outcome = submit(log, at, {"LD_PRELOAD": shim, "PAYLOG_TEST_FAIL_SYNC_AT": str(at)})
            if outcome.code == 0:
                acknowledged.append(at)
                break
            assert_one_clear_error(outcome, "I/O", "Input/output")
            failed += 1
        assert len(acknowledged) == 2 and failed >= 2, (acknowledged, failed)
        assert_all_there(log, acknowledged)
        print(f"        {failed} failing syncs, each one clear error")


def a_sync_that_fails_under_the_stages():
    shim = os.environ["PAYLOG_TEST_FAILING_FSYNC"]
    with paylog.Paylog() as log:
        assert submit(log, 0).code == 0
        ends = {}
        for at in (1, 2, 3, 5, 8, 13, 21, 34, 55):
            done = subprocess.run(log.argv("run", "--until-idle", "--batch-records", "25"), capture_output=True, text=True,
                                  env={**os.environ, "LD_PRELOAD": shim, "PAYLOG_TEST_FAIL_SYNC_AT": str(at)},
                                  timeout=paylog.DEADLINE_SECONDS, check=False)
            ends[at] = done.returncode
            if done.returncode != 0:
                assert_one_clear_error(paylog.Outcome(done.returncode, done.stdout, done.stderr), "I/O", "Input/output")
        assert ends[1] == ends[8] == 3, ends
        assert_all_there(log, [0])


if __name__ == "__main__":
    enter_namespace()
    paylog.run_all([a_disk_that_fills_under_submit, a_disk_that_fills_under_the_stages, a_sync_that_fails,
                    a_sync_that_fails_under_the_stages])
