"""What goes out: drafted or edited, no text of an action holds a secret, and no text for a customer what P2 forbids."""

import json
from itertools import product

import pytest
from tests.customer_escalation.casebook import NOW
from tests.customer_escalation.cases.desk import Desk
from tests.customer_escalation.cases.memory_store import MemoryStore
from tests.customer_escalation.cases.test_deciding import of, on_desk
from tests.customer_escalation.cases.test_service import submitted
from tests.customer_escalation.drafts import T1M1, escalation, facts, records, reply
from tests.requirements import requirement

from customer_escalation.actions import Proposal
from customer_escalation.cases.errors import WrongOrder
from customer_escalation.cases.offered_later import OfferedLater
from customer_escalation.cases.service import CaseService
from customer_escalation.cases.session import Casework
from customer_escalation.cases.terms import Asked
from customer_escalation.domain.draft import EscalationDraft
from customer_escalation.domain.facts import Assessment
from customer_escalation.rendering import render_html, render_markdown

CARRIERS = (
    "Hello, thank you for waiting. {}", "Guten Tag, wir arbeiten daran. {} Freundliche Grüße", "Bonjour, {} Merci de votre patience.",
    "Hola, gracias. {}", "{}\n\nWe write again tomorrow.", "Здравствуйте! {}", "お世話になっております。{}", "- {}\n- We look into it.",
)  # fmt: skip
PLANTED = (
    "You are worth $150,000 to us.", "Your 150k matter.", "150.000 €", "A hundred and fifty thousand a year.", "十五万ドル",
    "Bell & Oak have it too.", "B e l l and Oak? Bell  &  Oak!", "Ask at #support.", "It is P-55.", "See C-7.",
    "It runs until 2026-12-31.", "https://evil.example/login", "![x](//evil.example/x.png)", "Open www.evil.example now.",
)  # fmt: skip
SECRET = "password: Hunter22!x"


@requirement("P2")
async def test_of_a_hundred_edited_replies_with_something_planted_none_can_be_approved() -> None:
    service, case = await submitted()
    await service.finish(case)
    reply = of(service, case, "customer_reply")
    tried = list(product(CARRIERS, PLANTED))
    assert len(tried) >= 100
    for carrier, planted in tried:
        with pytest.raises(WrongOrder, match="may not go to the customer"):
            await service.edit_action(case, reply.id, "Kim", text=carrier.format(planted))
    assert of(service, case, "customer_reply") == reply


@requirement("P2")
async def test_a_secret_in_an_edited_text_is_taken_out_and_what_is_approved_is_the_rest() -> None:
    service, case = await submitted()
    await service.finish(case)
    for kind in ("customer_reply", "post_to_channel"):
        edited = await service.edit_action(case, of(service, case, kind).id, "Kim", text=f"We are at it. The {SECRET}")
        assert edited.proposal.text == "We are at it. The password: [secret removed]"
        assert edited.proposal.left_out[-1] == "1 secret (line 1)"
        assert service.approve(case, edited.id, "Kim").approval is not None
        assert of(service, case, kind).proposal.left_out[-1] == "1 secret (line 1)"


@requirement("P2")
async def test_beside_an_edited_reply_stands_that_nobody_read_it_for_its_meaning() -> None:
    service, case = await submitted()
    await service.finish(case)
    edited = await service.edit_action(
        case, of(service, case, "customer_reply").id, "Kim", text="It works again on Friday, we promise."
    )
    assert any("guesses, promises" in sentence for sentence in edited.proposal.beware)
    again = await service.edit_action(case, edited.id, "Kim", text="We are at it.")
    assert len(again.proposal.beware) == len(set(again.proposal.beware))


async def test_a_person_who_edits_a_post_may_name_whom_they_like() -> None:
    service, case = await submitted()
    await service.finish(case)
    edited = await service.edit_action(
        case, of(service, case, "post_to_channel").id, "Kim", text="Bell & Oak, $150,000, #support, P-55."
    )
    assert edited.proposal.text == "Bell & Oak, $150,000, #support, P-55."


@requirement("P2")
async def test_a_policy_that_lowers_the_rule_lets_a_person_send_it_and_says_what_is_wrong() -> None:
    service, case, _, _ = await on_desk(policy='[levels]\nP2 = "W"\n')
    edited = await service.edit_action(case, of(service, case, "customer_reply").id, "Kim", text="It is P-55.")
    assert any("P-55" in sentence for sentence in edited.proposal.beware)


@requirement("P2")
async def test_what_is_kept_and_exported_of_a_brief_holds_no_secret_of_a_record_or_of_the_draft() -> None:
    keys = [
        f"AccountKey={letter * 84}Zw==" for letter in "QRS"
    ]  # of a form that the border where text comes in does not know
    found = records()
    said = found.ledger.records[T1M1]
    found.ledger.put(said.model_copy(update={"data": {**said.data, "text": f"{said.data['text']} {keys[0]}"}}))
    service, desk = CaseService(MemoryStore(), Desk()), "Nightly sync fails for Harrow Mills"
    case = await service.open(Asked(issue=desk), "assistant")
    work = service.work(case)
    work.ledger, work.casework = found.ledger, Casework(found, work.terms.policy, NOW)
    await service.assess(case, Assessment.model_validate(facts()))
    written = escalation(tried=f"They use {keys[1]}.", drafts=[reply(f"We are at it. {keys[2]}")])
    await service.submit(case, EscalationDraft.model_validate(written))
    result = await service.finish(case)
    shown = [json.dumps(result.to_json()), *(render(result.document) for render in (render_markdown, render_html))]
    for one in shown:
        assert "[secret removed]" in one
        assert not any(key[12:60] in one for key in keys)


@requirement("P2")
@pytest.mark.parametrize(("text", "may"), [("It works again.", True), ("Bell & Oak have it too.", False)])
async def test_a_text_that_is_offered_after_the_brief_is_held_to_the_same(text: str, may: bool) -> None:
    service, case = await submitted()
    await service.finish(case)
    ticket = of(service, case, "customer_reply").proposal.destination
    step = Proposal(
        kind="status_update", title="", destination=ticket, system="support_platform", text=f"{text} The {SECRET}"
    )
    [offered] = service.offer(case, OfferedLater(occasion="update", now=NOW, drafted_by="model", proposals=(step,)))
    assert offered.text == f"{text} The password: [secret removed]"
    [one] = [one for one in service.propose(case) if one.proposal.text == offered.text]
    if may:
        assert service.approve(case, one.id, "Kim").approval is not None
        return
    with pytest.raises(WrongOrder, match="may not go to the customer"):
        service.approve(case, one.id, "Kim")
