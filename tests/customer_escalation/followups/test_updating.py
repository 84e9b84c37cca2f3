"""A follow-up: what is new, and a text for the team and for each customer, also where nothing is new."""

from pathlib import Path

import pytest
from tests.customer_escalation.followups.lived import T1, T2, World, begun, said
from tests.messages_api import Fault, MessagesServer, use

from customer_escalation.cases.errors import NotEscalated, WrongOrder
from customer_escalation.followups.logging import log_by_hand
from customer_escalation.followups.model_writer import ModelUpdateWriter
from customer_escalation.followups.reassessing import reassess
from customer_escalation.followups.service import open_escalation
from customer_escalation.followups.updating import FollowUpDraft, make_update
from skill_runtime.claude import ClaudeModel

LATER, STILL_LATER = "2026-03-04T14:00:00Z", "2026-03-04T16:00:00Z"
SECRET = "my key is AKIAIOSFODNN7EXAMPLE"


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(tmp_path)


async def updated(world: World, case: str, now: str = LATER) -> FollowUpDraft:
    async with world.service(now) as service:
        return await make_update(service, case)


def by_kind(found: FollowUpDraft, kind: str) -> list[str]:
    return [one.proposal.text for one in found.offered if one.proposal.kind == kind]


async def test_without_news_everybody_hears_all_the_same_each_in_their_language(world: World) -> None:
    case = await begun(world)
    found = await updated(world, case)
    assert found.news.nothing
    (team,) = by_kind(found, "team_message")
    assert "Nothing new is on record since 4 March 2026, 12:00 UTC." in team
    english, german = by_kind(found, "status_update")
    assert english == (
        "An update on your ticket T-1: it is still open with us. We have nothing new to tell you yet. You will hear from us again by "
        "5 March 2026, 13:00 UTC at the latest."
    )
    assert german.startswith("Ein Zwischenstand zu Ihrem Ticket T-2: Es ist bei uns weiterhin offen.")
    assert [one.proposal.destination for one in found.offered] == ["#engineering-escalations", T1, T2, T1, T2]
    assert len(by_kind(found, "internal_note")) == 2


async def test_replies_words_and_states_are_new_to_each_reader_in_what_they_may_know(world: World) -> None:
    case = await begun(world)
    world.ticket("T-1")["messages"].append(
        said("T-1-m3", "2026-03-04T13:00:00Z", "customer", f"Any news? {SECRET}", "j.doe")
    )
    world.bug["status"] = "In progress"
    world.bug["comments"].append(
        {"id": "P-1-c1", "at": "2026-03-04T13:30:00Z", "author": "eng.two", "text": "The limit is wrong."}
    )
    found = await updated(world, case)
    assert [one.ref for one in found.news.replies] == [f"{T1}-m3"]
    assert [one.ref for one in found.news.words] == ["project_tracker/P-1-c1"]
    assert [(one.item.id, one.was, one.is_now) for one in found.news.states] == [("P-1", "Open", "In progress")]
    (team,) = by_kind(found, "team_message")
    assert "j.doe wrote in T-1" in team
    assert "P-1: Open, now In progress" in team
    assert "AKIA" not in "".join(one.proposal.text for one in found.offered)
    customer, other = by_kind(found, "status_update")
    assert "Your message of 4 March 2026, 13:00 UTC has reached us." in customer
    for text in (customer, other):
        for internal in ("P-1", "limit", "Engineering", "Harrow" if text is other else "Bell"):
            assert internal not in text
    assert all(one.proposal.beware for one in found.offered if one.proposal.kind == "status_update")


async def test_a_file_is_news_by_the_message_that_it_came_with_alone(world: World) -> None:
    case = await begun(world)
    file = {"name": "crash.log", "media_type": "text/plain", "size_bytes": 12}
    came = said("T-1-m3", "2026-03-04T13:00:00Z", "customer", "See the log.", "j.doe") | {"attachments": [file]}
    world.ticket("T-1")["messages"].append(came)
    news = (await updated(world, case)).news
    assert [one.ref for one in (*news.replies, *news.words, *news.elsewhere)] == [f"{T1}-m3"]


