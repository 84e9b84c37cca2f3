"""Open escalations looked at again and again: what is worth telling a person since the look before. Nothing is written or done."""

from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from customer_escalation.cases.connection import Systems
from customer_escalation.cases.store import CaseStore
from customer_escalation.decision.figures import zone_of_case
from customer_escalation.domain.formatting import time_words
from customer_escalation.followups.due import DueItem
from customer_escalation.followups.looking import Look, look_at, own_items
from customer_escalation.followups.news import news_between
from customer_escalation.followups.service import due_of, open_cases
from customer_escalation.followups.standing import Standing, standing_at
from customer_escalation.followups.update_texts import news_lines, ticket_name
from customer_escalation.policy import PolicyError
from customer_escalation.rendering.phrases import Phrases
from skill_runtime.errors import SkillRuntimeError
from skill_runtime.ledger import Ledger

Kind = Literal["due", "overdue", "new", "unreadable", "readable", "closed"]
SystemsOf = Callable[[str], Awaitable[Systems]]
"""The systems that a case reads from, by its name. Raises ``SkillRuntimeError`` where they cannot be used."""
MomentOf = Callable[[str, datetime], datetime]
"""As of when a case is looked at, by its name and the clock's moment."""


def _by_the_clock(case: str, clock: datetime) -> datetime:
    return clock


@dataclass(frozen=True)
class Notice:
    """Something to tell a person."""

    case: str
    kind: Kind
    text: str
    """In a line."""
    title: str
    """For places that others see: of a restricted escalation without customer and matter."""


@dataclass
class _Seen:
    """What was known and told of a case."""

    known: Ledger | None = None
    at: datetime | None = None
    told: set[tuple[str, datetime, str]] = field(default_factory=set)
    problem: str = ""


@dataclass
class Watcher:
    """Looks at escalations; remembers what it told, for as long as it lives."""

    store: CaseStore
    systems_of: SystemsOf
    cases: tuple[str, ...] = ()
    """Names; all open ones, also those that come later, where none is named."""
    moment_of: MomentOf = _by_the_clock
    _seen: dict[str, _Seen] = field(default_factory=dict)

    async def look(self, now: datetime) -> list[Notice]:
        """What is new since the look before, ``now`` by the clock; of the first look, what is due and what the journals do not know yet."""
        found: list[Notice] = []
        for case in self.cases or open_cases(self.store):
            found += await self._case(case, now)
        return found

    async def _case(self, case: str, clock: datetime) -> list[Notice]:
        seen = self._seen.setdefault(case, _Seen())
        try:
            now = self.moment_of(case, clock)
            standing = standing_at(self.store, case, now)
        except (SkillRuntimeError, PolicyError) as error:
            return list(_problem(case, seen, str(error)))
        if standing is None:
            return list(_closed(case, seen)) if seen.known is not None else []
        before = seen.known or (standing.inputs.evidence.ledger if standing.inputs else Ledger())
        look = await self._read(standing)
        notices = list(_problem(case, seen, " ".join(look.problems)))
        fresh = standing_at(self.store, case, now, look.results) or standing
        notices += self._news(fresh, before, seen, now)
        notices += _due(fresh, seen, now)
        seen.known = fresh.inputs.evidence.ledger if fresh.inputs else before
        seen.at = now
        return notices

    async def _read(self, standing: Standing) -> Look:
        try:
            return await look_at(standing, await self.systems_of(standing.case))
        except SkillRuntimeError as error:
            return Look((), (), (str(error),))

    def _news(self, standing: Standing, before: Ledger, seen: _Seen, now: datetime) -> Iterator[Notice]:
        inputs = standing.inputs
        if inputs is None:
            return
        news = news_between(
            before, inputs.evidence, own_items(standing), (seen.at or standing.since, now), standing.written
        )
        for line in news_lines(news, inputs.evidence, Phrases(None, "en"), zone_of_case(inputs)):
            yield Notice(standing.case, "new", line, _title(standing, "something new is on record", line))


def _due(standing: Standing, seen: _Seen, now: datetime) -> Iterator[Notice]:
    """Each thing once when its window opens and once when it is overdue."""
    due = due_of(standing)
    for item in due.items:
        state = item.state(now)
        mark = (item.key, item.due_at, state)
        if state == "next" or mark in seen.told:
            continue
        seen.told.add(mark)
        kind: Kind = "overdue" if state == "overdue" else "due"
        text = f"{_what(standing, item)} by {time_words(item.due_at, item.zone)}{' (overdue)' if kind == 'overdue' else ''}"
        yield Notice(standing.case, kind, text, _title(standing, "a follow-up is due", text))


def _what(standing: Standing, item: DueItem) -> str:
    if item.whom == "team":
        return f"ask {standing.target.value}"
    record = standing.inputs.evidence.ledger.get(item.ticket) if standing.inputs and item.ticket else None
    return f"tell {item.account}{f' ({ticket_name(record)})' if record else ''}"


def _problem(case: str, seen: _Seen, problem: str) -> Iterator[Notice]:
    """A system that is down is told once, and once more when it is back."""
    if problem and not seen.problem:
        yield Notice(case, "unreadable", problem, "an escalation could not be read")
    elif seen.problem and not problem:
        yield Notice(case, "readable", "It can be read again.", "an escalation can be read again")
    seen.problem = problem


def _closed(case: str, seen: _Seen) -> Iterator[Notice]:
    seen.known = None
    yield Notice(case, "closed", "It is closed.", "an escalation is closed")


def _title(standing: Standing, neutral: str, text: str) -> str:
    return neutral if standing.policy.teams.of(standing.target).restricted else text
