"""The steps of a payment one by one, by Google Benchmark."""

import json
import subprocess

from logs import BIN, Directory, install

SMOKE_SECONDS = 0.01
SECONDS = 1


def prepare():
    install("for scripts/bench micro", ["libbenchmark-dev"])


def measure(run, arguments):
    seconds = SMOKE_SECONDS if arguments.smoke else SECONDS
    with Directory() as directory:
        out = directory / "figures.json"
        subprocess.run([BIN / "paylog_micro", directory, f"--benchmark_min_time={seconds}", f"--benchmark_out={out}",
                        "--benchmark_out_format=json"], stdout=subprocess.DEVNULL, check=True)
        found = json.loads(out.read_text("utf-8"))["benchmarks"]
    for benchmark in found:
        name = benchmark["name"].split("/")[0]
        run.report(f"micro_{name}", 1e9 / benchmark["items_per_second"], "ns")
