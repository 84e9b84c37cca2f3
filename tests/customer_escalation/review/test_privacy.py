"""P2 on several texts to several customers: each is held against its own ticket, and named where it stands."""

from typing import Any

import pytest
from tests.customer_escalation.casebook import (
    NOW,
    account,
    affected,
    article,
    chat,
    evidence,
    fact,
    message,
    policy,
    ticket,
)
from tests.customer_escalation.drafts import BUG, escalation, facts, handling, records, reply

from customer_escalation.cases.session import Casework
from customer_escalation.domain.draft import EscalationDraft, HandlingDraft
from customer_escalation.domain.facts import Assessment
from customer_escalation.review import Review

HARROW, OAK, WERK, SHUT = (f"support_platform/T-10{number}" for number in (1, 2, 3, 4))
NOTE = message("T-102", 3, "2026-03-04T10:00:00Z", "agent", "Internal: their shard 8841 is on host db-19.", "agent.kim")
DESK = (
    ticket("T-102", "Bell & Oak", "2026-03-04T06:00:00Z",
           message("T-102", 1, "2026-03-04T06:00:00Z", "customer", "Our export of 3,120 invoices is empty since 2026-02-27.", "b.oak"),
           message("T-102", 2, "2026-03-04T06:30:00Z", "customer", "It says code X-31.", "b.oak"), {**NOTE, "internal": True}),
    ticket("T-103", "Werk Nord", "2026-03-04T07:00:00Z",
           message("T-103", 1, "2026-03-04T07:00:00Z", "customer",
                   "Der nächtliche Abgleich läuft bei uns nicht mehr, und wir brauchen die Daten für die Prüfung am 12. März.", "w.nord")),
    ticket("T-104", "Quill Sons", "2026-03-01T07:00:00Z",
           message("T-104", 1, "2026-03-01T07:00:00Z", "customer", "The sync is slow.", "q.sons"), status="solved"),
    account("A-3", "Werk Nord"), account("A-4", "Quill Sons"),
    article("K-9", "Exports", "Exports hold up to 4,400 rows; choose “Full export” for more."),
    chat("C-9", "2026-03-04T10:31:00Z", "The batch of 6,660 rows is the limit."),
)  # fmt: skip
FINE = {
    HARROW: "We see that the sync of Harrow Mills stops after 4,000 rows with E-77 and are working on it.",
    OAK: "Thank you. We see that the export of 3,120 invoices is empty, with code X-31, and are working on it.",
    WERK: "Vielen Dank. Wir haben gesehen, dass der Abgleich bei Ihnen nicht mehr läuft, und die Technik ist an der Arbeit.",
}
SAME = [reply(text, ref) for ref, text in FINE.items()]


def casework(**changes: Any) -> Casework:
    work = Casework(evidence(*(record.data for record in records().ledger.records.values()), *DESK), policy(), NOW)
    hit = [affected(name, number) for name, number in (
        ("Harrow Mills", "T-101"), ("Bell & Oak", "T-102"), ("Werk Nord", "T-103"), ("Quill Sons", "T-104"))]  # fmt: skip
    assert work.assess(Assessment.model_validate(facts(affected=hit, **changes))) == []
    return work


def reviewed(*drafts: dict[str, Any]) -> Review:
    return casework().submit(EscalationDraft.model_validate(escalation(drafts=list(drafts))))


def faults(review: Review, rule: str = "P2") -> list[str]:
    return [finding.where for finding in review.findings if finding.rule == rule]


def test_sound_texts_to_several_customers_pass() -> None:
    assert faults(reviewed(*SAME)) == []
    assert faults(reviewed(*SAME), "B5") == []


ENGLISH = {HARROW: 0, OAK: 1}


@pytest.mark.parametrize("at", [HARROW, OAK])
@pytest.mark.parametrize(
    "fault",
    [
        "Your contract of $150,000 matters to us.",
        "You are worth 150,000 USD to us.",
        "We have seen your ARR.",
        "We guarantee that it is mended.",
        "We will refund the month.",
        "It will be fixed by the next release.",
        "We suspect the batch limit.",
        "It is probably the batch limit.",
        "Quill Sons see it too.",
        "Werk Nord and others see it too.",
    ],
)
def test_a_fault_is_named_at_the_text_that_has_it_alone(at: str, fault: str) -> None:
    drafts = [reply(f"{FINE[ref]} {fault}" if ref == at else FINE[ref], ref) for ref in FINE]
    assert set(faults(reviewed(*drafts))) == {f"drafts[{ENGLISH[at]}].text"}


