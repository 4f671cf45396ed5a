"""Other systems with the same work, each in turn with ours: ours, theirs, ours, theirs, and so on."""

import os
import shutil
import statistics
import subprocess

from logs import BUILD, ROOT, Directory, KafkaLog, install
from postgres import BATCH, Cluster

SOURCES = ROOT / "tests" / "bench" / "rivals"
COMMIT_SIZES = [1, 100, 1_000, 8_192]
CLIENTS = [1, 8, 32]


class KafkaLoops:
    """Two loops of Kafka transactions in a row that pass bytes on."""

    name, kind = "the bare Kafka loops", "kafka"
    targets, packages, programs = ["rival_kafka_loop"], [], {}
    against = {"rival_kafka_loops": "kafka_end_to_end"}

    def measure(self, run):
        with KafkaLog() as address:
            amounts = fill(run, address)
            run.program("rival_kafka_loop", "--name", "rival_kafka_loops", "--log", address,
                        "--commands", run.commands, "--amounts", amounts)


class KafkaStreams:
    """The application of tests/bench/rivals/streams, built by Maven."""

    name, kind = "Kafka Streams", "kafka"
    targets, packages = [], ["openjdk-17-jdk-headless", "maven"]
    programs = {"java": "openjdk-17-jdk-headless", "javac": "openjdk-17-jdk-headless", "mvn": "maven"}
    against = {"rival_kafka_streams": "kafka_end_to_end"}
    built = BUILD / "rivals" / "streams"

    def prepare(self):
        shutil.copytree(SOURCES / "streams", self.built, dirs_exist_ok=True)
        subprocess.run(["mvn", "-B", "-q", "compile", "dependency:copy-dependencies", "-DincludeScope=runtime",
                        "-DoutputDirectory=target/lib"],
                       cwd=self.built, stdin=subprocess.DEVNULL, check=True)

    def measure(self, run):
        classes = f"{self.built}/target/classes:{self.built}/target/lib/*"
        with KafkaLog() as address, Directory() as state:
            amounts = fill(run, address)
            done = subprocess.run(
                ["java", "-Dorg.slf4j.simpleLogger.defaultLogLevel=error", "-cp", classes, "DebitThenCredit",
                 address.removeprefix("kafka:"), str(run.commands), str(round(amounts)), "4", str(os.cpu_count()),
                 str(state)],
                stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True, check=True)
        run.report("rival_kafka_streams", float(done.stdout), "payments/s")


def fill(run, address):
    """The commands that ours get too. Returns the sum of their amounts."""
    figures = run.program("paylog_bench", "fill", "--name", "rival_fill", "--log", address, "--commands", run.commands)
    return round(figures["rival_fill_amounts"])


class Sqlite:
    """Tables, in commits of several sizes."""

    name, kind = "SQLite", "embedded"
    targets, packages, programs = ["rival_sqlite_tables"], [], {}
    against = {f"rival_sqlite_{size}": "embedded_callers_1" if size == 1 else "embedded_end_to_end"
               for size in COMMIT_SIZES}

    def measure(self, run):
        for size in COMMIT_SIZES:
            with Directory() as directory:
                run.program("rival_sqlite_tables", "--name", f"rival_sqlite_{size}", "--file", directory / "books",
                            "--commit-size", size, "--seconds", run.seconds)


class Postgres:
    """A function a transfer, called by pgbench; and batches as sets, made up in the server."""

    name, kind = "PostgreSQL", "embedded"
    targets, packages = [], ["postgresql", "postgresql-contrib"]
    programs = {"initdb": "postgresql", "pg_ctl": "postgresql", "psql": "postgresql", "pgbench": "postgresql-contrib"}
    against = {**{f"rival_postgres_{clients}": f"embedded_callers_{clients}" for clients in CLIENTS},
               f"rival_postgres_batches_of_{BATCH}": "embedded_end_to_end"}

    def measure(self, run):
        for clients in CLIENTS:
            with Cluster() as cluster:
                cluster.measure(run, f"rival_postgres_{clients}", "one", clients, run.seconds)
        with Cluster() as cluster:
            cluster.measure(run, f"rival_postgres_batches_of_{BATCH}", "batch", 1, run.seconds)


RIVALS = [KafkaLoops(), KafkaStreams(), Sqlite(), Postgres()]


def rivals_of(kinds):
    return [rival for rival in RIVALS if rival.kind in kinds]


def prepare(rivals):
    """Installs and builds what they need; ends here, with names, where something is missing."""
    packages = sorted({package for rival in rivals for package in rival.packages})
    if packages:
        install("for --rivals", packages)
    missing = []
    for rival in rivals:
        find = Cluster.program if isinstance(rival, Postgres) else shutil.which
        missing += [f"{rival.name}: no {program}: install {package}"
                    for program, package in rival.programs.items() if not find(program)]
    if missing:
        raise SystemExit("\n".join(["--rivals cannot be measured here:", *missing]))
    for rival in rivals:
        if hasattr(rival, "prepare"):
            rival.prepare()


def compare(run, rival, rounds):
    """So often: ours, then theirs. What both did is in the run's figures, with the number of the round."""
    for number in range(1, rounds + 1):
        run.round = number
        print(f"\n{rival.name}, round {number} of {rounds}", flush=True)
        for ours in dict.fromkeys(rival.against.values()):
            run.one(ours)
        rival.measure(run)
        ours_of_round = {f["name"]: f["value"] for f in run.figures if f["round"] == number}
        for theirs, ours in rival.against.items():
            run.add([{"name": f"{ours}_to_{theirs}", "value": ours_of_round[ours] / ours_of_round[theirs],
                      "unit": "times"}])
    run.round = None


def ratios(run):
    """(ours, theirs, median, least, most) of ours over theirs, in the order in which they were measured."""
    found = {}
    for figure in run.figures:
        if "_to_rival_" in figure["name"]:
            found.setdefault(figure["name"], []).append(figure["value"])
    return [(*name.split("_to_rival_"), statistics.median(values), min(values), max(values))
            for name, values in found.items()]


def print_ratios(run):
    print(f"\n{'payments/s: ours':28} {'over theirs':28} median   min..max")
    for ours, theirs, median, least, most in ratios(run):
        print(f"{ours:28} {theirs:28} {median:6.2f}   {least:.2f}..{most:.2f}")
