"""Which questions are asked: those that can still change the decision, the weightiest first, until none can."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from tests.customer_escalation.casebook import (
    FACTS,
    NOW,
    account,
    affected,
    assessment,
    evidence,
    fact,
    issue,
    policy,
    ticket,
)

from customer_escalation.decision.answers import PersonAnswer, answerable, possible, with_answers
from customer_escalation.decision.figures import build_case
from customer_escalation.decision.inputs import DecisionInput
from customer_escalation.decision.questions import (
    Choice,
    Question,
    for_each_account,
    next_question,
    open_questions,
)  # fmt: skip
from customer_escalation.decision.rules import decide
from customer_escalation.decision.topics import TOPICS
from customer_escalation.domain.evidence import Evidence
from customer_escalation.domain.facts import Assessment

AT = "2026-03-04T10:00:00Z"
BIG = {"tier": "Enterprise", "arr_usd": 150_000}


def unknown(*customers: str, **changes: Any) -> Assessment:
    """Facts of which structure tells nothing, about these customers' tickets T-1, T-2, ..."""
    hit = [{**affected(name, f"T-{number}"), "impact": "unknown"} for number, name in enumerate(customers, 1)]
    facts = {name: fact("unknown") for name in FACTS}
    nothing = {"security": {"level": "unknown", "cites": [], "why": ""}, "open_ask": "unknown", "issue_type": "other"}
    return assessment(**{**facts, **nothing, "affected": hit, **changes})


def records(*customers: str, **crm: Any) -> Evidence:
    return evidence(
        *(ticket(f"T-{number}", name, AT) for number, name in enumerate(customers, 1)),
        *(account(f"A-{number}", name, **crm) for number, name in enumerate(customers, 1)),
        issue("DEV-1", "Sync", "Open", AT),
    )


def case(facts: Assessment, found: Evidence) -> DecisionInput:
    return build_case(facts, found, policy(), NOW)[0]


def interview(
    pick: Callable[[Question], Choice | None], *customers: str, **crm: Any
) -> tuple[list[str], tuple[str, str, str]]:
    """Answer every question as ``pick`` does (None: not known); the questions' names and the decision."""
    found, given, skipped, asked = records(*customers, **crm), list[PersonAnswer](), set[str](), list[str]()
    while True:
        one = case(with_answers(unknown(*customers), given), found)
        question = next_question(one, skipped)
        if question is None:
            decision = decide(one)
            severity, target = (label.value if label else "-" for label in (decision.severity, decision.target))
            return asked, (decision.outcome.value, severity, target)
        asked.append(question.name)
        choice = pick(question)
        if choice is None:
            skipped.add(question.name)
            continue
        for name, value in choice.sets:
            given.append(PersonAnswer(name=name, answer=value, by="Ada", at=NOW))
            found.ledger.put(given[-1].record())


def says(*answers: tuple[str, str]) -> Callable[[Question], Choice | None]:
    """Picks the choice that gives one of these answers, else that nothing of it is so."""

    def pick(question: Question) -> Choice | None:
        return next((one for one in question.choices if one.sets[0] in answers), question.none)

    return pick


@pytest.mark.parametrize(
    ("answers", "decision", "most"),
    [
        ([("security", "exposure_or_breach")], ("escalate", "Critical", "Security"), 1),
        ([("data_harmed", "yes")], ("escalate", "Critical", "Engineering"), 4),
        ([("documented_solution", "yes")], ("handle_in_support", "-", "-"), 3),
        ([("bug_confirmed", "yes")], ("escalate", "Medium", "Engineering"), 8),
        ([("bug_confirmed", "yes"), ("impact", "blocked")], ("escalate", "High", "Engineering"), 8),
        ([("bug_confirmed", "yes"), ("impact", "blocked"), ("workaround", "full")], ("escalate", "Medium", "Engineering"), 8),
        ([("feature_gap", "yes")], ("handle_in_support", "-", "-"), 8),
        ([("executive_requested", "yes")], ("escalate", "High", "Leadership"), 8),
        ([], ("handle_in_support", "-", "-"), 5),
    ],
)  # fmt: skip
def test_few_answers_decide(answers: list[tuple[str, str]], decision: tuple[str, str, str], most: int) -> None:
    asked, found = interview(says(*answers), "Vale Foods")
    assert found == decision
    assert len(asked) <= most
    assert asked[0] == "harm"


def test_a_question_that_nobody_can_answer_is_asked_once_and_stays_open() -> None:
    asked, _ = interview(lambda question: None, "Vale Foods")
    assert (
        len(asked)
        == len(set(asked))
        == len(open_questions(case(unknown("Vale Foods"), records("Vale Foods"))).questions)
    )


def test_no_question_is_left_where_every_answer_is_known() -> None:
    assert open_questions(case(assessment(), records())) == ((), ())


def test_a_threat_to_leave_is_asked_of_valuable_customers_alone() -> None:
    def facts(**crm: Any) -> set[str]:
        questions = open_questions(case(unknown("Vale Foods"), records("Vale Foods", **crm))).questions
        return {choice.sets[0][0] for question in questions for choice in question.choices}

    assert "churn_threat" not in facts()
    assert "churn_threat" in facts(**BIG)


