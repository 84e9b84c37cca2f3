"""The ordinary tickets: topics, accounts and times drawn with a seed."""

from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from random import Random
from typing import cast
from zoneinfo import ZoneInfo

from tools.sample.calendars import later, next_open
from tools.sample.company import AGENTS, NOW, RELEASES
from tools.sample.model import Record, written
from tools.sample.topic import Topic

FIRST = datetime(2026, 7, 1, tzinfo=UTC)
LAST = datetime(2026, 11, 20, 16, tzinfo=UTC)
_BOARDS = (
    "'Daily operations'",
    "'Order flow'",
    "'Team load'",
    "'Service quality'",
    "'Plant overview'",
    "'Sales pulse'",
)
_HELLO = ("Hi,", "Hello,", "Good morning,", "Dear team,", "Hi there,", "Hello support,", "")
_EXTRA = (
    "It is not urgent.", "We noticed it this week.", "Two colleagues see the same.", "Screenshot on request.",
    "Nothing was changed on our side as far as I know.", "A hint where to look would be enough.",
    "We can live with it for some days.", "I found nothing about it in the help pages.", "I can show it in a call.",
    "My boss asks, so I ask you.", "It looked fine last month.", "", "", "", "", "",
)  # fmt: skip
_NOT_IT = (
    "No, I have just checked.", "I looked, but no, that is not it.", "No, nothing of the kind.",
    "No, not in our case.", "No, and nobody else here did either, I asked around.", "That's not it, sadly. What else?",
    "No. At least not that I could see.", "Sorry, no. Any other idea?",
)  # fmt: skip
_THANKS = (
    "That did it, thank you!", "Works, thanks for the quick help.", "Perfect, you can close this.",
    "Confirmed, all fine again.", "Great, I have passed it on to my colleagues.", "Sorted. I've put it into our own notes.",
    "Thanks, tried it twice and it's good.", "Super, works on the first try.", "Great, that was easier than I feared.",
    "All good here now, thanks for your patience.", "It does what it should again. Have a nice day!",
    "OK that helped, I would never have looked there.", "Brilliant, thank you. We watched it for a day, no problems.",
)  # fmt: skip
_CLOSING = (
    "Glad it works, closing this.", "You are welcome, I am marking this as solved.", "Thanks for confirming!",
    "Good to hear. Just answer here if it comes back.", "My pleasure. I am closing the ticket.",
    "Thank you for telling me, then I'll close it.",
)  # fmt: skip
_START = (
    "Hi {given}.", "Hello {given}, thank you for the details.", "Thanks, {given}!", "Hi {given}, sorry for the trouble.",
    "Hello {given}, I am taking this one.", "Good day {given}, a question first.",
)  # fmt: skip
_NEXT = (
    "Thank you. Then another question:", "Thanks for looking. Next idea:", "OK, that rules it out.",
    "Good to know. One more thing:",
)  # fmt: skip
_YES_OR_NO = ("Is ", "Are ", "Was ", "Were ", "Do ", "Does ", "Did ", "Has ", "Have ")
"""How questions begin that one of ``_NOT_IT`` can answer."""
_CALM_SINCE = {
    "Strategic": NOW, "Enterprise": datetime(2026, 11, 17, 6, tzinfo=UTC),
    "Business": datetime(2026, 11, 11, tzinfo=UTC), "Pro": datetime(2026, 11, 16, tzinfo=UTC),
}  # fmt: skip
"""Unsolved tickets are younger than this, so that none of their SLA windows is nearly used up."""
_TIERS = {"Strategic": 5, "Enterprise": 4, "Business": 3, "Pro": 2}


@dataclass(frozen=True)
class Ordinary:
    """A ticket without its number, and what it had to do with the tracker."""

    topic: Topic
    account: str
    created: datetime
    subject: str
    priority: str
    status: str
    messages: tuple[tuple[datetime, str, str, str], ...]
    """(when, author, role, text)."""


def fixed_in(topic: Topic) -> tuple[str, datetime]:
    """The release that brought the fix of the topic's bug, and its day; spread over the releases by article."""
    name, day = RELEASES[int(topic.article[0][-3:]) % 6]
    return name, datetime(day.year, day.month, day.day, 6, tzinfo=UTC)


def ordinary_tickets(
    count: int, topics: tuple[Topic, ...], accounts: list[Record], busy: frozenset[str], random: Random
) -> list[Ordinary]:
    """``count`` tickets in the order of their creation; those of the ``busy`` accounts are all solved."""
    weights = [_TIERS[str(account["tier"])] for account in accounts]
    span = (LAST - FIRST) // timedelta(minutes=1)
    waiting: Counter[str] = Counter()
    made = []
    for moment in sorted(FIRST + timedelta(minutes=random.randrange(span)) for _ in range(count)):
        ticket = None
        while ticket is None or not (ticket.status == "solved" or _calm(ticket, waiting, busy)):
            account = random.choices(accounts, weights)[0]
            since, tier = _CALM_SINCE[str(account["tier"])], str(account["tier"])
            ticket = _ticket(random.choice(topics), account, moment, moment > since, random)
            if ticket and ticket.status == "open" and tier != "Pro":  # an answer would soon be due
                ticket = None
        waiting[ticket.topic.subjects[0]] += ticket.status != "solved"
        made.append(ticket)
    return sorted(made, key=lambda ticket: ticket.created)


