"""A whole life on the command line, each step a process of its own: update, reassess, come down, close."""

import json
from pathlib import Path

import pytest
from tests.customer_escalation.commands import Command
from tests.customer_escalation.followups.lived import T1, World, begun, said


@pytest.fixture
def command(tmp_path: Path) -> Command:
    return Command(tmp_path)


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(tmp_path)


async def test_from_the_brief_to_the_close(command: Command, world: World, tmp_path: Path) -> None:
    run = await begun(world)
    world.now = "2026-03-04T14:00:00Z"
    world.ticket("T-1")["messages"].append(
        said("T-1-m3", "2026-03-04T13:00:00Z", "customer", "Production stands still.")
    )
    world.write()
    updated = command("update", run)
    assert (updated.code, updated.err) == (0, "")
    assert "customer.one wrote in T-1" in updated.out
    ids = {one["id"] for one in json.loads(command("act", run, "--format", "json").out)["actions"]}
    told = json.loads(command("update", run, "--json").out)
    assert {one["id"] for one in told["actions"]} <= {
        one["id"] for one in json.loads(command("act", run, "--format", "json").out)["actions"]
    }
    assert len(ids) > 5
    logged = command(
        "update", run, "--log", "both", "--ticket", "T-2", "--by", "Sam", "--as-of", "2026-03-04T14:30:00Z"
    )
    assert (logged.code, "tell Bell & Oak (T-2)" in logged.out) == (0, True)
    up = command("reassess", run, "--fact", f"production_stopped=yes:{T1}-m3")
    assert (up.code, up.err) == (0, "")
    assert "It was escalate, High, Engineering; the rules now say escalate, Critical, Engineering." in up.out
    down = command("reassess", run, "--fact", "production_stopped=no", "--fact", "major_function_broken=no")
    assert (down.code, "Critical holds until a person says yes to Medium" in down.out) == (3, True)
    confirmed = command("reassess", run, "--confirm", "--by", "Sam")
    assert (confirmed.code, "Medium holds from now on, by Sam." in confirmed.out) == (0, True)
    world.now = "2026-03-05T12:00:00Z"
    world.ticket("T-1")["messages"] += [
        said("T-1-m4", "2026-03-05T09:00:00Z", "agent", "Please set the limit to 9,500."),
        said("T-1-m5", "2026-03-05T10:00:00Z", "customer", "That works, thank you."),
    ]
    world.write()
    command("update", run)
    assert command("deescalate", run).code == 3
    wording = ["--workaround", f"{T1}-m4", "--customer-confirmed", f"{T1}-m5", "--root-cause", "The limit was lowered."]
    found = command("deescalate", run, *wording, "--resolution", "Set the limit to 9,500.", "--confirm", "--by", "Sam")
    assert (found.code, "Confirmed by Sam." in found.out) == (3, True)
    early = command("close", run, "--tracking", "P-1 linked", "--article", str(tmp_path / "a.md"))
    assert (early.code, "cannot be closed yet" in early.err) == (1, True)
    done = [word for step in ("notify_team", "update_ticket", "inform_customer") for word in ("--done", step)]
    assert command("deescalate", run, *done).code == 3
    closed = command(
        "close", run, "--customer-confirmed", f"{T1}-m5", "--tracking", "P-1 linked", "--resolution", "Set it to 9,500.",
        "--article", str(tmp_path / "learned.md"), "--offer-article", "--by", "Sam",
    )  # fmt: skip
    assert (closed.code, closed.err) == (0, "")
    assert f"{run} is closed, by Sam." in closed.out
    assert "## What helps" in (tmp_path / "learned.md").read_text(encoding="utf-8")
    assert command("followups").out == "No escalation is open.\n"
    for words in (
        ["update", run],
        ["reassess", run],
        ["deescalate", run],
        ["close", run, "--tracking", "x", "--article", "y.md"],
    ):
        over = command(*words)
        assert over.code == 1
        assert "is no saved escalation" in over.err or "closed" in over.err


@pytest.mark.parametrize(
    ("words", "code", "sentence"),
    [
        (["reassess", "RUN", "--fact", "production_stopped"], 2, "NAME=yes:REF"),
        (["reassess", "RUN", "--fact", "weather=yes"], 1, "There is no fact weather"),
        (["reassess", "RUN", "--facts", "/no/such.json"], 2, "cannot be read"),
        (["deescalate", "RUN", "--done", "lunch"], 2, "There is no step lunch"),
        (["deescalate", "RUN", "--cause", "support_platform/none"], 1, "No connected server has these"),
        (["deescalate", "RUN", "--by-itself", f"{T1}-m2", "--changed-at", "soon"], 1, "is no moment"),
        (["update", "RUN", "--note", "x"], 2, "give them with --log"),
        (["update", "RUN", "--log", "team", "--ticket", "T-9"], 1, "no ticket of this escalation"),
        (["update", "RUN", "--workspace", "/no/such.json"], 2, "such.json"),
        (["close", "RUN", "--article", "/no/such/folder/a.md"], 2, "cannot be written"),
        (["update", "nothing"], 1, "nothing"),
    ],
)  # fmt: skip
async def test_bad_input_gets_one_clear_sentence(
    command: Command, world: World, words: list[str], code: int, sentence: str
) -> None:
    run = await begun(world)
    done = command(*(run if word == "RUN" else word for word in words))
    assert (done.code, sentence in done.err) == (code, True), done.err
    assert "fault of the program" not in done.err
