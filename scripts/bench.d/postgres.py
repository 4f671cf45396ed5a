"""A PostgreSQL cluster of its own: in a directory that goes with it, reached by a Unix socket alone."""

import glob
import os
import pathlib
import pwd
import shutil
import subprocess
import tempfile

from logs import BUILD, ROOT

SOURCES = ROOT / "tests" / "bench" / "rivals" / "postgres"
ACCOUNTS = 10_000
OPENING_BALANCE = 4_000_000_000_000
BATCH = 1_000
# The user that Debian's package makes. The server refuses to run as root.
USER = "postgres"
SETTINGS = """
listen_addresses = ''
shared_buffers = 1GB
max_wal_size = 8GB
checkpoint_timeout = 30min
fsync = on
synchronous_commit = on
full_page_writes = on
"""


class Cluster:
    """Of a kind that loses nothing. Owned by `postgres` where this runs as root."""

    def __enter__(self):
        # Beside the other logs, where the user that runs the server may go there.
        reachable = os.geteuid() != 0 or subprocess.run(["runuser", "-u", USER, "--", "test", "-x", BUILD],
                                                        check=False).returncode == 0
        self.directory = self.make_directory(BUILD if reachable else "/var/tmp")
        self.sockets = self.make_directory(None)  # A socket's path has room for about 100 characters.
        self.data = self.directory / "data"
        try:
            self.run("initdb", "-D", self.data, "-U", USER, "--no-locale", "-E", "UTF8", "-A", "trust")
            with open(self.data / "postgresql.conf", "a", encoding="utf-8") as file:
                file.write(f"{SETTINGS}unix_socket_directories = '{self.sockets}'\n")
            self.run("pg_ctl", "-D", self.data, "-l", self.directory / "log", "-w", "start")
            self.psql("-f", "-", input=(SOURCES / "schema.sql").read_text("utf-8"))
            self.psql("-c", f"INSERT INTO accounts SELECT n, {OPENING_BALANCE} FROM generate_series(0, {ACCOUNTS - 1}) n")
            self.psql("-c", "VACUUM ANALYZE accounts", "-c", "CHECKPOINT")
        except subprocess.CalledProcessError as error:
            self.__exit__()
            raise SystemExit(f"PostgreSQL: {error.cmd}: {error.stdout}{error.stderr}") from error
        return self

    def __exit__(self, *unused):
        if (self.data / "postmaster.pid").exists():
            self.run("pg_ctl", "-D", self.data, "-m", "fast", "-w", "stop")
        shutil.rmtree(self.directory)
        shutil.rmtree(self.sockets)

    @staticmethod
    def program(name):
        """Debian keeps the server's programs out of the way. None where there is none."""
        found = sorted(glob.glob(f"/usr/lib/postgresql/*/bin/{name}"))
        return shutil.which(name) if not found else found[-1]

    @staticmethod
    def make_directory(parent):
        directory = pathlib.Path(tempfile.mkdtemp(prefix="bench-postgres-", dir=parent))
        if os.geteuid() == 0:
            user = pwd.getpwnam(USER)
            os.chown(directory, user.pw_uid, user.pw_gid)
        return directory

    def run(self, program, *arguments, **options):
        as_user = ["runuser", "-u", USER, "--"] if os.geteuid() == 0 else []
        environment = {**os.environ, "PGHOST": str(self.sockets), "PGUSER": USER, "PGDATABASE": "postgres"}
        done = subprocess.run([*as_user, self.program(program), *map(str, arguments)], cwd=self.directory, text=True,
                              env=environment, capture_output=True, check=True, **options)
        return done.stdout

    def psql(self, *arguments, **options):
        return self.run("psql", "-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", *arguments, **options)

    def measure(self, run, name, script, clients, seconds):
        """pgbench with so many clients, each of whom waits for its own answer."""
        batch = BATCH if script == "batch" else 1
        log = self.directory / "latencies"
        output = self.run("pgbench", "-n", "-M", "prepared", "-c", clients, "-j", min(clients, os.cpu_count()),
                          "-T", max(1, round(seconds)), "-D", f"accounts={ACCOUNTS}", "-D", f"batch={batch}",
                          "-l", f"--log-prefix={log}", "-f", "-",
                          input=(SOURCES / f"{script}.sql").read_text("utf-8"))
        figures = [line.split() for line in output.splitlines()]
        transactions_a_second = next((float(words[2]) for words in figures if words[:2] == ["tps", "="]), None)
        if transactions_a_second is None:
            raise SystemExit(f"PostgreSQL: no transfer was made in the time:\n{output}")
        latencies = sorted(int(line.split()[2]) / 1000 for path in self.directory.glob("latencies.*")
                           for line in path.read_text("utf-8").splitlines())
        self.check(len(latencies) * batch)
        run.report(name, transactions_a_second * batch, "payments/s")
        for suffix, fraction in {"p50": 0.5, "p99": 0.99, "p99.9": 0.999}.items():
            run.report(f"{name}_{suffix}", latencies[min(len(latencies) - 1, int(len(latencies) * fraction))], "ms")

    def check(self, transfers):
        """That as many transfers lie in the tables as were acknowledged, and that the books balance."""
        answer = self.psql("-v", f"opening={OPENING_BALANCE}", "-f", "-",
                           input=(SOURCES / "check.sql").read_text("utf-8")).strip()
        if not transfers or answer != f"{transfers}|t":
            raise SystemExit(f"PostgreSQL: {transfers} transfers were acknowledged; transfers and balance: {answer}")
