"""Write CLDR's names of months, weekdays and units of time, its words for the days around today, and those that join two of a list, as
Babel has them; with ``--check``
compare them and exit 1 where they are stale.
"""

import argparse
import json
import re
import sys
from pathlib import Path

from customer_escalation.domain.day_names import AROUND, LOCALES
from customer_escalation.domain.unit_names import UNITS

TARGET = Path(__file__).resolve().parent.parent / "runtime" / "customer_escalation" / "data" / "day_names.json"
FORMS = (
    ("months", "wide", "format"),
    ("months", "abbreviated", "format"),
    ("months", "wide", "stand-alone"),
    ("days", "wide", "format"),
    ("days", "abbreviated", "format"),
)

COUNTS = (1, 2, 5)
"""Numbers that languages have forms of their own for."""


def text() -> str:
    """The file: JSON with one locale on a line."""
    lines = [
        f"  {json.dumps(locale)}: {json.dumps(_names(locale), ensure_ascii=False)}" for locale in sorted(set(LOCALES))
    ]
    return "{\n" + ",\n".join(lines) + "\n}\n"


def _names(locale: str) -> dict[str, list[str]]:
    """In the order of the year or of the week, Monday first; for "and" and "or" under ``joins``."""
    from babel import Locale

    known = Locale.parse(locale)
    names = {
        f"{what} {width} {context}": [str(name) for _, name in sorted(getattr(known, what)[context][width].items())]
        for what, width, context in FORMS
    }
    names |= {f"units {unit}": _unit_names(locale, unit) for unit in UNITS}
    around = known._data["date_fields"]["day"]["relative"]  # which Babel keeps and has no name for  # noqa: SLF001
    names |= {"days around today": [str(around.get(day, "")) for day in AROUND]}
    pairs = (known.list_patterns[kind]["2"] for kind in ("standard", "or"))
    return {**names, "joins": [pair.replace("{0}", "").replace("{1}", "").strip() for pair in pairs]}


def _unit_names(locale: str, unit: str) -> list[str]:
    """Names and abbreviations of more than one letter, casefolded, in the forms that the language has for numbers."""
    from babel.units import format_unit

    told = (
        str(format_unit(count, f"duration-{unit}", length=width, locale=locale))
        for width in ("long", "short") for count in COUNTS
    )  # fmt: skip
    words = (re.sub(r"[\d\s.]", "", text).casefold() for text in told)
    return sorted({word for word in words if len(word) > 1 or not word.isascii()})


def main(arguments: list[str] | None = None) -> int:
    """Write or compare; the exit code."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="compare only, exit 1 where the file is stale")
    made = text()
    if not parser.parse_args(arguments).check:
        TARGET.write_text(made, encoding="utf-8")
    elif not TARGET.is_file() or TARGET.read_text(encoding="utf-8") != made:
        print(f"{TARGET.name} is stale: run `python tools/make_day_names.py`.", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
