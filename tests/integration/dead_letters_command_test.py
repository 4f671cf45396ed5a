#!/usr/bin/env python3
"""Dead letters as an operator meets them: listed, shown, corrected, sent again, and seen to be."""

import csv
import io
import json
import os
import pathlib
import subprocess

import paylog_process as paylog

OPEN = b'{"type":"open_account","command_id":"o-1","account":"alice","currency":"EUR"}'
CORRECTED = b'{"type":"deposit","command_id":"d-1","account":"alice","amount":700,"currency":"EUR"}'
TRUNCATED = CORRECTED[:-20]
ESCAPES = b"\x1b[2J\xff\x00"
NAME = "dead letter 0:0 is not resubmitted: "


def put(log, topic, body, *headers):
    """A record as from a producer that is not ours: `submit` refuses such lines."""
    subprocess.run([os.environ["PAYLOG_TEST_PUT_RECORD"], log.log, topic, *headers], input=body, check=True,
                   timeout=paylog.DEADLINE_SECONDS)


def make_letters(log, *bodies):
    """alice has an account, and each body is a dead letter, in partition 0. The positions."""
    log.expect("submit", "-", "--partitions", "1", stdin=OPEN)
    for body in bodies:
        put(log, "payments.commands", body)
    log.expect("run", "--until-idle")
    positions = [letter["position"] for letter in letters(log)]
    assert len(positions) == len(bodies), positions
    return positions


def letters(log, *arguments):
    out = log.expect("dead-letters", "list", "--format", "json", *arguments).out
    return [json.loads(line) for line in out.splitlines()]


def commands(log):
    return [json.loads(line) for line in log.expect("read", "payments.commands").out.splitlines()]


def refused(log, position, *arguments, why, stdin=None):
    """A resubmission that writes nothing, and says why."""
    before = commands(log)
    outcome = log.expect("dead-letters", "resubmit", position, *arguments, code=1, stdin=stdin)
    assert why in outcome.err and len(outcome.err.splitlines()) == 1 and not outcome.out, outcome
    assert commands(log) == before


def the_list_shows_all_and_misleads_no_terminal():
    with paylog.Paylog() as log:
        first, second, third = make_letters(log, TRUNCATED, ESCAPES, b"x" * 65537)
        shown = letters(log)
        assert [letter["reason"] for letter in shown] == ["invalid_json", "invalid_utf8", "body_too_large"], shown
        assert [letter["size"] for letter in shown] == [len(TRUNCATED), len(ESCAPES), 65537], shown
        assert shown[0]["origin"].startswith("payments.commands/0/"), shown
        assert all(letter["resubmissions"] == [] for letter in shown), shown
        assert shown[1]["excerpt"] == "\\x1b[2J\\xff\\x00", shown
        assert [letter["position"] for letter in letters(log, "--reason", "invalid_utf8")] == [second]
        assert [letter["position"] for letter in letters(log, "--count", "2")] == [first, second]
        assert not letters(log, "--reason", "nothing")
        rows = list(csv.DictReader(io.StringIO(log.expect("dead-letters", "list", "--format", "csv").out)))
        assert [(row["position"], row["resubmissions"]) for row in rows] == [(p, "0") for p in
                                                                            (first, second, third)], rows
        table = log.expect("dead-letters", "list").out
        assert len(table.splitlines()) == 4 and "\x1b" not in table and "…" in table, table


def one_is_shown_as_text_as_bytes_and_raw():
    with paylog.Paylog() as log:
        text, binary = make_letters(log, TRUNCATED, ESCAPES)
        out = log.expect("dead-letters", "show", text).out
        assert TRUNCATED.decode() in out.splitlines() and "invalid_json: " in out, out
        assert "paylog_reason: invalid_json" in out and "sent again" not in out, out
        out = log.expect("dead-letters", "show", binary).out
        assert "1b 5b 32 4a ff 00 " in out and "\x1b" not in out, out
        for position, body in ((text, TRUNCATED), (binary, ESCAPES)):
            raw = subprocess.run(log.argv("dead-letters", "show", position, "--raw"), capture_output=True,
                                 check=True, timeout=paylog.DEADLINE_SECONDS)
            assert raw.stdout == body, raw


