"""The words of each section: what is allowed, what is counted, and what a writer is told."""

import re
from typing import Any

import pytest
from tests.customer_escalation.casebook import NOW, account, affected, evidence, fact, policy, ticket
from tests.customer_escalation.drafts import T1M1, ask, escalation, facts, handling, records, reply, said

from customer_escalation.cases.session import Casework
from customer_escalation.domain.draft import EscalationDraft, HandlingDraft
from customer_escalation.domain.facts import Assessment
from customer_escalation.domain.findings import Finding
from customer_escalation.domain.outcomes import Outcome, Severity
from customer_escalation.domain.prose import passages
from customer_escalation.review.budget import (
    BESIDE,
    ESCALATION,
    HANDLING,
    MOST_ACCOUNTS,
    PER_ACCOUNT,
    WHOLE,
    budget_of,
    budget_words,
    length_words,
    too_long,
    whole_of,
    words_in,
    words_used,
)

FILLED: dict[str, Any] = {
    "severity_reason": "It stops.", "co_owner": "The officer.", "containment": "None is recorded.", "ideas": "The limit.",
    "messages": [{"to": "Engineering", "text": "Have a look."}], "ticket_note": "Wait.", "rhythm": "- At noon: call.",
}  # fmt: skip


def test_the_budget_grows_with_the_accounts_up_to_a_bound() -> None:
    assert budget_of(Outcome.ESCALATE, 1) == budget_of(Outcome.ESCALATE, 0) == ESCALATION
    assert budget_of(Outcome.HANDLE, 9) == HANDLING
    three = budget_of(Outcome.ESCALATE, 3)
    assert {name: three[name] - ESCALATION[name] for name in ESCALATION if three[name] != ESCALATION[name]} == {
        name: 2 * words for name, words in PER_ACCOUNT.items()
    }
    assert budget_of(Outcome.ESCALATE, 1 + MOST_ACCOUNTS) == budget_of(Outcome.ESCALATE, 99)


def test_every_section_of_the_brief_has_a_budget_and_no_other_text_counts() -> None:
    sound = escalation(**FILLED)
    sound["opening"] += "\n\n| Option | Cost |\n| --- | --- |\n| Wait | A day |"
    whole = EscalationDraft.model_validate(dict(sound, drafts=[{**reply("We are at it."), "when": "now"}]))
    assert set(words_used(whole)) == set(ESCALATION)
    note = HandlingDraft.model_validate(
        handling(
            sender="Call.",
            ticket_note="Wait.",
            messages=[{"to": "#support", "text": "It was wrong."}],
            rhythm="- Look again.",
        )
    )
    assert set(words_used(note)) == set(HANDLING)


@pytest.mark.parametrize(
    ("changes", "section", "words"),
    [
        ({"containment": "One two three."}, "containment", 3),
        ({"containment": said("One two three.", T1M1, "chat/C-7")}, "containment", 3),
        ({"opening": "Decide.\n\n| A | B |\n| --- | --- |\n| One two | three |"}, "opening", 1),
        ({"opening": "Decide.\n\n| A | B |\n| --- | --- |\n| One two | three |"}, "options", 5),
        ({"tried": f"One two.\n{said('Three.', T1M1)}"}, "tried", 3),
        ({"asks": [ask("Fix it."), ask("Decide on it.", "Product", "decide")]}, "asks", 5),
        ({"deadline": {"by": "2026-03-20", "text": "the audit", "basis": "proposed"}}, "deadline", 2),
        ({"context": "the open bug [[project_tracker/P-55]]"}, "context", 3),
        ({"reproduction": "One.\nTwo three.\nExpected: Four.\nActual: Five.\nEnvironment: Six."}, "reproduction", 9),
        ({"summary": "One two three four"}, "summary", 0),
        ({"drafts": [reply("One two.")]}, "drafts", 0),
        ({"sender": "One two."}, "sender", 0),
        ({"rhythm": "One two."}, "rhythm", 0),
    ],
)  # fmt: skip
def test_words_are_counted_by_section_without_marks(changes: dict[str, Any], section: str, words: int) -> None:
    assert words_used(EscalationDraft.model_validate(escalation(**changes)))[section] == words


def test_the_writer_is_told_the_budget_of_each_section() -> None:
    for outcome, accounts, severity in (
        (Outcome.ESCALATE, 3, Severity.MEDIUM), (Outcome.ESCALATE, 1, Severity.CRITICAL), (Outcome.HANDLE, 1, None),
    ):  # fmt: skip
        words, allowed = budget_words(outcome, accounts, severity), budget_of(outcome, accounts, severity)
        assert f"All in all {whole_of(outcome, accounts, severity)} words" in words
        told = dict(
            re.findall(
                r"(\w+) (\d+)", words.partition("read: ")[2].partition(", beside it")[0].partition("(")[2] or words
            )
        )
        told = {name: count for name, count in told.items() if name in allowed}
        assert {name: int(count) for name, count in told.items()} == allowed
        assert all(
            f"{name} {count}" in words
            for name, count in BESIDE.items()
            if outcome == Outcome.ESCALATE or name != "rhythm"
        )


