"""What a receiver reads: the template's headings and labels, traceable sentences, and no text of others that comes alive."""

import re
from typing import Any

import pytest
from markdown_it import MarkdownIt
from tests.customer_escalation.casebook import NOW, account, affected, evidence, fact, issue, policy, ticket
from tests.customer_escalation.drafts import BUG_COMMENT, T1, T1M1, escalation, facts, handling, records, reply, said

from customer_escalation.actions import propose
from customer_escalation.cases.result import rule_notes
from customer_escalation.cases.session import Casework
from customer_escalation.decision.figures import computed_lines
from customer_escalation.domain.brief import Brief, EscalationDraft, HandlingDraft, Statement
from customer_escalation.domain.categories import HEADINGS as SECTIONS
from customer_escalation.domain.facts import Assessment
from customer_escalation.domain.findings import Finding
from customer_escalation.domain.formatting import time_words
from customer_escalation.rendering import Document, all_cites, inert, render_markdown
from customer_escalation.rendering.inert import inert_lines
from customer_escalation.rendering.view import BriefView

LABELS = (
    "**Severity:**", "**Target team:**", "**Reported by:**", "**Date:**", "**Customers affected:**", "**Workflow impact:**",
    "**Revenue at risk:**", "**Time in queue:**", "**Last update to customer:**", "**Customer expectation:**",
    "**Escalation risk:**", "**Deadline:**", "Expected:", "Actual:", "Environment:",
)  # fmt: skip
HEADINGS = (
    "### Impact", "### Issue Description", "### What's Been Tried", "### Reproduction Steps", "### Customer Communication",
    "### What's Needed", "### Supporting Context",
)  # fmt: skip


LINK = "[a](http://e.example)"


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


def handled_markdown(**changes: Any) -> str:
    work = Casework(records(), policy(), NOW)
    solved = fact("yes", "knowledge_base/K-3", why="it fits")
    assert work.assess(Assessment.model_validate(facts(documented_solution=solved))) == []
    work.submit(HandlingDraft.model_validate(handling(**changes)))
    return render_markdown(Document(finished(work), work.evidence))


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
    more = [{"ref": ref, "note": "worth opening"} for ref in ("pager/P-1", "email/0f8c2a", "cloud_storage/F-1")]
    work.submit(EscalationDraft.model_validate(escalation(context=[*escalation()["context"], *more])))
    context = render_markdown(Document(finished(work), work.evidence)).partition("### Supporting Context")[2]
    assert re.search(
        r"^- \*\*Mail:\*\* .*Sync, kim.*harrow\.example, 2026-03-02.*: worth opening$", context, re.MULTILINE
    )
    assert "\n- **Files:** F-1 (Contract.pdf): worth opening\n" in context
    assert "\n- **Other records:** P-1 (Night of 2 March): worth opening\n" in context
    labels = re.findall(r"^- \*\*([A-Z][\w ]+):\*\*", context, re.MULTILINE)
    known = [label for _, label in SECTIONS]
    assert [label for label in labels if label in known] == [label for label in known if label in labels]


def test_each_statement_carries_the_id_of_its_record_but_that_of_the_only_ticket_and_the_list_has_every_id() -> None:
    text = markdown()
    assert "They need it before their audit on 2026-03-20.\n" in text
    assert "the batch limit was lowered to 4,000 in 7.2.0 (P-55)." in text
    body, _, context = text.partition("### Supporting Context")
    assert set(re.findall(r"\((T-101|P-55)\)", body)) == {"P-55"}
    assert "- **Tickets:** T-101 (Harrow Mills, open)\n" in context
    assert "- **Tracker:** P-55 (Nightly sync stops early, Open): the open bug\n" in context


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("The sync is broken [[{c1}]]. It worries them [[{c1}]].", "The sync is broken (P-55). It worries them."),
        ("The sync is broken. It worries them [[{c1}]].", "The sync is broken. It worries them (P-55)."),
        ("It is P-55 that worries them [[{c1}]].", "It is P-55 that worries them."),
        ("It is broken [[{c1}, {chat}]]. Both [[{c1} | {chat}]].", "It is broken (P-55, C-7). Both."),
        ("It is broken [[{m1}, {c1}]]. The ticket alone [[{m1}]].", "It is broken (P-55). The ticket alone."),
        ("Their word alone [[figures/queue]].", "Their word alone."),
    ],
)
def test_an_id_is_shown_once_in_a_paragraph_and_not_where_the_text_has_it(written: str, shown: str) -> None:
    written = written.format(m1=T1M1, c1=BUG_COMMENT, chat="chat/C-7")
    assert f"- **Escalation risk:** {shown}\n" in markdown(risk=written)


def test_a_mark_names_three_items_at_most() -> None:
    work = Casework(records(), policy(), NOW)
    for number in range(1, 5):
        work.evidence.ledger.add({"record": issue(f"P-6{number}", "Look-alike", "Open", "2026-03-04T09:30:00Z")})
    assert work.assess(Assessment.model_validate(facts())) == []
    refs = [f"project_tracker/P-6{number}" for number in range(1, 5)]
    work.submit(EscalationDraft.model_validate(escalation(risk=said("Others look alike.", *refs))))
    text = render_markdown(Document(finished(work), work.evidence))
    assert "Others look alike (P-61, P-62, P-63)." in text
    assert "P-64 (Look-alike, Open)" in text.partition("### Supporting Context")[2]


