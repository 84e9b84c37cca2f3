"""How a model hands in its work: a document in plain text, then the edit of its last reader, and what each is told."""

from typing import Any

import pytest
from tests.customer_escalation.casebook import evidence, issue, policy, stated
from tests.customer_escalation.cases.opened import opened
from tests.customer_escalation.documents import document, index
from tests.customer_escalation.drafts import T1, ask, escalation, facts, handling, records, reply

from customer_escalation.cases.drafting_tools import ASSESS, EDIT, DraftingTools
from customer_escalation.cases.editing import in_lines
from customer_escalation.cases.service import CaseService
from customer_escalation.domain.facts import Assessment
from customer_escalation.domain.written import Written, WrittenEscalation, is_written
from skill_runtime.tools import Tool, ToolReturn

FACTS = Assessment.model_validate(facts())
SOLVED = {"answer": "yes", "cites": ["knowledge_base/K-3"], "why": "it fits"}
SENTENCE = "In all 9,731 rows were lost."


class Desk:
    """A case that is decided, and the tools on it."""

    def __init__(self, service: CaseService, case: str, *, escalates: bool = True) -> None:
        self.service, self.case, self.escalates = service, case, escalates
        self.drafting = DraftingTools(service, case, policy())
        self.tools: dict[str, Tool] = {tool.spec.name: tool for tool in self.drafting.tools()}
        self.written = ""

    def of(self, **changes: Any) -> str:
        """The document of a draft without a fault, with changes."""
        return (
            document(escalation(**changes), "High", "Engineering") if self.escalates else document(handling(**changes))
        )

    async def write(self, text: str = "", **changes: Any) -> ToolReturn:
        self.written = text or self.of(**changes)
        return await self.drafting.take_document(self.written)

    async def begun(self, text: str = "", **changes: Any) -> str:
        """A document is handed in; what its reader is told."""
        assert (await self.write(text, **changes)).final
        told = self.drafting.begin_edit()
        assert told is not None
        return told

    async def edit(self, *edits: dict[str, Any], **parts: Any) -> ToolReturn:
        return await self.tools[EDIT].run({"edits": list(edits), **parts})

    async def edit_all(self, *edits: dict[str, Any], **changes: Any) -> ToolReturn:
        """With the index of the draft with these changes."""
        draft = escalation(**changes) if self.escalates else handling(**changes)
        return await self.edit(*edits, **index(draft))

    def line(self, begins: str) -> int:
        """The number of the line that begins so."""
        return next(n for n, line in enumerate(self.written.split("\n"), 1) if line.startswith(begins))

    @property
    def draft(self) -> Written:
        draft = self.service.draft(self.case)
        assert is_written(draft)
        return draft


def replace(line: int, text: str) -> dict[str, Any]:
    return {"do": "replace", "first": line, "last": line, "after": 0, "text": text}


def insert(line: int, text: str) -> dict[str, Any]:
    return {"do": "insert", "first": line, "last": line, "after": 0, "text": text}


async def desk(*, escalates: bool = True) -> Desk:
    service, case = await opened(records())
    stated = FACTS if escalates else Assessment.model_validate(facts(documented_solution=SOLVED))
    assert (await service.assess(case, stated)).decision is not None
    return Desk(service, case, escalates=escalates)


async def test_the_reader_gets_the_decision_the_document_by_lines_and_what_the_check_found() -> None:
    at = await desk()
    told = await at.begun(description=f"{escalation()['description']} {SENTENCE}")
    assert "Decision: escalate. Severity:" in told
    assert at.written in told
    line = next(line for line in at.written.split("\n") if SENTENCE in line)
    assert f"- In “{line[:80]}”: “9,731” (number): no record of this run holds it." in told


async def test_what_only_an_index_tells_is_not_doubted_before_there_is_one() -> None:
    told = await (await desk()).begun()
    assert "The check" not in told


