"""The cases with a scripted model over real HTTP and server-sent events: from the command line to a checked brief.

The answers were written by hand from the requests alone. The document is spoilt and the first edit leaves it so, that every run also
shows a repair.
"""

import json
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from evals.run_cases import compare
from tests.customer_escalation.commands import Command
from tests.customer_escalation.scripts import CASES, FOREIGN, NAMES, answers, case, healed, issue, spoilt
from tests.messages_api import MessagesServer, by_turn

from customer_escalation.headless import READ_REFERENCE


def test_every_case_has_a_script() -> None:
    assert sorted(path.stem for path in CASES.glob("*.json")) == NAMES


@pytest.mark.parametrize("name", NAMES)
def test_a_case_gets_the_expected_brief(tmp_path: Path, name: str) -> None:
    *before, written, indexed = answers(name)
    script = [*before, spoilt(written), indexed, healed(written, indexed)]
    with MessagesServer(by_turn(script)) as api:
        done = Command(tmp_path)(
            issue(name), "--workspace", str(CASES / f"{name}.json"), "--format", "json",
            ANTHROPIC_BASE_URL=api.url, ANTHROPIC_API_KEY=api.key,
        )  # fmt: skip
    assert done.code == 0, done.err
    result = json.loads(done.out)
    assert (result["status"], result["drafted_by"], result["ended"]) == ("valid", "model", "complete")
    row = compare(name, done.code, result, case(name))
    assert row.verdict == "right", row
    assert row.missing == (), row
    assert row.claimed == (), row
    assert FOREIGN not in result["markdown"]
    requests = [seen.body for seen in api.requests]
    assert len(requests) == result["usage"]["turns"] == len(script)
    shows_caching(requests, result["run"], tmp_path)
    shows_parallel_tools(requests[:-2])
    shows_what_the_reader_gets(requests[-2])
    shows_the_repair(requests[-1])


def shows_caching(requests: list[dict[str, Any]], run: str, folder: Path) -> None:
    """System and tools are frozen and marked, messages only grow, and what was sent before is read from the cache."""
    for earlier, later in pairwise(requests):
        assert later["system"] == earlier["system"]
        assert later["tools"] == earlier["tools"]
        grows = later["messages"][: len(earlier["messages"])] == earlier["messages"]
        assert grows or len(later["messages"]) == 1, "a conversation of its own begins"
    assert any(block.get("cache_control", {}).get("ttl") == "1h" for block in requests[0]["system"])
    assert all("cache_control" in request for request in requests)
    lines = (folder / "runs" / f"{run}.jsonl").read_text(encoding="utf-8").splitlines()
    turns = [entry["data"] for entry in map(json.loads, lines) if entry["type"] == "turn"]
    assert [turn["usage"]["cache_read_tokens"] > 0 for turn in turns] == [False] + [True] * (len(turns) - 1)


def shows_parallel_tools(requests: list[dict[str, Any]]) -> None:
    """Several reads asked for in one answer are answered in one message, each as data."""
    blocks = [message["content"] for request in requests[-1:] for message in request["messages"]]
    together = [[block for block in content if block["type"] == "tool_result"] for content in blocks]
    reads = max(together, key=len)
    assert len(reads) > 1
    called = {block["id"]: block["name"] for content in blocks for block in content if block["type"] == "tool_use"}
    records = [block for block in reads if called[block["tool_use_id"]] != READ_REFERENCE]
    assert all("<tool-data>" in json.dumps(block["content"]) for block in records)


def shows_what_the_reader_gets(request: dict[str, Any]) -> None:
    """The records as the writer had them, then the document with what the check found, and nothing of how it came about."""
    (message,) = request["messages"]
    records, told = (block["text"] for block in message["content"])
    assert "<records>" in records
    assert FOREIGN in told
    assert "9,731" in told.partition("doubts these")[2]


def shows_the_repair(request: dict[str, Any]) -> None:
    """An edit that left it came back with a finding that names what is unsupported, and where."""
    last = request["messages"][-1]["content"]
    refusal = next(block for block in last if block["type"] == "tool_result")
    words = json.dumps(refusal["content"])
    assert refusal["is_error"] is True
    assert "9,731" in words
    assert "G1" in words


@pytest.mark.parametrize("name", NAMES)
def test_right_facts_with_wrong_labels_reach_the_expected_decision_and_say_why(tmp_path: Path, name: str) -> None:
    script = answers(name)
    expected = case(name)["expected"]
    assess = next(block["input"] for turn in script for block in turn if block.get("name") == "assess")
    wrong = {"outcome": "handle_in_support", "severity": "none", "target": "none"}
    if not expected["escalate"]:
        wrong = {"outcome": "escalate", "severity": "Critical", "target": "Leadership"}
    assess["reading"] = wrong
    with MessagesServer(by_turn(script)) as api:
        command = Command(tmp_path)
        done = command(
            issue(name), "--workspace", str(CASES / f"{name}.json"), "--format", "json",
            ANTHROPIC_BASE_URL=api.url, ANTHROPIC_API_KEY=api.key,
        )  # fmt: skip
    result = json.loads(done.out)
    row = compare(name, done.code, result, case(name))
    assert row.verdict == "right", row
    told = json.dumps([seen.body["messages"][-1] for seen in api.requests])
    assert f"Your own reading was {wrong['outcome']}, {wrong['severity']}, {wrong['target']}" in told
    why = command("show", result["run"], "--why").out
    print(f"{name}\n{why}")
    assert why.startswith(f"Decision: {row.got[0].replace('_', ' ')}")
    assert "What would have changed the decision" in why
