"""Records in parts, read through the host: all of it is there or is said to be missing, whatever their server does."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from mcp.server import MCPServer
from mcp.types import CallToolResult, TextContent

from skill_runtime.bounds import MAX_STRING, MAX_STRUCTURED, PARTS, REST
from skill_runtime.journal import Journal
from skill_runtime.ledger import Ledger, is_partial
from skill_runtime.mcp_host import McpHost, ServerSpec
from skill_runtime.mcp_results import FAILURE_META
from skill_runtime.outcomes import MAX_TEXT, Answer
from skill_runtime.parts import MOST_PARTS, READINGS, Changed, joined
from skill_runtime.permission import ToolPolicy
from skill_runtime.recorder import Recorder
from skill_runtime.remote_parts import PartReader
from skill_runtime.tools import Access, ToolReturn

POLICY = ToolPolicy({"*.read_*": Access.READ, "*.note_*": Access.WRITE})
Json = dict[str, Any]
Script = Callable[[str | None], Any]
"""The answer at a cursor: a result, the words of an error, or a whole ``CallToolResult``."""


def message(number: int, text: str = "Words.") -> Json:
    return {"ref": f"desk/1-m{number}", "text": text, "author": "Dana"}


def part(*messages: Json, to: str | None = None, **more: Any) -> Json:
    cursor = {"next_cursor": to} if to else {}
    return {"item": {"ref": "desk/1", "status": "open", "messages": list(messages), **more}, **cursor}


def refusal(words: str, kind: str) -> CallToolResult:
    return CallToolResult(
        content=[TextContent(type="text", text=words)], is_error=True, _meta={FAILURE_META: {"kind": kind}}
    )


def desk(script: Script, asked: list[str | None] | None = None) -> MCPServer:
    """A server whose one record is handed out as the script says."""
    server = MCPServer("desk")

    def answer(cursor: str | None) -> CallToolResult:
        if asked is not None:
            asked.append(cursor)
        given = script(cursor)
        if isinstance(given, CallToolResult):
            return given
        if isinstance(given, str):
            return refusal(given, "unavailable")
        return CallToolResult(content=[TextContent(type="text", text="one part")], structured_content=given)

    @server.tool()
    def read_ticket(id: str, cursor: str | None = None) -> CallToolResult:  # noqa: A002
        """Read a ticket."""
        return answer(cursor)

    @server.tool()
    def read_whole(id: str) -> CallToolResult:  # noqa: A002
        """Read a ticket; takes no cursor."""
        return answer(None)

    @server.tool()
    def note_it(id: str, cursor: str | None = None) -> CallToolResult:  # noqa: A002
        """Write a note."""
        return answer(cursor)

    return server


async def read(
    script: Script, name: str = "read_ticket", asked: list[str | None] | None = None, **more: Any
) -> ToolReturn:
    async with McpHost([ServerSpec("desk", "desk", desk(script, asked))], POLICY) as host:
        tool = next(tool for tool in host.all_tools if tool.spec.name == name)
        return await tool.run({"id": "1", **more})


def item_of(outcome: ToolReturn) -> Json:
    assert not outcome.is_error, outcome.text
    assert outcome.structured is not None
    assert "next_cursor" not in outcome.structured
    item: Json = outcome.structured["item"]
    return item


def by_cursor(parts: dict[str | None, Any]) -> Script:
    return parts.__getitem__


THREE: dict[str | None, Any] = {
    None: part(message(1), message(2), to="b"), "b": part(message(3), to="c"), "c": part(message(4, "The last word."))
}  # fmt: skip


async def test_all_parts_of_a_record_are_fetched_and_put_together() -> None:
    asked: list[str | None] = []
    outcome = await read(by_cursor(THREE), asked=asked)
    assert item_of(outcome) == part(*(message(n) for n in (1, 2, 3)), message(4, "The last word."))["item"]
    assert asked == [None, "b", "c"]
    assert "The last word." in outcome.text
    assert "one part" not in outcome.text, "what a part said of itself is not the text of the whole"


async def test_the_ledger_holds_the_whole_of_a_message_that_was_divided() -> None:
    parts: dict[str | None, Any] = {
        None: part(message(1), message(2, "a" * 600), to="b"), "b": part(message(2, "a" * 600), to="c"),
        "c": part(message(2, "b"), to="d"), "d": part(message(3)),
    }  # fmt: skip
    ledger = Ledger()
    ledger.add(item_of(await read(by_cursor(parts))))
    record = ledger.get("desk/1-m2")
    assert record is not None
    assert record.data["text"] == "a" * 1_200 + "b"
    assert not is_partial(record)
    assert [child.ref for child in ledger.children("desk/1")] == [f"desk/1-m{number}" for number in (1, 2, 3)]


async def test_whoever_asks_for_a_part_gets_the_record() -> None:
    """A part by itself would stand in the place of the whole in the ledger."""
    asked: list[str | None] = []
    whole = await read(by_cursor(THREE))
    assert item_of(await read(by_cursor(THREE), asked=asked, cursor="c")) == item_of(whole)
    assert asked == ["c", None, "b", "c"]


async def test_a_record_in_one_answer_is_one_call() -> None:
    asked: list[str | None] = []
    outcome = await read(by_cursor({None: part(message(1))}), asked=asked)
    assert (asked, outcome.text) == ([None], "one part")


async def test_pages_of_a_list_are_the_callers_to_follow() -> None:
    page = {"items": [part(message(1))["item"]], "next_cursor": "b", "total": 9}
    asked: list[str | None] = []
    assert (await read(by_cursor({None: page}), asked=asked)).structured == page
    assert asked == [None]


async def test_of_a_writing_tool_nothing_is_followed() -> None:
    asked: list[str | None] = []
    outcome = await read(by_cursor(THREE), "note_it", asked)
    assert (asked, outcome.structured) == ([None], THREE[None])


def unread(item: Json) -> str:
    """Why the rest of a ticket is missing, where the item says it as it should."""
    assert item[PARTS] is False
    assert not item["messages"] or item["messages_complete"] is False
    ledger = Ledger()
    ledger.add({"item": item})
    record = ledger.get("desk/1")
    assert record is not None
    assert is_partial(record)
    assert str(item[REST]) not in record.text, "why it is missing is no evidence"
    return str(item[REST])


@pytest.mark.parametrize(
    ("script", "reason", "kept"),
    [
        (lambda cursor: part(message(1), to="b") if cursor is None else part(message(2), to="b"), "given before", 1),
        (lambda cursor: THREE[None], "given before", 2),
        (lambda cursor: "The desk is closed for repairs." if cursor == "c" else THREE[cursor],
         "part 3 did not come: The desk is closed for repairs", 3),
        (lambda cursor: {"items": []} if cursor == "c" else THREE[cursor], "part 3 did not come: the answer held no record", 3),
        (lambda cursor: part(to="x" + (cursor or "")), "nothing was in part 2", 0),
        (lambda cursor: part(message(len(cursor or "")), to="x" + (cursor or "")), f"more than {MOST_PARTS} parts", MOST_PARTS + 1),
        (lambda cursor: part(message(len(cursor or ""), "y" * 300_000), to="x" + (cursor or "")),
         f"longer than {MAX_STRUCTURED:,} characters", 13),
    ],
    ids=["one cursor for ever", "the first part for ever", "fails in the middle", "gives something else", "empty parts", "no end",
         "too long"],
)  # fmt: skip
async def test_what_did_not_come_is_said_on_the_record(script: Script, reason: str, kept: int) -> None:
    item = item_of(await read(script))
    assert reason in unread(item)
    assert len(item["messages"]) == kept


async def test_what_is_missing_stands_in_what_a_model_reads() -> None:
    outcome = await read(lambda cursor: "Out of order." if cursor else THREE[None])
    assert "part 2 did not come: Out of order" in outcome.text


async def test_a_tool_that_takes_no_cursor_gives_a_record_that_says_so() -> None:
    item = item_of(await read(by_cursor(THREE), "read_whole"))
    assert "takes no cursor" in unread(item)


async def test_the_last_message_before_a_gap_may_go_on() -> None:
    long = message(2, "z" * 900)
    item = item_of(await read(lambda cursor: "Gone." if cursor else part(message(1), long, to="b")))
    first, last = item["messages"]
    assert first == message(1)
    assert last["text_complete"] is False
    assert last[REST].startswith("it may go on")


CHANGES: dict[str, Callable[[str | None], Any]] = {
    "its server says so": lambda cursor: refusal("The record changed since.", "invalid") if cursor else THREE[None],
    "its status is another": lambda cursor: {**part(message(3)), "item": {**part(message(3))["item"], "status": "closed"}}
    if cursor else THREE[None],
    "a message stands twice": lambda cursor: part(message(2), message(3)) if cursor else THREE[None],
    "an earlier message comes again": lambda cursor: part(message(9), message(1)) if cursor else THREE[None],
    "a message goes on and was edited": lambda cursor: part({**message(2, "x"), "author": "Kim"}) if cursor else THREE[None],
    "it is another record": lambda cursor: {"item": {**part(message(3))["item"], "ref": "desk/2"}} if cursor else THREE[None],
}  # fmt: skip


@pytest.mark.parametrize("how", CHANGES)
async def test_a_record_that_changes_meanwhile_is_read_again(how: str) -> None:
    asked: list[str | None] = []

    def script(cursor: str | None) -> Any:
        return CHANGES[how](cursor) if len(asked) <= 2 else THREE[cursor]

    assert item_of(await read(script, asked=asked)) == item_of(await read(by_cursor(THREE)))
    assert asked == [None, "b", None, "b", "c"]


@pytest.mark.parametrize("how", CHANGES)
async def test_a_record_that_never_stands_still_says_so(how: str) -> None:
    asked: list[str | None] = []
    item = item_of(await read(CHANGES[how], asked=asked))
    assert unread(item) == f"it changed each of {READINGS} times while it was read"
    assert asked == [None, "b"] * READINGS


async def test_a_record_that_is_gone_when_it_is_read_again_keeps_what_was_read() -> None:
    asked: list[str | None] = []

    def script(cursor: str | None) -> Any:
        return CHANGES["its status is another"](cursor) if len(asked) <= 2 else refusal("No ticket 1.", "not_found")

    assert "and then No ticket 1" in unread(item_of(await read(script, asked=asked)))


async def test_a_secret_that_two_parts_share_is_taken_out_whole() -> None:
    secret = "ghp_" + "a1B2" * 9
    text = "x" * 600 + " the token is "
    parts: dict[str | None, Any] = {
        None: part(message(1, text + secret[:20]), to="b"),
        "b": part(message(1, secret[20:])),
    }
    outcome = await read(by_cursor(parts))
    assert secret[:20] not in outcome.text
    assert secret[20:] not in outcome.text
    assert item_of(outcome)["messages"][0]["text"].startswith(text)


async def test_a_long_record_is_whole_for_code_though_a_model_reads_its_beginning() -> None:
    parts: dict[str | None, Any] = {
        **{("p" * n or None): part(message(n, "w" * 30_000), to="p" * (n + 1)) for n in range(10)}, "p" * 10: part(message(10, "end")),
    }  # fmt: skip
    outcome = await read(by_cursor(parts))
    assert item_of(outcome)["messages"][-1]["text"] == "end"
    assert len(outcome.text) < MAX_TEXT + 300
    assert "search for the words that matter" in outcome.text


async def test_a_resumed_run_has_the_whole_record_without_asking(tmp_path: Path) -> None:
    asked: list[str | None] = []
    specs = [ServerSpec("desk", "desk", desk(by_cursor(THREE), asked))]
    seen = []
    for journal in (Journal.create(tmp_path, "run", {}), None):
        with journal or Journal.open(tmp_path, "run") as kept:
            async with McpHost(specs, POLICY, Recorder(kept)) as host:
                seen.append(await host.tools[0].run({"id": "1"}))
    assert item_of(seen[0]) == item_of(seen[1])
    assert asked == [None, "b", "c"]


async def test_all_parts_together_may_take_a_few_times_as_long_as_one_call() -> None:
    async def call(arguments: Json) -> tuple[Answer, str]:
        return Answer([], THREE[arguments.get("cursor")]), ""

    answer, lost = await PartReader(call, takes_cursor=True, seconds=-1).read({"id": "1"})
    assert isinstance(answer, Answer)
    assert (len((answer.structured or {})["item"]["messages"]), lost) == (2, "")
    assert "all of it takes longer than -4 s" in unread((answer.structured or {})["item"])


@pytest.mark.parametrize("length", [MAX_STRING, MAX_STRING + 1])
async def test_a_text_beyond_the_bounds_is_cut_and_its_record_says_so(length: int) -> None:
    pieces = [("t" * length)[start : start + 100_000] for start in range(0, length, 100_000)]
    parts: dict[str | None, Any] = {
        (str(n) if n else None): part(message(1, text), **({"to": str(n + 1)} if n + 1 < len(pieces) else {}))
        for n, text in enumerate(pieces)
    }  # fmt: skip
    item = item_of(await read(by_cursor(parts)))
    (found,) = item["messages"]
    assert (REST in found) == (length > MAX_STRING)
    assert REST not in item, "the thread is whole"
    if length > MAX_STRING:
        assert found["text_complete"] is False
        assert found[REST] == "only the beginning of its text is kept"


@pytest.mark.parametrize(
    ("whole", "more"),
    [
        ({"ref": "a/1", "status": "open"}, {"ref": "a/1", "status": "closed"}),
        ({"ref": "a/1", "score": 1}, {"ref": "a/1", "score": 2}),
        ({"ref": "a/1", "labels": ["x"]}, {"ref": "a/1", "labels": ["y"]}),
        ({"ref": "a/1", "sla": {"hours": 4}}, {"ref": "a/1", "sla": {"hours": 8}}),
        ({"ref": "a/1", "extra": {"a": "x" * 900}}, {"ref": "a/1", "extra": {"b": 1, "a": "y"}}),
        ({"ref": "a/1", "text": "x" * 900}, {"ref": "a/1", "text": ["y"]}),
        ({"ref": "a/1", "kind": "ticket"}, {"ref": "a/1", "kind": "issue"}),
    ],
)
def test_a_part_of_another_state_of_the_record_is_none_of_it(whole: Json, more: Json) -> None:
    with pytest.raises(Changed):
        joined(whole, more)


def test_nothing_of_a_field_in_a_part_changes_nothing() -> None:
    whole = {"ref": "a/1", "contacts": [{"name": "A"}], "text": "x", "sla": {"h": 1}}
    assert joined(whole, {"ref": "a/1", "contacts": [], "text": "", "sla": {}}) == whole
    assert joined({"ref": "a/1", "contacts": []}, {"ref": "a/1", "contacts": [{"name": "A"}]})["contacts"] == [
        {"name": "A"}
    ]
