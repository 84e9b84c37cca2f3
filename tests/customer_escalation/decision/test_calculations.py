"""Arithmetic that a writer asks for: done exactly, from cited numbers and moments alone, and refused with the reason otherwise."""

from datetime import time
from zoneinfo import ZoneInfo

import pytest
from tests.customer_escalation.casebook import NOW, account, affected, assessment, evidence, message, policy, ticket

from customer_escalation.decision.figures import build_case
from customer_escalation.decision.figures.calculations import MOST_CALCULATIONS, BusinessHours, calculated
from customer_escalation.domain.facts import Calculation
from customer_escalation.policy.holidays import DaysOff
from customer_escalation.sla.calendar import BusinessCalendar
from customer_escalation.sla.week import Span, same_hours

KNOWN = evidence(
    ticket("T-1", "Harrow Mills", "2026-03-02T09:00:00Z",
           message("T-1", 1, "2026-03-02T09:00:00Z", "customer",
                   "We pay 3,065.60 a month and 36 787.20 a year. At 13:00 we lost 412 rows, 1.940 of 2.911 h. "
                   "Due 20 March, or on 31 July; since 1 September 2024."),
           message("T-1", 2, "2026-03-03T10:30:00Z", "agent", "I will write by noon.")),
)  # fmt: skip
T, M1, M2 = ("support_platform/T-1", "support_platform/T-1-m1", "support_platform/T-1-m2")


def WEEKDAYS(records: object) -> BusinessHours:  # noqa: N802 - a value to the tests
    return BusinessHours(
        BusinessCalendar(same_hours(range(5), Span(time(9), time(17))), ZoneInfo("UTC"), DaysOff()), "Mon-Fri 9-17"
    )


def figure(expression: str, *cites: str, zone: str = "UTC") -> str:
    asked = Calculation(label="what it is", expression=expression, cites=list(cites or (T,)))
    [found] = calculated([asked], KNOWN, ZoneInfo(zone), NOW, {}, WEEKDAYS)
    assert (found.ref, found.label) == ("figures/calc.1", "what it is")
    return found.text


@pytest.mark.parametrize(
    ("expression", "told"),
    [
        ("2 * 3065.60", "6,131.20 (2 * 3065.60)"),
        ("2 * 3,065.60", "6,131.20 (2 * 3065.60)"),
        ("36787.20 * (100 - 25) / 100", "27,590.40 (36787.20 * (100 - 25) / 100)"),
        ("36787.20 * 25 %", "9,196.80 (36787.20 * 25 %)"),
        ("412 - 41", "371 (412 - 41)"),
        ("2911 - 1940", "971 (2911 - 1940)"),
        ("2.911 - 1.940", "971 (2911 - 1940)"),
        ("2026-03-20 - 2026-03-02", "18 days (2026-03-02 00:00 UTC to 2026-03-20 00:00 UTC)"),
        ("2026-03-20 - now", "16 days by the calendar; 15 days (2026-03-04 12:00 UTC to 2026-03-20 00:00 UTC)"),
        ("2026-07-31 - 2026-03-20", "133 days (2026-03-20 00:00 UTC to 2026-07-31 00:00 UTC)"),
        ("2026-07-30 - 2026-03-20", "not computed: 2026-07-30 stands in no cited record"),
        ("2024-09-01 + 24 months", "2026-09-01 00:00 UTC (2024-09-01 00:00 UTC + 24 months)"),
        ("2026-07-31 - 1 month", "2026-06-30 00:00 UTC (2026-07-31 00:00 UTC - 1 month)"),
        ("2026-07-31 + 2 weeks", "2026-08-14 00:00 UTC (2026-07-31 00:00 UTC + 2 weeks)"),
        ("2026-03-04 + 1 year", "2027-03-04 00:00 UTC (2026-03-04 00:00 UTC + 1 year)"),
        ("now + 9000 years", "not computed: the result lies beyond all calendars"),
        ("now + 4 hours", "2026-03-04 16:00 UTC (2026-03-04 12:00 UTC + 4 hours)"),
        ("now - 20 min", "2026-03-04 11:40 UTC (2026-03-04 12:00 UTC - 20 min)"),
        ("now + 3 months", "2026-06-04 12:00 UTC (2026-03-04 12:00 UTC + 3 months)"),
        ("-5 + 12", "7 (-5 + 12)"),
        ("2026-03-02T09:00Z + 72 h", "2026-03-05 09:00 UTC (2026-03-02 09:00 UTC + 72 h)"),
        ("2026-03-03T10:30:00Z - 1.5 d", "2026-03-01 22:30 UTC (2026-03-03 10:30 UTC - 1.5 d)"),
        ("2026-03-02T13:00Z + 3 h", "2026-03-02 16:00 UTC (2026-03-02 13:00 UTC + 3 h)"),
        ("2026-03-02T07:00-06:00 + 3 h", "2026-03-02 16:00 UTC (2026-03-02 13:00 UTC + 3 h)"),
        ("2026-03-03T12:00Z + 1 h", "2026-03-03 13:00 UTC (2026-03-03 12:00 UTC + 1 h)"),
        ("now - 2026-03-02T09:00Z", "2 days 3 h, or 51 h (2026-03-02 09:00 UTC to 2026-03-04 12:00 UTC)"),
        (
            "now - 2026-03-02T09:00Z - 36 h - 1.25 h",
            "13 h 45 min (2026-03-02 09:00 UTC to 2026-03-04 12:00 UTC - 36 h - 1.25 h)",
        ),
        ("2026-03-02T09:00Z + 72 h - now", "21 h (2026-03-04 12:00 UTC to 2026-03-05 09:00 UTC)"),
        (
            "now + 6 business h - now - 30 min",
            "21 h 30 min (2026-03-04 12:00 UTC to 2026-03-05 10:00 UTC - 30 min, Mon-Fri 9-17)",
        ),
        ("now + 4 h", "2026-03-04 16:00 UTC (2026-03-04 12:00 UTC + 4 h)"),
        ("now + 4 h + 1 day - 30 min", "2026-03-05 15:30 UTC (2026-03-04 12:00 UTC + 4 h + 1 day - 30 min)"),
        ("now + 4 h + (3065.61 - 3000) h", "not computed: 3065.61 stands in no cited record"),
        ("2026-03-02T09:00Z + 412 / 8 h", "2026-03-04 12:30 UTC (2026-03-02 09:00 UTC + 412 / 8 h)"),
        ("2026-03-02T09:00Z + (1 + 2) * 2 h", "2026-03-02 15:00 UTC (2026-03-02 09:00 UTC + (1 + 2) * 2 h)"),
        ("now + 6 business h", "2026-03-05 10:00 UTC (2026-03-04 12:00 UTC + 6 business h, Mon-Fri 9-17)"),
        (
            "now + 1 day + 8 business hours",
            "2026-03-06 12:00 UTC (2026-03-04 12:00 UTC + 1 day + 8 business hours, Mon-Fri 9-17)",
        ),
        (
            "2026-03-06T16:00Z + 2 business h",
            "2026-03-09 10:00 UTC (2026-03-06 16:00 UTC + 2 business h, Mon-Fri 9-17)",
        ),
        ("now - 6 business h", "not computed: business hours are only counted forward"),
        ("now + 99999999 business h", "not computed: at most 10,000 business hours are counted"),
        ("2026-03-09T19:00Z + 72 h", "2026-03-12 19:00 UTC (2026-03-09 19:00 UTC + 72 h)"),
        ("2026-03-20 + 30 d", "2026-04-19 00:00 UTC (2026-03-20 00:00 UTC + 30 d)"),
        (
            "2026-03-03T10:30Z - 2026-03-02T09:00Z",
            "1 day 1 h, or 25 h 30 min (2026-03-02 09:00 UTC to 2026-03-03 10:30 UTC)",
        ),
    ],
)
def test_what_can_be_computed_is(expression: str, told: str) -> None:
    assert figure(expression) == told


