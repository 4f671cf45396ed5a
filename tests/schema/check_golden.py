"""Checks the golden examples with python3-jsonschema, which knows draft 2020-12.

The C++ tests use valijson, which knows draft-07; that both agree shows that the schemas mean the same
to old and new tools. Usage: /usr/bin/python3 check_golden.py <repository>/schemas
"""

import json
import pathlib
import sys

from jsonschema import Draft7Validator, Draft202012Validator


def main(root: pathlib.Path) -> int:
    expected = json.loads((root / "examples" / "expected.json").read_text("utf-8"))
    faults = []
    checked = 0
    for path in sorted(root.rglob("*.v1.json")):
        schema = json.loads(path.read_text("utf-8"))
        Draft202012Validator.check_schema(schema)
        Draft7Validator.check_schema(schema)
        name = path.name.removesuffix(".v1.json")
        examples = sorted((root / "examples" / name).rglob("*.json"))
        if not examples:
            faults.append(f"{name}: no examples")
        for example in examples:
            key = example.relative_to(root / "examples").as_posix()
            # Where a schema cannot say what is wrong, it takes the example.
            wanted = key not in expected or not expected[key]["schema"]
            value = json.loads(example.read_text("utf-8"))
            for validator in (Draft202012Validator(schema), Draft7Validator(schema)):
                if validator.is_valid(value) != wanted:
                    faults.append(f"{key}: {type(validator).__name__} says {not wanted}")
            checked += 1
    print(f"{checked} examples checked")
    for fault in faults:
        print(fault)
    return 1 if faults or checked == 0 else 0


if __name__ == "__main__":
    sys.exit(main(pathlib.Path(sys.argv[1])))
