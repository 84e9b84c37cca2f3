"""A verifier that is a model: each statement in a call of its own, side by side, on a budget of its own.

What it answered is in the journal, statement by statement and then as a whole, so that a resumed run pays for none twice and
goes the same way. A statement that it could not read, for whatever reason, is one of which nothing is known.
"""

import asyncio
import json
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, Protocol

from customer_escalation.domain.brief import Verification
from customer_escalation.domain.findings import Finding
from customer_escalation.drafting.prompts import prompt
from customer_escalation.policy import Policy
from customer_escalation.review.customer_texts.questions import (
    READING_SCHEMA,
    TextFault,
    TextQuestion,
    TextReading,
    reading_of,
    text_findings,
    unsettled_texts,
)
from customer_escalation.review.customer_texts.questions import (
    unread as unread_text,
)
from customer_escalation.review.steering import (
    MOST_QUESTIONS,
    STEERING_SCHEMA,
    Attempt,
    AttemptKind,
    RecordsQuestion,
    SteeringReading,
    shown_attempts,
    steering_of,
)
from customer_escalation.review.verification import (
    VERDICT_SCHEMA,
    Exhibit,
    Verdict,
    findings_of,
    unsettled,
    verdict_of,
)
from skill_runtime.errors import LimitReached, ModelError, ModelUnavailable
from skill_runtime.limits import Limits, Meter, price
from skill_runtime.messages import Message, Text, Turn, Usage
from skill_runtime.model import Model, ModelRequest
from skill_runtime.recorder import Recorder, fingerprint
from skill_runtime.tools import ToolSpec

VERDICT = "verdict"
READING = "reading"
STEERING = "steering"
Shown = Exhibit | TextQuestion | RecordsQuestion
"""What is read in one call: a statement beside its records, a whole text for a customer, or texts of others."""
Answered = Verdict | TextReading | SteeringReading
MOST_REFUSED = 3
"""Statements whose request the service refuses before it is taken not to know the model."""
LONGEST_ANSWER = 4_000
"""Tokens, with what the model thinks before it."""
NO_MODEL = "no model was at hand for it"
SWITCHED_OFF = "the policy switches it off"
OUT_OF_TIME = "the time ran out"
OUT_OF_TOKENS = "its budget ran out"
NO_VERDICT = "it gave no verdict"
SERVICE_FAILED = "its service failed"
NO_PRICE = "its model has no known price, and the run has a limit on cost"
TOO_MANY = "there were too many"
NOTHING_SHOWN = "it contested some without words that stand in a record"


@dataclass(frozen=True)
class Verified:
    """What came of reading a draft's statements."""

    findings: tuple[Finding, ...] = ()
    summary: Verification = field(default_factory=Verification)
    attempts: Mapping[str, AttemptKind] = field(default_factory=dict)
    """Records whose text tries to steer, by their ref."""


class Verifier(Protocol):
    """Reads statements against their records, texts for customers for what code cannot tell of them, and texts of others for attempts
    to steer.
    """

    async def verify(self, exhibits: Sequence[Shown], policy: Policy) -> Verified:
        """What it contests, and how much of it was read. Never raises for a reading that failed."""
        ...


class NoVerifier:
    """Stands where there is none; what code alone checks is all there is."""

    async def verify(self, exhibits: Sequence[Shown], policy: Policy) -> Verified:
        """See ``Verifier``."""
        if not is_on(policy):  # then nobody was to read them
            return Verified(summary=Verification(why=SWITCHED_OFF))
        said = _texts(exhibits) and policy.level("P2") != "off"
        findings = (unread_text(""),) if said else ()  # once, of all of them
        unread = sum(not isinstance(one, RecordsQuestion) for one in exhibits)
        return Verified(findings, Verification(unread=unread, why=NO_MODEL if unread else ""))


def is_on(policy: Policy) -> bool:
    """Does the policy want statements to be read?"""
    return policy.verification.enabled and policy.level("G5") != "off"


@dataclass
class _Pass:
    """One reading of one draft's statements."""

    verdicts: dict[str, Answered] = field(default_factory=dict)
    unread: dict[str, str] = field(default_factory=dict)
    """Why, by the exhibit's key."""
    usage: Usage = field(default_factory=Usage)
    cost_usd: float | None = 0.0
    refused: int = 0
    """Requests that the service did not answer."""
    failed: bool = False
    """The service is down: nobody else needs to try."""

    def to_json(self) -> dict[str, Any]:
        return {
            "verdicts": {key: asdict(verdict) for key, verdict in self.verdicts.items()},
            "unread": self.unread,
            "usage": self.usage.model_dump(),
            "cost_usd": self.cost_usd,
        }


