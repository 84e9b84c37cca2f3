"""Which data may go from one system into a question to another: what a model puts into a read tool's input is looked at first.

A record may ask a model to carry what it read elsewhere (a customer's revenue, a colleague's words, a key) into a search on a server
of somebody else, where whoever runs that server reads it. So an input may hold the words of the request, what the asked system said
itself, technical marks (ids, error codes, versions) of tickets, articles and issues, and ordinary words; of the customer's own records
as much as the policy lets flow. What stands in another system's records and is none of these is refused.
"""

import base64
import json
import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import Any

from customer_escalation.domain.categories import ANSWERS
from customer_escalation.domain.evidence import Evidence, name_key
from customer_escalation.domain.people import own_names, people_of
from customer_escalation.policy.sections import Flows
from skill_runtime.ledger import Record
from skill_runtime.tools import Tool, ToolReturn

OPEN = frozenset({"support_platform", "project_tracker", "knowledge_base"})
"""Categories whose technical marks say what an issue is about, so that it can be looked for elsewhere."""
BY_CUSTOMER = frozenset({"crm", "support_platform"})
"""Categories of our own that know every customer by name, so that any may be looked up there."""
SHORTEST = 4
"""Letters and digits of what counts as data of a record: shorter numbers are everywhere."""
QUOTED, STEP = 24, 6
"""So many letters and digits of a record in a row are a quotation of it; looked for from every so many on."""
LONGEST_WORD = 24
"""Letters of an ordinary word."""
MIXED = 6
"""Letters of a word that may be great and small in any order, such as OAuth and iOS."""
MOST_TO_OTHERS = 300
"""Characters of an input for a server of somebody else."""
REFUSED = "flow"
"""The failure of a call that was not made."""
_TOKEN = re.compile(r"[^\s\"'`,;:!?(){}\[\]<>|=]+")
_WORD = re.compile(r"[^\W\d_]+")
_MARK = re.compile(
    r"[A-Za-z]{1,12}(?:[-_#.][A-Za-z]{1,12})?[-_#]?\d{1,10}|#?\d{1,10}|v?\d{1,5}(?:\.\d{1,6}){1,4}|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"
)
"""A technical mark: an id, an error code, a number, a version, a UUID."""
_NAMED = re.compile(r"[A-Z]{0,4}[a-z]{2,}(?:[A-Z]{1,4}[a-z]{2,})+|[A-Za-z]+(?:[._-][A-Za-z]+)+")
"""The name of a thing in code: an exception, a function, a setting."""
_MOMENT = re.compile(r"\d{4}-\d{2}-\d{2}(?:[T ][\d:.]{2,12}(?:Z|[+-]\d{2}:\d{2})?)?")
_WHEN = re.compile(r"since|until|from|to|after|before|date|start|end|created|updated|at", re.IGNORECASE)
_CENTS = re.compile(r"(?<=\d)\.\d{1,2}\Z")
_YEAR = re.compile(r"(?:19|20)\d\d")
_EDGES = ".-_/#*"
_SQUEEZED = re.compile(r"[\W_]+")


@dataclass(frozen=True)
class Refusal:
    """A call that was not made."""

    tool: str
    server: str
    source: str
    """The category whose data it would have carried; empty where nobody can tell what it carries."""
    foreign: bool
    """Whether the server is somebody else's."""

    @property
    def sentence(self) -> str:
        """What the model is told; it repeats nothing of the data."""
        what = (
            f"data of the {self.source.replace('_', ' ')}"
            if self.source
            else "text that no record and no plain word explains"
        )
        return (
            f"Not asked: the input carries {what} to {self.server}, which the policy does not allow. Search with words of the "
            "request, ids, error codes and versions."
        )


