"""Times as people tell them: on the team's clock, on the customer's, promised for later; and what the checks still refuse."""

from typing import Any

import pytest
from tests.customer_escalation.casebook import NOW, account, affected, evidence, fact, issue, message, policy, ticket
from tests.customer_escalation.drafts import (
    T1,
    T1M1,
    T1M2,
    T1M3,
    ask,
    communication,
    escalation,
    facts,
    handling,
    records,
    reply,
    reproduction,
    said,
)

from customer_escalation.cases.session import Casework
from customer_escalation.decision.figures.windows import hears_by
from customer_escalation.domain.draft import EscalationDraft, HandlingDraft
from customer_escalation.domain.facts import Assessment
from customer_escalation.domain.outcomes import Severity
from customer_escalation.review.missing import atoms_missing
from customer_escalation.review.passages import Claim
from customer_escalation.review.sources import Sources
from customer_escalation.review.told_days import is_day_of_a_moment

OLD = ticket(
    "T-90", "Harrow Mills", "2026-01-10T08:00:00Z",
    message("T-90", 1, "2026-01-10T08:00:00Z", "customer", "No more stops since three days.", "j.doe"), status="solved",
)  # fmt: skip


def work(zone: str = "America/Los_Angeles", **changes: Any) -> Casework:
    """The sound case of a team in this zone."""
    hours = policy().business_hours.model_copy(update={"team_timezone": zone})
    known = evidence(*(record.data for record in records().ledger.records.values()), OLD,
                     issue("P-9", "Sync stops", "Done", "2026-01-05T08:00:00Z"))  # fmt: skip
    made = Casework(known, policy().model_copy(update={"business_hours": hours}), NOW)
    assert made.assess(Assessment.model_validate(facts(**changes))) == []
    return made


def found(made: Casework, rule: str, **changes: Any) -> list[str]:
    review = made.submit(EscalationDraft.model_validate(escalation(**changes)))
    return [finding.message for finding in review.findings if finding.rule == rule and finding.level == "H"]


@pytest.mark.parametrize(
    ("told", "faults"),
    [
        ("The customer reported it at 00:00 in Los Angeles.", 0),  # 08:00 UTC
        ("The agent answered at 03:30 on the team's clock.", 0),  # 11:30 UTC
        ("The agent answered at 11:30 UTC.", 0),
        ("The agent answered at 04:40.", 1),
        ("The agent answered at 03:30:00 on the team's clock.", 0),
    ],
)
def test_a_moment_of_a_record_may_be_told_on_the_teams_clock(told: str, faults: int) -> None:
    assert len(found(work(), "G1", containment=said(told, T1M1, T1M2, T1M3))) == faults


@pytest.mark.parametrize(("place", "faults"), [("Los Angeles", 0), ("Buenos Aires", 1)])
def test_the_place_that_a_zone_is_named_after_needs_no_record(place: str, faults: int) -> None:
    assert len(found(work(), "G1", containment=said(f"They wait, and {place} is asleep.", T1M1))) == faults


PLAN = "### Plan\n| # | Step | Who | By |\n|---|---|---|---|\n| 1 | Check the nightly sync [[knowledge_base/K-3]] | Kim | {} |"


@pytest.mark.parametrize(
    ("note", "faults"),
    [
        (PLAN.format("17:15"), 0),  # a time of the plan's own
        (PLAN.format("on 5 March, 11:30"), 0),  # which another record happens to hold
        (PLAN.format("01:10"), 1),  # no plan: it is over
        (PLAN.replace("Kim", "Kim, who saw it at 11:30").format("17:15"), 1),
        (PLAN.format("17:15") + "\n\nThe sync stopped at 17:25 [[support_platform/T-101-m1]].", 1),
        (PLAN.format("17:15, order AB-9"), 1),
    ],
)
def test_a_plan_sets_its_own_times_also_in_a_row_that_cites(note: str, faults: int) -> None:
    solved = fact("yes", "knowledge_base/K-3", why="it fits")
    made = work(documented_solution=solved)
    review = made.submit(HandlingDraft.model_validate(handling(note=note)))
    assert len([one for one in review.findings if one.rule == "G1" and one.level == "H"]) == faults


