"""The table of known servers is read whole, matches by what a server is and not by its name, and orders its rows."""

import pytest

from customer_escalation.connections.known import KnownServer, category_by_name, known_as, known_servers
from skill_runtime.servers import ServerConfig
from skill_runtime.tools import Access
from support_connectors.categories import CATEGORIES


def at(url: str) -> ServerConfig:
    return ServerConfig("x", "http", url=url)


def run(command: str, *args: str) -> ServerConfig:
    return ServerConfig("x", "stdio", command=command, args=args)


def test_every_row_names_a_category_of_ours_and_a_way_to_recognise_it() -> None:
    titles = [row.title for row in known_servers()]
    assert len(set(titles)) == len(titles)
    for row in known_servers():
        assert {row.category, *row.categories.values()} <= set(CATEGORIES), row.title
        assert row.hosts or row.packages, row.title
        assert row.read, row.title


@pytest.mark.parametrize(
    ("config", "title"),
    [
        (at("https://mcp.slack.com/mcp"), "Slack"),
        (at("https://mcp.atlassian.com/v1/mcp"), "Atlassian: Jira, Confluence"),
        (at("https://acme.my.salesforce.com/mcp"), "Salesforce"),
        (run("npx", "-y", "@notionhq/notion-mcp-server@1.9.0"), "Notion"),
        (run("npx", "@modelcontextprotocol/server-slack"), "Slack"),
        (run("uvx", "mcp-atlassian"), "Atlassian: Jira, Confluence"),
        (run("/opt/tools/zendesk-mcp-server"), "Zendesk"),
        (run("docker", "run", "-i", "ghcr.io/github/github-mcp-server:v1.2"), "GitHub"),
    ],
)
def test_a_server_is_known_by_its_host_or_package(config: ServerConfig, title: str) -> None:
    row = known_as(config)
    assert row is not None
    assert row.title == title


@pytest.mark.parametrize(
    "config",
    [
        at("https://mcp.slack.com.evil.example/mcp"),
        at("https://evil.example/mcp.slack.com"),
        at("https://my.salesforce.com/"),
        run("npx", "not-mcp-atlassian"),
        run("python", "slack"),
    ],
)
def test_what_only_looks_like_a_known_server_is_none(config: ServerConfig) -> None:
    assert known_as(config) is None


def test_a_name_suggests_a_category_and_grants_nothing() -> None:
    assert category_by_name("team-slack") == "chat"
    assert category_by_name("our-zendesk") == "support_platform"
    assert category_by_name("whatever") == ""
    assert known_as(ServerConfig("slack", "http", url="https://unknown.example/mcp")) is None


def test_within_a_server_denied_comes_before_write_and_write_before_read() -> None:
    row = KnownServer(title="T", category="crm", read=("get_*", "*"), write=("get_and_mark",), denied=("get_secret",))
    granted = {name: row.policy.access("crm", name) for name in ("get_x", "get_and_mark", "get_secret", "other")}
    assert granted == {
        "get_x": Access.READ,
        "get_and_mark": Access.WRITE,
        "get_secret": Access.DENIED,
        "other": Access.READ,
    }


def test_tools_of_one_server_may_answer_for_several_categories() -> None:
    row = known_as(at("https://mcp.atlassian.com/v1/mcp"))
    assert row is not None
    assert row.category_of("searchConfluenceUsingCql", "project_tracker") == "knowledge_base"
    assert row.category_of("getJiraIssue", "project_tracker") == "project_tracker"


def test_no_known_row_lets_a_model_see_a_tool_that_changes_something() -> None:
    """Whatever a vendor calls its changing tools, a name with a verb of change is never granted for reading."""
    changing = (
        "create",
        "update",
        "delete",
        "send",
        "post",
        "add",
        "remove",
        "archive",
        "edit",
        "transition",
        "merge",
        "write",
    )
    for row in known_servers():
        for verb in changing:
            for name in (f"{verb}_ticket", f"{verb}-object", f"{verb}Issue", f"slack_{verb}_message", f"jira_{verb}_issue",
                         f"hubspot-{verb}-object", f"API-{verb}-page", f"linear_{verb}Issue", f"asana_{verb}_task"):  # fmt: skip
                assert row.policy.access(row.category, name) is not Access.READ, (row.title, name)
