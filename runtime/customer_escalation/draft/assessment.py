"""The facts of a case taken from records by rule, each citing the record that shows it; unknown where none could."""

from collections.abc import Sequence
from datetime import datetime
from typing import Literal, cast

from customer_escalation.draft.relevance import Issue, find_issue, text_of, words
from customer_escalation.draft.signals import DENIED, SIGNALS, matches, sentences
from customer_escalation.evidence import Evidence, field, name_key
from customer_escalation.facts import (
    AffectedAccount,
    Assessment,
    Fact,
    Reading,
    SecurityFact,
    Suspicious,
    WorkaroundFact,
)  # fmt: skip
from customer_escalation.injection import first_instruction_like
from customer_escalation.policy import Policy
from skill_runtime.ledger import Record

OPEN_STATES = frozenset(
    {"open", "in progress", "new", "backlog", "triage", "to do", "todo", "accepted", "investigating", "in review"}
)
SHARED_WORDS = 2
"""Telling words that an article's title shares with a report before it counts as about the same symptom."""

Impact = Literal["blocked", "major_function_broken", "inconvenienced", "asks_for_feature", "exposed"]


class Reader:
    """Looks for signals in the records of one issue."""

    def __init__(self, issue: Issue, evidence: Evidence) -> None:
        self.issue = issue
        self.evidence = evidence
        self.messages = [
            part for ticket in issue.tickets for part in evidence.messages(ticket)
            if not first_instruction_like(field(part, "text"))
        ]  # fmt: skip
        self.notes = [
            part for item in issue.related for part in (item, *evidence.parts(item))
            if item.data.get("kind") != "article" and (field(part, "text") or field(part, "title"))
        ]  # fmt: skip
        self.articles = [item for item in issue.related if item.data.get("kind") == "article"]

    def first(self, signal: str, records: Sequence[Record] | None = None) -> tuple[Record, str] | None:
        """The first record that carries the signal, with the sentence."""
        for record in records if records is not None else [*self.messages, *self.notes]:
            if SIGNALS[signal].ours_only and not self.evidence.by_us(record):
                continue
            sentence = matches(signal, field(record, "text") or field(record, "body") or field(record, "title"))
            if sentence:
                return record, sentence
        return None

    def fact(self, signal: str, why: str, records: Sequence[Record] | None = None) -> Fact:
        """A yes with its record, or a no."""
        found = self.first(signal, records)
        return Fact(answer="yes", cites=[found[0].ref], why=why) if found else NO


NO = Fact(answer="no", cites=[], why="")


def assess_by_rules(issue: str, evidence: Evidence, now: datetime, policy: Policy) -> Assessment:
    """The facts that rules can take from the records read so far."""
    found = find_issue(issue, evidence, now)
    reader = Reader(found, evidence)
    by_customers = [record for record in reader.messages if field(record, "role") != "agent"]
    wants = _wants_feature(reader, by_customers)
    broken = None if wants else reader.first("broken", [*by_customers, *reader.notes])
    exposure = reader.first("exposure")
    weakness = reader.first("vulnerability")
    affected = [
        _account(name, tickets, reader, wants=wants, exposed=bool(exposure)) for name, tickets in _by_customer(found)
    ]
    recurred = _recurrence(reader)
    confirmed = _confirmed(reader)
    accounts_broken = [account for account in affected if account.impact in ("blocked", "major_function_broken")]
    ours_to_fix = recurred or wants or confirmed.answer == "yes" or len(accounts_broken) > 1
    article = None if ours_to_fix else _solution(reader, found)
    how_to = reader.first("how_to", by_customers)
    guidance = how_to is not None and broken is None and not wants
    exception = reader.fact(
        "exception", "a note or a policy asks for an approved exception", [*reader.notes, *reader.articles]
    )
    churn = reader.fact("churn", "a customer speaks of leaving", by_customers)
    executive = reader.fact("executive", "somebody in charge is asked for", by_customers)
    no_tracker = "project_tracker" not in evidence.connected
    no_articles = "knowledge_base" not in evidence.connected
    return Assessment(
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
        production_stopped=reader.fact("production_stopped", "a record says that production use has stopped"),
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
        suspicious=_suspicious(evidence),
        reading=Reading(outcome="escalate", severity="none", target="none"),
    )  # fmt: skip


def _yes(record: Record, why: str) -> Fact:
    return Fact(answer="yes", cites=[record.ref], why=why)


def _unknown(why: str) -> Fact:
    return Fact(answer="unknown", cites=[], why=why)