LATER = "2026-03-05T03:10:00-08:00"
NEXT = "We are working on it and write to you again by {}."


@pytest.mark.parametrize(
    ("by", "kind", "changes", "faults"),
    [
        ("08:00 your time", "reply", {}, 0),  # 16:00 UTC, before the figure
        ("13:00", "reply", {}, 0),  # on the clock of UTC
        ("13.30", "reply", {}, 0),  # as in Finland; no day has that number of a month
        ("03:10", "reply", {}, 1),  # past by a quarter on every clock, so tomorrow, and later than the figure
        ("03:10", "reply", {"deadline": {"by": LATER, "basis": "proposed", "text": "Word by then"}}, 0),
        ("03:10", "reply", {"asks": [ask("Fix it.", by=LATER)]}, 0),
        ("03:10", "reply", {"communication": communication(Next_update="Support writes to them at 03:10.")}, 0),
        ("03:10", "update", {}, 0),
    ],
)
def test_a_customer_may_be_told_when_they_hear_next_on_any_of_the_clocks_no_later_than_the_figure(
    by: str, kind: str, changes: dict[str, Any], faults: int
) -> None:
    drafts = [reply(NEXT.format(by), T1, kind)] + ([reply("We are working on it.")] if kind == "update" else [])
    review = work().submit(EscalationDraft.model_validate(escalation(drafts=drafts, **changes)))
    assert [one.level for one in review.findings if one.rule == "P2"] == ["W"] * faults


def test_after_a_reply_that_goes_out_now_the_next_word_is_due_by_the_cadence() -> None:
    made = work("UTC")
    assert made.case is not None
    by = hears_by(made.case, Severity.HIGH, T1)
    assert by is not None
    assert by > NOW
    assert hears_by(made.case, Severity.HIGH, "support_platform/T-999") is None


def test_a_message_on_a_closed_ticket_is_no_newer_report() -> None:
    back = {"answer": "yes", "cites": ["project_tracker/P-9", "support_platform/T-90-m1", T1M1], "why": "it is back"}
    assert "(2026-03-04" in work("UTC", recurred_after_fix=back).figures["figures/queue"].text


def test_the_clock_of_the_account_leads_in_every_figure() -> None:
    made = Casework(
        evidence(*(one.data for one in records().ledger.records.values() if one.id != "A-1"),
                 {**account("A-1", "Harrow Mills", tier="Enterprise", arr_usd=150_000), "timezone": "Asia/Tokyo"}),
        policy(), NOW,
    )  # fmt: skip
    assert (
        made.assess(
            Assessment.model_validate(
                facts(affected=[affected("Harrow Mills", "T-101", impact="major_function_broken")])
            )
        )
        == []
    )
    for ref in ("figures/queue", "figures/T-101.age", "figures/window", "figures/followup"):
        assert "Asia/Tokyo (" in made.figures[ref].text, ref


def test_steps_to_reproduce_stand_on_what_any_of_them_cites() -> None:
    steps = [said("Open Sync.", T1M2), "Choose Nightly.", "Press Run now; E-77."]
    assert found(work(), "G1", reproduction=reproduction(note="Ours.", steps=steps)) == []
    wrong = reproduction(note="Ours.", steps=[*steps, "Wait for E-99."])
    assert len(found(work(), "G1", reproduction=wrong)) == 1


def test_who_hears_next_and_when_may_be_set_in_a_line_of_its_own_and_not_in_those_of_the_template() -> None:
    told = "Support writes to them at 11:45."
    assert found(work(), "G1", communication=communication(Next_update=told)) == []
    assert len(found(work(), "G1", communication=communication(Last_update_to_customer=told))) == 1


@pytest.mark.parametrize("row", ["", "Customer_expectation", "Last_update_to_customer"])
def test_what_our_texts_promise_may_be_repeated_in_a_line_without_a_label_alone(row: str) -> None:
    told = "They hear from us at 11:45."
    lines = communication(**{row: said(told, T1M3)}) if row else f"{communication()}\n- {told}"
    promised = [reply("We write again by 11:45.")]
    assert len(found(work(), "G1", communication=lines, drafts=promised)) == (1 if row else 0)
    assert len(found(work(), "G1", communication=lines)) == 1


