"""The next steps that are offered: what fits the outcome, where it would go, and its exact text."""

import pytest
from tests.customer_escalation.casebook import NOW, fact, policy
from tests.customer_escalation.drafts import escalation, facts, handling, records
from tests.requirements import requirement

from customer_escalation.actions import Approval, Proposal, approved, fingerprint, propose
from customer_escalation.cases.result import notified, rule_notes
from customer_escalation.cases.session import Casework
from customer_escalation.decision.figures import computed_lines
from customer_escalation.domain.brief import Brief, EscalationDraft, HandlingDraft, Target
from customer_escalation.domain.facts import Assessment


def brief(*, handled: bool = False, target: Target | None = None) -> Brief:
    """A finished brief on the casebook's case."""
    work = Casework(records(), policy(), NOW, max_repairs=0)
    given = (
        facts(documented_solution=fact("yes", "knowledge_base/K-3", why="an article"), bug_confirmed=fact(), code_change_needed=fact())
        if handled else facts()
    )  # fmt: skip
    assert work.assess(Assessment.model_validate(given)) == []
    draft = HandlingDraft.model_validate(handling()) if handled else EscalationDraft.model_validate(escalation())
    assert work.case is not None
    assert work.decision is not None
    decision = work.decision
    return Brief(
        outcome=decision.outcome, severity=decision.severity, target=target or decision.target,
        also_notify=notified(decision, draft), severity_because=rule_notes(decision, "severity"),
        decided_by=rule_notes(decision, "handle" if handled else "escalate"), reported_by="Support", date="today",
        drafted_by="model", computed=computed_lines(work.case, decision.severity, work.figures),
        figures=tuple(work.figures.values()), draft=draft, suspicious=(), gaps=(),
    )  # fmt: skip


def offered(made: Brief) -> dict[str, Proposal]:
    return {proposal.kind: proposal for proposal in propose(made, "the brief", policy(), NOW)}


def test_an_escalation_offers_the_four_next_steps_of_the_skill() -> None:
    steps = offered(brief())
    assert list(steps) == ["post_to_channel", "interim_response", "reminder", "status_update"]
    assert steps["post_to_channel"].text == "the brief"
    assert steps["post_to_channel"].destination == policy().teams.of(Target.ENGINEERING).channel
    assert steps["interim_response"].destination == "support_platform/T-101"
    assert steps["interim_response"].text == escalation()["customer_reply"]
    assert steps["status_update"].text == escalation()["status_update"]
    assert steps["reminder"].destination > NOW.isoformat()
    assert all(step.title.endswith("?") for step in steps.values())


def test_security_matters_go_to_their_restricted_channel_only() -> None:
    step = offered(brief(target=Target.SECURITY))["post_to_channel"]
    assert step.destination == policy().teams.of(Target.SECURITY).channel
    assert "(restricted)" in step.title


def test_a_handled_issue_offers_the_reply_and_a_reminder() -> None:
    steps = offered(brief(handled=True))
    assert list(steps) == ["customer_reply", "reminder"]
    assert steps["customer_reply"].text == handling()["customer_reply"]


def test_a_proposal_cannot_be_changed_once_made() -> None:
    step = offered(brief())["post_to_channel"]
    with pytest.raises(ValueError, match="frozen"):
        step.text = "another text"  # type: ignore[misc]


@requirement("P1")
def test_p1_an_approval_holds_for_that_text_and_destination_only() -> None:
    step = offered(brief())["post_to_channel"]
    approval = Approval(proposal=fingerprint(step), by="lead", at=NOW)
    assert approved(step, approval)
    assert not approved(step, None)
    assert not approved(step.model_copy(update={"text": step.text + " "}), approval)
    assert not approved(step.model_copy(update={"destination": "#general"}), approval)
    assert approved(step.model_copy(update={"title": "Post it?"}), approval)
