"""Every case store keeps what the port promises."""

import os
from pathlib import Path

import pytest
from tests.customer_escalation.cases.memory_store import Kept, MemoryStore
from tests.customer_escalation.cases.store_conformance import HEADER, OpenStore, StoreConformance

from customer_escalation.cases.journal_store import JournalStore, runs_folder
from customer_escalation.cases.store import CaseInUse, StoreError


class TestJournalStore(StoreConformance):
    """The store of this user's folder."""

    @pytest.fixture
    def open_store(self, tmp_path: Path) -> OpenStore:
        return lambda: JournalStore(tmp_path / "runs")

    def test_a_damaged_case_stands_in_the_list_with_its_problem(self, tmp_path: Path) -> None:
        store = JournalStore(tmp_path)
        first, second, sound = (store.create(HEADER) for _ in range(3))
        (tmp_path / f"{first}.jsonl").write_text("nothing of the kind\n", encoding="utf-8")
        for name in (second, sound):
            store.append(name, "result", {"is": "here"})
            store.append(name, "later", {})
        lines = (tmp_path / f"{second}.jsonl").read_text(encoding="utf-8").splitlines(keepends=True)
        (tmp_path / f"{second}.jsonl").write_text("".join([lines[0], "damaged\n", lines[2]]), encoding="utf-8")
        shown = {summary.case: summary for summary in store.summaries("result")}
        assert [bool(shown[name].problem) for name in (first, second, sound)] == [True, True, False]
        assert shown[sound].newest == {"is": "here"}
        with pytest.raises(StoreError, match="damaged"):
            store.entries(second)

    def test_another_process_that_holds_a_case_keeps_this_one_out(self, tmp_path: Path) -> None:
        store = JournalStore(tmp_path)
        case = store.create(HEADER)
        held, over = os.pipe(), os.pipe()
        child = os.fork()
        if child == 0:
            with JournalStore(tmp_path).hold(case):
                os.write(held[1], b"x")
                os.read(over[0], 1)
            os._exit(0)
        assert os.read(held[0], 1) == b"x"
        with pytest.raises(CaseInUse, match="another process"):
            store.append(case, "kind", {})
        os.write(over[1], b"x")
        assert os.waitpid(child, 0)[1] == 0
        store.append(case, "kind", {})
        for end in (*held, *over):
            os.close(end)

    def test_a_folder_that_cannot_be_written_is_a_store_error(self, tmp_path: Path) -> None:
        (tmp_path / "file").write_text("", encoding="utf-8")
        with pytest.raises(StoreError, match="Cannot write"):
            JournalStore(tmp_path / "file" / "below").create(HEADER)

    def test_it_is_the_users_folder_where_none_is_named(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("CUSTOMER_ESCALATION_RUNS", str(tmp_path / "mine"))
        case = JournalStore().create(HEADER)
        assert runs_folder() == tmp_path / "mine"
        assert JournalStore(tmp_path / "mine").header(case) == HEADER


class TestMemoryStore(StoreConformance):
    """The store of other tests."""

    @pytest.fixture
    def open_store(self) -> OpenStore:
        kept = Kept()
        return lambda: MemoryStore(kept)
