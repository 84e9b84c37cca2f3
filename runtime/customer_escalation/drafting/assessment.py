"""The facts of a case from structure alone: ids, links, types, states, moments, who wrote. What only language tells is unknown.

An unknown fact cites what bears on it: the records that a person looks at to answer it.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime

from customer_escalation.decision.answers import typed
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
from customer_escalation.domain.people import has_owner
from customer_escalation.domain.record_ids import mentions, shown_id
from customer_escalation.domain.states import state_of
from customer_escalation.policy import Policy
from customer_escalation.retrieval.injection import first_instruction_like
from customer_escalation.retrieval.relevance.issue import Complaint, find_issue
from skill_runtime.ledger import Record

DEFECTS = frozenset({"bug", "incident", "defect", "problem", "outage", "regression"})
"""Types of tracker items that are faults."""
WISHES = frozenset({"feature", "feature request", "improvement", "enhancement", "story", "idea", "epic"})
"""Types of those that are wishes."""
UNSEEN = frozenset(
    {
        "new",
        "triage",
        "in triage",
        "needs triage",
        "to triage",
        "untriaged",
        "unconfirmed",
        "submitted",
        "registered",
        "received",
    }
)
"""States of an item that nobody has accepted yet."""
LANGUAGE = "only reading tells, and no model has read the records"
MOST_BEARING = 4


def assess_by_rules(request: str, evidence: Evidence, now: datetime, policy: Policy) -> Assessment:
    """The facts that structure shows, of the case that the request is about."""
    return _Structure(find_issue(request, evidence, now), evidence, policy).assessment(request)


class _Structure:
    """What the records of one case show without being understood."""

    def __init__(self, case: Complaint, evidence: Evidence, policy: Policy) -> None:
        self.case = case
        self.evidence = evidence
        self.policy = policy
        self.items = [item for item in case.related if item.data.get("kind") == "issue"]
        self.tied = [item for item in self.items if item.ref in case.tied]
        self.articles = [item for item in case.related if item.data.get("kind") == "article"]
        self.near_items = [item for item in case.near if item.data.get("kind") == "issue"]
        self.near_articles = [item for item in case.near if item.data.get("kind") == "article"]
        self.messages = [part for ticket in case.tickets for part in evidence.messages(ticket)]
        self.reports = [part for part in self.messages if not evidence.by_us(part)]

    def assessment(self, request: str) -> Assessment:
        words = self._unknown(self._first_reports())
        pages = [*self.articles, *self.near_articles, *self.case.solved]
        help_ = self._unknown(pages)
        stated = Assessment(
            issue=request[:4000],
            issue_type="feature_gap" if self._wish().answer == "yes" else "other",
            affected=self._affected(),
            documented_solution=help_,
            support_can_configure=help_,
            guidance_only=help_,
            known_limitation_with_alternative=help_,
            similar_solved_in_support=self._unknown(self.case.solved),
            bug_confirmed=self._confirmed(),
            infrastructure=self._infrastructure(),
            data_harmed=words,
            production_stopped=words,
            beyond_support=self._unknown([*self.items, *self._ours()]),
            recurred_after_fix=self._recurred(),
            worsening=words,
            security=SecurityFact(level="unknown", cites=words.cites, why=LANGUAGE),
            major_function_broken=words,
            workaround=WorkaroundFact(extent="unknown", cites=self._refs(self._ours()), why=LANGUAGE),
            churn_threat=words,
            executive_requested=words,
            policy_exception=words,
            pr_or_legal_risk=words,
            cross_functional_decision=words,
            feature_gap=self._wish(),
            need_shared=self._unknown([item for item in self.near_items if _type(item) not in DEFECTS]),
            code_change_needed=self._unknown([*self.items, *self.near_items]),
            engineering_engaged=self._engaged(),
            open_ask="unknown",
            suspicious=self._suspicious(),
            reading=Reading(outcome="escalate", severity="none", target="none"),
        )
        return typed(stated)

    def _affected(self) -> list[AffectedAccount]:
        """The customers of the tickets that belong together."""
        groups: dict[str, list[Record]] = {}
        for ticket in self.case.tickets:
            groups.setdefault(name_key(field(ticket, "customer")), []).append(ticket)
        return [
            AffectedAccount(
                account=field(tickets[0], "customer"),
                tickets=[ticket.ref for ticket in tickets],
                impact="unknown",
                still="unknown",
                users="",
                cites=[ticket.ref for ticket in tickets],
            )
            for key, tickets in groups.items()
            if key
        ]

    def _confirmed(self) -> Fact:
        """Accepted in the tracker: an open item of a fault that is tied to the case, and that somebody has looked at.

        A text that names the item may say that it is another matter.
        """
        for item in self.tied:
            status = field(item, "status").casefold()
            if _type(item) in DEFECTS and state_of(item) == "open" and status not in UNSEEN:
                name = shown_id(item.id) or "an item"
                return Fact(answer="yes", cites=[item.ref], why=f"{name} is open in the tracker as a {_type(item)}")
        return self._unknown([*self.items, *self._ours()])

    def _infrastructure(self) -> Fact:
        """The same error at several accounts; that a record names two tickets together does not say what they share."""
        accounts = {name_key(field(ticket, "customer")) for ticket in self.case.tickets} - {""}
        same = self.case.joined_by & {"code", "error"}
        if len(accounts) >= self.policy.infrastructure.min_accounts and same and not self._wishes():
            cites = [ticket.ref for ticket in self.case.tickets]
            return Fact(answer="yes", cites=cites, why=f"the same error text at {len(accounts)} accounts")
        return self._unknown([*self.items, *self._ours()])

    def _recurred(self) -> Fact:
        """Nothing of ours before a later report: no. Else what may have declared it fixed, and the newest report."""
        if not self.case.tickets:
            return self._unknown(())
        dated = [(at, part) for part in self.reports if (at := self.evidence.at(part))]
        newest = max(dated, key=lambda pair: pair[0], default=None)
        said = [part for part in self._ours() if (at := self.evidence.at(part)) and newest and at < newest[0]]
        closed = [item for item in self.items if state_of(item) == "closed"]
        fix = [*(item for item in closed if (at := self.evidence.at(item)) and newest and at < newest[0]), *said[-1:]]
        if not fix or newest is None:
            return Fact(answer="no", cites=[], why="nothing of ours stands before a later report")
        return Fact(answer="unknown", cites=[fix[0].ref, newest[1].ref], why=LANGUAGE)

    def _wish(self) -> Fact:
        """An open item of a wish that belongs to the case, and none of a fault."""
        wishes = self._wishes()
        if wishes and not any(_type(item) in DEFECTS for item in self.items):
            name = shown_id(wishes[0].id) or "an item"
            return Fact(
                answer="yes", cites=[wishes[0].ref], why=f"{name} is open in the tracker as a {_type(wishes[0])}"
            )
        return self._unknown([item for item in (*self.items, *self.near_items) if _type(item) not in DEFECTS])

    def _wishes(self) -> list[Record]:
        return [item for item in self.tied if _type(item) in WISHES and state_of(item) != "closed"]

    def _engaged(self) -> Fact:
        for item in self.tied:
            if state_of(item) == "open" and (has_owner(item) or self.evidence.parts(item)):
                return Fact(answer="yes", cites=[item.ref], why="an open item has an owner or comments")
        return self._unknown(self.items)

    def _suspicious(self) -> list[Suspicious]:
        """Records that try to steer, as far as they belong to the case or name a ticket or a customer of it."""
        tickets = self.case.tickets
        homes = {item.ref for item in [*tickets, *self.case.related]}
        customers = [name_key(name) for ticket in tickets if (name := field(ticket, "customer").strip())]
        found = []
        for record in self.evidence.ledger.records.values():
            text = field(record, "text") or field(record, "body")
            near = (
                self.evidence.item_of(record).ref in homes
                or any(mentions(text, ticket.id) for ticket in tickets)
                or any(name in name_key(text) for name in customers)
            )
            reason = first_instruction_like(text) if near else None
            if reason:
                found.append(Suspicious(ref=record.ref, what=reason))
        return found

    def _first_reports(self) -> list[Record]:
        """Each ticket's first and last message of its customer; the ticket where it has none."""
        found: list[Record] = []
        for ticket in self.case.tickets:
            own = [part for part in self.reports if part.parent == ticket.ref]
            found += [own[0], *own[1:][-1:]] if own else [ticket]
        return found

    def _ours(self) -> list[Record]:
        """What our own side wrote: in the tickets, in the chat, on the items; oldest first."""
        chat = [record for record in self.case.related if record.data.get("kind") == "chat_message"]
        comments = [part for item in self.items for part in self.evidence.parts(item)]
        ours = [part for part in [*self.messages, *chat, *comments] if self.evidence.by_us(part)]
        return sorted(ours, key=lambda part: str(self.evidence.at(part)))

    def _unknown(self, bearing: Iterable[Record]) -> Fact:
        why = LANGUAGE if self.case.tickets else "it is not clear which case it is"
        return Fact(answer="unknown", cites=self._refs(bearing), why=why)

    def _refs(self, records: Iterable[Record]) -> list[str]:
        """The first and the newest of what bears on it; nothing that tries to steer."""
        refs = [record.ref for record in records if not first_instruction_like(_said(record))]
        distinct: Sequence[str] = list(dict.fromkeys(refs))
        return list(distinct if len(distinct) <= MOST_BEARING else [*distinct[: MOST_BEARING - 1], distinct[-1]])


def _type(item: Record) -> str:
    return field(item, "type").casefold().replace("_", " ")


def _said(record: Record) -> str:
    return field(record, "text") or field(record, "body") or field(record, "title")
