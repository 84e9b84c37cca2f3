"""Our own servers in processes of their own, over stdio and over HTTP: a record in parts is read whole, or what is missing is named."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import ExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from tests.customer_escalation.commands import Command
from tests.customer_escalation.connectors.scripted import OURS, TEXT, Servers, both, page, text, ticket, tool
from tests.customer_escalation.followups.lived import World, begun, said
from tests.customer_escalation.scripts import answers, case, issue
from tests.messages_api import MessagesServer, by_turn

from customer_escalation.cases.connection import Systems
from customer_escalation.cases.errors import ActionOutdated
from customer_escalation.cases.service import CaseService
from customer_escalation.cases.shared_connections import SharedConnections
from customer_escalation.domain.evidence import field
from customer_escalation.followups.updating import make_update
from customer_escalation.followups.watching import Watcher
from customer_escalation.headless import resume
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
    (long,) = found["records"]["support_platform"]
    for message in long["messages"][:-1]:
        message["text"] += "\n" + PADDING * (per_message // len(PADDING))
    assert len(json.dumps(long)) > 3 * per_message
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
def declared(workspace: Path, how: str, *others: str) -> Iterator[Path]:
    """A file of connectors on a workspace: the support platform as ``how`` says, the others over stdio."""
    first, file = "support_platform", workspace.with_name("connectors.toml")
    with ExitStack() as stack:
        entries = [over_stdio(category, workspace) for category in others]
        entries.append(
            over_stdio(first, workspace) if how == "stdio" else stack.enter_context(over_http(first, workspace))
        )
        file.write_text("\n".join(entries))
        yield file


@pytest.mark.parametrize("how", ["stdio", "http"])
def test_a_brief_that_rests_on_the_end_of_a_ticket_of_300_kb_holds(how: str, tmp_path: Path) -> None:
    data, workspace = long_case(), tmp_path / "world.json"
    workspace.write_text(json.dumps(data))
    script = json.loads(json.dumps(answers(NAME)).replace("**Severity:** Medium", "**Severity:** High"))
    with declared(workspace, how, *WORKSPACE_CATEGORIES[1:]) as file, MessagesServer(by_turn(script)) as api:
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


READ_IN_PARTS = (*OURS[:1], tool("read_ticket", ("id",), id=TEXT, cursor=TEXT), *OURS[2:])


def first_part(**more: Any) -> dict[str, Any]:
    """An answer with the beginning of the ticket, which goes on."""
    return both({"item": ticket(**more), "next_cursor": "b"})


def second_part(text: str = "Fixed by restarting the gateway, said dana.", **more: Any) -> dict[str, Any]:
    """An answer with the rest of it."""
    said = {
        **ticket()["messages"][0],
        "ref": "support_platform/1-m2",
        "id": "1-m2",
        "at": "2026-11-20T10:00:00Z",
        "text": text,
    }
    return both({"item": ticket(messages=[said]), **more})


BROKEN: dict[str, tuple[Mapping[str, Any], str]] = {
    "one cursor for ever": ({"None": first_part(), "b": second_part(next_cursor="b")}, "a cursor that it had given before"),
    "it fails in the middle": (
        {"None": first_part(), "b": text("The desk is closed.", isError=True)},
        "part 2 did not come: The desk is closed",
    ),
    "an error of the protocol": ({"None": first_part(), "b": {"error": {"code": -32603, "message": "out of order"}}}, "out of order"),
    "its process dies": ({"None": first_part(), "b": {"exit": 1}}, "part 2 did not come: the server ended the connection twice"),
    "it changes for ever": (
        {"None": first_part(), "b": both({"item": ticket(status="solved", messages=[])})},
        "it changed each of 3 times",
    ),
}  # fmt: skip


@pytest.fixture
def servers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Servers:
    for name in ("RUNS", "STATE"):
        monkeypatch.setenv(f"CUSTOMER_ESCALATION_{name}", str(tmp_path / name.lower()))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.fail.Keyring")
    return Servers(tmp_path)


def answering(parts: Mapping[str, Any]) -> dict[str, Any]:
    return {"search_tickets": page(ticket()), "list_tickets": page(ticket()), "read_ticket": {"by": {"cursor": parts}}}


@pytest.mark.parametrize("what", BROKEN)
def test_what_a_server_does_not_hand_out_is_a_named_gap_and_decides_nothing(what: str, servers: Servers) -> None:
    parts, reason = BROKEN[what]
    result = servers.add("desk", "support_platform", READ_IN_PARTS, answering(parts)).run()
    (gap,) = [gap for gap in result.data["gaps"] if "#1: " in gap]
    assert gap.startswith("The support platform could be read only in part (#1: ")
    assert reason in gap
    assert gap.endswith("what is missing is unknown.")
    assert gap in result.data["markdown"].replace("\\", "")
    assert result.status == "needs_review"
    assert resume(result.data["run"], lambda event: None, {}).data == result.data


def test_a_record_that_all_came_of_is_no_gap(servers: Servers) -> None:
    parts = {"None": first_part(), "b": second_part()}
    result = servers.add("desk", "support_platform", READ_IN_PARTS, answering(parts)).run()
    assert [gap for gap in result.data["gaps"] if "support platform" in gap] == []
    assert "said dana" in json.dumps(result.data["records"])


class Clocked(SharedConnections):
    """Declared connectors at a moment of the test's choosing."""

    moment = datetime(2026, 3, 4, 12, tzinfo=UTC)

    async def now(self) -> datetime:
        """The moment."""
        return self.moment


@dataclass
class Connected(World):
    """The world, read through our own servers in processes of their own."""

    how: str = "stdio"

    @asynccontextmanager
    async def service(self, now: str = "") -> AsyncIterator[CaseService]:
        """See ``World``: the servers are started anew, with what there is by then."""
        self.now = now or self.now
        self.write()
        with declared(self.file, self.how, "crm", "project_tracker") as file:
            systems = Clocked(None, str(file), self.folder)
            systems.moment = datetime.fromisoformat(self.now)
            try:
                yield CaseService(self.store(), systems, clock=lambda: systems.moment)
            finally:
                await systems.close()


LAST = "It also stops for our second site now."


@pytest.mark.usefixtures("servers")
@pytest.mark.parametrize("how", ["stdio", "http"])
async def test_what_a_customer_adds_to_a_long_ticket_is_seen_whoever_looks_again(how: str, tmp_path: Path) -> None:
    world = Connected(tmp_path, how=how)
    world.ticket("T-1")["messages"][1]["text"] += "\n" + PADDING * (300_000 // len(PADDING))
    case = await begun(world)
    world.ticket("T-1")["messages"].append(said("T-1-m3", "2026-03-04T12:30:00Z", "customer", LAST))
    async with world.service("2026-03-04T12:40:00Z") as service:

        async def systems(_: str) -> Systems:
            return service.systems

        told = await Watcher(service.store, systems, (case,)).look(await service.systems.now())
        assert [one.kind for one in told if LAST in one.text] == ["new"]
        action = next(one for one in service.propose(case) if one.proposal.kind == "post_to_channel")
        with pytest.raises(ActionOutdated, match=LAST):
            await service.look_again(case, action.id)
        update = await make_update(service, case)
        assert [field(reply, "text") for reply in update.news.replies] == [LAST]
        assert not [gap for gap in service.work(case).gaps if "support platform" in gap]
