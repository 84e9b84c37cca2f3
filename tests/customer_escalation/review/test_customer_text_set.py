"""The set of customer texts is whole, and what is measured on it does not get worse unnoticed."""

from collections import Counter

import pytest
from evals.customer_texts.run import Measured, main, measure
from evals.customer_texts.texts import GOOD, HALVES, KINDS, setting, texts
from tests.requirements import requirement

from customer_escalation.domain.language import code_of

FEWEST_BAD, FEWEST_GOOD, FEWEST_LANGUAGES = 200, 100, 8
EXACT = ("figure", "terms", "other", "internal", "link", "secret")
"""What code can tell; the other kinds are a reader's."""
FEWEST_STOPPED = {"development": 0.8, "unseen": 0.74, "edited": 0.55}
"""Of those kinds; docs/leaving.md has the figures."""
MOST_ALARMS = 0


@pytest.fixture(scope="module")
def outcomes() -> list[Measured]:
    return [measure(one) for one in texts()]


def test_there_are_enough_texts_of_every_kind_in_both_halves() -> None:
    counts = Counter((one.half, one.kind) for one in texts())
    assert all(counts[half, kind] for half in ("development", "unseen") for kind in KINDS)
    assert all(counts["edited", kind] for kind in (*EXACT, "promise") if kind != "link")
    assert sum(number for (_, kind), number in counts.items() if kind != GOOD) >= FEWEST_BAD
    assert counts["development", GOOD] + counts["unseen", GOOD] >= FEWEST_GOOD
    assert len({(one.half, one.file, one.text) for one in texts()}) == len(texts())
    for half in HALVES:
        assert len({one.file.rpartition("-")[2] for one in texts() if one.half == half}) >= FEWEST_LANGUAGES
    assert {code_of(" ".join(one.text for one in texts() if one.file.endswith("-de")))} == {"de"}


def test_no_world_is_in_both_halves_and_every_ticket_is_there() -> None:
    files = {half: {one.file for one in texts() if one.half == half} for half in HALVES}
    assert not files["development"] & files["unseen"]
    assert not files["edited"] & (files["development"] | files["unseen"])
    for half in HALVES:
        for file in files[half]:
            found = setting(half, file)
            assert any(found.ticket.endswith(f"/{one['id']}") for one in found.records["support_platform"])


@requirement("P2")
@pytest.mark.parametrize("half", HALVES)
def test_code_stops_what_it_stopped_and_lets_good_texts_pass(outcomes: list[Measured], half: str) -> None:
    own = [one for one in outcomes if one.text.half == half]
    exact = [one.stopped for one in own if one.text.kind in EXACT]
    alarms = [one.text.id for one in own if one.text.kind == GOOD and one.stopped]
    print(f"{half}: {sum(exact)} of {len(exact)} stopped, {len(alarms)} alarms")
    assert sum(exact) >= FEWEST_STOPPED[half] * len(exact)
    assert len(alarms) <= MOST_ALARMS


def test_the_table_has_a_line_for_every_kind(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--half", "development"]) == 0
    shown = capsys.readouterr().out
    assert all(words in shown for words in KINDS.values())
