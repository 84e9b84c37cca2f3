"""The command line from outside: what goes where, and a clear sentence with the right exit code for each bad input."""

import json
from pathlib import Path
from typing import Any

import pytest
from tests.customer_escalation.commands import Command

CASES = Path(__file__).parents[2] / "cases"
ISSUE = "Build queue stalled again after maintenance: SH-3043, SH-3044 and SH-3046"


@pytest.fixture
def command(tmp_path: Path) -> Command:
    return Command(tmp_path)


def workspace(folder: Path, **changes: Any) -> str:
    """A small workspace file, with these changes."""
    case = json.loads((CASES / "08.json").read_text(encoding="utf-8"))
    data = {key: case[key] for key in ("now", "policy", "connectors", "records")}
    path = folder / "workspace.json"
    path.write_text(json.dumps({**data, **changes}), encoding="utf-8")
    return str(path)


def test_help_shows_the_issue_form_and_the_exit_codes(command: Command) -> None:
    done = command("--help")
    assert done.code == 0
    assert 'customer-escalation "API returning 500 errors' in done.out
    assert "3 needs review" in done.out
    assert command("--version").out.startswith("customer-escalation 0.")
    options = command("run", "--help").out
    for option in (
        "--workspace",
        "--as-of",
        "--format",
        "--out",
        "--model",
        "--no-model",
        "--max-cost",
        "--max-turns",
        "--resume",
    ):
        assert option in options


@pytest.mark.parametrize(
    ("arguments", "code", "sentence"),
    [
        (["run"], 2, "Say what is wrong and for whom"),
        (["   "], 2, "Say what is wrong and for whom"),
        (["x" * 9_000], 2, "Summarise it"),
        ([ISSUE, "--workspace", "missing.json"], 2, "missing.json"),
        ([ISSUE, "--sample", "--workspace", "a.json"], 2, "not both"),
        ([ISSUE, "--resume", "2026"], 2, "not both"),
        ([ISSUE, "--sample", "--as-of", "yesterday"], 2, "is not a moment"),
        (["--resume", "nothing"], 1, "nothing"),
        (["show", "nothing"], 1, "nothing"),
        (["mcp", "fax"], 2, "Choose one of"),
        (["workspace", "load", "missing.json"], 2, "missing.json"),
        ([ISSUE], 4, "workspace load"),
    ],
)  # fmt: skip
def test_bad_input_gets_one_clear_sentence(command: Command, arguments: list[str], code: int, sentence: str) -> None:
    done = command(*arguments)
    assert (done.code, done.out) == (code, "")
    assert sentence in done.err
    assert "Traceback" not in done.err


@pytest.mark.parametrize("option", [["--max-turns", "none"], ["--format", "pdf"], ["--nonsense"]])
def test_an_option_that_means_nothing_is_usage(command: Command, option: list[str]) -> None:
    done = command(ISSUE, *option)
    assert (done.code, done.out) == (2, "")


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        ("not json", "JSON"),
        ('{"records": {"support_platform": [{"id": "T-1"}]}}', "records.support_platform[0]"),
        ("[]", "object"),
    ],
)
def test_a_workspace_that_breaks_the_format_is_refused_with_the_place(
    command: Command, tmp_path: Path, content: str, sentence: str
) -> None:
    path = tmp_path / "broken.json"
    path.write_text(content, encoding="utf-8")
    done = command(ISSUE, "--workspace", str(path), "--no-model")
    assert (done.code, done.out) == (2, "")
    assert sentence in done.err
    assert "Traceback" not in done.err


def test_a_missing_required_connector_stops_the_run(command: Command, tmp_path: Path) -> None:
    case = json.loads((CASES / "08.json").read_text(encoding="utf-8"))
    states = {**case["connectors"], "support_platform": "error: the token has expired"}
    done = command(ISSUE, "--workspace", workspace(tmp_path, connectors=states), "--no-model")
    assert (done.code, done.out) == (4, "")
    assert "the token has expired" in done.err


def test_the_brief_alone_goes_to_standard_output_and_progress_to_standard_error(
    command: Command, tmp_path: Path
) -> None:
    done = command(ISSUE, "--workspace", workspace(tmp_path), "--no-model")
    assert done.code == 3
    assert done.out.startswith("**Needs review.** Before anybody acts on it, this has to be answered:")
    assert "\n## ESCALATION:" in done.out
    assert "search_tickets" in done.err
    assert "\x1b" not in done.err
    assert command(ISSUE, "--workspace", workspace(tmp_path), "--no-model", "-q").err == ""