def test_a_text_for_the_team_may_set_a_time_of_its_own_and_no_figure() -> None:
    assert found(work(), "G1", messages=[{"to": "Engineering", "text": "Please answer by 11:45."}]) == []
    assert len(found(work(), "G1", messages=[{"to": "Engineering", "text": "They lost 7,731 rows."}])) == 1


@pytest.mark.parametrize(
    ("note", "faults"),
    [
        ("Write “the file was cut off, the source is whole” and not `lost`; P-9 is closed.", 0),
        ("Do not name P-77.", 1),
        ("They lost 7,731 rows.", 1),
    ],
)
def test_a_note_for_the_ticket_may_word_things_and_name_any_record(note: str, faults: int) -> None:
    assert len(found(work(), "G1", ticket_note=note)) == faults


def test_a_time_that_a_customer_tells_in_a_zone_of_theirs_may_be_told_in_another() -> None:
    text = "It stopped at 06:05 SGT, call us by 17:10."
    theirs = ticket("T-102", "Bell & Oak", "2026-03-04T06:00:00Z",
                    message("T-102", 1, "2026-03-04T06:00:00Z", "customer", text, "b.oak"))  # fmt: skip
    made = Casework(evidence(*(one.data for one in records().ledger.records.values()), theirs), policy(), NOW)
    assert made.assess(Assessment.model_validate(facts())) == []
    for told, faults in (("It stopped at 00:05.", 0), ("It stopped at 00:06.", 1), ("They want a call by 18:10.", 1)):
        assert len(found(made, "G1", containment=said(told, "support_platform/T-102-m1"))) == faults, told


@pytest.mark.parametrize(
    ("day", "faults"),
    [("04/03", 0), ("4/3", 0), ("04.03.", 0), ("19/06", 1), ("19.06.", 1), ("4./4.3.", 0), ("18.–19.6.", 1)],
)
def test_a_day_and_month_without_a_year_is_a_day_of_the_records(day: str, faults: int) -> None:
    assert bool(found(work(), "G1", containment=said(f"They wrote on {day}, and they wait.", T1M1))) == bool(faults)


def test_a_time_before_a_colon_may_be_told_on_another_clock_too() -> None:
    known = evidence(*(one.data for one in records().ledger.records.values()),
                     message("T-101", 9, "2026-03-04T18:00:00Z", "customer", "Stopped at 17:05: none came."))  # fmt: skip
    made = Casework(known, policy().model_copy(update={"business_hours": policy().business_hours.model_copy(
        update={"team_timezone": "America/New_York"})}), NOW)  # fmt: skip
    assert made.assess(Assessment.model_validate(facts())) == []
    cited = "support_platform/T-101-m9"
    assert found(made, "G1", containment=said("It stopped at 12:05.", cited)) == []
    assert len(found(made, "G1", containment=said("It stopped at 12:15.", cited))) == 1


def test_what_a_colleague_is_to_say_is_held_as_sentences_and_is_no_quotation() -> None:
    told = 'For the call: "The sync stops with E-77. {} Please decide by noon."'
    for text, faults in (("May I switch it off?", 0), ("They lost 7,731 rows.", 1)):
        messages = [{"to": "Engineering", "text": told.format(text)}]
        review = work().submit(EscalationDraft.model_validate(escalation(messages=messages)))
        assert sum(one.rule == "G1" for one in review.findings) == faults
    single = [{"to": "Engineering", "text": 'They wrote "we give it all up".'}]
    review = work().submit(EscalationDraft.model_validate(escalation(messages=single)))
    assert [one.rule for one in review.findings if "quote" in one.message] == ["G1"]


@pytest.mark.parametrize(("told", "faults"), [("10:55", 0), ("10:45", 1)])
def test_a_moment_that_the_draft_itself_sets_may_be_told_anywhere_in_it(told: str, faults: int) -> None:
    line = said(f"The reply of {told} puts that right.", T1M1)
    assert len(found(work("UTC"), "G1", tried=line, reminders=["2026-03-05T10:55:00Z"])) == faults


