"""What a person answers where the records cannot: each answer is a fact of the case, and a record that can be cited."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Literal, get_args

from pydantic import BaseModel, ConfigDict

from customer_escalation.decision.topics import CASE, IMPACT, label_of
from customer_escalation.domain.categories import ANSWERS
from customer_escalation.domain.facts import (
    AffectedAccount,
    Assessment,
    Fact,
    FactName,
    SecurityFact,
    WorkaroundFact,
)  # fmt: skip
from skill_runtime.ledger import Record

IssueType = Literal[
    "bug", "outage", "data", "security", "configuration", "how_to", "feature_gap", "billing_or_policy", "other"
]  # fmt: skip


class PersonAnswer(BaseModel):
    """One answer, with who gave it."""

    model_config = ConfigDict(frozen=True)

    name: str
    """The fact's name; ``impact`` for all affected accounts, ``impact-2`` for the second; ``case`` for which tickets are meant."""
    answer: str
    refs: tuple[str, ...] = ()
    """Records that show it, where the person named some."""
    by: str
    at: datetime

    @property
    def ref(self) -> str:
        """How a brief cites it."""
        return f"{ANSWERS}/{self.name}"

    def record(self) -> Record:
        """As a record of ours; its moment dates no event of the case, so it is in no field that would."""
        data = {
            "ref": self.ref, "kind": "answer", "id": self.name, "author": self.by,
            "answer": self.answer, "given": self.at.isoformat(), "text": f"{self.name}: {self.answer}. Answered by {self.by}.",
        }  # fmt: skip
        return Record(ref=self.ref, data=data)


def possible(name: str) -> tuple[str, ...]:
    """The answers that a fact takes; empty where nothing is called so."""
    if name in get_args(FactName):
        return get_args(Fact.model_fields["answer"].annotation)
    if name == IMPACT or (name.startswith(f"{IMPACT}-") and name.removeprefix(f"{IMPACT}-").isdigit()):
        return get_args(AffectedAccount.model_fields["impact"].annotation)
    return _OTHERS.get(name, ())


_OTHERS: Mapping[str, tuple[str, ...]] = {
    "security": get_args(SecurityFact.model_fields["level"].annotation),
    "workaround": get_args(WorkaroundFact.model_fields["extent"].annotation),
    "open_ask": get_args(Assessment.model_fields["open_ask"].annotation),
    "need_shared": get_args(Fact.model_fields["answer"].annotation),
}


def answerable() -> tuple[str, ...]:
    """Every name that can be answered."""
    return (*get_args(FactName), *_OTHERS, IMPACT, CASE)


def with_answers(assessment: Assessment, answers: Iterable[PersonAnswer]) -> Assessment:
    """The facts with what a person answered; an answer of ``unknown`` leaves a fact as it is."""
    told = {answer.name: answer for answer in answers if answer.answer != "unknown" and answer.name != CASE}
    changes: dict[str, object] = {
        name: _stated(assessment, answer) for name, answer in told.items() if not name.startswith(IMPACT)
    }
    changes["affected"] = [
        _impact(account, told.get(f"{IMPACT}-{number}") or told.get(IMPACT))
        for number, account in enumerate(assessment.affected, 1)
    ]
    return typed(_implied(assessment.model_copy(update=changes))) if told else assessment


def _stated(assessment: Assessment, given: PersonAnswer) -> object:
    """The fact as the person has it; a yes also stands on what bears on it, a no on the person's word alone."""
    before = getattr(assessment, given.name)
    why = f"{label_of(given.name, given.answer)}, as {given.by} answered"
    if isinstance(before, Fact):
        bearing = given.refs or (before.cites if given.answer == "yes" else ())
        return Fact.model_validate({"answer": given.answer, "cites": [*bearing, given.ref], "why": why})
    if isinstance(before, SecurityFact):
        cites = [*(given.refs or (before.cites if given.answer != "none" else ())), given.ref]
        return SecurityFact.model_validate({"level": given.answer, "cites": cites, "why": why})
    if isinstance(before, WorkaroundFact):
        return WorkaroundFact.model_validate({"extent": given.answer, "cites": [*given.refs, given.ref], "why": why})
    return given.answer


def _impact(account: AffectedAccount, given: PersonAnswer | None) -> AffectedAccount:
    if given is None:
        return account
    cites = [*account.cites, *given.refs, given.ref]
    return account.model_copy(update={"impact": given.answer, "cites": cites, "still": "yes"})


def _implied(facts: Assessment) -> Assessment:
    """Whoever cannot work, or lacks a main function, has a main function broken; where all get by, none is."""
    given = [ref for account in facts.affected for ref in account.cites if ref.startswith(f"{ANSWERS}/{IMPACT}")]
    impacts = {account.impact for account in facts.affected}
    if facts.major_function_broken.answer != "unknown" or not given:
        return facts
    if impacts & {"blocked", "major_function_broken"}:
        cites = [
            ref for one in facts.affected if one.impact in ("blocked", "major_function_broken") for ref in one.cites
        ]
        why = "a customer cannot work, or lacks a main function, as answered"
        broken = Fact(answer="yes", cites=list(dict.fromkeys(cites)), why=why)
    elif "unknown" in impacts:
        return facts
    else:
        broken = Fact(answer="no", cites=list(dict.fromkeys(given)), why="they get by, as answered")
    return facts.model_copy(update={"major_function_broken": broken})


def typed(assessment: Assessment) -> Assessment:
    """With the kind of issue that the answered facts make it, where nothing else said one."""
    found = kind_of({name: answer_of(getattr(assessment, name)) for name in Assessment.model_fields})
    return assessment.model_copy(update={"issue_type": found}) if found else assessment


def answer_of(value: object) -> str | None:
    """The answer of one of the facts, of whatever type; None of what is none."""
    if isinstance(value, Fact):
        return value.answer
    if isinstance(value, SecurityFact):
        return value.level
    if isinstance(value, WorkaroundFact):
        return value.extent
    return value if isinstance(value, str) else None


def kind_of(answers: Mapping[str, str | None]) -> IssueType | None:
    """The kind of issue that the facts' answers make it, by their names; None where they tell nothing of it."""
    broken = "yes" in map(answers.get, _DEFECTS)
    rows: tuple[tuple[bool, IssueType], ...] = (
        (answers["security"] not in ("none", "unknown"), "security"),
        (answers["data_harmed"] == "yes", "data"),
        (answers["production_stopped"] == "yes", "outage"),
        (answers["feature_gap"] == "yes" and not broken, "feature_gap"),
        (answers["support_can_configure"] == "yes", "configuration"),
        (answers["guidance_only"] == "yes", "how_to"),
        (answers["policy_exception"] == "yes" and not broken, "billing_or_policy"),
        (broken, "bug"),
    )
    return next((kind for holds, kind in rows if holds), None)


_DEFECTS: Sequence[FactName] = (
    "bug_confirmed", "infrastructure", "code_change_needed", "major_function_broken", "recurred_after_fix",
)  # fmt: skip
