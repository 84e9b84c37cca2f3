"""A look at an escalation's own tickets and tracker items as they are now. Nothing is written: the journal stays as it was."""

from dataclasses import dataclass

from customer_escalation.cases.connection import Systems, rest_gaps
from customer_escalation.cases.rereading import read_again
from customer_escalation.decision.rules.stated import cites_of
from customer_escalation.followups.standing import Standing
from skill_runtime.ledger import JsonObject, Ledger


@dataclass(frozen=True)
class Look:
    """What was read."""

    results: tuple[JsonObject, ...]
    """As the tools gave them."""
    missing: tuple[str, ...]
    """Refs that could not be read now."""
    gaps: tuple[str, ...]
    """What could not be read at all, or not to its end, in sentences."""

    @property
    def problems(self) -> tuple[str, ...]:
        """What was not read, in sentences."""
        gone = f"These could not be read again: {', '.join(self.missing)}." if self.missing else ""
        return (*self.gaps, *([gone] if gone else ()))


def own_items(standing: Standing) -> list[str]:
    """Refs of the affected accounts' tickets about the issue, of the tracker items that the brief or the facts cite, and of those
    that it filed or commented on.
    """
    inputs = standing.inputs
    if inputs is None:
        return []
    tickets = [ref for account in inputs.affected for ref in account.tickets]
    cited = [*standing.result.data.get("citations", ()), *cites_of(inputs.facts)]
    records, _ = inputs.evidence.resolve(cited)
    items = [inputs.evidence.item_of(record).ref for record in records]
    tracked = [ref for ref in items if ref.startswith("project_tracker/")]
    return list(dict.fromkeys([*tickets, *tracked, *standing.joined]))


async def look_at(standing: Standing, systems: Systems) -> Look:
    """Read the escalation's own items again. Raises ``ConnectorError`` where nothing can be read at all."""
    connection, ledger = await systems.connection(), Ledger()
    missing = await read_again(own_items(standing), ledger, connection.tools)
    gaps = (*connection.gaps(), *rest_gaps(ledger.records.values()))
    return Look(tuple(ledger.results), tuple(missing), gaps)
