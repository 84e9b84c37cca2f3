"""Sentences of whole workspaces, the atoms in them, and sentences into which an atom of another record was put.

The patterns here are on purpose not those of the code under test: an atom that the code does not see must count as missed.
"""

import json
import random
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache, cached_property
from pathlib import Path
from typing import Any

from skill_runtime.ledger import Ledger, Record

ROOT = Path(__file__).parents[4]
CASES = sorted((ROOT / "tests/cases").glob("*.json"))
SAMPLE = ROOT / "runtime/customer_escalation/data/sample_workspace.json"
PARAPHRASES = Path(__file__).with_name("paraphrases.json")
SLICE = 250
"""Records of the sample workspace that a run may have read besides those that matter."""

_MONTHS = "january february march april may june july august september october november december".split()
_WEEKDAYS = "monday tuesday wednesday thursday friday saturday sunday".split()
_COUNTS = "two three four five six seven eight nine ten eleven twelve".split()
_DAY = rf"\d{{1,2}}(?:st|nd|rd|th)? (?:{'|'.join(_MONTHS)})|(?:{'|'.join(_MONTHS)}) \d{{1,2}}\b(?:st|nd|rd|th)?"
_NUMBER = r"\d{1,3}(?:,\d{3})+|\d+(?:\.\d+)?"
FINDERS = {
    "code": r"`[^`]+`",
    "quote": r"“[^”]+”|\"[^\"]+\"|(?<!\w)'[^'\n]{2,80}'(?!\w)|(?<!\w)‘[^’\n]{2,80}’(?!\w)",
    "address": r"https?://[\w./-]*\w|(?<![\w/])/\w[\w./-]*\w|\b[\w.]+@[\w-]+(?:\.[\w-]+)+|\b[\w-]+(?:\.[\w-]+)*\.(?:com|org|io)\b",
    "date": rf"\b\d{{4}}-\d\d-\d\d\b|\b(?:{_DAY})(?:,? \d{{4}})?\b",
    "time": r"\b\d{1,2}:\d\d\b(?!:)",
    "weekday": rf"\b(?:{'|'.join(_WEEKDAYS)})\b",
    "money": rf"[$€£](?:{_NUMBER})(?:k|M)?\b|\b(?:{_NUMBER})k? (?:USD|EUR|dollars|euros)\b",
    "percent": rf"\b(?:{_NUMBER}) ?%|\b(?:{_NUMBER}) per ?cent\b",
    "version": r"\bv?\d+(?:\.\d+){2,}\b|\bv\d+(?:\.\d+)+\b|\b20\d\d\.\d\d\b",
    "id": r"\b[A-Z]+-\d+(?:-[A-Za-z0-9]+)*\b|\b[a-z]+[_-](?=\w*\d)\w{3,}\b|\b[A-Z]+(?:_[A-Z0-9]+)+\b",
    "duration": rf"(?<![\w.,-])(?:{_NUMBER})[ -]?(?:ms|s|seconds?|minutes?|min|h|hours?|days?|weeks?)\b",
    "number": rf"(?<![\w.,:/#+-])(?:{_NUMBER})(?:[kx]\b)?(?![\w:/%-]|[.,]\d)",
    "number word": rf"\b(?:{'|'.join(_COUNTS)})\b",
}
"""One pattern a kind of atom, the more specific kinds first; names are looked up."""
KINDS = (*FINDERS, "name")
_ANY_CASE = frozenset({"address", "date", "weekday", "duration", "number word"})


@dataclass(frozen=True)
class Atom:
    """A piece of a sentence."""

    kind: str
    text: str
    start: int


@dataclass(frozen=True)
class Sentence:
    """A sentence that the records with these refs show."""

    text: str
    refs: tuple[str, ...]


@dataclass(frozen=True)
class Mutant:
    """A sentence with one atom of another record in it."""

    kind: str
    text: str
    moved: str
    cited: tuple[Record, ...]
    known: tuple[Record, ...]
    """What a run would have read: the cited records, the atom's own, and others."""


