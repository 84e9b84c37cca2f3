"""A person is asked until no answer can change the decision; each answer is written down, and can be taken back."""

from collections.abc import Sequence

from tests.customer_escalation.casebook import NOW, account, evidence, message, policy, ticket

from customer_escalation.cases.interview import Interview, Turn
from customer_escalation.decision.answers import PersonAnswer, with_answers
from customer_escalation.decision.figures import build_case
from customer_escalation.decision.inputs import DecisionInput
from customer_escalation.decision.questions import Choice, Question
from customer_escalation.decision.rules import decide
from customer_escalation.domain.evidence import Evidence
from customer_escalation.domain.outcomes import Severity, Target
from customer_escalation.drafting.assessment import assess_by_rules
from skill_runtime.ledger import Record

AT = "2026-03-04T10:00:00Z"
BIG = {"tier": "Enterprise", "arr_usd": 150_000}


class Scripted:
    """Gives these answers in turn; a number picks a choice, ``n`` says that nothing is so."""

    by = "Ada"

    def __init__(self, *turns: int | str) -> None:
        self.turns = list(turns)
        self.asked: list[str] = []

    def begin(self, case: DecisionInput) -> None:
        self.asked.append("begin")

    def choose(self, text: str, tickets: Sequence[Record], evidence: Evidence) -> tuple[Record, ...] | None:
        return None

    def ask(self, question: Question, case: DecisionInput, *, each: bool) -> Choice | Turn:
        self.asked.append(question.name)
        turn = self.turns.pop(0) if self.turns else "quit"
        if isinstance(turn, int):
            return question.choices[turn - 1]
        named: dict[str, Turn] = {"u": "unknown", "back": "back", "each": "each", "quit": "quit"}
        return named.get(turn, question.none) if turn != "n" else question.none


def interviewed(
    *turns: int | str, customers: tuple[str, ...] = ("Vale Foods",)
) -> tuple[Interview, Scripted, list[list[str]]]:
    """The interview at its end, who asked, and what was written down."""
    found = evidence(
        *(ticket(f"T-{number}", name, AT, message(f"T-{number}", 1, AT, "customer", "Log says PRN_4410."))
          for number, name in enumerate(customers, 1)),
        *(account(f"A-{number}", name, **BIG) for number, name in enumerate(customers, 1)),
    )  # fmt: skip
    structure = assess_by_rules("T-1", found, NOW, policy())
    kept: list[list[str]] = []

    def build(given: Sequence[PersonAnswer]) -> DecisionInput:
        for answer in given:
            found.ledger.put(answer.record())
        return build_case(with_answers(structure, given), found, policy(), NOW)[0]

    person = Scripted(*turns)
    interview = Interview(person, build, lambda given: kept.append([f"{one.name}={one.answer}" for one in given]), NOW)
    interview.run()
    return interview, person, kept


def decided(interview: Interview) -> tuple[Severity | None, Target | None]:
    decision = decide(interview.build(tuple(interview.given.values())))
    return decision.severity, decision.target


def test_one_heavy_answer_is_enough() -> None:
    interview, person, kept = interviewed(1)
    assert person.asked == ["begin", "harm"]
    assert decided(interview) == (Severity.CRITICAL, Target.SECURITY)
    assert kept == [["security=exposure_or_breach"]]


def test_the_answers_are_a_person_s() -> None:
    interview, _, _ = interviewed("n", "quit")
    assert {(one.by, one.at) for one in interview.given.values()} == {("Ada", NOW)}
    assert set(interview.given) == {"security", "data_harmed", "production_stopped"}


def test_what_nobody_knows_is_asked_once() -> None:
    _, person, kept = interviewed(*["u"] * 20)
    assert len(person.asked) == len(set(person.asked)) > 5
    assert kept == []


def test_an_answer_can_be_taken_back() -> None:
    interview, person, kept = interviewed("n", "back", 1)
    assert person.asked == ["begin", "harm", "business", "harm"]
    assert kept[1] == ["security=unknown", "data_harmed=unknown", "production_stopped=unknown"]
    assert decided(interview) == (Severity.CRITICAL, Target.SECURITY)


def test_there_is_nothing_before_the_first_question() -> None:
    _, person, kept = interviewed("back", "back", 1)
    assert person.asked == ["begin", "harm", "harm", "harm"]
    assert len(kept) == 1


def test_the_impact_is_asked_once_for_all_or_for_each() -> None:
    two = ("Vale Foods", "Harbour Mills")
    once, person, _ = interviewed("n", "n", "n", 1, customers=two)
    assert person.asked[4] == "impact"
    assert {one.impact for one in once.build(tuple(once.given.values())).affected} == {"blocked"}
    each, person, _ = interviewed("n", "n", "n", "each", 1, "n", customers=two)
    assert person.asked[4:7] == ["impact", "impact-1", "impact-2"]
    assert [one.impact for one in each.build(tuple(each.given.values())).affected] == ["blocked", "inconvenienced"]


def test_an_answer_for_one_account_can_be_taken_back() -> None:
    two = ("Vale Foods", "Harbour Mills")
    interview, person, kept = interviewed("n", "n", "n", "each", 1, "back", "n", "n", customers=two)
    assert person.asked[4:8] == ["impact", "impact-1", "impact-2", "impact-1"]
    assert ["impact-1=unknown"] in kept
    assert [one.impact for one in interview.build(tuple(interview.given.values())).affected] == ["inconvenienced"] * 2
    _, person, _ = interviewed("n", "n", "n", "each", "back", 1, customers=two)
    assert person.asked[4:7] == ["impact", "impact-1", "impact"]
