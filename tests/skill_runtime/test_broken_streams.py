"""Answers of a model's service that break its own protocol: one sentence, never a fault of the program, and never past the deadline."""

import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from tenacity import wait_none

from skill_runtime.agent import run_agent
from skill_runtime.claude import ATTEMPTS, ClaudeModel
from skill_runtime.errors import LimitReached, ModelError
from skill_runtime.journal import Journal
from skill_runtime.ledger import Ledger
from skill_runtime.limits import Limits, Meter
from skill_runtime.messages import Message, Text, Turn
from skill_runtime.model import ModelRequest
from skill_runtime.recorder import Recorder

Event = dict[str, Any]
USAGE = {"input_tokens": 10, "output_tokens": 1}
START: Event = {"type": "message_start", "message": {
    "id": "m", "type": "message", "role": "assistant", "model": "claude-sonnet-5-5", "content": [], "stop_reason": None,
    "stop_sequence": None, "usage": USAGE,
}}  # fmt: skip
TEXT: list[Event] = [
    {"type": "content_block_start", "index": 0, "content_block": {"type": "text", "text": ""}},
    {"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": "Hello"}},
    {"type": "content_block_stop", "index": 0},
]
END: list[Event] = [
    {
        "type": "message_delta",
        "delta": {"stop_reason": "end_turn", "stop_sequence": None},
        "usage": {"output_tokens": 3},
    },
    {"type": "message_stop"},
]


def called(given: str) -> list[Event]:
    """A call of a tool whose input is this text."""
    return [
        {
            "type": "content_block_start",
            "index": 0,
            "content_block": {"type": "tool_use", "id": "t", "name": "search", "input": {}},
        },
        {"type": "content_block_delta", "index": 0, "delta": {"type": "input_json_delta", "partial_json": given}},
        {"type": "content_block_stop", "index": 0},
    ]


def used(**usage: Any) -> list[Event]:
    """The end with another usage."""
    return [{**END[0], "usage": {"output_tokens": 3, **usage}}, END[1]]


def begun(**usage: Any) -> Event:
    """The start with another usage."""
    return {**START, "message": {**START["message"], "usage": {**USAGE, **usage}}}


BROKEN: dict[str, list[Event]] = {
    "no message_start": [*TEXT, *END],
    "message_stop first": [END[1], START, *TEXT, *END],
    "a delta of a block that was not begun": [START, TEXT[1], *END],
    "a block that ends twice": [START, *TEXT, TEXT[2], *END],
    "two starts": [START, START, *TEXT, *END],
    "a negative usage at the start": [begun(input_tokens=-5), *TEXT, *END],
    "a negative usage at the end": [START, *TEXT, *used(output_tokens=-5)],
    "a negative usage of the cache": [begun(cache_read_input_tokens=-5), *TEXT, *END],
    "a usage that is no number": [begun(input_tokens="many"), *TEXT, *END],
    "a usage beyond any sense": [begun(input_tokens=10**30), *TEXT, *END],
    "no usage": [{**START, "message": {**START["message"], "usage": None}}, *TEXT, *END],
    "broken JSON in a tool's input": [START, *called('{"query": "x'), *END],
    "no JSON in a tool's input": [START, *called("query: x"), *END],
    "a tool's input that is a list": [START, *called('["x"]'), *END],
    "a tool's input that is deeply nested": [START, *called('{"a":' * 50_000 + "1" + "}" * 50_000), *END],
    "an event of no known type": [START, {"type": "surprise", "data": [1]}, *TEXT, *END],
    "an event that is a list": [START, [1, 2], *TEXT, *END],  # type: ignore[list-item]
    "an event that is nothing": [START, None, *TEXT, *END],  # type: ignore[list-item]
    "content that is no list": [{**START, "message": {**START["message"], "content": "text"}}, *TEXT, *END],
    "a stop reason of no known kind": [START, *TEXT, {**END[0], "delta": {"stop_reason": "bored"}}, END[1]],
    "a model without a name": [{**START, "message": {**START["message"], "model": None}}, *TEXT, *END],
    "nothing": [],
    "an index far away": [START, {**TEXT[0], "index": 10**9}, {**TEXT[1], "index": 10**9}, *END],
}  # fmt: skip
SOUND = [START, *TEXT, *END]


