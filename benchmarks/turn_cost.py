"""What a turn costs beside the model: the agent loop with its journal against the bare client, on the same conversation.

    python benchmarks/turn_cost.py [--turns 20 200 1000] [--samples 12] [--runs 3]

A server on the loopback interface, in a process of its own, answers every request at once with the same short stream and
reads nothing of it. The run is brought to its turn from a journal; from there on, each turn of the loop is followed by the same
turn of the bare client, inside the loop's tool call, so both meet the same load of the machine. Only ratios mean something.

Where the journal waits until an entry is on the disk, which the bare client never does, how long that takes is the
disk's affair, so it is timed apart. A turn's entry waits for nothing: it gets there with the next that decides
something. Three ratios are printed: of the processor's time in this process, which other load of the machine hardly
touches; of the time on the wall without the disk; and of all of it.
"""

import argparse
import asyncio
import json
import multiprocessing
import os
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from multiprocessing.connection import Connection
from pathlib import Path
from statistics import median, quantiles
from typing import Any
from unittest.mock import patch

import anthropic

from skill_runtime.agent import fence, run_agent
from skill_runtime.claude import ClaudeModel
from skill_runtime.errors import LimitReached
from skill_runtime.events import Event, TurnFinished
from skill_runtime.journal import Journal
from skill_runtime.ledger import Ledger
from skill_runtime.limits import Limits, Meter
from skill_runtime.messages import Message, Text, ToolUse, Turn, Usage
from skill_runtime.model import Model
from skill_runtime.recorder import Recorder
from skill_runtime.scripted import ScriptedModel
from skill_runtime.tools import Access, Tool, ToolReturn, ToolSpec

MODEL = "claude-sonnet-5-5"
SYSTEM = ("You look things up.", "How it works. " * 400)
SCHEMA = {"type": "object", "properties": {"q": {"type": "string"}}, "required": ["q"], "additionalProperties": False}
SPECS = [ToolSpec(f"look_{n}", "Looks something up. " * 10, SCHEMA) for n in range(12)]
SAYS = "I look at the next record. " * 8
FOUND = "A record as it was found, with a few figures in it: 12, 345 and 6,789. " * 16
WARM_UP = 2
"""Live turns that are not counted: connections open and caches fill in them."""


@dataclass
class Cost:
    """Seconds of each turn, in order."""

    loop: list[float] = field(default_factory=list)
    bare: list[float] = field(default_factory=list)
    disk: list[float] = field(default_factory=list)
    """Of the loop, spent waiting for the disk."""
    loop_cpu: list[float] = field(default_factory=list)
    bare_cpu: list[float] = field(default_factory=list)
    journal: list[int] = field(default_factory=list)
    """Bytes."""


def serve(ready: Connection) -> None:
    """Answer every request on a free port, which is sent through ``ready``, until the process is stopped."""
    asyncio.run(_serve(ready))


