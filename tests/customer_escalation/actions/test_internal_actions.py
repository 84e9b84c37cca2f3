"""What is offered for tickets, the tracker and colleagues: of this case alone, and without what not everybody there may read."""

from typing import Any

import pytest
from tests.customer_escalation.actions.test_proposals import brief
from tests.customer_escalation.casebook import NOW, account, article, chat, evidence, issue, policy, ticket
from tests.customer_escalation.drafts import BUG, T1, T1M1, ask, records, reproduction, said

from customer_escalation.actions import Proposal, propose
from customer_escalation.actions.internal_texts import Around, tickets_of
from customer_escalation.actions.proposals import NOBODY_KNOWS, OF_SECURITY
from customer_escalation.cases.offering import holds_money, refs_behind
from customer_escalation.domain.brief import Brief
from customer_escalation.domain.draft import ColleagueText, EscalationDraft
from customer_escalation.domain.evidence import Evidence
from customer_escalation.domain.facts import Assessment
from customer_escalation.domain.outcomes import Severity, Target
from customer_escalation.policy import Policy, PolicyError, overlaid

OWN = '[teams.product]\nchannel = "#product-intake"\n'


def written(**changes: Any) -> Brief:
    """The casebook's brief with fields of its draft changed."""
    made = brief(drafts=())
    assert isinstance(made.draft, EscalationDraft)
    draft = EscalationDraft.model_validate({**made.draft.model_dump(), **changes})
    return made.model_copy(update={"draft": draft})


def offered(
    made: Brief, found: Evidence | None = None, about: tuple[str, ...] = (BUG,), by: Policy | None = None
) -> list[Proposal]:
    known = found or records()
    figures = {figure.ref: figure.inputs for figure in made.figures}
    around = Around(known, tickets_of(made, known), holds_money, figures)
    channels = {str(record.data["channel"]) for record in known.of_kind("chat_message")}
    return propose(made, "the brief", by or policy(), NOW, None, channels, around, about)


def of(kind: str, steps: list[Proposal]) -> list[Proposal]:
    return [step for step in steps if step.kind == kind]


def with_bug(status: str) -> Evidence:
    """The casebook's records, its tracker item with another status."""
    found = records()
    found.ledger.put(issue_record(status))
    return found


def issue_record(status: str) -> Any:
    return evidence(issue("P-55", "Nightly sync stops early", status, "2026-03-04T09:30:00Z")).ledger.records[BUG]


def test_the_steps_of_the_skill_come_first_then_the_tracker_the_tickets_and_colleagues() -> None:
    steps = offered(
        written(messages=[{"number": 1, "to": "Product", "text": "For your planning."}]),
        by=overlaid(policy(), OWN, "own"),
    )
    assert [step.kind for step in steps] == [
        "post_to_channel", "reminder", "tracker_comment", "internal_note", "team_message",
    ]  # fmt: skip


# The tracker


def test_the_open_item_of_the_case_gets_a_short_comment_without_the_customers_name() -> None:
    (comment,) = of(
        "tracker_comment", offered(written(asks=[ask("**Engineering, by 6 March:** Fix the batch limit.")]))
    )
    assert (comment.destination, comment.system) == (BUG, "project_tracker")
    assert comment.text.splitlines() == [
        "Escalated to Engineering as High (today).",
        "Nightly sync stops after 4,000 rows since 7.2.0 for T-101",
        "- **Engineering, by 6 March:** Fix the batch limit.",
        "Tickets: T-101",
        "We look again: 4 March 2026, 16:00 UTC.",
    ]
    assert comment.left_out == ("Harrow Mills is called T-101",)


def test_a_ticket_that_stands_for_its_own_customer_is_named_once() -> None:
    text = "Read T-101 of Harrow Mills, T-101 (Harrow Mills), T-101 (Harrow Mills, open), and T-102 of Harrow Mills."
    (comment,) = of("tracker_comment", offered(written(asks=[ask(text)])))
    assert "- Read T-101, T-101, T-101 (open), and T-102 of T-101." in comment.text.splitlines()


