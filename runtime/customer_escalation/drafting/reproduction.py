"""How to see the problem: quoted steps where somebody lists them or reproduced it, and the details by pattern."""

import re
from collections.abc import Sequence

from customer_escalation.domain.evidence import field
from customer_escalation.domain.facts import Assessment
from customer_escalation.domain.prose import cite
from customer_escalation.domain.template import REPRODUCTION
from customer_escalation.drafting.details import ERROR_TEXT, Detail, environment, error_lines, frequency
from customer_escalation.drafting.phrases import LISTED, REPRODUCED, RULED_OUT
from customer_escalation.drafting.quoting import Quoted, Writer, written
from customer_escalation.drafting.reader import said
from customer_escalation.drafting.steps import asks
from customer_escalation.retrieval.relevance.signals import carries
from customer_escalation.retrieval.relevance.wording import sentences
from skill_runtime.ledger import Record

NO_DEFECT = ("feature_gap", "billing_or_policy", "how_to")
MOST_STEPS = 4
MOST_SOURCES = 6
"""Records cited for the environment."""
_NUMBERED = re.compile(r"^\(?\d{1,2}[.)]\s")


_STATUS = {
    "reproduced": "Reproduced by us.",
    "reported": "The customer's own steps, not repeated by us.",
    "not_reproduced": "Not reproduced: no record that was read holds steps.",
}


def reproduction(assessment: Assessment, writer: Writer) -> str:
    """Reproduced where a colleague saw it; reported where a customer lists steps; else not reproduced. Empty for what is no defect."""
    if assessment.issue_type in NO_DEFECT:
        return ""
    status, steps = _steps(writer)
    actual = _actual(writer)
    details = environment([*writer.issue.tickets, *writer.reader.messages])
    often = _frequency(writer)
    excluded = _ruled_out(writer)
    named = [detail.record.ref for found in details.values() for detail in found]
    notes = [cite(f"{often.text}.", [often.record.ref])] if often else []
    notes += [f"Ruled out: {written(excluded)}"] if excluded else []
    lines = [
        " ".join([_STATUS[status], *notes]),
        *(f"{number}. {written(step)}" for number, step in enumerate(steps, 1)),
    ]
    expected, observed, where = REPRODUCTION
    return "\n".join([
        *lines,
        f"{expected}: Not stated in the records; taken to be that it works as documented.",
        f"{observed}: {written(actual) if actual else 'Unknown: no record that was read gives the exact symptom.'}",
        f"{where}: {cite(_environment_words(details), named[:MOST_SOURCES])}",
    ])  # fmt: skip


def frequency_known(writer: Writer) -> bool:
    """Does a record say how often it happens?"""
    return _frequency(writer) is not None


def _frequency(writer: Writer) -> Detail | None:
    return frequency(writer.by_us, [*writer.reader.messages, *writer.reader.notes])


def _steps(writer: Writer) -> tuple[str, list[Quoted]]:
    """Colleagues' sentences about what they saw, with the steps that a customer lists before them."""
    listed = _listed(writer)
    seen = _seen(writer)
    if seen:
        return "reproduced", [*listed[: MOST_STEPS - len(seen)], *seen]
    return ("reported", listed) if listed else ("not_reproduced", [])


def _listed(writer: Writer) -> list[Quoted]:
    for record in writer.reader.messages:
        lines = sentences(said(record))
        start = next((place for place, line in enumerate(lines) if LISTED.search(line)), None)
        if start is None:
            continue
        end = start + 1
        while end < len(lines) and _NUMBERED.search(lines[end]):
            end += 1
        statements = [writer.use(record, line) for line in lines[start:end]]
        return [statement for statement in statements if statement]
    return []


def _seen(writer: Writer) -> list[Quoted]:
    """One statement from each colleague who saw it, with the sentences about the tries that follow."""
    found: list[Quoted] = []
    authors: set[str] = set()
    for record in sorted(writer.by_us, key=lambda part: (part.category == "chat", str(writer.evidence.at(part)))):
        lines = sentences(said(record))
        place = next(
            (at for at, line in enumerate(lines) if REPRODUCED.search(line) and carries("bug_confirmed", line)), None
        )
        if place is None or field(record, "author") in authors or len(found) >= 2:
            continue
        following = [line for line in lines[place + 1 : place + 3] if re.search(r"\b\d+ (?:of|von|out of) \d+\b", line)]
        statement = writer.use(record, lines[place], *following) or writer.use(record, lines[place])
        if statement:
            authors.add(field(record, "author"))
            found.append(statement)
    return found


def _actual(writer: Writer) -> Quoted | None:
    """The sentence with the exact error text, a customer's before a colleague's; else what is reported to fail."""
    for record, sentence in error_lines([*writer.by_customers, *writer.by_us]):
        exact = ERROR_TEXT.search(writer.without_ids(sentence))
        if exact and not writer.used(record, sentence) and not sentence.endswith("?") and not asks(sentence):
            statement = writer.use(record, sentence)
            if statement:
                return statement
    return next(iter(writer.pick(("exposure", "broken", "blocked"), writer.by_customers, 1, again=True)), None)


def _ruled_out(writer: Writer) -> Quoted | None:
    records: Sequence[Record] = [*writer.reader.messages, *writer.reader.notes]
    for record in records:
        for sentence in sentences(said(record)):
            if RULED_OUT.search(sentence) and not writer.used(record, sentence) and not sentence.endswith("?"):
                statement = writer.use(record, sentence)
                if statement:
                    return statement
    return None


def _environment_words(details: dict[str, list[Detail]]) -> str:
    """``version “3.1”; region “us-east”; what is not named here is unknown``."""
    named = [f"{kind} {', '.join(f'“{detail.text}”' for detail in found)}" for kind, found in details.items()]
    if not named:
        return "Unknown: no record names a version, a browser, a system or a region."
    return f"{'; '.join(named)}; what is not named here is unknown."
