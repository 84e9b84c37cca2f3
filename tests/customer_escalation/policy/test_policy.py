"""The policy file: the rules' numbers, faults that name their place, and a workspace's overrides."""

from collections.abc import Iterable
from datetime import time

import pytest
from pydantic import ValidationError
from tests.customer_escalation.policies import POLICY_FILE, shipped_policy
from tests.requirements import requirement

from customer_escalation.domain.outcomes import Severity, Target
from customer_escalation.policy import PolicyError, find_zone, load_policy, with_overrides
from customer_escalation.policy.holidays import place_code

TEXT = POLICY_FILE.read_text(encoding="utf-8")


def broken(old: str, new: str) -> str:
    """The shipped policy with one line changed."""
    assert TEXT.count(old) == 1
    return TEXT.replace(old, new)


def line_of(text: str, start: str) -> int:
    return next(number for number, line in enumerate(text.splitlines(), 1) if line.startswith(start))


def test_the_shipped_policy_holds_the_numbers_of_the_rules() -> None:
    policy = shipped_policy()
    assert (policy.high_value.arr_usd, policy.high_value.tiers) == (100_000, ("Enterprise", "Strategic"))
    assert (policy.pattern.min_customers, policy.pattern.window_days) == (3, 30)
    assert (policy.high_value.critical_from_customers, policy.infrastructure.min_accounts) == (2, 2)
    hours = policy.business_hours
    assert (hours.weekdays, hours.opens, hours.closes) == (frozenset(range(5)), time(9), time(18))
    assert (hours.timezone, hours.team_timezone) == ("account", "UTC")
    assert (policy.sla.at_risk_fraction, policy.waiting.update_intervals) == (0.8, 2)
    response = policy.response
    assert (response.high_hours, response.high_carry_hours) == (8, 4)
    assert (response.medium_min_days_left, response.medium_carry_days) == (2, 5)
    rows = [policy.cadence.of(severity) for severity in Severity]
    assert [row.unit for row in rows] == ["hours", "business_hours", "business_days"]
    assert [(row.internal, row.customer) for row in rows] == [(2, (2, 4)), (4, (4, 8)), (1, (1, 2))]
    assert (policy.brief.description_sentences, policy.brief.max_repairs) == ((3, 5), 3)


def test_every_target_has_a_team_of_its_name_and_asks_that_suit_it() -> None:
    policy = shipped_policy()
    for target in Target:
        assert policy.teams.of(target).name == target.value
        assert policy.asks.suits.of(target)
    assert [target for target in Target if policy.teams.of(target).restricted] == [Target.SECURITY]
    suited = {verb for target in Target for verb in policy.asks.suits.of(target)}
    assert suited == set(policy.asks.verbs)


@pytest.mark.parametrize(
    ("text", "verb"),
    [
        ("Investigate the root cause", "investigate"),
        ("prioritize the fix", "prioritise"),
        ("**Fix** the export", "fix"),
        ('"Decide" on it', "decide"),
        ("Please fix the export", None),
        ("Fixing the export", None),
        ("", None),
        ("  ", None),
    ],
)
@requirement("B2")
def test_b2_the_verb_of_an_ask_is_its_first_word(text: str, verb: str | None) -> None:
    assert shipped_policy().asks.verb_of(text) == verb


@pytest.mark.parametrize(
    ("arr", "tier", "answer"),
    [
        (100_000, "Business", True),
        (99_999, "Business", False),
        (0, "enterprise", True),
        (None, "Strategic", True),
        (250_000, None, True),
        (None, "Business", None),
        (5_000, None, None),
        (None, None, None),
    ],
)
@requirement("S12")
def test_s12_high_value_is_unknown_where_what_is_known_cannot_tell(
    arr: float | None, tier: str | None, answer: bool | None
) -> None:
    assert shipped_policy().high_value.includes(arr, tier) is answer


def test_sla_windows_run_on_hours_that_the_policy_states_for_all_or_for_a_tier_and_else_on_unknown_ones() -> None:
    sla = shipped_policy().sla
    assert sla.hours_of("Strategic") == "unknown"
    assert sla.model_copy(update={"round_the_clock_tiers": ("Strategic",)}).hours_of(" strategic ") == "round_the_clock"
    assert sla.model_copy(update={"clock": "business_hours"}).hours_of(None) == "business_hours"


def test_a_policy_cannot_be_changed() -> None:
    name = "min_customers"
    with pytest.raises(ValidationError):
        setattr(shipped_policy().pattern, name, 1)


