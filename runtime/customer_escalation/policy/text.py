"""The policy in words: the passages of the skill's text that state its figures, made from the policy in force.

In the text they stand between markers: a block of markdown, or a value inside a line.

    <!-- policy:cadence -->                      worth <!-- policy:high-value-arr -->100,000 USD<!-- /policy --> a year
    ...a table...
    <!-- /policy -->
"""

import re
from collections.abc import Callable

from customer_escalation.domain.formatting import count_words, money_words, number_words
from customer_escalation.domain.outcomes import Severity, Target
from customer_escalation.domain.rules import Group, in_group
from customer_escalation.policy import Cadence, Policy
from customer_escalation.policy.holidays import days_off

MARKED = re.compile(r"<!-- policy:(?P<name>[\w-]+) -->(?P<text>.*?)<!-- /policy -->", re.DOTALL)
SLOT = re.compile(r"\{\{ (?P<name>[\w-]+) \}\}")
EXAMPLE = "example"
"""Marks a passage whose figures are an example and stay as they are."""
Render = Callable[[Policy], str]


def fill(text: str, policy: Policy) -> str:
    """``text`` with every ``{{ name }}`` of a known value put in. Raises ``KeyError`` for an unknown one."""
    return SLOT.sub(lambda match: VALUES[match["name"]](policy), text)


def _dollars(usd: float) -> str:
    """Money in the text of a skill: hosts take a dollar sign before a digit for an argument's place."""
    return f"{money_words(usd).removeprefix('$')} USD"


def in_force(text: str, policy: Policy) -> str:
    """``text`` with every marked passage made anew from ``policy``, and without the markers.

    A passage that is marked as an example, or by a name that is not known, stays as it stands.
    """

    def made(match: re.Match[str]) -> str:
        as_block = match["text"].startswith("\n")
        render = (BLOCKS if as_block else VALUES).get(match["name"])
        return render(policy) if render else match["text"].strip("\n")

    return MARKED.sub(made, text)


def differing(text: str, told: Policy, policy: Policy) -> list[str]:
    """The marked blocks of ``text`` that read another way in ``policy`` than in ``told``, made from ``policy``."""
    blocks = [BLOCKS[match["name"]] for match in MARKED.finditer(text) if match["name"] in BLOCKS]
    return list(dict.fromkeys(render(policy) for render in blocks if render(policy) != render(told)))


def percent(policy: Policy) -> str:
    return f"{policy.sla.at_risk_fraction * 100:.10g} %"


def listed(words: tuple[str, ...], last: str = "or") -> str:
    """``a, b or c``."""
    return f" {last} ".join(part for part in (", ".join(words[:-1]), *words[-1:]) if part)


def zone_words(zone: str) -> str:
    return {"account": "the account's time zone", "team": "the team's time zone"}.get(zone, f"the time zone {zone}")


def opening_hours(policy: Policy) -> str:
    hours = policy.business_hours
    days = ", ".join(hours.days)
    if hours.days == ("Mon", "Tue", "Wed", "Thu", "Fri"):
        days = "Mon-Fri"
    return f"{days} {hours.opens:%H:%M}-{hours.closes:%H:%M}"


def every(row: Cadence, shortest: int, longest: int) -> str:
    noun = {"hours": "hour", "business_hours": "business hour", "business_days": "business day"}[row.unit]
    if shortest != longest:
        return f"every {shortest}-{longest} {noun}s"
    return f"every {noun}" if longest == 1 else f"every {count_words(longest, noun)}"


def response_words(policy: Policy, severity: Severity) -> str:
    response = policy.response
    if severity is Severity.CRITICAL:
        return "now, round the clock"
    if severity is Severity.HIGH:
        return (
            f"the earlier of the end of the business day and {number_words(response.high_hours)} h from now; with under "
            f"{count_words(response.high_carry_hours, 'business hour')} left, "
            f"{number_words(response.high_carry_hours)} carried over"
        )
    return (
        f"the end of the business week; with under {count_words(response.medium_min_days_left, 'business day')} left, "
        f"{count_words(response.medium_carry_days, 'business day')} on"
    )


def severity_windows(policy: Policy) -> str:
    lines = ["| Severity | Response due, on the receiving team's calendar |", "| --- | --- |"]
    lines += [f"| **{severity.value}** | {response_words(policy, severity)} |" for severity in Severity]
    return "\n".join(lines)


def severities(policy: Policy) -> str:
    rows = [(severity.value, policy.severity.of(severity)) for severity in Severity]
    return "\n".join(f"- **{name}**: {row.meaning} Needs attention {row.attention}." for name, row in rows)


def cadence(policy: Policy) -> str:
    lines = ["| Severity | Internal follow-up | Customer update |", "| --- | --- | --- |"]
    for severity in Severity:
        row = policy.cadence.of(severity)
        clock = {"hours": ", round the clock", "business_hours": " (round the clock where the SLA is)"}.get(
            row.unit, ""
        )
        internal, customer = every(row, row.internal, row.internal), every(row, *row.customer)
        lines.append(f"| **{severity.value}** | {internal}{clock} | {customer}, or the SLA's interval if sooner |")
    return "\n".join(lines)


