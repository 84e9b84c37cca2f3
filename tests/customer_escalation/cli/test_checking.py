"""``check``: a text that was handed on is held against the brief that was checked."""

from pathlib import Path

import pytest
from tests.customer_escalation.commands import Command
from tests.customer_escalation.mcp_server.desk import accepted, desk


async def saved_text(folder: Path) -> str:
    """What an assistant is given as its last message."""
    async with desk(folder) as at:
        text = str((await at.good("save_brief", case=await accepted(at, "15"), file="")).data["text"])
    return text.partition("\n\n")[2]


async def test_a_text_is_told_from_one_that_was_changed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    command = Command(tmp_path)
    for name in ("CUSTOMER_ESCALATION_RUNS", "CUSTOMER_ESCALATION_DB", "XDG_CONFIG_HOME"):
        monkeypatch.setenv(name, command.environment()[name])
    text = await saved_text(tmp_path)
    same = command("check", "-", given=text.encode())
    assert (same.code, same.err) == (0, "")
    assert "This is the checked text of case" in same.out
    changed = tmp_path / "changed.md"
    assert "Three Pro customers" in text
    changed.write_text("Done!\n\n" + text.replace("Three Pro customers", "All 4,800 customers", 1), encoding="utf-8")
    other = command("check", str(changed))
    assert other.code == 3
    assert "This is not the checked text of case" in other.out
    assert "4,800" in other.out


def test_what_is_no_brief_is_refused_in_a_sentence(tmp_path: Path) -> None:
    command = Command(tmp_path)
    none = command("check", given=b"Hello")
    assert none.code == 2
    assert "no line that says which brief it is" in none.err
    gone = command("check", given=b"`checked 20260504-090000-abc123 0123456789abcdef`")
    assert gone.code != 0
    assert "20260504-090000-abc123" in gone.err
    missing = command("check", str(tmp_path / "no.md"))
    assert missing.code == 2
    assert "cannot be read" in missing.err
