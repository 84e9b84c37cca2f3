"""A person is asked what the records cannot tell: question by question, until no answer can change the decision any more."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal, Protocol

from customer_escalation.decision.answers import PersonAnswer
from customer_escalation.decision.inputs import DecisionInput
from customer_escalation.decision.questions import Choice, Question, for_each_account, next_question
from customer_escalation.domain.evidence import Evidence
from skill_runtime.ledger import Record

Turn = Literal["unknown", "back", "quit", "each"]
"""``unknown``: they cannot say. ``each``: it is not the same for every account."""
Build = Callable[[Sequence[PersonAnswer]], DecisionInput]
Keep = Callable[[Sequence[PersonAnswer]], None]


class Interviewer(Protocol):
    """Whoever shows questions to a person."""

    by: str
    """The person's name."""

    def begin(self, case: DecisionInput) -> None:
        """Show what the case is about."""

    def choose(self, text: str, tickets: Sequence[Record], evidence: Evidence) -> tuple[Record, ...] | None:
        """Which of these; none of them; or None where they cannot say."""

    def ask(self, question: Question, case: DecisionInput, *, each: bool) -> Choice | Turn:
        """Put a question; ``each``: it may be answered for every account apart."""


@dataclass
class Interview:
    """The answers of one person, in the order in which they were given."""

    interviewer: Interviewer
    build: Build
    """The case on these answers."""
    keep: Keep
    """Writes answers down; an answer of ``unknown`` takes one back."""
    now: datetime
    given: dict[str, PersonAnswer] = field(default_factory=dict)
    _turns: list[tuple[Question, tuple[str, ...]]] = field(default_factory=list)
    _pending: list[Question] = field(default_factory=list)

    def run(self) -> tuple[PersonAnswer, ...]:
        """Ask until nothing matters any more, or the person stops; every answer that stands."""
        case = self._case()
        if next_question(case) is not None:
            self.interviewer.begin(case)
        while question := self._next(case):
            several = question.name == "impact" and len(for_each_account(question, case)) > 1
            turn = self.interviewer.ask(question, case, each=several)
            if turn == "quit":
                break
            self._take(question, turn, case)
            case = self._case()
        return tuple(self.given.values())

    def _case(self) -> DecisionInput:
        return self.build(tuple(self.given.values()))

    def _next(self, case: DecisionInput) -> Question | None:
        if self._pending:
            return self._pending[0]
        return next_question(case, {question.name for question, names in self._turns if not names})

    def _take(self, question: Question, turn: Choice | Turn, case: DecisionInput) -> None:
        if turn == "back":
            self._back()
        elif turn == "each":
            self._pending = list(for_each_account(question, case))
        else:
            sets = turn.sets if isinstance(turn, Choice) else ()
            answers = [
                PersonAnswer(name=name, answer=value, by=self.interviewer.by, at=self.now) for name, value in sets
            ]
            self._turns.append((question, tuple(answer.name for answer in answers)))
            self._pending = self._pending[1:]
            if answers:
                self.given |= {answer.name: answer for answer in answers}
                self.keep(answers)

    def _back(self) -> None:
        """The last question again, as if it had not been answered."""
        if self._pending and (not self._turns or self._turns[-1][0].name[:7] != "impact-"):
            self._pending = []
            return
        if not self._turns:
            return
        question, names = self._turns.pop()
        taken = [self.given.pop(name) for name in names]
        self._pending = [question, *self._pending] if question.name.startswith("impact-") else []
        if taken:
            self.keep([answer.model_copy(update={"answer": "unknown"}) for answer in taken])