def test_json_holds_every_documented_key(command: Command, tmp_path: Path) -> None:
    done = command(ISSUE, "--workspace", workspace(tmp_path), "--no-model", "--format", "json")
    result = json.loads(done.out)
    assert set(result) >= {
        "run", "outcome", "status", "severity", "target", "also_notify", "brief", "markdown", "findings", "gaps",
        "citations", "usage", "drafted_by", "proposals",
    }  # fmt: skip
    assert set(result["usage"]) == {"turns", "input_tokens", "output_tokens", "cost_usd"}
    assert result["drafted_by"] == "rules"
    assert "No model" in result["markdown"] or "without a model" in result["markdown"]
    records = json.loads(Path(workspace(tmp_path)).read_text(encoding="utf-8"))["records"]
    ids = {item["id"] for items in records.values() for item in items}
    ids |= {part["id"] for items in records.values() for item in items
            for part in [*item.get("messages", []), *item.get("comments", [])]}  # fmt: skip
    assert result["citations"]
    assert {cite.partition("/")[2] for cite in result["citations"]} <= ids


def test_html_is_a_whole_page_and_out_writes_a_file(command: Command, tmp_path: Path) -> None:
    page = tmp_path / "brief.html"
    done = command(ISSUE, "--workspace", workspace(tmp_path), "--no-model", "--format", "html", "--out", str(page))
    assert done.out == ""
    assert page.read_text(encoding="utf-8").startswith("<!doctype html>")


def test_as_of_moves_the_clock(command: Command, tmp_path: Path) -> None:
    arguments = (ISSUE, "--workspace", workspace(tmp_path), "--no-model")
    assert "**Date:** 13 October 2016, 16:30 UTC" in command(*arguments).out
    assert "**Date:** 14 October 2016, 08:00 UTC" in command(*arguments, "--as-of", "2016-10-14T10:00:00+02:00").out


def test_a_gap_is_named_on_the_brief(command: Command, tmp_path: Path) -> None:
    case = json.loads((CASES / "08.json").read_text(encoding="utf-8"))
    states = {**case["connectors"], "crm": "error: HTTP 503", "chat": "not_connected"}
    lost = {**case["records"], "chat": None, "crm": None}
    done = command(
        ISSUE, "--workspace", workspace(tmp_path, connectors=states, records=lost), "--no-model", "--format", "json"
    )
    result = json.loads(done.out)
    assert any("CRM" in gap and "HTTP 503" in gap for gap in result["gaps"])
    assert any("chat" in gap for gap in result["gaps"])
    assert "Could not be checked" in result["markdown"]
    assert "unknown" in result["brief"]["computed"]["revenue"]["text"].casefold()


def test_an_unknown_customer_is_said_to_be_unknown_and_nothing_is_decided_for_sure(
    command: Command, tmp_path: Path
) -> None:
    done = command("Quarterly fax gateway jams for Nobody At All Ltd", "--workspace", workspace(tmp_path), "--no-model")
    assert done.code == 3
    assert done.out.startswith("**Needs review.** ")
    assert "\n## Not decided yet: No case was found for this request" in done.out
    assert "The request names “Nobody At All Ltd”, and no record that was found does" in done.out
    assert "\n**Not found: Nobody At All Ltd.** Nothing here is about it." in done.out
    assert "Tested, and not met" not in done.out


def test_a_workspace_is_loaded_once_and_then_used(command: Command, tmp_path: Path) -> None:
    loaded = command("workspace", "load", workspace(tmp_path))
    assert loaded.code == 0
    assert "3 support platform" in loaded.out
    assert "\n## ESCALATION:" in command(ISSUE, "--no-model").out


def test_list_and_show_read_the_journal(command: Command, tmp_path: Path) -> None:
    assert "No runs yet" in command("list").err
    brief = command(ISSUE, "--workspace", workspace(tmp_path), "--no-model").out
    row = json.loads(command("list", "--json").out)
    assert row["issue"] == ISSUE
    assert row["run"] in command("list").out
    assert command("show", row["run"][:12]).out == brief
    assert json.loads(command("show", row["run"], "--format", "json").out)["run"] == row["run"]
    first = json.loads(command("show", row["run"], "--journal").out.splitlines()[0])
    assert first["data"]["request"]["issue"] == ISSUE
    assert command("--resume", row["run"]).out == brief
