"""What only language can tell of a text for a customer: a model reads it whole, and its answer counts by the words it shows."""

from pathlib import Path
from typing import Any

import pytest
from tests.customer_escalation.cases.test_verifier import Desk, exhibit, in_force
from tests.messages_api import Fault, MessagesServer, text, use

from customer_escalation.cases.verifier import NoVerifier, Verified, as_shown
from customer_escalation.review.customer_texts.questions import KINDS, TextQuestion
from customer_escalation.review.customer_texts.questions import unread as unread_text

RECORDS = (("support_platform/T-1-m1", "message, written by the customer\nThe sync stops."),)
QUESTION = TextQuestion("drafts[0].text", "Ihr Abgleich läuft ab Freitag wieder. Wir arbeiten daran.", RECORDS)
PROMISE = {"kind": "promise", "words": "läuft ab Freitag wieder", "why": "nobody set a day"}


async def read(folder: Path, *faults: dict[str, Any], question: TextQuestion = QUESTION, **changes: Any) -> Verified:
    """What comes of one text when a model names these faults."""
    with MessagesServer([], reading=[(use("reading", faults=list(faults)),)]) as api:
        [found] = await Desk(api, folder).verify([question], in_force(**changes))
    return found


async def test_a_fault_whose_words_stand_in_the_text_stops_it(tmp_path: Path) -> None:
    [finding] = (await read(tmp_path, PROMISE)).findings
    assert (finding.rule, finding.level, finding.where) == ("P2", "H", "drafts[0].text")
    assert "läuft ab Freitag wieder" in finding.message
    assert "nobody set a day" in finding.message


async def test_a_text_without_a_fault_is_read_and_nothing_is_said(tmp_path: Path) -> None:
    found = await read(tmp_path)
    assert (found.findings, found.summary.read, found.summary.unread) == ((), 1, 0)


async def test_a_fault_that_the_text_does_not_hold_counts_for_nothing_and_is_owned_to(tmp_path: Path) -> None:
    found = await read(tmp_path, {**PROMISE, "words": "Sie erhalten eine Gutschrift"})
    assert (found.findings, found.summary.unread) == ((), 1)


async def test_confirmation_is_asked_about_on_a_case_of_securitys_alone(tmp_path: Path) -> None:
    fault = {"kind": "confirmation", "words": "Wir arbeiten daran", "why": ""}
    assert (await read(tmp_path / "a", fault)).findings == ()
    asked = TextQuestion(QUESTION.where, QUESTION.text, RECORDS, KINDS)
    [finding] = (await read(tmp_path / "b", fault, question=asked)).findings
    assert "Security" in finding.message


async def test_a_text_goes_in_one_call_with_its_own_instructions_beside_statements(tmp_path: Path) -> None:
    with MessagesServer([]) as api:
        [found] = await Desk(api, tmp_path).verify([QUESTION, exhibit(1)], in_force())
    assert (found.summary.read, len(api.texts), len(api.statements)) == (2, 1, 1)
    [seen] = api.texts
    assert seen.body["messages"][0]["content"][0]["text"] == as_shown(QUESTION)
    assert seen.body["system"] != api.statements[0].body["system"]


async def test_a_resumed_run_pays_for_no_text_twice_and_says_the_same(tmp_path: Path) -> None:
    with MessagesServer([], reading=[(use("reading", faults=[PROMISE]),)]) as api:
        [first] = await Desk(api, tmp_path).verify([QUESTION], in_force())
        [second] = await Desk(api, tmp_path).verify([QUESTION], in_force())
        assert len(api.texts) == 1
    assert first.findings == second.findings


@pytest.mark.parametrize(
    "answer", [(text("I cannot say."),), (use("reading", faults="none"),), Fault("status", 500, "api_error")]
)
async def test_a_text_that_nobody_could_read_has_a_warning_that_says_so(tmp_path: Path, answer: Any) -> None:
    with MessagesServer([], reading=[answer]) as api:
        [found] = await Desk(api, tmp_path).verify([QUESTION], in_force())
    assert found.findings == (unread_text(QUESTION.where),)
    assert found.summary.unread == 1


async def test_without_a_model_one_warning_stands_for_all_texts() -> None:
    found = await NoVerifier().verify([QUESTION, QUESTION, exhibit(1)], in_force())
    assert found.findings == (unread_text(""),)
    assert found.findings[0].level == "W"
    assert (await NoVerifier().verify([exhibit(1)], in_force())).findings == ()


async def test_an_organisation_that_wants_no_second_reader_is_not_told_of_it_in_every_brief() -> None:
    assert (await NoVerifier().verify([QUESTION], in_force(enabled=False))).findings == ()


async def test_a_policy_that_makes_the_rule_a_warning_makes_one_of_it(tmp_path: Path) -> None:
    mild = in_force().model_copy(update={"levels": {"P2": "W"}})
    with MessagesServer([], reading=[(use("reading", faults=[PROMISE]),)]) as api:
        [found] = await Desk(api, tmp_path).verify([QUESTION], mild)
    assert [one.level for one in found.findings] == ["W"]
