"""What is said when a run ends before its end: how to go on with it."""

import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from types import FrameType

from customer_escalation.cli import streams
from customer_escalation.cli.progress import Progress
from skill_runtime.errors import SkillRuntimeError

INTERRUPTED = 130
TERMINATED = 143


class Stopped(SkillRuntimeError):
    """The run was interrupted; ``code`` is the exit code that tells by what."""

    def __init__(self, message: str, code: int) -> None:
        super().__init__(message)
        self.code = code


@contextmanager
def interruptible(kept: Callable[[], str]) -> Iterator[None]:
    """Raise ``Stopped`` where the work inside is interrupted or asked to end; ``kept`` says what of it stays."""
    ended_by: list[int] = []

    def on_term(number: int, _frame: FrameType | None) -> None:
        ended_by.append(number)
        signal.raise_signal(signal.SIGINT)  # which the event loop knows how to end by

    before = signal.signal(signal.SIGTERM, on_term)
    if deaf := signal.getsignal(signal.SIGINT) == signal.SIG_IGN:  # as a script's jobs in the background are begun
        signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        yield
    except KeyboardInterrupt:
        raise Stopped(f"Stopped. {kept()}".strip(), TERMINATED if ended_by else INTERRUPTED) from None
    finally:
        signal.signal(signal.SIGTERM, before)
        if deaf:
            signal.signal(signal.SIGINT, signal.SIG_IGN)


@contextmanager
def going_on(progress: Progress) -> Iterator[None]:
    """Say how to go on with a run that is interrupted, asked to end, or stopped by something that can be mended.

    Raises ``Stopped`` for the first two; the third is raised on as it is.
    """
    try:
        with interruptible(lambda: _kept(progress)):
            yield
    except Stopped:
        raise
    except SkillRuntimeError:
        progress.stop()
        if progress.run_id:
            streams.tell(_stands(progress))
        raise


def _kept(progress: Progress) -> str:
    return f"What was paid for is kept. Go on with: {_command(progress)}" if progress.run_id else ""


def _stands(progress: Progress) -> str:
    """Where the run stands, by what is recorded of it."""
    from customer_escalation.cases.entries import RESULT
    from customer_escalation.cases.journal_store import JournalStore

    with suppress(SkillRuntimeError):
        if JournalStore().entries(str(progress.run_id), RESULT):
            return (
                f"The brief of {progress.run_id} stands as it was: customer-escalation show {progress.run_id}. "
                f"When it can go on: {_command(progress)}"
            )
    return f"The run {progress.run_id} has no brief yet. When it can go on: {_command(progress)}"


def _command(progress: Progress) -> str:
    return f"customer-escalation run --resume {progress.run_id}"
