"""Derived figures in words, one way each, so that a figure reads the same wherever it stands (B1, S13)."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from customer_escalation.domain.times import in_utc

_UTC = ZoneInfo("UTC")
_UTC_NAMES = ("UTC", "Etc/UTC")
_NO_CITY = "Etc/"
"""Zones of this kind are offsets with the sign turned round."""
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


def is_utc(zone: ZoneInfo) -> bool:
    """Is a zone UTC by any of its names?"""
    return zone.key in _UTC_NAMES


def time_words(moment: datetime, *zones: ZoneInfo | None) -> str:
    """``2024-12-05 13:00 Europe/Berlin (12:00 UTC)``: the clock of the first zone leads, the others follow; ``2024-12-05 12:00 UTC``
    without any.

    A date is added to those for whom it is another day. Raises ``ValueError`` for a naive moment.
    """
    moment = in_utc(moment)
    clocks = list(dict.fromkeys([*(_UTC if is_utc(tz) else tz for tz in zones if tz is not None), _UTC]))
    lead = moment.astimezone(clocks[0])
    others = [_local_words(moment, tz, lead) for tz in clocks[1:]]
    return f"{lead:%Y-%m-%d %H:%M} {clocks[0].key}" + (f" ({', '.join(others)})" if others else "")


def offset_words(moment: datetime) -> str:
    """The clock that a moment is given on: ``UTC``, ``UTC+2``, ``UTC-3:30``. Raises ``ValueError`` for a naive moment."""
    offset = moment.utcoffset()
    if offset is None:
        raise ValueError("A moment without an offset is on no clock.")
    hours, minutes = divmod(abs(offset) // timedelta(minutes=1), 60)
    sign = "-" if offset < timedelta() else "+"
    return f"UTC{sign}{hours}{f':{minutes:02}' if minutes else ''}" if offset else "UTC"


def day_words(moment: datetime, locale: str, *, with_time: bool) -> str:
    """A moment as people of a language write it in a table, on its own clock: ``Fri 8 May, 17:00``; without a language, which is
    then not known, ``2026-05-08 17:00``.
    """
    if not locale:
        return f"{moment:%Y-%m-%d %H:%M}" if with_time else f"{moment:%Y-%m-%d}"
    from babel.dates import format_skeleton  # reads its locale data when asked

    locale = "en_GB" if locale == "en" else locale  # the day before the month, as in every other text of a brief
    day = str(format_skeleton("MMMEd", moment, tzinfo=moment.tzinfo, locale=locale))
    return f"{day}, {moment:%H:%M}" if with_time else day


def date_words(moment: datetime, zone: ZoneInfo, locale: str) -> str:
    """A moment as people of a language head a letter with it: ``27 October 2026, 11:20 (Berlin)``, ``..., 09:20 UTC`` in that zone; as
    ``time_words`` without a language.

    Raises ``ValueError`` for a naive moment.
    """
    if not locale:
        return time_words(moment, zone)
    from babel.dates import format_date, get_timezone_location

    locale = "en_GB" if locale == "en" else locale
    local = in_utc(moment).astimezone(zone)
    day = str(format_date(local, "long", locale=locale))
    if is_utc(zone):
        return f"{day}, {local:%H:%M} UTC"
    city = offset_words(local)
    if not zone.key.startswith(_NO_CITY):
        city = str(get_timezone_location(zone.key, locale=locale, return_city=True))
    return f"{day}, {local:%H:%M} ({city})"


def _local_words(moment: datetime, tz: ZoneInfo, lead: datetime) -> str:
    local = moment.astimezone(tz)
    form = "%H:%M" if local.date() == lead.date() else "%Y-%m-%d %H:%M"
    return f"{local.strftime(form)} {tz.key}"


def money_words(usd: float) -> str:
    """US dollars: ``$240,000``; cents only where there are some."""
    amount = f"{abs(usd):,.2f}".removesuffix(".00")
    return f"-${amount}" if usd < 0 and amount != "0" else f"${amount}"


def local_money_words(usd: float, locale: str) -> str:
    """US dollars as people of a language (ISO 639-1) write them, cents only where there are some: ``240 000 USD`` in Polish."""
    from babel import Locale
    from babel.numbers import format_currency

    pattern = Locale.parse(locale).currency_formats["standard"].pattern
    shown = pattern.replace(".00", "") if usd == int(usd) else pattern
    return str(format_currency(usd, "USD", format=shown, locale=locale, currency_digits=False))


def count_words(count: float, noun: str, plural: str | None = None) -> str:
    """``1 customer``, ``3 customers``, ``2 business days``; ``plural`` where it is not made with an s."""
    return f"{number_words(count)} {noun if count == 1 else plural or noun + 's'}"


def number_words(number: float) -> str:
    """``8``, ``1,200``, ``0.5``: no needless decimals."""
    return f"{number:,.0f}" if number == int(number) else f"{number:,.10g}"


def _not_negative(duration: timedelta) -> None:
    if duration < timedelta():
        raise ValueError("A duration to be put in words cannot be negative.")
