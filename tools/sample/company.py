"""The invented company behind the sample workspace: its people, promises, dates and releases."""

from datetime import UTC, date, datetime

COMPANY = "Tessellate"
DOMAIN = "tessellate.example.com"
NOW = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)
SEED = 20261123

AGENTS = (
    "Priya Raman",
    "Tomas Lindqvist",
    "Amara Okafor",
    "Jonas Weidner",
    "Siobhan Keane",
    "Mateo Quiroga",
    "Hana Shimizu",
    "Devin Carlisle",
)
"""Support agents; nobody else answers tickets."""

ENGINEERS = ("Ingrid Solheim", "Rafael Duarte", "Naveen Iyer", "Bea Novak", "Curtis Abbott", "Yael Stern")
PRODUCT = ("Marguerite Dubois", "Owen Fairley")
SUCCESS = ("Lucia Ferrante", "Bram de Wit", "Chidi Eze")

SLA: dict[str, dict[str, float | None]] = {
    "Strategic": {"first_response_h": 1, "update_h": 4, "resolution_h": 24, "uptime": 99.95},
    "Enterprise": {"first_response_h": 2, "update_h": 8, "resolution_h": 48, "uptime": 99.9},
    "Business": {"first_response_h": 8, "update_h": 24, "resolution_h": 120},
    "Pro": {"first_response_h": 24, "update_h": 72, "resolution_h": None},
}
"""Hours by tier, the promise of the contract; ``uptime`` in percent."""

RELEASES: tuple[tuple[str, date], ...] = (
    ("2026.15", date(2026, 8, 11)),
    ("2026.16", date(2026, 8, 25)),
    ("2026.17", date(2026, 9, 8)),
    ("2026.18", date(2026, 9, 22)),
    ("2026.19", date(2026, 10, 6)),
    ("2026.20", date(2026, 10, 20)),
    ("2026.21", date(2026, 11, 4)),
    ("2026.22", date(2026, 11, 17)),
)
"""Platform releases with the day each reached every region."""

REGIONS = ("us-east", "eu-central", "ap-southeast")


def release_on(day: date) -> str:
    """The release that ran on ``day``; the oldest one known for days before it."""
    current = RELEASES[0][0]
    for name, since in RELEASES:
        if since <= day:
            current = name
    return current
