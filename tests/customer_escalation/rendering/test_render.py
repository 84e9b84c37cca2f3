"""What a receiver reads: the template's headings and labels, traceable sentences, and no text of others that comes alive."""

import re
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from markdown_it import MarkdownIt
from tests.customer_escalation.casebook import NOW, account, affected, evidence, fact, issue, policy, ticket
from tests.customer_escalation.drafts import (
    BUG_COMMENT,
    T1,
    T1M1,
    T1M3,
    communication,
    escalation,
    facts,
    handling,
    impact,
    records,
    reply,
    said,
)

from customer_escalation.actions import propose
from customer_escalation.cases.result import rule_notes
from customer_escalation.cases.session import Casework
from customer_escalation.decision.figures import computed_lines
from customer_escalation.domain.brief import Brief, Statement, Verification
from customer_escalation.domain.categories import HEADINGS as SECTIONS
from customer_escalation.domain.draft import EscalationDraft, HandlingDraft
from customer_escalation.domain.facts import Assessment
from customer_escalation.domain.findings import Finding
from customer_escalation.domain.formatting import time_words
from customer_escalation.domain.outcomes import Target
from customer_escalation.rendering import Document, all_cites, inert, render_markdown
from customer_escalation.rendering.inert import inert_lines
from customer_escalation.rendering.view import BriefView

TEMPLATE = (
    "**Severity:**", "**Target team:**", "**Reported by:**", "**Date:**",
    "### Impact", "**Customers affected:**", "**Workflow impact:**", "**Revenue at risk:**", "**Time in queue:**",
    "### Issue Description",
    "### What's Been Tried",
    "### Reproduction Steps", "Expected:", "Actual:", "Environment:",
    "### Customer Communication", "**Last update to customer:**", "**Customer expectation:**", "**Escalation risk:**",
    "### What's Needed", "**Deadline:**",
    "### Supporting Context",
)  # fmt: skip
HEADINGS = tuple(one for one in TEMPLATE if one.startswith("### "))
LABELS = tuple(one for one in TEMPLATE if one not in HEADINGS)


AS_OF = "_As of 2026-03-04 12:00 UTC; nothing has been sent or changed._\n\n"
LINK = "[a](http://e.example)"


def finished(work: Casework, drafted_by: Any = "model") -> Brief:
    assert work.review is not None
    assert work.case is not None
    assert work.decision is not None
    decision = work.decision
    return Brief(
        outcome=decision.outcome, severity=decision.severity, target=decision.target, also_notify=decision.also_notify,
        severity_if_escalated=decision.severity_if_escalated,
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


def handled(**changes: Any) -> tuple[Casework, Brief]:
    work = Casework(records(), policy(), NOW)
    solved = fact("yes", "knowledge_base/K-3", why="it fits")
    assert work.assess(Assessment.model_validate(facts(documented_solution=solved))) == []
    work.submit(HandlingDraft.model_validate(handling(**changes)))
    return work, finished(work)


def handled_markdown(**changes: Any) -> str:
    work, brief = handled(**changes)
    return render_markdown(Document(brief, work.evidence))


def test_every_heading_and_label_of_the_template_is_there_in_its_order() -> None:
    text = markdown()
    assert text.partition("\n---\n\n")[2].startswith("## ESCALATION: Nightly sync stops after 4,000 rows")
    places = [text.index(one) for one in TEMPLATE]
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
    more = said("- Worth opening.", "pager/P-1", "email/0f8c2a", "cloud_storage/F-1")
    work.submit(EscalationDraft.model_validate(escalation(context=f"{escalation()['context']}\n{more}")))
    context = render_markdown(Document(finished(work), work.evidence)).partition("### Supporting Context")[2]
    assert re.search(r"^- \*\*Mail:\*\* .*Sync, kim.*harrow\.example, 2026-03-02.*$", context, re.MULTILINE)
    assert "\n- **Files:** F-1 (Contract.pdf)\n" in context
    assert "\n- **Other records:** P-1 (Night of 2 March)\n" in context
    assert context.index("**Other records:**") < context.index("- **Open bug:**") < context.index("- Worth opening")
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
    assert "- **Tracker:** P-55 (Nightly sync stops early, Open)\n" in context
    assert "- **Open bug:** the limit (P-55).\n" in context


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("The sync is broken [[{c1}]]. It worries them [[{c1}]].", "The sync is broken (P-55). It worries them."),
        ("The sync is broken. It worries them [[{c1}]].", "The sync is broken. It worries them (P-55)."),
        ("It is P-55 that worries them [[{c1}]].", "It is P-55 that worries them."),
        ("It is slow (P-55-c1) [[{c1}]].", "It is slow (P-55-c1)."),
        ("It is P-55-X that worries them [[{c1}]].", "It is P-55-X that worries them (P-55)."),
        ("It is broken [[{c1}, {chat}]]. Both [[{c1} | {chat}]].", "It is broken (P-55, C-7). Both."),
        ("It is broken [[{m1}, {c1}]]. The ticket alone [[{m1}]].", "It is broken (P-55). The ticket alone."),
        ("Their word alone [[figures/queue]].", "Their word alone."),
    ],
)
def test_an_id_is_shown_once_in_a_paragraph_and_not_where_the_text_has_it(written: str, shown: str) -> None:
    written = written.format(m1=T1M1, c1=BUG_COMMENT, chat="chat/C-7")
    assert f"- **Escalation risk:** {shown}\n" in markdown(communication=communication(Escalation_risk=written))


