"""Salesforce as CRM, over its REST interface.

Not through simple-salesforce: it stands on requests, waits for answers of any length, and renews no session.
"""

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated, Any, Final

from pydantic import Field, JsonValue, SecretStr, model_validator

from support_connectors.backend import (
    AccountFilter,
    BackendError,
    InvalidInput,
    NotFound,
    Paging,
    PermissionDenied,
    RateLimited,
    Unavailable,
    Write,
)
from support_connectors.remote.bearer import RenewedBearer
from support_connectors.remote.crm_fields import CrmFields, date_or_none, number_or_none, text_or_none
from support_connectors.remote.guard import ServerSettings, readable, secret
from support_connectors.remote.http import Api
from support_connectors.remote.markers import Marker, find_marked, marked, unmarked
from support_connectors.remote.paging import empty_page, offset_page, own_id, token_page
from support_connectors.remote.texts import has_words, words
from support_connectors.results import Account, Activity, Contact, Page
from support_connectors.systems import System

CATEGORY: Final = "crm"
TITLE = "Salesforce"
MOST_FOUND = 200
"""Accounts of one search."""
MOST_PARTS = 100
"""Contacts, open deals and tasks of one account that are read."""
MOST_MARKED = 2_000
"""Tasks of one account, the newest, among which a write is looked for: descriptions cannot be searched."""
MOST_DROPPED = 8
"""Fields that a query may lose because the organisation does not have them, or hides them."""
_OWN: Final = ("Id", "Name", "Industry", "Website", "Description", "Owner.Name", "CurrencyIsoCode")
_ACCOUNT = re.compile(r"001[A-Za-z0-9]{12}(?:[A-Za-z0-9]{3})?")
_COLUMN = re.compile(r"[Nn]o such column '([\w.]+)'(?: on entity '(\w+)')?")
_RELATION = re.compile(r"[Dd]idn't understand relationship '(\w+)'")
_WORD = re.compile(r"[^\W_]+")
Row = dict[str, Any]
FieldName = Annotated[str, Field(pattern=r"^[A-Za-z][A-Za-z0-9_]{0,79}$")]


@dataclass(frozen=True)
class _ChildRows:
    """Rows of an account that are read with it."""

    name: str
    """The relationship's."""
    kind: str
    fields: Sequence[str]
    where: str = ""

    def shown(self, absent: set[tuple[str, str]]) -> str:
        """The part in a query; empty where nothing of it may be seen."""
        fields = [field for field in self.fields if not _is_absent(field, self.kind, absent)]
        if not fields or ("", self.name) in absent:
            return ""
        where = f" WHERE {self.where}" if self.where else ""
        return f"(SELECT {', '.join(fields)} FROM {self.name}{where} LIMIT {MOST_PARTS})"


_PARTS: Final = (
    _ChildRows("Contacts", "Contact", ("Name", "Title", "Email")),
    _ChildRows("Opportunities", "Opportunity", ("Name", "Amount", "CloseDate", "StageName"), "IsClosed = false"),
)


class SalesforceSettings(ServerSettings, CrmFields):
    """Where the organisation is (``https://acme.my.salesforce.com``), how it knows us, and which fields hold what."""

    client_id: str = ""
    """Of a connected app that may use the client credentials flow, with ``client_secret``."""
    client_secret: SecretStr | None = None
    access_token: SecretStr | None = None
    """Instead of the two: a session that ends."""
    api_version: Annotated[str, Field(pattern=r"^[0-9]{2}\.0$")] = "62.0"
    currency: str = "USD"
    """The organisation's currency, where accounts have none of their own."""
    tier_field: FieldName = "Tier__c"
    arr_field: FieldName = "ARR__c"
    renewal_field: FieldName = "Renewal_Date__c"

    @model_validator(mode="after")
    def _check(self) -> "SalesforceSettings":
        if not self.access_token and not (self.client_id and self.client_secret):
            raise ValueError("give client_id and client_secret, or access_token")
        return self


