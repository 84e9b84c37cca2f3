"""The agent loop: ask the model, run the tools it asks for, until it makes the call that ends the run.

Each turn goes through the recorder, so a resumed run replays what was paid for and goes on where it stopped. What a
stop reason leads to is one table (``_NEXT``). Messages are append-only; system and tools never change.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Literal

from skill_runtime.content import Content, File, Image, bytes_of
from skill_runtime.events import Emit, Notice, Nudged, ToolFinished, ToolStarted, TurnFinished, TurnStarted
from skill_runtime.fences import disarmed
from skill_runtime.ledger import UNTRUSTED_NOTE, Ledger, find_records
from skill_runtime.limits import Meter
from skill_runtime.messages import Block, Message, StopReason, Text, ToolResult, ToolUse, Turn
from skill_runtime.model import Model, ModelNotice, ModelRequest
from skill_runtime.recorder import Recorder, RequestPiece, fingerprint
from skill_runtime.tools import Access, Tool, ToolReturn, ToolSpec

TakeText = Callable[[str], Awaitable[ToolReturn]]
AgentEnd = Literal["submitted", "never_submitted", "refused", "context_full"]
_Step = Literal["act", "continue", "cut", "nudge", "refused", "context_full"]

_NEXT: Mapping[StopReason, _Step] = {
    "tool_use": "act",
    "end_turn": "nudge",
    "max_tokens": "cut",
    "pause_turn": "continue",
    "refusal": "refused",
    "context_full": "context_full",
}


@dataclass(frozen=True)
class AgentSettings:
    """How the loop behaves; money and time are the meter's."""

    finish_tool: str = "submit"
    """The LOCAL tool whose accepted call ends the run; empty where an answer in text does."""
    take_text: TakeText | None = None
    """Takes an answer that calls no tool, where such a one is the work: a final one ends the run, another is said back; an error counts as
    a stop without the finishing call.
    """
    hear_text: Callable[[str, Sequence[str]], None] | None = None
    """Hears the text of an answer that calls tools as well, and which, before they run."""
    max_tokens: int = 16_000
    """Of one answer."""
    max_nudges: int = 2
    """How often a model that stops without finishing is asked to finish; likewise for cut answers in a row."""
    max_calls: int = 16
    """Tool calls of one answer that are run; the rest are answered with an error."""
    max_parallel: int = 8
    """READ calls under way at once."""


@dataclass(frozen=True)
class AgentResult:
    """How the loop ended; everything on the way is in the journal."""

    outcome: AgentEnd
    turns: int
    messages: tuple[Message, ...]
    final: ToolReturn | None = None
    """The accepted outcome of the finishing tool, when ``submitted``."""


async def run_agent(
    *,
    model: Model,
    system: tuple[str, ...],
    first_message: str | Sequence[str],
    tools: Sequence[Tool],
    ledger: Ledger,
    recorder: Recorder,
    meter: Meter,
    emit: Emit,
    settings: AgentSettings | None = None,
) -> AgentResult:
    """Run the loop to its end.

    ``first_message`` is one text, or several that each begin where a service may have kept what stands before.
    Only READ and LOCAL tools may be given. READ results enter ``ledger`` in the order of the calls, live and replayed.

    Raises ``LimitReached`` (the meter), ``ModelError`` (the model's service) and ``JournalError``; what was paid for
    until then is in the journal, and the same call resumes it.
    """
    loop = _Loop(
        model=model,
        system=system,
        tools={tool.spec.name: tool for tool in tools},
        ledger=ledger,
        recorder=recorder,
        meter=meter,
        emit=emit,
        settings=settings or AgentSettings(),
    )
    texts = (first_message,) if isinstance(first_message, str) else first_message
    loop.add(Message(role="user", content=tuple(Text(text=text) for text in texts)))
    unfit = [tool.spec.name for tool in tools if tool.access not in (Access.READ, Access.LOCAL)]
    if unfit or len(loop.tools) < len(tools):
        raise ValueError(f"every tool must be READ or LOCAL and have a name of its own; look at {unfit or tools}")
    try:
        async with asyncio.timeout(meter.seconds_left()) as deadline:
            return await loop.run()
    except TimeoutError as error:
        if deadline.expired():
            raise meter.out_of_time() from error
        raise


