"""An organisation's own policy: where it is found, what it changes, and how a fault in it is said."""

import json
from datetime import date
from pathlib import Path

import pytest
from tests.customer_escalation.casebook import NOW, account, affected, assessment, evidence, fact, message, ticket
from tests.customer_escalation.commands import Command
from tests.customer_escalation.scripts import CASES, answers_file, issue

from customer_escalation.decision.figures import build_case
from customer_escalation.decision.rules import Decision, decide
from customer_escalation.domain.outcomes import Outcome, Severity, Target
from customer_escalation.policy import Policy, PolicyError
from customer_escalation.policy.sources import (
    Overlay,
    approve,
    changes,
    find_overlays,
    policy_in_force,
    policy_notes,
    withheld_policy,
)
from customer_escalation.sla.calendar import BusinessCalendar, account_calendar, team_calendar
from customer_escalation.sla.week import week_words

OWN = """\
[high_value]
arr_usd = 5_000

[teams.engineering]
channel = "#eng-intake"
hours = "Mon-Fri 07:00-15:00 America/Chicago"

[business_hours]
holidays = [2026-03-05]

[levels]
E-SLA = "W"
G2 = "H"
R6 = "off"
"""
CUSTOMER = "support_platform/T-1-m1"


def own(text: str = OWN) -> Policy:
    return policy_in_force([Overlay("own.toml", text)])


def decided(policy: Policy, **facts: object) -> Decision:
    """A business customer whose ticket nobody answered in time."""
    records = evidence(
        ticket("T-1", "Harrow Mills", "2026-03-03T10:00:00Z",
               message("T-1", 1, "2026-03-03T10:00:00Z", "customer", "The nightly sync fails, we cannot work.")),
        account("A-1", "Harrow Mills", arr_usd=20_000),
    )  # fmt: skip
    case, _ = build_case(
        assessment(affected=[affected("Harrow Mills", "T-1", impact="blocked")], **facts), records, policy, NOW
    )
    return decide(case)


def test_settings_are_put_over_what_ships_and_the_rest_stays() -> None:
    names = [name for name, _, _ in changes(own())]
    assert names == [
        "business_hours.holidays", "high_value.arr_usd", "levels.E-SLA", "levels.G2", "levels.R6",
        "teams.engineering.channel", "teams.engineering.hours",
    ]  # fmt: skip
    assert list(changes(own(""))) == []


def test_a_later_policy_goes_over_an_earlier_one() -> None:
    later = Overlay("later.toml", "[high_value]\narr_usd = 9\n")
    policy = policy_in_force([Overlay("own.toml", OWN), later])
    assert (policy.high_value.arr_usd, policy.teams.engineering.channel) == (9.0, "#eng-intake")


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("[high_value]\narr_usd = -1\n", "own.toml: high_value.arr_usd (line 2)"),
        ("\n[high_valu]\narr_usd = 1\n", "own.toml: high_valu (line 2): is not a known setting"),
        ("[levels]\nG2 = 'H'\nE-NOPE = 'W'\n", "own.toml: levels.E-NOPE (line 3): is no rule"),
        ("[levels]\nP1 = 'off'\n", "own.toml: levels.P1 (line 2): is a rule that cannot be lowered"),
        ("[levels]\nG2 = 'mild'\n", "own.toml: levels.G2 (line 2)"),
        ("[teams.engineering]\nhours = 'whenever'\n", "own.toml: teams.engineering.hours (line 2)"),
        ("[teams.engineering]\nhours = 'Mon-Fri 09:00-17:00 Mars/Olympus'\n", "is not a time zone"),
        (
            "[business_hours]\n\nholidays = 'XX'\n",
            "own.toml: business_hours.holidays (line 3): 'XX' has no known holidays",
        ),
        (
            "[business_hours]\nholidays = ['DE-ZZ']\n",
            "own.toml: business_hours.holidays (line 2): 'DE-ZZ' has no known holidays",
        ),
        (
            "[business_hours]\nholidays = 'Germany'\n",
            "(line 2): 'Germany' is no code of a country; write a country such as DE",
        ),
        (
            "[business_hours]\nholidays = [5]\n",
            "own.toml: business_hours.holidays (line 2): 5 is neither a date nor a code",
        ),
        (
            "[teams.product]\nholidays = 'DE-'\n",
            "own.toml: teams.product.holidays (line 2): 'DE-' is no code of a country",
        ),
        ("[high_value\n", "own.toml is not valid TOML"),
    ],
)
def test_a_fault_is_named_with_its_place(text: str, sentence: str) -> None:
    with pytest.raises(PolicyError) as raised:
        own(text)
    assert sentence in str(raised.value)


