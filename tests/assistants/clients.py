"""The foreign programs of these tests: where they are, and how a test runs one."""

import ast
import json
import os
import shutil
import sqlite3
import subprocess
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
NODE_FOLDER = Path(os.environ.get("ASSISTANTS_FOLDER") or ROOT / ".ci-node")
"""Where the CI script installs them with npm."""
BIN = NODE_FOLDER / "node_modules" / ".bin"
LONGEST_S = 600


def client(name: str) -> str:
    """The program's path; the test is skipped where it is not installed."""
    found = BIN / name
    if not found.exists():
        pytest.skip(f"{name} is not installed in {BIN} (see .ci/run)")
    return str(found)


def surroundings(home: Path) -> dict[str, str]:
    """The environment of a user whose home this is."""
    node = shutil.which("node", path=str(BIN)) or shutil.which("node") or "node"
    path = os.pathsep.join([str(Path(node).parent), "/usr/local/bin", "/usr/bin", "/bin"])
    return {"PATH": path, "HOME": str(home), "LANG": "C.UTF-8", "TMPDIR": os.environ.get("TMPDIR", "/tmp")}


def run(
    command: list[str], home: Path, folder: Path, environment: Mapping[str, str] | None = None, *, code: int | None = 0
) -> subprocess.CompletedProcess[str]:
    """Run a client in ``folder`` as a user whose home is ``home``, with nothing else of this environment."""
    kept = surroundings(home)
    done = subprocess.run(
        command, env={**kept, **(environment or {})}, cwd=folder, stdin=subprocess.DEVNULL, capture_output=True, text=True,
        timeout=LONGEST_S, check=False,
    )  # fmt: skip
    if code is not None:
        assert done.returncode == code, (
            f"{command[:3]} ended with {done.returncode}\n{done.stdout[-3000:]}\n{done.stderr[-3000:]}"
        )
    return done


def documented(language: str) -> str:
    """The lines that docs/assistants.md gives to copy into a client's settings."""
    text = (ROOT / "docs" / "assistants.md").read_text(encoding="utf-8")
    return text.partition(f"```{language}\n")[2].partition("```")[0]


def texts(home: Path) -> list[str]:
    """The texts of all messages and comments in the user's workspace."""
    rows = (ast.literal_eval(record)[0] for record in records(home))
    return [text for row in rows if isinstance(text := json.loads(row).get("text"), str)]


def records(home: Path) -> list[str]:
    """All that the user's workspace holds."""
    database = home / ".local" / "share" / "customer-escalation" / "workspace.db"
    with closing(sqlite3.connect(database)) as opened:
        return sorted(str(row) for table in ("item", "part") for row in opened.execute(f"SELECT data FROM {table}"))
