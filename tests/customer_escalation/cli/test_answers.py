"""Runs without a model from outside: what is asked, answered by a file or at a terminal, kept, and gone on with."""

import json
import os
import pty
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from tests.customer_escalation.commands import LONGEST_S, Command

REQUEST = "Vale Foods import fails"
LIGHT = {"security": "none", "data_harmed": "no", "production_stopped": "no", "churn_threat": "no", "executive_requested": "no",
         "policy_exception": "no", "pr_or_legal_risk": "no", "cross_functional_decision": "no"}  # fmt: skip
SOLVED = {**LIGHT, "documented_solution": {"answer": "yes", "refs": ["knowledge_base/KB-4"]}}


@pytest.fixture
def command(tmp_path: Path) -> Command:
    return Command(tmp_path)


def workspace(folder: Path, *tickets: dict[str, Any]) -> str:
    """One customer's ticket with an article for its error code."""
    first = {
        "id": "T-4", "customer": "Vale Foods", "created_at": "2026-03-03T09:00:00Z", "status": "open", "priority": "normal",
        "subject": "Import fails",
        "messages": [{"id": "T-4-m1", "at": "2026-03-03T09:00:00Z", "author": "kim", "role": "customer",
                      "text": "The import fails with E_4711. \x1b[31mRED\x1b[0m"}],
    }  # fmt: skip
    account = {"id": "A-4", "name": "Vale Foods", "tier": "Business", "arr_usd": 20000, "renewal": None, "contacts": [],
               "sla": {"first_response_h": 24, "update_h": 72, "resolution_h": None}, "open_deals": []}  # fmt: skip
    article = {
        "id": "KB-4",
        "title": "Import fails with E_4711",
        "updated_at": "2026-02-02",
        "body": "Set the delimiter and import again.",
    }
    names = ("support_platform", "crm", "chat", "project_tracker", "knowledge_base")
    records = {
        "support_platform": [first, *tickets],
        "crm": [account],
        "chat": [],
        "project_tracker": [],
        "knowledge_base": [article],
    }
    path = folder / "workspace.json"
    data = {"now": "2026-03-03T12:00:00Z", "connectors": dict.fromkeys(names, "connected"), "records": records}
    path.write_text(json.dumps(data), encoding="utf-8")
    return str(path)


def answers(folder: Path, given: dict[str, Any]) -> str:
    path = folder / "answers.json"
    path.write_text(json.dumps(given), encoding="utf-8")
    return str(path)


def test_without_answers_the_brief_is_not_decided_and_says_which_would(command: Command, tmp_path: Path) -> None:
    done = command(REQUEST, "--workspace", workspace(tmp_path), "--no-model", "-q")
    assert done.code == 3
    assert done.out.startswith("**Needs review.** Before anybody acts on it, this has to be answered:")
    assert "If stored data was altered or lost, or is at risk; or a customer's production use" in done.out
    assert "## Not decided yet: Import fails (Vale Foods)" in done.out
    assert "not decided yet" in done.out
    assert "handle in support, no escalation" not in done.out


def test_answers_decide_and_are_shown_as_a_person_s(command: Command, tmp_path: Path) -> None:
    options = ("--answers", answers(tmp_path, SOLVED), "--answered-by", "Ada Quinn")
    done = command(REQUEST, "--workspace", workspace(tmp_path), "--no-model", "-q", *options)
    assert (done.code, done.err) == (0, "")
    assert done.out.startswith("**Handle it in support, no escalation.**")
    assert (
        "**Answered by Ada Quinn:** a documented solution or workaround was not tried yet; and no: security" in done.out
    )


