"""The runs of a folder: their names, and each at a glance."""

import json
import os
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from skill_runtime.errors import UnknownRun
from skill_runtime.journal import RUN_ID, SUFFIX, Entry, path_of
from skill_runtime.ledger import JsonObject


@dataclass(frozen=True)
class RunSummary:
    """A journal at a glance, read from its first and last line."""

    run_id: str
    path: Path
    header: JsonObject
    last: Entry | None
    """The newest whole entry; None where ``problem`` says why."""
    problem: str = ""


def new_run_id(now: datetime, token: Callable[[], str] = lambda: secrets.token_hex(3)) -> str:
    """A run's name: sorts by start, fits a file name and can be typed, such as ``20261123-101500-4f2a9c``."""
    return f"{now.astimezone(UTC):%Y%m%d-%H%M%S}-{token()}"


def find_run(folder: Path, prefix: str) -> str:
    """The one run whose id starts with ``prefix``.

    Raises ``UnknownRun`` naming the choices when none or several do.
    """
    ids = _run_ids(folder)
    matching = [run_id for run_id in ids if run_id.startswith(prefix)]
    if prefix in matching:
        return prefix
    if len(matching) == 1:
        return matching[0]
    if matching:
        raise UnknownRun(f"Several runs start with {prefix!r}: {', '.join(matching[:5])}. Give more of the id.")
    newest = f" The newest are {', '.join(ids[:3])}." if ids else " There are no runs there yet."
    raise UnknownRun(f"No run in {folder} starts with {prefix!r}.{newest}")


def list_runs(folder: Path) -> list[RunSummary]:
    """Every run in ``folder``, newest first. A damaged journal is listed with its problem, never raised."""
    return [_summary(folder, run_id) for run_id in _run_ids(folder)]


def _run_ids(folder: Path) -> list[str]:
    found = (path.name.removesuffix(SUFFIX) for path in folder.glob(f"*{SUFFIX}") if path.is_file())
    return sorted((run_id for run_id in found if RUN_ID.fullmatch(run_id)), reverse=True)


def _summary(folder: Path, run_id: str) -> RunSummary:
    path = path_of(folder, run_id)
    try:
        with path.open("rb") as file:
            first = file.readline()
            last = _last_line(file.seek(0, os.SEEK_END), file.seek, file.read) or first
        header = Entry.model_validate(json.loads(first))
        return RunSummary(run_id, path, header.data, Entry.model_validate(json.loads(last)))
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else "its first or last line is damaged"
        return RunSummary(run_id, path, {}, None, problem=f"{path} cannot be read: {reason}.")


def _last_line(size: int, seek: Callable[[int], int], read: Callable[[int], bytes]) -> bytes:
    """The last line that ends with a line break, read backwards in growing steps."""
    step = 65_536
    while True:
        start = max(0, size - step)
        seek(start)
        tail = read(size - start)
        whole = tail[: tail.rfind(b"\n") + 1]
        before = whole.rfind(b"\n", 0, max(0, len(whole) - 1))
        if before >= 0 or start == 0:
            return whole[before + 1 :]
        step *= 8
