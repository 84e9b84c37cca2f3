"""Answers that are failures although they do not say so, and what kind of failure a plain error is.

Servers put an error into a text, or into JSON of their own, and call it a success; others give nothing where their form promises
something. Taken for an answer, it would read as "there is nothing about it".
"""

import json
import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from customer_escalation.connectors.normalize.items import JsonObject, find_items, plain_key
from skill_runtime.tools import NOTHING, ToolReturn

MOST_OF_AN_ERROR = 300
"""Characters of a text that may still be an error; a longer one, of several lines or with a date, is content that begins with
such a word, as logs do."""
MOST_OF_A_REFUSAL = 6
"""Fields of an object that is nothing but a refusal; one with more tells of something that failed, which is content."""
_DATED = re.compile(r"\d{4}-\d\d-\d\d|\d\d:\d\d:\d\d")
_PAGE = re.compile(r"\W*(?:<!doctype html|<html\b)", re.IGNORECASE)
_ERROR = re.compile(
    r"\W*(?:(?:[\w.]*(?:error|exception|traceback|failure)|failed|unauthori[sz]ed|forbidden|access denied|permission denied|"
    r"not authenticated|invalid (?:api[ _-]?key|token|credentials)|rate limit exceeded)\b|(?:http|status(?: code)?)[ /:]*[45]\d\d\b)",
    re.IGNORECASE,
)
_NOT_FOUND = re.compile(
    r"not[ _-]?found|no such|does(?: not|n['’]t) exist|unknown (?:id|ticket|issue|page|article|conversation|record)|\b404\b"
    r"|could not find|nothing found",
    re.IGNORECASE,
)
_INVALID = re.compile(
    r"invalid (?:argument|param|input|request)|validation error|missing required|-32602", re.IGNORECASE
)
_SAYS_NO = {"ok": False, "success": False, "successful": False, "is_error": True, "error": True}


def failure_in(structured: JsonObject | None, text: str) -> str:
    """The error that an answer holds, in its own words; empty where it is an answer."""
    value: Any = structured
    if structured is None:
        if text.strip() in ("", NOTHING):
            return "it answered with nothing at all"
        try:
            value = json.loads(text)
        except (ValueError, RecursionError):
            return _as_error(text)
    elif not structured:
        return _as_error(text) if text.strip() not in ("", NOTHING, "{}") else "it answered with nothing at all"
    if isinstance(value, dict) and len(value) == 1 and isinstance(only := next(iter(value.values())), str):
        return failure_in(None, only) if only.strip() else "it answered with nothing at all"
    return _told_in(value) if isinstance(value, dict) and next(find_items(value), None) is None else ""


def with_kind(outcome: ToolReturn) -> ToolReturn:
    """A failed outcome with the kind of its failure, as far as its words tell one."""
    if not outcome.is_error or outcome.failure:
        return outcome
    kind = (
        "not_found"
        if _NOT_FOUND.search(outcome.text)
        else "invalid"
        if _INVALID.search(outcome.text)
        else "unavailable"
    )
    return replace(outcome, failure=kind)


def _as_error(text: str) -> str:
    if _PAGE.match(text):
        return "it answered with a page for browsers"
    short = text.strip()
    fits = len(short) <= MOST_OF_AN_ERROR and "\n" not in short and not _DATED.search(short)
    return short if fits and _ERROR.match(short) else ""


def _told_in(value: Mapping[str, Any]) -> str:
    """The error in a JSON object that holds no items, and says that it is one."""
    fields = {plain_key(key): item for key, item in value.items()}
    for key in ("error", "errors", "error_message", "error_messages", "fault"):
        told = fields.get(key)
        if told and told is not True:
            return _words(told)
    says_no = any(fields.get(key) is said for key, said in _SAYS_NO.items()) or fields.get("status") in (
        "error",
        "failed",
    )
    if len(fields) > MOST_OF_A_REFUSAL:
        return ""
    code = fields.get("status_code", fields.get("status", fields.get("code")))
    if says_no or (isinstance(code, int) and not isinstance(code, bool) and 400 <= code < 600):
        return _words(fields.get("message") or fields.get("detail") or fields.get("error_description") or value)
    return ""


def _words(value: Any) -> str:
    if isinstance(value, dict) and isinstance(value.get("message"), str):
        return str(value["message"])
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)[:300]
