"""Which tracker items the facts rest on and the draft leaves out (B6)."""

from customer_escalation.brief import Draft
from customer_escalation.case import Case
from customer_escalation.review.passages import passages


def unlinked_items(draft: Draft, case: Case) -> list[str]:
    """Refs of tracker items that the facts cite and the draft neither cites nor lists."""
    used = {related.ref for related in draft.related}
    for passage in passages(draft):
        used.update(passage.cites)
    homes = {case.evidence.item_of(record).ref for record in case.evidence.resolve(used)[0]}
    facts = case.facts
    cited = [
        ref for fact in (facts.bug_confirmed, facts.recurred_after_fix, facts.code_change_needed, facts.engineering_engaged)
        for ref in fact.cites
    ]  # fmt: skip
    items = {
        case.evidence.item_of(record).ref
        for record in case.evidence.resolve(cited)[0]
        if record.category == "project_tracker"
    }
    return sorted(items - homes)
