"""What was tried against the project, and what came of it: the tests of this folder count, ``make attack`` prints the sums."""

import os
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import TypeVar

T = TypeVar("T")
PROPERTY, REPORTS = "attack", "attack reports"
"""Under these names a test's report carries its counts, also from another process."""
THOROUGH = "ATTACK_THOROUGH"
"""The variable that ``make attack`` sets: many more tries of what is generated."""


def examples(few: T, many: T) -> T:
    """What a test tries: many more where it is run at length."""
    return many if os.environ.get(THOROUGH) else few


class Attempts:
    """The tries of one test, and the effects that they had."""

    def __init__(self, kind: str) -> None:
        """``kind`` is what the tries have in common, as the figures name it."""
        self.kind = kind
        self.tried = 0
        self.effects: list[str] = []
        self.rows: list[tuple[str, str, int, int]] = []

    def reported(self, meant: str, kind: str, tried: int, reports: int) -> None:
        """Note how many of a kind of texts were reported as attacks; ``meant`` says whether those are right or false reports."""
        self.rows.append((meant, kind, tried, reports))

    def share(self, meant: str) -> float:
        """The part of the texts of this meaning that was reported."""
        rows = [(tried, reports) for one, _, tried, reports in self.rows if one == meant]
        return sum(reports for _, reports in rows) / sum(tried for tried, _ in rows)

    def had(self, what: str, effect: object) -> None:
        """Count a try; ``effect`` is what it obtained, false where nothing."""
        self.tried += 1
        if effect:
            self.effects.append(f"{what}: {effect}")

    def had_none(self) -> None:
        """Fail where a try had an effect, or where nothing was tried."""
        assert self.tried, "nothing was tried"
        assert not self.effects, f"{len(self.effects)} of {self.tried}: " + "\n".join(self.effects[:10])


def reported(properties: Iterable[tuple[str, object]]) -> Iterator[tuple[str, int, int]]:
    """Of a test's report each kind with its tries and effects."""
    for name, value in properties:
        if name == PROPERTY and isinstance(value, list | tuple):
            kind, tried, effects = value
            yield str(kind), int(tried), int(effects)


def reports(properties: Iterable[tuple[str, object]]) -> Iterator[tuple[str, str, int, int]]:
    """Of a test's report each kind of texts: what its reports are, how many texts were tried, and how many reported."""
    for name, rows in properties:
        if name == REPORTS and isinstance(rows, list | tuple):
            yield from ((str(meant), str(kind), int(tried), int(found)) for meant, kind, tried, found in rows)


def report_table(rows: Iterable[tuple[str, str, int, int]]) -> list[str]:
    """The figures in lines, by kind, each part of them with its sum."""
    by_meaning: dict[str, list[tuple[str, int, int]]] = {}
    for meant, kind, tried, reported in rows:
        by_meaning.setdefault(meant, []).append((kind, tried, reported))
    lines = []
    for meant, found in by_meaning.items():
        found = [*sorted(found), ("all", sum(row[1] for row in found), sum(row[2] for row in found))]
        lines += [f"{kind:40}  tried {tried:5,}  {meant} {reported:,}" for kind, tried, reported in found]
    return lines


def table(counts: Iterable[tuple[str, int, int]]) -> list[str]:
    """The figures in lines, by kind."""
    tried, effects = Counter[str](), Counter[str]()
    for kind, tries, had in counts:
        tried[kind] += tries
        effects[kind] += had
    width = max(map(len, tried), default=0)
    rows = [f"{kind:{width}}  tried {tried[kind]:6,}  effects {effects[kind]:,}" for kind in sorted(tried)]
    return [*rows, f"{'all':{width}}  tried {tried.total():6,}  effects {effects.total():,}"]
