"""Models and services that misbehave, from the command line: a clear sentence, the right exit code, a brief all the same."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from tests.customer_escalation.commands import Command, Done
from tests.customer_escalation.scripts import CASES, answers, issue
from tests.messages_api import Answer, Fault, MessagesServer, Script, by_turn, closed_port, text, use

from customer_escalation.cli.briefs import MODEL_HELP
from skill_runtime.providers import PROVIDERS

NAME = "08"
GOOD = answers(NAME)
HASTY = {"retry-after": "0"}


@pytest.fixture
def command(tmp_path: Path) -> Command:
    return Command(tmp_path)


def ask(command: Command, script: Script, *options: str, key: str = "test-key") -> tuple[Done, MessagesServer]:
    """Run the case against a service with this script; the server is stopped when this returns."""
    with MessagesServer(script) as api:
        done = command(
            issue(NAME), "--workspace", str(CASES / f"{NAME}.json"), "--format", "json", *options,
            ANTHROPIC_BASE_URL=api.url, ANTHROPIC_API_KEY=key,
        )  # fmt: skip
    assert "Traceback" not in done.err
    return done, api


def result(done: Done) -> dict[str, Any]:
    """What was printed."""
    found: dict[str, Any] = json.loads(done.out)
    return found


@pytest.mark.parametrize(
    ("answer", "sentence"),
    [
        ([text("I would rather talk about the weather.")], "without handing in a brief"),
        ([use("edit", edits=[])], "Nothing that the model handed in was a brief"),
        ([use("assess", nonsense=True)], "Nothing that the model handed in was a brief"),
        (Fault("refusal", content=(text("I cannot help with that."),)), "without handing in a brief"),
        (Fault("max_tokens", content=(text("A long story"),)), "without handing in a brief"),
    ],
    ids=["talks", "hands-in-nothing", "never-assesses", "refuses", "always-cut-off"],
)
def test_a_model_that_never_hands_in_a_brief_is_replaced_by_the_rules(
    command: Command, answer: Answer, sentence: str
) -> None:
    done, _ = ask(command, lambda _: answer)
    found = result(done)
    assert (done.code, found["status"], found["drafted_by"]) == (3, "needs_review", "rules")
    assert sentence in done.err
    assert found["questions"], "it says what would decide it"
    assert found["usage"]["turns"] <= 4
    assert any(finding["rule"] == "RUN" and sentence in finding["message"] for finding in found["findings"])
    assert "Needs review" in found["markdown"]


def test_rubbish_and_then_a_document(command: Command) -> None:
    rubbish: Sequence[Answer] = [[text("Shall I go on?")], [use("assess", nonsense=1)], [text("I am sorry.")]]
    done, api = ask(command, by_turn([*GOOD[:2], *rubbish, *GOOD[2:]]))
    assert done.code == 0, done.err
    assert result(done)["drafted_by"] == "model"
    words = json.dumps(api.requests[-2].body["messages"])
    assert "That is no document" in words
    assert "The assessment was not taken" in words


def test_an_edit_that_is_rubbish_is_said_back(command: Command) -> None:
    rubbish: Sequence[Answer] = [[use("edit")], [use("edit", edits=[], texts="none")]]
    done, api = ask(command, by_turn([*GOOD[:3], *rubbish, *GOOD[3:]]))
    assert done.code == 0, done.err
    assert "does not fit the schema" in json.dumps(api.requests[-1].body["messages"])


def test_rubbish_once_too_often_goes_to_a_person(command: Command) -> None:
    done, api = ask(command, by_turn([*GOOD[:3], *[[use("edit", edits=n)] for n in range(4)]]))
    assert done.code == 3
    assert len(api.requests) == 7
    found = result(done)
    assert (found["drafted_by"], found["status"]) == ("model", "needs_review"), "the document is kept"


def test_unknown_tools_are_answered_and_nothing_acts(command: Command) -> None:
    wild = [use("send_email", to="ceo@example.com"), use("support_platform__add_internal_note", id="SH-3043", text="hi"),
            use("read_reference", path="../../etc/passwd")]  # fmt: skip
    done, api = ask(command, by_turn([wild, *GOOD]))
    assert done.code == 0, done.err
    replies = api.requests[1].body["messages"][-1]["content"]
    assert [reply["is_error"] for reply in replies] == [True, True, True]
    assert "There is no tool 'send_email'" in json.dumps(replies)


def test_a_document_before_the_facts_is_kept_and_the_facts_are_asked_for(command: Command) -> None:
    done, api = ask(command, by_turn([GOOD[2], *GOOD]))
    assert done.code == 0, done.err
    assert "Now call `assess`" in json.dumps(api.requests[1].body["messages"][-1])


def test_a_document_in_one_answer_with_the_facts_goes_to_its_reader_at_once(command: Command) -> None:
    done, api = ask(command, by_turn([GOOD[0], [*GOOD[2], *GOOD[1]], GOOD[3]]))
    assert done.code == 0, done.err
    assert len(api.requests) == 3
    assert GOOD[2][0]["text"] in api.requests[2].body["messages"][0]["content"][1]["text"]


def test_facts_that_cite_nothing_known_come_back(command: Command) -> None:
    call = json.loads(json.dumps(GOOD[1]))
    call[0]["input"]["facts"] += [
        {"name": "bug_confirmed", "answer": "yes", "cites": ["project_tracker/NO-1"], "why": "it says so"},
        {"name": "data_harmed", "answer": "yes", "cites": [], "why": "probably"},
    ]
    done, api = ask(command, by_turn([GOOD[0], call, *GOOD[1:]]))
    assert done.code == 0, done.err
    words = json.dumps(api.requests[2].body["messages"][-1])
    assert "project_tracker/NO-1" in words
    assert "S10 at data_harmed" in words


@pytest.mark.parametrize(
    ("script", "sentence"),
    [
        ([Fault("status", 400, "invalid_request_error")], "refused the request"),
        ([Fault("status", 529, headers=HASTY)] * 9, "not available at the moment"),
        ([Fault("status", 429, "rate_limit_error", "enforced_spend_limit_reached")], "spending limit"),
        ([Fault("status", 404, "not_found_error")], "does not know the model"),
    ],
    ids=["400", "529", "spending", "404"],
)
def test_a_failing_service_leaves_the_brief_by_rules(command: Command, script: Script, sentence: str) -> None:
    done, _ = ask(command, script)
    found = result(done)
    assert (done.code, found["drafted_by"], found["ended"]) == (3, "rules", "model_unavailable")
    assert sentence in found["notice"]
    assert sentence in done.err


def test_a_wrong_key_without_the_fallback_is_an_error(command: Command) -> None:
    done, _ = ask(command, [], "--no-fallback", key="another-key")
    assert (done.code, done.out) == (6, "")
    assert "refused the key" in done.err


def test_a_wrong_key_with_the_fallback_is_a_brief(command: Command) -> None:
    done, _ = ask(command, [], key="another-key")
    assert done.code == 3
    assert "refused the key" in result(done)["notice"]


def test_what_answers_elsewhere_is_not_the_service(command: Command) -> None:
    done = command(
        issue(NAME), "--workspace", str(CASES / f"{NAME}.json"), "--no-fallback", "--max-time", "60",
        ANTHROPIC_BASE_URL=f"http://127.0.0.1:{closed_port()}", ANTHROPIC_API_KEY="k",
    )  # fmt: skip
    assert (done.code, done.out) == (6, "")
    assert "could not be used" in done.err
    assert "Traceback" not in done.err


def test_a_run_that_the_service_left_goes_on_when_it_is_back(command: Command) -> None:
    done, _ = ask(command, by_turn(GOOD[:2]))
    assert result(done)["ended"] == "model_unavailable"
    with MessagesServer(by_turn(GOOD)) as api:
        again = command(
            "--resume", result(done)["run"], "--format", "json", ANTHROPIC_BASE_URL=api.url, ANTHROPIC_API_KEY=api.key
        )
    assert again.code == 0, again.err
    assert (result(again)["drafted_by"], result(again)["usage"]["turns"], len(api.requests)) == ("model", 4, 2)
    assert command("show", result(done)["run"], "--format", "json").out == again.out


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (("--max-turns", "2"), "limit of 2 model turns"),
        (("--max-cost", "0.01"), "limit of $0.01"),
        (("--max-cost", "5", "--model", "claude-of-tomorrow"), "No price is known for the model claude-of-tomorrow"),
    ],
)
def test_a_limit_stops_before_it_is_passed_and_the_rules_draft(
    command: Command, options: tuple[str, ...], sentence: str
) -> None:
    done, api = ask(command, by_turn(GOOD), *options)
    assert (done.code, result(done)["ended"], result(done)["drafted_by"]) == (5, "limit", "rules")
    assert sentence in done.err
    assert "--resume" in done.err
    assert len(api.requests) <= 2


def test_a_run_that_met_a_limit_goes_on_with_a_higher_one(command: Command) -> None:
    done, _ = ask(command, by_turn(GOOD), "--max-turns", "2")
    run = result(done)["run"]
    with MessagesServer(by_turn(GOOD)) as api:
        same = command("--resume", run, "--format", "json", ANTHROPIC_BASE_URL=api.url, ANTHROPIC_API_KEY=api.key)
        assert (same.code, same.out, len(api.requests)) == (5, done.out, 0)
        more = command("--resume", run, "--format", "json", "--max-turns", "9",
                       ANTHROPIC_BASE_URL=api.url, ANTHROPIC_API_KEY=api.key)  # fmt: skip
    assert (more.code, result(more)["drafted_by"], len(api.requests)) == (0, "model", 2)


@pytest.mark.parametrize("kind", ["sse_error", "reset", "early_end", "garbage_event", "bad_json", "html"])
def test_an_answer_that_breaks_off_is_asked_again_and_counted_once(command: Command, kind: Any) -> None:
    script: list[Answer] = [GOOD[0], Fault(kind), *GOOD[1:]]
    done, api = ask(command, script)
    assert done.code == 0, done.err
    assert (len(api.requests), result(done)["usage"]["turns"]) == (5, 4)
    assert "next try in" in done.err


def test_without_a_key_the_rules_draft_and_say_so(command: Command) -> None:
    done = command(issue(NAME), "--workspace", str(CASES / f"{NAME}.json"), "--format", "json")
    assert "ANTHROPIC_API_KEY is not set" in done.err
    assert result(done)["drafted_by"] == "rules"


def test_another_provider_drafts_the_brief(command: Command) -> None:
    with MessagesServer(GOOD) as api:
        foundry = {"ANTHROPIC_FOUNDRY_API_KEY": api.key, "ANTHROPIC_FOUNDRY_BASE_URL": f"{api.url}/anthropic/"}
        done = command(
            issue(NAME), "--workspace", str(CASES / f"{NAME}.json"), "--format", "json",
            "--model", "foundry:claude-sonnet-5-5", **foundry,
        )  # fmt: skip
    assert (done.code, result(done)["drafted_by"]) == (0, "model"), done.err
    assert {seen.path for seen in api.requests} == {"/anthropic/v1/messages"}


def test_a_provider_without_its_key_names_what_that_provider_reads(command: Command) -> None:
    arguments = (issue(NAME), "--workspace", str(CASES / f"{NAME}.json"), "--format", "json")
    done = command(*arguments, "--model", "foundry:claude-sonnet-5-5")
    assert "ANTHROPIC_FOUNDRY_API_KEY is not set: the brief is drafted without a model" in done.err
    assert result(done)["drafted_by"] == "rules"


def test_a_provider_that_nobody_knows_is_a_wrong_request(command: Command) -> None:
    done = command(issue(NAME), "--workspace", str(CASES / f"{NAME}.json"), "--model", "elsewhere:model-1")
    assert done.code == 2
    assert "There is no model provider 'elsewhere'" in done.err
    assert "bedrock" in done.err
    assert not list((command.folder / "runs").glob("*")), "nothing was started"


def test_the_help_names_every_provider() -> None:
    assert all(name in MODEL_HELP for name in PROVIDERS)
