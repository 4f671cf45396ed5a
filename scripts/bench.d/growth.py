"""The same work with more accounts and with more ids that are remembered, and a start with more history: embedded log,
a new process each. A machine may be a third faster in one minute than in the next, so the fewest are measured anew before
and after each of the others, and it is these two that it is held against."""

import statistics

from logs import EmbeddedLog

ACCOUNTS = [10_000, 100_000, 1_000_000, 10_000_000]
HISTORY = [0, 1_000_000, 10_000_000, 100_000_000]
MEBIBYTE = 1 << 20


def steps_of(arguments):
    """Numbers of accounts, and of commands before those that are measured, up to the limits."""
    return tuple([*(step for step in steps if step < limit), limit]
                 for steps, limit in ((ACCOUNTS, arguments.accounts), (HISTORY, arguments.history)))


def measure(run, arguments):
    accounts, history = steps_of(arguments)
    curve(run, arguments.rounds, "growth_accounts", "--accounts", accounts)
    curve(run, arguments.rounds, "growth_ids", "--history", history)
    for step in history[1:]:
        run.measure("recovery", f"growth_recovery_{step}", EmbeddedLog, "--commands", step, "--no-audit")
    report_memory(run, "account", "growth_accounts", accounts)
    report_memory(run, "id", "growth_ids", history)


def curve(run, rounds, name, option, steps):
    """Fewest, more, fewest, still more, fewest, and so on; so many rounds of it."""

    def point(step):
        """In a steady state: what a start takes with so much is recovery's figure. Returns payments/s."""
        figures = run.measure("end-to-end", f"{name}_{step}", EmbeddedLog, "--commands", run.commands,
                              "--warm-up", run.commands // 4, option, step)
        return figures[f"{name}_{step}"]

    before = point(steps[0])
    for step in steps[1:] * rounds:
        rate, after = point(step), point(steps[0])
        run.report(f"{name}_{step}_to_fewest", rate / statistics.mean([before, after]), "times")
        before = after


def value(run, name):
    """The median, where it was measured several times."""
    return statistics.median(figure["value"] for figure in run.figures if figure["name"] == name)


def report_memory(run, thing, name, steps):
    """What each more takes of the peak memory."""
    for step in steps[1:]:
        more = value(run, f"{name}_{step}_peak_memory") - value(run, f"{name}_{steps[0]}_peak_memory")
        run.report(f"{name}_{step}_memory", more * MEBIBYTE / (step - steps[0]), f"bytes/{thing}")


def curves(run, arguments):
    """{file name: (title, name of the x axis, {name: points})}"""
    drawings = {}
    axes = {"accounts": "accounts", "ids": "commands before those that are measured; leftmost: none"}
    for (what, axis), steps in zip(axes.items(), steps_of(arguments)):
        # A scale of powers of ten has no 0.
        places = {step: step or max(1, steps[-1] // 1_000) for step in steps}
        rate = [(places[step], value(run, f"growth_{what}_{step}")) for step in steps]
        memory = [(places[step], value(run, f"growth_{what}_{step}_peak_memory")) for step in steps]
        drawings[f"growth-{what}"] = (f"Payments a second with more {what}", axis, {"payments/s": rate})
        drawings[f"growth-{what}-memory"] = (f"Peak memory with more {what}", axis, {"MiB": memory})
    return drawings
