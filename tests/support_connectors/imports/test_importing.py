"""Importing as a whole: the same twice, changes, what is kept, all or nothing, and files of every wrong kind."""

import gzip
import json
import struct
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from tests.support_connectors.imports import exports
from tests.support_connectors.imports.desk import Desk
from tests.support_connectors.imports.exports import lines, zendesk_ticket
from tests.support_connectors.workspaces import workspace

from support_connectors.backend import Paging, Write
from support_connectors.categories import Category
from support_connectors.imports import files
from support_connectors.imports.outcome import UnreadableExport
from support_connectors.workspace import json_stream
from support_connectors.workspace.records import WorkspaceError
from support_connectors.workspace.store import load_workspace

US = Write("agent.tove")
ONE: Category = "support_platform"


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


def tickets(desk: Desk, *rows: object) -> Path:
    return desk.file("tickets.json", lines(*rows, *exports.ZENDESK_USERS, *exports.ZENDESK_ORGANIZATIONS))


def test_the_same_files_twice_change_nothing(desk: Desk) -> None:
    given = [
        tickets(desk, *(zendesk_ticket(number) for number in range(900))),
        desk.file("jira.json", json.dumps([exports.JIRA_ISSUE])),
        desk.file("hubspot.csv", exports.HUBSPOT_CSV),
        exports.slack_zip(desk.folder / "slack.zip"),
    ]
    first = desk.take(*given)
    assert first.files[0].taken == {ONE: {"new": 900}}
    with desk.open() as store:
        before = [store.support_platform.read_ticket(str(number)) for number in (0, 899)]
        cursor = store.support_platform.search_tickets("logo", None, Paging(10)).next_cursor
    second = desk.take(*given)
    assert [one.taken for one in second.files] == [
        {category: {"same": fates["new"]} for category, fates in one.taken.items()} for one in first.files
    ]
    with desk.open() as store:
        assert [store.support_platform.read_ticket(str(number)) for number in (0, 899)] == before
        page = store.support_platform.search_tickets("logo", None, Paging(10, cursor))
        assert page.total == 900


def test_a_changed_row_is_brought_up_to_date_and_found_by_its_new_words_alone(desk: Desk) -> None:
    desk.take(tickets(desk, zendesk_ticket(1), zendesk_ticket(2)))
    changed = zendesk_ticket(1, status="solved", subject="Watermark is upside down")
    changed["comments"] = changed["comments"][:1]
    assert desk.take(tickets(desk, changed, zendesk_ticket(2))).files[0].taken == {ONE: {"changed": 1, "same": 1}}
    with desk.open() as store:
        ticket = store.support_platform.read_ticket("1")
        assert (ticket.status, ticket.state, len(ticket.messages)) == ("solved", "closed", 1)
        for query, ids in (("watermark", ["1"]), ("asset", ["2"]), ("invoices", ["1", "2"])):
            found = store.support_platform.search_tickets(query, None, Paging()).items
            assert sorted(one.id for one in found) == ids, query


def test_what_was_added_here_stays_when_a_ticket_is_brought_up_to_date(desk: Desk) -> None:
    desk.take(tickets(desk, zendesk_ticket(1)))
    with desk.open() as store:
        note = store.support_platform.add_internal_note("1", "Escalated to print engineering.", US)
    assert desk.take(tickets(desk, zendesk_ticket(1))).files[0].taken == {ONE: {"same": 1}}
    assert desk.take(tickets(desk, zendesk_ticket(1, status="hold"))).files[0].taken == {ONE: {"changed": 1}}
    with desk.open() as store:
        ticket = store.support_platform.read_ticket("1")
        assert (ticket.status, ticket.messages[-1]) == ("hold", note)
        assert len(ticket.messages) == 4
        assert store.support_platform.search_tickets("engineering", None, Paging()).total == 1
        assert store.support_platform.add_internal_note("1", "Again.", US).id == "1-m5"
        assert store.support_platform.search_tickets("again", None, Paging()).total == 1


def test_items_of_one_id_and_two_origins_do_not_take_each_others_place(desk: Desk) -> None:
    load_workspace(workspace(), desk.database)
    desk.take(tickets(desk, zendesk_ticket(215)))
    report = desk.take(
        desk.file("intercom.json", json.dumps(exports.INTERCOM_CONVERSATION)),
        desk.file("jira.json", json.dumps({**exports.JIRA_ISSUE, "key": "ENG-77"})),
    )
    assert [one.taken for one in report.files] == [{}, {}]
    assert [list(one.tally.left) for one in report.files] == [
        ["the workspace has one under its id that came from elsewhere"]
    ] * 2
    with desk.open() as store:
        assert store.support_platform.read_ticket("215").subject == "Invoices print without the logo"
        assert store.support_platform.read_ticket("TCK-1001").customer == "Quillfeather Press"
        assert store.project_tracker.read_issue("ENG-77").comments[1].text == "Fix is in review."


