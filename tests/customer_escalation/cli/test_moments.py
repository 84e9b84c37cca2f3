"""Times at the ends of the calendar and numbers beyond use: an answer without endless loops, or a sentence."""

import json
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
from tests.customer_escalation.cli.test_main import CASES, ISSUE, workspace
from tests.customer_escalation.commands import Command, Done

ENDS = ("0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-12:00")


@pytest.fixture
def command(tmp_path: Path) -> Command:
    return Command(tmp_path)


def told(value: Any, keys: tuple[str, ...], time: str) -> Any:
    """The records with this time under each of these keys."""
    if isinstance(value, list):
        return [told(one, keys, time) for one in value]
    if not isinstance(value, dict):
        return value
    return {key: (time[:10] if key in ("renewal", "close") else time) if key in keys else told(one, keys, time)
            for key, one in value.items()}  # fmt: skip


def ran(command: Command, folder: Path, *options: str, **changes: Any) -> Done:
    return command(ISSUE, "--workspace", workspace(folder, **changes), "--no-model", "-q", *options)


@pytest.mark.parametrize("time", ENDS)
@pytest.mark.parametrize("keys", [("created_at",), ("at", "updated_at"), ("renewal", "close")])
def test_a_record_at_an_end_of_the_calendar_is_of_an_unknown_time(
    command: Command, tmp_path: Path, time: str, keys: tuple[str, ...]
) -> None:
    records = json.loads((CASES / "08.json").read_text(encoding="utf-8"))["records"]
    done = ran(command, tmp_path, records=told(records, keys, time))
    assert (done.code in (0, 3), done.err) == (True, "")
    assert "ESCALATION" in done.out or "Handle in support" in done.out


@pytest.mark.parametrize("time", ENDS)
def test_no_run_is_as_of_an_end_of_the_calendar(command: Command, tmp_path: Path, time: str) -> None:
    asked = ran(command, tmp_path, "--as-of", time)
    assert (asked.code, asked.out) == (2, "")
    assert "is not a moment between 1900 and 2200" in asked.err
    written = ran(command, tmp_path, now=time)
    assert (written.code, written.out) == (2, "")
    assert "must lie between the years 1901 and 2198" in written.err


@pytest.mark.parametrize("number", [10**400, 1e-320])
def test_a_number_beyond_use_is_refused_or_means_nothing(command: Command, tmp_path: Path, number: float) -> None:
    records = json.loads((CASES / "08.json").read_text(encoding="utf-8"))["records"]
    promised, worth = deepcopy(records), deepcopy(records)
    for account in promised["crm"]:
        account["sla"] = dict.fromkeys(("first_response_h", "update_h", "resolution_h"), number)
    for account in worth["crm"]:
        account["open_deals"] = [{"name": "a deal", "amount_usd": number, "close": "2016-12-01"}] * 2
    for changed in (promised, worth):
        done = ran(command, tmp_path, records=changed)
        assert done.code == 2 if number > 1 else done.code in (0, 3)
        assert "the most" in done.err if number > 1 else done.err == ""
