"""What vendors say in ways of their own: numbers for words, who is a machine, what no customer sees, where the first message is.

Each function looks at the form of an item, never at the name of its server: the same product answers through many servers.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from customer_escalation.connectors.normalize.items import JsonObject, fields_of
from support_connectors.states import State, state_of

_FRESHDESK_STATUS = {2: "Open", 3: "Pending", 4: "Resolved", 5: "Closed"}
_FRESHDESK_PRIORITY = {1: "Low", 2: "Medium", 3: "High", 4: "Urgent"}
_OF_FRESHDESK = frozenset({"responder_id", "fr_escalated", "spam", "fr_due_by", "description_text", "requester_id"})
_CATEGORIES: Mapping[str, State] = {"new": "open", "indeterminate": "open", "done": "closed"}
"""Jira's own grouping of statuses."""
_MACHINES = frozenset("bot app automation workflow system trigger rule integration".split())
_BY_MACHINE = frozenset("rule trigger automation system".split())
_AUTOMATED = frozenset("automated campaigns_initiated operator_initiated".split())
_CUSTOMERS = frozenset("customer user end-user end_user contact lead requester visitor".split())
_AGENTS = frozenset("agent admin teammate staff team_member team message reply".split())


def number_words(fields: Mapping[str, Any]) -> JsonObject:
    """Status and priority of a help desk that counts them, as its own pages call them; empty where it is another's."""
    if len(_OF_FRESHDESK & fields.keys()) < 2:
        return {}
    status, priority = fields.get("status"), fields.get("priority")
    found = {
        "status": _FRESHDESK_STATUS.get(status) if isinstance(status, int) else None,
        "priority": _FRESHDESK_PRIORITY.get(priority) if isinstance(priority, int) else None,
    }
    return {key: word for key, word in found.items() if word}


def stated_state(fields: Mapping[str, Any]) -> State | None:
    """Whether an issue is open, where its system groups its statuses itself; None where only the word tells."""
    status = fields.get("status")
    inner = fields_of(status) if isinstance(status, dict) else {}
    if isinstance(inner.get("category"), str):
        return state_of(inner["category"])
    group = inner.get("status_category")
    if not isinstance(group, dict):
        return None
    return _CATEGORIES.get(str(group.get("key") or group.get("name") or "").casefold())


def opening(item: Mapping[str, Any]) -> JsonObject | None:
    """The first message of a conversation whose system keeps it apart from the others."""
    source = item.get("source")
    if not isinstance(source, dict) or not source.get("body") or not isinstance(source.get("author"), dict):
        return None
    return {"created_at": item.get("created_at"), **source, "id": source.get("id") or "opening"}


def is_automatic(fields: Mapping[str, Any]) -> bool:
    """Whether a machine wrote it: a bot, a trigger, an answer that nobody typed."""
    author = _author(fields)
    via = fields.get("via")
    channel = via if isinstance(via, str) else via.get("channel") if isinstance(via, dict) else None
    came_from = via.get("source") if isinstance(via, dict) else None
    rel = came_from.get("rel") if isinstance(came_from, dict) else None
    kinds = {str(author.get(key, "")).casefold() for key in ("type", "account_type", "kind")}
    kinds |= {str(fields.get(key, "")).casefold() for key in ("author_type", "author_role", "role")}
    flags = (
        fields.get("automatic"),
        fields.get("automated"),
        author.get("is_bot"),
        author.get("from_ai_agent"),
        author.get("is_ai_answer"),
    )
    return (
        bool(kinds & _MACHINES)
        or any(flag is True for flag in flags)
        or bool({str(channel).casefold(), str(rel).casefold()} & _BY_MACHINE)
        or str(fields.get("delivered_as", "")).casefold() in _AUTOMATED
        or bool(fields.get("bot_id"))
        or fields.get("subtype") == "bot_message"
    )


def is_internal(fields: Mapping[str, Any]) -> bool:
    """Whether no customer sees it."""
    said = (fields.get("public"), fields.get("is_public"), fields.get("jsd_public"))
    hidden = (fields.get("private"), fields.get("internal"), fields.get("is_private"), fields.get("is_internal"))
    kinds = {str(fields.get(key, "")).casefold() for key in ("part_type", "type", "message_type")}
    return any(one is False for one in said) or any(one is True for one in hidden) or "note" in kinds


def role_of(fields: Mapping[str, Any], item: Mapping[str, Any]) -> str:
    """``customer`` or ``agent`` where the part, or the item that it belongs to, tells; a machine speaks for us."""
    if is_automatic(fields):
        return "agent"
    author, owner = _author(fields), fields_of(item)
    said = [fields.get("role"), fields.get("author_role"), fields.get("author_type"), author.get("role"), author.get("account_type"),
            author.get("type"), fields.get("type")]  # fmt: skip
    for word in (str(one).casefold() for one in said if isinstance(one, str) and one):
        if word in _CUSTOMERS or word in _AGENTS:
            return "customer" if word in _CUSTOMERS else "agent"
    if isinstance(fields.get("incoming"), bool):
        return "customer" if fields["incoming"] else "agent"
    who = next(
        (fields[key] for key in ("author_id", "user_id", "from_id") if fields.get(key) is not None), author.get("id")
    )
    if who is not None and who == owner.get("requester_id"):
        return "customer"
    if who is not None and who in (owner.get("assignee_id"), owner.get("responder_id"), owner.get("admin_assignee_id")):
        return "agent"
    return "agent" if is_internal(fields) else ""


def labels_of(fields: Mapping[str, Any]) -> list[str]:
    """The words under which an item is filed."""
    found = fields.get("labels") or fields.get("tags") or []
    nodes = found.get("nodes", []) if isinstance(found, dict) else found if isinstance(found, list) else []
    return [name for one in nodes for name in _label_names(one)]


def _label_names(value: Any) -> Iterator[str]:
    name = value.get("name") if isinstance(value, dict) else value
    if isinstance(name, str) and name.strip():
        yield name.strip()


def _author(fields: Mapping[str, Any]) -> JsonObject:
    people = (fields.get(key) for key in ("author", "from", "user", "sender", "created_by", "update_author", "creator"))
    return next((fields_of(person) for person in people if isinstance(person, dict)), {})
