#!/usr/bin/env python3
"""Writes mutated copies of production sources, and a C++ list of the mutants.

    make_mutants.py MUTANTS_FILE SOURCE_ROOT OUTPUT_DIRECTORY
    make_mutants.py --files MUTANTS_FILE      prints the sources that are mutated

Each change must fit its source exactly once; otherwise the mutant is out of date and the build fails.
"""

import pathlib
import sys

FIELDS = ("mutant", "about", "file", "from", "to")


def parse(path):
    """[{"mutant": ..., "about": ..., "file": ..., "from": ..., "to": ...}]; texts of several lines are joined."""
    mutants = []
    for number, line in enumerate(path.read_text().splitlines(), 1):
        if not line.strip() or line.startswith("#"):
            continue
        field, text = line.split(" ", 1)
        if field not in FIELDS:
            sys.exit(f"{path}:{number}: '{field}' is not one of {', '.join(FIELDS)}")
        text = text[len("mutant ") - len(field) - 1:]  # All texts begin in one column.
        if field == "mutant":
            mutants.append({})
        known = mutants[-1]
        known[field] = f"{known[field]}\n{text}" if field in known else text
    for mutant in mutants:
        missing = [field for field in FIELDS if field not in mutant]
        if missing:
            sys.exit(f"{path}: mutant {mutant.get('mutant')} has no {', '.join(missing)}")
    return mutants


def mutate(source, mutants, where):
    for mutant in mutants:
        found = source.count(mutant["from"])
        if found != 1:
            sys.exit(f"mutant {mutant['mutant']}: its text stands {found} times in {where}, not once")
        active = f'::paylog::mutants::IsActive("{mutant["mutant"]}")'
        source = source.replace(mutant["from"], mutant["to"].replace("MUTANT", active))
    return '#include "mutants.h"\n' + source


def main():
    if sys.argv[1] == "--files":
        print(";".join(sorted({m["file"] for m in parse(pathlib.Path(sys.argv[2]))})), end="")
        return
    mutants_file, root, output = map(pathlib.Path, sys.argv[1:])
    mutants = parse(mutants_file)
    for file in sorted({mutant["file"] for mutant in mutants}):
        mutated = mutate((root / file).read_text(), [m for m in mutants if m["file"] == file], file)
        target = output / file
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(mutated)
    rows = "".join(f'    {{"{m["mutant"]}", "{m["about"]}"}},\n' for m in mutants)
    (output / "mutant_list.inc").write_text(rows)


if __name__ == "__main__":
    main()
