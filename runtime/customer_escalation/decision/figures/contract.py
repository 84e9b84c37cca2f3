"""On which hours an account's SLA windows run: by its contract where code reads it, by a reader where only reading tells, and else by
the policy (E-SLA).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from zoneinfo import ZoneInfo

from customer_escalation.decision.figures.parts import hours
from customer_escalation.domain.evidence import field, name_key
from customer_escalation.domain.facts import ContractHours
from customer_escalation.domain.formatting import is_utc
from customer_escalation.policy import Policy, find_zone
from customer_escalation.policy.holidays import DaysOff, country_of_zone, days_off
from customer_escalation.policy.text import opening_hours
from customer_escalation.sla.calendar import BusinessCalendar
from customer_escalation.sla.clocks import Hours, SlaTerms
from customer_escalation.sla.coverage import Coverage, read_coverage, zone_named
from customer_escalation.sla.stated_hours import StatedHours, stated_hours
from customer_escalation.sla.week import ALWAYS, Span, Spans, Week, same_hours, week_words
from skill_runtime.ledger import Record

LONGEST_QUOTE = 200
"""Characters of a contract's own words in a figure."""
MOST_DAYS_TOLD = 4
HOURS_FIELDS = ("coverage", "hours", "support_hours", "service_hours", "business_hours", "schedule", "calendar")
"""Fields of an account's SLA that say on which hours it counts, as systems call them."""


def account_zone(account: Record | None) -> str | None:
    """The account's own time zone, where the CRM holds one or its contract counts its hours in one."""
    if account is None:
        return None
    extra = account.data.get("extra")
    return (
        field(account, "timezone")
        or (str(extra.get("timezone") or "") if isinstance(extra, dict) else "")
        or zone_named(coverage_of(account))
        or None
    )


def coverage_of(account: Record | None) -> str:
    """What the account's contract says of its hours, in its own words; empty where the CRM holds nothing of it."""
    sla = account.data.get("sla") if account else None
    found = [sla.get(name) for name in HOURS_FIELDS] if isinstance(sla, dict) else []
    words = [text.strip() for text in found if isinstance(text, str) and text.strip()]
    return next((text for text in words if read_coverage(text)), words[0] if words else "")


def zone_for(account: Record | None, policy: Policy) -> ZoneInfo:
    """The clock on which times about an account are told: the team's, who read them, and where the policy names none its own."""
    team = ZoneInfo(policy.business_hours.team_timezone)
    own = account_zone(account) if is_utc(team) else None
    return (find_zone(own) if own else None) or team


def zone_of_all(accounts: Iterable[Record | None], policy: Policy) -> ZoneInfo:
    """The clock on which a brief about these accounts tells its times, which is one."""
    zones = {zone_for(account, policy) for account in accounts}
    return zones.pop() if len(zones) == 1 else ZoneInfo(policy.business_hours.team_timezone)


def contract_of(account: Record | None, policy: Policy, readings: Sequence[ContractHours] = ()) -> "Contract":
    """The contract of an account, with what a reader says of it."""
    own = {name_key(account.id), name_key(field(account, "name"))} if account else set()
    said = next((one for one in readings if name_key(one.account) in own), None)
    try:
        return Contract(account, policy, said, stated_hours(said) if said else None)
    except ValueError:  # a finding tells its reader
        return Contract(account, policy)