def test_a_mark_names_three_items_at_most() -> None:
    work = Casework(records(), policy(), NOW)
    for number in range(1, 5):
        work.evidence.ledger.add({"record": issue(f"P-6{number}", "Look-alike", "Open", "2026-03-04T09:30:00Z")})
    assert work.assess(Assessment.model_validate(facts())) == []
    refs = [f"project_tracker/P-6{number}" for number in range(1, 5)]
    told = communication(Escalation_risk=said("Others look alike.", *refs))
    work.submit(EscalationDraft.model_validate(escalation(communication=told)))
    text = render_markdown(Document(finished(work), work.evidence))
    assert "Others look alike (P-61, P-62, P-63)." in text
    assert "P-64 (Look-alike, Open)" in text.partition("### Supporting Context")[2]


def test_no_mark_is_left_in_what_people_read() -> None:
    hostile = "It fails [[ and ]] so on [[support_platform/T-101-m1]]. A [[b\nc]] d."
    everywhere = dict.fromkeys(("impact", "tried", "sender", "reproduction", "communication", "context"), hostile)
    for text in (markdown(), markdown(**everywhere)):
        assert "[[support_platform" not in text
    assert "[[" not in markdown()


def test_severity_names_its_grounds_and_the_brief_keeps_their_rules_and_records() -> None:
    _, brief = escalated()
    assert "**Severity:** High (the nightly sync stops early)  \n" in markdown()
    assert [(note.rule, note.cites) for note in brief.severity_because] == [("S5", (T1M1,))]


IMPACT_LABEL = re.compile(r"^- \*\*([^*]+):\*\*", re.MULTILINE)


def impact_of(text: str) -> str:
    return text.partition("### Impact\n")[2].partition("\n\n### ")[0]


def test_computed_lines_come_in_where_the_impact_has_none_in_the_order_of_the_template() -> None:
    for written in (impact(), ""):
        text = impact_of(markdown(impact=written))
        assert "- **Customers affected:** 1 account: Harrow Mills (Enterprise).\n" in text
        assert "- **Revenue at risk:** $150,000 ARR, Harrow Mills (renewal 2026-12-31)" in text
        assert "- **Time in queue:** 4 h since the first report (2026-03-04 08:00 UTC)" in text
        told = ["Workflow impact"] if written else []
        assert IMPACT_LABEL.findall(text) == ["Customers affected", *told, "Revenue at risk", "Time in queue", "SLA"]