async def test_a_document_with_its_index_is_accepted_and_printed_as_it_was_written() -> None:
    at = await desk()
    drafts = [reply("Hello J. Doe,\n\nWe are at it.\n\nRegards\n[name]")]
    await at.begun(drafts=drafts, messages=[{"to": "#support", "text": "Please do not run it twice."}])
    told = await at.edit_all(drafts=drafts, messages=[{"to": "#support", "text": "Please do not run it twice."}])
    assert (told.text, told.final) == ("Accepted.", True)
    draft = at.draft
    assert isinstance(draft, WrittenEscalation)
    assert [(one.ticket, one.kind) for one in draft.drafts] == [(T1, "reply")]
    assert draft.drafts[0].text.startswith("Hello J. Doe,\n\nWe are at it.")
    assert [(one.to, one.text) for one in draft.messages] == [("#support", "Please do not run it twice.")]
    assert [(one.owner, one.kind) for one in draft.asks] == [("Engineering", "fix")]
    assert (draft.deadline.by, draft.deadline.basis) == ("2026-03-20", "customer_given")


async def test_an_edit_changes_lines_and_what_it_adds_is_reviewed() -> None:
    at = await desk()
    await at.begun()
    first = at.line("Engineering: fix the batch limit")
    told = await at.edit_all(
        replace(first, "Please fix the batch limit that 7.2.0 lowered."),
        insert(at.line("1. agent.kim ran it twice"), f"2. {SENTENCE}"),
    )
    assert told.is_error
    assert "9,731" in told.text
    number = next(n for n, line in enumerate(told.text.split("\n")) if SENTENCE in line)
    assert told.text.split("\n")[number].split("\t")[1] == f"2. {SENTENCE}"
    line = int(told.text.split("\n")[number].split("\t")[0])
    mended = await at.edit({"do": "delete", "first": line, "last": line, "after": 0, "text": ""})
    assert (mended.text, mended.final) == ("Accepted.", True)
    assert isinstance(at.draft, WrittenEscalation)
    assert "Please fix the batch limit" in at.draft.opening
    assert at.draft.asks, "an index that was given stays"


async def test_an_index_that_does_not_fit_is_asked_for_alone() -> None:
    at = await desk()
    await at.begun()
    parts = index(escalation())
    parts["asks"][0]["begins"] = "Nobody ever wrote that."
    told = await at.edit(replace(at.line("Engineering: fix"), "Please fix it."), **parts)
    assert told.is_error
    assert "no line under `### What's Needed` begins with “Nobody ever wrote that.”" in told.text
    assert "\tPlease fix it." in told.text, "the edits are in"
    again = await at.edit(**index(escalation()))
    assert (again.text, again.final) == ("Accepted.", True)


async def test_two_texts_that_begin_alike_are_told_apart_by_more_words() -> None:
    at = await desk()
    texts = [reply("Hello,\n\nwe look into it."), reply("Hello,\n\nwe still look into it.", kind="update")]
    await at.begun(drafts=texts)
    parts = index(escalation(drafts=texts))
    for one in parts["texts"]:
        one["begins"] = "Hello"
    told = await at.edit(**parts)
    assert told.is_error
    assert "Two texts begin with “Hello”" in told.text
    assert (await at.edit(**index(escalation(drafts=texts)))).final


async def test_an_edit_that_does_not_fit_changes_nothing_and_says_why() -> None:
    at = await desk()
    await at.begun()
    before = at.draft
    for edits, parts, told in (
        ([{"do": "delete", "first": 9_000, "last": 9_000, "after": 0, "text": ""}], {}, "There are no lines 9000"),
        ([], {"texts": [{"begins": "Hello", "goes": "letter", "to": T1, "when": ""}]}, "texts[0].goes"),
    ):
        answer = await at.edit(*edits, **parts)
        at.drafting.begin_edit()
        assert answer.is_error
        assert told in answer.text
        assert at.draft == before


async def test_each_comes_at_its_time() -> None:
    at = await desk()
    assert at.drafting.begin_edit() is None
    refused = await at.edit()
    assert refused.is_error
    assert f"`{ASSESS}`" in refused.text


