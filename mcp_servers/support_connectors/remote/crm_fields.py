"""What every CRM has to be told: which of its fields hold tier, recurring revenue and renewal, and what each tier was promised."""

from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, JsonValue

from support_connectors.times import is_date, parse_time


class Promise(BaseModel):
    """What a tier was promised, in hours."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    first_response_h: Annotated[float, Field(ge=0)]
    update_h: Annotated[float, Field(ge=0)]
    resolution_h: Annotated[float, Field(ge=0)] | None = None
    coverage: str | None = None
    """``24x7`` where the clock runs round the clock."""


class CrmFields(BaseModel):
    """Names of the CRM's own fields; a field that an account does not have leaves the fact unknown."""

    tier_field: str = "tier"
    arr_field: str = "arr"
    """Annual recurring revenue. It counts only where the account's currency is US dollars."""
    renewal_field: str = "renewal"
    sla_by_tier: Mapping[str, Promise] = Field(default_factory=dict)
    """What each tier was promised, where the CRM does not hold it."""

    def sla(self, tier: str | None) -> dict[str, JsonValue] | None:
        """The promise of a tier, compared without regard to case."""
        found = next(
            (promise for name, promise in self.sla_by_tier.items() if tier and name.casefold() == tier.casefold()), None
        )
        return found.model_dump(exclude_none=True) if found else None


def text_or_none(value: Any) -> str | None:
    """A field's text; None where it is empty."""
    text = str(value).strip() if value is not None and not isinstance(value, dict | list) else ""
    return text or None


def number_or_none(value: Any) -> int | float | None:
    """A field's amount, whole where it is; None where it is none or below zero."""
    if isinstance(value, bool) or value in (None, ""):
        return None
    try:
        amount = float(str(value).replace(",", ""))
    except ValueError:
        return None
    if not 0 <= amount < 1e15:
        return None
    return int(amount) if amount.is_integer() else amount


def date_or_none(value: Any) -> str | None:
    """A field's date, without a time; None where it is none."""
    text = (text_or_none(value) or "")[:10]
    try:
        return text if is_date(text) and parse_time(text) else None
    except ValueError:
        return None
