"""Whether an escalation may come down: what was found out since, held to its records and judged by the rules."""

from collections.abc import Sequence
from datetime import datetime

from customer_escalation.cases.errors import WrongOrder
from customer_escalation.cases.recorded import RecordedResult
from customer_escalation.cases.rereading import read_again
from customer_escalation.cases.since import Since
from customer_escalation.decision.rules.after import Later, propose_deescalation
from customer_escalation.decision.rules.rule import Firing
from customer_escalation.domain.evidence import parse_moment
from customer_escalation.domain.facts import Fact
from customer_escalation.domain.outcomes import Severity
from customer_escalation.policy import Policy
from skill_runtime.ledger import Ledger
from skill_runtime.tools import Tool


async def check_cites(since: Since, known: Ledger, tools: Sequence[Tool]) -> None:
    """Every yes cites records that are there, or that ``tools`` read. Raises ``WrongOrder`` where one does not.

    What is read for this alone is not ``known`` from then on: beside what is cited it may hold words that nobody was told of.
    """
    facts = {name: value for name in Since.model_fields if isinstance(value := getattr(since, name), Fact)}
    bare = [name for name, fact in facts.items() if fact.answer == "yes" and not fact.cites]
    if bare:
        raise WrongOrder(f"A yes cites the records that show it: {', '.join(bare)}.")
    cites = [cite for fact in facts.values() for cite in fact.cites]
    new, fresh = [cite for cite in cites if known.resolve(cite) is None], Ledger()
    await read_again(new, fresh, tools)
    missing = [cite for cite in new if fresh.resolve(cite) is None]
    if missing:
        raise WrongOrder(f"No connected server has these: {', '.join(missing)}. Cite refs as tool results give them.")


def judged(
    since: Since, result: RecordedResult, reassessed: Severity | None, policy: Policy, now: datetime
) -> tuple[Firing, ...]:
    """What each rule says (DE1 to DE4). Raises ``WrongOrder`` for a moment that is none."""
    assert result.severity is not None
    later = Later(
        severity=result.severity,
        reassessed=reassessed,
        support_resolvable_cause=since.support_resolvable_cause,
        workaround_unblocks=since.workaround_unblocks,
        resolved_by_itself=since.resolved_by_itself,
        customer_confirmed=since.customer_confirmed,
        root_cause=since.root_cause,
        changed_at=changed_at(since),
        last_complaint_at=parse_moment(since.last_complaint_at),
        now=now,
    )
    return propose_deescalation(later, result.agreed(policy).calendar, policy)


def changed_at(since: Since) -> datetime:
    """When the matter changed. Raises ``WrongOrder`` for a moment that is none."""
    changed = parse_moment(since.changed_at)
    if changed is None:
        raise WrongOrder(f"`changed_at` {since.changed_at!r} is no moment; write it as 2026-11-23T10:00:00Z.")
    return changed
