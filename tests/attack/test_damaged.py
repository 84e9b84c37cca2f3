"""A workspace database that was damaged is an error or the same brief, never a decision on what is left of it."""

import random
import sqlite3
from pathlib import Path

import pytest
from tests.attack.tally import Attempts, examples
from tests.customer_escalation.scripts import CASES, issue

from customer_escalation.headless import Request, start
from skill_runtime.errors import SkillRuntimeError
from support_connectors.workspace.store import load_workspace

KIND = "a damaged workspace database"


@pytest.fixture
def whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> bytes:
    """A sound database of a case that is escalated."""
    monkeypatch.setenv("CUSTOMER_ESCALATION_RUNS", str(tmp_path / "runs"))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    load_workspace(CASES / "15.json", tmp_path / "whole.db")
    with sqlite3.connect(tmp_path / "whole.db") as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return (tmp_path / "whole.db").read_bytes()


def decided(database: Path) -> tuple[str, str, int]:
    """The outcome of a run without a model, its status, and how many records it read; a sentence where it is refused."""
    try:
        result = start(Request(issue("15"), workspace=str(database), use_model=False), lambda event: None)
    except SkillRuntimeError as error:
        return "refused", str(error), 0
    return result.outcome.value, result.status, len(result.data["citations"])


def damaged(whole: bytes, chance: random.Random) -> bytes:
    """The database with pages lost, exchanged or cut off, as a failing disk or a cut copy leaves it."""
    data = bytearray(whole)
    match chance.randrange(3):
        case 0:
            page = chance.randrange(1, len(data) // 4096) * 4096
            data[page : page + 4096] = bytes(4096)
        case 1:
            one, other = (chance.randrange(1, len(data) // 4096) * 4096 for _ in range(2))
            data[one : one + 4096], data[other : other + 4096] = data[other : other + 4096], data[one : one + 4096]
        case _:
            del data[chance.randrange(200, len(data)) :]
    return bytes(data)


def test_no_damage_changes_the_decision(attempts: Attempts, whole: bytes, tmp_path: Path) -> None:
    place = tmp_path / "damaged.db"
    place.write_bytes(whole)
    sound = decided(place)
    assert sound[0] == "escalate"
    for number in range(examples(15, 150)):
        place.unlink()
        place.write_bytes(damaged(whole, random.Random(number)))
        for beside in ("-wal", "-shm"):
            place.with_name(place.name + beside).unlink(missing_ok=True)
        found = decided(place)
        attempts.had(f"damage {number}", None if found[0] in ("refused", "escalate") else found)
        assert found[0] == "refused" or "Traceback" not in found[1]
    attempts.had_none()
