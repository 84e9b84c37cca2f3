"""The case that the rules decide on, with every figure."""

from collections.abc import Sequence
from datetime import datetime

from customer_escalation.decision.figures.accounts import affected_view, distinct, general_figures, recent_accounts
from customer_escalation.decision.figures.calculations import BusinessHours, calculated
from customer_escalation.decision.figures.contract import account_zone, contract_of, zone_of_all
from customer_escalation.decision.figures.tickets import clock_view, clocks_of, ticket_figures, ticket_view
from customer_escalation.decision.inputs import Aside, DecisionInput, SlaInput
from customer_escalation.decision.unread import as_far_as_read
from customer_escalation.domain.brief import Figure
from customer_escalation.domain.evidence import Evidence, field, thread_cut
from customer_escalation.domain.facts import Assessment, ContractHours
from customer_escalation.domain.outcomes import Severity
from customer_escalation.policy import Policy
from customer_escalation.sla.cadence import waited_too_long
from customer_escalation.sla.calendar import account_calendar
from customer_escalation.sla.clocks import waiting_since
from skill_runtime.ledger import Record


def build_case(
    assessment: Assessment, evidence: Evidence, policy: Policy, now: datetime
) -> tuple[DecisionInput, dict[str, Figure]]:
    """The case that the rules decide on, and every figure that the brief may draw on, by ``ref``."""
    assessment = as_far_as_read(assessment, evidence)
    aside = set_aside(assessment, evidence)
    newer = assessment.recurred_after_fix.cites if assessment.recurred_after_fix.answer == "yes" else []
    affected = tuple(
        affected_view(account, evidence, policy, now, newer, aside.suspicious)
        for account in distinct(assessment.affected)
    )
    readings = readings_of(assessment, evidence)
    own = [ref for account in affected for ref in account.tickets]
    figures = ticket_figures(evidence, policy, now, own, aside, readings)
    general = general_figures(affected, evidence, policy, now)
    counts = policy.sla.covers_feature_requests or assessment.issue_type != "feature_gap"
    zone = zone_of_all([evidence.account(account.name) for account in affected], policy)
    figures = {**{figure.ref: figure for figure in general}, **figures}

    def hours_of(records: Sequence[Record]) -> BusinessHours:
        names = [evidence.customer_of(record) or field(record, "name") for record in records]
        found = next((crm for name in names if name and (crm := evidence.account(name))), None)
        if found is None and len(affected) == 1:
            found = evidence.account(affected[0].name)
        contract = contract_of(found, policy, readings)
        return BusinessHours(contract.calendar, contract.hours_words)

    asked = {one.ref: one for one in calculated(assessment.calculations, evidence, zone, now, figures, hours_of)}
    figures = {**figures, **asked}
    clocks: list[SlaInput] = []
    too_long: set[Severity] = set()
    unclocked: list[str] = []
    for account in affected:
        crm = evidence.account(account.name)
        contract, calendar = contract_of(crm, policy, readings), account_calendar(policy, account_zone(crm))
        for ticket in evidence.tickets(account.tickets):
            if thread_cut(ticket):  # what was answered, and when, may stand in the rest
                unclocked += [ticket.ref] if contract.terms else []
                continue
            view = ticket_view(evidence, ticket, aside)
            waiting = waiting_since(view, now)
            if waiting:
                too_long |= {severity for severity in Severity
                             if waited_too_long(severity, waiting.since, now, calendar, policy).exceeded}  # fmt: skip
            for clock in clocks_of(view, contract, now):
                if clock.target is not None and clock.state != "stopped":
                    clocks.append(clock_view(clock, account, contract))
    case = DecisionInput(
        facts=assessment,
        affected=affected,
        sla=tuple(clocks) if counts else (),
        unbinding=() if counts else tuple(clocks),
        recent=recent_accounts(affected, policy, now),
        waiting_too_long=frozenset(too_long),
        policy=policy,
        now=now,
        evidence=evidence,
        aside=aside,
        contracts=readings,
        unclocked=tuple(unclocked),
    )
    return case, figures


def readings_of(assessment: Assessment, evidence: Evidence) -> tuple[ContractHours, ...]:
    """What is stated of contracts, with the refs of the records that it cites."""
    return tuple(
        one.model_copy(update={"cites": [record.ref for record in evidence.resolve(one.cites)[0]]})
        for one in assessment.contracts
    )


def set_aside(assessment: Assessment, evidence: Evidence) -> Aside:
    """The records that the assessment names as trying to steer, and as sent by a machine."""
    suspicious = evidence.resolve([named.ref for named in assessment.suspicious])[0]
    automatic = evidence.resolve(assessment.automatic)[0]
    return Aside(frozenset(record.ref for record in suspicious), frozenset(record.ref for record in automatic))
