"""Both mail backends on one real mailbox full of special cases."""

from collections.abc import Iterator
from email import message_from_bytes, policy
from typing import Any

import pytest
from tests.support_connectors.backends.hosted import called
from tests.support_connectors.backends.mailboxes import LATIN, REPORTS, Mailbox, mailbox

from support_connectors.contract.report import Refused
from support_connectors.times import parse_time

pytestmark = pytest.mark.xdist_group("mailbox")
"""One after another: pages of a search shift while others write to the same mailbox."""
BOTH = pytest.mark.parametrize("name", ["jmap", "imap"])
Item = dict[str, Any]


@pytest.fixture(scope="module")
def box() -> Iterator[Mailbox]:
    with mailbox() as made:
        yield made


async def items(box: Mailbox, name: str, tool: str, **arguments: Any) -> list[Item]:
    found: list[Item] = []
    cursor = None
    while True:
        page = await called(name, box.settings(name), tool, cursor=cursor, **{"limit": 50, **arguments})
        found += page["items"]
        cursor = page["next_cursor"]
        if cursor is None:
            assert page["total"] in (None, len(found))
            return found


async def read(box: Mailbox, name: str, word: str) -> Item:
    """The mail with this word in its subject, whole."""
    found = [
        one for one in await items(box, name, "list_mail", folder=box.below) if f"{word} {box.token}" in one["subject"]
    ]
    answer = await called(name, box.settings(name), "read_mail", id=found[0]["id"])
    item: Item = answer["item"]
    while answer.get("next_cursor"):
        answer = await called(name, box.settings(name), "read_mail", id=found[0]["id"], cursor=answer["next_cursor"])
        item["text"] += answer["item"]["text"]
    return item


@BOTH
async def test_a_list_of_several_pages_is_whole_and_newest_first_across_zones(box: Mailbox, name: str) -> None:
    found = await items(box, name, "list_mail", folder=box.folder.upper(), limit=25)
    assert len({one["id"] for one in found}) == len(found) == REPORTS + 2
    times = [parse_time(one["at"]) for one in found]
    assert times == sorted(times, reverse=True)
    assert {one["folder"] for one in found} == {box.folder}
    leaf = await items(box, name, "list_mail", folder=f"ältere {box.token}")
    assert {one["folder"] for one in leaf} == {box.below}


def numbers(found: list[dict[str, Any]]) -> list[int]:
    """The numbers in the subjects of mails."""
    return sorted(int(one["subject"].split()[1]) for one in found)


@BOTH
async def test_a_period_is_by_the_time_of_sending_to_the_second(box: Mailbox, name: str) -> None:
    day = await items(box, name, "list_mail", folder=box.folder, since="2026-03-01", until="2026-03-01")
    assert numbers(day) == [0, 1, 2, 3, 4, 5]
    hours = {"since": "2026-03-02T02:00:00+02:00", "until": "2026-03-02T00:40:00Z"}
    assert numbers(await items(box, name, "list_mail", folder=box.folder, **hours)) == [6, 7, 8]
    late = await items(
        box, name, "list_mail", folder=box.folder, since="2026-03-02T18:20:00Z", until="2026-03-03T08:59:59+01:00"
    )
    assert numbers(late) == [61]
    assert (
        await items(
            box, name, "list_mail", folder=box.folder, since="2026-03-02T18:20:01Z", until="2026-03-03T07:59:59Z"
        )
        == []
    )
    assert await items(box, name, "list_mail", folder=box.folder, until="0001-01-01T00:00:00+05:00") == []
    everything = await items(box, name, "list_mail", folder=box.folder, since="0001-01-01", until="9999-12-31")
    assert len(everything) == REPORTS + 2


@BOTH
async def test_correspondents_are_found_among_senders_and_copies(box: Mailbox, name: str) -> None:
    assert [
        one["subject"] for one in await items(box, name, "list_mail", folder=box.below, correspondent="globex.example")
    ] == [f"Grüße latin {box.token}"]
    copied = await items(box, name, "list_mail", folder=box.below, correspondent="kim@initech.example")
    assert [one["subject"] for one in copied] == [f"attached {box.token}"]


@BOTH
async def test_rare_words_count_for_more_and_any_word_may_match(box: Mailbox, name: str) -> None:
    found = await items(box, name, "search_mail", query=f"{box.token} errors zebrafish")
    assert found[0]["subject"] == f"Report 17 {box.token}"
    # Other tests fill the same account meanwhile, so only this box's own letters keep their places.
    own = [one["id"] for one in found if box.token in one["subject"]]
    assert len(set(own)) == len(own) >= REPORTS
    assert not [one for one in found if one["folder"] == "Trash"]
    assert (await items(box, name, "search_mail", query=f"{box.token} Köln", limit=7))[0][
        "subject"
    ] == f"Grüße latin {box.token}"


@BOTH
@pytest.mark.parametrize(
    ("word", "text"),
    [
        ("html", "Hello\nthere\nbold"),
        ("latin", LATIN),
        ("strange", "Still legible"),
        ("attached", "See the log."),
        ("blank", "Only the page says it"),
        ("undated", "No date."),
    ],
)
async def test_texts_are_plain_and_decoded(box: Mailbox, name: str, word: str, text: str) -> None:
    found = await read(box, name, word)
    assert (found["text"].strip(), found["text_complete"]) == (text, True)
    parse_time(found["at"])
    if word == "latin":
        assert found["author"] == "Jürgen <juergen@globex.example>"
    if word == "attached":
        assert found["extra"] == {"cc": ["Osei, Kim <kim@initech.example>"]}
        assert [
            {key: file[key] for key in ("ref", "kind", "name", "media_type", "size_bytes")}
            for file in found["attachments"]
        ] == [
            {
                "ref": f"{found['ref']}-a1",
                "kind": "attachment",
                "name": "log.pdf",
                "media_type": "application/pdf",
                "size_bytes": 27,
            }
        ]
        assert found["people"] == [
            {"relation": "author", "email": "a@b.example"}, {"relation": "to", "email": "lee@mail.example"},
            {"relation": "cc", "name": "Osei, Kim", "email": "kim@initech.example"},
        ]  # fmt: skip