class Salesforce:
    """``Crm`` on Salesforce: an activity is a task of the account."""

    def __init__(self, settings: SalesforceSettings) -> None:
        self._settings = settings
        self._base = f"/services/data/v{settings.api_version}"
        self._sessions = Api(TITLE, settings.url, settings.guard)
        auth = RenewedBearer(secret(settings.access_token), self._session)
        self._api = Api(TITLE, settings.url, settings.guard, auth=auth, error_words=_said)
        self._absent: set[tuple[str, str]] = set()
        """What the organisation does not have, or hides: an object's name and a field's, or "" and a relationship's."""

    def close(self) -> None:
        """Close the connections."""
        self._api.close()
        self._sessions.close()

    def search_accounts(self, query: str, paging: Paging) -> Page[Account]:
        """See ``Crm``. Any word may match, anywhere in the account; Salesforce ranks."""
        terms = list(dict.fromkeys(part for word in words(query) for part in _WORD.findall(word) if len(part) > 1))
        if not has_words(query) or not terms:
            return empty_page()

        def fetch(offset: int, limit: int) -> tuple[list[Account], int]:
            wanted = " OR ".join(f'"{term}"' for term in terms)  # in quotes, and, or and not are words
            asked = f"FIND {{{wanted}}} IN ALL FIELDS RETURNING Account(Id) LIMIT {MOST_FOUND}"
            found = self._get(f"{self._base}/search/", {"q": asked})
            with readable(TITLE):
                ids = [str(row["Id"]) for row in found["searchRecords"]]
            part = ids[offset : offset + limit]
            rows = {str(row["Id"]): row for row in self._accounts(_among(part), len(part))} if part else {}
            return [self._account(rows[name]) for name in part if name in rows], len(ids)

        return offset_page(["search_accounts", query], paging, fetch)

    def read_account(self, account_id: str) -> Account:
        """See ``Crm``."""
        row = self._row(account_id)
        try:
            tasks, hidden = [_activity(one, row) for one in self._tasks(row, MOST_PARTS)], []
        except (PermissionDenied, InvalidInput):  # an object that is hidden from us does not exist for us
            tasks, hidden = [], ["Tasks"]
        account = self._account(row)
        hidden += sorted(f"{kind} {field}".strip() for kind, field in self._absent - {("Account", "CurrencyIsoCode")})
        extra = {**account.extra, "not_readable": ", ".join(hidden)} if hidden else account.extra
        return account.model_copy(update={"timeline": tasks, "extra": extra})

    def list_accounts(self, wanted: AccountFilter, paging: Paging) -> Page[Account]:
        """See ``Crm``."""
        settings = self._settings
        walls: list[tuple[str, str]] = []
        if wanted.customer is not None:
            own = own_id(CATEGORY, wanted.customer)
            field = "Id" if _ACCOUNT.fullmatch(own) else "Name"
            walls.append((field, f"{field} = {_quoted(own)}"))
        if wanted.tier is not None:
            walls.append((settings.tier_field, f"{settings.tier_field} = {_quoted(wanted.tier)}"))
        for operator, moment in ((">=", wanted.renewal.since), ("<=", wanted.renewal.until)):
            if moment is not None:
                day = moment.astimezone(UTC).date().isoformat()
                walls.append((settings.renewal_field, f"{settings.renewal_field} {operator} {day}"))

        def fetch(token: str | None, limit: int) -> tuple[list[Account], str | None, None]:
            after = json.loads(token) if token else None
            parts = [wall for _, wall in walls]
            if after:
                name, row_id = map(_quoted, after)
                parts.append(f"(Name > {name} OR (Name = {name} AND Id > {row_id}))")
            rows = self._accounts(" AND ".join(parts), limit + 1, needs=[field for field, _ in walls])
            with readable(TITLE):
                last = rows[limit - 1] if len(rows) > limit else None
                following = json.dumps([last["Name"], last["Id"]]) if last else None
            return [self._account(row) for row in rows[:limit]], following, None

        return token_page(["list_accounts", repr(wanted)], paging, fetch)

    def log_account_activity(self, account_id: str, text: str, write: Write) -> Activity:
        """See ``Crm``. It is a completed task; its subject is the text's first line."""
        row = self._row(account_id)
        key = write.idempotency_key
        marker = Marker.of(key, str(row["Id"]), text) if key else None
        if marker and key:
            tasks = self._tasks(row, MOST_MARKED)
            if ("Task", "Description") in self._absent:
                raise PermissionDenied(
                    "Salesforce hides the descriptions of tasks from our account, so that this write could not be found again. "
                    "Let it read Task.Description."
                )
            known = find_marked(marker, [(str(task.get("Description") or ""), task) for task in tasks], key)
            if known is not None:
                return _activity(known, row)
            write.go_on(seen_all=len(tasks) < MOST_MARKED)
        task = {
            "Subject": text.strip().split("\n")[0][:255], "Description": marked(text, marker), "WhatId": row["Id"],
            "Status": "Completed", "ActivityDate": datetime.now(UTC).date().isoformat(),
        }  # fmt: skip
        try:
            made = self._api.post(f"{self._base}/sobjects/Task", task, what=f"account {row['Id']}")
        except BackendError as error:
            raise _meant(error) from error
        with readable(TITLE):
            name = str(made["id"])
        found = self._query("Task", _TASK, f"Id = {_quoted(name)}", 1)
        if not found:
            raise Unavailable(
                f"Salesforce took the task {name}, but does not show it. Look there before you repeat it."
            )
        return _activity(found[0], row)

    def _session(self) -> str:
        """A new session. Raises ``PermissionDenied`` where there is no way to one."""
        settings = self._settings
        if not settings.client_secret:
            raise PermissionDenied(
                "Salesforce refused our session: it ended. Set a new access_token, or client_id and client_secret."
            )
        form = {
            "grant_type": "client_credentials",
            "client_id": settings.client_id,
            "client_secret": secret(settings.client_secret),
        }
        try:
            answer = self._sessions.request("POST", "/services/oauth2/token", data=form, reads=True).json()
        except InvalidInput as error:  # wrong credentials come with status 400
            raise PermissionDenied(f"Salesforce refused our credentials: {error}") from error
        with readable(TITLE):
            return str(answer["access_token"])

    def _row(self, given: str) -> Row:
        """One account, by its id or its exact name."""
        name = (
            own_id(CATEGORY, given).split("-a")[0]
            if _ACCOUNT.match(own_id(CATEGORY, given))
            else own_id(CATEGORY, given)
        )
        field = "Id" if _ACCOUNT.fullmatch(name) else "Name"
        rows = self._accounts(f"{field} = {_quoted(name)}", 2)
        if not rows:
            raise NotFound(
                f"There is no account {given!r} in Salesforce: it was deleted, never was, or is not for us to see."
            )
        if len(rows) > 1 and field == "Name":
            raise InvalidInput(
                f"Salesforce has several accounts {given!r}; give the id, as {' or '.join(str(row['Id']) for row in rows)}."
            )
        return rows[0]

    def _accounts(self, where: str, limit: int, needs: Sequence[str] = ()) -> list[Row]:
        """Accounts with their contacts and open deals, by name. ``needs`` names the fields that ``where`` rests on."""
        settings = self._settings
        if lacking := sorted({name for kind, name in self._absent if kind == "Account"} & set(needs)):
            raise InvalidInput(f"Salesforce has no field {', '.join(lacking)} here; check the settings.")
        fields = [*_OWN, settings.tier_field, settings.arr_field, settings.renewal_field]
        return self._query("Account", fields, where, limit, order="Name, Id", parts=_PARTS)

    def _tasks(self, row: Row, most: int) -> list[Row]:
        """The newest tasks of an account, the oldest of them first."""
        return self._query("Task", _TASK, f"WhatId = {_quoted(str(row['Id']))}", most, order="CreatedDate DESC, Id")[
            ::-1
        ]

    def _query(
        self,
        kind: str,
        fields: Sequence[str],
        where: str,
        limit: int,
        order: str = "",
        parts: Sequence[_ChildRows] = (),
    ) -> list[Row]:
        """Rows of a query; fields and parts that this organisation does not have, or hides, are left out."""
        for _ in range(MOST_DROPPED):
            shown = [field for field in fields if not _is_absent(field, kind, self._absent)]
            shown += [text for part in parts if (text := part.shown(self._absent))]
            query = f"SELECT {', '.join(shown)} FROM {kind}"
            query += f" WHERE {where}" if where else ""
            query += f" ORDER BY {order}" if order else ""
            try:
                return self._rows(f"{query} LIMIT {limit}", limit)
            except InvalidInput as error:
                if "invalid ID field" in str(error):  # the shape of an id, and its check characters are wrong
                    return []
                lost = _lost(str(error), kind)
                if lost is None or lost in self._absent or not _asks_for(lost, kind, fields, parts):
                    raise
                self._absent.add(lost)
        raise Unavailable("Salesforce hides too many fields from our account to be read.")

    def _rows(self, text: str, most: int) -> list[Row]:
        answer = self._get(f"{self._base}/query", {"q": text})
        with readable(TITLE):
            rows = [dict(row) for row in answer["records"]]
            while not answer["done"] and len(rows) < most:
                answer = self._get(str(answer["nextRecordsUrl"]))
                rows += [dict(row) for row in answer["records"]]
        return rows[:most]

    def _get(self, path: str, params: Row | None = None) -> Any:
        try:
            return self._api.get(path, params)
        except BackendError as error:
            raise _meant(error) from error

    def _account(self, row: Row) -> Account:
        return account_of(row, self._settings, self._settings.currency, self._settings.url)


