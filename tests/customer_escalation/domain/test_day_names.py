"""Names of months and weekdays in every language that texts are told by."""

import pytest
from tools.make_day_names import TARGET, text

from customer_escalation.domain.day_names import (
    WEEKDAYS,
    days_around_today,
    english_day_words,
    month_names,
    short_weekday_names,
    weekday_names,
)


@pytest.mark.parametrize(
    ("name", "month"),
    [("march", 3), ("märz", 3), ("mars", 3), ("marzo", 3), ("março", 3), ("maart", 3), ("sept", 9), ("sep", 9), ("déc", 12),
     ("dez", 12), ("mrt", 3), ("luglio", 7), ("fevereiro", 2), ("augustus", 8), ("août", 8)],
)  # fmt: skip
def test_a_month_is_known_in_each_language(name: str, month: int) -> None:
    assert month_names()[name] == month


@pytest.mark.parametrize("word", ["ago", "out", "set", "gen", "mag"])
def test_an_abbreviation_that_is_an_english_word_names_no_month(word: str) -> None:
    assert word not in month_names()


@pytest.mark.parametrize(
    ("name", "day"),
    [("mittwoch", "wednesday"), ("mercredi", "wednesday"), ("miércoles", "wednesday"), ("quarta-feira", "wednesday"),
     ("mercoledì", "wednesday"), ("woensdag", "wednesday"), ("sonntag", "sunday"), ("domenica", "sunday")],
)  # fmt: skip
def test_a_weekday_is_known_in_each_language(name: str, day: str) -> None:
    assert weekday_names()[name] == day


def test_only_english_weekdays_have_short_names() -> None:
    assert short_weekday_names()["thurs"] == "thursday"
    assert set(short_weekday_names()) & {"do", "so", "ma", "mar", "dom"} == set()
    assert set(short_weekday_names().values()) == set(WEEKDAYS)


def test_the_english_words_are_no_first_names_of_other_languages() -> None:
    assert {"march", "sept", "sunday"} <= english_day_words()
    assert english_day_words() & {"mei", "juni", "mars"} == set()


def test_the_table_holds_what_the_library_says() -> None:
    assert TARGET.read_text(encoding="utf-8") == text()


@pytest.mark.parametrize(
    ("code", "word", "day"), [("it", "ieri", -1), ("pt", "ontem", -1), ("de", "übermorgen", 2), ("it", "today", 0)]
)
def test_the_days_around_today_have_words_in_each_language(code: str, word: str, day: int) -> None:
    assert days_around_today(code)[word] == day


def test_of_a_language_that_nobody_can_tell_only_the_longer_words_are_read() -> None:
    known = days_around_today("")
    assert known["yesterday"] == known["gestern"] == known["昨日"] == -1
    assert "ma" not in known
