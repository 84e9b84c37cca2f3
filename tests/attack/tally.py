"""What was tried against the project, and what came of it: the tests of this folder count, ``make attack`` prints the sums."""

import os
from collections import Counter
from collections.abc import Iterable, Iterator

PROPERTY = "attack"
"""Under this name a test's report carries its counts, also from another process."""
THOROUGH = "ATTACK_THOROUGH"
"""The variable that ``make attack`` sets: many more tries of what is generated."""


def examples(few: int, many: int) -> int:
    """How many generated tries a test makes."""
    return many if os.environ.get(THOROUGH) else few


class Attempts:
    """The tries of one test, and the effects that they had."""

    def __init__(self, kind: str) -> None:
        """``kind`` is what the tries have in common, as the figures name it."""
        self.kind = kind
        self.tried = 0
        self.effects: list[str] = []

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


def table(counts: Iterable[tuple[str, int, int]]) -> list[str]:
    """The figures in lines, by kind."""
    tried, effects = Counter[str](), Counter[str]()
    for kind, tries, had in counts:
        tried[kind] += tries
        effects[kind] += had
    width = max(map(len, tried), default=0)
    rows = [f"{kind:{width}}  tried {tried[kind]:6,}  effects {effects[kind]:,}" for kind in sorted(tried)]
    return [*rows, f"{'all':{width}}  tried {tried.total():6,}  effects {effects.total():,}"]
