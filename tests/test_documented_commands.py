"""Every command that the documentation names is run as it stands there."""

import re
import shlex
from pathlib import Path

import pytest
from tests.customer_escalation.cli.test_main import ISSUE, workspace
from tests.customer_escalation.commands import Command
from tests.support_connectors.imports.exports import HUBSPOT_CSV, lines, zendesk_ticket

ROOT = Path(__file__).parents[1]
DOCUMENTS = (
    "README.md",
    "CONNECTORS.md",
    "docs/acting.md",
    "docs/assistants.md",
    "docs/following-up.md",
    "docs/sample-workspace.md",
    "examples/roundup/README.md",
)
NAME = "customer-escalation"
_BLOCK = re.compile(r"^ *```\w*\n(.*?)^ *```", re.DOTALL | re.MULTILINE)

EXPECTED: dict[str, tuple[int, str]] = {
    "connectors add desk --system zendesk": (4, "The subdomain, email, api_token of zendesk are missing"),
    "connectors check": (4, "A run cannot start"),
    '"API returning 500 errors intermittently for Acme Corp"': (4, "Nothing is connected"),
    "workspace load FILE.json": (0, "Loaded"),
    '--sample "..."': (3, "Needs review"),
    "workspace import tickets.json companies.csv --dry-run": (0, "Nothing was changed"),
    "workspace import tickets.json companies.csv": (0, r"support platform: 1 new[\s\S]*crm: 2 new"),
    "workspace import list.csv --as crm --map id=Nr --map name=Kunde --map arr_usd=Wert": (0, "crm: 1 new"),
    "workspace template": (0, '"records"'),
    "workspace schema": (0, "json-schema.org"),
    "workspace validate FILE.json": (0, "can be loaded"),
    "workspace show": (2, "workspace load"),
    "doctor": (1, "to mend"),
    "list": (0, "No runs yet"),
    "check brief.md": (2, "brief.md cannot be read"),
    "show RUN": (0, "## ESCALATION"),
    "run --resume RUN": (3, "## ESCALATION"),
    'run --resume RUN --answers answers.json --answered-by "Ada Quinn"': (2, "answers.json"),
    'assess --sample --questions "API returning 500 errors intermittently for Acme Corp"': (3, '"questions"'),
    "connectors test": (2, "Missing argument"),
    "show RUN --why": (0, "Engineering"),
    "act RUN": (0, "Nothing is offered"),
    "act RUN --format json": (0, '"actions": \\[\\]'),
    'act RUN --yes-to 256f02c18812 --by "Ana Roy"': (2, "nothing can be written there"),
    'act RUN --settle 256f02c18812=done --by "Ana Roy"': (3, "No action 256f02c18812 is offered"),
    "act RUN --attach-to P-12": (2, "taken into memory"),
    "act RUN --ics reminders.ics": (0, "no reminder"),
    "show CASE": (0, "## ESCALATION"),
    "policy": (0, "Policy: as it ships"),
    "policy --trust": (2, "no policy of this project"),
    "connectors systems": (0, "zendesk"),
    "connectors add tracker --system redmine --set url=https://tracker.example.com": (
        4,
        "The api_key of redmine is missing",
    ),
    "connectors test tracker": (4, "tracker"),
    "connectors add helpdesk --url https://mcp.intercom.com/mcp --auth oauth": (0, "declared in"),
    "connectors login helpdesk": (4, "helpdesk"),
    "connectors add wiki --command \"npx -y some-wiki-mcp\" --category knowledge_base --env 'KEY=${WIKI_KEY}'": (
        0,
        "declared in",
    ),
    "connectors trust wiki 'search_*' 'get_*' --read": (4, "wiki"),
    "connectors": (0, "support platform"),
    "connectors login NAME --token": (4, "NAME"),
    "connectors trust NAME TOOL… --read": (4, "NAME"),
    "connectors deny NAME TOOL…": (4, "NAME"),
    "connectors trust NAME": (4, "NAME"),
    "connectors test NAME": (4, "NAME"),
    "connectors add": (2, "Missing argument"),
    "mcp crm": (0, ""),
    "mcp escalation": (0, ""),
    "mcp all": (0, ""),
    "--install-completion": (0, ""),
    "--show-completion": (0, ""),
    '--sample "API returning 500 errors intermittently for Acme Corp" --no-model': (3, r"\*\*"),
    "connectors add bugs --system roundup --set url=https://bugs.example.com/tracker --set user=desk --set password=…": (
        4,
        "roundup",
    ),
    "connectors test bugs --writes": (4, "bugs"),
    "connectors add desk --system frobdesk --set url=http://127.0.0.1:8080": (4, "frobdesk"),
    "connectors test desk --writes": (4, "desk"),
    "followups": (0, "No escalation is open"),
    "update RUN": (0, "Drafts; nothing was sent"),
    "update RUN --log both": (0, "1 open escalation"),
    "reassess RUN": (0, "The decision stands"),
    "deescalate RUN": (3, "No rule lets it come down yet"),
    "show RUN --timeline": (0, "asked: Build queue"),
}
"""With what each ends where nothing is connected and nobody can be asked, and what it says."""


