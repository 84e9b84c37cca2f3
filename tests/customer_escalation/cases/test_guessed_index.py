"""Which text goes where, as far as the line above it tells: a guess, which must not raise a doubt that the document gives no ground for."""

from tests.customer_escalation.casebook import evidence, ticket

from customer_escalation.cases.guessed_index import guessed_index

DOCUMENT = """**To Ada, on {}**

> Hello Ada, we are at it.

**For #support**

> Nobody restarts it.
"""


def guessed(where: str) -> list[tuple[str, str]]:
    known = evidence(
        ticket("T-101", "Harrow Mills", "2026-03-02T09:00:00Z"),
        ticket("T-102", "Harrow Mills", "2026-03-02T09:00:00Z", status="solved"),
    )
    return [(one.goes, one.to) for one in guessed_index(DOCUMENT.format(where), known).texts]


def test_a_letter_goes_to_the_open_ticket_above_it_and_a_message_to_the_channel() -> None:
    assert guessed("T-101") == [("customer_reply", "support_platform/T-101"), ("colleague", "#support")]


def test_where_it_goes_is_no_guess_on_a_settled_ticket_or_between_two() -> None:
    assert guessed("her address, not on T-102") == [("colleague", "#support")]
    assert guessed("T-101 or T-103, not T-102")[0] == ("customer_reply", "support_platform/T-101")
