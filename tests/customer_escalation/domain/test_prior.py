"""Earlier escalations of the same account: found among past runs, shown to the drafter, linked in the brief (B6)."""

import json
from pathlib import Path
from typing import Any

from tests.customer_escalation.casebook import NOW, policy
from tests.customer_escalation.commands import Command
from tests.customer_escalation.drafts import BUG, escalation, facts, records
from tests.customer_escalation.scripts import CASES, answers_file, issue

from customer_escalation.cases.session import Casework
from customer_escalation.domain.draft import EscalationDraft
from customer_escalation.domain.facts import Assessment
from customer_escalation.domain.prior import EarlierEscalation, recall
from customer_escalation.retrieval.records_text import present_evidence

EARLIER = EarlierEscalation(
    run="20260201-090000-abc123", at="2026-02-01T09:00:00+00:00", severity="High", target="Engineering",
    summary="Nightly sync stalls for Harrow Mills", accounts=("Harrow Mills", "Quill, Sons & Co"),
)  # fmt: skip
REF = "escalations/20260201-090000-abc123"


def unlinked(**changes: Any) -> bool:
    source = records()
    recall((EARLIER,), source)
    work = Casework(source, policy(), NOW)
    assert work.assess(Assessment.model_validate(facts())) == []
    review = work.submit(EscalationDraft.model_validate(escalation(**changes)))
    return any(finding.rule == "B6" and REF in finding.message for finding in review.findings)


def test_it_is_shown_to_the_drafter_and_missed_where_it_is_not_linked() -> None:
    source = records()
    recall((EARLIER,), source)
    assert "Nightly sync stalls for Harrow Mills" in present_evidence(source, ())
    assert unlinked()
    assert not unlinked(context=f"- The open bug [[{BUG}]].\n- The same symptom in February [[{REF}]].")


def test_another_accounts_escalation_stays_out() -> None:
    source = records()
    recall((EARLIER.model_copy(update={"accounts": ("Somebody Else",)}),), source)
    assert source.of_kind("escalation") == []


def test_a_later_run_finds_the_valid_escalations_of_earlier_ones(tmp_path: Path) -> None:
    command = Command(tmp_path)
    arguments = (issue("08"), "--workspace", str(CASES / "08.json"), "--no-model", "--format", "json", "--answers",
                 answers_file(tmp_path, "08"))  # fmt: skip
    first = json.loads(command(*arguments).out)
    again = json.loads(command(*arguments).out)
    assert not any(ref.startswith("escalations/") for ref in again["citations"])
    later = command(*arguments, "--as-of", "2016-10-20T09:00:00Z")
    header = json.loads(command("show", json.loads(later.out)["run"], "--journal").out.splitlines()[0])["data"]
    assert {earlier["run"] for earlier in header["earlier"]} == {first["run"], again["run"]}
    assert header["earlier"][0]["accounts"] == [row["name"] for row in first["brief"]["computed"]["accounts"]]
    much_later = command(*arguments, "--as-of", "2017-10-20T09:00:00Z")
    header = json.loads(command("show", json.loads(much_later.out)["run"], "--journal").out.splitlines()[0])["data"]
    assert header["earlier"] == []
