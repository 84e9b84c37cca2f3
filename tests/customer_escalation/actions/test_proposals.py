"""The next steps that are offered: what fits the outcome, where it would go, and its exact text."""

from typing import Any

import pytest
from tests.customer_escalation.casebook import NOW, fact, policy
from tests.customer_escalation.drafts import T1, escalation, facts, handling, records, reply
from tests.requirements import requirement

from customer_escalation.actions import Proposal, action_id, propose, tool_for
from customer_escalation.cases.result import notified, rule_notes
from customer_escalation.cases.session import Casework
from customer_escalation.decision.figures import computed_lines
from customer_escalation.domain.brief import Brief
from customer_escalation.domain.draft import EscalationDraft, HandlingDraft
from customer_escalation.domain.facts import Assessment
from customer_escalation.domain.outcomes import Target

DRAFTS = (reply("We are at it."), reply("Still at it.", kind="update"))


def brief(*, handled: bool = False, target: Target | None = None, drafts: tuple[dict[str, Any], ...] = DRAFTS) -> Brief:
    """A finished brief on the casebook's case."""
    work = Casework(records(), policy(), NOW)
    given = (
        facts(documented_solution=fact("yes", "knowledge_base/K-3", why="an article"), bug_confirmed=fact(), code_change_needed=fact())
        if handled else facts()
    )  # fmt: skip
    assert work.assess(Assessment.model_validate(given)) == []
    draft = (
        HandlingDraft.model_validate(handling())
        if handled
        else EscalationDraft.model_validate(escalation(drafts=list(drafts)))
    )
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
    assert list(steps) == ["post_to_channel", "customer_reply", "status_update", "reminder"]
    assert steps["post_to_channel"].text == "the brief"
    assert steps["post_to_channel"].destination == policy().teams.of(Target.ENGINEERING).channel
    assert (steps["customer_reply"].destination, steps["customer_reply"].text) == (T1, "We are at it.")
    assert (steps["status_update"].destination, steps["status_update"].text) == (T1, "Still at it.")
    assert steps["reminder"].destination > NOW.isoformat()
    assert all(step.title.endswith("?") for step in steps.values())


def test_security_matters_go_to_their_restricted_channel_only() -> None:
    step = offered(brief(target=Target.SECURITY))["post_to_channel"]
    assert step.destination == policy().teams.of(Target.SECURITY).channel
    assert "restricted" in step.title


def test_a_handled_issue_offers_the_reply_and_a_reminder() -> None:
    steps = offered(brief(handled=True))
    assert list(steps) == ["customer_reply", "reminder"]
    assert steps["customer_reply"].text == handling()["drafts"][0]["text"]
    assert steps["customer_reply"].destination == T1


def test_each_text_for_a_customer_is_a_proposal_of_its_own_on_its_ticket() -> None:
    other = {**reply("We look into it.", "support_platform/T-102"), "when": "Once Security agrees."}
    made = propose(brief(drafts=(*DRAFTS, other)), "the brief", policy(), NOW)
    assert [(one.kind, one.destination, one.text) for one in made[1:-1]] == [
        ("customer_reply", T1, "We are at it."), ("status_update", T1, "Still at it."),
        ("customer_reply", "support_platform/T-102", "We look into it."),
    ]  # fmt: skip
    assert [one.title for one in made[1:-1]] == [
        "Send text 1?", "Send text 2 when its time comes?", "Send text 3?",
    ]  # fmt: skip
    assert len({action_id(one) for one in made}) == len(made)


def test_nothing_is_offered_for_customers_where_no_text_is_drafted() -> None:
    assert [one.kind for one in propose(brief(drafts=()), "the brief", policy(), NOW)] == [
        "post_to_channel",
        "reminder",
    ]


def test_a_proposal_cannot_be_changed_once_made() -> None:
    step = offered(brief())["post_to_channel"]
    with pytest.raises(ValueError, match="frozen"):
        step.text = "another text"  # type: ignore[misc]


def test_each_step_names_the_system_that_it_would_change_and_the_tool_for_it() -> None:
    tools = {kind: (step.system, tool_for(step)) for kind, step in offered(brief()).items()}
    reply = ("support_platform", "reply_to_customer")
    assert tools == {
        "post_to_channel": ("chat", "post_chat_message"), "customer_reply": reply, "reminder": ("", ""),
        "status_update": reply,
    }  # fmt: skip


@requirement("P1")
def test_an_id_is_of_that_very_text_destination_and_system() -> None:
    step = offered(brief())["post_to_channel"]
    changes: list[dict[str, str]] = [
        {"text": step.text + " "},
        {"destination": "#general"},
        {"system": "support_platform"},
    ]
    assert len({action_id(step), *(action_id(step.model_copy(update=change)) for change in changes)}) == 4
    assert action_id(step.model_copy(update={"title": "Post it?"})) == action_id(step)
