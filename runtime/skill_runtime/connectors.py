"""Connector categories, how their servers are doing, and what a run has to do without. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

ConnectorStatus = Literal["connected", "not_connected", "error"]


@dataclass(frozen=True)
class CategoryNeed:
    """A kind of system that a skill asks for, whatever product stands behind it."""

    id: str
    """As in refs and policy rows: ``team_calendar``."""
    title: str
    """As people say it and as ``~~placeholders`` spell it: ``team calendar``."""
    required: bool = False
    """A run cannot start without it."""


@dataclass(frozen=True)
class ConnectorState:
    """How one server (or a category without any) is doing."""

    category: str
    status: ConnectorStatus
    label: str = ""
    """The server's label; empty where no server is set up."""
    reason: str = ""
    """Why it is not connected: a sentence's end, fit to follow ``calendar: ``. Of a connected one, what failed all the same."""


@dataclass(frozen=True)
class Gap:
    """Something that the run cannot see, and why (G3: each is named)."""

    category: str
    reason: str
    partly: bool = False
    """The category was read all the same, as far as the reason lets it."""


@dataclass(frozen=True)
class Preflight:
    """What is there and what is not, before anything is asked."""

    connected: tuple[str, ...]
    """Ids of the categories with at least one working server."""
    missing_required: tuple[CategoryNeed, ...]
    """Required categories that nothing serves: the run must not start."""
    gaps: tuple[Gap, ...]
    """Every category without a working server, and every server that failed beside a working one."""


def preflight(categories: Sequence[CategoryNeed], states: Iterable[ConnectorState]) -> Preflight:
    """Compare what a skill asks for with what its servers give.

    Gaps come in the order of ``categories``. A category that no state mentions is not connected; states of categories
    that the skill does not ask for are ignored.
    """
    by_category: dict[str, list[ConnectorState]] = {}
    for state in states:
        by_category.setdefault(state.category, []).append(state)
    connected: list[str] = []
    missing: list[CategoryNeed] = []
    gaps: list[Gap] = []
    for category in categories:
        seen = by_category.get(category.id, [])
        failed = [state for state in seen if state.status == "error"]
        if any(state.status == "connected" for state in seen):
            connected.append(category.id)
            gaps += [Gap(category.id, f"server {state.label} failed: {state.reason}", partly=True) for state in failed]
            gaps += [Gap(category.id, state.reason, partly=True) for state in seen if _troubled(state)]
            continue
        if category.required:
            missing.append(category)
        reasons = [state.reason for state in failed or seen if state.reason]
        gaps.append(Gap(category.id, "; ".join(reasons) or "not connected"))
    return Preflight(tuple(connected), tuple(missing), tuple(gaps))


def _troubled(state: ConnectorState) -> bool:
    return state.status == "connected" and bool(state.reason)