@dataclass
class FlowGuard:
    """Looks at the inputs of one case's read tools."""

    request: str
    evidence: Callable[[], Evidence]
    flows: Flows
    foreign: frozenset[str]
    """Labels of the servers that are not ours."""
    refused: list[Refusal] = field(default_factory=list)
    said: dict[str, str] = field(default_factory=dict)
    """What each server answered, by label."""
    held: "dict[str, _Held]" = field(default_factory=dict, repr=False)

    def guarded(self, tools: Sequence[Tool]) -> list[Tool]:
        """The tools, each of which looks at its input first."""
        return [replace(tool, run=self._looking(tool)) for tool in tools]

    def _looking(self, tool: Tool) -> Callable[[dict[str, Any]], Any]:
        async def run(arguments: dict[str, Any]) -> ToolReturn:
            if refusal := self.refusal(tool, arguments):
                self.refused.append(refusal)
                return ToolReturn(refusal.sentence, is_error=True, failure=REFUSED)
            outcome = await tool.run(arguments)
            self.said[tool.server] = f"{self.said.get(tool.server, '')}\n{outcome.text}"
            return outcome

        return run

    def refusal(self, tool: Tool, arguments: Mapping[str, Any]) -> Refusal | None:
        """Why the call may not be made; None where it may."""
        foreign = tool.server in self.foreign
        level = self.flows.foreign if foreign else self.flows.own
        if level == "anything":
            return None
        given = [
            (name, text) for name, text in _texts(arguments) if not (_WHEN.search(name) and _MOMENT.fullmatch(text))
        ]
        text = " ".join(piece for _, piece in given)
        known = self._known(tool, whole_customer=level == "same_customer")
        if source := known.carried(text):
            return Refusal(tool.spec.name, tool.server, source, foreign)
        if foreign and (len(text) > MOST_TO_OTHERS or not all(map(known.explained, _TOKEN.findall(text)))):
            return Refusal(tool.spec.name, tool.server, "", foreign)
        return None

    def _known(self, tool: Tool, *, whole_customer: bool) -> "_Known":
        evidence = self.evidence()
        own, allowed = [self.request, self.said.get(tool.server, "")], list[str]()
        if whole_customer and tool.category in BY_CUSTOMER:
            names = {evidence.customer_of(one) for one in evidence.of_kind("ticket", "account", "message")} - {""}
            own, allowed = [*own, *names], [*map(_squeezed, names)]
        others: list[_Held] = []
        marks: set[str] = set()
        asked = _customers(self.request, evidence) if whole_customer else frozenset[str]()
        for record in evidence.ledger.records.values():
            held = self._held(record)
            marks |= held.marks
            if record.category == tool.category or (whole_customer and _is_of(record, asked, evidence)):
                own.append(record.text)
                allowed.append(held.squeezed)
            else:
                others.append(held)
        tokens = [token.casefold() for text in own for token in _TOKEN.findall(text)]
        words = {word.casefold() for text in own for word in _WORD.findall(text)}
        words |= {*tokens, *(token.strip(_EDGES) for token in tokens)}
        return _Known(" ".join([*map(_squeezed, own[:2]), *allowed]), frozenset(words | marks), tuple(others))

    def _held(self, record: Record) -> "_Held":
        known = self.held.get(record.ref)
        if known is None or known.record is not record:
            known = self.held[record.ref] = _Held.of(record)
        return known


@dataclass(frozen=True)
class _Held:
    """What a record says, made ready for comparing: once a record."""

    record: Record
    squeezed: str
    data: frozenset[str]
    names: frozenset[str]
    marks: frozenset[str]

    @classmethod
    def of(cls, record: Record) -> "_Held":
        text = record.text
        marks = frozenset(_marks(f"{record.id} {text}")) if record.category in OPEN else frozenset[str]()
        return cls(record, _squeezed(text), frozenset(_data_of(text)), frozenset(_names_of(record)), marks)


@dataclass(frozen=True)
class _Known:
    """What may flow into a question to one system, and what of other systems may not."""

    allowed: str
    """Squeezed: the request and what the asked system holds, a space between pieces."""
    words: frozenset[str]
    """Words and marks that may flow."""
    others: tuple[_Held, ...]
    """Records of other systems that may not."""

    def carried(self, text: str) -> str:
        """The category of another system's record whose data the text holds; empty where it holds none."""
        squeezed = _squeezed(text)
        ways = (squeezed, squeezed[::-1], *map(_squeezed, _decoded(text)))
        for held in self.others:
            found = [one for one in (*held.data, *held.names) if any(one in way for way in ways)]
            if any(one not in self.allowed and one not in self.words for one in found):
                return held.record.category
            if held.record.category not in OPEN and any(_quotes(way, held.squeezed, self.allowed) for way in ways):
                return held.record.category
        return ""

    def explained(self, token: str) -> bool:
        """Is it a word, a mark, or something that the request or the asked system said?"""
        bare = token.strip(_EDGES)
        if not bare or token.casefold() in self.words or bare.casefold() in self.words:
            return True
        if _MARK.fullmatch(bare) or (_NAMED.fullmatch(bare) and len(bare) <= 2 * LONGEST_WORD):
            return True
        pieces = re.split(r"[-_/.@+*&’]+", bare)
        return all(
            _plain(piece) or piece.casefold() in self.words or _MARK.fullmatch(piece) for piece in pieces if piece
        )


