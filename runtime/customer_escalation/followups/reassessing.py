"""An escalation decided again as of now, and what made it another: facts, rules, records, figures."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pydantic import ValidationError

from customer_escalation.cases.entries import SeverityTaken
from customer_escalation.cases.errors import NoFacts, NotEscalated, WrongOrder
from customer_escalation.cases.service import CaseService
from customer_escalation.cases.session import Casework
from customer_escalation.cases.steps import ReassessedCase
from customer_escalation.decision.rules import Decision
from customer_escalation.domain.brief import Figure
from customer_escalation.domain.facts import Assessment, Fact
from customer_escalation.domain.outcomes import Severity
from customer_escalation.domain.rules import RULE_TABLE
from customer_escalation.followups.looking import own_items
from customer_escalation.followups.news import News, news_between
from customer_escalation.followups.standing import Standing, standing_at

MOVING = ("age", "last_reply", "next_update", "window", "followup", "customer_update", "queue")
"""Figures that are another at every moment and change no decision by themselves."""


@dataclass(frozen=True)
class FactChange:
    """A fact that is stated otherwise."""

    name: str
    was: str
    is_now: str
    cites: tuple[str, ...]


@dataclass(frozen=True)
class RuleChange:
    """A rule that answers otherwise."""

    rule: str
    label: str
    was: str
    is_now: str
    because: str
    cites: tuple[str, ...]


@dataclass(frozen=True)
class Reassessment:
    """How it stands now, and what changed it."""

    told: ReassessedCase
    facts: tuple[FactChange, ...]
    rules: tuple[RuleChange, ...]
    figures: tuple[Figure, ...]
    """New, or of another value; those left out that move with the clock alone."""
    news: News
    standing: Standing | None
    """None where the facts were not taken."""


async def reassess(service: CaseService, case: str, changes: Mapping[str, Any]) -> Reassessment:
    """Read it again and decide again, on the facts with ``changes`` (by fact, as an assessment has them).

    Raises ``NotEscalated``, ``NoFacts``, and ``WrongOrder`` for facts that are none.
    """
    name, now = service.store.find(case.strip()), await service.systems.now()
    before = standing_at(service.store, name, now)
    if before is None:
        raise NotEscalated(name)
    work = service.work(name)
    known, old = work.ledger, work.casework
    if old.assessment is None or old.decision is None:
        raise NoFacts
    facts = changed_facts(old.assessment, changes)
    since = work.terms.now
    told = await service.reassess(name, facts)
    anew = service.work(name).casework if not told.findings else old
    return Reassessment(
        told=told,
        facts=tuple(_facts(old.assessment, facts)),
        rules=tuple(_rules(old.decision, anew)),
        figures=tuple(one for one in told.figures if one.ref.rpartition(".")[2].removeprefix("figures/") not in MOVING),
        news=news_between(known, anew.evidence, own_items(before), (since, now), before.written),
        standing=standing_at(service.store, name, now) if not told.findings else None,
    )


def changed_facts(facts: Assessment, changes: Mapping[str, Any]) -> Assessment:
    """The facts with these in their place. Raises ``WrongOrder`` where one is not known or not in its form."""
    if unknown := [name for name in changes if name not in Assessment.model_fields]:
        known = ", ".join(name for name, value in facts if isinstance(value, Fact))
        raise WrongOrder(f"There is no fact {', '.join(unknown)}; there are {known}, and more in `show RUN --why`.")
    try:
        return Assessment.model_validate({**facts.model_dump(mode="json"), **changes})
    except ValidationError as error:
        first = error.errors()[0]
        raise WrongOrder(f"{'.'.join(map(str, first['loc']))}: {first['msg']}.") from None


async def take_severity(service: CaseService, case: str, by: str) -> Severity:
    """Write down a person's yes to the lower severity that the rules found. Raises ``WrongOrder`` where none waits for one."""
    name, now = service.store.find(case.strip()), await service.systems.now()
    standing = standing_at(service.store, name, now)
    if standing is None:
        raise NotEscalated(name)
    if standing.waiting is None:
        raise WrongOrder(f"No lower severity waits for a person's yes: it is {standing.severity.value}.")
    write_severity(service, name, standing.waiting, by, now)
    return standing.waiting


def write_severity(service: CaseService, name: str, severity: Severity, by: str, now: datetime) -> None:
    """From now on this severity holds."""
    entry = SeverityTaken(severity=severity, by=by, now=now)
    service.store.append(name, SeverityTaken.kind, entry.model_dump(mode="json"))


def _facts(was: Assessment, is_now: Assessment) -> Iterator[FactChange]:
    for name in Assessment.model_fields:
        before, after = _answer(getattr(was, name)), _answer(getattr(is_now, name))
        if before != after:
            cites = getattr(getattr(is_now, name), "cites", ())
            yield FactChange(name, before, after, tuple(cites))


def _answer(value: Any) -> str:
    for part in ("answer", "level", "extent"):
        if hasattr(value, part):
            return str(getattr(value, part))
    return (
        value if isinstance(value, str) else f"{len(value)} stated" if isinstance(value, list | tuple) else str(value)
    )


def _rules(was: Decision, anew: Casework) -> Iterator[RuleChange]:
    if anew.decision is None:
        return
    before = {firing.rule: firing.state for firing in was.firings}
    for firing in anew.decision.firings:
        if firing.state != before.get(firing.rule, "no"):
            yield RuleChange(
                firing.rule,
                RULE_TABLE[firing.rule].label or RULE_TABLE[firing.rule].sentence.rstrip("."),
                before.get(firing.rule, "no"),
                firing.state,
                firing.because,
                firing.refs,
            )
