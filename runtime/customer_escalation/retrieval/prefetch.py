"""The prefetch: deterministic searches of every connected category for the customers and the issue.

It runs before the model's first turn, so that the model starts from the records that anybody would look up first, and
it is all that the drafter without a model reads. It calls read tools only, and no more than ``MOST_CALLS``.

The order: what the request says, the accounts that it names, the best tickets whole, then what the leading tickets point
to: the same error codes and subject elsewhere, and the ids of tickets, tracker items and articles that anybody mentions; at
last everything of the time in question, where that is little, because the record that decides may share no word with the rest.
"""

import asyncio
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from customer_escalation.connectors.lookup import ReadTools
from customer_escalation.domain.categories import BY_ITEM, SOURCES
from customer_escalation.domain.evidence import Evidence, name_key
from customer_escalation.domain.evidence import field as text_field
from customer_escalation.domain.record_ids import mentions, searchable
from customer_escalation.domain.states import state_of
from customer_escalation.retrieval.relevance.index import Index
from customer_escalation.retrieval.relevance.marks import codes_in, ids_in
from customer_escalation.retrieval.relevance.naming import companies_in, customers_in, is_named
from skill_runtime.ledger import Ledger, Record
from skill_runtime.tools import Tool

MOST_CALLS = 60
"""Calls of one prefetch; what comes last in the order is left out first."""
TICKETS = SOURCES["support_platform"].first_look
"""Tickets taken from a search for the request."""
READ = 5
"""Tickets of the request's searches read whole."""
ALIKE = 4
"""Tickets of the searches by error code and subject read whole."""
ISSUES = 2
"""Tracker items with words of the symptom read whole."""
SOLVED = 1
"""Closed tickets with the same subject read whole."""
CUSTOMER_TICKETS = 6
"""Latest tickets listed of each customer that the request names."""
NAMED = 2
"""Accounts, and ids, that the request names and that are looked at closely."""
OTHERS = 6
"""Chat messages taken from each search."""
ARTICLES = 15
"""Latest articles listed by title, because the one that decides may share no word with the request."""
LISTED = 25
"""Records of a category that are listed whole; of more nothing is kept, because a choice by time alone is none."""
BEFORE = timedelta(days=14)
"""How long before the first leading ticket what is listed begins."""
SHORT = 8
"""Listed items of a kind that are also read whole."""
LEADS = 2
"""Tickets whose error codes, subject and id are looked for everywhere."""
TALKED = 3
"""Chat messages read with what stands around them, and further tickets looked for in chat."""
NAMED_ELSEWHERE = 6
"""Companies that somebody names and that nobody looked up, searched in a CRM that is too large to be listed."""
MENTIONED = 6
"""Items read because a ticket, a comment or a chat message names their id."""
_ID = re.compile(r"(?<![\w-])([A-Za-z][A-Za-z0-9]*)-(\d+)(?![\w-])")
SHARED_WORDS = 2
"""Telling words in common that make a ticket or tracker item worth reading whole."""
TITLE_WORDS = 3
"""The same for the words of a tracker item's title in what a leading ticket says."""
_READ_TOOLS = {kind: row.tool("read") for kind, row in BY_ITEM.items() if row.whole_by_read}


@dataclass(frozen=True)
class Fetch:
    """One call of the prefetch, for the person who watches."""

    tool: str
    query: str
    found: int
    error: str = ""
    total: int | None = None
    """So many there are, where the system says it and not all were taken."""


@dataclass(frozen=True)
class FoundMore:
    """A search or a list of which the best or newest were taken, and the rest was not looked at."""

    category: str
    query: str
    taken: int
    total: int | None
    """None where the system does not say how many there are."""


@dataclass(frozen=True)
class ListedWhole:
    """A category of which everything of a time was listed."""

    category: str
    since: date | None
    """None for all that there is."""
    count: int


OnFetch = Callable[[Fetch], None]
Call = tuple[str, dict[str, Any]]
Keep = Callable[[Sequence[str], str], bool]
"""Says of one name, among all that came with it, whether its record is wanted."""


