"""The tools of a model in the loop: a hand-in, then the edit of its last reader, and what each is told."""

import re
from typing import Any

from tests.customer_escalation.casebook import policy
from tests.customer_escalation.cases.opened import opened
from tests.customer_escalation.drafts import T1, ask, escalation, facts, handling, records, reply

from customer_escalation.cases.drafting_tools import EDIT, SUBMIT_ESCALATION, SUBMIT_HANDLING, DraftingTools
from customer_escalation.cases.editing import draft_in_lines
from customer_escalation.cases.service import CaseService
from customer_escalation.domain.draft import EscalationDraft
from customer_escalation.domain.facts import Assessment
from skill_runtime.tools import Tool, ToolReturn

FACTS = Assessment.model_validate(facts())


class Desk:
    """A case that is decided, and the tools on it."""

    def __init__(self, service: CaseService, case: str) -> None:
        self.service, self.case = service, case
        self.drafting = DraftingTools(service, case, policy())
        self.tools: dict[str, Tool] = {tool.spec.name: tool for tool in self.drafting.tools()}

    async def submit(self, **changes: Any) -> ToolReturn:
        return await self.tools[SUBMIT_ESCALATION].run(escalation(**changes))

    async def handed_in(self, **changes: Any) -> str:
        """A draft is handed in; what its reader is told."""
        assert (await self.submit(**changes)).final
        told = self.drafting.begin_edit()
        assert told is not None
        return told

    async def edit(self, *edits: dict[str, Any], **more: Any) -> ToolReturn:
        return await self.tools[EDIT].run({"edits": list(edits), **more})

    def line(self, path: str, offset: int = 1) -> int:
        """The number of a line of the text at ``path``, the first by default."""
        lines = draft_in_lines(self.draft).splitlines()
        head = next(n for n, line in enumerate(lines, 1) if line.partition("\t== ")[2].split(" (")[0] == path)
        return head + offset

    @property
    def draft(self) -> EscalationDraft:
        draft = self.service.draft(self.case)
        assert isinstance(draft, EscalationDraft)
        return draft


def replace(line: int, text: str) -> dict[str, Any]:
    return {"do": "replace", "first": line, "last": line, "after": 0, "text": text}


def delete(line: int) -> dict[str, Any]:
    return {"do": "delete", "first": line, "last": line, "after": 0, "text": ""}


async def desk() -> Desk:
    service, case = await opened(records())
    assert (await service.assess(case, FACTS)).decision is not None
    return Desk(service, case)


async def test_the_reader_gets_the_decision_the_draft_by_lines_and_what_the_check_found() -> None:
    at = await desk()
    told = await at.handed_in(asks=[ask("Approve a credit.", kind="approve")])
    assert "Decision: escalate. Severity:" in told
    assert draft_in_lines(at.draft) in told
    assert "asks[0].kind" in told
    assert "(owner Engineering, kind approve, by " in told


async def test_an_edit_without_a_fault_is_taken() -> None:
    at = await desk()
    await at.handed_in()
    line = at.line("opening")
    first = at.draft.opening.splitlines()[0]
    told = await at.edit(replace(line, f"Please: {first}"))
    assert (told.text, told.final) == ("Accepted.", True)
    assert at.draft.opening.startswith("Please: ")


async def test_an_empty_edit_accepts_a_sound_draft() -> None:
    at = await desk()
    await at.handed_in()
    before = at.draft
    assert (await at.edit()).final
    assert at.draft == before


async def test_an_edit_adds_asks_and_texts_and_orders_them() -> None:
    at = await desk()
    await at.handed_in(drafts=[{**reply("We are at it."), "number": 1}], sender="Send [text 1].")
    told = await at.edit(
        asks=[ask("Say which build has it.", kind="provide")],
        drafts=[{**reply("Still at it.", kind="update"), "number": 3}],
        messages=[{"to": "Engineering", "text": "Please fix the limit.", "number": 2}],
        order=[2, 1, 3], ask_order=[2, 1],
    )  # fmt: skip
    assert told.final, told.text
    assert at.draft.asks[0].text == "Say which build has it."
    assert [(one.text, one.number) for one in at.draft.drafts] == [("We are at it.", 2), ("Still at it.", 3)]
    assert [(one.to, one.number) for one in at.draft.messages] == [("Engineering", 1)]
    assert at.draft.sender == "Send [text 2]."


async def test_what_an_edit_adds_is_reviewed_as_all_else_is_and_comes_back_with_its_lines() -> None:
    at = await desk()
    await at.handed_in()
    told = await at.edit(asks=[ask("Approve a credit.", kind="approve")], drafts=[reply("It will be fixed by Friday.")])
    assert told.is_error
    assert "asks[1].kind" in told.text
    line = at.line("drafts[0].text")
    assert f"{line}\tIt will be fixed by Friday." in told.text
    mended = await at.edit(
        replace(line, "We are at it."), places=[{"path": "asks[1].text", "text": ""}],
    )  # fmt: skip
    assert mended.final, mended.text
    assert [one.text for one in at.draft.asks] == [one["text"] for one in escalation()["asks"]]
    assert at.draft.drafts[0].text == "We are at it."


async def test_the_words_beside_a_text_and_an_empty_text_are_changed_by_their_path() -> None:
    at = await desk()
    await at.handed_in(drafts=[reply("We are at it.")])
    told = await at.edit(places=[
        {"path": "drafts[0].when", "text": "now"}, {"path": "ideas", "text": "The limit may be read too late."},
    ])  # fmt: skip
    assert told.final, told.text
    assert (at.draft.drafts[0].when, at.draft.ideas) == ("now", "The limit may be read too late.")


