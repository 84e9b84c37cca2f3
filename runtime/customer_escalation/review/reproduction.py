"""R1 to R7 and the hard extras: reproduction steps that an engineer can follow; "not reproduced" is a good answer.

What a record cannot give is not demanded: a starting state, a frequency, an error text and what was ruled out belong in the
reproduction where they are on record, and G1 holds what is written there against the records.
"""

import re
from collections.abc import Iterator

from customer_escalation.domain.outcomes import Target
from customer_escalation.domain.prose import marks_of, without_marks
from customer_escalation.domain.template import Reproduction, reproduction_of
from customer_escalation.review.check import Fault, ReviewInput, check

_QUOTED = re.compile(r"[\"“„「『]")
_EVIDENCE = re.compile(r"[\"“„`'「『]|\d")


def _of_a_defect(view: ReviewInput) -> Reproduction | None:
    """The reproduction where Engineering gets a brief about a defect."""
    if view.escalation is None or view.decision.target != Target.ENGINEERING:
        return None
    repro = reproduction_of(view.escalation.reproduction)
    return repro if repro.of_a_defect else None


@check("R1")
def starting_state(view: ReviewInput) -> Iterator[Fault]:
    """Steps have a line before them."""
    repro = _of_a_defect(view)
    if repro and repro.steps and not repro.note:
        yield Fault("reproduction", "Say before the steps whose they are and from which starting state.")


@check("R2")
def concrete_steps(view: ReviewInput) -> Iterator[Fault]:
    """No attempts."""
    repro = _of_a_defect(view)
    for index, step in enumerate(repro.steps if repro else ()):
        if re.match(r"(?:please )?(?:try|attempt)\b", step, re.IGNORECASE):
            message = f"Step {index + 1}: a verb and a concrete object, not 'try to'."
            yield Fault("reproduction", message)


@check("R3")
def exact_values(view: ReviewInput) -> Iterator[Fault]:
    """Steps are never invented: each names the record that holds it, whose values G1 then compares."""
    repro = _of_a_defect(view)
    if repro is None:
        return
    if not repro.actual or not repro.expected or repro.actual.strip() == repro.expected.strip():
        yield Fault("reproduction", "`Expected: ...` and `Actual: ...` must both be there, and differ.")
    if repro.steps and not any(marks_of(text) for text in (*repro.steps, repro.note)):
        message = "Mark the record that holds the steps, on one of them or before them; steps are never invented."
        yield Fault("reproduction", message)


@check("R4")
def environment(view: ReviewInput) -> Iterator[Fault]:
    """Never silently left out of a defect."""
    repro = _of_a_defect(view)
    if repro and not repro.environment:
        yield Fault("reproduction", "Give the line `Environment: ...`, or say in it that it is unknown.")


@check("R5")
def frequency(view: ReviewInput) -> Iterator[Fault]:
    """Where steps are given, a line before them has room for it; a warning."""
    repro = _of_a_defect(view)
    if repro and repro.steps and not repro.note:
        yield Fault("reproduction", "Say how often it was seen (n of m, always, only when ...).", "W")


@check("R6")
def exact_error(view: ReviewInput) -> Iterator[Fault]:
    """Where a cited record quotes an error, Actual does too."""
    repro = _of_a_defect(view)
    if repro is None or not repro.actual or _EVIDENCE.search(without_marks(repro.actual)):
        return
    records = view.sources.cited(marks_of(repro.actual))
    if any(_QUOTED.search(record.text) for record in records):
        yield Fault("reproduction", "The cited record quotes an error text: give it exactly.")


@check("R7")
def ruled_out(view: ReviewInput) -> Iterator[Fault]:
    """What the facts rule out: a workaround that a record shows to fail belongs in the steps that were tried."""
    repro, fact = _of_a_defect(view), view.case.facts.workaround
    if repro and fact.extent == "none" and fact.cites and view.escalation and not view.escalation.tried:
        yield Fault("tried", "A record shows that nothing helps: say what was tried in vain.")