def test_a_contracts_hour_near_now_is_a_moment_of_its_record() -> None:
    case = evidence(account("A-1", "Harrow Mills", notes="Mon-Fri 07:00-19:00"))
    for stamp, told in (
        ("2026-03-04T07:00Z", "5 h ("),
        ("2025-03-04T07:00Z", "not computed"),
        ("2026-03-04T05:00Z", "not computed"),
    ):
        asked = Calculation(label="since it opened", expression=f"now - {stamp}", cites=["crm/A-1"])
        [found] = calculated([asked], case, ZoneInfo("UTC"), NOW, {}, WEEKDAYS)
        assert found.text.startswith(told)


def test_times_are_told_on_the_clock_that_is_asked_for() -> None:
    assert figure("2026-03-02T09:00Z + 72 h", zone="Asia/Tokyo").startswith("2026-03-05 18:00 Asia/Tokyo (09:00 UTC) (")


@pytest.mark.parametrize(
    ("expression", "reason"),
    [
        ("2 * 3066", "3066 stands in no cited record"),
        ("413 - 1", "413 stands in no cited record"),
        ("2026-02-09T19:00Z + 72 h", "2026-02-09T19:00Z stands in no cited record"),
        ("2026-03-03T07:00-05:00 + 72 h", "2026-03-03T07:00-05:00 stands in no cited record"),
        ("2026-03-03T18:00-05:00 + 72 h", "2026-03-03T18:00-05:00 stands in no cited record"),
        ("2027-03-09T13:00Z + 72 h", "2027-03-09T13:00Z stands in no cited record"),
        ("2026-03-02T09:00 + 72 h", "2026-03-02T09:00 is no moment with its offset"),
        ("2026-03-02T09:00Z - 2026-03-03T10:30Z", "the first moment is the earlier one"),
        ("now - 2026-03-02T09:00Z - 3 d", "more is taken away than lies between"),
        ("now - 2026-03-02T09:00Z - 1 month", "months and years are no lengths"),
        ("now - 2026-03-02T09:00Z - 9999999999999 d", "the result lies beyond all calendars"),
        ("2026-03-02T09:00Z + 9999999999 d", "the result lies beyond all calendars"),
        ("412 / 0", "it divides by zero"),
        ("2026-03-02T09:00Z + 413 / 8 h", "413 stands in no cited record"),
        ("2026-03-02T09:00Z + 412 / 0 h", "it divides by zero"),
        ("*".join(["99"] * 60), "the result has too many digits"),
        ("412 ** 9", "it can only add"),
        ("__import__('os')", "it can only add"),
        ("412 if 1 else 2", "it can only add"),
        ("(" * 150 + "1" + ")" * 40, "it can only add"),
        ("1 + " * 60 + "1", "it has more than 200 characters"),
        ("", "it can only add"),
    ],
)
def test_what_cannot_be_computed_says_why(expression: str, reason: str) -> None:
    assert figure(expression).startswith(f"not computed: {reason}")


