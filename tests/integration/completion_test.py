#!/usr/bin/env python3
"""`paylog completion` in real shells: bash and zsh at a terminal, where Tab is pressed, and fish."""

import os
import pathlib
import pty
import re
import select
import shutil
import subprocess
import tempfile
import time
import unittest

from paylog_process import binary

DEADLINE_SECONDS = 30
PROMPT = "type> "
TOPICS = {"ledger.balances", "ledger.inbox", "ledger.journal", "notifier.deliveries", "paylog.settings",
          "payments.commands", "payments.dead-letters", "payments.results"}
# Typed so far, what must be offered or completed, and what must not.
CASES = [
    ("paylog ", {"run", "submit", "balances", "topics", "dead-letters", "completion", "man"}, {"create", "--log"}),
    ("paylog ru", {"run"}, {"results", "read"}),
    ("paylog run --unt", {"--until-idle"}, {"--input"}),
    ("paylog run --", {"--input", "--log", "--webhooks"}, {"--format", "--follow"}),
    ("paylog submit da", {"day.jsonl"}, {"other.txt"}),
    ("paylog run --input da", {"day.jsonl"}, {"other.txt"}),
    ("paylog run --snapshots ", {"directory"}, {"day.jsonl", "other.txt"}),
    ("paylog balances --format ", {"table", "csv", "json"}, {"bash"}),
    ("paylog balances --format=c", {"csv"}, {"json"}),
    ("paylog balances --format csv --sy", {"--system"}, {"--seed"}),
    ("paylog topics ", {"create"}, {"verify", "run"}),
    ("paylog topics create --rep", {"--replication-factor"}, {"--reason"}),
    ("paylog topics --log sqlite:run create --par", {"--partitions"}, {"--payments"}),
    ("paylog audit ver", {"verify"}, {"--version"}),
    ("paylog read ", TOPICS, {"create"}),
    ("paylog read ledger.j", {"ledger.journal"}, {"ledger.inbox"}),
    ("paylog dead-letters resubmit --bo", {"--body"}, {"--again"}),
    ("paylog completion ", {"bash", "zsh", "fish"}, {"table"}),
    ("paylog results --log ", {"sqlite:", "kafka:"}, {"day.jsonl"}),
    ("paylog results --log sqlite:dir", {"directory"}, {"day.jsonl"}),
    ("paylog simulate --scenario da", {"day.jsonl"}, {"other.txt"}),
    ("paylog generate --accounts ", set(), {"day.jsonl", "run"}),
]


class Terminal:
    """A shell at a terminal."""

    def __init__(self, argv, directory):
        environment = {"PATH": os.pathsep.join([os.path.dirname(binary()), "/usr/bin", "/bin"]), "TERM": "dumb",
                       "HOME": directory, "PS1": PROMPT, "LC_ALL": "C.UTF-8", "COLUMNS": "200", "LINES": "60"}
        self.pid, self.terminal = pty.fork()
        if self.pid == 0:
            os.chdir(directory)
            os.execvpe(argv[0], argv, environment)
        self.count = 0

    def type(self, keys):
        os.write(self.terminal, keys.encode())

    def until_echo(self):
        """What came until a command typed now has run, and the shell waits for keys. It puts the mark together."""
        self.count += 1
        self.type(f"echo mark-$(({self.count} + 1000))-end\n")
        ready = re.compile(f"mark-{self.count + 1000}-end(?s:.*){re.escape(PROMPT)}")
        text, deadline = "", time.monotonic() + DEADLINE_SECONDS
        while not ready.search(text):
            readable, _, _ = select.select([self.terminal], [], [], max(0, deadline - time.monotonic()))
            assert readable, f"no {ready.pattern!r} in {text!r}"
            text += os.read(self.terminal, 1 << 16).decode(errors="replace")
        return text[:text.index("mark-")].replace(PROMPT, " ")

    def complete(self, typed):
        """What the terminal shows after Tab; Ctrl-U then takes the line away."""
        self.until_echo()
        self.type(typed + "\t\x15")
        return self.until_echo()

    def close(self):
        os.close(self.terminal)
        os.waitpid(self.pid, 0)


def words_of(shown, typed):
    """What was shown but not typed: the completed word as a whole, and what was offered."""
    words = set(re.findall(r"[^\s=]+", re.sub(r"\x1b\[[0-9;?]*[A-Za-z]|[\a\r\x0f]", "", shown)))
    whole = {f"{prefix}{word}" for word in words for prefix in ("sqlite:",) if typed.endswith(prefix)}
    return {word.rstrip("/").removeprefix("sqlite:") if word not in ("sqlite:", "kafka:") else word
            for word in words | whole}


class CompletionTest(unittest.TestCase):
    def setUp(self):
        self.directory = tempfile.mkdtemp(prefix="paylog-test-")
        self.addCleanup(shutil.rmtree, self.directory)
        for name in ("day.jsonl", "other.txt"):
            pathlib.Path(self.directory, name).touch()
        pathlib.Path(self.directory, "directory").mkdir()

    def check(self, complete):
        for typed, offered, not_offered in CASES:
            with self.subTest(typed=typed):
                shown = complete(typed)
                words = words_of(shown, typed)
                self.assertLessEqual(offered, words, shown)
                self.assertFalse(not_offered & words, shown)

    def check_at_terminal(self, argv, *preparations):
        terminal = Terminal(argv, self.directory)
        self.addCleanup(terminal.close)
        for line in preparations:
            terminal.type(line + "\n")
        self.check(terminal.complete)

    def test_bash(self):
        self.check_at_terminal(["bash", "--norc", "--noprofile", "-i"], "bind 'set show-all-if-ambiguous on'",
                               "bind 'set page-completions off'", "source <(paylog completion bash)")

    def test_zsh(self):
        self.check_at_terminal(["zsh", "-f", "-i"], f"PS1='{PROMPT}'", "bindkey -e", "autoload -U compinit && compinit -u -D",
                               "source <(paylog completion zsh)")

    def test_fish(self):
        script = "paylog completion fish | source; complete -C (string join ' ' -- $argv)"
        environment = {**os.environ, "PATH": os.path.dirname(binary()) + ":/usr/bin:/bin", "HOME": self.directory}

        def complete(typed):
            done = subprocess.run(["fish", "--no-config", "-c", script, typed], cwd=self.directory, env=environment,
                                  capture_output=True, text=True, check=True, timeout=DEADLINE_SECONDS)
            self.assertEqual(done.stderr, "")
            return "\n".join(line.split("\t")[0] for line in done.stdout.splitlines())

        self.check(complete)

    def test_another_shell_is_refused(self):
        done = subprocess.run([binary(), "completion", "tcsh"], capture_output=True, text=True, check=False)
        self.assertEqual(done.returncode, 2)
        self.assertIn("tcsh", done.stderr)


if __name__ == "__main__":
    unittest.main()
