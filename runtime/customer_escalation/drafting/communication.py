"""What customers were told, what they expect and by when, and what they may do next."""

import re
from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from typing import Literal

from customer_escalation.decision.rules import Decision
from customer_escalation.domain.brief import Deadline, Target
from customer_escalation.domain.evidence import field, open_deals, parse_moment
from customer_escalation.domain.formatting import time_words
from customer_escalation.domain.prose import cite
from customer_escalation.drafting.phrases import AHEAD, ANNOUNCED, COMING, DEMAND, HISTORY, date_pattern
from customer_escalation.drafting.quoting import Quoted, Writer, unknown
from customer_escalation.drafting.reader import said
from customer_escalation.drafting.steps import pleasantry, polite
from customer_escalation.policy import Policy
from customer_escalation.retrieval.relevance.wording import sentences
from customer_escalation.review.grounding import find_atoms
from customer_escalation.sla.cadence import next_customer_update
from customer_escalation.sla.calendar import team_calendar
from skill_runtime.ledger import Record

MOST_UPDATES = 6
MOST_EXPECTATIONS = 3
MOST_RISKS = 3
HALF_A_YEAR = 183
"""Days; a date without a year that is further off was meant for the past."""
RENEWAL_DAYS = 92
"""A renewal this near sets a date for a decision."""


def last_updates(writer: Writer) -> list[Quoted]:
    """For each ticket the last thing that its customer was told; greetings and thanks left out."""
    found: list[Quoted] = []
    for ticket in writer.issue.tickets[:MOST_UPDATES]:
        ours = [
            part for part in writer.evidence.messages(ticket)
            if field(part, "role") == "agent" and part.data.get("internal") is not True and part in writer.reader.messages
        ]  # fmt: skip
        statement = _telling(ours[-1], writer) if ours else None
        customer = field(ticket, "customer")
        if statement:
            text, cites = f"{customer}: {statement.text}", [*statement.cites, ticket.ref]
            found.append(statement.model_copy(update={"text": text, "cites": cites}))
        elif ours:
            found.append(_dated_reply(ours[-1], ticket, writer))
        else:
            found.append(Quoted(text=f"{customer}: no reply on record.", kind="fact", cites=[ticket.ref]))
    return found or [unknown("No ticket of an affected account was found.")]


def _telling(message: Record, writer: Writer) -> Quoted | None:
    """Its statements before its questions, what was not quoted yet before what was."""
    lines = [line for line in sentences(said(message)) if not pleasantry(line) and len(line.split()) > 2]
    lines.sort(key=lambda line: (writer.used(message, line), polite(line), line.endswith("?")))
    return next((statement for line in lines if (statement := writer.use(message, line))), None)


def _dated_reply(message: Record, ticket: Record, writer: Writer) -> Quoted:
    text = f"{field(ticket, 'customer')}: {writer.who(message)} answered {writer.when(message)}."
    return Quoted(text=text, kind="fact", cites=[message.ref, ticket.ref])


def expectations(writer: Writer) -> list[Quoted]:
    """For the first customers the sentence with a date or a demand, the later ones first."""
    found: list[Quoted] = []
    for ticket in writer.issue.tickets:
        own = [part for part in writer.by_customers if part.parent == ticket.ref and field(part, "role") == "customer"]
        lines = [(part, line) for part in reversed(own) for line in reversed(sentences(said(part)))]
        wanted = sorted((item for item in lines if _demands(item[1])), key=lambda item: -_demands(item[1]))
        wanted.sort(key=lambda item: writer.used(*item))
        statement = next((said_so for item in wanted if (said_so := writer.use(*item))), None)
        if statement and len(found) < MOST_EXPECTATIONS:
            found.append(statement)
    return found or [unknown("No expectation and no date is recorded.")]


def _demands(sentence: str) -> int:
    """How much a sentence reads like an expectation: a demand counts 2, a date 1, a date in a demand one more."""
    if pleasantry(sentence):
        return 0
    demand, has_date = bool(DEMAND.search(sentence)), bool(date_pattern().search(sentence))
    if has_date and not demand and (HISTORY.search(sentence) or not AHEAD.search(sentence)):
        return 0
    return 2 * demand + has_date + (demand and has_date)


