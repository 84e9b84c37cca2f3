"""P2 on one text, drafted or edited: what code can tell of it exactly, in whatever language it is written."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.customer_escalation.casebook import account, article, chat, comment, evidence, issue, message, policy, ticket
from tests.requirements import requirement

from customer_escalation.domain.evidence import Evidence
from customer_escalation.domain.language import code_of
from customer_escalation.policy import Policy
from customer_escalation.review.customer_texts import customer_text_findings
from customer_escalation.review.customer_texts.links import host_of, hosts
from customer_escalation.review.customer_texts.lookalikes import skeleton

T = "support_platform/T-1"
AT = "2026-03-04T08:00:00Z"


def records(*said: str) -> Evidence:
    """One customer, who may have said more; another one; and what is ours."""
    more = [message("T-1", number, AT, "customer", text, "r.oak") for number, text in enumerate(said, 10)]
    note = message("T-1", 3, AT, "agent", "Their proxy is older than they admit, says Torben Quist.", "agent.kim")
    return evidence(
        ticket("T-1", "Bell & Oak", AT,
               message("T-1", 1, AT, "customer", "The export of 3,120 invoices is empty; see https://status.belloak.example/x.", "r.oak"),
               message("T-1", 2, AT, "agent", "We look into it.", "agent.kim"), {**note, "internal": True}, *more),
        ticket("T-2", "Quill Brothers", AT, message("T-2", 1, AT, "customer", "Ours is slow.", "q.b")),
        account("A-1", "Bell & Oak", tier="Enterprise", arr_usd=145_000, renewal="2026-11-30",
                contacts=[{"name": "Ada Penrose", "role": "Bursar"}],
                open_deals=[{"name": "More seats", "amount_usd": 37_500, "close": "2026-06-15"}]),
        account("A-2", "Quill Brothers", tier="Business", arr_usd=900),
        chat("C-55", AT, "The batch limit was never raised after the move."),
        issue("P-77", "Exports come out empty", "open", AT, comment("P-77", 1, AT, "Waiting for the storage team.")),
        article("K-1", "Exports", "An export holds up to 4,400 rows, for $15 more; see https://docs.ours.example/exports."),
    )  # fmt: skip


def levels(text: str, found: Evidence | None = None, in_force: Policy | None = None) -> list[str]:
    return [one.level for one in customer_text_findings(text, T, found or records(), in_force or policy())]


SOUND = (
    "Thank you. The export of 3,120 invoices is empty, and we are working on it.",
    "An export holds up to 4,400 rows; more costs $15.", "We write again tomorrow at 14:00.",
    "See https://docs.ours.example/limits or https://status.belloak.example/today.", "Your ticket T-1 is open.",
    "Vielen Dank. Der Export ist leer; wir melden uns morgen.", "エクスポートが空になる件、調査しております。",
    "Bell & Oak stays informed.", "Dear Ada Penrose, thank you.",
    "Version 20.2.5 of 2026-03-01 is the newest.", "Please send no passwords.", "",
)  # fmt: skip


@pytest.mark.parametrize("text", SOUND)
def test_a_sound_text_passes(text: str) -> None:
    assert levels(text) == []


FIGURES = (
    "145000", "145,000", "145.000", "145 000", "145\u202f000", "145'000", "145k", "145 thousand", "0.145 million", "145 тыс.",
    "14.5万", "١٤٥٠٠٠", "a hundred and forty-five thousand", "hundertfünfundvierzigtausend", "cent quarante-cinq mille",
    "сто сорок пять тысяч", "十四万五千", "37,500", "thirty-seven thousand five hundred",
)  # fmt: skip


@requirement("P2")
@pytest.mark.parametrize("figure", FIGURES)
def test_a_figure_of_the_account_is_stopped_however_it_is_written(figure: str) -> None:
    assert levels(f"You are worth {figure} to us.") == ["H"]


@requirement("P2")
@pytest.mark.parametrize(
    "amount",
    [
        "$90",
        "90 $",
        "EUR 90",
        "90 euros",
        "90 Euro",
        "90 dólares",
        "90 долларов",
        "90美元",
        "90 ドル",
        "90달러",
        "₹90",
        "90 دولار",
        "90 zł",
    ],
)
def test_money_that_nobody_spoke_of_is_stopped_in_any_currency(amount: str) -> None:
    assert levels(f"You get {amount} back.") == ["H"]
    assert levels(f"You get {amount} back.", records(f"I paid {amount}.")) == []


@requirement("P2")
@pytest.mark.parametrize(
    ("text", "level"),
    [
        ("Till 1 sent us 4 180,20 €.", "W"), ("Together they are 6 370,70 €.", "W"), ("That leaves 1 989,70 €.", "W"),
        ("You get 4 180,30 € back.", "H"), ("You are worth 145 000 € to us.", "H"), ("Your deal of 37 500 € is safe.", "H"),
    ],
)  # fmt: skip
def test_an_amount_of_the_case_is_asked_about_and_one_of_the_account_is_stopped(text: str, level: str) -> None:
    found = records("Till 2 still shows 2 190,50 €.")
    found.ledger.add(
        {"item": chat("C-56", AT, "Till 1: 4 180,20 €. They pay us 145 000 € and would buy for 37 500 € more.")}
    )
    assert levels(text, found) == [level]


@pytest.mark.parametrize("text", ["145,000 145,000", "10 145,000", "145,000 100", "1 145 000 145000"])
def test_numbers_side_by_side_hide_no_figure(text: str) -> None:
    assert "H" in levels(text)


def test_a_number_before_a_preposition_is_no_money_where_only_fixed_words_of_the_language_are_known() -> None:
    told = "Vi ringer til jer i morgen klokken 9 fra vores kontor, og så gennemgår vi fejlen sammen med udviklerne."
    assert code_of(told) == "da"
    assert levels(told) == []


def test_money_may_be_grouped_another_way_than_the_customer_grouped_it() -> None:
    said = records("I paid 3,120 € in 2025.")
    assert [levels(f"You paid {shown} €.", said) for shown in ("3 120", "3.120", "3120", "3\u202f120")] == [
        [],
        [],
        [],
        [],
    ]


def test_a_figure_that_the_customer_named_themselves_may_be_told() -> None:
    assert levels("You wrote of 145,000 rows.", records("We have 145.000 rows.")) == []


@requirement("P2")
@pytest.mark.parametrize(
    "day", ["2026-11-30", "30 November 2026", "November 30, 2026", "30. November 2026", "30.11.2026", "30 novembre 2026",
            "30 de noviembre de 2026", "30 ноября 2026", "2026年11月30日", "2026년 11월 30일", "15 June 2026"],
)  # fmt: skip
def test_the_day_on_which_a_contract_ends_or_a_deal_closes_is_stopped(day: str) -> None:
    assert levels(f"It runs until {day}.") == ["H"]
    assert (
        levels(f"It runs until {day}.", records("Our contract ends on 2026-11-30 and the deal closes on 2026-06-15."))
        == []
    )


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("We treat you as an Enterprise account.", ["H"]),
        ("Enterprise matters.", ["W"]),
        ("The enterprise edition is new.", []),
    ],
)
def test_a_tier_is_stopped_where_a_capital_letter_shows_that_it_is_one(text: str, found: list[str]) -> None:
    assert levels(text) == found


@requirement("P2")
@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("It hits Quill Brothers too.", ["H"]), ("It hits QUILL  BROTHERS too.", ["H"]), ("It hits Quill-Brothers too.", ["H"]),
        ("It hits Qui ll Brothers too.", ["H"]), ("It hits Quіll Brоthers too.", ["H"]), ("It hits Qui11 Br0thers too.", ["H"]),
        ("It hits QuilIBrothers too.", ["H"]), ("It hits Quill too.", ["H"]), ("Quill has it too.", ["W"]),
        ("The Brothers have it too.", ["W"]), ("A quill is a pen.", []),
    ],
)  # fmt: skip
def test_another_customer_is_found_by_full_short_apart_and_look_alike_names(text: str, found: list[str]) -> None:
    assert levels(text) == found


def test_a_name_that_the_customer_used_is_no_secret() -> None:
    assert levels("Quill too.", records("Quill told us.")) == []


@requirement("P2")
@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("It is discussed in #support.", ["H"]), ("It is in #security-escalations.", ["H"]), ("Build #7 failed.", []),
        ("See P-77.", ["H"]), ("C-55によれば", ["H"]), ("Account A-1 is open.", ["H"]), ("As T-2 says.", ["H"]),
        ("The batch limit was never raised after the move, we hear.", ["W"]), ("We heard that the batch limit was never changed.", []),
        ("Ask Torben Quist.", ["W"]), ("It is waiting for the storage team.", ["W"]), ("So the batch limit was never raised.", ["W"]),
    ],
)  # fmt: skip
def test_what_is_ours_alone_stays_here(text: str, found: list[str]) -> None:
    assert levels(text) == found


@requirement("P2")
@pytest.mark.parametrize(
    "link",
    ["https://evil.example/x", "http://198.51.100.7/a", "//evil.example/x", "www.evil.example", "evil.example/login", "ftp://evil.example",
     "[docs](https://docs.ours.example.evil.example/)", "![](https://evil.example/p.png)", "<img src=//evil.example/p>",
     "https://docs.ours.example@evil.example/", "HTTPS://EVIL.EXAMPLE", "詳細はhttps://evil.example/へ", "https://docs.оurs.example/"],
)  # fmt: skip
def test_a_link_or_image_elsewhere_is_stopped(link: str) -> None:
    assert levels(f"Look: {link}") == ["H"]


def test_a_policy_names_hosts_that_any_text_may_link_to_with_all_below_them() -> None:
    shipped = policy()
    allowed = shipped.model_copy(update={"leaving": shipped.leaving.model_copy(update={"hosts": ("ours.example",)})})
    assert levels("https://a.b.ours.example/x", in_force=allowed) == []
    assert levels("https://ours.example/x", in_force=allowed) == []
    assert levels("https://notours.example/x", in_force=allowed) == ["H"]
    assert levels("https://ours.example.evil.example/x", in_force=allowed) == ["H"]


@requirement("P2")
def test_a_secret_is_stopped() -> None:
    assert levels("The password: Hunter22!x") == ["H"]
    assert levels("Use 4242 4242 4242 4242.") == ["H"]


def test_switched_off_nothing_is_said_and_as_a_warning_nothing_is_hard() -> None:
    for level, found in (("off", []), ("W", ["W"])):
        changed: dict[str, Any] = {"levels": {"P2": level}}
        assert levels("See P-77.", in_force=policy().model_copy(update=changed)) == found


def test_a_ticket_that_was_not_read_makes_everybody_somebody_else() -> None:
    found = customer_text_findings("Bell & Oak see it.", "support_platform/T-9", records(), policy())
    assert [one.level for one in found] == ["H"]


@given(st.text(max_size=300))
def test_no_text_is_too_strange_to_be_looked_at(text: str) -> None:
    customer_text_findings(text, T, records(), policy())
    assert skeleton(skeleton(text)) == skeleton(text) or text
    host_of(text)


def test_private_words_are_told_as_the_text_has_them() -> None:
    text = "Thank you.\nWe hear that The Batch-Limit was never raised, after the move."
    [finding] = customer_text_findings(text, T, records(), policy())
    assert finding.message.startswith("“Batch-Limit was never raised, after” stands in chat/C-55")


def test_a_host_that_an_article_names_without_a_scheme_may_be_linked_to() -> None:
    world = records()
    named = article("K-2", "Push", "Allow push.vendor.example and fcm.vendor.example in the firewall.")
    world.ledger.put(evidence(named).ledger.records["knowledge_base/K-2"])
    assert levels("Please open https://push.vendor.example/ in a browser.", world) == []
    assert levels("Please open https://push.vendor.example.evil.example/ in a browser.", world) == ["H"]


def test_a_host_behind_a_login_that_the_customer_blanked_out_is_theirs() -> None:
    world = records()
    quoted = (
        "unable to access 'https://[taken out]@code.theirs.example/a.git/': error 403. Write to me@mail.theirs.example."
    )
    world.ledger.put(evidence(article("K-2", "Clone", quoted)).ledger.records["knowledge_base/K-2"])
    assert levels("Please run git ls-remote https://code.theirs.example/a.git", world) == []
    assert levels("Please open https://mail.theirs.example/", world) == ["H"]


def test_a_customers_own_people_are_known_by_a_form_of_address_and_their_last_name() -> None:
    world = records()
    world.ledger.put(
        evidence(chat("C-56", AT, "Told Ms Penrose and Ms Oak, not Ms Quist.")).ledger.records["chat/C-56"]
    )
    assert levels("Dear Ms Penrose, thank you.", world) == []
    assert levels("Dear Ms Oak, thank you.", world) == []
    assert levels("Dear Ms Quist, thank you.", world) == ["W"]


def test_private_words_say_whose_they_are() -> None:
    other = message("T-9", 1, AT, "customer", "The converter folds every parcel twice after midnight.", "x.y")
    world = records()
    for ref, one in evidence(ticket("T-9", "Quill Brothers", AT, other)).ledger.records.items():
        if ref.startswith("support_platform/T-9"):
            world.ledger.put(one)
    [finding] = customer_text_findings("We hear that the converter folds every parcel twice.", T, world, policy())
    assert finding.message.endswith(
        "stands in support_platform/T-9-m1, which is another customer's. May this customer know it?"
    )


def test_a_setting_with_the_prefix_that_an_article_gives_is_no_private_word() -> None:
    ours = evidence(chat("C-57", AT, "Set ACME_SYNC_POLLING_INTERVAL=30 and be done.")).ledger.records["chat/C-57"]
    told = article("K-7", "Sync", "SYNC_POLLING_INTERVAL; all have the prefix ACME_.")
    known, private = records(), records()
    for world in (known, private):
        world.ledger.put(ours)
    known.ledger.put(evidence(told).ledger.records["knowledge_base/K-7"])
    assert levels("Please set ACME_SYNC_POLLING_INTERVAL=30.", known) == []
    assert levels("Please set ACME_SYNC_POLLING_INTERVAL=30.", private) == ["W"]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("kubectl get pods -l velero.io/restore-name=drill", []),  # a label, which leads nowhere
        ("kubectl get pods --selector=app.kubernetes.io/name=api", []),
        ("See velero.io/restore-name=drill", ["velero.io"]),
        ("curl evil.example/a -l", ["evil.example"]),
        ("kubectl get pods -l https://evil.example/a", ["evil.example"]),
    ],
)
def test_a_label_that_a_command_selects_by_is_no_address(text: str, found: list[str]) -> None:
    assert hosts(text) == found
