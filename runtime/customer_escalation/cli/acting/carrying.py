"""One yes of a person, and what comes of it."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from customer_escalation.cases.errors import ActionOutdated, NotAllowed, WrongOrder
from customer_escalation.domain.evidence import name_key

if TYPE_CHECKING:
    from customer_escalation.cases.service import CaseService

Came = Literal["done", "waits", "failed"]


@dataclass(frozen=True)
class Outcome:
    """What came of a yes."""

    came: Came
    """``waits``: for a person, another one or the same one again."""
    said: str
    """In a sentence or two."""


async def approve_and_carry_out(service: "CaseService", case: str, action: str, by: str) -> Outcome:
    """Write a person's yes down and carry the action out, where that is all it takes."""
    try:
        one = next((one for one in service.propose(case) if one.id == action), None)
        was_done = one is not None and one.effect is not None and one.effect.state == "done"
        given = [] if one is None else [name_key(yes.by) for yes in one.standing.approvals]
        if one is None or not (was_done or one.pending or name_key(by) in given):
            one = service.approve(case, action, by)
        if one.approval is None and not (was_done or one.pending):
            return Outcome("waits", f"{by} said yes; it takes {one.needs} different persons.")
        if not one.tool:
            return Outcome("done", "Approved; you see to it yourself.")
        effect = await service.carry_out(case, action, by)
    except (ActionOutdated, NotAllowed) as error:
        return Outcome("waits", str(error))
    except WrongOrder as error:
        return Outcome("failed", str(error))
    if effect.state == "done":
        again = "It was carried out before. " if was_done else "Carried out. "
        written = f" Written as {effect.written}." if effect.written else ""
        return Outcome("done", f"{again}{effect.said}".strip() + written)
    return Outcome("failed" if effect.state == "failed" else "waits", effect.said)
