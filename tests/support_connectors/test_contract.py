"""The contract suite passes on the embedded workspace, and fails on servers that break the contract."""

from typing import Any

import pytest
from mcp import Client
from tests.support_connectors.test_workspace_contract import two_of_everything

from support_connectors.backend import NotFound, Paging, TicketFilter, Write
from support_connectors.categories import WORKSPACE_CATEGORIES, Category
from support_connectors.contract.client import calls_of, tools_of
from support_connectors.contract.report import ContractReport
from support_connectors.contract.suite import run_suite
from support_connectors.results import Message, Page, Ticket
from support_connectors.serving import build_category_server
from support_connectors.states import state_of
from support_connectors.workspace.store import workspace_from_json


async def suite_on(category: Category, backend: Any, *, writes: bool = True) -> ContractReport:
    async with Client(build_category_server(category, backend)) as client:
        return await run_suite(category, calls_of(client), await tools_of(client), writes=writes)


@pytest.mark.parametrize("category", WORKSPACE_CATEGORIES)
async def test_the_workspace_passes_reading_and_writing(category: Category) -> None:
    with workspace_from_json(two_of_everything()) as store:
        report = await suite_on(category, store.backend(category))
    assert report.failures == []
    assert len([check for check in report.checks if check.outcome == "passed"]) >= 12


class Spoiled:
    """The workspace's tickets with one thing wrong."""

    def __init__(self, inner: Any, fault: str) -> None:
        self._inner = inner
        self._fault = fault
        self._reads = 0

    def list_tickets(self, wanted: TicketFilter, paging: Paging) -> Page[Ticket]:
        page: Page[Ticket] = self._inner.list_tickets(wanted, paging)
        if self._fault == "repeats" and paging.cursor is None and page.items:
            return page.model_copy(update={"items": [*page.items[:-1], page.items[0]]})
        if self._fault == "counts" and page.total:
            return page.model_copy(update={"total": page.total + 1})
        if self._fault == "filters":
            return self._inner.list_tickets(TicketFilter(), paging)  # type: ignore[no-any-return]
        if self._fault == "listed states":
            return page.model_copy(update={"items": [item.model_copy(update={"state": None}) for item in page.items]})
        if self._fault == "state filters" and wanted.status == "closed":
            return Page(items=[], next_cursor=None, total=0)
        return page

    def search_tickets(self, query: str, customer: str | None, paging: Paging) -> Page[Ticket]:
        if self._fault == "searches":
            return Page(items=[], next_cursor=None, total=0)
        return self._inner.search_tickets(query, customer, paging)  # type: ignore[no-any-return]

    def read_ticket(self, ticket_id: str) -> Ticket:
        if self._fault == "unknown" and "no-such" in ticket_id:
            raise NotFound("Something is not there.")
        ticket: Ticket = self._inner.read_ticket(ticket_id)
        self._reads += 1
        match self._fault:
            case "zone":
                return ticket.model_copy(update={"created_at": ticket.created_at[:19]})
            case "changes" if self._reads > 2 * len(self._inner.list_tickets(TicketFilter(), Paging(50)).items):
                return ticket.model_copy(update={"status": f"read {self._reads} times"})
            case "parents":
                orphans = [message.model_copy(update={"parent": "crm/1"}) for message in ticket.messages]
                return ticket.model_copy(update={"messages": orphans})
        return ticket

    def add_internal_note(self, ticket_id: str, text: str, write: Write) -> Message:
        key = None if self._fault == "writes-twice" else write.idempotency_key
        said = text.replace("<b>", "") if self._fault == "alters" else text
        return self._inner.add_internal_note(ticket_id, said, Write(write.author, key))  # type: ignore[no-any-return]

    def reply_to_customer(self, ticket_id: str, text: str, write: Write) -> Message:
        raise AssertionError("the suite does not call this")

    def set_ticket_status(self, ticket_id: str, status: str, write: Write) -> Ticket:
        if self._fault == "statuses":
            return self._inner.read_ticket(ticket_id).model_copy(update={"status": status, "state": state_of(status)})  # type: ignore[no-any-return]
        ticket: Ticket = self._inner.set_ticket_status(ticket_id, status, write)
        return ticket.model_copy(update={"state": None}) if self._fault == "set states" else ticket


@pytest.mark.parametrize(
    ("fault", "check"),
    [
        ("repeats", "paging is complete and stable, whatever the page's size"),
        ("counts", "paging is complete and stable, whatever the page's size"),
        ("filters", "what matches nothing is an empty page"),
        ("searches", "a search finds what reading shows"),
        ("unknown", "an unknown id is refused by name"),
        ("zone", "times carry a zone"),
        ("changes", "reading changes nothing"),
        ("parents", "refs are unique, and parts name their item"),
        ("writes-twice", "the same key writes once"),
        ("listed states", "a state is open, waiting, closed or unknown, and lists are narrowed by it"),
        ("state filters", "a state is open, waiting, closed or unknown, and lists are narrowed by it"),
        ("statuses", "a status that is set shows in the state"),
        ("set states", "a status that is set shows in the state"),
        ("alters", "what is written is found again, as it was written"),
    ],
)
async def test_a_server_that_breaks_the_contract_is_told_where(fault: str, check: str) -> None:
    with workspace_from_json(two_of_everything()) as store:
        report = await suite_on("support_platform", Spoiled(store.support_platform, fault))
    assert check in {failed.name for failed in report.failures}
    assert not report.passed
