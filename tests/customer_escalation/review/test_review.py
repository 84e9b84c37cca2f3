"""The review by rule id: a sound brief passes, and each fault brings its own finding."""

from typing import Any, Literal

import pytest
from tests.customer_escalation.casebook import NOW, chat, evidence, fact, message, policy
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
    reply,
    said,
)  # fmt: skip
from tests.requirements import requirement

from customer_escalation.cases.session import Casework
from customer_escalation.domain.brief import EscalationDraft, Figure, HandlingDraft
from customer_escalation.domain.facts import Assessment
from customer_escalation.review import WITHHELD, Review, review_draft, withhold_unsupported
from customer_escalation.review.check import ReviewContext


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


DESCRIPTION = escalation()["description"]


@pytest.mark.parametrize(
    ("rule", "where", "changes"),
    [
        ("G1", "description", {"description": DESCRIPTION.replace("E-77", "E-99")}),
        ("G1", "description", {"description": f"{DESCRIPTION} {said('It stops after 9,400 rows.', T1M3)}"}),
        ("G1", "risk", {"risk": said("They will leave.", "support_platform/T-999-m1")}),
        ("G1", "expectation", {"expectation": "They want it by Friday at noon."}),
        ("G1", "workflow_impact", {"workflow_impact": said("The root cause is the batch limit.", T1M1)}),
        ("G1", "context[0].ref", {"context": [{"ref": "project_tracker/P-99", "note": ""}]}),
        ("G2", "description", {"description": DESCRIPTION.replace("The customer reports that the", "The")}),
        ("B0", "opening", {"opening": "Fix it."}),
        ("B2", "asks[0].text", {"asks": [{"owner": "Engineering", "text": "Please have a look."}]}),
        ("B2", "asks[0].text", {"asks": [{"owner": "Engineering", "text": "Approve a credit."}]}),
        ("B2", "asks", {"asks": [{"owner": "Product", "text": "Decide on the limit."}]}),
        ("B3", "deadlines[0].by", {"deadlines": [{"by": "2026-03-01", "what": "a fix", "basis": "proposed"}]}),
        ("B3", "deadlines[0].by", {"deadlines": [{"by": "soon", "what": "a fix", "basis": "proposed"}]}),
        ("G1", "deadlines[0].what", {"deadlines": [{"by": "2026-03-20", "what": "the audit of their parent", "basis": "record"}]}),
        ("B4", "description", {"description": said("An agent reproduced it on the test account.", T1M2)}),
        ("B4", "expectation", {"expectation": ""}),
        ("B4", "summary", {"summary": ""}),
        ("B4", "", {"tried": [said("agent.kim ran it twice, which does not help.", T1M3)] * 480}),
        ("B6", "context", {"context": [], "description": said("It was reproduced. It is looked into. The cause is not known.", T1M3),
                           "asks": [{"owner": "Engineering", "text": "Investigate the cause."}]}),
        ("R1", "", repro(note="")),
        ("R2", "", repro(steps=[said("Try to open Sync.", T1M2)])),
        ("R3", "", repro(steps=["Open Sync."], note="")),
        ("R3", "", repro(actual="The sync finishes, which no record states.")),
        ("R4", "", repro(environment="")),
        ("R5", "", repro(note="")),
        ("T2", "", repro(steps=[])),
        ("P2", "", {"drafts": [reply("Your account of $150,000 matters to us.")]}),
        ("P2", "", {"drafts": [reply("Bell & Oak see the same.")]}),
        ("P2", "drafts[0].text", {"drafts": [reply("It will be fixed by Friday.")]}),
        ("P2", "drafts[1].text", {"drafts": [reply("We are at it."), reply("It will be fixed by Friday.", kind="update")]}),
        ("P2", "drafts[0].text", {"drafts": [reply("We suspect the batch limit.")]}),
        ("P2", "drafts[0].text", {"drafts": [reply("Version 9.9.9 mends it on 2027-01-01, says Marguerite Delacroix.")]}),
        ("P2", "drafts[0].ticket", {"drafts": [reply("We are at it.", "project_tracker/P-55")]}),
        ("P2", "drafts[1].ticket", {"drafts": [reply("We are at it."), reply("We are still at it.")]}),
        ("P2", "drafts[0].text", {"drafts": [reply(
            "Wir haben das Problem gesehen und die Technik ist an der Arbeit. Sie hören von uns, sobald wir es wissen, und das ist "
            "nicht lange hin.")]}),
    ],
)  # fmt: skip
@requirement(argument="rule")
def test_each_fault_is_found_under_its_rule(rule: str, where: str, changes: dict[str, Any]) -> None:
    assert found(reviewed(changes), rule, where)


