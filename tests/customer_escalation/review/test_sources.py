"""What counts as evidence for a sentence: known names, ids that the brief cites, counts of what it names; and what does not."""

from typing import Any

import pytest
from tests.customer_escalation.casebook import NOW, account, affected, chat, evidence, fact, message, policy, ticket
from tests.customer_escalation.drafts import BUG, T1, T1M1, T1M2, T1M3, communication, escalation, facts, records, said

from customer_escalation.cases.session import Casework
from customer_escalation.domain.brief import Figure
from customer_escalation.domain.draft import EscalationDraft
from customer_escalation.domain.facts import Assessment
from customer_escalation.review.check import ReviewContext
from customer_escalation.review.sources import Sources

T2, T2M1 = "support_platform/T-102", "support_platform/T-102-m1"
LATER = ticket(
    "T-102", "Bell & Oak Ltd", "2026-03-04T05:00:00Z",
    message("T-102", 1, "2026-03-04T05:00:00Z", "customer", "Our export is empty since version 9.1.4, says code X-31.", "b.oak"),
)  # fmt: skip


def work(*more: dict[str, Any], request: str = "", both: bool = False) -> Casework:
    known = evidence(*(record.data for record in records().ledger.records.values() if record.id != "A-2"), LATER,
                     account("A-2", "Bell & Oak Ltd"), *more)  # fmt: skip
    made = Casework(known, policy(), NOW, context=ReviewContext(request=request))
    accounts = [affected("Harrow Mills", "T-101", impact="major_function_broken")]
    accounts += [affected("Bell & Oak Ltd", "T-102")] if both else []
    assert made.assess(Assessment.model_validate(facts(affected=accounts))) == []
    return made


def unsupported(made: Casework, **changes: Any) -> list[str]:
    """What G1 says of the sound brief with these changes."""
    review = made.submit(EscalationDraft.model_validate(escalation(**changes)))
    return [finding.message for finding in review.findings if finding.rule == "G1"]


@pytest.mark.parametrize(
    "name", ["Harrow Mills", "Harrow", "Bell & Oak Ltd", "Bell & Oak", "Bell", "Harrow Mills'", "Harrow's"]
)
def test_names_of_affected_accounts_need_no_citation_long_or_short(name: str) -> None:
    sentence = said(f"The agent saw it, and {name} wait.", T1M2)
    assert unsupported(work(both=True), containment=sentence) == []


@pytest.mark.parametrize("name", ["Bell & Oak Ltd", "Bell & Oak", "Marguerite Delacroix"])
def test_names_of_others_do(name: str) -> None:
    [found] = unsupported(work(), containment=said(f"The agent saw it, and {name} wait.", T1M2))
    assert found.startswith(f"“{name.replace('& ', '') if name == 'Bell & Oak' else name}” (name)")


TWINS = (
    chat("C-11", "2026-03-04T10:33:00Z", "The export of 9.1.4 is empty, code X-31, says r.fox@oak.example."),
    chat("C-12", "2026-03-04T10:34:00Z", "The export of 9.1.4 is empty, code X-31, says r.fox@oak.example."),
)
"""Two records that hold the same, so that no mark is added for want of a choice."""


@pytest.mark.parametrize(
    "sentence",
    [
        "The code X-31 is theirs too.",
        "It looks like `r.fox` again.",
        "It looks like version 9.1.4.",
        "It is like #C-11 here.",
        "Ask r.fox@oak.example for it.",
    ],
)
def test_ids_versions_and_addresses_are_known_once_the_brief_cites_their_record_anywhere(sentence: str) -> None:
    risk = said(sentence, T1M2)
    made = work(
        *TWINS,
        *({**one, "ref": f"{one['ref']}0", "id": f"{one['id']}0", "text": f"#C-11: {one['text']}"} for one in TWINS),
    )
    assert len(unsupported(made, containment=risk)) == 1
    elsewhere = said("A colleague saw an empty export.", "chat/C-110")
    for place in ({"communication": communication(Customer_expectation=elsewhere)}, {"tried": elsewhere},
                  {"context": f"- Worth opening [[chat/C-110]].\n- The open bug [[{BUG}]]."}):  # fmt: skip
        assert unsupported(made, containment=risk, **place) == []


def test_a_number_of_an_item_is_held_where_a_text_to_a_colleague_names_the_item() -> None:
    made = work(ROWS)
    for text, count in (("Please look: 8,750 rows are gone.", 1), ("Please look at C-8: 8,750 rows are gone.", 0)):
        assert len(unsupported(made, messages=[{"to": "Kim", "text": text}])) == count
    assert len(unsupported(made, messages=[{"to": "Kim", "text": "Please look at C-8: 8,751 rows are gone."}])) == 1


