"""A case with a brief that holds, for tests that then break one thing of it."""

from typing import Any

from tests.customer_escalation.casebook import (
    account,
    affected,
    article,
    assessment_data,
    chat,
    comment,
    evidence,
    fact,
    issue,
    message,
    ticket,
)  # fmt: skip

from customer_escalation.domain.evidence import Evidence

ISSUE = "Nightly sync fails for Harrow Mills"
T1, T1M1, T1M2, T1M3 = (f"support_platform/T-101{part}" for part in ("", "-m1", "-m2", "-m3"))
BUG, BUG_COMMENT = "project_tracker/P-55", "project_tracker/P-55-c1"


def records() -> Evidence:
    """One account whose nightly sync fails since 7.2.0; an agent reproduced it, the tracker has it."""
    return evidence(
        ticket(
            "T-101", "Harrow Mills", "2026-03-04T08:00:00Z",
            message("T-101", 1, "2026-03-04T08:00:00Z", "customer",
                    "Since the upgrade to 7.2.0 the nightly sync stops after 4,000 of 9,500 rows with E-77. "
                    "We need it before our audit on 2026-03-20.", "j.doe"),
            message("T-101", 2, "2026-03-04T09:00:00Z", "agent",
                    "Reproduced on the test account with 7.2.0: open Sync, choose Nightly, press Run now; it stops with E-77.",
                    "agent.kim"),
            message("T-101", 3, "2026-03-04T11:30:00Z", "agent",
                    "We are still looking into it. Running it twice does not help.", "agent.kim"),
        ),
        account("A-1", "Harrow Mills", tier="Enterprise", arr_usd=150_000),
        account("A-2", "Bell & Oak"),
        issue("P-55", "Nightly sync stops early", "Open", "2026-03-04T09:30:00Z",
              comment("P-55", 1, "2026-03-04T10:00:00Z", "The batch limit was lowered to 4,000 in 7.2.0.")),
        chat("C-7", "2026-03-04T10:30:00Z", "Harrow Mills have their audit soon, they are nervous."),
        article("K-3", "Sync settings", "The nightly sync runs at 02:00 in the account's time zone."),
    )  # fmt: skip


def facts(**changes: Any) -> dict[str, Any]:
    """The facts of that case, as a call of ``assess`` holds them."""
    return assessment_data(**{
        "affected": [affected("Harrow Mills", "T-101", impact="major_function_broken")],
        "bug_confirmed": fact("yes", T1M2, BUG, why="reproduced on the test account"),
        "major_function_broken": fact("yes", T1M1, why="the nightly sync stops early"),
        "workaround": {"extent": "none", "cites": [T1M3], "why": "running it twice does not help"},
        "code_change_needed": fact("yes", BUG_COMMENT, why="the batch limit was lowered"),
        **changes,
    })  # fmt: skip


def said(text: str, *cites: str, kind: str = "fact") -> dict[str, Any]:
    """A statement."""
    return {"text": text, "kind": kind, "cites": list(cites)}


def escalation(**changes: Any) -> dict[str, Any]:
    """A brief on that case without a fault, as a call of ``submit_escalation`` holds it."""
    return {
        "summary": "Nightly sync stops after 4,000 rows since 7.2.0 for Harrow Mills",
        "summary_cites": [T1M1],
        "customers_note": [],
        "workflow_impact": [said("The customer reports that the nightly sync stops after 4,000 of 9,500 rows.", T1M1)],
        "revenue_note": [said("Nobody has spoken of leaving.", kind="inference")],
        "queue_note": [],
        "competitive_pressure": [],
        "description": [
            said("The customer reports that the nightly sync stops with E-77 since the upgrade to 7.2.0.", T1M1),
            said("An agent reproduced it on the test account.", T1M2),
            said("Engineering notes that the batch limit was lowered to 4,000 in 7.2.0.", BUG_COMMENT),
        ],
        "tried": [{"action": "agent.kim ran it twice.", "result": "It does not help.", "cites": [T1M3]}],
        "containment": [],
        "reproduction": {
            "status": "reproduced",
            "start": "The test account on 7.2.0.",
            "steps": [said("Open Sync, choose Nightly, press Run now.", T1M2)],
            "expected": "The sync finishes.",
            "actual": "It stops with E-77.",
            "environment": "Version 7.2.0; browser and region unknown.",
            "frequency": "Frequency not recorded.",
            "ruled_out": "Nothing ruled out yet.",
            "cites": [T1M1, T1M2],
        },
        "last_update": [said("On 2026-03-04 agent.kim told the customer that we are still looking into it.", T1M3)],
        "expectation": [said("They need it before their audit on 2026-03-20.", T1M1, kind="customer_claim")],
        "risk": [said("The audit makes a further escalation likely.", T1M1, kind="inference")],
        "asks": [{"owner": "Engineering", "text": "Fix the batch limit of the nightly sync.", "cites": [BUG_COMMENT]}],
        "deadlines": [
            {"by": "2026-03-20", "what": "the customer's audit", "basis": "customer_given", "cites": [T1M1]}
        ],
        "related": [{"ref": BUG, "note": "the open bug"}],
        "conflicts": [],
        "unknowns": [{"what": "Whether other accounts are hit.", "how_to_find_out": "Engineering, from the sync logs."}],
        "support_now": [],
        "author_notes": [],
        "customer_reply": "We have reproduced the problem and engineering is looking into it. We will write again tomorrow.",
        "status_update": "We are still looking into it and have nothing new to tell. We will write again tomorrow.",
        **changes,
    }  # fmt: skip


def handling(**changes: Any) -> dict[str, Any]:
    """A handling note on that case, as a call of ``submit_handling`` holds it."""
    return {
        "summary": "Nightly sync stops early for Harrow Mills",
        "reason": [said("The article on sync settings covers the time of the nightly sync.", "knowledge_base/K-3")],
        "article": "knowledge_base/K-3",
        "steps": [said("Check the time of the nightly sync.", "knowledge_base/K-3", kind="proposed")],
        "uncertain": [],
        "would_change": [said("If it still stops, escalate to Engineering.", kind="proposed")],
        "related": [],
        "conflicts": [],
        "author_notes": [],
        "customer_reply": "Please check at what time the nightly sync is set to run.",
        **changes,
    }