def test_not_reproduced_is_a_good_answer() -> None:
    review = reviewed(repro(status="not_reproduced", steps=[]))
    assert not [finding for finding in review.findings if finding.rule[0] in "RT"]


@requirement("T4")
def test_t4_security_needs_the_containment() -> None:
    security = {"level": "exposure_or_breach", "cites": [T1M1], "why": ""}
    asks = [{"owner": "Security", "text": "Investigate what was exposed."}]
    assert found(reviewed({"asks": asks}, security=security), "T4")
    none = "No containment is recorded."
    assert not found(reviewed({"asks": asks, "containment": none}, security=security), "T4")


@pytest.mark.parametrize(("level", "warned"), [("L1", True), ("L2", False), ("", False)])
@requirement("T6")
def test_t6_an_l1_author_is_reminded_of_l2(level: Literal["", "L1", "L2"], warned: bool) -> None:
    work = Casework(records(), policy(), NOW, context=ReviewContext(author_level=level))
    work.assess(Assessment.model_validate(facts()))
    assert found(work.submit(EscalationDraft.model_validate(escalation())), "T6") is warned
    work.assess(Assessment.model_validate(facts(production_stopped=fact("yes", T1M2))))
    assert not found(work.submit(EscalationDraft.model_validate(escalation())), "T6")


@requirement("G3")
def test_g3_an_unread_connector_must_be_named() -> None:
    for gaps in ((), ("crm",)):
        work = Casework(records(), policy(), NOW, context=ReviewContext(unread=("crm",), gaps=gaps))
        work.assess(Assessment.model_validate(facts()))
        assert found(work.submit(EscalationDraft.model_validate(escalation())), "G3") is not bool(gaps)


@requirement("T1")
def test_t1_l2_support_is_told_what_was_tried() -> None:
    deeper = {"bug_confirmed": fact(), "code_change_needed": fact(), "beyond_support": fact("yes", T1M2)}
    changes = {"asks": [{"owner": "L2 Support", "text": "Investigate it."}], "tried": []}
    assert found(reviewed(changes, **deeper), "T1", "tried")
    assert not found(reviewed({**changes, "tried": escalation()["tried"]}, **deeper), "T1", "tried")


@requirement("T5")
def test_t5_leadership_is_asked_to_decide() -> None:
    asked = {"executive_requested": fact("yes", T1M1), "open_ask": "decision"}
    plain = {"asks": [{"owner": "Leadership", "text": "Provide an answer."}]}
    assert found(reviewed(plain, **asked), "T5", "asks")
    assert not found(reviewed({"asks": [{"owner": "Leadership", "text": "Decide on the limit."}]}, **asked), "T5")


@requirement("R6")
def test_r6_an_actual_without_the_error_that_its_record_quotes_is_noticed() -> None:
    screen = chat("C-9", "2026-03-04T10:40:00Z", "The screen shows “E-77 limit”.")
    work = Casework(
        evidence(*(record.data for record in records().ledger.records.values()), screen),
        policy(),
        NOW,
    )
    work.assess(Assessment.model_validate(facts()))
    changed = escalation(**repro(actual=said("It does not finish.", "chat/C-9")))
    assert found(work.submit(EscalationDraft.model_validate(changed)), "R6")


@requirement("R7")
def test_r7_a_workaround_that_failed_is_told() -> None:
    assert found(reviewed({"tried": []}), "R7", "tried")


@requirement("B5")
def test_b5_a_customer_who_waits_gets_a_draft() -> None:
    waiting = message("T-101", 4, "2026-03-04T11:45:00Z", "customer", "Any news?")
    work = Casework(
        evidence(*(record.data for record in records().ledger.records.values()), waiting),
        policy(),
        NOW,
    )
    work.assess(Assessment.model_validate(facts()))
    assert found(work.submit(EscalationDraft.model_validate(escalation())), "B5", "drafts")
    answered = escalation(drafts=[reply("We are at it and will write again.")])
    assert not found(work.submit(EscalationDraft.model_validate(answered)), "B5")


