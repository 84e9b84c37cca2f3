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
from customer_escalation.domain.prose import cite
from customer_escalation.domain.template import labelled

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


def said(text: str, *cites: str) -> str:
    """A sentence with its mark."""
    return cite(text, cites)


def reply(text: str, ticket: str = T1, kind: str = "reply") -> dict[str, Any]:
    """A text to a customer."""
    return {"ticket": ticket, "kind": kind, "text": text, "when": ""}


def rows(**texts: str) -> str:
    """A section's labelled rows, the labels given with underscores; an empty one is left out."""
    return labelled((label.replace("_", " "), text) for label, text in texts.items())


def impact(**changes: str) -> str:
    """The impact of that case, with rows changed or added by label."""
    own = {"Workflow_impact": said("The customer reports that the nightly sync stops after 4,000 of 9,500 rows.", T1M1)}
    return rows(**{**own, **changes})


def communication(**changes: str) -> str:
    """What was said to the customer of that case, with rows changed or added by label."""
    return rows(**{
        "Last_update_to_customer": said("On 2026-03-04 agent.kim told the customer that we are still looking into it.", T1M3),
        "Customer_expectation": said("They need it before their audit on 2026-03-20.", T1M1),
        "Escalation_risk": said("They say that the audit makes it urgent.", T1M1),
        **changes,
    })  # fmt: skip


def reproduction(**changes: Any) -> str:
    """The reproduction of that case, with its parts changed: note, steps, Expected, Actual, Environment."""
    parts: dict[str, Any] = {
        "note": said("From the test account on 7.2.0; how often is not recorded.", T1M2),
        "steps": [said("Open Sync, choose Nightly, press Run now.", T1M2)],
        "Expected": "The sync finishes, which no record states.",
        "Actual": said("It stops with E-77.", T1M2),
        "Environment": said("Version 7.2.0; browser and region unknown.", T1M1),
        **changes,
    }
    steps = [f"{number}. {step}" for number, step in enumerate(parts.pop("steps"), 1)]
    lines = [parts.pop("note"), *steps, *(f"{label}: {text}" for label, text in parts.items() if text)]
    return "\n".join(line for line in lines if line)


def ask(text: str, owner: str = "Engineering", kind: str = "fix", by: str = "") -> dict[str, Any]:
    """An ask of a team."""
    return {"owner": owner, "kind": kind, "by": by, "text": text}


def escalation(**changes: Any) -> dict[str, Any]:
    """A brief on that case without a fault, as an ``EscalationDraft``."""
    return {
        "sender": "**To Engineering as High.** Call them before the customer's audit.",
        "summary": "Nightly sync stops after 4,000 rows since 7.2.0 for Harrow Mills",
        "opening": "Engineering: fix the batch limit that 7.2.0 lowered.\nThe customer's audit is on 2026-03-20.",
        "impact": impact(),
        "description": " ".join([
            said("The customer reports that the nightly sync stops with E-77 since the upgrade to 7.2.0.", T1M1),
            said("An agent reproduced it on the test account.", T1M2),
            said("Engineering notes that the batch limit was lowered to 4,000 in 7.2.0.", BUG_COMMENT),
        ]),
        "tried": f"1. {said('agent.kim ran it twice, which does not help.', T1M3)}",
        "containment": "",
        "reproduction": reproduction(),
        "communication": communication(),
        "asks": [ask("Fix the batch limit of the nightly sync.")],
        "deadline": {"by": "2026-03-20", "basis": "customer_given", "text": said("2026-03-20, the customer's audit", T1M1)},
        "context": f"- **Open bug:** the limit [[{BUG}]].\n"
                   "- **Not known:** whether other accounts are hit (Engineering, from the sync logs).",
        "drafts": [],
        "messages": [],
        "ticket_note": "",
        **changes,
    }  # fmt: skip


def handling(**changes: Any) -> dict[str, Any]:
    """A handling note on that case, as a ``HandlingDraft``."""
    return {
        "sender": "",
        "summary": "Nightly sync stops early for Harrow Mills",
        "note": f"### What to do\n1. {said('Check the time of the nightly sync.', 'knowledge_base/K-3')}\n\n### Why\n"
        f"{said('The article on sync settings covers the time of the nightly sync.', 'knowledge_base/K-3')}\n\n"
        "If it still stops, escalate to Engineering.",
        "article": "knowledge_base/K-3",
        "drafts": [reply("Please check at what time the nightly sync is set to run.")],
        "messages": [],
        "ticket_note": "",
        **changes,
    }
