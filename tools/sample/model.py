"""Short ways to write records down; times are ``MM-DD HH:MM`` of 2026 in UTC."""

from datetime import UTC, datetime, timedelta

Record = dict[str, object]


def moment(text: str) -> datetime:
    """``11-19 08:20`` as an aware moment of 2026."""
    return datetime.strptime(f"2026-{text}", "%Y-%m-%d %H:%M").replace(tzinfo=UTC)


def written(when: datetime) -> str:
    """RFC 3339 in UTC, whole seconds."""
    return when.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def stamp(text: str, ident: str) -> str:
    """The time with seconds that follow from ``ident``, since no record of a real tool falls on the full minute."""
    return written(moment(text) + timedelta(seconds=sum(map(ord, ident)) * 7 % 60))


def customer(at: str, author: str, text: str) -> Record:
    """What the customer wrote."""
    return {"at": at, "author": author, "role": "customer", "text": text}


def agent(at: str, author: str, text: str, *, internal: bool = False) -> Record:
    """What an agent wrote; ``internal`` for a note that the customer does not see."""
    note: Record = {"internal": True} if internal else {}
    return {"at": at, "author": author, "role": "agent", "text": text, **note}


def plus_one(at: str, author: str, account: str, text: str) -> Record:
    """What somebody of another account added to the thread."""
    return {"at": at, "author": author, "role": "community", "text": text, "account": account}


def ticket(
    ident: str, account: str, subject: str, messages: list[Record], *, status: str = "open", priority: str = "normal",
    kind: str = "problem",
) -> Record:  # fmt: skip
    """One ticket; it was created when its first message came in."""
    thread: list[Record] = []
    for number, message in enumerate(messages, 1):
        name = f"{ident}-m{number}"
        thread.append({"id": name, **message, "at": stamp(str(message["at"]), name)})
    return {
        "id": ident,
        "customer": account,
        "created_at": thread[0]["at"],
        "status": status,
        "priority": priority,
        "kind": kind,
        "subject": subject,
        "messages": thread,
    }


def chat(ident: str, channel: str, at: str, author: str, text: str) -> Record:
    """One chat message."""
    return {"id": ident, "channel": channel, "at": stamp(at, ident), "author": author, "text": text}


def issue(
    ident: str, kind: str, title: str, status: str, priority: str, created: str, labels: list[str],
    comments: list[tuple[str, str, str]],
) -> Record:  # fmt: skip
    """One issue of the tracker; a comment is (when, author, text)."""
    thread = [
        {"id": f"{ident}-c{number}", "at": stamp(at, f"{ident}-c{number}"), "author": author, "text": text}
        for number, (at, author, text) in enumerate(comments, 1)
    ]
    return {
        "id": ident,
        "type": kind,
        "title": title,
        "status": status,
        "priority": priority,
        "created_at": stamp(created, ident),
        "labels": labels,
        "comments": thread,
    }


def article(ident: str, title: str, updated: str, body: str) -> Record:
    """One article of the knowledge base; ``updated`` is a date."""
    return {"id": ident, "title": title, "updated_at": updated, "body": body}
