"""What every case store promises, as tests: a test class of an implementation takes these over by inheriting.

Two stores on the same place stand for two processes.
"""

from collections.abc import Callable
from typing import Any

import pytest

from customer_escalation.cases.store import CaseInUse, CaseStore, StoreError, UnknownCase

HEADER: dict[str, Any] = {
    "request": {"issue": "Sync fails: “E-77”, 😀 \u2028"}, "now": "2026-03-04T12:00:00+00:00", "list": [1, 2.5, None],
}  # fmt: skip
OpenStore = Callable[[], CaseStore]


class StoreConformance:
    """Inherit, and give a fixture ``open_store``: each call opens the same place anew, empty at first."""

    def test_a_case_has_a_header_of_its_own_and_a_name_that_no_other_has(self, open_store: OpenStore) -> None:
        store = open_store()
        names = [store.create({**HEADER, "number": number}) for number in range(20)]
        assert len(set(names)) == 20
        assert [open_store().header(name)["number"] for name in names] == list(range(20))
        assert open_store().header(names[0]) == {**HEADER, "number": 0}

    def test_entries_come_back_equal_and_in_their_order(self, open_store: OpenStore) -> None:
        store = open_store()
        case = store.create(HEADER)
        for number in range(5):
            store.append(
                case, "odd" if number % 2 else "even", {"number": number, "text": "ä\n\u2028", "deep": {"x": [1.5]}}
            )
        for seen in (store, open_store()):
            assert [entry.type for entry in seen.entries(case)] == ["header", "even", "odd", "even", "odd", "even"]
            assert [entry.data["number"] for entry in seen.entries(case, "even")] == [0, 2, 4]
            assert seen.entries(case, "odd")[0].data == {"number": 1, "text": "ä\n\u2028", "deep": {"x": [1.5]}}
            assert seen.entries(case, "none") == []
            assert [entry.seq for entry in seen.entries(case)] == list(range(6))

    def test_what_a_caller_changes_afterwards_changes_nothing_that_is_kept(self, open_store: OpenStore) -> None:
        store, data = open_store(), {"list": [1]}
        case = store.create(HEADER)
        store.append(case, "kind", data)
        data["list"].append(2)
        assert open_store().entries(case, "kind")[0].data == {"list": [1]}

    def test_a_case_is_found_by_the_beginning_of_its_name(self, open_store: OpenStore) -> None:
        store = open_store()
        with pytest.raises(UnknownCase):
            store.find("2")
        case = store.create(HEADER)
        assert store.find(case) == store.find(case[:-1]) == case
        store.create(HEADER)
        assert store.find(case) == case
        for name in ("", "nothing", f"{case}x"):
            with pytest.raises(UnknownCase):
                store.find(name)

    def test_an_unknown_case_is_refused_by_every_method(self, open_store: OpenStore) -> None:
        store = open_store()
        for call in (
            lambda: store.header("nothing"),
            lambda: store.entries("nothing"),
            lambda: store.append("nothing", "kind", {}),
            lambda: store.hold("nothing").__enter__(),
            lambda: store.header("../nothing"),
        ):
            with pytest.raises(UnknownCase):
                call()

    def test_the_list_shows_the_latest_first_with_the_newest_entry_of_a_kind(self, open_store: OpenStore) -> None:
        store = open_store()
        assert list(store.summaries("result")) == []
        first, second = store.create({"number": 1}), store.create({"number": 2})
        store.append(first, "result", {"is": "old"})
        store.append(first, "result", {"is": "new"})
        store.append(first, "later", {"is": "no result"})
        shown = {summary.case: summary for summary in open_store().summaries("result")}
        assert [summary.case for summary in store.summaries("result")] == sorted((first, second), reverse=True)
        assert (shown[first].header, shown[first].newest) == ({"number": 1}, {"is": "new"})
        assert (shown[second].header, shown[second].newest) == ({"number": 2}, None)
        assert not any(summary.problem for summary in shown.values())

    def test_who_holds_a_case_is_its_only_writer(self, open_store: OpenStore) -> None:
        store, other = open_store(), open_store()
        case, free = store.create(HEADER), store.create(HEADER)
        with store.hold(case):
            store.append(case, "mine", {"n": 1})
            for refused in (lambda: other.append(case, "theirs", {}), lambda: other.hold(case).__enter__()):
                with pytest.raises(CaseInUse):
                    refused()
            with pytest.raises(CaseInUse):
                store.hold(case).__enter__()
            assert [entry.type for entry in other.entries(case)] == ["header", "mine"]
            assert other.header(case) == HEADER
            other.append(free, "theirs", {})
        other.append(case, "theirs", {"n": 2})
        assert [entry.type for entry in store.entries(case)] == ["header", "mine", "theirs"]

    def test_a_case_is_free_again_when_its_holder_fails(self, open_store: OpenStore) -> None:
        store = open_store()
        case = store.create(HEADER)

        def fail() -> None:
            with store.hold(case):
                store.append(case, "kept", {})
                raise ZeroDivisionError

        with pytest.raises(ZeroDivisionError):
            fail()
        with open_store().hold(case):
            pass
        assert [entry.type for entry in store.entries(case)] == ["header", "kept"]

    async def test_a_step_is_done_once_in_the_life_of_a_case(self, open_store: OpenStore) -> None:
        done: list[str] = []

        async def do() -> dict[str, Any]:
            done.append("paid")
            return {"answer": len(done)}

        case = open_store().create(HEADER)
        for _ in range(3):
            store = open_store()
            with store.hold(case) as recorder:
                assert recorder.pending() == len(done)
                assert await recorder.step("tool", {"q": "x"}, do) == {"answer": 1}
        assert done == ["paid"]
        assert [entry.type for entry in open_store().entries(case)] == ["header", "tool"]

    async def test_another_request_than_the_recorded_one_is_a_store_error_that_names_it(
        self, open_store: OpenStore
    ) -> None:
        async def do() -> dict[str, Any]:
            return {}

        case = open_store().create(HEADER)
        with open_store().hold(case) as recorder:
            await recorder.next_step("turn", {"system block 1": "old"}, do)
        with pytest.raises(StoreError, match="system block 1"), open_store().hold(case) as recorder:
            await recorder.next_step("turn", {"system block 1": "new"}, do)
