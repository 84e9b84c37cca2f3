"""A small workspace of our own making, for the tests of the connectors."""

import copy
from typing import Any

from support_connectors.categories import Category

WORKSPACE: dict[str, Any] = {
    "now": "2026-03-10T12:00:00+01:00",
    "policy": {"high_value_arr": 90_000, "team_timezone": "Europe/Berlin"},
    "connectors": {},
    "records": {
        "support_platform": [
            {
                "id": "TCK-1001",
                "customer": "Quillfeather Press",
                "created_at": "2026-03-08T08:00:00+01:00",
                "status": "open",
                "priority": "high",
                "subject": "Invoices print without the logo",
                "kind": "incident",
                "messages": [
                    {
                        "id": "TCK-1001-m1",
                        "at": "2026-03-08T08:00:00+01:00",
                        "author": "ines",
                        "role": "customer",
                        "text": "Since release v4.12.0 every invoice prints without our logo.\n"
                        "Error: ASSET_NOT_FOUND (code 7731).",
                    },
                    {
                        "at": "2026-03-08T09:30:00+01:00",
                        "author": "agent.tove",
                        "role": "agent",
                        "text": "Reproduced on a test account; the letterhead template loses its asset link.",
                    },
                    {
                        "at": "2026-03-09T10:00:00Z",
                        "author": "passer-by",
                        "role": "community",
                        "text": "Same here.",
                        "account": "Marrow & Pine",
                    },
                ],
            },
            {
                "id": "TCK-1002",
                "customer": "MARROW & PINE",
                "created_at": "2026-03-09",
                "status": "Solved",
                "priority": "normal",
                "subject": "How to export a report",
                "messages": [
                    {"at": "2026-03-09", "author": "olu", "role": "customer", "text": "Where is the export button?"}
                ],
            },
            {
                "id": "TCK-1003",
                "customer": "ACC-2",
                "created_at": "2026-03-09T23:30:00-05:00",
                "status": "open",
                "priority": "low",
                "subject": "請求書のロゴ",
                "region": "emea",
                "messages": [],
            },
        ],
        "crm": [
            {
                "id": "ACC-1",
                "name": "Quillfeather Press",
                "tier": "Enterprise",
                "arr_usd": 120_000,
                "renewal": "2026-06-30",
                "sla": {"first_response_h": 1, "update_h": 4, "resolution_h": None, "uptime": "99.9 %"},
                "contacts": [{"name": "Ines Balogh", "role": "admin", "email": "ines@quillfeather.example"}],
                "open_deals": [{"name": "Archive add-on", "amount_usd": 9_500.5, "close": "2026-04-15"}],
                "health": "amber",
            },
            {
                "id": "ACC-2",
                "name": "Marrow & Pine",
                "tier": "Business",
                "arr_usd": 8_000,
                "renewal": None,
                "sla": None,
                "contacts": [],
                "open_deals": [],
            },
        ],
        "chat": [
            {
                "id": f"MSG-{number}",
                "channel": channel,
                "at": f"2026-03-09T1{number}:00:00Z",
                "author": "agent.tove",
                "text": text,
            }
            for number, (channel, text) in enumerate(
                [
                    ("#printing", "Anyone seen letterheads without a logo?"),
                    ("#printing", "Yes, two accounts since Sunday."),
                    ("#general", "Lunch?"),
                    ("#printing", "Engineering is looking at the asset service."),
                ]
            )
        ],
        "project_tracker": [
            {
                "id": "ENG-77",
                "type": "bug",
                "title": "Letterhead template drops asset links",
                "status": "In Progress",
                "priority": "P2",
                "created_at": "2026-03-08T12:00:00Z",
                "labels": ["printing", "regression"],
                "comments": [
                    {"at": "2026-03-08T13:00:00Z", "author": "eng.rui", "text": "Bisected to the 4.12.0 asset cache."},
                    {"at": "2026-03-09T13:00:00Z", "author": "eng.rui", "text": "Fix is in review."},
                ],
            }
        ],
        "knowledge_base": [
            {
                "id": "ART-5",
                "title": "Printing with your own letterhead",
                "updated_at": "2025-11-01",
                "body": "Upload the logo as SVG.\n\nThen choose it under Settings > Letterhead.",
            }
        ],
    },
}


def workspace(connectors: dict[Category, str] | None = None) -> dict[str, Any]:
    """A fresh copy that a test may change, with these connector states."""
    made = copy.deepcopy(WORKSPACE)
    made["connectors"] = dict(connectors or {})
    return made


def many_tickets(count: int) -> dict[str, Any]:
    """A workspace of ``count`` tickets, several of them at the same moment."""
    made = workspace()
    made["records"]["support_platform"] = [
        {
            "id": f"T-{number}",
            "customer": f"Customer {number % 7}",
            "created_at": f"2026-02-{1 + number % 5:02d}",
            "status": "open" if number % 3 else "solved",
            "priority": "normal",
            "subject": "printer " * (1 + number % 4),
            "messages": [],
        }
        for number in range(count)
    ]
    return made
