"""What is ours alone in a text for a customer: channels, ids of our records, words of colleagues' private notes."""

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise

from customer_escalation.domain.evidence import field, name_key
from customer_escalation.domain.findings import Level
from customer_escalation.domain.outcomes import Target
from customer_escalation.domain.people import people_of, writer_of
from customer_escalation.domain.printable import one_line
from customer_escalation.domain.record_ids import mentions, own_part
from customer_escalation.review.customer_texts.subject import CustomerText, Said, spaced
from customer_escalation.review.settings_named import is_a_setting_of
from skill_runtime.ledger import Record

PRIVATE = frozenset({"message", "chat_message", "activity", "account"})
"""Kinds of records in which colleagues write to each other alone; what an item of the tracker says may be meant to be told."""
SHORTEST_ID = 3
FEWEST_WORDS, FEWEST_LETTERS = 4, 22
"""Of a run of words that is taken for a private note's own; less stands in many texts by chance."""
FIRST_LETTERS = 4
"""Of the word that a run begins with, at least: shorter ones are articles and prepositions in most languages."""
LETTERS_OF_A_SIGN = 1.4
"""What a character of a script without spaces counts for: a greeting of eleven signs stands in every Japanese letter."""
SURE_WORDS = 12
"""A note copied by the sentence; shorter runs may tell the customer a fact in the only words there are for it."""
_UNSPACED = r"\u3040-\u30ff\u3400-\u9fff\u0e00-\u0eff"
_TOKEN = re.compile(rf"[{_UNSPACED}]|[^\W_{_UNSPACED}]+")
_ONE = re.compile(rf"[{_UNSPACED}]")
_WORD = re.compile(r"[^\W\d_]{2,}")
_NAME_OF_SETTING = re.compile(r"\b[^\W_]+(?:_[^\W_]+)+\b")
Run = tuple[str, ...]


def channels(text: CustomerText) -> Iterator[Said]:
    """Channels of our chat, by their names."""
    named = {field(record, "channel") for record in text.evidence.of_kind("chat_message")}
    named |= {text.policy.teams.of(target).channel for target in Target}
    for channel in sorted(named - {""}):
        marked = channel if channel.startswith("#") else f"#{channel}"
        if re.search(rf"(?<!\w){re.escape(marked)}(?![\w-])", text.spaced, re.IGNORECASE):
            yield Said(f"{marked} is a channel of ours; a customer has no use for its name.", "H")


def ids(text: CustomerText) -> Iterator[Said]:
    """Ids of records that this customer does not know: of the tracker, the chat, the CRM, of others' tickets."""
    for record in text.unknown:
        own = own_part(record.id)
        if len(own) >= SHORTEST_ID and mentions(text.spaced, record.id) and not mentions(text.theirs, record.id):
            yield Said(
                f"“{own}” is the id of a record of ours ({record.ref}) that this customer does not know; leave it out.",
                "H",
            )


def private_words(text: CustomerText) -> Iterator[Said]:
    """Runs of words that stand in what only we know, and in nothing that the customer does."""
    shared = _NAME_OF_SETTING.sub(
        lambda name: "0" * len(name[0]) if is_a_setting_of(name[0], text.known) else name[0], text.spaced
    )
    runs, tokens = _runs(shared), list(_TOKEN.finditer(shared))
    known = {run for record in text.known for run in _runs(record.text)}
    wanted = [(place, run) for place, run in enumerate(runs) if run and run not in known]
    if not wanted:
        return
    for record in text.unknown:
        if _told_in_the_open(record, text):
            continue
        own = set(_runs(spaced(field(record, "text") or field(record, "body") or field(record, "title"))))
        places = [place for place, run in wanted if run in own]
        if places:
            first, last, words = _longest(places, runs)
            shown = one_line(text.spaced[tokens[first].start() : tokens[last].end()])
            level: Level = "H" if record.data.get("kind") in PRIVATE and words >= SURE_WORDS else "W"
            whose = "another customer's" if _is_anothers(record) else "ours alone"
            yield Said(f"“{shown}” stands in {record.ref}, which is {whose}. May this customer know it?", level)


