"""Placeholders become what is connected, in words that a model can act on, and gaps are called gaps."""

import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from skill_runtime.placeholders import resolve_placeholders
from skill_runtime.skills import load_skill

NAMES = {
    "support platform": "support_platform",
    "CRM": "crm",
    "chat": "chat",
    "chat archive": "archive",
    "knowledge base": "knowledge_base",
}
CONNECTED = {"support_platform": ["search_tickets", "read_ticket"], "chat": ["search_chat"], "archive": []}


def resolve(text: str) -> str:
    resolved = resolve_placeholders(text, CONNECTED, NAMES)
    assert resolved.diagnostics == ()
    return resolved.text


def test_the_first_mention_names_the_tools_and_later_ones_do_not() -> None:
    assert resolve("Ask ~~support platform. Then ~~support platform again.") == (
        "Ask the support platform (tools: `search_tickets`, `read_ticket`). Then the support platform again."
    )


def test_tools_that_were_listed_are_not_listed_again() -> None:
    tools = ["search", "read"]
    resolved = resolve_placeholders(
        "~~CRM, ~~chat, ~~CRM, ~~chat archive", {"crm": tools, "chat": tools, "archive": ["find"]}, NAMES
    )
    assert (
        resolved.text
        == "the CRM (tools: `search`, `read`), the chat (same tools), the CRM, the chat archive (tools: `find`)"
    )


def test_what_is_not_connected_is_called_unknown_and_stays_marked() -> None:
    assert resolve("- **~~CRM** (if connected): tier\n- ~~CRM again") == (
        "- **the CRM (not connected: treat what it would show as unknown)** (if connected): tier\n"
        "- the CRM (not connected) again"
    )


def test_a_category_without_a_tool_to_read_it_is_unknown_too() -> None:
    assert resolve("~~chat archive") == (
        "the chat archive (connected, but without a tool to read it: treat what it would show as unknown)"
    )


@pytest.mark.parametrize(
    "spelling",
    [
        "~~support platform",
        "~~Support Platform",
        "~~SUPPORT-PLATFORM",
        "~~support_platform",
        "~~support  platform",
        "~~support\nplatform",
    ],
)
def test_any_usual_spelling_is_understood(spelling: str) -> None:
    assert resolve(f"in {spelling}, then") == "in the support platform (tools: `search_tickets`, `read_ticket`), then"


def test_the_longest_name_that_fits_is_taken_and_no_part_of_a_word() -> None:
    assert resolve("~~chat archive and ~~chat").endswith("and the chat (tools: `search_chat`)")
    resolved = resolve_placeholders("~~chats", CONNECTED, NAMES)
    assert resolved.text == "~~chats"
    assert len(resolved.diagnostics) == 1


@pytest.mark.parametrize(
    "before", ["the team's ", "the customers' ", "a ", "your ", "The ", "every **", "our _", "Acme’s\n"]
)
def test_no_second_article_is_written(before: str) -> None:
    assert resolve(f"Post in {before}~~chat channel") == f"Post in {before}chat (tools: `search_chat`) channel"


def test_an_article_is_written_where_none_stands() -> None:
    assert resolve("Post in ~~chat") == "Post in the chat (tools: `search_chat`)"
    assert resolve("data ~~chat").startswith("data the chat"), "a word that merely ends like an article"


def test_unknown_placeholders_stay_and_are_reported_once_each() -> None:
    resolved = resolve_placeholders("See ~~email.\n~~Cloud storage, ~~Email or ~~chat", CONNECTED, NAMES)
    assert resolved.text == "See ~~email.\n~~Cloud storage, ~~Email or the chat (tools: `search_chat`)"
    assert [str(note) for note in resolved.diagnostics] == [
        'line 1: "~~email" is no category of this run; it was left as written',
        'line 2: "~~Cloud storage" is no category of this run; it was left as written',
    ]
    assert {note.level for note in resolved.diagnostics} == {"warning"}


