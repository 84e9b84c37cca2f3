"""After the escalation: when it may come down (DE1 to DE4), what is left to do (DE-ACT), what each follow-up holds (C-ACT)."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from tests.customer_escalation.casebook import fact, policy
from tests.requirements import requirement

from customer_escalation.decision.rules.after import (
    CLOSING,
    DEESCALATING,
    FOLLOW_UP,
    Later,
    follow_up_actions,
    propose_deescalation,
    still_to_do,
)  # fmt: skip
from customer_escalation.domain.facts import Fact
from customer_escalation.domain.outcomes import Severity
from customer_escalation.sla.calendar import team_calendar

FOUND_AT = datetime(2026, 3, 4, 12, 0, tzinfo=UTC)
NO = Fact.model_validate(fact())
YES = Fact.model_validate(fact("yes", "support_platform/T-1-m3", why="a setting was wrong"))


def proposed(**changes: Any) -> dict[str, str]:
    """The rules that propose it, each with its reason."""
    later = Later(**{
        "severity": Severity.CRITICAL, "reassessed": Severity.CRITICAL, "support_resolvable_cause": NO,
        "workaround_unblocks": NO, "resolved_by_itself": NO, "customer_confirmed": NO, "root_cause": "",
        "changed_at": FOUND_AT, "last_complaint_at": None, "now": FOUND_AT + timedelta(hours=1), **changes,
    })  # fmt: skip
    firings = propose_deescalation(later, team_calendar(policy()), policy())
    return {firing.rule: firing.because for firing in firings if firing.state == "yes"}


@pytest.mark.parametrize(
    ("rule", "changes"),
    [("DE1", {"support_resolvable_cause": YES}), ("DE2", {"workaround_unblocks": YES})],
)
@requirement(argument="rule")
def test_a_cause_or_a_workaround_needs_the_customers_word_or_two_quiet_intervals(
    rule: str, changes: dict[str, Any]
) -> None:
    confirmed = Fact.model_validate(fact("yes", "support_platform/T-1-m4"))
    longest = policy().cadence.critical.customer[1]
    assert proposed(**changes) == {}
    assert rule in proposed(**changes, customer_confirmed=confirmed)
    almost = FOUND_AT + timedelta(hours=2 * longest) - timedelta(minutes=1)
    assert proposed(**changes, now=almost) == {}
    assert list(proposed(**changes, now=almost + timedelta(minutes=1))) == [rule]


def test_a_new_complaint_starts_the_quiet_again() -> None:
    longest = policy().cadence.critical.customer[1]
    later = {"workaround_unblocks": YES, "now": FOUND_AT + timedelta(hours=2 * longest)}
    assert "DE2" in proposed(**later)
    assert proposed(**later, last_complaint_at=FOUND_AT + timedelta(hours=1)) == {}
    assert "DE2" in proposed(**later, last_complaint_at=FOUND_AT - timedelta(hours=1))


@requirement("DE3")
def test_de3_carries_the_cause_or_says_that_it_is_unknown() -> None:
    assert "root cause unknown" in proposed(resolved_by_itself=YES)["DE3"]
    assert "root cause: a stuck worker" in proposed(resolved_by_itself=YES, root_cause="a stuck worker")["DE3"]


@pytest.mark.parametrize(
    ("reassessed", "words"),
    [(Severity.MEDIUM, "Medium now"), (None, "support's to handle now"), (Severity.HIGH, "High now")],
)
@requirement("DE4")
def test_de4_proposes_every_change_of_severity(reassessed: Severity | None, words: str) -> None:
    assert words in proposed(reassessed=reassessed)["DE4"]


def test_a_proposal_carries_the_reason_the_records_and_the_new_severity() -> None:
    confirmed = Fact.model_validate(fact("yes", "support_platform/T-1-m4"))
    assert proposed(workaround_unblocks=YES, customer_confirmed=confirmed)["DE2"] == (
        "a setting was wrong; the customer confirmed it"
    )
    bare = Fact.model_validate(fact("yes", "support_platform/T-1-m3"))
    assert proposed(workaround_unblocks=bare, customer_confirmed=confirmed)["DE2"] == "the customer confirmed it"
    assert "DE2" in proposed(workaround_unblocks=YES, now=FOUND_AT + timedelta(days=30))
    later = Later(Severity.CRITICAL, Severity.MEDIUM, NO, NO, NO, NO, "", FOUND_AT, None, FOUND_AT)
    changed = next(
        firing for firing in propose_deescalation(later, team_calendar(policy()), policy()) if firing.rule == "DE4"
    )
    assert changed.floor == "Medium"


def test_nothing_new_proposes_nothing() -> None:
    assert proposed() == {}


@requirement("DE-ACT")
def test_de_act_is_all_four() -> None:
    assert still_to_do([]) == tuple(DEESCALATING.values())
    assert len(DEESCALATING) == 4
    assert still_to_do(["notify_team", "inform_customer"]) == (
        DEESCALATING["update_ticket"], DEESCALATING["record_learning"],
    )  # fmt: skip
    assert still_to_do(DEESCALATING) == ()
    with pytest.raises(ValueError, match="celebrate"):
        still_to_do(["celebrate"])


@requirement("C-ACT")
def test_c_act_at_each_follow_up_and_at_the_end() -> None:
    assert follow_up_actions(resolved=False) == FOLLOW_UP
    assert follow_up_actions(resolved=True) == CLOSING
    assert any("no news" in action for action in FOLLOW_UP)