EXPORTS = {
    "tickets.json": lines(zendesk_ticket()),
    "companies.csv": HUBSPOT_CSV,
    "list.csv": "Nr;Kunde;Wert\n1;Acme;5000\n",
}


def documented() -> list[str]:
    """Every command of ours in the documents, without the name."""
    found: list[str] = []
    for name in DOCUMENTS:
        text = (ROOT / name).read_text(encoding="utf-8")
        for block in _BLOCK.findall(text):
            for line in map(str.strip, block.splitlines()):
                found += [part.strip() for part in re.split(r"\s&&\s", re.sub(r"\s+#.*$", "", line))]
        spans = re.findall(r"`([^`]+)`", _BLOCK.sub("", text))
        found += [" ".join(span.split()) for span in spans]
    ours = [words.removeprefix(NAME).strip() for words in found if words.startswith(f"{NAME} ")]
    first = ("show", "run", "connectors", "workspace", "mcp")
    ours += [words for words in found if words.partition(" ")[0] in first and " " in words]
    return sorted({words.replace(" ...", "") for words in ours if words and not words.startswith("...")})


@pytest.mark.parametrize("words", documented())
def test_a_documented_command_does_what_is_said(tmp_path: Path, words: str) -> None:
    assert words in EXPECTED, f"say in EXPECTED how `{NAME} {words}` ends"
    command = Command(tmp_path)
    home = {"HOME": str(tmp_path), "XDG_DATA_HOME": str(tmp_path / "data"), "SHELL": "/bin/bash"}
    code, sentence = EXPECTED[words]
    given = shlex.split(words)
    if {"RUN", "CASE"} & set(given):
        command(ISSUE, "--workspace", workspace(tmp_path), "--no-model", "-q")
        run = command("list").out.split()[0]
        given = [run if word in ("RUN", "CASE") else word for word in given]
    given = [workspace(tmp_path) if word == "FILE.json" else word for word in given]
    for word in EXPORTS.keys() & set(given):
        (tmp_path / word).write_text(EXPORTS[word], encoding="utf-8")
    given = [str(tmp_path / word) if word in EXPORTS else word for word in given]
    done = command(*given, **home)
    assert done.code == code, done
    assert re.search(sentence, done.out + done.err), done
    assert "fault of the program" not in done.err


def test_a_folder_is_named_so_that_assistants_take_it_for_one() -> None:
    for name in DOCUMENTS:
        text = (ROOT / name).read_text(encoding="utf-8")
        for folder in re.findall(r"plugin marketplace add (\S+)", text):
            assert folder.strip("`,").startswith(("./", "FOLDER")), f"{name}: {folder}"
        assert "uvx customer-escalation" not in text, f"{name} names a package that is not published"


def test_no_variable_stands_in_double_quotes_where_the_shell_would_take_it_out() -> None:
    for name in DOCUMENTS:
        for block in _BLOCK.findall((ROOT / name).read_text(encoding="utf-8")):
            for line in block.splitlines():
                quoted = re.findall(r"""'[^']*'|"[^"]*\"""", line) if line.startswith(NAME) else []
                assert not any(part.startswith('"') and "${" in part for part in quoted), f"{name}: {line}"
