"""What an assistant's model is told of each step: the service's results as answers, with the text that it reads."""

from collections.abc import Callable, Sequence
from dataclasses import asdict, replace
from datetime import datetime
from typing import Literal

from customer_escalation.cases.editing import told_by_line
from customer_escalation.cases.errors import WrongOrder
from customer_escalation.cases.recorded import RecordedResult
from customer_escalation.cases.steps import (
    AssessedFacts,
    DeEscalation,
    Labels,
    ProposedAction,
    ReassessedCase,
    ReviewedDraft,
)
from customer_escalation.decision.rules import Decision
from customer_escalation.decision.rules.after import DEESCALATING, follow_up_actions
from customer_escalation.domain.findings import Finding, listed
from customer_escalation.domain.formatting import time_words
from customer_escalation.domain.outcomes import Outcome
from customer_escalation.domain.prose import without_marks
from customer_escalation.domain.written import document_of, is_written
from customer_escalation.drafting.prompts.decided import HandIn, decision_told
from customer_escalation.followups.due import DueItem
from customer_escalation.followups.service import DueEscalation
from customer_escalation.mcp_server import answers
from customer_escalation.rendering import page_parts
from customer_escalation.rendering.proof import proof_line
from skill_runtime.ledger import Record

HAND_IN = HandIn("check_brief")
ACTIONS_NOTE = "Next steps; nothing is carried out without a person's yes to exactly this text and destination."
SHOW_IT = "Your last message is the brief, word for word and whole, with the line below it; nothing after it:"
MOST_AGAIN = 160
"""Characters of a text that the brief holds already."""
_NEXT = "Call `save_brief`, whose answer ends with the brief: that is your last message."
SHORTEST_ID = 8
"""Characters of an action's id that name it."""
MOST_NEW = 20
"""Records named after a second look."""


def gathered(
    case: str, pages: Sequence[str], page: int, first: Callable[[str], str], gaps: Sequence[str]
) -> answers.Gathered:
    """A page of what was found; ``first`` puts the first one below the request, the clock and the gaps.

    Raises ``WrongOrder`` for a page that is not there.
    """
    if page > len(pages):
        raise WrongOrder(f"There is no page {page}: the records of {case} have {len(pages)}.")
    told = first(pages[0]) if page == 1 else f"<records>\n{pages[page - 1]}\n</records>"
    on = (
        f"\n\nPage {page} of {len(pages)}: call `gather` with `case` and `page` {page + 1} for more records."
        if page < len(pages)
        else ""
    )
    text = f"Case {case}.\n\n{told}{on}"
    return answers.Gathered(text=text, case=case, page=page, pages=len(pages), gaps=list(gaps))


def assessed(found: AssessedFacts, writing: str) -> answers.Assessed:
    """The decision, or what to correct; ``writing`` is how a document is written, where that was not told yet."""
    if found.decision is None or found.inputs is None:
        return _not_taken(found)
    told = decision_told(found.decision, found.inputs, found.figures, HAND_IN, found.hints, found.gaps)
    text = f"Case {found.case}, as of {time_words(found.now)}.\n{told}" + (f"\n\n{writing}" if writing else "")
    decision = found.decision
    return answers.Assessed(
        text=text, case=found.case, outcome=_outcome(decision), severity=Labels.of(decision).severity,
        target=Labels.of(decision).target, also_notify=[target.value for target in decision.also_notify],
        hand_in="escalation" if decision.outcome == Outcome.ESCALATE else "handling", findings=[],
        unverified=list(found.unverified), gaps=list(found.gaps),
    )  # fmt: skip


def _not_taken(found: AssessedFacts) -> answers.Assessed:
    text = (
        f"Case {found.case}. The facts were not taken. Correct these and call `assess` again with `case`:\n"
        f"{listed(found.findings)}"
    )
    if found.missing:
        text += (
            f"\n\nNot found by any connected server: {', '.join(found.missing)}. Check the ref; what only your own tools can "
            "read, hand over in `records`, word for word."
        )
    return answers.Assessed(
        text=text, case=found.case, outcome="", severity=None, target=None, also_notify=[], hand_in="",
        findings=list(found.findings), unverified=list(found.unverified), gaps=list(found.gaps),
    )  # fmt: skip