def _plain(word: str) -> bool:
    """A word as people write it: letters, small behind the first or all great."""
    if len(word) > LONGEST_WORD or not word.isalpha():
        return False
    cased = word.lower() != word.upper()
    return not cased or len(word) <= MIXED or word[1:].islower() or word.isupper()


def _texts(value: Any, name: str = "") -> Iterator[tuple[str, str]]:
    """Every text and number of an input, with the name of the argument; the names themselves too, which a model may choose."""
    if isinstance(value, Mapping):
        for key, item in value.items():
            yield "", str(key)
            yield from _texts(item, str(key))
    elif isinstance(value, list | tuple):
        for item in value:
            yield from _texts(item, name)
    elif not isinstance(value, bool) and value is not None:
        yield name, value if isinstance(value, str) else json.dumps(value)


def _decoded(text: str) -> Iterator[str]:
    """What its tokens say together in base64 or in hexadecimal digits, where that is text."""
    for decode, width in ((base64.urlsafe_b64decode, 4), (base64.b64decode, 4), (bytes.fromhex, 1)):
        said = []
        for token in _TOKEN.findall(text):
            for piece in (token, token.rpartition("/")[2]):
                with suppress(ValueError):
                    said.append(decode(piece + "=" * (-len(piece) % width)).decode("utf-8"))
        yield "".join(said)


def _squeezed(text: str) -> str:
    return _SQUEEZED.sub("", text).casefold()


def _marks(text: str) -> Iterator[str]:
    """Technical marks of a text, squeezed and as they stand."""
    for token in _TOKEN.findall(text):
        bare = token.strip(_EDGES)
        if (_MARK.fullmatch(bare) and any(char.isalpha() or char in ".#" for char in bare)) or _NAMED.fullmatch(bare):
            yield _squeezed(bare)
            yield bare.casefold()


def _data_of(text: str) -> Iterator[str]:
    """Squeezed: what says something by itself, such as figures, dates, addresses, keys; a year alone does not."""
    for token in _TOKEN.findall(text):
        if any(char.isdigit() for char in token) or "@" in token:
            for datum in (_squeezed(token), _squeezed(_CENTS.sub("", token))):
                if len(datum) >= SHORTEST and not _YEAR.fullmatch(datum):
                    yield datum


def _names_of(record: Record) -> Iterator[str]:
    """Squeezed: names and addresses of people and customers in a record; a single word is none."""
    for value in (*own_names(record), *(text for person in people_of(record) for text in person.says)):
        if "@" in value or len(value.split()) > 1:
            yield _squeezed(value)


def _quotes(squeezed: str, record: str, allowed: str) -> bool:
    """Does the one hold a part of the other that is not allowed?"""
    windows = (squeezed[at : at + QUOTED] for at in range(0, len(squeezed) - QUOTED + 1, STEP))
    return any(window in record and window not in allowed for window in windows)


def _customers(request: str, evidence: Evidence) -> frozenset[str]:
    """The customers that the request names, by their name, by a first word that is theirs alone, or by a ticket's id; folded."""
    asked = name_key(request)
    known = {evidence.customer_of(one).strip() for one in evidence.of_kind("ticket", "account")} - {""}
    first = Counter(name.split()[0] for name in known)
    named = {
        name_key(name)
        for name in known
        if name_key(name) in asked or (first[name.split()[0]] == 1 and _calls(request, name.split()[0]))
    }
    by_id = {
        name_key(evidence.customer_of(one))
        for one in evidence.of_kind("ticket")
        if len(one.id) >= SHORTEST and one.id.casefold() in asked
    }
    return frozenset(named | by_id)


def _calls(request: str, word: str) -> bool:
    return len(word) >= SHORTEST and bool(re.search(rf"(?<!\w){re.escape(word)}(?!\w)", request))


def _is_of(record: Record, customers: frozenset[str], evidence: Evidence) -> bool:
    """Is the record about one of the customers, or a person's own answer?"""
    return record.category == ANSWERS or name_key(evidence.customer_of(record)) in customers
