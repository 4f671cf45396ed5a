"""What the integration tests share: running the real binary, reading what it prints."""

import csv
import io
import json
import os
import pathlib
import shutil
import signal
import struct
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
SKIPPED = 77
DEADLINE_SECONDS = 300


def binary():
    path = os.environ.get("PAYLOG_BIN")
    if not path:
        sys.exit("PAYLOG_BIN names the paylog binary to test")
    return os.path.abspath(path)


def data_file(relative):
    """A file of the data directory; ends the test as skipped, or failed with PAYLOG_REQUIRE_ALL=1."""
    directory = pathlib.Path(os.environ.get("PAYLOG_DATA") or ROOT.parent / "shared" / "data")
    path = directory / relative
    if path.exists():
        return path
    print(f"skipped: {relative} is not in {directory} (set PAYLOG_DATA)")
    sys.exit(1 if os.environ.get("PAYLOG_REQUIRE_ALL") == "1" else SKIPPED)


class Outcome:
    """How a process ended and what it printed."""

    def __init__(self, code, out, err, max_rss_kb=0):
        self.code, self.out, self.err, self.max_rss_kb = code, out, err, max_rss_kb

    def __repr__(self):
        return f"exit code {self.code}\n{self.out[-2000:]}\n{self.err[-2000:]}"


class Paylog:
    """A log, embedded in a directory of its own unless an address is given, and the commands on it. They
    run in that directory: on Kafka, snapshots come to lie there."""

    def __init__(self, directory=None, log=None):
        self.directory = directory or tempfile.mkdtemp(prefix="paylog-test-")
        self.log = log or f"sqlite:{self.directory}/log"

    def __enter__(self):
        return self

    def __exit__(self, *unused):
        shutil.rmtree(self.directory, ignore_errors=True)

    def argv(self, *arguments):
        return [binary(), *map(str, arguments), "--log", self.log]

    def start(self, *arguments, **options):
        return subprocess.Popen(self.argv(*arguments), stdout=subprocess.PIPE, cwd=self.directory,
                                stderr=subprocess.PIPE, text=True, **options)

    def call(self, *arguments, stdin=None):
        """Runs to the end, whatever the exit code."""
        done = subprocess.run(self.argv(*arguments), input=stdin, capture_output=True, cwd=self.directory,
                              timeout=DEADLINE_SECONDS, check=False)
        return Outcome(done.returncode, done.stdout.decode(errors="replace"),
                       done.stderr.decode(errors="replace"))

    def expect(self, *arguments, code=0, stdin=None):
        outcome = self.call(*arguments, stdin=stdin)
        assert outcome.code == code, f"{arguments}: expected exit code {code}, got {outcome!r}"
        return outcome

    def commits(self):
        """The number of the log's last commit, as its head file says (see log_sqlite/head_file.h)."""
        try:
            head = pathlib.Path(self.directory, "log", "head").read_bytes()
        except FileNotFoundError:
            return 0
        return max(struct.unpack_from("<Q", head, slot + 16)[0] for slot in (0, 512))

    def wait_for_commits(self, target):
        deadline = time.monotonic() + DEADLINE_SECONDS
        while self.commits() < target:
            assert time.monotonic() < deadline, "no commits"

    def kill_after_commits(self, process, count):
        """SIGKILL once so many commits were made; False if the process ended before."""
        target = self.commits() + count
        deadline = time.monotonic() + DEADLINE_SECONDS
        while self.commits() < target and process.poll() is None:
            assert time.monotonic() < deadline, "no commits"
        met = process.poll() is None
        process.kill()
        out, err = process.communicate()
        assert process.returncode in (0, -signal.SIGKILL), Outcome(process.returncode, out, err)
        return met

    def results(self):
        return [json.loads(line) for line in self.expect("results", "--format", "json").out.splitlines()]

    def balances(self, system=False):
        """Posted balance by account."""
        arguments = ["balances", "--format", "csv"] + (["--system"] if system else [])
        rows = csv.DictReader(io.StringIO(self.expect(*arguments).out))
        return {row["account"]: int(row["posted"]) for row in rows}

    def audit(self, *arguments):
        outcome = self.expect("audit", "verify", *arguments)
        assert outcome.out.startswith("audit clean"), outcome
        return outcome


def write_lines(path, lines):
    with open(path, "w", encoding="utf-8") as file:
        for line in lines:
            file.write(line + "\n")


def run_all(tests):
    """Runs the functions in turn and prints one line for each; the exit code says whether all passed."""
    failed = 0
    for test in tests:
        try:
            test()
            print(f"ok      {test.__name__}", flush=True)
        except AssertionError as error:
            failed += 1
            print(f"FAILED  {test.__name__}: {error}", flush=True)
    print(f"{len(tests) - failed} passed, {failed} failed")
    sys.exit(1 if failed else 0)
