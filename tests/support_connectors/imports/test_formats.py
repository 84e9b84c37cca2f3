"""Exports of each system as items of the workspace: what is taken, as what, and what is not and why."""

import json
from collections.abc import Callable
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from tests.support_connectors.imports import exports
from tests.support_connectors.imports.desk import Desk
from tests.support_connectors.imports.exports import lines, zendesk_ticket

from support_connectors.backend import Paging
from support_connectors.imports.formats import ColumnsWanted
from support_connectors.imports.options import Options
from support_connectors.imports.outcome import UnreadableExport


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


def test_zendesks_full_export_a_ticket_a_line_with_its_people_in_files_beside_it(desk: Desk) -> None:
    tickets = desk.file("tickets.json", lines(zendesk_ticket(), zendesk_ticket(4712, status="deleted"), {"id": 5}))
    people = desk.file("people.json", lines(*exports.ZENDESK_USERS, *exports.ZENDESK_ORGANIZATIONS))
    report = desk.take(tickets, people)
    assert [one.title for one in report.files] == ["Zendesk", "Zendesk"]
    assert report.files[0].taken == {"support_platform": {"new": 1}}
    assert report.files[0].tally.left == {"it is deleted": 1, "it is no ticket, user or organization of Zendesk's": 1}
    assert report.files[0].tally.notes == {}
    with desk.open() as store:
        assert store.connectors["support_platform"] == "connected"
        assert store.connectors["chat"] == "not_connected"
        ticket = store.support_platform.read_ticket("4711")
    assert (ticket.customer, ticket.state, ticket.priority, ticket.ticket_kind) == (
        "Quillfeather Press", "open", "high", "incident"
    )  # fmt: skip
    first, automatic, note = ticket.messages
    assert (first.author, first.role, first.text) == (
        "Ines Balogh", "customer", "Every invoice prints without our logo."
    )  # fmt: skip
    assert (automatic.role, automatic.extra["automatic"]) == ("agent", True)
    assert (note.author, note.role, note.internal) == ("Tove Lind", "agent", True)


def test_zendesks_answers_hold_people_beside_the_tickets_and_mostly_no_comments(desk: Desk) -> None:
    bare = zendesk_ticket()
    del bare["comments"]
    answer = {
        "count": 1, "next_page": None, "tickets": [bare], "users": exports.ZENDESK_USERS,
        "organizations": exports.ZENDESK_ORGANIZATIONS,
    }  # fmt: skip
    report = desk.take(desk.file("answer.json", json.dumps(answer, indent=1)))
    assert [note[:30] for note in report.files[0].tally.notes] == ["Some tickets came without thei"]
    with desk.open() as store:
        [only] = store.support_platform.read_ticket("4711").messages
    assert (only.author, only.text) == ("Ines Balogh", "Every invoice prints without our logo.")


def test_who_wrote_is_not_made_up_where_zendesks_users_are_missing(desk: Desk) -> None:
    report = desk.take(desk.file("tickets.json", lines(zendesk_ticket())))
    assert any(note.startswith("Some writers are in none of the files") for note in report.files[0].tally.notes)
    with desk.open() as store:
        messages = store.support_platform.read_ticket("4711").messages
    assert [(one.author, one.role) for one in (messages[0], messages[2])] == [
        ("user 71", "customer"),
        ("user 72", "agent"),
    ]


def test_people_inside_zendesks_tickets_count(desk: Desk) -> None:
    [ines, tove], [company] = exports.ZENDESK_USERS, exports.ZENDESK_ORGANIZATIONS
    ticket = zendesk_ticket(requester=ines, assignee=tove, organization=company)
    for key in ("requester_id", "assignee_id", "organization_id"):
        del ticket[key]
    report = desk.take(desk.file("tickets.json", lines(ticket)))
    assert report.files[0].tally.notes == {}
    with desk.open() as store:
        found = store.support_platform.read_ticket("4711")
    assert (found.customer, found.messages[2].author) == ("Quillfeather Press", "Tove Lind")


