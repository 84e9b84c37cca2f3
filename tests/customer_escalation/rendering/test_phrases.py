"""The fixed words of a brief: every one in every language, with the same places to fill; the template's own stay as they are."""

import re
import string

import pytest
from tests.customer_escalation.casebook import NOW, policy
from tests.customer_escalation.drafts import ask, communication, escalation, impact, reply
from tests.customer_escalation.rendering.test_render import (
    HEADINGS,
    LABELS,
    escalated,
    handled,
    handled_markdown,
    markdown,
)
from tests.customer_escalation.samples import SAMPLES

from customer_escalation.actions import propose
from customer_escalation.cases.connection import gap_sentences
from customer_escalation.cases.session import Casework
from customer_escalation.domain.brief import Brief
from customer_escalation.domain.categories import HEADINGS as SECTIONS
from customer_escalation.domain.draft import EscalationDraft
from customer_escalation.domain.language import TOLD, code_of
from customer_escalation.rendering.account_cells import cell_words
from customer_escalation.rendering.document import Document, offers
from customer_escalation.rendering.markdown import render_markdown
from customer_escalation.rendering.phrases import Phrases, phrase_table
from skill_runtime.connectors import Gap

GERMAN, JAPANESE = SAMPLES["de"], SAMPLES["ja"]
NAMES = (
    "Reported by:** Support",
    "Harrow Mills, open",
    "Nightly sync stops early, Open",
    "Sync settings",
    "Harrow Mills",
    "Engineering",
    "High",
)
"""What records and the template's own values are called, in every language."""
OWN_TEXTS = (*NAMES, *HEADINGS, *LABELS, "**SLA:**", "## ESCALATION:")


def places(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


@pytest.mark.parametrize("name", phrase_table())
def test_every_phrase_is_there_in_every_language_with_the_same_places(name: str) -> None:
    forms = phrase_table()[name]
    assert set(forms) == set(TOLD) == set(SAMPLES)
    assert {frozenset(places(text)) for text in forms.values()} == {frozenset(places(forms["en"]))}
    assert all(text.strip() == text and text for text in forms.values())


def test_headings_of_sources_are_those_of_the_table_of_categories() -> None:
    say = Phrases(EscalationDraft.model_validate(escalation()))
    assert {category: say(f"heading_{category}") for category, _ in SECTIONS} == dict(SECTIONS)


@pytest.mark.parametrize(
    ("text", "code"),
    [*((text, code) for code, text in SAMPLES.items()), ("Everything is fine and we are at it with you.", "en"), ("同期", ""), ("OK", ""),
     (f"{JAPANESE} {'The export is not there and we have to wait for it. ' * 4}", "en")],
)  # fmt: skip
def test_the_language_of_a_text(text: str, code: str) -> None:
    assert code_of(text) == code


def in_language(text: str) -> str:
    names = ("sender", "summary", "opening", "description", "context")
    told = dict.fromkeys(("Last_update_to_customer", "Customer_expectation", "Escalation_risk"), text)
    return markdown(
        **dict.fromkeys(names, text), tried="", asks=[ask(text)], impact=impact(Workflow_impact=text),
        communication=communication(**told), deadline={"by": "2026-03-20", "basis": "proposed", "text": text},
        reproduction=f"Expected: {text}\nActual: {text}\nEnvironment: {text}",
    )  # fmt: skip


@pytest.mark.parametrize(("text", "words"), [(GERMAN, ("Nichts erfasst.",)),
                                             (JAPANESE, ("記録なし。",))])  # fmt: skip
def test_a_brief_speaks_its_own_language_under_the_templates_headings_and_labels(
    text: str, words: tuple[str, ...]
) -> None:
    brief = in_language(text)
    for one in (*words, *HEADINGS, *LABELS):
        assert one in brief
    assert not re.search("proposed|Nothing on record", brief)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (GERMAN, "- **Nicht prüfbar:** Chat: konnte nicht gelesen werden; was dort stünde, ist unbekannt."),
        (
            "It stops at night and we are at it.",
            "- **Could not be checked:** The chat could not be read (it is down): what it would show is unknown.",
        ),
    ],
)
def test_what_could_not_be_read_is_said_in_the_briefs_language(text: str, told: str) -> None:
    work, brief = escalated(
        **dict.fromkeys(("sender", "summary", "opening", "description", "context"), text), communication=text
    )
    gaps = gap_sentences([Gap("chat", "it is down.")])
    assert told in render_markdown(Document(brief.model_copy(update={"gaps": tuple(gaps)}), work.evidence))


