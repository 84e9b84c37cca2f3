"""Derived figures in words, one way each, so that a figure reads the same wherever it stands (B1, S13)."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from customer_escalation.domain.times import in_utc

_DAYS_ONLY_FROM = 14
"""From so many days on, the hours say nothing."""


def duration_words(duration: timedelta) -> str:
    """Real time, cut off to what was completed: ``50 min``, ``8 h 50 min``, ``5 days 22 h``, ``226 days``.

    Raises ``ValueError`` for a negative duration. Not for business time, whose days are shorter: see ``hours_words``.
    """
    _not_negative(duration)
    if duration < timedelta(days=1):
        return hours_words(duration)
    hours = duration.seconds // 3600
    days = count_words(duration.days, "day")
    return days if duration.days >= _DAYS_ONLY_FROM or not hours else f"{days} {hours} h"


def hours_words(duration: timedelta) -> str:
    """Business time, or any time that is compared with a target in hours (E-SLA): ``6 h 45 min``, ``31 h``, ``0 min``.

    Raises ``ValueError`` for a negative duration.
    """
    _not_negative(duration)
    hours, minutes = divmod(duration // timedelta(minutes=1), 60)
    if not hours:
        return f"{minutes} min"
    return f"{hours:,} h {minutes} min" if minutes else f"{hours:,} h"


def time_words(moment: datetime, *zones: ZoneInfo | None) -> str:
    """``2024-12-05 12:00 UTC``, with the local time of each zone that differs: ``... UTC (13:00 Europe/Berlin)`` (S13).

    The local date is added where it is another day. Raises ``ValueError`` for a naive moment.
    """
    moment = in_utc(moment)
    words = f"{moment:%Y-%m-%d %H:%M} UTC"
    others = dict.fromkeys(tz for tz in zones if tz is not None and tz.key not in ("UTC", "Etc/UTC"))
    if not others:
        return words
    return f"{words} ({', '.join(_local_words(moment, tz) for tz in others)})"


def _local_words(moment: datetime, tz: ZoneInfo) -> str:
    local = moment.astimezone(tz)
    form = "%H:%M" if local.date() == moment.date() else "%Y-%m-%d %H:%M"
    return f"{local.strftime(form)} {tz.key}"


def money_words(usd: float) -> str:
    """US dollars: ``$240,000``; cents only where there are some."""
    amount = f"{abs(usd):,.2f}".removesuffix(".00")
    return f"-${amount}" if usd < 0 and amount != "0" else f"${amount}"


def count_words(count: float, noun: str, plural: str | None = None) -> str:
    """``1 customer``, ``3 customers``, ``2 business days``; ``plural`` where it is not made with an s."""
    return f"{number_words(count)} {noun if count == 1 else plural or noun + 's'}"


def number_words(number: float) -> str:
    """``8``, ``1,200``, ``0.5``: no needless decimals."""
    return f"{number:,.0f}" if number == int(number) else f"{number:,.10g}"


def _not_negative(duration: timedelta) -> None:
    if duration < timedelta():
        raise ValueError("A duration to be put in words cannot be negative.")
