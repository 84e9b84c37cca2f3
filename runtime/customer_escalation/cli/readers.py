"""Who reads a text that a person edited: the second model of the run's provider, where it is at hand."""

import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from skill_runtime.limits import Limits, Meter
from skill_runtime.providers import choose, readiness

if TYPE_CHECKING:
    from customer_escalation.cases.reading_edits import OpenVerifier
    from customer_escalation.cases.store import CaseStore
    from customer_escalation.cases.verifier import Verifier
    from customer_escalation.policy import Policy
    from skill_runtime.recorder import Recorder

READS = "What you changed is read against its records ..."
LATER_READS = "The texts for customers are read against their records ..."


def edit_reader(store: "CaseStore", say: Callable[[str], None], reads: str = READS) -> "OpenVerifier":
    """Opens it for each edit; nobody where the run was made without a model, or its credentials are missing. ``say`` tells what goes on
    and why it fails, ``reads`` what is being read.
    """

    @asynccontextmanager
    async def opened(case: str, policy: "Policy", recorder: "Recorder") -> "AsyncIterator[Verifier]":
        from customer_escalation.cases.restoring import opening_of
        from customer_escalation.cases.verifier import NoVerifier

        asked = opening_of(store, case).request.model_dump()
        model = str(asked.get("model") or "") if asked.get("use_model") else ""
        if not model or readiness(choose(model).provider).missing:
            yield NoVerifier()
            return
        from customer_escalation.headless import verifier_of

        say(reads)
        async with verifier_of(model, policy, recorder, Meter(Limits(), time.monotonic), say) as verifier:
            yield verifier

    return opened
