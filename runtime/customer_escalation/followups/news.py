"""What is new of an escalation between two looks at its records."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from customer_escalation.domain.evidence import Evidence, field
from customer_escalation.domain.people import attachment_of
from skill_runtime.ledger import Ledger, Record

OWN_STATES = frozenset({"ticket", "issue"})
"""Kinds of records that have a status."""


@dataclass(frozen=True)
class StateChange:
    """A ticket or a tracker item whose status is another now."""

    item: Record
    was: str
    is_now: str


@dataclass(frozen=True)
class News:
    """What came since a moment."""

    since: datetime
    now: datetime
    replies: tuple[Record, ...]
    """Customers' messages on the escalation's own tickets, oldest first."""
    words: tuple[Record, ...]
    """What our own people wrote on its own tickets and tracker items, oldest first."""
    states: tuple[StateChange, ...]
    """Of its own tickets and tracker items."""
    elsewhere: tuple[Record, ...]
    """New records that a search about the issue finds and that belong to none of its own items."""

    @property
    def nothing(self) -> bool:
        """Is there nothing new about the escalation itself?"""
        return not (self.replies or self.words or self.states)


def news_between(
    before: Ledger,
    now: Evidence,
    own: Collection[str],
    moments: tuple[datetime, datetime],
    written: Collection[str] = (),
    seen: Sequence[Ledger] = (),
) -> News:
    """What ``now`` shows and ``before`` did not; ``own`` are refs of the escalation's own items, ``moments`` of the two looks.

    What the escalation's own actions wrote (``written``) is no news to anybody who approved it. ``seen`` are looks in between, oldest
    first: the state of an item that came after ``before`` is another than the first that was seen.
    """
    fresh = [
        record
        for record in now.ledger.records.values()
        if _is_new(record, before)
        and not attachment_of(record)
        and not _is_ours(record, now, written)
        and not _was_there(record, before, now, moments[0])
    ]
    mine = [record for record in fresh if now.item_of(record).ref in own]
    said = sorted(
        (record for record in mine if record.parent), key=lambda record: (now.at(record) or moments[0], record.ref)
    )
    by_customers = tuple(
        record for record in said if now.by_customer(record) and record.data.get("internal") is not True
    )
    return News(
        since=moments[0],
        now=moments[1],
        replies=by_customers,
        words=tuple(record for record in said if record not in by_customers),
        states=tuple(_changed((before, *seen), now, own)),
        elsewhere=tuple(record for record in fresh if record not in mine),
    )


def _is_new(record: Record, before: Ledger) -> bool:
    return before.get(record.ref) is None and record.category not in ("escalations", "figures", "answers")


def _was_there(record: Record, before: Ledger, now: Evidence, since: datetime) -> bool:
    """Was it said in a tracker item before ``since``, and is new only because the item was not looked at then?"""
    if record.parent is None or record.category != "project_tracker" or before.get(now.item_of(record).ref):
        return False
    at = now.at(record)
    return at is not None and at < since


def _is_ours(record: Record, now: Evidence, written: Collection[str]) -> bool:
    """Did the escalation write it: itself, or as the description that the item had from the beginning?"""
    if record.ref in written:
        return True
    item = now.item_of(record)
    return item.ref in written and now.parts(item)[:1] == [record]


def _changed(before: Sequence[Ledger], now: Evidence, own: Collection[str]) -> Iterator[StateChange]:
    for ref in own:
        item, known = now.ledger.get(ref), next((one for ledger in before if (one := ledger.get(ref))), None)
        if item is None or known is None or item.data.get("kind") not in OWN_STATES:
            continue
        was, is_now = field(known, "status"), field(item, "status")
        if was != is_now:
            yield StateChange(item, was, is_now)
