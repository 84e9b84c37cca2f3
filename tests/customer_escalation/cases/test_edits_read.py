"""What a person edited is read against its records before anybody approves it: over a real socket, with the journal on the disk."""

import json
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from tests.customer_escalation.casebook import NOW
from tests.customer_escalation.cases.test_deciding import of, on_desk
from tests.customer_escalation.drafts import BUG, T1, T1M1, T1M3
from tests.messages_api import SUPPORTED, Fault, MessagesServer, use
from tests.requirements import requirement

from customer_escalation.actions import Proposal
from customer_escalation.cases.errors import WrongOrder
from customer_escalation.cases.journal_store import JournalStore
from customer_escalation.cases.offered_later import OfferedLater
from customer_escalation.cases.reading_edits import NO_FACTS, OpenVerifier
from customer_escalation.cases.service import CaseService
from customer_escalation.cases.store import CaseInUse
from customer_escalation.cases.verifier import SERVICE_FAILED, ModelVerifier, Verifier
from customer_escalation.policy import Policy
from customer_escalation.review.customer_texts.questions import unread as unread_text
from skill_runtime.claude import ClaudeModel
from skill_runtime.limits import Limits, Meter
from skill_runtime.recorder import Recorder

HELPS = "Running it twice helps."
CONTESTED = {
    "answer": "contradicted", "ref": T1M3, "words": "Running it twice does not help", "why": "it does not help",
}  # fmt: skip
PROMISE = {"kind": "promise", "words": "It works again on Friday", "why": "nobody set a day"}


def at(api: MessagesServer) -> OpenVerifier:
    """Opens a verifier at this server."""

    @asynccontextmanager
    async def opened(case: str, policy: Policy, recorder: Recorder) -> AsyncIterator[Verifier]:
        async with ClaudeModel("claude-haiku-5-5", attempts=1, api_key=api.key, base_url=api.url) as model:
            yield ModelVerifier(model, recorder, Meter(Limits(), time.monotonic), time.monotonic)

    return opened


async def case_at(api: MessagesServer, folder: Path, policy: str = "") -> tuple[CaseService, str]:
    """A case with a recorded brief whose edits are read there."""
    service, case, _, _ = await on_desk(store=JournalStore(folder), policy=policy)
    return service.edits_read(at(api)), case


def says(**verdict: Any) -> Any:
    """Answers every statement so."""
    return lambda _: (use("verdict", **verdict),)


def shown(body: dict[str, Any]) -> dict[str, Any]:
    """What a request shows."""
    found: dict[str, Any] = json.loads(body["messages"][0]["content"][0]["text"])
    return found


@requirement("G5")
async def test_a_reply_that_a_record_contradicts_is_refused_with_the_records_words(tmp_path: Path) -> None:
    with MessagesServer([], verdict=says(**CONTESTED)) as api:
        service, case = await case_at(api, tmp_path)
        before = of(service, case, "customer_reply")
        with pytest.raises(WrongOrder, match=r"may not go to the customer \(G5\).*“Running it twice does not help”"):
            await service.edit_action(case, before.id, "Kim", text=f"{before.proposal.text} {HELPS}")
    assert of(service, case, "customer_reply") == before
    [read] = service.store.entries(case, "verification")
    assert CONTESTED["words"] in json.dumps(read.data)


@requirement("G5")
async def test_a_policy_that_lowers_the_rule_leaves_it_to_the_person_with_the_records_words_beside_the_text(
    tmp_path: Path,
) -> None:
    with MessagesServer([], verdict=says(**CONTESTED)) as api:
        service, case = await case_at(api, tmp_path, '[levels]\nG5 = "W"\n')
        edited = await service.edit_action(case, of(service, case, "customer_reply").id, "Kim", text=HELPS)
    assert any("“Running it twice does not help”" in sentence for sentence in edited.proposal.beware)