def _is_anothers(record: Record) -> bool:
    """Did another customer write it, where all of that customer's people see it?"""
    return record.data.get("kind") == "message" and not record.data.get("internal")


def _told_in_the_open(record: Record, text: CustomerText) -> bool:
    """Is it what we told another customer, who may have needed the same steps?"""
    return record.data.get("kind") == "message" and not record.data.get("internal") and text.evidence.by_us(record)


def private_names(text: CustomerText) -> Iterator[Said]:
    """Names of two words, as capital letters show them, that stand in colleagues' private words alone; their own people's are theirs."""
    private = [record for record in text.unknown if record.data.get("kind") in PRIVATE and text.evidence.by_us(record)]
    elsewhere = [record for record in text.evidence.ledger.records.values() if record not in private]
    own = _names_of_own_people(text)
    for words in dict.fromkeys(_pairs_of_capitals(text.spaced)):
        name = " ".join(words)
        if name_key(words[-1]) in own:
            continue
        holders = [record.ref for record in private if _holds(record, name)]
        if holders and not any(_holds(record, word) for record in elsewhere for word in words):
            yield Said(
                f"“{name}” stands in nothing but {holders[0]}, which is ours alone. May this customer know it?", "W"
            )


def _names_of_own_people(text: CustomerText) -> set[str]:
    """The parts of the names of the account's people, and of who wrote what this customer knows: “Ms Hartl” is Barbara Hartl."""
    names = [person.name for person in people_of(text.account)] if text.account else []
    names += [writer_of(record) for record in text.known]
    return {name_key(word.group()) for name in names for word in _WORD.finditer(name)}


def _pairs_of_capitals(shown: str) -> Iterator[tuple[str, str]]:
    """Two words with a capital letter each that follow one another, as a first and a last name do."""
    words = list(_WORD.finditer(shown))
    for one, other in pairwise(words):
        if shown[one.end() : other.start()] == " " and one.group()[0].isupper() and other.group()[0].isupper():
            yield one.group(), other.group()


def _holds(record: Record, words: str) -> bool:
    return bool(re.search(rf"(?<!\w){re.escape(words)}(?!\w)", record.text))


def _runs(shown: str) -> list[Run]:
    """From each word on, as few words as tell a text apart; empty where the rest is too short."""
    words = [word.casefold() for word in _TOKEN.findall(shown)]
    return [_run(words, start) for start in range(len(words))]


def _run(words: Sequence[str], start: int) -> Run:
    if len(words[start]) < FIRST_LETTERS and not _ONE.fullmatch(words[start]):
        return ()  # an article before words that are known makes no new ones of them
    weight, letters = 0.0, 0.0
    for end in range(start, len(words)):
        weight += 0.5 if _ONE.fullmatch(words[end]) else 1
        letters += LETTERS_OF_A_SIGN if _ONE.fullmatch(words[end]) else len(words[end])
        if weight >= FEWEST_WORDS and letters >= FEWEST_LETTERS:
            return tuple(words[start : end + 1])
    return ()


def _longest(places: Sequence[int], runs: Sequence[Run]) -> tuple[int, int, int]:
    """The longest stretch of runs that follow each other: its first word and its last, and how many it has, two characters of an
    unspaced script as one.
    """
    best, current, before = (0, 0), (0, 0), -2
    for place in places:
        first = current[0] if place == before + 1 else place
        current, before = (first, max(current[1] if first != place else 0, place + len(runs[place]) - 1)), place
        best = max(best, current, key=lambda one: one[1] - one[0])
    words = [word for place in range(best[0], best[1] + 1) for word in runs[place][:1]]
    return *best, sum(1 if _ONE.fullmatch(word) else 2 for word in words) // 2
