"""Answers that are errors although they are called a success, and answers that only speak of errors."""

from typing import Any

import pytest

from customer_escalation.connectors.normalize.failures import failure_in, with_kind
from skill_runtime.tools import ToolReturn

ERRORS: list[tuple[dict[str, Any] | None, str, str]] = [
    (None, "Error: 401 Unauthorized", "Error: 401 Unauthorized"),
    (None, "HTTP 503 Service Unavailable", "HTTP 503 Service Unavailable"),
    (None, "Failed to fetch tickets", "Failed to fetch tickets"),
    (None, "<html><title>Log in</title></html>", "it answered with a page for browsers"),
    (None, "", "it answered with nothing at all"),
    ({}, "", "it answered with nothing at all"),
    ({"result": "  "}, "", "it answered with nothing at all"),
    ({"result": "Error: token expired"}, "", "Error: token expired"),
    ({"ok": False, "error": "not_authed"}, "", "not_authed"),
    ({"errors": [{"message": "no access"}]}, "", '[{"message": "no access"}]'),
    ({"error": {"message": "quota", "code": 429}}, "", "quota"),
    ({"status": 403, "message": "forbidden"}, "", "forbidden"),
    ({"success": False, "message": "try later"}, "", "try later"),
]
CONTENT: list[tuple[dict[str, Any] | None, str]] = [
    (None, "Error 500 means that the pool is exhausted.\nRaise it."),
    (None, "ERROR 2026-11-20 09:00:00 pool exhausted"),
    (None, "[]"),
    ({"items": [], "total": 0}, ""),
    ({"entities": [], "relations": []}, ""),
    ({"issues": [{"key": "ENG-1", "summary": "x", "status": "failed"}], "errors": ["one project was left out"]}, ""),
    ({"key": "ENG-1", "summary": "Error on export", "status": "error"}, ""),
    (
        {"pipeline": 7, "status": "failed", "stage": "deploy", "job": "x", "at": "2026-11-20", "by": "kim", "log": "…"},
        "",
    ),
]


@pytest.mark.parametrize(("structured", "text", "told"), ERRORS)
def test_an_error_that_is_called_a_success_is_found(structured: dict[str, Any] | None, text: str, told: str) -> None:
    assert failure_in(structured, text) == told


@pytest.mark.parametrize(("structured", "text"), CONTENT)
def test_content_that_speaks_of_errors_is_content(structured: dict[str, Any] | None, text: str) -> None:
    assert failure_in(structured, text) == ""


@pytest.mark.parametrize(
    ("text", "kind"),
    [("Ticket 7 not found", "not_found"), ("1 validation error for read", "invalid"), ("boom", "unavailable")],
)
def test_the_words_of_a_plain_error_tell_its_kind(text: str, kind: str) -> None:
    assert with_kind(ToolReturn(text, is_error=True)).failure == kind
    assert with_kind(ToolReturn(text, is_error=True, failure="denied")).failure == "denied"
    assert with_kind(ToolReturn(text)).failure == ""
