"""`skill-runtime check` reports on every skill below a folder, one line each, and survives whatever it finds."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from skill_runtime.check import app

FIXTURES = Path(__file__).parent / "fixtures" / "skills"


def check(*arguments: str | Path) -> Result:
    return CliRunner().invoke(app, ["check", *map(str, arguments)])


def command(*arguments: str | Path) -> subprocess.CompletedProcess[bytes]:
    """The command as its own process, on a terminal that only knows ASCII."""
    program = "from skill_runtime.check import main; main()"
    env = os.environ | {"PYTHONIOENCODING": "ascii"}
    return subprocess.run(
        [sys.executable, "-c", program, *map(str, arguments)], capture_output=True, env=env, check=False
    )


def make(folder: Path, text: str | bytes = b"---\nname: parcels\ndescription: Files parcels.\n---\nFile it.") -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "SKILL.md").write_bytes(text if isinstance(text, bytes) else text.encode())
    return folder


def test_every_skill_gets_one_line_with_verdict_path_and_name() -> None:
    result = check(FIXTURES)
    lines = result.stdout.splitlines()
    expected = [entry.name for entry in FIXTURES.iterdir() if (entry / "SKILL.md").exists()]
    assert [line.split()[1] for line in lines] == sorted(expected)
    assert {line.split()[0] for line in lines} == {"ok", "warning", "error"}
    assert "ok       plain  plain" in lines
    assert any(
        line.startswith('warning  name-of-another-folder  another: name: it is "another", but') for line in lines
    )
    assert any(line.startswith("error    no-header  no-header: SKILL.md has no description (line 1:") for line in lines)
    assert result.exit_code == 1
    assert result.stderr.startswith(f"{len(lines)} skills: ")


@pytest.mark.parametrize(
    ("name", "lenient", "strict"),
    [("plain", 0, 0), ("host-fields", 0, 1), ("name-of-another-folder", 0, 1), ("broken-link", 0, 0), ("binary", 1, 1)],
)
def test_the_exit_code_says_whether_some_skill_has_an_error(name: str, lenient: int, strict: int) -> None:
    assert check(FIXTURES / name).exit_code == lenient
    assert check(FIXTURES / name, "--strict").exit_code == strict


def test_a_skill_itself_may_be_checked_from_inside(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(FIXTURES / "plain")
    assert check(".").stdout == "ok       .  plain\n"


def test_json_holds_every_diagnostic_and_the_counts() -> None:
    result = check(FIXTURES, "--json")
    report = json.loads(result.stdout)
    assert result.exit_code == 1
    assert result.stderr == ""
    assert sum(report["counts"].values()) == len(report["skills"])
    by_path = {skill["path"]: skill for skill in report["skills"]}
    assert by_path["plain"] == {"verdict": "ok", "path": "plain", "name": "plain", "diagnostics": []}
    assert by_path["host-fields"]["verdict"] == "ok"
    assert by_path["host-fields"]["diagnostics"][0]["where"] == "argument-hint"
    assert by_path["host-fields"]["diagnostics"][0]["level"] == "info"


def test_a_wrong_request_exits_with_two(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    assert check(tmp_path / "absent").exit_code == 2
    assert check(tmp_path / "file").exit_code == 2
    assert check().exit_code == 2
    assert check(FIXTURES, "--unknown").exit_code == 2
    result = check(tmp_path)
    assert result.exit_code == 2
    assert "no SKILL.md below" in result.stderr
    empty = check(tmp_path, "--json")
    assert empty.exit_code == 2
    assert json.loads(empty.stdout)["skills"] == []


def test_help_names_the_command_its_options_and_the_exit_codes() -> None:
    runner = CliRunner()
    assert "check" in runner.invoke(app, ["--help"]).stdout
    text = " ".join(runner.invoke(app, ["check", "--help"]).stdout.split())
    for part in ("--strict", "--json", "Report on every skill below DIR", "Exit codes: 0 no skill has an error"):
        assert part in text


def test_no_content_crashes_it(tmp_path: Path) -> None:
    make(tmp_path / "good" / "parcels")
    make(tmp_path / "garbage", os.urandom(4_096))
    make(tmp_path / "huge", b"x" * 2_000_000)
    make(tmp_path / "surrogates", b"---\nname: \xed\xa0\x80\ndescription: x\n---\n")
    make(tmp_path / "escapes", "---\nname: parcels\ndescription: x\nlicense: [\x1b[31m]\n---\nSee [x](\x1b.md).")
    make(tmp_path / "names", '---\nname: "a\\nb\\e[31m"\ndescription: x\n---\nText.')
    make(tmp_path / "many", "---\ndescription: x\n" + "a: b\n" * 200 + "---\nText.")
    (tmp_path / "pipe").mkdir()
    os.mkfifo(tmp_path / "pipe" / "SKILL.md")
    (tmp_path / "circle").mkdir()
    (tmp_path / "circle" / "SKILL.md").symlink_to("SKILL.md")
    (tmp_path / "circle" / "up").symlink_to(tmp_path)
    (tmp_path / "dangling").mkdir()
    (tmp_path / "dangling" / "SKILL.md").symlink_to("gone")
    make(Path(os.fsdecode(os.fsencode(tmp_path) + b"/caf\xe9")))
    make(tmp_path / "new\nline")
    deep = tmp_path / "deep"
    make(deep / "/".join("abcdefghi"))

    for arguments in ((), ("--strict",)):
        result = command("check", tmp_path, *arguments)
        lines = result.stdout.decode("ascii").splitlines()
        assert result.returncode == 1
        assert b"Traceback" not in result.stderr
        assert len(lines) == 13
        assert not any(char in result.stdout for char in (b"\x1b", b"\x00"))
        assert all(len(line) < 3_000 for line in lines)
    report = command("check", tmp_path, "--json")
    assert len(json.loads(report.stdout)["skills"]) == 13


def test_what_may_not_be_read_is_an_error_of_its_own(tmp_path: Path) -> None:
    make(tmp_path / "parcels")
    (make(tmp_path / "file") / "SKILL.md").chmod(0)
    make(tmp_path / "folder" / "inner")
    (tmp_path / "folder").chmod(0)
    if os.access(tmp_path / "folder", os.R_OK):
        pytest.skip("this user may read everything")
    try:
        result = check(tmp_path)
    finally:
        (tmp_path / "folder").chmod(0o700)
    assert [line.split()[:2] for line in result.stdout.splitlines()] == [
        ["error", "folder"],
        ["error", "file"],
        ["ok", "parcels"],
    ]
