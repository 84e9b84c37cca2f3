"""Salesforce as CRM, over its REST interface.

Not through simple-salesforce: it stands on requests, waits for answers of any length, and renews no session.
"""

import json
import re
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Annotated, Final

from pydantic import Field, SecretStr, model_validator

from support_connectors.backend import (
    AccountFilter,
    BackendError,
    InvalidInput,
    NotFound,
    Paging,
    PermissionDenied,
    Unavailable,
    Write,
)
from support_connectors.backends.salesforce.records import CATEGORY, TITLE, Row, account_of, activity_of
from support_connectors.backends.salesforce.soql import (
    MOST_PARTS,
    ChildRows,
    Queries,
    among,
    error_words,
    quoted,
    refusal_of,
)
from support_connectors.remote.bearer import RenewedBearer
from support_connectors.remote.crm_fields import CrmFields
from support_connectors.remote.guard import ServerSettings, readable, secret
from support_connectors.remote.http import Api
from support_connectors.remote.markers import Marker, find_marked, marked
from support_connectors.remote.paging import empty_page, offset_page, own_id, token_page
from support_connectors.remote.texts import has_words, words
from support_connectors.results import Account, Activity, Page
from support_connectors.systems import System

MOST_FOUND = 200
"""Accounts of one search."""
MOST_MARKED = 2_000
"""Tasks of one account, the newest, among which a write is looked for: descriptions cannot be searched."""
_OWN: Final = ("Id", "Name", "Industry", "Website", "Description", "Owner.Name", "CurrencyIsoCode")
_ACCOUNT = re.compile(r"001[A-Za-z0-9]{12}(?:[A-Za-z0-9]{3})?")
_WORD = re.compile(r"[^\W_]+")
FieldName = Annotated[str, Field(pattern=r"^[A-Za-z][A-Za-z0-9_]{0,79}$")]


_PARTS: Final = (
    ChildRows("Contacts", "Contact", ("Name", "Title", "Email")),
    ChildRows("Opportunities", "Opportunity", ("Name", "Amount", "CloseDate", "StageName"), "IsClosed = false"),
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
        self._api = Api(TITLE, settings.url, settings.guard, auth=auth, error_words=error_words)
        self._queries = Queries(self._api, self._base)

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
            found = self._queries.get(f"{self._base}/search/", {"q": asked})
            with readable(TITLE):
                ids = [str(row["Id"]) for row in found["searchRecords"]]
            part = ids[offset : offset + limit]
            rows = {str(row["Id"]): row for row in self._accounts(among(part), len(part))} if part else {}
            return [self._account(rows[name]) for name in part if name in rows], len(ids)

        return offset_page(["search_accounts", query], paging, fetch)

    def read_account(self, account_id: str) -> Account:
        """See ``Crm``."""
        row = self._row(account_id)
        try:
            tasks, hidden = [activity_of(one, row) for one in self._tasks(row, MOST_PARTS)], []
        except (PermissionDenied, InvalidInput):  # an object that is hidden from us does not exist for us
            tasks, hidden = [], ["Tasks"]
        account = self._account(row)
        hidden += sorted(
            f"{kind} {field}".strip() for kind, field in self._queries.absent - {("Account", "CurrencyIsoCode")}
        )
        extra = {**account.extra, "not_readable": ", ".join(hidden)} if hidden else account.extra
        return account.model_copy(update={"timeline": tasks, "extra": extra})

    def list_accounts(self, wanted: AccountFilter, paging: Paging) -> Page[Account]:
        """See ``Crm``."""
        settings = self._settings
        walls: list[tuple[str, str]] = []
        if wanted.customer is not None:
            own = own_id(CATEGORY, wanted.customer)
            field = "Id" if _ACCOUNT.fullmatch(own) else "Name"
            walls.append((field, f"{field} = {quoted(own)}"))
        if wanted.tier is not None:
            walls.append((settings.tier_field, f"{settings.tier_field} = {quoted(wanted.tier)}"))
        for operator, moment in ((">=", wanted.renewal.since), ("<=", wanted.renewal.until)):
            if moment is not None:
                day = moment.astimezone(UTC).date().isoformat()
                walls.append((settings.renewal_field, f"{settings.renewal_field} {operator} {day}"))

        def fetch(token: str | None, limit: int) -> tuple[list[Account], str | None, None]:
            after = json.loads(token) if token else None
            parts = [wall for _, wall in walls]
            if after:
                name, row_id = map(quoted, after)
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
            if ("Task", "Description") in self._queries.absent:
                raise PermissionDenied(
                    "Salesforce hides the descriptions of tasks from our account, so that this write could not be found again. "
                    "Let it read Task.Description."
                )
            known = find_marked(marker, [(str(task.get("Description") or ""), task) for task in tasks], key)
            if known is not None:
                return activity_of(known, row)
            write.go_on(seen_all=len(tasks) < MOST_MARKED)
        task = {
            "Subject": text.strip().split("\n")[0][:255], "Description": marked(text, marker), "WhatId": row["Id"],
            "Status": "Completed", "ActivityDate": datetime.now(UTC).date().isoformat(),
        }  # fmt: skip
        try:
            made = self._api.post(f"{self._base}/sobjects/Task", task, what=f"account {row['Id']}")
        except BackendError as error:
            raise refusal_of(error) from error
        with readable(TITLE):
            name = str(made["id"])
        found = self._queries.rows("Task", _TASK, f"Id = {quoted(name)}", 1)
        if not found:
            raise Unavailable(
                f"Salesforce took the task {name}, but does not show it. Look there before you repeat it."
            )
        return activity_of(found[0], row)

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
        rows = self._accounts(f"{field} = {quoted(name)}", 2)
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
        if lacking := sorted({name for kind, name in self._queries.absent if kind == "Account"} & set(needs)):
            raise InvalidInput(f"Salesforce has no field {', '.join(lacking)} here; check the settings.")
        fields = [*_OWN, settings.tier_field, settings.arr_field, settings.renewal_field]
        return self._queries.rows("Account", fields, where, limit, order="Name, Id", parts=_PARTS)

    def _tasks(self, row: Row, most: int) -> list[Row]:
        """The newest tasks of an account, the oldest of them first."""
        return self._queries.rows(
            "Task", _TASK, f"WhatId = {quoted(str(row['Id']))}", most, order="CreatedDate DESC, Id"
        )[::-1]

    def _account(self, row: Row) -> Account:
        return account_of(row, self._settings, self._settings.currency, self._settings.url)


_TASK: Final = ("Id", "Subject", "Description", "CreatedDate", "Owner.Name")


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
