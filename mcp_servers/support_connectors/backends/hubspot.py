"""HubSpot as CRM, over its object interface.

Not through hubspot-api-client: it is made for one thread, reads answers of any length whole, and tries again on its own.
"""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import Any, Final

from pydantic import SecretStr

from support_connectors.backend import AccountFilter, InvalidInput, NotFound, Paging, Unavailable, Write
from support_connectors.remote.crm_fields import CrmFields, date_or_none, number_or_none, text_or_none
from support_connectors.remote.guard import ServerSettings, readable
from support_connectors.remote.http import Api
from support_connectors.remote.markers import Marker, find_marked, marked, unmarked
from support_connectors.remote.paging import empty_page, offset_page, own_id
from support_connectors.remote.ranking import ranked
from support_connectors.remote.texts import as_html, has_words, plain_text, words
from support_connectors.results import Account, Activity, Contact, Page
from support_connectors.systems import System

CATEGORY: Final = "crm"
TITLE = "HubSpot"
SEARCHED = 10_000
"""HubSpot's search gives no more."""
CANDIDATES = 100
"""Companies that a search for words looks at."""
MOST_WORDS = 4
AT_ONCE = 4
MOST_PARTS = 100
"""Contacts, deals and notes of one company that are read."""
MOST_MARKED = 1_000
"""Notes of one company, the newest, among which a write is looked for."""
READ_AT_ONCE = 100
"""HubSpot's limit for objects that are read with one request."""
NOTE_OF_COMPANY = 190
"""HubSpot's own type of the association from a note to a company."""
_OWN = ("name", "domain", "industry", "description", "hubspot_owner_id", "hs_lastmodifieddate", "createdate")
_COMMON = frozenset(
    "about after again and any are api can could error errors for from has have how not our the this why with".split()
)
Row = dict[str, Any]


class HubSpotSettings(ServerSettings, CrmFields):
    """How HubSpot knows us, and which properties of a company hold what."""

    url: str = "https://api.hubapi.com"
    token: SecretStr
    """Of a private app that may read companies, contacts and deals, and write notes."""
    currency: str = "USD"
    """The portal's currency: recurring revenue and deals without one of their own are in it."""


