"""Zendesk Support as support platform, over its REST interface.

Not through zenpy: it is under the GPL, which this package is not, and it sleeps for as long as Zendesk asks without a bound.
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from threading import Lock
from typing import Any, Final

from support_connectors.backend import (
    InvalidCursor,
    InvalidInput,
    NotFound,
    Paging,
    PermissionDenied,
    TicketFilter,
    Unavailable,
    Write,
)
from support_connectors.backends.zendesk.api import (
    MOST_PAGES,
    PAGE,
    TITLE,
    Row,
    TicketsPage,
    ZendeskApi,
    ZendeskSettings,
)
from support_connectors.backends.zendesk.records import CATEGORY, STATES, markup_of, message_of, ticket_of
from support_connectors.cursors import decode_cursor, encode_cursor
from support_connectors.remote.budget import Budget
from support_connectors.remote.guard import readable
from support_connectors.remote.markers import Marker, find_marked
from support_connectors.remote.paging import empty_page, own_id
from support_connectors.remote.texts import has_words, words
from support_connectors.results import JsonObject, Message, Page, Ticket
from support_connectors.states import State, is_state
from support_connectors.systems import System

OF_STATE: Final[Mapping[State, tuple[str, ...]]] = {
    "open": ("status<pending",), "waiting": ("status>open", "status<solved"), "closed": ("status>hold",),
}  # fmt: skip
"""Search terms for a state; statuses compare in their order."""
REACH: Final = 1000
"""Results of one search that Zendesk gives out at most."""
ALONE: Final = 4
"""Words that are looked for one by one where no ticket holds all."""
MARK: Final = "customer_escalation"
"""The key of an audit's metadata under which the marker of our write stands."""