class ModelVerifier:
    """``Verifier`` by a model's service; what one draft was told of a statement holds for the next."""

    def __init__(
        self,
        model: Model,
        recorder: Recorder,
        meter: Meter,
        clock: Callable[[], float],
        *,
        seller: str | None = None,
        warn: Callable[[str], None] = lambda _: None,
    ) -> None:
        """``meter`` is the run's, which what this costs is added to; ``clock`` gives seconds; ``seller`` as ``price`` takes it;
        ``warn`` is told once why the service fails."""
        self._warn = warn
        self._model = model
        self._recorder = recorder
        self._meter = meter
        self._clock = clock
        self._seller = seller
        self._system = (prompt("verifier.md"),)
        self._tool = ToolSpec(VERDICT, "Hand in your verdict on the statement.", VERDICT_SCHEMA, strict=True)
        self._told = fingerprint([self._system, VERDICT_SCHEMA, model.name])
        self._text_system = (prompt("customer_text.md"),)
        self._text_tool = ToolSpec(READING, "Hand in what you find in the text.", READING_SCHEMA, strict=True)
        self._told_of_texts = fingerprint([self._text_system, READING_SCHEMA, model.name])
        self._steering_system = (prompt("steering.md"),)
        self._steering_tool = ToolSpec(STEERING, "Hand in the attempts that you find.", STEERING_SCHEMA, strict=True)
        self._told_of_records = fingerprint([self._steering_system, STEERING_SCHEMA, model.name])
        self._verdicts: dict[str, Verdict] = {}
        self._readings: dict[str, TextReading] = {}
        self._attempts: dict[str, SteeringReading] = {}
        self._budget: Meter | None = None
        self._passes = 0

    async def verify(self, exhibits: Sequence[Shown], policy: Policy) -> Verified:
        """See ``Verifier``."""
        if not is_on(policy):
            return await NoVerifier().verify(exhibits, policy)
        settings = policy.verification
        self._budget = self._budget or Meter(Limits(max_turns=10**6, max_tokens=settings.max_tokens), self._clock)
        wanted = list({one.key: one for one in exhibits if one.key not in self._known}.values())
        beyond = {one.key for one in _records(wanted)[MOST_QUESTIONS:]}
        asked = [one for one in wanted if one.key not in beyond][: settings.most_statements]
        left = {one.key for one in wanted}.difference(one.key for one in asked)
        unread = dict.fromkeys(left, TOO_MANY)
        if asked:
            self._passes += 1
            step = {"number": self._passes, "told": self._told, "exhibits": [one.key for one in asked]}
            data = await self._recorder.step("verification", step, lambda: self._read(asked, policy))
            unread |= data["unread"]
            for key, given in data["verdicts"].items():
                self._take(key, given)
            self._count(data)
        findings = [
            *text_findings(_texts(exhibits), self._readings, policy),
            *findings_of(_statements(exhibits), self._verdicts, policy),
        ]
        return Verified(
            tuple(findings), self._summary(exhibits, unread), shown_attempts(_records(exhibits), self._attempts)
        )

    @property
    def _known(self) -> set[str]:
        return {*self._verdicts, *self._readings, *self._attempts}

    def _take(self, key: str, given: Mapping[str, Any]) -> None:
        """Keep a verdict or a reading as the journal has it."""
        if "attempts" in given:
            self._attempts[key] = SteeringReading(tuple(Attempt(**attempt) for attempt in given["attempts"]))
        elif "faults" in given:
            self._readings[key] = TextReading(tuple(TextFault(**fault) for fault in given["faults"]))
        else:
            self._verdicts[key] = Verdict(**given)

    def _summary(self, exhibits: Sequence[Shown], unread: Mapping[str, str]) -> Verification:
        keys = {one.key for one in exhibits if not isinstance(one, RecordsQuestion)}
        missing = {key: why for key, why in unread.items() if key in keys}
        open_ones = unsettled(_statements(exhibits), self._verdicts) + unsettled_texts(_texts(exhibits), self._readings)
        whys = list(dict.fromkeys([*missing.values(), *([NOTHING_SHOWN] if open_ones else [])]))
        texts = {ref for one in _records(exhibits) if one.key in unread for ref, _ in one.records}
        return Verification(
            read=len(keys) - len(missing),
            unread=len(missing) + open_ones,
            why=" and ".join(whys[:2]),
            texts_unread=len(texts),
        )

    def _count(self, data: Mapping[str, Any]) -> None:
        """Add what a reading took to the run's meter, paid for now or found in the journal."""
        self._meter.add_side(Usage.model_validate(data["usage"]), data["cost_usd"])

    async def _read(self, exhibits: Sequence[Shown], policy: Policy) -> dict[str, Any]:
        """Read these side by side until the time is over."""
        done = _Pass()
        if self._meter.limits_cost and price(self._model.name, Usage(), self._seller) is None:
            done.unread = dict.fromkeys((one.key for one in exhibits), NO_PRICE)
            return done.to_json()
        gate = asyncio.Semaphore(policy.verification.parallel)
        tasks = [asyncio.create_task(self._one(exhibit, done, gate)) for exhibit in exhibits]
        try:
            await asyncio.wait(tasks, timeout=policy.verification.max_seconds)
        finally:
            for task in tasks:
                task.cancel()
            results = await asyncio.gather(*tasks, return_exceptions=True)
        for error in results:
            if isinstance(error, BaseException) and not isinstance(error, asyncio.CancelledError):
                raise error
        for exhibit in exhibits:
            if exhibit.key not in done.verdicts:
                done.unread.setdefault(exhibit.key, OUT_OF_TIME)
        return done.to_json()

    async def _one(self, exhibit: Shown, done: _Pass, gate: asyncio.Semaphore) -> None:
        async with gate:
            if done.failed:
                done.unread[exhibit.key] = SERVICE_FAILED
                return
            try:
                told = self._told_for(exhibit)
                answer = await self._recorder.step(
                    "verdict", {"told": told, "exhibit": exhibit.key}, self._ask(exhibit)
                )
            except LimitReached:
                done.unread[exhibit.key] = OUT_OF_TOKENS
                return
            except ModelError as error:
                done.unread[exhibit.key] = SERVICE_FAILED
                self._note(error, done)
                return
        verdict = _answered(exhibit, answer["input"])
        done.usage += Usage.model_validate(answer["usage"])
        cost = answer["cost_usd"]
        done.cost_usd = None if done.cost_usd is None or cost is None else done.cost_usd + cost
        if verdict is None:
            done.unread[exhibit.key] = NO_VERDICT
        else:
            done.verdicts[exhibit.key] = verdict

    def _told_for(self, exhibit: Shown) -> str:
        if isinstance(exhibit, RecordsQuestion):
            return self._told_of_records
        return self._told if isinstance(exhibit, Exhibit) else self._told_of_texts

    def _note(self, error: ModelError, done: _Pass) -> None:
        """One statement that is refused may be at fault itself; several are not."""
        if not done.refused:
            self._warn(f"Statements are not read against their records: {error}")
        done.refused += 1
        done.failed = done.failed or isinstance(error, ModelUnavailable) or done.refused >= MOST_REFUSED

    def _ask(self, exhibit: Shown) -> Callable[[], Awaitable[dict[str, Any]]]:
        async def ask() -> dict[str, Any]:
            assert self._budget is not None
            self._budget.check_before_turn()
            self._meter.check_side()
            turn = await self._model.turn(self._request(exhibit), lambda _: None)
            self._budget.add(turn)
            return {"input": _input_of(turn), "usage": turn.usage.model_dump(), "cost_usd": turn.cost_usd}

        return ask

    def _request(self, exhibit: Shown) -> ModelRequest:
        shown = Message(role="user", content=(Text(text=as_shown(exhibit)),))
        if isinstance(exhibit, Exhibit):
            return ModelRequest(self._system, (self._tool,), (shown,), LONGEST_ANSWER)
        if isinstance(exhibit, RecordsQuestion):
            return ModelRequest(self._steering_system, (self._steering_tool,), (shown,), LONGEST_ANSWER)
        return ModelRequest(self._text_system, (self._text_tool,), (shown,), LONGEST_ANSWER)


def _texts(shown: Sequence[Shown]) -> list[TextQuestion]:
    return [one for one in shown if isinstance(one, TextQuestion)]


def _statements(shown: Sequence[Shown]) -> list[Exhibit]:
    return [one for one in shown if isinstance(one, Exhibit)]


def _records(shown: Sequence[Shown]) -> list[RecordsQuestion]:
    return [one for one in shown if isinstance(one, RecordsQuestion)]


def _answered(exhibit: Shown, given: Mapping[str, Any]) -> Answered | None:
    if isinstance(exhibit, RecordsQuestion):
        return steering_of(given)
    return verdict_of(given) if isinstance(exhibit, Exhibit) else reading_of(given)


def as_shown(exhibit: Shown) -> str:
    """The statement or the text, and its records, as JSON, in which nothing of them can pass for anything else."""
    return json.dumps(exhibit.asked, ensure_ascii=False, indent=1)


def _input_of(turn: Turn) -> dict[str, Any]:
    """What it handed in; nothing of an answer that was cut or refused."""
    if turn.stop_reason != "tool_use":
        return {}
    return next((use.input for use in turn.message.tool_uses if use.name in (VERDICT, READING, STEERING)), {})
