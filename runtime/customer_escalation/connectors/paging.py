"""Paging whoever is on call for a team: by PagerDuty's Events API v2, or by an Alertmanager (API v2).

Both know an alert again by a key of ours, so the same page sent twice is one alert. Neither client library is kept for more than
this one request: it is made by hand.
"""

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from customer_escalation.connectors.writing import Answer, Write
from customer_escalation.policy import PolicyError
from customer_escalation.policy.sections import Paging
from customer_escalation.policy.sources import find_overlays, policy_in_force
from skill_runtime.errors import ConnectorError

if TYPE_CHECKING:
    from httpx2 import Response

PAGER = "pager"
"""What actions call this system."""
KEYS = "CUSTOMER_ESCALATION_PAGER_KEYS"
"""``[TEAM=]KEY@HOST``, several of them with spaces between: the integration key of a team's service in PagerDuty, or ``USER:PASSWORD``
for an Alertmanager. One without a team is for every team that has none of its own. Each goes to its host alone, whatever a policy names.
"""
PAGERDUTY = "https://events.pagerduty.com"
ANSWERS_S = 30.0
LONGEST_SUMMARY = 1_000
"""Characters of an alert's first line; PagerDuty takes 1,024."""
LASTS = timedelta(hours=1)
"""How long an Alertmanager takes the alert to be firing: long enough to be sent on, and then it ends by itself."""
SAME_FOR = timedelta(minutes=10)
"""How long after a page nobody will have resolved the alert in PagerDuty, which would make the same page a second one."""


def pager_writer(folder: Path) -> "PageWriter":
    """The pager of the policy in force for a folder. Raises ``ConnectorError`` where it names none."""
    try:
        paging = policy_in_force(find_overlays(None, folder)).paging
    except PolicyError as error:
        raise ConnectorError(str(error)) from error
    if not paging.system:
        raise ConnectorError("The policy in force names nothing that pages any more (paging.system).")
    return PageWriter(paging, os.environ.get(KEYS, ""))


def key_for(team: str, address: str, given: str) -> str:
    """The key of a team at the host of an address, from what ``KEYS`` holds; empty where there is none. Raises ``ConnectorError``."""
    found: dict[str, str] = {}
    for part in given.split():
        secret, at, host = part.rpartition("@")
        whose, equals, key = secret.partition("=")
        if not (at and host and secret):
            raise ConnectorError(f"{KEYS} is not of the form TEAM=KEY@HOST, with spaces between several.")
        if host.casefold() == urlsplit(address).netloc.casefold():
            found[_id(whose) if equals else ""] = key if equals else secret
    return found.get(_id(team), found.get("", ""))


def _id(team: str) -> str:
    return team.strip().casefold().replace(" ", "_")


class PageWriter:
    """Pages by one system."""

    def __init__(self, paging: Paging, keys: str) -> None:
        """``keys`` is what ``KEYS`` holds."""
        self._pagerduty = paging.system == "pagerduty"
        self._address = (paging.address or PAGERDUTY).rstrip("/")
        self._keys = keys

    def check(self, call: Write) -> None:
        """Raise ``ConnectorError`` where nobody could be paged so."""
        team = str(call.arguments.get("team", ""))
        if not team:
            raise ConnectorError("A page goes to a team: name one first.")
        if self._pagerduty and not self._key(call):
            host = urlsplit(self._address).netloc
            raise ConnectorError(f"No key to page {team} by: set {KEYS} to {_id(team)}=INTEGRATION_KEY@{host}.")

    async def write(self, call: Write) -> Answer:
        """Page them, unless they were. Raises as ``check``."""
        self.check(call)
        now = datetime.now(UTC)
        path, body = (
            ("/v2/enqueue", self._event(call)) if self._pagerduty else ("/api/v2/alerts", self._alerts(call, now))
        )
        answer = await self._ask("POST", path, call, json=body)
        if isinstance(answer, Answer):
            return answer
        if answer.is_success:
            return Answer("done", call.key)
        return Answer("unclear" if answer.is_server_error else "refused", said=_said(answer))

    async def look(self, call: Write, since: datetime) -> Answer:
        """Was the page taken? An integration key cannot ask PagerDuty, where the same call again is the same alert while that is open."""
        if self._pagerduty:
            if datetime.now(UTC) - since <= SAME_FOR:
                return Answer("repeatable")
            return Answer("unclear", said="PagerDuty cannot be asked for it, and the alert may be over: look there.")
        query = {"filter": f'escalation="{call.key}"'}
        answer = await self._ask("GET", "/api/v2/alerts", call, params=query)
        if isinstance(answer, Answer):
            return Answer("unclear", said=answer.said)
        if not answer.is_success:
            return Answer("unclear", said=_said(answer))
        if _alerts_in(answer):
            return Answer("done", call.key)
        over = datetime.now(UTC) - since > LASTS / 2
        return (
            Answer("unclear", said="It does not list the alert any more: look who was told.")
            if over
            else Answer("repeatable")
        )

    def _key(self, call: Write) -> str:
        return key_for(str(call.arguments.get("team", "")), self._address, self._keys)

    def _event(self, call: Write) -> dict[str, Any]:
        first, rest = _parts(call)
        details = {"custom_details": {"text": rest, "asked for by": call.author}} if rest else {}
        return {
            "routing_key": self._key(call),
            "event_action": "trigger",
            "dedup_key": call.key,
            "client": "customer-escalation",
            "payload": {"summary": first, "source": "customer-escalation", "severity": "critical", **details},
        }

    def _alerts(self, call: Write, now: datetime) -> list[dict[str, Any]]:
        first, rest = _parts(call)
        team = _id(str(call.arguments.get("team", "")))
        labels = {"alertname": "CustomerEscalation", "team": team, "severity": "critical", "escalation": call.key}
        notes = {"summary": first, "description": rest, "asked_for_by": call.author}
        return [
            {
                "labels": labels,
                "annotations": {name: text for name, text in notes.items() if text},
                "startsAt": now.isoformat(),
                "endsAt": (now + LASTS).isoformat(),
            }
        ]

    async def _ask(self, method: str, path: str, call: Write, **options: Any) -> "Response | Answer":
        from httpx2 import AsyncClient, ConnectError, ConnectTimeout, HTTPError, InvalidURL

        user, colon, password = ("", "", "") if self._pagerduty else self._key(call).partition(":")
        auth = (user, password) if colon else None
        name = "PagerDuty" if self._pagerduty else "The Alertmanager"
        try:
            async with AsyncClient(timeout=ANSWERS_S, follow_redirects=False, auth=auth) as client:
                return await client.request(method, self._address + path, **options)
        except (ConnectError, ConnectTimeout, InvalidURL) as error:
            return Answer("refused", said=f"{name} could not be reached ({type(error).__name__}).")
        except HTTPError as error:
            return Answer("unclear", said=f"{name}'s answer was lost ({type(error).__name__}).")


def _parts(call: Write) -> tuple[str, str]:
    """The first line, and what stands below it."""
    first, _, rest = str(call.arguments.get("text", "")).strip().partition("\n")
    return first.strip()[:LONGEST_SUMMARY], rest.strip()


def _alerts_in(answer: "Response") -> bool:
    try:
        found = answer.json()
    except ValueError:
        return False
    return isinstance(found, list) and bool(found)


def _said(answer: "Response") -> str:
    return f"It answered with HTTP {answer.status_code}."