def test_of_one_id_twice_in_the_files_the_first_counts(desk: Desk) -> None:
    given = tickets(desk, zendesk_ticket(1), zendesk_ticket(1), zendesk_ticket(1, status="hold"))
    for fate in ("new", "same"):
        report = desk.take(given)
        assert report.files[0].taken == {ONE: {fate: 1}}
        assert [why[:26] for why in report.files[0].tally.left] == ["one of its id came before "]
    with desk.open() as store:
        assert store.support_platform.read_ticket("1").status == "open"


def test_a_trial_changes_nothing_and_makes_no_file(desk: Desk) -> None:
    given = tickets(desk, zendesk_ticket(1))
    assert desk.take(given, keep=False).files[0].taken == {ONE: {"new": 1}}
    assert not desk.database.exists()
    load_workspace(workspace(), desk.database)
    before = desk.database.read_bytes()
    assert desk.take(given, keep=False).files[0].taken == {ONE: {"new": 1}}
    assert desk.database.read_bytes() == before


def test_all_files_are_taken_or_none(desk: Desk) -> None:
    cut = desk.file("cut.json", json.dumps([exports.JIRA_ISSUE] * 3)[:-40])
    with pytest.raises(UnreadableExport, match=r"cut\.json is not JSON: line 1 column \d+: .* Was it cut\?"):
        desk.take(tickets(desk, zendesk_ticket(1)), cut)
    assert not desk.database.exists() or not desk.database.stat().st_size
    desk.take(tickets(desk, zendesk_ticket(1)))
    with pytest.raises(UnreadableExport):
        desk.take(tickets(desk, zendesk_ticket(2)), cut)
    with desk.open() as store:
        assert store.counts()[ONE] == 1


@pytest.mark.parametrize("had_contents", [True, False])
def test_an_import_that_dies_half_way_leaves_what_was_there_and_is_mended_by_the_next(
    desk: Desk, had_contents: bool
) -> None:
    if had_contents:
        desk.take(tickets(desk, zendesk_ticket(1)))
    many = desk.file("many.json", lines(*(zendesk_ticket(number) for number in range(2_000))))
    dies = (
        "import os, sys\n"
        "from pathlib import Path\n"
        "from support_connectors.imports.options import Options\n"
        "from support_connectors.imports.running import import_files\n"
        "from support_connectors.workspace import merging\n"
        "merging.refuse_shared_ids = lambda connection: os._exit(9)\n"
        "import_files([Path(sys.argv[1])], Path(sys.argv[2]), Options())\n"
    )
    line = [sys.executable, "-c", dies, str(many), str(desk.database)]
    assert subprocess.run(line, check=False).returncode == 9
    if had_contents:
        with desk.open() as store:
            assert store.counts()[ONE] == 1
    assert desk.take(many).files[0].count == 2_000
    with desk.open() as store:
        assert store.counts()[ONE] == 2_000


def test_a_category_that_was_not_connected_is_once_it_holds_something(desk: Desk) -> None:
    load_workspace(workspace({"project_tracker": "error: token expired", "chat": "not_connected"}), desk.database)
    desk.take(desk.file("jira.json", json.dumps(exports.JIRA_ISSUE)))
    with desk.open() as store:
        assert (store.connectors["project_tracker"], store.connectors["chat"]) == ("connected", "not_connected")
        assert store.now is not None


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("a.json", b"", "is empty"),
        ("a.json", b'{"hello": [1]}', "is JSON of no system that is known"),
        ("a.json", json.dumps(workspace()).encode(), "is a workspace file: customer-escalation workspace load"),
        ("a.json", b'[{"key": "A-1", "fields": {}}', "Was it cut"),
        ("a.json", b'[{"key": "\xff", "fields": {}}]', "is not UTF-8 text"),
        ("a.json", b"[" * 50_000, "nested too deeply"),
        ("a.json", gzip.compress(b"[]", mtime=0), "is compressed: unpack it"),
        ("a.xml", b"<?xml version='1.0'?><tickets/>", "is XML or a web page"),
        ("a.pdf", b"%PDF-1.7", "is a PDF"),
        ("a.bin", b"abc\0\0\0", "holds the byte 0"),
        ("a.txt", b"just some words\nand more", "its first line names no columns"),
        ("a.csv", b"Summary,Issue key\n\"never closed,ENG-1\n" + b"x" * 200, "is no table|left|line"),
        ("a.csv", "Summary,Issue key\nß,ENG-1\n".encode("cp1252"), "say which encoding it has"),
        ("a.zip", b"PK\x03\x04 nothing", "is a zip that is cut or damaged"),
    ],
)  # fmt: skip
def test_a_file_of_a_wrong_kind_is_refused_in_a_sentence(desk: Desk, name: str, content: bytes, says: str) -> None:
    path = desk.file(name, content)
    if b"never closed" in content:
        assert "more or fewer cells" in next(iter(desk.take(path).files[0].tally.left))
        return
    with pytest.raises(UnreadableExport, match=says) as refusal:
        desk.take(path)
    assert name in str(refusal.value)


