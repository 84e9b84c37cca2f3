"""The one table of categories: nothing that the connectors have is missing in it, and everything that names them reads it."""

import json
import re
from dataclasses import replace

import pytest
from tests.customer_escalation.casebook import (
    ALL,
    NOW,
    affected,
    assessment,
    chat,
    evidence,
    fact,
    message,
    policy,
    ticket,
)

from customer_escalation.cases.connection import ASKED_FOR
from customer_escalation.decision.figures import build_case
from customer_escalation.decision.rules import decide
from customer_escalation.domain.categories import (
    BY_ITEM,
    EARLIER,
    HEADINGS,
    LISTINGS,
    NEED_WORDS,
    SOURCES,
    author_of,
    checked,
    title_of,
)  # fmt: skip
from customer_escalation.resources import plugin_root, skill_folder
from support_connectors.categories import CATEGORY_TABLE


def test_every_category_of_the_connectors_has_its_row() -> None:
    assert list(SOURCES) == list(CATEGORY_TABLE)
    rows = list(SOURCES.values())
    with pytest.raises(ValueError, match="not those of the connectors: support_platform, crm"):
        checked(rows[:-1])
    with pytest.raises(ValueError, match="at one place"):
        checked([replace(row, place=1) for row in rows])


def test_every_item_has_a_heading_and_a_listing_and_one_category_is_required() -> None:
    assert {category for category, _ in HEADINGS} == {*SOURCES, EARLIER}
    assert {kind for kind, _ in LISTINGS} == {*BY_ITEM, "escalation"}
    assert len({label for _, label in HEADINGS}) == len(HEADINGS)
    assert [row.id for row in SOURCES.values() if row.need == "required"] == ["support_platform"]
    assert {row.id for row in ASKED_FOR} == ALL
    assert all(row.need in NEED_WORDS and row.looks_for and re.compile(row.nouns) for row in SOURCES.values())


def test_the_skill_and_the_documentation_name_every_category() -> None:
    skill = (skill_folder() / "SKILL.md").read_text(encoding="utf-8")
    connectors = (plugin_root() / "CONNECTORS.md").read_text(encoding="utf-8")
    for row in SOURCES.values():
        assert f"~~{row.title}" in skill
        assert f"`~~{row.title}`" in connectors


def test_the_plugins_hook_lets_reading_tools_through_and_no_other() -> None:
    hooks = json.loads((plugin_root() / "hooks" / "hooks.json").read_text(encoding="utf-8"))["hooks"]["PreToolUse"]
    servers = json.loads((plugin_root() / ".mcp.json").read_text(encoding="utf-8"))["mcpServers"]
    matcher = re.compile(hooks[0]["matcher"])
    for server in servers:
        for row in SOURCES.values():
            let = {
                tool.name
                for tool in row.row.tools
                if matcher.fullmatch(f"mcp__plugin_customer-escalation_{server}__{tool.name}")
            }
            assert let == (set() if server == "escalation" else {tool.name for tool in row.row.reads})


def test_whose_words_a_record_holds_is_said_or_left_open() -> None:
    contract = {
        "ref": "cloud_storage/F-1",
        "kind": "file",
        "id": "F-1",
        "name": "Contract.pdf",
        "text": "Uptime 99.9 %.",
    }
    mail = {
        "ref": "email/M-1",
        "kind": "mail",
        "id": "M-1",
        "subject": "Down",
        "text": "It is down.",
        "author": "agent@us.example",
    }
    found = evidence(
        ticket("T-1", "Harrow Mills", "2026-03-04T10:00:00Z",
               message("T-1", 1, "2026-03-04T10:00:00Z", "customer", "It fails."),
               message("T-1", 2, "2026-03-04T11:00:00Z", "agent", "We see it.")),
        chat("C-1", "2026-03-04T11:00:00Z", "Seen."), contract, mail,
    )  # fmt: skip
    authors = {ref: found.author(record) for ref, record in found.ledger.records.items()}
    assert authors == {
        "support_platform/T-1": "customers", "support_platform/T-1-m1": "customers", "support_platform/T-1-m2": "ours",
        "chat/C-1": "ours", "cloud_storage/F-1": "unsaid", "email/M-1": "customers",
    }  # fmt: skip
    assert [found.by_us(record) for record in found.ledger.records.values()].count(True) == 2
    assert not found.by_customer(found.ledger.records["cloud_storage/F-1"])
    assert (author_of(EARLIER), author_of("figures"), title_of("crm"), title_of("other")) == (
        "ours",
        "unsaid",
        "CRM",
        "other",
    )


@pytest.mark.parametrize(
    ("cites", "state"),
    [
        (["support_platform/T-1-m1"], "no"),
        (["cloud_storage/F-1"], "unknown"),
        (["support_platform/T-1-m1", "cloud_storage/F-1"], "unknown"),
        (["cloud_storage/F-1", "support_platform/T-1-m2"], "yes"),
    ],
)
def test_a_bug_that_a_file_of_unknown_origin_shows_is_neither_confirmed_nor_denied(
    cites: list[str], state: str
) -> None:
    found = evidence(
        ticket("T-1", "Harrow Mills", "2026-03-04T10:00:00Z",
               message("T-1", 1, "2026-03-04T10:00:00Z", "customer", "It fails."),
               message("T-1", 2, "2026-03-04T11:00:00Z", "agent", "We see it.")),
        {"ref": "cloud_storage/F-1", "kind": "file", "id": "F-1", "name": "trace.log", "text": "ERROR at 10:00"},
    )  # fmt: skip
    facts = assessment(bug_confirmed=fact("yes", *cites), affected=[affected("Harrow Mills", "T-1")])
    case, _ = build_case(facts, found, policy(), NOW)
    assert decide(case).firing("E-BUG").state == state
