"""Companies as HubSpot and Salesforce export them: CSV.

Forms: HubSpot's help, "Export your records" (labels of properties, ``Record ID`` first); Salesforce's help, "Export Data" and Data
Loader (names of fields, ``Id`` and ``Name``) and "Export a Report" (labels, ``Account ID`` and ``Account Name``).
"""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Final

from support_connectors.backends import hubspot
from support_connectors.backends.salesforce import records as salesforce
from support_connectors.imports.options import Options
from support_connectors.imports.outcome import Item, Left, Note, Pieces
from support_connectors.remote.crm_fields import CrmFields, date_or_none, number_or_none
from support_connectors.results import Account
from support_connectors.workspace.rows import account_row

CATEGORY: Final = "crm"
_HUBSPOT = {
    "id": ("Record ID", "Record ID - Company", "hs_object_id", "Company ID"), "name": ("Company name", "Name", "name"),
    "domain": ("Company Domain Name", "Company domain name", "domain"), "industry": ("Industry", "industry"),
    "description": ("Description", "description"),
}  # fmt: skip
_SALESFORCE = {
    "Id": ("Id", "Account ID", "AccountId", "ID"), "Name": ("Name", "Account Name"), "Industry": ("Industry",),
    "Website": ("Website",), "Description": ("Description", "Account Description"),
    "CurrencyIsoCode": ("CurrencyIsoCode", "Account Currency"),
}  # fmt: skip
_OF_OURS: Mapping[str, tuple[str, ...]] = {
    "tier": ("Tier", "Tier__c", "Customer Tier", "Plan"),
    "arr_usd": ("ARR", "ARR__c", "Annual Recurring Revenue", "Annual recurring revenue"),
    "renewal": ("Renewal date", "Renewal Date", "Renewal_Date__c", "Renewal"),
}
"""Columns that are taken for our fields where nobody names one. A company's revenue is not what it pays us, so it is none of them."""
_FIELDS = CrmFields(tier_field="tier", arr_field="arr_usd", renewal_field="renewal")


def is_hubspot(header: Sequence[str]) -> bool:
    """Whether a table is HubSpot's, of companies."""
    names = set(header)
    return bool(names & {"Record ID", "Record ID - Company"}) and bool(names & {"Company name", "Company Domain Name"})


def is_salesforce(header: Sequence[str]) -> bool:
    """Whether a table is Salesforce's, of accounts."""
    names = set(header)
    return {"Account ID", "Account Name"} <= names or ({"Id", "Name"} <= names and bool(names & _ONLY_SALESFORCE))


_ONLY_SALESFORCE = frozenset(
    "MasterRecordId RecordTypeId OwnerId BillingCity BillingCountry NumberOfEmployees AnnualRevenue CreatedById SystemModstamp".split()
)


def of_hubspot(header: Sequence[str], cells: Sequence[str], options: Options) -> Pieces:
    """The account that a row is. Raises ``BackendError``."""
    own = _picked(header, cells, _HUBSPOT, options)
    if not own.get("id"):
        yield Left("a row", "it has no record id")
        return
    yield from _checked(
        hubspot.account_of({"id": own["id"], "properties": own}, (), (), _FIELDS, options.currency), own, options
    )


def of_salesforce(header: Sequence[str], cells: Sequence[str], options: Options) -> Pieces:
    """The account that a row is. Raises ``BackendError``."""
    own = _picked(header, cells, _SALESFORCE, options)
    if not own.get("Id"):
        yield Left("a row", "it has no account id")
        return
    yield from _checked(salesforce.account_of(own, _FIELDS, options.currency), own, options)


def _checked(account: Account, own: Mapping[str, str], options: Options) -> Pieces:
    """The account, with a note for what stood there and could not be read."""
    if own.get("arr_usd") and number_or_none(own["arr_usd"]) is None:
        yield Note("Some amounts of recurring revenue are no plain numbers, so they are unknown.")
    elif own.get("arr_usd") and account.arr_usd is None:
        yield Note("Some recurring revenue is not in US dollars, so it is shown and counts as unknown.")
    if own.get("renewal") and date_or_none(own["renewal"]) is None:
        yield Note(
            "Some renewal dates have a form that can be read in several ways, so they are unknown: say it with --dates."
        )
    if "arr_usd" not in own:
        yield Note("No column says what the accounts pay a year: name it with --map arr_usd=COLUMN.")
    yield Item(CATEGORY, account_row(account))


def _picked(
    header: Sequence[str], cells: Sequence[str], columns: Mapping[str, Sequence[str]], options: Options
) -> dict[str, str]:
    """The row's cells by the system's own names of fields and, for what a CRM must be told of, by ours."""
    named = dict(zip(header, cells, strict=False))
    own = {field: next((named[name] for name in names if name in named), "") for field, names in columns.items()}
    for field, names in _OF_OURS.items():
        chosen = options.columns.get(field)
        for name in (chosen,) if chosen else names:
            if name in named:
                own[field] = named[name]
                break
    if own.get("renewal"):
        with suppress(ValueError):  # told as unknown
            own["renewal"] = options.moment(own["renewal"])
    return own
