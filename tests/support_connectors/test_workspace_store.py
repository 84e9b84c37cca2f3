"""The embedded workspace as a whole: loading, states, filters, writes, several processes."""

import hashlib
import json
import os
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from tests.support_connectors.workspaces import many_tickets, workspace

from support_connectors.backend import (
    AccountFilter,
    ChatFilter,
    InvalidCursor,
    InvalidInput,
    IssueFilter,
    NewIssue,
    NotFound,
    Paging,
    Period,
    TicketFilter,
    Unavailable,
    Write,
)
from support_connectors.categories import WORKSPACE_CATEGORIES, Category
from support_connectors.times import end_of, parse_time
from support_connectors.workspace.records import AccountRecord, WorkspaceError
from support_connectors.workspace.rows import item_text, item_text_of_stored, row_of, stored
from support_connectors.workspace.schema import SCHEMA_VERSION
from support_connectors.workspace.store import (
    WorkspaceStore,
    load_workspace,
    open_workspace,
    workspace_from,
    workspace_from_json,
)

US = Write("agent.tove")
FIRST = Paging()


@pytest.fixture
def store() -> Iterator[WorkspaceStore]:
    with workspace_from_json(workspace()) as opened:
        yield opened


def listed(store: WorkspaceStore, wanted: TicketFilter) -> list[str]:
    return [ticket.id for ticket in store.support_platform.list_tickets(wanted, FIRST).items]


def test_a_load_says_what_it_stored(tmp_path: Path) -> None:
    summary = load_workspace(workspace({"chat": "error: token expired"}), tmp_path / "new" / "workspace.db")
    assert summary.counts == {"support_platform": 3, "crm": 2, "chat": 4, "project_tracker": 1, "knowledge_base": 1}
    assert summary.connectors["chat"] == "error: token expired"
    assert [warning.split(" ")[0] for warning in summary.warnings] == ["records.support_platform[].region"]


def test_a_loaded_workspace_is_there_again_when_it_is_opened(tmp_path: Path) -> None:
    load_workspace(workspace(), tmp_path / "workspace.db")
    with open_workspace(tmp_path / "workspace.db") as store:
        assert store.now is not None
        assert store.now.isoformat() == "2026-03-10T12:00:00+01:00"
        assert store.policy == {"high_value_arr": 90_000, "team_timezone": "Europe/Berlin"}
        assert store.connectors == dict.fromkeys(WORKSPACE_CATEGORIES, "connected")
        assert store.warnings == ()
        assert len(listed(store, TicketFilter())) == 3


def test_a_second_load_replaces_everything_and_ends_old_cursors(tmp_path: Path) -> None:
    path = tmp_path / "workspace.db"
    load_workspace(many_tickets(30), path)
    with open_workspace(path) as store:
        tickets = store.support_platform
        cursor = tickets.list_tickets(TicketFilter(), FIRST).next_cursor
        tickets.add_internal_note("T-1", "A note.", Write("me", "key"))
        load_workspace(workspace(), path)
        assert listed(store, TicketFilter()) == ["TCK-1003", "TCK-1002", "TCK-1001"]
        with pytest.raises(InvalidCursor):
            tickets.list_tickets(TicketFilter(), Paging(10, cursor))
        assert tickets.search_tickets("printer", None, FIRST).total == 0
        assert tickets.add_internal_note("TCK-1001", "Another.", Write("me", "key")).text == "Another."


def test_a_failed_load_leaves_the_old_contents(tmp_path: Path) -> None:
    path = tmp_path / "workspace.db"
    load_workspace(workspace(), path)
    broken = workspace()
    broken["records"]["knowledge_base"][0]["updated_at"] = "lately"
    with pytest.raises(WorkspaceError, match=r"knowledge_base\[0\]\.updated_at"):
        load_workspace(broken, path)
    with open_workspace(path) as store:
        assert len(listed(store, TicketFilter())) == 3


