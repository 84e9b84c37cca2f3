"""Bringing an escalation down: what was found out, judged by the rules; a person's yes; the four steps; the texts for them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from customer_escalation.actions import Proposal, action_id
from customer_escalation.cases.approval_events import edits_in, id_now
from customer_escalation.cases.effects import done_before
from customer_escalation.cases.errors import NotEscalated, WrongOrder
from customer_escalation.cases.offered_later import OfferedLater
from customer_escalation.cases.service import CaseService
from customer_escalation.cases.since import Since
from customer_escalation.cases.steps import DeEscalation
from customer_escalation.decision.rules.after import DEESCALATING
from customer_escalation.domain.evidence import Evidence, thread_cut
from customer_escalation.domain.facts import Fact
from customer_escalation.domain.printable import printable
from customer_escalation.followups.standing import Standing, standing_at
from customer_escalation.followups.update_texts import ticket_name
from customer_escalation.rendering.phrases import Phrases
from skill_runtime.journal import Entry

STEP_OF = {"team_message": "notify_team", "internal_note": "update_ticket", "status_update": "inform_customer",
           "draft_article": "record_learning"}  # fmt: skip
"""Which of the four a text of ours does, by its kind."""


@dataclass(frozen=True)
class Found:
    """What a person says was found out, as refs of the records that show it; nothing where it was not."""

    cause: tuple[str, ...] = ()
    """The root cause is found, and support can resolve it."""
    workaround: tuple[str, ...] = ()
    """A workaround lets the customer go on."""
    by_itself: tuple[str, ...] = ()
    confirmed: tuple[str, ...] = ()
    """The customer says that it is resolved, or that they can go on."""
    root_cause: str = ""
    changed_at: str = ""
    """RFC 3339; where it is not given, the newest record that shows it."""
    last_complaint_at: str = ""
    """RFC 3339; where it is not given, the last message of a customer that confirms nothing."""

    @property
    def something(self) -> bool:
        """Was anything found out?"""
        return bool(self.cause or self.workaround or self.by_itself or self.confirmed or self.changed_at)


async def judge(
    service: CaseService, case: str, found: Found | None, by: str = "", done: Sequence[str] = ()
) -> DeEscalation:
    """Ask the rules on what was found out; ``by`` confirms it, ``done`` are steps that a person did by hand.

    What was carried out of the texts that were offered for it counts as done. Raises ``WrongOrder``.
    """
    name = service.store.find(case.strip())
    standing = standing_at(service.store, name, await service.systems.now())
    if standing is None:
        raise NotEscalated(name)
    since = since_of(standing, found) if found is not None else None
    state = await service.deescalate(name, since)
    carried = carried_out(service.store.entries(name))
    if by or done or set(carried) - set(state.state.done):
        again = await service.deescalate(name, None, [*carried, *done], by)
        state = DeEscalation(again.case, state.judged, again.state, again.left)
    return state


def since_of(standing: Standing, found: Found) -> Since:
    """What was found out as facts; what nobody says is unknown, and never no. Raises ``WrongOrder`` where no moment is known."""
    assert standing.inputs is not None
    evidence = standing.inputs.evidence

    def fact(cites: Sequence[str]) -> Fact:
        return Fact(answer="yes" if cites else "unknown", cites=list(cites), why="")

    changed = found.changed_at or _newest(evidence, [*found.cause, *found.workaround, *found.by_itself])
    if not changed:
        changed = _newest(evidence, found.confirmed) or standing.now.isoformat()
    return Since(
        support_resolvable_cause=fact(found.cause),
        workaround_unblocks=fact(found.workaround),
        resolved_by_itself=fact(found.by_itself),
        customer_confirmed=fact(found.confirmed),
        root_cause=found.root_cause,
        changed_at=changed,
        last_complaint_at=found.last_complaint_at or last_complaint(standing, found.confirmed),
    )


def last_complaint(standing: Standing, confirmed: Sequence[str]) -> str:
    """The last public message of a customer on the escalation's own tickets, but those that confirm; empty where there is none.

    What a message says is not read here: a customer who writes is not quiet. Raises ``WrongOrder`` where nobody confirms and a ticket
    was not read to its end.
    """
    assert standing.inputs is not None
    evidence, inputs = standing.inputs.evidence, standing.inputs
    tickets = evidence.tickets([ref for account in inputs.affected for ref in account.tickets])
    if (cut := [ticket_name(ticket) for ticket in tickets if thread_cut(ticket)]) and not confirmed:
        raise WrongOrder(
            f"{', '.join(cut)} could not be read to the end, so whether a customer wrote since is not known. Reassess the case once it "
            "can be read."
        )
    moments = [
        at
        for ticket in tickets
        for message in evidence.messages(ticket)
        if evidence.by_customer(message) and message.ref not in confirmed and (at := evidence.at(message))
    ]
    return max(moments).isoformat() if moments else ""


def _newest(evidence: Evidence, cites: Sequence[str]) -> str:
    moments = [at for record in evidence.resolve(cites)[0] if (at := evidence.at(record))]
    return max(moments).isoformat() if moments else ""


def offer_texts(service: CaseService, case: str, now: datetime, resolution: str) -> list[Proposal]:
    """Offer a person's own words on the resolution to the team, to each customer, and as a note in each ticket (DE-ACT).

    Raises ``WrongOrder`` where there are none.
    """
    name = service.store.find(case.strip())
    standing = standing_at(service.store, name, now)
    if standing is None or standing.inputs is None:
        raise NotEscalated(name)
    words = printable(resolution).strip()
    if not words:
        raise WrongOrder("Say in a sentence or two what resolved it, in words that the customer may read.")
    say, evidence = Phrases(standing.result.document.brief.draft), standing.inputs.evidence
    team, summary = standing.policy.teams.of(standing.target), standing.result.summary
    tickets = evidence.tickets([ref for account in standing.inputs.affected for ref in account.tickets])
    heading = f"{summary} ({standing.severity.value})"
    made = [
        Proposal(
            kind="team_message", title=say("down_team_title", team=team.name, where=team.channel), destination=team.channel,
            system="chat", text=f"{say('down_heading')} {heading}\n{words}",
        )
    ]  # fmt: skip
    for ticket in tickets:
        number = ticket_name(ticket)
        texts = {
            "status_update": words,
            "internal_note": f"{say('down_heading')} {'' if team.restricted else heading}\n{words}",
        }
        made += [
            Proposal.model_validate({
                "kind": kind, "title": say("down_customer_title" if kind == "status_update" else "down_note_title", ticket=number),
                "destination": ticket.ref, "system": "support_platform", "text": text,
            })
            for kind, text in texts.items()
        ]  # fmt: skip
    entry = OfferedLater(occasion="de_escalation", now=now, drafted_by="rules", proposals=tuple(made))
    return list(service.offer(name, entry))


def carried_out(entries: Sequence[Entry]) -> tuple[str, ...]:
    """Which of the four steps were done by carrying out texts that were offered for them: all of a kind, where there are several."""
    done, edits = {intent.action for intent in done_before(entries)}, edits_in(entries)
    steps: dict[str, list[bool]] = {}
    for entry in entries:
        if entry.type != OfferedLater.kind or (later := OfferedLater.model_validate(entry.data)).occasion == "update":
            continue
        steps |= {STEP_OF[one.kind]: [] for one in later.proposals if one.kind in STEP_OF}
        for one in later.proposals:
            if one.kind in STEP_OF:
                steps[STEP_OF[one.kind]].append(id_now(action_id(one), edits) in done)
    return tuple(step for step in DEESCALATING if steps.get(step) and all(steps[step]))
