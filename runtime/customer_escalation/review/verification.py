"""The second layer of the check on meaning: each statement as a verifier sees it, and what its verdicts are worth.

A verifier is shown one statement with the records that it stands on, and nothing of the draft or of its writer. It answers with
the words of a record that show its verdict. Code checks that they stand there; a verdict without them counts for nothing.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, Literal, get_args

from customer_escalation.domain.draft import Ask, HandlingDraft, moments_set
from customer_escalation.domain.evidence import Evidence, field
from customer_escalation.domain.findings import Finding
from customer_escalation.domain.outcomes import Target
from customer_escalation.domain.people import writer_of
from customer_escalation.domain.rule_registry import carries_out
from customer_escalation.policy import Policy
from customer_escalation.review.check import ReviewInput
from customer_escalation.review.customer_texts.questions import ALWAYS, FaultKind, TextQuestion
from customer_escalation.review.grounding.source import normalise, plain_words
from customer_escalation.review.meaning import contests
from customer_escalation.review.meaning.compared import grammar_of
from customer_escalation.review.meaning.text import read_text
from customer_escalation.review.meaning_checks import ought
from customer_escalation.review.passages import Claim, Passage, all_cites, drafts_for_customers
from customer_escalation.review.sources import Sources
from skill_runtime.ledger import Record
from skill_runtime.recorder import fingerprint

Answer = Literal["supported", "contradicted", "not_shown"]
ANSWERS: tuple[Answer, ...] = get_args(Answer)
FEWEST_WORDS = 3
"""A label such as “Feature request.” says nothing that a record could show."""
FEWEST_LETTERS = 8
"""Of a script that sets no spaces between words."""
MOST_RECORDS = 24
MOST_CHARACTERS = 2_400
"""Of one record that the verifier is shown."""
NEAREST = 5
"""Records that are shown for a statement that sums up and marks none: those that share most words with it."""
SHORTEST_WORDS = 2
"""Words of a quotation that can show something; fewer where they are the whole value of a field."""
MOST_QUOTED = 300
"""Characters of a record's words, and of a reason, that a finding repeats."""
OURS_ALONE = "(ours alone: the customer does not see it)\n"
DECIDED = "brief/decided"
"""Stands for what the brief itself decides and asks, which a text for a customer may tell."""
_UNSPACED = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\u0e00-\u0eff]")
_HIDDEN = frozenset({"ref", "id", "kind", "parent", "text", "body", "extra"})


@dataclass(frozen=True)
class Exhibit:
    """A statement with the records that it stands on."""

    where: str
    sentence: int
    text: str
    records: tuple[tuple[str, str], ...]
    """Refs, and the records in words."""
    all_shown: bool = True
    """These are all the records that it may stand on: what they do not show is not shown."""
    suspected: bool = False
    """The first layer has a doubt, so it is read among the first."""

    @cached_property
    def key(self) -> str:
        """The same for the same statement on the same records, wherever it stands."""
        return fingerprint([self.text, self.records])

    @property
    def asked(self) -> dict[str, Any]:
        """What the verifier is shown."""
        return {"statement": self.text, "records": [{"ref": ref, "record": text} for ref, text in self.records]}


@dataclass(frozen=True)
class Verdict:
    """What the verifier says of one exhibit."""

    answer: Answer
    ref: str
    words: str
    """Of the record, that show it; of what is not shown, those that come nearest."""
    why: str
    """In a few words, for the writer."""


VERDICT_SCHEMA: dict[str, Any] = {
    "type": "object",
    "properties": {
        "answer": {"type": "string", "enum": list(ANSWERS)},
        "ref": {"type": "string", "description": "The ref of the record that you quote."},
        "words": {
            "type": "string",
            "description": "Copied from that record to the letter: the words that say it, that say otherwise, or that come nearest.",
        },
        "why": {"type": "string", "description": "At most 20 words: what the statement says and the record does not. '' if supported."},
    },
    "required": ["answer", "ref", "words", "why"],
    "additionalProperties": False,
}  # fmt: skip


def verdict_of(given: Mapping[str, Any]) -> Verdict | None:
    """A tool's input as a verdict; None where it is none."""
    answer = given.get("answer")
    if answer not in ANSWERS:
        return None
    ref, words, why = (str(given.get(key) or "") for key in ("ref", "words", "why"))
    return Verdict(answer, ref.strip().strip("[]`"), words.strip(), " ".join(why.split())[:MOST_QUOTED])


def is_shown(verdict: Verdict, exhibit: Exhibit) -> bool:
    """Do the verdict's words stand in the record that it names, and are they enough to show anything?"""
    words = plain_words(verdict.words)
    for ref, text in exhibit.records:
        if verdict.ref in (ref, ref.partition("/")[2]) and words and words in plain_words(text):
            return len(words.split()) >= SHORTEST_WORDS or f": {words}" in normalise(text)
    return False


