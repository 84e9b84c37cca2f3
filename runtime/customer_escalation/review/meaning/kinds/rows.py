"""Do subject, field and value of a statement stand in one row of the records?"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from customer_escalation.domain.evidence import field
from customer_escalation.domain.states import state_of, state_of_word
from customer_escalation.review.grounding import find_atoms
from customer_escalation.review.grounding.kinds.durations import UNIT_SECONDS
from customer_escalation.review.meaning.compared import Cell, Cited, Compared, plain_number
from customer_escalation.review.meaning.contest import Contest
from customer_escalation.review.meaning.grammar import Grammar
from customer_escalation.review.meaning.text import stem
from skill_runtime.ledger import Record

NAMED_VALUES = ("tier", "priority", "status")
"""Fields whose value is a word out of a few, which a statement may give the wrong row."""
SHORTEST_NAME = 3
AN_HOUR = 3600
"""In which the fields of a contract count."""
_BETWEEN = re.compile(r"[,:](?!\d)|;|\b(?:and|und|et|y|e|while|with|mit)\b(?! \d+[., ]\d)")
_DATE = re.compile(r"\d{4}-\d\d-\d\d")
_WORD = re.compile(r"[^\W_]+(?:-[^\W_]+)*")
_IS = (
    r"(?:(?P<ahead>will be|wird|werden)|(?P<past>was|were|has been|have been|wurde|wurden)|is|are|remains|remain|ist|sind|está|est)"
    r"(?: (?:again|now|still|yet|also|both|all|already|wieder|noch))*(?: (?:an?|the|in the|in|im|eine?))?"
)


@dataclass(frozen=True)
class _Segment:
    """A piece of the statement between commas and conjunctions, and the rows that it is about."""

    text: str
    rows: tuple[Cited, ...]
    named: bool
    """It names them itself."""


def look(compared: Compared) -> Iterator[Contest]:
    """Values that stand in another field, or in another row, than the statement says."""
    rows = [one for one in compared.cited if one.cells and one.exact]
    if not rows:
        return
    segments = list(_segments(compared, rows))
    found = [
        *_labelled(segments, compared),
        *_listed(compared, rows),
        *_named(segments, compared),
        *_states(compared, segments),
    ]
    yield from found[:1]


def _segments(compared: Compared, rows: Sequence[Cited]) -> Iterator[_Segment]:
    """Each with the rows of the subject that was named last."""
    current = tuple(rows) if len(rows) == 1 else ()
    for text in _BETWEEN.split(compared.claim.text):
        named = tuple(row for row in rows if _names(row.record, text))
        current = named or current
        if current:
            yield _Segment(text, current, bool(named))


def _names(record: Record, text: str) -> bool:
    """Does the text name the record: by its id, or by the customer or account that it is of?"""
    names = [record.id, field(record, "name"), field(record, "customer")]
    names += [name.split()[0] for name in names[1:] if name and len(name.split()[0]) > SHORTEST_NAME]
    return any(name and re.search(rf"(?<!\w){re.escape(name)}(?!\w)", text) for name in names)


def _labelled(segments: Sequence[_Segment], compared: Compared) -> Iterator[Contest]:
    """A number or a date behind the name of one field that is the value of another."""
    before: tuple[str, ...] = ()
    for segment in segments:
        cells = [cell for row in segment.rows for cell in row.cells]
        words = _stems(segment.text, compared.grammar)
        named = {
            cell.label
            for cell in cells
            if cell.label and set(_label(cell, compared.grammar)) <= words and cell.key not in NAMED_VALUES
        }
        values = _values(segment.text)
        other = segment.named and not named
        label = named.pop() if len(named) == 1 else before if other else ()
        before = label or before
        meant = [cell for cell in cells if cell.label == label] if label else []
        if not meant or len(values) != 1 or values[0] in {_value(cell) for cell in meant}:
            continue
        kind = _DATE.match(values[0]) is not None
        refs = {one.ref for one in meant}
        others = [
            cell
            for cell in _all_cells(compared)
            if _value(cell) == values[0] and (cell.label != label or cell.ref not in refs)
        ]
        if others and all(cell.number != kind and (_DATE.match(_value(cell)) is not None) == kind for cell in meant):
            yield _contest(
                f"“{' '.join(label)}” is {meant[0].value} {meant[0].unit}".rstrip(), meant[0].ref, segment.text
            )
            return


def _all_cells(compared: Compared) -> list[Cell]:
    return [cell for one in compared.exact for cell in one.cells]


def _label(cell: Cell, grammar: Grammar) -> tuple[str, ...]:
    return tuple(stem(word, grammar.language) for word in cell.label)


def _value(cell: Cell) -> str:
    """As the statement's values are compared: a number without its unit, a date as it is."""
    return cell.value[:10] if _DATE.match(cell.value) else cell.value


def _values(text: str) -> list[str]:
    """The numbers and dates of a piece of text; “an hour” and “every hour” are one."""
    found: list[str] = []
    for atom in find_atoms(text):
        if atom.kind == "date":
            found.append(atom.value)
        elif atom.kind == "duration":
            number, _, measure = atom.value.partition(" ")
            found.append(plain_number(float(number) * float(UNIT_SECONDS[measure]) / AN_HOUR))
        elif atom.kind in ("money", "number"):
            found.append(plain_number(float(atom.value)))
    single = re.search(r"\b(?:an?|every|one|each) (hour|day|week)\b", text)
    return found or ([plain_number(float(UNIT_SECONDS[single[1]]) / AN_HOUR)] if single else [])


