"""How a model hands in its work: ``assess`` for the facts, a document in plain text, and ``edit`` for the reader who goes over it then.

They put each call to the case service and answer a mistake with findings that say how to mend it, all at once. The document goes to a
reader who did not write it, with what the check found; an edit comes back so many times, and the one after that is taken with its
findings. Warnings go to the person who sends the brief.
"""

from collections.abc import Awaitable, Callable, Sequence
from typing import Any

from pydantic import BaseModel, ValidationError

from customer_escalation.cases.editing import DocumentEdit, in_lines, told_by_line
from customer_escalation.cases.errors import WrongDraft
from customer_escalation.cases.guessed_index import guessed_index
from customer_escalation.cases.service import CaseService
from customer_escalation.cases.steps import ReviewedDraft
from customer_escalation.domain.document_reading import UnplacedEntry, written_draft
from customer_escalation.domain.facts import StatedAssessment
from customer_escalation.domain.findings import Finding, listed, schema_findings
from customer_escalation.domain.index import DocumentIndex
from customer_escalation.domain.lines import NoSuchLine
from customer_escalation.domain.outcomes import Outcome
from customer_escalation.domain.tool_schema import tool_schema
from customer_escalation.domain.written import is_written
from customer_escalation.drafting.prompts import prompt
from customer_escalation.drafting.prompts.decided import DOCUMENT, KEPT, decision_told, own_reading
from customer_escalation.policy import Policy
from customer_escalation.policy.text import fill
from customer_escalation.review.budget import LENGTH, read_of, words_in
from skill_runtime.tools import Access, Tool, ToolReturn, ToolSpec

ASSESS = "assess"
EDIT = "edit"
HANDED_IN = "the document, as the text of an answer without a call"
FEWEST_WORDS = 40
"""Of a document; a refusal or a question is none."""
OF_CUSTOMER_TEXTS = "P2"
"""The rule about what may not stand in a text that leaves the house."""
NOT_YET = frozenset({"B2", "B3", "B5", "T4", "T5", "R1", "R5"})
"""Rules about asks, moments and who gets a text, of which nothing is known before there is an index, and about the form of steps, which a
reader sees.
"""


