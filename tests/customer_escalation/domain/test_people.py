"""People and attachments as types: what our own servers give, what others give, and that nothing else reads the keys."""

import re
from pathlib import Path
from typing import Any

import pytest

import customer_escalation
from customer_escalation.domain.people import (
    Attachment,
    Person,
    attachment_of,
    has_owner,
    own_names,
    people_of,
    writer_of,
)
from skill_runtime.ledger import Record
from support_connectors.results import Attachment as GivenAttachment
from support_connectors.results import Contact, Issue
from support_connectors.results import Person as GivenPerson


def record(**data: Any) -> Record:
    return Record(ref="project_tracker/DEV-1", data=data)


def given(*people: GivenPerson) -> Record:
    """An issue as a server of ours gives it."""
    issue = Issue(
        ref="project_tracker/DEV-1", id="DEV-1", type="bug", title="T", status="open", state="open", priority="high",
        created_at="2026-03-04T08:00:00Z", labels=[], people=list(people),
    )  # fmt: skip
    return Record(ref=issue.ref, data=issue.model_dump(mode="json"))


def test_a_person_keeps_all_that_a_server_of_ours_says_of_them() -> None:
    somebody = {"name": "Rita Oakham", "email": "rita@oak.example", "title": "Head of IT", "account": "Bell & Oak"}
    (person,) = people_of(given(GivenPerson(relation="owner", **somebody)))
    assert (person.name, person.email, person.title, person.account) == tuple(somebody.values())
    assert person.relation == "owner"
    assert set(somebody.values()) <= set(person.says)


def test_a_contact_of_an_account_is_a_person_with_all_that_the_source_says() -> None:
    contact = Contact(name="Rita Oakham", title="Head of IT").model_dump(mode="json")
    (person,) = people_of(record(contacts=[{**contact, "phone": "+49 30 1234"}]))
    assert (person.name, person.title, person.relation) == ("Rita Oakham", "Head of IT", "contact")
    assert "+49 30 1234" in person.says


@pytest.mark.parametrize("value", [None, "Rita", 7, {"name": "Rita"}, ["Rita", None, 7]])
def test_what_is_no_list_of_people_names_nobody(value: Any) -> None:
    assert people_of(record(people=value, contacts=value)) == ()


@pytest.mark.parametrize("value", [None, 7, ["Rita"], {"first": "Rita"}])
def test_a_field_of_a_person_that_is_no_text_is_empty(value: Any) -> None:
    (person,) = people_of(record(people=[{"name": value, "relation": value}]))
    assert person == Person()


def test_another_server_may_name_one_person_in_a_field() -> None:
    assert people_of(record(owner="kim.lee", email="kim@example.com")) == (
        Person(name="kim.lee", relation="owner", says=("kim.lee",)),
        Person(email="kim@example.com", says=("kim@example.com",)),
    )


def test_an_owner_has_a_name_or_an_address() -> None:
    assert has_owner(given(GivenPerson(relation="owner", email="kim@example.com")))
    assert not has_owner(given(GivenPerson(relation="author", name="Kim Lee")))
    assert not has_owner(given(GivenPerson(relation="owner", title="Engineer")))
    assert not has_owner(given())


def test_a_record_names_people_and_accounts_in_fields_of_its_own() -> None:
    message = record(author="Kim Lee", customer="Bell & Oak", account=None, name=7, text="Rita Oakham called.")
    assert list(own_names(message)) == ["Bell & Oak", "Kim Lee"]
    assert writer_of(message) == "Kim Lee"
    assert writer_of(record(author={"name": "Kim"})) == ""


def test_an_attachment_has_name_kind_and_size() -> None:
    sent = GivenAttachment(
        ref="email/9-a", id="9-a", name="crash.log", media_type="text/plain", size_bytes=12_345, parent="email/9"
    )
    found = attachment_of(Record(ref=sent.ref, data=sent.model_dump(mode="json")))
    assert found == Attachment("email/9-a", "crash.log", "text/plain", 12_345)
    assert found.measure == "text/plain, 12,345 bytes"


@pytest.mark.parametrize("size", [None, "12 kB", True, 1.5])
def test_what_a_source_does_not_say_of_an_attachment_is_left_out(size: Any) -> None:
    found = attachment_of(record(kind="attachment", name="crash.log", size_bytes=size, media_type=None))
    assert found is not None
    assert (found.size, found.measure) == (None, "")


def test_another_record_is_no_attachment() -> None:
    assert attachment_of(record(kind="message", name="crash.log")) is None


def test_keys_of_people_and_attachments_are_read_at_one_place() -> None:
    """The border that types foreign records knows them too; everything else goes through the types."""
    package = Path(customer_escalation.__file__).parent
    apart = {package / "domain" / "people.py", *(package / "connectors" / "normalize").glob("*.py")}
    key = re.compile(r'"(?:contacts|people|size_bytes|assignee)"|(?:field|get)\((?:[^()"]*, )?"(?:author|email)"\)')
    found = [
        f"{path.relative_to(package)}:{number}"
        for path in package.rglob("*.py")
        if path not in apart
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if key.search(line)
    ]
    assert found == []
