"""Commands import what they need and no more: `--help` and completion must not wait for a model's or a server's library."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from tests.customer_escalation.commands import Command

ISSUE = "API returning 500 errors intermittently for Acme Corp"
PRINT_MODULES = """
import json, sys
from customer_escalation.cli.main import main
try:
    main()
except SystemExit as end:
    print(json.dumps([end.code or 0, sorted(name for name in sys.modules if "." not in name)]), file=sys.stderr)
"""
A_RUN_NEEDS = {"jinja2", "sqlalchemy"}
PROTOCOL = {"httpx2", "mcp", "mcp_types"}
"""What speaks to servers that are not in this process."""
SPECIAL = {
    "anthropic", "genai_prices", "inscriptis", "jsonschema", "keyring", "lxml", "markdown_it", "rich", "tomlkit", "yaml",
}  # fmt: skip
"""What is for a model, for connectors, for one format or for a terminal alone."""
LEAVING = {"confusable_homoglyphs", "detect_secrets", "num2words", "phonenumbers", "stdnum"}
"""What looks through texts that are about to leave."""
LANGUAGES = {"babel", "holidays", "py3langid", "snowballstemmer", "text_to_num"}
"""What reads words, numbers and days of many languages: tables that only records need."""


def imported(folder: Path, *arguments: str, ends: int = 0) -> set[str]:
    """The packages that the command has imported at its end."""
    done = subprocess.run(
        [sys.executable, "-c", PRINT_MODULES, *arguments],
        capture_output=True, text=True, check=True, stdin=subprocess.DEVNULL, env=Command(folder).environment(),
    )  # fmt: skip
    code, names = json.loads(done.stderr.splitlines()[-1])
    assert code == ends, done.stderr
    return set(names)


@pytest.mark.parametrize("arguments", [["--help"], ["run", "--help"], ["connectors", "--help"], ["--version"]])
def test_help_imports_no_library_but_that_of_the_command_line(tmp_path: Path, arguments: list[str]) -> None:
    assert not imported(tmp_path, *arguments) & (A_RUN_NEEDS | PROTOCOL | SPECIAL | LANGUAGES | LEAVING | {"asyncio"})


@pytest.mark.parametrize("arguments", [["list"], ["rules"], ["policy"]])
def test_looking_imports_nothing_of_a_run(tmp_path: Path, arguments: list[str]) -> None:
    assert not imported(tmp_path, *arguments) & (A_RUN_NEEDS | PROTOCOL | SPECIAL | LANGUAGES | LEAVING)


def test_a_run_without_a_model_imports_nothing_of_a_model_or_of_connectors(tmp_path: Path) -> None:
    names = imported(tmp_path, "run", "--sample", "--no-model", ISSUE, ends=3)  # nobody answers what is open
    assert names >= A_RUN_NEEDS
    assert not names & PROTOCOL
    assert not names & (SPECIAL - {"yaml"})  # which what looks for secrets loads with itself
