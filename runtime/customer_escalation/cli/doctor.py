"""``customer-escalation doctor``: what a run needs, looked at one by one, with what to do about each fault.

Nothing is changed, and nothing secret is told. A check that itself breaks is a failure of that check alone.
"""

import asyncio
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Literal

from customer_escalation.cases.journal_store import runs_folder
from customer_escalation.domain.printable import one_line
from customer_escalation.resources import APP
from skill_runtime.errors import SkillRuntimeError

Status = Literal["ok", "warn", "fail", "skip"]
ASSISTANT_S = 20
PLUGIN = f"{APP}@{APP}"


@dataclass(frozen=True)
class Diagnosis:
    """What one look found."""

    id: str
    """Stable, such as ``connectors.support_platform``."""
    group: str
    status: Status
    detail: str
    fix: str = ""
    """A command, or a sentence; empty where there is nothing to mend."""


Look = Callable[[], Iterator[Diagnosis]]


def examine(folder: Path, connectors: Path | None, *, offline: bool, model: str) -> list[Diagnosis]:
    """Every check, in the order in which people set things up; ``model`` is the one that a run would ask."""
    looks: list[tuple[str, str, Look]] = [
        ("install", "Installation", _install),
        ("policy", "Policy", lambda: _policy(folder)),
        ("data", "Data", _data),
        ("model", "Model", lambda: _model(model)),
        ("connectors", "Connectors", lambda: _connectors(folder, connectors, offline=offline)),
        ("servers", "MCP servers", _servers),
        ("assistants", "Assistants", lambda: _assistants(offline=offline)),
    ]
    found: list[Diagnosis] = []
    for name, group, look in looks:
        try:
            found += look()
        except SkillRuntimeError as error:
            found.append(Diagnosis(name, group, "fail", str(error)))
        except Exception as error:  # one look that breaks must not hide the others
            found.append(Diagnosis(name, group, "fail", f"could not be looked at ({type(error).__name__}: {error})"))
    return found


def report(checks: list[Diagnosis], *, colour: bool) -> str:
    """The checks as people read them: by group, faults with their remedy, the sum at the end."""
    marks = {"ok": ("ok", "32"), "warn": ("warn", "33"), "fail": ("FAIL", "31"), "skip": ("skip", "2")}
    lines: list[str] = []
    group = ""
    for check in checks:
        if check.group != group:
            lines += ["", check.group] if group else [check.group]
            group = check.group
        word, code = marks[check.status]
        shown = f"\x1b[{code}m{word:<4}\x1b[0m" if colour else f"{word:<4}"
        lines.append(f"  {shown}  {one_line(check.detail)}")
        if check.fix:
            lines.append(f"        to mend: {one_line(check.fix)}")
    failed, warned = (sum(check.status == status for check in checks) for status in ("fail", "warn"))
    if failed or warned:
        lines += ["", f"{failed} failed, {warned} to look at."]
    else:
        lines += ["", "Everything that was looked at is well."]
    return "\n".join(lines) + "\n"


def _install() -> Iterator[Diagnosis]:
    group = "Installation"
    python = ".".join(map(str, sys.version_info[:3]))
    yield Diagnosis(
        "install.version",
        group,
        "ok",
        f"customer-escalation {version(APP)}, Python {python}, {_short(Path(sys.prefix))}",
    )
    first = shutil.which(APP)
    own = Path(sys.executable).parent / APP
    if first is None:
        yield Diagnosis(
            "install.path", group, "warn", "the command is not on the PATH: programs that start it by name will not find it",
            f"add {_short(own.parent)} to the PATH, or install with pipx",
        )  # fmt: skip
    elif Path(first).resolve() != own.resolve():
        yield Diagnosis("install.path", group, "warn", f"another {APP} comes first on the PATH: {_short(Path(first))}")
    else:
        yield Diagnosis("install.path", group, "ok", f"on the PATH as {_short(Path(first))}")
    from customer_escalation.resources import skill_folder
    from skill_runtime.skills import load_skill

    skill = load_skill(skill_folder())
    faults = [str(note) for note in skill.diagnostics if note.level != "info"]
    yield Diagnosis(
        "install.skill",
        group,
        "warn" if faults else "ok",
        "; ".join(faults) or f"the skill is at {_short(skill.folder)}",
    )