async def test_an_edit_that_does_not_fit_changes_nothing_and_says_why() -> None:
    at = await desk()
    await at.handed_in()
    before, opening = at.draft, at.line("opening")
    for edits, more, told in (
        ([delete(9_000)], {}, "There are no lines 9000"),
        ([], {"places": [{"path": "tried[0]", "text": "x"}]}, "There is no text at `tried[0]`"),
        ([], {"order": [4]}, "`order` has to name each text once"),
        ([], {"ask_order": [4]}, "`ask_order` has to name each ask once"),
        ([replace(opening, "x")], {"places": [{"path": "opening", "text": "y"}]}, "by lines and as a whole"),
        ([], {"drafts": [{"ticket": T1, "kind": "letter", "text": "x", "when": ""}]}, "drafts[0].kind"),
    ):  # fmt: skip
        answer = await at.edit(*edits, **more)
        at.drafting.begin_edit()
        assert answer.is_error
        assert told in answer.text
        assert at.draft == before


async def test_an_edit_before_a_draft_and_a_draft_after_it_are_refused() -> None:
    at = await desk()
    assert at.drafting.begin_edit() is None
    refused = await at.edit()
    assert refused.is_error
    assert "`assess`" in refused.text
    await at.handed_in()
    again = await at.submit()
    assert again.is_error
    assert "`edit`" in again.text


async def test_an_edit_comes_back_so_often_and_the_next_is_final() -> None:
    at = await desk()
    await at.handed_in(asks=[ask("Approve a credit.", kind="approve")])
    most = policy().brief.max_repairs
    answers = [await at.edit() for _ in range(most + 1)]
    assert [one.final for one in answers] == [False] * most + [True]
    assert all(one.is_error for one in answers)


async def test_a_note_for_support_takes_texts_and_no_asks() -> None:
    service, case = await opened(records())
    solved = {"answer": "yes", "cites": ["knowledge_base/K-3"], "why": "it fits"}
    assert (
        await service.assess(case, Assessment.model_validate(facts(documented_solution=solved)))
    ).decision is not None
    drafting = DraftingTools(service, case, policy())
    tools = {tool.spec.name: tool for tool in drafting.tools()}
    await tools[SUBMIT_HANDLING].run(handling())
    drafting.begin_edit()
    refused = await tools[EDIT].run({"edits": [], "asks": [ask("Fix it.")]})
    assert refused.is_error
    assert "asks" in refused.text
    told = await tools[EDIT].run({"edits": [], "messages": [{"to": "#support", "text": "It was the setting."}]})
    assert told.final, told.text


def test_what_an_entry_holds_is_told_by_the_submit_alone() -> None:
    tools = {tool.spec.name: tool for tool in DraftingTools(None, "", policy()).tools()}  # type: ignore[arg-type]
    for name in ("Ask", "CustomerDraft", "ColleagueText"):
        whole = tools[SUBMIT_ESCALATION].spec.input_schema["$defs"][name]["properties"]
        short = tools[EDIT].spec.input_schema["$defs"][name]["properties"]
        assert whole.keys() == short.keys()
        assert all("description" not in field for field in short.values())
        assert any("description" in field for field in whole.values())


async def test_what_does_not_fit_the_schema_is_mended_without_saying_the_rest_again() -> None:
    at = await desk()
    refused = await at.submit(opening="x" * 7000, deadline={"by": "t" * 61, "basis": "sla", "text": "By noon."})
    assert refused.is_error
    assert "deadline.by" in refused.text
    again = await at.edit(places=[{"path": "opening", "text": "Please look at once."}])
    assert again.is_error
    assert "opening" not in again.text
    taken = await at.edit(places=[{"path": "deadline.by", "text": T1}])
    assert (taken.text, taken.final) == ("Taken.", True)
    assert at.draft.opening == "Please look at once."
    assert at.drafting.begin_edit() is not None


async def test_a_mend_of_a_place_that_is_not_there_says_so() -> None:
    at = await desk()
    await at.submit(opening="x" * 7000)
    for path in ("asks[9].text", "asks[9]", "", "opening.text", "summary[0]"):
        told = await at.tools[EDIT].run({"edits": [], "places": [{"path": path, "text": "New."}]})
        assert told.is_error
        at.drafting._repairs = 0
    assert "There is no text at" in told.text


async def test_before_anything_is_handed_in_there_is_nothing_to_edit() -> None:
    at = await desk()
    told = await at.edit()
    assert told.is_error
    assert "another time" in told.text


async def test_a_document_far_longer_than_is_read_comes_back_once_to_be_shortened() -> None:
    at = await desk()
    told = await at.handed_in(ideas="Is a b c? " * 590)
    assert re.search(r"It has \d+ words \(.+\), and (\d+) are read: bring it down to \1\.", told)
    assert "== ideas (2360 words)" in told
    back = await at.edit(replace(at.line("opening"), at.draft.opening.splitlines()[0]))
    assert (back.is_error, back.final) == (True, False)
    assert back.text.startswith("Edited. It has")
    assert "== ideas" in back.text
    taken = await at.edit(delete(at.line("ideas", 0)))
    assert (taken.text, taken.final) == ("Accepted.", True)
    assert at.draft.ideas == ""


async def test_it_comes_back_once_and_no_more() -> None:
    at = await desk()
    await at.handed_in(ideas="Is a b c? " * 590)
    assert not (await at.edit()).final
    assert (await at.edit()).text == "Accepted."