def test_no_mark_is_left_in_what_people_read() -> None:
    hostile = "It fails [[ and ]] so on [[support_platform/T-101-m1]]. A [[b\nc]] d."
    for text in (markdown(), markdown(risk=hostile, tried=[hostile], before_sending=[hostile])):
        assert "[[support_platform" not in text
    assert "[[" not in markdown()


def test_severity_names_its_grounds_and_the_brief_keeps_their_rules_and_records() -> None:
    _, brief = escalated()
    assert "**Severity:** High (the nightly sync stops early)  \n" in markdown()
    assert [(note.rule, note.cites) for note in brief.severity_because] == [("S5", (T1M1,))]


def test_computed_lines_stand_in_their_places() -> None:
    text = markdown()
    assert "**Customers affected:** 1 account: Harrow Mills (Enterprise).\n" in text
    assert "$150,000 ARR, Harrow Mills (renewal 2026-12-31)" in text
    assert "4 h since the first report (2026-03-04 08:00 UTC)" in text
    assert "Engineering responds by 2026-03-04 18:00 UTC" in text


def test_lines_that_the_writer_wrote_stand_for_the_computed_ones() -> None:
    own = {"severity_reason": "Der Abgleich bricht ab.", "customers": "Harrow Mills allein.", "revenue": "$150,000 im Jahr.",
           "queue": "Seit vier Stunden.", "next_update": "Harrow Mills hört um 16:00 UTC von uns.", "response": "Heute noch."}  # fmt: skip
    text = markdown(**own)
    assert "**Severity:** High (Der Abgleich bricht ab)  \n" in text
    for line in list(own.values())[1:]:
        assert f":** {line}\n" in text
    for computed in (
        "1 account",
        "(renewal 2026-12-31)",
        "since the first report",
        "responds by",
        "keeps the relationship",
    ):
        assert computed not in text


def test_a_late_clock_is_told_even_where_the_writer_leaves_it_out() -> None:
    work, _ = escalated()
    finished_brief = finished(work)
    late = Statement(text="T-101 (Harrow Mills): update due now, 3 h overdue.", cites=[])
    met = Statement(text="T-102 (Harrow Mills): first response met.", cites=[])

    def clocks(*lines: str) -> list[str]:
        computed = finished_brief.computed.model_copy(update={"sla": (late, met), "late": (late,)})
        draft = finished_brief.draft.model_copy(update={"sla": list(lines)})
        return BriefView(
            Document(finished_brief.model_copy(update={"computed": computed, "draft": draft}), work.evidence)
        ).sla()

    assert clocks() == [late.text, met.text]
    assert clocks("All others are met.") == ["All others are met.", late.text]
    assert clocks("T-101 waits since noon.") == ["T-101 waits since noon."]


def test_a_brief_drafted_by_rules_says_so() -> None:
    work, _ = escalated()
    assert "Drafted without a model" in render_markdown(Document(finished(work, "rules"), work.evidence))
    assert "Drafted without a model" not in markdown()


def test_findings_stand_on_a_brief_that_needs_review() -> None:
    work, brief = escalated()
    finding = Finding(rule="G1", level="H", message="Nothing shows it.", where="risk")
    text = render_markdown(Document(brief, work.evidence, [finding]))
    assert text.startswith("**Needs review.**")
    assert "\n- risk: Nothing shows it.\n" in text
    assert text.index("Nothing shows it.") < text.index("## ESCALATION:")


def test_many_accounts_become_a_table_and_statements_name_their_tickets() -> None:
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
    work.submit(EscalationDraft.model_validate(escalation(risk=said("They are worried.", "support_platform/T-2"))))
    text = render_markdown(Document(finished(work), source))
    assert "- **Escalation risk:** They are worried (T-2).\n" in text
    assert "| Bell & Oak | Business | $20,000 | none | 2026-12-31 | T-2 (2026-03-03) |" in text
    assert "Quill \\| Sons" in text


def test_a_handling_note_is_no_escalation_and_holds_reply_article_and_what_would_change_it() -> None:
    text = handled_markdown()
    assert text.startswith("## Handle in support:")
    assert "ESCALATION" not in text
    assert "### Why\n\nThe article on sync settings covers the time of the nightly sync (K-3).\n" in text
    assert "Use K-3 (Sync settings).\n\n1. Check the time of the nightly sync (K-3).\n" in text
    assert (
        "**Reply to Harrow Mills (T-101), to be approved**\n\n> Please check at what time the nightly sync is set to run."
        in text
    )
    assert "- If it still stops, escalate to Engineering." in text


def test_the_head_of_either_brief_keeps_its_lines_apart() -> None:
    for text in (markdown(), handled_markdown()):
        head = text.partition("\n**")[2].partition("\n###")[0]
        lines = [line for line in head.splitlines() if line]
        assert len(lines) >= 4
        assert all(line.endswith("  ") for line in lines[:-1])


