#!/usr/bin/env python3
"""Runs what the documents tell a reader to type, and compares what they show with what comes.

Each document gets one bash, in a HOME of its own that is also the working directory, with the binaries on the PATH.

- A block ```sh is commands: each must end with 0.
- Indented lines that begin with `$ ` are commands too, and the indented lines behind them are their output, both
  streams. A command may fail only where its output shows an error, `paylog: ...`.
- A line `...` stands for any lines. `<!-- varies: REGEX -->` before a block names what differs from run to run: there,
  shown and found need only both match.
- `<!-- not run: REASON -->` before a block leaves it out.
"""

import os
import pathlib
import re
import selectors
import signal
import subprocess
import tempfile
import time
import unittest

from paylog_process import ROOT, binary

DEADLINE_SECONDS = 120
NOTE = re.compile(r"<!-- (varies|not run): (.*) -->")


class Step:
    """One command of a document, where it stands, and the output that is shown of it (None: none is)."""

    def __init__(self, line, command, shown=None, varies=()):
        self.line, self.command, self.shown, self.varies = line, command, shown, varies

    def may_fail(self):
        return any(line.startswith("paylog: ") for line in self.shown or ())


def is_whole(command):
    """Whether bash would run this, and not wait for more."""
    if command.endswith("\\"):
        return False
    checked = subprocess.run(["bash", "-n"], input=command, text=True, capture_output=True, env={"LC_ALL": "C"})
    return checked.returncode == 0 and "here-document" not in checked.stderr


def commands_of_block(lines, first):
    """The commands of a fenced block, each with its line."""
    steps, pending, begin = [], [], first
    for number, line in enumerate(lines, first):
        if not pending:
            begin = number
        pending.append(line)
        if is_whole("\n".join(pending)):
            if line.strip():
                steps.append(Step(begin, "\n".join(pending)))
            pending = []
    if pending:
        raise ValueError(f"line {begin}: a command without an end")
    return steps


def commands_of_session(lines, first, varies):
    """The commands of an indented session with their outputs."""
    steps = []
    for number, line in enumerate(lines, first):
        if line.startswith("$ "):
            steps.append(Step(number, line[2:], [], varies))
        elif steps:
            steps[-1].shown.append(line)
    for step in steps:
        while step.shown and not step.shown[-1]:
            step.shown.pop()
    return steps


def steps_of(text):
    """Everything in a document that is to be run, in order."""
    lines = text.split("\n")
    steps, varies, is_left_out, at = [], [], False, 0
    while at < len(lines):
        note = NOTE.fullmatch(lines[at])
        begin = at
        at += 1
        if note and note[1] == "varies":
            varies.append(note[2])
        elif note:
            is_left_out = True
        elif lines[begin].startswith("```"):
            while lines[at] != "```":
                at += 1
            if lines[begin] == "```sh" and not is_left_out:
                steps += commands_of_block(lines[begin + 1:at], begin + 2)
            varies, is_left_out = [], False
            at += 1
        elif lines[begin].startswith("    "):
            while at < len(lines) and (lines[at].startswith("    ") or not lines[at]):
                at += 1
            if not is_left_out:
                steps += commands_of_session([line[4:] for line in lines[begin:at]], begin + 1, varies)
            varies, is_left_out = [], False
    return steps


def pattern_of(shown, varies):
    """What the output must match as a whole."""
    parts = []
    for line in shown:
        if line == "...":
            parts.append(r"(?:.*\n)*?")
            continue
        pieces = re.split("(" + "|".join(f"(?:{one})" for one in varies) + ")", line) if varies else [line]
        any_of = "(?:" + "|".join(varies) + ")"
        parts.append("".join(any_of if n % 2 else re.escape(piece) for n, piece in enumerate(pieces)) + " *\n")
    return "".join(parts)


