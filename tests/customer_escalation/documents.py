"""A draft as it would have been written as a document, with the index of it: for tests that know a case by the texts of its draft."""

from collections.abc import Mapping
from typing import Any

LONGEST = 280


def document(draft: Mapping[str, Any], severity: str = "", target: str = "") -> str:
    """The document; with the labels of an escalation where a severity is given."""
    return "\n".join(_escalation(draft, severity, target) if severity else _note(draft))


def index(draft: Mapping[str, Any]) -> dict[str, Any]:
    """What a last reader says of it."""
    texts = [
        {
            "begins": _first(one["text"]),
            "goes": "customer_update" if one.get("kind") == "update" else "customer_reply",
            "to": one["ticket"],
            "when": one.get("when", ""),
        }
        for one in draft["drafts"]
    ]
    texts += [
        {"begins": _first(one["text"]), "goes": "colleague", "to": one["to"], "when": ""} for one in draft["messages"]
    ]
    if draft.get("ticket_note"):
        texts.append({"begins": _first(draft["ticket_note"]), "goes": "ticket_note", "to": "", "when": ""})
    asks = [
        {"begins": f"{number} {_first(one['text'])}", "owner": one["owner"], "kind": one["kind"], "by": one["by"]}
        for number, one in enumerate(draft.get("asks", ()), 1)
    ]
    deadline = {name: draft.get("deadline", {}).get(name, "") for name in ("by", "basis")}
    return {
        "texts": texts,
        "asks": asks,
        "deadline": {"by": deadline["by"], "basis": deadline["basis"] or "proposed"},
        "reminders": list(draft.get("reminders", ())),
        "article": draft.get("article", ""),
        "containment": _first(draft.get("containment", "")),
    }


def _first(text: str) -> str:
    return " ".join(text.split())[:LONGEST]


def _escalation(draft: Mapping[str, Any], severity: str, target: str) -> list[str]:
    asks = [f"{number}. {one['text']}" for number, one in enumerate(draft["asks"], 1)]
    contained = ["", f"**Containment:** {draft['containment']}"] if draft["containment"] else []
    return [
        draft["sender"], "", "---", "", f"## ESCALATION: {draft['summary']}", "",
        f"**Severity:** {severity}", f"**Target team:** {target}", "**Reported by:** Support",
        "**Date:** today", "", draft["opening"], "",
        "### Impact", draft["impact"], "", "### Issue Description", draft["description"], "",
        "### What's Been Tried", draft["tried"] or "Nothing.", *contained, "",
        "### Reproduction Steps", draft["reproduction"] or "Not applicable.", "",
        "### Customer Communication", draft["communication"], "",
        "### What's Needed", *asks, f"- **Deadline:** {draft['deadline']['text']}", "",
        "### Supporting Context", draft["context"] or "Nothing else.", "", "---", "", *_texts(draft),
    ]  # fmt: skip


def _note(draft: Mapping[str, Any]) -> list[str]:
    page = [draft["sender"]] if draft["sender"] else [f"**{draft['summary']}**"]
    return [*page, "", draft["note"], "", *_texts(draft)]


def _texts(draft: Mapping[str, Any]) -> list[str]:
    heads = [(f"**To the customer, {one['ticket'].partition('/')[2]}**", one["text"]) for one in draft["drafts"]]
    heads += [(f"**{one['to']}**", one["text"]) for one in draft["messages"]]
    heads += [("**Note in the ticket**", draft["ticket_note"])] if draft.get("ticket_note") else []
    lines: list[str] = []
    for head, text in heads:
        lines += [head, "", *(f"> {line}".rstrip() for line in text.split("\n")), ""]
    return lines
