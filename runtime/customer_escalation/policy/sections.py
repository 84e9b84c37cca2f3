"""Every section of the policy, and the policy itself."""

import re
from typing import Annotated, Generic, Literal, Self, TypeVar, get_args

from pydantic import Field, field_validator, model_validator

from customer_escalation.domain.outcomes import Severity, Target
from customer_escalation.domain.rule_registry import carries_out
from customer_escalation.domain.rules import RULE_TABLE
from customer_escalation.policy.errors import PolicyError
from customer_escalation.policy.holidays import OwnHolidays
from customer_escalation.policy.hours import BusinessHours, parse_business_hours
from customer_escalation.policy.parts import Count, Hours, Section, Text, find_zone
from customer_escalation.policy.webhooks import webhook_fault

T = TypeVar("T")


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

    @carries_out("S12")
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


class Sla(Section):
    """How an account's SLA windows are measured (E-SLA, S7)."""

    clock: Literal["unknown", "business_hours", "round_the_clock"]
    """On which hours windows run where the contract does not say; ``unknown`` where the organisation does not either."""
    round_the_clock_tiers: tuple[Text, ...]
    covers_feature_requests: Annotated[bool, Field(strict=True)]
    at_risk_fraction: Annotated[float, Field(strict=True, gt=0, lt=1)]

    def hours_of(self, tier: str | None) -> Literal["unknown", "business_hours", "round_the_clock"]:
        """On which hours the windows of an account of this tier run, as far as the policy says so."""
        named = {name.casefold() for name in self.round_the_clock_tiers}
        return "round_the_clock" if (tier or "").strip().casefold() in named else self.clock


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
    max_repairs: Annotated[int, Field(strict=True, ge=0, le=20)]
    reported_by: Text

    @field_validator("description_sentences")
    @classmethod
    def _fewest_first(cls, value: tuple[int, int]) -> tuple[int, int]:
        if value[0] > value[1]:
            raise ValueError("the first figure is the fewest sentences and cannot exceed the second")
        return value


class VerificationLimits(Section):
    """The verifier: a model that reads each statement against its records (G5), and what it may take."""

    enabled: Annotated[bool, Field(strict=True)]
    model: str
    """As the run's provider names it; empty for the run's own."""
    parallel: Annotated[int, Field(strict=True, ge=1, le=64)]
    """Statements that are read at once."""
    most_statements: Count
    """Of one draft; those in doubt come first."""
    max_tokens: Annotated[int, Field(strict=True, ge=1_000, le=100_000_000)]
    """All tokens of a run's readings together."""
    max_seconds: Annotated[float, Field(strict=True, gt=0, le=3_600, allow_inf_nan=False)]
    """For one draft; what was not read by then is not known."""


Flow = Literal["identifiers", "same_customer", "anything"]


class Flows(Section):
    """What of one system's data may go into a question to another (``connectors.flows``)."""

    own: Flow
    """To systems behind our own servers."""
    foreign: Flow
    """To servers of others."""


Personal = Literal["name", "email", "phone", "address", "iban", "ip_address"]
"""Kinds of personal data of customers' people."""
PERSONAL: tuple[Personal, ...] = get_args(Personal)


class Leaving(Section):
    """What may go out in a text (``actions.leaving``, P2)."""

    hosts: tuple[Annotated[str, Field(pattern=r"^[^\s/:@]+$")], ...]
    """Hosts to which a text for any customer may link, with all below them."""
    keeps: PerTarget[tuple[Personal, ...]]
    """By team, the kinds of personal data that a text for it may hold."""


TargetKey = Literal["security", "leadership", "engineering", "product", "l2_support"]
_TARGETS: dict[TargetKey, Target] = {
    "security": Target.SECURITY, "leadership": Target.LEADERSHIP, "engineering": Target.ENGINEERING, "product": Target.PRODUCT,
    "l2_support": Target.L2,
}  # fmt: skip


class Approvers(Section):
    """By kind of action, the names of those who may approve it; none is everybody."""

    post_to_channel: tuple[Text, ...]
    team_message: tuple[Text, ...]
    customer_reply: tuple[Text, ...]
    status_update: tuple[Text, ...]
    internal_note: tuple[Text, ...]
    tracker_comment: tuple[Text, ...]
    tracker_item: tuple[Text, ...]
    draft_article: tuple[Text, ...]
    reminder: tuple[Text, ...]
    calendar_entry: tuple[Text, ...]
    page: tuple[Text, ...]

    def of(self, kind: str) -> tuple[str, ...]:
        """The names for a kind. Raises ``AttributeError`` for one that is none."""
        found: tuple[str, ...] = getattr(self, kind)
        return found