class Shell:
    """One bash that takes command after command."""

    END = "--- end of the command"

    def __init__(self, home):
        path = os.pathsep.join([os.path.dirname(binary()), "/usr/bin", "/bin"])
        self.process = subprocess.Popen(["bash", "--norc", "--noprofile"], cwd=home, stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, start_new_session=True,
                                        env={"HOME": str(home), "PATH": path, "LC_ALL": "C.UTF-8"})

    def run(self, command):
        """The command's output and exit code."""
        self.process.stdin.write(f"{command}\nprintf '\\n%s %d\\n' '{self.END}' $?\n".encode())
        self.process.stdin.flush()
        output, deadline = b"", time.monotonic() + DEADLINE_SECONDS
        with selectors.DefaultSelector() as selector:
            selector.register(self.process.stdout, selectors.EVENT_READ)
            while True:
                ended = re.search(rb"\n" + self.END.encode() + rb" (\d+)\n", output)
                if ended:
                    return output[:ended.start()].decode(), int(ended[1])
                if not selector.select(max(0, deadline - time.monotonic())):
                    raise TimeoutError(f"{command}\ndid not end; so far:\n{output.decode()}")
                read = os.read(self.process.stdout.fileno(), 1 << 16)
                if not read:
                    raise EOFError(f"{command}\nended the shell:\n{output.decode()}")
                output += read

    def close(self):
        """Ends it, and whatever it left running."""
        self.process.stdin.close()
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.stdout.close()
        self.process.wait(timeout=DEADLINE_SECONDS)


def manual_page():
    """As roff."""
    return subprocess.run([binary(), "man"], capture_output=True, text=True, check=True).stdout


class Documented(unittest.TestCase):
    def prepare(self, home):
        """What is to be in the directory before the first command."""

    def run_document(self, text, name):
        """How many commands the document has; fails where one does not do as told."""
        steps = steps_of(text)
        with tempfile.TemporaryDirectory(prefix="paylog-test-") as home:
            self.prepare(home)
            shell = Shell(home)
            self.addCleanup(shell.close)
            for step in steps:
                found, code = shell.run(step.command)
                where = f"{name}:{step.line}: {step.command}\nexit code {code}, found:\n{found}"
                self.assertEqual(code != 0, step.may_fail(), where)
                if step.shown is not None:
                    found = found if not found or found.endswith("\n") else found + "\n"
                    self.assertRegex(found, r"\A" + pattern_of(step.shown, step.varies) + r"\Z", where)
        return len(steps)

    def run_file(self, path):
        return self.run_document((ROOT / path).read_text(encoding="utf-8"), path)


class DocumentedTest(Documented):
    def test_the_tutorial(self):
        self.assertGreater(self.run_file("docs/tutorial.md"), 40)

    def test_backup_and_restore(self):
        self.assertGreater(self.run_file("docs/operating/backup.md"), 12)

    def test_the_manual_page(self):
        blocks = re.findall(r"^\.EX\n(.*?)^\.EE$", manual_page(), re.M | re.S)
        examples = "".join(f"```sh\n{block}```\n" for block in blocks)
        examples = examples.replace("\\-", "-").replace("\\e", "\\")
        self.assertGreater(self.run_document(examples, "paylog man"), 10)

    def test_a_wrong_document_is_found(self):
        for text, why in [("    $ echo one\n    two\n", "echo one"),
                          ("    $ echo one\n", "echo one"),
                          ("    $ false\n", "false"),
                          ("```sh\ntrue\nfalse\n```\n", "wrong:3: false"),
                          ("    $ echo a1\n    a2\n", "echo a1"),
                          ("<!-- varies: [0-9] -->\n    $ echo b1\n    a2\n", "echo b1"),
                          ("    $ true\n    paylog: an error\n", "true")]:
            with self.assertRaisesRegex(AssertionError, re.escape(why), msg=text):
                self.run_document(text, "wrong")

    def test_a_right_document_passes(self):
        text = ("```sh\nA='x\ny'\ncd .\n```\n<!-- varies: [0-9]+ s -->\n    $ echo \"$A\"; echo 17 s\n    x\n    ...\n    4 s\n"
                "<!-- not run: a reason -->\n    $ false\n```sh\ncat > here <<END\n(\n\nEND\n```\n    $ wc -l < here\n    2\n")
        self.assertEqual(self.run_document(text, "right"), 5)


if __name__ == "__main__":
    unittest.main()
