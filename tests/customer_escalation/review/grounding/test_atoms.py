"""What is an atom, of which kind, and in which comparable form."""

from decimal import Decimal

import pytest

from customer_escalation.review.grounding import find_atoms
from customer_escalation.review.grounding.figures import scaled, worded
from customer_escalation.review.grounding.kinds.durations import unit


def atoms(text: str) -> list[tuple[str, str]]:
    return [(atom.kind, atom.value) for atom in find_atoms(text)]


@pytest.mark.parametrize(
    ("text", "kind", "value"),
    [
        ("It stops after 4,000 rows.", "number", "4000"),
        ("It is 2.3x slower.", "number", "2.3"),
        ("About 191k rows arrived.", "number", "191000"),
        ("The account stands at 1.15M.", "number", "1150000"),
        ("There are seventy-four vehicles.", "number", "74"),
        ("Two hundred and fifty rows are missing.", "number", "250"),
        ("It failed a dozen times.", "number", "12"),
        ("They pay $58k.", "money", "58000"),
        ("They pay 58,000 USD.", "money", "58000"),
        ("They pay USD 58,000.", "money", "58000"),
        ("They pay fifty thousand dollars.", "money", "50000"),
        ("They pay $1.2 million.", "money", "1200000"),
        ("It fails in 6.1 % of the calls.", "percent", "6.1"),
        ("It fails in ninety percent of the calls.", "percent", "90"),
        ("Since 2026-08-03 it fails.", "date", "2026-08-03"),
        ("Since 3 August 2026 it fails.", "date", "2026-08-03"),
        ("Renueva el 03-08-2026 y ya.", "date", "2026-08-03"),
        ("Since August 3rd, 2026 it fails.", "date", "2026-08-03"),
        ("Since the 3rd of August it fails.", "date", "----08-03"),
        ("Seit dem 3. August it fails.", "date", "----08-03"),
        ("Sinds 3 maart 2026 it fails.", "date", "2026-03-03"),
        ("Dal 3 luglio it fails.", "date", "----07-03"),
        ("Desde 3 de fevereiro it fails.", "date", "----02-03"),
        ("Since September 2025 it fails.", "date", "2025-09"),
        ("Since 2025-09 it fails.", "date", "2025-09"),
        ("It fails since April.", "date", "----04"),
        ("It fails since mid-May.", "date", "----05"),
        ("At 08:10 it fails.", "time", "08:10"),
        ("At 8:10 pm it fails.", "time", "20:10"),
        ("At 3pm it fails.", "time", "15:00"),
        ("At 08:10: it fails.", "time", "08:10"),
        ("本日10時41分に確認しました。", "time", "10:41"),
        ("午後5時半まで", "time", "17:30"),
        ("17時までに返します。", "time", "17:00"),
        ("下午5点20分开始。", "time", "17:20"),
        ("上午9点开始。", "time", "09:00"),
        ("오후 5시 30분까지", "time", "17:30"),
        ("At 6 in the evening it fails.", "time", "18:00"),
        ("At 6 o’clock it fails.", "time", "06:00"),
        ("At 12 am it fails.", "time", "00:00"),
        ("At half past three it fails.", "time", "03:30"),
        ("At quarter to nine it fails.", "time", "08:45"),
        ("They need it by Tuesdays.", "weekday", "tuesday"),
        ("Da martedì it fails.", "weekday", "tuesday"),
        ("Desde quinta-feira it fails.", "weekday", "thursday"),
        ("The Sat file is short.", "weekday", "saturday"),
        ("It takes 24 minutes.", "duration", "24 minute"),
        ("There is a 21-minute timeout.", "duration", "21 minute"),
        ("It took 1448752ms.", "duration", "1448752 ms"),
        ("They wait three business days.", "duration", "3 day"),
        ("It took half an hour.", "duration", "0.5 hour"),
        ("It took a fortnight.", "duration", "14 day"),
        ("Since v0.60.12 it fails.", "version", "0.60.12"),
        ("Since 2026.20 it fails.", "version", "2026.20"),
        ("See QP-773 for more.", "id", "qp-773"),
        ("It is in #eng-oncall.", "id", "#eng-oncall"),
        ("The code is SAML_SIG_21.", "id", "saml_sig_21"),
        ("The request is req_8fd1a77e02.", "id", "req_8fd1a77e02"),
        ("It calls /v2/metrics/query often.", "address", "/v2/metrics/query"),
        ("It comes from files.example.com today.", "address", "files.example.com"),
        ("See src/utils/downloads.py for it.", "address", "src/utils/downloads.py"),
        ("Write to ops@example.org now.", "address", "ops@example.org"),
    ],
)
def test_each_kind(text: str, kind: str, value: str) -> None:
    assert atoms(text) == [(kind, value)]