def checked(found: ReviewedDraft, kept: answers.Saved | None = None) -> answers.Checked:
    """The review of a draft; an accepted one that was ``kept`` is shown."""
    hard = found.review.hard
    warnings = [finding for finding in found.review.findings if finding not in hard]
    findings = [*hard, *warnings]
    if hard:
        also = f" and {_counted(len(warnings), 'warning')}" if warnings else ""
        text = (
            f"Rejected: {_counted(len(hard), 'hard finding')}{also}. Call `check_brief` again with `edits` of "
            "those lines alone, all at once; the rest and the index stay as they are"
        )
    elif warnings:
        text = (
            f"Accepted: the brief is done. {_counted(len(warnings), 'warning')} beside it, for the person; call again with `edits` only "
            "where one shows a sentence that is wrong"
        )
    else:
        text = "Accepted"
    full, text = f"{text}:\n{_told(found, findings)}" if findings else f"{text}.", f"{text}."
    full, text = (f"{told}\n\n{kept.text if kept else '' if hard else _NEXT}".strip() for told in (full, text))
    if found.unverified:
        full += f"\n\nUnverified (only your copies, not read again here): {', '.join(found.unverified)}."
    if found.decided_again:
        decision = decision_told(found.decision, found.inputs, found.figures, HAND_IN)
        before = f"The records that the draft cites change the decision.\n{decision}"
        full, text = f"{before}\n\n{full}", f"{before}\n\n{text}"
    labels = Labels.of(found.decision)
    return answers.Checked(
        text=text, full=full, case=found.case, verdict="rejected" if hard else "accepted", hard=len(hard), warnings=len(warnings),
        outcome=found.decision.outcome.value, severity=labels.severity, target=labels.target, findings=list(findings),
        unverified=list(found.unverified), gaps=list(found.gaps), file=kept.file if kept else "",
    )  # fmt: skip


def _told(found: ReviewedDraft, findings: Sequence[Finding]) -> str:
    draft = found.review.draft
    return told_by_line(findings, draft, without_marks(document_of(draft))) if is_written(draft) else listed(findings)


def saved(result: RecordedResult, file: str) -> answers.Saved:
    """Where the brief is kept, and the brief, whose last line tells it from a text that was changed."""
    where = f"Saved as {result.case}" + (f" and in {file}." if file else ".")
    if result.status == "needs_review":
        where += " It still has hard findings: it is marked as needing a person's review."
    text = (
        f"{where} {SHOW_IT}\n\n{result.markdown.strip()}\n\n{proof_line(result.case, result.status, result.markdown)}"
    )
    return answers.Saved(text=text, case=result.case, status=result.status, file=file)


def action(one: ProposedAction, shown: str = "") -> answers.OfferedAction:
    """One next step; it is shown as approved only by the approval that holds for it (P1). Of a text that stands in what was
    ``shown``, only the beginning is given.
    """
    text = one.proposal.text
    told = shown and len(text) > MOST_AGAIN and (one.proposal.system == "chat" or " ".join(text.split()) in shown)
    return answers.OfferedAction(
        number=one.number, id=one.id, kind=one.proposal.kind, title=one.proposal.title, destination=one.proposal.destination,
        text=f"{text[:MOST_AGAIN].rstrip()}…" if told else text, characters=len(text), tool=one.tool,
        approved_by=one.approval.by if one.approval else "",
    )  # fmt: skip


def actions(result: RecordedResult, found: Sequence[ProposedAction]) -> answers.Actions:
    """The next steps of a case, without those texts again that its brief holds."""
    shown = " ".join(result.markdown.split())
    listing = [action(one, shown) for one in found]
    note = ACTIONS_NOTE if listing else "No next step is proposed."
    return answers.Actions(text=note, full=listed_actions(listing), case=result.case, actions=listing)


