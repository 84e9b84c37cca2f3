"""What a receiver reads: the template's headings and labels, traceable sentences, and no text of others that comes alive."""

import re
from typing import Any

from markdown_it import MarkdownIt
from tests.customer_escalation.casebook import NOW, account, affected, evidence, fact, policy, ticket
from tests.customer_escalation.drafts import T1M1, escalation, facts, handling, records, said

from customer_escalation.actions import propose
from customer_escalation.cases.result import rule_notes
from customer_escalation.cases.session import Casework
from customer_escalation.decision.figures import computed_lines
from customer_escalation.domain.brief import Brief, EscalationDraft, HandlingDraft
from customer_escalation.domain.categories import HEADINGS as SECTIONS
from customer_escalation.domain.facts import Assessment
from customer_escalation.domain.findings import Finding
from customer_escalation.domain.formatting import time_words
from customer_escalation.rendering import Document, all_cites, inert, render_markdown

LABELS = (
    "**Severity:**", "**Target team:**", "**Reported by:**", "**Date:**", "**Customers affected:**", "**Workflow impact:**",
    "**Revenue at risk:**", "**Time in queue:**", "**Last update to customer:**", "**Customer expectation:**",
    "**Escalation risk:**", "**Deadline:**", "Expected:", "Actual:", "Environment:",
)  # fmt: skip
HEADINGS = (
    "### Impact", "### Issue Description", "### What's Been Tried", "### Reproduction Steps", "### Customer Communication",
    "### What's Needed", "### Supporting Context",
)  # fmt: skip


def finished(work: Casework, drafted_by: Any = "model") -> Brief:
    assert work.review is not None
    assert work.case is not None
    assert work.decision is not None
    decision = work.decision
    return Brief(
        outcome=decision.outcome, severity=decision.severity, target=decision.target, also_notify=decision.also_notify,
        severity_because=rule_notes(decision, "severity"),
        decided_by=rule_notes(decision, "escalate" if decision.severity else "handle"),
        reported_by="Support", date=time_words(NOW), drafted_by=drafted_by,
        computed=computed_lines(work.case, decision.severity, work.figures), figures=tuple(work.figures.values()),
        draft=work.review.draft, suspicious=(), gaps=(),
    )  # fmt: skip


def escalated(**changes: Any) -> tuple[Casework, Brief]:
    work = Casework(records(), policy(), NOW)
    assert work.assess(Assessment.model_validate(facts())) == []
    work.submit(EscalationDraft.model_validate(escalation(**changes)))
    return work, finished(work)


def markdown(**changes: Any) -> str:
    work, brief = escalated(**changes)
    return render_markdown(Document(brief, work.evidence))


def test_every_heading_and_label_of_the_template_is_there_in_its_order() -> None:
    text = markdown()
    assert text.startswith("## ESCALATION: Nightly sync stops after 4,000 rows")
    places = [text.index(label) for label in (*LABELS[:4], HEADINGS[0], *LABELS[4:8], HEADINGS[1], HEADINGS[2], HEADINGS[3],
              *LABELS[12:], HEADINGS[4], *LABELS[8:11], HEADINGS[5], LABELS[11], HEADINGS[6])]  # fmt: skip
    assert places == sorted(places)


def test_the_markdown_parses_into_the_structure_that_it_shows() -> None:
    tokens = MarkdownIt("commonmark").enable("table").parse(markdown())
    headings = [tokens[index + 1].content for index, token in enumerate(tokens) if token.type == "heading_open"]
    assert headings[1:] == [heading.removeprefix("### ") for heading in HEADINGS]


def test_cited_mails_and_files_and_what_no_table_knows_stand_under_supporting_context() -> None:
    work = Casework(records(), policy(), NOW)
    for record in (
        {"ref": "email/0f8c2a", "kind": "mail", "id": "0f8c2a", "subject": "Sync", "author": "kim@harrow.example",
         "at": "2026-03-02T09:00:00Z", "text": "It stops."},
        {"ref": "cloud_storage/F-1", "kind": "file", "id": "F-1", "name": "Contract.pdf", "text": "Uptime."},
        {"ref": "pager/P-1", "kind": "page", "id": "P-1", "title": "Night of 2 March"},
    ):  # fmt: skip
        work.evidence.ledger.add({"record": record})
    assert work.assess(Assessment.model_validate(facts())) == []
    related = [{"ref": ref, "note": "worth opening"} for ref in ("pager/P-1", "email/0f8c2a", "cloud_storage/F-1")]
    work.submit(EscalationDraft.model_validate(escalation(related=[*escalation()["related"], *related])))
    context = render_markdown(Document(finished(work), work.evidence)).partition("### Supporting Context")[2]
    assert re.search(r"\*\*Mail:\*\* \[\d+\] .*Sync, kim.*harrow\.example, 2026-03-02.*: worth opening", context)
    assert re.search(r"\*\*Files:\*\* \[\d+\] F-1 \(Contract\.pdf\): worth opening", context)
    assert re.search(r"\*\*Other records:\*\* \[\d+\] P-1 \(Night of 2 March\): worth opening", context)
    labels = re.findall(r"^- \*\*([A-Z][\w ]+):\*\*", context, re.MULTILINE)
    known = [label for _, label in SECTIONS]
    assert [label for label in labels if label in known] == [label for label in known if label in labels]


