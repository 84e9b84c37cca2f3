"""Records as the model reads them at the start of a run: compact, complete, and plainly data."""

from collections.abc import Collection, Iterable

from customer_escalation.domain.brief import Figure
from customer_escalation.domain.categories import BY_ITEM, LISTINGS, SOURCES
from customer_escalation.domain.evidence import Evidence
from skill_runtime.bounds import PARTS
from skill_runtime.ledger import Record

_INNER = frozenset(kind for row in SOURCES.values() for kind in (*row.row.kinds, row.part)) - BY_ITEM.keys()
_HIDDEN = frozenset(
    {"ref", "kind", "id", "text", "body", "parent", "extra", "messages_complete", "comments_complete", PARTS}
)
FOLDED = " | (shares little with the request; its messages are not shown)"
MOST_OF_A_KEY = 80
"""Characters of a field's name, which another system may choose."""
_READ_APART = {kind for kind, row in BY_ITEM.items() if row.whole_by_read}
"""Kinds whose content a list or a search leaves out."""


def present_evidence(evidence: Evidence, figures: Iterable[Figure], folded: Collection[str] = ()) -> str:
    """Every record read so far, by kind, with its messages below it and files below these; then the computed figures.

    Of items whose refs are ``folded`` the header alone is shown, and how to see the rest.
    """
    known = {kind for kind, _ in LISTINGS} | _INNER
    lines: list[str] = []
    for kind, title in LISTINGS:
        items = evidence.of_kind(kind)
        if items:
            lines.append(f"## {title}")
            for item in items:
                lines += [_line(item) + FOLDED] if item.ref in folded else _item(item, evidence)
            lines.append("")
    rest = [record for record in evidence.ledger.records.values() if str(record.data.get("kind")) not in known]
    if rest:
        lines.append("## Other records")
        lines += [_line(record) for record in rest]
        lines.append("")
    figures = list(figures)
    if figures:
        lines.append("## Figures computed from these records")
        lines += [f"- {_oneline(f'{figure.ref}: {figure.label}: {figure.text}')}" for figure in figures]
    return "\n".join(lines).strip()


def _item(item: Record, evidence: Evidence) -> list[str]:
    children = sorted(evidence.ledger.children(item.ref), key=lambda child: (str(child.data.get("at", "")), child.ref))
    whole = any(item.data.get(key) for key in ("body", "messages_complete", "comments_complete"))
    unread = "" if children or whole or item.data.get("kind") not in _READ_APART else " | (content not read yet)"
    below = [record for child in children for record in (child, *evidence.ledger.children(child.ref))]
    return [
        _line(item) + unread,
        *(f"{'  ' if record.parent == item.ref else '    '}{_line(record)}" for record in below),
    ]


def _line(record: Record) -> str:
    """One record on one line: its ref, its fields, then its text."""
    data = dict(record.data)
    extra = data.get("extra")
    if isinstance(extra, dict):
        data.update(extra)
    fields = [
        f"{_oneline(key)[:MOST_OF_A_KEY]}={_value(value)}"
        for key, value in data.items()
        if key not in _HIDDEN and value not in (None, "", [], {})
    ]
    text = str(data.get("text") or data.get("body") or "")
    return f"- {record.ref} | {' | '.join(fields)}" + (f" | text: {_oneline(text)}" if text else "")


def _value(value: object) -> str:
    if isinstance(value, dict):
        return (
            "{"
            + ", ".join(
                f"{_oneline(key)[:MOST_OF_A_KEY]}: {_value(item)}" for key, item in value.items() if item is not None
            )
            + "}"
        )
    if isinstance(value, list):
        return "; ".join(_value(item) for item in value)
    return _oneline(str(value))


def _oneline(text: str) -> str:
    return " ⏎ ".join(line.strip() for line in text.splitlines() if line.strip())