def test_none_of_these_says_nothing_of_what_was_not_offered() -> None:
    """Lost data makes it critical, so a stop of production is no longer asked about; 'none of these' does not deny it."""
    lost = case(unknown("Vale Foods", data_harmed=fact("yes", "support_platform/T-1")), records("Vale Foods"))
    harm = next(one for one in open_questions(lost).questions if one.name == "harm")
    offered = {name for choice in harm.choices for name, _ in choice.sets}
    assert "production_stopped" not in offered
    assert {name for name, _ in harm.none.sets} == offered == {"security"}


def test_every_answer_to_the_one_fact_of_a_question_is_offered() -> None:
    """A way round that helps in part changes nothing here, and whoever has one must not have to say that none helps."""
    broken = unknown("Vale Foods", bug_confirmed=fact("yes", "project_tracker/DEV-1"))
    for question in open_questions(case(broken, records("Vale Foods"))).questions:
        topic = next(one for one in TOPICS if one.name == question.name)
        if len(topic.no) == 1:
            assert [choice.sets[0] for choice in question.choices] == [(name, said) for _, name, said in topic.choices]


def test_each_choice_says_what_the_rules_would_make_of_it() -> None:
    harm = open_questions(case(unknown("Vale Foods"), records("Vale Foods"))).questions[0]
    assert [choice.decides for choice in harm.choices] == [
        "escalate, Critical, Security", "escalate, High, Security", "escalate, Critical, Engineering",
        "escalate, Critical, Engineering",
    ]  # fmt: skip
    assert harm.none.decides == "handle in support"
    assert "escalate, Critical, Security" in harm.why


def test_a_question_names_the_records_that_bear_on_it() -> None:
    facts = unknown("Vale Foods", bug_confirmed=fact("unknown", "project_tracker/DEV-1"))
    ours = next(one for one in open_questions(case(facts, records("Vale Foods"))).questions if one.name == "ours")
    assert ours.bearing == ("project_tracker/DEV-1",)


def test_the_impact_can_be_answered_for_each_account() -> None:
    names = ("Vale Foods", "Harbour Mills")
    one = case(unknown(*names), records(*names, **BIG))
    impact = next(question for question in open_questions(one).questions if question.name == "impact")
    first, second = for_each_account(impact, one)
    assert (first.name, first.text) == ("impact-1", "What can Vale Foods not do?")
    given = [PersonAnswer(name=name, answer=value, by="Ada", at=NOW)
             for name, value in (first.choices[0].sets[0], second.none.sets[0])]  # fmt: skip
    stated = with_answers(unknown(*names), given)
    assert [account.impact for account in stated.affected] == ["blocked", "inconvenienced"]
    assert stated.major_function_broken.answer == "yes"


def test_an_answer_is_a_record_of_ours_and_the_fact_cites_it() -> None:
    given = PersonAnswer(name="bug_confirmed", answer="yes", by="Ada", at=NOW)
    stated = with_answers(unknown("Vale Foods", bug_confirmed=fact("unknown", "project_tracker/DEV-1")), [given])
    assert stated.bug_confirmed.cites == ["project_tracker/DEV-1", "answers/bug_confirmed"]
    assert stated.bug_confirmed.why == "we reproduced it, or the tracker accepts it as a defect, as Ada answered"
    found = records("Vale Foods")
    found.ledger.put(given.record())
    assert found.by_us(given.record())
    assert found.at(given.record()) is None


def test_an_answer_of_unknown_leaves_the_fact_as_it_is() -> None:
    given = PersonAnswer(name="bug_confirmed", answer="unknown", by="Ada", at=NOW)
    assert with_answers(unknown("Vale Foods"), [given]) == unknown("Vale Foods")


def test_a_wish_stops_counting_the_windows_that_the_policy_gives_it_none_of() -> None:
    asked, found = interview(says(("feature_gap", "yes")), "Vale Foods", sla={"first_response_h": 1, "update_h": 1})
    assert "others" in asked
    assert found == ("handle_in_support", "-", "-")


def test_every_name_that_can_be_answered_has_its_values_and_every_topic_can_be() -> None:
    assert all(possible(name) for name in answerable() if name != "case")
    assert possible("impact-2") == possible("impact")
    assert possible("fax") == possible("impact-x") == ()
    for topic in TOPICS:
        assert all(value in possible(name) for _, name, value in topic.choices)
        assert all(value in possible(name) for name, value in topic.no.items())


def test_an_unknown_impact_is_never_taken_for_none() -> None:
    one = case(unknown("Vale Foods", bug_confirmed=fact("yes", "project_tracker/DEV-1")), records("Vale Foods", **BIG))
    assert decide(one).firing("S6").state == "unknown"
    two = case(unknown("Vale Foods", "Harbour Mills"), records("Vale Foods", "Harbour Mills", **BIG))
    assert decide(two).firing("S4").state == "unknown"
    spared = replace(two, affected=tuple(replace(one, impact="inconvenienced") for one in two.affected))
    assert decide(spared).firing("S4").state == "no"
