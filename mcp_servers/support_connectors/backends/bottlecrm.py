"""BottleCRM as CRM, over its REST interface. No client for Python is published."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Final
from uuid import UUID

from pydantic import SecretStr

from support_connectors.backend import (
    AccountFilter,
    Crm,
    InvalidInput,
    NotFound,
    Paging,
    PermissionDenied,
    Unavailable,
    Write,
)
from support_connectors.remote.budget import Budget
from support_connectors.remote.crm_fields import CrmFields, date_or_none, number_or_none, text_or_none
from support_connectors.remote.guard import ServerSettings, readable
from support_connectors.remote.http import Api
from support_connectors.remote.markers import Marker, find_marked, marked, unmarked
from support_connectors.remote.paging import empty_page, own_id, token_page
from support_connectors.remote.ranking import ranked
from support_connectors.remote.snapshot import Snapshot
from support_connectors.remote.texts import has_words
from support_connectors.results import Account, Activity, Contact, Page
from support_connectors.systems import System
from support_connectors.times import parse_time

CATEGORY: Final = "crm"
TITLE = "BottleCRM"
MOST_ACCOUNTS = 2_000
"""Accounts that are listed and searched."""
MOST_CONTACTS = 2_000
"""Contacts, the newest, by which accounts are found."""
AT_ONCE = 4
"""Accounts that are read side by side to fill a page."""
MOST_WRITTEN = 10_000
"""Characters of a comment, our marker included."""
SELDOM_S = 300.0
"""How long contacts and the custom fields' definitions are kept."""
Row = dict[str, Any]


class BottleCrmSettings(ServerSettings, CrmFields):
    """Where BottleCRM is and how it knows us."""

    token: SecretStr
    """A personal access token."""