@pytest.mark.parametrize(
    ("old", "new", "key", "reason"),
    [
        ("window_days = 30  ", "window_days = 0  ", "pattern.window_days", "greater than or equal to 1"),
        ("window_days = 30  ", 'window_days = "30"  ', "pattern.window_days", "valid integer"),
        ("window_days = 30  ", "window_dayz = 30  ", "pattern.window_dayz", "not a known setting"),
        ("at_risk_fraction = 0.8", "at_risk_fraction = 80", "sla.at_risk_fraction", "less than 1"),
        ("customer = [4, 8]", "customer = [8, 4]", "cadence.high.customer", "cannot exceed the second"),
        ("customer = [4, 8]", "customer = [4]", "cadence.high.customer", "is missing"),
        ("description_sentences = [3, 5]", "description_sentences = [5, 3]", "brief.description_sentences", "fewest"),
        ('team_timezone = "UTC"', 'team_timezone = "Mars"', "business_hours.team_timezone", "not a time zone"),
        ('timezone = "account"', 'timezone = "office"', "business_hours.timezone", "not a time zone"),
        ("opens = 09:00:00", "opens = 900", "business_hours.opens", "valid time"),
        ("opens = 09:00:00", "opens = 19:00:00", "business_hours", "not later than opens"),
        ('"Fri"]', '"Freitag"]', "business_hours.days", "'Fri'"),
        ('product = ["decide"', 'product = ["ponder"', "asks", "ponder is not among asks.verbs"),
        ('channel = "#l2-support"', 'channel = "l2"', "teams.l2_support.channel", "pattern"),
    ],
)
def test_a_fault_is_told_with_source_key_line_and_reason(old: str, new: str, key: str, reason: str) -> None:
    text = broken(old, new)
    with pytest.raises(PolicyError) as caught:
        load_policy(text, "policy.toml")
    sentence = next(line for line in str(caught.value).splitlines() if line.startswith(f"policy.toml: {key}"))
    assert reason in sentence
    line = text[: text.index(new)].count("\n") + 1
    if "." in key:
        assert f"(line {line})" in sentence


def test_a_missing_key_is_told_with_the_line_of_its_section() -> None:
    text = broken("critical_from_customers = 2", "# none")
    with pytest.raises(PolicyError) as caught:
        load_policy(text, "policy.toml")
    line = line_of(text, "[high_value]")
    assert str(caught.value) == f"policy.toml: high_value.critical_from_customers (line {line}): is missing."


def test_all_faults_are_told_at_once() -> None:
    with pytest.raises(PolicyError) as caught:
        load_policy("[pattern]\nmin_customers = -1\nwindow_days = 1.5\n", "p.toml")
    assert "p.toml: pattern.min_customers (line 2)" in str(caught.value)
    assert "p.toml: pattern.window_days (line 3)" in str(caught.value)
    assert "p.toml: high_value: is missing." in str(caught.value)


def test_text_that_is_no_toml_is_told_with_its_line() -> None:
    with pytest.raises(PolicyError, match=r"^p\.toml is not valid TOML: .*line 2"):
        load_policy("[pattern]\nmin_customers 3\n", "p.toml")


def test_a_workspace_overrides_the_values_it_names_and_no_others() -> None:
    policy, warnings = with_overrides(
        shipped_policy(),
        {
            "high_value_arr": 50_000,
            "high_value_tiers": ["Gold"],
            "pattern_min_customers": 5,
            "pattern_window_days": 14,
            "business_hours": "Sun-Thu 08:30-17:00 in the team timezone",
            "team_timezone": "Asia/Kathmandu",
        },
    )
    assert warnings == ()
    assert (policy.high_value.arr_usd, policy.high_value.tiers) == (50_000, ("Gold",))
    assert (policy.pattern.min_customers, policy.pattern.window_days) == (5, 14)
    hours = policy.business_hours
    assert (hours.weekdays, hours.opens, hours.closes) == (frozenset({6, 0, 1, 2, 3}), time(8, 30), time(17))
    assert (hours.timezone, hours.team_timezone) == ("team", "Asia/Kathmandu")
    assert policy.high_value.critical_from_customers == 2
    assert policy.cadence == shipped_policy().cadence
    assert shipped_policy().pattern.min_customers == 3


@pytest.mark.parametrize(
    ("text", "days"),
    [
        ("lun-ven 09:00-18:00", range(5)), ("seg-sex 09:00-18:00 America/Sao_Paulo", range(5)), ("Mo-Fr 09:00-17:00", range(5)),
        ("ma-vr 09:00-17:00", range(5)), ("月-金 09:00-18:00", range(5)), ("周一-周五 09:00-18:00", range(5)),
        ("пн-пт 09:00-18:00", range(5)), ("pon-pt 8:00-16:00", range(5)), ("L-V 9:00-17:00", range(5)),
        ("ma-to 9:00-17:00", range(4)), ("dom-gio 9:00-17:00", [6, 0, 1, 2, 3]), ("Mon to Thu 9:00-17:00", range(4)),
    ],
)  # fmt: skip
def test_days_are_read_in_the_language_that_they_are_written_in(text: str, days: Iterable[int]) -> None:
    policy, _ = with_overrides(shipped_policy(), {"business_hours": text})
    assert policy.business_hours.weekdays == frozenset(days)


def test_days_that_are_another_week_in_another_language_are_refused() -> None:
    with pytest.raises(PolicyError, match="another week in another language"):
        with_overrides(shipped_policy(), {"business_hours": "tor 9:00-17:00"})


