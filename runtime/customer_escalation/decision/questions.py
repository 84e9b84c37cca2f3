"""Which questions a person has to answer before the rules can decide: few, the weightiest first, none that no longer matters.

An answer matters where it leads to another outcome, severity or target: alone, or beside what up to two other open questions
may still bring. Unknown facts count for nothing in the rules, so what is tried is one answer beside another.
"""

from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from itertools import combinations, product
from typing import NamedTuple

from customer_escalation.decision.answers import answer_of
from customer_escalation.decision.inputs import DecisionInput
from customer_escalation.decision.rules.decide import Labels
from customer_escalation.decision.supposing import Settings, Suppositions
from customer_escalation.decision.topics import IMPACT, NONE, TOPICS, Topic
from customer_escalation.domain.facts import Assessment

BESIDE = 2
"""So many other open questions are tried together with one."""


@dataclass(frozen=True)
class Choice:
    """One possible answer to a question."""

    label: str
    sets: Settings
    """What it says of which facts."""
    decides: str = ""
    """What the rules would make of it alone, such as ``escalate, Critical, Engineering``."""


@dataclass(frozen=True)
class Question:
    """What to ask a person."""

    name: str
    text: str
    choices: tuple[Choice, ...]
    none: Choice
    """That none of these choices is so; it says nothing of what they do not offer."""
    bearing: tuple[str, ...]
    """Refs of the records to look at, by structure."""
    why: str
    """What hangs on it, in a sentence."""

    @property
    def tells(self) -> bool:
        """Does an answer to it alone lead elsewhere?"""
        return any(choice.decides != self.none.decides for choice in self.choices)


class OpenQuestions(NamedTuple):
    """What is still to be asked on a case."""

    questions: tuple[Question, ...] = ()
    leads_to: tuple[str, ...] = ()
    """Every decision that the answers can lead to, in words, as far as three of them together tell."""


def open_questions(case: DecisionInput) -> OpenQuestions:
    """Every question whose answer can still change the decision, the weightiest first, and where the answers lead."""
    search = _Search(case)
    questions = tuple(search.questions())
    return OpenQuestions(questions, tuple(map(decided, dict.fromkeys(search.everything()))) if questions else ())


def next_question(case: DecisionInput, unanswerable: Collection[str] = ()) -> Question | None:
    """The first of them that is not among ``unanswerable``; None where there is none."""
    found = _Search(case).questions()
    return next((question for question in found if question.name not in unanswerable), None)


def question_json(question: Question) -> dict[str, object]:
    """A question as JSON: its choices and that none of them is so, each with the facts that it answers and what it decides."""
    return {
        "question": question.name,
        "text": question.text,
        "why": question.why,
        "records": list(question.bearing),
        "choices": [
            {"label": one.label, "answers": dict(one.sets), "decides": one.decides}
            for one in (*question.choices, question.none)
        ],
    }


def decided(labels: Labels) -> str:
    """A decision in a few words."""
    return ", ".join([labels[0].value.replace("_", " "), *(one.value for one in labels[1:] if one)])


class _Search:
    """Tries answers on one case."""

    def __init__(self, case: DecisionInput) -> None:
        self._case = case
        self.labels = Suppositions(case).labels
        self._open = {topic.name: found for topic in TOPICS if (found := self._choices(topic))}

    def questions(self) -> Iterator[Question]:
        """Each topic that matters, with the choices that do."""
        now = self.labels()
        for topic in TOPICS:
            kept = [sets for sets in self._open.get(topic.name, ()) if self._matters(topic, sets)]
            if not kept:
                continue
            if (
                len(topic.no) == 1
            ):  # each choice is another answer to one fact, and so is none of them: all have to be there
                kept = list(self._open[topic.name])
            words = {(fact, answer): label for label, fact, answer in topic.choices}
            choices = tuple(Choice(words[sets[0]], sets, decided(self.labels(sets))) for sets in kept)
            offered = {fact for sets in kept for fact, _ in sets}
            none = tuple((fact, answer) for fact, answer in self._none(topic) if fact in offered)
            bearing = dict.fromkeys(ref for name, _ in none for ref in _bearing(self._case.facts, name))
            leads = dict.fromkeys(choice.decides for choice in choices if choice.decides != decided(now))
            why = f"It may make it: {'; '.join(leads)}." if leads else "It counts together with other answers."
            yield Question(topic.name, topic.text, choices, Choice(topic.none, none, decided(self.labels(none))),
                           tuple(bearing), why)  # fmt: skip

    def everything(self) -> Iterator[Labels]:
        """What the rules decide on every choice of up to three topics."""
        for count in range(BESIDE + 2):
            for names in combinations(self._open, count):
                for settings in product(*(self._open[name] for name in names)):
                    yield self.labels(*settings)

    def _choices(self, topic: Topic) -> tuple[Settings, ...]:
        """The choices on facts that are unknown."""
        return tuple(((fact, answer),) for _, fact, answer in topic.choices if _is_unknown(self._case, fact))

    def _none(self, topic: Topic) -> Settings:
        return tuple((fact, answer) for fact, answer in topic.no.items() if _is_unknown(self._case, fact))

    def _matters(self, topic: Topic, sets: Settings) -> bool:
        """Beside any answers to up to two other topics the choice leads elsewhere than none of the topic does."""
        none = self._none(topic)
        others = [name for name in self._open if name != topic.name]
        return any(
            self.labels(*beside, sets) != self.labels(*beside, none)
            for count in range(BESIDE + 1)
            for names in combinations(others, count)
            for beside in product(*(self._open[name] for name in names))
        )


def _is_unknown(case: DecisionInput, name: str) -> bool:
    if name == IMPACT:
        return any(account.impact == "unknown" for account in case.affected)
    return answer_of(getattr(case.facts, name)) == "unknown"


def _bearing(facts: Assessment, name: str) -> list[str]:
    """The records that an unknown fact cites: what is to be looked at."""
    if name == IMPACT:
        return [ref for account in facts.affected if account.impact == "unknown" for ref in account.cites]
    return list(getattr(getattr(facts, name), "cites", ()))


def for_each_account(question: Question, case: DecisionInput) -> tuple[Question, ...]:
    """The question about the impact, asked for each account of which it is unknown: where it is not the same for all."""
    return tuple(
        replace(
            question,
            name=f"{IMPACT}-{number}",
            text=f"What can {account.name} not do?",
            choices=tuple(
                replace(one, sets=((f"{IMPACT}-{number}", one.sets[0][1]),), decides="") for one in question.choices
            ),
            none=replace(question.none, sets=((f"{IMPACT}-{number}", NONE[IMPACT]),), decides=""),
            bearing=account.refs,
        )
        for number, account in enumerate(case.affected, 1)
        if account.impact == "unknown"
    )