@pytest.mark.parametrize(
    ("own", "order"),
    [
        (("Workflow impact", "Promises"), "Customers affected, Workflow impact, Revenue at risk, Time in queue, SLA, Promises"),
        (("Whose data", "Workflow impact"), "Customers affected, Whose data, Workflow impact, Revenue at risk, Time in queue, SLA"),
        (("Time in queue", "Duration"), "Customers affected, Revenue at risk, Time in queue, SLA, Duration"),
        (("SLA, round the clock",), "Customers affected, Revenue at risk, Time in queue, SLA, round the clock"),
        (("revenue at risk (ARR)", "Deals"), "Customers affected, revenue at risk (ARR), Time in queue, SLA, Deals"),
        (("Duration",), "Customers affected, Revenue at risk, Time in queue, SLA, Duration"),
    ],
)  # fmt: skip
def test_a_computed_row_stands_behind_those_that_the_template_has_before_it(own: tuple[str, ...], order: str) -> None:
    text = impact_of(markdown(impact=impact(Workflow_impact="", **dict.fromkeys(own, "Nobody knows."))))
    assert ", ".join(IMPACT_LABEL.findall(text)) == order


def test_rows_that_the_writer_wrote_stand_for_the_computed_ones() -> None:
    own = {
        "Customers_affected": "Harrow Mills allein.",
        "Revenue_at_risk": "$150,000 im Jahr.",
        "Time_in_queue": "Seit vier Stunden.",
    }
    text = markdown(impact=impact(**own, SLA="Keine Uhr ist abgelaufen."))
    for line in own.values():
        assert f":** {line}\n" in text
    assert impact_of(text).endswith("- **SLA:** Keine Uhr ist abgelaufen.")
    for computed in ("1 account", "(renewal 2026-12-31)", "since the first report"):
        assert computed not in text


def test_a_row_may_be_a_list_or_a_table_and_keeps_its_lines() -> None:
    rows = f"- **Workflow impact:**\n  - The customer reports a stop [[{T1M1}]].\n  - Nothing helps [[{BUG_COMMENT}]].\n- **Audit:** soon."
    text = impact_of(markdown(impact=rows))
    assert "- **Workflow impact:**\n  - The customer reports a stop.\n  - Nothing helps (P-55).\n- **Revenue" in text
    tokens = MarkdownIt("commonmark").parse(text)
    assert sum(token.type == "bullet_list_open" for token in tokens) == 2


LATE = Statement(text="T-101 (Harrow Mills): update due now, 3 h overdue.", cites=[T1])
MET = Statement(text="T-102 (Harrow Mills): first response met.", cites=[])


def with_clocks(**rows: str) -> str:
    """The impact of a brief with these clocks and these rows."""
    work, brief = escalated()
    computed = brief.computed.model_copy(update={"sla": (LATE, MET), "late": (LATE,)})
    draft = brief.draft.model_copy(update={"impact": impact(**rows)})
    view = BriefView(Document(brief.model_copy(update={"computed": computed, "draft": draft}), work.evidence))
    view.only_ticket = ""
    assert isinstance(draft, EscalationDraft)
    return view.impact(draft)


def test_a_late_clock_of_a_ticket_that_the_row_does_not_name_is_a_further_point_of_it() -> None:
    assert with_clocks().endswith(f"\n- **SLA:**\n  - {LATE.text}\n  - {MET.text}")
    others = with_clocks(SLA="All others are met.", Audit="It is soon.")
    assert others.endswith(f"\n- **SLA:** All others are met.\n  - {LATE.text}\n- **Audit:** It is soon.")
    named = with_clocks(SLA="T-101 waits since noon.")
    assert named.endswith("\n- **SLA:** T-101 waits since noon.")
    listed = with_clocks(SLA="\n  - All others are met.")
    assert listed.endswith(f"\n- **SLA:**\n  - All others are met.\n  - {LATE.text}")
    two = with_clocks(SLA="All others are met.", SLA_round_the_clock="T-101 waits since noon.")
    assert LATE.text not in two


