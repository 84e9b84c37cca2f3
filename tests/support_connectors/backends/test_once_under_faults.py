"""Whatever a hosted vendor's network does at the worst moment of a write, the same write never stands there twice."""

import re
from collections.abc import AsyncIterator, Mapping
from contextlib import AbstractContextManager, ExitStack, asynccontextmanager
from datetime import UTC, datetime
from importlib import import_module
from typing import Any

import pytest
from tests.late_faults import MOMENTS, LateFaultProxy, Moment
from tests.support_connectors.backends.hosted import PATIENT

from customer_escalation.connectors.adapter import ConnectionAdapter
from customer_escalation.connectors.tool_access import CATEGORY_TOOLS
from customer_escalation.connectors.writing import SystemWriter, Write
from skill_runtime.mcp_host import McpHost, ServerSpec
from support_connectors.categories import CATEGORY_TABLE
from support_connectors.serving import local_tools
from support_connectors.systems import connect_system

WRITES: Mapping[str, tuple[str, str, dict[str, tuple[str, ...]]]] = {
    "zendesk": ("Zendesk", r"PUT /api/v2/tickets/", {"add_internal_note": ("id",), "reply_to_customer": ("id",)}),
    "intercom": ("Intercom", r"POST \S*/reply", {"add_internal_note": ("id",), "reply_to_customer": ("id",)}),
    "slack": ("Slack", r"POST \S*chat\.postMessage", {"post_chat_message": ("channel",)}),
    "teams": ("Graph", r"POST \S*/messages", {"post_chat_message": ("channel",)}),
    "confluence": ("Confluence", r"POST \S*/api/v2/pages", {"draft_article": ("title",)}),
    "notion": ("Notion", r"POST \S*/pages", {"draft_article": ("title",)}),
    "github": ("GitHub", r"POST \S*/(?:comments|issues)", {"comment_on_issue": ("id",), "create_issue": ("title",)}),
    "hubspot": ("HubSpot", r"POST \S*/objects/notes ", {"log_account_activity": ("id",)}),
    "jira": ("Jira", r"POST \S*/(?:comment|issue) ", {"comment_on_issue": ("id",), "create_issue": ("title",)}),
    "linear": ("Linear", r"POST \S*graphql .*mutation", {"comment_on_issue": ("id",), "create_issue": ("title",)}),
    "salesforce": ("Salesforce", r"POST \S*/sobjects/Task", {"log_account_activity": ("id",)}),
}
"""By system: its stand-in, how a request that writes looks (method, path, body), and its writing tools, each with what says where."""
UNSURE = {("confluence", "draft_article"), ("jira", "create_issue")}
"""Where the system's search learns of what is new late, so that nobody can tell that something is not there."""
IMPATIENT = {"timeout_s": 2.0, "total_s": 6.0, "attempts": 2}
CASES = [(name, tool) for name, (_, _, tools) in WRITES.items() for tool in tools]


def stand_in(name: str) -> AbstractContextManager[Any]:
    """The vendor's stand-in, to be entered."""
    made = getattr(import_module(f"tests.support_connectors.vendors.{name}"), WRITES[name][0])()
    served: AbstractContextManager[Any] = made if name == "linear" else made.server()
    return served


@asynccontextmanager
async def connected(name: str, url: str, limits: Mapping[str, Any]) -> AsyncIterator[tuple[SystemWriter, McpHost]]:
    """What writes to the system at ``url``, with the settings of the backend's own tests and ``limits`` on waiting."""
    tests = import_module(f"tests.support_connectors.backends.test_{name}")
    make = tests.as_person if name == "teams" else tests.settings_of
    system, backend = connect_system(name, {**make(f"{url}/graphql" if name == "linear" else url), **limits})
    try:
        spec = ServerSpec(name, system.category, local_tools(system.category, backend))
        async with McpHost([spec], CATEGORY_TOOLS, adapter=ConnectionAdapter({}, ())) as host:
            yield SystemWriter(system.category, host.all_tools, {}), host
    finally:
        backend.close()  # type: ignore[union-attr]


async def last_listed(host: McpHost) -> Mapping[str, Any]:
    """The last thing that the system lists."""
    browsing = {category.reads_by("list") for category in CATEGORY_TABLE.values()}
    browse = next(one for one in host.tools if one.remote_name in browsing)
    listed = (await browse.run({"limit": 5})).structured
    assert listed is not None
    last: Mapping[str, Any] = listed["items"][-1]
    return last


def arguments_of(tool: str, item: Mapping[str, Any]) -> dict[str, Any]:
    """A call of the tool that goes to ``item``."""
    match tool:
        case "post_chat_message":
            return {"channel": item["channel"], "text": "Whatever happens, once."}
        case "draft_article":
            return {"title": "What to do when exports stall", "body": "Whatever happens, once."}
        case "create_issue":
            return {
                "type": "bug",
                "title": "Exports stall",
                "description": "Whatever happens, once.",
                "priority": "high",
            }
        case _:
            return {"id": item["id"], "text": "Whatever happens, once."}


@pytest.mark.parametrize("moment", MOMENTS)
@pytest.mark.parametrize(("name", "tool"), CASES)
async def test_a_write_whose_answer_is_spoiled_stands_there_once(name: str, tool: str, moment: Moment) -> None:
    pattern = re.compile(WRITES[name][1], re.DOTALL)
    with ExitStack() as stack:
        vendor = stack.enter_context(stand_in(name))
        proxy = stack.enter_context(LateFaultProxy(vendor.url.removesuffix("/graphql"), lambda method, path, body: bool(
            pattern.match(f"{method} {path} {body.decode(errors='replace')}"))))  # fmt: skip
        async with connected(name, proxy.url, PATIENT) as (writer, host):
            call, began = Write(tool, arguments_of(tool, await last_listed(host)), "the key", "Sam"), datetime.now(UTC)
            nothing = await writer.look(call, began)
            assert nothing.state == ("unclear" if (name, tool) in UNSURE else nothing.state)
            assert nothing.state in ("not_there", "not_done", "unclear"), nothing

        # Only an answer that never comes needs a client that gives up soon; and that one may give up before it has written.
        async with connected(name, proxy.url, IMPATIENT if "hung" in moment else PATIENT) as (writer, _):
            proxy.moment = moment
            first = await writer.write(call)
            proxy.moment = None
            assert first.state in ("unclear", "done"), first
            assert "hung" in moment or proxy.carried == (0 if "before" in moment else 1)
            assert first.state == "unclear" or proxy.carried == 1

        async with connected(name, proxy.url, PATIENT) as (writer, _):
            found = await writer.look(call, began)
            assert found.state == ("done" if proxy.carried else nothing.state), found
            again = await writer.write(call)
            assert again.state == "done", again
            assert (await writer.write(call)).written == again.written
            assert proxy.carried == 1
        assert getattr(vendor, "violations", []) == []
