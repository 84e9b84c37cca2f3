"""The review by rule id: a sound brief passes, and each fault brings its own finding."""

from typing import Any, Literal

import pytest
from tests.customer_escalation.casebook import NOW, fact, policy
from tests.customer_escalation.drafts import (
    BUG,
    BUG_COMMENT,
    T1,
    T1M1,
    T1M2,
    T1M3,
    escalation,
    facts,
    handling,
    records,
    said,
)  # fmt: skip
from tests.requirements import requirement

from customer_escalation.cases.session import Casework
from customer_escalation.domain.brief import EscalationDraft, Figure, HandlingDraft
from customer_escalation.domain.facts import Assessment
from customer_escalation.review import WITHHELD, Review, review_draft, withhold_unsupported
from customer_escalation.review.check import Context


def reviewed(changes: dict[str, Any] | None = None, **fact_changes: Any) -> Review:
    work = Casework(records(), policy(), NOW)
    assert work.assess(Assessment.model_validate(facts(**fact_changes))) == []
    return work.submit(EscalationDraft.model_validate(escalation(**(changes or {}))))


def found(review: Review, rule: str, where: str = "") -> bool:
    return any(finding.rule == rule and finding.where.startswith(where) for finding in review.findings)


def repro(**changes: Any) -> dict[str, Any]:
    return {"reproduction": {**escalation()["reproduction"], **changes}}


def test_a_sound_brief_has_no_finding() -> None:
    assert reviewed().findings == ()


@pytest.mark.parametrize(
    ("rule", "where", "changes"),
    [
        ("G1", "description[0]", {"description": [said("It stops with E-99.", T1M1), *escalation()["description"][1:]]}),
        ("G1", "description[1]", {"description": [escalation()["description"][0], said("It stops after 4,000 rows.", T1M3),
                                                  escalation()["description"][2]]}),
        ("G1", "risk[0]", {"risk": [said("They will leave.", "support_platform/T-999-m1")]}),
        ("G1", "expectation[0]", {"expectation": [said("They want it by Friday at noon.")]}),
        ("G1", "workflow_impact[0]", {"workflow_impact": [said("The root cause is the batch limit.", T1M1)]}),
        ("B2", "asks[0]", {"asks": [{"owner": "Engineering", "text": "Please have a look.", "cites": []}]}),
        ("B2", "asks[0]", {"asks": [{"owner": "Engineering", "text": "Approve a credit.", "cites": []}]}),
        ("B2", "asks", {"asks": [{"owner": "Product", "text": "Decide on the limit.", "cites": []}]}),
        ("B3", "deadlines[0]", {"deadlines": [{"by": "2026-03-01", "what": "a fix", "basis": "proposed", "cites": []}]}),
        ("B3", "deadlines[0]", {"deadlines": [{"by": "soon", "what": "a fix", "basis": "proposed", "cites": []}]}),
        ("B3", "deadlines[0]", {"deadlines": [{"by": "2026-03-20", "what": "a fix", "basis": "sla", "cites": []}]}),
        ("B4", "description", {"description": escalation()["description"][:2]}),
        ("B4", "expectation", {"expectation": []}),
        ("B4", "tried[0]", {"tried": [{"action": "It was run twice.", "result": "", "cites": [T1M3]}]}),
        ("B6", "related", {"related": [], "description": [*escalation()["description"][:2],
                                                          said("The cause is not known.", kind="inference")],
                           "asks": [{"owner": "Engineering", "text": "Investigate the cause.", "cites": []}]}),
        ("R1", "", repro(start="")),
        ("R2", "", repro(steps=[said("Try to open Sync.", T1M2)])),
        ("R3", "", repro(steps=[said("Open Sync.")])),
        ("R3", "", repro(actual="The sync finishes.")),
        ("R4", "", repro(environment="")),
        ("R5", "", repro(frequency="It happens.")),
        ("R7", "", repro(ruled_out="")),
        ("T2", "", repro(steps=[])),
        ("T2", "", repro(status="not_reproduced")),
        ("P2", "", {"customer_reply": "Your account of $150,000 matters to us."}),
        ("P2", "", {"customer_reply": "Bell & Oak see the same."}),
        ("P2", "customer_reply", {"customer_reply": "It will be fixed by Friday."}),
        ("P2", "status_update", {"status_update": "It will be fixed by Friday."}),
        ("P2", "customer_reply", {"customer_reply": "We suspect the batch limit."}),
        ("P2", "customer_reply", {"customer_reply": "Wir haben das Problem gesehen und die Technik ist an der Arbeit. Sie "
                                                    "hören von uns, sobald wir es wissen, und das ist nicht lange hin."}),
    ],
)  # fmt: skip
@requirement(argument="rule")
def test_each_fault_is_found_under_its_rule(rule: str, where: str, changes: dict[str, Any]) -> None:
    assert found(reviewed(changes), rule, where)