class World:
    """The records of one workspace, as the tools hand them out."""

    def __init__(self, name: str, data: dict[str, Any]) -> None:
        self.name = name
        self.ledger = Ledger()
        for category, items in data["records"].items():
            self.ledger.add({"items": [_tool_item(category, item) for item in items or []]})
        self.records = tuple(self.ledger.records.values())

    def cited(self, refs: Sequence[str]) -> tuple[Record, ...]:
        """The records and the headers of the items that they belong to, which is what a citation brings in."""
        found: dict[str, Record] = {}
        for ref in refs:
            record = self.ledger.get(ref)
            assert record is not None, ref
            found[ref] = record
            if record.parent:
                found.setdefault(record.parent, self.ledger.records[record.parent])
        return tuple(found.values())

    @cached_property
    def sentences(self) -> tuple[Sentence, ...]:
        """Every sentence of every record."""
        return tuple(
            Sentence(text, (record.ref,))
            for record in self.records
            for key in ("subject", "title", "text", "body")
            if isinstance(record.data.get(key), str)
            for text in split(record.data[key])
        )

    @cached_property
    def names(self) -> re.Pattern[str]:
        """Customers, authors and contacts, by full name and by first name."""
        full = {record.data[key] for record in self.records for key in ("customer", "author") if key in record.data}
        full |= {contact["name"] for record in self.records for contact in record.data.get("contacts", [])}
        full |= {record.data["name"] for record in self.records if record.data["kind"] == "account"}
        first = {name.split()[0] for name in full if len(name.split()) > 1}
        words = sorted((name for name in full | first if name[0].isupper() or "." in name), key=len, reverse=True)
        return re.compile(rf"(?<![\w@.])(?:{'|'.join(map(re.escape, words))})(?![\w@])")

    def atoms(self, text: str) -> list[Atom]:
        """The atoms of a sentence, each character in one atom at most."""
        found: list[Atom] = []
        for kind in KINDS:
            pattern = (
                self.names if kind == "name" else re.compile(FINDERS[kind], re.IGNORECASE if kind in _ANY_CASE else 0)
            )
            for match in pattern.finditer(text):
                found.append(Atom(kind, match.group(), match.start()))
                text = text[: match.start()] + "\0" * len(match.group()) + text[match.end() :]
        return found

    def slice(self, refs: Sequence[str], rng: random.Random) -> tuple[Record, ...]:
        """These records, their items with all parts, and others up to ``SLICE``."""
        items = {self.ledger.records[ref].parent or ref for ref in refs}
        near = [record for record in self.records if record.ref in items or record.parent in items]
        rest = rng.sample(self.records, min(SLICE, len(self.records)))
        return tuple({record.ref: record for record in [*near, *rest]}.values())


def _tool_item(category: str, item: dict[str, Any]) -> dict[str, Any]:
    kinds = {"support_platform": "ticket", "crm": "account", "chat": "chat_message", "project_tracker": "issue",
             "knowledge_base": "article"}  # fmt: skip
    ref = f"{category}/{item['id']}"
    made: dict[str, Any] = {**item, "ref": ref, "kind": kinds[category]}
    for key, kind in (("messages", "message"), ("comments", "comment")):
        if key in item:
            parts = [{**part, "ref": f"{category}/{part['id']}", "kind": kind, "parent": ref} for part in item[key]]
            made[key] = parts
    return made


def split(text: str) -> list[str]:
    """The sentences of a text."""
    return [part for part in re.split(r"(?<=[.!?])\s+|\n+", text) if part.strip()]


@cache
def worlds() -> tuple[World, ...]:
    """The cases and the sample workspace."""
    return tuple(World(path.stem, json.loads(path.read_text(encoding="utf-8"))) for path in [*CASES, SAMPLE])


@cache
def paraphrases() -> tuple[tuple[World, Sentence], ...]:
    """The honest sentences of ``paraphrases.json``, with the workspaces that they are about."""
    by_name = {world.name: world for world in worlds()}
    data = json.loads(PARAPHRASES.read_text(encoding="utf-8"))
    return tuple(
        (by_name[name], Sentence(entry["sentence"], tuple(entry["cites"])))
        for name, entries in data.items()
        for entry in entries
    )