def test_an_item_that_the_facts_do_not_rest_on_or_the_brief_does_not_name_gets_none() -> None:
    assert not of("tracker_comment", offered(written(), about=()))
    found = records()
    found.ledger.put(
        evidence(issue("P-99", "Something else", "Open", "2026-03-01T09:00:00Z")).ledger.records["project_tracker/P-99"]
    )
    assert [
        one.destination for one in of("tracker_comment", offered(written(), found, (BUG, "project_tracker/P-99")))
    ] == [BUG]


JOIN = "**Engineering, by 6 March:** Join the open incident."


@pytest.mark.parametrize(
    ("cites", "status", "where"),
    [
        (("knowledge_base/KB-9", "project_tracker/P-77"), "Open", [BUG, "project_tracker/P-77"]),
        (("knowledge_base/KB-9", "project_tracker/P-77"), "Closed", [BUG]),
        (("project_tracker/P-77",), "Open", [BUG]),
        (("knowledge_base/KB-9",), "Open", [BUG]),
    ],
)
def test_an_open_item_that_an_ask_names_beside_an_article_gets_a_comment(
    cites: tuple[str, ...], status: str, where: list[str]
) -> None:
    found = records()
    for record in evidence(
        issue("P-77", "Exports are down", status, "2026-03-01T09:00:00Z"),
        article("KB-9", "When exports are down", "Attach the escalation to the open incident."),
    ).ledger.records.values():
        found.ledger.put(record)
    made = written(asks=[ask(said(JOIN, *cites))])
    assert [one.destination for one in of("tracker_comment", offered(made, found))] == where
    assert not of("tracker_item", offered(made, found))
    if len(where) == 2:
        assert of("tracker_item", offered(made, found, ()))  # joining is no item of one's own
        assert not of("tracker_comment", offered(made.model_copy(update={"target": Target.SECURITY}), found))


def test_where_the_item_is_closed_a_new_one_is_filed_that_names_it() -> None:
    steps = offered(written(), with_bug("Closed"))
    assert not of("tracker_comment", steps)
    (item,) = of("tracker_item", steps)
    assert (item.destination, item.system) == ("bug", "project_tracker")
    title, empty, *rest = item.text.splitlines()
    assert (title, empty) == ("Nightly sync stops after 4,000 rows since 7.2.0 for T-101", "")
    body = "\n".join(rest)
    assert "1. Open Sync, choose Nightly, press Run now." in body
    assert "- Fix the batch limit of the nightly sync." in body
    assert body.endswith("Tickets: T-101\nWe look again: 4 March 2026, 16:00 UTC.\nP-55: Closed")
    assert "[[" not in body


def test_an_item_is_filed_for_teams_that_work_by_the_tracker_and_where_one_is_connected() -> None:
    assert of("tracker_item", offered(written(), about=()))
    for target in (Target.LEADERSHIP, Target.L2, Target.SECURITY):
        assert not of("tracker_item", offered(written().model_copy(update={"target": target}), about=()))
    none = Evidence(records().ledger, frozenset({"support_platform"}))
    assert not of("tracker_item", offered(written(), none, ()))


def test_a_team_that_policy_restricts_is_kept_out_of_the_tracker_and_the_note_too() -> None:
    kept = overlaid(policy(), "[teams.engineering]\nrestricted = true\n", "own")
    steps = offered(written(), by=kept)
    assert not [step for step in steps if step.system == "project_tracker"]
    assert "sync" not in of("internal_note", steps)[0].text


def test_nothing_of_security_stands_in_the_tracker() -> None:
    steps = offered(written().model_copy(update={"target": Target.SECURITY}))
    assert not [step for step in steps if step.system == "project_tracker"]


@pytest.mark.parametrize(
    "secret",
    [
        said("They pay 150,000 a year and renew in December.", "crm/A-1"),
        said("The exposure is high.", "figures/arr"),
        "There is $150,000 at stake.",
        "Auf dem Spiel stehen 150.000 € im Jahr.",
    ],
)
def test_what_stands_on_the_crm_or_is_an_amount_of_money_does_not_get_into_the_tracker(secret: str) -> None:
    kept = said("The sync stops with E-77.", T1M1)
    made = written(
        description=f"{kept} {secret}", reproduction=reproduction(note=secret), asks=[ask(f"Fix it.\n{secret}")]
    )
    (item,) = of("tracker_item", offered(made, about=()))
    assert "The sync stops with E-77." in item.text
    assert "- Fix it." in item.text
    assert not [part for part in ("150", "exposure", "stake", "Spiel") if part in item.text]
    assert item.left_out[-1] == "3 sentences with account figures are left out"