@carries_out("G5")
def findings_of(exhibits: Sequence[Exhibit], verdicts: Mapping[str, Verdict], policy: Policy) -> list[Finding]:
    """What the verifier contests and the record's words show; a warning where it was not shown all that a statement stands on."""
    level = policy.level("G5")
    found: list[Finding] = []
    for exhibit in exhibits:
        verdict = verdicts.get(exhibit.key)
        if level == "off" or verdict is None or verdict.answer == "supported" or not is_shown(verdict, exhibit):
            continue
        mild = level == "W" or (verdict.answer == "not_shown" and not exhibit.all_shown)
        said = "says otherwise" if verdict.answer == "contradicted" else "does not show it and comes nearest with"
        reason = f" ({verdict.why.rstrip('.')})" if verdict.why else ""
        message = f"“{_short(exhibit.text)}”: {verdict.ref} {said}: “{_short(verdict.words)}”{reason}. Say what the record says."
        found.append(
            Finding(
                rule="G5", level="W" if mild else "H", where=exhibit.where, message=message, sentence=exhibit.sentence
            )
        )
    return found


def unsettled(exhibits: Iterable[Exhibit], verdicts: Mapping[str, Verdict]) -> int:
    """How many statements the verifier contests without words that stand in a record: nothing is known of them."""
    given = ((exhibit, verdicts.get(exhibit.key)) for exhibit in exhibits)
    return sum(
        verdict is not None and verdict.answer != "supported" and not is_shown(verdict, exhibit)
        for exhibit, verdict in given
    )


def exhibits(view: ReviewInput) -> list[Exhibit]:
    """Every statement of a draft that records can show, those in doubt first: the receiver's, the sender's and the customers'."""
    stated = [claim for claim in view.claims if says_something(claim.text) and not ought(claim)]
    doubted = {
        (claim.where, claim.number) for claim, _ in contests([one for one in stated if not one.sums_up], view.sources)
    }
    found = [
        replace(exhibit, suspected=(claim.where, claim.number) in doubted)
        for claim in stated
        if (exhibit := _exhibit(claim, view.sources)).records
    ]
    return sorted([*found, *_for_customers(view)], key=lambda exhibit: not exhibit.suspected)


def fact_exhibit(where: str, text: str, cites: Sequence[str], evidence: Evidence, *, witnessed: bool) -> Exhibit:
    """A fact beside what it cites, and all else that is said in the same items, in which somebody may have corrected themselves since.
    Of one that is judged rather than ``witnessed``, what is not shown is a warning.
    """
    cited = evidence.resolve(cites)[0]
    items = [evidence.item_of(record) for record in cited]
    around = [one for item in items for one in (item, *reversed(evidence.parts(item)))]
    records = list({one.ref: one for one in (*cited, *around)}.values())[:MOST_RECORDS]
    return Exhibit(where, 0, text, _in_words(records, evidence), all_shown=witnessed)


def says_something(text: str) -> bool:
    """Is there enough of it that a record could show it?"""
    return len(text.split()) >= FEWEST_WORDS or len(_UNSPACED.findall(text)) >= FEWEST_LETTERS


def _exhibit(claim: Claim, sources: Sources) -> Exhibit:
    own = claim.own if claim.sums_up else claim.cites
    records = shown_for(own, sources) if own else _nearest(claim, sources)
    return Exhibit(claim.where, claim.number, claim.text, _in_words(records, sources.evidence), all_shown=bool(own))


def shown_for(cites: Sequence[str], sources: Sources) -> list[Record]:
    """The records that a statement cites: each with all parts of a cited item, and the head of the item of a cited part."""
    records, _ = sources.evidence.resolve([ref for ref in cites if ref not in sources.figures])
    found = {record.ref: record for record in records}
    for record in records:
        for other in (*sources.evidence.parts(record), sources.evidence.item_of(record)):
            found.setdefault(other.ref, other)
    figures = [sources.figure_record(sources.figures[ref]) for ref in cites if ref in sources.figures]
    return [*found.values(), *figures][:MOST_RECORDS]


def _nearest(claim: Claim, sources: Sources) -> list[Record]:
    """Of all that the brief cites, what shares most words with the statement."""
    grammar = grammar_of(claim.text, sources.language)
    if grammar is None:
        return []
    wanted = read_text(claim.text, grammar).stems
    records = [record for record in shown_for(claim.cites, sources) if record.data.get("kind") != "figure"]
    records += [sources.figure_record(figure) for figure in sources.figures.values()]
    shared = {record.ref: len(wanted & read_text(record.text, grammar).stems) for record in records}
    best = sorted((record for record in records if shared[record.ref]), key=lambda record: -shared[record.ref])
    return best[:NEAREST]


