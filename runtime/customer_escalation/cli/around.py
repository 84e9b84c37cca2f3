"""Whether a command runs in the shell of an assistant, where a program types what looks like a person's answer."""

import os

MARKS = {
    "CLAUDECODE": "Claude Code", "CODEX_THREAD_ID": "Codex", "CODEX_SANDBOX": "Codex", "OPENCODE": "opencode",
}  # fmt: skip
"""Variables that assistants set for the commands they run, and whose they are."""


def assistant_around() -> str:
    """The assistant whose shell this is, by name; empty where none says so."""
    return next((name for mark, name in MARKS.items() if os.environ.get(mark)), "")