def risks(writer: Writer) -> list[Quoted]:
    """Quoted threats and pressure: leaving, lawyers and the public, executives, whoever else waits."""
    spoken = [*writer.by_customers, *(record for record in writer.by_us if record.category == "chat")]
    found = writer.pick(("churn", "pr_legal", "executive", "pressure"), spoken, MOST_RISKS)
    if found:
        return found
    again = writer.pick(("churn", "pr_legal", "executive", "pressure"), spoken, 1, again=True)
    return again or [unknown("No record that was read speaks of a further escalation.")]


def deadline(decision: Decision, writer: Writer, policy: Policy) -> Deadline:
    """The date that a customer gives; for a decision the nearest deal or renewal; else the next customer update."""
    dated = (_given(writer), _dated_record(decision, writer), _announced(writer))
    found = next((one for one in dated if one), None)
    assert decision.severity is not None
    due = next_customer_update(decision.severity, writer.now, team_calendar(policy), policy).due_at
    moment = max(due, writer.now + timedelta(minutes=1)).replace(microsecond=0)
    text = f"{time_words(moment)}, an update that support can pass on"
    return found or Deadline(by=moment.isoformat(), text=text, basis="proposed")


def _given(writer: Writer) -> Deadline | None:
    """The earliest future date in a customer's sentence that demands or announces something."""
    found = _future_dates(writer.by_customers, ANNOUNCED, writer.now)
    if not found:
        return None
    day, record = found[0]
    return _deadline(day, f"the date that {writer.who(record)} names", "customer_given", record, writer)


def _announced(writer: Writer) -> Deadline | None:
    """The earliest future date that a colleague announces: a run, a release, a submission."""
    found = _future_dates(writer.by_us, COMING, writer.now)
    if not found:
        return None
    day, record = found[0]
    return _deadline(day, f"what {writer.who(record)} announces for that day", "record", record, writer)


def _deadline(
    day: date, what: str, basis: Literal["customer_given", "record"], record: Record, writer: Writer
) -> Deadline | None:
    fits = writer.stands(f"{what}. {day.isoformat()}", [record])
    text = cite(f"{day.isoformat()}, {what}", [record.ref])
    return Deadline(by=day.isoformat(), text=text, basis=basis) if fits else None


def _future_dates(records: Iterable[Record], telling: re.Pattern[str], now: datetime) -> list[tuple[date, Record]]:
    """Days from today on in sentences that carry the pattern, the earliest first."""
    found = [
        (day, record)
        for record in records
        for sentence in sentences(said(record))
        if telling.search(sentence)
        for atom in find_atoms(sentence)
        if atom.kind == "date" and (day := _day(atom.value, now))
    ]
    return sorted(found, key=lambda item: item[0])


def _day(value: str, now: datetime) -> date | None:
    """A date atom as a day from today on; one without a year is the next such day within half a year."""
    try:
        day = date.fromisoformat(re.sub(r"^-{4,5}", f"{now.year}-", value))
        if value.startswith("----") and day < now.date():
            day = day.replace(year=day.year + 1)
    except ValueError:
        return None
    return day if now.date() <= day <= now.date() + timedelta(days=HALF_A_YEAR) else None


def _dated_record(decision: Decision, writer: Writer) -> Deadline | None:
    """The nearest deal or renewal of an affected account, where a decision is asked for."""
    if decision.target not in (Target.PRODUCT, Target.LEADERSHIP):
        return None
    dated: list[tuple[datetime, str, str, Record]] = []
    for account in _accounts(writer):
        name = field(account, "name")
        for deal in open_deals(account):
            close = parse_moment(deal.get("close"))
            if close and close > writer.now:
                dated.append((close, str(deal.get("close")), f"a deal of {name} closes", account))
        renewal = parse_moment(field(account, "renewal"))
        if renewal and writer.now < renewal <= writer.now + timedelta(days=RENEWAL_DAYS):
            dated.append((renewal, field(account, "renewal"), f"renewal of {name}", account))
    if not dated:
        return None
    _, by, what, account = min(dated, key=lambda item: item[0])
    return Deadline(by=by, text=cite(f"{by}, {what}", [account.ref]), basis="record")


def _accounts(writer: Writer) -> Sequence[Record]:
    names = dict.fromkeys(field(ticket, "customer") for ticket in writer.issue.tickets)
    return [account for name in names if (account := writer.evidence.account(name))]