@dataclass
class _Loop:
    model: Model
    system: tuple[str, ...]
    tools: Mapping[str, Tool]
    ledger: Ledger
    recorder: Recorder
    meter: Meter
    emit: Emit
    settings: AgentSettings
    messages: list[Message] = field(default_factory=list)
    turns: int = 0
    nudges: int = 0
    cuts: int = 0
    answered: dict[str, ToolReturn] = field(default_factory=dict)
    """READ calls that succeeded, by the fingerprint of tool and input."""

    def __post_init__(self) -> None:
        self.specs = tuple(tool.spec for tool in self.tools.values())
        self.parts = frozen_parts(self.system, self.specs)

    def add(self, message: Message) -> None:
        """Say it, from the next request on."""
        self.messages.append(message)
        self.parts[f"message {len(self.messages)} ({message.role})"] = RequestPiece(
            lambda: message.model_dump(mode="json")
        )

    async def run(self) -> AgentResult:
        while True:
            turn = await self._turn()
            calls = turn.message.tool_uses
            step = _NEXT[turn.stop_reason]
            if step == "refused" or step == "context_full":
                return self._result(step)
            if step == "cut":
                self.cuts += 1
                if self.cuts > self.settings.max_nudges:
                    return self._result("never_submitted")
                self._cut(calls)
                continue
            self.cuts = 0
            if calls:  # also when the stop reason names no tools: every call must be answered
                if self.settings.hear_text and (text := text_of(turn.message)):
                    self.settings.hear_text(text, [use.name for use in calls])
                final = await self._act(calls)
                if final is not None:
                    return self._result("submitted", final)
            elif step != "continue":
                taken = await self._take_text(turn.message)
                if taken is not None and taken.final:
                    return self._result("submitted", taken)
                if taken is not None and not taken.is_error:
                    self._say(Text(text=taken.text))
                    continue
                if self.nudges == self.settings.max_nudges:
                    return self._result("never_submitted")
                self._nudge(taken)

    async def _turn(self) -> Turn:
        self.meter.check_before_turn()
        self.turns += 1
        number = self.meter.turns + 1
        self.emit(TurnStarted(number=number))
        request = ModelRequest(
            system=self.system,
            tools=self.specs,
            messages=tuple(self.messages),
            max_tokens=self.settings.max_tokens,
        )

        async def ask() -> dict[str, Any]:
            return (await self.model.turn(request, self._notice)).model_dump(mode="json")

        from_journal = self.recorder.pending("turn") > 0
        turn = Turn.model_validate(await self.recorder.next_step("turn", self.parts, ask))
        self.meter.add(turn)
        if turn.message.content:  # services refuse an empty message when it is sent back
            self.add(turn.message)
        self.emit(
            TurnFinished(
                number=number,
                stop_reason=turn.stop_reason,
                model=turn.model,
                input_tokens=turn.usage.total - turn.usage.output_tokens,
                output_tokens=turn.usage.output_tokens,
                cost_usd=turn.cost_usd,
                from_journal=from_journal,
            )
        )
        return turn

    async def _act(self, calls: Sequence[ToolUse]) -> ToolReturn | None:
        """Run the calls of one answer and reply to all of them in one message; the final outcome, if there is one."""
        run, extra = calls[: self.settings.max_calls], calls[self.settings.max_calls :]
        replies = {use.id: self._refuse(use, f"Not run: at most {len(run)} calls fit in one answer.") for use in extra}
        replies |= await self._read([use for use in run if self._access(use) is Access.READ])
        final: ToolReturn | None = None
        for use in run:
            if use.id in replies:
                continue
            if self._access(use) is not Access.LOCAL:
                names = ", ".join(self.tools)
                replies[use.id] = self._refuse(use, f"There is no tool {use.name!r}. The tools are: {names}.")
            elif final is not None:
                replies[use.id] = self._refuse(use, "Not run: a call before it ended the work.")
            else:
                outcome = await self._run(use)
                final = outcome if outcome.final else None
                replies[use.id] = self._reply(use, outcome.blocks or outcome.text, outcome)
        self._say(*(replies[use.id] for use in calls))
        return final

    async def _read(self, uses: Sequence[ToolUse]) -> dict[str, ToolResult]:
        """Run READ calls side by side, each distinct one once, and keep what they found in the order of the calls."""
        places = asyncio.Semaphore(self.settings.max_parallel)
        fresh: dict[str, ToolUse] = {}
        for use in uses:
            if _call_key(use) not in self.answered:
                fresh.setdefault(_call_key(use), use)

        async def run(use: ToolUse) -> ToolReturn:
            async with places:
                return await self._run(use)

        done = await asyncio.gather(*(run(use) for use in fresh.values()), return_exceptions=True)
        known = dict(self.answered)
        for key, outcome in zip(fresh, done, strict=True):
            if isinstance(outcome, BaseException):
                raise outcome
            known[key] = outcome
            if not outcome.is_error:
                self.answered[key] = outcome
                if outcome.structured is not None:
                    self.ledger.add(outcome.structured)
        replies: dict[str, ToolResult] = {}
        for use in uses:
            outcome = known[_call_key(use)]
            content = fence(outcome.text) if not outcome.blocks else fence_blocks(outcome.blocks)
            if fresh.get(_call_key(use)) is not use:
                self._finished(use, outcome, repeated=True)
                said = "You made this very call before, so nothing was asked again. The answer was:"
                content = f"{said}\n{content}" if isinstance(content, str) else (Text(text=said), *content)
            replies[use.id] = self._reply(use, content, outcome)
        return replies

    async def _run(self, use: ToolUse) -> ToolReturn:
        tool = self.tools[use.name]
        self.emit(ToolStarted(id=use.id, name=use.name, category=tool.category, input=use.input))
        outcome = await tool.run(use.input)
        self._finished(use, outcome)
        return outcome

    def _reply(self, use: ToolUse, content: str | tuple[Content, ...], outcome: ToolReturn) -> ToolResult:
        for data in bytes_of(outcome.blocks):
            self.recorder.journal.keep(data)
        return ToolResult(tool_use_id=use.id, content=content, is_error=outcome.is_error)

    def _refuse(self, use: ToolUse, sentence: str) -> ToolResult:
        self._finished(use, ToolReturn(sentence, is_error=True))
        return ToolResult(tool_use_id=use.id, content=sentence, is_error=True)

    def _finished(self, use: ToolUse, outcome: ToolReturn, *, repeated: bool = False) -> None:
        self.emit(
            ToolFinished(
                id=use.id,
                name=use.name,
                category=self.tools[use.name].category if use.name in self.tools else "",
                is_error=outcome.is_error,
                records=sum(1 for _ in find_records(outcome.structured)),
                repeated=repeated,
                detail=outcome.text[:300] if outcome.is_error else "",
            )
        )

    def _cut(self, calls: Sequence[ToolUse]) -> None:
        # A cut input can look complete: no call of a cut answer is ever run.
        self.emit(Notice(kind="warning", text="The model's answer was cut off; it is asked for a shorter one."))
        text = (
            f"Your answer was cut off at {self.settings.max_tokens} tokens, so nothing in it was run. "
            f"Say it again, shorter: fewer calls at once, and fewer words in each."
        )
        refusals = (ToolResult(tool_use_id=use.id, content=text, is_error=True) for use in calls)
        self._say(*refusals) if calls else self._say(Text(text=text))

    async def _take_text(self, message: Message) -> ToolReturn | None:
        """What became of an answer in text; None where none is taken or there is none."""
        text = text_of(message)
        return await self.settings.take_text(text) if self.settings.take_text and text else None

    def _nudge(self, taken: ToolReturn | None = None) -> None:
        self.nudges += 1
        tool = self.settings.finish_tool
        wanted = f"calling `{tool}`" if tool else "an answer in text"
        self.emit(Nudged(count=self.nudges, reason=f"stopped without {wanted.replace('`', '')}"))
        text = f"You stopped without {wanted}. Only that delivers your work: do it now."
        self._say(Text(text=taken.text if taken else text))

    def _say(self, *blocks: Block) -> None:
        self.add(Message(role="user", content=blocks))

    def _access(self, use: ToolUse) -> Access:
        tool = self.tools.get(use.name)
        return tool.access if tool else Access.DENIED

    def _notice(self, notice: ModelNotice) -> None:
        self.emit(Notice(kind=notice.kind, text=notice.text))

    def _result(self, outcome: AgentEnd, final: ToolReturn | None = None) -> AgentResult:
        return AgentResult(outcome, self.turns, tuple(self.messages), final)


