"""The numbers of the rules: read from the skill's policy.toml, checked, and overridden by a workspace.

Nothing here decides anything; rules and derivations take a ``Policy`` and read their thresholds from it.
"""

import re
import tomllib
from collections.abc import Mapping
from datetime import time
from typing import Annotated, Generic, Literal, Self, TypeVar
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator
from pydantic_core import ErrorDetails

from customer_escalation.brief import Severity, Target
from customer_escalation.catalogue import carries_out
from skill_runtime.errors import SkillRuntimeError

T = TypeVar("T")


class PolicyError(SkillRuntimeError):
    """The policy, or a workspace's override of it, cannot be used; the message names source, key and line."""


def find_zone(name: str) -> ZoneInfo | None:
    """The IANA time zone of this name (``Europe/Berlin``, ``UTC``), or None where there is none."""
    try:
        return ZoneInfo(name)
    except (ValueError, OSError, KeyError):  # a path out of the database, a folder of it, an unknown name
        return None


def _known_zone(name: str) -> str:
    if find_zone(name) is None:
        raise ValueError(f"{name!r} is not a time zone; write one such as Europe/Berlin or UTC")
    return name


Count = Annotated[int, Field(strict=True, ge=1, le=10_000)]
Hours = Annotated[float, Field(strict=True, gt=0, le=8_760, allow_inf_nan=False)]
Text = Annotated[str, Field(min_length=1)]
WallTime = Annotated[time, Field(strict=True)]
Zone = Annotated[str, AfterValidator(_known_zone)]
Weekday = Literal["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"]
WEEKDAYS: tuple[Weekday, ...] = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")


class Section(BaseModel):
    """Base of every part of the policy: unknown keys are refused and nothing changes afterwards."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class PerSeverity(Section, Generic[T]):
    """One value for each severity."""

    critical: T
    high: T
    medium: T

    def of(self, severity: Severity) -> T:
        """The value of ``severity``."""
        return {Severity.CRITICAL: self.critical, Severity.HIGH: self.high, Severity.MEDIUM: self.medium}[severity]


class PerTarget(Section, Generic[T]):
    """One value for each target."""

    security: T
    leadership: T
    engineering: T
    product: T
    l2_support: T

    def of(self, target: Target) -> T:
        """The value of ``target``."""
        return {
            Target.SECURITY: self.security,
            Target.LEADERSHIP: self.leadership,
            Target.ENGINEERING: self.engineering,
            Target.PRODUCT: self.product,
            Target.L2: self.l2_support,
        }[target]


class HighValue(Section):
    """Which customers are high-value, or "key" (E-BIZ, S4, S6)."""

    arr_usd: Annotated[float, Field(strict=True, ge=0, allow_inf_nan=False)]
    """Annual recurring revenue in USD, from this figure on."""
    tiers: tuple[Text, ...]
    critical_from_customers: Count
    """So many high-value customers impacted are Critical (S4)."""

    @carries_out("S12", "severity", "H", "Without CRM data, high-value is unknown and said so.")
    def includes(self, arr_usd: float | None, tier: str | None) -> bool | None:
        """Is an account of this revenue and tier high-value? None where what is known cannot tell (S12)."""
        in_tier = None if tier is None else tier.strip().casefold() in {name.casefold() for name in self.tiers}
        rich = None if arr_usd is None else arr_usd >= self.arr_usd
        if in_tier or rich:
            return True
        return None if in_tier is None or rich is None else False


class Pattern(Section):
    """When one issue at several accounts is a pattern (E-PATTERN)."""

    min_customers: Count
    window_days: Count


class Infrastructure(Section):
    """When one symptom at several accounts needs a look at the system (E-INFRA)."""

    min_accounts: Count


class BusinessHours(Section):
    """When people are at work; the same hours for accounts and for our teams, each in its own zone."""

    days: Annotated[tuple[Weekday, ...], Field(min_length=1)]
    opens: WallTime
    closes: WallTime
    """Later than ``opens``; midnight stands for the end of the day."""
    timezone: str
    """Where SLA clocks run: ``account``, ``team``, or the name of a zone."""
    team_timezone: Zone

    @field_validator("timezone")
    @classmethod
    def _account_team_or_zone(cls, value: str) -> str:
        return value if value in ("account", "team") else _known_zone(value)

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


class Sla(Section):
    """How an account's SLA windows are measured (E-SLA, S7)."""

    clock: Literal["business_hours", "round_the_clock"]
    round_the_clock_tiers: tuple[Text, ...]
    covers_feature_requests: Annotated[bool, Field(strict=True)]
    at_risk_fraction: Annotated[float, Field(strict=True, gt=0, lt=1)]

    def round_the_clock(self, tier: str | None) -> bool:
        """Do the windows of an account of this tier run day and night?"""
        named = {name.casefold() for name in self.round_the_clock_tiers}
        return self.clock == "round_the_clock" or (tier or "").strip().casefold() in named


