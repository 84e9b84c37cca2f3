"""What a verifier is shown of a draft, and what its verdicts are worth."""

from typing import Any

import pytest
from tests.customer_escalation.casebook import NOW, policy
from tests.customer_escalation.drafts import BUG_COMMENT, T1, T1M1, T1M2, T1M3, escalation, facts, records, reply, said
from tests.requirements import requirement

from customer_escalation.decision.figures import build_case
from customer_escalation.decision.rules import decide
from customer_escalation.domain.draft import EscalationDraft
from customer_escalation.domain.facts import Assessment
from customer_escalation.review import Review, view_of, withhold_unsupported
from customer_escalation.review.check import ReviewContext
from customer_escalation.review.verification import (
    MOST_CHARACTERS,
    Exhibit,
    Verdict,
    exhibits,
    findings_of,
    is_shown,
    unsettled,
    verdict_of,
)

RECORDS = (
    (
        "support_platform/T-101-m2",
        "message, written by one of us\nstatus: open\nReproduced on the test account; it stops with E-77.",
    ),
)
SHOWN = Exhibit("description", 1, "It was never reproduced.", RECORDS)
CONTESTED = Verdict("contradicted", "support_platform/T-101-m2", "Reproduced on the test account", "it was reproduced")


def shown(**changes: Any) -> list[Exhibit]:
    """The exhibits of the sample draft with changes."""
    case, figures = build_case(Assessment.model_validate(facts()), records(), policy(), NOW)
    draft = EscalationDraft.model_validate(escalation(**changes))
    return exhibits(view_of(draft, case, decide(case), figures, ReviewContext()))


def at(where: str, **changes: Any) -> list[Exhibit]:
    """Those of one text."""
    return [one for one in shown(**changes) if one.where == where]


def test_a_statement_is_shown_with_the_records_that_it_cites_and_their_heads_alone() -> None:
    [one] = at("description", description=said("Agent Kim has reproduced it on the test account.", T1M2))
    assert one.text == "Agent Kim has reproduced it on the test account."
    assert [ref for ref, _ in one.records] == [T1M2, T1]
    assert one.all_shown
    assert "written by one of us" in one.records[0][1]


def test_a_cited_ticket_comes_with_all_its_messages() -> None:
    [one] = at("description", description=said("The ticket of Harrow Mills is open since March.", T1))
    assert [ref for ref, _ in one.records] == [T1, T1M1, T1M2, T1M3]


def test_nothing_of_the_draft_is_shown() -> None:
    [one] = at("description", description=said("Agent Kim has reproduced it on the test account.", T1M2))
    assert set(one.asked) == {"statement", "records"}


def test_a_statement_that_sums_up_is_shown_what_is_nearest_and_can_only_be_contradicted() -> None:
    found = at(
        "opening", opening="The nightly sync of Harrow Mills stops early and nobody has lowered the batch limit."
    )
    assert found
    assert BUG_COMMENT in [ref for one in found for ref, _ in one.records]
    assert not any(one.all_shown for one in found)


def test_what_ought_to_be_is_not_shown() -> None:
    texts = [one.text for one in shown()]
    assert not any(text.startswith("Expected") for text in texts)


def test_texts_for_customers_and_for_the_sender_are_shown_too() -> None:
    found = shown(
        drafts=[reply("Dear all, your nightly sync has been repaired since yesterday.")],
        sender=said("They did not ask before.", T1M1),
    )
    places = {one.where for one in found}
    assert {"drafts[0].text", "sender"} <= places
    customer = next(one for one in found if one.where == "drafts[0].text")
    assert {ref.partition("/")[0] for ref, _ in customer.records} == {"support_platform", "brief"}
    assert "crm" not in str(customer.asked)


@pytest.mark.parametrize(
    ("text", "shown_at_all"),
    [("P-55 is closed.", True), ("お客様にはまだ案内していません。", True), ("Feature request.", False)],
)
def test_a_label_is_no_statement_in_any_script(text: str, shown_at_all: bool) -> None:
    assert bool(at("description", description=said(text, T1M2))) is shown_at_all


