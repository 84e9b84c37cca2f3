"""What a model reads first in a run: the request, the clock, the connections, and the records that were found."""

from collections.abc import Sequence
from zoneinfo import ZoneInfo

from customer_escalation.cases.terms import CaseTerms
from customer_escalation.decision.figures import ticket_figures
from customer_escalation.domain.evidence import Evidence
from customer_escalation.domain.formatting import time_words
from customer_escalation.domain.printable import one_line
from customer_escalation.domain.states import state_of
from customer_escalation.drafting.prompts import prompt
from customer_escalation.retrieval.prefetch import FoundMore, ListedWhole
from customer_escalation.retrieval.records_text import present_evidence
from customer_escalation.retrieval.relevance import find_issue
from skill_runtime.bounds import cut
from skill_runtime.fences import disarmed

MOST_OF_A_GAP = 500
"""Characters of why something could not be read: a server says it in its own words."""
MOST_NAMED = 12
"""Searches that are named for having found more than was taken."""
MOST_OF_A_QUERY = 80
FEW = 4
"""So many records are shown whole whatever they say: a reader who sees a line of them reads them anyway."""


def first_message(
    terms: CaseTerms,
    evidence: Evidence,
    gaps: Sequence[str],
    listed: Sequence[ListedWhole] = (),
    more: Sequence[FoundMore] = (),
    records: str | None = None,
) -> str:
    """The text; ``gaps`` are sentences on what could not be read, ``listed`` what was listed whole, ``more`` what was found beyond what
    was taken; ``records`` the part of ``shown_records`` that is to stand in it, if not all.
    """
    zone = ZoneInfo(terms.policy.business_hours.team_timezone)
    return prompt(
        "first_message.md.j2",
        issue=terms.issue,
        now=f"{time_words(terms.now, zone)} ({terms.now.astimezone(zone):%A})",
        reported_by=terms.reported_by,
        gaps=[one_line(cut(gap, MOST_OF_A_GAP)) for gap in gaps],
        listed=[_listed_words(one) for one in listed],
        more=[_more_words(one) for one in _not_seen(more, listed)[:MOST_NAMED]],
        records=shown_records(terms, evidence) if records is None else records,
    )


def shown_records(terms: CaseTerms, evidence: Evidence) -> str:
    """Every record read so far, and the figures of its tickets, with no fence alive in it."""
    figures = ticket_figures(evidence, terms.policy, terms.now).values()
    return disarmed(present_evidence(evidence, figures, far_off(terms, evidence)))


def _listed_words(one: ListedWhole) -> str:
    since = f" since {one.since}" if one.since else ""
    return f"{one.category.replace('_', ' ')} ({one.count}{since})"


def _not_seen(more: Sequence[FoundMore], listed: Sequence[ListedWhole]) -> list[FoundMore]:
    """Without searches of what was listed from its beginning on: there nothing is left."""
    whole = {one.category for one in listed if not one.since}
    return [one for one in more if one.category not in whole]


def _more_words(one: FoundMore) -> str:
    of = f" of {one.total}" if one.total is not None else ", and there are more"
    words = one_line(one.query)
    query = disarmed(words if len(words) <= MOST_OF_A_QUERY else f"{words[:MOST_OF_A_QUERY].rstrip()}…")
    return f"{one.category.replace('_', ' ')}{f', “{query}”' if query else ''} ({one.taken}{of})"


def far_off(terms: CaseTerms, evidence: Evidence) -> frozenset[str]:
    """Closed tickets that a search brought up and that share little with the request, where they are more than a few.

    A ticket whose state nobody knows may be open, so it is shown whole.
    """
    found = find_issue(terms.issue, evidence, terms.now)
    near = {record.ref for record in (*found.tickets, *found.solved, *found.candidates, *found.near)}
    far = [one.ref for one in evidence.of_kind("ticket") if one.ref not in near and state_of(one) == "closed"]
    return frozenset(far if len(far) > FEW else ())
