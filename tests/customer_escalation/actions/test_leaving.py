"""What leaves is reduced: no secret in any text, personal data as far as the policy lets it go, and all of it told to a person."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.customer_escalation.casebook import account, evidence, message, policy, ticket

from customer_escalation.actions import Proposal, action_id
from customer_escalation.actions.detectors.personal import Known, known_people
from customer_escalation.actions.leaving import Removed, kept_for, leaving, told
from customer_escalation.actions.reducing import reduced, regions_of
from customer_escalation.domain.outcomes import Target
from customer_escalation.policy.sections import PERSONAL

BODY = "Ab3dEf6hIj9lMn2pQr5tUv8xYz1bCd4fGh7j"
SECRETS = {
    "GitHub": f"ghp_{BODY}", "Stripe": f"sk_live_{BODY[:24]}", "Anthropic": f"sk-ant-api03-{BODY}",
    "Azure, which the runtime does not know": f"AccountKey={'Qz7' * 28}Zw==", "Telegram, nor this": f"123456789:{BODY[:35]}",
    "Mailchimp, nor this": f"{'0a1b2c3d' * 4}-us12", "a password": "password: Hunter22!x",
}  # fmt: skip
CARDS = ("4242 4242 4242 4242", "5555-5555-5555-4444", "378282246310005", "6011111111111117")
NOT_SECRET = (
    "Run 4f2a9c1b7d3e5f60718293a4b5c6d7e8f9012345 failed.", "The order is 1234567890123456.", "Ticket 4242 of 4,242.",
    "The password was changed yesterday.", "See [[support_platform/T-101-m1]] and `sk_config`.", "Since 2026-03-04T08:00:00Z.",
)  # fmt: skip


@pytest.mark.parametrize("secret", SECRETS.values(), ids=SECRETS)
@pytest.mark.parametrize("keeps", [PERSONAL, ()])
def test_no_secret_leaves_whatever_may_go(secret: str, keeps: tuple[str, ...]) -> None:
    left = leaving(f"Line one.\nThey pasted {secret} here.", keeps)  # type: ignore[arg-type]
    assert secret.rpartition(" ")[2] not in left.text
    assert left.text.startswith("Line one.\nThey pasted ")
    assert left.text.endswith(" here.")
    assert left.removed == (Removed(kind="secret", line=2),)


def test_a_private_key_leaves_no_line_of_it() -> None:
    left = leaving(f"-----BEGIN RSA PRIVATE KEY-----\n{BODY}\n{BODY}\n-----END RSA PRIVATE KEY-----\nThanks", PERSONAL)
    assert left.text == "[secret removed]\nThanks"


@pytest.mark.parametrize("card", CARDS)
def test_card_numbers_leave_in_no_text(card: str) -> None:
    assert leaving(f"Charge {card} please.", PERSONAL).text == "Charge [card number removed] please."


@pytest.mark.parametrize("text", NOT_SECRET)
def test_ids_hashes_moments_and_words_stay(text: str) -> None:
    assert leaving(text, PERSONAL).text == text


def test_neither_escaping_nor_characters_that_nobody_sees_hide_a_secret() -> None:
    key = SECRETS["GitHub"]
    assert leaving(key.replace("_", r"\_"), PERSONAL).text == "[secret removed]"
    assert leaving(key[:9] + "\u200b" + key[9:], PERSONAL).text == "[secret removed]"


ALL = "Rita Oakham (rita@oak.example, +49 30 901820, 93.184.216.34), DE89 3704 0044 0532 0130 00, 1 Mill Lane"
KNOWN = (Known("name", "Rita Oakham"), Known("address", "1 Mill Lane"))


@pytest.mark.parametrize("kept", PERSONAL)
def test_each_kind_of_personal_data_goes_where_it_may_and_nowhere_else(kept: str) -> None:
    left = leaving(ALL, [kept], KNOWN)  # type: ignore[list-item]
    assert {one.kind for one in left.removed} == set(PERSONAL) - {kept}
    assert leaving(ALL, PERSONAL, KNOWN).text == ALL


def test_a_national_number_is_one_where_the_customers_are_and_a_private_address_is_nobodys() -> None:
    text = "Call 030 901820; the host is 10.0.0.7."
    assert leaving(text, ()).text == text
    assert leaving(text, (), regions=["DE"]).text == "Call [phone number removed]; the host is 10.0.0.7."


def test_people_are_those_whom_records_name() -> None:
    own = {**account("A-1", "Oak"), "timezone": "Europe/Berlin",
           "contacts": [{"name": "Rita Oakham", "role": "IT", "phone": "12-34", "address": "1 Mill Lane"}]}  # fmt: skip
    found = evidence(
        own, ticket("T-1", "Oak", "2026-03-04T08:00:00Z",
                    message("T-1", 1, "2026-03-04T08:00:00Z", "customer", "It stops.", "j.doe"),
                    message("T-1", 2, "2026-03-04T09:00:00Z", "agent", "We look.", "agent.kim")),
    )  # fmt: skip
    people = known_people(found)
    assert set(people) == {
        Known("name", "Rita Oakham"), Known("phone", "12-34"), Known("address", "1 Mill Lane"), Known("name", "j.doe"),
    }  # fmt: skip
    assert regions_of(found) == ("DE",)
    left = leaving("RITA OAKHAM asked; Rita waits. agent.kim looks, j.doe knows.", (), people)
    assert left.text == "[name removed] asked; [name removed] waits. agent.kim looks, [name removed] knows."


POST = Proposal(
    kind="post_to_channel", title="Post?", destination="#eng", system="chat", text=f"{ALL} {SECRETS['GitHub']}"
)


def test_the_address_of_a_contacts_mail_is_no_postal_one() -> None:
    own = {**account("A-1", "Oak"), "contacts": [{"name": "Rita Oakham", "address": "rita@oak.example"}]}
    assert known_people(evidence(own)) == (Known("name", "Rita Oakham"),)
    left = leaving("Ask rita@oak.example.", kept_for(Target.L2, policy()), known_people(evidence(own)))
    assert left.text == "Ask rita@oak.example."


def test_each_team_gets_what_the_policy_lets_it_have() -> None:
    for target in Target:
        step = reduced(POST, target, policy(), KNOWN)
        kept = set(kept_for(target, policy()))
        assert {one.kind for one in step.removed} == {*PERSONAL, "secret"} - kept
    assert kept_for(Target.PRODUCT, policy()) == ("name",)


def test_a_text_to_a_customer_keeps_what_is_theirs_and_holds_no_secret() -> None:
    step = reduced(POST.model_copy(update={"kind": "customer_reply"}), Target.PRODUCT, policy(), KNOWN)
    assert step.text == f"{ALL} [secret removed]"


def test_what_is_approved_is_the_reduced_text() -> None:
    step = reduced(POST, Target.PRODUCT, policy(), KNOWN)
    assert action_id(step) != action_id(POST)
    assert action_id(step) == action_id(POST.model_copy(update={"text": step.text}))
    assert reduced(step, Target.PRODUCT, policy(), KNOWN).text == step.text


def test_a_person_is_told_what_was_taken_out_and_where() -> None:
    left = leaving("a@oak.example\nb@oak.example\n+49 30 901820", ())
    assert told(left.removed) == "2 e-mail addresses (lines 1 and 2), 1 phone number (line 3)"
    assert told(()) == ""


@given(st.text(max_size=200), st.sampled_from([*SECRETS.values(), *CARDS]), st.text(max_size=200))
def test_taken_out_of_its_own_result_nothing_is_left_to_take(before: str, secret: str, after: str) -> None:
    once = leaving(f"{before} {secret} {after}", ())
    assert leaving(once.text, ()).text == once.text


@pytest.mark.parametrize(
    "piece", ["://a:", "eyJ.", "sk-", "4242 ", "//:_authToken=", "a@b.", "DE89 ", "1.", "::", "xoxb-1-", "\\_"]
)
def test_a_text_of_200_kb_is_gone_through(piece: str) -> None:
    assert leaving(piece * (200_000 // len(piece)), ()).text
