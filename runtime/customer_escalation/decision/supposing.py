"""What the rules decide if a person answered so: asked thousands of times a case, so each rule is applied once for what it reads.

A rule is a pure function of the case. What it reads is noted while it runs, and of two suppositions that agree in all of that it
says the same.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from operator import itemgetter
from typing import Any, cast

from customer_escalation.decision.answers import PersonAnswer, answer_of, kind_of, with_answers
from customer_escalation.decision.inputs import AccountInput, DecisionInput
from customer_escalation.decision.rules.decide import Labels, labels_of
from customer_escalation.decision.rules.rule import Rule, rules_in_order
from customer_escalation.decision.topics import IMPACT, TOPICS
from customer_escalation.domain.evidence import Evidence
from customer_escalation.domain.facts import Assessment
from skill_runtime.ledger import Ledger

SUPPOSED = "whoever answers"
Settings = tuple[tuple[str, str], ...]
"""Facts by name with the answers that they get."""
State = Mapping[str, str | None]
"""What tells apart the values of each field that answers can change, of the case and of its facts."""


class Suppositions:
    """One case, with whatever answers."""

    def __init__(self, case: DecisionInput) -> None:
        self._case = with_records(case)
        self._answers = {name: answer_of(getattr(case.facts, name)) for name in Assessment.model_fields}
        self._broken: dict[str, str] = {}
        self._labels: dict[frozenset[tuple[str, str]], Labels] = {}
        self._made: dict[tuple[str, tuple[str | None, ...]], Labels] = {}
        """By what is missing and the floor of each rule."""
        self._plain = self._state({})
        hard = [rule for rule in rules_in_order() if case.policy.level(rule.row.id) == "H"]
        self._rules = [_Applied(rule, self._plain, self._case) for rule in hard]

    def labels(self, *settings: Settings) -> Labels:
        """What the rules decide with these answers; only hard ones do."""
        key = frozenset(pair for sets in settings for pair in sets)
        if key not in self._labels:
            self._labels[key] = self._decided(dict(key))
        return self._labels[key]

    def _decided(self, settings: Mapping[str, str]) -> Labels:
        state = self._state(settings)
        changed = {name for name, value in state.items() if value != self._plain.get(name)}
        floors = tuple([
            one.plain if one.reads.isdisjoint(changed) else one.floor(state, settings, self._case) for one in self._rules
        ])  # fmt: skip
        key = str(state["open_ask"]), floors
        if key not in self._made:
            ids = (one.rule.row.id for one in self._rules)
            self._made[key] = labels_of(
                {one: floor for one, floor in zip(ids, floors, strict=True) if floor is not None}, key[0]
            )
        return self._made[key]

    def _state(self, settings: Mapping[str, str]) -> State:
        """As ``answered`` makes it: an answer about the impact also says whether a main function is broken, and all answers
        together say which kind of issue it is, on which it hangs whether windows count.
        """
        state: dict[str, str | None] = {**self._answers, **settings}
        impact = settings.get(IMPACT)
        if impact:
            state["major_function_broken"] = self._broken_by(impact)
        state["issue_type"] = (kind_of(state) if settings else None) or self._case.facts.issue_type
        state["sla"] = state["unbinding"] = str(_windows_count(self._case, state["issue_type"]))
        state["affected"] = impact
        return state

    def _broken_by(self, impact: str) -> str:
        if impact not in self._broken:
            self._broken[impact] = answered(self._case, {IMPACT: impact}).facts.major_function_broken.answer
        return self._broken[impact]


class _Applied:
    """A rule, and what it said of each state that it met."""

    def __init__(self, rule: Rule, plain: State, case: DecisionInput) -> None:
        self.rule = rule
        self.reads: frozenset[str] = frozenset()
        self._key: Callable[[State], object] = _nothing
        self._said: dict[object, str | None] = {}
        self.plain = self.floor(plain, {}, case)
        """Its floor without any answer."""

    def floor(self, state: State, settings: Mapping[str, str], case: DecisionInput) -> str | None:
        """The floor that the rule sets, empty for none; None where it does not fire."""
        key = self._key(state)
        if key not in self._said:
            read: set[str] = set()
            firing = self.rule.fire(cast("DecisionInput", _Noting(answered(case, settings), read)))
            self._learn(frozenset(read & state.keys()))
            key = self._key(state)
            self._said[key] = firing.floor if firing.state == "yes" else None
        return self._said[key]

    def _learn(self, read: frozenset[str]) -> None:
        """What was said before the rule read further is forgotten: it was told apart by too little."""
        if not read <= self.reads:
            self.reads |= read
            self._key = itemgetter(*sorted(self.reads))
            self._said.clear()


def _nothing(_: State) -> object:
    return None


class _Noting:
    """A case or its facts, of which it is noted which fields are read; nothing but fields and properties can be."""

    def __init__(self, noted: DecisionInput | Assessment, read: set[str]) -> None:
        self._noted = noted
        self._read = read

    def __getattr__(self, name: str) -> Any:
        fields = vars(self._noted)
        if name not in fields:
            return getattr(type(self._noted), name).fget(self)
        self._read.add(name)
        return _Noting(fields[name], self._read) if isinstance(fields[name], Assessment) else fields[name]


def answered(case: DecisionInput, settings: Mapping[str, str]) -> DecisionInput:
    """The case with these answers; a wish has no windows where the policy gives it none."""
    facts = with_answers(case.facts, [_given(case, name, answer) for name, answer in settings.items()])
    clocks = (*case.sla, *case.unbinding)
    counts = _windows_count(case, facts.issue_type)
    affected = tuple(_with_impact(account, settings.get(IMPACT)) for account in case.affected)
    return replace(
        case, facts=facts, affected=affected, sla=clocks if counts else (), unbinding=() if counts else clocks
    )


def _windows_count(case: DecisionInput, issue_type: str | None) -> bool:
    return case.policy.sla.covers_feature_requests or issue_type != "feature_gap"


def _with_impact(account: AccountInput, impact: str | None) -> AccountInput:
    return replace(account, impact=impact) if impact and account.impact == "unknown" else account


def with_records(case: DecisionInput) -> DecisionInput:
    """The case with a record for every answer that somebody may give, so that a yes has what it stands on."""
    ledger = Ledger()
    for record in case.evidence.ledger.records.values():
        ledger.put(record)
    for topic in TOPICS:
        for name in topic.no:
            ledger.put(_given(case, name, "").record())
    return replace(case, evidence=Evidence(ledger, case.evidence.connected))


def _given(case: DecisionInput, name: str, answer: str) -> PersonAnswer:
    return PersonAnswer(name=name, answer=answer, by=SUPPOSED, at=case.now)