async def test_a_severity_that_rose_since_the_brief_stands_in_what_the_team_gets(world: World) -> None:
    case = await begun(world)
    before = await updated(world, case)
    async with world.service(LATER) as service:
        stopped = {"answer": "yes", "cites": [f"{T1}-m1"], "why": ""}
        await reassess(service, case, {"production_stopped": stopped})
    after = await updated(world, case, STILL_LATER)
    for kind in ("team_message", "internal_note"):
        assert "(Critical)" not in "".join(by_kind(before, kind))
        assert all("Nightly sync stops (Critical)" in text for text in by_kind(after, kind))


async def test_the_texts_are_next_steps_that_can_be_approved_and_the_next_update_takes_their_place(
    world: World,
) -> None:
    case = await begun(world)
    first = await updated(world, case)
    async with world.service(LATER) as service:
        ids = {one.id for one in service.propose(case)}
        assert {one.id for one in first.offered} <= ids
        brief_steps = ids - {one.id for one in first.offered}
    second = await updated(world, case, STILL_LATER)
    async with world.service(STILL_LATER) as service:
        assert {one.id for one in service.propose(case)} == brief_steps | {one.id for one in second.offered}
        before = open_escalation(service, case, await service.systems.now())
        world.now = STILL_LATER
        assert before[0].overdue == ("team",)


async def test_what_was_done_by_hand_moves_what_is_due(world: World) -> None:
    case = await begun(world)
    async with world.service(LATER) as service:
        now = await service.systems.now()
        await log_by_hand(service, case, ["told_customer"], "called them", ["T-2"], "Sam")
        (due,) = open_escalation(service, case, now)
        at = {item.ticket: item.due_at for item in due.items if item.whom == "customer"}
        assert at[T2] > at[T1]
        with pytest.raises(WrongOrder, match="no ticket of this escalation"):
            await log_by_hand(service, case, ["told_customer"], "", ["T-9"], "Sam")
        assert service.store.entries(case, "follow_up")[-1].data["by"] == "Sam"


async def test_what_is_no_open_escalation_has_no_update(world: World) -> None:
    async with world.service() as service:
        from customer_escalation.cases.terms import Asked

        case = await service.open(Asked(issue="x"), "assistant")
        with pytest.raises(NotEscalated):
            await make_update(service, case)
        with pytest.raises(NotEscalated):
            await log_by_hand(service, case, ["asked_team"], "", [], "Sam")


@pytest.mark.parametrize(
    ("answer", "taken"),
    [
        (
            [
                use(
                    "texts",
                    texts=[{"number": 2, "text": "Your ticket T-1 is still open with us; we have no news yet."}],
                )
            ],
            True,
        ),
        ([use("texts", texts=[{"number": 2, "text": "It will be fixed by 9 March 2026."}])], False),
        ([use("texts", texts=[{"number": 99, "text": "Nobody asked."}, {"number": "2", "text": 5}])], False),
        (Fault("status", 400, "invalid_request_error"), False),
        (Fault("refusal"), False),
    ],
)
async def test_a_models_text_is_taken_where_it_holds_nothing_of_its_own(
    world: World, monkeypatch: pytest.MonkeyPatch, answer: object, taken: bool
) -> None:
    case = await begun(world)
    warnings: list[str] = []
    with MessagesServer([answer]) as server:  # type: ignore[list-item]
        monkeypatch.setenv("ANTHROPIC_BASE_URL", server.url)
        monkeypatch.setenv("ANTHROPIC_API_KEY", server.key)
        async with ClaudeModel("claude-sonnet-5-5") as model, world.service(LATER) as service:
            found = await make_update(service, case, ModelUpdateWriter(model, warnings.append))
    first = by_kind(found, "status_update")[0]
    assert first.startswith("Your ticket T-1 is still open" if taken else "An update on your ticket T-1")
    assert len(found.offered) == 5
    assert "Harrow Mills" not in by_kind(found, "status_update")[1]