@requirement("G5")
@pytest.mark.parametrize("kind", ["post_to_channel", "internal_note", "tracker_comment"])
async def test_what_colleagues_get_stays_the_persons_word_with_the_records_words_beside_it(
    tmp_path: Path, kind: str
) -> None:
    with MessagesServer([], verdict=says(**CONTESTED)) as api:
        service, case = await case_at(api, tmp_path)
        before = of(service, case, kind)
        edited = await service.edit_action(case, before.id, "Kim", text=f"{before.proposal.text}\n\n{HELPS}")
    [sentence] = [one for one in edited.proposal.beware if T1M3 in one]
    assert "“Running it twice does not help”" in sentence
    assert [shown(one.body)["statement"] for one in api.statements] == [HELPS], "what the brief has was read with it"
    assert T1M3 in [one["ref"] for one in shown(api.statements[0].body)["records"]]
    again = CaseService(JournalStore(tmp_path), service.systems)
    assert sentence in of(again, case, kind).proposal.beware
    assert again.approve(case, edited.id, "Sam").state == "approved"


@requirement("P2")
async def test_a_promise_that_a_person_typed_is_refused(tmp_path: Path) -> None:
    with MessagesServer([], reading=[(use("reading", faults=[PROMISE]),)]) as api:
        service, case = await case_at(api, tmp_path)
        with pytest.raises(WrongOrder, match=r"\(P2\).*“It works again on Friday” promises something"):
            await service.edit_action(
                case, of(service, case, "customer_reply").id, "Kim", text="It works again on Friday. We are at it."
            )
    assert not service.store.entries(case, "action_edited")


async def test_a_reply_is_read_beside_what_its_customer_knows_and_as_a_whole(tmp_path: Path) -> None:
    with MessagesServer([]) as api:
        service, case = await case_at(api, tmp_path)
        reply = of(service, case, "customer_reply")
        text = f"{reply.proposal.text} You reported that the nightly sync stops."
        edited = await service.edit_action(case, reply.id, "Kim", text=text)
    assert edited.proposal.beware == reply.proposal.beware
    [statement] = [shown(one.body) for one in api.statements]
    assert statement["statement"] == "You reported that the nightly sync stops."
    assert {T1, T1M1} <= {one["ref"] for one in statement["records"]}
    assert BUG not in {one["ref"] for one in statement["records"]}
    [whole] = [shown(one.body) for one in api.texts]
    assert whole["text"] == text


async def test_the_same_edit_is_paid_for_once_in_the_life_of_a_case(tmp_path: Path) -> None:
    text = "You reported that the nightly sync stops."
    with MessagesServer([]) as api:
        service, case = await case_at(api, tmp_path)
        first = of(service, case, "customer_reply")
        edited = await service.edit_action(case, first.id, "Kim", text=text)
        asked = len(api.statements), len(api.texts)
        back = await service.edit_action(case, edited.id, "Kim", text=first.proposal.text)
        later = CaseService(JournalStore(tmp_path), service.systems).edits_read(at(api))
        again = await later.edit_action(case, back.id, "Ana", text=text)
    assert (len(api.statements), len(api.texts)) == (asked[0], asked[1] + 1), "the text as it was is another text"
    assert again.proposal.beware == edited.proposal.beware


async def test_where_the_service_fails_the_edit_stands_and_it_is_said_that_nobody_read_it(tmp_path: Path) -> None:
    with MessagesServer(
        [],
        verdict=lambda _: Fault("status", 401, "authentication_error"),
        reading=lambda _: Fault("status", 401, "authentication_error"),
    ) as api:
        service, case = await case_at(api, tmp_path)
        edited = await service.edit_action(case, of(service, case, "customer_reply").id, "Kim", text=HELPS)
    beware = edited.proposal.beware
    assert f"Nothing of what was edited was read against its records by a second model: {SERVICE_FAILED}." in beware
    assert any("guesses, promises" in sentence for sentence in beware)


