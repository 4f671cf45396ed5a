#!/usr/bin/env python3
"""`paylog scenario` as a user meets it: all stories, wrong ones, --rewrite, and files that cannot be understood."""

import os
import pathlib
import stat
import subprocess
import tempfile
import unittest

PAYLOG = os.environ["PAYLOG_BIN"]
STORIES = sorted((pathlib.Path(__file__).parent.parent / "scenario").glob("*.story"))

WRONG = """# Alice, and a wrong expectation
open alice EUR  => completed
deposit alice 1.00 EUR  => rejected account_closed
balance alice 2.00 EUR
"""
RIGHT = """# Alice, and a wrong expectation
open alice EUR  => completed
deposit alice 1.00 EUR  => completed
balance alice 1.00 EUR
"""


class ScenarioTest(unittest.TestCase):
    def setUp(self):
        directory = tempfile.TemporaryDirectory()
        self.addCleanup(directory.cleanup)
        self.directory = pathlib.Path(directory.name)

    def run_on(self, *arguments, code):
        ended = subprocess.run([PAYLOG, "scenario", *map(str, arguments)], capture_output=True, text=True, timeout=120)
        self.assertEqual(ended.returncode, code, ended.stdout + ended.stderr)
        return ended

    def write(self, text):
        path = self.directory / "one.story"
        path.write_text(text, encoding="utf-8")
        return path

    def test_all_stories_come_as_told(self):
        ended = self.run_on(*STORIES, code=0)
        self.assertEqual(ended.stdout.count(": all as told\n"), len(STORIES))
        self.assertEqual(ended.stderr, "")

    def test_a_wrong_expectation_is_named_with_its_line(self):
        path = self.write(WRONG)
        ended = self.run_on(path, code=1)
        self.assertIn(f"{path}:3: deposit alice 1.00 EUR\n  expected: rejected account_closed\n"
                      "  found:    completed\n", ended.stdout)
        self.assertIn(f"{path}:4: balance alice\n  expected: 2.00 EUR\n  found:    1.00 EUR\n", ended.stdout)
        self.assertIn("3 expectations: 2 not as told", ended.stdout)
        self.assertEqual(path.read_text(), WRONG)

    def test_rewrite_repairs_in_place_once(self):
        path = self.write(WRONG)
        path.chmod(0o640)
        link = self.directory / "link.story"
        link.symlink_to(path)
        self.assertIn("2 written anew", self.run_on("--rewrite", link, code=0).stdout)
        self.assertEqual(path.read_text(), RIGHT)
        self.assertEqual(stat.S_IMODE(path.stat().st_mode), 0o640)
        self.assertTrue(link.is_symlink())
        self.assertIn("all as told", self.run_on("--rewrite", path, code=0).stdout)
        self.assertEqual(path.read_text(), RIGHT)
        self.assertEqual(sorted(entry.name for entry in self.directory.iterdir()), ["link.story", "one.story"])

    def test_a_line_that_cannot_be_understood_is_named(self):
        path = self.write("open alice EUR\ndeposit alice 1.5 EUR\n")
        ended = self.run_on(path, code=2)
        self.assertEqual(ended.stderr, f"paylog: {path}:2: '1.5' is not an amount in EUR: digits, with 2 decimals or "
                                       "none\n")
        self.assertEqual(ended.stdout, "")

    def test_files_that_cannot_be_read_are_errors(self):
        self.assertIn("No such file", self.run_on(self.directory / "none.story", code=3).stderr)
        self.assertIn("is a directory", self.run_on(self.directory, code=3).stderr)
        self.run_on(code=2)

    def test_accounts_are_shown_where_they_lie(self):
        lines = self.run_on("--accounts", self.write(RIGHT), code=0).stdout.splitlines()
        self.assertEqual(lines[1].split(), ["alice", "1", "1.00", "EUR,", "available", "1.00"])


if __name__ == "__main__":
    unittest.main()
