"""What Salesforce gives, as our records."""

import re
from typing import Any, Final

from pydantic import JsonValue

from support_connectors.remote.crm_fields import CrmFields, date_or_none, number_or_none, text_or_none
from support_connectors.remote.guard import readable
from support_connectors.remote.markers import unmarked
from support_connectors.results import Account, Activity, Contact

CATEGORY: Final = "crm"
TITLE = "Salesforce"
Row = dict[str, Any]


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


def _parts(row: Row, name: str) -> list[Row]:
    return list((row.get(name) or {}).get("records") or ())


def _deal(one: Row, currency: str) -> Row:
    amount = number_or_none(one.get("Amount"))
    deal: Row = {"name": str(one.get("Name") or ""), "amount": amount, "currency": currency}
    if currency == "USD" and amount is not None:
        deal["amount_usd"] = amount
    return {**deal, "close": date_or_none(one.get("CloseDate")), "stage": one.get("StageName")}


def activity_of(task: Row, account: Row) -> Activity:
    """A task of an account."""
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