@BOTH
async def test_a_long_mail_is_cut_and_says_so(box: Mailbox, name: str) -> None:
    found = await read(box, name, "big")
    assert (len(found["text"]), found["text_complete"]) == (100_000, False)
    assert found["text"].startswith("Line 0 of a long log")


@BOTH
async def test_a_malformed_mail_is_read_as_far_as_it_goes(box: Mailbox, name: str) -> None:
    found = await read(box, name, "broken")
    assert found["subject"].endswith(f"broken {box.token}")
    parse_time(found["at"])


@BOTH
async def test_a_conversation_spans_folders_without_the_bin_and_without_a_word_of_having_read_it(
    box: Mailbox, name: str
) -> None:
    before = box.unseen(box.folder), box.unseen(box.below)
    last = next(
        one for one in await items(box, name, "list_mail", folder=box.folder) if one["subject"].startswith("Re: Outage")
    )
    whole = (await called(name, box.settings(name), "read_mail", id=last["ref"]))["item"]
    assert (whole["text"], [one["text"] for one in whole["thread"]]) == ("Up again.", ["It is down.", "We look."])
    assert [one["folder"] for one in whole["thread"]] == [box.folder, box.below]
    first = (await called(name, box.settings(name), "read_mail", id=whole["thread"][0]["id"]))["item"]
    assert [one["text"] for one in first["thread"]] == ["We look.", "Up again."]
    assert (box.unseen(box.folder), box.unseen(box.below)) == before


@BOTH
async def test_a_draft_answers_in_its_conversation_and_is_not_sent(box: Mailbox, name: str) -> None:
    outage = next(
        one for one in await items(box, name, "list_mail", folder=box.folder) if one["subject"].startswith("Outage")
    )
    draft = {
        "to": ['"Reyes, Dana" <dana@acme.example>', "lee@globex.example"], "subject": f"Re: Outage {name} {box.token} ü",
        "text": "Grüße,\n\nit is <b>up</b>.", "in_reply_to": outage["ref"], "idempotency_key": f"{box.token}-{name}",
    }  # fmt: skip
    settings = {**box.settings(name), "sender": "Support <support@mail.example>"}
    made = (await called(name, settings, "draft_mail", **draft))["item"]
    assert (made["folder"], made["text"], made["extra"].get("draft")) == ("Drafts", draft["text"], True)
    assert made["to"] == ["Reyes, Dana <dana@acme.example>", "lee@globex.example"]
    flags, source = box.source("Drafts", "Subject", f"Outage {name} {box.token}")
    message = message_from_bytes(source, policy=policy.default)
    assert rb"\Draft" in flags
    assert str(message["In-Reply-To"]) == str(message["References"]) == f"<one.{box.token}@acme.example>"
    assert message["From"] == "Support <support@mail.example>"
    again = (await called(name, settings, "draft_mail", **draft))["item"]
    assert again["ref"] == made["ref"]
    with pytest.raises(Refused, match="was used for another text") as refusal:
        await called(name, settings, "draft_mail", **{**draft, "to": ["lee@globex.example"]})
    assert refusal.value.kind == "invalid"


@BOTH
@pytest.mark.parametrize(
    "to", ["nobody", "a@b.example, c@d.example", "a@b.example\r\nBcc: x@y.example", "a b@c.example", "<>"]
)
async def test_what_is_no_single_address_is_refused(box: Mailbox, name: str, to: str) -> None:
    with pytest.raises(Refused, match="is no mail address") as refusal:
        await called(name, box.settings(name), "draft_mail", to=["ok@b.example", to], subject="s", text="t")
    assert refusal.value.kind == "invalid"


@BOTH
@pytest.mark.parametrize("clear", [False, True])
async def test_a_deleted_mail_is_not_found(box: Mailbox, name: str, clear: bool) -> None:
    word = f"gone{name}{clear}".lower()
    box.say(box.below, f"{word} {box.token}", "Soon gone.")
    found = await read(box, name, word)
    box.delete(box.below, word, clear=clear)
    with pytest.raises(Refused) as refusal:
        await called(name, box.settings(name), "read_mail", id=found["id"])
    assert refusal.value.kind == "not_found"
    assert found["id"] in str(refusal.value)
    assert not [one for one in await items(box, name, "list_mail", folder=box.below) if word in one["subject"]]


@BOTH
@pytest.mark.parametrize(
    "given", ["", "x" * 300, "../etc/passwd", "INBOX/1-1", "INBOX/0-0", "INBOX/1-99999999999", "a b/c", 'x"\r\n/1-2']
)
async def test_ids_that_are_none_are_not_found(box: Mailbox, name: str, given: str) -> None:
    with pytest.raises(Refused) as refusal:
        await called(name, box.settings(name), "read_mail", id=given)
    assert refusal.value.kind == "not_found"


@BOTH
async def test_wrong_credentials_are_denied(box: Mailbox, name: str) -> None:
    with pytest.raises(Refused, match="credentials") as refusal:
        await called(name, {**box.settings(name), "password": "wrong"}, "list_mail")
    assert refusal.value.kind == "denied"
