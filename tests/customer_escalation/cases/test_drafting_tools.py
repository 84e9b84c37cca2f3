"""The tools of a model in the loop: a mend that names words, adds entries, or does not fit, and what it is told."""

from typing import Any

from tests.customer_escalation.casebook import policy
from tests.customer_escalation.cases.opened import opened
from tests.customer_escalation.drafts import T1, ask, escalation, facts, handling, records, reply

from customer_escalation.cases.drafting_tools import MEND, SUBMIT_ESCALATION, DraftingTools
from customer_escalation.cases.service import CaseService
from customer_escalation.domain.brief import EscalationDraft
from customer_escalation.domain.facts import Assessment
from skill_runtime.tools import Tool, ToolReturn

FACTS = Assessment.model_validate(facts())


class Desk:
    """A case that is decided, and the tools on it."""

    def __init__(self, service: CaseService, case: str) -> None:
        self.service, self.case = service, case
        self.tools: dict[str, Tool] = {tool.spec.name: tool for tool in DraftingTools(service, case, policy()).tools()}

    async def submit(self, **changes: Any) -> ToolReturn:
        return await self.tools[SUBMIT_ESCALATION].run(escalation(**changes))

    async def mend(self, *changes: dict[str, Any], **more: Any) -> ToolReturn:
        filled = [{"instead_of": "", **change} for change in changes]
        return await self.tools[MEND].run({"changes": filled, "asks": [], "drafts": [], "messages": [], **more})

    @property
    def draft(self) -> EscalationDraft:
        review = self.service.work(self.case).casework.review
        assert review is not None
        assert isinstance(review.draft, EscalationDraft)
        return review.draft


async def desk() -> Desk:
    service, case = await opened(records())
    assert (await service.assess(case, FACTS)).decision is not None
    return Desk(service, case)


async def test_a_draft_comes_back_once_and_a_mended_one_without_a_fault_is_taken() -> None:
    at = await desk()
    assert not (await at.submit()).final
    told = await at.mend({"path": "opening", "instead_of": "fix the batch limit", "text": "mend the limit"})
    assert (told.text, told.final) == ("Accepted.", True)
    assert at.draft.opening == escalation()["opening"].replace("fix the batch limit", "mend the limit")


async def test_a_mend_adds_asks_texts_and_messages_behind_those_that_are_there() -> None:
    at = await desk()
    await at.submit(drafts=[reply("We are at it.")])
    further = {
        "asks": [ask("Say which build has it.", kind="provide")],
        "drafts": [reply("Still at it.", kind="update")],
        "messages": [{"to": "Engineering", "text": "Please fix the limit."}],
    }
    told = await at.mend({"path": "asks[0].text", "text": "Fix the limit."}, **further)
    assert told.final, told.text
    assert [one.text for one in at.draft.asks] == ["Fix the limit.", "Say which build has it."]
    assert [(one.text, one.ticket, one.kind) for one in at.draft.drafts] == [
        ("We are at it.", T1, "reply"), ("Still at it.", T1, "update"),
    ]  # fmt: skip
    assert [(one.to, one.text) for one in at.draft.messages] == [("Engineering", "Please fix the limit.")]


async def test_what_a_mend_adds_is_reviewed_as_all_else_is() -> None:
    at = await desk()
    await at.submit()
    told = await at.mend(asks=[ask("Approve a credit.", kind="approve")], drafts=[reply("It will be fixed by Friday.")])
    assert told.is_error
    assert "asks[1].kind" in told.text
    assert "drafts[0].text" in told.text
    mended = await at.mend({"path": "asks[1].text", "text": ""}, {"path": "drafts[0].text", "text": "We are at it."})
    assert mended.final, mended.text
    assert [one.text for one in at.draft.asks] == [one["text"] for one in escalation()["asks"]]


async def test_a_mend_that_names_no_place_changes_nothing_and_says_which() -> None:
    at = await desk()
    await at.submit()
    before = at.draft
    for change, told in (
        ({"path": "tried[0]", "text": "x"}, "There is no text at `tried[0]`"),
        (
            {"path": "opening", "instead_of": "no such words", "text": "x"},
            "“no such words” stands 0 times in `opening`",
        ),
        ({"path": "description", "instead_of": "the", "text": "x"}, "times in `description`; it has to be there once"),
    ):
        answer = await at.mend(change, {"path": "summary", "text": "Another"})
        assert answer.is_error
        assert told in answer.text
        assert at.draft == before


async def test_entries_that_do_not_fit_the_schema_are_refused_with_their_places() -> None:
    at = await desk()
    await at.submit()
    answer = await at.mend(drafts=[{"ticket": T1, "kind": "letter", "text": "x", "when": ""}], messages=[{"to": "Kim"}])
    assert answer.is_error
    for place in ("drafts[0].kind", "messages[0].text"):
        assert place in answer.text
    assert at.draft.drafts == []


async def test_a_mend_before_a_draft_says_which_comes_first() -> None:
    at = await desk()
    assert "hand one in first" in (await at.mend(messages=[{"to": "Kim", "text": "Please."}])).text


async def test_a_note_for_support_takes_texts_and_no_asks() -> None:
    service, case = await opened(records())
    solved = {"answer": "yes", "cites": ["knowledge_base/K-3"], "why": "it fits"}
    assert (
        await service.assess(case, Assessment.model_validate(facts(documented_solution=solved)))
    ).decision is not None
    tools = {tool.spec.name: tool for tool in DraftingTools(service, case, policy()).tools()}
    await tools["submit_handling"].run(handling())
    told = await tools[MEND].run({"changes": [], "messages": [{"to": "#support", "text": "It was the setting."}]})
    assert told.final, told.text
    refused = await tools[MEND].run({"changes": [], "asks": [ask("Fix it.")]})
    assert refused.is_error
    assert "asks" in refused.text


def test_what_an_entry_holds_is_told_by_the_submit_alone() -> None:
    tools = {tool.spec.name: tool for tool in DraftingTools(None, "", policy()).tools()}  # type: ignore[arg-type]
    for name in ("Ask", "CustomerDraft", "ColleagueText"):
        whole = tools[SUBMIT_ESCALATION].spec.input_schema["$defs"][name]["properties"]
        short = tools[MEND].spec.input_schema["$defs"][name]["properties"]
        assert whole.keys() == short.keys()
        assert all("description" not in field for field in short.values())
        assert any("description" in field for field in whole.values())