class HubSpot:
    """``Crm`` on HubSpot: an account is a company, an activity is a note."""

    def __init__(self, settings: HubSpotSettings) -> None:
        self._settings = settings
        self._asked = [*_OWN, settings.tier_field, settings.arr_field, settings.renewal_field]
        headers = {"Authorization": f"Bearer {settings.token.get_secret_value()}"}
        self._api = Api(TITLE, settings.url, settings.guard, headers=headers)
        self.close = self._api.close

    def search_accounts(self, query: str, paging: Paging) -> Page[Account]:
        """See ``Crm``. Names and domains are searched for the words that look most like a name."""
        if not has_words(query):
            return empty_page()

        def fetch(offset: int, limit: int) -> tuple[list[Account], int]:
            terms = sorted(
                words(query), key=lambda word: (not word[0].isupper(), word.casefold() in _COMMON, -len(word))
            )
            groups = [[_is("name", "CONTAINS_TOKEN", term)] for term in terms[:MOST_WORDS]]
            groups.append([_is("domain", "CONTAINS_TOKEN", terms[0])])
            rows, _ = self._search("companies", groups, 0, CANDIDATES)
            best = ranked(query, rows, lambda row: f"{row['properties'].get('name')} {row['properties'].get('domain')}")
            return self._accounts(best[offset : offset + limit]), len(best)

        return offset_page(["search_accounts", query], paging, fetch)

    def read_account(self, account_id: str) -> Account:
        """See ``Crm``."""
        row = self._company(self._id(account_id))
        notes = self._parts(row, "notes", ["hs_note_body", "hs_timestamp", "hubspot_owner_id"])
        timeline = sorted((_activity(note, str(row["id"])) for note in notes), key=lambda one: (one.at, one.id))
        return self._account(row).model_copy(update={"timeline": timeline})

    def list_accounts(self, wanted: AccountFilter, paging: Paging) -> Page[Account]:
        """See ``Crm``."""
        shared: list[Row] = []
        if wanted.tier is not None:
            shared.append(_is(self._settings.tier_field, "EQ", wanted.tier))
        for operator, moment in (("GTE", wanted.renewal.since), ("LTE", wanted.renewal.until)):
            if moment is not None:
                shared.append(_is(self._settings.renewal_field, operator, str(int(moment.timestamp() * 1000))))
        groups = [shared]
        if wanted.customer is not None:
            groups = [[_is("name", "EQ", wanted.customer), *shared]]
            if wanted.customer.isdecimal():
                groups.append([_is("hs_object_id", "EQ", wanted.customer), *shared])

        def fetch(offset: int, limit: int) -> tuple[list[Account], int]:
            rows, total = self._search("companies", groups, offset, limit)
            return self._accounts(rows), total

        return offset_page(["list_accounts", repr(wanted)], paging, fetch)

    def log_account_activity(self, account_id: str, text: str, write: Write) -> Activity:
        """See ``Crm``. It is a note on the company."""
        name = self._id(account_id)
        key = write.idempotency_key
        marker = Marker.of(key, name, text) if key else None
        if marker and key:
            company = self._company(name)
            notes = self._parts(company, "notes", ["hs_note_body", "hs_timestamp"], MOST_MARKED)
            known = find_marked(marker, [(_body(note), note) for note in notes], key)
            if known is not None:
                return _activity(known, name)
            more = ((company.get("associations") or {}).get("notes") or {}).get("paging")
            write.go_on(seen_all=len(notes) < MOST_MARKED and not more)
        properties = {
            "hs_note_body": as_html(marked(text, marker)),
            "hs_timestamp": datetime.now(UTC).isoformat(timespec="milliseconds"),
        }
        kind = {"associationCategory": "HUBSPOT_DEFINED", "associationTypeId": NOTE_OF_COMPANY}
        body = {"properties": properties, "associations": [{"to": {"id": name}, "types": [kind]}]}
        made = self._api.post("/crm/v3/objects/notes", body)
        if not isinstance(made, dict):
            raise Unavailable("HubSpot took the note, but did not answer with it. Look there before you repeat it.")
        return _activity({**made, "properties": {**properties, **(made.get("properties") or {})}}, name)

    def _id(self, given: str) -> str:
        """A company's id, also by its exact name."""
        name = own_id(CATEGORY, given)
        if name.isdecimal():
            return name
        rows, _ = self._search("companies", [[_is("name", "EQ", name)]], 0, 2)
        if not rows:
            raise NotFound(f"There is no account {given!r} in HubSpot. Search for it; its id is a number.")
        with readable(TITLE):
            ids = [str(row["id"]) for row in rows]
        if len(ids) > 1:
            raise InvalidInput(f"HubSpot has several accounts {given!r}; give the id, as {' or '.join(ids)}.")
        return ids[0]

    def _search(self, kind: str, groups: Sequence[Sequence[Row]], offset: int, limit: int) -> tuple[list[Row], int]:
        body = {
            "filterGroups": [{"filters": list(filters)} for filters in groups if filters],
            "sorts": ["name"], "properties": self._asked, "limit": limit, "after": str(offset),
        }  # fmt: skip
        answer = self._api.post(f"/crm/v3/objects/{kind}/search", body, reads=True)
        with readable(TITLE):
            rows: list[Row] = [row for row in answer["results"] if not row.get("archived")]
            return rows[:limit], min(int(answer["total"]), SEARCHED)

    def _accounts(self, rows: Sequence[Row]) -> list[Account]:
        with readable(TITLE):
            names = [str(row["id"]) for row in rows]
        with ThreadPoolExecutor(AT_ONCE) as pool:
            return list(pool.map(lambda name: self._account(self._company(name)), names))

    def _company(self, name: str) -> Row:
        asked = {"properties": ",".join(self._asked), "associations": "contacts,deals,notes"}
        row = self._api.get(f"/crm/v3/objects/companies/{name}", asked, what=f"account {name}")
        with readable(TITLE):
            if row.get("archived"):
                raise NotFound(f"The account {name} was deleted in HubSpot.")
            found: Row = {**row, "properties": dict(row["properties"])}
            return found

    def _parts(self, company: Row, kind: str, properties: list[str], most: int = MOST_PARTS) -> list[Row]:
        """What is associated with a company, the newest ``most`` of it; what we may not read is left out."""
        with readable(TITLE):
            linked = ((company.get("associations") or {}).get(kind) or {}).get("results") or ()
            ids = list(dict.fromkeys(str(one["id"]) for one in linked))
        newest = set(sorted(ids, key=lambda name: (len(name), name))[-most:])  # ids are numbers that grow
        ids = [name for name in ids if name in newest]
        found: list[Row] = []
        for first in range(0, len(ids), READ_AT_ONCE):
            asked = ids[first : first + READ_AT_ONCE]
            body = {
                "inputs": [{"id": name} for name in asked], "properties": properties, "propertiesWithHistory": [],
            }  # fmt: skip
            answer = self._api.post(f"/crm/v3/objects/{kind}/batch/read", body, reads=True)
            with readable(TITLE):
                by_id = {str(row["id"]): row for row in answer["results"]}
                found += [by_id[name] for name in asked if name in by_id]
        return found

    def _account(self, row: Row) -> Account:
        contacts = self._parts(row, "contacts", ["firstname", "lastname", "email", "jobtitle"])
        deals = self._parts(
            row, "deals", ["dealname", "amount", "closedate", "hs_is_closed", "dealstage", "deal_currency_code"]
        )
        return account_of(row, contacts, deals, self._settings, self._settings.currency)


