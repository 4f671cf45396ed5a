#!/usr/bin/env python3
"""The rules of this repository that a compiler does not know; prints each breach and ends with 1.

    scripts/tidy.py [BUILD_DIRECTORY]     # with a build, the cores' archives are looked into as well
"""

import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
FILE_LINES_MAX = 600

CPP = (".h", ".cc")
CORE = re.compile(r"services/[^/]+/core/")
# A rate is kept by waiting.
BENCH = re.compile(r"(^|/)tests/bench/")
TEST = re.compile(r"(^|/)(tests/|[^/]*_test\.(cc|py)$|test_[^/]*\.(cc|h)$|testing\.h$)")
# Text from outside, kept as it came.
FOREIGN = re.compile(r"^(tests/data/|tests/fuzz/(seeds|regressions)/|schemas/examples/|LICENSE$)")

# (what is wrong, pattern, which files). A line may say `tidy: allow` with its reason.
LINE_RULES = [
    # Go's own formatter writes tabs.
    ("tab", re.compile(r"\t"), lambda path: not path.endswith((".go", "go.mod"))),
    ("white space at the end of the line", re.compile(r"[ \r]+$"), lambda path: True),
    ("a path of one machine", re.compile(r"(?<![\w.])/(work|root|home/\w+)/"), lambda path: True),
    ("FIXME or XXX: finish it, or write TODO(#issue)",
     re.compile(r"\bFIXME\b|(//|#)\s*XXX\b"), lambda path: True),
    ("a TODO without TODO(#issue)", re.compile(r"\bTODO\b(?!\(#(\d+|issue)\))"), lambda path: True),
    ("floating point near money", re.compile(r"\b(float|double)\b"),
     lambda path: is_cpp(path) and (path.startswith("libs/common/model/") or CORE.match(path))),
    ("a sleep in a test: wait for a condition",
     re.compile(r"\bsleep_for\b|\bsleep_until\b|\busleep\b|\btime\.sleep\b"),
     lambda path: TEST.search(path) and not BENCH.search(path)),
    ("an include that climbs: use paylog/<library>/", re.compile(r'^\s*#\s*include\s+"\.\./'),
     lambda path: is_cpp(path)),
]

# What a pure core must not reach: time, chance, the environment, threads, files, a log, a database.
IMPURE = re.compile(
    r"_clock::now|\b(rand|srand|random|rand_r|getenv|time|clock_gettime|gettimeofday|fopen|open|socket)$"
    r"|random_device|std::thread|pthread_create|basic_[io]?fstream|sqlite3_|rd_kafka_")


def is_cpp(path):
    return path.endswith(CPP)


def tracked_files():
    listed = subprocess.run(["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
                            cwd=ROOT, check=True, capture_output=True)
    names = sorted(set(listed.stdout.decode().split("\0")) - {""})
    return [name for name in names if not FOREIGN.match(name) and (ROOT / name).is_file()]


def check_text(path, text):
    lines = text.split("\n")
    if is_cpp(path) and len(lines) - 1 > FILE_LINES_MAX:
        yield f"{path}: {len(lines) - 1} lines, {FILE_LINES_MAX} are the limit"
    if path.endswith(".h") and "#pragma once" not in lines:
        yield f"{path}: no #pragma once"
    if text and not text.endswith("\n"):
        yield f"{path}: no newline at the end"
    if path == "scripts/tidy.py":
        return
    rules = [(wrong, pattern) for wrong, pattern, applies in LINE_RULES if applies(path)]
    for number, line in enumerate(lines, start=1):
        for wrong, pattern in rules:
            if pattern.search(line) and "tidy: allow" not in line:
                yield f"{path}:{number}: {wrong}"


def check_own_header_first(path, text):
    """So each header is known to compile alone: where there is no such source, `headers_alone` compiles it."""
    own = ROOT / (path.removesuffix(".cc") + ".h")
    if not path.endswith(".cc") or not own.is_file():
        return
    first = re.search(r'^#include [<"](?:.*/)?([^/">]*)[">]$', text, re.MULTILINE)
    if not first or first[1] != own.name:
        yield f"{path}: its own header, {own.name}, is not its first include"


def check_files():
    for path in tracked_files():
        try:
            text = (ROOT / path).read_bytes().decode("utf-8")
        except UnicodeDecodeError as error:
            yield f"{path}: not UTF-8 at byte {error.start}"
            continue
        yield from check_text(path, text)
        yield from check_own_header_first(path, text)


def check_archives(build):
    archives = sorted(build.glob("services/*/core/lib*_core.a"))
    cores = sorted(ROOT.glob("services/*/core"))
    if len(archives) != len(cores):
        yield f"{build}: {len(archives)} archives of {len(cores)} cores: build the cores first"
    for archive in archives:
        listed = subprocess.run(["nm", "-C", "--undefined-only", archive], check=True, capture_output=True,
                                text=True)
        wanted = {line.strip().removeprefix("U ").split("@")[0] for line in listed.stdout.splitlines()}
        for symbol in sorted(wanted):
            if IMPURE.search(symbol.split("(")[0]):
                yield f"{archive.name}: a core must be pure, and this one uses {symbol}"


def report_checks():
    """Habit, not a rule: a core function states what it expects, about two CHECKs each."""
    for core in sorted(ROOT.glob("services/*/core")):
        sources = [path for path in core.glob("*.cc") if not TEST.search(path.name)]
        text = "\n".join(path.read_text(encoding="utf-8") for path in sources)
        checks = len(re.findall(r"\bCHECK\(", text))
        functions = len(re.findall(r"^[A-Za-z].*\) (const )?\{$|^ {4,}.*\) (const )?\{$", text, re.MULTILINE))
        print(f"{core.relative_to(ROOT)}: {checks} CHECKs in about {functions} functions")


def main():
    breaches = list(check_files())
    if len(sys.argv) > 1:
        breaches += check_archives(pathlib.Path(sys.argv[1]).resolve())
    report_checks()
    for breach in breaches:
        print(breach)
    print(f"tidy: {len(breaches) or 'no'} findings")
    return 1 if breaches else 0


if __name__ == "__main__":
    sys.exit(main())
