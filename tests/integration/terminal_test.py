#!/usr/bin/env python3
"""What a person at a terminal meets: tables that fit it, progress of long work, and Ctrl-C."""

import fcntl
import functools
import os
import pty
import re
import select
import signal
import struct
import subprocess
import termios
import time

import paylog_process as paylog

DEADLINE_SECONDS = 60
PAYMENTS = 60_000
ATTEMPTS = 10
CUT_SHORT = "interrupted"
BLOCKED_BYTES = 1 << 16  # A pipe that nobody reads takes so much.


class Terminal:
    """A terminal of so many columns; None: it does not say."""

    def __init__(self, columns=None):
        self.master, self.slave = pty.openpty()
        if columns:
            fcntl.ioctl(self.slave, termios.TIOCSWINSZ, struct.pack("HHHH", 50, columns, 0, 0))

    def __enter__(self):
        return self

    def __exit__(self, *unused):
        os.close(self.master)
        if self.slave is not None:
            os.close(self.slave)

    def hand_over(self):
        """Once the process has it, so that its end is seen here."""
        os.close(self.slave)
        self.slave = None

    def read(self, until=None):
        """Until the pattern has come, or until all have closed it."""
        text, deadline = "", time.monotonic() + DEADLINE_SECONDS
        while until is None or not re.search(until, text):
            readable, _, _ = select.select([self.master], [], [], max(0, deadline - time.monotonic()))
            assert readable, f"no {until} in {text!r}"
            try:
                some = os.read(self.master, 1 << 16)
            except OSError:  # What Linux says of a terminal that nobody has any more.
                break
            if not some:
                break
            text += some.decode()
        return text.replace("\r\n", "\n")


def environment(**variables):
    kept = {name: value for name, value in os.environ.items() if name not in ("COLUMNS", "PAYLOG_LOG")}
    return {**kept, **variables}


def at_terminal(log, *arguments, columns=None, **variables):
    with Terminal(columns) as terminal:
        process = subprocess.Popen(log.argv(*arguments), stdin=subprocess.DEVNULL, stdout=terminal.slave,
                                   stderr=subprocess.PIPE, text=True, env=environment(**variables))
        terminal.hand_over()
        shown = terminal.read()
        _, err = process.communicate(timeout=DEADLINE_SECONDS)
        assert (process.returncode, err) == (0, ""), (process.returncode, err, shown)
        return shown


def value_of(line):
    """Without the name before it, or the space."""
    return re.sub(r"^(\S+( \S+)*)? {2,}", "", line)


def words(text):
    return set(text.split())


def tables_fit_the_terminal():
    with paylog.Paylog() as log:
        names = [f"{'very-long-name-of-a-merchant-' * (i % 2)}{i}" for i in range(6)]
        opening = [f'{{"type":"open_account","command_id":"o-{n}","account":"{n}","currency":"EUR"}}' for n in names]
        paying = [f'{{"type":"transfer","command_id":"pay-{n}","debtor_account":"{names[0]}","creditor_account":"{n}",'
                  '"amount":7,"currency":"EUR"}' for n in names[1:]]
        deposit = f'{{"type":"deposit","command_id":"d","account":"{names[0]}","amount":9007199254740991,"currency":"EUR"}}'
        for lines in (opening, [deposit], paying):
            log.expect("run", "--until-idle", "--input", "-", stdin="\n".join(lines).encode())
        for command in (["results"], ["balances"], ["topics"]):
            whole = log.expect(*command).out
            width = max(map(len, whole.splitlines()))
            assert at_terminal(log, *command, columns=width) == whole, "as wide as it takes"
            for columns in (width - 1, 100, 80, 60, 30):
                shown = at_terminal(log, *command, columns=columns)
                too_wide = [line for line in shown.splitlines() if len(line) > columns and " " in value_of(line)]
                assert not too_wide, (columns, too_wide)
                assert words(shown) == words(whole), f"{command} {columns}: {words(shown) ^ words(whole)}"
            narrow = at_terminal(log, *command, columns=30)
            assert at_terminal(log, *command, columns=200, COLUMNS="30") == narrow, "COLUMNS wins"
            assert at_terminal(log, *command) == at_terminal(log, *command, columns=80), "80 where nobody says"


@functools.cache
def large_log():
    log = paylog.Paylog()
    made = subprocess.run([paylog.binary(), "generate", "--accounts", "1000", "--part", "accounts"],
                          capture_output=True, check=True).stdout
    log.expect("run", "--until-idle", "--input", "-", stdin=made)
    made = subprocess.run([paylog.binary(), "generate", "--accounts", "1000", "--payments", str(PAYMENTS), "--part",
                           "payments"], capture_output=True, check=True).stdout
    with open(f"{log.directory}/day.jsonl", "wb") as file:
        file.write(made)
    log.expect("run", "--until-idle", "--input", f"{log.directory}/day.jsonl")
    return log


def progress(log, *arguments, interrupt=False):
    """Exit code, and what was shown on a terminal that is standard error alone; perhaps with a SIGINT as soon as
    there is progress."""
    with Terminal() as terminal:
        process = subprocess.Popen(log.argv(*arguments), stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                                   stderr=terminal.slave, env=environment())
        terminal.hand_over()
        shown = terminal.read(rf"{arguments[0]} .*\d")
        if interrupt:
            process.send_signal(signal.SIGINT)
        shown += terminal.read()
        return process.wait(timeout=DEADLINE_SECONDS), shown


def long_work_shows_progress_and_ends_at_a_signal():
    log = large_log()
    for command, unit in ((["audit", "verify"], "records"), (["balances"], "events"), (["results"], "records"),
                          (["read", "ledger.journal"], "records"),
                          (["submit", f"{log.directory}/day.jsonl"], "lines")):
        code, shown = progress(log, *command)
        assert code == 0, shown
        assert re.search(rf"\r\x1b\[K{command[0]} .*\d+ {unit}", shown), shown
        assert shown.endswith("\r\x1b[K"), "the line is taken away"
        for _ in range(ATTEMPTS):
            code, shown = progress(log, *command, interrupt=True)
            if code != 0:
                break
        assert code == 1, f"{command}: never cut short, or badly: {code} {shown!r}"
        last = shown.rsplit("\x1b[K", 1)[1]
        assert command[0] == "submit" or (CUT_SHORT in last and last.count("\n") == 1), shown


def a_reader_that_is_cut_short_says_so():
    """Its output waits for a reader while the signal comes, so that it cannot have ended before."""
    log = large_log()
    for command in (["read", "ledger.journal"], ["results", "--format", "json"], ["results", "--format", "csv"]):
        process = log.start(*command)
        process.stdout.read(1)
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=DEADLINE_SECONDS)
        assert process.returncode == 1 and err == "paylog: interrupted; not everything was read\n", (command, err)
        assert len(out) >= BLOCKED_BYTES // 2 and out.endswith("\n"), "what came, came in whole lines"


if __name__ == "__main__":
    with large_log():
        paylog.run_all([tables_fit_the_terminal, long_work_shows_progress_and_ends_at_a_signal,
                        a_reader_that_is_cut_short_says_so])