@contextmanager
def service(answers: Callable[[int], Iterator[bytes]]) -> Iterator[tuple[str, list[int]]]:
    """A service that streams what it is given for each request; its address and the requests so far."""
    seen: list[int] = []

    class Handler(BaseHTTPRequestHandler):
        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the base class's name
            """Nothing."""

        def do_POST(self) -> None:
            """Stream."""
            self.rfile.read(int(self.headers["content-length"]))
            seen.append(len(seen))
            self.send_response(200)
            self.send_header("content-type", "text/event-stream")
            self.end_headers()
            try:
                for piece in answers(len(seen) - 1):
                    self.wfile.write(piece)
                    self.wfile.flush()
            except OSError:
                pass  # the client went away, as it may

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}", seen
    finally:
        server.shutdown()
        server.server_close()


def framed(events: list[Event]) -> Iterator[bytes]:
    """Events as they go over the wire."""
    for event in events:
        name = event.get("type", "x") if isinstance(event, dict) else "x"
        yield f"event: {name}\ndata: {json.dumps(event)}\n\n".encode()


async def turn(url: str, **settings: Any) -> Turn:
    """One turn against the service."""
    request = ModelRequest(("system",), (), (Message(role="user", content=(Text(text="Hello"),)),), 1000)
    async with ClaudeModel("claude-sonnet-5-5", api_key="k", base_url=url, wait=wait_none(), **settings) as model:
        return await model.turn(request, lambda notice: None)


@pytest.mark.parametrize("name", BROKEN)
async def test_what_breaks_the_protocol_is_asked_again_or_a_sentence(name: str) -> None:
    refused: ModelError | None = None
    with service(lambda number: framed(BROKEN[name])) as (url, seen):
        try:
            answer = await turn(url)
        except ModelError as error:
            refused = error
    if refused is not None:
        assert str(refused).endswith(".")
        assert len(seen) == ATTEMPTS
        return
    assert min(answer.usage.model_dump().values()) >= 0
    assert answer.usage.total <= 10**12
    assert answer.cost_usd is None or answer.cost_usd >= 0


@pytest.mark.parametrize(
    "name", ["no message_start", "broken JSON in a tool's input", "a negative usage at the start", "no usage"]
)
async def test_one_broken_answer_costs_one_more_try(name: str) -> None:
    with service(lambda number: framed(SOUND if number else BROKEN[name])) as (url, seen):
        answer = await turn(url)
    assert (answer.message.text, len(seen)) == ("Hello", 2)


async def test_a_stream_that_drips_ends_with_the_turn() -> None:
    ended = threading.Event()

    def dripping(number: int) -> Iterator[bytes]:
        yield from framed([START, TEXT[0]])
        while not ended.wait(0.01):
            yield from framed([TEXT[1]])

    with service(dripping) as (url, _):
        try:
            with pytest.raises(ModelError, match=r"did not finish an answer within 0\.2 s"):
                await turn(url, longest_s=0.2)
        finally:
            ended.set()


async def test_a_stream_that_drips_ends_with_the_run(tmp_path: Path) -> None:
    ended = threading.Event()

    def dripping(number: int) -> Iterator[bytes]:
        yield from framed([START, TEXT[0]])
        while not ended.wait(0.01):
            yield from framed([TEXT[1]])

    with service(dripping) as (url, _):
        journal = Journal.create(tmp_path, "run", {})
        try:
            async with ClaudeModel("claude-sonnet-5-5", api_key="k", base_url=url) as model:
                with pytest.raises(LimitReached, match=r"limit of 0\.3 seconds") as raised:
                    await run_agent(
                        model=model, system=("x",), first_message="x", tools=(), ledger=Ledger(), recorder=Recorder(journal),
                        meter=Meter(Limits(max_seconds=0.3), time.monotonic), emit=lambda event: None,
                    )  # fmt: skip
        finally:
            ended.set()
            journal.close()
    assert raised.value.limit == "time"