@pytest.mark.parametrize(
    ("row", "told"),
    [
        ("| Harrow Mills | venceu às 15h10, há 5 h 35 min |", True),
        ("| Harrow Mills | due since 15:10 |", True),
        ("| T-101 | 5 h 35 min late |", True),
        ("| Harrow Mills | due since noon |", False),
        ("| Bell & Oak | due since 15:10 |", False),
    ],
)
def test_a_late_clock_that_a_row_of_the_section_tells_is_not_told_again(row: str, told: bool) -> None:
    work, brief = escalated()
    late = Statement(text="T-101 (Harrow Mills): due now, 5 h 35 min overdue (until 2026-03-04 15:10 UTC).", cites=[T1])
    computed = brief.computed.model_copy(update={"sla": (late,), "late": (late,)})
    table = f"| Who | Clock |\n|---|---|\n{row}\n"
    draft = brief.draft.model_copy(update={"impact": f"{table}\n- **SLA:** Monday to Friday."})
    view = BriefView(Document(brief.model_copy(update={"computed": computed, "draft": draft}), work.evidence))
    view.only_ticket = ""
    assert isinstance(draft, EscalationDraft)
    assert (late.text not in view.impact(draft)) is told


def test_the_clock_of_the_only_ticket_need_not_name_it() -> None:
    work, brief = escalated()
    computed = brief.computed.model_copy(update={"sla": (LATE,), "late": (LATE,)})
    view = BriefView(Document(brief.model_copy(update={"computed": computed}), work.evidence))
    assert view.only_ticket == T1
    assert view.sla("The update is due.") == []
    assert view.sla("") == [LATE.text]


def test_the_deadline_has_its_text_or_the_computed_window_and_what_it_rests_on() -> None:
    assert "\n- **Deadline:** 2026-03-20, the customer's audit.\n" in markdown()
    empty = {"by": "2026-03-20", "basis": "policy", "text": ""}
    assert "\n- **Deadline:** Our own schedule: Engineering responds by 2026-03-04 18:00 UTC" in markdown(
        deadline=empty
    )
    for basis in ("sla", "record", "proposed"):
        assert "\n- **Deadline:** Fri 20 Mar: Soon.\n" in markdown(deadline={**empty, "basis": basis, "text": "Soon."})
    timed = {"by": "2026-03-20T17:00:00+01:00", "basis": "proposed", "text": "before the weekend (proposed)."}
    assert "\n- **Deadline:** Fri 20 Mar, 17:00 UTC+1: before the weekend (proposed).\n" in markdown(deadline=timed)
    for told in ("until the 20th; 46 pages", "at 17:00; 46 pages", "on 2026-03-20"):
        assert f"\n- **Deadline:** {told}.\n" in markdown(deadline={**timed, "text": told})
    assert "Fri 20 Mar, 17:00 UTC+1: 46 pages" in markdown(deadline={**timed, "text": "46 pages are made by hand."})


def test_a_deadline_on_the_clock_of_the_brief_does_not_name_it() -> None:
    work, brief = escalated(
        deadline={"by": "2026-03-20T17:00:00+01:00", "basis": "proposed", "text": "Before the weekend."}
    )
    there = brief.model_copy(update={"zone": ZoneInfo("Europe/Paris")})
    assert "**Deadline:** Fri 20 Mar, 17:00: Before" in render_markdown(Document(there, work.evidence))
    abroad = brief.model_copy(update={"zone": ZoneInfo("Europe/London")})
    assert "**Deadline:** Fri 20 Mar, 17:00 UTC+1: Before" in render_markdown(Document(abroad, work.evidence))


def test_the_options_stand_as_a_table_below_the_lines_that_open_the_brief() -> None:
    lines = f"Engineering: fix the sync.\n{said('The audit is on 2026-03-20.', T1M1)}"
    table = "| | Fix | Wait |\n|---|---|---|\n| Gives | all rows | nothing |\n\nWe recommend the fix."
    shown = markdown(opening=f"{lines}\n\n{table}")
    above, _, below = shown.partition("\n|  | Fix | Wait |\n| --- | --- | --- |\n| Gives | all rows | nothing |\n")
    assert above.endswith("Engineering: fix the sync.  \nThe audit is on 2026-03-20.\n")
    assert below.startswith("\nWe recommend the fix.\n\n**Severity:** ")
    assert markdown(opening=lines).partition("2026-03-20.\n")[2].startswith("\n**Severity:** ")