def named_action(found: Sequence[ProposedAction], name: str) -> ProposedAction:
    """The action of this number, or of the id that begins so. Raises ``WrongOrder``."""
    for one in found:
        if name in (one.id, str(one.number)) or (len(name) >= SHORTEST_ID and one.id.startswith(name)):
            return one
    numbers = ", ".join(str(one.number) for one in found) or "none"
    raise WrongOrder(f"There is no action {name!r}; there are {numbers}.")


def listed_actions(found: Sequence[answers.OfferedAction]) -> str:
    """The next steps as text, each exactly as it would be carried out."""
    if not found:
        return "No next step is proposed."
    lines = [ACTIONS_NOTE]
    for one in found:
        by = f"; approved by {one.approved_by}" if one.approved_by else ""
        how = "; `carry_out` does it" if one.tool else "; a person does it"
        lines.append(f"\n{one.number}. {one.title} [{one.kind}; destination: {one.destination or 'none'}{how}{by}]")
        lines += [f"   {line}" for line in (one.text or "(no text yet: to be drafted)").splitlines()]
        if one.characters != len(one.text):
            lines.append(f"   ({one.characters:,} characters, as in the brief; `action` gives them whole)")
    return "\n".join(lines)


def shown(result: RecordedResult, form: str, text: str, found: Sequence[ProposedAction], seal: str) -> answers.Shown:
    """The brief in a form, as ``text``; for a card its evidence and next steps, which it proves with ``seal`` that it showed."""
    document = replace(result.document, next_steps=())  # the card has them by itself
    body, panels = page_parts(document)
    listing = [action(one).model_dump(mode="json") for one in found]
    return answers.Shown(
        text=text, case=result.case, format=form, status=result.status,
        outcome=result.outcome.value, severity=result.data["severity"], target=result.data["target"],
        also_notify=result.also_notify, summary=document.title,
        card={"seal": seal, "actions": listing, "body": str(body), "panels": [asdict(panel) | {"figures": [
            figure.model_dump(mode="json") for figure in panel.figures
        ]} for panel in panels]},
    )  # fmt: skip


def followups(found: Sequence[DueEscalation], now: datetime) -> answers.FollowUps:
    """What is due, the most urgent first."""
    listing = [_due(due) for due in found]
    if not found:
        return answers.FollowUps(text="No escalation is open.", now=now.isoformat(), open=[])
    todo = "At each follow-up: " + " ".join(follow_up_actions(resolved=False)) + " Then call `log_followup`."
    lines = [f"Open escalations as of {time_words(now)}, the most urgent first:"]
    for due in found:
        lines.append(f"- {due.case}: {due.severity.value}, {due.target.value}: {due.summary}")
        lines += [f"  {due_words(item, due, now)}" for item in due.items]
        lines += [f"  still to do before it is closed: {step}" for step in due.left_of_deescalation]
    return answers.FollowUps(text=todo, full="\n".join([*lines, todo]), now=now.isoformat(), open=listing)


def due_words(item: DueItem, due: DueEscalation, now: datetime) -> str:
    """One thing that is due, and by when."""
    whom = f"ask {due.target.value}" if item.whom == "team" else f"tell {item.account}"
    on = f" on {item.ticket}" if item.ticket else ""
    late = " OVERDUE" if item.state(now) == "overdue" else ""
    return f"{whom}{on} by {time_words(item.due_at)}{late} ({item.why})"


def _due(due: DueEscalation) -> answers.Due:
    return answers.Due(
        case=due.case, summary=due.summary, severity=due.severity.value, target=due.target.value,
        accounts=list(due.accounts), team_due=due.team_due.isoformat(), customer_due=_moment(due.customer_due),
        overdue=list(due.overdue), followed_up=due.followed_up, left_of_deescalation=list(due.left_of_deescalation),
    )  # fmt: skip


def _moment(moment: datetime | None) -> str:
    return moment.isoformat() if moment else ""


