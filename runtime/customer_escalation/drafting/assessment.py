"""The facts of a case taken from records by rule, each citing the record that shows it; unknown where none could."""

import re
from datetime import datetime
from typing import Literal, cast

from customer_escalation.domain.evidence import Evidence, field, name_key
from customer_escalation.domain.facts import (
    AffectedAccount,
    Assessment,
    Fact,
    Reading,
    SecurityFact,
    Suspicious,
    WorkaroundFact,
)  # fmt: skip
from customer_escalation.drafting.reader import NO, RecordReader, said
from customer_escalation.policy import Policy
from customer_escalation.retrieval.injection import first_instruction_like
from customer_escalation.retrieval.relevance.issue import Complaint, find_issue
from customer_escalation.retrieval.relevance.signals import DENIED, matches
from customer_escalation.retrieval.relevance.wording import sentences
from skill_runtime.ledger import Record

OPEN_STATES = frozenset(
    {"open", "in progress", "new", "backlog", "triage", "to do", "todo", "accepted", "investigating", "in review"}
)

SOLVING = ("prescribes", "declared_fixed", "succeeded")
"""Signals of an agent's message that solves a ticket."""
Impact = Literal["blocked", "major_function_broken", "inconvenienced", "asks_for_feature", "exposed"]


def assess_by_rules(issue: str, evidence: Evidence, now: datetime, policy: Policy) -> Assessment:
    """The facts that rules can take from the records read so far."""
    found = find_issue(issue, evidence, now)
    reader = RecordReader(found, evidence)
    by_customers = reader.by_customers
    wants = _wants_feature(reader, by_customers)
    broken = None if wants else reader.first("broken", [*by_customers, *reader.notes])
    minor = reader.first("minor")
    exposure = reader.first("exposure") or reader.subjects("exposure")
    weakness = reader.first("vulnerability")
    affected = [
        _account(name, tickets, reader, wants=wants, exposed=bool(exposure), minor=bool(minor))
        for name, tickets in _by_customer(found)
    ]
    recurred = _recurrence(reader)
    confirmed = _confirmed(reader)
    accounts_broken = [account for account in affected if account.impact in ("blocked", "major_function_broken")]
    ours_to_fix = recurred or wants or confirmed.answer == "yes" or len(accounts_broken) > 1
    article = None if ours_to_fix else reader.solution()
    how_to = reader.first("how_to", by_customers) or reader.subjects("how_to")
    guidance = how_to is not None and broken is None and not wants
    exception = reader.fact(
        "exception", "a note or a policy asks for an approved exception", [*reader.notes, *reader.articles]
    )
    churn = reader.fact("churn", "a customer speaks of leaving", by_customers)
    executive = reader.fact("executive", "somebody in charge is asked for", by_customers)
    no_tracker = "project_tracker" not in evidence.connected
    no_articles = "knowledge_base" not in evidence.connected
    stated = Assessment(
        issue=issue,
        issue_type=_issue_type(wants=wants, exposure=bool(exposure), article=article is not None, guidance=guidance,
                               exception=exception.answer == "yes", outage=len(accounts_broken) > 1),
        affected=affected,
        documented_solution=_yes(article, "an article prescribes a solution for this symptom") if article
        else _unknown("the knowledge base could not be read") if no_articles else NO,
        support_can_configure=_yes(article, "the solution is a setting") if article and matches("configuration", field(article, "body"))
        else NO,
        guidance_only=_yes(how_to[0], "the customer asks how to do it") if how_to and guidance else NO,
        known_limitation_with_alternative=_limitation(reader, broken is not None),
        similar_solved_in_support=_similar_solved(found, evidence),
        bug_confirmed=confirmed if confirmed.answer == "yes" or not no_tracker else _unknown("the tracker could not be read"),
        infrastructure=_infrastructure(reader, accounts_broken),
        data_harmed=_data_harmed(reader),
        production_stopped=_production_stopped(reader),
        beyond_support=reader.fact("beyond_support", "an agent says that it needs others"),
        recurred_after_fix=recurred or NO,
        worsening=reader.fact("worsening", "a record says that it is growing"),
        security=SecurityFact(
            level="exposure_or_breach" if exposure else "vulnerability_or_compliance" if weakness else "none",
            cites=[hit[0].ref for hit in (exposure or weakness,) if hit],
            why="a record reports it; not verified here" if exposure or weakness else "",
        ),
        major_function_broken=_yes(broken[0], "a function is reported to fail") if broken and accounts_broken else NO,
        workaround=_workaround(reader),
        churn_threat=churn,
        executive_requested=executive,
        policy_exception=exception,
        pr_or_legal_risk=reader.fact("pr_legal", "a record speaks of the public or of a complaint"),
        cross_functional_decision=NO,
        feature_gap=_yes(wants, "customers ask for something that the product does not do") if wants else NO,
        code_change_needed=reader.fact("code_change", "a colleague names a change in the code"),
        engineering_engaged=reader.fact("engaged", "a colleague is at work on it", reader.notes),
        open_ask="decision" if wants or exception.answer == "yes" else "technical_work",
        suspicious=_suspicious(reader),
        reading=Reading(outcome="escalate", severity="none", target="none"),
    )  # fmt: skip
    return stated if found.tickets else untold(stated)


