"""Why it was decided so: facts, records, rules, and what would have changed it."""

import json
from pathlib import Path
from typing import Any

from tests.customer_escalation.casebook import NOW, fact, policy
from tests.customer_escalation.commands import Command
from tests.customer_escalation.drafts import BUG_COMMENT, T1M1, facts, records
from tests.customer_escalation.scripts import CASES, answers_file, issue

from customer_escalation.cases.session import Casework
from customer_escalation.decision.explanation import why, why_words
from customer_escalation.decision.rules.counterfactual import Change, what_would_change
from customer_escalation.domain.facts import Assessment
from customer_escalation.domain.outcomes import Outcome, Severity, Target


def assessed(**changes: Any) -> Casework:
    work = Casework(records(), policy(), NOW)
    assert work.assess(Assessment.model_validate(facts(**changes))) == []
    return work


def changes(**facts_changed: Any) -> dict[tuple[str, str], Change]:
    case = assessed(**facts_changed).case
    assert case is not None
    return {(change.fact, change.instead): change for change in what_would_change(case)}


def test_each_fact_that_decides_is_told_with_what_it_would_lead_to() -> None:
    found = changes()
    assert found["workaround", "full"].severity == Severity.MEDIUM
    assert found["production_stopped", "yes"].severity == Severity.CRITICAL
    assert found["documented_solution", "yes"].outcome == Outcome.HANDLE
    assert (found["security", "exposure_or_breach"].target, found["security", "exposure_or_breach"].now) == (
        Target.SECURITY, "none",
    )  # fmt: skip
    assert ("worsening", "yes") not in found


def test_a_fact_that_two_others_cover_changes_nothing_alone() -> None:
    assert ("code_change_needed", "no") not in changes()
    alone = changes(bug_confirmed=fact(), code_change_needed=fact(), beyond_support=fact("yes", T1M1))
    assert alone["beyond_support", "no"].outcome == Outcome.HANDLE


def test_a_supposed_confirmation_rests_on_a_record_of_ours() -> None:
    quiet = changes(bug_confirmed=fact(), code_change_needed=fact(), major_function_broken=fact())
    assert quiet["bug_confirmed", "yes"].outcome == Outcome.ESCALATE


def test_every_change_named_is_one_that_the_rules_really_make() -> None:
    found = changes()
    assert (
        changes(workaround={"extent": "full", "cites": [T1M1], "why": ""})["workaround", "none"].severity
        == Severity.HIGH
    )
    assert found["workaround", "full"].target == Target.ENGINEERING


def test_the_explanation_names_facts_records_and_rules() -> None:
    work = assessed()
    assert work.case is not None
    assert work.decision is not None
    found = why(work.case, work.decision)
    assert set(found) == {"facts", "accounts", "rules", "decided_by", "would_change"}
    assert found["accounts"][0]["high_value"] is True
    assert {rule["rule"] for rule in found["rules"] if rule["decided"]} == set(found["decided_by"])
    words = why_words(found, "escalate, High, Engineering")
    assert f"code_change_needed: yes: the batch limit was lowered [{BUG_COMMENT}]" in words
    assert " *S5 -> High" in words
    assert "workaround full instead of none: escalate, Medium, Engineering" in words
    assert json.loads(json.dumps(found)) == found


def test_show_tells_why(tmp_path: Path) -> None:
    command = Command(tmp_path)
    options = (
        "--workspace",
        str(CASES / "08.json"),
        "--no-model",
        "--format",
        "json",
        "--answers",
        answers_file(tmp_path, "08"),
    )
    run = json.loads(command(issue("08"), *options).out)
    assert run["why"]["decided_by"]
    done = command("show", run["run"], "--why")
    assert done.code == 0
    assert done.out.startswith("Decision: escalate")
    assert "What would have changed the decision" in done.out
