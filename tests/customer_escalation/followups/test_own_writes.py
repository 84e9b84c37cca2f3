"""What an escalation wrote itself: it is no news, the item that it filed is its own, and a follow-up knows what went out before it."""

from datetime import timedelta
from pathlib import Path
from typing import Any

from tests.customer_escalation.cases.acted_on import Clock
from tests.customer_escalation.cases.memory_store import MemoryStore
from tests.customer_escalation.cases.test_acting_on_records import NO_ITEM, load, working
from tests.customer_escalation.cases.test_service import REPLY
from tests.customer_escalation.drafts import escalation, reply

from customer_escalation.cases.service import CaseService
from customer_escalation.domain.draft import EscalationDraft
from customer_escalation.followups.looking import own_items
from customer_escalation.followups.reassessing import reassess
from customer_escalation.followups.standing import standing_at
from customer_escalation.followups.updating import FollowUpDraft, make_update
from support_connectors.backend import Write
from support_connectors.workspace.store import open_workspace

DRAFT = EscalationDraft.model_validate(
    escalation(
        drafts=[reply(REPLY)], description=escalation()["description"], context="- **Not known:** anything else."
    )
)


async def carry_out(service: CaseService, case: str, *kinds: str) -> dict[str, str]:
    """Say yes to the newest of each kind; what was written, by kind."""
    written: dict[str, str] = {}
    for kind in kinds:
        waiting = [one for one in service.propose(case) if one.proposal.kind == kind and one.effect is None]
        service.approve(case, waiting[-1].id, "Sam")
        written[kind] = (await service.carry_out(case, waiting[-1].id, "Sam")).written
    return written


def later(service: CaseService, hours: float) -> None:
    """Let time pass for the service and its systems."""
    clock: Any = service._clock
    assert isinstance(clock, Clock)
    clock.now += timedelta(hours=hours)
    systems: Any = service.systems
    systems.moment = clock.now


async def updated(service: CaseService, case: str) -> FollowUpDraft:
    later(service, 24)
    return await make_update(service, case)


async def test_what_was_carried_out_is_no_news_and_the_filed_item_is_the_cases_own(tmp_path: Path) -> None:
    database, store = load(tmp_path), MemoryStore()
    async with working(database, store, written=DRAFT, stated=NO_ITEM) as (service, case):
        written = await carry_out(service, case, "post_to_channel", "customer_reply", "tracker_item", "internal_note")
        standing = standing_at(store, case, await service.systems.now())
        assert standing is not None
        assert set(standing.written) == set(written.values())
        assert written["tracker_item"] in own_items(standing)
        first = await updated(service, case)
        assert (first.news.replies, first.news.words, first.news.elsewhere) == ((), (), ())
        with open_workspace(database) as workspace:
            tracker: Any = workspace.backend("project_tracker")
            tracker.comment_on_issue(written["tracker_item"], "The limit is wrong.", Write("eng.two", None))
        later(service, 1)
        told = await reassess(service, case, {})
        assert [one.data["text"] for one in told.news.words] == ["The limit is wrong."]


async def test_a_follow_up_warns_of_what_went_out_since_it_was_drafted_and_not_of_what_went_before(
    tmp_path: Path,
) -> None:
    async with working(load(tmp_path), MemoryStore(), written=DRAFT, stated=NO_ITEM) as (service, case):
        await carry_out(service, case, "internal_note", "customer_reply")
        first = await updated(service, case)
        assert not [one for one in first.offered if "went there before" in " ".join(one.proposal.beware)]
        await carry_out(service, case, "post_to_channel", "internal_note")
        warned = [one for one in service.propose(case) if "went there before" in " ".join(one.proposal.beware)]
        assert [one.proposal.kind for one in warned] == ["team_message"]


async def test_what_was_carried_out_counts_at_the_moment_of_the_systems_whatever_the_clock_says(tmp_path: Path) -> None:
    async with working(load(tmp_path), MemoryStore(), written=DRAFT, stated=NO_ITEM) as (service, case):
        await updated(service, case)
        clock: Any = service._clock
        clock.now += timedelta(days=400)
        await carry_out(service, case, "team_message", "status_update")
        moment = await service.systems.now()
        standing = standing_at(service.store, case, moment)
        assert standing is not None
        assert (standing.last("asked_team"), standing.last("told_customer", "support_platform/T-101")) == (
            moment,
            moment,
        )