def account_of(row: Row, fields: CrmFields, default_currency: str, site: str = "") -> Account:
    """An account as Salesforce's interface gives it; ``default_currency`` is the organisation's, ``site`` its address."""
    with readable(TITLE):
        name, tier = str(row["Id"]), text_or_none(row.get(fields.tier_field))
        currency = str(row.get("CurrencyIsoCode") or default_currency).upper()
        worth = number_or_none(row.get(fields.arr_field))
        extra: dict[str, JsonValue] = {
            "industry": row.get("Industry"), "website": row.get("Website"), "description": row.get("Description"),
            "owner": (row.get("Owner") or {}).get("Name"), "link": f"{site}/{name}" if site else None,
        }  # fmt: skip
        if currency != "USD" and worth is not None:
            extra["arr"] = f"{worth} {currency}"
        return Account(
            ref=f"{CATEGORY}/{name}",
            id=name,
            name=str(row["Name"]),
            tier=tier,
            arr_usd=worth if currency == "USD" else None,
            renewal=date_or_none(row.get(fields.renewal_field)),
            sla=fields.sla(tier),
            contacts=[
                Contact(name=one.get("Name") or None, email=one.get("Email") or None, title=one.get("Title") or None)
                for one in _parts(row, "Contacts")
            ],
            open_deals=[_deal(one, currency) for one in _parts(row, "Opportunities")],
            extra={key: value for key, value in extra.items() if value},
        )


