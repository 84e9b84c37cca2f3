"""The sender's part of a brief without a model: what was not found, what is open, what nobody has read."""

from collections.abc import Sequence

from customer_escalation.decision.figures.tickets import ticket_view
from customer_escalation.decision.questions import Question
from customer_escalation.decision.rules import Decision
from customer_escalation.domain.outcomes import Target
from customer_escalation.domain.prose import cite
from customer_escalation.drafting.quoting import Writer
from customer_escalation.retrieval.relevance.issue import alike
from customer_escalation.sla.clocks import waiting_since
from skill_runtime.ledger import Record


def before_sending(writer: Writer, decision: Decision, questions: Sequence[Question]) -> str:
    """What comes first is what the request names and nobody knows."""
    lines = (
        [f"**Not found: {', '.join(writer.issue.missing)}.** Nothing here is about it."] if writer.issue.missing else []
    )
    lines += [_verdict(writer, decision, questions)]
    lines += [f"- {note}" for note in _notes(writer, questions)]
    return "\n".join(lines)


def _verdict(writer: Writer, decision: Decision, questions: Sequence[Question]) -> str:
    if not writer.issue.tickets:
        return "**Not decided: it is not clear which case is meant.**"
    if questions:
        return "**Not decided yet: what is open stands above, with what the answers decide.**"
    if decision.severity is None:
        return "**Handle it in support, no escalation.**"
    return f"**Escalate to {(decision.target or Target.L2).value}, {decision.severity.value}.**"


def _notes(writer: Writer, questions: Sequence[Question]) -> list[str]:
    notes = []
    if questions and writer.issue.tickets:
        notes.append(
            "To answer: run it in a terminal without a model, or put the answers into a file for `--answers`; "
            "`customer-escalation assess --questions` prints what can be put there."
        )
    for how, records in (("by a text that names both", writer.issue.beside), ("by words alone", _of_words(writer))):
        others = [item for item in records if item in alike(writer.issue) and item.ref not in writer.steering]
        if others:
            words = (
                f"Perhaps the same matter, {how}: {writer.listed(others)}. They are not counted until somebody says so."
            )
            notes.append(cite(words, [item.ref for item in others]))
    return [*notes, "No model has read the records: read the quoted words before you send this."]


def _of_words(writer: Writer) -> list[Record]:
    return [item for item in writer.issue.near if item.data.get("kind") == "ticket"]


def waiting(writer: Writer) -> list[Record]:
    """The tickets whose customer waits for an answer of ours."""
    return [
        ticket for ticket in writer.issue.tickets
        if waiting_since(ticket_view(writer.evidence, ticket), writer.case.now)
    ]  # fmt: skip
