"""What is new of an item that was not looked at before."""

from datetime import UTC, datetime

from tests.customer_escalation.casebook import comment, evidence, issue

from customer_escalation.followups.news import news_between
from skill_runtime.ledger import Ledger

SINCE, NOW = datetime(2026, 3, 4, 12, tzinfo=UTC), datetime(2026, 3, 4, 18, tzinfo=UTC)


def test_of_a_tracker_item_that_came_later_only_what_was_said_since_is_new() -> None:
    now = evidence(
        issue(
            "P-77", "Exports are down", "Open", "2026-03-01T09:00:00Z",
            comment("P-77", 1, "2026-03-01T10:00:00Z", "We are on it."),
            comment("P-77", 2, "2026-03-04T13:00:00Z", "It is up again."),
        )
    )  # fmt: skip
    own = ["project_tracker/P-77"]
    joined = news_between(Ledger(), now, own, (SINCE, NOW))
    assert [one.data["text"] for one in joined.words] == ["It is up again."]
    found = news_between(Ledger(), now, (), (SINCE, NOW))
    assert [one.ref for one in found.elsewhere if one.parent is None] == own