_TASK: Final = ("Id", "Subject", "Description", "CreatedDate", "Owner.Name")


def _meant(error: BackendError) -> BackendError:
    """Salesforce says that its limit is reached as a refusal."""
    if isinstance(error, PermissionDenied) and "REQUEST_LIMIT_EXCEEDED" in str(error):
        return RateLimited("Salesforce wants fewer calls: the organisation's daily limit is reached.")
    return error


def _said(body: bytes) -> str:
    """Codes and messages of an error."""
    try:
        rows = json.loads(body)
        return "; ".join(f"{row.get('errorCode', '')}: {' '.join(str(row.get('message', '')).split())}" for row in rows)
    except (ValueError, AttributeError, TypeError, RecursionError):
        return ""


def _lost(said: str, kind: str) -> tuple[str, str] | None:
    """What an error says is not there: an object's name and a field's, or "" and a relationship's."""
    if column := _COLUMN.search(said):
        return (column[2] or kind, column[1])
    relation = _RELATION.search(said)
    return ("", relation[1]) if relation else None


def _asks_for(lost: tuple[str, str], kind: str, fields: Sequence[str], parts: Sequence[_ChildRows]) -> bool:
    """Whether a query asks for what is lost, so that it can do without."""
    return (
        any(_is_absent(field, kind, {lost}) for field in fields)
        or any(_is_absent(field, part.kind, {lost}) for part in parts for field in part.fields)
        or lost in {("", part.name) for part in parts}
    )