class BottleCrm(Crm):
    """``Crm`` on BottleCRM."""

    def __init__(self, settings: BottleCrmSettings) -> None:
        self._fields = settings
        self._guard = settings.guard
        token = settings.token.get_secret_value()
        self._api = Api(TITLE, f"{settings.url}/api", settings.guard, headers={"Authorization": f"Bearer {token}"})
        self._rows = Snapshot(self._list)
        self._people = Snapshot(self._list_people, SELDOM_S)
        self._labels = Snapshot(self._list_labels, SELDOM_S)
        self.close = self._api.close

    def search_accounts(self, query: str, paging: Paging) -> Page[Account]:
        """See ``Crm``. Name, addresses, industry, tags, custom fields and contacts are searched."""
        if not has_words(query):
            return empty_page()
        people = self._people.get()
        found = ranked(query, self._rows.get(), lambda row: f"{_searched(row)} {people.get(str(row['id']), '')}")
        return self._page(["search_accounts", query], paging, found)

    def read_account(self, account_id: str) -> Account:
        """See ``Crm``."""
        return self._account(self._found(account_id), timeline=True)

    def list_accounts(self, wanted: AccountFilter, paging: Paging) -> Page[Account]:
        """See ``Crm``. A tier is compared with the custom field's value and with its label."""
        rows = [row for row in self._rows.get() if self._is_wanted(row, wanted)]
        return self._page(["list_accounts", repr(wanted)], paging, rows)

    def log_account_activity(self, account_id: str, text: str, write: Write) -> Activity:
        """See ``Crm``. It is an internal comment on the account."""
        detail = self._found(account_id)
        with readable(TITLE):
            name = str(detail["account_obj"]["id"])
        key = write.idempotency_key
        marker = Marker.of(key, name, text) if key else None
        if marker and key:
            known = find_marked(marker, _comments(detail), key)
            if known is not None:
                return _activity(known, name)
            write.go_on()
        written = marked(text, marker)
        if len(written) > MOST_WRITTEN:
            raise InvalidInput(f"BottleCRM takes comments of up to {MOST_WRITTEN:,} characters. Shorten the text.")
        body = {"comment": written, "is_internal": True}
        made = self._api.post(f"/accounts/{name}/", body, what=f"account {account_id}")
        for said, row in reversed(_comments(made)):
            if said.split() == written.split():
                return _activity(row, name)
        raise Unavailable(
            f"BottleCRM took the activity on {account_id}, but does not show it. Look there before you repeat it."
        )

    def _list(self) -> list[Row]:
        """All accounts by name; those no longer in use are among them."""
        both = (("active_accounts", "open_accounts"), ("closed_accounts", "close_accounts"))

        def taken(answer: Row) -> tuple[list[Row], int]:
            parts = [(answer[group][rows], int(answer[group][f"{rows}_count"])) for group, rows in both]
            return [row for rows, _ in parts for row in rows], max(total for _, total in parts)

        found = self._all("/accounts/", MOST_ACCOUNTS, taken)
        with readable(TITLE):
            return sorted(found, key=lambda row: (str(row["name"]).casefold(), str(row["id"])))

    def _list_people(self) -> dict[str, str]:
        """Names and addresses of contacts by account; nothing where our account may not read them."""
        try:
            rows = self._all("/contacts/", MOST_CONTACTS, lambda one: (one["results"], int(one["count"])))
        except PermissionDenied:
            return {}
        found: dict[str, str] = {}
        with readable(TITLE):
            for row in rows:
                words = " ".join(str(row.get(key) or "") for key in ("first_name", "last_name", "email"))
                for account in row.get("linked_accounts") or ():
                    found[str(account["id"])] = f"{found.get(str(account['id']), '')} {words}"
        return found

    def _all(self, path: str, most: int, taken: Callable[[Row], tuple[list[Row], int]]) -> list[Row]:
        """The rows of a list, each once, up to about ``most``; ``taken`` gives those of an answer and how many there are."""
        budget = Budget(TITLE, self._guard)
        found: dict[str, Row] = {}
        for offset in range(0, most, 100):
            answer = self._api.get(path, {"limit": 100, "offset": offset})
            with readable(TITLE):
                rows, total = taken(answer)
                found |= {str(row["id"]): row for row in rows}
            if not rows or offset + 100 >= total:
                break
            budget.check()
        return list(found.values())

    def _list_labels(self) -> dict[str, dict[str, str]]:
        """What the values of custom fields are called, by field and value; nothing where we may not read it."""
        try:
            answer = self._api.get("/custom-fields/", {"target_model": "Account", "include_counts": "false"})
        except PermissionDenied:
            return {}
        with readable(TITLE):
            return {
                str(row["key"]): {str(one["value"]): str(one["label"]) for one in row["options"]}
                for row in answer["definitions"]
                if row.get("options")
            }

    def _page(self, call: list[str], paging: Paging, rows: Sequence[Row]) -> Page[Account]:
        budget = Budget(TITLE, self._guard)

        def detail(name: str) -> Row | None:
            budget.check()
            try:
                return self._detail(name)
            except NotFound:  # deleted since it was listed
                self._rows.forget()
                return None

        def fetch(token: str | None, limit: int) -> tuple[list[Account], str | None, int]:
            first = int(token) if token and token.isdecimal() and len(token) < 10 else 0
            part = [str(row["id"]) for row in rows[first : first + limit]]
            pool = ThreadPoolExecutor(AT_ONCE)
            try:
                found = list(pool.map(detail, part))
            finally:
                pool.shutdown(cancel_futures=True)
            after = str(first + limit) if first + limit < len(rows) else None
            return [self._account(one, timeline=False) for one in found if one], after, len(rows)

        return token_page(list(call), paging, fetch)

    def _found(self, given: str) -> Row:
        """The account's details, by its id or its exact name."""
        name = own_id(CATEGORY, given)
        if _is_id(name):
            return self._detail(name, f"account {given}")
        rows = self._rows.get()
        with readable(TITLE):
            found = [str(row["id"]) for row in rows if str(row["name"]).casefold() == name.casefold()]
            if len(found) > 1:
                raise InvalidInput(
                    f"BottleCRM has several accounts {given!r}; give the id, as {' or '.join(found[:5])}."
                )
            if found:
                return self._detail(found[0], f"account {given}")
            near = ", ".join(str(row["name"]) for row in ranked(name, rows, _searched)[:3])
        raise NotFound(f"There is no account {given!r} in BottleCRM.{f' Nearest: {near}.' if near else ''}")

    def _detail(self, name: str, what: str = "") -> Row:
        row: Row = self._api.get(f"/accounts/{name}/", what=what or f"account {name}")
        return row

    def _is_wanted(self, row: Row, wanted: AccountFilter) -> bool:
        with readable(TITLE):
            customer, names = wanted.customer, (str(row["id"]), str(row["name"]))
            custom = row.get("custom_fields") or {}
            if customer and own_id(CATEGORY, customer).casefold() not in {name.casefold() for name in names}:
                return False
            if wanted.tier:
                tier = text_or_none(custom.get(self._fields.tier_field)) or ""
                label = self._labels.get().get(self._fields.tier_field, {}).get(tier, tier)
                if wanted.tier.casefold() not in (tier.casefold(), label.casefold()):
                    return False
        since, until = wanted.renewal.since, wanted.renewal.until
        if since is None and until is None:
            return True
        renewal = date_or_none(custom.get(self._fields.renewal_field))
        moment = parse_time(renewal) if renewal else None
        return moment is not None and (since is None or moment >= since) and (until is None or moment <= until)

    def _account(self, detail: Row, *, timeline: bool) -> Account:
        labels = self._labels.get()
        fields = self._fields
        with readable(TITLE):
            row: Row = detail["account_obj"]
            name, given = str(row["id"]), row.get("custom_fields") or {}
            custom = {key: _label(labels.get(key, {}), value) for key, value in given.items()}
            tier = text_or_none(custom.get(fields.tier_field))
            in_dollars = str(row.get("currency") or "").upper() == "USD"
            known = {fields.tier_field, fields.arr_field, fields.renewal_field}
            extra = {key: value for key, value in custom.items() if key not in known and value not in (None, "", [])}
            extra |= {key: row[key] for key in ("industry", "email", "website", "description") if row.get(key)}
            if row.get("is_active") is False:
                extra["active"] = False
            if not in_dollars and custom.get(fields.arr_field):
                extra[fields.arr_field] = f"{custom[fields.arr_field]} {row.get('currency') or ''}".strip()
            return Account(
                ref=f"{CATEGORY}/{name}",
                id=name,
                name=str(row["name"]),
                tier=tier,
                arr_usd=number_or_none(custom.get(fields.arr_field)) if in_dollars else None,
                renewal=date_or_none(custom.get(fields.renewal_field)),
                sla=fields.sla(tier) or fields.sla(text_or_none(given.get(fields.tier_field))),
                contacts=[_contact(one) for one in detail.get("contacts") or ()],
                open_deals=[
                    _deal(one) for one in detail.get("opportunity_list") or () if one.get("stage_kind") == "open"
                ],
                timeline=[_activity(comment, name) for _, comment in _comments(detail)] if timeline else None,
                extra=extra,
            )


