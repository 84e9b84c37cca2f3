"""Intercom as support platform: its conversations are the tickets, its companies the customers."""

from collections.abc import Iterator, Sequence
from datetime import timedelta
from threading import Lock
from typing import Any, Final, Literal

from intercom.conversations.types.conversation import Conversation
from intercom.types.conversation_part import ConversationPart

from support_connectors.backend import (
    InvalidInput,
    NotFound,
    Paging,
    Period,
    PermissionDenied,
    TicketFilter,
    Unavailable,
    Write,
)
from support_connectors.backends.intercom.api import AT_ONCE, Condition, IntercomApi, IntercomSettings
from support_connectors.backends.intercom_records import (
    CATEGORY,
    STATES,
    TITLE,
    company_of,
    contact_of,
    count_of_parts,
    message_of,
    messages_of,
    opening_of,
    parts_of,
    ticket_of,
    writer_of,
)
from support_connectors.remote.budget import Budget
from support_connectors.remote.guard import readable
from support_connectors.remote.markers import Marker, find_marked, marked
from support_connectors.remote.paging import empty_page, offset_page, own_id, token_page
from support_connectors.remote.ranking import ranked
from support_connectors.remote.texts import as_html, has_words, plain_text, words
from support_connectors.results import Message, Page, Ticket
from support_connectors.systems import System

CANDIDATES: Final = 150
"""Newest matches of a search that are ranked: the longest page that Intercom gives."""
MOST_WORDS: Final = 7
"""Words of a query that count; each needs two of the 15 conditions that Intercom takes."""
MOST_PARTS: Final = 500
"""Newest parts of a conversation, all that Intercom gives."""
DAY: Final = timedelta(days=1)


