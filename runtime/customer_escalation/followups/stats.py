"""Figures over all escalations of a store, for a review: counted from what their journals hold."""

import itertools
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import median
from typing import Any

from customer_escalation.cases.effects import done_before
from customer_escalation.cases.entries import RESULT, Closed, DecidedAnew, FactsStated, FollowedUp, RecordsRead
from customer_escalation.cases.recorded import RecordedResult
from customer_escalation.cases.restoring import opening_of
from customer_escalation.cases.store import CaseStore, StoreError
from customer_escalation.domain.outcomes import Outcome
from skill_runtime.ledger import find_records

AREA_FIELDS = ("product", "component", "area", "labels")
"""Fields of a ticket or a tracker item that say of what part of the product it is, the first that is there."""
LABELS = ("outcome", "severity", "target")


@dataclass(frozen=True)
class RunFigures:
    """One run with a recorded brief."""

    case: str
    begun: datetime
    outcome: str
    severity: str
    """As its brief had it first; empty where support handled it."""
    target: str
    accounts: tuple[str, ...]
    areas: tuple[str, ...]
    items: frozenset[str]
    """Refs of the tickets and tracker items that the brief cites or its facts rest on."""
    closed: datetime | None
    reversals: int
    """How often a later decision had another outcome, severity or team."""
    first_update: timedelta | None
    """From the brief to the first word to a customer that was logged or carried out."""

    def age(self, now: datetime) -> timedelta:
        """How long it was open, or is."""
        return (self.closed or now) - self.begun


@dataclass(frozen=True)
class Stats:
    """All of them."""

    now: datetime
    runs: tuple[RunFigures, ...]

    @property
    def escalated(self) -> list[RunFigures]:
        """Those that were escalated."""
        return [run for run in self.runs if run.outcome == Outcome.ESCALATE]

    def by(self, of: Callable[[RunFigures], Iterable[str]]) -> dict[str, int]:
        """How many escalations, by each of the words that ``of`` gives; the most first."""
        return dict(Counter(word for run in self.escalated for word in of(run)).most_common())

    @property
    def repeated(self) -> dict[str, list[str]]:
        """Tracker items that several escalations rest on, with their runs: the same matter, come up again."""
        found: dict[str, list[str]] = defaultdict(list)
        for run in self.escalated:
            for ref in sorted(run.items):
                if ref.startswith("project_tracker/"):
                    found[ref].append(run.case)
        return {ref: runs for ref, runs in sorted(found.items()) if len(runs) > 1}

    @property
    def reversed(self) -> int:
        """Escalations whose decision was another later."""
        return sum(run.reversals > 0 for run in self.escalated)

    def to_json(self) -> dict[str, Any]:
        """As a JSON object; durations in hours, null where there is none."""
        found = self.escalated
        open_ones = [run.age(self.now) for run in found if run.closed is None]
        closed = [run.age(self.now) for run in found if run.closed is not None]
        told = [run.first_update for run in found if run.first_update is not None]
        return {
            "now": self.now.isoformat(), "runs": len(self.runs), "escalated": len(found),
            "handled_in_support": len(self.runs) - len(found), "open": len(open_ones), "closed": len(closed),
            "by_severity": self.by(lambda run: [run.severity]), "by_target": self.by(lambda run: [run.target]),
            "by_product_area": self.by(lambda run: run.areas), "by_account": self.by(lambda run: run.accounts),
            "median_age_of_open_h": _hours(open_ones), "median_time_to_close_h": _hours(closed),
            "median_time_to_first_update_h": _hours(told), "without_an_update": len(found) - len(told),
            "reversed_decisions": self.reversed, "repeated_issues": self.repeated,
        }  # fmt: skip


