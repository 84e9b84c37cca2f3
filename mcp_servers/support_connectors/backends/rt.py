"""Request Tracker 5 as support platform, over its REST2 interface.

Not through the ``rt`` package: it reads answers of any length whole and leaves waiting to its caller, so a call would have neither
a bound in bytes nor one in time.
"""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from threading import Lock
from typing import Any, Final, Literal

from pydantic import SecretStr, model_validator

from support_connectors.backend import InvalidInput, NotFound, Paging, TicketFilter, Unavailable, Write
from support_connectors.remote.guard import ServerSettings, readable, secret
from support_connectors.remote.http import Api
from support_connectors.remote.markers import Marker, find_marked, marked, unmarked
from support_connectors.remote.paging import empty_page, offset_page, own_id
from support_connectors.remote.texts import has_words, plain_text, words
from support_connectors.results import Attachment, Message, Page, Person, Ticket
from support_connectors.states import WORDS, State, is_state, state_while_open
from support_connectors.systems import System

CATEGORY: Final = "support_platform"
TITLE = "Request Tracker"
FIELDS = "Subject,Status,Priority,Created,LastUpdated,Resolved,Requestor,Owner,Queue,CustomFields"
SPOKEN = ("Create", "Correspond", "Comment")
"""The transactions that hold words of people."""
CANDIDATES = 100
"""Newest matches of a search that are ranked."""
MOST_PAGES = 10
"""Pages of a ticket's history that are read, 100 transactions each."""
NOBODY = "Nobody"
"""Owns what nobody works on."""
AT_ONCE = 40
"""Transactions whose texts are asked for in one request."""
INACTIVE = "Status = '__Inactive__'"
ACTIVE = "Status = '__Active__'"
"""What a queue's lifecycle counts as done, and what not."""
Row = dict[str, Any]


class RtSettings(ServerSettings):
    """Where Request Tracker is and how it knows us."""

    token: SecretStr | None = None
    """An authentication token; or else user and password."""
    user: str = ""
    password: SecretStr | None = None
    queue: str | None = None
    """Only tickets of this queue; None for all that the account sees."""
    customer_field: str = "Customer"
    """The custom field that names the customer's company. Without it the requestor's organization counts."""

    @model_validator(mode="after")
    def _check(self) -> "RtSettings":
        if not self.token and not (self.user and self.password):
            raise ValueError("needs a token, or user and password")
        return self


