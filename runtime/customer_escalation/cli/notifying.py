"""Where a notice goes beside the terminal: its bell, the desktop, a webhook."""

import asyncio
import shutil
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, Protocol

from customer_escalation.cli import streams
from customer_escalation.connectors.source import InvalidRequest
from customer_escalation.domain.printable import one_line
from customer_escalation.followups.watching import Notice
from customer_escalation.policy.webhooks import webhook_fault

if TYPE_CHECKING:
    from httpx2 import AsyncClient

WEBHOOK_S = 10.0
DESKTOP_S = 10.0
LONGEST = 400
"""Characters of a notice on the desktop."""


class Notifier(Protocol):
    """One place that notices go to."""

    async def tell(self, notices: Sequence[Notice]) -> str:
        """Pass them on; why that failed in a sentence, empty where it did not."""
        ...


class Bell:
    """The terminal's bell, once a look."""

    async def tell(self, notices: Sequence[Notice]) -> str:
        """See ``Notifier``."""
        if sys.stderr.isatty():
            sys.stderr.write("\a")
            sys.stderr.flush()
        return ""


class Desktop:
    """Notices of the desktop by ``notify-send``, which desktops on Linux have."""

    def __init__(self) -> None:
        """Raises ``InvalidRequest`` where it is not there."""
        found = shutil.which("notify-send")
        if found is None:
            raise InvalidRequest("--desktop needs the command notify-send, which is not installed here.")
        self._command = found

    async def tell(self, notices: Sequence[Notice]) -> str:
        """See ``Notifier``."""
        for notice in notices:
            urgent = "critical" if notice.kind == "overdue" else "normal"
            words = [
                f"--urgency={urgent}",
                "--app-name=customer-escalation",
                "--",
                f"Escalation {notice.case}",
                shown(notice),
            ]
            process = await asyncio.create_subprocess_exec(
                self._command, *words, stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.DEVNULL
            )
            try:
                code = await asyncio.wait_for(process.wait(), DESKTOP_S)
            except TimeoutError:
                process.kill()
                await process.wait()
                return "The desktop did not take a notice in time."
            if code:
                return f"The desktop did not take a notice (notify-send ended with {code})."
        return ""


class Webhook:
    """A POST of JSON for each notice: ``text`` as chat systems take it, and ``run``, ``kind`` beside it."""

    def __init__(self, url: str) -> None:
        """Raises ``InvalidRequest`` for an address that notices may not go to in the clear."""
        if fault := webhook_fault(url):
            raise InvalidRequest(f"--webhook takes {fault}.")
        self._url = url

    async def tell(self, notices: Sequence[Notice]) -> str:
        """See ``Notifier``."""
        from httpx2 import AsyncClient

        async with AsyncClient(timeout=WEBHOOK_S, follow_redirects=False) as client:
            for notice in notices:
                if problem := await self._send(client, notice):
                    return problem
        return ""

    async def _send(self, client: "AsyncClient", notice: Notice) -> str:
        from httpx2 import HTTPError, InvalidURL

        told = {"text": f"Escalation {notice.case}: {shown(notice)}", "run": notice.case, "kind": notice.kind}
        try:
            answer = await client.post(self._url, json=told)
        except (HTTPError, InvalidURL) as error:
            return f"The webhook could not be reached ({type(error).__name__})."
        return "" if answer.is_success else f"The webhook answered with HTTP {answer.status_code}."


def shown(notice: Notice) -> str:
    """A notice in one line, as others may see it."""
    return one_line(notice.title)[:LONGEST]


async def pass_on(notifiers: Sequence[Notifier], notices: Sequence[Notice], failing: set[str]) -> None:
    """Tell them all; a place that fails is told once until it takes a notice again. ``failing`` is kept between calls."""
    for notifier in notifiers:
        name, problem = type(notifier).__name__, await notifier.tell(notices)
        if problem and name not in failing:
            streams.tell(problem)
        (failing.add if problem else failing.discard)(name)
