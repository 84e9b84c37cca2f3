"""A brief without a model: sentences quoted from records, plain words between them, "unknown" where nothing was found."""

import re
from datetime import datetime

from customer_escalation.decision.rules import Decision
from customer_escalation.domain.brief import Ask, Draft, EscalationDraft, Outcome, Target
from customer_escalation.domain.evidence import Evidence, field
from customer_escalation.domain.facts import Assessment
from customer_escalation.domain.prose import cite
from customer_escalation.domain.record_ids import shown_id
from customer_escalation.domain.template import COMMUNICATION, WORKFLOW, labelled
from customer_escalation.drafting.communication import deadline, expectations, last_updates, risks
from customer_escalation.drafting.details import environment
from customer_escalation.drafting.handling import drafts_for_all, handling, writes_english
from customer_escalation.drafting.quoting import Quoted, QuotedStep, Writer, unknown, written
from customer_escalation.drafting.reproduction import NO_DEFECT, frequency_known, reproduction
from customer_escalation.drafting.steps import tried_steps
from customer_escalation.drafting.summary import summary
from customer_escalation.policy import Policy
from skill_runtime.ledger import Record

FEWEST_SENTENCES, MOST_SENTENCES = 3, 5
"""Of the description."""
MOST_RELATED = 6
MOST_UNKNOWNS = 4
_SENTENCE_END = re.compile(r"[.!?][\"'”’)\]]*\s+(?=[\"“‘(A-Z0-9`])")
_USERS = re.compile(
    r"\b\d[\d,.]*\b(?: of our| \w+)? (?:users|people|employees|colleagues|students|teachers|patients|seats|stores|shops|sites|"
    r"vehicles|orders|Aufträge|Mitarbeiter|Nutzer)\b",
    re.IGNORECASE,
)
_EVERYBODY = re.compile(
    r"\b(?:all|every|alle)\b.{0,25}\b(?:customers?|users?|accounts?|clients?|kunden)\b", re.IGNORECASE
)

ASKS: dict[Target, tuple[tuple[str, str], ...]] = {
    Target.ENGINEERING: (
        ("investigate", "Investigate the cause and say what is found."),
        ("fix", "Fix it, or name a workaround that support can give."),
    ),
    Target.PRODUCT: (
        ("decide", "Decide whether this is planned, and what customers may be told."),
        ("prioritise", "Prioritise it against the deals and renewals named above."),
    ),
    Target.SECURITY: (
        ("investigate", "Investigate what was exposed or run, and for whom."),
        ("contain", "Contain it, and say what is done."),
        ("approve", "Approve what customers may be told."),
    ),
    Target.LEADERSHIP: (("decide", "Decide on the exception or commitment that the customers wait for."),),
    Target.L2: (("investigate", "Investigate what support could not diagnose."),),
}


def draft_by_rules(
    issue: str, assessment: Assessment, decision: Decision, evidence: Evidence, now: datetime, policy: Policy
) -> Draft:
    """The brief, or the handling note, in quoted sentences."""
    writer = Writer(issue, evidence, now)
    if decision.outcome == Outcome.HANDLE:
        return handling(issue, assessment, writer)
    return _escalation(issue, assessment, decision, writer, policy)


def _escalation(
    request: str, assessment: Assessment, decision: Decision, writer: Writer, policy: Policy
) -> EscalationDraft:
    """Sections are written in the order in which they may choose their sentences, not in that of the brief."""
    target = decision.target or Target.L2
    tickets = writer.issue.tickets
    wish = assessment.issue_type == "feature_gap"
    use_case = _use_case(writer) if wish else []
    told = ("feature", "need") if wish else ("exposure", "broken", "feature")
    symptoms = writer.pick(told, writer.by_customers, 2, one_each=True)
    containment = _containment(writer) if target == Target.SECURITY else []
    tried = _tried(writer)
    shown = reproduction(assessment, writer)
    competitors = (
        writer.pick(("competitor",), [*writer.by_customers, *writer.by_us], 2) if target == Target.PRODUCT else []
    )
    expectation = expectations(writer)
    risk = risks(writer)
    impact = use_case or _impact(writer)
    description = _description(symptoms, assessment, writer)
    what = written(*symptoms[:1]) if symptoms else "What happens is told below, as far as the records say."
    asks = [Ask(owner=target.value, kind=kind, by="", text=text) for kind, text in ASKS[target]]
    impact_rows = [(WORKFLOW, written(*impact, *_others_who_joined(writer))), ("Compared with", written(*competitors))]
    communication = (written(*last_updates(writer)), written(*expectation), written(*risk))
    return EscalationDraft(
        sender="\n".join([_verdict(decision), "", *(f"- {note}" for note in _author_notes(request, writer))]),
        summary=summary(tickets, request),
        opening=f"For {target.value}: {asks[0].text}\n{what}",
        severity_reason="",
        co_owner="",
        impact=labelled(impact_rows),
        description=written(*description),
        tried="\n".join(f"{number}. {_step_words(step)}" for number, step in enumerate(tried, 1)),
        containment=written(*containment),
        reproduction=shown,
        ideas="",
        communication=labelled(zip(COMMUNICATION, communication, strict=True)),
        asks=asks,
        deadline=deadline(decision, writer, policy),
        context=_context(assessment, decision, writer, frequent=frequency_known(writer)),
        drafts=drafts_for_all(_reply(writer), writer, "reply"),
        messages=[],
        ticket_note="",
        rhythm="",
    )


