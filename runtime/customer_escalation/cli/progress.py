"""A run's events as lines on standard error: live on a terminal, plain elsewhere."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from types import TracebackType
from typing import TYPE_CHECKING

from customer_escalation.cli.streams import tell
from customer_escalation.domain.printable import one_line
from skill_runtime.events import (
    Event,
    Notice,
    Nudged,
    PhaseStarted,
    PreflightDone,
    RunFinished,
    RunStarted,
    ToolFinished,
    ToolStarted,
    TurnFinished,
    TurnStarted,
)  # fmt: skip

if TYPE_CHECKING:
    from rich.console import Console
    from rich.status import Status


class Progress:
    """Prints events as they come; on a terminal the current step spins on the last line."""

    def __init__(self, *, quiet: bool = False) -> None:
        self._quiet = quiet
        self._console = None if quiet else _terminal()
        self._status: Status | None = None
        self._spent = 0.0
        self._inputs: dict[str, str] = {}
        self.run_id = ""
        """The run that is shown; empty before it has a journal."""

    def __enter__(self) -> "Progress":
        if self._console:
            self._status = self._console.status("starting")
            self._status.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def stop(self) -> None:
        """Let go of the last line; what is printed from now on stands below."""
        if self._status:
            self._status.stop()

    @contextmanager
    def paused(self) -> Iterator[None]:
        """Nothing spins while somebody is asked."""
        if self._status:
            self._status.stop()
        try:
            yield
        finally:
            if self._status:
                self._status.start()

    def emit(self, event: Event) -> None:
        """Take one event."""
        if isinstance(event, RunStarted):
            self.run_id = event.run_id
        if self._quiet:
            return
        if isinstance(event, TurnStarted):
            self._step(f"turn {event.number}: the model is working")
            return
        if isinstance(event, ToolStarted):
            shown = next(
                (str(event.input[key]) for key in ("query", "id", "customer", "path") if event.input.get(key)), ""
            )
            self._inputs[event.id] = one_line(shown)[:60]
            self._step(f"{event.name} {shown[:60]}")
            return
        for line in self._lines(event):
            self._print(line)

    def _lines(self, event: Event) -> list[str]:
        """The lines of an event. Texts of others are put on one: no line of theirs begins as one of ours."""
        match event:
            case PreflightDone():
                connected = f"  connected: {', '.join(event.connected) or 'nothing'}"
                return [connected, *(f"  gap: {gap.category}: {gap.reason}" for gap in event.gaps)]
            case _:
                line = self._line(event)
                return [line] if line else []

    def _line(self, event: Event) -> str:
        match event:
            case RunStarted():
                more = f", {event.recorded_steps} steps kept" if event.recorded_steps else ""
                return f"run {event.run_id}{more}"
            case PhaseStarted():
                self._step(event.detail or event.name)
                return f"{event.name}: {event.detail}" if event.detail else event.name
            case TurnFinished():
                self._spent += event.cost_usd or 0.0
                cost = f", ${self._spent:.4f} so far" if event.cost_usd is not None else ""
                kept = " (kept)" if event.from_journal else ""
                return f"  turn {event.number}{kept}: {event.input_tokens} tokens in, {event.output_tokens} out{cost}"
            case ToolFinished():
                shown = self._inputs.pop(event.id, "")
                what = f"  {event.name} {shown}".rstrip()
                if event.is_error:
                    return f"{what}: {event.detail.splitlines()[0][:160] if event.detail else 'failed'}"
                return f"{what}: {event.records} records" if event.records else f"{what}: done"
            case Nudged():
                return f"  asked again: {event.reason}"
            case Notice(kind="retry" | "warning" | "info"):
                return f"  {event.text}"
            case RunFinished():
                return f"{event.outcome.replace('_', ' ')}: {event.detail.replace('_', ' ')}"
            case _:
                return ""

    def _step(self, text: str) -> None:
        if self._status:
            from rich.text import Text

            self._status.update(Text(one_line(text)))

    def _print(self, line: str) -> None:
        indent = line[: len(line) - len(line.lstrip(" "))]
        line = indent + one_line(line)
        if self._console:
            self._console.print(line, style="dim" if indent else None)
        else:
            tell(line)


def _terminal() -> "Console | None":
    """Standard error as a terminal; None where it is none, which spares the import of what draws on one."""
    if not sys.stderr.isatty():
        return None
    from rich.console import Console

    console = Console(stderr=True, highlight=False, markup=False, soft_wrap=True)
    return console if console.is_terminal else None
