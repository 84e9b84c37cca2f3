"""`customer-escalation workspace` from outside: load, import, validate, show, schema, template, and files of every kind."""

import json
import os
import pty
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import jsonschema
import pytest
from tests.customer_escalation.cli.test_main import ISSUE, workspace
from tests.customer_escalation.commands import LONGEST_S, Command
from tests.support_connectors.imports.exports import (
    HUBSPOT_CSV,
    ZENDESK_ORGANIZATIONS,
    ZENDESK_USERS,
    lines,
    zendesk_ticket,
)


@pytest.fixture
def command(tmp_path: Path) -> Command:
    return Command(tmp_path)


@pytest.fixture
def database(tmp_path: Path) -> Path:
    """Where the command keeps its workspace."""
    return tmp_path / "workspace.db"


def test_the_template_is_valid_by_its_schema_can_be_loaded_and_gives_a_brief(command: Command, tmp_path: Path) -> None:
    file = tmp_path / "mine.json"
    file.write_text(command("workspace", "template").out, encoding="utf-8")
    schema = json.loads(command("workspace", "schema").out)
    jsonschema.Draft202012Validator.check_schema(schema)
    jsonschema.validate(json.loads(file.read_text(encoding="utf-8")), schema)
    valid = command("workspace", "validate", str(file))
    assert (valid.code, valid.out) == (
        0, f"{file} can be loaded: 1 support platform, 1 crm, 1 chat, 1 project tracker, 1 knowledge base records.\n"
    )  # fmt: skip
    assert command("workspace", "load", str(file)).code == 0
    shown = json.loads(command("workspace", "show", "--json").out)
    assert [row["records"] for row in shown["categories"]] == [1, 1, 1, 1, 1]
    assert "1 crm" in command("workspace", "show", str(file)).out
    done = command("Exports fail with error 502 for Acme Corp", "--no-model", "-q")
    assert done.code in (0, 3)
    assert "$0" not in done.out  # its revenue is null: not known


def test_every_fault_of_a_file_is_named_and_nothing_of_it_reaches_the_terminal_raw(
    command: Command, tmp_path: Path
) -> None:
    file = tmp_path / "wrong.json"
    file.write_text(
        json.dumps({"records": {"crm": [{"id": "A\x1b]0;x\x07", "name": ""}], "chat": [{"\u202ename": 1}]}}),
        encoding="utf-8",
    )
    for words in (["workspace", "validate"], ["workspace", "load"], [ISSUE, "--no-model", "--workspace"]):
        done = command(*words, str(file))
        assert (done.code, done.out) == (2, "")
        for place in ("records.crm[0].id", "records.crm[0].name", "records.chat[0].text", "records.chat[0].author"):
            assert f"{place}: " in done.err
        assert not {"\x1b", "\u202e"} & set(done.err)


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (["workspace", "load", "/dev/zero"], 2),
        (["workspace", "validate", "/dev/zero"], 2),
        ([ISSUE, "--workspace", "/dev/zero"], 2),
        ([ISSUE, "--sample", "--policy", "/dev/zero"], 2),
        ([ISSUE, "--connectors", "/dev/zero"], 4),
    ],
)  # fmt: skip
def test_a_file_without_end_is_read_to_a_limit(command: Command, words: list[str], code: int) -> None:
    done = command(*words)
    assert (done.code, done.out) == (code, "")
    assert "/dev/zero" in done.err
    assert "fault of the program" not in done.err


@pytest.mark.parametrize("rest", [0, 100, 20_000, "no table"])
def test_a_load_that_was_cut_is_mended_by_the_next(
    command: Command, database: Path, tmp_path: Path, rest: int | str
) -> None:
    command("workspace", "load", workspace(tmp_path))
    if isinstance(rest, int):
        database.write_bytes(database.read_bytes()[:rest])
    else:
        database.unlink()
        with closing(sqlite3.connect(database)) as connection:
            connection.execute("PRAGMA journal_mode = WAL")
    dead = command(ISSUE, "--no-model")
    assert dead.code == 2
    assert "fault of the program" not in dead.err
    assert command("workspace", "load", workspace(tmp_path)).code == 0
    assert command(ISSUE, "--no-model", "-q").code in (0, 3)


