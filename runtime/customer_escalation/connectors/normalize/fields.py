"""Our names for the fields of vendors' items. Only what is said is taken over; money, tiers and dates of contracts never by guess."""

import json
import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

from customer_escalation.connectors.normalize.items import JsonObject, fields_of
from customer_escalation.connectors.normalize.vendors import (
    is_automatic,
    is_internal,
    labels_of,
    number_words,
    role_of,
    stated_state,
)
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
    "username",
    "address",
    "internal_label",
)
_TEXT = ("text", "plain_body", "plain_text", "body_text", "description_text", "body", "content", "html_body", "message",
         "description", "comment", "snippet", "preview")  # fmt: skip
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
    created, updated = moment(fields, (*_CREATED, *_SENT)), moment(fields, _UPDATED) or _of_version(fields)
    text = words(fields, _TEXT)
    match category:
        case "support_platform":
            source = fields.get("source")
            found = {
                "subject": words(fields, ("subject", "title", "name", "summary"))
                or (text_of(source.get("subject")) if isinstance(source, dict) else ""),
                "customer": named(fields, _CUSTOMER),
            }
            found |= {
                "status": named(fields, ("status", "state", "ticket_state")),
                "priority": named(fields, ("priority", "severity")),
            }
            found |= number_words(fields)
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
            found |= {"priority": named(fields, ("priority",)), "updated_at": updated, "state": stated_state(fields)}
            found |= {"labels": labels} if (labels := labels_of(fields)) else {}
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
            found |= {"author": person(fields, _AUTHOR), "text": message_text(fields)}
    return {key: value for key, value in found.items() if value not in ("", None)}


def part_fields(category: str, part: Mapping[str, Any], item: Mapping[str, Any]) -> JsonObject:
    """A message's or comment's fields under our names; ``item`` is what it belongs to, as its source gave it."""
    fields = fields_of(part)
    found: JsonObject = {
        "at": moment(fields, (*_SENT, *_CREATED)),
        "author": person(fields, _AUTHOR),
        "text": message_text(fields),
    }
    if category == "support_platform":
        found["role"] = role_of(fields, item)
        found |= {"automatic": True} if is_automatic(fields) else {}
    if is_internal(fields):
        found["internal"] = True
    return {key: value for key, value in found.items() if value not in ("", None)}


def file_fields(file: Mapping[str, Any]) -> JsonObject:
    """An attachment's fields under our names; its address is left out, because whoever has it can fetch the file."""
    fields = fields_of(file)
    media_type, size = words(fields, ("content_type",)), fields.get("size")
    found: JsonObject = {"name": words(fields, ("name",)) or media_type or "file", "media_type": media_type}
    if isinstance(size, int) and not isinstance(size, bool) and size >= 0:
        found["size_bytes"] = size
    return {key: value for key, value in found.items() if value != ""}


def message_text(fields: Mapping[str, Any]) -> str:
    """A message's text with what hangs on it: a chat keeps much of what an alert says in attachments and blocks alone."""
    own = words(fields, _TEXT) or text_of(fields.get("blocks"))
    hanging = fields.get("attachments")
    texts = [_hanging(one) for one in hanging if isinstance(one, dict)] if isinstance(hanging, list) else []
    return "\n".join(dict.fromkeys(filter(None, (own, *(text for text in texts if text not in own)))))


def _hanging(attachment: Mapping[str, Any]) -> str:
    """What an attachment of a message says itself; a file says nothing."""
    told = (
        [text_of(attachment.get(key)) for key in ("pretext", "title", "text")]
        if "text" in attachment or "blocks" in attachment
        else []
    )
    told.append(text_of(attachment.get("blocks")))
    rows = attachment.get("fields")
    told += (
        [f"{row.get('title', '')}: {row.get('value', '')}" for row in rows if isinstance(row, dict)]
        if isinstance(rows, list)
        else []
    )
    return "\n".join(filter(None, told)) or (text_of(attachment.get("fallback")) if "fallback" in attachment else "")


def _of_version(fields: Mapping[str, Any]) -> str:
    """When a page was changed, where its version says so."""
    version = fields.get("version")
    return moment(fields_of(version), ("when", *_CREATED)) if isinstance(version, dict) else ""


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
    if isinstance(value, dict) and (inner := _represented(value)) is not None:
        return text_of(inner)
    if isinstance(value, dict | list):
        return re.sub(r"\n{3,}", "\n\n", "".join(_leaves(value))).strip()
    return ""


def _represented(value: Mapping[str, Any]) -> Any:
    """What a body holds that is given in one or several representations, each with its ``value``; None for any other."""
    inner = value.get("value")
    if isinstance(inner, str):
        if value.get("representation") == "atlas_doc_format" or inner.lstrip().startswith('{"'):
            try:
                return json.loads(inner)
            except (ValueError, RecursionError):
                return inner
        return inner
    names = ("view", "export_view", "styled_view", "storage", "plain", "atlas_doc_format", "editor")
    return next((value[name] for name in names if isinstance(value.get(name), dict)), None)


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
        elif isinstance(value, str) and (read := _read_moment(value)) is not None:
            return read
    return ""


def _read_moment(value: str) -> str | None:
    """A time as RFC 3339, of one that is written so or as mails write it; None for what is no time."""
    try:
        datetime.fromisoformat(value)
    except ValueError:
        try:
            return parsedate_to_datetime(value).isoformat().replace("+00:00", "Z")
        except (ValueError, IndexError, OverflowError):
            return None
    return value


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


def _name_of(value: Any) -> str:
    if isinstance(value, str):
        return value.strip()
    if isinstance(value, dict):
        inner = {key.casefold(): item for key, item in value.items()}
        if isinstance(inner.get("emailaddress"), dict):
            return _name_of(inner["emailaddress"])
        return next(
            (str(inner[key]).strip() for key in _NAMES if isinstance(inner.get(key), str) and inner[key].strip()), ""
        )
    return ""


_BREAKS = frozenset(
    {
        "paragraph",
        "heading",
        "listItem",
        "codeBlock",
        "hardBreak",
        "tableRow",
        "blockquote",
        "section",
        "header",
        "rich_text_section",
        "rich_text_preformatted",
        "rich_text_quote",
    }
)


def _leaves(value: Any) -> list[str]:
    """The texts inside nested blocks, in order; blocks end a line."""
    if isinstance(value, list):
        return [text for element in value for text in _leaves(element)]
    if not isinstance(value, dict):
        return []
    own = value.get("plain_text") or value.get("text") or (value.get("url") if value.get("type") == "link" else None)
    parts = [own] if isinstance(own, str) else []
    if not parts:
        parts = [text for key, child in value.items() if key not in ("attrs", "marks") for text in _leaves(child)]
    return [*parts, "\n"] if value.get("type") in _BREAKS else parts