async def test_the_readers_document_takes_the_place_and_its_index_is_asked_for_with_what_is_doubted() -> None:
    at = await desk()
    await at.begun()
    sound = await at.write()
    assert (sound.is_error, sound.final) == (False, False)
    assert sound.text == "Taken. Now call `edit` with the index of this document; no edits are needed."
    doubted = await at.write(description=f"{escalation()['description']} {SENTENCE}")
    assert "9,731" in doubted.text
    assert in_lines(at.written).rstrip() in doubted.text
    number = next(n for n, line in enumerate(at.written.split("\n"), 1) if SENTENCE in line)
    line = at.written.split("\n")[number - 1].replace(f" {SENTENCE}", "")
    taken = await at.edit_all(replace(number, line))
    assert (taken.text, taken.final) == ("Accepted.", True)
    assert SENTENCE not in at.draft.description  # type: ignore[union-attr]


async def undecided() -> Desk:
    return Desk(*await opened(records()))


def as_stated(**own: str) -> dict[str, Any]:
    """The facts as a model gives them, with its own reading."""
    reading = {"outcome": "escalate", "severity": "High", "target": "Engineering", **own}
    return stated(Assessment.model_validate(facts(reading=reading))).model_dump(mode="json")


async def test_a_document_is_taken_in_one_answer_with_the_facts() -> None:
    at = await undecided()
    at.drafting.hear(at.of(), [ASSESS])
    told = await at.tools[ASSESS].run(as_stated())
    assert (told.is_error, told.final) == (False, True)
    begun = at.drafting.begin_edit()
    assert begun is not None
    assert at.of() in begun


async def test_a_few_words_beside_the_facts_are_no_document() -> None:
    at = await undecided()
    at.drafting.hear("The facts first.", [ASSESS])
    told = await at.tools[ASSESS].run(as_stated())
    assert not told.final
    assert "Now write the document" in told.text


async def test_a_document_before_the_facts_is_kept_until_they_come() -> None:
    at = await undecided()
    told = await at.write()
    assert (told.is_error, told.final) == (False, False)
    assert f"Now call `{ASSESS}`" in told.text
    assert (await at.write()).is_error, "written again instead of the facts, it counts as a stop"
    assert (await at.tools[ASSESS].run(as_stated())).final


async def test_a_document_of_another_decision_is_looked_at_by_its_writer_first() -> None:
    at = await undecided()
    at.drafting.hear(at.of(), [ASSESS])
    told = await at.tools[ASSESS].run(as_stated(target="Product"))
    assert (told.is_error, told.final) == (False, False)
    assert "Your own reading was escalate, High, Product" in told.text
    assert "Your document is kept" in told.text
    at.drafting.hear("You are right, and the target was wrong. " * 6, [ASSESS])
    assert (await at.tools[ASSESS].run(as_stated())).final, "corrected, it is taken as it was"
    assert (at.drafting.begin_edit() or "").count(at.of()) == 1


async def test_a_document_of_another_decision_may_stand_in_a_few_words() -> None:
    at = await undecided()
    at.drafting.hear(at.of(), [ASSESS])
    assert not (await at.tools[ASSESS].run(as_stated(severity="Medium"))).final
    assert (await at.write("It stands.")).final
    assert at.of() in (at.drafting.begin_edit() or "")


async def test_what_is_said_beside_a_search_is_no_document() -> None:
    at = await undecided()
    at.drafting.hear("Let me look for what else was said of this. " * 9, ["search", "read"])
    told = await at.tools[ASSESS].run(as_stated())
    assert not told.final
    assert "Now write the document" in told.text


async def test_what_the_facts_leave_out_goes_to_their_writer_once() -> None:
    world = records()
    twin = issue("P-77", "Nightly sync stops after 4,000 rows with E-77", "Open", "2026-03-03T08:00:00Z")
    world.ledger.put(evidence(twin).ledger.records["project_tracker/P-77"])
    at = Desk(*await opened(world))
    at.drafting.hear(at.of(), [ASSESS])
    told = await at.tools[ASSESS].run(as_stated())
    assert not told.final
    assert "Tracker items that look related and that no fact cites: project_tracker/P-77" in told.text
    assert (await at.tools[ASSESS].run(as_stated())).final


