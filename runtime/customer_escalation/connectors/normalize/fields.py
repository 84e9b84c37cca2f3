"""Our names for the fields of vendors' items. Only what is said is taken over; money, tiers and dates of contracts never by guess."""

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from customer_escalation.connectors.normalize.items import JsonObject, fields_of
from support_connectors.remote.texts import plain_text

_NAMES = (
    "name",
    "display_name",
    "displayname",
    "real_name",
    "full_name",
    "label",
    "value",
    "title",
    "email",
    "email_address",
    "login",
)
_TEXT = ("text", "plain_body", "plain_text", "body_text", "body", "content", "html_body", "message", "description", "comment",
         "snippet", "preview")  # fmt: skip
_CREATED = ("created_at", "created", "create_date", "createdate", "created_date", "created_time", "creation_date", "date_created",
            "hs_createdate", "created_on", "opened_at", "sys_created_on")  # fmt: skip
_UPDATED = ("updated_at", "updated", "modified", "modified_at", "last_modified", "last_modified_date", "last_edited_time",
            "lastmodifieddate", "hs_lastmodifieddate", "updated_on", "updated_date")  # fmt: skip
_SENT = ("at", "sent_at", "ts", "timestamp", "time", "date", "sent", "received_date_time", "posted_at")
_AUTHOR = (
    "author",
    "from",
    "sender",
    "user",
    "user_name",
    "username",
    "created_by",
    "posted_by",
    "author_name",
    "creator",
    "admin",
)
_CUSTOMER = ("customer", "customer_name", "company", "company_name", "organization", "organisation", "organization_name", "account",
             "account_name")  # fmt: skip
_AGREED = ("tier", "renewal", "sla", "arr_usd")
"""Taken over only under exactly these names and our types: a wrong guess here would change severity and target."""
_HTML = re.compile(r"<(?:p|br|div|span|ul|ol|li|a|b|strong|em|i|table|h\d|pre|code|blockquote)\b[^>]*>", re.IGNORECASE)


def our_fields(category: str, item: Mapping[str, Any]) -> JsonObject:
    """The item's fields under our names, as far as it has them."""
    fields = fields_of(item)
    found: JsonObject = {}
    created, updated = moment(fields, (*_CREATED, *_SENT)), moment(fields, _UPDATED)
    text = words(fields, _TEXT)
    match category:
        case "support_platform":
            found = {
                "subject": words(fields, ("subject", "title", "name", "summary")),
                "customer": named(fields, _CUSTOMER),
            }
            found |= {"status": named(fields, ("status", "state")), "priority": named(fields, ("priority", "severity"))}
            found |= {"created_at": created, "updated_at": updated, "text": text}
        case "crm":
            found = {"name": words(fields, ("name", "company_name", "title", "account_name")), "created_at": created}
            found |= _agreed(fields)
        case "project_tracker":
            found = {
                "title": words(fields, ("title", "summary", "subject", "name")),
                "created_at": created,
                "text": text,
            }
            found |= {
                "type": named(fields, ("type", "issue_type", "issuetype")),
                "status": named(fields, ("status", "state")),
            }
            found |= {"priority": named(fields, ("priority",)), "updated_at": updated}
        case "knowledge_base":
            found = {
                "title": words(fields, ("title", "name", "subject")),
                "updated_at": updated or created,
                "body": text,
            }
        case "cloud_storage":
            found = {"name": words(fields, ("name", "title", "path")), "modified_at": updated or created, "text": text}
        case "email":
            found = {
                "subject": words(fields, ("subject", "title")),
                "at": created,
                "text": text,
                "author": person(fields, _AUTHOR),
            }
        case _:
            found = {"channel": named(fields, ("channel", "channel_name", "room", "conversation")), "at": created}
            found |= {"author": person(fields, _AUTHOR), "text": text}
    return {key: value for key, value in found.items() if value not in ("", None)}


def part_fields(category: str, part: Mapping[str, Any]) -> JsonObject:
    """A message's or comment's fields under our names."""
    fields = fields_of(part)
    found: JsonObject = {
        "at": moment(fields, (*_SENT, *_CREATED)),
        "author": person(fields, _AUTHOR),
        "text": words(fields, _TEXT),
    }
    role = _role(fields) if category == "support_platform" else ""
    if role:
        found["role"] = role
    if fields.get("public") is False or fields.get("private") is True or fields.get("internal") is True:
        found["internal"] = True
    return {key: value for key, value in found.items() if value not in ("", None)}