@dataclass
class _Round:
    """What the calls of one round brought in, best first for each tool."""

    found: dict[str, list[Record]] = field(default_factory=dict)
    whole: dict[str, bool] = field(default_factory=dict)
    """Whether each tool gave all that there is."""

    def items(self, tool: str) -> list[Record]:
        return list({record.ref: record for record in self.found.get(tool, []) if record.parent is None}.values())


class Gatherer:
    """Runs the prefetch and puts what it finds into the ledger, in an order that does not depend on timing."""

    def __init__(self, tools: Iterable[Tool], ledger: Ledger, on_fetch: OnFetch) -> None:
        self._tools = ReadTools(tools)
        self._ledger = ledger
        self._on_fetch = on_fetch
        self._done: set[str] = set()
        self.listed: list[ListedWhole] = []
        """What was listed whole, for who goes on reading."""
        self.more: list[FoundMore] = []
        """What was not, and of which searches there is more."""

    async def gather(self, issue: str, evidence: Evidence) -> list[str]:
        """Search for the issue, read what it finds, then follow what it names; returns refs of the accounts named."""
        named_by_id = ids_in(issue)[:NAMED]
        first = await self._calls(
            *((row.tool("read"), {"id": name}) for name in named_by_id for row in SOURCES.values() if row.ids_named),
            *((row.tool("search"), {"query": issue, "limit": row.first_look}) for row in SOURCES.values()),
        )
        named = named_accounts(issue, evidence)
        tickets = [*await self._own_tickets(issue, named[:NAMED]), *first.items("search_tickets")]
        tickets = [*first.items("read_ticket"), *tickets]
        tickets = [ticket for ticket in tickets if ticket.data.get("kind") == "ticket"]  # not a foreign answer in prose
        chosen = _open_first(list({ticket.ref: ticket for ticket in tickets}.values()))[:READ]
        await self._read("ticket", [ticket.id for ticket in chosen])
        leads = self._leads(issue, chosen, evidence)
        await self._follow(issue, leads, first.items("search_issues"), evidence)
        await self._list("knowledge_base", None, ARTICLES)
        await self._list_around(leads, evidence)
        await self._accounts(evidence)
        return [account.ref for account in named]

    async def _own_tickets(self, issue: str, named: Sequence[Record]) -> list[Record]:
        """Tickets of the accounts that the request names: those that match it, then the latest open ones."""
        names = [(account, text_field(account, "name")) for account in named]
        own = await self._calls(
            *(("search_tickets", {"query": issue, "customer": name, "limit": TICKETS}) for _, name in names),
            *(("list_tickets", {"customer": name, "limit": CUSTOMER_TICKETS}) for _, name in names),
            *(("read_account", {"id": account.id}) for account, _ in names),
        )
        keys = {name_key(name) for _, name in names}
        found = [*own.items("search_tickets")[:3], *filter(_open, own.items("list_tickets"))]
        return [ticket for ticket in found if name_key(text_field(ticket, "customer")) in keys]

    def _leads(self, issue: str, chosen: Sequence[Record], evidence: Evidence) -> list[Record]:
        """The best ticket, open if there is one, and the next that shares an error code with it or words with the request."""
        index = Index(self._ledger, issue)
        ranked = [self._latest(ticket) for ticket in chosen]
        ranked = [ticket for ticket in ranked if _open(ticket)] or ranked
        first, rest = ranked[:1], ranked[1:]
        codes = {code for ticket in first for code in self._codes(ticket, evidence)}
        also = [
            ticket for ticket in rest
            if codes & set(self._codes(ticket, evidence))
            or len(index.words(issue) & index.words(text_field(ticket, "subject"))) >= SHARED_WORDS
        ]  # fmt: skip
        return [*first, *also][:LEADS]

    async def _follow(self, issue: str, leads: Sequence[Record], items: Sequence[Record], evidence: Evidence) -> None:
        """The leading tickets' symptom at other accounts, and whatever names them or is named by them."""
        calls: list[Call] = []
        for lead in leads:
            subject = text_field(lead, "subject")
            codes = " ".join(self._codes(lead, evidence))
            calls += [("search_tickets", {"query": query, "limit": TICKETS}) for query in (codes, subject) if query]
            calls += [
                (
                    "search_chat",
                    {"query": " ".join(filter(None, (searchable(lead.id), codes or subject))), "limit": OTHERS},
                ),
                ("search_issues", {"query": " ".join(filter(None, (searchable(lead.id), codes, subject))), "limit": 3}),
                ("search_articles", {"query": subject, "limit": 3}),
            ]
            calls += [("search_chat", {"query": f"{text_field(lead, 'customer')} {subject}", "limit": 3})]
        found = await self._calls(*calls)
        alike = found.items("search_tickets")
        index = Index(self._ledger, issue)
        symptom = index.words(" ".join([issue, *(text_field(lead, "subject") for lead in leads)]))
        codes_wanted = {code for lead in leads for code in self._codes(lead, evidence)}
        unread = [
            ticket for ticket in alike
            if not self._whole(ticket)
            and (codes_wanted & set(self._codes(ticket, evidence)) or len(symptom & index.of(ticket)) >= SHARED_WORDS)
        ]  # fmt: skip
        unread.sort(key=lambda ticket: -index.score(symptom, ticket))  # few are read; each query has its own order
        live = [ticket.id for ticket in unread if _open(ticket)]
        solved = [ticket.id for ticket in unread if not _open(ticket)]
        told = frozenset[str]().union(*map(index.of, leads))
        tracked = [
            item.id for item in [*found.items("search_issues"), *items]
            if len(symptom & index.of(item)) >= SHARED_WORDS
            or len(told & index.words(text_field(item, "title"))) >= TITLE_WORDS
        ]  # fmt: skip
        await self._mentioned(leads, evidence, most=MENTIONED - 2)
        await self._read("issue", tracked[:ISSUES])
        await self._read("ticket", [*live[:ALIKE], *solved[:SOLVED]])
        others = [ticket.id for ticket in evidence.of_kind("ticket") if _open(ticket) and self._whole(ticket)]
        others = [name for name in others if name not in {lead.id for lead in leads}]
        await self._calls(
            *(("search_chat", {"query": searchable(name), "limit": 3}) for name in others[:TALKED] if searchable(name))
        )
        await self._talk(leads, evidence)
        await self._mentioned(leads, evidence, most=2)

    async def _list_around(self, leads: Sequence[Record], evidence: Evidence) -> None:
        """Everything of a small store, of a large one what is from shortly before the leading tickets until now; and of what that
        brings up a little read whole.
        """
        began = [moment for lead in leads if (moment := evidence.at(lead))]
        if not began:
            return
        since = (min(began) - BEFORE).date()
        for row in SOURCES.values():
            if row.listed_around and not await self._list(row.id, None, LISTED):
                await self._list(row.id, since, LISTED)
        for kind in ("ticket", "issue", "article"):
            unread = [record.id for record in evidence.of_kind(kind) if not self._is_read(kind, record.id)]
            if len(unread) <= SHORT:
                await self._read(kind, unread)

    async def _list(self, category: str, since: date | None, most: int) -> bool:
        """Everything of a category since that day; nothing where there is more than ``most``, but for articles. Was it all?"""
        wanted = {"limit": most} | ({"since": since.isoformat()} if since else {})
        name = SOURCES[category].tool("list")
        found = await self._calls((name, wanted), whole=category != "knowledge_base")
        if whole := found.whole.get(name, False):
            self.listed.append(ListedWhole(category, since, len(found.items(name))))
        return whole

    async def _talk(self, leads: Sequence[Record], evidence: Evidence) -> None:
        """What was said around the latest chat messages that name a lead or its error code."""
        naming = [record for record in evidence.of_kind("chat_message") if self._points_at(record, leads, evidence)]
        naming.sort(key=lambda record: (str(evidence.at(record)), record.ref), reverse=True)
        await self._calls(*(("read_chat_message", {"id": record.id, "neighbours": 2}) for record in naming[:TALKED]))

    async def _mentioned(self, leads: Sequence[Record], evidence: Evidence, most: int) -> None:
        """Read items whose ids stand in the leads' threads, then in other records that name a lead or share its code."""
        near: list[Record] = [part for lead in leads for part in (self._latest(lead), *evidence.parts(lead))]
        for record in evidence.of_kind("chat_message", "issue", "comment", "message"):
            if record not in near and self._points_at(record, leads, evidence):
                near.append(record)
        homes = {evidence.item_of(record).ref: evidence.item_of(record) for record in near}
        kinds = self._kinds_by_prefix()
        wanted: dict[tuple[str, str], None] = {
            (str(home.data.get("kind")), home.id): None for home in homes.values() if home.data.get("kind") == "issue"
        }
        for record in near:
            for match in _ID.finditer(record.text):
                kind = kinds.get(match[1].casefold())
                if kind:
                    wanted.setdefault((kind, match.group()))
        unread = [(kind, name) for kind, name in wanted if not self._is_read(kind, name)]
        await self._calls(*((_READ_TOOLS[kind], {"id": name}) for kind, name in unread[:most]))

    def _points_at(self, record: Record, leads: Sequence[Record], evidence: Evidence) -> bool:
        """Whether a record names a lead or its error code."""
        return any(
            mentions(record.text, lead.id) or any(code in record.text for code in self._codes(lead, evidence))
            for lead in leads
        )

    async def _accounts(self, evidence: Evidence) -> None:
        """The accounts behind the open tickets that were read whole, as far as they are not known yet."""
        known = {name_key(text_field(account, "name")) for account in evidence.of_kind("account")}
        tickets = [ticket for ticket in evidence.of_kind("ticket") if self._whole(ticket) and _open(ticket)]
        names = dict.fromkeys(text_field(ticket, "customer") for ticket in tickets)
        calls = [
            ("search_accounts", {"query": name, "limit": 2}) for name in names if name and name_key(name) not in known
        ]
        await self._calls(*calls)
        await self._accounts_named(evidence)

    async def _accounts_named(self, evidence: Evidence) -> None:
        """The accounts that somebody names anywhere: of a small CRM out of its list, of a large one by a search for names of companies."""
        said = evidence.of_kind("message", "chat_message", "comment", "issue", "mail")
        text = "\n".join(record.text for record in said)
        listed = await self._calls(
            (SOURCES["crm"].tool("list"), {"limit": LISTED}),
            whole=True,
            keep=lambda names, name: is_named(name, text, names),
        )
        if listed.whole.get(SOURCES["crm"].tool("list"), False):
            return
        known = {name_key(text_field(account, "name")) for account in evidence.of_kind("account")}
        names = [name for name in companies_in(text) if name_key(name) not in known]
        await self._calls(
            *((SOURCES["crm"].tool("search"), {"query": name, "limit": 2}) for name in names[:NAMED_ELSEWHERE]),
            keep=lambda _, name: is_named(name, text),
        )

    def _shown(self, item: Record, evidence: Evidence) -> str:
        own = [text_field(item, "subject"), text_field(item, "title")]
        return "\n".join([*own, *(text_field(part, "text") for part in evidence.parts(item))])

    def _codes(self, ticket: Record, evidence: Evidence) -> list[str]:
        """Error codes of a ticket, without ids of records, which look alike."""
        prefixes = self._kinds_by_prefix()
        return sorted(codes_in(self._shown(ticket, evidence), frozenset(prefixes)))[:3]

    def _kinds_by_prefix(self) -> dict[str, str]:
        """``{"tck": "ticket"}`` where tickets are called TCK-1, TCK-2."""
        found: dict[str, str] = {}
        for record in self._ledger.records.values():
            match = _ID.fullmatch(record.id)
            if match and str(record.data.get("kind")) in _READ_TOOLS:
                found.setdefault(match[1].casefold(), str(record.data.get("kind")))
        return found

    def _latest(self, record: Record) -> Record:
        return self._ledger.get(record.ref) or record

    def _whole(self, ticket: Record) -> bool:
        return self._is_read("ticket", ticket.id)

    def _is_read(self, kind: str, name: str) -> bool:
        return _key((_READ_TOOLS[kind], {"id": name})) in self._done

    async def _read(self, kind: str, names: Sequence[str]) -> None:
        await self._calls(*((_READ_TOOLS[kind], {"id": name}) for name in names))

    async def _calls(self, *calls: Call, whole: bool = False, keep: Keep | None = None) -> _Round:
        """Run the calls whose tool exists and that were not made before, all at once, within ``MOST_CALLS``.

        Results enter the ledger in the order given; with ``whole`` only those that are all that there is, with ``keep`` only those of
        whose name, among all names that came, it says so.
        """
        distinct = {_key(call): call for call in calls if call[0] in self._tools and _key(call) not in self._done}
        allowed = dict(list(distinct.items())[: MOST_CALLS - len(self._done)])
        self._done.update(allowed)
        for name, arguments in (call for key, call in distinct.items() if key not in allowed):
            self._on_fetch(Fetch(name, _asked(arguments), 0, f"not asked: {MOST_CALLS} calls are the most"))
        uses = [
            (name, arguments, tool, given)
            for name, arguments in allowed.values() for tool, given in self._tools.calls(name, arguments)
        ]  # fmt: skip
        outcomes = await asyncio.gather(*(tool.run(given) for _, _, tool, given in uses))
        result = _Round()
        for (name, arguments, tool, _), outcome in zip(uses, outcomes, strict=True):
            answer = outcome.structured if not outcome.is_error else None
            complete = answer is not None and answer.get("next_cursor", "") is None
            result.whole[name] = result.whole.get(name, True) and complete
            answer = _kept(answer, keep) if answer is not None and keep is not None else answer
            records = self._ledger.add(answer) if answer and (complete or not whole) else []
            items = [record for record in records if record.parent is None or name.startswith("search")]
            result.found.setdefault(name, []).extend(items)
            total = None
            if answer and records and answer.get("next_cursor"):
                total = said if isinstance(said := answer.get("total"), int) else None
                self.more.append(FoundMore(tool.category, _asked(arguments), len(answer.get("items", ())), total))
            self._on_fetch(Fetch(name, _asked(arguments), len(items), outcome.text if outcome.is_error else "", total))
        return result


