"""Earlier escalations that are alike: by the items that they share, and by their words (SQLite's full-text search)."""

import sqlite3
from dataclasses import dataclass
from typing import Any

from customer_escalation.cases.entries import RESULT
from customer_escalation.cases.recorded import RecordedResult
from customer_escalation.cases.store import CaseStore, StoreError
from customer_escalation.domain.prose import without_marks
from customer_escalation.followups.stats import RunFigures, figures_of
from support_connectors.workspace.full_text import indexed, match_expression

MOST_WORDS_FROM = 1_500
"""Characters of a run's own text that are searched for."""


@dataclass(frozen=True)
class Alike:
    """An earlier run."""

    figures: RunFigures
    summary: str
    shared: tuple[str, ...]
    """Refs of tickets and tracker items that both rest on."""
    accounts: tuple[str, ...]
    """Affected in both."""
    rank: int
    """Its place by words among the others, from 1; 0 where it shares none."""

    def to_json(self) -> dict[str, Any]:
        """As a JSON object."""
        figures = self.figures
        return {
            "run": figures.case, "summary": self.summary, "severity": figures.severity, "target": figures.target,
            "closed": figures.closed.isoformat() if figures.closed else None, "shared": list(self.shared),
            "accounts": list(self.accounts), "rank": self.rank,
        }  # fmt: skip


def similar(store: CaseStore, case: str, most: int = 10) -> list[Alike]:
    """The runs with a brief that are most alike: those that share items first, then by words. Raises ``StoreError``."""
    name = store.find(case.strip())
    results = {one.case: RecordedResult(one.newest) for one in store.summaries(RESULT) if one.newest}
    if name not in results:
        raise StoreError(f"{name} has no brief yet, so there is nothing to compare it by.")
    own, ranks = figures_of(store, name), _by_words(results, name)
    found = [
        Alike(
            figures, results[other].summary, tuple(sorted(own.items & figures.items)),
            tuple(one for one in figures.accounts if one in own.accounts), ranks.get(other, 0),
        )
        for other in results if other != name and (figures := _figures(store, other)) is not None
    ]  # fmt: skip
    alike = [one for one in found if one.shared or one.accounts or one.rank]
    alike.sort(key=lambda one: (-len(one.shared), one.rank or len(found) + 1, -len(one.accounts), one.figures.case))
    return alike[:most]


def _figures(store: CaseStore, case: str) -> RunFigures | None:
    """None for a run that cannot be read: it is like nothing."""
    try:
        return figures_of(store, case)
    except StoreError:
        return None


def _by_words(results: dict[str, RecordedResult], own: str) -> dict[str, int]:
    """The place of each other run that shares words with this one."""
    expression = match_expression(_words(results[own])[:MOST_WORDS_FROM])
    if expression is None:
        return {}
    connection = sqlite3.connect(":memory:")
    try:
        connection.execute(
            "CREATE VIRTUAL TABLE briefs USING fts5(run UNINDEXED, words, tokenize = 'porter unicode61')"
        )
        rows = [(run, indexed(_words(result))) for run, result in results.items() if run != own]
        connection.executemany("INSERT INTO briefs VALUES (?, ?)", rows)
        query = "SELECT run FROM briefs WHERE briefs MATCH ? ORDER BY bm25(briefs), run"
        found = connection.execute(query, (expression,)).fetchall()
    finally:
        connection.close()
    return {str(run): place for place, (run,) in enumerate(found, 1)}


def _words(result: RecordedResult) -> str:
    draft = result.data["brief"]["draft"]
    parts = [draft.get(key, "") for key in ("summary", "description", "reproduction", "reason", "opening")]
    return without_marks(" ".join(part for part in parts if part))