def test_a_missing_file_a_folder_and_a_device_are_refused(desk: Desk) -> None:
    for path, says in (
        (desk.folder / "none.json", "No such file"),
        (desk.folder, "Is a directory"),
        (Path("/dev/zero"), "is no file"),
    ):
        with pytest.raises(UnreadableExport, match=says):
            desk.take(path)


def test_a_zip_that_was_cut_or_altered_is_refused_and_nothing_of_it_is_kept(desk: Desk) -> None:
    whole = exports.slack_zip(desk.folder / "slack.zip").read_bytes()
    for size in (len(whole) // 2, len(whole) - 10):
        with pytest.raises(UnreadableExport, match="cut or damaged"):
            desk.take(desk.file("cut.zip", whole[:size]))
    with zipfile.ZipFile(desk.folder / "slack.zip") as file:
        member = file.getinfo("printing/2026-03-08.json")
    start = member.header_offset + 30 + len(member.filename) + 20
    altered = whole[:start] + bytes(byte ^ 0xFF for byte in whole[start : start + 8]) + whole[start + 8 :]
    with pytest.raises(UnreadableExport, match=r"2026-03-08\.json (is damaged|is not JSON|is not UTF-8)"):
        desk.take(desk.file("altered.zip", altered))
    with pytest.raises(WorkspaceError):
        desk.open()


def test_an_archive_that_is_no_slacks_or_has_a_password_is_refused(desk: Desk) -> None:
    other = desk.folder / "other.zip"
    with zipfile.ZipFile(other, "w") as file:
        file.writestr("readme.txt", "hello")
    with pytest.raises(UnreadableExport, match=r"holds no channels\.json"):
        desk.take(other)
    locked = bytearray(exports.slack_zip(desk.folder / "locked.zip").read_bytes())
    for mark, place in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        at = locked.find(mark)
        while at >= 0:
            locked[at + place] |= 1  # the flag that says so
            at = locked.find(mark, at + 1)
    with pytest.raises(UnreadableExport, match="password"):
        desk.take(desk.file("locked.zip", bytes(locked)))


def test_a_zip_bomb_is_left_alone(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    bomb = exports.slack_zip(desk.folder / "bomb.zip", **{"printing/2026-03-09.json": " " * (70 << 20)})
    assert bomb.stat().st_size < 100_000
    with pytest.raises(UnreadableExport, match=r"was left alone: its member 'printing/2026-03-09\.json' unpacks to"):
        desk.take(bomb)
    monkeypatch.setattr(files, "MOST_TIMES", 10**9)
    monkeypatch.setattr(files, "MAX_UNPACKED", 50 << 20)
    with pytest.raises(UnreadableExport, match="unpacks to"):
        desk.take(bomb)


def test_a_member_that_is_longer_than_it_says_is_read_no_further_than_that(desk: Desk) -> None:
    content = bytearray(exports.slack_zip(desk.folder / "slack.zip").read_bytes())
    at = content.find(b"PK\x01\x02")
    content[at + 24 : at + 28] = struct.pack("<I", 5)  # channels.json, its length unpacked
    with pytest.raises(UnreadableExport, match=r"channels\.json (is damaged|is not JSON)"):
        desk.take(desk.file("lies.zip", bytes(content)))


def test_one_value_and_one_line_are_read_to_a_limit(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(json_stream, "MAX_VALUE", 10_000)
    monkeypatch.setattr(json_stream, "CHUNK", 1_000)
    with pytest.raises(UnreadableExport, match="one value has more than"):
        desk.take(desk.file("a.json", json.dumps([{"key": "A-1", "fields": {"summary": "x" * 40_000}}])))
    monkeypatch.setattr(files, "MAX_CELL", 10_000)
    with pytest.raises(UnreadableExport, match="has a line of more than"):
        desk.take(desk.file("a.csv", "Summary,Issue key\n" + "x" * 40_000))


def test_half_characters_in_an_export_cost_a_character_and_not_the_file(desk: Desk) -> None:
    row = zendesk_ticket(1, subject="half \ud83d of one", status="open")
    desk.take(tickets(desk, row))
    with desk.open() as store:
        assert store.support_platform.read_ticket("1").subject == "half ? of one"


def test_records_that_are_not_as_their_system_writes_them_are_left_out_and_the_others_taken(desk: Desk) -> None:
    no_time = zendesk_ticket(1, created_at="lately", comments=[])
    no_subject = zendesk_ticket(2)
    del no_subject["created_at"]
    wrong = zendesk_ticket(3, via="email")
    report = desk.take(tickets(desk, no_time, no_subject, wrong, 17, zendesk_ticket(4)))
    assert report.files[0].taken == {ONE: {"new": 1}}
    left = report.files[0].tally
    assert sum(left.left.values()) == 4
    assert "it has no 'created_at'" in left.left
    assert set(left.examples.values()) == {"1", "id 2", "id 3", "a record"}
