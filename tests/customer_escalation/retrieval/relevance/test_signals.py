"""Facts recognised by pattern: what carries a signal, and what denies or asks it."""

import pytest
from tests.customer_escalation.casebook import evidence, message, ticket

from customer_escalation.domain.evidence import Evidence
from customer_escalation.drafting.details import environment, frequency
from customer_escalation.retrieval.relevance.signals import carries


@pytest.mark.parametrize(
    ("signal", "sentence"),
    [
        ("bug_confirmed", "Ich konnte es nachstellen, drei von drei Läufen."),
        ("bug_confirmed", "I get 3 of 9 myself."),
        ("data_harmed", "Since the import all our accents are garbled."),
        ("exposure", "My bookmark opens a ledger that is not ours."),
        ("exposure", "She could see the invoices of another customer."),
        ("locked_out", "None of our drivers can sign in."),
        ("tried_in_vain", "Replaced the cable, no difference."),
        ("tried_in_vain", "Das Neustarten hat nicht geholfen."),
        ("churn", "Without a date we will go with another vendor."),
        ("broken", "The file is short."),
        ("competitor", "We hold an offer from Brightware."),
        ("helps_partly", "We print by hand in the meantime."),
        ("prescribes", "1. Settings > Trays > New."),
    ],
)
def test_a_sentence_carries_its_signal(signal: str, sentence: str) -> None:
    assert carries(signal, sentence)


@pytest.mark.parametrize(
    ("signal", "sentence"),
    [
        ("data_harmed", "No data was lost."),
        ("exposure", "Nobody could see the invoices of another customer."),
        ("exposure", "Could another customer's invoices be shown to us, somebody else's even?"),
        ("infrastructure", "Is there an outage?"),
        ("churn", "Please cancel the meeting."),
    ],
)
def test_a_denial_or_a_question_carries_none(signal: str, sentence: str) -> None:
    assert not carries(signal, sentence)


def test_a_denied_mention_does_not_hide_a_later_one() -> None:
    sentence = "It is not about data loss in the report, our records were deleted overnight, all files were lost."
    assert carries("data_harmed", sentence)


def spoken(*texts: str, role: str = "customer") -> Evidence:
    messages = [message("T-1", number, "2026-03-03T08:00:00Z", role, text) for number, text in enumerate(texts, 1)]
    return evidence(ticket("T-1", "Vale Foods", "2026-03-03T08:00:00Z", *messages))


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("Reproduced 6 of 40 calls.", "Intermittent (6 of 40)"),
        ("Ich kann es nachstellen: 5 von 5 Importen falsch.", "Always (5 of 5)"),
        ("It fails on and off.", "Intermittent"),
        ("It happens every time.", "Always"),
        ("It fails only when the tray is open.", "Only under a condition"),
        ("The file has 700 of 900 rows and looks the same.", None),
        ("Does it always fail?", None),
    ],
)
def test_the_frequency_is_counted_or_worded_never_guessed(text: str, wanted: str | None) -> None:
    records = spoken(text).of_kind("message")
    found = frequency([], records)
    assert (found.text if found else None) == wanted


def test_the_environment_is_named_as_the_records_spell_it() -> None:
    records = spoken("Since 7.2.1 POST /v3/labels fails in eu-west.", "Firefox 118 on Debian 12 behind nginx.")
    named = {kind: [d.text for d in found] for kind, found in environment(records.of_kind("message")).items()}
    assert named["endpoint"] == ["POST /v3/labels"]
    assert named["region"] == ["eu-west"]
    assert named["browser"] == ["Firefox 118"]
    assert named["operating system"] == ["Debian 12"]
    assert "7.2.1" in named["version"][0]


def test_a_version_that_is_yet_to_come_is_no_environment() -> None:
    assert environment(spoken("The fix is planned for 8.0.1.").of_kind("message")) == {}
