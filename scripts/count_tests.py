#!/usr/bin/env python3
"""Sums the JUnit reports of ctest's runs: `N passed, N failed, N skipped`; ends with 1 unless all is well.

    scripts/count_tests.py DIRECTORY

A test that says at its end how many cases it ran counts as so many (GoogleTest, tests/integration); every
other one counts as one.
"""

import collections
import pathlib
import re
import sys
import xml.etree.ElementTree as ElementTree

GTEST = re.compile(r"^\[  (PASSED|FAILED|SKIPPED) +\]\s+(\d+) tests?[.,]", re.MULTILINE)
OWN = re.compile(r"^(\d+) passed, (\d+) failed$", re.MULTILINE)


def cases_of(output):
    """Passed, failed and skipped cases, by what the test printed; empty if it counts none."""
    counts = collections.Counter()
    for outcome, number in GTEST.findall(output):
        counts[outcome.lower()] += int(number)
    if not counts:
        own = OWN.findall(output)
        if own:
            counts.update(passed=int(own[-1][0]), failed=int(own[-1][1]))
    return counts


def count(case):
    output = case.findtext("system-out") or ""
    if case.get("status") in ("notrun", "disabled") or case.find("skipped") is not None:
        return collections.Counter(skipped=1)
    counts = cases_of(output)
    if case.find("failure") is not None or case.get("status") == "fail":
        # A crash or a time-out counts no case of its own.
        counts["failed"] = max(counts["failed"], 1)
    elif not counts:
        counts["passed"] = 1
    return counts


def main():
    total = collections.Counter()
    for report in sorted(pathlib.Path(sys.argv[1]).glob("*.xml")):
        for case in ElementTree.parse(report).getroot().iter("testcase"):
            total += count(case)
    print(f"{total['passed']} passed, {total['failed']} failed, {total['skipped']} skipped")
    return 0 if total["passed"] > 0 and total["failed"] == 0 else 1


if __name__ == "__main__":
    sys.exit(main())
