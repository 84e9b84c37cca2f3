"""What is written in a language whose words nobody here knows: numbers, days and names in words are unknown there, not missing."""

from datetime import date

import pytest
from tests.customer_escalation.casebook import NOW, evidence, message, policy, ticket
from tests.customer_escalation.drafts import escalation, facts, records

from customer_escalation.cases.session import Casework
from customer_escalation.domain.draft import EscalationDraft
from customer_escalation.domain.facts import Assessment
from customer_escalation.domain.language import OTHER, language_or_other
from customer_escalation.review.grounding.atoms import find_atoms
from customer_escalation.review.missing import atoms_missing
from customer_escalation.review.passages import Claim, claims
from customer_escalation.review.sources import Sources

POLISH = (
    "Dzień dobry, od 8 listopada nie działa synchronizacja nocna. Pierwszego dnia zatrzymała się po sześciu godzinach, drugiego po "
    "dwóch. Sprawdziliśmy wszystkie ustawienia z instrukcji i nic się nie zmieniło. W sobotę mamy audyt i bez tych danych nie możemy "
    "go zacząć, proszę o szybką odpowiedź. Tomasz Wilk"
)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("8 listopada", "----11-08"), ("19. maj", "----05-19"), ("6. listopadu 2026", "2026-11-06"), ("3. marraskuuta", "----11-03"),
        ("le 27 et le 29 octobre", "----10-27"), ("mar. 2 nov.", "----11-02"), ("17 y 19 de mayo", "----05-17"),
        ("5月13日", "----05-13"), ("2027年5月28日", "2027-05-28"), ("5월 13일", "----05-13"), ("DTSTART:20270528", "2027-05-28"),
    ],
)  # fmt: skip
def test_days_and_months_are_read_as_people_write_them(text: str, value: str) -> None:
    assert value in [atom.value for atom in find_atoms(f"It was {text}") if atom.kind == "date"]


def test_a_number_of_eight_digits_that_is_no_day_is_a_number() -> None:
    assert [atom.kind for atom in find_atoms("They lost 20271358 rows")] == ["number"]


def test_a_text_long_enough_in_none_of_the_known_languages_is_in_another() -> None:
    assert language_or_other(POLISH) == OTHER
    assert language_or_other("Dzień dobry.") is None
    assert language_or_other("The nightly sync fails for us and we have to wait for it.") == "English"


@pytest.mark.parametrize(
    ("sentence", "missing"),
    [
        ("It stopped after six hours on the first day and after two on the second.", []),
        ("Their audit is on Saturday.", []),
        ("It stopped at 9,731 rows.", ["9,731"]),
        ("It began on 9 October.", ["9 October"]),
        ("It began on 8 November.", []),
    ],
)
def test_what_a_record_may_say_in_words_of_its_own_language_is_not_called_missing(
    sentence: str, missing: list[str]
) -> None:
    text = message("T-9", 1, "2026-11-09T08:00:00Z", "customer", POLISH, "t.wilk")
    sources = Sources(evidence(ticket("T-9", "Wilk", "2026-11-09T08:00:00Z", text)), {}, frozenset())
    claim = Claim("description", sentence, "fact", ("support_platform/T-9-m1",), "receiver")
    assert [atom.atom for atom in atoms_missing(claim, sources)] == missing


def test_each_passage_is_held_to_the_language_that_it_is_in() -> None:
    page = (
        "Alle Zeiten sind Lissaboner Zeit, und keine Unterlage nennt eine andere. Keine Unterlage sagt, wer am Freitag da ist, und wir "
        "haben auch sonst nichts gefunden, das es sagt."
    )
    draft = EscalationDraft.model_validate(escalation(sender=page))
    spoken = {claim.where: claim.language for claim in claims(draft) if claim.where in ("sender", "description")}
    assert spoken == {"sender": "German", "description": "English"}
    work = Casework(records(), policy(), NOW)
    assert work.assess(Assessment.model_validate(facts())) == []
    assert [one.message for one in work.submit(draft).findings if one.where == "sender"] == []


