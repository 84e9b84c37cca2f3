"""Write the sample workspace that ships with the package; with ``--check`` compare it and exit 1 where it is stale."""

import argparse
import json
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from tools.sample.workspace import workspace

ROOT = Path(__file__).resolve().parent.parent
TARGET = ROOT / "runtime" / "customer_escalation" / "data" / "sample_workspace.json"


def text() -> str:
    """The file: JSON with one record on a line, so that a change shows as the lines of its records."""
    whole = workspace()
    records = whole.pop("records")
    assert isinstance(records, dict)
    head = [f"  {json.dumps(key)}: {_line(value)}," for key, value in whole.items()]
    parts = [
        f"    {json.dumps(category)}: [\n" + ",\n".join(f"      {_line(item)}" for item in items) + "\n    ]"
        for category, items in records.items()
    ]
    return "\n".join(["{", *head, '  "records": {', ",\n".join(parts), "  }", "}"]) + "\n"


def _line(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)


def main(arguments: list[str] | None = None) -> int:
    """Write or compare; the exit code."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="compare only, exit 1 where the file is stale")
    made = text()
    if parser.parse_args(arguments).check:
        if TARGET.is_file() and TARGET.read_text(encoding="utf-8") == made:
            return 0
        print(f"{TARGET.relative_to(ROOT)} is stale: run python tools/make_sample_workspace.py", file=sys.stderr)
        return 1
    TARGET.parent.mkdir(parents=True, exist_ok=True)
    TARGET.write_text(made, encoding="utf-8", newline="\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
