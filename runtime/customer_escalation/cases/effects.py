"""What became of actions, as a case's entries tell it: whether each was carried out, once, and what of it is open."""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from customer_escalation.actions.table import KINDS
from customer_escalation.cases.entries import EffectDone, EffectFailed, EffectIntended, EffectOutcome, EffectUnclear
from skill_runtime.journal import Entry

EffectState = Literal["done", "failed", "unclear"]
OUTCOMES: dict[str, tuple[type[EffectOutcome], EffectState]] = {
    EffectDone.kind: (EffectDone, "done"),
    EffectFailed.kind: (EffectFailed, "failed"),
    EffectUnclear.kind: (EffectUnclear, "unclear"),
}


@dataclass(frozen=True)
class Effect:
    """What carrying an action out did."""

    action: str
    state: EffectState
    at: datetime
    written: str = ""
    """Ref or address of what was written; empty where the system named none."""
    said: str = ""
    """A sentence for a person."""
    by: str = ""
    """Who had it carried out."""
    settled_by: str = ""
    """The person who found out whether it happened, where no system could tell."""


@dataclass(frozen=True)
class EffectHistory:
    """All that was tried for one action."""

    first: EffectIntended | None = None
    """The first intent: later ones are the same call again."""
    last: Effect | None = None
    """What came of the newest intent; None where a process ended before that was known, or nothing was tried."""

    @property
    def open(self) -> bool:
        """Something was tried, and whether it happened is not known."""
        return self.first is not None and (self.last is None or self.last.state == "unclear")


def history_of(entries: Iterable[Entry], action: str) -> EffectHistory:
    """What was tried for an action; ``entries`` are those of its case, oldest first."""
    first: EffectIntended | None = None
    last: Effect | None = None
    by = ""
    for entry in entries:
        if entry.data.get("action") != action:
            continue
        if entry.type == EffectIntended.kind:
            intent = EffectIntended.model_validate(entry.data)
            first, last, by = first or intent, None, intent.by
        elif entry.type in OUTCOMES:
            kind, state = OUTCOMES[entry.type]
            found = kind.model_validate(entry.data)
            last = Effect(action, state, found.at, found.written, found.said, by, found.settled_by)
    return EffectHistory(first, last)


def done_before(entries: Sequence[Entry]) -> list[EffectIntended]:
    """What was carried out on this case: the intents of what is done, oldest first."""
    done = {entry.data["action"] for entry in entries if entry.type == EffectDone.kind}
    intents = [EffectIntended.model_validate(entry.data) for entry in entries if entry.type == EffectIntended.kind]
    return list({one.action: one for one in intents if one.action in done}.values())


def written_refs(entries: Sequence[Entry], tool: str = "") -> tuple[str, ...]:
    """Refs of what the case's own carried-out actions wrote, of one tool alone where it is named, oldest first."""
    written = {
        entry.data["action"]: entry.data["written"]
        for entry in entries
        if entry.type == EffectDone.kind and entry.data.get("written")
    }
    return tuple(
        written[one.action] for one in done_before(entries) if one.action in written and tool in ("", one.tool)
    )


def joined_items(entries: Sequence[Entry]) -> tuple[str, ...]:
    """Refs of the tracker's items that the case filed, and of those that it commented on: what happens there concerns it."""
    comments = (one.destination for one in done_before(entries) if one.tool == KINDS["tracker_comment"].tool)
    return tuple(dict.fromkeys([*written_refs(entries, KINDS["tracker_item"].tool), *comments]))


def idempotency_key(case: str, action: str) -> str:
    """The key of an action's one effect: of the case, so that the same text in another case is another effect."""
    return hashlib.sha256(f"{case}\0{action}".encode()).hexdigest()[:32]
