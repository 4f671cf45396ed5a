"""The same work with more accounts and with more ids that are remembered, and a start with more history: embedded log,
a new process each."""

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
    for step in accounts:
        point(run, f"growth_accounts_{step}", "--accounts", step)
    for step in history:
        point(run, f"growth_ids_{step}", "--history", step)
    for step in history[1:]:
        run.measure("recovery", f"growth_recovery_{step}", EmbeddedLog, "--commands", step, "--no-audit")
    report(run, "account", "growth_accounts", accounts)
    report(run, "id", "growth_ids", history)


def point(run, name, option, step):
    """In a steady state: what a start takes with so much is recovery's figure."""
    run.measure("end-to-end", name, EmbeddedLog, "--commands", run.commands, "--warm-up", run.commands // 4, option, step)


def value(run, name):
    return next(figure["value"] for figure in run.figures if figure["name"] == name)


def report(run, thing, name, steps):
    """What each more takes of the peak memory, and how fast the work still is, against the fewest."""
    for step in steps[1:]:
        more = value(run, f"{name}_{step}_peak_memory") - value(run, f"{name}_{steps[0]}_peak_memory")
        run.report(f"{name}_{step}_memory", more * MEBIBYTE / (step - steps[0]), f"bytes/{thing}")
        run.report(f"{name}_{step}_to_fewest", value(run, f"{name}_{step}") / value(run, f"{name}_{steps[0]}"), "times")


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