@pytest.mark.parametrize(
    ("told", "faults"),
    [("Kello 11.30 tuki vastasi.", 0), ("Kello 03.30 tuki vastasi.", 0), ("Kello 12.40 tuki vastasi.", 1)],
)
def test_a_time_may_be_told_with_a_full_stop_where_the_language_does_so(told: str, faults: int) -> None:
    finnish = "Yöllinen synkronointi pysähtyy, eikä asiakas saa tietojaan ennen kuin se käynnistetään uudelleen. "
    lines = {"description": said(f"{finnish * 3}{told}", T1M1, T1M2, T1M3)}
    assert len([one for one in found(work(), "G1", **lines) if "number" in one or "time" in one]) == faults


@pytest.mark.parametrize(
    ("sentence", "missing"),
    [
        ("La del 26-11 a las 16:40 salió tarde.", []),
        ("La del 25-11 a las 16:40 salió tarde.", ["25", "11"]),
        ("El contrato cuenta 9-17.", []),
        ("El contrato cuenta 9-18.", ["18"]),
        ("Lo necesitan antes del 19.", []),
        ("Lo necesitan antes del 18.", ["18"]),
        ("Son 19 clientes.", ["19"]),
        ("Responde con `Location: http://…`.", []),
        ("Responde con `Location: http://reg…/v3`.", ["`Location: http://reg…/v3`"]),
        ("Abren de 9 h a 17 h.", []),
        ("Abren de 9 h a 18 h.", ["18 h"]),
        ("Rectifica Lucía en el canal.", []),
        ("Lo dice Rectifica Lucía.", ["Rectifica Lucía"]),
    ],
)  # fmt: skip
def test_days_hours_shortened_code_and_a_verb_before_a_name(sentence: str, missing: list[str]) -> None:
    told = "Vence 2025-11-26 16:40. Contamos 09:00-17:00. Es para el viernes 19 de diciembre. Location: http://registry.example/v2/x"
    text = message("T-9", 1, "2025-11-27T08:00:00Z", "agent", told, "lucia.p")
    sources = Sources(
        evidence(ticket("T-9", "Altamar", "2025-11-20T08:00:00Z", text)), {}, frozenset(), language="Spanish"
    )
    claim = Claim("description", sentence, "fact", ("support_platform/T-9-m1",), "receiver", language="Spanish")
    assert [atom.atom for atom in atoms_missing(claim, sources)] == missing


@pytest.mark.parametrize(
    ("language", "sentence", "missing"),
    [
        ("Spanish", "Óscar, ten a mano la salida de las seis pruebas.", 0),
        ("French", "Il y a six sites.", 1),
        ("English", "Keep ten of the outputs.", 1),
    ],
)
def test_an_english_number_word_is_none_in_a_language_where_it_says_something_else(
    language: str, sentence: str, missing: int
) -> None:
    text = message("T-9", 1, "2025-11-27T08:00:00Z", "agent", "Nada.", "lucia.p")
    sources = Sources(
        evidence(ticket("T-9", "Altamar", "2025-11-20T08:00:00Z", text)), {}, frozenset(), language=language
    )
    claim = Claim("description", sentence, "fact", ("support_platform/T-9-m1",), "receiver", language=language)
    assert len([atom for atom in atoms_missing(claim, sources) if atom.kind == "number"]) == missing


@pytest.mark.parametrize(
    ("number", "text", "expected"),
    [
        ("26", "Dos llegaron tarde, la del 25 por la noche y la de la tarde del 26, y lo sentimos.", True),
        ("26", "Faltan 26 pedidos del lote.", False),
        ("27", "Llegó tarde la del 27.", False),
        ("126", "Llegó tarde la del 126.", False),
    ],
)
def test_a_day_of_the_month_alone_is_one_on_which_something_lies(number: str, text: str, expected: bool) -> None:
    late = message("T-9", 1, "2025-11-26T10:20:00Z", "agent", "Seguimos.", "lucia.p")
    scope = evidence(ticket("T-9", "Altamar", "2025-11-20T08:00:00Z", late)).ledger.records.values()
    assert is_day_of_a_moment(number, text, scope) is expected
