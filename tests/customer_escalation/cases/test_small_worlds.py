"""Small worlds on which an earlier drafter was sure of what it did not know: what is told of each now."""

import pytest
from tests.customer_escalation.casebook import NOW, account, article, chat, evidence, issue, message, ticket
from tests.customer_escalation.drafting.records import NOTHING_HEAVY, drafted

from customer_escalation.decision.answers import PersonAnswer
from customer_escalation.domain.evidence import Evidence
from customer_escalation.domain.outcomes import Outcome, Severity, Target
from customer_escalation.retrieval.relevance import find_issue
from customer_escalation.retrieval.relevance.issue import alike

AT = "2026-03-04T09:00:00Z"


def world(customer: str, subject: str, text: str, *more: dict[str, object]) -> Evidence:
    """One open ticket of one customer."""
    first = ticket("T-1", customer, AT, message("T-1", 1, AT, "customer", text, "kim"), subject=subject)
    return evidence(first, account("A-1", customer), *more)


@pytest.mark.parametrize(
    ("customer", "request_", "subject", "text"),
    [
        ("Ash Works", "Ash Works: appointments gone since the update", "Appointments", "All appointments are gone since the update."),
        ("Yew Ltd", "Yew Ltd chart colours are wrong", "Wrong colour", "The colours are wrong, the report is completely unusable!"),
        ("Oakley Ltd", "Oakley Ltd test environment", "Staging", "Our test environment is completely down, production is fine."),
        ("Sorrel Ltd", "Sorrel Ltd personal data public", "Data public", "We told the authority of it under article 33."),
        ("Thyme Ltd", "Thyme Ltd ordinary users get all password hashes", "Bypass", "A demo account gets the password hashes of all."),
        ("东方制造", "东方制造升级后订单数据丢失", "数据丢失", "升级后订单数据全部丢失，生产系统停止运行。"),
        ("南斗精機", "南斗精機で受注データが消えた", "データ消失", "更新後に受注データがすべて消えました。"),
    ],
)  # fmt: skip
def test_the_ticket_is_found_and_nothing_is_decided_on_its_words(
    customer: str, request_: str, subject: str, text: str
) -> None:
    records = world(customer, subject, text)
    assert [one.id for one in find_issue(request_, records, NOW).tickets] == ["T-1"]
    _, decision, draft, casework = drafted(records, request_)
    assert decision.outcome == Outcome.HANDLE
    assert {"escalate, Critical, Engineering", "escalate, Critical, Security", "handle in support"} <= set(
        casework.may_be
    )
    assert text in draft.model_dump_json()


def test_one_answer_makes_it_what_it_is() -> None:
    records = world("Ash Works", "Appointments", "All appointments are gone.")
    decision = drafted(records, "T-1", **{**NOTHING_HEAVY, "data_harmed": "yes"})[1]
    assert (decision.outcome, decision.severity, decision.target) == (
        Outcome.ESCALATE,
        Severity.CRITICAL,
        Target.ENGINEERING,
    )
    records = world("Thyme Ltd", "Bypass", "A demo account gets the password hashes of all.")
    decision = drafted(records, "T-1", security="exposure_or_breach", pr_or_legal_risk="yes")[1]
    assert (decision.severity, decision.target) == (Severity.CRITICAL, Target.SECURITY)
    assert Target.LEADERSHIP in decision.also_notify


def test_an_article_of_the_same_error_code_is_named_and_an_open_defect_does_not_override_it() -> None:
    more = (issue("DEV-4", "Import fails with E_4711", "open", "2026-02-01T09:00:00Z"),
            article("G-4", "Import fails with E_4711", "Set the delimiter to semicolon; all rows arrive."))  # fmt: skip
    records = world("Cedrus AG", "Import fails", "The import fails with E_4711.", *more)
    _, decision, _, casework = drafted(records, "Cedrus AG import fails")
    assert "handle in support" in casework.may_be
    support = next(one for one in casework.questions if one.name == "support")
    assert support.bearing == ("knowledge_base/G-4",)
    records = world("Cedrus AG", "Import fails", "The import fails with E_4711.", *more)
    _, decision, draft, casework = drafted(records, "T-1", **NOTHING_HEAVY, documented_solution="yes")
    assert (decision.outcome, casework.questions) == (Outcome.HANDLE, ())
    assert "delimiter to semicolon" in draft.model_dump_json()


def test_two_tickets_that_a_colleague_joins_are_two_accounts_when_a_person_has_read_it() -> None:
    other = ticket("T-2", "Hazel Ltd", AT, subject="Sign-in stuck")
    said = chat("C-1", AT, "T-1 and T-2 are the same thing.")
    records = world("Gorse Ltd", "Login broken", "Nobody can log in.", other, account("A-2", "Hazel Ltd"), said)
    assert [one.id for one in alike(find_issue("Gorse Ltd nobody can log in", records, NOW))] == ["T-2"]
    records.ledger.put(PersonAnswer(name="case", answer="T-1 T-2", by="Ada", at=NOW).record())
    stated = drafted(records, "Gorse Ltd nobody can log in")[0]
    assert [one.account for one in stated.affected] == ["Gorse Ltd", "Hazel Ltd"]


def test_a_wish_in_the_tracker_that_shares_words_is_named_beside_the_question() -> None:
    item = {
        **issue("PROD-1", "Allow a higher limit per organization", "open", "2026-02-01T09:00:00Z"),
        "type": "feature",
    }
    records = world("Pinus Ltd", "Raise the limit", "Please file a request for a limit per organization.", item)
    _, _, _, casework = drafted(records, "Pinus Ltd asks for a higher limit")
    others = next(one for one in casework.questions if one.name == "others")
    assert "project_tracker/PROD-1" in others.bearing
    assert "escalate, Medium, Product" in [choice.decides for choice in others.choices]
