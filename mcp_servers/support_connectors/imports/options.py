"""How an import reads what a file leaves open: zone and form of times, encoding, currency, columns."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, tzinfo

from support_connectors.categories import Category
from support_connectors.times import is_date, parse_time

_FORMS = (
    "%d/%b/%y %I:%M %p", "%d/%b/%Y %I:%M %p", "%d/%b/%y %H:%M", "%d/%b/%Y %H:%M", "%d/%b/%y", "%d/%b/%Y", "%d-%b-%Y",
    "%b %d, %Y", "%d %b %Y", "%d.%m.%Y %H:%M:%S", "%d.%m.%Y %H:%M", "%d.%m.%Y",
)  # fmt: skip
"""Forms that can be read in one way only; with slashes and numbers alone nobody knows which is the month."""
_FIRST_YEARS_S, _LAST_YEARS_S = 10**8, 10**10
"""Seconds since 1970 are taken for a time between 1973 and 2286; a thousand times as much are milliseconds."""


@dataclass
class Options:
    """What a person said about the files."""

    system: str = ""
    """The format, where it shall not be found out."""
    zone: tzinfo = UTC
    """Of times that name none."""
    dates: str = ""
    """The form of times, as Python's ``strptime`` takes it, where it is none that can be read in one way only."""
    encoding: str = "utf-8-sig"
    """Of tables."""
    currency: str = "USD"
    """Of amounts."""
    category: Category | None = None
    """What a table of no known system holds."""
    columns: Mapping[str, str] = field(default_factory=dict)
    """For our fields, the columns that hold them."""
    zones_missing: int = 0
    """Times that named no zone, counted as they are read."""

    def moment(self, text: str) -> str:
        """A time as RFC 3339, or as the plain date that it is. Raises ``ValueError`` with the end of a sentence."""
        if not text:
            raise ValueError("has no time where it needs one")
        if is_date(text) and not self.dates:
            parse_time(text)
            return text
        try:
            found = self._read(text)
        except OverflowError:
            raise ValueError("has a time that is no moment of the calendar") from None
        if found.tzinfo is None:
            self.zones_missing += 1
            found = found.replace(tzinfo=self.zone)
        return found.isoformat().replace("+00:00", "Z")

    def _read(self, text: str) -> datetime:
        if self.dates:
            try:
                return datetime.strptime(text, self.dates)  # noqa: DTZ007 - the zone is the caller's
            except ValueError:
                raise ValueError(f"has a time that is not written as {self.dates}") from None
        if text.isdigit() and _FIRST_YEARS_S <= int(text) < _LAST_YEARS_S * 1000:
            seconds = int(text) if int(text) < _LAST_YEARS_S else int(text) / 1000
            return datetime.fromtimestamp(seconds, UTC)
        try:
            return datetime.fromisoformat(text)
        except ValueError:
            pass
        for form in _FORMS:
            try:
                return datetime.strptime(text, form)  # noqa: DTZ007 - as above
            except ValueError:
                continue
        raise ValueError(
            "has a time that can be read in several ways or none: say its form with --dates, such as %m/%d/%Y"
        )
