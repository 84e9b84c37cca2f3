"""A next step's text that a person edited, as a verifier sees it: what they changed, beside the records that it rests on."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from customer_escalation.domain.prose import Audience, Passage
from customer_escalation.review.check import ReviewInput
from customer_escalation.review.customer_texts.questions import TextQuestion
from customer_escalation.review.grounding.source import plain_words
from customer_escalation.review.verification import Exhibit, text_question, told_to_colleagues, told_to_customer

WHERE = "text"
"""Where findings on it stand: there is one text alone."""


@dataclass(frozen=True)
class EditedText:
    """A text as a person left it."""

    text: str
    offered: str
    """As the brief offers it: what stands there too was read with the brief."""
    rests_on: tuple[str, ...] = ()
    """Refs of the items that the step rests on."""
    ticket: str = ""
    """The ref of the ticket whose customer reads it; empty where colleagues do."""


def edited_exhibits(edited: EditedText, view: ReviewInput) -> list[Exhibit | TextQuestion]:
    """What a person changed, sentence by sentence; a text for a customer as a whole too, since one word more may make it a promise."""
    reader: Audience = "customer" if edited.ticket else "receiver"
    passage = Passage(WHERE, edited.text, "states", reader)
    told = (
        told_to_customer(passage, edited.ticket, view)
        if edited.ticket
        else told_to_colleagues(passage, edited.rests_on, view)
    )
    changed = _changed(told, replace(passage, written=edited.offered))
    return [*([text_question(passage, edited.ticket, view)] if edited.ticket else []), *changed]


def _changed(told: Iterator[Exhibit], offered: Passage) -> Iterator[Exhibit]:
    known = {plain_words(sentence.text) for sentence in offered.sentences}
    yield from (exhibit for exhibit in told if plain_words(exhibit.text) not in known)
