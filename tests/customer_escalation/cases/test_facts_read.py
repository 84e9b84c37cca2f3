"""Facts are read against their records by the verifier: over a real socket, with the journal on the disk, and in a whole run."""

import json
import time
from pathlib import Path
from typing import Any

import pytest
from tests.customer_escalation.casebook import message
from tests.customer_escalation.cases.opened import opened
from tests.customer_escalation.cases.test_service import DRAFT, FACTS
from tests.customer_escalation.cases.test_verified_runs import NAME, asked, run
from tests.customer_escalation.commands import Command
from tests.customer_escalation.drafts import T1, T1M1, T1M2, T1M3, records
from tests.customer_escalation.scripts import answers
from tests.messages_api import SUPPORTED, Answer, Fault, MessagesServer, by_turn, use
from tests.requirements import requirement

from customer_escalation.cases.journal_store import JournalStore
from customer_escalation.cases.recorded import RecordedResult
from customer_escalation.cases.service import CaseService
from customer_escalation.cases.steps import AssessedFacts
from customer_escalation.cases.verifier import ModelVerifier
from customer_escalation.decision.rules.shown import claims_with_showing, says
from customer_escalation.domain.evidence import Evidence
from customer_escalation.domain.facts import Assessment, SecurityFact, WorkaroundFact
from customer_escalation.domain.showing import CAN_SHOW, IMPACTS, SAYS
from skill_runtime.claude import ClaudeModel
from skill_runtime.limits import Limits, Meter

BROKEN, CHANGE = SAYS["major_function_broken"], SAYS["code_change_needed"]


async def judged(
    folder: Path, verdict: Any, facts: Assessment = FACTS, *, draft: bool = True, found: Evidence | None = None
) -> tuple[AssessedFacts, RecordedResult | None, CaseService]:
    """A case whose facts are read by a model that answers so, assessed and finished."""
    service, case = await opened(found or records(), store=JournalStore(folder))
    with MessagesServer([], verdict=verdict) as api:
        async with ClaudeModel("claude-haiku-5-5", attempts=1, api_key=api.key, base_url=api.url) as model:
            with service.store.hold(case) as recorder:
                meter = Meter(Limits(), time.monotonic)
                read = service.verified_by(ModelVerifier(model, recorder, meter, time.monotonic))
                told = await read.assess(case, facts)
                if not draft:
                    return told, None, service
                await read.submit(case, DRAFT)
                return told, await service.finish(case), service


def of(beginning: str, answer: str) -> Any:
    """Contests the statement that begins so, with the words of the first record that it is shown with."""

    def verdict(body: dict[str, Any]) -> Answer:
        shown = asked(body)
        if not shown["statement"].startswith(beginning):
            return (use("verdict", **SUPPORTED),)
        first = shown["records"][0]
        words = first["record"].splitlines()[-1]
        return (use("verdict", answer=answer, ref=first["ref"], words=words, why="it runs on"),)

    return verdict


def test_every_answer_that_a_record_has_to_show_says_something() -> None:
    levels = [SecurityFact.model_fields["level"], WorkaroundFact.model_fields["extent"]]
    words = {word for level in levels for word in level.annotation.__args__} - {"none", "unknown"}  # type: ignore[union-attr]
    impacts = {f"impact {one}" if one in CAN_SHOW else one for one in IMPACTS}
    assert set(SAYS) == (set(CAN_SHOW) - {"security", "workaround"}) | words | impacts
    assert says("affected[0]", FACTS) == SAYS["impact major_function_broken"].format(account="Harrow Mills")
    assert says("bug_confirmed", FACTS).endswith("(reproduced on the test account)")


@requirement("G5")
@pytest.mark.parametrize("answer", ["contradicted", "not_shown"])
async def test_a_decision_on_a_fact_that_is_contested_needs_review(tmp_path: Path, answer: str) -> None:
    told, result, service = await judged(tmp_path, of(BROKEN, answer))
    [finding] = told.contested
    assert (finding.rule, finding.level, finding.where) == ("G5", "H", "major_function_broken")
    assert "the nightly sync stops after 4,000 of 9,500 rows" in finding.message
    assert result is not None
    assert result.status == "needs_review"
    assert finding in result.findings
    later = CaseService(JournalStore(tmp_path), service.systems)
    assert later.work(told.case).casework.contested_facts == told.contested


async def test_where_the_decision_would_be_the_same_without_it_a_contest_is_a_warning(tmp_path: Path) -> None:
    told, result, _ = await judged(tmp_path, of(CHANGE, "contradicted"))
    assert [finding.level for finding in told.contested] == ["W"]
    assert result is not None
    assert result.status == "valid"


