"""What a scripted model does in every client: one read in each category, the facts, a bad brief, a mended one, the brief shown."""

import copy
import json
import re
from typing import Any

from tests.customer_escalation.mcp_server.desk import handed, scripted
from tests.customer_escalation.scripts import FOREIGN, issue

READS = {
    "support": ("read_ticket", {"id": "KB-5266"}, "support_platform/KB-5266"),
    "crm": ("search_accounts", {"query": "Shakehand"}, "crm/K-1"),
    "chat": ("search_chat", {"query": "refund"}, "chat/C-151"),
    "tracker": ("search_issues", {"query": "subscription"}, "total"),
    "knowledge": ("search_articles", {"query": "refund policy"}, "knowledge_base/KB-151"),
}
"""By server: the tool, its arguments, and what stands in its answer."""
ISSUE = issue("15")
CASE = re.compile(r"\d{8}-\d{6}-[0-9a-f]{6}")
DONE = "That is all."


def calls(heard: str) -> list[list[tuple[str, str, dict[str, Any]]]]:
    """The model's turns, each its calls: server, tool, arguments. ``heard`` is all that the model was told so far."""
    facts, _, draft = scripted("15")
    bad = copy.deepcopy(draft)
    bad["description"] += f" {FOREIGN}"
    found = CASE.search(heard)
    case = found.group() if found else "unknown"
    return [
        [(server, tool, arguments) for server, (tool, arguments, _) in READS.items()],
        [("escalation", "assess", {"issue": ISSUE, "facts": facts})],
        [("escalation", "check_brief", {"case": case, **handed(bad)})],
        [("escalation", "check_brief", {"case": case, **handed(draft)})],
    ]


def check_answers(results: list[str]) -> None:
    """What the tools answered, in the order of the calls."""
    assert len(results) == len(READS) + 3, [result[:300] for result in results]
    for result, (_, _, expected) in zip(results, READS.values(), strict=False):
        assert expected in result, result[:600]
    assessed, rejected, accepted = results[len(READS) :]
    assert "Leadership" in assessed
    assert "3 accounts" in assessed
    assert "hand it with its index to `check_brief`" in assessed
    assert "Rejected: 1 hard finding" in rejected
    assert "9,731" in rejected
    assert "Accepted" in accepted
    assert "## ESCALATION: Three Pro customers" in accepted


def text_of(content: Any) -> str:
    """The text of a message's content or of a tool result, whatever its form."""
    if isinstance(content, str):
        return content
    if isinstance(content, dict):
        return text_of(content.get("content") or content.get("text") or content.get("output") or "") or json.dumps(
            content
        )
    return "\n".join(map(text_of, content or ()))
