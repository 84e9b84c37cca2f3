"""What all figures are made with."""

from typing import Any

from customer_escalation.domain.brief import Figure
from customer_escalation.sla.calendar import BusinessCalendar


def figure(name: str, label: str, text: str, inputs: tuple[str, ...]) -> Figure:
    return Figure(ref=f"figures/{name}", label=label, text=text, inputs=inputs)


def item_id(ref: str) -> str:
    return ref.partition("/")[2]


def hours(value: Any) -> float | None:
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None


def without_holidays(calendar: BusinessCalendar) -> str:
    """What to add where a figure says on which calendar it was counted; empty where that has no holidays."""
    return f" without {calendar.holidays.words}" if calendar.holidays else ""