async def test_what_is_judged_rather_than_seen_is_a_warning_where_it_is_not_shown(tmp_path: Path) -> None:
    told, _, _ = await judged(tmp_path, of(CHANGE, "not_shown"))
    assert [(finding.where, finding.level) for finding in told.contested] == [("code_change_needed", "W")]


async def test_a_fact_is_read_beside_all_that_is_said_in_the_items_that_it_cites(tmp_path: Path) -> None:
    shown: list[dict[str, Any]] = []

    def verdict(body: dict[str, Any]) -> Answer:
        shown.append(asked(body))
        return (use("verdict", **SUPPORTED),)

    told, _, _ = await judged(tmp_path, verdict, draft=False)
    assert told.contested == ()
    [broken] = [one for one in shown if one["statement"].startswith(BROKEN)]
    refs = [one["ref"] for one in broken["records"]]
    assert refs[0] == T1M1, "what it cites comes first"
    assert {T1, T1M2, T1M3} < set(refs), "and what was said later in the ticket is there"
    assert len(shown) == len(list(claims_with_showing(FACTS)))


@requirement("G5")
async def test_what_somebody_took_back_later_is_shown_and_ends_a_fact_that_rests_on_their_first_words(
    tmp_path: Path,
) -> None:
    found, works = records(), "It runs again since noon"
    found.ledger.add(
        {"items": [message("T-101", 4, "2026-03-04T11:45:00Z", "customer", f"{works}, all rows.", "j.doe")]}
    )

    def verdict(body: dict[str, Any]) -> Answer:
        last = next((one for one in asked(body)["records"] if works in one["record"]), None)
        if not asked(body)["statement"].startswith(BROKEN) or last is None:
            return (use("verdict", **SUPPORTED),)
        return (use("verdict", answer="contradicted", ref=last["ref"], words=works, why="it runs again"),)

    told, result, _ = await judged(tmp_path, verdict, found=found)
    assert [finding.where for finding in told.contested] == ["major_function_broken"]
    assert works in told.contested[0].message
    assert result is not None
    assert result.status == "needs_review"


async def test_facts_that_are_stated_anew_are_free_of_what_was_contested_before(tmp_path: Path) -> None:
    service, case = await opened(records(), store=JournalStore(tmp_path))
    with MessagesServer([], verdict=of(BROKEN, "contradicted")) as api:
        async with ClaudeModel("claude-haiku-5-5", attempts=1, api_key=api.key, base_url=api.url) as model:
            with service.store.hold(case) as recorder:
                meter = Meter(Limits(), time.monotonic)
                read = service.verified_by(ModelVerifier(model, recorder, meter, time.monotonic))
                assert (await read.assess(case, FACTS)).contested
                asked_for = len(api.statements)
                unknown = FACTS.major_function_broken.model_copy(update={"answer": "unknown"})
                mended = FACTS.model_copy(update={"major_function_broken": unknown})
                assert (await read.assess(case, mended)).contested == ()
                assert len(api.statements) == asked_for, "the others were read before"


async def test_what_could_not_be_read_contests_nothing(tmp_path: Path) -> None:
    told, result, _ = await judged(tmp_path, lambda _: Fault("status", 401, "authentication_error"))
    assert told.contested == ()
    assert result is not None
    assert result.data["brief"]["verification"]["unread"] > 0


@requirement("G5")
def test_a_run_tells_its_writer_and_needs_review_where_the_writer_keeps_to_it(tmp_path: Path) -> None:
    words = "the same export completed"

    def verdict(body: dict[str, Any]) -> Answer:
        shown = asked(body)
        record = next((one for one in shown["records"] if words in one["record"]), None)
        if not shown["statement"].startswith(SAYS["full"]) or record is None:
            return (use("verdict", **SUPPORTED),)
        return (use("verdict", answer="contradicted", ref=record["ref"], words=words, why="once, at another time"),)

    with MessagesServer(by_turn(answers(NAME)), verdict=verdict) as api:
        done = run(tmp_path, api)
    result = json.loads(done.out)
    assert (done.code, result["status"]) == (3, "needs_review"), done.err
    [finding] = [one for one in result["findings"] if one["level"] == "H"]
    assert (finding["rule"], finding["where"]) == ("G5", "workaround")
    assert words in result["markdown"]
    told = json.dumps([seen.body["messages"][-1] for seen in api.requests])
    assert "A second reader, who saw each fact with its records alone" in told
    again = json.loads(Command(tmp_path)("show", result["run"], "--format", "json").out)
    assert again["findings"] == result["findings"]
