"""The ready-made copy of a workspace file: as good as the file itself, and never in the way."""

import json
from pathlib import Path

import pytest
from tests.support_connectors.workspaces import workspace

from support_connectors.backend import Paging, Write
from support_connectors.workspace import cache
from support_connectors.workspace.cache import cached_workspace
from support_connectors.workspace.records import WorkspaceError
from support_connectors.workspace.store import WorkspaceStore, workspace_from_json


@pytest.fixture
def source(tmp_path: Path) -> Path:
    path = tmp_path / "small.json"
    path.write_text(json.dumps({**workspace(), "colour": "blue"}), encoding="utf-8")
    return path


def seen(store: WorkspaceStore) -> object:
    """What the store shows of itself and of its tickets."""
    page = store.support_platform.search_tickets("logo invoices", None, Paging(50, None))
    return store.now, store.policy, store.connectors, store.warnings, page.model_dump()


def copies(folder: Path) -> list[Path]:
    return sorted(folder.iterdir())


def read(source: Path, folder: Path) -> object:
    with cached_workspace(source, folder) as store:
        return seen(store)


def test_a_copy_shows_what_the_file_shows(source: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "not" / "there" / "yet"
    with workspace_from_json(source) as store:
        expected = seen(store)
    assert read(source, folder) == expected
    [copy] = copies(folder)
    assert copy.stat().st_mode & 0o077 == 0
    monkeypatch.setattr(cache, "workspace_from_json", None)  # the file is not parsed a second time
    assert read(source, folder) == expected


def test_what_is_written_to_a_copy_is_gone_with_it(source: Path, tmp_path: Path) -> None:
    before = read(source, tmp_path / "cache")
    [copy] = copies(tmp_path / "cache")
    held = copy.read_bytes()
    with cached_workspace(source, tmp_path / "cache") as store:
        store.support_platform.add_internal_note("TCK-1001", "The logo again", Write("Dana"))
    assert copy.read_bytes() == held
    assert read(source, tmp_path / "cache") == before


def test_another_file_or_other_code_is_read_anew_and_takes_the_place_of_the_copy(
    source: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "cache"
    first = read(source, folder)
    old = copies(folder)
    source.write_text(json.dumps(workspace({"crm": "not_connected"})), encoding="utf-8")
    assert read(source, folder) != first
    new = copies(folder)
    assert len(new) == 1
    assert new != old
    monkeypatch.setattr(cache, "MADE_BY", ("times.py",))
    read(source, folder)
    assert len(copies(folder)) == 1
    assert copies(folder) != new


@pytest.mark.parametrize("broken", [b"", b"no database at all", b"SQLite format 3\0 and no more"])
def test_a_broken_copy_is_made_again(source: Path, tmp_path: Path, broken: bytes) -> None:
    folder = tmp_path / "cache"
    expected = read(source, folder)
    [copy] = copies(folder)
    copy.write_bytes(broken)
    assert read(source, folder) == expected
    assert copies(folder) == [copy]
    assert copy.read_bytes() != broken


def test_a_copy_that_was_cut_off_is_made_again(source: Path, tmp_path: Path) -> None:
    folder = tmp_path / "cache"
    expected = read(source, folder)
    [copy] = copies(folder)
    whole = copy.read_bytes()
    copy.write_bytes(whole[: len(whole) // 2])
    assert read(source, folder) == expected


def test_a_folder_that_cannot_be_written_costs_only_time(source: Path, tmp_path: Path) -> None:
    folder = tmp_path / "a file"
    folder.write_text("in the way", encoding="utf-8")
    with workspace_from_json(source) as store:
        assert read(source, folder) == seen(store)


def test_a_faulty_file_is_refused_as_without_a_cache(tmp_path: Path) -> None:
    faulty = tmp_path / "faulty.json"
    faulty.write_text("{}", encoding="utf-8")
    with pytest.raises(WorkspaceError, match="records"):
        cached_workspace(faulty, tmp_path / "cache")
    assert not (tmp_path / "cache").exists()
    with pytest.raises(WorkspaceError, match="cannot be read"):
        cached_workspace(tmp_path / "missing.json", tmp_path / "cache")