def test_what_was_asked_is_cited_as_a_belief_and_by_its_mark_alone() -> None:
    made = work(request="2,750 rows are gone at all 19 customers!")
    told = "The request speaks of 2,750 rows"
    assert unsupported(made, containment=f"{told} [[request]].") == []
    assert len(unsupported(made, containment=f"{told} [[{T1M2}]].")) == 1
    assert len(unsupported(made, containment="The request speaks of 2,751 rows [[request]].")) == 1
    assert "names no record" in unsupported(work(), containment=f"{told} [[request]].")[0]
    assert (
        unsupported(made, context=f"| Request: “rows are gone at all 19” [[request]] | One account [[{T1M2}]] |") == []
    )


def test_the_revenue_from_which_an_account_is_of_high_value_is_a_term_of_the_policy() -> None:
    line = policy().high_value.arr_usd
    for told, count in ((line, 0), (line + 1, 1)):
        assert len(unsupported(work(), containment=said(f"It is below the ${told:,.0f} line.", T1M2))) == count


def test_what_stands_in_an_item_is_known_where_a_text_to_a_colleague_names_it() -> None:
    made = work(*TWINS)
    for text, count in (
        ("Please look: the export of 9.1.4 is empty.", 1),
        ("Please look at C-11: the export of 9.1.4 is empty.", 0),
    ):
        assert len(unsupported(made, messages=[{"to": "Kim", "text": text}])) == count


@pytest.mark.parametrize(
    ("sentence", "right"),
    [
        ("213 litres", True),
        ("214 litres", True),
        ("212 litres", False),
        ("215 litres", False),
        ("21 litres", False),
        ("2.14 litres", False),
    ],
)
def test_a_computed_number_may_be_told_without_its_fraction(sentence: str, right: bool) -> None:
    made = work()
    made.figures["figures/calc.1"] = Figure(
        ref="figures/calc.1", label="litres", text="213.83 (12830 / 60)", inputs=(T1M2,)
    )
    found = unsupported(made, containment=f"The agent saw {sentence} of it [[{T1M2}, figures/calc.1]].")
    assert (not found) is right


def test_names_that_the_facts_rest_on_are_known_too() -> None:
    known = evidence(*(record.data for record in records().ledger.records.values()), *TWINS, LATER)
    risk = said("Ask r.fox@oak.example for it.", T1M2)
    for cites, count in (((T1M2, BUG), 1), ((T1M2, BUG, "chat/C-11"), 0)):
        made = Casework(known, policy(), NOW)
        assert made.assess(Assessment.model_validate(facts(bug_confirmed=fact("yes", *cites)))) == []
        assert len(unsupported(made, containment=risk)) == count


ROWS = chat(
    "C-8", "2026-03-04T10:31:00Z", "In all 8,750 rows are gone since 2026-02-11, about 37 % of it, $5,150 worth."
)


@pytest.mark.parametrize("atom", ["8,750 rows", "2026-02-11", "37 %", "$5,150"])
def test_numbers_dates_and_sums_are_not_known_by_that(atom: str) -> None:
    risk = said(f"It is about {atom}.", T1M2, T1M3, "chat/C-7")
    cited_elsewhere = {"context": f"- Worth opening [[chat/C-8, {BUG}]]."}
    both = chat("C-9", "2026-03-04T10:32:00Z", str(ROWS["text"]))
    assert unsupported(work(ROWS, both), containment=risk, **cited_elsewhere) != []
    assert unsupported(work(ROWS, both), containment=said(f"It is about {atom}.", "chat/C-8")) == []


@pytest.mark.parametrize(
    ("sentence", "cites", "right"),
    [
        ("Two customers wait.", (T1M1, T2M1), True),
        ("Thirteen customers wait.", (T1M1, T2M1), False),
        ("Two items name it: the ticket and the bug.", (T1, BUG), True),
        ("They named three things: the audit, the rows and the code.", (T1M1,), True),
        ("They named 3 things: the audit, the rows, the code.", (T1M1,), True),
        ("They named thirteen things: the audit, the rows and the code.", (T1M1,), False),
        ("They named 17 things: the audit, the rows and the code.", (T1M1,), False),
        ("Both T-101 and T-102 wait, these 2 tickets.", (T1M1, T2M1), True),
        ("Our 3 messages say so.", (T1M1, T1M2, T1M3), True),
        ("Our 19 messages say so.", (T1M1, T1M2, T1M3), False),
    ],
)
def test_a_number_may_count_what_the_sentence_names_or_cites(
    sentence: str, cites: tuple[str, ...], right: bool
) -> None:
    risk = said(f"They say: {sentence}", *cites)
    assert (unsupported(work(both=True), containment=risk) == []) is right


