"""What texts name and patterns find whole: error texts, versions, browsers, systems; dates and addresses are none of them."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from customer_escalation.drafting.quoting import said
from customer_escalation.retrieval.relevance.marks import codes_in
from skill_runtime.ledger import Record

_ENVIRONMENT: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("version", re.compile(
        r"(?<![\w./:-])(?:v\d+(?:\.\d+)+|v?\d{1,3}(?:\.\d{1,4}){1,2})(?:[-+][A-Za-z][\w.]*)?(?![\w/:%-]|\.\d)",
    )),
    ("region", re.compile(r"\b(?:us|eu|ap|sa|ca|me|af)-(?:east|west|north|south|central|northeast|southeast)(?:-\d)?\b")),
    ("endpoint", re.compile(r"\b(?:GET|POST|PUT|PATCH|DELETE) /[\w/{}.-]*\w|(?<=\s)/(?:v\d|api)/[\w/{}.-]*\w")),
    ("browser", re.compile(r"\b(?:Chrome|Firefox|Safari|Microsoft Edge|Opera|Internet Explorer|IE)[ ]?\d+(?:\.\d+)*\b")),
    ("operating system", re.compile(
        r"\b(?:Windows(?: \d+| Server \d+)|macOS(?: \d+(?:\.\d+)*)|Ubuntu(?: \d+\.\d+)|Debian(?: \d+)|CentOS(?: \d+)|"
        r"Android(?: \d+)|iOS(?: \d+(?:\.\d+)*))\b"
    )),
)  # fmt: skip
_DATE = re.compile(r"\d{1,2}\.\d{1,2}\.(?:\d{4}|\d{2})?|\d{1,2}\.\d{1,2}|\d{1,3}(?:\.\d{3})+")
"""A day, an amount with thousands: a number in two parts is a version only where it says so."""
MOST = 3


@dataclass(frozen=True)
class Detail:
    """A detail with the record that shows it."""

    text: str
    record: Record


def environment(records: Iterable[Record]) -> dict[str, list[Detail]]:
    """Versions, regions, endpoints, browsers and systems by kind, each as some record spells it."""
    kept, found = list(records), dict[str, list[Detail]]()
    for kind, pattern in _ENVIRONMENT:
        known: dict[str, Detail] = {}
        for record in kept:
            for match in pattern.finditer(said(record)):
                text = match.group()
                if kind != "version" or not _DATE.fullmatch(text):
                    known.setdefault(text.casefold(), Detail(text, record))
        if known:
            found[kind] = list(known.values())[:MOST]
    return found


def error_lines(records: Iterable[Record], id_prefixes: frozenset[str]) -> list[Detail]:
    """The lines that hold an error code, each whole and once."""
    found: dict[str, Detail] = {}
    for record in records:
        for line in said(record).splitlines():
            codes = codes_in(line, id_prefixes)
            for code in codes:
                found.setdefault(code, Detail(code, record))
    return list(found.values())[:MOST]
