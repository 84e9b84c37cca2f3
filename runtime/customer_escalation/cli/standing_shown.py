"""How an escalation stands, as lines for a person: decided again, or on its way down."""

from collections.abc import Iterator, Sequence

from customer_escalation.cases.steps import DeEscalation
from customer_escalation.cli.due_shown import labels_words
from customer_escalation.decision.rules.after import DEESCALATING
from customer_escalation.domain.formatting import time_words
from customer_escalation.domain.printable import one_line
from customer_escalation.followups.reassessing import Reassessment
from customer_escalation.followups.update_texts import news_lines
from customer_escalation.rendering.phrases import Phrases


def reassessed_words(found: Reassessment) -> str:
    """The decision now beside what it was, and what changed it."""
    told = found.told
    lines = [f"{told.case} as of {time_words(told.now)}"]
    if told.findings:
        lines.append("The facts do not stand on what is read now, so nothing was decided:")
        return "\n".join([*lines, *(f"  {one.rule}: {one_line(one.message)}" for one in told.findings)])
    if told.changed:
        lines.append(f"It was {labels_words(told.was)}; the rules now say {labels_words(told.is_now)}.")
    else:
        lines.append(f"The decision stands: {labels_words(told.is_now)}.")
    return "\n".join([*lines, *_what_changed(found), *_what_holds(found)])


def _what_changed(found: Reassessment) -> Iterator[str]:
    sections: Sequence[tuple[str, list[str]]] = (
        ("Facts", [f"{one.name}: {one.was}, now {one.is_now}{_refs(one.cites)}" for one in found.facts]),
        (
            "Rules",
            [
                f"{one.rule} ({one.label}): {one.was}, now {one.is_now}{f': {one.because}' if one.because else ''}{_refs(one.cites)}"
                for one in found.rules
            ],
        ),
        ("New on record", _news(found)),
        ("Figures", [f"{one.label}: {one.text}" for one in found.figures]),
    )
    for title, rows in sections:
        if rows:
            yield ""
            yield title
            yield from (f"  {one_line(row)}" for row in rows)
    if not any(rows for _, rows in sections):
        yield "Nothing changed but the time."


def _news(found: Reassessment) -> list[str]:
    if found.standing is None or found.standing.inputs is None:
        return []
    from customer_escalation.decision.figures import zone_of_case

    inputs = found.standing.inputs
    return news_lines(found.news, inputs.evidence, Phrases(None, "en"), zone_of_case(inputs))


def _what_holds(found: Reassessment) -> Iterator[str]:
    standing, told = found.standing, found.told
    if standing is None:
        return
    yield ""
    if standing.waiting:
        yield f"{standing.severity.value} holds until a person says yes to {standing.waiting.value}."
    elif told.is_now.severity is None:
        yield f"{standing.severity.value} holds. Support may handle it now: customer-escalation deescalate {told.case}"
    else:
        yield f"{standing.severity.value} holds."
    if told.is_now.target not in (None, standing.target.value):
        yield f"{standing.target.value} has it; the rules now name {told.is_now.target}: make the brief anew for them."


def deescalation_words(found: DeEscalation) -> str:
    """What each rule says, who confirmed it, and what is still to do."""
    lines = [found.case]
    lines += [
        f"  {firing.rule}: {firing.state}{f' ({one_line(firing.because)})' if firing.because else ''}"
        for firing in found.judged
    ]
    if not found.judged and found.state.rules:
        lines.append(f"  Judged last: {', '.join(f'{rule} {state}' for rule, state in found.state.rules.items())}")
    if not found.state.proposed:
        return "\n".join([*lines, "No rule lets it come down yet."])
    who = found.state.confirmed_by
    lines.append(f"Confirmed by {who}." if who else "It may come down; a person has to say yes: --confirm.")
    lines += [f"  to do ({key}): {DEESCALATING[key]}" for key in found.left]
    if found.may_close:
        lines.append(f"All four steps are done. Close it: customer-escalation close {found.case}")
    return "\n".join(lines)


def _refs(cites: Sequence[str]) -> str:
    return f" [{', '.join(cites)}]" if cites else ""