@pytest.mark.parametrize(
    "text",
    [
        "The sync fails and nobody knows why.",
        "One of them may know.",
        "First the cache, then the second one.",
        "They add/remove users and update names/emails.",
        "It is covered 24/7 and 24x7.",
        "It may march on.",
        "Today the customers' data and the agents' notes are complete.",
    ],
)
def test_words_that_carry_no_figure_are_no_atoms(text: str) -> None:
    assert atoms(text) == []


def test_lists_and_ranges_are_taken_apart() -> None:
    assert atoms("Retries come after 1, 5 and 30 minutes.") == [
        ("duration", "1 minute"), ("duration", "5 minute"), ("duration", "30 minute"),
    ]  # fmt: skip
    assert atoms("It takes 8-10 weeks.") == [("duration", "8 week"), ("duration", "10 week")]
    assert atoms("It failed on 18 and 19 November.") == [("date", "----11-18"), ("date", "----11-19")]
    assert atoms("Rows 200-300 are missing.") == [("number", "200"), ("number", "300")]


def test_a_timestamp_is_a_date_and_a_time() -> None:
    assert atoms("It came at 2026-08-03T08:10:00Z.") == [("date", "2026-08-03"), ("time", "08:10")]


def test_a_digit_in_a_more_specific_atom_is_not_counted_again() -> None:
    assert [kind for kind, _ in atoms("On 3 August QP-773 cost $58k in 0.60.12.")] == ["date", "money", "version", "id"]


def test_about_makes_a_figure_approximate() -> None:
    about = {
        atom.text: atom.approximate for atom in find_atoms("About 190 rows, roughly 24 minutes, but exactly 7 files.")
    }
    assert about == {"190": True, "24 minutes": True, "7": False}


def test_a_rounded_figure_knows_its_last_digit() -> None:
    steps = [atom.step for atom in find_atoms("They have 191k and 1.15M and 500.")]
    assert steps == [Decimal(1000), Decimal(10_000), Decimal(0)]


def test_markdown_is_no_part_of_an_atom() -> None:
    assert atoms("**4,000** rows, *two* files and __three__ runs") == [
        ("number", "4000"),
        ("number", "2"),
        ("number", "3"),
    ]
    assert atoms("1. Open it.\n2) Close it.\n- Wait 3 h.") == [("duration", "3 h")]


def test_a_code_span_in_a_quotation_belongs_to_the_quotation() -> None:
    assert atoms("It says “Add `proxy_set_header Host $http_host;` to the block”.") == [
        ("quote", "Add `proxy_set_header Host $http_host;` to the block")
    ]


def test_a_quotation_in_a_code_span_belongs_to_the_code() -> None:
    assert atoms("Run `sed -n '278,301p' a.py` on it.") == [("code", "sed -n '278,301p' a.py")]
    assert atoms("Run ``echo `date` `` now.") == [("code", "echo `date` ")]


@pytest.mark.parametrize(
    ("text", "inner"),
    [
        ("He wrote “it is ‘broken’ again”.", "it is ‘broken’ again"),
        ("He wrote “it is “really” broken”.", "it is “really” broken"),
        ("He wrote ‘the “new” one’.", "the “new” one"),
        ('He wrote "it isn\'t ours".', "it isn't ours"),
        ("He wrote 'it isn't ours'.", "it isn't ours"),
        ("Er schrieb „es geht nicht“.", "es geht nicht"),
        ("Il a écrit « rien ne va ».", " rien ne va "),
    ],
)
def test_the_outer_quotation_is_taken_whole(text: str, inner: str) -> None:
    assert atoms(text) == [("quote", inner)]


def test_figures_in_a_quotation_are_checked_with_it_and_not_again() -> None:
    assert [kind for kind, _ in atoms("They say “4,000 of 9,500 rows on 3 August”.")] == ["quote"]