def _kept(answer: Mapping[str, Any], keep: Keep) -> dict[str, Any]:
    """The answer with those of its items alone whose names are to be kept."""
    items = [one for one in answer.get("items", ()) if isinstance(one, Mapping)]
    names = [str(one.get("name", "")) for one in items]
    return {**answer, "items": [one for one, name in zip(items, names, strict=True) if name and keep(names, name)]}


def _key(call: Call) -> str:
    return repr(call).casefold()


def _asked(arguments: Mapping[str, Any]) -> str:
    return str(arguments.get("query") or arguments.get("customer") or arguments.get("id") or "")


def _open(ticket: Record) -> bool:
    # A ticket whose state nobody knows is read like an open one: passing over somebody who waits costs more than a call.
    return state_of(ticket) != "closed"


def _open_first(tickets: Sequence[Record]) -> list[Record]:
    """Open tickets, then closed ones, each in the order given."""
    return sorted(tickets, key=lambda ticket: not _open(ticket))


def named_accounts(issue: str, evidence: Evidence) -> list[Record]:
    """The CRM accounts whose name occurs in the request, the longest names first."""
    accounts = evidence.of_kind("account")
    keys, _ = customers_in(issue, [text_field(account, "name") for account in accounts])
    named = [account for account in accounts if name_key(text_field(account, "name")) in keys]
    return sorted(named, key=lambda account: -len(text_field(account, "name")))[:4]
