"""Carrying an approved action out, once, whatever ends in between: the intent is written down before, the outcome after."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from customer_escalation.actions.table import call_of
from customer_escalation.cases import events as happened
from customer_escalation.cases.acting import Acting
from customer_escalation.cases.connection import Writer
from customer_escalation.cases.effects import Effect, EffectHistory, history_of, idempotency_key
from customer_escalation.cases.entries import (
    EffectDone,
    EffectFailed,
    EffectIntended,
    EffectOutcome,
    EffectUnclear,
)
from customer_escalation.cases.errors import (
    NoSystem,
    NotApproved,
    NothingToDo,
    NotUnclear,
    WrongOrder,
)
from customer_escalation.cases.steps import (
    ProposedAction,
)
from customer_escalation.connectors.writing import Answer, Write
from skill_runtime.errors import ConnectorError

MAY_STILL_ARRIVE = timedelta(minutes=2)
"""How long after a call a system may still carry it out although nobody waits for the answer any more."""


class CarryingOut(Acting):
    """The part of ``CaseService`` that has actions carried out."""

    async def carry_out(self, case: str, action: str, by: str) -> Effect:
        """Carry an approved action out, once, by its id; where that was done before, what came of it then.

        What a process that ended, or an answer that was lost, left open is looked for in the system first. ``unclear`` is what
        nobody can tell: then nothing is written until a person settles it, or the system can tell after all.

        Before it is written, what it rests on is read again. Raises ``WrongOrder``: ``ActionChanged``, ``NotApproved``,
        ``NothingToDo``, ``NoSystem``, ``ActionOutdated``, ``NotReadAgain``.
        """
        name = self.store.find(case.strip())
        async with self.work(name).lock:
            history = history_of(self.store.entries(name), action)
            if history.last is not None and history.last.state == "done":
                return history.last
            write, one = self._meant(name, action, history)
            writer, moment = await self._writer(write.system, write.call), await self.systems.now()
            with self.store.hold(name):  # nobody else carries it out meanwhile, or takes the approval back
                effect = await self._carried_out(name, action, (by, moment), writer, write, one)
        self.watch(happened.ActionCarriedOut(name, action, by, effect.state))
        return effect

    async def settle(self, case: str, action: str, happened_: bool, by: str) -> Effect:
        """Write down what a person found out: whether an action that is ``unclear`` was carried out.

        Raises ``NotUnclear``. Where it was not, it can be carried out again.
        """
        name = self.store.find(case.strip())
        async with self.work(name).lock:
            if not history_of(self.store.entries(name), action).open:
                raise NotUnclear
            said = f"{by} looked: it was {'' if happened_ else 'not '}carried out."
            kind = EffectDone if happened_ else EffectFailed
            effect = self._outcome(name, kind(action=action, at=self._clock(), said=said, settled_by=by))
        self.watch(happened.ActionCarriedOut(name, action, by, effect.state))
        return effect

    def _meant(self, name: str, action: str, history: EffectHistory) -> tuple["_Meant", ProposedAction | None]:
        """The call, as it was intended first or as it is offered now, and the action where it may be carried out.

        Raises where it may not, unless something is open that has to be found out first.
        """
        try:
            one = self._approved(name, action)
        except WrongOrder:
            if not history.open or history.first is None:
                raise
            return _Meant.as_intended(history.first), None
        if history.first is not None:
            return _Meant.as_intended(history.first), one
        made = call_of(one.proposal.kind, one.proposal.destination, one.proposal.text)
        assert made is not None
        assert one.approval is not None
        call = Write(made.tool, made.arguments, idempotency_key(name, action), one.approval.by)
        return _Meant(made.system, one.proposal.destination, call), one

    def _approved(self, name: str, action: str) -> ProposedAction:
        """The action, where it may be carried out. Raises ``WrongOrder``."""
        one = self._action(name, action)
        if not one.tool:
            raise NothingToDo(f"Action {one.number} is for a person: nothing here carries it out.")
        if not one.proposal.text or not one.proposal.destination:
            missing = "text" if one.proposal.destination else "destination"
            raise NothingToDo(f"Action {one.number} has no {missing} yet, so there is nothing to carry out.")
        if one.approval is None:
            raise NotApproved(one.number)
        return one

    async def _writer(self, system: str, call: Write) -> Writer:
        try:
            writer = await self.systems.writer(system)
            writer.check(call)
        except ConnectorError as error:
            raise NoSystem(str(error)) from error
        return writer

    async def _carried_out(
        self,
        name: str,
        action: str,
        asked: tuple[str, datetime],
        writer: Writer,
        write: "_Meant",
        one: ProposedAction | None,
    ) -> Effect:
        """Find out what is open, then write where that is allowed. The case is held; ``asked`` is by whom and at which moment of the
        systems.
        """
        history = history_of(self.store.entries(name), action)
        if history.last is not None and history.last.state == "done":
            return history.last  # by another process, since it was looked at
        if history.open and history.first is not None:
            found = await writer.look(write.call, history.first.at)
            effect = self._found(name, action, found, history)
            if effect is not None:
                return effect
        if one is None or self._action(name, action).approval is None:
            if history.open:
                self._outcome(name, EffectFailed(action=action, at=self._clock(), said="It was not carried out."))
            self._approved(name, action)  # raises why not
        await self._still_stands(name, action, history)
        intent = EffectIntended(
            action=action, system=write.system, tool=write.call.tool, destination=write.destination,
            arguments=dict(write.call.arguments), key=write.call.key, author=write.call.author, by=asked[0],
            at=self._clock(), moment=asked[1],
        )  # fmt: skip
        self.store.append(name, EffectIntended.kind, intent.model_dump(mode="json"))
        answer = await writer.write(write.call)
        if answer.state != "done":  # also where it was refused: some systems fail only after they wrote
            found = await writer.look(write.call, (history.first or intent).at)
            answer = found if found.state == "done" else answer
        return self._outcome(name, self._outcome_of(action, answer))

    async def _still_stands(self, name: str, action: str, history: EffectHistory) -> None:
        """Read again what the action rests on. Raises as ``look_again``."""
        try:
            await self.look_again(name, action)
        except WrongOrder:
            if history.open:
                self._outcome(name, EffectFailed(action=action, at=self._clock(), said="It was not carried out."))
            raise

    def _found(self, name: str, action: str, found: Answer, history: EffectHistory) -> Effect | None:
        """What a look shows; None where it can be carried out now, as it was not before."""
        assert history.first is not None
        if found.state in ("not_done", "repeatable"):
            return None
        if found.state == "not_there":
            newest = max(
                EffectIntended.model_validate(entry.data).at
                for entry in self.store.entries(name, EffectIntended.kind)
                if entry.data["action"] == action
            )
            arrives_by = newest + MAY_STILL_ARRIVE
            if self._clock() >= arrives_by:
                return None
            found = Answer("unclear", said=(
                f"It is not there, and a call that is under way may still bring it: look again after {arrives_by:%H:%M:%S} "
                f"{arrives_by.tzname()}."
            ))  # fmt: skip
        return self._outcome(name, self._outcome_of(action, found))

    def _outcome_of(self, action: str, answer: Answer) -> EffectOutcome:
        at = self._clock()
        if answer.state == "done":
            return EffectDone(action=action, at=at, written=answer.written, said=answer.said)
        if answer.state == "refused":
            return EffectFailed(action=action, at=at, said=answer.said)
        return EffectUnclear(action=action, at=at, said=answer.said)

    def _outcome(self, name: str, outcome: EffectOutcome) -> Effect:
        """Write an outcome down; returns it as the entries tell it."""
        self.store.append(name, outcome.kind, outcome.model_dump(mode="json"))
        effect = history_of(self.store.entries(name), outcome.action).last
        assert effect is not None
        return effect


@dataclass(frozen=True)
class _Meant:
    """One call and where it goes."""

    system: str
    destination: str
    call: Write

    @classmethod
    def as_intended(cls, intent: EffectIntended) -> "_Meant":
        """The very call of an intent."""
        return cls(intent.system, intent.destination, Write(intent.tool, intent.arguments, intent.key, intent.author))