def _verdict(decision: Decision) -> str:
    assert decision.severity is not None
    return f"**Escalate to {(decision.target or Target.L2).value}, {decision.severity.value}.** Before you send this:"


def _context(assessment: Assessment, decision: Decision, writer: Writer, *, frequent: bool) -> str:
    """Conflicting records, what is not known, and tracker items that nothing cites."""
    lines = [f"- **Conflicting evidence:** {written(one)}" for one in _conflicts(assessment, writer)]
    related = writer.issue.related[:MOST_RELATED]
    names = ", ".join(dict.fromkeys(shown_id(item.id) or item.category.replace("_", " ") for item in related))
    lines += [cite(f"- **See also:** {names}.", [item.ref for item in related])] if related else []
    unknowns = _unknowns(assessment, decision, writer, frequent=frequent)
    return "\n".join([*lines, *(f"- **Not known:** {one}" for one in unknowns)])


def _step_words(step: QuotedStep) -> str:
    action, result = (
        text if text.endswith((".", "!", "?", "”")) else f"{text}." for text in (step.action, step.result)
    )
    return cite(f"{action} {result}", step.cites)


def _use_case(writer: Writer) -> list[Quoted]:
    """What customers need it for; else that they ask for it."""
    needs = writer.pick(("need",), writer.by_customers, 2, one_each=True)
    return [*needs, *writer.pick(("feature",), writer.by_customers, 3 - len(needs), one_each=True)]


def _impact(writer: Writer) -> list[Quoted]:
    """Who is blocked and what it costs them, quoted again if need be; else what is reported to fail."""
    heavy = ("locked_out", "blocked", "production_stopped", "consequence", "no_workaround")
    found = writer.pick(heavy, writer.by_customers, 3, one_each=True, again=True)
    found = found or writer.pick(("exposure", "broken"), writer.by_customers, 2, one_each=True, again=True)
    return found or [unknown("No record says what it keeps the customers from, beyond the symptom.")]


def _description(symptoms: list[Quoted], assessment: Assessment, writer: Writer) -> list[Quoted]:
    """Three to five sentences: what customers report, what colleagues found or suspect, what the tracker says."""
    wanted = [*symptoms, *_workaround(assessment, writer)]
    wanted += (
        writer.pick(("exception", "effort", "engineering_view"), writer.by_us, 2)
        if assessment.issue_type in NO_DEFECT
        else []
    )
    wanted += writer.pick(("cause", "infrastructure", "bug_confirmed", "declared_fixed"), writer.engineers, 1)
    wanted += _tracker(writer)
    if len(wanted) < FEWEST_SENTENCES:
        wanted += writer.pick(("infrastructure", "cause", "declared_fixed", "engaged"), writer.by_us, 1)
    if not symptoms:
        again = writer.pick(("exposure", "feature", "broken", "need"), writer.by_customers, 1, again=True)
        wanted = [*again, *wanted]
    closing = ("The cause is not stated in the records that were read.", "What else is affected is unknown.",
               "No model has read the records.")  # fmt: skip
    found: list[Quoted] = []
    for statement in [*wanted, *map(unknown, closing)]:
        room = MOST_SENTENCES - sum(map(_sentences, found))
        own = statement.kind == "inference"
        if _sentences(statement) <= room and not (own and len(found) >= FEWEST_SENTENCES):
            found.append(statement)
    return found


def _sentences(statement: Quoted) -> int:
    """At least as many as the review will count."""
    return len(_SENTENCE_END.findall(statement.text)) + 1


def _workaround(assessment: Assessment, writer: Writer) -> list[Quoted]:
    """The sentence that the answer on workarounds rests on."""
    records, _ = writer.evidence.resolve(assessment.workaround.cites)
    signals = ("helps_partly", "works_around", "succeeded", "no_workaround")
    return writer.pick(signals, records, 1) if records else []