@pytest.mark.parametrize(
    ("words", "value"),
    [("two", 2), ("twenty-four", 24), ("a hundred", 100), ("three hundred and one", 301), ("two thousand five", 2005),
     ("three hundred thousand", 300_000), ("one million", 1_000_000)],
)  # fmt: skip
def test_numbers_in_words(words: str, value: int) -> None:
    assert worded(words) == value


def test_scales_and_units() -> None:
    assert scaled("191,348") == 191_348
    assert scaled("2.3", "M") == 2_300_000
    assert [unit(word) for word in ("Minutes", "hrs", "ms", "s", "Stunden", "Tage")] == [
        "minute", "hr", "ms", "s", "stunde", "tag",
    ]  # fmt: skip
    with pytest.raises(ValueError, match="no unit of time"):
        unit("parsecs")


@pytest.mark.parametrize("text", ["17時間以内", "この時点で", "有3点要求", "5시간 안에"])
def test_hours_of_length_and_points_are_no_times_of_day(text: str) -> None:
    assert "time" not in [kind for kind, _ in atoms(text)]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Due 6 April 17:10 and 7 April 19:40.", ["----04-06", "17:10", "----04-07", "19:40"]),
        ("It came on April 6 and 17:10 was too late.", ["----04-06", "17:10"]),
        ("Am 10. und 12. April.", ["----04-10", "----04-12"]),
    ],
)
def test_a_time_before_a_day_is_no_day_of_it(text: str, found: list[str]) -> None:
    assert sorted(value for kind, value in atoms(text) if kind in ("date", "time", "number")) == sorted(found)


@pytest.mark.parametrize(("text", "time"), [("à 14 h 00", "14:00"), ("às 17h30", "17:30")])
def test_a_time_of_day_may_be_written_with_an_h_and_a_duration_is_none(text: str, time: str) -> None:
    assert [(atom.kind, atom.value) for atom in find_atoms(text)] == [("time", time)]
    assert {atom.kind for atom in find_atoms("1 h 10 min of 4 h")} == {"duration"}


@pytest.mark.parametrize(
    ("text", "days"),
    [
        ("Jag har kontrollerat 24 och 26 oktober.", ["----10-24", "----10-26"]),
        ("Sprawdziłem 24 i 26 października.", ["----10-24", "----10-26"]),
        ("24, 25 och 26 oktober", ["----10-24", "----10-25", "----10-26"]),
        ("On October 24 and 26, both.", ["----10-26", "----10-24"]),
        ("On October 24 and 26 users called.", ["----10-24"]),
        ("In version 3, 24 October is missing.", ["----10-24"]),
        ("2 of 24 October's rows", ["----10-24"]),
    ],
)
def test_days_of_one_month_are_joined_by_a_word_of_any_language(text: str, days: list[str]) -> None:
    assert [value for kind, value in atoms(text) if kind == "date"] == days


@pytest.mark.parametrize("text", ["15 de marzo", "le 15 se termine", "15 de"])
def test_a_little_word_behind_a_number_is_no_unit(text: str) -> None:
    assert not [value for kind, value in atoms(text) if kind == "duration"]


def test_a_number_before_a_comma_is_none_of_a_duration_unless_a_list_ends_there() -> None:
    assert atoms("Lot 212, 1 h 30 min later.") == [("duration", "1 h"), ("duration", "30 min"), ("number", "212")]
    assert [value for _, value in atoms("After 5, 10 and 30 minutes.")] == ["5 minute", "10 minute", "30 minute"]


def test_single_quotation_marks_end_before_an_ending_that_hangs_on_them() -> None:
    text = "'재고실사'로도 '5월재고실사표'가 나오지 않습니다."
    assert [value for kind, value in atoms(text) if kind == "quote"] == ["재고실사", "5월재고실사표"]
    assert [value for kind, value in atoms("They say 'it's the client's own' here.") if kind == "quote"] == [
        "it's the client's own"
    ]


def test_a_moment_with_hyphens_in_a_name_leaves_no_id_behind() -> None:
    assert atoms("Seen on RELEASE.2025-04-16T18-13-26Z.") == [("date", "2025-04-16")]


def test_a_name_behind_a_time_is_no_month() -> None:
    assert [kind for kind, _ in atoms("From 10:30 Jan takes over.")] == ["time"]