@pytest.mark.parametrize("had_contents", [True, False])
def test_a_load_that_dies_half_way_leaves_the_old_contents(tmp_path: Path, had_contents: bool) -> None:
    path = tmp_path / "workspace.db"
    if had_contents:
        load_workspace(workspace(), path)
    dies = (
        "import os, sys\n"
        "from support_connectors.workspace import store\n"
        "from tests.support_connectors.workspaces import many_tickets\n"
        "row_of = store.row_of\n"
        "def some(category, record):\n"
        "    if category == 'crm': os._exit(9)\n"
        "    return row_of(category, record)\n"
        "store.row_of = some\n"
        "store.load_workspace(many_tickets(40_000), sys.argv[1])\n"
    )
    assert subprocess.run([sys.executable, "-c", dies, str(path)], check=False).returncode == 9
    if not had_contents:
        with pytest.raises(WorkspaceError, match="Load one there again"):
            open_workspace(path)
        load_workspace(workspace(), path)
    with open_workspace(path) as store:
        assert len(listed(store, TicketFilter())) == 3


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="asks Linux how much memory a process took")
def test_a_load_takes_little_memory_whatever_the_file_has(tmp_path: Path) -> None:
    """More than fifty megabytes; read whole, they took nine hundred of memory."""
    source = tmp_path / "large.json"
    text = " ".join(f"word{number % 977}" for number in range(120))
    with source.open("w", encoding="utf-8") as file:
        file.write('{"records": {"chat": [')
        for number in range(30_000):
            said = {"id": f"C{number}", "channel": "#c", "at": "2026-03-01", "author": "u", "text": text}
            file.write(("," if number else "") + json.dumps(said))
        file.write('], "support_platform": [')
        for number in range(3_000):
            messages = [{"at": "2026-03-01", "author": "u", "role": "customer", "text": text}] * 10
            ticket = {"id": f"T{number}", "customer": "A", "created_at": "2026-03-01", "status": "open", "priority": ""}
            file.write(("," if number else "") + json.dumps({**ticket, "subject": "s", "messages": messages}))
        file.write("]}}")
    assert source.stat().st_size > 50_000_000
    loads = (
        "import re, sys\n"
        "from support_connectors.workspace.store import load_workspace\n"
        "print(load_workspace(sys.argv[1], sys.argv[2]).counts)\n"
        "print(int(re.search(r'VmHWM:\\s+(\\d+) kB', open('/proc/self/status').read())[1]) // 1024)\n"
    )
    line = [sys.executable, "-c", loads, str(source), str(tmp_path / "workspace.db")]
    counts, megabytes = subprocess.run(line, check=True, capture_output=True, text=True).stdout.splitlines()
    assert "'support_platform': 3000" in counts
    assert "'chat': 30000" in counts
    assert int(megabytes) < 250


def test_ids_are_told_apart_over_the_whole_source(tmp_path: Path) -> None:
    """An id that is made up for a message gives way to one that another ticket, far behind, uses itself."""
    data = many_tickets(2_000)
    tickets = data["records"]["support_platform"]
    said = {"at": "2026-03-01", "author": "u", "role": "customer", "text": "Hello."}
    tickets[0]["messages"] = [dict(said)]
    tickets[-1]["messages"] = [{**said, "id": "T-0-m1", "text": "Far behind."}]
    source = tmp_path / "workspace.json"
    source.write_text(json.dumps(data), encoding="utf-8")
    load_workspace(source, tmp_path / "workspace.db")
    with open_workspace(tmp_path / "workspace.db") as store:
        assert [message.id for message in store.support_platform.read_ticket("T-0").messages] == ["T-0-m2"]
        assert store.support_platform.read_ticket("T-0-m1").id == "T-1999"
    tickets[5]["id"] = "T-0-m1"
    source.write_text(json.dumps(data), encoding="utf-8")
    with pytest.raises(WorkspaceError) as refusal:
        load_workspace(source, tmp_path / "workspace.db")
    assert str(refusal.value) == (
        f"{source}: records.support_platform[1999].messages[0].id: "
        '"T-0-m1" is already the id of records.support_platform[5].'
    )
    with open_workspace(tmp_path / "workspace.db") as store:
        assert store.support_platform.read_ticket("T-5").id == "T-5"


def test_a_part_of_a_file_that_is_given_twice_is_a_fault(tmp_path: Path) -> None:
    source = tmp_path / "workspace.json"
    source.write_text('{"records": {"crm": [], "chat": [], "crm": []}}', encoding="utf-8")
    with pytest.raises(WorkspaceError, match=r"records\.crm: is given twice\."):
        load_workspace(source, tmp_path / "workspace.db")