def untold(stated: Assessment) -> Assessment:
    """The same where no ticket was found: what nobody could look up is unknown, never no."""
    blank = Fact(answer="unknown", cites=[], why="no ticket about this was found")
    facts = {name: blank for name in Assessment.model_fields if getattr(stated, name) == NO}
    security = SecurityFact(level="unknown", cites=[], why="") if stated.security.level == "none" else stated.security
    return stated.model_copy(update={**facts, "security": security})


def _yes(record: Record, why: str) -> Fact:
    return Fact(answer="yes", cites=[record.ref], why=why)


def _unknown(why: str) -> Fact:
    return Fact(answer="unknown", cites=[], why=why)


def _by_customer(issue: Complaint) -> list[tuple[str, list[Record]]]:
    groups: dict[str, list[Record]] = {}
    names: dict[str, str] = {}
    for ticket in issue.tickets:
        key = name_key(field(ticket, "customer"))
        names.setdefault(key, field(ticket, "customer"))
        groups.setdefault(key, []).append(ticket)
    return [(names[key], tickets) for key, tickets in groups.items() if key]


def _account(
    name: str, tickets: list[Record], reader: RecordReader, *, wants: Record | None, exposed: bool, minor: bool
) -> AffectedAccount:
    """The account with the heaviest impact that its own people report."""
    own = {ticket.ref for ticket in tickets}
    spoken = [
        *tickets,
        *(part for part in reader.by_customers if part.parent in own and field(part, "role") == "customer"),
    ]
    hit = None
    impact = "inconvenienced"
    if exposed:
        impact, hit = "exposed", reader.first("exposure", spoken)
    elif wants is not None:
        impact, hit = "asks_for_feature", reader.first("feature", spoken)
    elif found := reader.first("blocked", spoken) or reader.first("locked_out", spoken):
        impact, hit = "blocked", found
    elif not minor and (found := reader.first("broken", spoken)):
        impact, hit = "major_function_broken", found
    refs = [ticket.ref for ticket in tickets]
    return AffectedAccount(
        account=name,
        tickets=refs,
        impact=cast("Impact", impact),
        still="unknown",
        users="",
        cites=[hit[0].ref] if hit else refs[:1],
    )


def _wants_feature(reader: RecordReader, by_customers: list[Record]) -> Record | None:
    """The record that shows a wish rather than a defect: a request by a customer, and nothing that fails."""
    asked = reader.first("feature", by_customers)
    if asked is None:
        return None
    tracked = [
        item
        for item in reader.issue.related
        if field(item, "type").casefold() in ("feature", "feature_request", "improvement")
    ]
    broken = reader.first("broken", by_customers)
    return asked[0] if tracked or broken is None else None


def _confirmed(reader: RecordReader) -> Fact:
    found = reader.first("bug_confirmed")
    item = next((
        item for item in reader.issue.related
        if field(item, "type").casefold() in ("bug", "incident", "defect") and field(item, "status").casefold() in OPEN_STATES
    ), None)  # fmt: skip
    cites = [record.ref for record in (found[0] if found else None, item) if record]
    return Fact(answer="yes", cites=cites, why="reproduced by us or accepted in the tracker") if cites else NO


def _infrastructure(reader: RecordReader, broken: list[AffectedAccount]) -> Fact:
    if len(broken) > 1:
        return Fact(
            answer="yes",
            cites=[account.cites[0] for account in broken],
            why=f"the same symptom at {len(broken)} accounts",
        )
    ours = [record for record in [*reader.messages, *reader.notes] if reader.evidence.by_us(record)]
    return reader.fact("infrastructure", "a colleague reports trouble on our side", ours)


