"""The table of known servers is read whole, matches by what a server is and not by its name, and orders its rows."""

import pytest

from customer_escalation.connectors.known import KnownServer, category_by_name, known_as, known_servers
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


REAL = {
    "Slack": {
        "read": "channels_list conversations_history conversations_replies conversations_search_messages users_search",
        "write": "conversations_add_message",
        "denied": "conversations_mark reactions_add usergroups_update attachment_get_data",
    },
    "Microsoft 365, Teams": {
        "read": "list-mail-messages get-mail-message list-channel-messages search_messages get_channel_messages list_chats",
        "write": "send-mail send-channel-message reply-to-chat-message create-draft-email reply_to_channel_message",
        "denied": "delete-mail-message update_chat_message delete_channel_message create-chat set_chat_message_reaction",
    },
    "Zendesk": {
        "read": "get_ticket get_tickets get_ticket_comments zendesk_get_ticket_details zendesk_search list_articles search",
        "write": "create_ticket create_ticket_comment update_ticket zendesk_add_private_note zendesk_add_public_note",
        "denied": "delete_ticket create_user update_macro delete_organization create_trigger get_macro",
    },
    "Freshdesk": {
        "read": "get_ticket search_tickets get_ticket_conversation list_solution_articles view_company find_company_by_name",
        "write": "create_ticket update_ticket create_ticket_note create_ticket_reply",
        "denied": "delete_ticket update_ticket_field create_ticket_field create_agent update_group update_contact",
    },
    "Help Scout": {
        "read": "searchConversations getConversation getThreads comprehensiveConversationSearch listAllInboxes getDocsArticle",
        "denied": "getWebhook getOriginalSourceRfc822 downloadAttachmentFile",
    },
    "Pipedrive": {"read": "get-deals get-organization search-all search-organizations get-stages"},
    "Linear": {"read": "linear_search_issues linear_get_user_issues", "write": "linear_add_comment linear_create_issue",
               "denied": "linear_update_issue"},
    "GitHub": {
        "read": "issue_read list_issues search_issues pull_request_read get_commit",
        "write": "issue_write add_issue_comment",
        "denied": "get_secret_scanning_alert list_secret_scanning_alerts delete_file merge_pull_request actions_run_trigger "
        "create_or_update_file label_write create_repository",
    },
    "monday.com": {
        "read": "get_board_items_page get_board_info search get_updates",
        "write": "create_item create_update",
        "denied": "all_monday_api all_api_write delete_item change_item_column_values create_automation get_asset_upload_url",
    },
    "Notion": {
        "read": "API-post-search API-retrieve-a-page API-get-block-children API-retrieve-page-markdown API-query-data-source",
        "write": "API-post-page API-create-a-comment",
        "denied": "API-patch-page API-delete-a-block API-update-page-markdown API-move-page API-create-a-data-source",
    },
    "HubSpot": {
        "read": "search_crm_objects get_crm_objects search_properties get_user_details",
        "write": "manage_crm_objects",
        "denied": "manage_segment query_crm_data",
    },
}  # fmt: skip
"""Names that the servers really have, as their sources show, and what a model may do with each (denied: it is not shown)."""


@pytest.mark.parametrize("title", REAL)
def test_real_tools_get_the_access_that_they_should(title: str) -> None:
    row = next(row for row in known_servers() if row.title == title)
    for access, names in REAL[title].items():
        for name in names.split():
            assert row.policy.access(row.category_of(name, row.category), name) is Access(access), name


def test_every_row_says_where_it_was_read() -> None:
    assert all(row.source for row in known_servers())