@pytest.mark.parametrize(
    ("expression", "told"),
    [
        ("7783.9 - 31.4", "7,752.50 (7783.9 - 31.4)"),
        ("7.783,9 - 31,4", "7,752.50 (7783.9 - 31.4)"),
        ("31,4 * 0,36", "11.30 (31.4 * 0.36)"),
    ],
)
def test_numbers_may_be_written_with_a_comma(expression: str, told: str) -> None:
    said = "Gespeichert wurden 7.783,9 kWh statt 31,4 kWh zu 0,36 Euro."
    case = evidence(
        ticket(
            "T-2", "Harrow Mills", "2026-03-02T09:00:00Z", message("T-2", 1, "2026-03-02T09:00:00Z", "customer", said)
        )
    )
    asked = Calculation(label="energy", expression=expression, cites=["support_platform/T-2"])
    [found] = calculated([asked], case, ZoneInfo("UTC"), NOW, {}, WEEKDAYS)
    assert found.text == told


def test_a_calculation_may_build_on_an_earlier_one_and_rests_on_what_that_does() -> None:
    asked = [
        Calculation(label="due", expression="2026-03-02T09:00Z + 72 h", cites=[M1]),
        Calculation(label="left", expression="2026-03-05T09:00Z - now", cites=[T]),
        Calculation(label="double", expression="2 * 3065.60", cites=[M1]),
        Calculation(label="more", expression="6131.20 + 12", cites=[M2]),
        Calculation(label="of nothing", expression="6131.21 + 12", cites=[M2]),
    ]
    found = list(calculated(asked, KNOWN, ZoneInfo("UTC"), NOW, {}, WEEKDAYS))
    assert found[1].text == "21 h (2026-03-04 12:00 UTC to 2026-03-05 09:00 UTC)"
    assert set(found[1].inputs) == {T, M1}
    assert (found[3].text, found[3].inputs) == ("6,143.20 (6131.20 + 12)", (M2, M1))
    assert found[4].text == "not computed: 6131.21 stands in no cited record"


def test_a_number_may_stand_behind_another() -> None:
    said = "Behind: partition 11 412,300, partition 14 188,950."
    case = evidence(
        ticket("T-2", "Harrow Mills", "2026-03-02T09:00:00Z", message("T-2", 1, "2026-03-02T09:00:00Z", "agent", said))
    )
    asked = Calculation(label="behind", expression="412,300 + 188950", cites=["support_platform/T-2"])
    [found] = calculated([asked], case, ZoneInfo("UTC"), NOW, {}, WEEKDAYS)
    assert found.text == "601,250 (412300 + 188950)"


def test_more_than_can_be_done_at_once_is_said() -> None:
    asked = [Calculation(label="one", expression="1 + 1", cites=[T])] * (MOST_CALCULATIONS + 1)
    texts = [found.text for found in calculated(asked, KNOWN, ZoneInfo("UTC"), NOW, {}, WEEKDAYS)]
    assert texts[:-1] == ["2 (1 + 1)"] * MOST_CALCULATIONS
    assert texts[-1] == f"not computed: only the first {MOST_CALCULATIONS} are"


def test_a_number_of_another_record_does_not_count() -> None:
    assert figure("2 * 3065.60", M2).startswith("not computed: 3065.60 stands in no cited record")


def test_the_moments_behind_a_figure_count() -> None:
    asked = [{"label": "later", "expression": "2026-03-03T10:30Z + 8 h", "cites": ["figures/T-1.last_reply"]}]
    stated = assessment(affected=[affected("Harrow Mills", "T-1")], calculations=asked)
    _, figures = build_case(stated, KNOWN, policy(), NOW)
    assert figures["figures/calc.1"].text.startswith("2026-03-03 18:30 UTC")
    assert M2 in figures["figures/calc.1"].inputs


def test_calculations_are_figures_of_the_case() -> None:
    asked = [{"label": "two months", "expression": "2 * 3065.60", "cites": [M1]}]
    _, figures = build_case(
        assessment(affected=[affected("Harrow Mills", "T-1")], calculations=asked), KNOWN, policy(), NOW
    )
    assert figures["figures/calc.1"].text == "6,131.20 (2 * 3065.60)"
    assert figures["figures/calc.1"].inputs == (M1,)
