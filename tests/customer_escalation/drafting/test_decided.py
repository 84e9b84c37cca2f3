"""What a drafter is told of a decision to handle an issue in support."""

from tests.customer_escalation.casebook import NOW, affected, assessment, evidence, fact, message, policy, ticket

from customer_escalation.decision.figures import build_case
from customer_escalation.decision.rules import decide
from customer_escalation.drafting.prompts.decided import HandIn, decision_told


def asked(
    number: str, customer: str, at: str, status: str = "open", subject: str = "The sync fails"
) -> dict[str, object]:
    thread = message(number, 1, at, "customer", "It fails.")
    return {**ticket(number, customer, at, thread), "status": status, "subject": subject}


def test_customers_with_a_ticket_in_the_patterns_window_are_named_solved_ones_too() -> None:
    records = evidence(
        asked("T-1", "Harrow Mills", "2026-03-03T10:00:00Z"),
        asked("T-2", "Bell & Oak", "2026-02-20T10:00:00Z", "solved", "Blank pages " + "x" * 200),
        asked("T-3", "Quill Brothers", "2026-01-02T10:00:00Z", "solved"),
        asked("T-4", "Later Ltd", "2026-03-09T10:00:00Z"),
    )
    facts = assessment(
        affected=[affected("Harrow Mills", "T-1")], documented_solution=fact("yes", "support_platform/T-2")
    )
    case, figures = build_case(facts, records, policy(), NOW)
    told = decision_told(decide(case), case, figures, HandIn("a"))
    assert "3 customers with the same problem in 30 days are a pattern" in told
    assert "Bell & Oak (T-2, solved): Blank pages xxx" in told
    assert "x" * 100 not in told.partition("Grounds that hold")[0]
    assert told.index("Bell & Oak (T-2") < told.index("Harrow Mills (T-1, open)")
    assert "Quill Brothers (T-3" not in told
    assert "Later Ltd (T-4" not in told