# The page

PAGED = '[paging]\nsystem = "pagerduty"\n'


def paging(own: str = "") -> Policy:
    return overlaid(policy(), f"{PAGED}{own}", "own")


def test_a_page_is_offered_of_a_critical_case_and_where_an_ask_of_its_owner_cites_an_article() -> None:
    cited = ask(said("**Engineering, now:** Page who is on call.", "knowledge_base/KB-9"))
    elsewhere = {**cited, "owner": "Product"}
    assert not of("page", offered(written(), by=paging()))
    assert not of("page", offered(written(asks=[elsewhere]), by=paging()))
    assert of("page", offered(written(asks=[cited]), by=paging()))
    critical = written().model_copy(update={"severity": Severity.CRITICAL})
    assert not of("page", offered(critical))  # nothing that pages is named
    (page,) = of("page", offered(critical, by=paging()))
    assert (page.destination, page.system) == ("Engineering", "pager")


def test_a_page_says_what_is_wrong_first_and_neither_customers_nor_sums() -> None:
    critical = written(asks=[ask("**Engineering, now:** Fix the batch limit.")])
    critical = critical.model_copy(update={"severity": Severity.CRITICAL})
    (page,) = of("page", offered(critical, by=paging('[teams.engineering]\nchannel = "#eng-now"\n')))
    assert page.text.splitlines() == [
        "Critical: Nightly sync stops after 4,000 rows since 7.2.0 for T-101",
        "- **Engineering, now:** Fix the batch limit.",
        "Tickets: T-101",
        "#eng-now",
    ]
    assert page.left_out == ("Harrow Mills is called T-101",)
    (page,) = of("page", offered(critical, by=paging("[teams.engineering]\nrestricted = true\n")))
    assert page.text == "Escalated to Engineering as Critical (today)."


@pytest.mark.parametrize(
    "wrong",
    ['system = "opsgenie"', 'system = "alertmanager"', 'system = "pagerduty"\naddress = "http://pager.example"'],
)
def test_what_cannot_page_is_no_policy(wrong: str) -> None:
    with pytest.raises(PolicyError, match="paging"):
        overlaid(policy(), f"[paging]\n{wrong}\n", "own")


# The calendar

CALENDAR = '[reminders]\ncalendar = "https://dav.example/team/"\n'


def test_a_reminder_goes_to_the_calendar_that_the_policy_names_and_says_nothing_of_what_a_team_keeps_to_itself() -> (
    None
):
    (mine,) = of("calendar_entry", offered(written(), by=overlaid(policy(), CALENDAR, "own")))
    assert (mine.system, mine.destination, "sync" in mine.text) == ("calendar", "2026-03-04T16:00:00+00:00", True)
    kept = overlaid(policy(), f"{CALENDAR}[teams.engineering]\nrestricted = true\n", "own")
    (secret,) = of("calendar_entry", offered(written(), by=kept))
    assert secret.text == "Escalated to Engineering as High (today)."
    for address in ("http://dav.example/", "file:///tmp/x", "dav.example"):
        with pytest.raises(PolicyError, match="calendar"):
            overlaid(policy(), f'[reminders]\ncalendar = "{address}"\n', "own")


# Tickets


def test_every_ticket_of_the_case_gets_the_note_that_the_writer_drafted() -> None:
    found = records()
    found.ledger.put(
        evidence(ticket("T-102", "Harrow Mills", "2026-03-04T09:00:00Z")).ledger.records["support_platform/T-102"]
    )
    made = written(ticket_note=said("Promise nothing before 6 March.", T1M1))
    row = made.computed.accounts[0]
    both = row.model_copy(update={"cites": (*row.cites, "support_platform/T-102")})
    made = made.model_copy(update={"computed": made.computed.model_copy(update={"accounts": (both,)})})
    notes = of("internal_note", offered(made, found))
    assert [one.destination for one in notes] == [T1, "support_platform/T-102"]
    assert {one.text for one in notes} == {"Promise nothing before 6 March."}