@dataclass(frozen=True)
class Contract:
    """What is agreed with one account."""

    account: Record | None
    policy: Policy
    reading: ContractHours | None = None
    """What a reader says of its hours."""
    stated: StatedHours | None = None
    """The same, as days and times; there is always both or neither."""

    @cached_property
    def coverage(self) -> Coverage | None:
        """The coverage as code reads it; None where it is not understood whole, or there is none."""
        zone = zone_named(coverage_of(self.account)) or account_zone(self.account)
        return read_coverage(coverage_of(self.account), country_of_zone(zone) if zone else "")

    @property
    def unread(self) -> str:
        """What the contract says of its hours and nothing counts with; empty where all is counted."""
        words = coverage_of(self.account)
        if self.coverage or self.stated or not words:
            return ""
        return words if len(words) <= LONGEST_QUOTE else f"{words[: LONGEST_QUOTE - 1].rstrip()}…"

    @property
    def zone(self) -> ZoneInfo:
        """The clock on which its times are told."""
        return zone_for(self.account, self.policy)

    @property
    def zone_is_guessed(self) -> bool:
        """Do windows run in the account's own business hours, and does no record say in which zone that is?"""
        if (self.reading and self.reading.zone) or self.policy.business_hours.timezone != "account":
            return False
        return account_zone(self.account) is None

    @cached_property
    def terms(self) -> SlaTerms | None:
        """The SLA that the CRM holds for the account; None without one."""
        sla = self.account.data.get("sla") if self.account else None
        if self.account is None or not isinstance(sla, dict):
            return None
        by_contract = self._by_contract()
        by_policy = self.policy.sla.hours_of(field(self.account, "tier"))
        return SlaTerms(
            first_response_h=hours(sla.get("first_response_h")),
            update_h=hours(sla.get("update_h")),
            resolution_h=hours(sla.get("resolution_h")),
            hours=by_contract or ("business" if by_policy == "business_hours" else by_policy),
            ref=self.account.ref,
            read_from=tuple(self.reading.cites) if self.reading else (),
        )

    def _by_contract(self) -> Hours | None:
        """None where the contract does not say; unknown where it does and nobody has read it."""
        if self._always:
            return "round_the_clock"
        if self.stated or self.coverage:
            return "business"
        return "unknown" if coverage_of(self.account) else None

    @property
    def _always(self) -> bool:
        """Does the contract say that windows run round the clock?"""
        if self.reading and self.stated:
            week = self.stated.week or (self.coverage.week if self.coverage else None)
            open_every_day = week == ALWAYS and not (self.stated.off or self.stated.off_codes)
            return self.reading.round_the_clock or open_every_day
        return self.coverage is not None and self.coverage.week == ALWAYS and self.coverage.holidays != "off"

    @property
    def _named(self) -> Coverage | None:
        """The coverage where it names business hours."""
        return None if self._always else self.coverage

    @cached_property
    def calendar(self) -> BusinessCalendar:
        """The business hours on which windows run: the contract's own, else the organisation's.

        Without the public holidays of the account's country, or of the place that the contract names, where the policy names none of
        its own, and the contract excludes them or states no hours; where it states hours and no more, every day counts.
        """
        base = BusinessCalendar(self._week(), self._tz(), self._holidays())
        if self.stated is None or self._always:
            return base
        off = base.holidays
        if self.stated.week is not None and not (self._named and self._named.holidays == "off"):
            off = DaysOff()
        off = replace(
            off, codes=tuple(dict.fromkeys([*off.codes, *self.stated.off_codes])), worked_codes=self.stated.worked_codes
        )
        single: dict[date, Spans] = dict.fromkeys(self.stated.off, ())
        for day, spans in self.stated.worked.items():
            single[day] = base.week[day.weekday()] if spans is None else spans
        return replace(base, holidays=off, single=single)

    def _week(self) -> Week:
        own = self.policy.business_hours
        by_reader = self.stated.week if self.stated and not self._always else None
        by_code = self._named.week if self._named else None
        return by_reader or by_code or same_hours(own.weekdays, Span(own.opens, own.closes))

    def _tz(self) -> ZoneInfo:
        own = self.policy.business_hours
        where = (self.reading.zone if self.reading else "") or (self._named.zone if self._named else "") or own.timezone
        named = {"account": account_zone(self.account) or own.team_timezone, "team": own.team_timezone}.get(
            where, where
        )
        return find_zone(named) or ZoneInfo(own.team_timezone)

    def _holidays(self) -> DaysOff:
        own, named = self.policy.business_hours, self._named
        if own.holidays:
            return days_off(own.holidays, own.worked_holidays)
        if named and named.week is not None and named.holidays != "off":
            return DaysOff()
        code = (named.place if named else "") or country_of_zone(account_zone(self.account) or own.team_timezone)
        return DaysOff((code,)) if code else DaysOff()

    @property
    def hours_words(self) -> str:
        """The business hours on which windows run, such as ``Mon-Fri 09:00-18:00 Europe/Berlin``, and what makes them so."""
        calendar, coverage = self.calendar, self.coverage
        unsure = " (the account's own zone is not on record)" if self.zone_is_guessed else ""
        if self.stated:
            return f"{week_words(calendar.week)} {calendar.tz.key}{days_words(calendar)}{unsure}"
        named = coverage.hours if coverage and coverage.week else opening_hours(self.policy)
        zone = "" if calendar.tz.key.casefold() in named.casefold() else f" {calendar.tz.key}"
        return f"{named}{zone}{days_words(calendar)}{unsure}{self._added(coverage)}"

    def _added(self, coverage: Coverage | None) -> str:
        """What the contract says of holidays, and whether it was counted."""
        if coverage is None or not coverage.added:
            return ""
        heeded = self.calendar.holidays or coverage.holidays == "worked"
        return f" (the contract adds “{coverage.added}”{'' if heeded else ', which is not taken into account'})"

    @property
    def read_words(self) -> str:
        """What a reading makes of the hours; empty where it cannot be used."""
        if self.stated is None:
            return ""
        return "round the clock" if self._always else self.hours_words

    @property
    def source_words(self) -> str:
        """What to put before the hours of a reading; empty where code read them."""
        return "by the contract's hours as read: " if self.stated else ""


def days_words(calendar: BusinessCalendar) -> str:
    """What to add where a figure says on which calendar it was counted; empty where every day of the week is alike."""
    off = [day for day, spans in sorted(calendar.single.items()) if not spans]
    worked = [day for day, spans in sorted(calendar.single.items()) if spans]
    closed = [
        part for part in (calendar.holidays.words, _listed([day.isoformat() for day in _first(off)], len(off))) if part
    ]
    told = f" without {' and '.join(closed)}" if closed else ""
    opened = [f"{day} {' and '.join(map(str, calendar.single[day]))}" for day in _first(worked)]
    return f"{told}, with {_listed(opened, len(worked))}" if opened else told


def _first(days: Sequence[date]) -> Sequence[date]:
    return days[:MOST_DAYS_TOLD]


def _listed(words: Sequence[str], many: int) -> str:
    more = f" and {many - len(words)} more days" if many > len(words) else ""
    return f"{', '.join(words)}{more}"
