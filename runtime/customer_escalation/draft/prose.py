"""A brief without a model: sentences quoted from records, plain words between them, "unknown" where nothing was found."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from customer_escalation.brief import (
    Ask,
    Deadline,
    Draft,
    EscalationDraft,
    HandlingDraft,
    Outcome,
    Related,
    Reproduction,
    Statement,
    Target,
    TriedStep,
    Unknown,
)  # fmt: skip
from customer_escalation.derive.cadence import next_customer_update
from customer_escalation.derive.calendar import team_calendar
from customer_escalation.draft.assessment import Reader
from customer_escalation.draft.relevance import find_issue
from customer_escalation.draft.signals import matches, sentences
from customer_escalation.evidence import Evidence, field, open_deals, parse_moment
from customer_escalation.facts import Assessment
from customer_escalation.policy import Policy
from customer_escalation.rules import Decision
from skill_runtime.ledger import Record

LONGEST_QUOTE = 320
"""Characters; a longer sentence is referred to, not quoted."""
STEPS = 6

ASKS: dict[Target, tuple[str, ...]] = {
    Target.ENGINEERING: (
        "Investigate the cause and say what is found.",
        "Fix it, or name a workaround that support can give.",
    ),
    Target.PRODUCT: ("Decide whether this is planned, and what customers may be told.",),
    Target.SECURITY: (
        "Investigate what was exposed or run, and for whom.",
        "Contain it, and say what is done.",
        "Approve what customers may be told.",
    ),
    Target.LEADERSHIP: ("Decide on the exception or commitment that the customers wait for.",),
    Target.L2: ("Investigate what support could not diagnose.",),
}


class _Writer:
    """Quotes records of one issue."""

    def __init__(self, request: str, evidence: Evidence, now: datetime) -> None:
        self.evidence = evidence
        self.issue = find_issue(request, evidence, now)
        self.reader = Reader(self.issue, evidence)
        self.by_customers = [record for record in self.reader.messages if field(record, "role") != "agent"]
        self.by_us = [record for record in [*self.reader.messages, *self.reader.notes] if evidence.by_us(record)]

    def quote(self, record: Record, sentence: str = "") -> Statement | None:
        """``Acme Corp wrote on 2026-08-03: “...”``; None where there is nothing short enough to quote."""
        text = sentence or next(iter(sentences(field(record, "text"))), "")
        text = " ".join(text.split()).strip('“”"')
        if not text or len(text) > LONGEST_QUOTE or "“" in text or "”" in text:
            return None
        who = self.who(record)
        day = field(record, "at")[:10]
        kind = "fact" if self.evidence.by_us(record) else "customer_claim"
        return Statement(text=f"{who} wrote on {day}: “{text}”", kind=kind, cites=[record.ref])

    def who(self, record: Record) -> str:
        """An author with their side, such as ``j.doe (Acme Corp)``."""
        author = field(record, "author") or "Somebody"
        customer = self.evidence.customer_of(record)
        if field(record, "role") == "agent":
            return f"{author} (support)"
        return f"{author} ({customer})" if customer else author

    def quotes(self, signals: Sequence[str], records: Sequence[Record], most: int) -> list[Statement]:
        """Up to ``most`` sentences that carry one of the signals, one a record."""
        found: list[Statement] = []
        for record in records:
            sentence = next((hit for signal in signals if (hit := matches(signal, field(record, "text")))), "")
            statement = self.quote(record, sentence) if sentence else None
            if statement and len(found) < most:
                found.append(statement)
        return found


def draft_by_rules(
    issue: str, assessment: Assessment, decision: Decision, evidence: Evidence, now: datetime, policy: Policy
) -> Draft:
    """The brief, or the handling note, in quoted sentences."""
    writer = _Writer(issue, evidence, now)
    if decision.outcome == Outcome.HANDLE:
        return _handling(issue, assessment, writer)
    return _escalation(issue, assessment, decision, writer, now, policy)


def _escalation(
    request: str, assessment: Assessment, decision: Decision, writer: _Writer, now: datetime, policy: Policy
) -> EscalationDraft:
    target = decision.target or Target.L2
    impact = writer.quotes(("blocked", "broken", "exposure", "feature"), writer.by_customers, 2)
    tickets = writer.issue.tickets
    return EscalationDraft(
        summary=_summary(tickets, request),
        summary_cites=[tickets[0].ref] if tickets else [],
        customers_note=[],
        workflow_impact=impact or [_unknown("What the customers cannot do is not stated in the records.")],
        revenue_note=[],
        queue_note=[],
        competitive_pressure=[_unknown("No statement on competitors was looked for; unknown.")] if target == Target.PRODUCT else [],
        description=_description(writer),
        tried=_tried(writer),
        containment=_containment(writer) if target == Target.SECURITY else [],
        reproduction=_reproduction(assessment, writer),
        last_update=_last_updates(writer),
        expectation=_expectation(writer),
        risk=writer.quotes(("churn", "pr_legal", "executive"), writer.by_customers, 2)
        or [_unknown("No record speaks of a further escalation.")],
        asks=[Ask(owner=target, text=text, cites=[]) for text in ASKS[target]],
        deadlines=[_deadline(decision, writer, now, policy)],
        related=[Related(ref=item.ref, note="") for item in writer.issue.related[:5]],
        conflicts=_conflicts(assessment, writer),
        unknowns=[
            Unknown(what="Everything that the quoted records do not say; no model has read them",
                    how_to_find_out="the owner of the ticket")
        ],
        support_now=[],
        author_notes=[_unknown("This brief quotes records by rule: check the decision and complete the text before it is sent.")],
        customer_reply=_reply(writer),
    )  # fmt: skip


def _handling(request: str, assessment: Assessment, writer: _Writer) -> HandlingDraft:
    article_ref = next(
        iter(assessment.documented_solution.cites or assessment.known_limitation_with_alternative.cites), ""
    )
    article = writer.evidence.ledger.get(article_ref)
    reasons: list[Statement] = []
    steps: list[Statement] = []
    if article is not None:
        reasons.append(
            Statement(
                text=f"The article “{field(article, 'title')}” describes this symptom.",
                kind="fact",
                cites=[article.ref],
            )
        )
        steps = [
            Statement(text=f"As the article says: “{sentence}”", kind="proposed", cites=[article.ref])
            for sentence in sentences(field(article, "body"))
            if matches("prescribes", sentence) and len(sentence) <= LONGEST_QUOTE and "“" not in sentence
        ][:STEPS]
    for ref in assessment.similar_solved_in_support.cites:
        record = writer.evidence.ledger.get(ref)
        statement = writer.quote(record, matches("prescribes", field(record, "text")) or "") if record else None
        if record and statement:
            home = writer.evidence.item_of(record)
            reasons.append(
                statement.model_copy(update={"text": f"A similar ticket was solved ({home.id}): {statement.text}"})
            )
    reasons += writer.quotes(("broken", "how_to", "feature"), writer.by_customers, 2)
    return HandlingDraft(
        summary=_summary(writer.issue.tickets, request),
        reason=reasons or [_unknown("No record that was read shows an escalation criterion.")],
        article=article.ref if article else "",
        steps=steps or [Statement(text="Answer the customer and diagnose further.", kind="proposed", cites=[])],
        uncertain=[_unknown("Whether the article fits this customer was decided by shared words only.")] if article else [],
        would_change=[
            Statement(text="If the solution is in place and the symptom stays, escalate to L2 Support with the evidence.",
                      kind="proposed", cites=[]),
            Statement(text="If further accounts report the same with the solution in place, escalate to Engineering.",
                      kind="proposed", cites=[]),
        ],
        related=[Related(ref=ticket.ref, note="") for ticket in writer.issue.solved[:3]],
        conflicts=[],
        author_notes=[_unknown("This note quotes records by rule: read the tickets before you act on it.")],
        customer_reply="",
    )  # fmt: skip


def _summary(tickets: Sequence[Record], request: str) -> str:
    if not tickets:
        return " ".join(request.split())[:115]
    customers = list(dict.fromkeys(field(ticket, "customer") for ticket in tickets))
    more = f" and {len(customers) - 1} more" if len(customers) > 1 else ""
    return f"{field(tickets[0], 'subject').rstrip('.')} ({customers[0]}{more})"[:119]


def _unknown(text: str) -> Statement:
    return Statement(text=text, kind="inference", cites=[])


def _description(writer: _Writer) -> list[Statement]:
    """Three to five sentences: what customers report, what colleagues found, what the tracker says."""
    found: list[Statement] = []
    customers: set[str] = set()
    for record in writer.by_customers:
        customer = writer.evidence.customer_of(record)
        sentence = (
            matches("broken", field(record, "text"))
            or matches("feature", field(record, "text"))
            or matches("exposure", field(record, "text"))
        )
        statement = writer.quote(record, sentence)
        if statement and customer not in customers and len(found) < 2:
            customers.add(customer)
            found.append(statement)
    found += writer.quotes(
        ("bug_confirmed", "infrastructure", "declared_fixed", "exposure", "exception", "engaged"), writer.by_us, 2
    )
    item = next((item for item in writer.issue.related if item.data.get("kind") == "issue"), None)
    if item is not None and len(found) < 4:
        found.append(Statement(
            text=f"The tracker has {item.id}, “{field(item, 'title')}”, with status {field(item, 'status')}.", kind="fact",
            cites=[item.ref],
        ))  # fmt: skip
    closing = ("The cause is not stated in the records that were read.", "What else is affected is unknown.",
               "The records were not read by a model.")  # fmt: skip
    for text in closing:
        if len(found) < 3:
            found.append(_unknown(text))
    return found[:5]


def _tried(writer: _Writer) -> list[TriedStep]:
    """What colleagues and customers did, each with the next message of the thread as its result."""
    steps: list[TriedStep] = []
    for ticket in writer.issue.tickets:
        thread = [part for part in writer.evidence.messages(ticket) if part in writer.reader.messages]
        for place, message in enumerate(thread):
            text = field(message, "text")
            done = matches("declared_fixed", text) or matches("works_around", text) or matches("helps_partly", text) or (
                field(message, "role") == "agent" and next(iter(sentences(text)), "")
            )  # fmt: skip
            statement = writer.quote(message, done) if done else None
            if statement is None:
                continue
            after = thread[place + 1] if place + 1 < len(thread) else None
            answer = writer.quote(after) if after is not None else None
            steps.append(TriedStep(
                action=statement.text, result=answer.text if answer else "Result not recorded.",
                cites=[message.ref, *([after.ref] if after is not None and answer else [])],
            ))  # fmt: skip
    if not steps:
        return [TriedStep(action="No step is on record.", result="Result not recorded.",
                          cites=[writer.issue.tickets[0].ref] if writer.issue.tickets else [])]  # fmt: skip
    return steps[:STEPS]


def _containment(writer: _Writer) -> list[Statement]:
    return writer.quotes(("helps_partly", "declared_fixed"), writer.by_us, 2) or [
        _unknown("No containment is recorded.")
    ]


def _reproduction(assessment: Assessment, writer: _Writer) -> Reproduction:
    """The sentence in which somebody lists the steps, quoted; otherwise not reproduced."""
    nothing = {
        "start": "",
        "steps": [],
        "expected": "",
        "actual": "",
        "environment": "",
        "frequency": "",
        "ruled_out": "",
    }
    if assessment.issue_type in ("feature_gap", "billing_or_policy", "how_to"):
        return Reproduction.model_validate({**nothing, "status": "not_applicable", "cites": []})
    failing = next(iter(writer.quotes(("broken", "exposure"), writer.by_customers, 1)), None)
    actual = failing.text if failing else "Unknown: no record states it."
    steps: list[Statement] = []
    ours = False
    for record in writer.reader.messages:
        listed = [
            part
            for part in sentences(field(record, "text"))
            if part.casefold().startswith(("steps", "to reproduce", "repro"))
        ]
        statement = writer.quote(record, listed[0]) if listed else None
        if statement:
            steps, ours = [statement], writer.evidence.by_us(record)
            break
    status = "not_reproduced" if not steps else "reproduced" if ours else "reported"
    return Reproduction.model_validate({
        **nothing, "status": status, "steps": steps, "expected": "It works as documented.", "actual": actual,
        "environment": "Unknown beyond what the quoted messages say.", "frequency": "Not recorded.",
        "ruled_out": "Nothing ruled out yet.", "cites": failing.cites if failing else [],
    })  # fmt: skip


def _last_updates(writer: _Writer) -> list[Statement]:
    found: list[Statement] = []
    for ticket in writer.issue.tickets[:6]:
        ours = [part for part in writer.evidence.messages(ticket)
                if field(part, "role") == "agent" and part.data.get("internal") is not True]  # fmt: skip
        statement = writer.quote(ours[-1]) if ours else None
        customer = field(ticket, "customer")
        if statement:
            found.append(
                statement.model_copy(
                    update={"text": f"{customer}: {statement.text}", "cites": [ours[-1].ref, ticket.ref]}
                )
            )
        else:
            found.append(Statement(text=f"{customer}: no reply on record.", kind="fact", cites=[ticket.ref]))
    return found or [_unknown("No ticket of an affected account was found.")]


def _expectation(writer: _Writer) -> list[Statement]:
    """The last thing that each of the first two customers wrote."""
    found: list[Statement] = []
    for ticket in writer.issue.tickets[:2]:
        spoken = [part for part in writer.evidence.messages(ticket) if part in writer.by_customers]
        last = next(iter(reversed(sentences(field(spoken[-1], "text")))), "") if spoken else ""
        statement = writer.quote(spoken[-1], last) if spoken else None
        if statement:
            found.append(statement)
    return found or [_unknown("No expectation and no date is recorded.")]


def _conflicts(assessment: Assessment, writer: _Writer) -> list[Statement]:
    """A fix that was declared and a later report against it."""
    if assessment.recurred_after_fix.answer != "yes":
        return []
    records, _ = writer.evidence.resolve(assessment.recurred_after_fix.cites)
    quotes = [writer.quote(record, matches("declared_fixed", field(record, "text")) or matches("again", field(record, "text")))
              for record in records]  # fmt: skip
    return [statement for statement in quotes if statement]


def _deadline(decision: Decision, writer: _Writer, now: datetime, policy: Policy) -> Deadline:
    """The nearest deal or renewal of an affected account, else the next customer update."""
    dated: list[tuple[datetime, str, str, Record]] = []
    for ticket in writer.issue.tickets:
        account = writer.evidence.account(field(ticket, "customer"))
        if account is None:
            continue
        for deal in open_deals(account):
            close = parse_moment(deal.get("close"))
            if close and close > now:
                dated.append((close, str(deal.get("close")), f"a deal of {field(account, 'name')} closes", account))
        renewal = parse_moment(field(account, "renewal"))
        if renewal and now < renewal <= now + timedelta(days=92):
            dated.append((renewal, field(account, "renewal"), f"renewal of {field(account, 'name')}", account))
    if dated and decision.target in (Target.PRODUCT, Target.LEADERSHIP):
        _, by, what, account = min(dated, key=lambda item: item[0])
        return Deadline(by=by, what=what, basis="record", cites=[account.ref])
    severity = decision.severity
    assert severity is not None
    due = next_customer_update(severity, now, team_calendar(policy), policy).due_at
    moment = max(due, now + timedelta(minutes=1)).replace(microsecond=0)
    return Deadline(by=moment.isoformat(), what="an update that support can pass on", basis="proposed", cites=[])


def _reply(writer: _Writer) -> str:
    """A safe interim reply where the customer writes English; empty otherwise."""
    text = " ".join(field(record, "text") for record in writer.by_customers[:2]).casefold().split()
    english = sum(word in {"the", "and", "is", "we", "our", "to", "since", "not", "in", "for"} for word in text)
    if not text or english < 2:
        return ""
    return (
        "Thank you for your report. We have passed it on with everything you told us, and it is being looked at. We will "
        "write to you again with the next update, also if there is nothing new by then."
    )
