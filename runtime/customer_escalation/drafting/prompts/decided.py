"""The decision as its drafter reads it: what, why, what was computed, the figures to draw on, and what the draft must hold."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from customer_escalation.decision.figures import computed_lines
from customer_escalation.decision.figures.parts import item_id
from customer_escalation.decision.figures.tickets import NOT_COUNTED
from customer_escalation.decision.inputs import DecisionInput
from customer_escalation.decision.rules import Decision
from customer_escalation.decision.rules.counterfactual import what_would_change
from customer_escalation.decision.rules.rule import Firing
from customer_escalation.domain.brief import Computed, Figure
from customer_escalation.domain.evidence import field, parse_moment
from customer_escalation.domain.facts import Assessment
from customer_escalation.domain.printable import one_line
from customer_escalation.domain.rules import RULE_TABLE, rule_of
from customer_escalation.drafting.prompts import prompt
from customer_escalation.review.budget import read_of
from customer_escalation.review.sources import CALCULATED

PRINTED = frozenset(f"figures/{name}" for name in ("affected", "arr", "queue", "window", "followup", "customer_update"))
OVERDUE = "due now"
"""How the figure of a clock begins that is overdue."""
MOST_LATELY = 12
MOST_OF_A_SUBJECT = 80
MOST_CHANGES = 6
"""Answers that would change the decision, told to the drafter."""


@dataclass(frozen=True)
class HandIn:
    """How a document is handed in."""

    tool: str = ""
    """The tool that takes it; empty where it is the text of an answer."""
    kept: bool = False
    """There is one, which was written before the decision."""


DOCUMENT = HandIn()
KEPT = HandIn(kept=True)


def decision_told(
    decision: Decision, case: DecisionInput, figures: Mapping[str, Figure], submit: HandIn | None, hints: Sequence[str] = (),
    gaps: Sequence[str] = (), contested: Sequence[str] = (),
) -> str:  # fmt: skip
    """The text; without ``submit`` for one who hands nothing in. ``hints`` are look-alikes that the facts leave out, ``gaps`` what
    could not be read, ``contested`` what a second reader says of the facts.
    """
    told = list(_told(decision))
    target = decision.target.value if decision.target else ""
    computed = computed_lines(case, decision.severity, dict(figures), decision.target)
    return prompt(
        "decision.md.j2",
        severity=decision.severity.value if decision.severity else "",
        pattern=case.policy.pattern,
        lately=list(_lately(case)),
        target=target,
        also_notify=[_notified(team.value, decision.firing(rule_of(team).id)) for team in decision.also_notify],
        own_reading=own_reading(decision, case.facts),
        undecided=[_ground(one) for one in decision.undecided],
        hold=list(dict.fromkeys(_ground(one) for one in told if one.state == "yes" and _counts(one, decision)))
        or ["no criterion of an escalation holds"],
        not_held=[_ground(one) for one in told if one.state == "no" and one.because and one.refs],
        untested=[_ground(one) for one in told if one.state == "unknown" and one not in decision.undecided],
        would_change=list(_would_change(case)),
        printed=list(_printed(computed)),
        words_read=read_of(decision.outcome, len(case.affected)),
        figures=list(_figures(figures, case, computed)),
        contents=prompt("target_contents.md.j2", target=target),
        read=bool(case.facts.contracts),
        submit=submit,
        hints=hints,
        gaps=gaps,
        contested=contested,
    )


def _told(decision: Decision) -> Iterator[Firing]:
    groups = ("handle", "escalate", "severity", "target") if decision.target else ("handle", "escalate")
    teams = {decision.target, *decision.also_notify}
    for firing in decision.firings:
        if RULE_TABLE[firing.rule].group in groups and (not firing.target or firing.target in teams):
            yield firing


def _counts(firing: Firing, decision: Decision) -> bool:
    """A floor that always holds is worth a line only where it made the severity."""
    return not RULE_TABLE[firing.rule].otherwise or firing.rule in decision.because


def _ground(firing: Firing) -> str:
    row = RULE_TABLE[firing.rule]
    name = row.label or row.sentence.rstrip(".")
    gives = f" -> {firing.floor or firing.target}" if firing.state == "yes" and (firing.floor or firing.target) else ""
    refs = f" [{', '.join(firing.refs)}]" if firing.refs else ""
    return f"{name}{gives}{f': {firing.because}' if firing.because else ''}{refs}"


def _notified(team: str, firing: Firing) -> str:
    return f"{team} ({firing.because})" if firing.because else team


def own_reading(decision: Decision, facts: Assessment) -> tuple[str, str, str] | None:
    """What the drafter would have decided, where that is another decision."""
    reading = (facts.reading.outcome, facts.reading.severity, facts.reading.target)
    severity = decision.severity.value if decision.severity else "none"
    target = decision.target.value if decision.target else "none"
    return None if reading == (decision.outcome.value, severity, target) else reading


def _lately(case: DecisionInput) -> Iterator[str]:
    """Customers with a ticket in the pattern's window, solved ones too: which of them have the same problem, a reader judges."""
    since = case.now - timedelta(days=case.policy.pattern.window_days)
    begun = [(parse_moment(field(one, "created_at")), one) for one in case.evidence.of_kind("ticket")]
    lately = [(moment, one) for moment, one in begun if moment and since <= moment <= case.now]
    for _, ticket in sorted(lately, key=lambda one: one[0])[-MOST_LATELY:]:
        subject = one_line(field(ticket, "subject"))[:MOST_OF_A_SUBJECT]
        yield f"{field(ticket, 'customer')} ({item_id(ticket.ref)}, {field(ticket, 'status')}): {subject}"


