"""The suite: what ``connectors test`` runs and what a backend's own tests run."""

import secrets
from collections.abc import Sequence
from typing import Any

from support_connectors.categories import Category
from support_connectors.contract.reads import Reads
from support_connectors.contract.report import Call, ContractReport, NothingToTry, ToolFacts
from support_connectors.contract.shapes import SHAPES
from support_connectors.contract.writes import Writes


async def run_suite(
    category: Category, call: Call, tools: Sequence[ToolFacts], *, writes: bool = False, target: str | None = None
) -> ContractReport:
    """Check one server of a category.

    With ``writes`` it also writes a few texts, into the item ``target`` (an id; the first listed item by default), and
    changes a ticket's status and sets it back. The report says what was checked; nothing is raised for a server's faults.
    """
    report = ContractReport(category)
    shape = SHAPES[category]
    reads = Reads(call, shape, category, report)
    whole = await reads.run(tools)
    offered = {tool.name for tool in tools}
    if not writes or shape.write is None:
        return report
    place: dict[str, Any] = {}
    with report.check("there is something to write to"):
        if shape.write.tool not in offered:
            raise NothingToTry(f"the server has no tool {shape.write.tool}")
        if target is not None:
            place = await reads.read(target)
        elif whole:
            place = whole[0]
        else:
            raise NothingToTry("nothing could be read, so there is no item to write to")
    if place:
        writing = Writes(call, shape, shape.write, report, secrets.token_hex(4))
        await writing.run(place)
        if shape.sets_status in offered:
            await writing.change_status(place)
    return report