def _by_customer(issue: Issue) -> list[tuple[str, list[Record]]]:
    groups: dict[str, list[Record]] = {}
    names: dict[str, str] = {}
    for ticket in issue.tickets:
        key = name_key(field(ticket, "customer"))
        names.setdefault(key, field(ticket, "customer"))
        groups.setdefault(key, []).append(ticket)
    return [(names[key], tickets) for key, tickets in groups.items() if key]


def _account(
    name: str, tickets: list[Record], reader: Reader, *, wants: Record | None, exposed: bool
) -> AffectedAccount:
    spoken = [part for ticket in tickets for part in reader.evidence.messages(ticket) if field(part, "role") != "agent"]
    hit = None
    impact = "inconvenienced"
    if exposed:
        impact, hit = "exposed", reader.first("exposure", spoken)
    elif wants is not None:
        impact, hit = "asks_for_feature", reader.first("feature", spoken)
    elif found := reader.first("blocked", spoken):
        impact, hit = "blocked", found
    elif found := reader.first("broken", spoken):
        impact, hit = "major_function_broken", found
    refs = [ticket.ref for ticket in tickets]
    return AffectedAccount(
        account=name, tickets=refs, impact=cast("Impact", impact), cites=[hit[0].ref] if hit else refs[:1]
    )


def _wants_feature(reader: Reader, by_customers: list[Record]) -> Record | None:
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


def _confirmed(reader: Reader) -> Fact:
    found = reader.first("bug_confirmed")
    item = next((
        item for item in reader.issue.related
        if field(item, "type").casefold() in ("bug", "incident", "defect") and field(item, "status").casefold() in OPEN_STATES
    ), None)  # fmt: skip
    cites = [record.ref for record in (found[0] if found else None, item) if record]
    return Fact(answer="yes", cites=cites, why="reproduced by us or accepted in the tracker") if cites else NO


def _infrastructure(reader: Reader, broken: list[AffectedAccount]) -> Fact:
    if len(broken) > 1:
        return Fact(
            answer="yes",
            cites=[account.cites[0] for account in broken],
            why=f"the same symptom at {len(broken)} accounts",
        )
    ours = [record for record in [*reader.messages, *reader.notes] if reader.evidence.by_us(record)]
    return reader.fact("infrastructure", "a colleague reports trouble on our side", ours)


def _data_harmed(reader: Reader) -> Fact:
    """Not where a colleague says that the stored data is intact."""
    found = reader.first("data_harmed")
    if found is None:
        return NO
    for record in [*reader.messages, *reader.notes]:
        if reader.evidence.by_us(record):
            for sentence in sentences(field(record, "text")):
                if "data" in sentence.casefold() and DENIED.search(sentence):
                    return Fact(answer="no", cites=[record.ref], why="a colleague says that the stored data is intact")
    return _yes(found[0], "a record says that stored data is lost or altered")


def _recurrence(reader: Reader) -> Fact | None:
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


def _solution(reader: Reader, issue: Issue) -> Record | None:
    """An article that prescribes something for the symptom that customers report, and that nobody tried in vain."""
    if reader.first("tried_in_vain"):
        return None
    told = {word for ticket in issue.tickets for word in words(text_of(ticket, reader.evidence))}
    for article in reader.articles:
        title = set(words(field(article, "title")))
        if len(title & told) >= SHARED_WORDS and matches("prescribes", field(article, "body")):
            return article
    return None


def _limitation(reader: Reader, broken: bool) -> Fact:
    for article in reader.articles:
        body = field(article, "body")
        if not broken and matches("limitation", body) and matches("alternative", body):
            return _yes(article, "an article documents the limitation and an alternative")
    return NO


def _similar_solved(issue: Issue, evidence: Evidence) -> Fact:
    for ticket in issue.solved:
        for message in evidence.messages(ticket):
            if field(message, "role") == "agent" and (
                matches("declared_fixed", field(message, "text")) or matches("prescribes", field(message, "text"))
            ):
                return _yes(message, "a similar ticket was solved by support")
    return NO


def _workaround(reader: Reader) -> WorkaroundFact:
    full, partly, none = reader.first("works_around"), reader.first("helps_partly"), reader.first("no_workaround")
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


def _suspicious(evidence: Evidence) -> list[Suspicious]:
    found = []
    for record in evidence.ledger.records.values():
        reason = first_instruction_like(field(record, "text") or field(record, "body"))
        if reason:
            found.append(Suspicious(ref=record.ref, what=reason))
    return found