def test_text_of_others_does_not_come_alive() -> None:
    evil = "<script>x</script> ![p](http://e.example/p.png) [a](http://e.example) @channel\n# Heading\n- item"
    text = inert(evil)
    assert "\n" not in text
    html = MarkdownIt("commonmark", {"html": True, "linkify": True}).render("- " + text)
    for live in ("<script", "<img", "<a ", "<h1"):
        assert live not in html
    assert "@channel" not in text


def test_fenced_code_stays_a_block_in_the_brief_and_closes_nowhere_else() -> None:
    code = "Run it [[knowledge_base/K-3]]:\n```sh\nsync --now\n  <b> `x`\n```\nThen wait."
    text = handled_markdown(steps=[code, "Done."])
    assert "1. Run it (K-3):\n   ```\n   sync --now\n     <b> `x`\n   ```\n   Then wait.\n2. Done." in text
    tokens = MarkdownIt("commonmark").parse(text)
    assert [token.content for token in tokens if token.type == "fence"] == ["sync --now\n  <b> `x`\n"]
    hostile = handled_markdown(uncertain=f"See ```a {LINK} ```` b``` {LINK}", steps=[f"```\n````\n{LINK}\n```\n{LINK}"])
    assert "<a " not in MarkdownIt("commonmark").render(hostile)


@pytest.mark.parametrize(
    "pieces",
    [
        ["It was `", f"` {LINK} `"],
        [f"`` {LINK} `"],
        [f"\\\\`{LINK}", "`"],
        [f"\\` {LINK} `"],
        ["`a`` `", f"`` {LINK}"],
    ],
)
def test_a_stray_backtick_hides_nothing_from_the_guard(pieces: list[str]) -> None:
    html = MarkdownIt("commonmark").render(" ".join(inert(piece) for piece in pieces))
    assert "<a " not in html
    assert "`" in html


def test_code_spans_keep_their_text() -> None:
    assert inert("Run `curl http://host/a?b=<c>` now") == "Run `curl http://host/a?b=<c>` now"
    assert inert("Run ``echo `date` http://h`` now") == "Run ``echo `date` http://h`` now"


@pytest.mark.parametrize(
    "text",
    [
        f"{LINK}\n```\nsync --now\n```\n{LINK}",
        f"````\n```\n```\n````\n{LINK}",
        f"````\n```\n````\n{LINK}",
        f"```\n`````\n{LINK}",
        f"```x```\n{LINK}",
        f"- one\n  ```\n  code\n{LINK}",
        f"~~~\n```\n~~~\n{LINK}",
        f"```sh\n```sh\n```\n{LINK}",
    ],
)
def test_a_text_for_a_customer_is_inert_outside_its_fenced_code(text: str) -> None:
    html = MarkdownIt("commonmark").render("\n".join(f"> {line}" for line in inert_lines(text)))
    assert "<a " not in html


def test_fenced_code_for_a_customer_keeps_its_text_and_indentation() -> None:
    text = "Run:\n```\nif a:\n    curl http://h @b\n```\n  - done"
    assert "\n".join(inert_lines(text)) == text


def test_all_cites_name_each_record_once_and_figures_by_their_inputs() -> None:
    _, brief = escalated()
    cites = all_cites(brief)
    assert len(cites) == len(set(cites))
    assert {"crm/A-1", T1M1, "project_tracker/P-55"} <= set(cites)
    assert not [cite for cite in cites if cite.startswith("figures/")]


def test_what_is_for_the_sender_stands_above_and_the_texts_for_customers_below() -> None:
    waiting = {**reply("Hello,\n\nplease run:\n```\nsync --now\n```"), "wait_for": "Security."}
    text = markdown(before_sending=["Call first."], drafts=[waiting, reply("Still at it.", kind="update")])
    verdict = "**Escalate to Engineering, High.** Before you send this:"
    assert text.startswith(f"{verdict}\n\n- Call first.\n\n---\n\n## ESCALATION:")
    handled = handled_markdown(before_sending=["Call first."])
    verdict = "**Handle it in support, no escalation.** Before you act:"
    assert handled.startswith(f"{verdict}\n\n- Call first.\n\n---\n\n## Handle in support:")
    below = text.partition("### Supporting Context")[2].partition("\n---\n")[2]
    assert below.strip() == (
        "**Reply to Harrow Mills (T-101), to be approved; wait for: Security**\n\n"
        "> Hello,\n> \n> please run:\n> ```\n> sync --now\n> ```\n\n"
        "**Next update to Harrow Mills (T-101), to be approved**\n\n> Still at it."
    )


def test_proposals_wait_for_a_person_and_name_their_destination() -> None:
    _, brief = escalated(drafts=[reply("We are at it."), reply("Still at it.", kind="update")])
    proposals = propose(brief, "text", policy(), NOW)
    assert [proposal.kind for proposal in proposals] == [
        "post_to_channel",
        "customer_reply",
        "status_update",
        "reminder",
    ]
    assert proposals[0].destination == "#engineering-escalations"
    assert proposals[1].destination == T1