@pytest.mark.parametrize(
    "text", ["~~done~~", "~~chat~~ is struck", "~~the old chat text~~.", "~~~\ncode\n~~~", "a ~~ b", "~~~chat"]
)
def test_struck_text_and_fences_of_tildes_are_left_alone(text: str) -> None:
    assert resolve(text) == text


def test_a_struck_text_hides_no_placeholder_behind_it() -> None:
    assert resolve("~~chat/~~CRM").startswith("the chat (tools: `search_chat`)/the CRM (not connected:")


@pytest.mark.parametrize(
    ("text", "resolved"),
    [
        ("`~~chat`, that is ~~chat", "`chat`, that is the chat (tools: `search_chat`)"),
        ("```\npost to ~~chat\n```\n~~chat", "```\npost to chat\n```\nthe chat (tools: `search_chat`)"),
        ("~~~md\n~~CRM: x\n~~~\nOf ~~chat", None),
        ("``x ` ~~chat`` ~~chat", "``x ` chat`` the chat (tools: `search_chat`)"),
        ("a ` lone tick ~~chat", "a ` lone tick the chat (tools: `search_chat`)"),
        ("`~~task~~`", "`~~task~~`"),
    ],
)
def test_code_keeps_its_form(text: str, resolved: str | None) -> None:
    expected = resolved or (
        "~~~md\nCRM: x\n~~~\nOf the chat (tools: `search_chat`)\n\n"
        "What the names in code above stand for:\n\n- CRM: not connected: treat what it would show as unknown\n"
    )
    assert resolve(text) == expected


def test_a_category_mentioned_in_code_alone_is_explained_at_the_end() -> None:
    assert resolve("Use `~~support platform` tools.\n\n```\n~~chat #team\n```\n") == (
        "Use `support platform` tools.\n\n```\nchat #team\n```\n\n"
        "What the names in code above stand for:\n\n"
        "- support platform: tools: `search_tickets`, `read_ticket`\n- chat: tools: `search_chat`\n"
    )


def test_an_unknown_placeholder_in_code_is_reported() -> None:
    resolved = resolve_placeholders("x\n`grep ~~email`", CONNECTED, NAMES)
    assert resolved.text == "x\n`grep ~~email`"
    assert [note.where for note in resolved.diagnostics] == ["line 2"]


def test_without_any_names_every_placeholder_is_unknown() -> None:
    resolved = resolve_placeholders("~~chat", {}, {})
    assert resolved.text == "~~chat"
    assert len(resolved.diagnostics) == 1


@given(st.text(alphabet="~`c CRM\nhat-e'", max_size=60))
def test_text_without_tildes_or_with_broken_code_is_never_lost(text: str) -> None:
    resolved = resolve_placeholders(text, {"crm": ["read_account"]}, {"CRM": "crm"}).text
    if "~~" not in text:
        assert resolved == text
    assert resolved.count("\n") >= text.count("\n")


@pytest.mark.parametrize("text", ["`" * 40_000, "~~" * 30_000, "` `` " * 20_000, "~~a " * 20_000, "```\n" * 20_000])
def test_large_odd_texts_are_resolved_quickly(text: str) -> None:
    before = time.process_time()
    resolve_placeholders(text, CONNECTED, NAMES)
    assert time.process_time() - before < 10, "only an explosion takes seconds"


def test_the_projects_own_skill_has_no_unknown_placeholder() -> None:
    skill = load_skill(Path(__file__).parents[2] / "skills" / "customer-escalation")
    names = {
        name: name.lower().replace(" ", "_")
        for name in (*list(NAMES)[:3], "knowledge base", "project tracker", "email", "cloud storage")
    }
    resolved = resolve_placeholders(skill.body, {category: ["look"] for category in names.values()}, names)
    assert resolved.diagnostics == ()
    assert "~~" not in resolved.text
    assert "not connected:" not in resolved.text
    assert resolved.text.count("(tools: `look`)") == 1
    assert resolved.text.count("(same tools)") == len(names) - 1
