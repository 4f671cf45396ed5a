"""Where things are, what is built, and logs to measure on: each is made for one figure and taken away after it."""

import pathlib
import shutil
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
BUILD = ROOT / "build"
BIN = BUILD / "release" / "bin"


def build(*targets):
    """Installs what paylog needs to be built, then builds these (release)."""
    script = f"""
        . {ROOT}/scripts/lib.sh
        install_packages "to build paylog" "${{BUILD_PACKAGES[@]}}"
        build release {' '.join(targets)}
    """
    subprocess.run(["bash", "-euc", script], check=True, stdout=sys.stderr)


def install(why, packages):
    script = f'. {ROOT}/scripts/lib.sh; install_packages "{why}" {" ".join(packages)}'
    subprocess.run(["bash", "-euc", script], check=True, stdout=sys.stderr)


class Directory:
    """On the disk that the build is on, not in memory."""

    def __enter__(self):
        BUILD.mkdir(exist_ok=True)
        self.path = pathlib.Path(tempfile.mkdtemp(prefix="bench-", dir=BUILD))
        return self.path

    def __exit__(self, *unused):
        shutil.rmtree(self.path)


class EmbeddedLog(Directory):
    """A directory's log."""

    def __enter__(self):
        return f"sqlite:{super().__enter__()}/log"


class KafkaLog(Directory):
    """A broker of its own."""

    def __enter__(self):
        super().__enter__()
        self.script("up")
        return "kafka:" + (self.path / "bootstrap").read_text("utf-8").strip()

    def __exit__(self, *unused):
        self.script("down")
        super().__exit__()

    def script(self, command):
        subprocess.run([ROOT / "scripts" / "kafka", command, "--dir", self.path], check=True,
                       stdout=subprocess.DEVNULL)


LOGS = {"embedded": EmbeddedLog, "kafka": KafkaLog}