def test_the_questions_are_printed_and_a_run_goes_on_with_answers(command: Command, tmp_path: Path) -> None:
    asked = command("assess", REQUEST, "--questions", "--workspace", workspace(tmp_path))
    told = json.loads(asked.out)
    assert (asked.code, told["status"]) == (3, "needs_review")
    harm = told["questions"][0]
    assert harm["choices"][0]["answers"] == {"security": "exposure_or_breach"}
    assert harm["choices"][0]["decides"] == "escalate, Critical, Security"
    support = next(one for one in told["questions"] if one["question"] == "support")
    assert support["records"] == ["knowledge_base/KB-4"]
    went_on = command(
        "--resume", told["run"], "--answers", answers(tmp_path, SOLVED), "--answered-by", "Ada", "--format", "json"
    )
    result = json.loads(went_on.out)
    assert (went_on.code, result["status"], result["outcome"], result["questions"]) == (
        0,
        "valid",
        "handle_in_support",
        [],
    )
    again = command("--resume", told["run"])
    assert (again.code, "**Answered by Ada:**" in again.out) == (0, True)
    kept = [json.loads(line) for line in command("show", told["run"], "--journal").out.splitlines()]
    given = [one for entry in kept if entry["type"] == "answers" for one in entry["data"]["answers"]]
    assert {(one["name"], one["by"]) for one in given} >= {("documented_solution", "Ada"), ("security", "Ada")}
    whole = json.loads(command("assess", REQUEST, "--workspace", workspace(tmp_path)).out)
    assert {fact["answer"] for fact in whole["why"]["facts"]} == {"unknown", "no"}


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({"fax": "yes"}, "'fax' is no question"),
        ({"data_harmed": "perhaps"}, "data_harmed is one of yes, no, unknown"),
        ({"data_harmed": {"answer": "yes", "refs": ["chat/C-99"]}}, "chat/C-99"),
        ({"case": "T-99"}, "T-99"),
    ],
)
def test_wrong_answers_are_a_wrong_request(
    command: Command, tmp_path: Path, given: dict[str, Any], sentence: str
) -> None:
    done = command(
        REQUEST, "--workspace", workspace(tmp_path), "--no-model", "-q", "--answers", answers(tmp_path, given)
    )
    assert (done.code, done.out) == (2, "")
    assert sentence in done.err
    assert "Traceback" not in done.err


@pytest.mark.parametrize(
    "wrong",
    [{"case": "T-99"}, {"data_harmed": {"answer": "yes", "refs": ["chat/C-99"]}}, {"case": "T-99", "security": "none"}],
)
def test_wrong_answers_spoil_no_later_try(command: Command, tmp_path: Path, wrong: dict[str, Any]) -> None:
    """They are refused before they are written down; a brief that stood before still stands, and that is said."""
    first = command(REQUEST, "--workspace", workspace(tmp_path), "--no-model", "--format", "json", "-q")
    run = json.loads(first.out)["run"]
    refused = command("--resume", run, "--answers", answers(tmp_path, wrong), "-q")
    assert (refused.code, refused.out) == (2, "")
    assert "99" in refused.err
    assert f"The brief of {run} stands as it was" in refused.err
    assert "has no brief" not in refused.err
    assert command("show", run).out == command("--resume", run, "-q").out
    went_on = command("--resume", run, "--answers", answers(tmp_path, SOLVED), "--format", "json", "-q")
    assert (went_on.code, json.loads(went_on.out)["status"]) == (0, "valid")


def test_a_run_that_began_with_wrong_answers_goes_on_with_right_ones(command: Command, tmp_path: Path) -> None:
    options = ("--workspace", workspace(tmp_path), "--no-model", "-q")
    refused = command(REQUEST, *options, "--answers", answers(tmp_path, {"case": "T-99"}))
    assert refused.code == 2
    assert "none of these was kept" in refused.err
    run = refused.err.partition("--resume ")[2].split()[0]
    went_on = command("--resume", run, "--answers", answers(tmp_path, SOLVED), "--format", "json", "-q")
    assert (went_on.code, json.loads(went_on.out)["status"]) == (0, "valid")


