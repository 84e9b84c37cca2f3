"""Which records a brief rests on."""

from customer_escalation.domain.brief import Brief
from customer_escalation.domain.draft import HandlingDraft
from customer_escalation.domain.prose import passages


def all_cites(brief: Brief) -> list[str]:
    """Refs of every record that the brief rests on, in the order of their first appearance; figures by their inputs."""
    figures = {figure.ref: figure.inputs for figure in brief.figures}
    draft, computed = brief.draft, brief.computed
    wanted = [ref for note in (*brief.severity_because, *brief.decided_by) for ref in note.cites]
    wanted += [ref for row in computed.accounts for ref in row.cites]
    for line in (
        computed.customers,
        computed.revenue,
        computed.queue,
        *computed.sla,
        computed.window,
        computed.followup,
    ):
        wanted += line.cites if line else []
    wanted += [ref for passage in passages(draft) for ref in passage.cites]
    wanted += [draft.article] if isinstance(draft, HandlingDraft) and draft.article else []
    wanted += [one.ref for one in brief.suspicious]
    return list(dict.fromkeys(one for ref in wanted for one in figures.get(ref, (ref,))))
