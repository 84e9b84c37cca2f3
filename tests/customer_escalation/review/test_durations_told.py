"""A duration that nobody wrote down stands where it is the time between two moments of the cited records."""

import pytest
from tests.customer_escalation.casebook import evidence, message, ticket

from customer_escalation.review.durations import follows_from_moments

M1, M2 = "support_platform/T-5-m1", "support_platform/T-5-m2"


@pytest.mark.parametrize(
    ("text", "told", "follows"),
    [
        ("agent.kim answered two hours after it.", "two hours", True),
        ("agent.kim answered three hours after it.", "three hours", False),
        ("agent.kim answered over two hours after it.", "two hours", True),
        ("agent.kim answered two minutes after it.", "two minutes", False),
        ("The stall came 40 minutes later.", "40 minutes", True),
    ],
)
def test_it_is_computed(text: str, told: str, follows: bool) -> None:
    world = evidence(
        ticket("T-5", "Harrow Mills", "2026-03-04T08:00:00Z",
               message("T-5", 1, "2026-03-04T08:00:00Z", "customer", "It stopped at 08:40.", "j.doe"),
               message("T-5", 2, "2026-03-04T10:00:00Z", "agent", "We look into it.", "agent.kim")),
    )  # fmt: skip
    records, _ = world.resolve([M1, M2])
    assert follows_from_moments(text, told, records) is follows


@pytest.mark.parametrize(("until", "follows"), [("2026-03-08T07:10:00Z", True), ("2026-03-08T06:50:00Z", False)])
def test_days_are_told_to_the_hour(until: str, follows: bool) -> None:
    world = evidence(
        ticket("T-5", "Harrow Mills", "2026-03-04T08:00:00Z",
               message("T-5", 1, "2026-03-04T08:00:00Z", "agent", "Please send the log.", "agent.kim"),
               message("T-5", 2, until, "customer", "Here it is.", "j.doe")),
    )  # fmt: skip
    records, _ = world.resolve([M1, M2])
    assert follows_from_moments("agent.kim had it four days later.", "four days", records) is follows
