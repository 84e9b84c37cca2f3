"""Standard streams as they come: full, closed, read by somebody who leaves, or of a code page that lacks most characters."""

import json
import re
from pathlib import Path

import pytest
from tests.customer_escalation.cli.test_main import ISSUE, workspace
from tests.customer_escalation.commands import Command

FULL = Path("/dev/full")
ASCII = {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0", "PYTHONIOENCODING": "ascii"}


@pytest.fixture
def command(tmp_path: Path) -> Command:
    return Command(tmp_path)


@pytest.fixture
def run(tmp_path: Path) -> str:
    return f"$CE '{ISSUE}' --workspace {workspace(tmp_path)} --no-model -q"


def test_a_full_output_is_told_with_the_run_that_keeps_the_brief(command: Command, run: str) -> None:
    if not FULL.exists():
        pytest.skip("this system has no /dev/full")
    done = command.in_shell(f"{run} > /dev/full")
    assert done.code == 1
    found = re.fullmatch(
        r"customer-escalation: Standard output cannot be written: No space left on device\. "
        r"The brief is kept: customer-escalation show (\S+)\n", done.err,
    )  # fmt: skip
    assert found
    assert "## ESCALATION" in command("show", found[1]).out


@pytest.mark.parametrize("line", ["list", "--help", "rules", "policy", "list --json", "workspace --help"])
def test_every_command_tells_that_its_output_is_full(command: Command, run: str, line: str) -> None:
    if not FULL.exists():
        pytest.skip("this system has no /dev/full")
    command.in_shell(run)
    done = command.in_shell(f"$CE {line} > /dev/full")
    assert done.code == 1
    assert re.fullmatch(r"customer-escalation: Standard output.*: No space left on device\.\n", done.err)


def test_a_closed_output_is_told_before_the_run_and_a_closed_error_stream_costs_only_its_words(
    command: Command, run: str
) -> None:
    done = command.in_shell(f"{run} >&-")
    assert (done.code, done.err.partition(",")[0]) == (2, "customer-escalation: Standard output is closed")
    assert command("list").err == "No runs yet.\n"
    told = command.in_shell(f"{run.removesuffix(' -q')} 2>&-")
    assert told.code in (0, 3)
    assert told.out == command.in_shell(run).out
    assert command.in_shell("$CE list >&-").code == 1


def test_a_reader_who_leaves_is_no_error(command: Command, run: str) -> None:
    done = command.in_shell(f"{{ {run} --format json; echo $? >&2; }} | head -c 1")
    assert (done.out, done.err) == ("{", "3\n")


def test_ascii_gets_the_nearest_characters_and_json_their_escapes(command: Command, tmp_path: Path) -> None:
    options = ("--workspace", workspace(tmp_path), "--no-model", "-q")
    issue = f"{ISSUE} – für „Müller“ 日本 😀"
    brief = command(issue, *options, **ASCII)
    assert brief.code in (0, 3), brief.err
    assert brief.out.isascii()
    listed = command("list", **ASCII)
    assert f'{ISSUE} - fur "Muller" \\u65e5\\u672c \\ud83d\\ude00' in listed.out
    name = listed.out.split()[0]
    as_json = command("show", name, "--format", "json", **ASCII)
    assert as_json.out.isascii()
    assert json.loads(as_json.out)["brief"] == json.loads(command("show", name, "--format", "json").out)["brief"]
    assert json.loads(command("list", "--json", **ASCII).out)["issue"] == issue
    page = command("show", name, "--format", "html", **ASCII)
    assert page.out.isascii()
    assert "\\u" not in page.out


def test_a_code_page_of_windows_loses_no_run(command: Command, tmp_path: Path) -> None:
    done = command.in_shell(
        f"PYTHONIOENCODING=cp1252 $CE '{ISSUE} „für“ 日本' --workspace {workspace(tmp_path)} --no-model -q"
        " | iconv -f cp1252 -t utf-8"
    )
    assert "## ESCALATION" in done.out
