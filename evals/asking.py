"""Asks the questions of a run without a model as a terminal does, of somebody who knows the case: how many it takes."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from customer_escalation.cases.interview import Turn
from customer_escalation.cases.journal_store import JournalStore
from customer_escalation.cases.recorded import RecordedResult
from customer_escalation.decision.inputs import DecisionInput
from customer_escalation.decision.questions import Choice, Question
from customer_escalation.decision.topics import IMPACT, NONE
from customer_escalation.domain.evidence import Evidence
from customer_escalation.domain.record_ids import own_part
from customer_escalation.headless import Request, start
from skill_runtime.ledger import Record


@dataclass
class Knows:
    """A person who gives a case's true answers, and says that they cannot tell where the case has none."""

    answers: Mapping[str, str]
    by: str = "the case's author"
    asked: list[str] = field(default_factory=list)
    """The questions in their order, by name."""

    def begin(self, case: DecisionInput) -> None:
        """See ``Interviewer``."""

    def choose(self, text: str, tickets: Sequence[Record], evidence: Evidence) -> tuple[Record, ...] | None:
        """See ``Interviewer``."""
        self.asked.append("case")
        meant = self.answers.get("case", "").split()
        return tuple(ticket for ticket in tickets if own_part(ticket.id) in meant)

    def ask(self, question: Question, case: DecisionInput, *, each: bool) -> Choice | Turn:
        """See ``Interviewer``."""
        self.asked.append(question.name)
        choices = [*question.choices, question.none]
        offered = {said for one in choices for _, said in one.sets}
        return next(
            (one for one in choices if all(self._said(name, offered) == said for name, said in one.sets)), "unknown"
        )

    def _said(self, name: str, offered: Collection[str]) -> str | None:
        """Their answer; where an impact is not on offer, such as a wish, that the customers get by."""
        answer = self.answers.get(name)
        return answer if not name.startswith(IMPACT) or answer in offered else NONE[IMPACT]


def ask(issue: str, workspace: Path, answers: Mapping[str, str], runs: Path) -> tuple[RecordedResult, tuple[str, ...]]:
    """Run a case without a model with somebody who knows it; its result, and what was asked. ``runs`` keeps the journal."""
    person = Knows(answers)
    request = Request(issue=issue, workspace=str(workspace), use_model=False)
    return start(request, lambda _: None, JournalStore(runs), person), tuple(person.asked)