def _is_id(text: str) -> bool:
    try:
        return str(UUID(text)) == text.lower()
    except ValueError:
        return False


def _label(labels: dict[str, str], value: Any) -> Any:
    if isinstance(value, list):
        return [labels.get(str(one), one) for one in value]
    return labels.get(str(value), value)


def _searched(row: Row) -> str:
    custom = " ".join(str(value) for value in (row.get("custom_fields") or {}).values())
    tags = " ".join(str(tag.get("name") if isinstance(tag, dict) else tag) for tag in row.get("tags") or ())
    own = " ".join(str(row.get(key) or "") for key in ("name", "email", "website", "industry", "description", "city"))
    return f"{own} {tags} {custom}"


def _contact(row: Row) -> Contact:
    name = " ".join(str(row[key]) for key in ("first_name", "last_name") if row.get(key))
    return Contact(name=name or None, email=row.get("email") or None, title=row.get("title") or None)


def _deal(row: Row) -> Row:
    amount = number_or_none(row.get("amount"))
    dollars = {"amount_usd": amount} if row.get("currency") == "USD" else {}
    return {
        "name": str(row["name"]), "amount": amount, "currency": row.get("currency"), **dollars,
        "close": date_or_none(row.get("closed_on")), "stage": row.get("stage_label") or row.get("stage"),
    }  # fmt: skip


def _comments(detail: Row) -> list[tuple[str, Row]]:
    """The account's comments, oldest first, each with its text."""
    with readable(TITLE):
        rows = sorted(detail.get("comments") or (), key=lambda row: (str(row["commented_on"]), str(row["id"])))
        return [(str(row["comment"]), row) for row in rows]


def _activity(row: Row, account: str) -> Activity:
    with readable(TITLE):
        name = f"{account}-a{row['id']}"
        colleague = ((row.get("commented_by") or {}).get("user_details") or {}).get("email")
        contact = (row.get("commented_by_contact") or {}).get("name")
        return Activity(
            ref=f"{CATEGORY}/{name}",
            id=name,
            at=row["commented_on"],
            author=str(colleague or contact or "unknown"),
            text=unmarked(str(row["comment"]).replace("\r\n", "\n")),
            parent=f"{CATEGORY}/{account}",
        )


SYSTEM = System(
    name="bottlecrm",
    title=TITLE,
    category=CATEGORY,
    settings=BottleCrmSettings,
    connect=BottleCrm,
    tested="BottleCRM, started by CI: contract with reads and writes, network faults, the main job",
    note="Tier, recurring revenue and renewal are custom fields (settings tier_field, arr_field, renewal_field). "
    "What was promised stands in the setting sla_by_tier.",
)
