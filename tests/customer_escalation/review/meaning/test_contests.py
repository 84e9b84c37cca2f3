"""The first layer of the check on meaning: what it is sure of, kind by kind, and that it keeps silent otherwise."""

from collections.abc import Sequence

import pytest
from tests.customer_escalation.casebook import account, article, chat, comment, evidence, issue, message, ticket

from customer_escalation.domain.evidence import Evidence
from customer_escalation.review.meaning import Contest, contests
from customer_escalation.review.passages import Claim
from customer_escalation.review.sources import Sources

T, M1, M2, M3 = ("support_platform/T-5", *(f"support_platform/T-5-m{number}" for number in (1, 2, 3)))


def records() -> Evidence:
    """A few records about one matter, of a customer, of us and of a contract."""
    return evidence(
        ticket(
            "T-5", "Harrow Mills", "2026-03-04T08:00:00Z",
            message("T-5", 1, "2026-03-04T08:00:00Z", "customer",
                    "The nightly sync does not start since 7.2.0. Some jobs finish, others hang. If this goes on, we will cancel. "
                    "The first run moved 400 of 950 files.", "j.doe"),
            message("T-5", 2, "2026-03-04T09:30:00Z", "agent",
                    "I reproduced it on a copy. We think that the new scheduler causes it. Restarting clears the queue.", "agent.kim"),
            message("T-5", 3, "2026-03-04T11:00:00Z", "customer",
                    "Is the backup affected as well? Please restore the archive.", "j.doe"),
        ),
        account("A-1", "Harrow Mills", tier="Enterprise", arr_usd=150_000),
        account("A-2", "Bell & Oak", tier="Business", arr_usd=12_000),
        issue("P-5", "Nightly sync does not start", "Open", "2026-03-04T09:30:00Z",
              comment("P-5", 1, "2026-03-04T10:00:00Z", "The mended scheduler will be switched on for all tenants on 9 March.")),
        chat("C-5", "2026-03-04T12:00:00Z", "The retry does not clear old runs. Full copies are safe unless a job was open."),
        chat("C-6", "2026-03-04T12:10:00Z", "With a delayed chart it is stuck in 5 of 5 runs; with no delayed chart in 0 of 5."),
        chat("C-7", "2026-03-04T12:20:00Z", 'If I press "Run once" in the editor one row comes in, and then none.'),
        chat("C-8", "2026-03-04T12:30:00Z", "Kim copied two cards out of Form-3, says Lee, and every job says it."),
        chat("C-9", "2026-03-04T12:40:00Z", "From the change on 9 March the runs are an hour off, until 30 March."),
        chat("C-10", "2026-03-04T12:50:00Z", "It is no code fault; K-5 is the way until we change the default."),
        chat("C-11", "2026-03-04T13:00:00Z", "Ready for the migration.") | {"author": "Ann Vale"},
        article("K-6", "Runs", "There is no lock and no allocation log."),
        article("K-5", "Sync", "Do not delete the queue before the sync has ended."),
    )  # fmt: skip


def found(text: str, *cites: str, world: Evidence | None = None) -> list[Contest]:
    """What the layer says of a sentence that cites these."""
    sources = Sources(world or records(), {}, frozenset())
    return [contest for _, contest in contests([Claim("description", text, "fact", cites, "receiver")], sources)]


def sure(text: str, *cites: str) -> set[str]:
    """The kinds of difference that it is sure of."""
    return {contest.kind for contest in found(text, *cites) if contest.certain}


