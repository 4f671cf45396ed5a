#!/usr/bin/env python3
"""Runs every command of the README as documented_test.py does, a broker and services on it among them."""

import pathlib
import shutil
import subprocess
import unittest

import documented_test
import kafka_cluster
from paylog_process import ROOT


class ReadmeTest(documented_test.Documented):
    def prepare(self, home):
        """The scripts are where they are in a checkout; brokers of a test that failed are stopped."""
        pathlib.Path(home, "scripts").symlink_to(ROOT / "scripts")
        stop = [kafka_cluster.SCRIPT, "down", "--now", "--dir", pathlib.Path(home, "build/kafka/first")]
        self.addCleanup(subprocess.run, stop, capture_output=True, check=False)

    def test_the_readme(self):
        self.assertGreater(self.run_file("README.md"), 15)


if __name__ == "__main__":
    if not shutil.which("java") or not shutil.which("mvn"):
        kafka_cluster.skip("no Java or no Maven")
    unittest.main()
