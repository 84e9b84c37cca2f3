"""What could be done next, each with its exact text and where it would go; it waits for a person's approval (P1)."""

import hashlib
import json
import re
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict

from customer_escalation.actions.internal_texts import Around, InternalTexts
from customer_escalation.actions.leaving import Removed
from customer_escalation.actions.table import KINDS, Kind, System
from customer_escalation.domain.brief import Brief
from customer_escalation.domain.draft import Ask, ColleagueText, CustomerDraft, Draft, EscalationDraft
from customer_escalation.domain.evidence import Evidence, name_key, parse_moment
from customer_escalation.domain.formatting import date_words
from customer_escalation.domain.outcomes import Outcome, Severity, Target
from customer_escalation.domain.printable import printable
from customer_escalation.domain.prose import marks_of, without_marks
from customer_escalation.domain.record_ids import mentions, shown_id
from customer_escalation.domain.states import state_of
from customer_escalation.domain.texts import outgoing, places, with_places
from customer_escalation.domain.written import is_written
from customer_escalation.policy import Policy
from customer_escalation.policy.sources import shipped_policy
from customer_escalation.rendering import all_cites
from customer_escalation.rendering.phrases import Phrases
from customer_escalation.sla.cadence import next_internal_followup
from customer_escalation.sla.calendar import team_calendar
from skill_runtime.ledger import Record

FILING: Mapping[Target, str] = {Target.ENGINEERING: "bug", Target.PRODUCT: "feature"}
"""Teams whose work begins with an item in the tracker, and the type that a first item of theirs has."""
NOBODY_KNOWS = "No record and no policy of yours knows this channel: name the one that the team reads."
OF_SECURITY = "Security owns this case: its details belong in their own channel alone."
_CHANNEL = re.compile(r"(?<![\w#])#[^\s,;)\]]+")


class Proposal(BaseModel):
    """One action that a person may approve: its kind, where it goes and its exact text."""

    model_config = ConfigDict(frozen=True)

    kind: Kind
    title: str
    """The offer, as a question to the person."""
    destination: str
    """A channel, the ref of a ticket or an item, the type of a new one, or a moment (RFC 3339) for a reminder; empty where it is
    not known."""
    system: System
    """The category of the system that it would change; empty for what a person sees to, such as a reminder."""
    text: str
    """Exactly what would be posted or sent; empty where it has yet to be drafted. Of a tracker item the first line is its title."""
    removed: tuple[Removed, ...] = ()
    """Secrets and personal data that were taken out of the text; ``left_out`` says so in words."""
    left_out: tuple[str, ...] = ()
    """What was left out of the text or called otherwise because of who reads it there, in words."""
    beware: tuple[str, ...] = ()
    """What a person should know before saying yes, in sentences."""


def action_id(proposal: Proposal) -> str:
    """sha256 of what would be done: system, tool, destination and text. The title may change without harm.

    The tool counts, because a note for the team and a reply to the customer may share the rest.
    """
    exact = json.dumps([proposal.system, tool_for(proposal), proposal.destination, proposal.text], ensure_ascii=True)
    return hashlib.sha256(exact.encode()).hexdigest()


def tool_for(proposal: Proposal) -> str:
    """The tool of the system's category that carries it out; empty where a person does it."""
    return KINDS[proposal.kind].tool


