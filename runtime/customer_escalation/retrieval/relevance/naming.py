"""What a request names: records by their ids, customers by their names, and names that no record knows."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from customer_escalation.domain.day_names import month_names, weekday_names
from customer_escalation.domain.evidence import Evidence, field, name_key
from customer_escalation.domain.language import NOUNS_CAPITALISED, language_of
from customer_escalation.domain.record_ids import mentions, own_part
from customer_escalation.retrieval.relevance.marks import ID, called_a_record, ids_in
from skill_runtime.ledger import Record

_LEGAL = (
    r"Ltd|Limited|LLC|LLP|Inc|Corp|Corporation|Co|Company|PLC|GmbH|AG|KG|SE|UG|e\.?K|Group|Holding|S\.?A\.?S?|S\.?R\.?L|S\.?L|S\.?p\.?A|"
    r"B\.?V|N\.?V|A/S|AB|Oy|ApS|AS|Pty|Lda|K\.?K"
)
"""Forms of companies, which make what stands before them a name."""
_LEGAL_END = re.compile(rf"[\s,]+(?:{_LEGAL})\.?\Z")
_COMPANY = re.compile(rf"\b((?:[^\W\d_a-z][\w&.'’-]*\s+(?:&\s+)?){{1,4}}(?:{_LEGAL})\b\.?)")
_PROPER = re.compile(
    r"(?:[^\W\d_a-z](?=[\w'’&-]*[a-z])[\w'’&-]*)(?:\s+(?:&\s+)?[^\W\d_a-z](?=[\w'’&-]*[a-z])[\w'’&-]*)*"
)
"""Words in a row that begin with a capital letter and are no abbreviation."""
_UNSPACED = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\u0e00-\u0eff]")
SHORTEST = 4
"""Letters of a first word that stands for a whole name."""
TELLING_DIGITS = 3
"""Of what looks like an id of a system that no record is of."""


@dataclass(frozen=True)
class Named:
    """What a request names."""

    records: tuple[Record, ...]
    """By their ids."""
    customers: frozenset[str]
    """Keys of customers' names that some record knows."""
    ambiguous: bool
    """One word of the request begins several customers' names: it may be any of them."""
    missing: tuple[str, ...]
    """Ids, and names of companies, that stand in no record that was found."""
    strange: tuple[str, ...]
    """Other names that stand in no record that was found; not every capital letter begins a name."""


def named_in(request: str, evidence: Evidence) -> Named:
    """What the request names, looked up in everything that was read."""
    records = [record for record in evidence.ledger.records.values() if _named(request, record)]
    customers, ambiguous = customers_in(request, known_customers(evidence))
    everything = "\n".join(record.text for record in evidence.ledger.records.values()).casefold()
    prefixes = {record.id.partition("-")[0].casefold() for record in evidence.ledger.records.values()}
    missing = [name for name in ids_in(request) if not _known(name, records, request, everything, prefixes)]
    companies = [found[1].strip() for found in _COMPANY.finditer(request)]
    missing += [name for name in companies if not customers_in(name, known_customers(evidence))[0]]
    strange = [] if language_of(request) in NOUNS_CAPITALISED else _strange(request, everything)
    return Named(
        tuple(records), customers, ambiguous, tuple(dict.fromkeys(missing)),
        tuple(name for name in strange if not any(name in one or one in name for one in missing)),
    )  # fmt: skip


def known_customers(evidence: Evidence) -> list[str]:
    """Every customer's name that a ticket or the CRM has."""
    names = [field(ticket, "customer") for ticket in evidence.of_kind("ticket")]
    names += [field(account, "name") for account in evidence.of_kind("account")]
    return list(dict.fromkeys(name for name in names if name.strip()))


def customers_in(request: str, names: Iterable[str]) -> tuple[frozenset[str], bool]:
    """Keys of the names in the request: whole, or without the company's form; else by their first word, and whether several
    begin with that.
    """
    text, known = name_key(request), list(names)
    whole = {name_key(name) for name in known if any(_stands(form, text) for form in _forms(name))}
    if whole:
        longest = frozenset(name for name in whole if not any(name != other and name in other for other in whole))
        return longest, False
    first: dict[str, set[str]] = {}
    for name in known:
        word = re.split(r"[\s,]+", name.strip())[0]
        spelled = "|".join(map(re.escape, (word, word.upper())))  # in small letters it may be an ordinary word
        if len(word) >= SHORTEST and re.search(rf"(?<!\w)(?:{spelled})(?!\w)", request):
            first.setdefault(word, set()).add(name_key(name))
    return frozenset[str]().union(*first.values()), any(len(keys) > 1 for keys in first.values())


def is_named(name: str, text: str, others: Iterable[str] = ()) -> bool:
    """Does a text name a customer: whole, without the company's form, or by its first word where no other name begins with that?"""
    key = name_key(text)
    if any(_stands(form, key) for form in _forms(name)):
        return True
    word = _first(name)
    alone = len(word) >= SHORTEST and all(_first(other) != word for other in others if other != name)
    return alone and bool(re.search(rf"(?<!\w){re.escape(word)}(?!\w)", text))


def companies_in(text: str) -> list[str]:
    """What a text calls by a company's form, such as ``Bell & Oak Ltd``, each once."""
    return list(dict.fromkeys(" ".join(found[1].split()) for found in _COMPANY.finditer(text)))


def _first(name: str) -> str:
    return re.split(r"[\s,]+", name.strip())[0]


def _forms(name: str) -> Sequence[str]:
    short = _LEGAL_END.sub("", name.strip())
    return [name_key(name), *([name_key(short)] if len(short) >= SHORTEST else [])]


def _stands(name: str, text: str) -> bool:
    """Does the name stand alone in the text? In a script without spaces nothing parts it from what follows."""
    if _UNSPACED.search(name):
        return name in text
    return bool(re.search(rf"(?<!\w){re.escape(name)}(?!\w)", text))


def _named(request: str, record: Record) -> bool:
    own = own_part(record.id)
    if own.isdigit():
        alone = len(own) >= SHORTEST and re.search(rf"(?<![\w.,-]){own}(?![\w-]|[.,]\d)", request)
        return record.parent is None and bool(alone or mentions(request, record.id))
    return bool(own) and own.casefold() in request.casefold() and mentions(request, record.id)


def _known(name: str, records: Sequence[Record], request: str, everything: str, prefixes: set[str]) -> bool:
    """A record has this id; or it is no id of ours but a word that records use, such as a code."""
    if any(own_part(record.id).casefold() == name.casefold() for record in records):
        return True
    found = ID.fullmatch(name)
    ours = called_a_record(request, name) or (found is not None and found[1].casefold() in prefixes)
    like_one = found is not None and found[1].isupper() and len(found[2]) >= TELLING_DIGITS
    return not ours and (name.casefold() in everything or not like_one)


def _dates(word: str) -> bool:
    return word.casefold() in {name.casefold() for name in (*month_names(), *weekday_names())}


def _strange(request: str, everything: str) -> list[str]:
    """Names in the middle of a sentence that no record has."""
    found = []
    for match in _PROPER.finditer(request):
        begins = not request[: match.start()].strip() or request[: match.start()].rstrip()[-1:] in ".!?:"
        words = match.group().split()
        if begins:
            words = words[1:]
        if words and not any(word.casefold() in everything or _dates(word) for word in words):
            found.append(" ".join(words))
    return found
