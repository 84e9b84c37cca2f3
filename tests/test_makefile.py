"""`make brief` as somebody with a fresh clone types it."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from tests.customer_escalation.commands import LONGEST_S, Command

ROOT = Path(__file__).parents[1]
pytestmark = pytest.mark.skipif(shutil.which("make") is None, reason="make is not installed")


OF_MAKE = ("ISSUE", "MAKEFLAGS", "MFLAGS", "MAKELEVEL")
"""What a make that runs the tests hands on to this one."""


def made(folder: Path, script: str, *words: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """`make brief` in this checkout with an environment whose command is a script."""
    command = folder / "venv" / "bin" / "customer-escalation"
    command.parent.mkdir(parents=True, exist_ok=True)
    command.write_text(f"#!/bin/sh\n{script}\n", encoding="utf-8")
    command.chmod(0o700)
    (folder / "venv" / ".ready").touch()
    given = {name: value for name, value in Command(folder).environment().items() if name not in OF_MAKE}
    return subprocess.run(
        ["make", "brief", f"VENV={folder / 'venv'}", *words],
        cwd=ROOT, capture_output=True, text=True, check=False, timeout=LONGEST_S, env={**given, **environment},
    )  # fmt: skip


@pytest.mark.parametrize("way", ["on the command line", "in the environment"])
def test_an_issue_goes_through_as_it_is_and_nothing_of_it_is_run(tmp_path: Path, way: str) -> None:
    touched = tmp_path / "touched"
    issue = f"""it's "down"; `touch {touched}` $(touch {touched}) $(shell touch {touched}) $HOME $$ $5 \\ #1 & more"""
    given = {"ISSUE": issue} if way == "in the environment" else {}
    done = made(tmp_path, "printf '%s\\n' \"$@\"", *([] if given else [f"ISSUE={issue}"]), **given)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == f"run\n--sample\n--\n{issue}\n"
    assert not touched.exists()


@pytest.mark.parametrize(("code", "wanted"), [(0, 0), (3, 0), (4, 2)])
def test_a_brief_that_needs_review_is_a_brief_and_another_end_is_an_error(
    tmp_path: Path, code: int, wanted: int
) -> None:
    assert made(tmp_path, f"exit {code}").returncode == wanted


def test_the_brief_alone_goes_to_standard_output(tmp_path: Path) -> None:
    script = (
        f'PYTHONPATH="{os.pathsep.join(filter(None, sys.path))}" exec "{sys.executable}" -m customer_escalation "$@"'
    )
    done = made(tmp_path, script)
    assert (done.returncode, done.stdout.splitlines()[0][:2]) == (0, "**")
    assert "\n### Impact\n" in done.stdout
    assert "search_tickets" in done.stderr
    assert "search_tickets" not in done.stdout