def test_who_wrote_a_record_may_be_called_by_the_name_in_their_handle_in_a_text_to_colleagues() -> None:
    told = {**chat("C-9", "2026-03-04T10:32:00Z", "I take it on."), "author": "pm.helene"}
    made = work(told, chat("C-10", "2026-03-04T10:40:00Z", "Ask Hélène and Martha."))

    def faults(name: str, cited: str) -> list[str]:
        messages = [{"to": "Engineering", "text": f"At noon {name} takes it on."}]
        return unsupported(made, messages=messages, containment=said("Somebody takes it on.", cited))

    assert faults("Hélène", "chat/C-9") == []
    assert faults("Hélène", T1M1) == []  # a colleague is addressed where nothing of theirs is cited
    assert faults("Martha", "chat/C-9") != []


@pytest.mark.parametrize(
    "sentence", ["All 1,240 users of theirs are hit.", "It costs them $75,000.", "It began on 2026-02-17 at 06:45."]
)
def test_the_words_of_the_request_are_no_evidence(sentence: str) -> None:
    asked = work(request="Harrow Mills: all 1,240 users hit since 2026-02-17 06:45, it costs them $75,000")
    assert unsupported(asked, containment=said(sentence, T1M1)) != []
    assert unsupported(asked, containment=sentence) != []


def test_figures_of_another_ticket_support_no_sentence_about_this_one() -> None:
    made = work(both=True)
    assert "13:00 UTC" in made.figures["figures/T-102.first_response"].text
    assert not [ref for ref, figure in made.figures.items() if "13:00" in figure.text and "T-102" not in ref]
    due = "first response is due at 13:00 UTC."
    assert unsupported(made, containment=said(f"Their {due}", T1M1)) != []
    assert unsupported(made, containment=said(f"Harrow Mills' {due}", T1M1)) != []
    assert unsupported(made, containment=said(f"T-102's {due}", T1M1)) == []
    assert unsupported(made, containment=said(f"For Bell & Oak Ltd the {due}", T1M1)) == []
    assert unsupported(made, containment=said(f"Their {due}", T1M1, "figures/T-102.first_response")) == []
    assert unsupported(made, containment=said(f"Their {due}", T2M1)) == []


def test_a_figure_that_comes_in_by_a_name_does_not_support_the_name_itself() -> None:
    made = work()
    assert "figures/T-102.age" in made.figures
    [found] = unsupported(made, containment=said("Bell & Oak Ltd wait for 7 h.", T1M2))
    assert "Bell & Oak Ltd" in found


def test_figures_about_the_whole_case_support_every_sentence() -> None:
    made = work()
    assert made.figures["figures/queue"].text.startswith("4 h since")
    assert unsupported(made, containment=said("They wait for 4 h.", T1M2)) == []
    assert unsupported(made, containment=said("They wait for 6 h.", T1M2)) != []


def test_a_citation_brings_in_its_item_its_parts_and_what_a_figure_was_computed_from() -> None:
    made = work()
    sources = Sources(made.evidence, made.figures, frozenset())
    of_message = {record.ref for record in sources.cited([T1M1])}
    assert {T1, T1M1, "figures/queue", "figures/T-101.age"} <= of_message
    assert {T1M2, T2, "figures/T-102.age"}.isdisjoint(of_message)
    assert {T1M1, T1M2, T1M3} <= {record.ref for record in sources.cited([T1])}
    assert "crm/A-1" in {record.ref for record in sources.cited(["figures/arr"])}
    assert sources.missing([T1M1, "figures/arr", "figures/none", "chat/NONE"]) == ["figures/none", "chat/NONE"]
    assert sources.homes_of([T1M1, T1M2, T2M1, "figures/arr"]) == [T1, T2, "figures/arr"]


@pytest.mark.parametrize(
    ("lead", "right"),
    [
        ("2026-02-17, 06:45", False),
        ("8,750 rows", False),
        ("2026-03-04, 08:00", True),
        ("Option 2", True),
        ("Known so far", True),
    ],
)
def test_a_bold_lead_with_a_moment_or_a_sum_is_part_of_what_the_line_states(lead: str, right: bool) -> None:
    line = f"**{lead}:** the sync stopped [[{T1M1}]]."
    assert (unsupported(work(), containment=line) == []) is right


@pytest.mark.parametrize(
    ("told", "faulty"),
    [
        ("it begins on Saturday the 29", 0),
        ("empieza el sábado, día 29", 0),
        ("on Friday for 29 customers", 1),
        ("on Monday all 29 rows", 1),
    ],
)
def test_a_number_behind_a_weekday_is_a_day_only_where_nothing_but_day_stands_between(told: str, faulty: int) -> None:
    found = unsupported(work(), containment=said(f"The agent wrote that {told} stop.", T1M2))
    assert len([one for one in found if "“29”" in one or "29 " in one]) == faulty