@pytest.mark.parametrize(
    ("context", "faults"),
    [
        (f"{POLISH} Prosimy, aby odpowiedź dotarła do Lecha Zawilca jeszcze dziś, bo czeka na nią od rana.", 0),
        (
            "Please see to it that the answer gets to Lech Zawilec today, because he has been waiting for it all morning.",
            1,
        ),
    ],
)
def test_a_name_that_a_language_inflects_is_not_called_wrong(context: str, faults: int) -> None:
    work = Casework(records(), policy(), NOW)
    assert work.assess(Assessment.model_validate(facts())) == []
    draft = EscalationDraft.model_validate(escalation(context=f"{context} [[support_platform/T-101-m1]]"))
    found = [one for one in work.submit(draft).findings if one.where == "context" and "Lech" in one.message]
    assert len(found) == faults


def test_wording_that_an_ask_proposes_is_no_quotation_of_a_record() -> None:
    work = Casework(records(), policy(), NOW)
    assert work.assess(Assessment.model_validate(facts())) == []
    asked = {
        **escalation()["asks"][0],
        "text": "**Engineering, by noon:** tell them “please restore nothing from the old copy”.",
    }
    review = work.submit(EscalationDraft.model_validate(escalation(asks=[asked])))
    assert {one.level for one in review.findings if "restore nothing" in one.message} == {"W"}


@pytest.mark.parametrize(
    ("sentence", "missing"),
    [
        ("20·21일(화)에 정합니다.", []),
        ("12월 27일 이후를 19일까지 정합니다.", ["19"]),
        ("20일간 기다렸습니다.", ["20"]),
        ("영업이 “6개월 무상 연장”이라고 말했습니다.", []),
        ("영업이 “9개월 무상 연장”이라고 말했습니다.", ["“9개월 무상 연장”"]),
    ],
)
def test_days_and_quotations_in_a_script_that_hangs_endings_on_words(sentence: str, missing: list[str]) -> None:
    text = message(
        "T-9", 1, "2026-12-09T08:00:00Z", "customer", "6개월 무상 연장된다고 12월 20일, 12월 27일에 들었습니다.", "kim"
    )
    sources = Sources(
        evidence(ticket("T-9", "Kim", "2026-12-09T08:00:00Z", text)),
        {},
        frozenset(),
        coming=(date(2026, 12, 20), date(2026, 12, 21)),
    )
    claim = Claim("description", sentence, "fact", ("support_platform/T-9-m1",), "receiver")
    assert [atom.atom for atom in atoms_missing(claim, sources)] == missing


@pytest.mark.parametrize(
    ("sentence", "missing"),
    [
        ("Im August 3 s, jetzt 28 bis 32 s.", []),
        ("Im August 3 s, jetzt 28 bis 34 s.", ["28 bis 34 s"]),
        ("Im August 3 min.", ["3 min"]),
        ("Es begann am 17.10. und blieb so.", []),
        ("Es begann am 16.10. und blieb so.", ["16.10"]),
    ],
)
def test_german_seconds_and_days_are_those_of_the_record(sentence: str, missing: list[str]) -> None:
    said_ = "Im August waren es 3 Sekunden, seit gestern 28, 30 oder 32 Sekunden."
    text = message("T-9", 1, "2028-10-18T08:00:00Z", "customer", said_, "a.fehse")
    sources = Sources(
        evidence(ticket("T-9", "Fehse", "2028-10-18T08:00:00Z", text)), {}, frozenset(), language="German"
    )
    claim = Claim("description", sentence, "fact", ("support_platform/T-9-m1",), "receiver", language="German")
    assert [atom.atom for atom in atoms_missing(claim, sources)] == missing


@pytest.mark.parametrize(
    ("sentence", "missing"),
    [
        ("Il attend depuis le 7 à 16:02.", []),
        ("Il attend depuis le 8 à 16:02.", ["8"]),
        ("Il a échoué 8 fois.", ["8"]),
    ],
)
def test_a_day_by_its_number_before_a_time_is_one_on_which_something_lies(sentence: str, missing: list[str]) -> None:
    text = message("T-9", 1, "2020-10-07T16:02:00Z", "agent", "Nous regardons cela.", "ines")
    sources = Sources(
        evidence(ticket("T-9", "Hydro", "2020-10-07T16:02:00Z", text)), {}, frozenset(), language="French"
    )
    claim = Claim("description", sentence, "fact", ("support_platform/T-9-m1",), "receiver", language="French")
    assert [atom.atom for atom in atoms_missing(claim, sources)] == missing
