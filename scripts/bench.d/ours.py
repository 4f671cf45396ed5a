"""What is measured of paylog itself, by paylog_bench."""

import json
import pathlib
import re
import subprocess
import tempfile

from logs import BIN, LOGS

# What differs from the plain case: uniform debtors, ids in order of time, any partitions, no repeats.
VARIANTS = {
    "random_ids": ["--ids", "random"],
    "hot_debtor": ["--debtors", "one"],
    "zipf": ["--debtors", "zipf"],
    "within_partitions": ["--where", "within"],
    "across_partitions": ["--where", "across"],
    "duplicates": ["--duplicates", "10"],
}
RATES = [1_000, 10_000, 50_000]
CALLERS = [1, 64, 1_000]


class Run:
    """Runs benchmarks and collects their figures: {name, value, unit}, and the round where there are several."""

    def __init__(self, commands, seconds):
        self.commands, self.seconds = commands, seconds
        self.figures = []
        self.round = None

    def add(self, figures):
        self.figures += [figure if self.round is None else {**figure, "round": self.round} for figure in figures]

    def report(self, name, value, unit):
        print(f"{name}: {value:.{0 if abs(value) >= 100 else 1 if abs(value) >= 10 else 3}f} {unit}", flush=True)
        self.add([{"name": name, "value": value, "unit": unit}])

    def program(self, program, *options):
        """A program that writes its figures to --json. Returns them by name."""
        with tempfile.NamedTemporaryFile() as file:
            subprocess.run([BIN / program, *map(str, options), "--json", file.name], check=True)
            figures = json.loads(pathlib.Path(file.name).read_text("utf-8"))
        self.add(figures)
        return {figure["name"]: figure["value"] for figure in figures}

    def measure(self, benchmark, name, log, *options):
        """On a log that `log()` makes and takes away."""
        with log() as address:
            return self.program("paylog_bench", benchmark, "--name", name, "--log", address, *options)

    def one(self, name):
        """Of KIND_end_to_end, KIND_VARIANT, KIND_latency_RATE, KIND_callers_N, KIND_socket_callers_N, KIND_recovery."""
        kind, what = name.split("_", 1)
        log, number = LOGS[kind], re.fullmatch(r"(socket_)?(latency|callers)_(\d+)", what)
        if number:
            option = {"latency": "--rate", "callers": "--callers"}[number[2]]
            self.measure(number[2], name, log, option, number[3], "--seconds", self.seconds,
                         *(["--socket"] if number[1] else []))
        elif what == "recovery":
            self.measure("recovery", name, log, "--commands", self.commands)
        else:
            self.measure("end-to-end", name, log, "--commands", self.commands, *VARIANTS.get(what, []))

    def system(self, kind):
        """All that is measured on a log of this kind."""
        for what in ["end_to_end", *VARIANTS, *(f"latency_{rate}" for rate in RATES),
                     *(f"callers_{callers}" for callers in CALLERS)]:
            self.one(f"{kind}_{what}")
        if kind == "embedded":
            for callers in CALLERS:
                self.one(f"embedded_socket_callers_{callers}")
            self.one("embedded_recovery")

    def print_variants(self, kind):
        """Against the plain case of the same run."""
        found = {figure["name"]: figure["value"] for figure in self.figures}
        plain = found[f"{kind}_end_to_end"]
        print(f"\n{kind}: payments/s against {plain:.0f} of the plain case")
        for variant in VARIANTS:
            print(f"  {variant:20} {found[f'{kind}_{variant}'] / plain:.2f}")