def a_corrected_body_becomes_a_payment_and_is_recorded():
    with paylog.Paylog() as log:
        position, other = make_letters(log, TRUNCATED, ESCAPES)
        file = pathlib.Path(log.directory, "corrected")
        file.write_bytes(CORRECTED + b"\n")
        out = log.expect("dead-letters", "resubmit", position, "--body", file).out
        assert out == f"resubmitted dead letter {position}\n", out
        written = commands(log)[-1]
        assert written["headers"] == {"paylog_resubmission_of": "payments.dead-letters/"
                                      + position.replace(":", "/")}, written
        assert written["key"] == "alice" and written["value_text"] == CORRECTED.decode() + "\n", written
        place = f"payments.commands/{written['partition']}/{written['offset']}"
        assert {letter["position"]: letter["resubmissions"] for letter in letters(log)} == {
            position: [place], other: []}
        assert f"sent again {place}" in log.expect("dead-letters", "show", position).out
        log.expect("run", "--until-idle")
        assert log.balances() == {"alice": 700}
        log.audit()


def a_second_time_wants_a_word_and_pays_once():
    with paylog.Paylog() as log:
        [position] = make_letters(log, TRUNCATED)
        for again in ((), ("--again",)):
            log.expect("dead-letters", "resubmit", position, "--body", "-", *again, stdin=CORRECTED)
            refused(log, position, "--body", "-", stdin=CORRECTED, why="was resubmitted before")
        assert [len(letter["resubmissions"]) for letter in letters(log)] == [2]
        log.expect("run", "--until-idle")
        assert log.balances() == {"alice": 700}
        assert [r["duplicate"] for r in log.results() if r["command_id"] == "d-1"] == [False, True]
        log.audit()


def what_cannot_be_a_command_is_refused():
    with paylog.Paylog() as log:
        [position] = make_letters(log, TRUNCATED)
        refused(log, position, why=NAME + "invalid_json")
        refused(log, position, why="--body takes a corrected one")
        refused(log, position, "--body", "-", stdin=b'{"type":"deposit"}', why=NAME + "unreadable_command_id")
        refused(log, position, "--body", "-", stdin=CORRECTED + b" " * 65536, why=NAME + "body_too_large")
        assert letters(log)[0]["resubmissions"] == []


def a_letter_of_another_service_is_listed_and_not_sent_as_a_command():
    with paylog.Paylog() as log:
        log.expect("submit", "-", "--partitions", "1", stdin=OPEN)
        put(log, "payments.dead-letters", CORRECTED, "ce_type=paylog.other.v1", "paylog_reason=gone",
            "paylog_origin=payments.results/0/3")
        [letter] = letters(log)
        assert (letter["type"], letter["reason"]) == ("paylog.other.v1", "gone"), letter
        refused(log, letter["position"], "--again", why="paylog.other.v1' and from payments.results")


def what_is_not_there_is_one_clear_line():
    with paylog.Paylog() as log:
        log.expect("submit", "-", "--partitions", "1", stdin=OPEN)
        assert log.expect("dead-letters", "list", "--format", "json").out == ""
        for action in ("show", "resubmit"):
            for position, code in (("0:0", 3), ("7:0", 3), ("0", 2), ("0:-1", 2), ("a:b", 2)):
                outcome = log.expect("dead-letters", action, position, code=code)
                assert len(outcome.err.splitlines()) == 1 and position in outcome.err, outcome
        for path in (log.directory, log.directory + "/none"):
            outcome = log.expect("dead-letters", "resubmit", "0:0", "--body", path, code=3)
            assert path in outcome.err and len(outcome.err.splitlines()) == 1, outcome
        bare = subprocess.run([paylog.binary(), "dead-letters"], capture_output=True, check=False,
                              timeout=paylog.DEADLINE_SECONDS)
        assert bare.returncode == 2 and b"a subcommand is required" in bare.stderr, bare


if __name__ == "__main__":
    paylog.run_all([
        the_list_shows_all_and_misleads_no_terminal, one_is_shown_as_text_as_bytes_and_raw,
        a_corrected_body_becomes_a_payment_and_is_recorded, a_second_time_wants_a_word_and_pays_once,
        what_cannot_be_a_command_is_refused, a_letter_of_another_service_is_listed_and_not_sent_as_a_command,
        what_is_not_there_is_one_clear_line,
    ])
