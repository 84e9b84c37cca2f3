"""What may stand behind `customer-escalation`: commands, an issue in quotes, and what people type instead."""

from pathlib import Path

import pytest
from tests.customer_escalation.cli.test_main import ISSUE, workspace
from tests.customer_escalation.commands import Command


@pytest.fixture
def command(tmp_path: Path) -> Command:
    return Command(tmp_path)


@pytest.mark.parametrize(
    "words", [["-h"], ["help"], ["--help"], ["run", "-h"], ["help", "run"], ["workspace", "load", "-h"]]
)
def test_help_by_every_name_that_people_give_it(command: Command, words: list[str]) -> None:
    done = command(*words)
    assert (done.code, done.err) == (0, "")
    assert done.out.startswith("Usage: customer-escalation")


@pytest.mark.parametrize("word", ["-V", "version", "--version"])
def test_the_version_by_every_name_that_people_give_it(command: Command, word: str) -> None:
    done = command(word)
    assert (done.code, done.out.split()[0]) == (0, "customer-escalation")


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["lst"], "Did you mean: customer-escalation list?"),
        (["shwo", "20261123"], "Did you mean: customer-escalation show?"),
        (["Conectors", "check"], "Did you mean: customer-escalation connectors?"),
        (["frobnicate"], "one word is no issue"),
        (["exports", "--sample"], "one word is no issue"),
        (["API", "returning", "500", "errors"], "Put the issue in quotes"),
        ([b"caf\xe9 does not open"], "is not UTF-8 text (byte 3)"),
        (["run", "it is", "red\x1b[31m"], "extra argument"),
    ],
)  # fmt: skip
def test_words_that_are_no_issue_cost_no_run(command: Command, words: list[str | bytes], sentence: str) -> None:
    done = command(*words)
    assert (done.code, done.out) == (2, "")
    assert sentence in done.err
    assert "\x1b" not in done.err
    assert command("list").err == "No runs yet.\n"


@pytest.mark.parametrize(("word", "code"), [("TSL-21404", 4), ("登录失败", 4)])
def test_an_id_and_a_script_without_spaces_are_issues(command: Command, word: str, code: int) -> None:
    done = command(word)  # and there is nothing to read them from
    assert done.code == code
    assert "Nothing is connected" in done.err


def test_the_issue_is_read_from_a_file_and_from_standard_input(command: Command, tmp_path: Path) -> None:
    issue, options = tmp_path / "issue.txt", ("--workspace", workspace(tmp_path), "--no-model", "-q")
    issue.write_text(ISSUE, encoding="utf-8-sig")
    given = command(ISSUE, *options)
    assert given.code in (0, 3)
    assert command("--file", str(issue), *options).out == given.out
    assert command("-", *options, given=ISSUE.encode()).out == given.out
    assert command("--file", "-", *options, given=ISSUE.encode()).out == given.out


@pytest.mark.parametrize(
    ("words", "given", "sentence"),
    [
        (["-"], b"", "Say what is wrong"),
        (["-"], b"\xff\xfe", "Standard input is not UTF-8 text (byte 0)"),
        (["-"], b"a\0b", "holds the character NUL"),
        (["--file", "/dev/zero"], b"", "no text"),
        (["--file", "missing.txt"], b"", "missing.txt cannot be read"),
        (["--file", "."], b"", "cannot be read"),
        (["-"], "é".encode() * 40_000, "Summarise it"),
        ([ISSUE, "--file", "issue.txt"], b"", "not both"),
    ],
)  # fmt: skip
def test_an_issue_that_cannot_be_read_is_said_to_be_none(
    command: Command, words: list[str], given: bytes, sentence: str
) -> None:
    done = command(*words, "--sample", "--no-model", given=given)
    assert (done.code, done.out) == (2, "")
    assert sentence in done.err