class RequestTracker:
    """``SupportPlatform`` on Request Tracker."""

    def __init__(self, settings: RtSettings) -> None:
        self._queue = settings.queue
        self._field = settings.customer_field
        headers = {"Authorization": f"token {secret(settings.token)}"} if settings.token else {}
        auth = None if settings.token else (settings.user, secret(settings.password))
        self._api = Api(TITLE, f"{settings.url}/REST/2.0", settings.guard, headers=headers, auth=auth)
        self._users: dict[str, Row] = {}
        self._inactive: dict[tuple[str, str], bool] = {}
        self._lock = Lock()

    def search_tickets(self, query: str, customer: str | None, paging: Paging) -> Page[Ticket]:
        """See ``SupportPlatform``. Of the newest matches those with more of the words in subject and customer come first."""
        if not has_words(query):
            return empty_page()
        terms = [word for word in words(query) if len(word) > 2 or word.isdigit()] or words(query)
        places = ("Subject", "Content", f"CustomField.{{{self._field}}}")
        matches = " OR ".join(f"{place} LIKE {_quoted(term)}" for term in terms for place in places)
        rows, _ = self._rows([f"({matches})", *self._of_customer(customer)], 0, CANDIDATES)
        ranked = sorted(rows, key=lambda row: -self._shared(row, terms))

        def fetch(offset: int, limit: int) -> tuple[list[Ticket], int]:
            return self._tickets(ranked[offset : offset + limit]), len(ranked)

        return offset_page(["search_tickets", query, customer], paging, fetch)

    def read_ticket(self, ticket_id: str) -> Ticket:
        """See ``SupportPlatform``."""
        number = _number(ticket_id)
        row = self._api.get(f"/ticket/{number}", {"fields[Queue]": "Name"}, what=f"ticket {number}")
        if row.get("Status") == "deleted":
            raise NotFound(f"Ticket {number} was deleted in Request Tracker.")
        self._learn_states([row])
        return self._ticket(row, complete=True, messages=list(self._messages(number, row)))

    def list_tickets(self, wanted: TicketFilter, paging: Paging) -> Page[Ticket]:
        """See ``SupportPlatform``."""
        conditions = self._of_customer(wanted.customer)
        if wanted.status is not None:
            conditions.append(_of_status(wanted.status.strip()))
        for sign, moment in ((">=", wanted.period.since), ("<=", wanted.period.until)):
            if moment is not None:
                conditions.append(f"Created {sign} {_quoted(_written(moment))}")

        def fetch(offset: int, limit: int) -> tuple[list[Ticket], int]:
            rows, total = self._rows(conditions, offset, limit)
            return self._tickets(rows), total

        return offset_page(["list_tickets", repr(wanted)], paging, fetch)

    def add_internal_note(self, ticket_id: str, text: str, write: Write) -> Message:
        """See ``SupportPlatform``."""
        return self._say("comment", ticket_id, text, write)

    def reply_to_customer(self, ticket_id: str, text: str, write: Write) -> Message:
        """See ``SupportPlatform``."""
        return self._say("correspond", ticket_id, text, write)

    def set_ticket_status(self, ticket_id: str, status: str, write: Write) -> Ticket:
        """See ``SupportPlatform``. Setting the status that a ticket has changes nothing, so no key is needed."""
        number = _number(ticket_id)
        said = self._api.put(f"/ticket/{number}", {"Status": status}, what=f"ticket {number}")
        row = self._api.get(f"/ticket/{number}", {"fields[Queue]": "Name"}, what=f"ticket {number}")
        if str(row.get("Status", "")).casefold() != status.casefold():
            reason = "; ".join(map(str, said)) if isinstance(said, list) else ""
            raise InvalidInput(
                f"Request Tracker did not set ticket {number} to {status!r}: {reason or 'it did not say why'}."
            )
        return self._tickets([row])[0]

    def _rows(self, conditions: Sequence[str], offset: int, limit: int) -> tuple[list[Row], int]:
        """Tickets from an offset, newest first. RT counts pages, so two of them may be needed for one of ours."""
        query = " AND ".join(["id > 0", "Status != 'deleted'", *conditions, *self._in_queue()])
        found: list[Row] = []
        page, skip = offset // limit + 1, offset % limit
        total = 0
        for number in (page, page + 1):
            asked = {"query": query, "fields": FIELDS, "fields[Queue]": "Name", "orderby": "id", "order": "DESC"}
            answer = self._api.get("/tickets", {**asked, "per_page": limit, "page": number})
            with readable(TITLE):
                found += answer["items"]
                total = int(answer["total"])
            if len(found) >= skip + limit or number * limit >= total:
                break
        return found[skip : skip + limit], total

    def _in_queue(self) -> list[str]:
        return [f"Queue = {_quoted(self._queue)}"] if self._queue else []

    def _of_customer(self, customer: str | None) -> list[str]:
        if customer is None:
            return []
        name = _quoted(customer)
        return [f"(CustomField.{{{self._field}}} = {name} OR Requestor.Organization = {name} OR Requestor = {name})"]

    def _shared(self, row: Row, terms: Sequence[str]) -> int:
        text = f"{row.get('Subject', '')} {_value(row, self._field)}".casefold()
        return sum(term.casefold() in text for term in terms)

    def _messages(self, number: str, ticket: Row) -> Iterator[Message]:
        spoken = [row for row in self._history(number) if row.get("Type") in SPOKEN]
        texts, files = self._contents([str(row["id"]) for row in spoken])
        for row in spoken:
            name = str(row["id"])
            if name in texts or name in files:
                yield self._message(number, ticket, row, texts.get(name, ""), files.get(name, ()))

    def _history(self, number: str) -> list[Row]:
        found: list[Row] = []
        for page in range(1, MOST_PAGES + 1):
            asked = {"fields": "Type,Created,Creator", "per_page": 100, "page": page}
            answer = self._api.get(f"/ticket/{number}/history", asked, what=f"ticket {number}")
            with readable(TITLE):
                found += answer["items"]
                if page >= int(answer["pages"]):
                    break
        return sorted(found, key=lambda row: int(row["id"]))

    def _contents(self, transactions: Sequence[str]) -> tuple[dict[str, str], dict[str, list[Row]]]:
        """By transaction: its text (its first plain text, else its HTML as plain text), and its files."""
        found: dict[str, str] = {}
        marked_up: dict[str, str] = {}
        files: dict[str, list[Row]] = {}
        for start in range(0, len(transactions), AT_ONCE):
            part = transactions[start : start + AT_ONCE]
            terms = [
                {"field": "TransactionId", "operator": "=", "value": name, "entry_aggregator": "OR"} for name in part
            ]
            asked = {"fields": "Content,ContentType,ContentLength,TransactionId,Filename", "per_page": 100}
            answer = self._api.post("/attachments", terms, params=asked, reads=True)
            with readable(TITLE):
                for row in answer["items"]:
                    name, kind = str(row["TransactionId"]), str(row.get("ContentType") or "")
                    if row.get("Filename"):
                        files.setdefault(name, []).append(row)
                    elif row.get("Content") and kind.startswith("text/plain"):
                        found.setdefault(name, str(row["Content"]).replace("\r\n", "\n").rstrip())
                    elif row.get("Content") and kind.startswith("text/html"):
                        marked_up.setdefault(name, plain_text(str(row["Content"])))
        return {**marked_up, **found}, files

    def _message(self, number: str, ticket: Row, row: Row, text: str, files: Sequence[Row] = ()) -> Message:
        with readable(TITLE):
            creator = str(row["Creator"]["id"])
            requestor = str(ticket["Requestor"][0]["id"]) if ticket.get("Requestor") else ""
            opening = row["Type"] == "Create"
            said_by = requestor if opening and requestor else creator
            agent = said_by != requestor and bool(self._user(said_by).get("Privileged"))
            name = f"{number}-m{row['id']}"
            return Message(
                ref=f"{CATEGORY}/{name}",
                id=name,
                at=row["Created"],
                author=self._person(said_by),
                role="agent" if agent else "customer",
                text=unmarked(text),
                internal=row["Type"] == "Comment",
                people=[self._somebody("author", said_by)],
                attachments=[_attachment(file, f"{CATEGORY}/{name}", number) for file in files],
                parent=f"{CATEGORY}/{number}",
                extra={"recorded_by": creator} if said_by != creator else {},
            )

    def _tickets(self, rows: Sequence[Row]) -> list[Ticket]:
        self._learn_states(rows)
        return [self._ticket(row, complete=False) for row in rows]

    def _learn_states(self, rows: Sequence[Row]) -> None:
        """Ask which of these tickets' statuses are inactive in their queues' lifecycles, as far as that is not known yet."""
        with readable(TITLE):
            new = {_status_in_queue(row): str(int(row["id"])) for row in rows}
        with self._lock:
            new = {place: number for place, number in new.items() if place not in self._inactive}
        if not new:
            return
        named = " OR ".join(f"id = {number}" for number in new.values())
        asked = {"query": f"({named}) AND {INACTIVE}", "per_page": len(new)}
        answer = self._api.get("/tickets", asked)
        with readable(TITLE):
            closed = {str(row["id"]) for row in answer["items"]}
        with self._lock:
            self._inactive |= {place: number in closed for place, number in new.items()}

    def _state(self, row: Row) -> State:
        with self._lock:
            closed = self._inactive[_status_in_queue(row)]
        return "closed" if closed else state_while_open(str(row["Status"]))

    def _ticket(self, row: Row, *, complete: bool, messages: list[Message] | None = None) -> Ticket:
        with readable(TITLE):
            number = str(row["id"])
            requestor = str(row["Requestor"][0]["id"]) if row.get("Requestor") else ""
            fields = {str(one["name"]): ", ".join(map(str, one["values"])) for one in row.get("CustomFields", ())}
            customer = fields.pop(self._field, "") or self._organization(requestor) or requestor
            extra: dict[str, Any] = {name: value for name, value in fields.items() if value}
            extra |= {"requestor": requestor, "owner": row["Owner"]["id"], "updated_at": row["LastUpdated"]}
            extra |= {"queue": row["Queue"].get("Name") or row["Queue"]["id"]}
            return Ticket(
                ref=f"{CATEGORY}/{number}",
                id=number,
                customer=customer or "unknown",
                created_at=row["Created"],
                status=str(row["Status"]),
                state=self._state(row),
                priority=str(row.get("Priority") or ""),
                subject=str(row["Subject"]),
                people=self._people(row) if complete else [],
                messages=messages or [],
                messages_complete=complete,
                extra={key: value for key, value in extra.items() if value and value != NOBODY},
            )

    def _people(self, row: Row) -> list[Person]:
        """For whom a ticket was opened, mostly known from its messages, and who works on it, of whom the name is enough."""
        owner = str(row["Owner"]["id"])
        return [
            *(self._somebody("requester", str(one["id"])) for one in row.get("Requestor") or ()),
            *([Person(relation="owner", name=owner)] if owner != NOBODY else []),
        ]

    def _somebody(self, relation: Literal["author", "requester"], user: str) -> Person:
        known = self._user(user)
        return Person(
            relation=relation,
            name=known.get("RealName") or user,
            email=known.get("EmailAddress") or (user if "@" in user else None),
            account=known.get("Organization") or None,
        )

    def _say(self, way: str, ticket_id: str, text: str, write: Write) -> Message:
        """Write a comment or a correspondence, once for each key."""
        number = _number(ticket_id)
        key = write.idempotency_key
        marker = Marker.of(key, way, number, text) if key else None
        ticket = self._api.get(f"/ticket/{number}", what=f"ticket {number}")
        kind = "Comment" if way == "comment" else "Correspond"
        if marker and key:
            rows = self._history(number)
            known = find_marked(marker, self._texts_of(rows, kind), key)
            if known is not None:
                return self._message(number, ticket, *known)
            write.go_on(seen_all=len(rows) < 100 * MOST_PAGES)
        written = marked(text, marker)
        body = {"Content": written, "ContentType": "text/plain"}
        self._api.post(f"/ticket/{number}/{way}", body, what=f"ticket {number}")
        for shown, found in reversed(self._spoken(number, kind)):
            if shown.split() == written.split():
                return self._message(number, ticket, *found)
        raise Unavailable(
            f"Request Tracker took the text on ticket {number}, but does not show it. Look there before you repeat it."
        )

    def _spoken(self, number: str, kind: str) -> list[tuple[str, tuple[Row, str]]]:
        return self._texts_of(self._history(number), kind)

    def _texts_of(self, history: Sequence[Row], kind: str) -> list[tuple[str, tuple[Row, str]]]:
        rows = [row for row in history if row.get("Type") == kind]
        texts, _ = self._contents([str(row["id"]) for row in rows])
        return [(texts[str(row["id"])], (row, texts[str(row["id"])])) for row in rows if str(row["id"]) in texts]

    def _organization(self, user: str) -> str:
        return str(self._user(user).get("Organization") or "") if user else ""

    def _person(self, user: str) -> str:
        return str(self._user(user).get("RealName") or user)

    def _user(self, name: str) -> Row:
        """What is known of a user; nothing where we may not look. Kept, because a thread names few people often."""
        with self._lock:
            if name in self._users:
                return self._users[name]
        try:
            row: Row = self._api.get(f"/user/{name}")
        except (NotFound, InvalidInput):
            row = {}
        with self._lock:
            if len(self._users) > 1_000:
                self._users.clear()
            self._users[name] = row
        return row


