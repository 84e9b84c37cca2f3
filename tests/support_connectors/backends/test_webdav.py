"""WebDAV: what a real server cannot be made to do stands on a small one in memory; the rest on the real one."""

import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from mcp import Client
from tests.faults import FAULTS, Fault, FaultProxy
from tests.support_connectors.backends.hosted import patience
from tests.support_connectors.backends.services import service
from tests.support_connectors.vendors.dav import Dav

from support_connectors.backend import (
    Conflict,
    FileFilter,
    InvalidCursor,
    InvalidInput,
    NotFound,
    Paging,
    Period,
    PermissionDenied,
    RateLimited,
    Unavailable,
    Write,
)
from support_connectors.backends.webdav import walk
from support_connectors.backends.webdav.backend import LIST_FOLDERS, READ_BYTES, WebDav, WebDavSettings
from support_connectors.contract.client import calls_of, tools_of
from support_connectors.contract.report import Refused
from support_connectors.contract.suite import run_suite
from support_connectors.results import StoredFile
from support_connectors.serving import build_category_server

ME = Write("customer-escalation")


def scenario() -> dict[str, bytes]:
    """Three customers and a folder of logs: 67 files."""
    files = {
        "runbooks/api-500-errors.md": b"# API returning 500 errors\n\nRaise POOL_SIZE to 50.",
        "customers/acme/contract.txt": b"Acme Corp, Enterprise, first answer within one hour.",
        "customers/globex/contract.txt": b"Globex Inc, Growth.",
        "customers/initech/contract.txt": b"Initech LLC, Starter.",
        "customers/acme.txt": b"<script>alert(1)</script> @channel Acme Corp's own words",
        "a b/100% sure? #1; d\xc3\xa9j\xc3\xa0 vu: \xe6\xbc\xa2.txt".encode("latin-1").decode(): b"odd name",
        "logo.png": b"\x89PNG\0\0",
    }
    return files | {f"logs/2026-11-{day:02}/api.log": b"POST /v2/orders 500 pool exhausted" for day in range(1, 31)} | {
        f"logs/{hour:02}.log": f"hour {hour}".encode() for hour in range(30)
    }  # fmt: skip


def backend_on(dav: Dav, **more: Any) -> WebDav:
    return WebDav(WebDavSettings.model_validate({"url": dav.url, "user": "maya", "password": "x", **more}))


def everything(dav: Dav, limit: int = 50, wanted: FileFilter | None = None, backend: WebDav | None = None) -> list[str]:
    backend = backend or backend_on(dav)
    found: list[StoredFile] = []
    cursor = None
    while True:
        page = backend.list_files(wanted or FileFilter(), Paging(limit, cursor))
        assert len(page.items) <= limit
        found += page.items
        cursor = page.next_cursor
        if cursor is None:
            return [file.id for file in found]


@pytest.mark.parametrize("infinity", ["whole", "refused", "shallow"])
async def test_it_keeps_the_contract_whatever_the_server_says_to_depth_infinity(infinity: Any) -> None:
    with Dav(scenario(), infinity=infinity) as dav:
        async with Client(build_category_server("cloud_storage", backend_on(dav))) as client:
            report = await run_suite("cloud_storage", calls_of(client), await tools_of(client), writes=True)
    assert report.failures == []
    assert len([check for check in report.checks if check.outcome == "passed"]) >= 15


@pytest.mark.parametrize("limit", [1, 7, 50])
def test_a_list_runs_through_the_tree_in_order_page_by_page(limit: int) -> None:
    with Dav(scenario()) as dav:
        listed = everything(dav, limit)
        assert listed == sorted(dav.files, key=lambda path: path.split("/"))
        assert everything(dav, limit, FileFilter(folder="customers")) == [
            "customers/acme/contract.txt",
            "customers/acme.txt",
            "customers/globex/contract.txt",
            "customers/initech/contract.txt",
        ]
        assert everything(dav, limit, FileFilter(folder="/customers/acme/")) == ["customers/acme/contract.txt"]


def test_more_folders_than_one_page_may_open_take_further_pages() -> None:
    files = {f"f{number:03}/deep/er/x.txt": b"x" for number in range(60)}
    with Dav(files) as dav:
        backend = backend_on(dav)
        first = backend.list_files(FileFilter(), Paging(50))
        assert 0 < len(first.items) < 50
        assert first.next_cursor is not None
        assert len(dav.seen) <= LIST_FOLDERS
        assert everything(dav, 50, backend=backend) == sorted(files)


