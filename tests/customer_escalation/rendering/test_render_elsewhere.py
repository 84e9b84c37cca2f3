"""The brief as a page, in Slack and in Jira: the same words, traceable, and nothing of others that comes alive."""

import html
import json
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from tests.customer_escalation.casebook import account, message, ticket
from tests.customer_escalation.casebook import evidence as evidence_of
from tests.customer_escalation.commands import Command
from tests.customer_escalation.drafts import communication, escalation, impact, reply, said
from tests.customer_escalation.rendering.test_render import HEADINGS, escalated, handled
from tests.customer_escalation.scripts import CASES, answers_file, issue

from customer_escalation.domain.brief import Brief
from customer_escalation.domain.prose import sentences_of
from customer_escalation.rendering import (
    Document,
    cited_records,
    document_of,
    render_adf,
    render_html,
    render_markdown,
    render_slack,
)  # fmt: skip
from customer_escalation.rendering.page import PageView
from skill_runtime.ledger import Record

HOSTILE = (
    "See <script>alert(1)</script> <!channel> <@U123> @here ![x](https://evil.example/p.png) "
    "[click](https://evil.example) https://evil.example/a *bold* # heading | cell &amp; `code <b>`"
)


def document(**changes: Any) -> Document:
    work, brief = escalated(**changes)
    return Document(brief, work.evidence, (), ["Post this?"])


def hostile() -> Document:
    """The brief with hostile words in its texts, in one for a customer, in a name and in a cited record."""
    base = document(
        communication=communication(Escalation_risk=said(HOSTILE, "support_platform/T-9-m1")), tried=HOSTILE,
        sender=HOSTILE, impact=f"- **{HOSTILE}:** {HOSTILE}\n| {HOSTILE} |", context=HOSTILE,
        drafts=[reply(f"{HOSTILE}\n```\nsync --now <file>\n```")],
    )  # fmt: skip
    source = evidence_of(
        ticket("T-9", "Evil <b>Ltd</b>", "2026-03-04T08:00:00Z",
               message("T-9", 1, "2026-03-04T08:00:00Z", "customer", HOSTILE, "<i>eve</i>")),
        account("A-9", "Evil <b>Ltd</b>"),
    )  # fmt: skip
    for record in base.evidence.ledger.records.values():
        source.ledger.add({"item": dict(record.data) | {"ref": record.ref}})
    return Document(base.brief, source, (), ["Post this?"])


def texts(node: dict[str, Any]) -> list[str]:
    """Every text of an ADF node."""
    found = [node["text"]] if node["type"] == "text" else []
    return found + [text for child in node.get("content", ()) for text in texts(child)]


def types(node: dict[str, Any]) -> set[str]:
    """Every node and mark type of an ADF node."""
    found = {node["type"], *(mark["type"] for mark in node.get("marks", ()))}
    return found.union(*(types(child) for child in node.get("content", ())))


def test_a_click_on_a_sentence_shows_its_records() -> None:
    page = render_html(document())
    sentence = "The customer reports that the nightly sync stops after 4,000 of 9,500 rows"
    link = re.search(rf'<a href="#(e\d+)">{re.escape(sentence)}\.</a>', page)
    assert link
    panel = page[page.index(f'id="{link[1]}"') :].partition("</aside>")[0]
    assert '<dt>T-101</dt><dd class="about">j.doe, customer, 2026-03-04T08:00:00Z</dd>' in panel
    assert "stops after 4,000 of 9,500 rows with E-77" in panel


def test_an_attachment_behind_a_sentence_is_shown_with_its_kind_and_size() -> None:
    data = {"kind": "attachment", "name": "crash.log", "media_type": "text/plain", "size_bytes": 12_345}
    shown = PageView(document()).source(
        Record(ref="support_platform/att-9", parent="support_platform/T-101", data=data)
    )
    assert (shown.name, shown.about) == ("T-101", "crash.log, text/plain, 12,345 bytes")


def test_a_computed_line_shows_its_figure_and_what_it_was_computed_from() -> None:
    page = render_html(document(impact=impact(Revenue_at_risk=said("The $150,000 is exposure.", "figures/arr"))))
    link = re.search(r'<a href="#(e\d+)">The \$150,000 is exposure\.</a>', page)
    assert link
    panel = page[page.index(f'id="{link[1]}"') :].partition("</aside>")[0]
    assert '<dt>A-1</dt><dd class="about">Harrow Mills' in panel
    assert "ARR of the affected accounts" in panel
    assert "computed from crm/A-1" in panel


def test_every_link_of_the_page_leads_to_a_panel_and_nothing_is_remote() -> None:
    for page in (render_html(document()), render_html(hostile())):
        targets = set(re.findall(r'<aside class="evidence" id="(e\d+)"', page))
        links = re.findall(r'href="([^"]*)"', page)
        assert {link for link in links if link != "#_"} == {f"#{target}" for target in targets}
        assert not re.search(r"<script|<img|<i>eve|<b>Ltd|src=|onerror", page)
        assert "default-src 'none'" in page


def test_the_page_keeps_the_words_of_the_brief() -> None:
    made = document()
    plain = html.unescape(re.sub(r"<[^>]+>", "", render_html(made).partition("<main>")[2].partition("</main>")[0]))
    for heading in HEADINGS:
        assert heading.removeprefix("### ") in plain
    sentences = list(sentences_of(escalation()["description"]))
    assert len(sentences) == 3
    for sentence in sentences:
        assert sentence.text.rstrip(".") in plain