def test_several_faults_come_in_the_order_of_the_file() -> None:
    with pytest.raises(PolicyError) as raised:
        own("[levels]\nE-NOPE = 'W'\n[high_value]\narr_usd = -1\n")
    lines = str(raised.value).splitlines()
    assert ["line 2" in lines[0], "line 4" in lines[1]] == [True, True]


def test_a_lowered_rule_no_longer_decides_and_a_changed_number_does() -> None:
    assert decided(own("")).outcome == Outcome.ESCALATE
    assert decided(own()).outcome == Outcome.HANDLE
    assert decided(own(), bug_confirmed=fact("yes", "crm/A-1")).severity == Severity.HIGH
    assert "S6" in decided(own(), bug_confirmed=fact("yes", "crm/A-1")).because


def test_a_rule_switched_off_says_so() -> None:
    firing = decided(own("[levels]\nE-SLA = 'off'\n")).firing("E-SLA")
    assert (firing.state, firing.because) == ("no", "switched off by the policy")


def test_a_team_has_its_own_hours_and_holidays_close_for_all() -> None:
    calendar = team_calendar(own(), Target.ENGINEERING)
    assert (calendar.tz.key, week_words(calendar.week)) == ("America/Chicago", "Mon-Fri 07:00-15:00")
    assert team_calendar(own(), Target.PRODUCT).tz.key == "UTC"
    assert team_calendar(own()).end_of_day(NOW.replace(day=5)).date().isoformat() == "2026-03-06"
    always = own("[teams.security]\nhours = '24x7'\n[business_hours]\nholidays = [2026-03-05]\n")
    assert team_calendar(always, Target.SECURITY).always_open


def test_public_holidays_close_by_country_or_part_of_it_and_a_day_may_be_worked_all_the_same() -> None:
    berlin = team_calendar(own("[business_hours]\nholidays = 'DE-BE'\n"))
    assert closed(berlin, "2026-03-08", "2026-12-25", "2031-05-01") == [True, True, True]
    assert closed(berlin, "2026-01-06", "2026-12-28") == [False, False]
    mixed = team_calendar(
        own("[business_hours]\nholidays = ['DE-BY', 2026-12-24, '2026-12-31']\nworked_holidays = [2026-01-06]\n")
    )
    assert closed(mixed, "2026-12-24", "2026-12-31", "2027-01-06", "2026-01-06") == [True, True, True, False]
    assert mixed.holidays.words == "the public holidays of DE-BY and 2 days of the policy"


def test_a_team_s_own_holidays_stand_in_the_place_of_everybody_s() -> None:
    policy = own(
        "[business_hours]\nholidays = 'DE-BE'\n[teams.engineering]\nholidays = 'US-IL'\n[teams.product]\nholidays = []\n"
    )
    thanksgiving, unity = "2026-11-26", "2029-10-03"
    assert closed(team_calendar(policy, Target.ENGINEERING), thanksgiving, unity) == [True, False]
    assert closed(team_calendar(policy, Target.SECURITY), thanksgiving, unity) == [False, True]
    assert closed(team_calendar(policy, Target.PRODUCT), thanksgiving, unity) == [False, False]
    assert closed(account_calendar(policy, "America/Chicago"), thanksgiving, unity) == [False, True]


def closed(calendar: BusinessCalendar, *days: str) -> list[bool]:
    """Of each day, whether it is a holiday there."""
    return [date.fromisoformat(day) in calendar.holidays for day in days]


