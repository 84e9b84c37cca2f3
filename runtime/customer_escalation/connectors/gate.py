"""Which tools of which servers a run may use: the access table, a person's word, and the definitions as they were trusted."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from customer_escalation.connectors.known import KnownServer
from customer_escalation.connectors.tool_access import CATEGORY_TOOLS
from skill_runtime.permission import Admitted, Offered, ToolPolicy
from skill_runtime.tools import Access
from skill_runtime.trust import PinnedAccess, TrustStore, verdict

UNCLASSIFIED = "no table says whether it reads or writes"
_ACCESS: dict[PinnedAccess, Access] = {"read": Access.READ, "write": Access.WRITE, "denied": Access.DENIED}


@dataclass(frozen=True)
class Guarded:
    """A server that is not ours, as the gate knows it."""

    identity: str
    known: KnownServer | None = None

    @property
    def categories(self) -> frozenset[str]:
        """Categories that some of its tools answer for beside its own."""
        return frozenset(self.known.categories.values()) if self.known else frozenset()

    @property
    def policy(self) -> ToolPolicy:
        """Its rows of the known servers' table, then the rows of our category servers, whose tools others may offer too."""
        return self.known.policy.over(CATEGORY_TOOLS) if self.known else CATEGORY_TOOLS


class TrustGate:
    """``Gatekeeper`` of a run: our own servers by the table alone, others by the table and by trust."""

    def __init__(self, trust: TrustStore, guarded: Mapping[str, Guarded], *, pins: bool = True) -> None:
        """``guarded`` are the servers that are not ours, by label; ``pins`` trusts the tools of one met for the first time."""
        self._trust = trust
        self._guarded = guarded
        self._pins = pins

    def admit(self, label: str, category: str, offered: Sequence[Offered]) -> Sequence[Admitted]:
        """See ``Gatekeeper``."""
        server = self._guarded.get(label)
        if server is None:
            return CATEGORY_TOOLS.admit(label, category, offered)
        if self._pins and offered and not self._trust.met(label, server.identity):
            self._trust.pin(label, server.identity, offered)
        pinned = self._trust.pinned(label, server.identity)
        decided = []
        for tool in offered:
            place = server.known.category_of(tool.name, category) if server.known else category
            stand = verdict(tool, pinned)
            if stand != "same":
                why = (
                    "it is new since the server was trusted"
                    if stand == "new"
                    else "its definition changed since it was trusted"
                )
                known = pinned.get(tool.name)
                meant = _decide(tool, place, known.decision if known else None, server.policy)
                decided.append(Admitted(tool.name, Access.DENIED, place, why, meant.access is Access.READ))
                continue
            decided.append(_decide(tool, place, pinned[tool.name].decision, server.policy))
        return decided

    def as_trusted(self, label: str, category: str, offered: Sequence[Offered]) -> Sequence[Admitted]:
        """The decisions as they would be if these definitions were trusted."""
        server = self._guarded[label]
        pinned = self._trust.pinned(label, server.identity)
        return [
            _decide(
                tool,
                server.known.category_of(tool.name, category) if server.known else category,
                pinned[tool.name].decision if tool.name in pinned else None,
                server.policy,
            )
            for tool in offered
        ]


def _decide(tool: Offered, category: str, decision: PinnedAccess | None, policy: ToolPolicy) -> Admitted:
    """A person's word, else the table; the server's own annotations may only tighten either."""
    if decision is not None:
        policy = ToolPolicy({f"{category}.{_literal(tool.name)}": _ACCESS[decision]})
    access = policy.access(category, tool.name, read_only=tool.read_only, destructive=tool.destructive)
    why = ""
    if access is Access.DENIED:
        why = "you denied it" if decision == "denied" else _denied_by(policy, category, tool.name)
    return Admitted(tool.name, access, category, why)


def _denied_by(policy: ToolPolicy, category: str, tool: str) -> str:
    return "the table of known servers denies it" if policy.names(category, tool) else UNCLASSIFIED


def _literal(name: str) -> str:
    """A glob that matches this name alone."""
    return "".join(f"[{letter}]" if letter in "*?[" else letter for letter in name)
