"""Which tracker items and earlier escalations bear on the case and are left out of the draft (B6)."""

from customer_escalation.decision.inputs import DecisionInput
from customer_escalation.domain.draft import Draft
from customer_escalation.domain.evidence import name_key
from customer_escalation.review.passages import all_cites


def unlinked_items(draft: Draft, case: DecisionInput) -> list[str]:
    """Refs of tracker items that the facts cite, and of the affected accounts' earlier escalations, that are not linked."""
    used = all_cites(draft)
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
    names = {name_key(account.name) for account in case.affected}
    items |= {
        record.ref
        for record in case.evidence.of_kind("escalation")
        if names & {name_key(str(name)) for name in record.data.get("accounts", ())}
    }
    return sorted(items - homes)
