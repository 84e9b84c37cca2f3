"""The prefetch: what it looks for, in which order, and where it stops."""

import asyncio
import re
from datetime import date
from typing import Any

import pytest
from tests.customer_escalation.casebook import ALL, account, article, chat, comment, issue, message, ticket

from customer_escalation.domain.evidence import Evidence
from customer_escalation.retrieval import prefetch
from customer_escalation.retrieval.prefetch import MOST_CALLS, Fetch, FoundMore, Gatherer
from skill_runtime.ledger import Ledger
from skill_runtime.tools import Access, Tool, ToolReturn, ToolSpec

KINDS = {"ticket": "tickets", "account": "accounts", "chat_message": "chat", "issue": "issues", "article": "articles"}
REQUEST = "Label printing stops for Vale Foods"


class Desk:
    """Tools over a list of records: a search finds items with any of its words, most of them first."""

    def __init__(self, *records: dict[str, Any]) -> None:
        self.records = records
        self.calls: list[tuple[str, dict[str, Any]]] = []

    def tools(self, *left_out: str) -> list[Tool]:
        names = [f"search_{plural}" for plural in KINDS.values()]
        names += [
            "list_tickets",
            "list_chat_messages",
            "list_issues",
            "list_articles",
            "list_accounts",
            "read_ticket",
            "read_issue",
            "read_article",
            "read_account",
            "read_chat_message",
        ]
        return [self.tool(name) for name in names if name not in left_out]

    def tool(self, name: str) -> Tool:
        async def run(arguments: dict[str, Any]) -> ToolReturn:
            self.calls.append((name, arguments))
            items = self.answer(name, arguments)
            total = len(self.answer(name, {**arguments, "limit": 1000}))
            rest = not name.startswith("read_") and total > len(items)
            return ToolReturn("", {"items": items, "next_cursor": "more" if rest else None, "total": total})

        return Tool(ToolSpec(name, "", {}), Access.READ, run, "support_platform" if "ticket" in name else "")

    def answer(self, name: str, arguments: dict[str, Any]) -> list[dict[str, Any]]:
        action, _, what = name.partition("_")
        if action == "read":
            return [record for record in self.records if record["id"].casefold() == arguments["id"].casefold()]
        kind = next(kind for kind, plural in KINDS.items() if plural == what.partition("_")[0])
        found = [record for record in self.records if record["kind"] == kind]
        if arguments.get("since"):
            found = [record for record in found if record.get("created_at", record.get("at", "")) >= arguments["since"]]
        if arguments.get("customer"):
            found = [record for record in found if record["customer"] == arguments["customer"]]
        if action == "search":
            wanted = set(re.findall(r"\w+", arguments["query"].casefold()))
            ranked = [(len(wanted & set(re.findall(r"\w+", str(record).casefold()))), record) for record in found]
            found = [record for hits, record in sorted(ranked, key=lambda pair: -pair[0]) if hits]
        return found[: arguments.get("limit", 10)]

    def read(self, tool: str) -> set[str]:
        return {arguments["id"] for name, arguments in self.calls if name == tool}


def gather(desk: Desk, request: str = REQUEST, *left_out: str) -> list[Fetch]:
    return gathered(desk, request, *left_out)[0]


def gathered(desk: Desk, request: str = REQUEST, *left_out: str) -> tuple[list[Fetch], Gatherer, Ledger]:
    ledger = Ledger()
    fetches: list[Fetch] = []
    gatherer = Gatherer(desk.tools(*left_out), ledger, fetches.append)
    asyncio.run(gatherer.gather(request, Evidence(ledger, ALL)))
    return fetches, gatherer, ledger


def thread(number: str, customer: str, subject: str, *texts: str, **more: Any) -> dict[str, Any]:
    messages = [message(number, at, "2026-03-03T08:00:00Z", "customer", text) for at, text in enumerate(texts, 1)]
    return ticket(number, customer, "2026-03-03T08:00:00Z", *messages, subject=subject, **more)


LEAD = thread(
    "T-10", "Vale Foods", "Label printing stops after three pages", "The log says PRN_4410. See DEV-7 and G-3."
)


def test_the_same_error_code_is_looked_for_at_other_accounts_and_read_whole() -> None:
    desk = Desk(
        LEAD, account("A-1", "Vale Foods"), thread("T-11", "Harbour Mills", "Blank tags", "PRN_4410 in the log.")
    )
    gather(desk)
    assert any(arguments.get("query") == "PRN_4410" for name, arguments in desk.calls if name == "search_tickets")
    assert {"T-10", "T-11"} <= desk.read("read_ticket")