def propose(
    brief: Brief,
    markdown: str,
    policy: Policy,
    now: datetime,
    zone: ZoneInfo | None = None,
    channels: Container[str] = (),
    around: Around | None = None,
    about: Sequence[str] = (),
) -> list[Proposal]:
    """The next steps that fit this brief, those that the skill names first, with times on the clock of ``zone``; nothing is offered
    that is there.

    A channel that neither the organisation has set nor ``channels`` of the records hold is not named to a person, who may have none
    of that name. ``about`` are the refs that the facts of the case rest on: an item of the tracker among them is the case's own.
    """
    say, clock = Phrases(brief.draft), zone or ZoneInfo("UTC")
    entries = list(enumerate(outgoing(brief.draft), 1))
    texts = [_customer_text(place, one, say) for place, (_, one) in entries if isinstance(one, CustomerDraft)]
    moments = _moments_set(brief, now)
    reminder = _Reminders(brief, policy, clock, say)
    reminders = [reminder.at(moment, brief.draft.summary) for moment in moments]
    channel_of = _Channels(policy, channels)
    messages = [
        step
        for place, (_, one) in entries
        if isinstance(one, ColleagueText)
        for step in _message(place, one, channel_of, brief, say)
    ]
    if brief.outcome == Outcome.HANDLE or brief.target is None or brief.severity is None:
        question = f"Did the documented solution help? {brief.draft.summary}"
        later = Proposal(kind="reminder", title=say("step_helped"), destination="", system="", text=question)
        made = InternalTexts(brief, around, now, clock) if around and brief.draft.ticket_note else None
        notes = list(_notes(made, around, say)) if made and around else []
        return [*texts, *(reminders or [later]), *notes, *messages]
    team = policy.teams.of(brief.target)
    due = next_internal_followup(brief.severity, now, team_calendar(policy, brief.target), policy).due_at
    somewhere = "step_post_restricted" if brief.target == Target.SECURITY else "step_post_there"
    post = say("step_post", where=team.channel) if channel_of.is_known(brief.target) else say(somewhere)
    check = f"Check with {team.name} for progress: {brief.draft.summary}"
    pages: list[Proposal] = []
    internal: list[Proposal] = []
    if around is not None:
        restricted = policy.keeps_to_itself(brief.target)
        made = InternalTexts(brief, around, moments[0] if moments else due, clock, restricted=restricted)
        if policy.paging.system and _is_page_due(brief):
            pages = [_page(brief.target, made, team.channel if channel_of.is_known(brief.target) else "", say)]
        internal = [*_tracker(brief, made, around, about, say), *_notes(made, around, say)]
    beware = () if channel_of.is_known(brief.target) else (NOBODY_KNOWS,)
    return [
        Proposal(
            kind="post_to_channel", title=post, destination=team.channel, system="chat", text=markdown, beware=beware
        ),
        *pages,
        *texts,
        *(reminders or [reminder.at(due, check)]),
        *internal,
        *messages,
    ]


def attached(brief: Brief, around: Around, item: Record, policy: Policy, now: datetime, zone: ZoneInfo) -> Proposal:
    """A comment that attaches an escalation to this item of the tracker, with times on the clock of ``zone``."""
    assert brief.target is not None
    assert brief.severity is not None
    moments = _moments_set(brief, now)
    due = next_internal_followup(brief.severity, now, team_calendar(policy, brief.target), policy).due_at
    made = InternalTexts(brief, around, moments[0] if moments else due, zone)
    return _comment(item, made, Phrases(brief.draft))


def _moments_set(brief: Brief, now: datetime) -> list[datetime]:
    """When the brief itself has somebody look again, the next first."""
    return [moment for moment in sorted(filter(None, map(parse_moment, brief.draft.reminders))) if moment > now]


class _Channels:
    """Where a text to a team or a colleague goes."""

    def __init__(self, policy: Policy, channels: Container[str]) -> None:
        self._policy, self._channels = policy, channels

    def is_known(self, target: Target) -> bool:
        """Does the team's channel stand in a record or in a policy of the organisation's own?"""
        channel = self._policy.teams.of(target).channel
        return channel in self._channels or channel != shipped_policy().teams.of(target).channel

    def of(self, to: str) -> str:
        """The channel of an addressee: one that is named and known, or that of the team of this name; empty where it is not known."""
        for word in _CHANNEL.findall(to):
            if word in self._channels or word in {self._policy.teams.of(target).channel for target in Target}:
                return str(word)
        for target in Target:
            team = self._policy.teams.of(target)
            if name_key(to) in (name_key(target.value), name_key(team.name)) and self.is_known(target):
                return team.channel
        return ""


def _message(
    number: int, message: ColleagueText, channels: _Channels, brief: Brief, say: Phrases
) -> Iterator[Proposal]:
    """A text that the brief drafts for a team or a colleague, where it is known where they read it."""
    where = channels.of(message.to)
    if where:
        named = with_places(message.text, places(brief.draft), lambda place: say("text_mention", number=str(place)))
        title = say("step_message", number=str(number), where=where)
        text = printable(without_marks(named)).strip()
        own = channels.of(Target.SECURITY.value)
        beware = (OF_SECURITY,) if brief.target == Target.SECURITY and where != own else ()
        yield Proposal(kind="team_message", title=title, destination=where, system="chat", text=text, beware=beware)


def _tracker(
    brief: Brief, made: InternalTexts, around: Around, about: Sequence[str], say: Phrases
) -> Iterator[Proposal]:
    """A comment on each open item that the case is about, and on each that an ask names beside an article, such as the incident that
    the article asks to join; a new item where there is none of its own and the owner works by the tracker. What a team keeps in its
    channel alone, as Security does, stands in none.
    """
    if made.restricted or brief.target is None:
        return
    named = set(all_cites(brief))
    items = _items([ref for ref in about if ref in named], around.evidence)
    live = [item for item in items.values() if state_of(item) != "closed"]
    joined = _items(_asked_by_articles(brief.draft), around.evidence)
    others = [item for ref, item in joined.items() if ref not in items and state_of(item) != "closed"]
    yield from (_comment(item, made, say) for item in [*live, *others])
    if not live and brief.target in FILING and "project_tracker" in around.evidence.connected:
        text, title = made.item(list(items.values())), say("step_file", team=brief.target.value)
        yield Proposal(
            kind="tracker_item", title=title, destination=FILING[brief.target], system="project_tracker", text=text.text,
            left_out=text.left_out,
        )  # fmt: skip


