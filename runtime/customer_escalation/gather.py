"""The prefetch: deterministic searches of every connected category for the customers and the issue.

It runs before the model's first turn, so that the model starts from the records that anybody would look up first, and
it is all that the drafter without a model reads. It calls read tools only.
"""

import asyncio
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from customer_escalation.evidence import Evidence, field, name_key
from skill_runtime.ledger import Ledger, Record
from skill_runtime.tools import Tool

TICKETS = 8
"""Tickets read whole from the first search."""
CUSTOMER_TICKETS = 6
"""Latest tickets read whole of each customer that the request names."""
OTHERS = 6
"""Chat messages, issues and articles taken from each search."""
ARTICLES = 15
"""Latest articles listed by title, because the one that decides may share no word with the request."""
FOLLOWED = 4
"""Tickets whose subject and id are looked for in chat, tracker and articles."""
CLOSED = frozenset({"solved", "closed", "resolved"})


@dataclass(frozen=True)
class Fetch:
    """One call of the prefetch, for the person who watches."""

    tool: str
    query: str
    found: int
    error: str = ""


OnFetch = Callable[[Fetch], None]


class Gatherer:
    """Runs the prefetch and puts what it finds into the ledger, in an order that does not depend on timing."""

    def __init__(self, tools: Iterable[Tool], ledger: Ledger, on_fetch: OnFetch) -> None:
        self._tools: Mapping[str, Tool] = {tool.remote_name or tool.spec.name: tool for tool in tools}
        self._ledger = ledger
        self._on_fetch = on_fetch

    async def gather(self, issue: str, evidence: Evidence) -> list[str]:
        """Search for the issue, read what it finds, then follow what it names; returns refs of the accounts named."""
        await self._calls(
            ("search_accounts", {"query": issue, "limit": 10}),
            ("search_tickets", {"query": issue, "limit": TICKETS}),
            ("search_chat", {"query": issue, "limit": OTHERS}),
            ("search_issues", {"query": issue, "limit": OTHERS}),
            ("search_articles", {"query": issue, "limit": OTHERS}),
        )
        found = evidence.of_kind("ticket")[:TICKETS]
        named = named_accounts(issue, evidence)
        await self._calls(
            *(("list_tickets", {"customer": field(account, "name"), "limit": CUSTOMER_TICKETS}) for account in named),
            *(("read_account", {"id": account.id}) for account in named),
        )
        own = [
            ticket for ticket in evidence.of_kind("ticket")
            if name_key(field(ticket, "customer")) in {name_key(field(account, "name")) for account in named}
            and field(ticket, "status").casefold() not in CLOSED
        ]  # fmt: skip
        tickets = list(dict.fromkeys(ticket.ref for ticket in [*found, *own[:CUSTOMER_TICKETS]]))
        ids = [ref.partition("/")[2] for ref in tickets]
        issues = [issue_record.id for issue_record in evidence.of_kind("issue")][:OTHERS]
        await self._calls(
            *(("read_ticket", {"id": ticket_id}) for ticket_id in ids),
            *(("read_issue", {"id": issue_id}) for issue_id in issues),
        )
        await self._follow(evidence, tickets)
        return [account.ref for account in named]

    async def _follow(self, evidence: Evidence, tickets: Sequence[str]) -> None:
        """Look for the tickets' ids and subjects elsewhere, and for the accounts that own them."""
        followed = [ticket for ref in tickets if (ticket := self._ledger.get(ref))]
        customers = list(dict.fromkeys(field(ticket, "customer") for ticket in followed if field(ticket, "customer")))
        known = {name_key(field(account, "name")) for account in evidence.of_kind("account")}
        seen = {record.ref for record in evidence.of_kind("issue")}
        calls: list[tuple[str, dict[str, Any]]] = [
            ("search_accounts", {"query": name, "limit": 3}) for name in customers if name_key(name) not in known
        ]
        for ticket in followed[:FOLLOWED]:
            query = f"{ticket.id} {field(ticket, 'subject')}"
            calls += [
                ("search_chat", {"query": query, "limit": OTHERS}),
                ("search_issues", {"query": query, "limit": 3}),
                ("search_articles", {"query": field(ticket, "subject"), "limit": 3}),
            ]
        await self._calls(*calls, ("list_articles", {"limit": ARTICLES}))
        new = [record.id for record in evidence.of_kind("issue") if record.ref not in seen][:OTHERS]
        await self._calls(*(("read_issue", {"id": issue_id}) for issue_id in new))

    async def _calls(self, *calls: tuple[str, dict[str, Any]]) -> None:
        """Run the calls whose tool exists, all at once; results enter the ledger in the order given."""
        distinct = list({repr(call): call for call in calls if call[0] in self._tools}.values())
        outcomes = await asyncio.gather(*(self._tools[name].run(arguments) for name, arguments in distinct))
        for (name, arguments), outcome in zip(distinct, outcomes, strict=True):
            records = self._ledger.add(outcome.structured) if outcome.structured and not outcome.is_error else []
            query = str(arguments.get("query") or arguments.get("customer") or arguments.get("id") or "")
            items = [record for record in records if record.parent is None or name.startswith("search")]
            self._on_fetch(Fetch(name, query, len(items), outcome.text if outcome.is_error else ""))


def named_accounts(issue: str, evidence: Evidence) -> list[Record]:
    """The CRM accounts whose name occurs in the request, the longest names first."""
    text = name_key(issue)
    named = [
        account for account in evidence.of_kind("account")
        if (name := name_key(field(account, "name"))) and re.search(rf"(?<!\w){re.escape(name)}(?!\w)", text)
    ]  # fmt: skip
    if not named:
        named = [account for account in evidence.of_kind("account") if _first_word_named(account, text)]
    return sorted(named, key=lambda account: -len(field(account, "name")))[:4]


def _first_word_named(account: Record, text: str) -> bool:
    """A distinctive first word counts when the whole name does not occur: "Metro" for "Metro Freight Ltd"."""
    words = name_key(field(account, "name")).split()
    return bool(words) and len(words[0]) > 3 and bool(re.search(rf"(?<!\w){re.escape(words[0])}(?!\w)", text))
