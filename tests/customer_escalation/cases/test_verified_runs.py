"""Whole runs with a verifier: what it contests goes back to the writer, and what nobody read is said on the brief."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tests.customer_escalation.commands import Command, Done
from tests.customer_escalation.scripts import CASES, answers, edit, healed, issue, spoilt
from tests.messages_api import SUPPORTED, Answer, Fault, MessagesServer, by_turn, use

NAME = "04"
FALSE = "Support has confirmed that the source data is damaged"
UNREAD = "Checked by code alone: no second model read its statements against the records."
CONTESTED = {"answer": "contradicted", "ref": "chat/C-41", "words": "source data is intact", "why": "it is intact"}


def asked(body: dict[str, Any]) -> dict[str, Any]:
    """The statement with its records that a request holds."""
    found: dict[str, Any] = json.loads(body["messages"][0]["content"][0]["text"])
    return found


def reader(body: dict[str, Any]) -> Answer:
    """A verifier who knows that one statement is false."""
    return (use("verdict", **(CONTESTED if FALSE in asked(body)["statement"] else SUPPORTED)),)


def script(*, mended: bool) -> list[Any]:
    """The hand-written answers with a false sentence in the document, which the last edit takes out, or none does."""
    *before, written, indexed = answers(NAME)
    false = f"{FALSE} [[chat/C-41]]."
    return [*before, spoilt(written, false), indexed, *([healed(written, indexed, false)] if mended else [edit()] * 4)]


def run(folder: Path, api: MessagesServer, *more: str) -> Done:
    """The command on the case."""
    return Command(folder)(
        issue(NAME), "--workspace", str(CASES / f"{NAME}.json"), "--format", "json", *more,
        ANTHROPIC_BASE_URL=api.url, ANTHROPIC_API_KEY=api.key,
    )  # fmt: skip


def test_what_it_contests_goes_back_with_the_records_words_and_is_mended(tmp_path: Path) -> None:
    with MessagesServer(by_turn(script(mended=True)), verdict=reader) as api:
        done = run(tmp_path, api)
    result = json.loads(done.out)
    assert (done.code, result["status"]) == (0, "valid"), done.err
    told = json.dumps([seen.body["messages"][-1] for seen in api.requests])
    assert "C-41 says otherwise" in told
    assert "source data is intact" in told
    assert FALSE not in result["markdown"]
    assert UNREAD not in result["markdown"]
    assert result["brief"]["verification"]["read"] > 0
    shown = [json.dumps(asked(seen.body)) for seen in api.statements]
    assert len(shown) == len(set(shown))  # a later draft pays for nothing that an earlier one paid for
    assert {seen.body["model"] for seen in api.statements} == {"claude-haiku-5-5"}


def test_what_stays_false_needs_review_and_is_not_printed_as_a_fact(tmp_path: Path) -> None:
    with MessagesServer(by_turn(script(mended=False)), verdict=reader) as api:
        done = run(tmp_path, api)
    result = json.loads(done.out)
    assert (done.code, result["status"]) == (3, "needs_review"), done.err
    assert {finding["rule"] for finding in result["findings"] if finding["level"] == "H"} == {"G5"}
    assert FALSE not in result["brief"]["draft"]["description"]
    assert "source data is intact" in result["markdown"]
    again = json.loads(Command(tmp_path)("show", result["run"], "--format", "json").out)
    assert again["findings"] == result["findings"]


@pytest.mark.parametrize("policy", ["[verification]\nenabled = false\n", '[levels]\nG5 = "off"\n'])
def test_the_off_switch_of_an_organisation_is_kept_and_not_said_in_every_brief(tmp_path: Path, policy: str) -> None:
    overlay = tmp_path / "own.toml"
    overlay.write_text(policy, encoding="utf-8")
    with MessagesServer(by_turn(script(mended=True)), verdict=reader) as api:
        result = json.loads(run(tmp_path, api, "--policy", str(overlay)).out)
    assert api.statements == []
    assert UNREAD not in result["markdown"]
    assert result["brief"]["verification"]["why"] == "the policy switches it off"


def half(statements: list[int]) -> Callable[[dict[str, Any]], Answer]:
    """A service that breaks down after some statements."""

    def answer(body: dict[str, Any]) -> Answer:
        statements.append(1)
        return (use("verdict", **SUPPORTED),) if len(statements) <= 3 else Fault("status", 401, "authentication_error")

    return answer


def test_a_verifier_that_breaks_down_is_said_and_the_run_goes_on(tmp_path: Path) -> None:
    with MessagesServer(by_turn(script(mended=True)), verdict=half([])) as api:
        result = json.loads(run(tmp_path, api).out)
    assert result["ended"] == "complete"
    verification = result["brief"]["verification"]
    assert verification["unread"] > 0
    assert verification["why"] == "its service failed"
    assert "Not read against the records by a second model:" in result["markdown"]


def test_a_draft_without_a_model_says_that_code_alone_checked_it(tmp_path: Path) -> None:
    done = Command(tmp_path)(issue(NAME), "--workspace", str(CASES / f"{NAME}.json"), "--no-model")
    assert "checked by code alone" in done.out
