#!/usr/bin/env python3
"""`paylog man`: two programs take the page without a warning, and it has every command and option that --help has.
(documented_test.py runs its examples.)"""

import re
import subprocess
import unittest

from paylog_process import binary


def output_of(*argv, stdin=None):
    done = subprocess.run(argv, input=stdin, capture_output=True, text=True, check=False)
    return done.stdout, done.stderr, done.returncode


def help_of(command):
    out, err, code = output_of(binary(), *command, "--help")
    assert (err, code) == ("", 0), (err, code)
    return out


def commands(command=()):
    """Every command, as --help tells them."""
    yield command
    _, _, list_of_commands = help_of(command).partition("Subcommands:\n")
    for name in re.findall(r"^  ([a-z-]+) ", list_of_commands, re.M):
        yield from commands((*command, name))


class ManPageTest(unittest.TestCase):
    def setUp(self):
        self.page, err, code = output_of(binary(), "man")
        self.assertEqual((err, code), ("", 0))

    def test_it_is_without_warnings(self):
        self.assertEqual(output_of("mandoc", "-T", "lint", "-W", "warning", stdin=self.page), ("", "", 0))
        _, err, code = output_of("groff", "-man", "-T", "utf8", "-ww", "-z", stdin=self.page)
        self.assertEqual((err, code), ("", 0))
        out, _, _ = output_of("mandoc", "-T", "lint", "-W", "warning", stdin=self.page + ".TP\n.nonsense\n")
        self.assertIn("nonsense", out, "the check finds nothing")

    def test_it_has_every_command_and_option(self):
        text, _, _ = output_of("mandoc", "-T", "utf8", "-O", "width=200", stdin=self.page)
        text = re.sub(".\x08", "", text)
        for section in ("NAME", "SYNOPSIS", "DESCRIPTION", "COMMANDS", "EXIT STATUS", "ENVIRONMENT", "FILES", "EXAMPLES"):
            self.assertRegex(text, rf"(?m)^{section}$")
        common, _, own = text.partition("\nCOMMANDS\n")
        titles = [" ".join(("paylog", *command)) for command in commands() if command]
        sections = {}
        for section in re.split(r"(?m)^ {2,3}(?=paylog [a-z])", own)[1:]:
            title = max((one for one in titles if re.match(rf"{one}[ \n]", section)), key=len)
            sections[title] = sections.get(title, "") + section
        self.assertEqual(set(sections), set(titles))
        found = 0
        for title, section in sections.items():
            for option in re.findall(r"^ +(?:-h,)?(--[a-z-]+)", help_of(title.split()[1:]), re.M):
                self.assertRegex(section + common, rf"(?m)^ +(-h, )?{option}( |$)", f"{title} {option}")
                found += 1
        self.assertGreater(found, 80)

    def test_it_says_only_what_there_is(self):
        told = set(re.findall(r"\\fB(\\-\\-[a-z\\-]+)\\fR", self.page))
        known = {option for command in commands() for option in re.findall(r"(--[a-z-]+)", help_of(command))}
        self.assertEqual({option.replace("\\-", "-") for option in told} - known, set())


if __name__ == "__main__":
    unittest.main()