def mutants(count: int, seed: int) -> Iterator[Mutant]:
    """``count`` sentences with a foreign atom, the kinds taken in turn for as long as they last."""
    rng = random.Random(seed)
    pools = {kind: _candidates(kind, rng) for kind in KINDS}
    made = 0
    while made < count and pools:
        for kind in list(pools):
            mutant = next(pools[kind], None)
            if mutant is None:
                del pools[kind]
            elif made < count:
                made += 1
                yield mutant


def _candidates(kind: str, rng: random.Random) -> Iterator[Mutant]:
    """Mutants of one kind in random order: every place that holds such an atom once, with one random atom moved in."""
    places = [
        (world, sentence, atom) for world, sentence in _bases() for atom in _atoms(world, sentence) if atom.kind == kind
    ]
    rng.shuffle(places)
    donors: dict[str, list[tuple[Sentence, Atom]]] = {}
    for world, sentence, atom in places:
        donors.setdefault(world.name, []).append((sentence, atom))
    for world, sentence, atom in places:
        cited = world.cited(sentence.refs)
        held = "\n".join(f"{record.text}\n{record.id}" for record in cited)
        choice = donors[world.name]
        for donor, foreign in rng.sample(choice, min(20, len(choice))):
            if set(donor.refs) & set(sentence.refs) or stands(kind, foreign.text, f"{held}\n{atom.text}"):
                continue
            text = sentence.text[: atom.start] + foreign.text + sentence.text[atom.start + len(atom.text) :]
            known = world.slice([*sentence.refs, *donor.refs], rng)
            yield Mutant(kind, text, foreign.text, cited, known)
            break


@cache
def _bases() -> tuple[tuple[World, Sentence], ...]:
    return (*((world, sentence) for world in worlds() for sentence in world.sentences), *paraphrases())


@cache
def _atoms(world: World, sentence: Sentence) -> tuple[Atom, ...]:
    return tuple(world.atoms(sentence.text))


def stands(kind: str, atom: str, text: str) -> bool:
    """Does the text hold the atom, as it is written or in another spelling of the same value?"""
    plain = re.sub(r"(?<=\d)t(?=\d\d:)", " ", _plain(text))
    bare = _plain(atom).strip("\"'` ")
    spellings = (
        {bare, f"0{bare}"}
        if kind == "time"
        else {bare, bare.removeprefix("v"), f"v{bare}"}
        if kind == "version"
        else {bare}
    )
    numbers = {float(number.replace(",", "")) for number in re.findall(rf"(?<![\w:.-])(?:{_NUMBER})(?![\w:-])", plain)}
    dates = {date.fromisoformat(day) for day in re.findall(r"\d{4}-\d\d-\d\d", plain)}
    if kind == "weekday" and atom.casefold() in {_WEEKDAYS[day.weekday()] for day in dates}:
        return True
    if kind == "date":
        return any(_same_day(atom, day) for day in dates) or any(
            _day_month(atom) == _day_month(found) for found in re.findall(_DAY, text, re.IGNORECASE)
        )
    if kind == "number word":
        return _COUNTS.index(atom.casefold()) + 2 in numbers or bool(re.search(rf"\b{atom}\b", plain, re.IGNORECASE))
    if kind in ("number", "money", "percent"):
        match = re.search(rf"({_NUMBER})(k|M)?", atom)
        assert match is not None
        value = float(match[1].replace(",", "")) * {"k": 1e3, "M": 1e6}.get(match[2] or "", 1)
        small = 2 <= value <= 12 and re.search(rf"\b{_COUNTS[int(value) - 2]}\b", plain)
        return value in numbers or bool(small) or any(_bounded(spelling, plain) for spelling in spellings)
    return any(_bounded(spelling, plain) for spelling in spellings)


def _bounded(needle: str, plain: str) -> bool:
    return bool(re.search(rf"(?<!\w){re.escape(needle)}(?!\w)", plain))


def _plain(text: str) -> str:
    return " ".join(text.translate(str.maketrans("“”‘’–", "\"\"''-")).casefold().split())


def _day_month(text: str) -> tuple[int, int]:
    day = re.search(r"\d{1,2}", text)
    assert day is not None
    return int(day.group()), next(number for number, name in enumerate(_MONTHS, 1) if name in text.casefold())


def _same_day(atom: str, day: date) -> bool:
    return atom == day.isoformat() or ("-" not in atom and _day_month(atom) == (day.day, day.month))