def _calm(ticket: Ordinary, waiting: Counter[str], busy: frozenset[str]) -> bool:
    return ticket.account not in busy and waiting[ticket.topic.subjects[0]] < 1


def _ticket(topic: Topic, account: Record, moment: datetime, recent: bool, random: Random) -> Ordinary | None:
    """One ticket, which may be unsolved where it is ``recent``; None where the account would write too late."""
    zone = ZoneInfo(str(account["timezone"]))
    at = next_open(moment, zone)
    if at != moment:  # mornings begin with what came up over night, not all at nine sharp
        at += timedelta(minutes=random.randrange(4, 200))
    at = at.replace(second=random.randrange(60))
    sla = cast("dict[str, float | None]", account["sla"])
    author = str(random.choice(cast("list[dict[str, str]]", account["contacts"]))["name"])
    agent = random.choice(AGENTS)
    release, shipped = fixed_in(topic)
    slots = {
        "n": str(random.randrange(3, 48)),
        "big": f"{random.randrange(1_200, 98_000):,}",
        "board": random.choice(_BOARDS),
        "rid": f"req_{random.getrandbits(40):010x}",
        "release": release,
        "guide": topic.article[0],
        "issue": topic.issues[0][0],
    }
    first_h = float(sla["first_response_h"] or 0) * (
        random.uniform(0.1, 0.8) if random.random() < 0.94 else random.uniform(1.1, 1.6)
    )
    update_h = float(sla["update_h"] or 0)
    begun = random.randrange(len(topic.openings))
    fixing = shipped - timedelta(days=10) < at < shipped  # later ones would read as a fix that did not hold
    steps = _steps(topic, begun, author, agent, fixing, random)
    if recent and random.random() < 0.6:
        steps = steps[: 3 if account["tier"] == "Pro" else 2]
    messages: list[tuple[datetime, str, str, str]] = []
    for number, (who, role, text) in enumerate(steps):
        if number:
            hours = first_h if number == 1 else update_h * random.uniform(0.1, 0.8)
            at = later(at, min(hours, 20) if role == "agent" else random.uniform(0.3, 7), zone)
            if "{issue}" in text:
                at = max(at, later(shipped, random.uniform(2, 6), zone))
        if at > NOW - timedelta(days=1):
            break
        said = text.format_map(slots).strip()
        messages.append((at, who, role, _mistyped(said, random) if role == "customer" else said))
    if not messages:
        return None
    done = len(messages) == len(steps) and steps[-1][2] in (*_THANKS, *_CLOSING, *topic.fixes)
    status = "solved" if done else ("pending" if messages[-1][2] == "agent" else "open")
    low = topic.kind == "question" or random.random() < 0.2
    priority = "low" if low else ("high" if random.random() < 0.12 else "normal")
    subject = topic.subjects[begun].format_map(slots)
    return Ordinary(topic, str(account["name"]), messages[0][0], subject, priority, status, tuple(messages))


def _steps(
    topic: Topic, begun: int, author: str, agent: str, fixing: bool, random: Random
) -> list[tuple[str, str, str]]:
    """Who says what, (author, role, text), with slots unfilled.

    ``begun`` says which opening it begins with, ``fixing`` that the fix of the bug is fresh.
    """
    given = author.split(maxsplit=1)[0]
    which = topic.leads[begun]
    opening = f"{random.choice(_HELLO)}\n{topic.openings[begun]} {random.choice(_EXTRA)}".strip() + f"\n{given}"
    steps = [(author, "customer", opening)]
    if topic.asks[1 - which].startswith(_YES_OR_NO) and random.random() < 0.5:
        steps.append((agent, "agent", f"Hello {given}, thanks for writing. {topic.asks[1 - which]}"))
        steps.append((author, "customer", random.choice(_NOT_IT)))
        steps.append((agent, "agent", f"{random.choice(_NEXT)} {topic.asks[which]}"))
    else:
        start = random.choice(_START).format(given=given)
        steps.append((agent, "agent", f"{start} {topic.asks[which]}"))
    steps.append((author, "customer", topic.answers[which]))
    steps.append((agent, "agent", topic.fixes[2 if fixing else which]))
    if random.random() < 0.75:
        steps.append((author, "customer", random.choice(_THANKS)))
        if random.random() < 0.5:
            steps.append((agent, "agent", random.choice(_CLOSING)))
    return steps


def _mistyped(text: str, random: Random) -> str:
    """The text, once in a while with two letters of a long word swapped, as people type."""
    words = [word for word in text.split() if len(word) > 6 and word.isalpha() and word.islower()]
    if not words or random.random() > 0.06:
        return text
    word = random.choice(words)
    at = random.randrange(2, len(word) - 2)
    return text.replace(word, word[:at] + word[at + 1] + word[at] + word[at + 2 :], 1)


def record(ident: str, ticket: Ordinary) -> Record:
    """The ticket as the support platform has it."""
    return {
        "id": ident,
        "customer": ticket.account,
        "created_at": written(ticket.created),
        "status": ticket.status,
        "priority": ticket.priority,
        "kind": ticket.topic.kind,
        "subject": ticket.subject,
        "messages": [
            {"id": f"{ident}-m{number}", "at": written(at), "author": author, "role": role, "text": text}
            for number, (at, author, role, text) in enumerate(ticket.messages, 1)
        ],
    }