def thresholds(policy: Policy) -> str:
    rich, pattern = policy.high_value, policy.pattern
    days, times = count_words(pattern.window_days, "day"), number_words(policy.waiting.update_intervals)
    rules = {
        'High-value (also "key")': f"ARR of {_dollars(rich.arr_usd)} or more, or tier {listed(rich.tiers)}",
        "Several high-value customers": f"{rich.critical_from_customers} or more impacted (Critical)",
        "Pattern": f"{pattern.min_customers} or more distinct accounts, each with a ticket of its own, within {days}",
        "System-level": f"the same symptom at {policy.infrastructure.min_accounts} or more accounts",
        "Waiting too long, with no SLA known": f"more than {times} times the severity's longest customer-update interval",
    }
    return "\n".join(f"- **{name}**: {rule}." for name, rule in rules.items())


def sla(policy: Policy) -> str:
    terms = policy.sla
    off = days_off(policy.business_hours.holidays, policy.business_hours.worked_holidays)
    always = f", round the clock for tier {listed(terms.round_the_clock_tiers)}" if terms.round_the_clock_tiers else ""
    hours = f"business hours, {opening_hours(policy)} in {zone_words(policy.business_hours.timezone)}"
    hours += f" without {off.words}" if off else ""
    clock = {
        "round_the_clock": "Windows count round the clock where the contract does not say otherwise.",
        "business_hours": f"Windows count in {hours}{always}, where the contract does not say otherwise.",
        "unknown": f"Windows count on the hours that the contract names{always}. Where it names none, both readings are "
        f"computed, round the clock and in {hours}; the earlier one is acted on, and neither is a term of the contract.",
    }[terms.clock]
    wishes = (
        "have windows too"
        if terms.covers_feature_requests
        else "have their windows shown, and are not escalated for them"
    )
    return f"An SLA is at risk from {percent(policy)} of a window used. {clock} Feature requests {wishes}."


def asks(policy: Policy) -> str:
    lines = [f"Every ask is to {listed(policy.asks.verbs)}.", "", "| Asked of | Suitable |", "| --- | --- |"]
    lines += [f"| {target.value} | {', '.join(policy.asks.suits.of(target))} |" for target in Target]
    return "\n".join(lines)


def teams(policy: Policy) -> str:
    lines = ["| Target | Channel |", "| --- | --- |"]
    for target in Target:
        team = policy.teams.of(target)
        lines.append(f"| {team.name} | {team.channel}{' (restricted: nowhere else)' if team.restricted else ''} |")
    return "\n".join(lines)


def limits(policy: Policy) -> str:
    few, many = policy.brief.description_sentences
    return (
        f"The description has {few}-{many} sentences. A brief that breaks a hard rule goes back at most "
        f"{count_words(policy.brief.max_repairs, 'time')}; after that it is marked for review."
    )


def de_escalation(policy: Policy) -> str:
    quiet = count_words(policy.de_escalation.quiet_update_intervals, "customer-update interval")
    return f"A solution or workaround counts once the customer confirms it, or after {quiet} without a word from them."


def criteria(policy: Policy) -> str:
    """What speaks for support and what for an escalation, by the rules' ids; without what is switched off."""
    lines = ["| Id | Speaks for | When |", "| --- | --- | --- |"]
    sides: tuple[tuple[Group, str], ...] = (("handle", "support"), ("escalate", "escalation"))
    for group, towards in sides:
        for row in in_group(group):
            level = policy.level(row.id)
            alone = ", even where support could resolve it" if row.overrides_handling else ""
            weight = ", as a suggestion" if level == "W" else alone
            if level != "off" and not row.otherwise:
                lines.append(f"| {row.id} | {towards}{weight} | {row.sentence} |")
    return "\n".join(lines)


BLOCKS: dict[str, Render] = {
    "severity-windows": severity_windows,
    "cadence": cadence,
    "thresholds": thresholds,
    "sla": sla,
    "severities": severities,
    "asks": asks,
    "teams": teams,
    "limits": limits,
    "de-escalation": de_escalation,
    "criteria": criteria,
}
VALUES: dict[str, Render] = {
    "high-value-arr": lambda policy: _dollars(policy.high_value.arr_usd),
    "high-value-tiers": lambda policy: listed(policy.high_value.tiers),
    "high-value-count": lambda policy: number_words(policy.high_value.critical_from_customers),
    "pattern-customers": lambda policy: number_words(policy.pattern.min_customers),
    "pattern-days": lambda policy: number_words(policy.pattern.window_days),
    "system-accounts": lambda policy: number_words(policy.infrastructure.min_accounts),
    "sla-at-risk": percent,
    "business-hours": opening_hours,
    "ask-verbs": lambda policy: listed(policy.asks.verbs),
    "ask-table": lambda policy: "; ".join(
        f"{target.value}: {', '.join(policy.asks.suits.of(target))}" for target in Target
    ),
    "description-sentences": lambda policy: "{}-{}".format(*policy.brief.description_sentences),
    "max-repairs": lambda policy: number_words(policy.brief.max_repairs),
    "waiting-intervals": lambda policy: number_words(policy.waiting.update_intervals),
    "quiet-intervals": lambda policy: number_words(policy.de_escalation.quiet_update_intervals),
}