def test_a_fault_in_every_text_is_named_at_each() -> None:
    drafts = [reply(f"{text} We guarantee it.", ref) for ref, text in FINE.items()]
    assert faults(reviewed(*drafts)) == ["drafts[0].text", "drafts[1].text", "drafts[2].text"]


@pytest.mark.parametrize(("name", "own"), [("Harrow Mills", HARROW), ("Bell & Oak", OAK), ("Werk Nord", WERK)])
def test_a_customer_is_named_to_itself_and_to_nobody_else(name: str, own: str) -> None:
    for place, ref in enumerate(FINE):
        drafts = [
            reply(f"{FINE[one]} {name}!" if one == ref else FINE[one].replace("of Harrow Mills ", ""), one)
            for one in FINE
        ]
        named = [one for one in reviewed(*drafts).findings if "names another customer" in one.message]
        assert [one.where for one in named] == ([] if ref == own else [f"drafts[{place}].text"])


@pytest.mark.parametrize(
    ("atom", "mine"),
    [
        ("4,000 rows", HARROW),
        ("E-77", HARROW),
        ("2026-03-20", HARROW),
        ("3,120 invoices", OAK),
        ("code X-31", OAK),
        ("2026-02-27", OAK),
        ("6,660 rows", ""),
        ("shard 8841", ""),
        ("host db-19", ""),
        ("P-55", ""),
        ("version 9.9.9", ""),
        ("“No such thing at all”", ""),
    ],
)
def test_what_one_customer_wrote_or_only_we_know_is_told_to_no_other(atom: str, mine: str) -> None:
    for ref, place in ENGLISH.items():
        drafts = [reply(f"We looked at {atom}." if one == ref else FINE[one], one) for one in FINE]
        assert faults(reviewed(*drafts)) == ([] if ref == mine else [f"drafts[{place}].text"])


@pytest.mark.parametrize("atom", ["4,400 rows", "“Full export”", "2026-03-05 11:00 UTC"])
def test_articles_and_figures_may_be_told_to_everybody(atom: str) -> None:
    assert "2026-03-05 11:00 UTC" in casework().figures["figures/customer_update"].text
    for ref in ENGLISH:
        drafts = [reply(f"We looked at {atom}." if one == ref else FINE[one], one) for one in FINE]
        assert faults(reviewed(*drafts)) == []


def test_each_text_is_in_the_language_of_its_own_customer() -> None:
    swapped = [
        reply(FINE[HARROW], HARROW),
        reply(FINE[OAK], OAK),
        reply("We have seen it and the team is working on it.", WERK),
    ]
    [finding] = [one for one in reviewed(*swapped).findings if one.rule == "P2"]
    assert (finding.where, finding.level) == ("drafts[2].text", "W")
    german = "Wir haben gesehen, dass der Abgleich bei Ihnen nicht mehr läuft, und die Technik ist an der Arbeit."
    review = reviewed(reply(german, HARROW), reply(german, OAK), SAME[2])
    told = [one.where for one in review.findings if "The customer writes" in one.message]
    assert told == ["drafts[0].text", "drafts[1].text"]


def test_politeness_in_german_is_no_name() -> None:
    polite = (
        "Guten Tag, vielen Dank für Ihre Meldung. Wir haben den Abgleich Ihrer Daten geprüft und melden uns bei Ihnen. "
        "Vielen Dank und freundliche Grüße, Ihr Support. Mit freundlichen Grüßen"
    )
    assert faults(reviewed(SAME[0], SAME[1], reply(polite, WERK))) == []
    # Where every noun has a capital letter, a name shows as one only where the evidence knows it.
    [finding] = reviewed(SAME[0], SAME[1], reply(f"{polite}, Harrow Mills", WERK)).hard
    assert "Harrow Mills" in finding.message


@pytest.mark.parametrize("ref", [SHUT, BUG, "support_platform/T-999", "chat/C-9", "crm/A-1", ""])
def test_a_text_goes_to_an_open_ticket_that_was_read(ref: str) -> None:
    where = faults(reviewed(*SAME, reply("We are at it.", ref)))
    assert where == ["drafts[3].ticket"]


