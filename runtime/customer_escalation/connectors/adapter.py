"""What stands between a run and its servers: foreign results become records, two systems of one category stay apart, and every
record passes the border (``normalize.typed``).

Where several servers answer for one category, the ids of their records begin with the server's name: ``tracker:17`` of one and
``github:17`` of the other are two issues. The name is taken off again before a server is asked.
"""

from collections.abc import Callable, Collection, Mapping
from typing import TYPE_CHECKING, Any

from customer_escalation.connectors.normalize import adopt_outcome
from customer_escalation.connectors.normalize.failures import failure_in, with_kind
from customer_escalation.connectors.normalize.typed import typed
from skill_runtime.ledger import JsonObject
from skill_runtime.tools import ToolReturn
from support_connectors.rendering import render_result

if TYPE_CHECKING:
    from customer_escalation.connectors.gate import Guarded
    from skill_runtime.server_spec import ServerSpec

MOST_OF_A_REASON = 300
"""Characters of a server's own words about a failure."""


class ConnectionAdapter:
    """``Adapter`` of a run."""

    def __init__(self, guarded: "Mapping[str, Guarded]", shared: Collection[str]) -> None:
        """``guarded`` are the servers that are not ours; ``shared`` the categories that several servers answer for."""
        self._guarded = guarded
        self._shared = frozenset(shared)

    def before(self, spec: "ServerSpec", tool: str, arguments: JsonObject) -> JsonObject:
        """See ``Adapter``."""
        category = self._category(spec, tool)
        if category not in self._shared and spec.label not in self._guarded:
            return arguments
        changed: JsonObject = _each_text(arguments, lambda text: _own_id(text, category, spec.label))
        return changed

    def after(self, spec: "ServerSpec", tool: str, arguments: JsonObject, outcome: ToolReturn) -> ToolReturn:
        """See ``Adapter``."""
        if outcome.is_error:
            return with_kind(outcome)
        category = self._category(spec, tool)
        if failure := failure_in(outcome.structured, outcome.text):
            sentence = f"{tool} of {spec.label} failed: {failure[:MOST_OF_A_REASON].rstrip('.')}."
            return with_kind(ToolReturn(sentence, is_error=True))
        if spec.label in self._guarded:
            outcome = adopt_outcome(category, tool, outcome, arguments)
        elif outcome.structured is not None:
            kept = typed(outcome.structured, category)
            outcome = outcome if kept == outcome.structured else outcome.retold(render_result(kept), kept)
        if category in self._shared and outcome.structured is not None:
            named = _named(outcome.structured, category, spec.label)
            outcome = outcome.retold(render_result(named), named)
        return outcome

    def _category(self, spec: "ServerSpec", tool: str) -> str:
        server = self._guarded.get(spec.label)
        return server.known.category_of(tool, spec.category) if server and server.known else spec.category


def _own_id(text: str, category: str, label: str) -> str:
    """An id as the server itself knows it."""
    return text.removeprefix(f"{category}/").removeprefix(f"{label}:")


def _each_text(value: Any, change: Callable[[str], str]) -> Any:
    if isinstance(value, str):
        return change(value)
    if isinstance(value, list):
        return [_each_text(item, change) for item in value]
    return {key: _each_text(item, change) for key, item in value.items()} if isinstance(value, dict) else value


def _named(value: Any, category: str, label: str) -> Any:
    """A copy in which the records' ids begin with the server's name."""
    if isinstance(value, list):
        return [_named(item, category, label) for item in value]
    if not isinstance(value, dict):
        return value
    copy = {key: _named(item, category, label) for key, item in value.items()}
    if not isinstance(copy.get("ref"), str):
        return copy
    for key in ("ref", "parent"):
        if isinstance(copy.get(key), str) and copy[key].startswith(f"{category}/"):
            copy[key] = f"{category}/{label}:{copy[key].removeprefix(f'{category}/')}"
    if isinstance(copy.get("id"), str):
        copy["id"] = f"{label}:{copy['id']}"
    return copy