def text_of(message: Message) -> str:
    """What a message says beside its calls."""
    return "\n\n".join(block.text for block in message.content if isinstance(block, Text)).strip()


def fence(text: str) -> str:
    """Mark text from a connected system as data; a fence inside it is disarmed, so that it cannot end early (S11)."""
    return f"<tool-data>\n{UNTRUSTED_NOTE}\n{disarmed(text)}\n</tool-data>"


def fence_blocks(blocks: Sequence[Content]) -> tuple[Content, ...]:
    """``fence`` for blocks: the marks stand in texts of their own around them."""
    inside = tuple(_disarmed_block(block) for block in blocks)
    return (Text(text=f"<tool-data>\n{UNTRUSTED_NOTE}"), *inside, Text(text="</tool-data>"))


def _disarmed_block(block: Content) -> Content:
    match block:
        case Text():
            return Text(text=disarmed(block.text))
        case Image():
            return block.model_copy(update={"media_type": disarmed(block.media_type)})
        case File():
            told = {name: disarmed(getattr(block, name)) for name in ("name", "uri", "media_type")}
            return block.model_copy(update=told)


def frozen_parts(system: Sequence[str], specs: Sequence[ToolSpec]) -> dict[str, RequestPiece]:
    """What stands before the messages in every request, cut into named pieces, in order: what the journal compares and
    says on a difference."""
    parts = {f"system block {n}": RequestPiece(partial(str, text)) for n, text in enumerate(system, start=1)}
    return parts | {f"tool {spec.name}": RequestPiece(partial(_definition, spec)) for spec in specs}


def _definition(spec: ToolSpec) -> list[Any]:
    return [spec.description, spec.input_schema, spec.strict]


def _call_key(use: ToolUse) -> str:
    return fingerprint([use.name, use.input])