@pytest.mark.parametrize("kind", ["customer_reply", "post_to_channel"])
async def test_without_a_model_it_is_said_beside_the_text(kind: str) -> None:
    service, case, _, _ = await on_desk()
    edited = await service.edit_action(case, of(service, case, kind).id, "Kim", text=HELPS)
    assert any("Nothing of what was edited was read" in sentence for sentence in edited.proposal.beware)


async def test_who_switches_it_off_is_told_of_replies_alone_that_nobody_reads_them_for_promises(tmp_path: Path) -> None:
    with MessagesServer([]) as api:
        service, case = await case_at(api, tmp_path, "[verification]\nenabled = false\n")
        reply = await service.edit_action(case, of(service, case, "customer_reply").id, "Kim", text=HELPS)
        post = await service.edit_action(case, of(service, case, "post_to_channel").id, "Kim", text=HELPS)
    assert [one for one in reply.proposal.beware if "read" in one and "promises" in one]
    assert not [one for one in (*reply.proposal.beware, *post.proposal.beware) if "what was edited" in one]
    assert api.statements == api.texts == []


async def test_a_reminder_is_nobodys_reading(tmp_path: Path) -> None:
    with MessagesServer([]) as api:
        service, case = await case_at(api, tmp_path)
        edited = await service.edit_action(case, of(service, case, "reminder").id, "Kim", text="Ask them again.")
    assert (edited.proposal.beware, api.statements) == ((), [])


async def test_while_it_is_read_nobody_else_changes_the_case(tmp_path: Path) -> None:
    refused: list[str] = []

    def verdict(_: dict[str, Any]) -> Any:
        other = JournalStore(tmp_path)
        try:
            other.append(case, "note", {})
        except CaseInUse as error:
            refused.append(str(error))
        return (use("verdict", **SUPPORTED),)

    with MessagesServer([], verdict=verdict) as api:
        service, case = await case_at(api, tmp_path)
        await service.edit_action(case, of(service, case, "customer_reply").id, "Kim", text=HELPS)
    assert len(refused) == 1


async def test_a_case_whose_facts_no_longer_stand_says_that_the_edit_was_not_read(tmp_path: Path) -> None:
    with MessagesServer([]) as api:
        service, case = await case_at(api, tmp_path)
        work = service.work(case).casework
        work.case = work.decision = None
        work.review = None
        edited = await service.edit_action(case, of(service, case, "customer_reply").id, "Kim", text=HELPS)
    assert any(NO_FACTS in sentence for sentence in edited.proposal.beware)
    assert api.statements == []


@requirement("P2")
async def test_a_text_of_a_later_update_is_read_before_it_is_offered(tmp_path: Path) -> None:
    promised = Proposal(
        kind="status_update", title="Update", destination=T1, system="support_platform", text=f"{PROMISE['words']}, we promise."
    )  # fmt: skip
    asked = promised.model_copy(update={"kind": "team_message", "destination": "#engineering", "system": "chat"})
    later = OfferedLater(occasion="update", now=NOW, drafted_by="model", proposals=(promised, asked))
    with MessagesServer([], reading=[(use("reading", faults=[PROMISE]),)]) as api:
        service, case = await case_at(api, tmp_path)
        told, team = await service.offer_read(case, later)
        assert (len(api.texts), team.beware) == (1, ())
    assert PROMISE["words"] in " ".join(told.beware)
    assert unread_text("").message not in told.beware


async def test_a_later_text_that_nobody_reads_says_so(tmp_path: Path) -> None:
    service, case, _, _ = await on_desk(store=JournalStore(tmp_path))
    update = Proposal(kind="status_update", title="U", destination=T1, system="support_platform", text="We are at it.")
    [told] = await service.offer_read(
        case, OfferedLater(occasion="update", now=NOW, drafted_by="rules", proposals=(update,))
    )
    assert unread_text("").message in told.beware