def _policy(folder: Path) -> Iterator[Diagnosis]:
    from customer_escalation.policy import PolicyError
    from customer_escalation.policy.sources import changes, find_overlays, policy_in_force, withheld_policy

    overlays = find_overlays(None, folder)
    if withheld := withheld_policy(None, folder):
        where = _short(Path(withheld.source))
        detail = f"{where} is not in force: nobody approved it as it stands"
        yield Diagnosis("policy.project", "Policy", "warn", detail, f"look at it, then {APP} policy --trust")
    try:
        in_force = policy_in_force(overlays)
    except PolicyError as error:
        yield Diagnosis(
            "policy", "Policy", "fail", str(error), f"{APP} policy shows what is in force once it is mended"
        )
        return
    count = len(list(changes(in_force)))
    own = " and ".join(_short(Path(overlay.source)) for overlay in overlays)
    yield Diagnosis("policy", "Policy", "ok", f"{own} changes {count} settings" if own else "as it ships")


def _data() -> Iterator[Diagnosis]:
    from skill_runtime.runs import list_runs
    from support_connectors.serving import default_database
    from support_connectors.workspace.records import WorkspaceError
    from support_connectors.workspace.store import open_workspace

    group, runs = "Data", runs_folder()
    above = next(place for place in (runs, *runs.parents) if place.exists())
    if not os.access(above, os.W_OK):
        yield Diagnosis("data.runs", group, "fail", f"runs cannot be kept: {_short(above)} cannot be written",
                    "name another folder with CUSTOMER_ESCALATION_RUNS")  # fmt: skip
    else:
        kept = list_runs(runs) if runs.exists() else []
        bad = [run.run_id for run in kept if run.problem]
        said = f"{len(kept)} runs in {_short(runs)}" + (f"; damaged: {', '.join(bad[:3])}" if bad else "")
        yield Diagnosis("data.runs", group, "warn" if bad else "ok", said)
    database = default_database()
    if not database.exists():
        yield Diagnosis("data.workspace", group, "skip", "no workspace is loaded (only needed without connectors)")
        return
    try:
        with open_workspace(database):
            yield Diagnosis("data.workspace", group, "ok", f"a workspace is loaded in {_short(database)}")
    except WorkspaceError as error:
        yield Diagnosis("data.workspace", group, "fail", str(error), f"{APP} workspace load FILE.json")


def _model(name: str) -> Iterator[Diagnosis]:
    from skill_runtime.limits import price
    from skill_runtime.messages import Usage
    from skill_runtime.providers import choose, readiness

    group = "Model"
    chosen = choose(name)
    provider, state = chosen.provider, readiness(chosen.provider)
    if state.missing:
        yield Diagnosis(
            "model.key", group, "warn",
            f"{chosen.words} cannot be asked, so headless briefs are drafted by rules: {state.missing}. "
            "Assistants bring their own model",
            state.fix,
        )  # fmt: skip
    else:
        where = os.environ.get(provider.address) or "its own address"
        yield Diagnosis(
            "model.key", group, "ok", f"{chosen.words} would be asked with {state.where}; it is asked at {where}"
        )
    priced = price(chosen.model, Usage(), provider.seller) is not None
    said = f"the price of {chosen.words} is {'known' if priced else 'not known: --max-cost will refuse it'}"
    yield Diagnosis(
        "model.price", group, "ok" if priced else "warn", said, "" if priced else "pip install --upgrade genai-prices"
    )


