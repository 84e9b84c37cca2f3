"""Where a run reads from: one workspace alone, or the connectors that are declared.

They do not mix. ``--workspace`` (and ``--sample``) means that workspace and nothing else; otherwise the declared connectors
count; where none is declared, the loaded workspace does. Examples must never stand beside real customers.
"""

import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from platformdirs import user_cache_path

from customer_escalation.connectors.tool_access import CATEGORY_TOOLS
from customer_escalation.policy.sources import APP
from customer_escalation.resources import sample_workspace
from skill_runtime.connectors import ConnectorState
from skill_runtime.errors import ConnectorError, SkillRuntimeError
from support_connectors.categories import CATEGORIES, WORKSPACE_CATEGORIES
from support_connectors.workspace.records import WorkspaceError

if TYPE_CHECKING:
    from customer_escalation.connectors.known import KnownServer
    from skill_runtime.mcp_host import Adapter
    from skill_runtime.permission import Gatekeeper
    from skill_runtime.server_spec import ServerSpec
    from support_connectors.workspace.store import WorkspaceStore


class InvalidRequest(SkillRuntimeError):
    """What the user asked for cannot be run: the sentence says what to change."""


@dataclass
class OpenedConnectors:
    """What a run reads from."""

    specs: "Sequence[ServerSpec]"
    gate: "Gatekeeper"
    adapter: "Adapter | None" = None
    states: Sequence[ConnectorState] = ()
    """Of what is not connected at all."""
    now: datetime | None = None
    """The moment of a workspace; None where the clock decides."""
    policy: dict[str, Any] = field(default_factory=dict)
    """A workspace's overrides."""
    notes: Sequence[str] = ()
    foreign: frozenset[str] = frozenset()
    """Labels of the servers that are not ours."""
    lasts: bool = True
    """What is written stays; False for a workspace that is a file in memory."""
    known: "Mapping[str, KnownServer]" = field(default_factory=dict)
    """Of these, the rows of those that are known."""

    def servers(self) -> "tuple[Sequence[ServerSpec], Gatekeeper, Adapter | None]":
        """What a host needs."""
        return self.specs, self.gate, self.adapter


@contextmanager
def open_source(workspace: str | None, connectors: str | None, folder: Path) -> Iterator[OpenedConnectors]:
    """The source for a request, closed afterwards.

    Raises ``ConnectorError`` where there is nothing to read from, and ``InvalidRequest`` where a file is missing or breaks
    its format.
    """
    if workspace is None:
        from customer_escalation.connectors.plan import open_connectors, plan, unclaimed

        declared = open_connectors(folder, Path(connectors) if connectors else None)
        if declared.links or connectors:
            made = plan(declared, CATEGORIES)
            states = [*made.left_out, *unclaimed(_states(made.specs, made.left_out), WORKSPACE_CATEGORIES)]
            yield OpenedConnectors(
                made.specs,
                made.gate(declared.trust),
                made.adapter(),
                states,
                notes=made.notes,
                foreign=frozenset(made.guarded),
                known={label: one.known for label, one in made.guarded.items() if one.known},
            )
            return
    elif connectors:
        raise InvalidRequest("Give either --workspace FILE or --connectors FILE, not both: they do not mix.")
    store = open_store(workspace)
    try:
        try:
            opened = _of_workspace(store)
        except WorkspaceError as error:
            raise InvalidRequest(str(error)) from error
        yield opened
    finally:
        store.close()


def own_moment(workspace: str | None, connectors: str | None, folder: Path) -> datetime | None:
    """The moment of the workspace that such a request reads, without connecting anything; None where the clock decides.

    Raises ``InvalidRequest`` as ``open_source``.
    """
    try:
        with open_source(workspace, connectors, folder) as source:
            return source.now
    except ConnectorError:
        return None  # nothing is connected: what is known stands in the journal


def open_store(workspace: str | None) -> "WorkspaceStore":
    """The workspace of this run; a JSON file is imported for the length of the run.

    Raises ``ConnectorError`` where there is none, and ``InvalidRequest`` where a file is missing or breaks the format.
    """
    from support_connectors.serving import default_database
    from support_connectors.workspace.store import open_workspace

    path = default_database()
    if workspace is None and not path.exists():
        raise ConnectorError(
            "Nothing is connected, so there are no tickets to read. Add your systems with `customer-escalation connectors "
            "add`, load a workspace with `customer-escalation workspace load FILE.json`, name one with --workspace FILE, or "
            "try the sample with --sample."
        )
    try:
        return open_workspace(path) if workspace is None else named_store(Path(workspace))
    except WorkspaceError as error:
        raise InvalidRequest(str(error)) from error


def named_store(workspace: Path) -> "WorkspaceStore":
    """A workspace by its file. The sample is kept ready-made in the user's cache: no data of a customer ever is.

    Raises ``WorkspaceError``.
    """
    from support_connectors.workspace.cache import cached_workspace
    from support_connectors.workspace.store import workspace_from

    if workspace == sample_workspace():
        return cached_workspace(workspace, cache_folder())
    return workspace_from(workspace)


def cache_folder() -> Path:
    """Where what can be made again is kept: ``CUSTOMER_ESCALATION_CACHE``, else the user's cache folder."""
    chosen = os.environ.get("CUSTOMER_ESCALATION_CACHE")
    return Path(chosen) if chosen else user_cache_path(APP)


def _of_workspace(store: "WorkspaceStore") -> OpenedConnectors:
    from customer_escalation.connectors.adapter import ConnectionAdapter
    from skill_runtime.server_spec import ServerSpec
    from support_connectors.serving import local_tools

    specs: list[ServerSpec] = []
    states: list[ConnectorState] = []
    for category in WORKSPACE_CATEGORIES:
        state = store.connector_state(category)
        if state == "connected":
            specs.append(ServerSpec(category, category, local_tools(category, store.backend(category))))
        else:
            error = state.startswith("error")
            reason = state.partition(":")[2].strip() if error else ""
            states.append(ConnectorState(category, "error" if error else "not_connected", "", reason))
    return OpenedConnectors(
        specs, CATEGORY_TOOLS, ConnectionAdapter({}, ()), states, store.now, dict(store.policy or {}), lasts=store.lasts
    )


def _states(specs: "Sequence[ServerSpec]", left_out: Sequence[ConnectorState]) -> list[ConnectorState]:
    return [*(ConnectorState(spec.category, "connected", spec.label) for spec in specs), *left_out]
