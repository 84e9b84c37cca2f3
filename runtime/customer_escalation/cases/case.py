"""A case in memory, and how it is taken up again from its file."""

import asyncio
from dataclasses import dataclass, field, replace
from datetime import datetime

from customer_escalation.cases.case_file import ASSESS, BRIEF, READ, CaseFile
from customer_escalation.cases.handed_over import GivenRecord
from customer_escalation.cases.session import Casework
from customer_escalation.cases.wording import gap_of_given
from customer_escalation.cases.workflow import Job
from customer_escalation.domain.brief import EscalationDraft, HandlingDraft, Outcome
from customer_escalation.domain.evidence import Evidence
from customer_escalation.domain.facts import Assessment
from customer_escalation.policy import with_overrides
from customer_escalation.policy.sources import policy_in_force
from customer_escalation.review.check import Context
from skill_runtime.ledger import Ledger


@dataclass
class Case:
    """What one case rests on; its file holds all of it."""

    file: CaseFile
    job: Job
    ledger: Ledger
    casework: Casework
    given: dict[str, GivenRecord] = field(default_factory=dict)
    """Records that the assistant handed over, by ref."""
    read_here: set[str] = field(default_factory=set)
    """Refs of given records that were found in a system after all."""
    gaps: list[str] = field(default_factory=list)
    kept: int = 0
    """Results of the ledger that stand in the file."""
    guided: bool = False
    """How to write was told."""
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)

    @property
    def unverified(self) -> list[str]:
        """Refs that stand on the assistant's copy alone."""
        return [ref for ref in self.given if ref not in self.read_here]

    def all_gaps(self) -> list[str]:
        """What could not be read, and what was only handed over."""
        return [*self.gaps, *gap_of_given(self.unverified)]

    def keep(self, *, anew: bool = False) -> None:
        """Write what was read since the last time into the file; ``anew`` where it replaces what stands there."""
        results = self.ledger.results[self.kept :]
        known = None if anew else self.file.last(READ)
        context, copies = self.casework.context, [record.model_dump(mode="json") for record in self.given.values()]
        data = {
            "results": results, "given": copies, "read_here": sorted(self.read_here),
            "connected": sorted(self.casework.evidence.connected), "unread": list(context.unread),
            "gap_categories": list(context.gaps), "anew": anew,
        }  # fmt: skip
        if known is None or results or any(known[name] != data[name] for name in ("given", "read_here", "connected")):
            self.file.append(READ, data)
            self.kept += len(results)


def casework_of(job: Job, evidence: Evidence, context: Context) -> Casework:
    """The casework of a job on what was read."""
    return Casework(evidence, job.policy, job.now, job.policy.brief.max_repairs, context, job.issue)


def restored(file: CaseFile) -> Case:
    """A case as its file has it: what was read, handed over, stated and written."""
    request = file.header["request"]
    policy = with_overrides(policy_in_force(file.overlays), file.header.get("overrides", {}))[0]
    job = Job(
        issue=file.issue, now=datetime.fromisoformat(file.header["now"]), reported_by=request["reported_by"], policy=policy,
        author_level=request["author_level"], earlier=file.earlier,
    )  # fmt: skip
    ledger = Ledger()
    case = Case(file, job, ledger, casework_of(job, Evidence(ledger, frozenset()), Context()))
    for entry in file.entries():
        data = entry.data
        if entry.type == READ:
            case.ledger = Ledger() if data["anew"] else case.ledger
            for result in data["results"]:
                case.ledger.add(result)
            case.given = {item["ref"]: GivenRecord.model_validate(item) for item in data["given"]}
            case.read_here = set(data["read_here"])
            for ref in case.unverified:
                case.given[ref].put_into(case.ledger)
            case.casework.evidence = Evidence(case.ledger, frozenset(data["connected"]))
            case.casework.context = Context(tuple(data["unread"]), tuple(data["gap_categories"]), job.author_level)
            if case.casework.assessment is not None and not data["anew"]:
                case.casework.assess(case.casework.assessment)
        elif entry.type == ASSESS:
            case.job = replace(case.job, now=datetime.fromisoformat(data["now"]))
            case.casework.now = case.job.now
            case.gaps = list(data["gaps"])
            if data["taken"]:
                case.casework.assess(Assessment.model_validate(data["facts"]))
        elif entry.type == BRIEF and case.casework.decision is not None:
            kind = EscalationDraft if data["outcome"] == Outcome.ESCALATE.value else HandlingDraft
            if data["outcome"] == case.casework.decision.outcome.value:
                case.casework.submit(kind.model_validate(data["draft"]))
    case.kept = len(case.ledger.results)
    return case
