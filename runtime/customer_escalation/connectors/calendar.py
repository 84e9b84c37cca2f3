"""A calendar that takes entries, events or tasks, by CalDAV (RFC 4791): one PUT of a resource that the call's key names, which writes once.

``If-None-Match: *`` has the server refuse the resource where it is there already, so the same call again makes no second entry, and
a look is one GET of it. A client library would add its own discovery, recurrence and HTTP for these two requests.
"""

import os
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from customer_escalation.connectors.writing import Answer, Write
from customer_escalation.domain.evidence import parse_moment
from customer_escalation.policy import PolicyError
from customer_escalation.policy.sources import find_overlays, policy_in_force
from customer_escalation.rendering.reminders import Reminder, calendar_file, uid_of
from skill_runtime.errors import ConnectorError

if TYPE_CHECKING:
    from httpx2 import Response

CALENDAR = "calendar"
"""What actions call this system."""
LOGIN = "CUSTOMER_ESCALATION_CALENDAR_LOGIN"
"""``USER:PASSWORD@HOST``: who writes, and at which host alone, whatever address a policy names."""
ANSWERS_S = 30.0
LONGEST_TITLE = 200


def calendar_writer(folder: Path) -> "CalendarWriter":
    """The calendar of the policy in force for a folder. Raises ``ConnectorError`` where it names none."""
    try:
        reminders = policy_in_force(find_overlays(None, folder)).reminders
    except PolicyError as error:
        raise ConnectorError(str(error)) from error
    if not reminders.calendar:
        raise ConnectorError("The policy in force names no calendar any more (reminders.calendar).")
    return CalendarWriter(reminders.calendar, login_for(reminders.calendar), reminders.entries == "tasks")


def login_for(address: str) -> tuple[str, str] | None:
    """User and password for the host of an address; None where none are given for it. Raises ``ConnectorError``."""
    given = os.environ.get(LOGIN, "")
    if not given:
        return None
    login, at, host = given.rpartition("@")
    user, colon, password = login.partition(":")
    if not (at and colon and user and host):
        raise ConnectorError(f"{LOGIN} is not of the form USER:PASSWORD@HOST.")
    return (user, password) if host.casefold() == urlsplit(address).netloc.casefold() else None


class CalendarWriter:
    """Writes entries into one calendar collection."""

    def __init__(self, address: str, login: tuple[str, str] | None = None, tasks: bool = False) -> None:
        """``address`` is the collection's; it is reached with Basic authentication where a login is given. ``tasks``: entries are tasks
        that are due, and no events.
        """
        self._address, self._login, self._tasks = address.rstrip("/"), login, tasks

    def check(self, call: Write) -> None:
        """Raise ``ConnectorError`` for an entry without a moment."""
        if parse_moment(str(call.arguments.get("start", ""))) is None:
            raise ConnectorError("A calendar takes an entry with a moment: set one first.")

    async def write(self, call: Write) -> Answer:
        """Put the entry there, unless it is."""
        headers = {"Content-Type": "text/calendar; charset=utf-8", "If-None-Match": "*"}
        answer = await self._ask("PUT", call, headers, _entry(call, self._tasks))
        if isinstance(answer, Answer):
            return answer
        if answer.is_success:
            return Answer("done", self._place(call))
        if answer.status_code == 412:
            return await self.look(call, datetime.now(UTC))
        return Answer("unclear" if answer.is_server_error else "refused", said=_said(answer))

    async def look(self, call: Write, since: datetime) -> Answer:
        """Is the entry there? Where it is not, the same call again writes it once."""
        answer = await self._ask("GET", call, {})
        if isinstance(answer, Answer):
            return Answer("unclear", said=answer.said)
        if answer.is_success and uid_of(call.key) in answer.text.replace("\r\n ", ""):
            return Answer("done", self._place(call))
        return Answer("repeatable" if answer.status_code in (404, 410) else "unclear", said=_said(answer))

    def _place(self, call: Write) -> str:
        return f"{self._address}/{call.key}.ics"

    async def _ask(self, method: str, call: Write, headers: dict[str, str], content: str = "") -> "Response | Answer":
        from httpx2 import AsyncClient, ConnectError, ConnectTimeout, HTTPError, InvalidURL

        try:
            async with AsyncClient(timeout=ANSWERS_S, follow_redirects=False, auth=self._login) as client:
                return await client.request(method, self._place(call), headers=headers, content=content.encode())
        except (ConnectError, ConnectTimeout, InvalidURL) as error:
            return Answer("refused", said=f"The calendar could not be reached ({type(error).__name__}).")
        except HTTPError as error:
            return Answer("unclear", said=f"The calendar's answer was lost ({type(error).__name__}).")


def _entry(call: Write, tasks: bool) -> str:
    text = str(call.arguments.get("text", ""))
    at = parse_moment(str(call.arguments.get("start", "")))
    assert at is not None
    title = next((line.strip() for line in text.splitlines() if line.strip()), "")
    return calendar_file([Reminder(call.key, at, title[:LONGEST_TITLE], text)], datetime.now(UTC), tasks)


def _said(answer: "Response") -> str:
    return f"The calendar answered with HTTP {answer.status_code}."