def test_a_text_may_be_named_in_the_writers_language() -> None:
    named = markdown(
        sender="Das ist nichts für die Entwicklung und wird nicht gesendet: erst [Text 2], dann [texte 1], und [testo 2].",
        drafts=[reply("One."), reply("Two.")],
    )
    as_of = "_Stand: 2026-03-04 12:00 UTC; gesendet oder geändert wurde nichts._"
    assert named.startswith(
        f"{as_of}\n\nDas ist nichts für die Entwicklung und wird nicht gesendet: erst text 2, dann text 1, und text 2.\n"
    )


def test_a_note_for_support_speaks_its_own_language_too() -> None:
    note = handled_markdown(summary=GERMAN, note=GERMAN)
    for words in ("## Im Support lösen:", "**Entscheidung:** im Support lösen, keine Eskalation"):
        assert words in note


def words(text: str) -> set[str]:
    return set(re.findall(r"[^\W\d_]{3,}", text.casefold()))


def scraps(text: str, code: str, sample: str) -> set[str]:
    """Words of the English phrases in a text of another language, beside what its writer, its records and the template say."""
    for own in (sample.rstrip(".。"), *OWN_TEXTS):
        text = text.replace(own, " ")
    fixed = {
        name: words(" ".join(re.sub(r"\{\w+\}", " ", forms[name]) for forms in phrase_table().values()))
        for name in ("en", code)
    }
    return words(text) & (fixed["en"] - fixed[code])


def whole(made: tuple[Casework, Brief]) -> str:
    """A brief with all that is printed around it but for figures: what could not be read, the texts, and what is offered."""
    work, brief = made
    gaps, computed = (
        tuple(gap_sentences([Gap("chat", "it is down.")])),
        brief.computed.model_copy(update={"followup": None}),
    )
    brief = brief.model_copy(update={"gaps": gaps, "computed": computed, "severity_because": ()})
    steps = [(one.kind, one.title) for one in propose(brief, "", policy(), NOW)]
    return render_markdown(Document(brief, work.evidence, next_steps=offers(steps, brief.draft)))


def spoken(text: str) -> tuple[Casework, Brief]:
    """An escalation whose writer wrote every line in the language of the text."""
    names = "summary opening description context containment ticket_note".split()
    lines = ("Customers_affected", "Workflow_impact", "Revenue_at_risk", "Time_in_queue")
    told = dict.fromkeys(("Last_update_to_customer", "Customer_expectation", "Escalation_risk"), text)
    return escalated(
        **dict.fromkeys(names, text), sender="", tried="", asks=[ask(text)], communication=communication(**told),
        impact=impact(**dict.fromkeys(lines, text), SLA=f"T-101: {text}"), drafts=[reply(text), reply(text, kind="update")],
        deadline={"by": "2026-03-20", "basis": "proposed", "text": text},
        reproduction=f"Expected: {text}\nActual: {text}\nEnvironment: {text}",
    )  # fmt: skip


@pytest.mark.parametrize("code", sorted({*TOLD} - {"en"}))
def test_a_brief_has_no_english_scrap_beside_the_templates_own_headings_and_labels(code: str) -> None:
    text = SAMPLES[code]
    brief = whole(spoken(text))
    assert scraps(brief, code, text) == set()
    assert phrase_table()["ticket_note"][code] in brief
    assert phrase_table()["next_steps"][code] in brief


@pytest.mark.parametrize("code", sorted({*TOLD} - {"en"}))
def test_a_note_for_support_has_no_english_scrap(code: str) -> None:
    text = SAMPLES[code]
    names = ("summary", "note", "ticket_note")
    note = whole(handled(**dict.fromkeys(names, text), drafts=[reply(text)]))
    assert scraps(note, code, text) == set()
    assert phrase_table()["decided_handle"][code] in note


def test_a_scrap_would_be_found() -> None:
    assert scraps("**Next steps, if you want them:** (proposed) Nästa steg", "sv", "Nästa steg") >= {
        "steps",
        "want",
        "proposed",
    }


@pytest.mark.parametrize(
    ("cell", "code", "told"),
    [
        ("$189,000", "pl", "189\u00a0000\u00a0USD"),
        ("$189,000", "en", "$189,000"),
        ("$12,000 (close 2026-05-01), $500.50 (close 2026-06-01)", "nb",
         "12\u00a0000\u00a0USD (lukkes 2026-05-01), 500,50\u00a0USD (lukkes 2026-06-01)"),
        ("unknown", "sv", "okänt"),
        ("2026-12-31", "fi", "2026-12-31"),
        ("Gold $1,000", "", "Gold $1,000"),
    ],
)  # fmt: skip
def test_amounts_in_the_table_of_accounts_are_written_as_in_the_briefs_language(
    cell: str, code: str, told: str
) -> None:
    assert cell_words(cell, Phrases(None, code)) == told
