"""What a person found out about an action of which no system can tell whether it was carried out, as a script says it."""

from typing import TYPE_CHECKING

from customer_escalation.cases.effects import Effect

if TYPE_CHECKING:
    from customer_escalation.cases.service import CaseService

ANSWERS = {"done": True, "not-done": False}
"""How it is said, and whether it was carried out."""


def parsed(word: str) -> tuple[str, bool]:
    """An action's id and whether it was carried out, of ``ID=done`` or ``ID=not-done``. Raises ``InvalidRequest``."""
    from customer_escalation.connectors.source import InvalidRequest

    name, _, answer = word.partition("=")
    if answer not in ANSWERS:
        raise InvalidRequest(f"--settle {word}: write it as ID=done or ID=not-done.")
    return name, ANSWERS[answer]


async def settle(service: "CaseService", case: str, found: dict[str, bool], by: str) -> list[tuple[str, Effect]]:
    """Write down for each action, by its whole id, what ``by`` found; returns each with what is known of it then.

    Raises ``NotUnclear`` before anything is written where one of them is not open.
    """
    from customer_escalation.cases.errors import NotUnclear

    if not set(found) <= {one.id for one in service.propose(case) if one.pending}:
        raise NotUnclear
    return [(action, await service.settle(case, action, happened, by)) for action, happened in found.items()]
