"""Whatever records a sentence cites, and however many, the checks of single statements come to an end with findings."""

import re
from dataclasses import replace

import pytest
from evals.meaning.bench import evidence_of, findings_of
from evals.meaning.statements import Statement, statements
from hypothesis import given, settings
from hypothesis import strategies as st

_MARK = re.compile(r"\[\[([^\]]*)\]\]")
_REFS = {world: sorted(evidence_of(world).ledger.records) for world in {one.world for one in statements()}}


def citing(statement: Statement, more: list[str]) -> Statement:
    return replace(statement, text=_MARK.sub(lambda mark: f"[[{', '.join([mark[1], *more])}]]", statement.text))


@st.composite
def cited_anyhow(draw: st.DrawFn) -> Statement:
    statement = draw(st.sampled_from(statements()))
    return citing(statement, draw(st.lists(st.sampled_from(_REFS[statement.world]), max_size=4, unique=True)))


@settings(max_examples=200)
@given(cited_anyhow())
def test_a_sentence_that_cites_others_as_well_is_looked_at(statement: Statement) -> None:
    findings_of(statement)


@pytest.mark.parametrize("world", sorted(_REFS))
def test_a_ticket_beside_its_account_which_has_its_name(world: str) -> None:
    evidence = evidence_of(world)
    for ticket in evidence.of_kind("ticket"):
        account = evidence.account(evidence.customer_of(ticket))
        refs = ", ".join(record.ref for record in (ticket, account) if record)
        name = evidence.customer_of(ticket)
        text = f"{name} waits for 4 h and {name} pays 7,200 [[{refs}]]."
        findings_of(Statement(world, text, "true", "development"))
