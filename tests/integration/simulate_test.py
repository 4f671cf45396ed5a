#!/usr/bin/env python3
"""`paylog simulate` as a user runs it: many seeds, one seed twice, scenarios, bad arguments. And no binary that is
released holds a mutant."""

import os
import pathlib
import re
import subprocess
import tempfile

import paylog_process as paylog

SEEDS = int(os.environ.get("PAYLOG_SIMULATE_SEEDS", "1000"))
DEADLINE_SECONDS = 860
MUTANTS = paylog.ROOT / "tests" / "simulation" / "mutants.txt"


def simulate(*arguments, code=0):
    with tempfile.TemporaryDirectory(prefix="paylog-simulate-") as directory:
        done = subprocess.run([paylog.binary(), "simulate", *map(str, arguments)], capture_output=True, text=True,
                              cwd=directory, timeout=DEADLINE_SECONDS, check=False)
        assert done.returncode == code, (arguments, done.returncode, done.stdout[-3000:], done.stderr)
        left = os.listdir(directory)
        assert not left, f"a clean run leaves {left}"
        return done


def scenario_file(text):
    file = tempfile.NamedTemporaryFile("w", suffix=".scenario")
    file.write(text)
    file.flush()
    return file


def many_seeds_are_clean_and_try_everything():
    out = simulate("--seeds", f"1..{SEEDS}", "--require-all").stdout
    print("\n".join(out.splitlines()[-4:]))
    assert out.splitlines()[-1] == f"seeds: {SEEDS} passed, 0 failed", out


def one_seed_runs_the_same_each_time():
    first, again = (simulate("--seed", 4711, "--trace").stdout for _ in range(2))
    steady = re.compile(r"^(\d+ seeds in|simulated ).*$", re.MULTILINE)
    assert steady.sub("", first) == steady.sub("", again)
    assert "seed 4711" in first and re.search(r"trace digest [0-9a-f]{16}", first), first[-3000:]
    assert simulate("--seed", 4712, "--trace").stdout != first


def a_users_scenario_runs_under_other_seeds_too():
    commands = [paylog_command for paylog_command in (
        '{"type":"open_account","command_id":"o-1","account":"alice","currency":"EUR"}',
        '{"type":"open_account","command_id":"o-2","account":"bob","currency":"EUR"}',
        '{"type":"deposit","command_id":"d-1","account":"alice","amount":10000,"currency":"EUR"}',
        '{"type":"transfer","command_id":"inv-7","debtor_account":"alice","creditor_account":"bob","amount":1250,'
        '"currency":"EUR"}')]
    with scenario_file("ledgers 2\n" + "".join(f"command {command}\n" for command in commands)) as file:
        out = simulate("--scenario", file.name, "--seeds", "1..20").stdout
        assert out.splitlines()[-1] == "seeds: 20 passed, 0 failed", out
        assert re.search(r"event: account_opened +40\n", out), out
        assert "event: account_frozen" not in out, out


def bad_arguments_are_named():
    for arguments, error in ((["--seeds", "9..1"], "A..B"), (["--seeds", "1"], "A..B"), ([], "--seed N"),
                             (["--scenario", "no-such-file"], "no-such-file"), (["--seed", "x"], "--seed")):
        done = simulate(*arguments, code=2)
        assert error in done.stderr, (arguments, done.stderr)
    with scenario_file("seed 1\nfault meteor 3\n") as file:
        assert "line 2: there is no fault 'meteor'" in simulate("--scenario", file.name, code=2).stderr


def a_missing_place_for_files_is_named():
    """In a mount namespace of its own, where neither /dev/shm nor $TMPDIR can be written to."""
    how = ["unshare", "--mount"] + ([] if os.geteuid() == 0 else ["--user", "--map-root-user"])
    script = 'mount -t tmpfs -o ro none /dev/shm && TMPDIR=/nowhere exec "$0" simulate --seed 1'
    done = subprocess.run([*how, "sh", "-c", script, paylog.binary()], capture_output=True, text=True, check=False)
    if "mount" in done.stderr or "unshare" in done.stderr:
        assert os.environ.get("PAYLOG_REQUIRE_ALL") != "1", done.stderr
        return
    assert done.returncode == 3 and not done.stdout, done
    assert done.stderr == ("paylog: I/O error: a simulation needs a temporary directory; "
                           "/nowhere: No such file or directory\n"), done.stderr


def no_released_binary_holds_a_mutant():
    names = re.findall(r"^mutant (\S+)$", MUTANTS.read_text(), re.MULTILINE)
    assert len(names) >= 20, names
    directory = pathlib.Path(paylog.binary()).parent
    for program in ("paylog", "paylog-validator", "paylog-ledger", "paylog-notifier"):
        content = (directory / program).read_bytes()
        found = [name for name in [*names, "paylog7mutants"] if name.encode() in content]
        assert not found, (program, found)


if __name__ == "__main__":
    paylog.run_all([many_seeds_are_clean_and_try_everything, one_seed_runs_the_same_each_time,
                    a_users_scenario_runs_under_other_seeds_too, bad_arguments_are_named,
                    a_missing_place_for_files_is_named,
                    no_released_binary_holds_a_mutant])