def test_slack_gets_mrkdwn() -> None:
    text = render_slack(replace(document(), for_receiver=True))
    assert text.startswith("*ESCALATION: Nightly sync stops after 4,000 rows since 7.2.0 for Harrow Mills*\n")
    assert "*Severity:* High" in text
    assert "• *Customers affected:* 1 account: Harrow Mills (Enterprise)" in text
    assert "1. agent.kim ran it twice, which does not help." in text
    assert "4,000 in 7.2.0 (P-55)." in text
    assert "**" not in text
    assert not re.search(r"^#", text, re.MULTILINE)


def test_nothing_comes_alive_in_slack() -> None:
    text = render_slack(hostile())
    assert "<" not in text
    assert "&lt;!channel&gt;" in text
    assert not re.search(r"@(?=\w)|://", re.sub(r"`[^`]*`", "", text))


def test_jira_gets_a_document_of_text() -> None:
    found = render_adf(replace(document(), for_receiver=True))
    assert (found["version"], found["type"]) == (1, "doc")
    assert found["content"][0]["type"] == "heading"
    assert "".join(texts(found["content"][0])).startswith("ESCALATION: Nightly sync stops")
    assert {"bulletList", "orderedList", "listItem", "paragraph", "strong"} <= types(found)
    assert json.loads(json.dumps(found)) == found


@pytest.mark.parametrize("made", [document, hostile])
def test_jira_nodes_are_of_the_format_and_none_is_a_link_or_mention(made: Any) -> None:
    found = render_adf(made())
    assert types(found) <= {
        "doc", "heading", "paragraph", "text", "bulletList", "orderedList", "listItem", "blockquote", "rule", "codeBlock",
        "table", "tableRow", "tableHeader", "tableCell", "hardBreak", "strong", "em", "code",
    }  # fmt: skip
    assert all(text for text in texts(found))
    assert not any(re.search(r"@(?=\w)", text) for text in texts(found) if "code" not in text)


def test_what_is_sent_leaves_out_what_is_for_the_author() -> None:
    made = document(sender="Call first.", drafts=[{**reply("We are at it."), "when": "once Security agrees"}])
    whole, sent = render_markdown(made), render_markdown(replace(made, for_receiver=True))
    for words in ("Call first", "We are at it", "once Security agrees", "Next steps", "---\n"):
        assert words in whole
        assert words not in sent
    assert sent.startswith("## ESCALATION:")
    assert sent.rstrip() in whole


def test_all_forms_can_be_made_again_from_a_recorded_result() -> None:
    made = document()
    result = json.loads(json.dumps({
        "brief": made.brief.model_dump(mode="json"), "records": cited_records(made.brief, made.evidence), "findings": [],
        "proposals": [{"kind": "post_to_channel", "title": "Post this?"}],
    }))  # fmt: skip
    again = document_of(result)
    assert again.brief == Brief.model_validate(result["brief"])
    for render in (render_markdown, render_html, render_slack, render_adf):
        assert render(again) == render(made)


def test_a_note_that_was_recorded_in_its_earlier_form_can_be_made_again() -> None:
    work, brief = handled()
    result = json.loads(json.dumps({"brief": brief.model_dump(mode="json"), "records": cited_records(brief, work.evidence),
                                    "findings": [], "proposals": []}))  # fmt: skip
    draft = result["brief"]["draft"]
    del draft["note"]
    del result["brief"]["severity_if_escalated"], result["brief"]["restricted"]
    draft |= {"opening": "It stays.", "customers": "Acme, Enterprise.", "sla": "The update is due at noon.", "steps": "1. Wait.",
              "reason": "The limit.", "would_change": "- No.", "context": ""}  # fmt: skip
    shown = render_markdown(document_of(result))
    assert "It stays.\n\n1. Wait.\n\nAcme, Enterprise.\n\nThe update is due at noon.\n\nThe limit.\n\n- No." in shown
    assert "**Severity:**" not in shown


@pytest.mark.parametrize("earlier", [True, False])
def test_a_brief_that_was_recorded_with_more_fields_can_be_made_again(earlier: bool) -> None:
    made = document()
    brief = json.loads(made.brief.model_dump_json())
    said = dict.fromkeys(("severity_reason", "co_owner", "ideas", "rhythm"), "")
    said["ideas"] = "Look at the batch first." if earlier else ""
    result = {"brief": brief | {"draft": brief["draft"] | said}, "records": cited_records(made.brief, made.evidence), "findings": [],
              "proposals": []}  # fmt: skip
    assert ("Look at the batch first." in render_markdown(document_of(result))) is earlier


def test_the_command_line_prints_each_form(tmp_path: Path) -> None:
    command = Command(tmp_path)
    options = ("--workspace", str(CASES / "08.json"), "--no-model", "--answers", answers_file(tmp_path, "08"))
    run = json.loads(command(issue("08"), *options, "--format", "json").out)["run"]
    assert command("show", run, "--format", "html").out.startswith("<!doctype html>")
    assert command("show", run, "--format", "slack").out.startswith("*ESCALATION:")
    assert json.loads(command("show", run, "--format", "adf").out)["type"] == "doc"
    assert command(issue("08"), *options, "--format", "slack").out.startswith("*ESCALATION:")