def test_no_overrides_leave_the_policy_as_it_is() -> None:
    assert with_overrides(shipped_policy(), {}) == (shipped_policy(), ())


def test_an_unknown_key_is_a_warning_that_names_it() -> None:
    policy, warnings = with_overrides(shipped_policy(), {"high_value_ARR": 1, "pattern_window_days": 7})
    assert policy.pattern.window_days == 7
    assert len(warnings) == 1
    assert "'high_value_ARR'" in warnings[0]


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("high_value_arr", "100000"),
        ("high_value_arr", True),
        ("high_value_arr", -1),
        ("high_value_arr", None),
        ("high_value_arr", float("nan")),
        ("high_value_tiers", "Enterprise"),
        ("high_value_tiers", [""]),
        ("high_value_tiers", [1]),
        ("pattern_min_customers", 0),
        ("pattern_min_customers", 2.5),
        ("pattern_window_days", "30"),
        ("team_timezone", "Nowhere/City"),
        ("team_timezone", "../etc/passwd"),
        ("team_timezone", ""),
        ("team_timezone", 3),
        ("business_hours", None),
        ("business_hours", ""),
        ("business_hours", "always"),
        ("business_hours", "Mon-Fri nine to five"),
        ("business_hours", "Mon-Fri 9-25"),
        ("business_hours", "Mon-Fri 18:00-09:00"),
        ("business_hours", "Mon-Fri 09:00-25:00"),
        ("business_hours", "Mon-Xyz 09:00-18:00"),
        ("business_hours", "Mon-Wed-Fri 09:00-18:00"),
        ("business_hours", "Mon-Fri 09:00-18:00 in the Mars timezone"),
        ("business_hours", "Mon-Fri 09:00-18:00 in Mars"),
    ],
)
def test_a_malformed_override_is_refused_by_its_key(key: str, value: object) -> None:
    with pytest.raises(PolicyError, match=f"The workspace's policy: {key}: "):
        with_overrides(shipped_policy(), {key: value})


@pytest.mark.parametrize(
    ("text", "days", "opens", "closes", "zone"),
    [
        ("Mon-Fri 09:00-18:00", {0, 1, 2, 3, 4}, 9, 18, "account"),
        ("mon - fri 9:00 to 18:00 in the customer's time zone", {0, 1, 2, 3, 4}, 9, 18, "account"),
        ("Monday\N{EN DASH}Thursday, Sat 09:00\N{EN DASH}18:00 Europe/Berlin", {0, 1, 2, 3, 5}, 9, 18, "Europe/Berlin"),
        ("Mon, Wed 00:00-24:00 in UTC", {0, 2}, 0, 0, "UTC"),
        ("lun-ven 9h-18h", {0, 1, 2, 3, 4}, 9, 18, "account"),
        ("lun-ven 9 h - 18 h Europe/Paris", {0, 1, 2, 3, 4}, 9, 18, "Europe/Paris"),
        ("Mo-Fr 9-17 Uhr", {0, 1, 2, 3, 4}, 9, 17, "account"),
        ("Mon-Fri 9-18", {0, 1, 2, 3, 4}, 9, 18, "account"),
        ("24x7", set(range(7)), 0, 0, "account"),
        ("24/7 in the team timezone", set(range(7)), 0, 0, "team"),
    ],
)
def test_business_hours_are_read_as_people_write_them(
    text: str, days: set[int], opens: int, closes: int, zone: str
) -> None:
    policy, _ = with_overrides(shipped_policy(), {"business_hours": text})
    hours = policy.business_hours
    assert (set(hours.weekdays), hours.opens, hours.closes) == (days, time(opens), time(closes))
    assert hours.timezone == zone


def test_a_zone_is_found_by_its_name_or_not_at_all() -> None:
    zone = find_zone("Australia/Lord_Howe")
    assert zone
    assert zone.key == "Australia/Lord_Howe"
    assert [find_zone(name) for name in ("Berlin", "", "Europe", "/etc/localtime", "a\0b")] == [None] * 5


@pytest.mark.parametrize(
    ("country", "words", "code"),
    [
        ("GB", "Northern Ireland", "GB-NIR"),
        ("DE", "Sachsen-Anhalt", "DE-ST"),
        ("DE", "sachsen", "DE-SN"),
        ("AU", "Victorian", "AU-VIC"),
        ("", "Japan", "JP"),
        ("DE", "Brazilian", "BR"),
        ("", "German", "DE"),
        ("ES", "ES-AN", "ES-AN"),
        ("ES", "Sevilla", ""),
        ("BE", "belgische", "BE"),
        ("PL", "polskich", "PL"),
        ("AT", "australische", ""),
        ("NE", "nigerianische", ""),
        ("DE", "sachsen und bayern", ""),
        ("GB", "English", ""),
        ("FR", "", ""),
    ],
)
def test_a_part_of_a_country_is_known_by_its_name(country: str, words: str, code: str) -> None:
    assert place_code(country, words) == code
