"""What figures were measured on. Says neither what the machine is called nor where anything lies on it."""

import dataclasses
import datetime
import os
import pathlib
import re
import statistics
import subprocess
import tempfile
import time

from logs import BUILD, ROOT

WRITES = 200
WRITE_BYTES = 4_096


def text_of(path):
    try:
        return pathlib.Path(path).read_text("utf-8")
    except OSError:
        return ""


def found(pattern, text, otherwise="unknown"):
    match = re.search(pattern, text, re.MULTILINE)
    return match[1].strip() if match else otherwise


def file_system(directory):
    """The kind of the one that the directory is on."""
    mounts = [line.split()[1:3] for line in text_of("/proc/mounts").splitlines()]
    above = [(len(point), kind) for point, kind in mounts if directory.is_relative_to(point)]
    return max(above, default=(0, "unknown"))[1]


def flush_milliseconds(directory):
    """The median of a write of 4 KiB with its fdatasync: what one durable step costs at least."""
    took = []
    with tempfile.TemporaryFile(dir=directory, buffering=0) as file:
        for _ in range(WRITES):
            begin = time.monotonic()
            file.write(bytes(WRITE_BYTES))
            os.fdatasync(file.fileno())
            took.append((time.monotonic() - begin) * 1_000)
    return statistics.median(took)


def commit():
    def git(*arguments):
        done = subprocess.run(["git", "-C", ROOT, *arguments], capture_output=True, text=True, check=False)
        return done.stdout.strip()

    changes = ", with changes" if git("status", "--porcelain") else ""
    return (git("rev-parse", "--short=12", "HEAD") or "unknown") + changes


@dataclasses.dataclass(frozen=True)
class Machine:
    """As it was when `here` was called: before anything else, since what is measured is a load too."""

    rows: dict

    @staticmethod
    def here():
        BUILD.mkdir(exist_ok=True)
        system = found('^PRETTY_NAME="?([^"\\n]*)', text_of("/etc/os-release"))
        cpu = found("^model name.*: (.*)$", text_of("/proc/cpuinfo"))
        kernel = found("^([0-9]+[.][0-9]+)", os.uname().release)
        kibibytes = int(found(r"^MemTotal:\s+(\d+)", text_of("/proc/meminfo"), "0"))
        return Machine({
            "date": datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%d %H:%M UTC"),
            "commit": commit(),
            "CPU": f"{os.cpu_count()} of {cpu}",
            "memory": f"{kibibytes / 2**20:.0f} GiB",
            "disk": f"{file_system(BUILD)}; 4 KiB written and flushed in {flush_milliseconds(BUILD):.2f} ms (median)",
            "system": f"{system}, Linux {kernel}",
            "load before": f"{os.getloadavg()[0]:.2f}: how many processes want a CPU, mean of a minute",
        })