def reassessed(found: ReassessedCase) -> answers.Reassessed:
    """A case as it stands now, beside what it was."""
    return answers.Reassessed(
        text=_reassessed_text(found), case=found.case, changed=found.changed, was=found.was.to_json(),
        now=found.is_now.to_json(), new_records=[record.ref for record in found.new], findings=list(found.findings),
    )  # fmt: skip


def _reassessed_text(found: ReassessedCase) -> str:
    if found.findings:
        return f"The facts were not taken. Correct these and call `reassess` again:\n{listed(found.findings)}"
    lines = [f"Case {found.case}, as of {time_words(found.now)}."]
    if found.changed:
        lines.append(
            f"The decision changes from {_label_words(found.was)} to {_label_words(found.is_now)}. A person confirms it before "
            "anybody is told."
        )
    else:
        lines.append(f"The decision stands: {_label_words(found.is_now)}.")
    if found.new:
        lines.append(
            "Records that were not known before; where one changes a fact, call `reassess` again with `facts`:"
        )
        lines += [_new_record(record) for record in found.new[:MOST_NEW]]
        lines += [f"- and {len(found.new) - MOST_NEW} more"] if len(found.new) > MOST_NEW else []
    else:
        lines.append("No record is new.")
    if found.figures:
        lines.append("Figures that changed:")
        lines += [f"- {figure.ref}: {figure.label}: {figure.text}" for figure in found.figures]
    lines.append("Where the brief is to be kept up to date, mend it and call `check_brief` and `save_brief` again.")
    return "\n".join(lines)


def _new_record(record: Record) -> str:
    text = " ".join(str(record.data.get("text") or record.data.get("subject") or "").split())
    return f"- {record.ref}: {text[:160]}"


def deescalated(found: DeEscalation, *, closed: bool, missing: str = "") -> answers.DeEscalation:
    """Whether an escalation may come down, and what that takes."""
    return answers.DeEscalation(
        text=_deescalated_text(found, closed=closed, missing=missing), case=found.case, rules=found.state.rules,
        proposed=found.state.proposed, confirmed_by=found.state.confirmed_by,
        left=[DEESCALATING[key] for key in found.left], closed=closed,
    )  # fmt: skip


def _deescalated_text(found: DeEscalation, *, closed: bool, missing: str) -> str:
    lines = [f"Case {found.case}."]
    lines += [
        f"{firing.rule}: {firing.state}{f' ({firing.because})' if firing.because else ''}" for firing in found.judged
    ]
    if closed:
        lines.append(f"It is closed: confirmed by {found.state.confirmed_by}, and all four steps are done.")
        lines.append("Close the loop: " + " ".join(follow_up_actions(resolved=True)))
        return "\n".join(lines)
    if not found.state.proposed:
        lines.append("No rule lets it come down yet.")
        return "\n".join(lines)
    if found.state.confirmed_by:
        lines.append(f"Confirmed by {found.state.confirmed_by}.")
    else:
        lines.append("It may come down. A person has to confirm it: ask, and call again with `confirmed_by`.")
    lines += [f"- still to do (`{key}`): {DEESCALATING[key]}" for key in found.left]
    lines += [f"{missing} Call again with `customer_confirmed`, `tracking` and `learned`."] if missing else []
    return "\n".join(lines)


def ran(result: RecordedResult) -> answers.Ran:
    """What an unattended run made."""
    return answers.Ran(
        text=result.markdown + (f"\n\n{result.notice}" if result.notice else ""), case=result.case,
        outcome=result.outcome.value, status=result.status, severity=result.data["severity"], target=result.data["target"],
        also_notify=result.also_notify, drafted_by=result.data["drafted_by"], findings=result.findings,
        gaps=result.data["gaps"], citations=result.data["citations"], usage=result.data["usage"],
        questions=result.data.get("questions", []),
    )  # fmt: skip


def _counted(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"


def _outcome(decision: Decision) -> Literal["escalate", "handle_in_support"]:
    return "escalate" if decision.outcome == Outcome.ESCALATE else "handle_in_support"


def _label_words(labels: Labels) -> str:
    return ", ".join(value.replace("_", " ") for value in labels.to_json().values() if value) or "none"
