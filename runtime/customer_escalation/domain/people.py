"""People, and the files that hang on records, as sources name them: read from a record's data here and nowhere else."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from skill_runtime.ledger import Record

NAME_FIELDS = ("customer", "name", "author", "account")
"""Fields of a record that hold the name of an account or a person."""
_LISTS = {"people": "", "contacts": "contact"}
"""Fields that list people, with what those are to the record where a list does not say it of each."""
_ALONE = {"owner": "name", "contact": "name", "email": "email"}
"""Fields of other servers' records that hold one person as a text, with what it says of them."""


@dataclass(frozen=True)
class Person:
    """Somebody as a record names them; a field is empty where it does not say."""

    name: str = ""
    email: str = ""
    title: str = ""
    """Their position."""
    account: str = ""
    """The company that they belong to."""
    relation: str = ""
    """What they are to the record: ``author``, ``requester``, ``owner``, ``to``, ``cc``, ``contact``; or another source's own word."""
    says: tuple[str, ...] = ()
    """Every text that the source has of them, those above among them."""

    @classmethod
    def of(cls, data: Mapping[str, Any], relation: str = "") -> "Person":
        """The person of an entry in a record's list."""
        texts = {key: value for key, value in data.items() if isinstance(value, str)}
        known = {key: texts.get(key, "") for key in ("name", "email", "title", "account")}
        return cls(**known, relation=texts.get("relation", relation), says=tuple(texts.values()))


@dataclass(frozen=True)
class Attachment:
    """A file that hangs on a message, a ticket, an issue or a mail."""

    ref: str
    name: str
    media_type: str
    """Empty where the source does not say."""
    size: int | None
    """In bytes; None where the source does not say."""

    @property
    def measure(self) -> str:
        """Kind and size, for people."""
        size = f"{self.size:,} bytes" if self.size is not None else ""
        return ", ".join(part for part in (self.media_type, size) if part)


def people_of(record: Record) -> tuple[Person, ...]:
    """Everybody whom the record names beside its writer: who has to do with it, and the contacts of an account."""
    listed = [
        Person.of(entry, relation)
        for key, relation in _LISTS.items()
        for entry in _entries(record.data.get(key))
        if isinstance(entry, Mapping)
    ]
    alone = [
        Person.of({kind: text}, "" if key == "email" else key)
        for key, kind in _ALONE.items()
        if (text := _text(record.data.get(key)))
    ]
    return (*listed, *alone)


def contacts_of(record: Record) -> Iterator[Mapping[str, Any]]:
    """The entries of an account's contacts, with all that the source has of each."""
    return (entry for entry in _entries(record.data.get("contacts")) if isinstance(entry, Mapping))


def writer_of(record: Record) -> str:
    """Who wrote it, as the source names them: a name, a handle, or ``Name <address>``; empty where it does not say."""
    return _text(record.data.get("author"))


def has_owner(record: Record) -> bool:
    """Whether the source says who works on it."""
    return any(person.relation == "owner" and (person.name or person.email) for person in people_of(record))


def own_names(record: Record) -> Iterator[str]:
    """Names of people and accounts in the record's own fields; in its lists are others (``people_of``)."""
    return (name for key in NAME_FIELDS if (name := _text(record.data.get(key))))


def attachment_of(record: Record) -> Attachment | None:
    """The file that the record stands for; None where it stands for something else."""
    if record.data.get("kind") != "attachment":
        return None
    size = record.data.get("size_bytes")
    return Attachment(
        record.ref,
        _text(record.data.get("name")),
        _text(record.data.get("media_type")),
        size if isinstance(size, int) and not isinstance(size, bool) else None,
    )


def _entries(value: Any) -> Iterable[Any]:
    return value if isinstance(value, list) else ()


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""