def test_not_reproduced_is_a_good_answer() -> None:
    review = reviewed(repro(status="not_reproduced", steps=[], start=""))
    assert not [finding for finding in review.findings if finding.rule[0] in "RT"]


@requirement("T4")
def test_t4_security_needs_the_containment() -> None:
    security = {"level": "exposure_or_breach", "cites": [T1M1], "why": ""}
    asks = [{"owner": "Security", "text": "Investigate what was exposed.", "cites": []}]
    assert found(reviewed({"asks": asks}, security=security), "T4")
    none = [said("No containment is recorded.", kind="inference")]
    assert not found(reviewed({"asks": asks, "containment": none}, security=security), "T4")


@requirement("T3")
def test_t3_product_needs_the_competitive_pressure() -> None:
    changes = {"bug_confirmed": fact(), "code_change_needed": fact(), "feature_gap": fact("yes", T1M1),
               "beyond_support": fact("yes", T1M2)}  # fmt: skip
    asks = [{"owner": "Product", "text": "Decide on the batch limit.", "cites": []}]
    assert found(reviewed({"asks": asks}, **changes), "T3")


@pytest.mark.parametrize(("level", "warned"), [("L1", True), ("L2", False), ("", False)])
@requirement("T6")
def test_t6_an_l1_author_is_reminded_of_l2(level: Literal["", "L1", "L2"], warned: bool) -> None:
    work = Casework(records(), policy(), NOW, context=Context(author_level=level))
    work.assess(Assessment.model_validate(facts()))
    assert found(work.submit(EscalationDraft.model_validate(escalation())), "T6") is warned
    work.assess(Assessment.model_validate(facts(production_stopped=fact("yes", T1M2))))
    assert not found(work.submit(EscalationDraft.model_validate(escalation())), "T6")


@requirement("G3")
def test_g3_an_unread_connector_must_be_named() -> None:
    for gaps in ((), ("crm",)):
        work = Casework(records(), policy(), NOW, context=Context(unread=("crm",), gaps=gaps))
        work.assess(Assessment.model_validate(facts()))
        assert found(work.submit(EscalationDraft.model_validate(escalation())), "G3") is not bool(gaps)


@pytest.mark.parametrize(
    ("target", "facts_changed", "owner"),
    [
        ("T1", {"bug_confirmed": fact(), "code_change_needed": fact(), "beyond_support": fact("yes", T1M2)}, "L2 Support"),
        ("T5", {"executive_requested": fact("yes", T1M1), "open_ask": "decision"}, "Leadership"),
        ("T2", {}, "Engineering"),
    ],
)  # fmt: skip
@requirement(argument="target")
def test_a_team_that_gets_no_step_is_told_so(target: str, facts_changed: dict[str, Any], owner: str) -> None:
    ask = {"owner": owner, "text": "Provide an answer.", "cites": []}
    changes = {"asks": [ask], "tried": [], **repro(status="not_reproduced", steps=[], start="")}
    assert found(reviewed(changes, **facts_changed), target, "tried")
    assert not found(reviewed({**changes, "tried": escalation()["tried"]}, **facts_changed), target, "tried")