def test_each_statement_carries_short_references_that_the_list_resolves() -> None:
    assert "[1] T-101 (Harrow Mills, open)" in markdown()
    assert "They need it before their audit on 2026-03-20 [1.1]." in markdown()


def test_a_citation_shared_by_neighbours_is_shown_once() -> None:
    pair = [said("The sync is broken.", T1M1, kind="inference"), said("It worries them.", T1M1, kind="inference")]
    assert "The sync is broken. It worries them [1.1]." in markdown(risk=pair)


def test_severity_names_its_rules_with_their_records() -> None:
    assert "**Severity:** High (the nightly sync stops early [1.1]; rule S5)" in markdown()


def test_computed_lines_stand_in_their_places() -> None:
    text = markdown()
    assert "**Customers affected:** 1 account: Harrow Mills (Enterprise) [1, 2]." in text
    assert "$150,000 ARR, Harrow Mills (renewal 2026-12-31)" in text
    assert "4 h since the first report (2026-03-04 08:00 UTC)" in text
    assert "Engineering responds by 2026-03-04 18:00 UTC" in text


def test_a_brief_drafted_by_rules_says_so() -> None:
    work, _ = escalated()
    assert "Drafted without a model" in render_markdown(Document(finished(work, "rules"), work.evidence))
    assert "Drafted without a model" not in markdown()


def test_findings_stand_on_a_brief_that_needs_review() -> None:
    work, brief = escalated()
    finding = Finding(rule="G1", level="H", message="Nothing shows it.", where="risk[0]")
    text = render_markdown(Document(brief, work.evidence, [finding]))
    assert "**Needs review.**" in text
    assert "G1, risk[0]: Nothing shows it." in text


def test_many_accounts_become_a_table() -> None:
    names = ("Harrow Mills", "Bell & Oak", "Sorrel Lane", "Quill | Sons")
    source = evidence(
        *(ticket(f"T-{n}", name, "2026-03-03T10:00:00Z") for n, name in enumerate(names, 1)),
        *(account(f"A-{n}", name) for n, name in enumerate(names, 1)),
    )
    work = Casework(source, policy(), NOW)
    everyone = [affected(name, f"T-{n}") for n, name in enumerate(names, 1)]
    assert work.assess(Assessment.model_validate(facts(
        affected=everyone, bug_confirmed=fact(), code_change_needed=fact(), major_function_broken=fact(),
        workaround={"extent": "none", "cites": [], "why": ""},
    ))) == []  # fmt: skip
    work.submit(EscalationDraft.model_validate(escalation()))
    text = render_markdown(Document(finished(work), source))
    assert "| Bell & Oak | Business | $20,000 | none | 2026-12-31 | T-2 (2026-03-03) |" in text
    assert "Quill \\| Sons" in text


def test_a_handling_note_is_no_escalation_and_holds_reply_article_and_what_would_change_it() -> None:
    work = Casework(records(), policy(), NOW)
    work.assess(Assessment.model_validate(facts(documented_solution=fact("yes", "knowledge_base/K-3", why="it fits"))))
    work.submit(HandlingDraft.model_validate(handling()))
    text = render_markdown(Document(finished(work), work.evidence))
    assert text.startswith("## Handle in support:")
    assert "ESCALATION" not in text
    assert "(a documented solution that was not yet tried [1]; rule H1)" in text
    assert "K-3 (Sync settings)." in text
    assert "> Please check at what time the nightly sync is set to run." in text
    assert "If it still stops, escalate to Engineering." in text


def test_text_of_others_does_not_come_alive() -> None:
    evil = "<script>x</script> ![p](http://e.example/p.png) [a](http://e.example) @channel\n# Heading\n- item"
    text = inert(evil)
    assert "\n" not in text
    html = MarkdownIt("commonmark", {"html": True, "linkify": True}).render("- " + text)
    for live in ("<script", "<img", "<a ", "<h1"):
        assert live not in html
    assert "@channel" not in text


def test_code_spans_keep_their_text() -> None:
    assert inert("Run `curl http://host/a?b=<c>` now") == "Run `curl http://host/a?b=<c>` now"


def test_all_cites_name_each_record_once_and_figures_by_their_inputs() -> None:
    _, brief = escalated()
    cites = all_cites(brief)
    assert len(cites) == len(set(cites))
    assert {"crm/A-1", T1M1, "project_tracker/P-55"} <= set(cites)
    assert not [cite for cite in cites if cite.startswith("figures/")]


def test_proposals_wait_for_a_person_and_name_their_destination() -> None:
    _, brief = escalated()
    proposals = propose(brief, "text", policy(), NOW)
    assert [proposal.kind for proposal in proposals] == [
        "post_to_channel",
        "interim_response",
        "reminder",
        "status_update",
    ]
    assert proposals[0].destination == "#engineering-escalations"
    assert proposals[1].destination == "support_platform/T-101"