def _would_change(case: DecisionInput) -> Iterator[str]:
    """Only of what is not known: that a fire would be urgent needs no saying."""
    found = [
        change for change in what_would_change(case)
        if change.now == "unknown" and change.instead in ("yes", "full", "exposure_or_breach")
    ]  # fmt: skip
    for change in found[:MOST_CHANGES]:
        then = [change.outcome.value.replace("_", " ")]
        then += [label.value for label in (change.severity, change.target) if label]
        yield f"{change.fact.replace('_', ' ')} {change.instead} instead of {change.now}: {', '.join(then)}"


def _figures(figures: Mapping[str, Figure], case: DecisionInput, computed: Computed) -> Iterator[str]:
    """What the printed lines do not say already. Of a ticket of nobody affected, what is overdue there, in few words: a
    neighbour's every clock would find its way into the brief.
    """
    tickets = {ref.partition("/")[2] for account in case.affected for ref in account.tickets}
    told = " ".join(line.text for line in computed.sla)
    for figure in figures.values():
        about = figure.ref.partition("/")[2].rpartition(".")[0]
        if figure.ref in PRINTED or (about in tickets and figure.text.partition(" (")[0] in told):
            continue
        if about in ("", CALCULATED) or about in tickets:
            ref = f" [{figure.ref}]" if about in ("", CALCULATED) else ""
            yield f"{figure.label}{ref}: {figure.text}"
        elif figure.text.startswith(OVERDUE):
            yield f"beside the case, {figure.label}: {figure.text.partition(' (')[0]}"
        elif figure.text.startswith(NOT_COUNTED) and OVERDUE in figure.text:
            yield f"beside the case, {figure.label}: {figure.text}"


def _printed(computed: Computed) -> Iterator[str]:
    """The lines of code under the labels where they will stand."""
    yield f"Customers affected: {computed.customers.text}"
    for row in computed.accounts:
        own = ", ".join(row.tickets) or "no own ticket"
        yield f"  {row.name}: tier {row.tier}, ARR {row.arr}, deals {row.deals}, renewal {row.renewal}, {own}"
    yield f"Revenue at risk: {computed.revenue.text}"
    yield f"Time in queue: {computed.queue.text}"
    for clock in computed.sla:
        yield f"SLA: {clock.text}"
    if computed.followup:
        yield f"Customer Communication, Next: {computed.followup.text}"
    if computed.window:
        yield f"Deadline: {computed.window.text}"
