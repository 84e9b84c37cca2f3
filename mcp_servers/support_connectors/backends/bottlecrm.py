"""BottleCRM as CRM, over its REST interface. No client for Python is published."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Final

from pydantic import SecretStr

from support_connectors.backend import AccountFilter, Crm, NotFound, Paging, Unavailable, Write
from support_connectors.backends.crm_fields import CrmFields, date_or_none, number_or_none, text_or_none
from support_connectors.remote.guard import ServerSettings, readable
from support_connectors.remote.http import Api
from support_connectors.remote.markers import Marker, find_marked, marked, unmarked
from support_connectors.remote.paging import empty_page, offset_page, own_id
from support_connectors.remote.ranking import ranked
from support_connectors.remote.snapshot import Snapshot
from support_connectors.remote.texts import has_words
from support_connectors.results import Account, Activity, Page
from support_connectors.systems import System
from support_connectors.times import parse_time

CATEGORY: Final = "crm"
TITLE = "BottleCRM"
MOST_ACCOUNTS = 2_000
"""Accounts that are listed and searched."""
AT_ONCE = 4
"""Accounts that are read side by side to fill a page."""
Row = dict[str, Any]


class BottleCrmSettings(ServerSettings, CrmFields):
    """Where BottleCRM is and how it knows us."""

    token: SecretStr
    """A personal access token."""


class BottleCrm(Crm):
    """``Crm`` on BottleCRM."""

    def __init__(self, settings: BottleCrmSettings) -> None:
        self._fields = settings
        token = settings.token.get_secret_value()
        self._api = Api(TITLE, f"{settings.url}/api", settings.guard, headers={"Authorization": f"Bearer {token}"})
        self._listed = Snapshot(self._list)

    def search_accounts(self, query: str, paging: Paging) -> Page[Account]:
        """See ``Crm``. Name, address, industry, tags and custom fields are searched."""
        if not has_words(query):
            return empty_page()
        return self._page(["search_accounts", query], paging, ranked(query, self._listed.get(), _searched))

    def read_account(self, account_id: str) -> Account:
        """See ``Crm``."""
        return self._account(self._detail(self._id(account_id)), timeline=True)

    def list_accounts(self, wanted: AccountFilter, paging: Paging) -> Page[Account]:
        """See ``Crm``."""
        rows = [row for row in self._listed.get() if self._is_wanted(row, wanted)]
        return self._page(["list_accounts", repr(wanted)], paging, rows)

    def log_account_activity(self, account_id: str, text: str, write: Write) -> Activity:
        """See ``Crm``. It is an internal comment on the account."""
        name = self._id(account_id)
        key = write.idempotency_key
        marker = Marker.of(key, name, text) if key else None
        if marker and key:
            known = find_marked(marker, _comments(self._detail(name)), key)
            if known is not None:
                return _activity(known, name)
        written = marked(text, marker)
        self._api.post(f"/accounts/{name}/", {"comment": written, "is_internal": True}, what=f"account {account_id}")
        for said, row in reversed(_comments(self._detail(name))):
            if said.split() == written.split():
                return _activity(row, name)
        raise Unavailable(
            f"BottleCRM took the activity on {account_id}, but does not show it. Look there before you repeat it."
        )

    def _list(self) -> list[Row]:
        """All accounts that are in use, by name."""
        found: list[Row] = []
        while len(found) < MOST_ACCOUNTS:
            answer = self._api.get("/accounts/", {"limit": 100, "offset": len(found)})
            with readable(TITLE):
                part = answer["active_accounts"]["open_accounts"]
                found += part
                if not part or len(found) >= int(answer["active_accounts"]["open_accounts_count"]):
                    break
        with readable(TITLE):
            return sorted(found, key=lambda row: (str(row["name"]).casefold(), str(row["id"])))

    def _page(self, call: list[str], paging: Paging, rows: Sequence[Row]) -> Page[Account]:
        def fetch(offset: int, limit: int) -> tuple[list[Account], int]:
            part = [str(row["id"]) for row in rows[offset : offset + limit]]
            with ThreadPoolExecutor(AT_ONCE) as pool:
                details = list(pool.map(self._detail, part))
            return [self._account(detail, timeline=False) for detail in details], len(rows)

        return offset_page(list(call), paging, fetch)

    def _id(self, given: str) -> str:
        """The account's id, also by its exact name."""
        name = own_id(CATEGORY, given)
        rows = self._listed.get()
        with readable(TITLE):
            found = next(
                (row for row in rows if name.casefold() in (str(row["id"]).casefold(), str(row["name"]).casefold())),
                None,
            )
            if found is not None:
                return str(found["id"])
            near = ", ".join(str(row["name"]) for row in ranked(name, rows, _searched)[:3])
        raise NotFound(f"There is no account {given!r} in BottleCRM.{f' Nearest: {near}.' if near else ''}")

    def _detail(self, name: str) -> Row:
        row: Row = self._api.get(f"/accounts/{name}/", what=f"account {name}")
        return row

    def _is_wanted(self, row: Row, wanted: AccountFilter) -> bool:
        if wanted.customer and wanted.customer.casefold() not in (
            str(row["id"]).casefold(),
            str(row["name"]).casefold(),
        ):
            return False
        custom = row.get("custom_fields") or {}
        if (
            wanted.tier
            and (text_or_none(custom.get(self._fields.tier_field)) or "").casefold() != wanted.tier.casefold()
        ):
            return False
        since, until = wanted.renewal.since, wanted.renewal.until
        if since is None and until is None:
            return True
        renewal = date_or_none(custom.get(self._fields.renewal_field))
        moment = parse_time(renewal) if renewal else None
        return moment is not None and (since is None or moment >= since) and (until is None or moment <= until)

    def _account(self, detail: Row, *, timeline: bool) -> Account:
        with readable(TITLE):
            row: Row = detail["account_obj"]
            name, custom = str(row["id"]), row.get("custom_fields") or {}
            tier = text_or_none(custom.get(self._fields.tier_field))
            in_dollars = str(row.get("currency") or "").upper() == "USD"
            known = {self._fields.tier_field, self._fields.arr_field, self._fields.renewal_field}
            extra = {key: value for key, value in custom.items() if key not in known and value not in (None, "")}
            extra |= {key: row[key] for key in ("industry", "email", "website", "description") if row.get(key)}
            if not in_dollars and custom.get(self._fields.arr_field):
                extra[self._fields.arr_field] = f"{custom[self._fields.arr_field]} {row.get('currency') or ''}".strip()
            return Account(
                ref=f"{CATEGORY}/{name}",
                id=name,
                name=str(row["name"]),
                tier=tier,
                arr_usd=number_or_none(custom.get(self._fields.arr_field)) if in_dollars else None,
                renewal=date_or_none(custom.get(self._fields.renewal_field)),
                sla=self._fields.sla(tier),
                contacts=[
                    {"name": f"{one.get('first_name') or ''} {one.get('last_name') or ''}".strip(),
                     "role": str(one.get("title") or ""), "email": one.get("email")}
                    for one in detail.get("contacts") or ()
                ],
                open_deals=[
                    {"name": str(one["name"]), "amount": number_or_none(one.get("amount")), "currency": one.get("currency"),
                     **({"amount_usd": number_or_none(one.get("amount"))} if one.get("currency") == "USD" else {}),
                     "close": date_or_none(one.get("closed_on")), "stage": one.get("stage_label")}
                    for one in detail.get("opportunity_list") or () if one.get("stage_kind") == "open"
                ],
                timeline=[_activity(comment, name) for _, comment in _comments(detail)] if timeline else None,
                extra=extra,
            )  # fmt: skip


def _searched(row: Row) -> str:
    custom = " ".join(str(value) for value in (row.get("custom_fields") or {}).values())
    tags = " ".join(str(tag.get("name") if isinstance(tag, dict) else tag) for tag in row.get("tags") or ())
    own = " ".join(str(row.get(key) or "") for key in ("name", "email", "website", "industry", "description", "city"))
    return f"{own} {tags} {custom}"


def _comments(detail: Row) -> list[tuple[str, Row]]:
    """The account's comments, oldest first, each with its text."""
    with readable(TITLE):
        rows = sorted(detail.get("comments") or (), key=lambda row: str(row["commented_on"]))
        return [(str(row["comment"]), row) for row in rows]


def _activity(row: Row, account: str) -> Activity:
    with readable(TITLE):
        name = f"{account}-a{row['id']}"
        author = ((row.get("commented_by") or {}).get("user_details") or {}).get("email")
        return Activity(
            ref=f"{CATEGORY}/{name}",
            id=name,
            at=row["commented_on"],
            author=str(author or "unknown"),
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
