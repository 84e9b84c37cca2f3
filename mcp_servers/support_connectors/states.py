"""Whether a ticket or an issue is open, waits for somebody, or is closed: one type, and one table of the words for it.

A system that says so itself (Jira's category, Redmine's ``is_closed``) is believed; the table is for what has only words.
"""

import re
import unicodedata
from collections.abc import Mapping
from typing import Literal, TypeGuard, get_args

State = Literal["open", "waiting", "closed"]
"""``waiting``: the customer or somebody else has to act before the work goes on. A status that nobody knows has no state."""
STATES: tuple[State, ...] = get_args(State)


def _phrases(text: str) -> frozenset[str]:
    return frozenset(phrase.strip() for line in text.strip().splitlines() for phrase in line.split(","))


_OPEN = _phrases("""
    open, opened, new, unread, reopened, re opened, unresolved, active, ongoing, unassigned, assigned, confirmed, unconfirmed
    accepted, acknowledged, registered, received, submitted, identified, escalated, monitoring
    in progress, inprogress, progress, work in progress, wip, working, doing, started, not started, unstarted
    to do, todo, backlog, in backlog, icebox, planned, scheduled, selected for development, queued, in queue
    triage, in triage, needs triage, to triage, triaged, untriaged
    investigating, investigation, under investigation, in analysis, analysis
    in development, development, in dev, developing, ready, ready for development, ready for dev, ready for work
    review, in review, under review, code review, in code review, ready for review, needs review, to review
    testing, in testing, in test, in qa, qa, ready for qa, ready for test, ready for testing, to test
    waiting for support, waiting on support, waiting for us, waiting on us, waiting for agent, waiting on agent
    waiting for triage, awaiting support, awaiting agent, awaiting triage, awaiting assignment, awaiting investigation
""")
_WAITING = _phrases("""
    waiting, awaiting, pending, on hold, hold, held, paused, snoozed, deferred, postponed, suspended, blocked, stalled
    feedback, needs feedback, needs info, need info, needinfo, needs information, needs more info, more info needed
    more information required, info needed, info requested, information requested
""")
_CLOSED = _phrases("""
    closed, close, resolved, solved, done, fixed, complete, completed, finished, implemented, verified
    released, deployed, shipped, delivered, merged, archived, abandoned, deleted, trashed, dropped, expired, obsolete
    cancelled, canceled, rejected, declined, denied, withdrawn, discarded, dismissed, invalid, spam
    duplicate, duplicated, wont fix, wontfix, wont do, will not fix, will not do, not planned, not a bug, no fix
    by design, as designed, works as designed, works for me, cannot reproduce, cant reproduce, not reproducible
""")
WORDS: Mapping[State, frozenset[str]] = {"open": _OPEN, "waiting": _WAITING, "closed": _CLOSED}
"""The known words of each state, as ``_plain`` leaves them."""
_BEGINNINGS: Mapping[State, tuple[str, ...]] = {
    "waiting": ("waiting", "awaiting", "pending", "on hold", "blocked"),
    "closed": ("closed",),
}
"""What also counts where more words follow: ``Awaiting customer``, ``Closed (duplicate)``."""


def _by_phrase() -> dict[str, State]:
    table: dict[str, State] = {}
    for state, phrases in WORDS.items():
        for phrase in phrases:
            if table.setdefault(phrase, state) != state:
                raise ValueError(f"The status {phrase!r} stands for two states.")
    return table


_STATES = _by_phrase()


def state_of(status: str | None) -> State | None:
    """The state that a status's word means, in any case and spelling of its joints; None where it is not known."""
    plain = _plain(status or "")
    if plain in _STATES:
        return _STATES[plain]
    return next((state for state, words in _BEGINNINGS.items() for word in words if plain.startswith(f"{word} ")), None)


def state_while_open(status: str | None) -> State:
    """The state of what its system does not count as closed: waiting where the word says so, else open.

    What is called resolved and yet not closed waits for somebody to confirm it.
    """
    return "open" if state_of(status) in ("open", None) else "waiting"


def is_state(word: str) -> TypeGuard[State]:
    """Whether a word is itself the name of a state."""
    return word in STATES


def _plain(status: str) -> str:
    """Case, apostrophes, hyphens and the like left out: ``Won't-Fix`` and ``wont fix`` are one."""
    folded = unicodedata.normalize("NFKC", status).casefold()
    return " ".join(re.sub(r"[^\w\s]|_", " ", re.sub(r"['’`]", "", folded)).split())
