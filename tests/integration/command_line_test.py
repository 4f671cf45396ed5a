#!/usr/bin/env python3
"""The command line as a user meets it: exit codes, errors, formats, resuming, stopping."""

import json
import os
import resource
import signal
import subprocess
import threading

import paylog_process as paylog

OPEN_ALICE = '{"type":"open_account","command_id":"o-1","account":"alice","currency":"EUR"}'
OPEN_BOB = '{"type":"open_account","command_id":"o-2","account":"bob","currency":"EUR"}'
DEPOSIT = '{"type":"deposit","command_id":"d-1","account":"alice","amount":10000,"currency":"EUR"}'
TRANSFER = ('{"type":"transfer","command_id":"inv-7","debtor_account":"alice","creditor_account":"bob",'
            '"amount":1250,"currency":"EUR","reference":"invoice 7","metadata":{"order":"7"}}')
TOO_MUCH = '{"type":"withdraw","command_id":"w-1","account":"bob","amount":99999,"currency":"EUR"}'


# Of what takes a moment: long enough for any machine, short enough to wait for when it hangs.
DEADLINE_SECONDS = 60


def finish(process, text=None, keep_open=False):
    """How it ended: exit code, output with single spaces, errors. A process that hangs is a failure."""
    try:
        if keep_open:
            process.wait(timeout=DEADLINE_SECONDS)
        out, err = process.communicate(text, timeout=DEADLINE_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
        raise AssertionError(f"{process.args} hangs") from None
    return process.returncode, " ".join((out or "").split()), err


def run(argv, **options):
    options.setdefault("stdout", subprocess.DEVNULL)
    try:
        done = subprocess.run(argv, stderr=subprocess.PIPE, stdin=subprocess.DEVNULL, check=False,
                              timeout=DEADLINE_SECONDS, **options)
    except subprocess.TimeoutExpired:
        raise AssertionError(f"{argv} hangs") from None
    return paylog.Outcome(done.returncode, "", done.stderr.decode(errors="replace"))


def lines(*commands):
    return ("\n".join(commands) + "\n").encode()


def submit(log, *commands, code=0):
    return log.expect("submit", "-", stdin=lines(*commands), code=code)


def first_payment():
    with paylog.Paylog() as log:
        submit(log, OPEN_ALICE, OPEN_BOB)
        log.expect("run", "--until-idle")
        submit(log, DEPOSIT, TRANSFER, TRANSFER, TOO_MUCH)
        summary = log.expect("run", "--until-idle").out
        for row in ("commands 4", "completed 2", "rejected 1", "insufficient_funds 1", "duplicates 1",
                    "dead letters 0"):
            assert row in " ".join(summary.split()), (row, summary)
        assert log.balances() == {"alice": 8750, "bob": 1250}
        first, again = [r for r in log.results() if r["command_id"] == "inv-7"]
        assert (first["duplicate"], again["duplicate"]) == (False, True)
        assert first["position"] == again["position"] and first["balances"] == again["balances"]
        assert [b["account"] for b in first["balances"]] == ["alice", "bob"]
        log.audit()


def bad_lines_are_named_and_stop_nothing():
    with paylog.Paylog() as log:
        outcome = submit(log, OPEN_ALICE, "garbage", "", '{"type":"deposit"}', "x" * 70000, OPEN_BOB, code=1)
        for number, reason in ((2, "invalid_json"), (4, "command_id"), (5, "body_too_large")):
            assert any(f"line {number}:" in line and reason in line
                       for line in outcome.err.splitlines()), (number, outcome)
        assert "submitted 2 of 5 commands" in outcome.out
        log.expect("run", "--until-idle")
        assert log.balances() == {"alice": 0, "bob": 0}


def an_invalid_command_gets_a_refused_result():
    with paylog.Paylog() as log:
        submit(log, '{"type":"deposit","command_id":"d","account":"alice","amount":0,"currency":"EUR"}')
        log.expect("run", "--until-idle")
        (result,) = log.results()
        assert (result["status"], result["code"], result["path"]) == (
            "refused", "amount_must_be_positive", "$.amount"), result
        assert "position" not in result


def an_input_file_goes_on_where_it_was():
    with paylog.Paylog() as log:
        path = log.directory + "/commands.jsonl"
        paylog.write_lines(path, [OPEN_ALICE, DEPOSIT])
        assert "commands 2" in " ".join(log.expect("run", "--input", path, "--until-idle").out.split())
        again = " ".join(log.expect("run", "--input", path, "--until-idle").out.split())
        assert "commands 0" in again and "taken up at byte" in again, again
        assert len(log.results()) == 2
        assert log.call("run", "--input", log.directory + "/none", "--until-idle").code == 3


def formats():
    with paylog.Paylog() as log:
        submit(log, OPEN_BOB, OPEN_ALICE)
        log.expect("run", "--until-idle")
        submit(log, DEPOSIT)
        log.expect("run", "--until-idle")
        csv_text = log.expect("balances", "--format", "csv").out
        assert csv_text == ("account,currency,posted,held,available\n"
                            "alice,EUR,10000,0,10000\nbob,EUR,0,0,0\n"), csv_text
        rows = [json.loads(line) for line in log.expect("balances", "alice", "--format", "json").out.splitlines()]
        assert rows == [{"account": "alice", "currency": "EUR", "posted": 10000, "held": 0, "available": 10000}]
        table = log.expect("balances").out.splitlines()
        assert table[0].split() == ["account", "currency", "posted", "held", "available"]
        assert log.balances(system=True) == {"$external:EUR": -10000, "alice": 10000, "bob": 0}
        assert log.call("balances", "nobody").code == 1
        assert log.expect("results", "--account", "alice", "--command-id", "d-1", "--format", "csv").out.count("\n") == 2


def read_shows_records_as_they_are():
    with paylog.Paylog() as log:
        submit(log, OPEN_ALICE, DEPOSIT)
        log.expect("run", "--until-idle")
        (record,) = [json.loads(line) for line in
                     log.expect("read", "payments.commands", "--key", "alice", "--count", "1").out.splitlines()]
        assert record["value"] == json.loads(OPEN_ALICE)
        assert record["topic"] == "payments.commands" and record["offset"] == 0 and record["key"] == "alice"
        partition = record["partition"]
        (last,) = log.expect("read", "ledger.journal", "--partition", partition, "--offset", "-1").out.splitlines()
        assert json.loads(last)["value"]["type"] == "payment_posted"
        assert log.expect("read", "ledger.journal", "--offset", "end").out == ""
        assert log.call("read", "ledger.journal", "--offset", "99", "--partition", partition).code == 3
        assert "no topic" in log.call("read", "nothing").err
        assert "ledger.journal" in log.expect("topics").out


def errors_are_one_clear_line():
    with paylog.Paylog() as log:
        for command in (["balances"], ["results"], ["topics"], ["audit", "verify"], ["read", "x"]):
            outcome = log.call(*command)
            assert outcome.code == 3 and len(outcome.err.splitlines()) == 1, outcome
            assert "there is no log" in outcome.err, outcome
            assert not os.path.exists(log.directory + "/log"), "a reading command made a log"
        for option in ("--help", "--version"):
            assert subprocess.run([paylog.binary(), option], capture_output=True, check=False).returncode == 0


def usage_errors_are_one_clear_line():
    cases = (
        ([], "subcommand"),
        (["audit"], "subcommand"),
        (["nonsense"], "nonsense"),
        (["read"], "TOPIC"),
        (["run", "--partitions", "0"], "--partitions"),
        (["run", "--batch-records", "-1"], "'-1' is not a whole number of at least 1"),
        (["balances", "--format", "xml"], "table,csv,json"),
        (["topics", "--log", "mysql:x"], "sqlite:DIR"),
        (["run", "--log", "sqlite:"], "sqlite:DIR"),
        (["read", "t", "--offset", "foo"], "'foo' is not beginning, end, N or -N"),
        (["read", "t", "--count", "-1"], "'-1' is not a whole number of at least 0"),
        (["read", "t", "--partition", "x"], "'x' is not a whole number of at least 0"),
    )
    for arguments, reason in cases:
        done = subprocess.run([paylog.binary(), *arguments], capture_output=True, text=True, check=False)
        err = done.stderr.splitlines()
        assert done.returncode == 2 and not done.stdout and len(err) == 1, (arguments, done)
        assert err[0].startswith("paylog: ") and reason in err[0] and len(err[0]) < 160, (arguments, err)
    environment = {**os.environ, "PAYLOG_LOG": "kafka:x"}
    assert subprocess.run([paylog.binary(), "topics"], env=environment, capture_output=True, check=False).returncode == 2
    help_shown = subprocess.run([paylog.binary(), "topics", "--help"], env=environment, capture_output=True, check=False)
    assert help_shown.returncode == 0


def what_only_the_log_can_tell_is_no_usage_error():
    with paylog.Paylog() as log:
        submit(log, OPEN_ALICE)
        for arguments in (["read", "payments.commands", "--partition", "99"],
                          ["read", "payments.commands", "--offset", "99"], ["run", "--partitions", "5"]):
            outcome = log.call(*arguments)
            assert outcome.code == 3 and len(outcome.err.splitlines()) == 1, (arguments, outcome)


def partitions_are_fixed_when_the_log_is_made():
    with paylog.Paylog() as log:
        log.expect("run", "--partitions", 3, "--until-idle")
        outcome = log.call("run", "--partitions", 5, "--until-idle")
        assert outcome.code == 3 and "3 partitions, not 5" in outcome.err, outcome
        log.expect("run", "--until-idle")


def serves_until_sigterm_and_refuses_a_second_owner():
    with paylog.Paylog() as log:
        submit(log, OPEN_ALICE)
        process = log.start("run")
        assert "serves" in process.stdout.readline()
        outcome = log.call("run")
        assert outcome.code == 3 and str(process.pid) in outcome.err, outcome
        process.send_signal(signal.SIGTERM)
        out, err = process.communicate(timeout=paylog.DEADLINE_SECONDS)
        assert process.returncode == 0, (out, err)
        assert "commands" in out
        log.expect("run", "--until-idle")
        assert log.balances() == {"alice": 0}


def a_pipe_that_pauses_is_taken_and_can_be_interrupted():
    with paylog.Paylog() as log:
        process = log.start("run", "--input", "-", stdin=subprocess.PIPE)
        assert "serves" in process.stdout.readline()
        # A line is at most one commit of the input and one of each stage, and the start is at most
        # nine, so behind 40 commits lines were taken while the pipe stayed open.
        for n in range(40):
            before = log.commits()
            process.stdin.write(OPEN_ALICE.replace("o-1", f"o-{n}") + "\n")
            process.stdin.flush()
            log.wait_for_commits(before + 1)
        process.send_signal(signal.SIGTERM)
        process.wait(timeout=paylog.DEADLINE_SECONDS)
        out, err = process.communicate()
        assert process.returncode == 0, (out, err)
        log.expect("run", "--until-idle")
        assert log.balances() == {"alice": 0}


def a_fifo_is_read_once_and_has_no_place():
    with paylog.Paylog() as log:
        fifo = log.directory + "/fifo"
        os.mkfifo(fifo)
        for number, expected in ((1, "duplicates 0"), (2, "duplicates 1")):
            process = log.start("run", "--input", fifo, "--until-idle")
            # Waits for the reader, which must not need to be told twice.
            with open(fifo, "wb") as writer:
                writer.write(lines(OPEN_ALICE))
            code, out, err = finish(process)
            assert code == 0 and "commands 1" in out and expected in out, (number, code, out, err)
            assert "taken up" not in out, out
        process = log.start("run", "--input", "/dev/stdin", "--until-idle", stdin=subprocess.PIPE)
        code, out, err = finish(process, OPEN_BOB + "\n")
        assert code == 0 and "commands 1" in out, (code, out, err)
        process = log.start("submit", fifo)
        with open(fifo, "wb") as writer:
            writer.write(lines(DEPOSIT))
        code, out, err = finish(process)
        assert code == 0 and "submitted 1 of 1" in out, (code, out, err)


def a_fifo_that_nobody_writes_to_can_be_interrupted():
    with paylog.Paylog() as log:
        fifo = log.directory + "/fifo"
        os.mkfifo(fifo)
        process = log.start("run", "--input", fifo)
        assert "serves" in process.stdout.readline()
        process.send_signal(signal.SIGTERM)
        code, out, err = finish(process)
        assert code == 0 and "commands 0" in out, (code, out, err)


def a_line_too_long_is_never_taken_truncated():
    body = DEPOSIT + " " * (65536 - len(DEPOSIT))
    with paylog.Paylog() as log:
        outcome = submit(log, OPEN_ALICE, body + "\r", body + "\rrest", body + " ", " " * 70000, code=1)
        assert "submitted 2 of 5 commands" in outcome.out, outcome
        for number in (3, 4, 5):
            assert f"line {number}: body_too_large" in outcome.err, outcome
        log.expect("run", "--until-idle")
        assert log.balances() == {"alice": 10000}


def a_failed_stage_ends_an_ingestion():
    with paylog.Paylog() as log:
        log_behind_its_snapshots(log)
        process = log.start("run", "--input", "-", stdin=subprocess.PIPE)
        # Neither a line nor the end of the input comes.
        code, out, err = finish(process, keep_open=True)
        assert code == 3 and "lost records" in err and len(err.splitlines()) == 1, (code, out, err)


def output_that_is_not_taken_is_an_error():
    with paylog.Paylog() as log:
        submit(log, OPEN_ALICE, DEPOSIT)
        commands = (["--version"], ["--help"], ["topics"], ["balances"], ["results"], ["results", "--follow"],
                    ["read", "payments.commands"], ["read", "payments.commands", "--follow"],
                    ["audit", "verify"], ["run", "--until-idle"])
        log.expect("run", "--until-idle")
        for command in commands:
            argv = log.argv(*command) if not command[0].startswith("--") else [paylog.binary(), *command]
            with open("/dev/full", "wb") as full:
                outcome = run(argv, stdout=full)
            assert outcome.code == 3 and outcome.err.startswith("paylog: standard output: "), (command, outcome)
            assert len(outcome.err.splitlines()) == 1, (command, outcome)
            assert "No space left" in outcome.err or command[0].startswith("--") or command[-1] == "--follow"
            # Closed: and nothing that is opened later may take its place.
            outcome = run(argv, preexec_fn=lambda: os.close(1))
            assert outcome.code == 3 and len(outcome.err.splitlines()) == 1, (command, outcome)
        log.audit()


def a_limit_of_file_size_is_an_error():
    def limit():
        resource.setrlimit(resource.RLIMIT_FSIZE, (200_000, 200_000))
    with paylog.Paylog() as log:
        path = log.directory + "/commands.jsonl"
        paylog.write_lines(path, (DEPOSIT.replace("d-1", os.urandom(32).hex()) for n in range(10_000)))
        outcome = run(log.argv("submit", path), preexec_fn=limit)
        assert outcome.code == 3 and len(outcome.err.splitlines()) == 1, outcome
        assert outcome.err.startswith("paylog: "), outcome


def a_pipe_that_closes_ends_reading_but_not_serving():
    with paylog.Paylog() as log:
        submit(log, *(OPEN_ALICE.replace("o-1", f"o-{n}") for n in range(3000)))
        process = log.start("read", "payments.commands")
        process.stdout.readline()
        process.stdout.close()
        assert finish(process)[0] == -signal.SIGPIPE
        process = log.start("run")
        process.stdout.readline()
        process.stdout.close()
        process.send_signal(signal.SIGTERM)
        code, _, err = finish(process)
        assert code == 3 and "standard output: Broken pipe" in err, (code, err)
        log.audit()


def follow_shows_rows_as_they_come():
    with paylog.Paylog() as log:
        submit(log, OPEN_ALICE, OPEN_BOB)
        log.expect("run", "--until-idle")
        process = log.start("results", "--follow")
        rows = []
        reading = threading.Thread(target=lambda: rows.extend(process.stdout.readline() for _ in range(3)), daemon=True)
        reading.start()
        reading.join(timeout=DEADLINE_SECONDS)
        process.send_signal(signal.SIGINT)
        assert len(rows) == 3, "no rows while following"
        assert rows[0].split()[:4] == ["account", "command_id", "status", "code"], rows
        assert sorted(row.split()[0] for row in rows[1:]) == ["alice", "bob"], rows
        assert len({row.index(word) for row, word in zip(rows, ("code", " ok", " ok"))}) <= 2, rows
        assert finish(process)[0] == 0


def follow_ends_once_nobody_reads():
    with paylog.Paylog() as log:
        submit(log, OPEN_ALICE)
        log.expect("run", "--until-idle")
        for command in (["results", "--follow", "--format", "json"], ["read", "payments.results", "--follow"]):
            process = log.start(*command)
            process.stdout.readline()
            # Nothing follows that could be written in vain.
            process.stdout.close()
            assert finish(process)[0] == -signal.SIGPIPE, command


def follow_reads_all_of_many_partitions():
    with paylog.Paylog() as log:
        log.expect("submit", "--partitions", 400, "-", stdin=lines(*(
            OPEN_ALICE.replace("alice", f"a{n}") for n in range(100))))
        # Most of the 400 partitions stay empty.
        out = log.expect("read", "payments.commands", "--follow", "--count", 100).out
        assert len(out.splitlines()) == 100


def follow_ends_cleanly_on_a_signal():
    with paylog.Paylog() as log:
        submit(log, OPEN_ALICE)
        log.expect("run", "--until-idle")
        process = log.start("results", "--follow", "--format", "json")
        assert json.loads(process.stdout.readline())["command_id"] == "o-1"
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=paylog.DEADLINE_SECONDS)
        assert process.returncode == 0


