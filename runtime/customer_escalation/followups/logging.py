"""A follow-up that a person made by hand, written down."""

from collections.abc import Sequence

from customer_escalation.cases.entries import FollowUpStep
from customer_escalation.cases.errors import NotEscalated, WrongOrder
from customer_escalation.cases.service import CaseService
from customer_escalation.domain.record_ids import own_part, shown_id
from customer_escalation.followups.standing import standing_at


async def log_by_hand(
    service: CaseService, case: str, done: Sequence[FollowUpStep], note: str, tickets: Sequence[str], by: str
) -> str:
    """Write it down; returns the case's name. ``tickets`` are refs or ids of tickets of the case, all where none is named.

    Raises ``NotEscalated`` where it is closed or no escalation, and ``WrongOrder`` for a ticket that is none of its own.
    """
    name = service.store.find(case.strip())
    standing = standing_at(service.store, name, await service.systems.now())
    if standing is None:
        raise NotEscalated(name)
    own = [ref for account in standing.inputs.affected for ref in account.tickets] if standing.inputs else []
    refs = [_own(ticket, own) for ticket in tickets]
    return await service.log(name, done, note, tickets=refs, by=by)


def _own(ticket: str, own: Sequence[str]) -> str:
    for ref in own:
        number = ref.partition("/")[2]
        if ticket.strip() in (ref, number, own_part(number), shown_id(number)):
            return ref
    raise WrongOrder(f"{ticket} is no ticket of this escalation; its own are {', '.join(own) or 'none'}.")
