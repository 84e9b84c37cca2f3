"""The plugin as people install it, and a user who has a workspace loaded."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from tests.assistants.clients import ROOT
from tests.customer_escalation.mcp_server.desk import workspace

from support_connectors.workspace.store import load_workspace


@pytest.fixture(scope="session")
def plugin(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The files under version control in a folder of their own, with this environment in place of the one that a first
    start builds."""
    folder = tmp_path_factory.mktemp("market") / "customer-escalation"
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        check=True,
    )
    for name in listed.stdout.decode().split("\0"):
        source = ROOT / name
        if name and source.is_file():
            target = folder / name
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(source, target)
    python = folder / ".venv" / "bin" / "python"
    python.parent.mkdir(parents=True)
    python.write_text(f'#!/bin/sh\nexec "{sys.executable}" "$@"\n', encoding="utf-8")
    python.chmod(0o755)
    (folder / ".venv" / ".ready").touch()
    return folder


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A user's home with the workspace of a case loaded."""
    folder = tmp_path / "home"
    data = folder / ".local" / "share" / "customer-escalation"
    data.mkdir(parents=True)
    load_workspace(workspace(tmp_path, "15"), data / "workspace.db")
    return folder


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """The folder that the assistant works in."""
    folder = tmp_path / "project"
    folder.mkdir()
    return folder