def _listed(compared: Compared, rows: Sequence[Cited]) -> Iterator[Contest]:
    """“A and B ... X and Y”: the values of one field, given to the rows in another order than the rows have them."""
    text = compared.claim.text
    named = {
        place: row for row in reversed(rows) if (place := _place(row.record, text)) >= 0
    }  # a ticket has its account's name
    places = sorted(named.items(), key=lambda one: one[0]) if len(rows) > 1 else []
    numbers = sorted(
        (atom for atom in find_atoms(text) if atom.kind in ("number", "money")), key=lambda atom: text.find(atom.text)
    )
    values = [plain_number(float(atom.value)) for atom in numbers]
    for start in range(len(values) - len(places) + 1):
        given = values[start : start + len(places)]
        keys = {cell.key for _, row in places for cell in row.cells if cell.number and not cell.unit.startswith("h")}
        for key in sorted(keys):
            own = [next((_value(cell) for cell in row.cells if cell.key == key), "") for _, row in places]
            if (
                len(own) > 1
                and given != own
                and sorted(given) == sorted(own)
                and _together(text, numbers[start].text, places[-1][0])
            ):
                yield _contest(f"“{key}” is {', '.join(own)} in the order of the names", places[0][1].record.ref, text)
                return


def _together(text: str, number: str, last_name: int) -> bool:
    """Do all names come before the numbers?"""
    return text.find(number) > last_name


def _place(record: Record, text: str) -> int:
    names = [field(record, "name"), field(record, "customer"), record.id]
    names += [name.split()[0] for name in names[:2] if name]
    found = [text.find(name) for name in names if name and name in text]
    return min(found, default=-1)


def _named(segments: Sequence[_Segment], compared: Compared) -> Iterator[Contest]:
    """A tier or a priority that is another row's."""
    known = compared.known.values
    for key in ("tier", "priority"):
        for segment in segments:
            own = {cell.value.casefold() for row in segment.rows for cell in row.cells if cell.key == key}
            every = {cell.value.casefold() for row in segment.rows for cell in row.cells}
            if not own:
                continue
            for value in sorted(known[key]):
                if value.casefold() in every or not _tells(value, key, segment.text):
                    continue
                yield _contest(f"{key} is {', '.join(sorted(own))}", segment.rows[0].record.ref, segment.text)
                return


def _tells(value: str, key: str, text: str) -> bool:
    """Does the text give this value: a proper name as it is written, another word beside the field's own name?"""
    found = re.search(rf"(?<![\w-]){re.escape(value)}(?![\w-])", text)
    if key == "priority" and re.fullmatch(r"[Pp]\d", value):
        return bool(re.search(rf"(?<!\w){re.escape(value)}(?!\w)", text, re.IGNORECASE))
    if key == "tier":
        return bool(
            found and re.search(rf"{re.escape(value)}(?: (?:account|tier|customer|plan|Tarif|Kunde)|$)", text.strip())
        )
    beside = re.search(
        rf"(?:priority|Priorität|prioridad|priorité|prioridade) {re.escape(value)}\b|\b{re.escape(value)} priority",
        text,
        re.IGNORECASE,
    )
    return bool(beside)


def _states(compared: Compared, segments: Sequence[_Segment]) -> Iterator[Contest]:
    """“X is closed” of an item that is open."""
    items = [
        one for one in compared.exact if one.record.data.get("kind") in ("ticket", "issue") and state_of(one.record)
    ]
    if not items:
        return
    both = re.match(rf"\W*(?:both|all|neither)\b.*? {_IS} ([^\W\d_]+)", compared.claim.text, re.IGNORECASE)
    if both and (said := state_of_word(both[3])) and any(_differs(said, one) for one in items):
        yield _contest(f"status is {field(items[0].record, 'status')}", items[0].record.ref, both.group())
        return
    for segment in segments:
        rows = [row for row in segment.rows if row in items]
        for found in re.finditer(
            rf"\b{_IS}(?P<not> not| never| nicht| no longer)? (?P<word>[^\W\d_]+(?: progress)?)", segment.text
        ):
            if not _of_the_item(segment.text[: found.start()], rows):
                continue
            wrong = [row for row in rows if _wrong(found, row)]
            if rows and len(wrong) == len(rows):
                yield _contest(f"status is {field(rows[0].record, 'status')}", rows[0].record.ref, segment.text)
                return


def _of_the_item(before: str, rows: Sequence[Cited]) -> bool:
    """Is the item itself what the words before the verb name, or do they name nothing?"""
    names = "|".join(re.escape(row.record.id) for row in rows)
    return bool(
        re.fullmatch(
            rf"(?:.*\b(?:{names}|ticket|issue|item|it|bug|feature|Ticket|Issue|Item|Bug|It|They|both)|\W*(?:and|while|but)?)\W*",
            before,
        )
    )


def _wrong(found: re.Match[str], row: Cited) -> bool:
    """Does it give the item a state that it has not? What once was opened may be closed now, and what was closed, open again."""
    said = state_of_word(found["word"])
    if said is None:
        return False
    if found["ahead"]:
        return said == "closed" and not _differs(said, row)
    if found["past"]:
        again = field(row.record, "status").casefold().startswith("re")
        return said == "closed" and not found["not"] and _differs(said, row) and not again
    return _differs(said, row) != bool(found["not"])


def _differs(said: str, one: Cited) -> bool:
    """Is the item in another state than is said? Open and waiting are both not closed."""
    own = state_of(one.record)
    return (said == "closed") != (own == "closed")


def _stems(text: str, grammar: Grammar) -> set[str]:
    return {stem(word.casefold(), grammar.language) for word in _WORD.findall(text)}


def _contest(what: str, ref: str, text: str) -> Contest:
    return Contest("field", True, f"“{text.strip()}”: in {ref}, {what}.", ref)