def test_one_text_of_a_kind_a_ticket_wherever_in_it_the_ref_points() -> None:
    update = reply("We are still at it.", OAK, "update")
    assert faults(reviewed(*SAME, update)) == []
    assert faults(reviewed(*SAME, update, reply("Still.", f"{OAK}-m1", "update"))) == ["drafts[4].ticket"]
    assert faults(reviewed(*SAME, reply("We are at it.", f"{OAK}-m1"))) == ["drafts[3].ticket"]


def test_two_texts_for_a_ticket_that_say_when_each_goes_out_are_let_be() -> None:
    first, second = (
        {**reply("Still at it.", OAK, "update"), "when": when} for when in ("at 14:00", "once Security agrees")
    )
    assert faults(reviewed(*SAME, first, second)) == []


def test_everybody_who_waits_is_named_and_nobody_else() -> None:
    review = reviewed(SAME[0])
    told = [one.message for one in review.findings if one.rule == "B5"]
    assert [message.partition(" waits")[0] for message in told] == ["Bell & Oak", "Werk Nord"]
    assert faults(reviewed(SAME[1], SAME[2]), "B5") == []


def test_a_documented_solution_may_be_called_likely_and_the_rest_holds_for_it_too() -> None:
    work = casework(
        documented_solution=fact("yes", "knowledge_base/K-3"), bug_confirmed=fact(), code_change_needed=fact()
    )
    likely = [
        reply(f"{FINE[HARROW]} It is most likely the time.", HARROW),
        reply(f"{FINE[OAK]} We guarantee it.", OAK),
        SAME[2],
    ]
    assert faults(work.submit(HandlingDraft.model_validate(handling(drafts=likely)))) == ["drafts[1].text"]


@pytest.mark.parametrize(("greeting", "faults"), [("Dear Oakham-san, thank you.", 0), ("Dear Mrs Oakham, thank you.", 0),
                                                  ("Estimado Sr. Oakham:", 0),
                                                  ("Bonjour Monsieur Oakham,", 0), ("Dear Professor Delacroix,", 1),
                                                  ("Hi Rita, thank you.", 0), ("Dear Mr Bell, thank you.", 0),
                                                  ("Dear Marguerite Delacroix, thank you.", 1)])  # fmt: skip
def test_a_person_of_the_customers_may_be_greeted_with_any_form_of_address(greeting: str, faults: int) -> None:
    work = Casework(
        evidence(*(record.data for record in records().ledger.records.values() if record.id != "A-2"), *DESK,
                 {**account("A-2", "Bell & Oak"), "contacts": [{"name": "Rita Oakham", "role": "Head of IT"}, {"name": "Tom Bell"}]}),
        policy(), NOW,
    )  # fmt: skip
    hit = [affected("Harrow Mills", "T-101"), affected("Bell & Oak", "T-102")]
    assert work.assess(Assessment.model_validate(facts(affected=hit))) == []
    text = f"{greeting} We see that the export is empty and are working on it."
    review = work.submit(
        EscalationDraft.model_validate(escalation(drafts=[reply(FINE[HARROW], HARROW), reply(text, OAK)]))
    )
    assert len(faults_of(review)) == faults


def faults_of(review: Review) -> list[str]:
    return [one.message for one in review.findings if one.rule == "P2" and one.level == "H"]


@pytest.mark.parametrize(
    ("quoted", "faulty"),
    [
        ("“Yes, hold”", 0),
        ("“BEGIN CERTIFICATE”", 0),
        ("the cell A12", 0),
        ("“we will never pay for this”", 1),
        ("“limit is the batch”", 1),
    ],
)
def test_a_label_to_look_for_or_to_answer_is_no_quotation(quoted: str, faulty: int) -> None:
    texts = [reply(f"{FINE[HARROW]} Please look for {quoted}.", HARROW), *SAME[1:]]
    assert len(faults(reviewed(*texts))) == faulty


@pytest.mark.parametrize(
    ("told", "faulty"), [("by 28 March. Until the 28 we wait", 0), ("by 28 March. Until the 29 we wait", 1)]
)
def test_a_day_may_be_told_again_by_its_number(told: str, faulty: int) -> None:
    texts = [reply(f"{FINE[HARROW]} We write {told}.", HARROW, "update"), *SAME]
    assert len([one for one in reviewed(*texts).findings if one.rule == "P2" and "number" in one.message]) == faulty


