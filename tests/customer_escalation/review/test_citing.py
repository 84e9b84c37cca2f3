"""Citations made whole by code: refs in full, and a mark added where one item alone can be meant."""

from dataclasses import replace
from typing import Any

import pytest
from tests.customer_escalation.casebook import NOW, chat, evidence, policy
from tests.customer_escalation.drafts import (
    BUG,
    BUG_COMMENT,
    T1,
    T1M1,
    T1M2,
    T1M3,
    ask,
    escalation,
    facts,
    handling,
    records,
    reply,
    reproduction,
)

from customer_escalation.cases.session import Casework
from customer_escalation.domain.brief import Figure
from customer_escalation.domain.draft import EscalationDraft, HandlingDraft
from customer_escalation.domain.facts import Assessment
from customer_escalation.domain.prose import marks_of
from customer_escalation.review.citing import mend_citations
from customer_escalation.review.sources import Sources


def sources(*more: dict[str, Any]) -> Sources:
    known = evidence(*(record.data for record in records().ledger.records.values()), *more)
    work = Casework(known, policy(), NOW)
    assert work.assess(Assessment.model_validate(facts())) == []
    return Sources(known, work.figures, frozenset({"Harrow Mills", "Engineering"}))


def mended(*more: dict[str, Any], **changes: Any) -> EscalationDraft:
    found = mend_citations(EscalationDraft.model_validate(escalation(**changes)), sources(*more))
    assert isinstance(found, EscalationDraft)
    return found


@pytest.mark.parametrize(
    ("written", "found"),
    [
        ("It stops [[T-101-m1]].", f"It stops [[{T1M1}]]."),
        ("It stops [[ T-101-m1 ]].", f"It stops [[{T1M1}]]."),
        ("It stops [[T-101, T-101-m1; P-55-c1]].", f"It stops [[{T1}, {T1M1}, {BUG_COMMENT}]]."),
        ("It stops [[T-101-m1 | T-101]].", f"It stops [[{T1M1}, {T1}]]."),
        ("T-101 stops as T-101-m1 says [[T-101]].", f"T-101 stops as T-101-m1 says [[{T1}]]."),
        ("It stops [[,  ]] [[T-101]].", f"It stops [[,  ]] [[{T1}]]."),
        (f"It stops [[{T1M1}]] [[T-101-m2]].", f"It stops [[{T1M1}]] [[{T1M2}]]."),
        ("It stops [[figures/queue]].", "It stops [[figures/queue]]."),
        ("It waits [[support_platform/queue]].", "It waits [[figures/queue]]."),
        ("It stops [[T-999-m1]].", "It stops [[T-999-m1]]."),
        ("One account in 30 days [[figures/made_up]].", "One account in 30 days."),
        ("It stops [[figures/made_up, T-101-m1]].", f"It stops [[{T1M1}]]."),
    ],
)
def test_a_ref_is_written_in_full_and_the_prose_beside_it_stays(written: str, found: str) -> None:
    assert mended(containment=written).containment == found


def test_refs_outside_the_prose_are_written_in_full_and_a_draft_goes_to_the_ticket() -> None:
    draft = mended(context="- **Open bug:** the limit [[P-55]].", drafts=[reply("We are at it.", "T-101-m1")])
    assert draft.context == f"- **Open bug:** the limit [[{BUG}]]."
    assert draft.drafts[0].ticket == T1
    note = mend_citations(HandlingDraft.model_validate(handling(article="K-3")), sources())
    assert isinstance(note, HandlingDraft)
    assert note.article == "knowledge_base/K-3"


def test_what_is_whole_stays_as_it_is() -> None:
    assert mended() == EscalationDraft.model_validate(escalation())