def _for_customers(view: ReviewInput) -> Iterator[Exhibit]:
    for ticket, passage in drafts_for_customers(view.draft):
        yield from told_to_customer(passage, ticket, view)


def told_to_customer(passage: Passage, ticket: str, view: ReviewInput) -> Iterator[Exhibit]:
    """What a text tells a customer, beside their own ticket, the articles that the brief cites, and what the brief decides."""
    own = [record for record in shown_for([ticket], view.sources) if not record.data.get("internal")]
    records = (*_in_words([*own, *_articles(view)], view.sources.evidence), (DECIDED, _decided(view)))
    for number, sentence in enumerate(passage.sentences):
        if says_something(sentence.text):
            yield Exhibit(passage.path, number, sentence.text, records, all_shown=False)


def told_to_colleagues(passage: Passage, rests_on: Sequence[str], view: ReviewInput) -> Iterator[Exhibit]:
    """What a text without marks tells colleagues, each sentence beside the nearest of what it rests on and of what the brief cites."""
    cites = tuple(dict.fromkeys((*rests_on, *all_cites(view.draft))))
    for number, sentence in enumerate(passage.sentences):
        if says_something(sentence.text):
            claim = Claim(passage.path, sentence.text, "fact", cites, passage.reader, number, sums_up=True)
            records = _nearest(claim, view.sources) or shown_for(cites, view.sources)
            shown = _in_words(records, view.sources.evidence)
            yield Exhibit(passage.path, number, sentence.text, shown, all_shown=False)


def text_questions(view: ReviewInput) -> list[TextQuestion]:
    """Every text for a customer as a reader is shown it."""
    return [text_question(passage, ticket, view) for ticket, passage in drafts_for_customers(view.draft)]


def text_question(passage: Passage, ticket: str, view: ReviewInput) -> TextQuestion:
    """A text for a customer beside all of its own ticket, notes of our own people included, which may approve something, the articles
    that the brief cites, and what the brief decides.
    """
    by_security = view.decision.target == Target.SECURITY or Target.SECURITY in view.decision.also_notify
    kinds: tuple[FaultKind, ...] = (*ALWAYS, "confirmation") if by_security else ALWAYS
    records = [*shown_for([ticket], view.sources), *_articles(view)]
    told = (
        (record.ref, f"{OURS_ALONE if record.data.get('internal') else ''}{in_words(record, view.sources.evidence)}")
        for record in records
    )
    return TextQuestion(passage.path, passage.text, (*told, (DECIDED, f"{OURS_ALONE}{_decided(view)}")), kinds)


def _articles(view: ReviewInput) -> list[Record]:
    cited = view.sources.evidence.resolve(all_cites(view.draft))[0]
    return [record for record in cited if record.data.get("kind") == "article"]


def _decided(view: ReviewInput) -> str:
    """What the brief asks of whom and by when, in its own words."""
    who = view.decision.target.value if view.decision.target else "Support"
    asks = [] if isinstance(view.draft, HandlingDraft) else [ask.text for ask in view.draft.asks]
    moments = [one.by for one in moments_set(view.draft) if isinstance(one, Ask) or one.by]
    return "\n".join([f"{who} works on it.", *asks, *moments])[:MOST_CHARACTERS]


def _in_words(records: Iterable[Record], evidence: Evidence) -> tuple[tuple[str, str], ...]:
    return tuple((record.ref, in_words(record, evidence)) for record in records)


def in_words(record: Record, evidence: Evidence) -> str:
    """A record for a reader: what it is, by whom, of which customer; its fields; its text."""
    side = {"ours": "one of us", "customers": "the customer", "unsaid": ""}[evidence.author(record)]
    head = [
        str(record.data.get("kind") or record.category),
        f"written by {side}" if side and writer_of(record) else "",
    ]
    customer = evidence.customer_of(record)
    head += [f"about {customer}" if customer else ""]
    lines = [
        ", ".join(filter(None, head)),
        *_fields(record.data),
        *filter(None, (field(record, "text"), field(record, "body"))),
    ]
    return "\n".join(lines)[:MOST_CHARACTERS]


def _fields(data: Mapping[str, Any], prefix: str = "") -> Iterator[str]:
    for key, value in data.items():
        if not prefix and key in _HIDDEN:
            continue
        if isinstance(value, Mapping):
            yield from _fields(value, f"{prefix}{key} ")
        elif isinstance(value, list):
            for item in value:
                yield from (
                    _fields(item, f"{prefix}{key} ") if isinstance(item, Mapping) else (f"{prefix}{key}: {item}",)
                )
        elif value is not None:
            yield f"{prefix}{key}: {value}"


def _short(text: str) -> str:
    return text if len(text) <= MOST_QUOTED else f"{text[: MOST_QUOTED - 1]}…"
