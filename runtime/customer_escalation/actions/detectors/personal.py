"""Personal data in a text: what has a form that can be checked, and what records type as somebody's.

Presidio finds the same forms by like means (phone numbers by the same library). What it adds, names by a language model, needs spaCy, NumPy
and a model to download for each language, some 250 MB, for a check that has to start with every text. People are known here: records
say who is a contact and who wrote. Postal addresses have no form of their own; those that records hold in a field of that name are found.
"""

import ipaddress
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from customer_escalation.actions.detectors.span import Span
from customer_escalation.domain.evidence import Evidence
from customer_escalation.domain.people import Person, contacts_of, writer_of
from customer_escalation.policy.sections import Personal
from skill_runtime.ledger import Record

SHORTEST_NAME = 3
"""Letters of a name, or of a part of one, that is looked for."""
_EMAIL = re.compile(r"[\w.+%'-]{1,64}@(?:[\w-]{1,63}\.){1,8}[^\W\d_]{2,24}")
_IBAN = re.compile(r"(?<!\w)[A-Z]{2}\d{2}(?:[ -]?[A-Z0-9]{4}){2,7}(?:[ -]?[A-Z0-9]{1,3})?(?!\w)")
_IP = re.compile(
    r"(?<![\w.:])(?:\d{1,3}(?:\.\d{1,3}){3}|(?=[0-9a-fA-F:]{0,39}::|(?:[0-9a-fA-F]{1,4}:){7})[0-9a-fA-F:]{2,39})(?![\w:]|\.\d)"
)
_DIGIT = re.compile(r"\d")
_ADDRESS_FIELDS = frozenset({"address", "postal_address", "billing_address", "shipping_address", "street"})
_PHONE_FIELDS = frozenset({"phone", "telephone", "mobile", "phone_number"})


class Known(NamedTuple):
    """Personal data that a record types as such."""

    kind: Personal
    value: str


def known_people(evidence: Evidence) -> tuple[Known, ...]:
    """Customers' people: contacts, who wrote for a customer, and the addresses and numbers that records give for anybody."""
    found: dict[Known, None] = {}
    for record in evidence.ledger.records.values():
        for one in _typed(record, evidence):
            if len(one.value.strip()) >= SHORTEST_NAME:
                found[Known(one.kind, one.value.strip())] = None
    return tuple(found)


def _typed(record: Record, evidence: Evidence) -> Iterator[Known]:
    if evidence.by_customer(record):
        yield Known("name", writer_of(record))
    for contact in contacts_of(record):
        yield Known("name", Person.of(contact).name)
        yield from _fields(contact)
    yield from _fields(record.data)


def _fields(data: Mapping[str, Any]) -> Iterator[Known]:
    for key, value in data.items():
        if isinstance(value, str):
            if key in _ADDRESS_FIELDS and "@" not in value:  # a contact's address is that of their mail
                yield Known("address", value)
            elif key in _PHONE_FIELDS:
                yield Known("phone", value)


def personal(text: str, known: Iterable[Known] = (), regions: Sequence[str] = ()) -> Iterator[Span]:
    """Personal data; places may overlap. ``regions`` are countries (ISO 3166) whose phone numbers may stand without their prefix."""
    for found in _EMAIL.finditer(text):
        yield Span(*found.span(), "email")
    yield from _ibans(text)
    yield from _ip_addresses(text)
    if _DIGIT.search(text):
        yield from _phones(text, regions)
    for one in known:
        yield from _occurrences(one, text)


def _ibans(text: str) -> Iterator[Span]:
    found = list(_IBAN.finditer(text))
    if found:
        from stdnum import iban

        yield from (Span(*one.span(), "iban") for one in found if iban.is_valid(one.group().replace("-", "")))


def _ip_addresses(text: str) -> Iterator[Span]:
    """Those of the internet; one of a private net tells of nobody."""
    for found in _IP.finditer(text):
        try:
            public = ipaddress.ip_address(found.group()).is_global
        except ValueError:
            continue
        if public:
            yield Span(*found.span(), "ip_address")


def _phones(text: str, regions: Sequence[str]) -> Iterator[Span]:
    import phonenumbers

    for region in dict.fromkeys(["ZZ", *regions]):  # ZZ: those that begin with the prefix of their country
        for found in phonenumbers.PhoneNumberMatcher(text, region):
            yield Span(found.start, found.end, "phone")


def _occurrences(known: Known, text: str) -> Iterator[Span]:
    """The whole value in any letters; of a name that stands there, its parts as they are written too."""
    whole = list(re.finditer(rf"(?<!\w){re.escape(known.value)}(?!\w)", text, re.IGNORECASE))
    yield from (Span(*found.span(), known.kind) for found in whole)
    parts = known.value.split() if known.kind == "name" and whole else []
    for part in parts if len(parts) > 1 else []:
        if len(part) >= SHORTEST_NAME:
            yield from (Span(*one.span(), "name") for one in re.finditer(rf"(?<!\w){re.escape(part)}(?!\w)", text))
