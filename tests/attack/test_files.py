"""A model that names the file of a brief gets no file that anything runs, obeys or reads as settings."""

from pathlib import Path

import pytest
from tests.attack.tally import Attempts
from tests.customer_escalation.mcp_server.desk import accepted, desk

KIND = "a file by save_brief"
NAMES = (
    "CLAUDE.md", "AGENTS.md", ".mcp.json", ".envrc", ".git/hooks/pre-commit", ".git/config", ".github/workflows/x.yml",
    ".github/copilot-instructions.md", ".claude/settings.json", ".cursor/rules/x.md", "policy.toml", ".customer-escalation/policy.toml",
    ".customer-escalation/connectors.toml", "package.json", "Makefile", "conftest.py", ".bashrc", "../outside.md", "../../outside.md",
    "/tmp/outside.md", "escalations/../CLAUDE.md", "escalations/../../outside.md", "escalations/.envrc", "escalations/CLAUDE.md",
    "escalations/AGENTS.md", "escalations\\..\\CLAUDE.md", "sub/CLAUDE.md", "~/.bashrc", "..", ".", "escalations", "escalations/",
    "CLAUDE.md\x00.txt", "CLAUDE\u2024md", "file:///etc/passwd", "C:\\CLAUDE.md", "CON", "-rf", "$(touch x)", "a\nb", "\u202egnp.md", " ",
    "x" * 400,
)  # fmt: skip


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The project's folder, a repository."""
    monkeypatch.setenv("CUSTOMER_ESCALATION_RUNS", str(tmp_path / "runs"))
    monkeypatch.setenv("CUSTOMER_ESCALATION_DB", str(tmp_path / "none.db"))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    (tmp_path / "home").mkdir()
    project = tmp_path / "project"
    (project / ".git" / "hooks").mkdir(parents=True)
    (project / ".github" / "workflows").mkdir(parents=True)
    return project


def files(folder: Path) -> set[Path]:
    """Every file and link below the folder."""
    return {path.relative_to(folder) for path in folder.rglob("*") if path.is_symlink() or path.is_file()}


async def test_no_name_makes_a_file_that_something_obeys(attempts: Attempts, folder: Path, tmp_path: Path) -> None:
    async with desk(folder) as at:
        case = await accepted(at, "15")
        before = files(tmp_path)
        for name in NAMES:
            for form in ("md", "json", "html", "slack", "adf"):
                await at.call("save_brief", case=case, file=name, format=form)
        made = {path for path in files(tmp_path) - before if path.parts[0] != "runs"}
        for name in NAMES:
            attempts.had(name, None)
        for path in made:
            own = path.parent == Path("project/escalations") and path.name.startswith("2026-05-04-")
            attempts.had(str(path), None if own else "was made")
    assert made, "some names are fine"
    attempts.had_none()


async def test_no_link_leads_a_brief_elsewhere(attempts: Attempts, folder: Path, tmp_path: Path) -> None:
    target = tmp_path / "target.md"
    target.write_text("mine", encoding="utf-8")
    async with desk(folder) as at:
        case = await accepted(at, "15")
        (folder / "escalations").symlink_to(tmp_path / "home")
        told = await at.call("save_brief", case=case, file="one")
        attempts.had("a folder that is a link", any((tmp_path / "home").iterdir()))
        assert "not a folder of its own" in told.text
        (folder / "escalations").unlink()
        saved = Path((await at.good("save_brief", case=case, file="one")).data["file"])
        saved.unlink()
        saved.symlink_to(target)
        told = await at.call("save_brief", case=case, file="one")
        attempts.had("a link in the place of a saved brief", target.read_text(encoding="utf-8") != "mine")
        assert told.failed
    attempts.had_none()
