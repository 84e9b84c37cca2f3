"""Names: those of others are reported, new ones of two words too, ordinary capitalised words are not."""

import pytest
from tests.customer_escalation.casebook import account, chat, evidence, message, ticket

from customer_escalation.review.grounding import unsupported_atoms

EVIDENCE = evidence(
    ticket(
        "T-1", "Harrow Mills", "2026-03-04T08:00:00Z",
        message("T-1", 1, "2026-03-04T08:00:00Z", "customer", "Our Nightly Sync stops. The export page is empty.", "Dana Reyes"),
        message("T-1", 2, "2026-03-04T09:00:00Z", "agent", "We use BigQuery here.", "agent.kim"),
    ),
    ticket(
        "T-2", "Cobalt Freight", "2026-03-04T08:00:00Z",
        message("T-2", 1, "2026-03-04T08:00:00Z", "customer", "We pay for freight. We moved to Veridion last week.", "Élodie Marsh"),
    ),
    account("A-3", "Open Market", contacts=[{"name": "Bram de Wit", "role": "owner"}]),
    chat("C-1", "2026-03-04T10:30:00Z", "The open market is slow. Summer is near."),
)  # fmt: skip
RECORDS = list(EVIDENCE.ledger.records.values())
OWN = [record for record in RECORDS if record.id.startswith("T-1")]


def names(text: str, vocabulary: frozenset[str] = frozenset()) -> list[str]:
    found = unsupported_atoms(text, OWN, RECORDS, vocabulary=vocabulary)
    return [atom.atom for atom in found if atom.kind == "name"]


@pytest.mark.parametrize(
    ("text", "reported"),
    [
        ("It concerns Cobalt Freight too.", ["Cobalt Freight"]),
        ("Cobalt Freight sees it too.", ["Cobalt Freight"]),
        ("It concerns Cobalt too.", ["Cobalt"]),
        ("Cobalt's sync stops.", ["Cobalt's"]),
        ("Otherwise I’ll write today, and Meanwhile We’re waiting.", []),
        ("Wij zagen Cobalt Freights bericht.", ["Cobalt"]),
        ("Élodie wrote about it.", ["Élodie"]),
        ("It was Marsh who wrote.", ["Marsh"]),
        ("They moved to Veridion.", ["Veridion"]),
        ("It is with Bram de Wit now.", ["Bram de Wit"]),
        ("It concerns Open Market.", ["Open Market"]),
        ("Dana Marsh wrote.", ["Marsh"]),
        ("Harrow Mills and Cobalt Freight see it; Cobalt Freight first.", ["Cobalt Freight"]),
    ],
)
def test_a_name_of_the_evidence_that_the_cited_records_lack_is_reported(text: str, reported: list[str]) -> None:
    assert names(text) == reported


def test_a_handle_of_somebody_else_is_reported() -> None:
    found = unsupported_atoms("It was agent.kim who wrote.", RECORDS[-1:], RECORDS)
    assert [(atom.kind, atom.atom) for atom in found] == [("name", "agent.kim")]


def test_a_name_that_nobody_knows_is_reported_from_two_words_on() -> None:
    assert names("Ask Marguerite Delacroix about it.") == ["Marguerite Delacroix"]
    assert names("Marguerite Delacroix knows it.") == ["Marguerite Delacroix"]
    assert names("The question went to Marguerite.") == []


@pytest.mark.parametrize(
    "text",
    [
        "Harrow Mills reports that Dana Reyes sees it.",
        "Harrow's Nightly Sync stops, says Dana.",
        "Geef Danas vraag door, en Harrows bericht.",
        "BigQuery and agent.kim are mentioned.",
        "The Export page is empty.",
        "Summer is near. Engineering and Support know it.",
        "Meanwhile the SLA of the CRM account and the API hold, e.g. on Monday.",
        "It concerns the Open tickets.",
        "Unaffected is the Windows client.",
    ],
)
def test_held_and_ordinary_words_pass(text: str) -> None:
    assert names(text) == []


def test_names_in_quotations_are_checked_with_the_quotation() -> None:
    found = unsupported_atoms("They wrote “Cobalt Freight sees it”.", OWN, RECORDS)
    assert [atom.kind for atom in found] == ["quote"]


def test_the_places_of_a_name_are_told() -> None:
    (found,) = unsupported_atoms("They moved to Veridion.", OWN, RECORDS)
    assert found.found_in == ("support_platform/T-2-m1",)


def test_vocabulary_holds_names_that_need_no_record() -> None:
    assert names("Ask Marguerite Delacroix.", frozenset({"Marguerite Delacroix"})) == []


def test_without_other_evidence_only_new_names_are_reported() -> None:
    found = unsupported_atoms("Veridion and Marguerite Delacroix are named.", OWN)
    assert [atom.atom for atom in found] == ["Marguerite Delacroix"]