def test_the_database_of_another_program_and_what_is_no_file_are_left_alone(command: Command, tmp_path: Path) -> None:
    other = tmp_path / "other.db"
    with closing(sqlite3.connect(other)) as connection:
        connection.execute("CREATE TABLE theirs (a)")
    before = other.read_bytes()
    for target in (str(other), "/dev/null", str(tmp_path)):
        done = command("workspace", "load", workspace(tmp_path), "--db", target)
        assert (done.code, done.out) == (2, "")
        assert "Choose another file name" in done.err
    assert other.read_bytes() == before


def test_four_loads_at_once_all_arrive(command: Command, tmp_path: Path) -> None:
    line = [sys.executable, "-m", "customer_escalation", "workspace", "load", workspace(tmp_path)]
    loads = [
        subprocess.Popen(line, env=command.environment(), stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        for _ in range(4)
    ]
    ends = [load.communicate(timeout=LONGEST_S) for load in loads]
    assert [(load.returncode, told) for load, (_, told) in zip(loads, ends, strict=True)] == [(0, b"")] * 4
    assert command(ISSUE, "--no-model", "-q").code in (0, 3)


def test_a_home_that_cannot_be_written_is_told_by_every_command_that_writes(command: Command, tmp_path: Path) -> None:
    """A file stands where the folders would be made: that stops every user."""
    home = tmp_path / "home"
    home.write_text("", encoding="utf-8")
    nowhere = {
        "HOME": str(home),
        "CUSTOMER_ESCALATION_DB": str(home / "w.db"),
        "CUSTOMER_ESCALATION_RUNS": str(home / "runs"),
        "CUSTOMER_ESCALATION_CACHE": str(home / "cache"),
        "XDG_CONFIG_HOME": str(home / "config"),
        "XDG_DATA_HOME": str(home / "data"),
        "_TYPER_COMPLETE_TEST_DISABLE_SHELL_DETECTION": "1",
    }
    for words, code in (
        (["workspace", "load", workspace(tmp_path)], 2),
        ([ISSUE, "--sample", "--no-model"], 1),
        (["--install-completion", "bash"], 1),
        (["connectors", "add", "desk", "--url", "https://desk.example/mcp", "--category", "support_platform"], 4),
        (["list"], 0),
    ):
        done = command(*words, **nowhere)
        assert (done.code, done.out) == (code, ""), done
        assert str(home) in done.err or done.err == "No runs yet.\n"
        assert "fault of the program" not in done.err


def test_exports_are_imported_reported_and_make_a_brief(command: Command, tmp_path: Path) -> None:
    tickets = tmp_path / "tickets.json"
    tickets.write_text(
        lines(zendesk_ticket(), zendesk_ticket(4712, status="deleted"), *ZENDESK_USERS, *ZENDESK_ORGANIZATIONS),
        encoding="utf-8",
    )
    companies = tmp_path / "companies.csv"
    companies.write_text(HUBSPOT_CSV, encoding="utf-8")
    tried = command("workspace", "import", str(tickets), str(companies), "--dry-run")
    assert tried.code == 0
    assert tried.out.startswith("Nothing was changed. This would be imported into")
    assert command("workspace", "show").code == 2
    line = ("workspace", "import", str(tickets), str(companies), "--map", "arr_usd=Contract value")
    done = command(*line)
    assert done.code == 0
    assert f"{tickets} (Zendesk)\n  support platform: 1 new\n  left out: ticket 4712: it is deleted\n" in done.out
    assert f"{companies} (HubSpot)\n  crm: 2 new\n" in done.out
    again = json.loads(command(*line, "--json").out)
    assert [file["taken"] for file in again["files"]] == [{"support_platform": {"same": 1}}, {"crm": {"same": 2}}]
    brief = command("Invoices print without the logo for Quillfeather Press, ticket 4711", "--no-model", "-q")
    assert brief.code in (0, 3)
    assert "#4711 of Quillfeather Press" in brief.out
    assert "1 account: Quillfeather Press (Enterprise)" in brief.out


def test_a_table_of_no_known_system_says_what_is_wanted_and_takes_it_from_options_or_a_file(
    command: Command, tmp_path: Path
) -> None:
    table = tmp_path / "list.csv"
    table.write_text("Account no,Customer,Annual value\n7,Acme \x1b[31mCorp,5000\n", encoding="utf-8")
    wanted = command("workspace", "import", str(table))
    assert (wanted.code, wanted.out) == (2, "")
    assert "--as CATEGORY" in wanted.err
    assert "'Account no', 'Customer', 'Annual value'" in wanted.err
    mapping = tmp_path / "columns.toml"
    mapping.write_text('category = "crm"\n[columns]\nid = "Account no"\nname = "Customer"\n', encoding="utf-8")
    done = command("workspace", "import", str(table), "--mapping", str(mapping), "--map", "arr_usd=Annual value")
    assert (done.code, done.err) == (0, "")
    assert "crm: 1 new" in done.out
    assert "\x1b" not in done.out


@pytest.mark.parametrize(
    ("more", "says"),
    [
        (["--from", "lotus"], "There is no format 'lotus'; choose one of zendesk"),
        (["--as", "email"], "A workspace holds no 'email'"),
        (["--map", "arr_usd"], "write it as FIELD=COLUMN"),
        (["--map", "colour=Customer"], "crm has no such field"),
        (["--timezone", "Mars/Olympus"], "is not a time zone name"),
        (["--mapping", "none.toml"], "none.toml cannot be read"),
        (["--encoding", "klingon", "--as", "crm", "--map", "id=A", "--map", "name=B"], "There is no encoding 'klingon'"),
        (["--from", "slack"], "is a table, which slack does not export"),
        (["--db", "/dev/null"], "is no file, so no workspace can be stored there"),
    ],
)  # fmt: skip
def test_what_cannot_be_meant_is_refused_in_a_sentence(
    command: Command, tmp_path: Path, more: list[str], says: str
) -> None:
    table = tmp_path / "hubspot.csv"
    table.write_text(HUBSPOT_CSV, encoding="utf-8")
    done = command("workspace", "import", str(table), *more)
    assert (done.code, done.out) == (2, "")
    assert says in done.err


def test_on_a_terminal_a_person_is_asked_what_the_columns_are(command: Command, tmp_path: Path) -> None:
    table = tmp_path / "list.csv"
    table.write_text("Nr,Kunde,Wert\n7,Acme,5000\n", encoding="utf-8")
    ours, its = pty.openpty()
    line = [sys.executable, "-m", "customer_escalation", "workspace", "import", str(table)]
    process = subprocess.Popen(line, env=command.environment(), stdin=its, stdout=subprocess.PIPE, stderr=its)
    os.close(its)
    for answer in ("accounts", "crm", "Nr", "2", "", "3", ""):  # the first is no category; empty takes what is offered
        os.write(ours, f"{answer}\n".encode())
    out, _ = process.communicate(timeout=LONGEST_S)
    shown = os.read(ours, 65_536).decode()
    os.close(ours)
    assert process.returncode == 0
    assert b"crm: 1 new" in out
    assert "--as crm --map id='Nr' --map name='Kunde' --map arr_usd='Wert'" in " ".join(shown.split())


def test_four_imports_at_once_all_arrive(command: Command, tmp_path: Path) -> None:
    lines_of = [tmp_path / f"tickets-{number}.json" for number in range(4)]
    for number, path in enumerate(lines_of):
        path.write_text(lines(zendesk_ticket(number), *ZENDESK_USERS), encoding="utf-8")
    imports = [
        subprocess.Popen(
            [sys.executable, "-m", "customer_escalation", "workspace", "import", str(path)],
            env=command.environment(), stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        )
        for path in lines_of
    ]  # fmt: skip
    ends = [one.communicate(timeout=LONGEST_S) for one in imports]
    assert [(one.returncode, told) for one, (_, told) in zip(imports, ends, strict=True)] == [(0, b"")] * 4
    assert "4 support platform" in command("workspace", "show").out
