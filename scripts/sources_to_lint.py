#!/usr/bin/env python3
"""Prints what clang-tidy looks at: all that is compiled of libs and services, but for tests and what tests use.

    scripts/sources_to_lint.py BUILD_DIRECTORY     # a line each, the largest first
"""

import json
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
TARGET = re.compile(r"CMakeFiles/([^/]+)\.dir/")
FOR_TESTS = re.compile(r"_test$|_bench$|_test_support$|_headers_alone$|^test_|^mutant")


def size_of(source):
    """Bytes of a source, or of those that one made of several includes."""
    text = source.read_text(encoding="utf-8")
    included = re.findall(r'^#include "(/.*\.cc)"$', text, re.MULTILINE)
    return sum(pathlib.Path(name).stat().st_size for name in included) or len(text)


def main():
    build = pathlib.Path(sys.argv[1]).resolve()
    sources = set()
    for entry in json.loads((build / "compile_commands.json").read_text(encoding="utf-8")):
        target = TARGET.search(entry["command"])[1]
        directory = pathlib.Path(entry["directory"]) / re.search(r" -o (\S+)", entry["command"])[1]
        place = directory.relative_to(build).parts[0]
        if place in ("libs", "services") and not FOR_TESTS.search(target):
            sources.add(pathlib.Path(entry["file"]))
    for source in sorted(sources, key=size_of, reverse=True):
        print(source)


if __name__ == "__main__":
    main()