class DraftingTools:
    """The tools on one case: those of its writer until there is a document, then that of the reader who edits it.

    All are there from the beginning to the end, so that what both are told begins alike.
    """

    def __init__(self, service: CaseService, case: str, policy: Policy) -> None:
        self._service = service
        self._case = case
        self._policy = policy
        self._repairs = 0
        self._assessments_refused = 0
        self._drafted = ""
        """What was written as the answer before there was a decision."""
        self._reminded = False
        """The writer was told what the facts leave out; once is enough."""
        self._document = ""
        """As it was written and edited last, with no marks but those of its writers."""
        self._index = DocumentIndex()
        self._editing = False

    def tools(self) -> list[Tool]:
        """The tools, for the loop."""
        return [
            self._tool(ASSESS, prompt("tools/assess.md.j2", assistant=False), StatedAssessment, self._assess),
            self._tool(EDIT, prompt("tools/edit.md"), DocumentEdit, self._edit),
        ]

    def hear(self, text: str, beside: Sequence[str]) -> None:
        """The document, where it stands in one answer with the facts; a remark beside corrected facts takes no document's place."""
        if ASSESS in beside and not self._editing and words_in(text) >= max(FEWEST_WORDS, words_in(self._drafted) // 2):
            self._drafted = text

    async def take_document(self, text: str) -> ToolReturn:
        """The document as the text of an answer: the writer's, which is kept as it stands, then its reader's, which takes its place."""
        undecided = self._service.work(self._case).casework.decision is None
        if words_in(text) < FEWEST_WORDS:
            if not self._drafted or undecided or self._editing:
                return ToolReturn("That is no document: write it whole, as your answer.", is_error=True)
            text = self._drafted  # it stands, as its writer was asked
        if undecided:
            again, self._drafted = bool(self._drafted), text
            return ToolReturn(f"Kept. Now call `{ASSESS}` with the facts of the case.", is_error=again)
        try:
            index = await self._first_submitted(text)
        except ValidationError as error:
            return ToolReturn(f"The document was not taken:\n{listed(schema_findings(error))}", is_error=True)
        except WrongDraft as error:
            return ToolReturn(
                f"The records that it names change the decision to “{error.decision.outcome.value}”: write it anew for that.",
                is_error=True,
            )
        self._document, self._index = text, index
        if not self._editing:
            return ToolReturn("Taken.", final=True)
        return ToolReturn(prompt("index.md.j2", findings=self._doubts(), document=in_lines(self._document)))

    async def _first_submitted(self, document: str) -> DocumentIndex:
        """The guessed index of a document that was submitted with it, or the empty one where the guess does not fit."""
        index = guessed_index(document, self._service.work(self._case).casework.evidence)
        try:
            await self._submitted(document, index)
        except UnplacedEntry:
            index = DocumentIndex()
            await self._submitted(document, index)
        return index

    def _doubts(self, *, numbered: bool = True) -> str:
        """What the check says of the document, as far as it can be judged without an index."""
        review = self._service.work(self._case).casework.review
        shown = [one for one in review.findings if one.rule not in NOT_YET and one.where != LENGTH] if review else []
        return self._told([_as_guessed(one) for one in shown], numbered=numbered)

    def begin_edit(self) -> str | None:
        """What the reader is told of the document; None where there is none. From here on only an edit is taken."""
        work = self._service.work(self._case).casework
        review, decision, inputs = work.review, work.decision, work.case
        if review is None or decision is None or inputs is None or not is_written(review.draft):
            return None
        self._editing, self._repairs = True, 0
        return prompt(
            "edit.md.j2",
            decision=decision_told(decision, inputs, work.figures, None),
            document=self._document,
            findings=self._doubts(numbered=False),
            escalates=decision.outcome == Outcome.ESCALATE,
            length=self._length(),
        )

    def _length(self) -> str:
        """How long the document is beside what is read, for its reader."""
        work = self._service.work(self._case).casework
        assert work.decision is not None
        assert work.case is not None
        words = words_in(self._document)
        read = read_of(work.decision.outcome, len(work.case.affected))
        if words > read:
            return f"The draft has {words} words, and about {read} are read to the end: that is what it should come down to."
        return (
            f"The draft has {words} words. The document should end up no longer, unless something harmful was missing."
        )

    def _tool(
        self,
        name: str,
        description: str,
        takes: type[BaseModel],
        run: Callable[[dict[str, Any]], Awaitable[ToolReturn]],
    ) -> Tool:
        schema = tool_schema(takes, lambda text: fill(text, self._policy))
        return Tool(ToolSpec(name, description, schema, strict=True), Access.LOCAL, self._in_turn(name, run))

    def _in_turn(
        self, name: str, run: Callable[[dict[str, Any]], Awaitable[ToolReturn]]
    ) -> Callable[[dict[str, Any]], Awaitable[ToolReturn]]:
        async def called(data: dict[str, Any]) -> ToolReturn:
            if self._editing != (name == EDIT):
                wanted = f"call `{EDIT}`" if self._editing else f"call `{ASSESS}`, then write {HANDED_IN}"
                return self._again(f"That comes at another time: {wanted}.")
            return await run(data)

        return called

    async def _assess(self, data: dict[str, Any]) -> ToolReturn:
        try:
            facts = StatedAssessment.model_validate(data).whole()
        except ValidationError as error:
            return self._facts_again(schema_findings(error))
        assessed = await self._service.assess(self._case, facts)
        if assessed.decision is None or assessed.inputs is None:
            return self._facts_again(assessed.findings)
        contested = [finding.message for finding in assessed.contested]
        hints = () if self._reminded else assessed.hints
        hand_in, refused = KEPT if self._drafted else DOCUMENT, ""
        if self._drafted and not (contested or hints or own_reading(assessed.decision, facts)):
            taken = await self.take_document(self._drafted)
            if taken.final:
                return taken
            hand_in, refused = DOCUMENT, f"{taken.text}\n\n"
        self._reminded = True
        told = decision_told(assessed.decision, assessed.inputs, assessed.figures, hand_in, hints, contested=contested)
        return ToolReturn(f"{refused}{told}")

    async def _edit(self, data: dict[str, Any]) -> ToolReturn:
        try:
            edit = DocumentEdit.model_validate(data)
            document = edit.applied(self._document)
        except ValidationError as error:
            findings = listed(schema_findings(error))
            return self._again(f"The edit was not taken; it does not fit the schema:\n{findings}")
        except NoSuchLine as error:
            return self._again(f"The edit was not taken. {error}")
        index = edit.filled_from(self._index)
        try:
            reviewed = await self._submitted(document, index)
        except ValidationError as error:
            return self._again(f"The edit was not taken:\n{listed(schema_findings(error))}")
        except UnplacedEntry as error:
            self._document = document
            now = in_lines(document)
            return self._again(
                f"The edits are in, the index is not. {error}\nCall `{EDIT}` with no edits and the index anew. The document now:\n{now}"
            )
        except WrongDraft as error:
            return self._again(f"The edit was not taken: the decision is “{error.decision.outcome.value}”.")
        self._document, self._index = document, index
        told = self._edited(reviewed)
        return _decided_again(reviewed, told) if reviewed.decided_again else told

    async def _submitted(self, document: str, index: DocumentIndex) -> ReviewedDraft:
        decision = self._service.work(self._case).casework.decision
        escalates = decision is not None and decision.outcome == Outcome.ESCALATE
        return await self._service.submit(self._case, written_draft(document, index, escalates=escalates))

    def _edited(self, reviewed: ReviewedDraft) -> ToolReturn:
        hard, findings = reviewed.review.hard, reviewed.review.findings
        if not hard:
            return ToolReturn("Accepted.", final=True)
        warnings = len(findings) - len(hard)
        also = f" ({warnings} more are warnings: mend what is right in them)" if warnings else ""
        return self._again(
            f"Edited, and not accepted yet. Mend these {len(hard)} places{also}; the index is given again only where it "
            f"changes:\n{self._told(findings)}\n\nThe document now:\n{in_lines(self._document)}"
        )

    def _told(self, findings: Sequence[Finding], *, numbered: bool = True) -> str:
        draft = self._service.draft(self._case)
        if not is_written(draft):
            return listed(findings)
        return told_by_line(findings, draft, self._document, numbered=numbered)

    def _facts_again(self, findings: Sequence[Finding]) -> ToolReturn:
        self._assessments_refused += 1
        text = f"The assessment was not taken. Correct these and call `{ASSESS}` again:\n{listed(findings)}"
        return ToolReturn(text, is_error=True, final=self._assessments_refused > self._policy.brief.max_repairs)

    def _again(self, text: str) -> ToolReturn:
        most = self._policy.brief.max_repairs
        if self._repairs >= most:
            return ToolReturn(
                text + "\nNo repair is left; the brief goes to a person for review.", is_error=True, final=True
            )
        self._repairs += 1
        left = most - self._repairs + 1
        return ToolReturn(f"{text}\n({left} more {'try' if left == 1 else 'tries'}.)", is_error=True)


def _as_guessed(finding: Finding) -> Finding:
    """As long as no index says where a text goes, a note in a ticket looks like a letter to its customer."""
    if finding.rule != OF_CUSTOMER_TEXTS or finding.level != "H":
        return finding
    told = f"This has to be gone if the text goes to the customer: {finding.message}"
    return finding.model_copy(update={"level": "W", "message": told})


def _decided_again(reviewed: ReviewedDraft, told: ToolReturn) -> ToolReturn:
    """The answer below the decision that the draft's own citations brought about."""
    decision = decision_told(reviewed.decision, reviewed.inputs, reviewed.figures, None)
    text = f"The records that the document rests on change the decision.\n{decision}\n\n{told.text}"
    return ToolReturn(text, is_error=told.is_error, final=told.final)
