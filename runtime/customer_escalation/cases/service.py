"""The workbench: assess, check, render and save a case that an assistant works on.

The same casework, rules and review as in the headless job; the difference is who writes. What a brief cites is read again
through the connectors. What cannot be read here is checked against the copies that the assistant handed over, and reported as
unverified.
"""

import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal

from customer_escalation.actions import Proposal, fingerprint
from customer_escalation.cases.answers import Action, Actions, Assessed, Checked, Rendered, Saved, Shown
from customer_escalation.cases.case import Case, casework_of, restored
from customer_escalation.cases.case_file import APPROVAL, ASSESS, BRIEF, SAVED, CaseFile
from customer_escalation.cases.connections import ReadingDesk
from customer_escalation.cases.errors import BadPlace, UnknownCase, WrongOrder
from customer_escalation.cases.handed_over import GivenRecord
from customer_escalation.cases.hints import reminders
from customer_escalation.cases.history import earlier_escalations
from customer_escalation.cases.rereading import read_again
from customer_escalation.cases.result import Outcomes, finish
from customer_escalation.cases.runs import RESULT
from customer_escalation.cases.session import Casework, explain
from customer_escalation.cases.wording import ACTIONS_NOTE, action_tool, hand_in_words, listed_actions, slug
from customer_escalation.cases.workflow import Connection, Job, connection_gaps, read_up, writing_instructions
from customer_escalation.decision.rules.stated import cites_of
from customer_escalation.domain.brief import Draft, EscalationDraft, Outcome
from customer_escalation.domain.evidence import Evidence
from customer_escalation.domain.facts import Assessment
from customer_escalation.domain.findings import Finding, listed
from customer_escalation.domain.formatting import time_words
from customer_escalation.domain.prior import recall
from customer_escalation.policy import Policy, with_overrides
from customer_escalation.policy.sources import find_overlays, policy_in_force
from customer_escalation.rendering import Form, document_of, page_parts, render_result
from customer_escalation.review.passages import passages
from skill_runtime.events import Emit, PhaseStarted
from skill_runtime.ledger import Ledger
from skill_runtime.limits import Limits, Meter

SUFFIXES: dict[Form, str] = {"md": ".md", "html": ".html", "slack": ".txt", "adf": ".json", "json": ".json"}
FOLDER = "escalations"
"""Below the project's folder: where briefs are saved unless another place is named."""