def test_a_small_matter_has_fewer_words_than_a_grave_one() -> None:
    sums = [sum(budget_of(Outcome.ESCALATE, 2, severity).values()) for severity in Severity]
    assert sums == sorted(sums, reverse=True)
    assert sums[0] > 1.15 * sums[-1]


def warned(accounts: int, **changes: Any) -> list[Finding]:
    names = [f"Firm {number}" for number in range(1, accounts)]
    known = evidence(
        *(record.data for record in records().ledger.records.values()),
        *(ticket(f"T-20{number}", name, "2026-03-04T08:00:00Z") for number, name in enumerate(names)),
        *(account(f"A-20{number}", name) for number, name in enumerate(names)),
    )
    work = Casework(known, policy(), NOW)
    hit = [affected("Harrow Mills", "T-101", impact="major_function_broken")]
    hit += [affected(name, f"T-20{number}") for number, name in enumerate(names)]
    assert work.assess(Assessment.model_validate(facts(affected=hit))) == []
    review = work.submit(EscalationDraft.model_validate(escalation(**changes)))
    return [finding for finding in review.findings if finding.rule == "B4"]


def words(count: int) -> str:
    return said(" ".join(["they report that it stops"] + ["on"] * (count - 5)), T1M1)


def room(accounts: int) -> int:
    """How many words the steps that were tried may have in that brief before the whole is a quarter over."""
    used = words_used(EscalationDraft.model_validate(escalation(tried="")))
    return sum(budget_of(Outcome.ESCALATE, accounts, Severity.HIGH).values()) * 5 // 4 - used.total()


@pytest.mark.parametrize("accounts", [1, 3])
def test_a_brief_a_quarter_over_its_words_is_let_be_and_one_word_more_is_told(accounts: int) -> None:
    most = room(accounts)
    assert [one for one in warned(accounts, tried=words(most)) if "words" in one.message] == []
    [finding] = [one for one in warned(accounts, tried=words(most + 1)) if "words" in one.message]
    assert (finding.level, finding.where) == ("W", "")
    allowed = budget_of(Outcome.ESCALATE, accounts, Severity.HIGH)
    assert f"{sum(allowed.values())} are enough (" in finding.message
    assert f"tried {most + 1} of {allowed['tried']}" in finding.message


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("| a | b |\n- It stops.", 4),
        ("共有リンクを停止しました。", 6),
        ("KB-4 は仕様です", 3),
        ("", 0),
        ("- | --- |", 0),
    ],
)
def test_words_are_counted_in_scripts_without_spaces_too(text: str, count: int) -> None:
    assert words_in(text) == count


def test_a_handling_note_has_a_budget_of_its_own() -> None:
    work = Casework(records(), policy(), NOW)
    assert work.assess(Assessment.model_validate(facts(documented_solution=fact("yes", "knowledge_base/K-3")))) == []
    long = said(" ".join(["Check the time of the nightly sync once more."] * 120), "knowledge_base/K-3")
    review = work.submit(HandlingDraft.model_validate(handling(note=long)))
    [finding] = [one for one in review.findings if one.rule == "B4"]
    assert (
        f"The prose has 1080 words, {HANDLING['note']} are enough (note 1080 of {HANDLING['note']})" in finding.message
    )


def test_a_draft_that_is_longer_than_what_is_read_is_told_its_length() -> None:
    sound = escalation()
    most = whole_of(Outcome.ESCALATE, 1, Severity.MEDIUM)
    assert most < whole_of(Outcome.ESCALATE, 1) < whole_of(Outcome.ESCALATE, 2)
    short = EscalationDraft.model_validate(sound)
    assert length_words(short, 1, Severity.MEDIUM).endswith(f" words, and {most} are read.")
    long = {**sound, "sender": "Call them. " * 50, "drafts": [reply("We are at it. " * 280)] * 2}
    draft = EscalationDraft.model_validate(long)
    brief = sum(words_in(passage.text) for passage in passages(EscalationDraft.model_validate({**sound, "sender": ""})))
    assert length_words(draft, 1, Severity.MEDIUM) == (
        f"It has {2340 + brief} words (page 100, brief {brief}, texts 2240), and {most} are read: bring it down to {most}."
    )
    told = f"It has {2340 + brief} words, and {most} are read"
    assert too_long(draft, 1, Severity.MEDIUM).startswith(told)
    assert f"Take out {2340 + brief - most} by `delete`" in too_long(draft, 1, Severity.MEDIUM)
    assert (
        too_long(EscalationDraft.model_validate({**sound, "sender": "Call them. " * 100}), 1, Severity.CRITICAL) == ""
    )
    note = HandlingDraft.model_validate(handling(note="Check it. " * 590, sender="Call. " * 400))
    assert f"{WHOLE[Outcome.HANDLE]} are read" in length_words(note, 1, None)
