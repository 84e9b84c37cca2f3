"""Who writes the texts of a follow-up: the run's model where it is at hand, else nobody, and structure gives them."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from skill_runtime.providers import choose, readiness

if TYPE_CHECKING:
    from customer_escalation.cases.service import CaseService
    from customer_escalation.followups.updating import UpdateWriter


@asynccontextmanager
async def writer_for(
    service: "CaseService", case: str, model: str | None, *, use_model: bool, warn: Callable[[str], None]
) -> "AsyncIterator[UpdateWriter | None]":
    """The writer, None for texts by structure. Without a name it is the model of the run, where that was made with one.

    Raises ``UnknownProvider`` for a provider that is not known.
    """
    from customer_escalation.cases.restoring import opening_of

    asked = opening_of(service.store, case).request.model_dump()
    name = model or (str(asked.get("model") or "") if asked.get("use_model") else "")
    if not use_model or not name:
        yield None
        return
    if missing := readiness(choose(name).provider).missing:
        if model:
            warn(f"{missing}: the texts are made without a model.")
        yield None
        return
    from customer_escalation.followups.model_writer import ModelUpdateWriter
    from skill_runtime.claude import ClaudeModel

    async with ClaudeModel(name) as client:
        yield ModelUpdateWriter(client, warn)