def test_without_one_the_note_says_what_was_escalated_to_whom_and_when_we_look_again() -> None:
    (note,) = of("internal_note", offered(written()))
    assert note.text.splitlines() == [
        "Escalated to Engineering as High (today).",
        "Nightly sync stops after 4,000 rows since 7.2.0 for Harrow Mills",
        "We look again: 4 March 2026, 16:00 UTC.",
    ]
    (secret,) = of("internal_note", offered(written().model_copy(update={"target": Target.SECURITY})))
    assert secret.text.splitlines()[0] == "Escalated to Security as High (today)."
    assert "sync" not in secret.text


def test_the_note_and_the_comment_are_in_the_language_of_the_brief() -> None:
    german = (
        "Der Abgleich bricht seit dem Wechsel auf 7.2.0 ab und die Zeilen fehlen. Wir haben es nicht behoben, und der Kunde "
        "wartet auf eine Antwort von uns."
    )
    texts = dict.fromkeys(
        ["opening", "description", "impact", "communication", "reproduction", "context", "tried"], german
    )
    made = written(
        **texts, summary="Abgleich bricht ab", asks=[ask("Die Grenze bitte wieder auf den Wert von vorher setzen.")]
    )
    steps = offered(made)
    (note,), (comment,) = of("internal_note", steps), of("tracker_comment", steps)
    assert note.text.startswith("An Engineering eskaliert, High (today).\nAbgleich bricht ab\nWir sehen wieder nach: ")
    assert comment.text.startswith("An Engineering eskaliert, High (today).")
    assert note.title == "Interne Notiz in T-101 eintragen?"


# Colleagues


@pytest.mark.parametrize(
    ("to", "where"),
    [
        ("Product", "#product-intake"), ("Product (#support)", "#support"), ("#support", "#support"), ("#nowhere", ""),
        ("agent.kim", ""), ("Engineering", ""), ("Production", ""),
    ],
)  # fmt: skip
def test_a_text_for_colleagues_is_offered_where_it_is_known_where_they_read_it(to: str, where: str) -> None:
    made = written(messages=[ColleagueText(number=1, to=to, text=said("Please plan for it.", T1M1)).model_dump()])
    steps = of("team_message", offered(made, by=overlaid(policy(), OWN, "own")))
    assert [(one.destination, one.text, one.title) for one in steps] == (
        [(where, "Please plan for it.", f"Post text 1 in {where}?")] if where else []
    )


def test_a_person_is_told_where_nobody_knows_the_channel_and_where_security_owns_the_case() -> None:
    assert of("post_to_channel", offered(written()))[0].beware == (NOBODY_KNOWS,)
    known = records()
    heard = {**chat("C-8", "2026-03-04T10:00:00Z", "Hi."), "channel": "#engineering-escalations"}
    known.ledger.put(evidence(heard).ledger.records["chat/C-8"])
    assert of("post_to_channel", offered(written(), known))[0].beware == ()
    made = written(messages=[{"number": 1, "to": "#support", "text": "Say nothing yet."}])
    (message,) = of("team_message", offered(made.model_copy(update={"target": Target.SECURITY})))
    assert message.beware == (OF_SECURITY,)


def test_what_facts_rest_on_leaves_out_those_of_other_cases_and_those_that_are_not_so() -> None:
    from tests.customer_escalation.casebook import fact
    from tests.customer_escalation.drafts import facts

    stated = Assessment.model_validate(
        facts(
            similar_solved_in_support=fact("yes", "project_tracker/OLD-1", why="x"),
            infrastructure=fact("no", "project_tracker/OLD-2"),
        )
    )
    behind = set(refs_behind(stated))
    assert BUG in behind
    assert not behind & {"project_tracker/OLD-1", "project_tracker/OLD-2"}


def test_an_accounts_record_is_needed_for_no_step() -> None:
    assert account("A-9", "Nobody")["ref"] not in {step.destination for step in offered(written())}