def test_which_ticket_is_meant_can_be_answered(command: Command, tmp_path: Path) -> None:
    other = {
        "id": "T-5", "customer": "Harbour Mills", "created_at": "2026-03-03T09:00:00Z", "status": "open", "priority": "normal",
        "subject": "Import fails", "messages": [],
    }  # fmt: skip
    told = json.loads(
        command("assess", "the import fails", "--questions", "--workspace", workspace(tmp_path, other)).out
    )
    assert {one["answers"]["case"] for one in told["questions"][0]["choices"]} == {"T-4", "T-5"}
    options = ("--answers", answers(tmp_path, {"case": "T-5", "security": "exposure_or_breach"}), "--format", "json")
    done = command("the import fails", "--workspace", workspace(tmp_path, other), "--no-model", "-q", *options)
    result = json.loads(done.out)
    assert (done.code, result["severity"], result["target"]) == (0, "Critical", "Security")
    assert [row["name"] for row in result["brief"]["computed"]["accounts"]] == ["Harbour Mills"]


def at_a_terminal(command: Command, typed: str, *arguments: str) -> tuple[str, str, int]:
    """What the command writes to its terminal and to standard output, with these lines typed beforehand."""
    ours, its = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-m", "customer_escalation", *arguments], stdin=its, stderr=its, stdout=subprocess.PIPE,
        env=command.environment(NO_COLOR="1", TERM="dumb"),
    )  # fmt: skip
    os.close(its)
    os.write(ours, typed.encode())
    shown = bytearray()
    try:
        while piece := os.read(ours, 65_536):
            shown += piece
    except OSError:
        pass  # how a terminal tells its end
    finally:
        os.close(ours)
    out, _ = process.communicate(timeout=LONGEST_S)
    return shown.decode(), out.decode(), process.returncode


def test_a_person_at_a_terminal_has_a_decided_brief_after_three_answers(command: Command, tmp_path: Path) -> None:
    typed = "why\nx\nn\nback\nn\nn\ny\n1\n"
    shown, out, code = at_a_terminal(
        command, typed, REQUEST, "--no-model", "--workspace", workspace(tmp_path), "--answered-by", "Ada"
    )
    assert code == 0, shown
    assert out.startswith("**Handle it in support, no escalation.**")
    assert "**Answered by Ada:**" in out
    assert "kim 2026-03-03: The import fails with E_4711." in shown
    assert "\x1b[31m" not in shown
    assert "stored data was altered or lost, or is at risk: escalate, Critical, Engineering" in shown
    assert "Answer y, n, u, back, why, q, or a number." in shown
    assert "Which one? 1 to 4." in shown
    assert "Set the delimiter and import again." in shown


def test_a_person_at_a_terminal_says_which_ticket_is_meant(command: Command, tmp_path: Path) -> None:
    other = {
        "id": "T-5", "customer": "Harbour Mills", "created_at": "2026-03-03T09:00:00Z", "status": "open", "priority": "normal",
        "subject": "Import fails", "messages": [],
    }  # fmt: skip
    typed = "9\n1 2\n1\n"
    shown, out, code = at_a_terminal(
        command, typed, "the import fails", "--no-model", "--workspace", workspace(tmp_path, other)
    )
    assert code == 0, shown
    assert "Which of these tickets is meant?" in shown
    assert "Numbers from 1 to 2, n or u." in shown
    assert out.startswith("**Escalate to Security, Critical.**")
    assert "2 accounts" in out


def test_whoever_stops_has_a_brief_that_is_not_decided(command: Command, tmp_path: Path) -> None:
    shown, out, code = at_a_terminal(command, "n\nq\n", REQUEST, "--no-model", "--workspace", workspace(tmp_path))
    assert code == 3, shown
    assert "## Not decided yet:" in out
    run = command("list").out.split()[0]
    shown, out, code = at_a_terminal(command, "n\n1\n", "--resume", run)
    assert code == 0, shown
    assert "Does one of these stand behind it?" in shown
    assert "Has one of these happened?" not in shown
