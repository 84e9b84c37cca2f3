"""The texts of a draft that go out, in the order in which they are used, and how the rest of the draft names them.

A text has the number of its place, and prose names it as ``[text 2]``, or in plain words. What is printed is its place in the
order, so that taking a text out or moving it breaks no mention of another.
"""

import re
from collections.abc import Callable, Container, Iterator, Mapping, Sequence
from functools import cache

from customer_escalation.domain.day_names import alternatives, join_alternatives, or_joins
from customer_escalation.domain.draft import ColleagueText, CustomerDraft, Draft
from customer_escalation.domain.unit_names import unit_names

_SEVERAL = r"(?:texts|textes|textos|testi|texte|texter(?:na)?|texty|tekst(?:en|y|er|ene|it)|metinler|тексты|тексти)"
_NAMED = rf"(?:{_SEVERAL}|text(?:e|o|en|u|em)?|testo|tekst(?:en|u|em)?|teksti[nä]?ä?|metin|metn[ie]|текст(?:а|у|е|і|ом)?|文面|文本|문안)"
_MARKED = re.compile(rf"\[{_NAMED} ?(\d{{1,2}})\]", re.IGNORECASE)
_PLAIN = rf"(?<![\w\[]){_NAMED} ?(?P<plain>\d{{1,2}})(?![A-Za-z0-9_%]|[.,:]\d)"
MENTION = re.compile(rf"\[{_NAMED} ?(?P<marked>\d{{1,2}})\]|{_PLAIN}", re.IGNORECASE)
"""A text of the draft named by its number; who writes in another language may say the word in it."""
MOST_LISTED = 9
"""Texts that one list names."""
LISTS = ("drafts", "messages")
Outgoing = CustomerDraft | ColleagueText


def outgoing(draft: Draft) -> list[tuple[str, Outgoing]]:
    """Every text that goes out with its path, in the order of their numbers; as they are listed where they have none."""
    entries = [(f"{name}[{index}]", one) for name in LISTS for index, one in enumerate(getattr(draft, name))]
    return sorted(entries, key=lambda entry: entry[1].number) if _numbered([one for _, one in entries]) else entries


def places(draft: Draft) -> dict[int, int]:
    """By the number that names it, the place of each text in the order, from 1; the ticket's note is the last."""
    entries = [one for _, one in outgoing(draft)]
    numbered = _numbered(entries)
    found = {(one.number if numbered else place): place for place, one in enumerate(entries, 1)}
    if draft.ticket_note:
        found.setdefault(max(found, default=0) + 1, len(entries) + 1)
    return found


def with_places(text: str, known: Mapping[int, int], say: Callable[[int], str]) -> str:
    """The text with each mention in the words of ``say`` for its place, which begin a sentence as a sentence begins."""

    text = each_marked(text, known)

    def told(found: re.Match[str]) -> str:
        number = _number(found)
        place = known.get(number, number)
        if found["plain"]:
            return found.group().replace(found["plain"], str(place))
        words = say(place)
        return words[:1].upper() + words[1:] if not text[: found.start()].rstrip("*_ ") else words

    return _in_one_list(MENTION.sub(told, text), re.sub(r"\d+", "", say(1)))


def _in_one_list(text: str, word: str) -> str:
    """Texts that are named one after the other, the word said once: "text 2, 3 or 4"."""
    if text.casefold().count(word.strip().casefold()) < 2:  # nearly always so, and found out without making a pattern
        return text
    joins = join_alternatives()
    listed = rf"(?<![\w\[]){_NAMED} ?\d{{1,2}}(?:\s?(?:{joins})\s?\d{{1,2}})*\s?(?:{joins})\s?"
    again = re.compile(rf"({listed}){re.escape(word)}(\d{{1,2}})(?![\w%]|[.,:]\d)", re.IGNORECASE)
    for _ in range(MOST_LISTED):
        shorter = again.sub(r"\1\2", text)
        if shorter == text:
            break
        text = shorter
    return text


def each_marked(text: str, known: Container[int]) -> str:
    """The text with each number of a list of texts as a mention of its own: "text 8 or 9" names two; "text 8 and 9 customers" one."""

    def told(found: re.Match[str]) -> str:
        sure = found["marked"] or found["several"] or found["join"].casefold() in or_joins() or found["word"] is None
        return f"{found['before']}[text {found['number']}]" if sure and int(found["number"]) in known else found.group()

    for _ in range(MOST_LISTED):
        further = _further().sub(told, text)
        if further == text:
            break
        text = further
    return text


@cache
def _further() -> re.Pattern[str]:
    """A number that goes on a list of texts, unless a unit of time stands behind it; ``word``: something else may."""
    joins = join_alternatives()
    units = alternatives(name for names in unit_names().values() for name in names)
    head = rf"(?P<marked>\[{_NAMED} ?\d{{1,2}}\])|(?<![\w\[])(?:(?P<several>{_SEVERAL})|{_NAMED}) ?\d{{1,2}}"
    return re.compile(
        rf"(?P<before>(?:{head})\s?(?P<join>{joins})\s?)(?P<number>\d{{1,2}})(?![\w%]|[.,:]\d)(?!\s?(?:{units})(?!\w))"
        r"(?P<word>(?=\s?[^\W\d_]))?",
        re.IGNORECASE,
    )


def unknown_mentions(text: str, known: Mapping[int, int]) -> Iterator[int]:
    """Numbers in brackets that name no text."""
    return (int(number) for number in _MARKED.findall(text) if int(number) not in known)


def _number(found: re.Match[str]) -> int:
    return int(found["marked"] or found["plain"])


def _numbered(entries: Sequence[Outgoing]) -> bool:
    numbers = [one.number for one in entries]
    return all(numbers) and len(set(numbers)) == len(numbers)
