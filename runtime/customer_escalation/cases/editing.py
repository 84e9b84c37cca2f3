"""The edit of a draft by a reader who did not write it: the draft as that reader sees it, and what the reader changes."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from customer_escalation.domain.changes import NoSuchPlace, TextChange, changed
from customer_escalation.domain.draft import Ask, ColleagueText, CustomerDraft, Draft, DraftModel, EscalationDraft
from customer_escalation.domain.lines import LineEdit, NoSuchLine, NumberedDraft
from customer_escalation.domain.prose import MOST_OF_A_NOTE, Moment, passages
from customer_escalation.domain.texts import reordered
from customer_escalation.review.budget import words_in


class Replacement(BaseModel):
    """A whole text of a draft, or a word beside one, written anew."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)

    path: str = Field(
        max_length=200,
        description="A text that is written anew as a whole, such as `sender`, or what stands in brackets beside one: `asks[0].by`.",
    )
    text: str = Field(max_length=MOST_OF_A_NOTE, description="What it is then.")


class Edit(BaseModel):
    """Everything that a reader changes in a draft, at once; line numbers and places are those of the draft as it was shown."""

    model_config = ConfigDict(extra="forbid")

    edits: list[LineEdit] = Field(description="No line in two of them.")
    places: list[Replacement] = Field(default_factory=list, description="[] if none.")
    asks: list[Ask] = Field(default_factory=list, description="Further ones, of an escalation; [] if none.")
    drafts: list[CustomerDraft] = Field(default_factory=list, description="Further ones; [] if none.")
    messages: list[ColleagueText] = Field(default_factory=list, description="Further ones; [] if none.")
    order: list[int] = Field(
        default_factory=list,
        description="The numbers of all texts that are left, in the order they go out in, where it changes; mentions follow. []",
    )

    reminders: list[Moment] = Field(
        default_factory=list, description="All of them anew, where one changes; [] where they stay."
    )
    ask_order: list[int] = Field(
        default_factory=list, description="The same of the asks, from 1, where their order changes. []"
    )

    def applied(self, draft: Draft) -> dict[str, Any]:
        """The draft as data with all of it.

        Raises ``NoSuchLine`` or ``NoSuchPlace`` where a line or a place is not there, and ``ValueError`` for an order that does not
        fit; its message is for the reader.
        """
        texts = NumberedDraft.of(draft).edited(self.edits)
        both = [one.path for one in self.places if one.path in texts]
        if both:
            raise NoSuchPlace(f"`{both[0]}` is changed by lines and as a whole: one of them.")
        whole = {**texts, **{one.path: one.text for one in self.places}}
        data = changed(draft, [TextChange(path=path, text=text) for path, text in whole.items()])
        for name, entries in self._further.items():
            if name not in data:
                raise NoSuchPlace(f"This draft has no `{name}`.")
            data[name].extend(entry.model_dump() for entry in entries)
        if self.reminders:
            data["reminders"] = list(self.reminders)
        if self.ask_order:
            data["asks"] = self._asks_in_order(data.get("asks", []))
        return reordered(data, self.order) if self.order else data

    def _asks_in_order(self, asks: Sequence[Any]) -> list[Any]:
        if sorted(self.ask_order) != list(range(1, len(asks) + 1)):
            raise NoSuchPlace(f"`ask_order` has to name each ask once; they are 1 to {len(asks)}.")
        return [asks[number - 1] for number in self.ask_order]

    @property
    def _further(self) -> Mapping[str, Sequence[DraftModel]]:
        found: dict[str, Sequence[DraftModel]] = {"asks": self.asks, "drafts": self.drafts, "messages": self.messages}
        return {name: entries for name, entries in found.items() if entries}


def draft_in_lines(draft: Draft, only: Iterable[str] | None = None) -> str:
    """The draft line by line; of the texts ``only`` where given."""
    return NumberedDraft.of(draft).told(_about(draft), only)


def _about(draft: Draft) -> dict[str, str]:
    """What stands beside a text and is none itself, by the text's path."""
    about = {}
    if isinstance(draft, EscalationDraft):
        for index, ask in enumerate(draft.asks):
            about[f"asks[{index}].text"] = f"owner {ask.owner}, kind {ask.kind}, by {ask.by or 'none'}"
        about["deadline.text"] = f"by {draft.deadline.by}, basis {draft.deadline.basis}"
    for index, one in enumerate(draft.drafts):
        about[f"drafts[{index}].text"] = f"text {one.number}, {one.kind}, ticket {one.ticket}"
    for index, message in enumerate(draft.messages):
        about[f"messages[{index}].text"] = f"text {message.number}, to {message.to}"
    for passage in passages(draft):
        if (words := words_in(passage.text)) >= COUNTED_FROM:
            said = about.get(passage.path)
            about[passage.path] = f"{said}; {words} words" if said else f"{words} words"
    return about


COUNTED_FROM = 15
"""Words of a text from which its last reader is told how long it is."""


__all__ = ["Edit", "NoSuchLine", "NoSuchPlace", "draft_in_lines"]