def test_the_hours_ahead_are_the_computed_follow_up() -> None:
    assert "\n**Follow-up:** " in markdown()
    assert "keeps the relationship" in markdown().partition("**Follow-up:** ")[2]
    assert "**Target team:** Engineering  \n" in markdown()


def test_what_is_not_there_is_said_in_a_fixed_word() -> None:
    text = markdown(tried="", reproduction="", containment="")
    assert "### What's Been Tried\nNothing on record.\n" in text
    assert "### Reproduction Steps\nNot applicable.\n" in text
    assert "**Containment:** None is recorded.\n" in markdown(containment="None is recorded.")
    assert "**Containment:** \n  - **Done:** a.\n  - **Open:** b.\n" in markdown(
        containment="- **Done:** a.\n- **Open:** b."
    )


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
    told = communication(Escalation_risk=said("They are worried.", "support_platform/T-2"))
    work.submit(EscalationDraft.model_validate(escalation(communication=told)))
    text = render_markdown(Document(finished(work), source))
    assert "- **Escalation risk:** They are worried (T-2).\n" in text
    assert "| Bell & Oak | Business | $20,000 | none | 2026-12-31 | T-2 (2026-03-03) |" in text
    assert "Quill \\| Sons" in text
    assert text.index("**Customers affected:**") < text.index("| Bell & Oak |") < text.index("**Workflow impact:**")
    assert MarkdownIt("commonmark").enable("table").render(impact_of(text)).count("<table>") == 1
    own = "| Account | Waits for |\n|---|---|\n| Bell & Oak | the sync |"
    work.submit(EscalationDraft.model_validate(escalation(impact=f"{impact()}\n\n{own}")))
    text = render_markdown(Document(finished(work), source))
    assert "| Bell & Oak | the sync |" in text
    assert "$20,000" not in text.partition("- **Revenue")[0]


def test_two_accounts_are_no_table() -> None:
    names = ("Harrow Mills", "Bell & Oak")
    work = Casework(evidence(*(one.data for one in records().ledger.records.values()),
                             ticket("T-2", "Bell & Oak", "2026-03-03T10:00:00Z")), policy(), NOW)  # fmt: skip
    everyone = [affected(name, number) for name, number in zip(names, ("T-101", "T-2"), strict=True)]
    assert work.assess(Assessment.model_validate(facts(affected=everyone))) == []
    work.submit(EscalationDraft.model_validate(escalation()))
    assert "|" not in impact_of(render_markdown(Document(finished(work), work.evidence)))


def test_a_handling_note_is_no_escalation_and_holds_reply_article_and_what_would_change_it() -> None:
    text = handled_markdown()
    page, note, texts = text.split("\n---\n\n", 2)
    assert page.startswith("**Handle it in support, no escalation.**")
    assert note.startswith("## Handle in support:")
    assert texts.startswith("**Text 1: Harrow Mills, T-101**")
    assert "ESCALATION" not in text
    assert (
        "Use K-3 (Sync settings).\n\n### What to do\n\n1. Check the time of the nightly sync (K-3).\n\n### Why\n\n"
        in note
    )
    assert "### Why\n\nThe article on sync settings covers the time of the nightly sync (K-3).\n" in note
    assert "**Text 1: Harrow Mills, T-101**\n\n> Please check at what time the nightly sync is set to run." in text
    assert "If it still stops, escalate to Engineering." in text


def test_the_head_of_either_brief_keeps_its_lines_apart() -> None:
    for text in (markdown(), handled_markdown()):
        head = text.partition("\n## ")[2].partition("\n**")[2].partition("\n\n")[0]
        lines = [line for line in head.splitlines() if line]
        assert len(lines) >= 2
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
    text = handled_markdown(note=f"1. {code}\n2. Done.".replace("\n", "\n   ").replace("   2. ", "2. "))
    assert "1. Run it (K-3):\n   ```\n   sync --now\n     <b> `x`\n   ```\n   Then wait.\n2. Done." in text
    tokens = MarkdownIt("commonmark").parse(text)
    assert [token.content for token in tokens if token.type == "fence"] == ["sync --now\n  <b> `x`\n"]
    hostile = handled_markdown(note=f"See ```a {LINK} ```` b``` {LINK}\n\n```\n````\n{LINK}\n```\n{LINK}")
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