def test_the_project_comes_over_the_user_and_a_named_file_stands_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    project = tmp_path / "project"
    for path in (tmp_path / "config/customer-escalation/policy.toml", project / ".customer-escalation/policy.toml"):
        path.parent.mkdir(parents=True)
        path.write_text("[high_value]\narr_usd = 1\n", encoding="utf-8")
    monkeypatch.setenv("CUSTOMER_ESCALATION_STATE", str(tmp_path / "state"))
    assert [overlay.scope for overlay in find_overlays(None, project)] == ["user"]
    withheld = withheld_policy(None, project)
    assert withheld is not None
    approve(withheld)
    sources = [overlay.source for overlay in find_overlays(None, project)]
    assert [Path(source).parent.name for source in sources] == ["customer-escalation", ".customer-escalation"]
    named = tmp_path / "named.toml"
    named.write_text("", encoding="utf-8")
    assert find_overlays(named, project) == (Overlay(str(named), ""),)
    with pytest.raises(PolicyError, match="cannot be read"):
        find_overlays(tmp_path / "missing.toml", project)


def test_the_command_line_uses_checks_and_shows_it(tmp_path: Path) -> None:
    command = Command(tmp_path)
    path = tmp_path / "own.toml"
    path.write_text(OWN, encoding="utf-8")
    shown = command("policy", "--policy", str(path))
    assert (shown.code, shown.err) == (0, "")
    assert "high_value.arr_usd = 5000.0 (ships as 100000.0)" in shown.out
    assert "  R6         off" in command("rules", "--policy", str(path)).out
    options = ("--no-model", "--policy", str(path), "--format", "json", "--answers", answers_file(tmp_path, "08"))
    run = command(issue("08"), "--workspace", str(CASES / "08.json"), *options)
    assert run.code in (0, 3), run.err
    assert "#eng-intake" in json.loads(run.out)["markdown"]
    path.write_text("[high_value]\narr_usd = 'lots'\n", encoding="utf-8")
    for arguments in (["policy"], ["rules"], [issue("08"), "--workspace", str(CASES / "08.json"), "--no-model"]):
        done = command(*arguments, "--policy", str(path))
        assert (done.code, done.out) == (2, "")
        assert "high_value.arr_usd (line 2)" in done.err
        assert "Traceback" not in done.err
    again = command("--resume", json.loads(run.out)["run"], "--format", "json")
    assert again.out == run.out


def test_a_brief_says_what_the_projects_policy_takes_away() -> None:
    text = '[verification]\nenabled = false\n\n[levels]\nR6 = "off"\n\n[teams.security]\nchannel = "#all"\n'
    switched, second, elsewhere = policy_notes([Overlay("policy.toml", text, "project")])
    assert switched.startswith("The project's policy switches off: ")
    assert second == "The project's policy switches off the second reading of statements."
    assert elsewhere == "The project's policy sends what is for Security to #all instead of #security-escalations."


def test_a_brief_says_where_the_projects_policy_has_things_written() -> None:
    text = (
        '[watching]\nwebhook = "https://hooks.example/x"\n[reminders]\ncalendar = "https://dav.example/y"\n'
        '[paging]\nsystem = "alertmanager"\naddress = "https://alerts.example/"\n'
    )
    assert policy_notes([Overlay("policy.toml", text, "project")]) == (
        "The project's policy has `watch` tell hooks.example.",
        "The project's policy offers reminders to the calendar of dav.example.",
        "The project's policy offers pages by alerts.example.",
    )
    assert policy_notes([Overlay("policy.toml", text, "user")]) == ()


def test_an_organisations_own_choice_to_do_without_a_verifier_is_no_note() -> None:
    assert policy_notes([Overlay("policy.toml", "[verification]\nenabled = false\n", "user")]) == ()


def test_a_brief_says_what_a_policy_lets_go_that_the_one_before_it_did_not() -> None:
    text = '[leaving]\nhosts = ["docs.ours.example"]\n\n[leaving.keeps]\nproduct = ["name", "phone"]\nengineering = ["name"]\n'
    linked, more = policy_notes([Overlay("policy.toml", text, "user")])
    assert linked == "The user's policy lets texts for customers link to docs.ours.example."
    assert more == "The user's policy lets texts for Product hold phone of customers' people."


@pytest.mark.parametrize("wrong", ['hosts = ["https://docs.ours.example"]', 'keeps = { product = ["shoe_size"] }'])
def test_what_is_no_host_and_no_kind_of_personal_data_is_named(wrong: str) -> None:
    with pytest.raises(PolicyError, match="leaving"):
        policy_in_force([Overlay("policy.toml", f"[leaving]\n{wrong}\n", "named")])
