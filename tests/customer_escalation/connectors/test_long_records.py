"""Our own servers in processes of their own, over stdio and over HTTP: a record in parts is read whole, or what is missing is named."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import pytest
from tests.customer_escalation.commands import Command
from tests.customer_escalation.scripts import answers, case, issue
from tests.messages_api import MessagesServer, by_turn

from support_connectors.categories import WORKSPACE_CATEGORIES
from support_connectors.parts import MOST_OF_AN_ANSWER

NAME = "04"
"""A case with one ticket, whose last message its brief rests on."""
TICKET = "support_platform/MB-911"
PADDING = "The log goes on like this, line after line, and says nothing else.\n"
TOKEN = "a-token-of-these-tests-alone"
OWN_CODE = {"PYTHONPATH": os.environ["PYTHONPATH"]} if "PYTHONPATH" in os.environ else {}


def long_case(per_message: int = 100_000) -> dict[str, Any]:
    """The case with a ticket of 300 KB: all but the last message go on for pages."""
    found = case(NAME)
    (ticket,) = found["records"]["support_platform"]
    for message in ticket["messages"][:-1]:
        message["text"] += "\n" + PADDING * (per_message // len(PADDING))
    assert len(json.dumps(ticket)) > 3 * per_message
    return found


def over_stdio(category: str, workspace: Path) -> str:
    """The declaration of one of our servers as a command."""
    arguments = ["-m", "support_connectors", category, "--workspace", str(workspace)]
    env = "".join(f"{name} = {json.dumps(value)}, " for name, value in OWN_CODE.items()).rstrip(", ")
    return (
        f"[{category}]\ncommand = {json.dumps(sys.executable)}\nargs = {json.dumps(arguments)}\nenv = {{ {env} }}\n"
        f'category = "{category}"\nconnect_s = 300\ncall_s = 300\n'
    )


@contextmanager
def over_http(category: str, workspace: Path) -> Iterator[str]:
    """The declaration of one of our servers by its address, while it runs."""
    command = [sys.executable, "-m", "support_connectors", category, "--http", "0", "--workspace", str(workspace)]
    with subprocess.Popen(
        command, stderr=subprocess.PIPE, text=True, env={**os.environ, "CUSTOMER_ESCALATION_HTTP_TOKEN": TOKEN}
    ) as process:
        assert process.stderr is not None
        try:
            line = next((line for line in process.stderr if line.startswith("Listening on ")), "")
            yield (
                f'[{category}]\nurl = {json.dumps(line.split()[-1])}\nheaders = {{ Authorization = "Bearer {TOKEN}" }}\n'
                f'category = "{category}"\nconnect_s = 300\ncall_s = 300\n'
            )
        finally:
            process.send_signal(signal.SIGTERM)
            process.stderr.read()


@contextmanager
def declared(folder: Path, data: Mapping[str, Any], how: str) -> Iterator[Path]:
    """A file of connectors: the support platform as ``how`` says, the others over stdio."""
    workspace, file = folder / "world.json", folder / "connectors.toml"
    workspace.write_text(json.dumps(data))
    with ExitStack() as stack:
        entries = [over_stdio(category, workspace) for category in WORKSPACE_CATEGORIES[1:]]
        first = WORKSPACE_CATEGORIES[0]
        entries.append(
            over_stdio(first, workspace) if how == "stdio" else stack.enter_context(over_http(first, workspace))
        )
        file.write_text("\n".join(entries))
        yield file


@pytest.mark.parametrize("how", ["stdio", "http"])
def test_a_brief_that_rests_on_the_end_of_a_ticket_of_300_kb_holds(how: str, tmp_path: Path) -> None:
    data = long_case()
    with declared(tmp_path, data, how) as file, MessagesServer(by_turn(answers(NAME))) as api:
        done = Command(tmp_path)(
            issue(NAME), "--connectors", str(file), "--as-of", data["now"], "--format", "json",
            ANTHROPIC_BASE_URL=api.url, ANTHROPIC_API_KEY=api.key,
        )  # fmt: skip
    assert done.code == 0, done.err
    result = json.loads(done.out)
    assert (result["status"], result["drafted_by"], result["gaps"]) == ("valid", "model", [])
    assert f"{TICKET}-m4" in result["citations"]
    for read in read_whole(tmp_path, result["run"]):
        texts = [message["text"] for message in read["messages"]]
        assert texts == [message["text"] for message in data["records"]["support_platform"][0]["messages"]]
        assert sum(map(len, texts)) > 7 * MOST_OF_AN_ANSWER


def read_whole(folder: Path, run: str) -> list[dict[str, Any]]:
    """The ticket as the journal has it of each time that it was read."""
    lines = (folder / "runs" / f"{run}.jsonl").read_text(encoding="utf-8").splitlines()
    tools = [entry for entry in map(json.loads, lines) if entry["type"] == "tool"]
    return [entry["data"]["structured"]["item"] for entry in tools if entry["request"]["tool"] == "read_ticket"]