def _is_page_due(brief: Brief) -> bool:
    """A critical case cannot wait until somebody looks; another one pages where an article says so, which what is asked of its owner
    then cites.
    """
    asks = brief.draft.asks if isinstance(brief.draft, EscalationDraft) else []
    asked = (_cited_by(one, brief.draft) for one in asks if one.team == brief.target)
    return brief.severity is Severity.CRITICAL or any(
        ref.startswith("knowledge_base/") for refs in asked for ref in refs
    )


def _page(target: Target, made: InternalTexts, channel: str, say: Phrases) -> Proposal:
    text, title = made.page(channel), say("step_page", team=target.value)
    return Proposal(
        kind="page", title=title, destination=target.value, system="pager", text=text.text, left_out=text.left_out
    )


def _items(refs: Iterable[str], evidence: Evidence) -> dict[str, Record]:
    """The tracker's items behind refs, by their own."""
    items = (evidence.item_of(record) for record in evidence.resolve(refs)[0])
    return {item.ref: item for item in items if item.data.get("kind") == "issue"}


def _cited_by(one: Ask, draft: Draft) -> list[str]:
    """What an ask rests on by its writer's word: in a document, whose marks code set, what it names."""
    words = without_marks(one.text)
    return [ref for ref in marks_of(one.text) if not is_written(draft) or mentions(words, ref.partition("/")[2])]


def _asked_by_articles(draft: Draft) -> Iterator[str]:
    """What an ask cites together with an article of the knowledge base: the article asks for it there."""
    for one in draft.asks if isinstance(draft, EscalationDraft) else ():
        cites = _cited_by(one, draft)
        if any(ref.startswith("knowledge_base/") for ref in cites):
            yield from cites


def _comment(item: Record, made: InternalTexts, say: Phrases) -> Proposal:
    text, title = made.comment(), say("step_comment", item=shown_id(item.id) or item.id)
    return Proposal(
        kind="tracker_comment", title=title, destination=item.ref, system="project_tracker", text=text.text,
        left_out=text.left_out,
    )  # fmt: skip


def _notes(made: InternalTexts, around: Around, say: Phrases) -> Iterator[Proposal]:
    """A note in every ticket of the case."""
    text = made.note().text
    for ticket in around.tickets:
        title = say("step_note", ticket=shown_id(ticket.id) or ticket.id)
        yield Proposal(kind="internal_note", title=title, destination=ticket.ref, system="support_platform", text=text)


class _Reminders:
    """Moments to look again: in the organisation's calendar where the policy names one, else for a person to import."""

    def __init__(self, brief: Brief, policy: Policy, zone: ZoneInfo, say: Phrases) -> None:
        self._brief, self._policy, self._zone, self._say = brief, policy, zone, say

    def at(self, moment: datetime, text: str) -> Proposal:
        """One of them."""
        title = self._say("step_reminder", when=date_words(moment, self._zone, self._say.language))
        if not self._policy.reminders.calendar:
            return Proposal(kind="reminder", title=title, destination=moment.isoformat(), system="", text=text)
        return Proposal(
            kind="calendar_entry",
            title=title,
            destination=moment.isoformat(),
            system="calendar",
            text=self._shared(text),
        )

    def _shared(self, text: str) -> str:
        """As everybody who sees the calendar may read it: of a team that keeps its cases to itself no more than that there is one."""
        target, severity = self._brief.target, self._brief.severity
        if target is None or severity is None or not self._policy.keeps_to_itself(target):
            return printable(without_marks(text)).strip()
        return self._say("note_escalated", team=target.value, severity=severity.value, date=self._brief.date)


def _customer_text(number: int, draft: CustomerDraft, say: Phrases) -> Proposal:
    """``number`` is that of the text in the brief."""
    kind, step = ("status_update", "step_update") if draft.kind == "update" else ("customer_reply", "step_reply")
    title = say(step, number=str(number))
    text = printable(draft.text)  # what nobody sees cannot be approved
    data = {"kind": kind, "title": title, "destination": draft.ticket, "system": "support_platform", "text": text}
    return Proposal.model_validate(data)