def test_what_is_for_the_sender_stands_above_and_the_texts_numbered_below() -> None:
    waiting = {**reply("Hello,\n\nplease run:\n```\nsync --now\n```"), "when": "Once Security agrees."}
    text = markdown(
        sender="**To Engineering as High.**\n\n1. Call first.\n2. Send text 1.",
        drafts=[waiting, {**reply("Still at it.", kind="update"), "when": "16:00 UTC"}],
        messages=[{"to": "Engineering", "text": f"Needed today [[{T1M3}]]:\n- the limit"}, {"to": "Inès <b>", "text": "May it go?"}],
        ticket_note="Promise nothing.",
    )  # fmt: skip
    assert text.startswith(
        f"{AS_OF}**To Engineering as High.**\n\n1. Call first.\n2. Send text 1.\n\n---\n\n## ESCALATION:"
    )
    below = text.partition("### Supporting Context")[2].partition("\n---\n")[2]
    assert below.strip() == (
        "**Text 1: Harrow Mills, T-101 (Once Security agrees)**\n\n"
        "> Hello,\n> \n> please run:\n> ```\n> sync --now\n> ```\n\n"
        "**Text 2: Harrow Mills, T-101 (16:00 UTC)**\n\n> Still at it.\n\n"
        "**Text 3: Engineering**\n\n> Needed today:\n> - the limit\n\n"
        "**Text 4: Inès \\<b>**\n\n> May it go?\n\n"
        "**Text 5: Internal note for the ticket**\n\n> Promise nothing.\n\n"
        f"{markdown().rpartition('---')[2].strip()}"
    )
    note = handled_markdown(ticket_note="Promise nothing.")
    assert note.endswith("**Text 2: Internal note for the ticket**\n\n> Promise nothing.\n")


def test_a_team_that_keeps_to_itself_is_marked_so() -> None:
    work, brief = escalated()
    for restricted, also, told in (
        (True, (), " (restricted: its own channel only)"),
        (True, (Target.PRODUCT,), " (also notify: Product; restricted: its own channel only)"),
        (False, (Target.PRODUCT,), " (also notify: Product)"),
        (False, (), ""),
    ):
        changed = brief.model_copy(update={"restricted": restricted, "also_notify": also})
        assert f"**Target team:** Engineering{told}  \n" in render_markdown(Document(changed, work.evidence))


def test_without_words_for_the_sender_the_decision_stands_there() -> None:
    assert markdown(sender="").startswith("**Escalate to Engineering, High.**\n\n---\n\n## ESCALATION:")
    start = "**Handle it in support, no escalation.**\n\n---\n\n## Handle in support:"
    assert handled_markdown(sender="").startswith(start)


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


def test_a_note_with_its_page_is_one_document_and_without_it_it_is_whole() -> None:
    heads = ("**Decision:**", "**Date:**", "- **Tickets:**")
    page = handled_markdown(
        sender="Support solves it today.", note="# Why\nThe **limit**.\n\n#### Then\n1. Send text 1."
    )
    for head in heads:
        assert head not in page
    assert page.startswith("## Nightly sync stops early for Harrow Mills\n\n_Handle in support, no escalation · As of ")
    assert (
        "_\n\nSupport solves it today.\n\n### Why\n\nThe **limit**.\n\n#### Then\n\n1. Send text 1.\n\n---\n\n**Text 1"
        in page
    )
    alone = handled_markdown(sender="")
    for head in (*heads, "### Records"):
        assert head in alone