def test_accounts_of_further_customers_are_looked_up() -> None:
    desk = Desk(LEAD, account("A-1", "Vale Foods"), account("A-2", "Harbour Mills"),
                thread("T-11", "Harbour Mills", "Blank tags", "PRN_4410 in the log."))  # fmt: skip
    gather(desk)
    assert "Harbour Mills" in {arguments["query"] for name, arguments in desk.calls if name == "search_accounts"}


def test_items_that_the_ticket_names_by_id_are_read() -> None:
    desk = Desk(
        LEAD, account("A-1", "Vale Foods"), issue("DEV-1", "Old", "Done", "2026-01-01T00:00:00Z"),
        issue("DEV-7", "Spooler", "Open", "2026-03-03T09:00:00Z"), article("G-3", "Spooler", "Restart."),
        article("G-1", "Label printing", "Choose a tray."),
        chat("C-1", "2026-03-03T09:00:00Z", "T-10 looks like T-12 to me."),
        thread("T-12", "Orchard Bank", "Odd noise", "It hums."),
    )  # fmt: skip
    gather(desk, "Label printing stops, spooler DEV, for Vale Foods")
    assert "DEV-7" in desk.read("read_issue")
    assert "G-3" in desk.read("read_article")
    assert "T-12" in desk.read("read_ticket")


def test_a_tracker_item_that_names_the_ticket_is_read_whole() -> None:
    item = issue(
        "DEV-9", "Spooler", "Open", "2026-03-03T09:00:00Z", comment("DEV-9", 1, "2026-03-03T10:00:00Z", "T-10 has it.")
    )
    desk = Desk(thread("T-10", "Vale Foods", "Label printing stops", "It stops."), account("A-1", "Vale Foods"), item)
    gather(desk)
    assert "DEV-9" in desk.read("read_issue")


def test_what_was_said_around_a_message_that_names_the_lead_is_read() -> None:
    desk = Desk(LEAD, account("A-1", "Vale Foods"), chat("C-1", "2026-03-03T09:00:00Z", "Anybody for T-10?"))
    gather(desk)
    assert desk.read("read_chat_message") == {"C-1"}


def test_another_matter_of_the_same_customer_is_not_followed() -> None:
    other = thread("T-20", "Vale Foods", "Invoice address", "Please change it.")
    desk = Desk(LEAD, other, account("A-1", "Vale Foods"))
    gather(desk)
    queries = [
        arguments["query"] for name, arguments in desk.calls if name.startswith("search") and "query" in arguments
    ]
    assert not any("Invoice" in query for query in queries)


def test_a_closed_ticket_that_looks_alike_is_read_too() -> None:
    solved = [thread(f"S-{number}", "Orchard Bank", "Label printing stops after a page", "It stops.", status="solved")
              for number in range(9)]  # fmt: skip
    desk = Desk(LEAD, account("A-1", "Vale Foods"), *solved)
    gather(desk)
    assert desk.read("read_ticket") & {ticket_["id"] for ticket_ in solved}


def test_of_a_small_store_everything_is_listed_and_read_though_it_shares_no_word_with_the_request() -> None:
    desk = Desk(
        LEAD, account("A-1", "Vale Foods"), issue("DEV-2", "Queue drained twice", "Open", "2025-01-03T09:00:00Z"),
        chat("C-4", "2026-02-20T09:00:00Z", "Old firmware again, whoever has it."), article("G-9", "Trays", "Choose one."),
        thread("T-30", "Orchard Bank", "Odd noise", "It hums."),
    )  # fmt: skip
    _, gatherer, ledger = gathered(desk)
    assert [(one.category, one.since, one.count) for one in gatherer.listed] == [
        ("knowledge_base", None, 1), ("support_platform", None, 2), ("chat", None, 1), ("project_tracker", None, 1),
    ]  # fmt: skip
    assert {"chat/C-4", "project_tracker/DEV-2"} <= ledger.records.keys()
    assert (desk.read("read_issue"), desk.read("read_article")) == ({"DEV-2"}, {"G-9"})
    assert "T-30" in desk.read("read_ticket")


def test_of_a_large_store_the_time_in_question_is_listed_and_nothing_where_that_is_much_too() -> None:
    old = [chat(f"C-{number}", "2024-02-20T09:00:00Z", "Long ago.") for number in range(60)]
    late = chat("C-99", "2026-02-27T09:00:00Z", "Old firmware again.")
    busy = [issue(f"DEV-{number}", "Queue", "Open", "2026-03-01T09:00:00Z") for number in range(60)]
    _, gatherer, ledger = gathered(Desk(LEAD, account("A-1", "Vale Foods"), *old, late, *busy))
    assert ("chat", date(2026, 2, 17), 1) in [(one.category, one.since, one.count) for one in gatherer.listed]
    assert "project_tracker" not in [one.category for one in gatherer.listed]
    assert "chat/C-99" in ledger.records
    assert "chat/C-7" not in ledger.records
    assert "project_tracker/DEV-40" not in ledger.records