@pytest.mark.parametrize(
    ("address", "found"),
    [
        ("https://n8n.oak.example/webhook/orders", 0),
        ("https://n8n.oak.example/admin/orders", 1),
        ("https://oak.evil.example/webhook/orders", 1),
    ],
)
def test_an_address_of_theirs_may_be_put_together_as_an_article_says(address: str, found: int) -> None:
    asked = ticket(
        "T-102", "Bell & Oak", "2026-03-04T06:00:00Z",
        message("T-102", 1, "2026-03-04T06:00:00Z", "customer", "https://n8n.oak.example/webhook-test/orders gives 404.", "b.oak"),
    )  # fmt: skip
    work = Casework(
        evidence(*(record.data for record in records().ledger.records.values()), asked, article("K-8", "Hooks", "Call /webhook/.")),
        policy(), NOW,
    )  # fmt: skip
    assert (
        work.assess(
            Assessment.model_validate(
                facts(affected=[affected("Harrow Mills", "T-101"), affected("Bell & Oak", "T-102")])
            )
        )
        == []
    )
    review = work.submit(
        EscalationDraft.model_validate(
            escalation(drafts=[reply(FINE[HARROW], HARROW), reply(f"Please call {address} instead.", OAK)])
        )
    )
    assert len([one for one in review.findings if one.rule == "P2" and "(address)" in one.message]) == found


@pytest.mark.parametrize(
    ("told", "levels"),
    [
        ("`docker compose ps` shows it", ["W"]),
        ("`OAK_EXPORT_LIMIT` sets it", []),
        ("`OAK_EXPORT_LIMITS` sets it", ["W"]),
        ("it is in docker-compose.yml", ["W"]),
        ("it is in /srv/oak/data", ["W"]),
        ("it is in vendor-downloads.example", ["H"]),
    ],
)
def test_a_command_or_a_file_that_no_record_holds_is_asked_about_and_a_host_is_stopped(
    told: str, levels: list[str]
) -> None:
    named = article("K-10", "Limit", "Set OAK_EXPORT_LIMIT in the environment.")
    work = Casework(
        evidence(*(record.data for record in records().ledger.records.values()), *DESK, named), policy(), NOW
    )
    hit = [affected("Harrow Mills", "T-101"), affected("Bell & Oak", "T-102"), affected("Werk Nord", "T-103")]
    assert work.assess(Assessment.model_validate(facts(affected=hit))) == []
    texts = [SAME[0], reply(f"{FINE[OAK]} Please look: {told}.", OAK), SAME[2]]
    review = work.submit(EscalationDraft.model_validate(escalation(drafts=texts)))
    assert [one.level for one in review.findings if one.rule == "P2" and one.where == "drafts[1].text"] == levels


def test_one_of_our_own_people_may_sign_and_not_be_spoken_of() -> None:
    signed = [reply(f"{text}\n\nKind regards\nTorben" if ref == OAK else text, ref) for ref, text in FINE.items()]
    spoken = [
        reply(f"I asked Torben Quist about it. {text}" if ref == OAK else text, ref) for ref, text in FINE.items()
    ]
    torben = {**chat("C-77", "2026-03-04T10:40:00Z", "As Torben Quist I am on it."), "author": "torben.quist"}
    work = casework()
    work.evidence.ledger.add({"record": torben})
    names = [
        [
            one.message
            for one in work.submit(EscalationDraft.model_validate(escalation(drafts=drafts))).findings
            if "Torben" in one.message
        ]
        for drafts in (signed, spoken)
    ]
    assert names[0] == []
    assert names[1] != []


@pytest.mark.parametrize(("day", "level"), [("27.02.", "W"), ("17.06.", "H")])
def test_a_day_without_a_year_that_only_another_record_knows_is_asked_about(day: str, level: str) -> None:
    texts = [
        reply(f"{FINE[WERK]} Angekündigt am {day} per Mail.", WERK),
        *[one for one in SAME if one["ticket"] != WERK],
    ]
    found = [one.level for one in reviewed(*texts).findings if one.rule == "P2" and day[:-1] in one.message]
    assert found == [level]