def _attachment(row: Row, parent: str, number: str) -> Attachment:
    name = f"{number}-a{row['id']}"
    size = str(row.get("ContentLength") or "")
    return Attachment(
        ref=f"{CATEGORY}/{name}",
        id=name,
        name=str(row["Filename"]),
        media_type=row.get("ContentType") or None,
        size_bytes=int(size) if size.isdecimal() else None,
        parent=parent,
    )


def _number(given: str) -> str:
    name = own_id(CATEGORY, given).lstrip("#").partition("-")[0]
    if not name.isdecimal():
        raise NotFound(f"There is no ticket {given!r} in Request Tracker: its ids are numbers such as 1024.")
    return name


def _value(row: Row, field: str) -> str:
    return next(
        (str(one["values"][0]) for one in row.get("CustomFields", ()) if one["name"] == field and one["values"]), ""
    )


def _quoted(text: str) -> str:
    """A text in TicketSQL. A backslash or quote in it cannot end it."""
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"


def _status_in_queue(row: Row) -> tuple[str, str]:
    """Which status of which queue a ticket has: a lifecycle's statuses mean the same for all its tickets."""
    return str(row["Queue"]["id"]), str(row["Status"])


def _of_status(wanted: str) -> str:
    """The condition on a status, or on all those of a state. TicketSQL compares whole words, so it knows those of the table."""
    named = wanted.casefold()
    if not is_state(named):
        return f"Status = {_quoted(wanted)}"
    if named == "closed":
        return INACTIVE
    sign, joint = ("=", " OR ") if named == "waiting" else ("!=", " AND ")
    # As in state_while_open: what is active and called done waits too.
    words = joint.join(f"Status {sign} {_quoted(word)}" for word in sorted(WORDS["waiting"] | WORDS["closed"]))
    return f"{ACTIVE} AND ({words})"


def _written(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S")


SYSTEM = System(
    name="rt",
    title=TITLE,
    category=CATEGORY,
    settings=RtSettings,
    connect=RequestTracker,
    tested="Request Tracker 5.0.3, started by CI: contract with reads and writes, network faults, the main job",
    note="A search looks at the newest 100 tickets that hold any of its words. Priorities are numbers, higher is more urgent. "
    "Times in filters count in the time zone of the account, which should be UTC.",
)
