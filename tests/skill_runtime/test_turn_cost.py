"""A turn costs the same at the end of a long run as at its beginning, whatever stands before it. Nothing is timed."""

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from tests.messages_api import MessagesServer, by_turn, use

from skill_runtime import claude, recorder
from skill_runtime.agent import run_agent
from skill_runtime.claude import ClaudeModel
from skill_runtime.events import Event, TurnStarted
from skill_runtime.journal import Journal
from skill_runtime.ledger import Ledger
from skill_runtime.limits import Limits, Meter
from skill_runtime.messages import Message
from skill_runtime.recorder import Recorder
from skill_runtime.tools import Access, Tool, ToolReturn, ToolSpec

TURNS = 40
SCHEMA = {"type": "object", "properties": {"q": {"type": "string"}}}


async def look(arguments: dict[str, Any]) -> ToolReturn:
    return ToolReturn(f"Found {arguments['q']}.")


async def accept(arguments: dict[str, Any]) -> ToolReturn:
    return ToolReturn("Accepted.", final=True)


async def play(folder: Path, provider: str, on_event: Any) -> None:
    """A run that looks ``TURNS`` times and ends."""
    script = [[use("look", q=f"{number:04}")] for number in range(TURNS)] + [[use("submit")]]
    with MessagesServer(by_turn(script)) as server, Journal.create(folder, "run", {}) as kept:
        base = {"anthropic": server.url, "bedrock-mantle": f"{server.url}/anthropic-mantle"}[provider]
        async with ClaudeModel(f"{provider}:claude-sonnet-5-5", api_key=server.key, base_url=base) as model:
            result = await run_agent(
                model=model,
                system=("You look things up.",),
                first_message="Go.",
                tools=[
                    Tool(ToolSpec("look", "Looks.", SCHEMA), Access.READ, look),
                    Tool(ToolSpec("submit", "Ends.", {"type": "object"}), Access.LOCAL, accept),
                ],
                ledger=Ledger(),
                recorder=Recorder(kept),
                meter=Meter(Limits(max_turns=TURNS + 1), lambda: 0.0),
                emit=on_event,
            )
    assert (result.outcome, result.turns) == ("submitted", TURNS + 1)


async def test_the_journal_grows_by_the_same_with_every_turn(tmp_path: Path) -> None:
    await play(tmp_path, "anthropic", lambda event: None)
    entries = [json.loads(line) for line in (tmp_path / "run.jsonl").read_text(encoding="utf-8").splitlines()]
    turns = [entry for entry in entries if entry["type"] == "turn"]
    assert len(turns) == TURNS + 1
    assert list(turns[0]["request"]["new"]) == ["system block 1", "tool look", "tool submit", "message 1 (user)"]
    for number, entry in enumerate(turns[1:], start=1):
        assert entry["request"].keys() == {"new"}
        assert list(entry["request"]["new"]) == [
            f"message {2 * number} (assistant)",
            f"message {2 * number + 1} (user)",
        ]
    # What may differ is how the numbers are written.
    short, long = (len(json.dumps(without_digits(entry))) for entry in (turns[1], turns[TURNS - 1]))
    assert short == long


@pytest.mark.parametrize("provider", ["anthropic", "bedrock-mantle"])
async def test_no_message_is_written_digested_or_converted_again(
    tmp_path: Path, provider: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    done: list[Counter[str]] = []

    def counted(name: str, function: Any) -> Any:
        def wrapper(*arguments: Any, **named: Any) -> Any:
            done[-1][name] += 1
            return function(*arguments, **named)

        return wrapper

    def on_event(event: Event) -> None:
        if isinstance(event, TurnStarted):
            done.append(Counter())

    monkeypatch.setattr(claude, "_message", counted("converted", claude._message))
    monkeypatch.setattr(recorder, "fingerprint", counted("digested", recorder.fingerprint))
    monkeypatch.setattr(Message, "model_dump", counted("written", Message.model_dump))
    await play(tmp_path, provider, on_event)
    assert len(done) == TURNS + 1
    assert done[1]["converted"] == 2, "the answer and the results of the turn before"
    assert set(map(tuple, (sorted(turn.items()) for turn in done[1:]))) == {tuple(sorted(done[1].items()))}


def without_digits(value: Any) -> Any:
    """A JSON value with all digits alike: ids, moments and digests count by their length alone."""
    if isinstance(value, dict):
        return {without_digits(key): without_digits(item) for key, item in value.items()}
    if isinstance(value, list):
        return [without_digits(item) for item in value]
    if isinstance(value, str):
        return "".join("" if letter.isdigit() else letter for letter in value if letter not in "abcdef")
    return 0 if isinstance(value, int | float) else value