def test_a_server_so_slow_that_a_page_gets_nowhere_is_an_error_not_an_endless_list(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with Dav({"a/b/c/d/x.txt": b"x", "a/b/c/d/y.txt": b"y"}) as dav:
        backend = backend_on(dav)
        cursor = backend.list_files(FileFilter(), Paging(1)).next_cursor
        monkeypatch.setattr("support_connectors.backends.webdav.backend.seconds_for_walking", lambda guard: -1.0)
        with pytest.raises(Unavailable, match="25 s"):
            backend.list_files(FileFilter(), Paging(1, cursor))


def test_a_period_is_the_time_of_the_last_change() -> None:
    march = datetime(2026, 3, 10, tzinfo=UTC)
    with Dav({"old.txt": b"o", "new/new.txt": b"n"}, modified={"old.txt": march.timestamp()}) as dav:
        in_march = FileFilter(period=Period(datetime(2026, 3, 1, tzinfo=UTC), datetime(2026, 3, 31, tzinfo=UTC)))
        page = backend_on(dav).list_files(in_march, Paging())
        assert [(file.id, file.modified_at) for file in page.items] == [("old.txt", "2026-03-10T00:00:00Z")]
        assert everything(dav, 5, FileFilter(period=Period(since=datetime(2026, 4, 1, tzinfo=UTC)))) == ["new/new.txt"]


def test_closed_folders_are_left_out_and_say_so_when_asked_for() -> None:
    with Dav(scenario(), closed=frozenset({"customers/globex"})) as dav:
        backend = backend_on(dav)
        assert "customers/globex/contract.txt" not in everything(dav, backend=backend)
        assert "customers/initech/contract.txt" in everything(dav, backend=backend)
        assert backend.search_files("Globex", Paging()).items == []
        with pytest.raises(PermissionDenied, match="globex"):
            backend.list_files(FileFilter(folder="customers/globex"), Paging())
        with pytest.raises(PermissionDenied, match="globex"):
            backend.read_file("customers/globex/contract.txt")


def test_a_root_that_is_not_there_is_no_empty_storage() -> None:
    with Dav(scenario()) as dav:
        backend = WebDav(WebDavSettings(url=f"{dav.host}/elsewhere"))
        with pytest.raises(NotFound):
            backend.list_files(FileFilter(), Paging())
        with pytest.raises(NotFound):
            backend.search_files("acme", Paging())


def test_a_search_ranks_names_and_texts_and_shows_what_matches() -> None:
    long = b"\n".join([b"quiet"] * 300 + [b"  09:10 pool EXHAUSTED again"] + [b"quiet"] * 300)
    files = {**scenario(), "logs/long.log": long, "big.log": b"needle " * 20_000, "binary.dat": b"needle\0" * 10}
    with Dav(files, infinity="whole") as dav:
        backend = backend_on(dav)
        best = backend.search_files("api 500 errors pool_size", Paging(1)).items[0]
        assert best.id == "runbooks/api-500-errors.md"
        assert (best.text, best.text_complete) == (files["runbooks/api-500-errors.md"].decode(), True)
        found = {file.id: file for file in backend.search_files("exhausted", Paging(50)).items}
        assert (found["logs/long.log"].text, found["logs/long.log"].text_complete) == (
            "09:10 pool EXHAUSTED again", False,
        )  # fmt: skip
        assert len(found) == 31
        assert backend.search_files("needle", Paging()).items == []
        assert [file.id for file in backend.search_files("logo", Paging()).items] == ["logo.png"]


def test_a_search_reads_a_text_again_only_after_it_changed() -> None:
    with Dav({"a.txt": b"one", "b.txt": b"two"}, infinity="whole") as dav:
        backend = backend_on(dav)
        assert backend.search_files("one", Paging()).total == 1
        assert backend.search_files("two", Paging()).total == 1
        assert sorted(dav.seen) == ["GET a.txt", "GET b.txt", "PROPFIND "]
        backend.store_file("c.txt", "three", ME)
        dav.files["b.txt"] = b"four"
        assert [file.id for file in backend.search_files("four three", Paging()).items] == ["b.txt", "c.txt"]
        assert dav.seen.count("GET a.txt") == 1


def test_where_more_is_there_than_a_search_looks_into_the_total_is_not_given(monkeypatch: pytest.MonkeyPatch) -> None:
    with Dav(scenario()) as dav:
        page = backend_on(dav, searched_texts=3).search_files("exhausted contract", Paging(2))
        assert (len(page.items), page.total) == (2, None)
        assert page.next_cursor is not None
        assert backend_on(dav, searched_texts=3).search_files("zqxjk", Paging()).items == []
        by_name = backend_on(dav, searched_texts=0).search_files("contract", Paging())
        assert (len(by_name.items), by_name.total) == (3, None)
        monkeypatch.setattr(walk, "TREE_FOLDERS", 3)
        assert backend_on(dav).search_files("acme", Paging()).total is None


def test_an_error_on_the_way_is_told_where_nothing_was_found() -> None:
    with Dav({"a.txt": b"one", "b/b.txt": b"two"}, instead={"GET b/b.txt": (500, {}, b"")}) as dav:
        backend = backend_on(dav, attempts=1)
        found = backend.search_files("one", Paging())
        assert ([file.id for file in found.items], found.total) == (["a.txt"], None)
        with pytest.raises(Unavailable):
            backend.search_files("two", Paging())
    with Dav({"a.txt": b"one", "b/b.txt": b"two"}, instead={"PROPFIND b": (500, {}, b"")}) as dav:
        backend = backend_on(dav, attempts=1)
        assert [file.id for file in backend.search_files("one", Paging()).items] == ["a.txt"]
        with pytest.raises(Unavailable):
            backend.search_files("two", Paging())


def test_a_cursor_of_a_search_ends_with_what_it_found() -> None:
    with Dav(scenario(), infinity="whole") as dav:
        backend = backend_on(dav)
        cursor = backend.search_files("contract", Paging(1)).next_cursor
        backend.store_file("customers/acme/contract-2.txt", "contract contract", ME)
        with pytest.raises(InvalidCursor):
            backend.search_files("contract", Paging(1, cursor))


@pytest.mark.parametrize("whole_links", [False, True])
def test_names_go_to_the_server_and_come_back_as_they_are(whole_links: bool) -> None:
    with Dav(scenario(), whole_links=whole_links) as dav:
        odd = next(path for path in dav.files if path.startswith("a b/"))
        backend = backend_on(dav)
        assert odd in everything(dav, backend=backend)
        for given in (odd, f"/{odd}", f"cloud_storage/{odd}"):
            assert backend.read_file(given).text == "odd name"
        assert backend.store_file("ü/c: d?#%41.txt", "x", ME).id == "ü/c: d?#%41.txt"
        assert dav.files["ü/c: d?#%41.txt"] == b"x"


@pytest.mark.parametrize(
    "given", ["../secret.txt", "a/../../secret.txt", "a/..", "..", "a\\..\\b.txt", "a\nb.txt", "\ud800.txt", "", "/"]
)
def test_paths_never_leave_the_root(given: str) -> None:
    with Dav(scenario()) as dav:
        backend = backend_on(dav)
        with pytest.raises(NotFound):
            backend.read_file(given)
        with pytest.raises(InvalidInput):
            backend.store_file(given, "x", ME)
        if given.strip("/"):
            with pytest.raises(InvalidInput):
                backend.list_files(FileFilter(folder=given), Paging())
        assert dav.seen == []


def test_links_out_of_the_root_are_not_followed() -> None:
    row = "<d:response><d:href>{}</d:href><d:propstat><d:prop/><d:status>HTTP/1.1 200 OK</d:status></d:propstat></d:response>"

    def answer(*places: str) -> tuple[int, dict[str, str], bytes]:
        rows = "".join(row.format(place) for place in places)
        return 207, {}, f'<d:multistatus xmlns:d="DAV:">{rows}</d:multistatus>'.encode()

    with Dav({}, base="/dav") as dav:
        backend = backend_on(dav)
        bad = (
            "/etc/passwd",
            "/dav/../etc/passwd",
            "/dav/%2e%2e/x",
            "/davenport/x",
            "/dav/a%2Fb",
            "/dav/%ff",
            "/dav/a%5C..",
        )
        dav.instead["PROPFIND "] = answer("/dav/", *bad, "/dav/good.txt", "/dav/deeper/than/asked.txt", "")
        assert everything(dav, backend=backend) == ["good.txt"]
        dav.instead["PROPFIND "] = answer("/elsewhere/", "/elsewhere/x.txt")
        with pytest.raises(Unavailable, match="check the url"):
            backend.list_files(FileFilter(), Paging())


@pytest.mark.parametrize(
    "content",
    [
        b'<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><d:multistatus xmlns:d="DAV:">&b;</d:multistatus>',
        b'<!DOCTYPE x SYSTEM "file:///etc/passwd"><d:multistatus xmlns:d="DAV:"/>',
        b"<html><body>Log in</body></html>",
        b'<d:multistatus xmlns:d="DAV:"><d:response>',
        b'<?xml version="1.0" encoding="no-such"?><d:multistatus xmlns:d="DAV:"/>',
        b"",
        b"\0\0",
        b"<a>" * 50_000,
    ],
)
def test_answers_that_are_no_honest_xml_are_refused(content: bytes) -> None:
    with Dav({}, instead={"PROPFIND ": (207, {}, content), "PROPFIND x.txt": (207, {}, content)}) as dav:
        backend = backend_on(dav)
        calls: tuple[Callable[[], object], ...] = (
            lambda: backend.list_files(FileFilter(), Paging()),
            lambda: backend.search_files("acme", Paging()),
            lambda: backend.read_file("x.txt"),
            lambda: backend.store_file("x.txt", "x", ME),
        )
        for call in calls:
            with pytest.raises(Unavailable):
                call()


def test_text_is_told_from_other_content() -> None:
    files = {
        "utf8.log": "ärger\r\nzwei".encode(),
        "bom.txt": "\ufeffärger".encode(),
        "utf16.txt": "ärger".encode("utf-16"),
        "latin.txt": "ärger".encode("latin-1"),
        "named.dat": "ärger".encode("latin-1"),
        "README": b"plain words",
        "blob": b"\x00\x01\x02",
        "photo.jpg": b"\xff\xd8",
        "empty.txt": b"",
    }
    types = {"photo.jpg": "image/jpeg", "named.dat": "application/x-own; charset=latin-1", "latin.txt": "text/plain"}
    with Dav(files, types=types) as dav:
        backend = backend_on(dav)
        read = {name: backend.read_file(name) for name in files}
        texts = {name: file.text for name, file in read.items()}
        assert "GET photo.jpg" not in dav.seen
    assert texts == {
        "utf8.log": "ärger\nzwei", "bom.txt": "ärger", "utf16.txt": "ärger", "latin.txt": "ärger", "named.dat": "ärger",
        "README": "plain words", "blob": None, "photo.jpg": None, "empty.txt": "",
    }  # fmt: skip
    assert {name for name, file in read.items() if not file.text_complete} == {"blob", "photo.jpg"}
    assert read["photo.jpg"].media_type == "image/jpeg"


def test_of_a_long_file_the_beginning_is_read() -> None:
    long = "ü" * READ_BYTES
    with Dav({"long.log": long.encode(), "lines.txt": b"x" * 150_000}, sizes={}) as dav:
        file = backend_on(dav).read_file("long.log")
        assert (file.text, file.text_complete, file.size_bytes) == ("ü" * 100_000, False, 2 * READ_BYTES)
        lines = backend_on(dav).read_file("lines.txt")
        assert (lines.text, lines.text_complete) == ("x" * 100_000, False)
        dav.heeds_ranges = False
        assert backend_on(dav).read_file("long.log") == file
        short = backend_on(dav, max_bytes=READ_BYTES).read_file("long.log")
        assert short.text is None
        assert "its text" in str(short.extra["not_readable"])


def test_a_deleted_file_and_a_folder_are_no_files() -> None:
    with Dav(scenario()) as dav:
        backend = backend_on(dav)
        backend.search_files("acme", Paging())
        del dav.files["customers/acme/contract.txt"]
        with pytest.raises(NotFound, match=r"customers/acme/contract\.txt"):
            backend.read_file("customers/acme/contract.txt")
        with pytest.raises(NotFound, match="folder"):
            backend.read_file("customers")


def test_too_many_calls_are_told_with_the_wait() -> None:
    slow = (429, {"Retry-After": "60"}, b"")
    with Dav(scenario(), instead={"PROPFIND ": slow, "PROPFIND x.txt": slow}) as dav:
        backend = backend_on(dav)
        with pytest.raises(RateLimited) as searching:
            backend.search_files("acme", Paging())
        with pytest.raises(RateLimited) as reading:
            backend.read_file("x.txt")
        assert searching.value.retry_after == reading.value.retry_after == 60
        assert len(dav.seen) == 2


def test_a_file_is_stored_once_and_never_overwritten() -> None:
    with Dav({"customers/acme/contract.txt": b"theirs"}) as dav:
        backend = backend_on(dav)
        first = backend.store_file("customers/acme/notes/2026/call.md", "said\nso", Write("maya", "key-1"))
        assert first.text == "said\nso"
        assert [one for one in dav.seen if one.startswith("MKCOL")] == [
            "MKCOL customers/acme/notes", "MKCOL customers/acme/notes/2026",
        ]  # fmt: skip
        for key in ("key-1", "key-2", None):
            assert backend.store_file("customers/acme/notes/2026/call.md", "said\nso", Write("maya", key)) == first
        with pytest.raises(Conflict, match="other content"):
            backend.store_file("customers/acme/notes/2026/call.md", "said not", Write("maya", "key-1"))
        assert backend.store_file("customers/acme/contract.txt", "theirs", ME).id == "customers/acme/contract.txt"
        with pytest.raises(Conflict, match="other content"):
            backend.store_file("customers/acme/contract.txt", "thairs", ME)
        dav.folders.add("customers/x.txt")
        with pytest.raises(Conflict, match="a folder"):
            backend.store_file("customers/x.txt", "x", ME)
        with pytest.raises(Conflict, match="is a file"):
            backend.store_file("customers/acme/contract.txt/x.txt", "x", ME)
        assert [one for one in dav.seen if one.startswith("PUT")] == ["PUT customers/acme/notes/2026/call.md"]
        assert dav.files["customers/acme/contract.txt"] == b"theirs"


def test_of_two_that_store_at_once_the_first_wins() -> None:
    with Dav({"a/x.txt": b"x"}) as dav:
        backend = backend_on(dav)
        dav.instead["PROPFIND a/new.txt"] = (404, {}, b"")  # not there yet when we looked

        def store(theirs: bytes) -> None:
            dav.files["a/new.txt"] = theirs
            backend.store_file("a/new.txt", "ours", ME)

        with pytest.raises(InvalidInput):
            store(b"theirs")
        assert dav.files["a/new.txt"] == b"theirs"


def test_a_server_that_heeds_no_conditions_is_asked_first() -> None:
    with Dav({"a.txt": b"theirs"}, heeds_conditions=False) as dav:
        with pytest.raises(Conflict):
            backend_on(dav).store_file("a.txt", "ours", ME)
        assert dav.files == {"a.txt": b"theirs"}


@pytest.mark.parametrize("path", ["x.html", "x.svg", "x.php", ".htaccess", "a/.git/x.txt", "x", "x.csv", "folder/"])
def test_only_plain_text_files_are_stored(path: str) -> None:
    with Dav({}) as dav:
        with pytest.raises(InvalidInput):
            backend_on(dav).store_file(path, "<script>alert(1)</script>", ME)
        assert dav.seen == []


@pytest.mark.parametrize("fault", FAULTS)
async def test_faults_are_typed_errors_in_bounded_time(fault: Fault) -> None:
    with Dav(scenario(), base="") as dav, FaultProxy(dav.host, fault) as proxy:
        if fault == "10,000 results":
            dav.files |= {f"many/{number:05}.txt": b"api" for number in range(10_000)}
            dav.infinity = "whole"
        settings = WebDavSettings.model_validate({"url": proxy.url, **patience(fault)})
        kinds = {"404": ("not_found", "unavailable"), "429": ("rate_limited",), "401": ("denied",), "403": ("denied",)}
        for tool, arguments in (
            ("list_files", {"limit": 5}),
            ("search_files", {"query": "api errors", "limit": 5}),
            ("read_file", {"id": "runbooks/api-500-errors.md"}),
        ):
            refusal: Refused | None = None
            result: dict[str, Any] = {}
            async with Client(build_category_server("cloud_storage", WebDav(settings))) as client:
                try:
                    result = await calls_of(client)(tool, arguments)
                except Refused as refused:
                    refusal = refused
            if fault == "10,000 results":
                assert refusal is not None or len(result.get("items", ())) <= 5
                continue
            assert refusal is not None, tool
            assert refusal.kind in kinds.get(fault, ("unavailable",)), refusal
            assert not any(word in str(refusal) for word in ("Traceback", "Error executing tool", "Error("))


def test_the_real_server_stores_and_finds_again() -> None:
    settings = service("webdav")
    backend = WebDav(WebDavSettings.model_validate(settings))
    stamp = f"{time.time_ns():x}"
    path = f"contract-suite/special/ü {stamp} #1?.md"
    stored = backend.store_file(path, f"zanzibar{stamp} <b>ä</b>\n", Write("maya", stamp))
    assert backend.store_file(path, f"zanzibar{stamp} <b>ä</b>\n", Write("maya", stamp)) == stored
    assert backend.read_file(path).text == stored.text
    with pytest.raises(Conflict):
        backend.store_file(path, "other", Write("maya", stamp))
    found = backend.search_files(f"zanzibar{stamp}", Paging())
    assert [file.id for file in found.items] == [path]
    with pytest.raises(NotFound):
        backend.read_file("contract-suite/special")
    with pytest.raises(PermissionDenied):
        WebDav(WebDavSettings.model_validate({**settings, "password": "wrong"})).list_files(FileFilter(), Paging())
    backend.close()
