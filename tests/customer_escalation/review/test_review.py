"""The review by rule id: a sound brief passes, and each fault brings its own finding."""

from typing import Any, Literal

import pytest
from tests.customer_escalation.casebook import NOW, article, chat, evidence, fact, message, policy
from tests.customer_escalation.drafts import (
    BUG,
    BUG_COMMENT,
    T1,
    T1M1,
    T1M2,
    T1M3,
    ask,
    communication,
    escalation,
    facts,
    handling,
    impact,
    records,
    reply,
    reproduction,
    said,
)  # fmt: skip
from tests.requirements import requirement

from customer_escalation.cases.session import Casework
from customer_escalation.domain.brief import Figure
from customer_escalation.domain.draft import EscalationDraft, HandlingDraft
from customer_escalation.domain.facts import Assessment
from customer_escalation.rendering.phrases import Phrases
from customer_escalation.review import Review, review_draft, withhold_unsupported
from customer_escalation.review.check import ReviewContext

WITHHELD = Phrases(None, "en")("withheld")


def reviewed(changes: dict[str, Any] | None = None, **fact_changes: Any) -> Review:
    work = Casework(records(), policy(), NOW)
    assert work.assess(Assessment.model_validate(facts(**fact_changes))) == []
    return work.submit(EscalationDraft.model_validate(escalation(**(changes or {}))))


def found(review: Review, rule: str, where: str = "") -> bool:
    return any(finding.rule == rule and finding.where.startswith(where) for finding in review.findings)


def repro(**changes: Any) -> dict[str, Any]:
    return {"reproduction": reproduction(**changes)}


def due(by: str, text: str, basis: str = "proposed") -> dict[str, Any]:
    return {"deadline": {"by": by, "basis": basis, "text": text}}


def told(**changes: str) -> dict[str, Any]:
    return {"communication": communication(**changes)}


def test_a_sound_brief_has_no_finding() -> None:
    assert reviewed().findings == ()


DESCRIPTION, CONTEXT = escalation()["description"], escalation()["context"]