@pytest.mark.parametrize("shape", [lambda one: {"issues": [one], "total": 1}, lambda one: [one], lambda one: one])
def test_jiras_json_in_each_of_its_shapes(desk: Desk, shape: Callable[[object], object]) -> None:
    report = desk.take(desk.file("issues.json", json.dumps(shape(exports.JIRA_ISSUE))))
    assert report.files[0].title == "Jira"
    with desk.open() as store:
        issue = store.project_tracker.read_issue("ENG-12")
    assert (issue.type, issue.status, issue.state, issue.created_at) == (
        "Bug", "In Review", "open", "2026-03-08T12:00:00.000+01:00"
    )  # fmt: skip
    assert [(one.author, one.text) for one in issue.comments] == [
        ("Rui", "Links are gone since 4.12.0."), ("Ada", "Bisected.")
    ]  # fmt: skip
    assert issue.extra["link"] == "https://quill.atlassian.net/browse/ENG-12"


def test_jiras_csv_with_repeated_columns_and_comments_in_cells(desk: Desk) -> None:
    file = desk.file("jira.csv", exports.JIRA_CSV)
    report = desk.take(file, options=Options(zone=ZoneInfo("Europe/Berlin")))
    assert report.zones_missing == 3
    [(why, count)] = report.files[0].tally.left.items()
    assert "say its form with --dates" in why
    assert count == 1
    with desk.open() as store:
        issue = store.project_tracker.read_issue("ENG-12")
    assert (issue.created_at, issue.state, issue.labels) == (
        "2026-03-25T10:12:00+01:00", "open", ["export", "regression"]
    )  # fmt: skip
    assert [(one.at, one.author, one.text) for one in issue.comments] == [
        ("2026-03-25T10:12:00+01:00", "Rui", "It fails with\nerror 502"),
        ("2026-03-25T11:00:00+01:00", "5b10ac", "Seen; twice"),
        ("2026-03-26T08:59:00+01:00", "5b10ad", "Fix is out"),
    ]


def test_a_form_of_times_that_is_said_is_the_one_that_counts(desk: Desk) -> None:
    table = "Summary,Issue key,Status,Created\nA,ENG-1,Open,3/4/26\nB,ENG-2,Open,2026-04-03\n"
    report = desk.take(desk.file("jira.csv", table), options=Options(dates="%m/%d/%y"))
    assert report.files[0].tally.left == {"it has a time that is not written as %m/%d/%y": 1}
    with desk.open() as store:
        assert store.project_tracker.read_issue("ENG-1").created_at == "2026-03-04T00:00:00Z"


def test_slacks_archive_gives_the_talk_of_its_channels(desk: Desk) -> None:
    report = desk.take(exports.slack_zip(desk.folder / "slack.zip"))
    assert report.files[0].taken == {"chat": {"new": 2}}
    assert list(report.files[0].tally.left.values()) == [1, 1, 1]  # dms.json, a join, a talk between two
    with desk.open() as store:
        context = store.chat.read_chat_message("C024BE91L-1772960000.000100", 5)
    assert (context.item.channel, context.item.author, context.item.text) == (
        "#printing", "tove.l", "Anyone seen @Rui and a missing logo?"
    )  # fmt: skip
    assert [one.text for one in context.after] == ["Yes & twice"]


def test_githubs_issues_from_its_interface_and_from_gh(desk: Desk) -> None:
    pull = {**exports.GITHUB_ISSUE, "number": 14, "pull_request": {"url": "x"}}
    homeless = {key: value for key, value in exports.GH_ISSUE.items() if key != "url"} | {"number": 15}
    file = desk.file("issues.json", json.dumps([[exports.GITHUB_ISSUE, pull], [exports.GH_ISSUE, homeless]]))
    report = desk.take(file)
    assert report.files[0].taken == {"project_tracker": {"new": 2}}
    assert set(report.files[0].tally.left) == {
        "it is a pull request", "it does not say of which repository it is: export it with its url"
    }  # fmt: skip
    assert [note[:38] for note in report.files[0].tally.notes] == ["Some issues came without their comment"]
    with desk.open() as store:
        first = store.project_tracker.read_issue("quill/press#12")
        second = store.project_tracker.read_issue("quill/press#13")
    assert (first.state, first.type, first.comments[0].author) == ("closed", "bug", "ines")
    assert [(one.id, one.author, one.text) for one in second.comments] == [
        ("quill/press#13-d", "ines", "The font is wrong."), ("quill/press#13-c99", "rui", "Which font?")
    ]  # fmt: skip
    assert second.state == "open"