def _production_stopped(reader: RecordReader) -> Fact:
    """Somebody says so, or that nobody at an account can get in."""
    found = reader.first("production_stopped") or reader.first(
        "locked_out", [*reader.by_customers, *reader.issue.tickets]
    )
    return _yes(found[0], "a record says that production use has stopped") if found else NO


def _data_harmed(reader: RecordReader) -> Fact:
    """Not where the harm is to a file that goes out, or where a colleague says that the stored data is intact."""
    spoken = [*reader.issue.tickets, *reader.messages, *reader.notes]
    hits = [(record, hit) for record in spoken if (hit := matches("data_harmed", said(record)))]
    found = next(((record, hit) for record, hit in hits if not matches("outgoing", hit)), None)
    if found is None:
        return NO
    for record in [*reader.messages, *reader.notes]:
        if reader.evidence.by_us(record):
            for sentence in sentences(field(record, "text")):
                if matches("intact", sentence) or ("data" in sentence.casefold() and DENIED.search(sentence)):
                    return Fact(answer="no", cites=[record.ref], why="a colleague says that the stored data is intact")
    return _yes(found[0], "a record says that stored data is lost or altered")


def _recurrence(reader: RecordReader) -> Fact | None:
    """A colleague's word that it is fixed, and a later report that it is not."""
    evidence = reader.evidence
    fixes = [record for record in [*reader.messages, *reader.notes] if evidence.by_us(record)
             and matches("declared_fixed", field(record, "text"))]  # fmt: skip
    for fix in sorted(fixes, key=lambda record: str(evidence.at(record))):
        fixed_at = evidence.at(fix)
        for record in [*reader.messages, *reader.notes]:
            at = evidence.at(record)
            if fixed_at and at and at > fixed_at and matches("again", field(record, "text")) and record.ref != fix.ref and (
                field(record, "role") == "customer" or record.category == "chat"
            ):  # fmt: skip
                return Fact(answer="yes", cites=[fix.ref, record.ref], why="it was declared fixed and came back")
    return None


def _limitation(reader: RecordReader, broken: bool) -> Fact:
    for article in reader.articles:
        body = field(article, "body")
        if not broken and matches("limitation", body) and matches("alternative", body):
            return _yes(article, "an article documents the limitation and an alternative")
    return NO


def _similar_solved(issue: Complaint, evidence: Evidence) -> Fact:
    for ticket in issue.solved:
        for message in evidence.messages(ticket):
            if field(message, "role") == "agent" and any(matches(name, field(message, "text")) for name in SOLVING):
                return _yes(message, "a similar ticket was solved by support")
    return NO


def _workaround(reader: RecordReader) -> WorkaroundFact:
    full = reader.helped() or reader.first("works_around")
    partly, none = reader.first("helps_partly"), reader.first("no_workaround")
    if partly and not (full and not matches("helps_partly", full[1])):
        return WorkaroundFact(extent="partial", cites=[partly[0].ref], why="it helps in part")
    if full:
        return WorkaroundFact(extent="full", cites=[full[0].ref], why="a record says that it works")
    if none:
        return WorkaroundFact(extent="none", cites=[none[0].ref], why="a record says that there is no way round")
    return WorkaroundFact(extent="unknown", cites=[], why="no record speaks of a workaround")


def _issue_type(
    *, wants: Record | None, exposure: bool, article: bool, guidance: bool, exception: bool, outage: bool
) -> Literal["security", "feature_gap", "configuration", "how_to", "billing_or_policy", "outage", "bug"]:
    if exposure:
        return "security"
    if wants is not None:
        return "feature_gap"
    if article:
        return "configuration"
    if guidance:
        return "how_to"
    if exception:
        return "billing_or_policy"
    return "outage" if outage else "bug"


def _suspicious(reader: RecordReader) -> list[Suspicious]:
    """Records that try to steer, as far as they belong to this issue or speak of its tickets or customers."""
    evidence, tickets = reader.evidence, reader.issue.tickets
    homes = {item.ref for item in [*tickets, *reader.issue.related]}
    names = [name_key(field(ticket, "customer")).split()[0] for ticket in tickets if field(ticket, "customer").strip()]
    marks = [
        *(ticket.id.casefold() for ticket in tickets),
        *names,
        *(re.sub(r"\D", "", ticket.id) for ticket in tickets),
    ]
    found = []
    for record in evidence.ledger.records.values():
        text = field(record, "text") or field(record, "body")
        near = evidence.item_of(record).ref in homes or any(len(mark) > 3 and mark in text.casefold() for mark in marks)
        reason = first_instruction_like(text) if near else None
        if reason:
            found.append(Suspicious(ref=record.ref, what=reason))
    return found