def words(fields: Mapping[str, Any], keys: Sequence[str]) -> str:
    """The first of these fields that says something, as plain text."""
    for key in keys:
        text = text_of(fields.get(key))
        if text:
            return text
    return ""


def named(fields: Mapping[str, Any], keys: Sequence[str]) -> str:
    """The first of these fields that names something: a text, or an object with a name."""
    return next((name for key in keys if (name := _name_of(fields.get(key)))), "")


def person(fields: Mapping[str, Any], keys: Sequence[str]) -> str:
    """The first of these fields that names somebody."""
    return named(fields, keys)


def text_of(value: Any) -> str:
    """A field's text: plain, HTML, or the text inside a document of nested blocks."""
    if isinstance(value, str):
        return plain_text(value) if _HTML.search(value) else value.strip()
    if isinstance(value, dict | list):
        return re.sub(r"\n{3,}", "\n\n", "".join(_leaves(value))).strip()
    return ""


def moment(fields: Mapping[str, Any], keys: Sequence[str]) -> str:
    """The first of these fields that is a time, as RFC 3339; a time without a zone is left as the source wrote it."""
    for key in keys:
        value = fields.get(key)
        if isinstance(value, bool) or value in (None, ""):
            continue
        if isinstance(value, int | float) or (isinstance(value, str) and re.fullmatch(r"\d{9,13}(?:\.\d+)?", value)):
            seconds = float(value)
            if seconds > 1e11:
                seconds /= 1000
            if 1e8 < seconds < 1e11:
                return datetime.fromtimestamp(seconds, UTC).isoformat().replace("+00:00", "Z")
        elif isinstance(value, str):
            try:
                datetime.fromisoformat(value)
            except ValueError:
                continue
            return value
    return ""


def _agreed(fields: Mapping[str, Any]) -> JsonObject:
    """What an account pays and was promised, where the server uses our own names for it."""
    found = {key: fields[key] for key in _AGREED if key in fields}
    if not isinstance(found.get("arr_usd"), int | float) or isinstance(found.get("arr_usd"), bool):
        found.pop("arr_usd", None)
    if not isinstance(found.get("sla"), dict):
        found.pop("sla", None)
    for key in ("tier", "renewal"):
        if not isinstance(found.get(key), str):
            found.pop(key, None)
    return found


def _role(fields: Mapping[str, Any]) -> str:
    """``customer`` or ``agent`` where the author's role says so."""
    people = (fields.get(key) for key in ("author", "from", "user", "sender", "created_by"))
    author: JsonObject = next((person for person in people if isinstance(person, dict)), {})
    said = [
        fields.get("role"),
        fields.get("author_role"),
        fields.get("author_type"),
        author.get("role"),
        author.get("type"),
    ]
    match next((str(word).casefold() for word in said if word), ""):
        case "customer" | "user" | "end-user" | "end_user" | "contact" | "lead" | "requester" | "visitor":
            return "customer"
        case "agent" | "admin" | "teammate" | "staff" | "team_member":
            return "agent"
    return ""


def _name_of(value: Any) -> str:
    if isinstance(value, str):
        return value.strip()
    if isinstance(value, dict):
        inner = {key.casefold(): item for key, item in value.items()}
        return next(
            (str(inner[key]).strip() for key in _NAMES if isinstance(inner.get(key), str) and inner[key].strip()), ""
        )
    return ""


_BREAKS = frozenset({"paragraph", "heading", "listItem", "codeBlock", "hardBreak", "tableRow", "blockquote"})


def _leaves(value: Any) -> list[str]:
    """The texts inside nested blocks, in order; blocks end a line."""
    if isinstance(value, list):
        return [text for element in value for text in _leaves(element)]
    if not isinstance(value, dict):
        return []
    own = value.get("plain_text") or value.get("text")
    parts = [own] if isinstance(own, str) else []
    if not parts:
        parts = [text for key, child in value.items() if key not in ("attrs", "marks") for text in _leaves(child)]
    return [*parts, "\n"] if value.get("type") in _BREAKS else parts