FALSE: Sequence[tuple[str, str, tuple[str, ...]]] = (
    ("negation", "Harrow Mills writes that the nightly sync starts since 7.2.0.", (M1,)),
    ("negation", "The retry clears old runs.", ("chat/C-5",)),
    ("clipped", "Our article says: “delete the queue”.", ("knowledge_base/K-5",)),
    ("clipped", "Harrow Mills writes: “we will cancel”.", (M1,)),
    ("clipped", "“Full copies are safe”, agent.two writes.", ("chat/C-5",)),
    ("tense", "The mended scheduler was switched on for all tenants on 9 March.", ("project_tracker/P-5-c1",)),
    ("tense", "The archive has been restored.", (M3,)),
    ("certainty", "The backup is affected as well.", (M3,)),
    ("certainty", "| Kim: the backup is affected as well | Only the sync is |", (M3,)),
    ("certainty", "The new scheduler causes it.", (M2,)),
    ("certainty", "Restarting may clear the queue.", (M2,)),
    ("quantifier", "All jobs finish, j.doe writes.", (M1,)),
    ("author", "j.doe reproduced it on a copy.", (M2,)),
    ("author", "Ann Vale reproduced it on a copy.", (M2,)),
    ("attribution", "We saw that the nightly sync does not start.", (M1,)),
    ("subject", "Bell & Oak cannot start the nightly sync.", (M1,)),
    ("cause", "The nightly sync does not start because the disk broke down.", (M1,)),
    ("order", "The first run moved 950 of 400 files.", (M1,)),
    ("order", "agent.kim answered before j.doe wrote.", (M1, M2)),
    ("scope", "Do not delete the queue after the sync has ended.", ("knowledge_base/K-5",)),
    ("field", "Harrow Mills has 24 hours to the first response and 4 hours to an update.", ("crm/A-1",)),
    ("field", "Harrow Mills is a Business account.", ("crm/A-1",)),
    ("field", "P-5 is closed.", ("project_tracker/P-5",)),
    ("field", "Harrow Mills and Bell & Oak pay 12,000 and 150,000 USD.", ("crm/A-1", "crm/A-2")),
    ("unit", "The contract of Harrow Mills is worth 150,000 USD a month.", ("crm/A-1",)),
    ("unit", "The first run moved 400 MB.", (M1,)),
)  # fmt: skip
TRUE: Sequence[tuple[str, tuple[str, ...]]] = (
    ("Harrow Mills writes that the nightly sync does not start since 7.2.0.", (M1,)),
    ("Since 7.2.0 the sync of Harrow Mills no longer starts.", (M1,)),
    ("Some jobs finish and others hang, j.doe writes.", (M1,)),
    ("Harrow Mills will cancel if this goes on.", (M1,)),
    ("The runs are an hour off between 9 and 30 March.", ("chat/C-9",)),
    ("Kim answered at 11:20 instead of 7 March.", ("chat/C-10",)),
    ("It ran without a lock or an allocation log.", ("knowledge_base/K-6",)),
    ("Kim calls it “no code fault”.", ("chat/C-10",)),
    ("Our article says not to “delete the queue”.", ("knowledge_base/K-5",)),
    ("agent.kim thinks that the new scheduler causes it.", (M2,)),
    ("agent.kim answered an hour and a half after j.doe wrote.", (M1, M2)),
    ("j.doe asks whether the backup is affected as well.", (M3,)),
    ("**Last update:** Ann Vale, at 09:30: restarting clears the queue, reproduced on a copy.", (M2,)),
    ("| Doe: the backup is affected as well | Only the sync is |", (M3,)),
    ("It is stuck without a delayed chart in no run, and with one in all 5.", ("chat/C-6",)),
    ("The mended scheduler will be switched on for all tenants on 9 March.", ("project_tracker/P-5-c1",)),
    ("Harrow Mills has 4 hours to the first response and a day to an update.", ("crm/A-1",)),
    ("Harrow Mills and Bell & Oak pay 150,000 and 12,000 USD.", ("crm/A-1", "crm/A-2")),
    ("P-5 is open.", ("project_tracker/P-5",)),
    ("Full copies are safe unless a job was open.", ("chat/C-5",)),
    ("Without a delayed chart it is stuck in 0 of 5 runs.", ("chat/C-6",)),
    ("After “Run once” one row comes in, then none.", ("chat/C-7",)),
    ("The first answer took 1 h 30 min of 4 hours.", (M1, M2)),
    ("412 entries are in Form-3.", ("chat/C-8",)),
    ("No record says which cards.", ("chat/C-8",)),
)


@pytest.mark.parametrize(("kind", "text", "cites"), FALSE)
def test_it_is_sure_of_what_the_record_says_otherwise(kind: str, text: str, cites: tuple[str, ...]) -> None:
    assert kind in sure(text, *cites)


@pytest.mark.parametrize(("text", "cites"), TRUE)
def test_it_says_nothing_of_what_the_record_says(text: str, cites: tuple[str, ...]) -> None:
    assert sure(text, *cites) == set()


@pytest.mark.parametrize("text", ["同期は開始します。", "Synchronizacja uruchamia się."])
def test_a_language_without_a_grammar_is_not_judged(text: str) -> None:
    assert found(text, M1) == []


def test_a_record_in_another_language_is_not_compared_word_by_word() -> None:
    world = evidence(
        ticket("T-6", "Sattler", "2026-03-04T08:00:00Z",
               message("T-6", 1, "2026-03-04T08:00:00Z", "customer", "Der Abgleich startet nicht und wir haben keine Meldung.", "h.s")),
    )  # fmt: skip
    assert found("The sync starts.", "support_platform/T-6-m1", world=world) == []


def test_a_finding_quotes_the_words_that_it_is_about_as_they_are_written() -> None:
    told = found("The nightly sync doesn't start because the disk didn't hold 12GB and then broke down.", M1)
    assert "“because the disk didn't hold 12GB”" in next(one.message for one in told if one.kind == "cause")


def test_what_may_be_put_in_other_words_is_a_hint_at_most() -> None:
    [hint] = list(found("Engineers praised 3 colourful holidays.", M2))
    assert not hint.certain


def test_each_contest_names_a_record_that_is_cited() -> None:
    refs = {contest.ref for _, text, cites in FALSE for contest in found(text, *cites)}
    known = {record.ref for record in records().ledger.records.values()}
    assert refs <= known