@requirement("R6")
def test_r6_an_actual_without_any_evidence_is_noticed() -> None:
    assert found(reviewed(repro(actual="It does not finish.")), "R6")


@requirement("B1")
def test_b1_an_unknown_impact_says_how_to_find_out() -> None:
    work = Casework(records(), policy(), NOW)
    work.assess(Assessment.model_validate(facts()))
    bare = Figure(ref="figures/arr", label="ARR", text="unknown", inputs=())
    work.figures["figures/arr"] = bare
    assert found(work.submit(EscalationDraft.model_validate(escalation())), "B1")
    work.figures["figures/arr"] = bare.model_copy(update={"text": "unknown; ask the account owner"})
    assert not found(work.submit(EscalationDraft.model_validate(escalation())), "B1")
    del work.figures["figures/arr"]
    assert found(work.submit(EscalationDraft.model_validate(escalation())), "B1")


@requirement("B5")
def test_b5_an_update_without_a_time_is_noticed() -> None:
    work = Casework(records(), policy(), NOW)
    work.assess(Assessment.model_validate(facts()))
    del work.figures["figures/customer_update"]
    assert found(work.submit(EscalationDraft.model_validate(escalation())), "B5")


def test_a_cited_ticket_is_completed_with_the_message_that_holds_the_atom() -> None:
    review = reviewed(
        {"expectation": [said("They need it before their audit on 2026-03-20.", T1, kind="customer_claim")]}
    )
    assert review.findings == ()
    assert isinstance(review.draft, EscalationDraft)
    assert review.draft.expectation[0].cites == [T1, T1M1]


def test_a_computed_count_may_stand_in_any_sentence_and_gets_its_citation() -> None:
    changes = {
        "revenue_note": [said("The $150,000 is exposure; nobody has spoken of leaving.", T1M1, kind="inference")]
    }
    review = reviewed(changes)
    assert review.findings == ()
    assert isinstance(review.draft, EscalationDraft)
    assert "figures/arr" in review.draft.revenue_note[0].cites


def test_a_bare_id_is_taken_for_the_record_that_has_it() -> None:
    review = reviewed({"risk": [said("The audit makes a further escalation likely.", "T-101-m1", kind="inference")]})
    assert isinstance(review.draft, EscalationDraft)
    assert review.draft.risk[0].cites == [T1M1]


def test_a_proposal_sets_its_own_times_and_numbers_but_not_names() -> None:
    fine = {"support_now": [said("Write to the customer again in 3 hours.", kind="proposed")]}
    wrong = {"support_now": [said("Ask Marguerite Delacroix about it.", kind="proposed")]}
    assert reviewed(fine).findings == ()
    assert found(reviewed(wrong), "G1", "support_now")


def test_after_the_last_repair_an_unsupported_sentence_is_withheld() -> None:
    review = reviewed({"risk": [said("They lose 77,000 dollars an hour.", T1M1), *escalation()["risk"]]})
    draft = withhold_unsupported(review)
    assert isinstance(draft, EscalationDraft)
    assert draft.risk[0].text == WITHHELD
    assert draft.risk[1].text == escalation()["risk"][0]["text"]