class Waiting(Section):
    """How long is too long where no SLA is known (E-TIME)."""

    update_intervals: Count
    """So many times the longest customer-update interval of the severity."""


class Meaning(Section):
    """What a severity stands for, in words."""

    meaning: Text
    attention: Text


class Response(Section):
    """Response windows on the receiving team's calendar (S13). Critical has none: it is now, round the clock."""

    high_hours: Hours
    high_carry_hours: Hours
    medium_min_days_left: Count
    medium_carry_days: Count


class Cadence(Section):
    """How often to follow up internally and to update the customer, in ``unit`` (cadence)."""

    unit: Literal["hours", "business_hours", "business_days"]
    """``hours`` run round the clock."""
    internal: Count
    customer: tuple[Count, Count]
    """The shortest and the longest interval between two updates."""

    @field_validator("customer")
    @classmethod
    def _shortest_first(cls, value: tuple[int, int]) -> tuple[int, int]:
        if value[0] > value[1]:
            raise ValueError("the first figure is the shortest interval and cannot exceed the second")
        return value


class DeEscalation(Section):
    """When silence counts as the customer's agreement (DE1, DE2)."""

    quiet_update_intervals: Count


class Asks(Section):
    """How an ask begins, and of whom it can be asked (B2)."""

    verbs: Annotated[tuple[Text, ...], Field(min_length=1)]
    spellings: dict[str, str]
    """Other spellings of a verb."""
    suits: PerTarget[tuple[Text, ...]]

    @model_validator(mode="after")
    def _only_known_verbs(self) -> Self:
        named = {verb for target in Target for verb in self.suits.of(target)} | set(self.spellings.values())
        if unknown := sorted(named - set(self.verbs)):
            raise ValueError(f"{', '.join(unknown)} is not among asks.verbs")
        return self

    def verb_of(self, text: str) -> str | None:
        """The verb that ``text`` starts with, in the spelling of ``verbs``; None where it starts otherwise."""
        word = re.match(r"[\W_]*([^\W\d_]+)", text)
        if word is None:
            return None
        verb = word[1].casefold()
        verb = self.spellings.get(verb, verb)
        return verb if verb in self.verbs else None


class BriefLimits(Section):
    """Bounds on the brief itself (B4), and what it says where nobody is named."""

    description_sentences: tuple[Count, Count]
    prose_words: Count
    """Of the drafted prose that the receiver reads; a brief that passes them goes back once (B4)."""
    max_repairs: Annotated[int, Field(strict=True, ge=0, le=20)]
    reported_by: Text

    @field_validator("description_sentences")
    @classmethod
    def _fewest_first(cls, value: tuple[int, int]) -> tuple[int, int]:
        if value[0] > value[1]:
            raise ValueError("the first figure is the fewest sentences and cannot exceed the second")
        return value


class Team(Section):
    """Who receives an escalation (T1-T5)."""

    name: Text
    channel: Annotated[str, Field(pattern=r"^#\S+$")]
    restricted: Annotated[bool, Field(strict=True)]
    """Details go to this channel only (T4)."""


class Policy(Section):
    """Every number of the rules, and the few names that go with them."""

    high_value: HighValue
    pattern: Pattern
    infrastructure: Infrastructure
    business_hours: BusinessHours
    sla: Sla
    waiting: Waiting
    severity: PerSeverity[Meaning]
    response: Response
    cadence: PerSeverity[Cadence]
    de_escalation: DeEscalation
    asks: Asks
    brief: BriefLimits
    teams: PerTarget[Team]

    def with_overrides(self, overrides: Mapping[str, object]) -> tuple["Policy", tuple[str, ...]]:
        """This policy with a workspace's ``policy`` block applied, and a warning for each key that it does not know.

        Raises ``PolicyError`` naming the key whose value cannot be used.
        """
        policy, warnings = self, []
        for key, value in overrides.items():
            if key not in OVERRIDES:
                known = ", ".join(OVERRIDES)
                warnings.append(f"The workspace's policy has an unknown key {key!r}; it is ignored (known: {known}).")
                continue
            section, name = OVERRIDES[key]
            changed = policy.model_dump()
            if name:
                changed[section][name] = value
            else:
                changed[section] |= parse_business_hours(value)
            try:
                policy = Policy.model_validate(changed)
            except ValidationError as error:
                reason = "; ".join(_reason(detail) for detail in error.errors(include_url=False))
                raise PolicyError(f"The workspace's policy: {key}: {reason}.") from None
        return policy, tuple(warnings)


OVERRIDES: dict[str, tuple[str, str]] = {
    "high_value_arr": ("high_value", "arr_usd"),
    "high_value_tiers": ("high_value", "tiers"),
    "pattern_min_customers": ("pattern", "min_customers"),
    "pattern_window_days": ("pattern", "window_days"),
    "business_hours": ("business_hours", ""),
    "team_timezone": ("business_hours", "team_timezone"),
}
"""Keys of a workspace's ``policy`` block, and where each goes; an empty name stands for the whole section."""

