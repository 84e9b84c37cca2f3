"""The first layer looks at long texts no longer than at short ones of the same kind: what it does grows with their length and no faster.

Steps are counted, not timed: calls of functions while it runs.
"""

import sys
from collections.abc import Callable
from typing import Any

import pytest
from tests.customer_escalation.casebook import account, evidence, message, ticket

from customer_escalation.domain.evidence import Evidence
from customer_escalation.review.meaning import contests
from customer_escalation.review.passages import Claim
from customer_escalation.review.sources import Sources

LONG = 200_000
UNITS = (
    "sync, ", "not sync ", "12 of 13 files, ", "“we cancel” ", "if it stops, ", "The sync does not start. ", "and the sync of 3 and ",
    "T-5 is closed and ", "1 a b of ", "Harrow Mills writes ", "A B ", "because of it ", "all of some ", "before after ",
)  # fmt: skip


def world(text: str) -> Evidence:
    """One long message."""
    return evidence(
        ticket("T-5", "Harrow Mills", "2026-03-04T08:00:00Z",
               message("T-5", 1, "2026-03-04T08:00:00Z", "customer", text, "j.doe")),
        account("A-1", "Harrow Mills"),
    )  # fmt: skip


def steps(run: Callable[[], Any]) -> int:
    """How many functions are called."""
    count = [0]

    def note(frame: Any, event: str, argument: Any) -> None:
        count[0] += event in ("call", "c_call")

    sys.setprofile(note)
    try:
        run()
    finally:
        sys.setprofile(None)
    return count[0]


def look(statement: str, record: str) -> int:
    """The steps of one statement about one record."""
    cites = ("support_platform/T-5-m1", "crm/A-1")
    sources = Sources(world(record), {}, frozenset())
    return steps(lambda: list(contests([Claim("description", statement, "fact", cites, "receiver")], sources)))


@pytest.mark.parametrize("unit", UNITS)
def test_a_statement_twice_as_long_takes_about_twice_as_many_steps(unit: str) -> None:
    record = unit * 40
    short, long = (look((unit * 6000)[:size], record) for size in (1500, 3000))
    assert long <= 3 * short + 5_000


@pytest.mark.parametrize("unit", UNITS)
def test_a_record_five_times_as_long_takes_at_most_five_times_as_many_steps(unit: str) -> None:
    statement = f"{unit}{unit} The sync does not start."
    short, long = (look(statement, (unit * LONG)[:size]) for size in (LONG // 5, LONG))
    assert long <= 5 * short


def test_however_many_records_are_cited_only_so_many_are_compared() -> None:
    messages = [
        message("T-5", number, "2026-03-04T08:00:00Z", "customer", "The sync does not start.") for number in range(400)
    ]
    sources = Sources(evidence(ticket("T-5", "Harrow Mills", "2026-03-04T08:00:00Z", *messages)), {}, frozenset())
    claim = Claim("description", "The sync starts.", "fact", ("support_platform/T-5",), "receiver")
    [found] = [contest for _, contest in contests([claim], sources) if contest.kind == "negation"]
    assert found.certain
