"""Which of the records that were read are about this issue."""

import math
import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from customer_escalation.evidence import Evidence, field, name_key
from customer_escalation.injection import first_instruction_like
from skill_runtime.ledger import Record

SHARE = 0.5
"""Of the weight of the issue's core words: what a record needs to count as about the same."""
RELATED_SHARE = 0.35
"""Of the best score among chat, tracker and articles: what a record needs to be read with the issue."""
ERROR_CODE = re.compile(r"\b[A-Z][A-Z_]+-?\d{2,}\b")
RECENT_DAYS = 120
"""An open ticket older than this is another matter unless it is a request that stays open."""
CLOSED = frozenset({"solved", "closed", "resolved", "done", "completed"})
_STOP = frozenset(
    """
    a an the and or but if of in on at to for from with without by as is are was were be been it its this that these those we
    our us you your they their he she i me my not no yes do does did have has had can could will would should may might must
    there here when where what which who how why all any some more most than then so just also only very since after before
    during about into over under again please thanks thank hello hi dear regards team customer customers account issue problem
    ticket says say said get got one two three new now today still
    """.split()
)


@dataclass(frozen=True)
class Issue:
    """The records of one issue."""

    tickets: tuple[Record, ...]
    """Of affected accounts, best first."""
    solved: tuple[Record, ...]
    """Similar tickets that are closed."""
    related: tuple[Record, ...]
    """Chat messages, tracker items and articles that belong to it."""


def words(text: str) -> list[str]:
    """The telling words of a text, plural and tense endings cut."""
    found = re.findall(r"[^\W_][\w.-]*[^\W_]|[^\W\d_]", text.casefold())
    return [_stem(word) for word in found if word not in _STOP]


def _stem(word: str) -> str:
    for ending in ("ings", "ing", "edly", "ed", "ies", "es", "s"):
        if word.endswith(ending) and len(word) - len(ending) >= 4 and word.isalpha():
            return word.removesuffix(ending)
    return word


def text_of(record: Record, evidence: Evidence) -> str:
    """What a record and its parts say."""
    own = [field(record, key) for key in ("subject", "title", "text", "body")]
    return " ".join([*own, *(field(part, "text") for part in evidence.parts(record))])


def find_issue(request: str, evidence: Evidence, now: datetime) -> Issue:
    """The records about the request, by words that are rare among the records read."""
    items = [record for record in evidence.ledger.records.values() if record.parent is None]
    counts = Counter(word for record in items for word in set(words(text_of(record, evidence))))

    def weight(word: str) -> float:
        return math.log(1 + len(items) / (1 + counts[word])) * (1.5 if re.search(r"\d", word) else 1.0)

    def score(wanted: Iterable[str], record: Record) -> float:
        have = Counter(words(text_of(record, evidence)))
        return sum(weight(word) for word in set(wanted) if word in have)

    wanted = set(words(request))
    tickets = evidence.of_kind("ticket")
    named = _named(request, tickets)
    scored = {
        ticket.ref: score(wanted, ticket) + (3.0 if name_key(field(ticket, "customer")) in named else 0.0)
        for ticket in tickets
    }
    open_ones = [ticket for ticket in tickets if _open(ticket) and _recent(ticket, evidence, now)]
    if not open_ones:
        open_ones = [ticket for ticket in tickets if _recent(ticket, evidence, now)]
    lead = max(open_ones, key=lambda ticket: scored[ticket.ref], default=None)
    if lead is None or scored[lead.ref] <= 0:
        return Issue((), (), ())
    core = _core(wanted, lead, evidence)
    whole = sum(weight(word) for word in core)
    codes = _codes(lead, evidence)

    def alike(ticket: Record) -> float:
        """The share of the core words that a ticket has; all of it for one with the same error code."""
        return 1.0 if codes & _codes(ticket, evidence) else score(core, ticket) / whole

    same = [ticket for ticket in open_ones if ticket is lead or alike(ticket) >= SHARE]
    chosen = sorted(same, key=lambda ticket: (ticket is not lead, -alike(ticket)))
    solved = [ticket for ticket in tickets if ticket not in chosen and not _open(ticket) and alike(ticket) >= SHARE]
    if _requests([lead], evidence):
        chosen += [ticket for ticket in solved if _requests([ticket], evidence)]
        solved = [ticket for ticket in solved if ticket not in chosen]
    terms = core | {word for ticket in chosen[:3] for word in words(field(ticket, "subject"))}
    return Issue(tuple(chosen), tuple(solved), tuple(_related(terms, chosen, evidence, score)))


def _core(wanted: set[str], lead: Record, evidence: Evidence) -> set[str]:
    """The words that the request and its best ticket share, the customer's name left out; else the ticket's subject."""
    customer = set(words(field(lead, "customer")))
    shared = (wanted & set(words(text_of(lead, evidence)))) - customer
    return shared or set(words(field(lead, "subject"))) or wanted


def _codes(ticket: Record, evidence: Evidence) -> set[str]:
    """Error codes in a ticket; ids of records look alike and are none."""
    ids = {record.id for record in evidence.ledger.records.values()}
    return set(ERROR_CODE.findall(text_of(ticket, evidence))) - ids


def _related(terms: set[str], tickets: list[Record], evidence: Evidence, score: object) -> list[Record]:
    """Other items that share the terms, or name a ticket."""
    assert callable(score)
    others = evidence.of_kind("chat_message", "issue", "article")
    ids = [ticket.id.casefold() for ticket in tickets]
    scores = {record.ref: float(score(terms, record)) for record in others}
    best = max(scores.values(), default=0.0)
    found = [
        record for record in others
        if any(number in text_of(record, evidence).casefold() for number in ids) or (best and scores[record.ref] >= RELATED_SHARE * best)
    ]  # fmt: skip
    honest = [record for record in found if not first_instruction_like(text_of(record, evidence))]
    return sorted(honest, key=lambda record: -scores[record.ref])


def _named(request: str, tickets: list[Record]) -> set[str]:
    text = name_key(request)
    return {
        name_key(field(ticket, "customer")) for ticket in tickets if name_key(field(ticket, "customer")) in text
    } - {""}


def _open(ticket: Record) -> bool:
    return field(ticket, "status").casefold() not in CLOSED


def _recent(ticket: Record, evidence: Evidence, now: datetime) -> bool:
    moments = [moment for part in (ticket, *evidence.parts(ticket)) if (moment := evidence.at(part)) and moment <= now]
    return bool(moments) and ((now - max(moments)).days <= RECENT_DAYS or _open(ticket))


def _requests(tickets: list[Record], evidence: Evidence) -> bool:
    from customer_escalation.draft.signals import matches

    return any(matches("feature", text_of(ticket, evidence)) for ticket in tickets)
