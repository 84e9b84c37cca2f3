"""R1 to R7 and the hard extras: reproduction steps that an engineer can follow; "not reproduced" is a good answer."""

import re
from collections.abc import Iterator

from customer_escalation.domain.brief import Reproduction, Target
from customer_escalation.review.check import Fault, View, check

_FREQUENCY = re.compile(r"\b(?:always|every|intermittent\w*|only|sometimes|once|twice|\d+ (?:of|out of|in) \d+|not recorded|"
                        r"unknown|not known|not stated|not given)\b", re.IGNORECASE)  # fmt: skip
_EVIDENCE = re.compile(r"[\"“`']|\b(?:error|exception|code|log|status|HTTP)\b|\d", re.IGNORECASE)


def _steps_for_engineering(view: View) -> Reproduction | None:
    """The reproduction where Engineering gets a brief about a defect."""
    if view.escalation is None or view.decision.target != Target.ENGINEERING:
        return None
    repro = view.escalation.reproduction
    return None if repro.status == "not_applicable" else repro


@check("R1")
def starting_state(view: View) -> Iterator[Fault]:
    """Wanted as soon as there are steps."""
    repro = _steps_for_engineering(view)
    if repro and repro.steps and not repro.start:
        yield Fault("reproduction.start", "The starting state (account, configuration, permissions) is missing.")


@check("R2")
def concrete_steps(view: View) -> Iterator[Fault]:
    """No attempts."""
    repro = _steps_for_engineering(view)
    for index, step in enumerate(repro.steps if repro else ()):
        if re.match(r"(?:please )?(?:try|attempt)\b", step.text, re.IGNORECASE):
            yield Fault(f"reproduction.steps[{index}]", "A step is a verb and a concrete object, not 'try to'.")


@check("R3")
def exact_values(view: View) -> Iterator[Fault]:
    """Steps are never invented: each names the record that holds it, whose values G1 then compares."""
    repro = _steps_for_engineering(view)
    if repro is None:
        return
    if not repro.actual or not repro.expected or repro.actual.strip() == repro.expected.strip():
        yield Fault("reproduction", "Expected and Actual must both be there, and differ.")
    for index, step in enumerate(repro.steps):
        if not step.cites:
            message = "Each step cites the record that holds it; steps are never invented."
            yield Fault(f"reproduction.steps[{index}]", message)


@check("R4")
def environment(view: View) -> Iterator[Fault]:
    """Never silently left out."""
    repro = _steps_for_engineering(view)
    if repro and not repro.environment:
        yield Fault("reproduction.environment", "Give the environment, or say that it is unknown.")


@check("R5")
def frequency(view: View) -> Iterator[Fault]:
    """There, and in one of these forms (the form is a warning)."""
    repro = _steps_for_engineering(view)
    if repro and not repro.frequency:
        yield Fault("reproduction.frequency", "Say how often it happens, or 'Not recorded'.")
    elif repro and not _FREQUENCY.search(repro.frequency):
        message = "Say 'Always', 'Intermittent (n of m)' or 'Only when ...', or 'Not recorded'."
        yield Fault("reproduction.frequency", message, "W")


@check("R6")
def exact_error(view: View) -> Iterator[Fault]:
    """Actual quotes what the screen or the log says."""
    repro = _steps_for_engineering(view)
    if repro and repro.actual and not _EVIDENCE.search(repro.actual):
        yield Fault("reproduction.actual", "Give the exact error text or a log line, or say that none was recorded.")


@check("R7")
def ruled_out(view: View) -> Iterator[Fault]:
    """There."""
    repro = _steps_for_engineering(view)
    if repro and not repro.ruled_out:
        yield Fault("reproduction.ruled_out", "Say what was ruled out, or 'Nothing ruled out yet'.")
