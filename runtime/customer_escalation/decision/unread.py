"""What the unread rest of a record could show is unknown: a fact that was answered no on the part that was read counts as unknown.

Nobody can tell from the beginning of a thread that nothing stands further down: unknown is never false.
"""

from collections.abc import Iterator

from customer_escalation.decision.rules.stated import cites_of
from customer_escalation.domain.categories import ANSWERS, SOURCES
from customer_escalation.domain.evidence import Evidence, field
from customer_escalation.domain.facts import Assessment, Fact, SecurityFact
from customer_escalation.domain.record_ids import shown_id
from customer_escalation.domain.showing import CAN_SHOW, Showing
from skill_runtime.ledger import Record


def as_far_as_read(facts: Assessment, evidence: Evidence) -> Assessment:
    """The facts with unknown for each no that the unread rest of a record of the case could turn; a person's own answer stays."""
    cut = list(_cut(facts, evidence))
    changes = {
        name: unknown
        for name, showing in CAN_SHOW.items()
        if (items := [item for item in cut if _could_show(item, showing, evidence)])
        and (unknown := _unknown(getattr(facts, name), items))
    }
    return facts.model_copy(update=changes) if changes else facts


def _cut(facts: Assessment, evidence: Evidence) -> Iterator[Record]:
    """The items that the facts cite and that were not read to their end."""
    items = {item.ref: item for record in evidence.resolve(cites_of(facts))[0] if (item := evidence.item_of(record))}
    yield from (item for item in items.values() if evidence.unread_rest(item))


def _could_show(item: Record, showing: Showing, evidence: Evidence) -> bool:
    """Can what an item of its category holds, or what is known below it, show the fact?"""
    source = SOURCES.get(item.category)
    below = {field(part, "kind") for part in evidence.parts(item)}
    return source is None or bool(showing.kinds & {*source.row.kinds, *below})


def _unknown(stated: object, items: list[Record]) -> Fact | SecurityFact | None:
    """The fact as unknown; None where it is no plain no."""
    cites = [item.ref for item in items]
    why = f"the rest of {' and '.join(shown_id(item.id) or item.id for item in items)} was not read"
    if isinstance(stated, Fact) and stated.answer == "no" and not _answered(stated.cites):
        return Fact(answer="unknown", cites=cites, why=why)
    if isinstance(stated, SecurityFact) and stated.level == "none" and not _answered(stated.cites):
        return SecurityFact(level="unknown", cites=cites, why=why)
    return None


def _answered(cites: list[str]) -> bool:
    return any(cite.startswith(f"{ANSWERS}/") for cite in cites)