async def _serve(ready: Connection) -> None:
    numbers = iter(range(10**9))

    async def client(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while True:
                head = await reader.readuntil(b"\r\n\r\n")
                lengths = [line for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:")]
                await reader.readexactly(int(lengths[0].split(b":")[1]) if lengths else 0)
                body = _stream(next(numbers))
                writer.write(
                    b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n"
                    + f"content-length: {len(body)}\r\n\r\n".encode()
                )
                writer.write(body)
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            writer.close()

    server = await asyncio.start_server(client, "127.0.0.1", 0, limit=2**24)
    ready.send(server.sockets[0].getsockname()[1])
    await server.serve_forever()


def _stream(number: int) -> bytes:
    use = {"type": "tool_use", "id": f"toolu_{number}", "name": "look_0", "input": {}}
    usage = {"input_tokens": 10, "output_tokens": 10, "cache_read_input_tokens": 9, "cache_creation_input_tokens": 9}
    events: list[dict[str, Any]] = [
        {"type": "message_start", "message": {"id": f"msg_{number}", "type": "message", "role": "assistant", "model": MODEL,
         "content": [], "stop_reason": None, "stop_sequence": None, "usage": usage}},
        {"type": "content_block_start", "index": 0, "content_block": {"type": "text", "text": ""}},
        *({"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": SAYS[at : at + 27]}}
          for at in range(0, len(SAYS), 27)),
        {"type": "content_block_stop", "index": 0},
        {"type": "content_block_start", "index": 1, "content_block": use},
        {"type": "content_block_delta", "index": 1,
         "delta": {"type": "input_json_delta", "partial_json": json.dumps({"q": f"live {number}"})}},
        {"type": "content_block_stop", "index": 1},
        {"type": "message_delta", "delta": {"stop_reason": "tool_use", "stop_sequence": None}, "usage": {"output_tokens": 50}},
        {"type": "message_stop"},
    ]  # fmt: skip
    return "".join(f"event: {event['type']}\ndata: {json.dumps(event)}\n\n" for event in events).encode()


@contextmanager
def answering() -> Iterator[str]:
    """The server's URL, for the length of a ``with``."""
    ours, theirs = multiprocessing.Pipe()
    process = multiprocessing.get_context("spawn").Process(target=serve, args=(theirs,), daemon=True)
    process.start()
    try:
        yield f"http://127.0.0.1:{ours.recv()}"
    finally:
        process.terminate()
        process.join()


class Bare:
    """The client alone, with a conversation of the same size."""

    def __init__(self, url: str, turns: int) -> None:
        self._client = anthropic.AsyncAnthropic(api_key="k", base_url=url, max_retries=0)
        self._tools: Any = [
            {"name": s.name, "description": s.description, "input_schema": s.input_schema} for s in SPECS
        ]
        self._system: Any = [{"type": "text", "text": words} for words in SYSTEM]
        self.messages: list[Any] = [{"role": "user", "content": [{"type": "text", "text": "Go."}]}]
        for number in range(turns):
            self._grow(f"old_{number}", {"q": f"old {number}"}, SAYS)

    def _grow(self, ident: str, given: Any, says: str) -> None:
        use = {"type": "tool_use", "id": ident, "name": "look_0", "input": given}
        result = {"type": "tool_result", "tool_use_id": ident, "content": fence(f"{given['q']}: {FOUND}")}
        self.messages.append({"role": "assistant", "content": [{"type": "text", "text": says}, use]})
        self.messages.append({"role": "user", "content": [result]})

    async def turn(self) -> None:
        """The next turn."""
        async with self._client.messages.stream(
            model=MODEL, max_tokens=16_000, system=self._system, tools=self._tools, messages=self.messages,
            cache_control={"type": "ephemeral"}, thinking={"type": "adaptive"},
        ) as stream:  # fmt: skip
            answer: Any = await stream.get_final_message()
        self._grow(answer.content[1].id, answer.content[1].input, answer.content[0].text)

    async def close(self) -> None:
        """Close its connections."""
        await self._client.close()


def _recorded(number: int) -> Turn:
    use = ToolUse(id=f"old_{number}", name="look_0", input={"q": f"old {number}"})
    return Turn(
        message=Message(role="assistant", content=(Text(text=SAYS), use)),
        stop_reason="tool_use",
        usage=Usage(input_tokens=10, output_tokens=10),
        model=MODEL,
        cost_usd=0.001,
    )


async def measure(url: str, turns: int, samples: int, folder: Path) -> Cost:
    """The cost of ``samples`` turns after the first ``turns``."""
    await _run(ScriptedModel([_recorded(number) for number in range(turns)]), folder, turns, None, Cost())
    cost, bare = Cost(), Bare(url, turns)
    async with ClaudeModel(MODEL, api_key="k", base_url=url) as model:
        await _run(model, folder, turns + WARM_UP + samples + 1, bare, cost)
    await bare.close()
    counted = slice(WARM_UP, WARM_UP + samples)
    return Cost(**{name: values[counted] for name, values in vars(cost).items()})


async def _run(model: Model, folder: Path, turns: int, bare: Bare | None, cost: Cost) -> None:
    """One run to its ``turns``-th turn; from the first one that is asked for, with a turn of ``bare`` in each tool call."""
    path = folder / "run.jsonl"
    live, since, size, waited = False, (0.0, 0.0), 0, 0.0

    def emit(event: Event) -> None:
        nonlocal live, size
        if isinstance(event, TurnFinished):
            now = path.stat().st_size
            if live:
                cost.journal.append(now - size)
            live, size = not event.from_journal, now

    async def look(arguments: dict[str, Any]) -> ToolReturn:
        nonlocal since, waited
        if bare is not None and live:
            began = _now()
            if since[0]:
                cost.loop.append(began[0] - since[0])
                cost.loop_cpu.append(began[1] - since[1])
                cost.disk.append(waited)
            await bare.turn()
            since, waited = _now(), 0.0
            cost.bare.append(since[0] - began[0])
            cost.bare_cpu.append(since[1] - began[1])
        found = await recorder.step(
            "tool", {"server": "docs", "tool": "look_0", "input": arguments}, partial(answer, arguments)
        )
        return ToolReturn(found["text"])

    async def answer(arguments: dict[str, Any]) -> dict[str, Any]:
        return {"text": f"{arguments['q']}: {FOUND}", "structured": None, "is_error": False}

    def timed(fd: int) -> None:
        nonlocal waited
        began = time.perf_counter()
        fsync(fd)
        waited += time.perf_counter() - began

    fsync = os.fsync
    with (
        patch("os.fsync", timed),
        Journal.open(folder, "run") if path.exists() else Journal.create(folder, "run", {}) as journal,
    ):
        recorder = Recorder(journal)
        try:
            await run_agent(
                model=model,
                system=SYSTEM,
                first_message="Go.",
                tools=[Tool(spec, Access.READ, look) for spec in SPECS],
                ledger=Ledger(),
                recorder=recorder,
                meter=Meter(Limits(max_turns=turns), time.monotonic),
                emit=emit,
            )
        except LimitReached:
            return


def _now() -> tuple[float, float]:
    """Seconds on the wall, and of the processor in this process."""
    return time.perf_counter(), time.process_time()


def main() -> None:
    """Print one line for each number of turns."""
    parser = argparse.ArgumentParser(description="The loop's cost of a turn against the bare client's.")
    parser.add_argument("--turns", type=int, nargs="+", default=[20, 200, 1000])
    parser.add_argument("--samples", type=int, default=12, help="turns that are measured in each run")
    parser.add_argument("--runs", type=int, default=3)
    chosen = parser.parse_args()
    print(f"{'':7}{'bare':>11}{'loop and':>11}{'of which':>11}  {'ratio':<22}{'ratio':<22}{'ratio':<22}{'journal':>9}")
    print(
        f"{'turns':7}{'client':>11}{'journal':>11}{'disk':>11}  {'of the processor':<22}{'without the disk':<22}{'of all':<22}{'bytes':>9}"
    )
    with answering() as url:
        for turns in chosen.turns:
            costs = []
            for _ in range(chosen.runs):
                with tempfile.TemporaryDirectory() as folder:
                    costs.append(asyncio.run(measure(url, turns, chosen.samples, Path(folder))))
            print(_line(turns, costs))


def _line(turns: int, costs: list[Cost]) -> str:
    """Medians over all turns of all runs, the ratios with their quartiles."""
    every = Cost(**{name: [value for cost in costs for value in getattr(cost, name)] for name in vars(Cost())})
    own = [whole - disk for whole, disk in zip(every.loop, every.disk, strict=True)]
    times = "".join(f"{1000 * median(column):8.2f} ms" for column in (every.bare, every.loop, every.disk))
    ratios = (_ratio(every.loop_cpu, every.bare_cpu), _ratio(own, every.bare), _ratio(every.loop, every.bare))
    return f"{turns:<7}{times}  {''.join(f'{ratio:<22}' for ratio in ratios)}{median(every.journal):9,.0f}"


def _ratio(loop: list[float], bare: list[float]) -> str:
    low, middle, high = quantiles([ours / theirs for ours, theirs in zip(loop, bare, strict=True)], n=4)
    return f"{middle:.2f} ({low:.2f} to {high:.2f})"


if __name__ == "__main__":
    main()