def log_behind_its_snapshots(log):
    submit(log, OPEN_ALICE)
    log.expect("run", "--until-idle")
    os.rename(log.directory + "/log/snapshots", log.directory + "/newer")
    backup = log.directory + "/backup"
    subprocess.run(["cp", "-r", log.directory + "/log", backup], check=True)
    os.rename(log.directory + "/newer", log.directory + "/log/snapshots")
    submit(log, DEPOSIT)
    log.expect("run", "--until-idle")
    subprocess.run(["cp", "-r", log.directory + "/log/snapshots", backup + "/snapshots"], check=True)
    os.rename(log.directory + "/log", log.directory + "/old")
    os.rename(backup, log.directory + "/log")


def the_audit_names_a_snapshot_beyond_the_log():
    """A log restored from a backup that is older than its snapshots has lost records: never go on."""
    with paylog.Paylog() as log:
        log_behind_its_snapshots(log)
        outcome = log.call("run", "--until-idle")
        assert outcome.code == 3 and "lost records" in outcome.err, outcome


if __name__ == "__main__":
    paylog.run_all([
        first_payment, bad_lines_are_named_and_stop_nothing, an_invalid_command_gets_a_refused_result,
        an_input_file_goes_on_where_it_was, formats, read_shows_records_as_they_are,
        errors_are_one_clear_line, partitions_are_fixed_when_the_log_is_made,
        serves_until_sigterm_and_refuses_a_second_owner, follow_ends_cleanly_on_a_signal,
        a_pipe_that_pauses_is_taken_and_can_be_interrupted,
        the_audit_names_a_snapshot_beyond_the_log,
        usage_errors_are_one_clear_line, what_only_the_log_can_tell_is_no_usage_error,
        a_fifo_is_read_once_and_has_no_place, a_fifo_that_nobody_writes_to_can_be_interrupted,
        a_line_too_long_is_never_taken_truncated, a_failed_stage_ends_an_ingestion,
        output_that_is_not_taken_is_an_error, a_limit_of_file_size_is_an_error,
        a_pipe_that_closes_ends_reading_but_not_serving, follow_shows_rows_as_they_come,
        follow_ends_once_nobody_reads, follow_reads_all_of_many_partitions,
    ])
