"""A contract that code cannot read, from the first message to the journal, the brief and the follow-ups."""

import json
from typing import Any

from tests.customer_escalation.casebook import assessment, policy, stated
from tests.customer_escalation.cases.memory_store import MemoryStore
from tests.customer_escalation.cases.opened import opened
from tests.customer_escalation.drafts import escalation, facts, records

from customer_escalation.cases.drafting_tools import ASSESS, DraftingTools
from customer_escalation.cases.first_message import first_message
from customer_escalation.domain.draft import EscalationDraft
from customer_escalation.domain.evidence import Evidence
from customer_escalation.sla.week import week_words
from skill_runtime.tools import Tool

WORDS = "Mon-Wed 10:00-15:00, and the night shift of Thursdays from 22:00 to 03:00"
HOURS = [
    {"days": ["Mon", "Tue", "Wed"], "opens": "10:00", "closes": "15:00"},
    {"days": ["Thu"], "opens": "22:00", "closes": "03:00"},
]


def with_coverage(words: str, update_h: float = 4) -> Evidence:
    known = records()
    account = known.account("Harrow Mills")
    assert account is not None
    account.data["sla"] = {"first_response_h": 1, "update_h": update_h, "resolution_h": 24, "coverage": words}
    return known


def reading(**changes: Any) -> dict[str, Any]:
    return {
        "account": "Harrow Mills", "weekly": HOURS, "zone": "UTC", "days_off": [], "days_worked": [], "round_the_clock": False,
        "cites": ["crm/A-1"], "why": "the night shift begins on Thursday", **changes,
    }  # fmt: skip


def handed_in(**changes: Any) -> dict[str, Any]:
    return stated(assessment(**facts(contracts=[reading(**changes)]))).model_dump(mode="json")


async def test_a_writer_is_told_what_was_not_counted_and_its_reading_is_counted_kept_and_followed_up() -> None:
    store = MemoryStore()
    service, case = await opened(with_coverage(WORDS), store=store)
    work = service.work(case)
    first = first_message(work.terms, work.casework.evidence, ())
    assert f"the contract says “{WORDS}”, which was not counted; round the clock" in first
    tool: Tool = next(tool for tool in DraftingTools(service, case, policy()).tools() if tool.spec.name == ASSESS)
    without = await tool.run(handed_in(cites=["chat/C-7"]))
    assert not without.is_error
    assert (
        "`contracts[0]` is left out: `chat/C-7` is neither the CRM record of Harrow Mills nor a document"
        in without.text
    )
    assert "which was not counted" in without.text
    taken = await tool.run(handed_in())
    assert not taken.is_error, taken.text
    assert "by the contract's hours as read: Mon-Wed 10:00-15:00, Thu 22:00-03:00 UTC" in taken.text
    entries = [entry.data for entry in store.entries(case) if entry.type == "assess"]
    assert [entry["taken"] for entry in entries] == [True, True]
    assert entries[0]["contracts"] == []
    assert entries[-1]["contracts"] == [
        {"account": "Harrow Mills", "says": {"crm/A-1": WORDS}, "read_as": "Mon-Wed 10:00-15:00, Thu 22:00-03:00 UTC"}
    ]
    await service.submit(case, EscalationDraft.model_validate(escalation()))
    result = await service.finish(case)
    assert week_words(result.agreed(policy()).calendar.week) == "Mon-Wed 10:00-15:00, Thu 22:00-03:00"
    assert json.loads(json.dumps(result.to_json()))["contracts"][0]["zone"] == "UTC"


async def test_a_reading_against_a_plain_contract_is_left_out_and_told() -> None:
    service, case = await opened(with_coverage("Mon-Fri 09:00-17:00 Europe/London"))
    tool = next(tool for tool in DraftingTools(service, case, policy()).tools() if tool.spec.name == ASSESS)
    told = await tool.run(handed_in())
    assert not told.is_error
    assert "which is Mon-Fri 09:00-17:00, not Mon-Wed 10:00-15:00, Thu 22:00-03:00: leave `weekly` []" in told.text


async def test_a_late_window_of_hours_that_nobody_has_read_is_no_plain_fact_of_the_decision() -> None:
    service, case = await opened(with_coverage("as agreed with the plant, nights included", update_h=0.25))
    late = await service.assess(case, assessment(**facts()))
    assert late.decision is not None
    because = late.decision.firing("E-SLA").because
    assert because == "update overdue if counted round the clock (the contract's own hours were not) for Harrow Mills"