_HOURS = re.compile(
    r"(?:(?P<always>24\s*[x/]\s*7)|(?P<days>[a-z,\s\u2013-]+?)\s+(?P<opens>\d\d?:\d\d)\s*(?:[-\u2013]|to)\s*(?P<closes>\d\d?:\d\d))"
    r"(?:\s+(?:in\s+)?(?:(?:the\s+)?(?P<whose>account|customer|team)(?:'s|s)?\s+time\s?zone|(?P<zone>\S+)))?",
    re.IGNORECASE,
)
_EXAMPLE = 'write it as "Mon-Fri 09:00-18:00 in the account timezone" or "24x7"'


def parse_business_hours(value: object) -> dict[str, object]:
    """The keys of ``BusinessHours`` that a text such as "Mon-Fri 09:00-18:00 in the account timezone" sets.

    Days are names or ranges, also over the week's end ("Sun-Thu"), separated by commas; "24x7" stands for always. The
    zone is "in the account timezone", "in the team timezone", a named zone, or left out (then it stays as it was).
    Raises ``PolicyError`` on anything else.
    """
    match = _HOURS.fullmatch(value.strip()) if isinstance(value, str) else None
    if match is None:
        raise PolicyError(f"The workspace's policy: business_hours: {value!r} cannot be read; {_EXAMPLE}.")
    hours: dict[str, object] = {"days": WEEKDAYS, "opens": time(), "closes": time()}
    if not match["always"]:
        hours = {"days": _days(match["days"]), "opens": _clock(match["opens"]), "closes": _clock(match["closes"])}
    if match["whose"]:
        hours["timezone"] = "team" if match["whose"].casefold() == "team" else "account"
    elif match["zone"]:
        hours["timezone"] = match["zone"]
    return hours


def _days(text: str) -> tuple[Weekday, ...]:
    chosen: set[int] = set()
    for part in text.split(","):
        ends = [_day(name.strip()) for name in re.split(r"[-\u2013]|\bto\b", part)]
        if len(ends) > 2:
            raise PolicyError(f"The workspace's policy: business_hours: {part.strip()!r} is not a range; {_EXAMPLE}.")
        chosen.update((ends[0] + step) % 7 for step in range((ends[-1] - ends[0]) % 7 + 1))
    return tuple(WEEKDAYS[day] for day in sorted(chosen))


def _day(name: str) -> int:
    full = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
    for number, day in enumerate(full):
        if len(name) >= 3 and day.startswith(name.casefold()):
            return number
    raise PolicyError(f"The workspace's policy: business_hours: {name!r} is not a day of the week; {_EXAMPLE}.")


def _clock(text: str) -> time:
    hour, minute = (int(part) for part in text.split(":"))
    if (hour, minute) == (24, 0):
        return time()
    if hour > 23 or minute > 59:
        raise PolicyError(f"The workspace's policy: business_hours: {text!r} is not a time of day; {_EXAMPLE}.")
    return time(hour, minute)


def load_policy(text: str, source: str) -> Policy:
    """The policy in ``text`` (TOML). ``source`` names it in errors, usually by its path.

    Raises ``PolicyError`` with one line for each fault: source, key, line where it can be told, and what is wrong.
    """
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise PolicyError(f"{source} is not valid TOML: {error}.") from None
    try:
        return Policy.model_validate(data)
    except ValidationError as error:
        raise PolicyError("\n".join(_sentence(detail, text, source) for detail in error.errors())) from None


def _sentence(detail: ErrorDetails, text: str, source: str) -> str:
    path = tuple(str(part) for part in detail["loc"])
    line = _line_of(text, path)
    where = f" (line {line})" if line else ""
    return f"{source}: {'.'.join(path)}{where}: {_reason(detail)}."


def _reason(detail: ErrorDetails) -> str:
    if detail["type"] == "missing":
        return "is missing"
    if detail["type"] == "extra_forbidden":
        return "is not a known setting; remove it or mend its spelling"
    message = detail["msg"].removeprefix("Value error, ").rstrip(".")
    return message[:1].lower() + message[1:] if message.startswith("Input ") else message


def _line_of(text: str, path: tuple[str, ...]) -> int | None:
    """The line of the key at ``path``, or of the nearest table around it that the text holds."""
    table: tuple[str, ...] = ()
    found, depth = None, 0
    for number, line in enumerate(text.splitlines(), 1):
        if header := re.match(r"\s*\[([^\[\]]+)\]", line):
            here = table = tuple(part.strip() for part in header[1].split("."))
        elif key := re.match(r"\s*([\w.-]+)\s*=", line):
            here = (*table, *key[1].split("."))
        else:
            continue
        if len(here) > depth and path[: len(here)] == here:
            found, depth = number, len(here)
    return found
