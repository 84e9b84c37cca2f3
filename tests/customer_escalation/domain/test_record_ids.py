"""Ids are shown, searched and recognised as people write them."""

import pytest

from customer_escalation.domain.record_ids import mentions, searchable, shown_id


@pytest.mark.parametrize(
    ("given", "shown", "searched"),
    [
        ("SUP-4016", "SUP-4016", "SUP-4016"),
        ("17", "#17", ""),
        ("tracker:17", "#17", ""),
        ("desk:SUP-1", "SUP-1", "SUP-1"),
        ("c629990a-4509-461b-a306-eaef72dc09b5", "", "c629990a-4509-461b-a306-eaef72dc09b5"),
        ("$QPQwu4kwu-kCSKZyvVLVHTj1PUjl8qavVJ_fx8fJsCA", "", "$QPQwu4kwu-kCSKZyvVLVHTj1PUjl8qavVJ_fx8fJsCA"),
        ("acme/app#12", "acme/app#12", "acme/app#12"),
        ("customers/acme/contract.txt", "customers/acme/contract.txt", "customers/acme/contract.txt"),
        ("GUIDE-118", "GUIDE-118", "GUIDE-118"),
        ("LONGPREFIXOFATRACKER-12345", "LONGPREFIXOFATRACKER-12345", "LONGPREFIXOFATRACKER-12345"),
    ],
)
def test_ids_as_a_reader_wants_them(given: str, shown: str, searched: str) -> None:
    assert shown_id(given) == shown
    assert searchable(given) == searched


@pytest.mark.parametrize(
    ("text", "record_id"),
    [
        ("see SUP-4016.", "SUP-4016"),
        ("see sup-4016", "SUP-4016"),
        ("like ticket 17", "17"),
        ("(support tickets 1, 3)", "3"),
        ("tickets 1, 3 and 17", "17"),
        ("see #17", "17"),
        ("issue #17 again", "tracker:17"),
        ("Case number 17", "17"),
    ],
)
def test_a_text_names_a_record(text: str, record_id: str) -> None:
    assert mentions(text, record_id)


@pytest.mark.parametrize(
    ("text", "record_id"),
    [
        ("SUP-40161", "SUP-4016"),
        ("17 customers wrote", "17"),
        ("error 17", "17"),
        ("ticket 170", "17"),
        ("tickets 17.5 %", "17"),
        ("#170", "17"),
        ("&#17;", "17"),
        ("2 of 17 tickets", "17"),
        ("ticket 4 has 17 messages", "17"),
    ],
)
def test_a_number_alone_names_nothing(text: str, record_id: str) -> None:
    assert not mentions(text, record_id)