class Zendesk:
    """``SupportPlatform`` on Zendesk. Organizations are the customers; a message's id is the ticket's and the comment's."""

    def __init__(self, settings: ZendeskSettings) -> None:
        self._api = ZendeskApi(settings)
        self._writing = Lock()

    def search_tickets(self, query: str, customer: str | None, paging: Paging) -> Page[Ticket]:
        """See ``SupportPlatform``. Zendesk wants all words; where no ticket holds them all, the longest count one by one."""
        if not has_words(query):
            return empty_page()
        of_customer = self._of_customer(customer)
        if of_customer is None:
            return empty_page()
        terms = words(query)
        call: list[Any] = ["search_tickets", query, customer, paging.limit]
        page, single = (1, False) if paging.cursor is None else _place(decode_cursor(call, paging.cursor))
        found = TicketsPage([])
        if not single:
            found = self._api.search([*terms, *of_customer], page=page, per_page=paging.limit)
            single = page == 1 and not found.count and len(terms) > 1
        offset = 0
        if single:
            found = self._any_word(terms, of_customer)
            offset = (page - 1) * paging.limit
        rows = found.tickets[offset : offset + paging.limit]
        more = page * paging.limit < found.count and (page + 1) * paging.limit <= REACH
        return Page(
            items=[ticket_of(row, found, described=True) for row in rows],
            next_cursor=encode_cursor(call, [page + 1, single]) if more else None,
            total=found.count,
        )

    def read_ticket(self, ticket_id: str) -> Ticket:
        """See ``SupportPlatform``."""
        number = _number(ticket_id)
        found = self._existing(number)
        try:
            messages = self._messages(number, found)
        except PermissionDenied:
            return ticket_of(found.tickets[0], found, missing="comments")
        return ticket_of(found.tickets[0], found, messages=messages)

    def list_tickets(self, wanted: TicketFilter, paging: Paging) -> Page[Ticket]:
        """See ``SupportPlatform``. A page begins where the one before ended in time, so new tickets shift nothing."""
        conditions = self._conditions(wanted)
        if conditions is None:
            return empty_page()
        call: list[Any] = ["list_tickets", repr(wanted)]
        until = _moment(wanted.period.until) if wanted.period.until else None
        shown: set[int] = set()
        total: int | None = None
        if paging.cursor is not None:
            until, shown, total = _ended(decode_cursor(call, paging.cursor, 3))
        terms = [*conditions, *([f"created<={until}"] if until else [])]
        found, left = self._unseen(terms, shown, paging.limit)
        cursor = None
        if left and found.tickets:
            last = found.tickets[-1]["created_at"]
            same = {row["id"] for row in found.tickets if row["created_at"] == last}
            seen: list[Any] = sorted(same | (shown if last == until else set()))
            cursor = encode_cursor(call, [last, seen, found.count if total is None else total])
        return Page(
            items=[ticket_of(row, found) for row in found.tickets],
            next_cursor=cursor,
            total=found.count if total is None else total,
        )

    def add_internal_note(self, ticket_id: str, text: str, write: Write) -> Message:
        """See ``SupportPlatform``."""
        return self._say(ticket_id, text, write, public=False)

    def reply_to_customer(self, ticket_id: str, text: str, write: Write) -> Message:
        """See ``SupportPlatform``."""
        return self._say(ticket_id, text, write, public=True)

    def set_ticket_status(self, ticket_id: str, status: str, write: Write) -> Ticket:
        """See ``SupportPlatform``. Takes Zendesk's own statuses and the agents' names of the account's."""
        number = _number(ticket_id)
        with self._writing:
            found = self._existing(number)
            marker = _marker(write, number, "status", status)
            if marker is None or self._written(number, marker, write) is None:
                found.tickets = [
                    self._api.update(number, {**self._status(status), **_metadata(marker, write)})["ticket"]
                ]
        return ticket_of(found.tickets[0], found)

    def close(self) -> None:
        """Close the connections."""
        self._api.close()

    def _conditions(self, wanted: TicketFilter) -> list[str] | None:
        """What a list's filter means in a search; None where nothing can fit."""
        conditions = self._of_customer(wanted.customer)
        if conditions is None:
            return None
        if wanted.status is not None:
            status = _known_status(wanted.status)
            named = wanted.status.strip().casefold()
            if is_state(named):
                conditions += OF_STATE[named]
            elif status is not None:
                conditions.append(f"status:{status}")
            else:
                return None
        if wanted.period.since:
            conditions.append(f"created>={_moment(wanted.period.since)}")
        return conditions

    def _of_customer(self, customer: str | None) -> list[str] | None:
        """The condition on a customer: an organization by name or external id, else a person; None where there is none."""
        if customer is None:
            return []
        if not has_words(customer):
            return None
        for keyword in ("name", "external_id"):
            for row in self._api.named("organization", keyword, customer):
                return [f"organization:{row['id']}"]
        people = self._api.named("user", "name", customer)
        return [*(f"requester:{row['id']}" for row in people), "organization:none"] if people else None

    def _any_word(self, terms: Sequence[str], conditions: Sequence[str]) -> TicketsPage:
        """Tickets that hold any of the longest words, those with more of them first."""
        budget = Budget(TITLE, self._api.guard)
        merged = TicketsPage([])
        hits: dict[int, int] = {}
        rows: dict[int, Row] = {}
        for term in sorted(terms, key=len, reverse=True)[:ALONE]:
            budget.check()
            found = self._api.search([term, *conditions], page=1, per_page=PAGE)
            merged.users |= found.users
            merged.organizations |= found.organizations
            for row in found.tickets[:PAGE]:
                rows.setdefault(row["id"], row)
                hits[row["id"]] = hits.get(row["id"], 0) + 1
        merged.tickets = sorted(rows.values(), key=lambda row: -hits[row["id"]])
        merged.count = len(merged.tickets)
        return merged

    def _unseen(self, terms: Sequence[str], shown: set[int], limit: int) -> tuple[TicketsPage, bool]:
        """The newest tickets that fit and were not shown, at most ``limit``, and whether there are more."""
        budget = Budget(TITLE, self._api.guard)
        size = min(PAGE, limit + len(shown))
        rows: dict[int, Row] = {}
        for page in range(1, REACH // PAGE + 1):
            found = self._api.search(terms, page=page, per_page=size, newest_first=True)
            rows |= {row["id"]: row for row in found.tickets if row["id"] not in shown}
            if len(rows) >= limit or page * size >= found.count:
                break
            budget.check()
        found.tickets = list(rows.values())[:limit]
        return found, len(shown) + len(found.tickets) < found.count

    def _existing(self, number: str) -> TicketsPage:
        found = self._api.ticket(number)
        if found.tickets[0].get("status") == "deleted":
            raise NotFound(f"Ticket {number} was deleted in Zendesk.")
        return found

    def _messages(self, number: str, found: TicketsPage) -> list[Message]:
        messages: list[Message] = []
        for rows, users in self._api.comments(number, Budget(TITLE, self._api.guard)):
            found.users |= users
            messages += [message_of(row, number, found) for row in rows]
        return messages

    def _say(self, ticket_id: str, text: str, write: Write, *, public: bool) -> Message:
        """Write a comment, once for each key. The marker stands in the audit's metadata, so that no customer reads it."""
        number = _number(ticket_id)
        with self._writing:
            found = self._existing(number)
            marker = _marker(write, number, "reply" if public else "note", text)
            audit = self._written(number, marker, write) if marker else None
            if audit is None:
                change = {"comment": {"html_body": markup_of(text), "public": public}, **_metadata(marker, write)}
                audit = self._api.update(number, change)["audit"]
        with readable(TITLE):
            comments = [event["id"] for event in audit["events"] if event["type"] == "Comment"]
            name = f"{number}-m{comments[0]}"
        for message in self._messages(number, found):
            if message.id == name:
                return message
        raise Unavailable(
            f"Zendesk took the text on ticket {number}, but does not show it. Look there before you repeat it."
        )

    def _written(self, number: str, marker: Marker, write: Write) -> Row | None:
        """The audit of an earlier write under the same key."""
        budget = Budget(TITLE, self._api.guard)
        with readable(TITLE):
            marks = [(_mark(audit), audit) for audit in self._api.audits(number, budget)]
        found = find_marked(marker, marks, write.idempotency_key or "")
        if found is None:
            write.go_on(seen_all=len(marks) < MOST_PAGES * PAGE)
        return found

    def _status(self, wanted: str) -> JsonObject:
        known = _known_status(wanted)
        if known is not None:
            return {"status": known}
        own = self._api.statuses()
        for row in own:
            if str(row.get("agent_label") or "").casefold() == wanted.casefold():
                return {"custom_status_id": row["id"]}
        names = [*STATES, *(str(row.get("agent_label") or "") for row in own)]
        raise InvalidInput(f"Zendesk has no ticket status {wanted!r}. It has: {', '.join(dict.fromkeys(names))}.")


def _number(given: str) -> str:
    name = own_id(CATEGORY, given).lstrip("#").partition("-")[0]
    if not (name.isascii() and name.isdecimal()):
        raise NotFound(f"There is no ticket {given!r} in Zendesk: its ids are numbers such as 1024.")
    return name


def _known_status(given: str) -> str | None:
    name = given.strip().casefold()
    return "hold" if name in ("on-hold", "on hold", "on_hold") else name if name in STATES else None


def _moment(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _place(place: Sequence[Any]) -> tuple[int, bool]:
    match place:
        case [int(page), bool(single)] if page > 0:
            return page, single
    raise InvalidCursor("This is not a cursor of this call. Repeat the call without one.")


def _ended(place: Sequence[Any]) -> tuple[str, set[int], int]:
    match place:
        case [str(last), list(shown), int(total)] if all(isinstance(one, int) for one in shown):
            return last, set(shown), total
    raise InvalidCursor("This is not a cursor of this call. Repeat the call without one.")


def _marker(write: Write, *content: str) -> Marker | None:
    return Marker.of(write.idempotency_key, *content) if write.idempotency_key else None


def _metadata(marker: Marker | None, write: Write) -> dict[str, Any]:
    mark = {MARK: str(marker)} if marker else {}
    return {"metadata": {**mark, f"{MARK}_author": write.author}}


def _mark(audit: Mapping[str, Any]) -> str:
    custom = (audit.get("metadata") or {}).get("custom") or {}
    return str(custom.get(MARK) or "")


SYSTEM = System(
    name="zendesk",
    title=TITLE,
    category=CATEGORY,
    settings=ZendeskSettings,
    connect=Zendesk,
    asks=(
        ("subdomain", ("url",)),
        ("email", ("access_token", "client_id")),
        ("api_token", ("access_token", "client_id")),
    ),
    tested="a stand-in made of Zendesk's published description: contract with reads and writes, network faults; not the real service",
    note="A new ticket is found a few minutes after it came in. A search wants all words and gives its first 1,000 tickets; "
    "where none holds them all, the four longest words are looked for one by one. Times are UTC.",
)
