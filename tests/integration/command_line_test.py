#!/usr/bin/env python3
"""The command line as a user meets it: exit codes, errors, formats, resuming, stopping."""

import json
import os
import signal
import subprocess

import paylog_process as paylog

OPEN_ALICE = '{"type":"open_account","command_id":"o-1","account":"alice","currency":"EUR"}'
OPEN_BOB = '{"type":"open_account","command_id":"o-2","account":"bob","currency":"EUR"}'
DEPOSIT = '{"type":"deposit","command_id":"d-1","account":"alice","amount":10000,"currency":"EUR"}'
TRANSFER = ('{"type":"transfer","command_id":"inv-7","debtor_account":"alice","creditor_account":"bob",'
            '"amount":1250,"currency":"EUR","reference":"invoice 7","metadata":{"order":"7"}}')
TOO_MUCH = '{"type":"withdraw","command_id":"w-1","account":"bob","amount":99999,"currency":"EUR"}'


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
        for usage in (["nonsense"], ["run", "--partitions", "0"], ["balances", "--format", "xml"]):
            assert log.call(*usage).code == 2, usage
        done = subprocess.run([paylog.binary(), "topics", "--log", "mysql:x"], capture_output=True,
                              text=True, check=False)
        assert done.returncode == 3 and "sqlite:DIR" in done.stderr
        for option in ("--help", "--version"):
            assert subprocess.run([paylog.binary(), option], capture_output=True, check=False).returncode == 0


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
        outcome = log.call("topics")
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


def follow_ends_cleanly_on_a_signal():
    with paylog.Paylog() as log:
        submit(log, OPEN_ALICE)
        log.expect("run", "--until-idle")
        process = log.start("results", "--follow", "--format", "json")
        assert json.loads(process.stdout.readline())["command_id"] == "o-1"
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=paylog.DEADLINE_SECONDS)
        assert process.returncode == 0


def the_audit_names_a_snapshot_beyond_the_log():
    """A log restored from a backup that is older than its snapshots has lost records: never go on."""
    with paylog.Paylog() as log:
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
    ])