def account_of(row: Row, contacts: Sequence[Row], deals: Sequence[Row], fields: CrmFields, currency: str) -> Account:
    """A company as HubSpot's object interface gives it, with its contacts and deals; ``currency`` is the portal's."""
    with readable(TITLE):
        own: Row = row["properties"]
        name, tier = str(row["id"]), text_or_none(own.get(fields.tier_field))
        in_dollars = currency.upper() == "USD"
        extra: Row = {key: own[key] for key in ("domain", "industry", "description") if own.get(key)}
        if not in_dollars and own.get(fields.arr_field):
            extra[fields.arr_field] = f"{own[fields.arr_field]} {currency}"
        return Account(
            ref=f"{CATEGORY}/{name}",
            id=name,
            name=str(own.get("name") or name),
            tier=tier,
            arr_usd=number_or_none(own.get(fields.arr_field)) if in_dollars else None,
            renewal=date_or_none(own.get(fields.renewal_field)),
            sla=fields.sla(tier),
            contacts=[_contact(one["properties"]) for one in contacts],
            open_deals=[
                _deal(one["properties"], currency) for one in deals if one["properties"].get("hs_is_closed") != "true"
            ],
            extra=extra,
        )


def _deal(own: Row, portal_currency: str) -> Row:
    currency = str(own.get("deal_currency_code") or portal_currency).upper()
    amount = number_or_none(own.get("amount"))
    deal: Row = {"name": str(own.get("dealname") or ""), "amount": amount, "currency": currency}
    if currency == "USD" and amount is not None:
        deal["amount_usd"] = amount
    return {**deal, "close": date_or_none(own.get("closedate")), "stage": own.get("dealstage")}


def _is(name: str, operator: str, value: str) -> Row:
    return {"propertyName": name, "operator": operator, "value": value}


def _contact(own: Row) -> Contact:
    name = f"{own.get('firstname') or ''} {own.get('lastname') or ''}".strip()
    return Contact(name=name or None, email=own.get("email") or None, title=own.get("jobtitle") or None)


def _body(note: Row) -> str:
    with readable(TITLE):
        return plain_text(str(note["properties"].get("hs_note_body") or ""))


def _activity(note: Row, company: str) -> Activity:
    with readable(TITLE):
        name = f"{company}-a{note['id']}"
        own = note["properties"]
        return Activity(
            ref=f"{CATEGORY}/{name}",
            id=name,
            at=str(own.get("hs_timestamp") or note["createdAt"]),
            author=str(own.get("hubspot_owner_id") or "unknown"),
            text=unmarked(_body(note)),
            parent=f"{CATEGORY}/{company}",
        )


SYSTEM = System(
    name="hubspot",
    title=TITLE,
    category=CATEGORY,
    settings=HubSpotSettings,
    connect=HubSpot,
    tested="a stand-in made of HubSpot's published description: contract with reads and writes, network faults; not the real service",
    note="A search looks at the names and domains of 100 companies at most. Tier, recurring revenue and renewal are properties "
    "(settings tier_field, arr_field, renewal_field).",
)