@pytest.mark.parametrize("text", ["I cannot help with that.", "Shall I go on?"])
async def test_a_few_words_are_no_document(text: str) -> None:
    at = await desk(escalates=False)
    told = await at.write(text)
    assert (told.is_error, told.final) == (True, False)
    assert "no document" in told.text


async def test_a_document_that_is_too_long_is_said_also_where_its_texts_could_not_be_guessed() -> None:
    at = await desk(escalates=False)
    cut_off = "For T-101:\n\n> Hello Ada,\n\n> we are at it.\n\n"
    told = await at.write(cut_off + "It stops again and again. " * 700)
    assert (told.is_error, told.final) == (True, False)
    assert told.text.startswith("The document was not taken:")


async def test_an_edit_comes_back_so_often_and_the_next_is_final() -> None:
    at = await desk()
    await at.begun(asks=[ask("Approve a credit.", kind="approve")])
    most = policy().brief.max_repairs
    answers = [await at.edit_all(asks=[ask("Approve a credit.", kind="approve")]) for _ in range(most + 1)]
    assert [one.final for one in answers] == [False] * most + [True]
    assert all("not what Engineering can do" in one.text for one in answers)


async def test_a_note_is_one_document_with_its_texts() -> None:
    at = await desk(escalates=False)
    told = await at.begun()
    assert "Decision: handle in support" in told
    taken = await at.edit_all()
    assert (taken.text, taken.final) == ("Accepted.", True)
    assert at.draft.drafts[0].text == handling()["drafts"][0]["text"]


async def test_the_template_is_kept_in_every_language_and_says_what_was_decided() -> None:
    at = await desk()
    text = at.of().replace("### Impact", "### Impacto").replace("**Severity:** High", "**Severidad:** High")
    told = await at.begun(text.replace("**Target team:** Engineering", "**Target team:** Product"))
    assert "The brief has no `### Impact`" in told
    assert "Below the title stands no `**Severity:**`" in told
    assert "`**Target team:**` begins with Engineering" in told


async def test_its_length_is_told_beside_what_is_read() -> None:
    at = await desk()
    assert "read to the end" not in await at.begun()
    long = await desk()
    told = await long.begun(context="- " + "Is a b c? " * 700)
    assert "words, and about 1550 are read to the end" in told
    assert "(B4, W)" not in told


async def test_security_is_told_where_the_containment_stands_and_nobody_doubts_it_before_the_index_says_where() -> None:
    exposed = {"level": "exposure_or_breach", "cites": [T1], "why": "a file went to another customer"}
    service, case = await opened(records())
    await service.assess(case, Assessment.model_validate(facts(security=exposed)))
    at = Desk(service, case)
    told = {
        "containment": "Aucun confinement n'est consigné.",
        "asks": [ask("Investigate it.", "Security", "investigate")],
    }
    text = document(escalation(**told), "Critical", "Security")
    assert "(T4, H)" not in await at.begun(text)
    left_out = {**index(escalation(**told)), "containment": ""}
    assert "The index names where the document says it. (T4, H)" in (await at.edit(**left_out)).text
    assert "(T4, H)" not in (await at.edit(containment="Aucun confinement n'est")).text


async def test_what_may_be_a_note_in_a_ticket_is_no_hard_doubt_before_an_index_says_that_it_goes_to_the_customer() -> (
    None
):
    at = await desk()
    told = await at.begun(drafts=[reply("Hello J. Doe,\n\nAgent Kim asked in C-9 and P-55.\n\nRegards\n[name]")])
    doubt = next(line for line in told.split("\n") if line.startswith("- In “> Agent Kim"))
    assert "This has to be gone if the text goes to the customer: " in doubt
    assert doubt.endswith("(P2, W)")
    await at.write(at.written)
    refused = await at.edit_all(drafts=[reply("Hello J. Doe,\n\nAgent Kim asked in C-9 and P-55.\n\nRegards\n[name]")])
    assert "(P2, H)" in refused.text
