"""What the ordinary tickets are made of."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Topic:
    """One ordinary subject of support with its article and its issues in the tracker.

    The texts may hold ``{n}`` (a small number), ``{big}`` (a large one), ``{board}`` (a dashboard), ``{rid}`` (a
    request id), ``{release}`` (what ran on the day), ``{guide}`` (the article) and, in the last fix only, ``{issue}``.
    """

    area: str
    kind: str
    subjects: tuple[str, ...]
    """Each goes with the opening at the same place."""
    openings: tuple[str, ...]
    asks: tuple[str, ...]
    """What the agent wants to know or have tried, each answered by the text at the same place in ``answers``."""
    answers: tuple[str, ...]
    fixes: tuple[str, ...]
    """What settles it; the last one is a fix of a bug and names the issue."""
    article: tuple[str, str, str, str]
    """Id, title, date, body."""
    issues: tuple[tuple[str, str, str, str, str, str, str], ...]
    """Id, type, title, status, priority, created, comment."""
    leads: tuple[int, int, int] = (0, 1, 1)
    """Which of the two questions suits each opening."""