def _tracker(writer: Writer) -> list[Quoted]:
    item = next((item for item in writer.issue.related if item.data.get("kind") == "issue"), None)
    if item is None:
        return []
    title = field(item, "title").replace("“", "'").replace("”", "'")
    text = f"The tracker has {shown_id(item.id) or 'an item'}, “{title}”, with status {field(item, 'status') or 'unknown'}."
    return [Quoted(text=text, kind="fact", cites=[item.ref])] if writer.stands(text, [item]) else []


def _tried(writer: Writer) -> list[QuotedStep]:
    return tried_steps(writer)


def _containment(writer: Writer) -> list[Quoted]:
    return writer.pick(("contained", "helps_partly"), writer.by_us, 3) or [unknown("No containment is recorded.")]


def _others_who_joined(writer: Writer) -> list[Quoted]:
    """What other customers wrote who joined a thread. The line on customers is left to the computed one."""
    return writer.pick(
        ("broken", "again", "feature"), [part for part in writer.by_customers if _joins(part, writer)], 2
    )


def _joins(part: Record, writer: Writer) -> bool:
    """Somebody of another account than the ticket's."""
    own = field(writer.evidence.item_of(part), "customer")
    return bool(writer.evidence.customer_of(part)) and writer.evidence.customer_of(part) != own


def _conflicts(assessment: Assessment, writer: Writer) -> list[Quoted]:
    """A fix that was declared and a later report against it, in our words: both are quoted where they belong."""
    records, _ = writer.evidence.resolve(assessment.recurred_after_fix.cites)
    if assessment.recurred_after_fix.answer != "yes" or len(records) < 2:
        return []
    fix, report = records[0], records[-1]
    text = (
        f"{writer.who(fix)} declared it mended {writer.when(fix)}; {writer.who(report)} reports {writer.when(report)} that it happens "
        "again."
    )
    return [Quoted(text=text, kind="fact", cites=[fix.ref, report.ref])] if writer.stands(text, [fix, report]) else []


def _unknowns(assessment: Assessment, decision: Decision, writer: Writer, *, frequent: bool) -> list[str]:
    """What the receiving team will ask and no pattern found."""
    wish = assessment.issue_type in NO_DEFECT
    named = environment(writer.reader.messages)
    texts = [field(part, "text") for part in writer.by_customers]
    asked: list[tuple[bool, str, str]] = [
        (not wish and writer.reader.first("cause_found") is None, "The cause", "the team that investigates"),
        (not any(map(_USERS.search, texts)), "How many users of the accounts are affected", "ask the customers"),
        (not wish and not named, "The environment: version, system, region, plan", "ask the customers"),
        (not wish and not frequent, "How often it happens", "ask the customers, or repeat it"),
        (not wish and assessment.workaround.extent == "unknown", "Whether a workaround exists", "support and the team"),
        (not wish and assessment.bug_confirmed.answer != "yes", "Whether anybody of us can reproduce it", "support"),
        (True, "Whether accounts without a ticket are affected", "the logs, or a search for the symptom"),
        (wish and writer.reader.first("engineering_view") is None, "The effort, as Engineering sees it", "Engineering"),
        (decision.target == Target.LEADERSHIP, "Who may approve it", "Support leadership"),
        (decision.target == Target.SECURITY, "What was seen, by whom, and since when", "the access logs"),
    ]
    return [f"{what} ({how})." for open_, what, how in asked if open_][:MOST_UNKNOWNS]


def _author_notes(request: str, writer: Writer) -> list[str]:
    """What to mind before sending, and where the request says more than the records."""
    notes: list[str] = []
    tickets = writer.issue.tickets
    customers = list(dict.fromkeys(field(ticket, "customer") for ticket in tickets))
    if _EVERYBODY.search(request) and customers:
        text = f"The request speaks of everybody; the tickets that were found are those of {', '.join(customers)}."
        notes.append(cite(text, [ticket.ref for ticket in tickets]))
    threatens = re.search(
        r"\b(?:churn\w*|threat\w+|leav(?:e|ing)|cancel (?:the|their) contract)\b", request, re.IGNORECASE
    )
    if threatens and writer.reader.first("churn", writer.by_customers) is None:
        notes.append("The request speaks of leaving; no customer's message that was read says so.")
    return [*notes, "This brief quotes records by rule: check the decision and complete the text before it is sent."]


def _reply(writer: Writer) -> str:
    """A safe interim reply where the customer writes English; empty otherwise."""
    if not writes_english(writer):
        return ""
    return (
        "Thank you for your report. We have passed it on with everything you told us, and it is being looked at. We will "
        "write to you again with the next update, also if there is nothing new by then."
    )
