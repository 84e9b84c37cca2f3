"""After the brief: what is due, how the case stands now, and whether it may come down."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from customer_escalation.cases.answers import DeEscalation, Due, FollowUps, Reassessed
from customer_escalation.cases.case_file import DE_ESCALATION, FOLLOW_UP, REASSESS, CaseFile
from customer_escalation.cases.errors import WrongOrder
from customer_escalation.cases.handed_over import GivenRecord
from customer_escalation.cases.rereading import read_again
from customer_escalation.cases.runs import runs_folder
from customer_escalation.cases.service import Workbench
from customer_escalation.cases.session import Casework
from customer_escalation.cases.workflow import Job, read_up
from customer_escalation.decision.rules.after import (
    DEESCALATING,
    Later,
    follow_up_actions,
    propose_deescalation,
    still_to_do,
)  # fmt: skip
from customer_escalation.decision.rules.stated import cites_of
from customer_escalation.domain.brief import Figure, Severity
from customer_escalation.domain.evidence import Evidence, parse_moment
from customer_escalation.domain.facts import Assessment, Fact
from customer_escalation.domain.findings import listed
from customer_escalation.domain.formatting import time_words
from customer_escalation.followups.due import customer_calendar, next_due
from customer_escalation.followups.since import Since
from customer_escalation.policy import Policy
from customer_escalation.rendering import document_of
from skill_runtime.events import Emit
from skill_runtime.journal import list_runs

TEAM, CUSTOMER = "asked_team", "told_customer"


class FollowUpDesk:
    """Follows cases up. Works on every escalation in the journal, also those that the headless job made."""

    def __init__(self, bench: Workbench) -> None:
        self._bench = bench

    async def followups(self, case: str = "") -> FollowUps:
        """What is due for the open escalations, the most urgent first."""
        now = await self._bench.desk.now()
        names = (
            [CaseFile.find(case).case] if case else [run.run_id for run in list_runs(runs_folder()) if not run.problem]
        )
        found = [due for name in names if (due := await self._due(CaseFile.find(name), now))]
        found.sort(key=lambda due: min(due.team_due, due.customer_due))
        text, full = _followup_words(found, now)
        return FollowUps(text=text, full=full, now=now.isoformat(), open=found)

    async def log(self, case: str, done: Sequence[str], note: str) -> FollowUps:
        """Write down that a follow-up was made: ``asked_team``, ``told_customer`` or both."""
        file = CaseFile.find(case)
        if _escalated(file) is None:
            raise WrongOrder(
                f"{file.case} is no saved escalation, so there is nothing to follow up. `save_brief` saves one."
            )
        now = await self._bench.desk.now()
        file.append(FOLLOW_UP, {"done": list(done), "note": note, "now": now.isoformat()})
        return await self.followups(file.case)

    async def reassess(
        self, case: str, facts: Assessment | None, records: Sequence[GivenRecord], emit: Emit
    ) -> Reassessed:
        """Read everything again as of now and decide again, on changed facts where some are given."""
        found = await self._bench.case(case)
        async with found.lock:
            old = found.casework
            if old.decision is None or old.assessment is None or old.case is None:
                raise WrongOrder("There is nothing to assess again yet: call `assess` first.")
            now = await self._bench.desk.now()
            job = Job(
                issue=found.job.issue, now=now, reported_by=found.job.reported_by, policy=found.job.policy,
                author_level=found.job.author_level, earlier=found.job.earlier,
            )  # fmt: skip
            connection = await self._bench.desk.connection()
            evidence, context = await read_up(job, connection, emit)
            stated = facts or old.assessment
            copies = {**found.given, **{record.ref: record for record in records}}
            await read_again([*cites_of(stated), *copies], evidence.ledger, connection.tools)
            for ref, copy in copies.items():
                if evidence.ledger.get(ref) is None:
                    copy.put_into(evidence.ledger)
            evidence = Evidence(evidence.ledger, evidence.connected | {ref.partition("/")[0] for ref in copies})
            fresh = Casework(evidence, job.policy, now, job.policy.brief.max_repairs, context, job.issue)
            findings = fresh.assess(stated)
            new = [
                ref
                for ref in evidence.ledger.records
                if found.ledger.get(ref) is None and not ref.startswith("escalations/")
            ]
            was, is_now = _labels(old), _labels(fresh)
            figures = [
                figure
                for ref, figure in fresh.figures.items()
                if ref not in old.figures or old.figures[ref].text != figure.text
            ]
            answer = Reassessed(
                text=_reassessed_words(found.file.case, was, is_now, new, evidence, figures, findings, now),
                case=found.file.case, changed=was != is_now and not findings, was=was, now=is_now, new_records=new,
                findings=findings,
            )  # fmt: skip
            found.file.append(REASSESS, {"now": now.isoformat(), "was": was, "is": is_now, "new": new})
            if not findings:
                self._bench.take_over(found, job, fresh, copies)
            return answer

    async def deescalate(self, case: str, since: Since | None, done: Sequence[str], confirmed_by: str) -> DeEscalation:
        """Say whether the rules let an escalation come down; write down who confirmed it and what of the four is done."""
        file = CaseFile.find(case)
        result = _escalated(file)
        if result is None:
            raise WrongOrder(f"{file.case} is no saved escalation, so there is nothing to bring down.")
        known = file.last(DE_ESCALATION) or {"rules": {}, "proposed": False, "confirmed_by": "", "done": []}
        words: list[str] = []
        if since is not None:
            known["rules"], words = await self._judged(file, result, since)
            known["proposed"] = "yes" in known["rules"].values()
        if confirmed_by and not known["proposed"]:
            raise WrongOrder(
                "No rule lets it come down yet, so there is nothing to confirm. Give `since` with what was found out."
            )
        known["confirmed_by"] = confirmed_by or known["confirmed_by"]
        known["done"] = [*dict.fromkeys([*known["done"], *done])]
        left = list(still_to_do(known["done"]))
        closed = bool(known["confirmed_by"]) and not left
        file.append(DE_ESCALATION, {**known, "closed": closed})
        return DeEscalation(
            text=_deescalation_words(file.case, known, words, left, closed), case=file.case, rules=known["rules"],
            proposed=known["proposed"], confirmed_by=known["confirmed_by"], left=left, closed=closed,
        )  # fmt: skip

    async def _judged(self, file: CaseFile, result: dict[str, Any], since: Since) -> tuple[dict[str, str], list[str]]:
        changed = parse_moment(since.changed_at)
        if changed is None:
            raise WrongOrder(f"`changed_at` {since.changed_at!r} is no moment; write it as 2026-11-23T10:00:00Z.")
        now = await self._bench.desk.now()
        await self._cited(file, since)
        reassessed = (file.last(REASSESS) or {}).get("is", {}).get("severity", result["severity"])
        later = Later(
            severity=Severity(result["severity"]), reassessed=Severity(reassessed) if reassessed else None,
            support_resolvable_cause=since.support_resolvable_cause, workaround_unblocks=since.workaround_unblocks,
            resolved_by_itself=since.resolved_by_itself, customer_confirmed=since.customer_confirmed,
            root_cause=since.root_cause, changed_at=changed, last_complaint_at=parse_moment(since.last_complaint_at), now=now,
        )  # fmt: skip
        policy = await self._bench.policy(file)
        firings = propose_deescalation(later, customer_calendar(result, policy), policy)
        return {firing.rule: firing.state for firing in firings}, [
            f"{firing.rule}: {firing.state}{f' ({firing.because})' if firing.because else ''}" for firing in firings
        ]

    async def _cited(self, file: CaseFile, since: Since) -> None:
        """Every yes cites records that are there. Raises ``WrongOrder`` where one does not."""
        facts = {name: value for name in Since.model_fields if isinstance(value := getattr(since, name), Fact)}
        bare = [name for name, fact in facts.items() if fact.answer == "yes" and not fact.cites]
        if bare:
            raise WrongOrder(f"A yes cites the records that show it: {', '.join(bare)}.")
        known = (
            (await self._bench.case(file.case)).ledger
            if file.assisted
            else document_of(file.result or {}).evidence.ledger
        )
        cites = [cite for fact in facts.values() for cite in fact.cites]
        missing = await read_again(cites, known, (await self._bench.desk.connection()).tools)
        missing += [cite for cite in cites if known.resolve(cite) is None and cite not in missing]
        if missing:
            raise WrongOrder(
                f"No connected server has these: {', '.join(missing)}. Cite refs as tool results give them."
            )

    async def _due(self, file: CaseFile, now: datetime) -> Due | None:
        result = _escalated(file)
        last = file.last(DE_ESCALATION) or {}
        if result is None or last.get("closed"):
            return None
        policy: Policy = await self._bench.policy(file)
        severity = (file.last(REASSESS) or {}).get("is", {}).get("severity") or result["severity"]
        entries = [entry.data for entry in file.entries(FOLLOW_UP)]
        team_due, customer_due = next_due(
            result, policy, Severity(severity), _latest(entries, TEAM), _latest(entries, CUSTOMER)
        )
        overdue = [name for name, due in (("team", team_due), ("customer", customer_due)) if due <= now]
        return Due(
            case=file.case, summary=result["brief"]["draft"]["summary"], severity=severity, target=result["target"],
            accounts=[row["name"] for row in result["brief"]["computed"]["accounts"]], team_due=team_due.isoformat(),
            customer_due=customer_due.isoformat(), overdue=overdue, followed_up=len(entries),
            left_of_deescalation=list(still_to_do(last["done"])) if last.get("confirmed_by") else [],
        )  # fmt: skip


def _escalated(file: CaseFile) -> dict[str, Any] | None:
    result = file.result
    return result if result and result["outcome"] == "escalate" and result.get("due") else None


def _latest(entries: Iterable[dict[str, Any]], done: str) -> datetime | None:
    moments = [datetime.fromisoformat(entry["now"]) for entry in entries if done in entry["done"]]
    return max(moments, default=None)


def _labels(casework: Casework) -> dict[str, str | None]:
    decision = casework.decision
    if decision is None:
        return {"outcome": None, "severity": None, "target": None}
    return {
        "outcome": decision.outcome.value,
        "severity": decision.severity.value if decision.severity else None,
        "target": decision.target.value if decision.target else None,
    }


def _followup_words(found: Sequence[Due], now: datetime) -> tuple[str, str]:
    if not found:
        return "No escalation is open.", ""
    todo = "At each follow-up: " + " ".join(follow_up_actions(resolved=False)) + " Then call `log_followup`."
    lines = [f"Open escalations as of {time_words(now)}, the most urgent first:"]
    for due in found:
        team, customer = (datetime.fromisoformat(text) for text in (due.team_due, due.customer_due))
        late = dict.fromkeys(due.overdue, " OVERDUE")
        lines.append(
            f"- {due.case}: {due.severity}, {due.target}: {due.summary} | ask the team by {time_words(team)}"
            f"{late.get('team', '')} | tell the customer by {time_words(customer)}{late.get('customer', '')}"
        )
        lines += [f"  still to do before it is closed: {step}" for step in due.left_of_deescalation]
    return todo, "\n".join([*lines, todo])


def _reassessed_words(
    case: str, was: dict[str, str | None], now: dict[str, str | None], new: Sequence[str], evidence: Evidence,
    figures: Sequence[Figure], findings: Sequence[Any], moment: datetime,
) -> str:  # fmt: skip
    if findings:
        return f"The facts were not taken. Correct these and call `reassess` again:\n{listed(findings)}"
    lines = [f"Case {case}, as of {time_words(moment)}."]
    if was == now:
        lines.append(f"The decision stands: {_shown(now)}.")
    else:
        lines.append(
            f"The decision changes from {_shown(was)} to {_shown(now)}. A person confirms it before anybody is told."
        )
    if new:
        lines.append(
            "Records that were not known before; where one changes a fact, call `reassess` again with `facts`:"
        )
        for ref in new[:20]:
            record = evidence.ledger.get(ref)
            text = (
                " ".join(str(record.data.get("text") or record.data.get("subject") or "").split())[:160]
                if record
                else ""
            )
            lines.append(f"- {ref}: {text}")
        lines += [f"- and {len(new) - 20} more"] if len(new) > 20 else []
    else:
        lines.append("No record is new.")
    if figures:
        lines.append("Figures that changed:")
        lines += [f"- {figure.ref}: {figure.label}: {figure.text}" for figure in figures]
    lines.append("Where the brief is to be kept up to date, mend it and call `check_brief` and `save_brief` again.")
    return "\n".join(lines)


def _shown(labels: dict[str, str | None]) -> str:
    return ", ".join(str(value).replace("_", " ") for value in labels.values() if value) or "none"


def _deescalation_words(
    case: str, known: dict[str, Any], words: Sequence[str], left: Sequence[str], closed: bool
) -> str:
    lines = [f"Case {case}."]
    lines += words
    if closed:
        lines.append(f"It is closed: confirmed by {known['confirmed_by']}, and all four steps are done.")
        lines.append("Close the loop: " + " ".join(follow_up_actions(resolved=True)))
        return "\n".join(lines)
    if not known["proposed"]:
        lines.append("No rule lets it come down yet.")
        return "\n".join(lines)
    if not known["confirmed_by"]:
        lines.append("It may come down. A person has to confirm it: ask, and call again with `confirmed_by`.")
    else:
        lines.append(f"Confirmed by {known['confirmed_by']}.")
    keys = {step: key for key, step in DEESCALATING.items()}
    lines += [f"- still to do (`{keys[step]}`): {step}" for step in left]
    return "\n".join(lines)