class Intercom:
    """``SupportPlatform`` on Intercom. A message's id is the conversation's and the part's."""

    def __init__(self, settings: IntercomSettings) -> None:
        self._api = IntercomApi(settings)
        self._companies: dict[str, str] = {}
        self._lock = Lock()
        self._writing = Lock()

    def search_tickets(self, query: str, customer: str | None, paging: Paging) -> Page[Ticket]:
        """See ``SupportPlatform``. Any word may match, in what a conversation was opened with; replies are not searched."""
        if not has_words(query):
            return empty_page()
        groups = self._of_customer(customer)
        if groups is None:
            return empty_page()
        terms = [word for word in words(query) if len(word) > 2 or word.isdecimal()] or words(query)
        terms = sorted(terms, key=len, reverse=True)[:MOST_WORDS]
        places = ("source.body", "source.subject")
        groups.append([(place, "~", term) for term in terms for place in places])
        found = self._api.search(groups, CANDIDATES).conversations[:CANDIDATES]
        with readable(TITLE):
            best = ranked(query, found, _text)

        def fetch(offset: int, limit: int) -> tuple[list[Ticket], int]:
            return self._tickets(best[offset : offset + limit], opening=True), len(best)

        return offset_page(["search_tickets", query, customer], paging, fetch)

    def read_ticket(self, ticket_id: str) -> Ticket:
        """See ``SupportPlatform``."""
        row = self._api.conversation(_number(ticket_id))
        return ticket_of(row, self._customers([row])[str(row.id)], messages=messages_of(row))

    def list_tickets(self, wanted: TicketFilter, paging: Paging) -> Page[Ticket]:
        """See ``SupportPlatform``. Intercom may compare whole days only, so the days around a period are asked for too."""
        groups = self._of_customer(wanted.customer)
        status = wanted.status.strip().casefold() if wanted.status is not None else None
        states = [name for name, meaning in STATES.items() if status in (None, name, meaning)]
        if groups is None or not states:
            return empty_page()
        if status is not None:
            groups.append([("state", "=", name) for name in states])
        since, until = wanted.period.since, wanted.period.until
        if since:
            groups.append([("created_at", ">", max(0, int((since - 2 * DAY).timestamp())))])
        if until:
            groups.append([("created_at", "<", int((until + 2 * DAY).timestamp()))])

        def fetch(token: str | None, limit: int) -> tuple[list[Ticket], str | None, int | None]:
            budget = Budget(TITLE, self._api.guard)
            while True:
                found = self._api.search(groups, limit, token)
                with readable(TITLE):
                    rows = [row for row in found.conversations[:limit] if _within(row, wanted.period)]
                if rows or found.following is None:
                    total = None if since or until else found.total
                    return self._tickets(rows), found.following, total
                token = found.following
                budget.check()

        return token_page(["list_tickets", repr(wanted)], paging, fetch)

    def add_internal_note(self, ticket_id: str, text: str, write: Write) -> Message:
        """See ``SupportPlatform``."""
        return self._say("note", ticket_id, text, write)

    def reply_to_customer(self, ticket_id: str, text: str, write: Write) -> Message:
        """See ``SupportPlatform``."""
        return self._say("comment", ticket_id, text, write)

    def set_ticket_status(self, ticket_id: str, status: str, write: Write) -> Ticket:
        """See ``SupportPlatform``. Setting the state that a conversation has writes nothing, so no key is needed."""
        number = _number(ticket_id)
        wanted = status.strip().casefold()
        if wanted not in ("open", "closed"):
            raise InvalidInput(f"Intercom's conversations can be set to open or closed, not to {status!r}.")
        with self._writing:
            row = self._api.conversation(number)
            if row.state != wanted:
                row = self._api.open_or_close(number, opened=wanted == "open")
        return ticket_of(row, self._customers([row])[str(row.id)])

    def close(self) -> None:
        """Close the connections."""
        self._api.close()

    def _of_customer(self, customer: str | None) -> list[list[Condition]] | None:
        """The condition on a customer: a company's contacts, else the contacts of that name; None where there are none."""
        if customer is None:
            return []
        if not has_words(customer):
            return None
        contacts = self._api.contacts_of_company(customer)
        if contacts is None:
            contacts = list(self._api.contacts_named(customer))
        if not contacts:
            return None
        parts = [contacts[start : start + AT_ONCE] for start in range(0, len(contacts), AT_ONCE)]
        return [[("contact_ids", "IN", part) for part in parts]]

    def _tickets(self, rows: Sequence[Conversation], *, opening: bool = False) -> list[Ticket]:
        names = self._customers(rows)
        return [ticket_of(row, names[str(row.id)], opening=opening) for row in rows]

    def _customers(self, rows: Sequence[Conversation]) -> dict[str, str]:
        """By conversation: its company, else its contact's company, else the contact."""
        with readable(TITLE):
            names = {str(row.id): company_of(row) for row in rows}
            contacts = {contact_of(row) for row in rows if not names[str(row.id)]}
        known = self._names_of_contacts([contact for contact in contacts if contact])
        with readable(TITLE):
            for row in rows:
                number = str(row.id)
                names[number] = names[number] or known.get(contact_of(row) or "", "") or writer_of(row) or "unknown"
        return names

    def _names_of_contacts(self, ids: Sequence[str]) -> dict[str, str]:
        """By contact: the name of the first company, else the contact's own; without those that we may not read."""
        if not ids:
            return {}
        try:
            contacts = self._api.contacts(sorted(ids))
            names = {}
            for name, contact in contacts.items():
                with readable(TITLE):
                    companies = (
                        [str(one.id) for one in (contact.companies.data or ()) if one.id] if contact.companies else []
                    )
                    own = str(contact.name or contact.email or "")
                names[name] = (self._company(companies[0]) if companies else "") or own
        except PermissionDenied:
            return {}
        return names

    def _company(self, name: str) -> str:
        """A company's name, kept because few companies write often; empty where it is gone."""
        with self._lock:
            if name in self._companies:
                return self._companies[name]
        try:
            with readable(TITLE):
                found = str(self._api.company(name).name or "")
        except NotFound:
            found = ""
        with self._lock:
            if len(self._companies) > 1_000:
                self._companies.clear()
            self._companies[name] = found
        return found

    def _say(self, kind: Literal["comment", "note"], ticket_id: str, text: str, write: Write) -> Message:
        """Write a part, once for each key. Intercom reads HTML, so the text is sent as HTML that shows exactly it."""
        number = _number(ticket_id)
        key = write.idempotency_key
        marker = Marker.of(key, kind, number, text) if key else None
        with self._writing:
            row = self._api.conversation(number)
            if marker and key:
                said = list(_spoken(row))
                known = find_marked(marker, said, key)
                if known is not None:
                    return message_of(known, number)
                write.go_on(seen_all=count_of_parts(row) < MOST_PARTS)
            written = marked(text, marker)
            row = self._api.reply(number, kind, as_html(written))
            for shown, part in reversed(list(_spoken(row))):
                if part.part_type == kind and shown.split() == written.split():
                    return message_of(part, number)
        raise Unavailable(
            f"Intercom took the text on conversation {number}, but does not show it. Look there before you repeat it."
        )


def _number(given: str) -> str:
    name = own_id(CATEGORY, given).lstrip("#").partition("-")[0]
    if not (name.isascii() and name.isdecimal()):
        raise NotFound(f"There is no conversation {given!r} in Intercom: its ids are numbers such as 215470000000001.")
    return name


def _within(row: Conversation, period: Period) -> bool:
    moment: Any = row.created_at
    return not (
        (period.since and moment < period.since.timestamp()) or (period.until and moment > period.until.timestamp())
    )


def _text(row: Conversation) -> str:
    return " ".join(
        [str(row.title or ""), plain_text((row.source.subject if row.source else None) or ""), opening_of(row)]
    )


def _spoken(row: Conversation) -> Iterator[tuple[str, ConversationPart]]:
    with readable(TITLE):
        yield from [(plain_text(part.body or ""), part) for part in parts_of(row)]


SYSTEM = System(
    name="intercom",
    title=TITLE,
    category=CATEGORY,
    settings=IntercomSettings,
    connect=Intercom,
    tested="a stand-in made of Intercom's published description: contract with reads and writes, network faults; not the real service",
    note="Tickets are conversations. A search looks at the 150 newest whose first message or subject holds any of its longest "
    "words; replies are not searched. A customer's conversations are those of its company's first 750 contacts. Times are UTC.",
)