def test_no_call_is_made_twice_and_their_number_is_bounded() -> None:
    crowd = [
        thread(f"T-{number}", f"Customer {number}", "Label printing stops", f"PRN_4410, see DEV-{number}, G-{number}, T-{number + 1}.")
        for number in range(100, 160)
    ]  # fmt: skip
    items = [issue(f"DEV-{number}", "Label printing", "Open", "2026-03-03T09:00:00Z") for number in range(100, 160)]
    guides = [article(f"G-{number}", "Label printing", "Restart.") for number in range(100, 160)]
    talk = [chat(f"C-{number}", "2026-03-03T09:00:00Z", f"T-{number}: PRN_4410.") for number in range(100, 160)]
    desk = Desk(LEAD, account("A-1", "Vale Foods"), *crowd, *items, *guides, *talk)
    fetches = gather(desk)
    assert len(fetches) == len(desk.calls) <= MOST_CALLS
    assert len({repr(call) for call in desk.calls}) == len(desk.calls)


def test_categories_that_are_not_there_are_left_out() -> None:
    desk = Desk(LEAD)
    absent = (
        "search_accounts",
        "list_accounts",
        "search_chat",
        "search_issues",
        "search_articles",
        "list_articles",
        "list_chat_messages",
        "list_issues",
        "read_chat_message",
    )
    assert {fetch.tool for fetch in gather(desk, REQUEST, *absent)} <= {"search_tickets", "list_tickets", "read_ticket"}


def test_what_a_search_found_beyond_what_was_taken_is_named() -> None:
    crowd = [thread(f"T-{number}", "Vale Foods", "Label printing stops", "It stops.") for number in range(100, 130)]
    fetches, gatherer, _ = gathered(Desk(LEAD, account("A-1", "Vale Foods"), *crowd))
    assert FoundMore("support_platform", REQUEST, 8, 31) in gatherer.more
    assert FoundMore("support_platform", "Vale Foods", 6, 31) in gatherer.more
    assert [(one.tool, one.total) for one in fetches if one.query == "Vale Foods" and one.total] == [
        ("list_tickets", 31)
    ]
    fetches, gatherer, _ = gathered(Desk(LEAD, account("A-1", "Vale Foods")))
    assert gatherer.more == []
    assert {fetch.total for fetch in fetches} == {None}


def test_what_is_not_asked_because_it_is_too_much_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(prefetch, "MOST_CALLS", 10)
    desk = Desk(LEAD, account("A-1", "Vale Foods"))
    fetches = gather(desk)
    assert len(desk.calls) == len([fetch for fetch in fetches if not fetch.error]) == 10
    assert {fetch.error for fetch in fetches} == {"", "not asked: 10 calls are the most"}


def named(*accounts: dict[str, Any], said: str = "The file is headed Orrin Bay Freight.") -> set[str]:
    """The names of the accounts that are found where a customer's message says this."""
    lead = thread("T-1", "Vale Foods", "Label printing stops", said)
    _, _, ledger = gathered(Desk(lead, account("A-1", "Vale Foods"), *accounts))
    return {record.data["name"] for record in Evidence(ledger, ALL).of_kind("account")}


def test_an_account_that_somebody_names_is_found_and_another_is_not() -> None:
    assert named(account("A-2", "Orrin Bay Freight AS"), account("A-3", "Pell Brothers")) == {
        "Vale Foods",
        "Orrin Bay Freight AS",
    }


def test_an_account_is_known_by_its_first_word_where_no_other_begins_so() -> None:
    said = "Orrin asked the same."
    assert "Orrin Bay Freight AS" in named(account("A-2", "Orrin Bay Freight AS"), said=said)
    both = named(account("A-2", "Orrin Bay Freight AS"), account("A-3", "Orrin Bank"), said=said)
    assert both == {"Vale Foods"}


def test_in_a_large_crm_companies_are_looked_up_by_name() -> None:
    many = [account(f"B-{number}", f"Quarry {number} Works") for number in range(30)]
    said = "It is headed Orrin Bay Freight AS."
    found = named(account("A-2", "Orrin Bay Freight AS"), *many, said=said)
    assert found == {"Vale Foods", "Orrin Bay Freight AS"}