class Workbench:
    """Every case of this process. Async methods may run side by side; calls about one case wait for each other."""

    def __init__(
        self, folder: Path, workspace: str | None = None, connectors: str | None = None, policy: Path | None = None
    ) -> None:
        """``folder`` is the project's: its policy and connectors count, and briefs are saved below it."""
        self.folder = folder
        self.desk = ReadingDesk(workspace, connectors, folder)
        self._policy = policy
        self._cases: dict[str, Case] = {}

    async def close(self) -> None:
        """Let go of every connection."""
        await self.desk.close()

    async def assess(
        self, facts: Assessment, *, issue: str = "", case: str = "", records: Sequence[GivenRecord] = (),
        reported_by: str = "", author_level: Literal["", "L1", "L2"] = "", emit: Emit = lambda event: None,
    ) -> Assessed:  # fmt: skip
        """Take the facts of a new case (``issue``) or again of a known one (``case``), and decide."""
        if not case and not issue.strip():
            raise WrongOrder("Give `issue`, what the person asked for, to begin a case; or `case` to go on with one.")
        found = await self.case(case) if case else await self._begin(issue.strip(), reported_by, author_level, emit)
        async with found.lock:
            self._hand_over(found, records)
            missing = await self._read(found, cites_of(facts))
            casework = found.casework
            findings = casework.assess(facts)
            found.keep()
            data = {
                "facts": facts.model_dump(mode="json"), "now": found.job.now.isoformat(), "gaps": found.gaps,
                "taken": not findings,
            }  # fmt: skip
            found.file.append(ASSESS, data)
            return self._assessed(found, facts, findings, missing)

    async def check(self, case: str, draft: Draft) -> Checked:
        """Review a draft of a case against the rules and the records that it cites, read again."""
        found = await self.case(case)
        async with found.lock:
            casework = found.casework
            if casework.decision is None or casework.assessment is None:
                raise WrongOrder("Call `assess` first and correct its findings: the brief depends on its decision.")
            wanted = casework.decision.outcome
            if (wanted == Outcome.ESCALATE) != isinstance(draft, EscalationDraft):
                raise WrongOrder(hand_in_words(wanted))
            seen = len(found.ledger.results)
            await self._read(found, (cite for passage in passages(draft) for cite in passage.cites))
            moved = ""
            if len(found.ledger.results) > seen:
                moved = self._decided_again(found)
            found.keep()
            found.file.append(BRIEF, {"draft": draft.model_dump(mode="json"), "outcome": wanted.value})
            review = casework.submit(draft)
            return self._checked(found, moved, review.findings, review.hard)

    async def render(self, case: str, style: Form) -> Rendered:
        """The brief that was checked last, as it stands; a saved one as it was saved."""
        result, status = await self._result(case)
        return Rendered(text=render_result(result, style), case=str(result["run"]), format=style, status=status)

    async def save(self, case: str, style: Form = "md", file: str | None = None) -> Saved:
        """Keep the brief in the journal, and in a file below the project's folder (none where ``file`` is empty)."""
        found = await self.case(case)
        async with found.lock:
            outcomes = self._outcomes(found)
            result = outcomes.to_json()
            where = self._place(found, outcomes, style, file)
            if where is not None:
                _write(where, render_result(result, style))
            found.file.append(RESULT, result)
        said = f"Saved as {found.file.case}" + (f" and in {where}." if where else ".")
        if outcomes.status == "needs_review":
            said += " It still has hard findings: it is marked as needing a person's review."
        return Saved(text=said, case=found.file.case, status=outcomes.status, file=str(where or ""))

    async def actions(self, case: str) -> Actions:
        """The next steps that fit the brief, each with its exact text, and who approved it."""
        result, _ = await self._result(case)
        file = CaseFile.find(case)
        approvals = {entry.data["proposal"]: str(entry.data["by"]) for entry in file.entries(APPROVAL)}
        actions = [
            Action(
                number=number, id=fingerprint(proposal), kind=proposal.kind, title=proposal.title,
                destination=proposal.destination, text=proposal.text, tool=action_tool(proposal),
                approved_by=approvals.get(fingerprint(proposal), ""),
            )
            for number, proposal in enumerate(map(Proposal.model_validate, result["proposals"]), 1)
        ]  # fmt: skip
        return Actions(text=ACTIONS_NOTE, full=listed_actions(actions), case=file.case, actions=actions)

    async def show(self, case: str) -> Shown:
        """The brief with its evidence and next steps, for a card."""
        result, status = await self._result(case)
        document = replace(document_of(result), next_steps=())  # the card has them by itself
        body, panels = page_parts(document)
        actions = (await self.actions(case)).actions
        text = str(result["markdown"])
        return Shown(
            text=text, full=f"{text}\n\n{listed_actions(actions)}", case=str(result["run"]), status=status,
            outcome=result["outcome"], severity=result["severity"],
            target=result["target"], also_notify=result["also_notify"], summary=document.title, actions=actions,
            card={"body": str(body), "panels": [asdict(panel) | {"figures": [
                figure.model_dump(mode="json") for figure in panel.figures
            ]} for panel in panels]},
        )  # fmt: skip

    async def approve(self, case: str, action: str, by: str) -> Action:
        """Write down a person's yes to one action, by its id. Raises ``WrongOrder`` where it is no longer the same."""
        known = {one.id: one for one in (await self.actions(case)).actions}
        if action not in known:
            raise WrongOrder("This action is not as it was shown: text or destination changed. Look at it again.")
        if not known[action].text:
            raise WrongOrder("This action has no text yet, so there is nothing to approve.")
        approval = {"proposal": action, "by": by, "at": datetime.now(UTC).isoformat()}
        CaseFile.find(case).append(APPROVAL, approval)
        return known[action].model_copy(update={"approved_by": by})

    async def case(self, name: str) -> Case:
        """A case by its id, taken up from its file where this process does not hold it. Raises ``UnknownCase``."""
        if name in self._cases:
            return self._cases[name]
        file = CaseFile.find(name)
        if file.case in self._cases:
            return self._cases[file.case]
        if not file.assisted:
            raise UnknownCase(
                f"{file.case} is a finished run of the headless job: it can be rendered and followed up, not assessed again. "
                "Begin a case with `assess` and `issue`."
            )
        return self._cases.setdefault(file.case, restored(file))

    async def policy(self, file: CaseFile | None = None) -> Policy:
        """The policy in force, or the one that a case was begun with."""
        overlays = file.overlays if file else find_overlays(self._policy, self.folder)
        return with_overrides(policy_in_force(overlays), (await self.desk.source()).policy)[0]

    def take_over(self, case: Case, job: Job, casework: Casework, given: Mapping[str, GivenRecord]) -> None:
        """Go on with a case as it stands now: what was read, stated and decided again."""
        assert casework.assessment is not None
        case.job, case.casework, case.ledger = job, casework, casework.evidence.ledger
        case.given, case.kept = dict(given), 0
        case.read_here = {
            ref for ref in given if (record := case.ledger.get(ref)) and record.data != given[ref].record()
        }
        case.keep(anew=True)
        facts = casework.assessment.model_dump(mode="json")
        case.file.append(ASSESS, {"facts": facts, "now": job.now.isoformat(), "gaps": case.gaps, "taken": True})

    async def _begin(self, issue: str, reported_by: str, author_level: Literal["", "L1", "L2"], emit: Emit) -> Case:
        emit(PhaseStarted(name="preflight", detail="which systems are connected"))
        connection = await self.desk.connection()
        now = await self.desk.now()
        overlays = find_overlays(self._policy, self.folder)
        policy = await self.policy()
        earlier = earlier_escalations(now)
        job = Job(
            issue=issue, now=now, reported_by=reported_by or policy.brief.reported_by, policy=policy,
            author_level=author_level, earlier=tuple(earlier),
        )  # fmt: skip
        header = {
            "request": {"issue": issue, "folder": str(self.folder), "reported_by": job.reported_by, "author_level": author_level},
            "now": now.isoformat(), "policies": [*map(list, overlays)],
            "overrides": (await self.desk.source()).policy, "earlier": [item.model_dump(mode="json") for item in earlier],
        }  # fmt: skip
        file = CaseFile.create(header, datetime.now(UTC))
        evidence, context = await read_up(job, connection, emit)
        case = Case(file, job, evidence.ledger, casework_of(job, evidence, context), gaps=connection_gaps(connection))
        self._cases[file.case] = case
        return case

    def _hand_over(self, case: Case, records: Sequence[GivenRecord]) -> None:
        """Put copies into the evidence where nothing read here stands in their place."""
        new = [record for record in records if case.ledger.get(record.ref) is None or record.ref in case.given]
        for record in new:
            case.given[record.ref] = record
            record.put_into(case.ledger)
        for record in records:
            if record not in new:
                case.given.setdefault(record.ref, record)
                case.read_here.add(record.ref)

    async def _read(self, case: Case, cites: Iterable[str]) -> list[str]:
        """Read what is cited and not known yet, copies included; returns the citations that name nothing."""
        connection = await self.desk.connection()
        wanted = list(dict.fromkeys([*cites, *case.unverified]))
        fresh = Ledger()
        known = [cite for cite in wanted if case.ledger.resolve(cite) is None or cite in case.unverified]
        await read_again(known, fresh, connection.tools)
        for result in fresh.results:
            case.ledger.add(result)
        case.read_here |= {ref for ref in case.given if fresh.get(ref)}
        for ref in case.read_here:
            if record := fresh.get(ref):
                case.ledger.put(record)
        self._look_round(case, connection)
        return [cite for cite in wanted if not cite.startswith("figures/") and case.ledger.resolve(cite) is None]

    def _look_round(self, case: Case, connection: Connection) -> None:
        """What is connected now, and which categories stand on copies alone."""
        case.gaps = connection_gaps(connection)
        evidence = case.casework.evidence
        handed = {ref.partition("/")[0] for ref in case.unverified}
        context = case.casework.context
        context = replace(
            context,
            unread=tuple(name for name in context.unread if name not in handed),
            author_level=case.job.author_level,
        )
        case.casework.context = context
        case.casework.evidence = Evidence(case.ledger, evidence.connected | handed)
        if handed:
            recall(case.job.earlier, case.casework.evidence)

    def _decided_again(self, case: Case) -> str:
        """Decide anew on what the draft's citations brought in; says so where the decision is another."""
        casework = case.casework
        before, facts = casework.decision, casework.assessment
        assert before is not None
        assert facts is not None
        casework.assess(facts)
        after = casework.decision
        assert after is not None
        if (before.outcome, before.severity, before.target) == (after.outcome, after.severity, after.target):
            return ""
        return "The records that the draft cites change the decision. " + explain(after, facts, casework.figures)

    def _assessed(self, case: Case, facts: Assessment, findings: Sequence[Finding], missing: Sequence[str]) -> Assessed:
        casework, name = case.casework, case.file.case
        gaps = case.all_gaps()
        if findings or casework.decision is None:
            text = f"Case {name}. The facts were not taken. Correct these and call `assess` again with `case`:\n{listed(findings)}"
            if missing:
                text += (
                    "\n\nNot found by any connected server: "
                    + ", ".join(missing)
                    + ". Check the ref; what only your own tools "
                    "can read, hand over in `records`, word for word."
                )
            return Assessed(
                text=text, case=name, outcome="", severity=None, target=None, also_notify=[], hand_in="",
                findings=list(findings), unverified=case.unverified, gaps=gaps,
            )  # fmt: skip
        decision = casework.decision
        told = explain(decision, facts, casework.figures)
        told = told.replace("`submit_escalation`", "`check_brief`, as `escalation`").replace(
            "`submit_handling`", "`check_brief`, as `handling`"
        )
        hints = list(reminders(case.job.issue, facts, casework.evidence, case.job.now))
        text = f"Case {name}, as of {time_words(case.job.now)}.\n{told}"
        for title, lines in (
            ("A search over the records found besides", hints),
            ("Gaps (the brief names them by itself)", gaps),
        ):
            if lines:
                text += f"\n\n{title}:\n" + "\n".join(f"- {line}" for line in lines)
        if not case.guided:
            case.guided = True
            text += f"\n\n{writing_instructions(case.job.policy)}"
        return Assessed(
            text=text, case=name, outcome="escalate" if decision.outcome == Outcome.ESCALATE else "handle_in_support",
            severity=decision.severity.value if decision.severity else None,
            target=decision.target.value if decision.target else None,
            also_notify=[target.value for target in decision.also_notify],
            hand_in="escalation" if decision.outcome == Outcome.ESCALATE else "handling",
            findings=[], unverified=case.unverified, gaps=gaps,
        )  # fmt: skip

    def _checked(self, case: Case, moved: str, findings: Sequence[Finding], hard: Sequence[Finding]) -> Checked:
        decision = case.casework.decision
        assert decision is not None
        verdict: Literal["accepted", "rejected"] = "rejected" if hard else "accepted"
        lines = f":\n{listed(findings)}" if findings else ""
        if hard:
            text = (
                f"Rejected: {len(hard)} findings. Mend them and call `check_brief` again with the whole brief; leave what they "
                "do not touch as it is"
            )
        elif findings:
            text = "Accepted. Remarks, to be mended where they are right"
        else:
            text = "Accepted. Show it with `show_brief`; `save_brief` keeps it, `propose_actions` lists what comes next"
        full, text = f"{text}{lines}" if lines else f"{text}.", f"{text}."
        if case.unverified:
            full += "\n\nUnverified (only your copies, not read again here): " + ", ".join(case.unverified) + "."
        if moved:
            full, text = f"{moved}\n\n{full}", f"{moved}\n\n{text}"
        return Checked(
            text=text, full=full, case=case.file.case, verdict=verdict, outcome=decision.outcome.value,
            severity=decision.severity.value if decision.severity else None,
            target=decision.target.value if decision.target else None,
            findings=list(findings), unverified=case.unverified, gaps=case.all_gaps(),
        )  # fmt: skip

    def _outcomes(self, case: Case) -> Outcomes:
        if case.casework.review is None:
            raise WrongOrder("Nothing was checked yet: call `assess`, then `check_brief`.")
        return finish(
            case.casework, run=case.file.case, reported_by=case.job.reported_by, meter=Meter(Limits(), time.monotonic),
            ended="complete", notice="", gaps=case.all_gaps(), drafted_by="model",
        )  # fmt: skip

    async def _result(self, name: str) -> tuple[dict[str, Any], Literal["valid", "needs_review"]]:
        file = CaseFile.find(name)
        case = await self.case(file.case) if file.assisted else None
        result = self._outcomes(case).to_json() if case and case.casework.review else file.result
        if result is None:
            raise WrongOrder("There is no brief yet: call `assess`, then `check_brief`.")
        return result, "valid" if result["status"] == "valid" else "needs_review"

    def _place(self, case: Case, outcomes: Outcomes, style: Form, file: str | None) -> Path | None:
        if file == "":
            return None
        name = f"{case.job.now:%Y-%m-%d}-{slug(outcomes.brief.draft.summary)}{SUFFIXES[style]}"
        home = self.folder.resolve()
        where = (home / (file or f"{FOLDER}/{name}")).resolve()
        if home not in where.parents:
            raise BadPlace(f"{file} lies outside of the project's folder {home}. Name a file inside it.")
        if where.exists() and where.is_dir():
            where = where / name
        earlier = [entry.data.get("file") for entry in case.file.entries(SAVED)]
        if where.exists() and str(where) not in earlier:
            raise BadPlace(f"{where} exists already and is not this case's. Name another file.")
        case.file.append(SAVED, {"file": str(where)})
        return where


def _write(where: Path, text: str) -> None:
    try:
        where.parent.mkdir(parents=True, exist_ok=True)
        where.write_text(text, encoding="utf-8")
    except OSError as error:
        raise BadPlace(f"{where} cannot be written: {error.strerror}.") from error