def _connectors(folder: Path, file: Path | None, *, offline: bool) -> Iterator[Diagnosis]:
    from customer_escalation.connectors.looking import look
    from customer_escalation.connectors.plan import open_connectors
    from customer_escalation.domain.categories import SOURCES
    from support_connectors.categories import CATEGORIES, CATEGORY_NAMES
    from support_connectors.serving import default_database

    group = "Connectors"
    known = open_connectors(folder, file)
    for note in known.declarations.notes:
        if note.level != "info":
            yield Diagnosis("connectors.file", group, "warn", str(note))
    if not known.links:
        loaded = default_database().exists()
        yield Diagnosis(
            "connectors", group, "ok" if loaded else "fail",
            "none is declared; runs read the loaded workspace" if loaded else "none is declared and no workspace is loaded",
            "" if loaded else f"{APP} connectors add, or {APP} workspace load FILE.json, or try a run with --sample",
        )  # fmt: skip
        return
    if offline:
        for link in known.links:
            status: Status = "fail" if link.problem else "skip"
            yield Diagnosis(
                f"connectors.{link.name}", group, status, f"{link.name}: {link.problem or 'declared; not asked'}"
            )
        return
    overview = asyncio.run(look(known, probe=True))
    for category in CATEGORIES:
        seen = overview.of(category)
        for one in seen:
            state = one.state
            well = state.status == "connected"
            offered = sum(tool.access.value != "denied" for tool in one.tools)
            said = f"{CATEGORY_NAMES[category]}: {one.name}: " + (
                f"connected, {offered} tools" if well else state.reason
            )
            if well and state.reason:
                said += f"; {state.reason}"
            fix = "" if well and not state.reason else f"{APP} connectors check"
            yield Diagnosis(f"connectors.{one.name}", group, "ok" if well and not state.reason else "fail", said, fix)
        if not seen and SOURCES[category].need == "required":
            missing = f"the {CATEGORY_NAMES[category]} is required and nothing serves it"
            yield Diagnosis(f"connectors.{category}", group, "fail", missing, f"{APP} connectors add NAME --system …")
    unplaced = [one.name for one in overview.seen if not one.category]
    if unplaced:
        yield Diagnosis("connectors.category", group, "warn", f"no category is known for {', '.join(unplaced)}",
                    f"{APP} connectors trust NAME --category CATEGORY")  # fmt: skip


def _servers() -> Iterator[Diagnosis]:
    """Every server is made and lists its tools over the protocol, in this process."""
    from mcp import Client

    from customer_escalation.mcp_server.serving import ESCALATION, opened_server
    from support_connectors.categories import CATEGORIES

    async def tools(name: str) -> int:
        with opened_server(name) as server:
            async with Client(server) as client:
                return len((await client.list_tools()).tools)

    for name in (*CATEGORIES, ESCALATION):
        try:
            count = asyncio.run(tools(name))
        except SkillRuntimeError as error:
            yield Diagnosis(f"servers.{name}", "MCP servers", "fail", f"{name}: {error}")
            continue
        said = f"{name}: {count} tools" if count else f"{name}: starts; nothing stands behind it"
        yield Diagnosis(f"servers.{name}", "MCP servers", "ok" if count else "skip", said)


def _assistants(*, offline: bool) -> Iterator[Diagnosis]:
    """Whether the assistants that are here know the plugin."""
    ways = {
        "claude": (["plugin", "list"], f"claude plugin marketplace add FOLDER && claude plugin install {PLUGIN}"),
        "codex": (["plugin", "list"], f"codex plugin marketplace add FOLDER && codex plugin add {PLUGIN}"),
    }
    for name, (listing, fix) in ways.items():
        program = shutil.which(name)
        if program is None or offline:
            why = "not asked" if program else "not on this machine"
            yield Diagnosis(f"assistants.{name}", "Assistants", "skip", f"{name}: {why}")
            continue
        try:
            told = subprocess.run(
                [program, *listing],
                capture_output=True,
                text=True,
                timeout=ASSISTANT_S,
                check=False,
                stdin=subprocess.DEVNULL,
            )
        except (OSError, subprocess.TimeoutExpired) as error:
            yield Diagnosis(
                f"assistants.{name}", "Assistants", "warn", f"{name}: did not answer ({type(error).__name__})"
            )
            continue
        here = APP in told.stdout
        said = f"{name}: the plugin is {'installed' if here else 'not installed'}"
        yield Diagnosis(f"assistants.{name}", "Assistants", "ok" if here else "warn", said, "" if here else fix)


def _short(path: Path) -> str:
    """A path with the user's home as ``~``."""
    home = str(Path.home())
    text = str(path)
    return f"~{text[len(home) :]}" if text == home or text.startswith(home + os.sep) else text
