"""The tier and the dates of a contract in a text for a customer."""

import re
from collections.abc import Iterator
from datetime import date
from functools import cache

from customer_escalation.domain.evidence import field, open_deals, parse_moment
from customer_escalation.domain.findings import Level
from customer_escalation.domain.language import NOUNS_CAPITALISED, language_of
from customer_escalation.review.customer_texts.numbers import LOCALES
from customer_escalation.review.customer_texts.subject import CustomerText, Said, spaced
from skill_runtime.ledger import Record

_PATTERNS = ("d MMMM y", "MMMM d, y", "MMM d, y", "d MMM y", "y-MM-dd", "dd.MM.y", "d.M.y", "dd/MM/y", "MM/dd/y")
"""How people write a date with its year; each language's own long form is tried too."""
_BETWEEN = re.compile(r"[\s.,\u200e\u200f]+")
_OPENS = re.compile(r"(?:^|[.!?:;\n。！？])\W*$")


def terms(text: CustomerText) -> Iterator[Said]:
    """The name of the customer's tier, and the day on which a contract ends or a deal closes, where they never spoke of it."""
    tier = field(text.account, "tier") if text.account else ""
    level = _called(tier, text.spaced) if tier and not _stands(tier, text.theirs) else None
    if level:
        yield Said(f"“{tier}” is the tier of this customer's account, of which they never spoke; take it out.", level)
    shown, theirs = _squeezed(text.spaced), _squeezed(text.theirs)
    for day in sorted({day for account in text.evidence.of_kind("account") for day in _days(account)}):
        if _among(_forms(day), shown) and not _among(_forms(day), theirs):
            yield Said(
                f"{day} is a date of a contract (it ends, a deal closes) that this customer never named; take it out.",
                "H",
            )


def _called(tier: str, shown: str) -> Level | None:
    """How sure it is that the word is a tier's name: a capital letter at a sentence's beginning, or on any noun, says little."""
    places = [found.start() for found in re.finditer(rf"(?<!\w){re.escape(tier)}(?!\w)", shown)]
    inside = [place for place in places if not _OPENS.search(shown[max(0, place - 40) : place])]
    if inside and tier[:1].isupper() and language_of(shown) not in NOUNS_CAPITALISED:
        return "H"
    return "W" if places else None


def _stands(word: str, shown: str) -> bool:
    return bool(re.search(rf"(?<!\w){re.escape(word)}(?!\w)", shown))


def _days(account: Record) -> Iterator[date]:
    given = [account.data.get("renewal"), *(deal.get("close") for deal in open_deals(account))]
    yield from (moment.date() for value in given if (moment := parse_moment(value)))


@cache
def _forms(day: date) -> re.Pattern[str]:
    """The day as people write it, squeezed."""
    from babel.dates import format_date

    shown = {_squeezed(spaced(format_date(day, form, locale))) for locale in LOCALES for form in (*_PATTERNS, "long")}
    longest_first = sorted(shown, key=lambda form: (-len(form), form))
    return re.compile(rf"(?<!\d)(?:{'|'.join(map(re.escape, longest_first))})(?!\d)")


def _among(forms: re.Pattern[str], squeezed: str) -> bool:
    return bool(forms.search(squeezed))


def _squeezed(text: str) -> str:
    return _BETWEEN.sub(" ", text.casefold())