def stats_of(
    store: CaseStore, now: datetime, since: datetime | None = None, unreadable: Callable[[str], None] = lambda _: None
) -> Stats:
    """Over every run with a brief, begun ``since`` where that is given; one that cannot be read is told to ``unreadable``."""
    found: list[RunFigures] = []
    for summary in store.summaries(RESULT):
        if not summary.newest:
            continue
        try:
            run = figures_of(store, summary.case)
        except StoreError as error:
            unreadable(str(error))
            continue
        if since is None or run.begun >= since:
            found.append(run)
    return Stats(now, tuple(found))


def figures_of(store: CaseStore, case: str) -> RunFigures:
    """The figures of one run with a brief. Raises ``StoreError``."""
    entries = store.entries(case)
    results = [RecordedResult(entry.data) for entry in entries if entry.type == RESULT]
    first, begun = results[0], opening_of(store, case).now
    decided = [tuple(one.data.get(key) for key in LABELS) for one in results[:1]]
    for entry in entries:
        if entry.type == DecidedAnew.kind:
            decided.append(tuple(entry.data["is_now"].get(key) for key in LABELS))
        elif entry.type == RESULT:
            decided.append(tuple(entry.data.get(key) for key in LABELS))
    closed = [Closed.model_validate(entry.data).now for entry in entries if entry.type == Closed.kind]
    told = min(_told(entries), default=None)
    items = frozenset(_items(results[-1], entries))
    return RunFigures(
        case=case, begun=begun, outcome=first.outcome.value, severity=str(first.severity or ""), target=str(first.target or ""),
        accounts=first.accounts, areas=tuple(sorted(_areas(entries, items))), items=items, closed=closed[-1] if closed else None,
        reversals=sum(one != other for one, other in itertools.pairwise(decided)),
        first_update=max(told - begun, timedelta()) if told else None,
    )  # fmt: skip


def _told(entries: Sequence[Any]) -> Iterator[datetime]:
    """Moments at which a customer was told something."""
    for entry in entries:
        if entry.type == FollowedUp.kind:
            one = FollowedUp.model_validate(entry.data)
            if "told_customer" in one.done:
                yield one.now
    done = {entry.data["action"]: entry.data["at"] for entry in entries if entry.type == "effect_done"}
    yield from (
        datetime.fromisoformat(done[one.action]) for one in done_before(entries) if one.tool == "reply_to_customer"
    )


def _items(result: RecordedResult, entries: Sequence[Any]) -> Iterator[str]:
    """Tickets and tracker items that the brief cites or the facts rest on; of a part its item."""
    parents = {record.ref: record.parent for record in _records(entries)}
    facts: Any = next((entry.data["facts"] for entry in reversed(entries) if entry.type == FactsStated.kind), {})
    cited = [*result.data.get("citations", ()), *_cites(facts)]
    for ref in cited:
        item = parents.get(ref) or ref
        if item.partition("/")[0] in ("support_platform", "project_tracker"):
            yield item


def _cites(facts: Any) -> Iterator[str]:
    if isinstance(facts, Mapping):
        for key, value in facts.items():
            if key in ("cites", "tickets") and isinstance(value, list):
                yield from map(str, value)
            else:
                yield from _cites(value)
    elif isinstance(facts, list):
        for value in facts:
            yield from _cites(value)


def _areas(entries: Sequence[Any], items: frozenset[str]) -> Iterator[str]:
    """What the items themselves say of their part of the product."""
    seen: set[str] = set()
    for record in _records(entries):
        if record.ref not in items:
            continue
        value = next((found for key in AREA_FIELDS if (found := record.data.get(key))), None)
        words = value if isinstance(value, list) else [value] if value else []
        seen |= {str(word) for word in words if isinstance(word, str)}
    yield from seen


def _records(entries: Sequence[Any]) -> Iterator[Any]:
    for entry in entries:
        if entry.type == RecordsRead.kind:
            for result in entry.data["results"]:
                yield from find_records(result)


def _hours(durations: Sequence[timedelta]) -> float | None:
    return round(median(one.total_seconds() for one in durations) / 3600, 1) if durations else None