@pytest.mark.parametrize(
    ("rule", "where", "changes"),
    [
        ("G1", "description", {"description": DESCRIPTION.replace("E-77", "E-99")}),
        ("G1", "description", {"description": f"{DESCRIPTION} {said('It stops after 9,400 rows.', T1M3)}"}),
        ("G1", "communication", told(Escalation_risk=said("They will leave.", "support_platform/T-999-m1"))),
        ("G1", "communication", told(Customer_expectation="They want it by Friday at noon.")),
        ("G1", "containment", {"containment": "They want to see it mended soon."}),
        ("G1", "impact", {"impact": impact(Workflow_impact=said("The root cause is the batch limit.", T1M1))}),
        ("G1", "context", {"context": f"{CONTEXT}\n- **Look-alike:** the same [[project_tracker/P-99]]."}),
        ("G2", "description", {"description": DESCRIPTION.replace("The customer reports that the", "The")}),
        ("B0", "opening", {"opening": "Fix it."}),
        ("B2", "asks[0].kind", {"asks": [ask("Please have a look.", kind="look")]}),
        ("B2", "asks[0].kind", {"asks": [ask("Please have a look.", kind="")]}),
        ("B2", "asks[0].kind", {"asks": [ask("Approve a credit.", kind="approve")]}),
        ("B2", "asks[1].kind", {"asks": [ask("Fix the limit."), ask("Fix it.", "Product", "fix")]}),
        ("B2", "asks", {"asks": [ask("Decide on the limit.", "Product", "decide")]}),
        ("B2", "asks", {"asks": [ask("Fix the limit.", "The engineer on duty")]}),
        ("B2", "asks", {"asks": []}),
        ("B3", "asks[0].by", {"asks": [ask("Fix it.", by="2026-03-01")]}),
        ("B3", "asks[1].by", {"asks": [ask("Fix it."), ask("Say when.", by="by noon")]}),
        ("B3", "asks[0].by", {"asks": [ask("Fix it.", by="2026-03-04T12:00:00+01:00")]}),
        ("B3", "deadline.by", due("2026-03-01", "a fix")),
        ("B3", "deadline.by", due("soon", "a fix")),
        ("B3", "deadline.by", due("", "a fix")),
        ("G1", "deadline.text", due("2026-03-20", said("the audit of Marguerite Delacroix", T1M1), "record")),
        ("B4", "description", {"description": said("An agent reproduced it on the test account.", T1M2)}),
        ("B4", "description", {"description": ""}),
        ("B4", "opening", {"opening": ""}),
        ("B4", "sender", {"sender": ""}),
        ("B4", "impact", {"impact": impact(Workflow_impact="")}),
        ("B4", "impact", {"impact": ""}),
        ("B4", "communication", told(Last_update_to_customer="")),
        ("B4", "communication", told(Customer_expectation="")),
        ("B4", "communication", told(Escalation_risk="")),
        ("B4", "summary", {"summary": ""}),
        ("B6", "context", {"context": "", "description": said("It was reproduced. It is looked into. The cause is not known.", T1M3),
                           "asks": [ask("Investigate the cause.", kind="investigate")]}),
        ("R1", "reproduction", repro(note="")),
        ("R2", "reproduction", repro(steps=[said("Try to open Sync.", T1M2)])),
        ("R3", "reproduction", repro(steps=["Open Sync."], note="")),
        ("R3", "reproduction", repro(steps=["Open Sync."], note="Whose they are is not recorded.")),
        ("R3", "reproduction", repro(Actual="The sync finishes, which no record states.")),
        ("R3", "reproduction", repro(Actual="")),
        ("R3", "reproduction", repro(Expected="")),
        ("R4", "reproduction", repro(Environment="")),
        ("R5", "reproduction", repro(note="")),
        ("T2", "reproduction", repro(note="", steps=[])),
        ("T2", "reproduction", {"reproduction": ""}),
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
    for parts in ({}, {"Expected": "", "Actual": "", "Environment": ""}):
        review = reviewed(repro(note="Nobody repeated it.", steps=[], **parts))
        assert not [finding for finding in review.findings if finding.rule[0] in "RT"]


def test_steps_may_be_told_in_any_form_that_a_reader_knows() -> None:
    text = (
        f"From the test account [[{T1M2}]]:\n1) Open Sync.\n2) Choose Nightly.\n   Press Run now.\n\n"
        f"- **Expected:** The sync finishes, which no record states.\n- **Actual:** It stops with E-77 [[{T1M2}]].\n"
        "- **Environment:** Version 7.2.0; region unknown."
    )
    assert reviewed({"reproduction": text}).findings == ()
    assert found(reviewed({"reproduction": text.replace("Open", "Attempt to open")}), "R2")
    assert found(reviewed({"reproduction": text.replace("- **Environment:**", "- Seen on")}), "R4")


def test_what_no_template_line_tells_needs_nothing_of_a_defect() -> None:
    review = reviewed({"reproduction": "There is nothing to reproduce: a new limit is wanted."})
    assert not [finding for finding in review.findings if finding.rule[0] in "RT"]


def test_a_role_or_a_colleague_may_be_asked_for_anything() -> None:
    asks = [ask("Fix the limit."), ask("Call them.", "agent.kim", "call"), ask("Say yes.", "Legal", "")]
    assert not found(reviewed({"asks": asks}), "B2")


def test_an_ask_without_a_moment_and_one_for_later_are_both_fine() -> None:
    asks = [
        ask("Fix the limit.", by="2026-03-05"),
        ask("Name the build.", by="2026-03-04T18:00:00+01:00"),
        ask("Say so."),
    ]
    assert not found(reviewed({"asks": asks}), "B3")


def test_today_is_no_day_of_the_past() -> None:
    assert not found(reviewed(due("2026-03-04", "today")), "B3")


def test_a_missing_line_is_named_by_its_label() -> None:
    review = reviewed(told(Escalation_risk="", Customer_expectation="") | {"impact": impact(Workflow_impact="")})
    missing = [finding.message.partition(":**")[0] for finding in review.hard if finding.rule == "B4"]
    assert missing == [
        "No line has the template's label `- **Workflow impact",
        "No line has the template's label `- **Customer expectation",
        "No line has the template's label `- **Escalation risk",
    ]
    plain = "\n".join(line.removeprefix("- ") for line in communication().splitlines())
    assert not found(reviewed({"communication": plain}), "B4")


@requirement("T4")
def test_t4_security_needs_the_containment() -> None:
    security = {"level": "exposure_or_breach", "cites": [T1M1], "why": ""}
    asks = [ask("Investigate what was exposed.", "Security", "investigate")]
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
    changes = {"asks": [ask("Investigate it.", "L2 Support", "investigate")], "tried": ""}
    assert found(reviewed(changes, **deeper), "T1", "tried")
    assert not found(reviewed({**changes, "tried": escalation()["tried"]}, **deeper), "T1", "tried")


@requirement("T5")
def test_t5_leadership_is_asked_to_decide() -> None:
    asked = {"executive_requested": fact("yes", T1M1), "open_ask": "decision"}
    plain = {"asks": [ask("Provide an answer.", "Leadership", "provide"), ask("Decide.", "Product", "decide")]}
    assert found(reviewed(plain, **asked), "T5", "asks")
    for kind in ("decide", "approve", "prioritise"):
        assert not found(reviewed({"asks": [ask("The limit is yours.", "Leadership", kind)]}, **asked), "T5")


@requirement("T3")
def test_t3_product_is_told_what_the_customers_cannot_do() -> None:
    wish = {
        "bug_confirmed": fact(), "code_change_needed": fact(), "feature_gap": fact("yes", T1M1), "beyond_support": fact("yes", T1M2),
    }  # fmt: skip
    asks = [ask("Decide on the limit.", "Product", "decide")]
    assert found(reviewed({"asks": asks, "impact": impact(Workflow_impact="")}, **wish), "T3", "impact")
    assert not found(reviewed({"asks": asks}, **wish), "T3")


@requirement("R6")
def test_r6_an_actual_without_the_error_that_its_record_quotes_is_noticed() -> None:
    screen = chat("C-9", "2026-03-04T10:40:00Z", "The screen shows “E-77 limit”.")
    work = Casework(
        evidence(*(record.data for record in records().ledger.records.values()), screen),
        policy(),
        NOW,
    )
    work.assess(Assessment.model_validate(facts()))
    changed = escalation(**repro(Actual=said("It does not finish.", "chat/C-9")))
    assert found(work.submit(EscalationDraft.model_validate(changed)), "R6")
    exact = escalation(**repro(Actual=said("It does not finish and shows “E-77 limit”.", "chat/C-9")))
    assert not found(work.submit(EscalationDraft.model_validate(exact)), "R6")


@requirement("R7")
def test_r7_a_workaround_that_failed_is_told() -> None:
    assert found(reviewed({"tried": ""}), "R7", "tried")


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
    assert (
        reviewed(told(Customer_expectation=said("They need it before their audit on 2026-03-20.", T1))).findings == ()
    )


def test_an_atom_that_one_record_alone_holds_gets_its_citation() -> None:
    review = reviewed({"containment": "They need it before their audit on 2026-03-20."})
    assert review.findings == ()
    assert isinstance(review.draft, EscalationDraft)
    assert review.draft.containment == "They need it before their audit on 2026-03-20 [[support_platform/T-101]]."


@pytest.mark.parametrize(("seats", "completed"), [(19, False), (1234, True)])
def test_a_small_number_that_stands_in_another_record_by_chance_gets_no_citation(seats: int, completed: bool) -> None:
    elsewhere = chat("C-9", "2026-03-04T10:40:00Z", f"Bell & Oak have {seats} seats.")
    work = Casework(evidence(*(record.data for record in records().ledger.records.values()), elsewhere), policy(), NOW)
    work.assess(Assessment.model_validate(facts()))
    risk = told(Escalation_risk=said(f"They say it is {seats} rows.", T1M1))
    review = work.submit(EscalationDraft.model_validate(escalation(**risk)))
    assert found(review, "G1", "communication") is not completed
    assert ("chat/C-9" in review.draft.model_dump_json()) is completed


def test_a_computed_figure_may_stand_in_any_sentence() -> None:
    changes = {"impact": impact(Revenue_at_risk="The $150,000 is exposure; nobody has spoken of leaving.")}
    assert reviewed(changes).findings == ()


def test_a_bare_id_is_taken_for_the_record_that_has_it() -> None:
    review = reviewed(told(Escalation_risk=said("They say that the audit makes it urgent.", "T-101-m1")))
    assert isinstance(review.draft, EscalationDraft)
    assert review.draft.communication == communication()


def test_a_proposal_sets_its_own_times_and_numbers_but_not_names() -> None:
    for name in ("sender", "context"):
        kept = escalation()[name]
        assert reviewed({name: f"{kept}\n- Write to the customer again in 3 hours."}).findings == ()
        assert found(reviewed({name: f"{kept}\n- Ask Marguerite Delacroix about it."}), "G1", name)


def test_after_the_last_repair_an_unsupported_sentence_is_withheld() -> None:
    kept = said("They say that the audit makes it urgent.", T1M1)
    review = reviewed(told(Escalation_risk=f"{said('They lose 77,000 dollars an hour.', T1M1)} {kept}"))
    draft = withhold_unsupported(review)
    assert isinstance(draft, EscalationDraft)
    assert draft.communication == communication(Escalation_risk=f"{WITHHELD} {kept}")


@pytest.mark.parametrize(
    "wrong",
    [
        "They want to see it mended soon.",
        said("They will leave.", "support_platform/T-999-m1"),
        said("They need it on 2026-03-21.", T1M1),
    ],
)
def test_a_row_that_nothing_supports_is_withheld_and_the_others_stay(wrong: str) -> None:
    review = reviewed(told(Customer_expectation=wrong))
    [finding] = review.hard
    assert (finding.rule, finding.where, finding.sentence) == ("G1", "communication", 1)
    draft = withhold_unsupported(review)
    assert isinstance(draft, EscalationDraft)
    assert draft.communication == communication(Customer_expectation=WITHHELD)
    assert not [one for one in review_draft(draft, *checked_against()).findings if one.level == "H"]


def test_what_is_withheld_leaves_the_form_of_all_else() -> None:
    steps = f"1. agent.kim looked twice [[{T1M3}]]:\n   - once with\n     more\n2. {said('They lost 77,000 rows.', T1M3)} It is 77,001."
    code = "3. Run:\n   ```\n   if a:\n       b  c\n   ```\n| a | b |\n|---|---|"
    review = reviewed({"tried": f"{steps}\n{code}\n| 77,000 | rows [[{T1M3}]] |"})
    draft = withhold_unsupported(review)
    assert isinstance(draft, EscalationDraft)
    assert draft.tried == f"{steps.partition('2. ')[0]}2. {WITHHELD}\n{code}\n| {WITHHELD} |"


def test_a_point_for_the_sender_of_which_nothing_is_left_goes() -> None:
    sender = "To Engineering.\n\n- Call them.\n- Ask Marguerite Delacroix.\n- Wait."
    assert withhold_unsupported(reviewed({"sender": sender})).sender == sender.replace(
        "- Ask Marguerite Delacroix.\n", ""
    )


def test_a_wrong_mark_on_a_line_of_its_own_is_found_too() -> None:
    review = reviewed({"tried": f"{escalation()['tried']}\n[[support_platform/T-999-m1]]"})
    assert [(finding.where, finding.sentence) for finding in review.hard] == [("tried", None)]


def test_of_what_the_sender_reads_the_sentence_alone_is_left_out() -> None:
    sender = (
        "**To Engineering as High.**\n\n1. Ask Marguerite Delacroix about it. Call them before noon.\n2. Send text 1."
    )
    review = reviewed({"sender": sender})
    assert found(review, "G1", "sender")
    assert withhold_unsupported(review).sender == sender.replace("Ask Marguerite Delacroix about it. ", "")


@pytest.mark.parametrize(
    ("changes", "where"),
    [
        ({"summary": "Sync of 77,000 rows stops for Harrow Mills"}, "summary"),
        ({"impact": impact(Workflow_impact=said("The customer reports that 77,000 rows are gone.", T1M1))}, "impact"),
        ({"tried": f"1. {said('Marguerite ran it 77,000 times.', T1M3)}"}, "tried"),
        (repro(Actual=said("It stops with E-99.", T1M2)), "reproduction"),
        (repro(steps=[said("Open Sync on port 7700.", T1M2)]), "reproduction"),
        (told(Customer_expectation=said("They wait for Marguerite Delacroix.", T1M1)), "communication"),
        ({"asks": [ask("Fix E-99 in Reykjavik.")]}, "asks[0].text"),
        (due("2026-03-27", said("the audit of E-99", T1M1), "record"), "deadline.text"),
        ({"context": f"{CONTEXT}\n- E-99 in Reykjavik [[{BUG}]]"}, "context"),
        ({"context": f"{CONTEXT}\n- **Not known:** Whether E-99 matters (ask Marguerite Delacroix)."}, "context"),
        ({"ticket_note": "They lost 77,000 rows."}, "ticket_note"),
        ({"messages": [{"to": "Engineering", "text": "They lost 77,000 rows."}]}, "messages[0].text"),
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
    review = work.submit(HandlingDraft.model_validate(handling(note="")))
    assert {finding.where for finding in review.hard} == {"note"}


@requirement("G1")
def test_a_line_of_a_note_that_cites_states_and_one_that_does_not_proposes() -> None:
    work = Casework(records(), policy(), NOW)
    work.assess(Assessment.model_validate(facts(documented_solution=fact("yes", "knowledge_base/K-3"))))

    def wheres(note: str) -> set[str]:
        return {one.rule for one in work.submit(HandlingDraft.model_validate(handling(note=note))).findings}

    assert wheres("Look again at 16:40 on 12 March, for twenty minutes.") == set()
    assert "G1" in wheres(said("The article gives 16:40 as the time.", "knowledge_base/K-3"))
    assert "G1" in wheres("Ask Marguerite Delacroix about version 9.9.9.")


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
    told = impact(Workflow_impact=said("The nightly sync has to run every day.", record["ref"]))
    assert found(work.submit(EscalationDraft.model_validate(escalation(impact=told))), "G2", "impact") is warned
    elsewhere = impact(Duration=said("The nightly sync has to run every day.", record["ref"]))
    assert not found(work.submit(EscalationDraft.model_validate(escalation(impact=elsewhere))), "G2")


@requirement("G2")
@pytest.mark.parametrize(
    ("sentence", "warned"),
    [
        ("By Bea's account the sync stops.", False),
        ("The sync stops.", True),
        ("By Kim's account the sync stops.", True),
    ],
)
def test_g2_whoever_wrote_the_message_may_be_named_by_their_first_name(sentence: str, warned: bool) -> None:
    work = Casework(records(), policy(), NOW)
    data = {"kind": "mail", "id": "M-1", "subject": "Sync", "author": "bea.mill", "text": "The sync stops."}
    work.evidence.ledger.add({"record": {**data, "ref": "email/M-1"}})
    assert work.assess(Assessment.model_validate(facts())) == []
    told = impact(Workflow_impact=said(sentence, "email/M-1"))
    assert found(work.submit(EscalationDraft.model_validate(escalation(impact=told))), "G2", "impact") is warned


def test_a_colleague_is_sent_to_a_record_by_its_id_and_to_none_that_is_not_there() -> None:
    def read(what: str) -> dict[str, Any]:
        return {"messages": [{"to": "Engineering", "text": f"Read {what} first."}]}

    assert not found(reviewed(read("K-3")), "G1", "messages")
    assert found(reviewed(read("P-6464")), "G1", "messages")


@pytest.mark.parametrize(
    ("code", "found"),
    [("`sync-tool --probe`", 1), ("`nightly_sinc --probe`", 1), ("`nightly_sync --probe`", 0)],
)
def test_a_proposed_command_that_no_record_holds_is_asked_about(code: str, found: int) -> None:
    world = records()
    named = evidence(article("K-77", "Probe", "Run nightly_sync --probe to see it.")).ledger.records[
        "knowledge_base/K-77"
    ]
    world.ledger.put(named)
    work = Casework(world, policy(), NOW)
    assert work.assess(Assessment.model_validate(facts())) == []
    review = work.submit(EscalationDraft.model_validate(escalation(context=f"{CONTEXT}\n- Look with {code} first.")))
    assert len([one for one in review.findings if one.rule == "G1" and one.where == "context"]) == found


def test_what_the_policy_calls_a_pattern_may_be_told() -> None:
    pattern = policy().pattern
    for customers, days, found in ((17, 14, ["G1"]), (pattern.min_customers, pattern.window_days, [])):
        review = reviewed({"description": f"It takes {customers} customers in {days} days [[{T1M1}]]."})
        assert sorted({one.rule for one in review.findings if one.where == "description"} & {"G1"}) == found


@pytest.mark.parametrize(
    ("name", "found"),
    [("APP_CACHE_SIZE", []), ("CACHE_SIZE", []), ("OLD_CACHE_SIZE", ["G1"]), ("APP_CACHE_AGE", ["G1"])],
)
def test_a_setting_is_known_with_its_prefix_and_without(name: str, found: list[str]) -> None:
    world = records()
    for held in (
        article("K-77", "Cache", "All have the prefix APP_. Set CACHE_SIZE to 3."),
        article("K-78", "Cache", "Set APP_CACHE_SIZE to 3."),
    ):
        one = evidence(held).ledger.records[f"knowledge_base/{held['id']}"]
        world.ledger.put(one)
        work = Casework(world, policy(), NOW)
        assert work.assess(Assessment.model_validate(facts())) == []
        told = f"It is set by {name} [[{one.ref}]]."
        review = work.submit(EscalationDraft.model_validate(escalation(description=told)))
        assert [one.rule for one in review.findings if one.where == "description" and name in one.message] == found