def test_headings_of_a_note_are_headings_and_those_of_a_section_are_none() -> None:
    cited = "[[knowledge_base/K-3]]"
    note = handled_markdown(
        sender="It stays.",
        note=f"## One\nIt is so {cited}.\n## Two\nIt is so {cited}.\n| a | b |\n|---|---|\n| x | {cited} |",
    )
    assert "### One\n\nIt is so (K-3).\n\n### Two\n\nIt is so (K-3).\n\n| a | b |\n| --- | --- |\n| x | K-3 |" in note
    assert "\n# It" not in markdown(description="# It stops\nAt noon.")


def test_a_mark_in_a_bold_lead_or_behind_a_date_leaves_nothing_odd() -> None:
    cited = "[[knowledge_base/K-3]]"
    text = markdown(
        description=f"- **Armor, named as second {cited} :** it works.\n- It ends on 24.11. {cited}. Then more.",
        deadline={"by": "2026-03-10", "basis": "customer_given", "text": "Dienstag, 10.3.: Schluss"},
    )
    assert "- **Armor, named as second (K-3) :** it works.\n" in text
    assert "- It ends on 24.11. (K-3). Then more." in text
    assert "**Deadline:** Dienstag, 10.3.: Schluss." in text


def test_stars_in_code_are_no_bold() -> None:
    text = markdown(
        description="- The log says «failed to run f(*[], **{}» and stops. **Then** it goes on.\n- **Seen:** `g(**kwargs)` fails.\n"
        "- It calls h(*args, **kwargs) again.\n- Now **bold is left open."
    )
    shown = MarkdownIt().render(text)
    assert "f(*[], **{}» and stops. <strong>Then</strong> it goes on." in shown
    assert "<strong>Seen:</strong> <code>g(**kwargs)</code> fails." in shown
    assert "h(*args, **kwargs) again." in shown
    assert "Now bold is left open." in shown


def test_the_first_line_of_the_page_goes_without_marks() -> None:
    page = markdown(sender=f"**To Engineering** [[{T1M1}]]. It stops.\nCall them {said('now.', T1M1)}")
    assert "**To Engineering**. It stops." in page


def test_asks_are_rows_or_a_list_where_one_has_options_and_stand_as_written_where_they_name_who_themselves() -> None:
    fix = {"owner": "Engineering (Kim)", "kind": "fix", "by": "2026-03-10T17:00:00+01:00", "text": "Fix it | now."}
    decide = {"owner": "Product", "kind": "decide", "by": "2026-03-11", "text": "Decide."}
    rows = markdown(asks=[fix, decide])
    assert "| # | Who | What | By |\n| --- | --- | --- | --- |\n" in rows
    assert (
        "\n| 1 | Engineering (Kim) | Fix it \\| now. | Tue 10 Mar, 17:00 |\n| 2 | Product | Decide. | Wed 11 Mar |\n"
        in rows
    )
    options = markdown(asks=[{**fix, "text": "Choose:\n- A: x\n- B: y"}, {**decide, "by": ""}])
    assert (
        "\n1. **Engineering (Kim), Tue 10 Mar, 17:00:** Choose:\n   - A: x\n   - B: y\n2. **Product:** Decide.\n"
        in options
    )
    assert "\n1. **Product, Wed 11 Mar:** Decide.\n" in markdown(asks=[decide])
    assert "\n1. **Engineering, today:** Fix it.\n" in markdown(
        asks=[{**fix, "text": "**Engineering, today:** Fix it."}]
    )


@pytest.mark.parametrize(
    ("read", "told"),
    [
        (Verification(read=9), ""),
        (Verification(read=9, texts_unread=4), "- Not read for hidden instructions: 4 texts near this case.\n"),
        (
            Verification(read=8, unread=1, texts_unread=4),
            (
                "- Not read against the records by a second model: 1 of 9 statements. "
                "Not read for hidden instructions: 4 texts near this case.\n"
            ),
        ),
    ],
)
def test_what_no_second_model_read_is_said(read: Verification, told: str) -> None:
    work, brief = escalated()
    text = render_markdown(Document(brief.model_copy(update={"verification": read}), work.evidence))
    assert [line for line in text.splitlines(keepends=True) if "Not read" in line] == [told] * bool(told)