@pytest.mark.parametrize(
    ("written", "found"),
    [
        ("It stops after 9,500 rows.", f"It stops after 9,500 rows [[{T1}]]."),
        (f"It stops after 9,500 rows [[{BUG}]].", f"It stops after 9,500 rows [[{BUG}]] [[{T1}]]."),
        ("- It stops after 9,500 rows.\n- So.", f"- It stops after 9,500 rows [[{T1}]].\n- So."),
        (
            f"It stops after 9,500 rows. The limit was lowered [[{BUG_COMMENT}]].",
            f"It stops after 9,500 rows [[{BUG_COMMENT}, {T1}]]. The limit was lowered [[{BUG_COMMENT}]].",
        ),
        (
            "| # | What |\n| --- | --- |\n| 1 | It stops after 9,500 rows. |",
            f"| # | What |\n| --- | --- |\n| 1 | It stops after 9,500 rows [[{T1}]]. |",
        ),
        (
            f"| What | Who |\n| --- | --- |\n| It stops after 9,500 rows. | Kim [[{BUG}]] |",
            f"| What | Who |\n| --- | --- |\n| It stops after 9,500 rows [[{T1}]]. | Kim [[{BUG}]] |",
        ),
        ("The room holds 310 racks.", "The room holds 310 racks [[chat/C-8]]."),
    ],
)
def test_a_mark_is_added_where_one_item_alone_holds_what_is_missing(written: str, found: str) -> None:
    assert (
        mended(chat("C-8", "2026-03-04T10:31:00Z", "The room holds 310 racks."), containment=written).containment
        == found
    )


RACKS = chat("C-8", "2026-03-04T10:31:00Z", "The room holds 310 racks.")
ROOMS = chat("C-9", "2026-03-04T10:32:00Z", "There are 470 rooms with 310 racks.")


@pytest.mark.parametrize(
    "written",
    [
        "The room holds 310 racks.",
        "The room holds 310 racks and 9,500 rows.",
        "The room holds 88 racks.",
        "It stops after 9,500 rows and 88 racks.",
        "Nobody has spoken of leaving.",
    ],
)
def test_none_is_added_where_several_items_can_be_meant_or_none_holds_all(written: str) -> None:
    assert mended(RACKS, ROOMS, containment=written).containment == written


def test_the_item_that_holds_all_of_it_is_chosen_among_those_that_hold_a_part() -> None:
    assert (
        mended(RACKS, ROOMS, containment="The 470 rooms hold 310 racks.").containment
        == "The 470 rooms hold 310 racks [[chat/C-9]]."
    )


@pytest.mark.parametrize(
    ("path", "changes"),
    [
        ("asks", {"asks": [ask("Fix it for 9,500 rows.")]}),
        ("context", {"context": "- **Not known:** Whether 9,500 rows are the limit (Engineering)."}),
        ("summary", {"summary": "Nightly sync stops before 9,500 rows"}),
        ("opening", {"opening": "Engineering: fix the sync of 9,500 rows.\nThe audit is on 2026-03-20."}),
        ("sender", {"sender": "Ask them about the 9,500 rows."}),
        ("impact", {"impact": "- **Time in queue:** since 9,500 rows."}),
        ("drafts", {"drafts": [reply("It stops before 9,500 rows.")]}),
    ],
)
def test_only_what_states_a_fact_gets_a_mark(path: str, changes: dict[str, Any]) -> None:
    assert getattr(mended(**changes), path) == getattr(EscalationDraft.model_validate(escalation(**changes)), path)


def test_marks_are_added_in_every_place_that_states_something_and_nowhere_twice() -> None:
    bare = "It stops after 9,500 rows."
    draft = mended(
        description=f"{bare} {bare} It is urgent [[{T1M3}]].", tried=f"1. agent.kim ran it twice.\n2. {bare}",
        reproduction=reproduction(note="", steps=[bare], Expected="", Actual="", Environment=bare),
    )  # fmt: skip
    assert marks_of(draft.description) == [T1M3, T1, T1M3, T1, T1M3]
    assert draft.tried == f"1. agent.kim ran it twice [[{T1}]].\n2. {bare[:-1]} [[{T1}]]."
    assert (
        draft.reproduction == f"1. {bare[:-1]} [[{T1}]].\nEnvironment: {bare}"
    )  # which stands on all that the brief cites


def test_a_figure_is_a_home_like_any_item() -> None:
    known = sources()
    figure = Figure(ref="figures/T-101.rows", label="rows", text="missing rows: 5,500", inputs=(T1,))
    known = replace(known, figures={**known.figures, figure.ref: figure})
    draft = mend_citations(EscalationDraft.model_validate(escalation(containment="It leaves out 5,500 rows.")), known)
    assert isinstance(draft, EscalationDraft)
    assert draft.containment == "It leaves out 5,500 rows [[figures/T-101.rows]]."
