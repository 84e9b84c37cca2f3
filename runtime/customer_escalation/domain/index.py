"""What code has to know of a document beside its words: which of its texts goes where, who is asked, and the moments that it sets.

Each entry names its place by the first words there, so that no line is counted and nothing is said again.
"""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from customer_escalation.domain.prose import Moment, Owner, RefName, Verb

Begins = Annotated[
    str,
    StringConstraints(strip_whitespace=True, max_length=300),
    Field(
        description="The first six to ten words of it, as they stand in the finished document, without `**`: of a letter from its "
        "greeting on, of a row of a table those of the cell."
    ),
]


class IndexModel(BaseModel):
    """Base of everything in an index."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)


class TextEntry(IndexModel):
    """A quoted text that goes out as it stands, once somebody approves it."""

    begins: Begins
    goes: Literal["customer_reply", "customer_update", "colleague", "ticket_note"] = Field(
        description=(
            "customer_reply: as soon as it is approved. customer_update: later, or when somebody agrees. colleague: a message to a "
            "channel or a person, also what a colleague sends to customers who have no ticket here. ticket_note: an internal note in "
            "the case's tickets."
        )
    )
    to: Owner = Field(
        description=(
            "Of a text to a customer the ref of the customer's own open ticket; of a message its channel, as a record names it, or who."
        )
    )
    when: str = Field(
        max_length=600, description="Of a text to a customer: when, or who has to agree first; '' for now."
    )


class AskEntry(IndexModel):
    """A line of the brief that asks a team or a role for something."""

    begins: Begins
    owner: Owner = Field(
        description="Security, Leadership, Engineering, Product or L2 Support, with a name in brackets where a record has one; or a role."
    )
    kind: Verb = Field(description="What that team can do: {{ ask-table }}. Of a role the nearest.")
    by: Moment = Field(description="RFC 3339 (2026-05-08T17:00:00+02:00) or a date, in the future; '' for now or none.")


class DeadlineEntry(IndexModel):
    """The moment of the line `- **Deadline:**`."""

    by: Moment = Field(description="RFC 3339 or a date, in the future; '' of a note, whose basis is `proposed`.")
    basis: Literal["customer_given", "sla", "policy", "record", "proposed"] = Field(
        description="Who set it: the customer, the contract, our policy, another record, or you."
    )


class DocumentIndex(IndexModel):
    """The index of one document."""

    def filled_from(self, before: "DocumentIndex") -> "DocumentIndex":
        """The same with what is empty as it was before."""
        empty = DocumentIndex()
        kept = {
            name: getattr(before if getattr(self, name) == getattr(empty, name) else self, name)
            for name in DocumentIndex.model_fields
        }
        return DocumentIndex.model_construct(**kept)

    texts: list[TextEntry] = Field(
        default_factory=list, description="Every quoted text that goes out; later [] keeps what was given before."
    )
    asks: list[AskEntry] = Field(
        default_factory=list, description="Every ask of the brief; [] of a note; later [] keeps what was given before."
    )
    deadline: DeadlineEntry = Field(
        default_factory=lambda: DeadlineEntry(by="", basis="proposed"), description="Of the brief."
    )
    containment: Annotated[str, StringConstraints(strip_whitespace=True, max_length=300)] = Field(
        default="",
        description="Of a brief to Security: the first six to ten words of where it tells the containment taken, or that none is on "
        "record.",
    )
    reminders: list[Moment] = Field(
        default_factory=list, description="Each moment at which your colleague has to look or act again. RFC 3339."
    )
    article: RefName = Field(
        default="",
        description="Of a note: ref of the article, ticket or item that holds the solution, the main one of several; '' if none.",
    )