def test_what_code_doubts_is_read_first() -> None:
    doubtful = said("Engineers praised 3 colourful holidays with the board.", T1M2)
    found = shown(description=f"{said('Agent Kim has reproduced it on the test account.', T1M2)}\n{doubtful}")
    assert found[0].suspected
    assert "holiday" in found[0].text


def test_the_same_statement_on_the_same_records_has_one_key_wherever_it_stands() -> None:
    other = Exhibit("tried", 4, SHOWN.text, SHOWN.records)
    assert other.key == SHOWN.key
    assert Exhibit("tried", 4, SHOWN.text, ()).key != SHOWN.key


def test_a_record_is_shown_up_to_a_bound() -> None:
    assert all(len(text) <= MOST_CHARACTERS for one in shown() for _, text in one.records)


@pytest.mark.parametrize(
    ("ref", "words", "stands"),
    [
        ("support_platform/T-101-m2", "Reproduced on the test account", True),
        ("T-101-m2", "“reproduced on the  test account”.", True),
        ("support_platform/T-101-m2", "open", True),  # the whole value of a field
        ("support_platform/T-101-m2", "test", False),
        ("support_platform/T-101-m2", "not reproduced", False),
        ("support_platform/T-101-m2", "", False),
        ("support_platform/T-9", "Reproduced on the test account", False),
    ],
)
def test_words_count_where_they_stand_in_the_record_that_is_named(ref: str, words: str, stands: bool) -> None:
    assert is_shown(Verdict("contradicted", ref, words, ""), SHOWN) is stands


@requirement("G5")
def test_what_is_contested_and_shown_goes_back_with_the_words() -> None:
    [finding] = findings_of([SHOWN], {SHOWN.key: CONTESTED}, policy())
    assert (finding.rule, finding.level, finding.where, finding.sentence) == ("G5", "H", "description", 1)
    assert "Reproduced on the test account" in finding.message
    assert SHOWN.text in finding.message


@pytest.mark.parametrize(
    "verdict",
    [
        Verdict("supported", "support_platform/T-101-m2", "Reproduced on the test account", ""),
        Verdict("contradicted", "support_platform/T-101-m2", "It was never seen", ""),
    ],
)
def test_what_is_supported_or_not_shown_by_the_records_words_does_not(verdict: Verdict) -> None:
    assert findings_of([SHOWN], {SHOWN.key: verdict}, policy()) == []


def test_what_is_contested_without_words_that_stand_is_counted_as_not_known() -> None:
    invented = Verdict("not_shown", "support_platform/T-101-m2", "It was never seen", "")
    assert unsettled([SHOWN], {SHOWN.key: invented}) == 1
    assert unsettled([SHOWN], {SHOWN.key: CONTESTED}) == 0


def test_of_records_that_are_not_all_what_is_not_shown_is_a_warning() -> None:
    part = Exhibit("opening", 0, SHOWN.text, SHOWN.records, all_shown=False)
    silent = Verdict("not_shown", "support_platform/T-101-m2", "Reproduced on the test account", "")
    assert [one.level for one in findings_of([part], {part.key: silent}, policy())] == ["W"]
    assert [one.level for one in findings_of([part], {part.key: CONTESTED}, policy())] == ["H"]


def test_the_policy_sets_the_level() -> None:
    for level, levels in (("W", ["W"]), ("off", [])):
        changed = policy().model_copy(update={"levels": {"G5": level}})
        assert [one.level for one in findings_of([SHOWN], {SHOWN.key: CONTESTED}, changed)] == levels


@pytest.mark.parametrize("given", [{}, {"answer": "true"}, {"answer": None, "ref": "x"}, {"answer": ["supported"]}])
def test_an_answer_that_is_none_is_no_verdict(given: dict[str, Any]) -> None:
    assert verdict_of(given) is None


def test_a_sentence_that_stays_contested_is_withheld() -> None:
    text = "It was never reproduced by anybody here."
    draft = EscalationDraft.model_validate(escalation(description=said(text, T1M2)))
    one = Exhibit("description", 0, text, RECORDS)
    [finding] = findings_of([one], {one.key: CONTESTED}, policy())
    kept = withhold_unsupported(Review(draft, (finding,)))
    assert "never reproduced" not in kept.model_dump_json()