class Guard(Section):
    """Who may approve an action, how many it takes, and for how long it counts (P1). A name is what a person says it is."""

    approval_hours: Hours
    """A yes that was not carried out by then is asked for again."""
    two_persons: tuple[TargetKey, ...]
    """Teams on whose cases a text to a customer takes the yes of two different persons."""
    approvers: Approvers

    @property
    def owners_with_two_persons(self) -> frozenset[Target]:
        """``two_persons`` as targets."""
        return frozenset(_TARGETS[key] for key in self.two_persons)


class Assistants(Section):
    """What assistants are offered beside ``carry_out``."""

    writing_tools: Annotated[bool, Field(strict=True)]
    """The category servers list their writing tools, which do what a person approved and nothing else."""


class Watching(Section):
    """Where `watch` tells things beside the terminal."""

    webhook: Annotated[str, Field(strict=True, max_length=2_000)]
    """An address that takes each notice as JSON; empty for none."""

    @field_validator("webhook")
    @classmethod
    def _may_be_told(cls, value: str) -> str:
        if value and (fault := webhook_fault(value)):
            raise ValueError(f"it is empty or {fault}")
        return value


class Reminders(Section):
    """Where a reminder is offered to be written."""

    calendar: Annotated[str, Field(strict=True, max_length=2_000)]
    """The address of a calendar collection (CalDAV); empty for a file that each person imports."""
    entries: Literal["events", "tasks"]
    """What stands there then: events at their moment, or tasks that are due then."""

    @field_validator("calendar")
    @classmethod
    def _may_be_written(cls, value: str) -> str:
        if value and (fault := webhook_fault(value)):
            raise ValueError(f"it is empty or {fault}")
        return value


class Paging(Section):
    """Where whoever is on call for a team is offered to be paged."""

    system: Literal["", "pagerduty", "alertmanager"]
    """Empty offers no page."""
    address: Annotated[str, Field(strict=True, max_length=2_000)]
    """Of the Alertmanager, or of PagerDuty's events in another region; empty for PagerDuty's own."""

    @model_validator(mode="after")
    def _may_be_paged(self) -> "Paging":
        if self.system == "alertmanager" and not self.address:
            raise ValueError("an Alertmanager has an address")
        if self.address and (fault := webhook_fault(self.address)):
            raise ValueError(f"the address is empty or {fault}")
        return self


class Team(Section):
    """Who receives an escalation (T1-T5)."""

    name: Text
    channel: Annotated[str, Field(pattern=r"^#\S+$")]
    restricted: Annotated[bool, Field(strict=True)]
    """Details go to this channel only (T4)."""
    hours: str = ""
    """The team's own hours, such as ``24x7`` or ``Mon-Fri 08:00-17:00 America/Chicago``; empty for ``business_hours``."""
    holidays: OwnHolidays = None
    """The team's own, in the place of those of ``business_hours``."""

    @field_validator("hours")
    @classmethod
    def _readable(cls, value: str) -> str:
        try:
            zone = parse_business_hours(value).get("timezone", "UTC") if value else "UTC"
        except PolicyError as error:
            raise ValueError(str(error)) from None
        if zone != "team" and find_zone(str(zone)) is None:
            raise ValueError(f"{zone!r} is not a time zone of a team")
        return value


RuleLevel = Literal["H", "W", "off"]


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
    verification: VerificationLimits
    flows: Flows
    leaving: Leaving
    guard: Guard
    assistants: Assistants
    watching: Watching
    reminders: Reminders
    paging: Paging
    teams: PerTarget[Team]
    levels: dict[str, RuleLevel] = Field(default_factory=dict)
    """Rules by id whose level an organisation changed."""

    def keeps_to_itself(self, target: Target) -> bool:
        """Does what a case of this team is about belong in the team's channel alone (T4)?"""
        return target is Target.SECURITY or self.teams.of(target).restricted

    def level(self, rule_id: str) -> RuleLevel:
        """The level of a published rule in force."""
        row = RULE_TABLE[rule_id]
        return row.level if row.protected else self.levels.get(rule_id, row.level)