def test_intercoms_conversations_have_their_opening_and_their_notes_are_internal(desk: Desk) -> None:
    bare = {key: value for key, value in exports.INTERCOM_CONVERSATION.items() if key != "conversation_parts"}
    file = desk.file(
        "conversations.json", json.dumps({"conversations": [exports.INTERCOM_CONVERSATION, {**bare, "id": "216"}]})
    )
    report = desk.take(file)
    assert report.files[0].taken == {"support_platform": {"new": 2}}
    assert [note[:40] for note in report.files[0].tally.notes] == ["Some conversations came without their pa"]
    with desk.open() as store:
        ticket = store.support_platform.read_ticket("215")
    assert (ticket.customer, ticket.subject, ticket.created_at) == (
        "Quillfeather Press", "No logo", "2026-03-08T20:00:00Z"
    )  # fmt: skip
    assert [(one.role, one.internal, one.text) for one in ticket.messages] == [
        ("customer", False, "Our logo is gone."),
        ("agent", True, "Known bug."),
        ("agent", False, "Thanks, we look."),
    ]
    assert ticket.messages[2].extra == {"automatic": True}


def test_hubspots_companies_pay_what_the_named_column_says_and_not_what_they_earn(desk: Desk) -> None:
    report = desk.take(desk.file("companies.csv", exports.HUBSPOT_CSV))
    assert any("--map arr_usd=COLUMN" in note for note in report.files[0].tally.notes)
    assert report.files[0].tally.left == {"it has no record id": 1}
    with desk.open() as store:
        assert store.crm.read_account("501").arr_usd is None
    named = Options(columns={"arr_usd": "Contract value"})
    report = desk.take(desk.folder / "companies.csv", options=named)
    assert report.files[0].taken == {"crm": {"changed": 1, "same": 1}}
    assert any(note.startswith("Some amounts") for note in report.files[0].tally.notes)
    with desk.open() as store:
        account = store.crm.read_account("Quillfeather Press")
    assert (account.id, account.tier, account.arr_usd, account.renewal) == ("501", "Enterprise", 120_000, "2026-06-30")


def test_salesforces_accounts_count_in_their_currency(desk: Desk) -> None:
    report = desk.take(desk.file("Account.csv", exports.SALESFORCE_CSV))
    assert report.files[0].title == "Salesforce"
    with desk.open() as store:
        first, second = store.crm.read_account("Quillfeather Press"), store.crm.read_account("Marrow & Pine")
    assert (first.arr_usd, first.tier, first.renewal) == (120_000, "Enterprise", "2026-06-30")
    assert (second.arr_usd, second.extra["arr"]) == (None, "8000 EUR")


def test_any_table_with_its_columns_named(desk: Desk) -> None:
    file = desk.file(
        "list.csv", "Nr;Kunde;Wert;Verlängerung\n1;Müller & Söhne;5000,5;30.06.2026\n2;;7;\n".encode("cp1252")
    )
    options = Options(encoding="cp1252")
    with pytest.raises(ColumnsWanted, match="'Nr', 'Kunde', 'Wert', 'Verlängerung'"):
        desk.take(file, options=options)
    columns = {"id": "Nr", "name": "Kunde", "renewal": "Verlängerung"}
    report = desk.take(file, options=Options(encoding="cp1252", category="crm", columns=columns))
    assert report.files[0].taken == {"crm": {"new": 1}}
    assert report.files[0].tally.left == {"its column 'Kunde' is empty": 1}
    with desk.open() as store:
        account = store.crm.read_account("Müller & Söhne")
    assert (account.id, account.renewal, account.arr_usd) == ("1", "2026-06-30", None)
    with pytest.raises(UnreadableExport, match="has no column 'Name'"):
        desk.take(file, options=Options(encoding="cp1252", category="crm", columns={"id": "Nr", "name": "Name"}))


def test_a_table_of_tickets_has_their_text_as_the_first_message(desk: Desk) -> None:
    file = desk.file("t.csv", "no,title,made,who,words\n7,No logo,2026-03-08T07:00:00Z,Ines,It is gone.\n")
    columns = {"id": "no", "subject": "title", "created_at": "made", "text": "words", "author": "who"}
    desk.take(file, options=Options(category="support_platform", columns=columns))
    with desk.open() as store:
        ticket = store.support_platform.read_ticket("7")
        found = store.support_platform.search_tickets("gone", None, Paging()).items
    assert [one.id for one in found] == ["7"]
    assert (ticket.customer, ticket.messages[0].author, ticket.messages[0].text) == ("", "Ines", "It is gone.")
