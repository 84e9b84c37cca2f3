"""Cited records, read again through the connectors: what an assistant says that it read is looked at by code."""

import asyncio
import re
from collections.abc import Iterable

from customer_escalation.connectors.lookup import ReadTools
from customer_escalation.domain.categories import SOURCES
from skill_runtime.ledger import Ledger
from skill_runtime.tools import Tool

MOST_READ = 60
"""Items read again for one check."""
MOST_TRIED = 3
"""Ids tried for one citation."""
_PART = re.compile(r"(?P<item>.+?)[-#:./](?=[^-#:./]*\Z)")


async def read_again(cites: Iterable[str], ledger: Ledger, tools: Iterable[Tool]) -> list[str]:
    """Read the items behind citations that the ledger does not hold whole; returns those that were not found, or not looked for because
    they are too many.

    A part's id (a message's, a comment's) names its item in most systems, so beginnings of it are tried too.
    """
    reading = ReadTools(tools)
    wanted = [cite for cite in dict.fromkeys(cites) if "/" in cite and ledger.resolve(cite) is None]
    tries = {cite: _ids(cite) for cite in wanted[:MOST_READ]}
    for turn in range(MOST_TRIED):
        calls = []
        for cite, ids in tries.items():
            source = SOURCES.get(cite.partition("/")[0])
            name = source.tool("read") if source else ""
            if ledger.resolve(cite) is None and turn < len(ids) and name in reading:
                calls += reading.calls(name, {"id": ids[turn]})
        for outcome in await asyncio.gather(*(tool.run(given) for tool, given in calls)):
            if outcome.structured and not outcome.is_error:
                ledger.add(outcome.structured)
    return [cite for cite in wanted if ledger.resolve(cite) is None]


def _ids(cite: str) -> list[str]:
    """The id itself, then its beginnings, the longest first."""
    ids = [cite.partition("/")[2]]
    while len(ids) < MOST_TRIED and (match := _PART.match(ids[-1])):
        ids.append(match["item"])
    return ids
