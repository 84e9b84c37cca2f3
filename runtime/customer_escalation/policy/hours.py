"""Business hours: as a section of the policy, and as one text."""

import re
from collections.abc import Mapping
from datetime import date, time
from typing import Annotated, Self

from pydantic import Field, field_validator, model_validator

from customer_escalation.domain.day_names import further_opening_days, opening_day
from customer_escalation.policy.errors import PolicyError
from customer_escalation.policy.holidays import Holidays
from customer_escalation.policy.parts import WEEKDAYS, Section, WallTime, Weekday, Zone, known_zone

_TIME = r"\d\d?(?::\d\d)?(?:\s?(?:h\d\d|h|Uhr))?(?![\d:])"
"""``09:00``, and as people write it: ``9``, ``9h``, ``9h30``, ``9 Uhr``."""
_HOURS = re.compile(
    rf"(?:(?P<always>24\s*[x/]\s*7)|(?P<days>(?:[^\W\d_]|[.,\s\u2013~〜～・-])+?)\s+(?P<opens>{_TIME})\s*(?:[-\u2013~〜～]|to)\s*(?P<closes>{_TIME}))"
    r"(?:\s+(?:in\s+)?(?:(?:the\s+)?(?P<whose>account|customer|team)(?:'s|s)?\s+time\s?zone|(?P<zone>\S+)))?",
    re.IGNORECASE,
)
_EXAMPLE = 'write it as "Mon-Fri 09:00-18:00 in the account timezone" or "24x7"'


def parse_business_hours(value: object) -> dict[str, object]:
    """The keys of ``BusinessHours`` that a text such as "Mon-Fri 09:00-18:00 in the account timezone" sets.

    Days are names or ranges, also over the week's end ("Sun-Thu") and in other languages ("lun-ven"), separated by commas;
    "24x7" stands for always. The
    zone is "in the account timezone", "in the team timezone", a named zone, or left out (then it stays as it was).
    Raises ``PolicyError`` on anything else.
    """
    match = _HOURS.fullmatch(value.strip()) if isinstance(value, str) else None
    if match is None:
        raise PolicyError(f"business_hours: {value!r} cannot be read; {_EXAMPLE}.")
    hours: dict[str, object] = {"days": WEEKDAYS, "opens": time(), "closes": time()}
    if not match["always"]:
        hours = {"days": _days(match["days"]), "opens": _clock(match["opens"]), "closes": _clock(match["closes"])}
    if match["whose"]:
        hours["timezone"] = "team" if match["whose"].casefold() == "team" else "account"
    elif match["zone"]:
        hours["timezone"] = match["zone"]
    return hours


def _days(text: str) -> tuple[Weekday, ...]:
    ranges = [re.split(r"[-\u2013~〜～]|\sto\s", part) for part in text.split(",")]
    for part, names in zip(text.split(","), ranges, strict=True):
        if len(names) > 2:
            raise PolicyError(f"business_hours: {part.strip()!r} is not a range; {_EXAMPLE}.")
    words = [name.strip() for names in ranges for name in names]
    weeks = {week for named in (None, *further_opening_days()) if (week := _week(ranges, named))}
    if not weeks:
        wrong = next((word for word in words if opening_day(word) is None), text.strip())
        raise PolicyError(f"business_hours: {wrong!r} is not a day of the week; {_EXAMPLE}.")
    if len(weeks) > 1:
        raise PolicyError(f"business_hours: {text.strip()!r} is another week in another language; {_EXAMPLE}.")
    return tuple(WEEKDAYS[day] for day in sorted(weeks.pop()))


def _week(ranges: list[list[str]], named: Mapping[str, int] | None) -> frozenset[int]:
    """The days in one language, or in those whose names are told apart; none where a word is not a day there."""
    chosen: set[int] = set()
    for names in ranges:
        ends = [opening_day(name.strip(), named) for name in names]
        if ends[0] is None or ends[-1] is None:
            return frozenset()
        chosen.update((ends[0] + step) % 7 for step in range((ends[-1] - ends[0]) % 7 + 1))
    return frozenset(chosen)


def _clock(text: str) -> time:
    hour, minute = ([int(part) for part in re.findall(r"\d+", text)] + [0])[:2]
    if (hour, minute) == (24, 0):
        return time()
    if hour > 23 or minute > 59:
        raise PolicyError(f"business_hours: {text!r} is not a time of day; {_EXAMPLE}.")
    return time(hour, minute)


class BusinessHours(Section):
    """When people are at work; the same hours for accounts and for our teams, each in its own zone."""

    days: Annotated[tuple[Weekday, ...], Field(min_length=1)]
    opens: WallTime
    closes: WallTime
    """Later than ``opens``; midnight stands for the end of the day."""
    timezone: str
    """Where SLA clocks run: ``account``, ``team``, or the name of a zone."""
    team_timezone: Zone
    holidays: Holidays = ()
    """Days on which nobody works: public holidays by a code such as ``DE-BE``, and dates."""
    worked_holidays: tuple[date, ...] = ()
    """Days of ``holidays`` on which everybody works all the same."""

    @field_validator("timezone")
    @classmethod
    def _account_team_or_zone(cls, value: str) -> str:
        return value if value in ("account", "team") else known_zone(value)

    @model_validator(mode="after")
    def _closes_after_opening(self) -> Self:
        if self.opens.tzinfo or self.closes.tzinfo:
            raise ValueError("opens and closes are wall-clock times and carry no offset")
        if time() < self.closes <= self.opens:
            raise ValueError("closes is not later than opens")
        return self

    @property
    def weekdays(self) -> frozenset[int]:
        """The days as Python counts them, Monday 0."""
        return frozenset(WEEKDAYS.index(day) for day in self.days)