def test_a_source_that_can_be_read_only_once_is_kept_while_it_is_needed(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    broken = workspace()
    broken["records"]["crm"][0]["arr_usd"] = "much"
    for data, says in ((broken, r"pipe: records\.crm\[0\]\.arr_usd"), (workspace(), "")):
        with ThreadPoolExecutor(1) as pool:
            pool.submit(pipe.write_text, json.dumps(data), "utf-8")
            if says:
                with pytest.raises(WorkspaceError, match=says):
                    load_workspace(pipe, tmp_path / "workspace.db")
            else:
                assert load_workspace(pipe, tmp_path / "workspace.db").counts["crm"] == 2


def test_what_is_indexed_of_a_record_counts_for_the_version_of_the_tables() -> None:
    """The index keeps no text: a row leaves it by the text that it was made of. If this changes, count ``SCHEMA_VERSION`` up."""
    data = workspace()
    data["records"]["support_platform"][0]["mood"] = {"ref": "a", "tense": [True, 2.5, None]}
    with workspace_from_json(data) as store:
        ticket = store.support_platform.read_ticket("TCK-1001")
    account = row_of("crm", AccountRecord.model_validate(data["records"]["crm"][0])).result
    texts = [item_text(one, ["PART"]) for one in (ticket, account)]
    assert texts == [item_text_of_stored(json.loads(json.dumps(stored(one))), ["PART"]) for one in (ticket, account)]
    digest = hashlib.sha256(json.dumps(texts).encode()).hexdigest()[:16]
    assert (SCHEMA_VERSION, digest) == (4, "565091232f57ebad")


def test_another_programs_file_is_never_overwritten(tmp_path: Path) -> None:
    database, text = tmp_path / "other.db", tmp_path / "notes.txt"
    connection = sqlite3.connect(database)
    connection.execute("CREATE TABLE precious (x)")
    connection.close()
    text.write_text("precious")
    for path in (database, text):
        before = path.read_bytes()
        with pytest.raises(WorkspaceError, match="is not a workspace; it was left alone"):
            load_workspace(workspace(), path)
        assert path.read_bytes() == before
        with pytest.raises(WorkspaceError, match="not a workspace"):
            open_workspace(path)


def test_opening_what_is_not_there_says_how_to_load(tmp_path: Path) -> None:
    with pytest.raises(WorkspaceError, match=r"workspace load FILE\.json"):
        open_workspace(tmp_path / "none.db")
    with pytest.raises(WorkspaceError, match=r"none\.json cannot be read"):
        workspace_from(tmp_path / "none.json")
    with pytest.raises(WorkspaceError, match="cannot be read: Is a directory"):
        load_workspace(workspace(), tmp_path)


def test_a_workspace_is_opened_as_what_it_is_whatever_its_name(tmp_path: Path) -> None:
    (tmp_path / "a.db").write_text(json.dumps(workspace()))
    load_workspace(tmp_path / "a.db", tmp_path / "b.json")
    for name in ("a.db", "b.json"):
        with workspace_from(tmp_path / name) as store:
            assert store.crm.read_account("ACC-1").name == "Quillfeather Press"


@pytest.mark.parametrize("category", WORKSPACE_CATEGORIES)
@pytest.mark.parametrize(
    ("state", "says"), [("not_connected", "is not connected"), ("error: 401 from SSO", "401 from SSO")]
)
def test_a_category_that_is_not_connected_answers_nothing_but_that(category: Category, state: str, says: str) -> None:
    data = workspace()
    data["connectors"] = {category: state}
    with workspace_from_json(data) as store:
        calls: dict[Category, Callable[[], object]] = {
            "support_platform": lambda: store.support_platform.search_tickets("logo", None, FIRST),
            "crm": lambda: store.crm.read_account("ACC-1"),
            "chat": lambda: store.chat.list_chat_messages(ChatFilter(), FIRST),
            "project_tracker": lambda: store.project_tracker.comment_on_issue("ENG-77", "Hello.", US),
            "knowledge_base": lambda: store.knowledge_base.draft_article("T", "B", US),
        }
        for name, call in calls.items():
            if name == category:
                with pytest.raises(Unavailable, match=says):
                    call()
            else:
                call()
        assert store.connector_state(category) == state


@pytest.mark.parametrize(
    ("customer", "ids"),
    [
        ("Quillfeather Press", ["TCK-1001"]),
        ("  quillfeather   PRESS ", ["TCK-1001"]),
        ("ACC-1", ["TCK-1001"]),
        ("acc-2", ["TCK-1003", "TCK-1002"]),
        ("Marrow & Pine", ["TCK-1003", "TCK-1002"]),
        ("Quillfeather", []),
        ("Nobody Inc", []),
    ],
)
def test_a_customer_is_known_by_name_and_by_crm_account(store: WorkspaceStore, customer: str, ids: list[str]) -> None:
    assert listed(store, TicketFilter(customer=customer)) == ids


def test_a_crm_that_is_not_connected_lends_no_names() -> None:
    with workspace_from_json(workspace({"crm": "not_connected"})) as store:
        assert listed(store, TicketFilter(customer="Marrow & Pine")) == ["TCK-1002"]


def test_a_search_can_be_kept_to_one_customer(store: WorkspaceStore) -> None:
    search = store.support_platform.search_tickets
    assert [ticket.id for ticket in search("logo export", "marrow & pine", FIRST).items] == ["TCK-1002"]
    assert search("logo", "Nobody Inc", FIRST).total == 0


@pytest.mark.parametrize(
    ("since", "until", "ids"),
    [
        (None, "2026-03-08", ["TCK-1001"]),
        ("2026-03-09", "2026-03-09", ["TCK-1002"]),
        ("2026-03-09", None, ["TCK-1003", "TCK-1002"]),
        ("2026-03-10T04:30:00Z", "2026-03-10T04:30:00Z", ["TCK-1003"]),
        ("2027-01-01", None, []),
    ],
)
def test_periods_compare_moments_whatever_their_zone(
    store: WorkspaceStore, since: str | None, until: str | None, ids: list[str]
) -> None:
    period = Period(parse_time(since) if since else None, end_of(until) if until else None)
    assert listed(store, TicketFilter(period=period)) == ids


def test_lists_filter_by_what_their_category_has(store: WorkspaceStore) -> None:
    assert listed(store, TicketFilter(status="SOLVED")) == ["TCK-1002"]
    accounts = store.crm.list_accounts(AccountFilter(tier="business"), FIRST).items
    assert [account.id for account in accounts] == ["ACC-2"]
    renewing = Period(until=end_of("2026-12-31"))
    assert [account.id for account in store.crm.list_accounts(AccountFilter(renewal=renewing), FIRST).items] == [
        "ACC-1"
    ]
    assert store.chat.list_chat_messages(ChatFilter(channel="#PRINTING"), FIRST).total == 3
    assert store.project_tracker.list_issues(IssueFilter(type="Bug", status="in progress"), FIRST).total == 1
    assert store.project_tracker.list_issues(IssueFilter(type="feature"), FIRST).total == 0


def test_a_search_shows_the_messages_that_match_and_a_read_shows_all(store: WorkspaceStore) -> None:
    ticket = store.support_platform.search_tickets("letterhead template", None, FIRST).items[0]
    assert [message.id for message in ticket.messages] == ["TCK-1001-m2"]
    assert not ticket.messages_complete
    whole = store.support_platform.read_ticket("TCK-1001")
    assert [message.id for message in whole.messages] == ["TCK-1001-m1", "TCK-1001-m2", "TCK-1001-m3"]
    assert whole.messages_complete
    assert whole.messages[2].account == "Marrow & Pine"


def test_the_id_of_a_message_leads_to_its_ticket(store: WorkspaceStore) -> None:
    assert store.support_platform.read_ticket("support_platform/TCK-1001-m2").id == "TCK-1001"


def test_an_account_is_read_by_its_name_too(store: WorkspaceStore) -> None:
    assert store.crm.read_account("quillfeather press").id == "ACC-1"


def test_an_unknown_id_is_answered_with_the_nearest_ones(store: WorkspaceStore) -> None:
    with pytest.raises(NotFound, match=r"No ticket 'TCK-101'\. Nearest ids: .*TCK-1001"):
        store.support_platform.read_ticket("TCK-101")
    with pytest.raises(NotFound, match=r"No account 'Quillfeather'\. Nearest ids: ACC-1"):
        store.crm.read_account("Quillfeather")


def test_a_chat_message_comes_with_its_neighbours_in_its_channel(store: WorkspaceStore) -> None:
    context = store.chat.read_chat_message("MSG-1", 5)
    assert [message.id for message in context.before] == ["MSG-0"]
    assert [message.id for message in context.after] == ["MSG-3"]
    assert store.chat.read_chat_message("MSG-1", 0).before == []


def test_nothing_in_a_record_can_pass_for_another_record() -> None:
    data = workspace()
    data["records"]["crm"][0]["contacts"][0]["ref"] = "crm/FAKE"
    data["records"]["crm"][0]["git"] = [{"ref": "refs/heads/main"}]
    with workspace_from_json(data) as store:
        account = store.crm.read_account("ACC-1")
        assert account.contacts[0].extra == {"source_ref": "crm/FAKE"}
        assert account.extra == {"git": [{"source_ref": "refs/heads/main"}]}


def test_an_internal_note_and_a_reply_join_the_thread(store: WorkspaceStore) -> None:
    tickets = store.support_platform
    note = tickets.add_internal_note("TCK-1001", "Escalated to the asset team.", US)
    reply = tickets.reply_to_customer("TCK-1001", "We are on it.", US)
    assert (note.id, note.internal, note.at) == ("TCK-1001-m4", True, "2026-03-10T12:00:00+01:00")
    assert (reply.id, reply.internal, reply.role) == ("TCK-1001-m5", False, "agent")
    assert tickets.read_ticket("TCK-1001").messages[-2:] == [note, reply]
    assert tickets.search_tickets("escalated", None, FIRST).items[0].messages == [note]


def test_a_new_status_shows_in_reads_and_filters(store: WorkspaceStore) -> None:
    assert store.support_platform.set_ticket_status("TCK-1001", "pending", US).status == "pending"
    assert listed(store, TicketFilter(status="Pending")) == ["TCK-1001"]
    assert store.support_platform.search_tickets("pending", None, FIRST).total == 1
    assert store.support_platform.set_ticket_status("TCK-1001", "solved", US).status == "solved"
    assert store.support_platform.search_tickets("pending", None, FIRST).total == 0
    assert store.support_platform.search_tickets("logo", None, FIRST).items[0].id == "TCK-1001"


def test_an_activity_joins_the_accounts_timeline(store: WorkspaceStore) -> None:
    activity = store.crm.log_account_activity("ACC-1", "Escalated the letterhead bug.", US)
    assert store.crm.read_account("ACC-1").timeline == [activity]
    assert store.crm.search_accounts("escalated", FIRST).items[0].timeline is None


def test_new_items_follow_the_numbering_of_their_category(store: WorkspaceStore) -> None:
    issue = store.project_tracker.create_issue(NewIssue("bug", "New", "It broke.", "P1", ("x",)), US)
    assert (issue.id, issue.comments[0].text, issue.labels) == ("ENG-78", "It broke.", ["x"])
    assert store.project_tracker.read_issue("ENG-78") == issue
    assert store.chat.post_chat_message("#new", "Hello.", US).id == "MSG-4"
    draft = store.knowledge_base.draft_article("Logos", "How to keep them.", US)
    assert (draft.id, draft.extra) == ("ART-6", {"state": "draft", "author": "agent.tove"})


def test_the_first_item_of_an_empty_category_gets_an_id_too() -> None:
    data = workspace()
    data["records"]["project_tracker"] = []
    with workspace_from_json(data) as store:
        assert store.project_tracker.create_issue(NewIssue("bug", "T", "D", "P1"), US).id == "ISSUE-1"


def test_a_write_without_text_or_target_changes_nothing(store: WorkspaceStore) -> None:
    with pytest.raises(InvalidInput, match="The note is empty"):
        store.support_platform.add_internal_note("TCK-1001", "  \n", US)
    with pytest.raises(NotFound):
        store.support_platform.reply_to_customer("TCK-9", "Hello.", Write("me", "key"))
    assert store.support_platform.reply_to_customer("TCK-1001", "Hello.", Write("me", "key")).id == "TCK-1001-m4"


def test_a_workspace_without_now_stamps_writes_by_the_clock() -> None:
    data = workspace()
    del data["now"]
    with workspace_from_json(data) as store:
        assert store.now is None
        note = store.support_platform.add_internal_note("TCK-1001", "A note.", US)
        assert parse_time(note.at) > parse_time("2026-01-01")


def test_a_search_does_not_page_on_over_a_change(store: WorkspaceStore) -> None:
    cursor = store.chat.search_chat("logo accounts lunch", Paging(1)).next_cursor
    store.chat.post_chat_message("#general", "Lunch!", US)
    with pytest.raises(InvalidCursor, match="Repeat the call without a cursor"):
        store.chat.search_chat("logo accounts lunch", Paging(1, cursor))


def test_many_threads_share_a_workspace_in_memory(store: WorkspaceStore) -> None:
    def work(number: int) -> int | None:
        store.support_platform.add_internal_note(
            "TCK-1001", f"Note {number}.", Write("me", f"key-{number % 20}-{number}")
        )
        store.crm.search_accounts("quillfeather", FIRST)
        return store.support_platform.search_tickets("note", None, FIRST).total

    with ThreadPoolExecutor(16) as pool:
        assert set(pool.map(work, range(60))) == {1}
    assert len(store.support_platform.read_ticket("TCK-1001").messages) == 63


WRITER = """
import sys
from support_connectors.backend import Write
from support_connectors.workspace.store import open_workspace
path, name = sys.argv[1:]
with open_workspace(path) as store:
    for number in range(15):
        store.support_platform.add_internal_note("TCK-1001", f"{name} {number}", Write(name))
        store.support_platform.add_internal_note("TCK-1001", f"shared {number}", Write("all", f"shared-{number}"))
"""


def test_several_processes_write_and_read_at_once(tmp_path: Path) -> None:
    path = tmp_path / "workspace.db"
    load_workspace(workspace(), path)
    writers = [
        subprocess.Popen([sys.executable, "-c", WRITER, str(path), name], stderr=subprocess.PIPE, text=True)
        for name in ("anna", "bela", "cleo")
    ]
    with open_workspace(path) as store:
        while any(writer.poll() is None for writer in writers):
            seen = store.support_platform.read_ticket("TCK-1001").messages
            assert len({message.id for message in seen}) == len(seen)
        for writer in writers:
            assert (writer.communicate()[1], writer.returncode) == ("", 0)
        texts = [message.text for message in store.support_platform.read_ticket("TCK-1001").messages[3:]]
        own = [f"{name} {number}" for name in ("anna", "bela", "cleo") for number in range(15)]
        assert sorted(texts) == sorted([*own, *(f"shared {number}" for number in range(15))])


def test_a_database_that_is_locked_for_too_long_is_unavailable(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("support_connectors.workspace.schema.BUSY_TIMEOUT_S", 0.05)
    path = tmp_path / "workspace.db"
    load_workspace(workspace(), path)
    with open_workspace(path) as store:
        other = sqlite3.connect(path, isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(Unavailable, match="database is locked"):
            store.support_platform.add_internal_note("TCK-1001", "A note.", US)
        with pytest.raises(WorkspaceError, match=r"database is locked\. Nothing was changed"):
            load_workspace(workspace(), path)
        assert len(listed(store, TicketFilter())) == 3
        other.execute("ROLLBACK")
        other.close()
        assert store.support_platform.add_internal_note("TCK-1001", "A note.", US).id == "TCK-1001-m4"


def test_people_and_files_of_a_ticket_are_shown_and_searched() -> None:
    made = workspace()
    ticket = made["records"]["support_platform"][0]
    ticket["people"] = [
        {"relation": "requester", "name": "Ines Balogh", "title": "Head of print", "account": "Quillfeather"}
    ]
    ticket["messages"][0]["attachments"] = [
        {"name": "proof-sheet.pdf", "media_type": "application/pdf", "size_bytes": 9}
    ]
    ticket["messages"][0]["people"] = [{"relation": "author", "email": "ines@quillfeather.example"}]
    with workspace_from_json(made) as store:
        found = store.support_platform.read_ticket(ticket["id"])
        assert (found.people[0].title, found.messages[0].people[0].email) == (
            "Head of print",
            "ines@quillfeather.example",
        )
        file = found.messages[0].attachments[0]
        assert (file.ref, file.parent) == (f"{found.messages[0].ref}-a1", found.messages[0].ref)
        assert (file.name, file.media_type, file.size_bytes) == ("proof-sheet.pdf", "application/pdf", 9)
        for query in ("proof-sheet.pdf", "head of print", "ines@quillfeather.example"):
            assert found.ref in [one.ref for one in store.support_platform.search_tickets(query, None, FIRST).items]
        assert store.support_platform.search_tickets("requester", None, FIRST).items == []
    made["records"]["support_platform"][0]["messages"][0]["attachments"][0]["size_bytes"] = -1
    with pytest.raises(WorkspaceError, match=r"attachments\[0\].size_bytes"):
        workspace_from_json(made)