@requirement("P2")
def test_p2_no_reply_goes_to_a_closed_ticket() -> None:
    closed = [
        {**record.data, "status": "solved"} if record.ref == T1 else record.data
        for record in records().ledger.records.values()
    ]
    work = Casework(evidence(*closed), policy(), NOW)
    work.assess(Assessment.model_validate(facts()))
    review = work.submit(EscalationDraft.model_validate(escalation(drafts=[reply("We are at it.")])))
    assert found(review, "P2", "drafts[0].ticket")


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


def test_a_tickets_ref_covers_what_its_messages_say() -> None:
    assert reviewed({"expectation": said("They need it before their audit on 2026-03-20.", T1)}).findings == ()


def test_an_atom_that_one_record_alone_holds_gets_its_citation() -> None:
    review = reviewed({"risk": "They need it before their audit on 2026-03-20."})
    assert review.findings == ()
    assert isinstance(review.draft, EscalationDraft)
    assert review.draft.risk == "They need it before their audit on 2026-03-20 [[support_platform/T-101]]."


@pytest.mark.parametrize(("seats", "completed"), [(19, False), (1234, True)])
def test_a_small_number_that_stands_in_another_record_by_chance_gets_no_citation(seats: int, completed: bool) -> None:
    elsewhere = chat("C-9", "2026-03-04T10:40:00Z", f"Bell & Oak have {seats} seats.")
    work = Casework(evidence(*(record.data for record in records().ledger.records.values()), elsewhere), policy(), NOW)
    work.assess(Assessment.model_validate(facts()))
    review = work.submit(EscalationDraft.model_validate(escalation(risk=said(f"They say it is {seats} rows.", T1M1))))
    assert found(review, "G1", "risk") is not completed
    assert ("chat/C-9" in review.draft.model_dump_json()) is completed


def test_a_computed_figure_may_stand_in_any_sentence() -> None:
    assert reviewed({"revenue": "The $150,000 is exposure; nobody has spoken of leaving."}).findings == ()


def test_a_bare_id_is_taken_for_the_record_that_has_it() -> None:
    review = reviewed({"risk": said("They say that the audit makes it urgent.", "T-101-m1")})
    assert isinstance(review.draft, EscalationDraft)
    assert review.draft.risk == said("They say that the audit makes it urgent.", T1M1)


def test_a_proposal_sets_its_own_times_and_numbers_but_not_names() -> None:
    fine = {"before_sending": ["Write to the customer again in 3 hours."]}
    wrong = {"before_sending": ["Ask Marguerite Delacroix about it."]}
    assert reviewed(fine).findings == ()
    assert found(reviewed(wrong), "G1", "before_sending[0]")


def test_after_the_last_repair_an_unsupported_sentence_is_withheld() -> None:
    kept = escalation()["risk"]
    review = reviewed({"risk": f"{said('They lose 77,000 dollars an hour.', T1M1)} {kept}"})
    draft = withhold_unsupported(review)
    assert isinstance(draft, EscalationDraft)
    assert draft.risk == f"{WITHHELD} {kept}"


@pytest.mark.parametrize(
    ("changes", "where"),
    [
        ({"summary": "Sync of 77,000 rows stops for Harrow Mills"}, "summary"),
        ({"tried": [said("Marguerite ran it 77,000 times.", T1M3)]}, "tried[0]"),
        (repro(actual=said("It stops with E-99.", T1M2)), "reproduction.actual"),
        (repro(steps=[said("Open Sync on port 7700.", T1M2)]), "reproduction.steps[0]"),
        ({"asks": [{"owner": "Engineering", "text": "Fix E-99 in Reykjavik."}]}, "asks[0].text"),
        (
            {"deadlines": [{"by": "2026-03-27", "what": said("the audit of E-99", T1M1), "basis": "record"}]},
            "deadlines[0].what",
        ),
        ({"context": [{"ref": BUG, "note": "E-99 in Reykjavik"}]}, "context[0].note"),
        ({"unknowns": ["Whether E-99 matters (ask Marguerite Delacroix)."]}, "unknowns[0]"),
        ({"ideas": ["It may be E-99 again."]}, "ideas[0]"),
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
    impact = said("The nightly sync has to run every day.", record["ref"])
    assert (
        found(work.submit(EscalationDraft.model_validate(escalation(workflow_impact=impact))), "G2", "workflow_impact")
        is warned
    )