def _is_absent(field: str, kind: str, absent: set[tuple[str, str]]) -> bool:
    """Whether a field of an object is absent, by itself or with the object that it leads to."""
    through, _, last = field.rpartition(".")
    return (kind, field) in absent or bool(through and {("User", last), ("", through)} & absent)


def _quoted(text: str) -> str:
    """A text inside a query: nothing in it can end it."""
    clean = "".join(character for character in text if character >= " " or character in "\n\r\t")
    for plain, escaped in (("\\", "\\\\"), ("'", "\\'"), ("\n", "\\n"), ("\r", "\\r"), ("\t", "\\t")):
        clean = clean.replace(plain, escaped)
    return f"'{clean}'"


def _among(ids: Sequence[str]) -> str:
    return f"Id IN ({', '.join(map(_quoted, ids))})"


def _parts(row: Row, name: str) -> list[Row]:
    return list((row.get(name) or {}).get("records") or ())


def _deal(one: Row, currency: str) -> Row:
    amount = number_or_none(one.get("Amount"))
    deal: Row = {"name": str(one.get("Name") or ""), "amount": amount, "currency": currency}
    if currency == "USD" and amount is not None:
        deal["amount_usd"] = amount
    return {**deal, "close": date_or_none(one.get("CloseDate")), "stage": one.get("StageName")}


def _activity(task: Row, account: Row) -> Activity:
    with readable(TITLE):
        name = f"{account['Id']}-a{task['Id']}"
        at = re.sub(r"([+-]\d\d)(\d\d)\Z", r"\1:\2", str(task["CreatedDate"]))
        return Activity(
            ref=f"{CATEGORY}/{name}",
            id=name,
            at=at,
            author=str((task.get("Owner") or {}).get("Name") or "unknown"),
            text=_told(str(task.get("Subject") or ""), unmarked(str(task.get("Description") or ""))),
            parent=f"{CATEGORY}/{account['Id']}",
        )


def _told(subject: str, description: str) -> str:
    """What a task says; its subject is often the first line of its description, as it is with what we write."""
    if not description or description.lstrip().startswith(subject):
        return description or subject
    return f"{subject}\n{description}"


SYSTEM = System(
    name="salesforce",
    title=TITLE,
    category=CATEGORY,
    settings=SalesforceSettings,
    connect=Salesforce,
    asks=(("client_id", ("access_token",)), ("client_secret", ("access_token",))),
    tested="a stand-in after recorded answers of the real service: contract with reads and writes, network faults; not the real service",
    note="Tier, recurring revenue and renewal are fields of the account (settings tier_field, arr_field, renewal_field); those that "
    "the organisation does not have, or hides, are left out and named. A search gives 200 accounts at most, an account its newest "
    "100 tasks; those of its deals are not read.",
)