@pytest.mark.parametrize(
    ("changes", "where"),
    [
        ({"summary": "Sync of 77,000 rows stops for Harrow Mills"}, "summary"),
        (
            {"tried": [{"action": "Marguerite ran it 77,000 times.", "result": "No change.", "cites": [T1M3]}]},
            "tried[0]",
        ),
        (repro(actual="It stops with E-99."), "reproduction.actual"),
        (repro(steps=[said("Open Sync on port 7700.", T1M2)]), "reproduction.steps[0]"),
        ({"asks": [{"owner": "Engineering", "text": "Fix E-99 in Reykjavik.", "cites": [BUG]}]}, "asks[0]"),
        (
            {"deadlines": [{"by": "2026-03-27", "what": "the audit of E-99", "basis": "record", "cites": [T1M1]}]},
            "deadlines[0]",
        ),
        ({"related": [{"ref": BUG, "note": "E-99 in Reykjavik"}]}, "related[0].note"),
        (
            {"unknowns": [{"what": "Whether E-99 matters.", "how_to_find_out": "Ask Marguerite Delacroix."}]},
            "unknowns[0]",
        ),
    ],
)
def test_nothing_unsupported_is_left_anywhere_after_the_last_repair(changes: dict[str, Any], where: str) -> None:
    review = reviewed(changes)
    assert found(review, "G1", where)
    draft = withhold_unsupported(review)
    again = review_draft(draft, *checked_against())
    assert not [finding for finding in again.findings if finding.rule == "G1" and finding.level == "H"]
    for word in ("77,000", "E-99", "7700", "Reykjavik", "Marguerite"):
        assert word not in draft.model_dump_json()


def checked_against() -> Any:
    work = Casework(records(), policy(), NOW)
    work.assess(Assessment.model_validate(facts()))
    return work.case, work.decision, work.figures


def test_a_handling_note_is_checked_too() -> None:
    work = Casework(records(), policy(), NOW)
    work.assess(Assessment.model_validate(facts(documented_solution=fact("yes", "knowledge_base/K-3"))))
    assert work.submit(HandlingDraft.model_validate(handling())).findings == ()
    review = work.submit(HandlingDraft.model_validate(handling(would_change=[], steps=[])))
    assert {finding.where for finding in review.hard} == {"would_change", "steps"}


def test_figures_name_the_records_that_they_were_computed_from() -> None:
    work = Casework(records(), policy(), NOW)
    work.assess(Assessment.model_validate(facts()))
    figure = work.figures["figures/arr"]
    assert figure == Figure(
        ref="figures/arr", label="ARR of the affected accounts",
        text="$150,000 ARR, Harrow Mills (renewal 2026-12-31)", inputs=("crm/A-1",),
    )  # fmt: skip
    assert work.figures["figures/queue"].text == "4 h since the first report (2026-03-04 08:00 UTC)"
    assert {BUG, BUG_COMMENT} <= set(work.evidence.ledger.records)


@requirement("G2")
@pytest.mark.parametrize(
    ("record", "warned"),
    [
        ({"ref": "cloud_storage/F-1", "kind": "file", "id": "F-1", "name": "Contract.pdf"}, False),
        ({"ref": "email/M-1", "kind": "mail", "id": "M-1", "subject": "Our terms"}, True),
    ],
)
def test_g2_a_contract_is_no_customers_message_and_a_mail_may_be(record: dict[str, Any], warned: bool) -> None:
    work = Casework(records(), policy(), NOW)
    work.evidence.ledger.add({"record": {**record, "text": "The nightly sync has to run every day."}})
    assert work.assess(Assessment.model_validate(facts())) == []
    risk = [said("The nightly sync has to run every day.", record["ref"])]
    assert found(work.submit(EscalationDraft.model_validate(escalation(risk=risk))), "G2", "risk[0]") is warned


@requirement("G2")
def test_g2_a_return_after_a_fix_shows_both_sides() -> None:
    back = fact("yes", T1M3, T1M1)
    conflict = [said("An agent looked into it, and the customer reports that it stops with E-77.", T1M3, T1M1)]
    assert found(reviewed(recurred_after_fix=back), "G2", "conflicts")
    assert not found(reviewed({"conflicts": conflict}, recurred_after_fix=back), "G2", "conflicts")
    assert not found(reviewed(), "G2", "conflicts")
