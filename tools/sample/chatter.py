"""What is said in the chat on ordinary days."""

from datetime import UTC, datetime, timedelta
from random import Random

from tools.sample.bulk import Ordinary
from tools.sample.company import AGENTS, ENGINEERS, NOW, PRODUCT, REGIONS, RELEASES, SUCCESS
from tools.sample.model import Record

Said = tuple[datetime, str, str, str]
"""When, in which channel, by whom, what."""

_ASK = (
    "Anybody seen this before? {account}, {ticket}: {subject}",
    "{ticket} ({account}) looks odd to me: '{subject}'. Ideas?",
    "Who knows this area? {account} writes '{subject}', {ticket}.",
    "Second pair of eyes for {ticket} please, {account}.",
    "Did anyone have '{subject}' before? {ticket}, {account}.",
    "{account} opened {ticket}, '{subject}'. Where do I start?",
    "Before I bother the engineers: {ticket}, {subject}, {account}.",
    "Is there a short answer to '{subject}'? Asking for {account}, {ticket}.",
)
_REPLY = (
    "Looks like the usual one, {guide} has it.", "Had that last month. Ask for the details in {guide} first.",
    "I can take it over after lunch if you like.", "Try what {guide} says, it worked for me.",
    "No, never seen. Tell us when you know more.", "Had one like that too, was a setting in the end.",
    "See {guide}, second half.", "I'd ask for a screenshot first, then {guide}.", "{guide} was rewritten for exactly that.",
    "Ask them what changed last week, in my experience something did.", "It's in {guide}, but well hidden.",
    "Pair on it at three? I have half an hour.", "Check the run history before anything else.",
    "Mine of last week was the same and they fixed it themselves with {guide}.", "Not my area, try the afternoon shift.",
    "I've added a line about it to {guide}, tell me if it helps.", "Reads like a question of rights to me.",
    "Could be two things at once. One step at a time.", "{guide}. And praise the screenshot, they like that.",
)  # fmt: skip
_DUTY = (
    "Took over on-call. Nothing open.", "Handover: one noisy disk alarm in {region}, otherwise quiet.",
    "Queue lag in {region} for 4 minutes at the full hour, gone by itself.",
    "On-call week was quiet, 2 pages, both disk space.",
    "Replica lag in {region} back to normal after the backup.",
)  # fmt: skip
_ACCOUNT = (
    "Quarterly review with {account} went well, they ask for a training in the new year.",
    "{account} has a new contact for invoices, CRM is up to date.",
    "{account}: usage up since summer, no open complaints.",
    "Call with {account} today. They are content with support, renewal talks have not begun.",
)
_WISH = (
    "Another vote for {issue} ({title}) from a call today.", "{issue} '{title}' came up twice this week.",
    "Is {issue} still where it was? '{title}'", "Customers in the round table liked the idea of {issue}, {title}.",
)  # fmt: skip


def chatter(
    tickets: list[tuple[str, Ordinary]], issues: list[Record], accounts: list[Record], random: Random
) -> list[Said]:
    """Ordinary messages in the order of their time; what they mention existed by then."""
    said: list[Said] = [*_releases(random), *_tickets(tickets, random)]
    for week in range(20):
        monday = datetime(2026, 7, 6, 8, tzinfo=UTC) + timedelta(weeks=week)
        for channel, people, texts in (
            ("#eng-oncall", ENGINEERS, _DUTY),
            ("#cs-accounts", SUCCESS, _ACCOUNT),
            ("#product-feedback", (*PRODUCT, *SUCCESS), _WISH),
        ):
            at = monday + timedelta(
                days=random.randrange(5), minutes=random.randrange(600), seconds=random.randrange(60)
            )
            known = [issue for issue in issues if str(issue["created_at"])[:10] < at.date().isoformat()]
            wish = random.choice([issue for issue in known if issue["type"] in ("feature", "improvement")])
            calm = random.choice([account for account in accounts if account["health"] == "good"])
            text = random.choice(texts).format(
                region=random.choice(REGIONS), account=calm["name"], issue=wish["id"], title=wish["title"]
            )
            if at < NOW - timedelta(days=1):
                said.append((at, channel, random.choice(people), text))
    return sorted(said)


def _releases(random: Random) -> list[Said]:
    said: list[Said] = []
    for name, day in RELEASES:
        at = datetime(day.year, day.month, day.day, 12, tzinfo=UTC)
        for region in random.sample(REGIONS, len(REGIONS)):
            at += timedelta(minutes=random.randrange(35, 80), seconds=random.randrange(60))
            said.append((at, "#releases", random.choice(ENGINEERS), f"{name} is out in {region}, health checks green."))
    return said


def _tickets(tickets: list[tuple[str, Ordinary]], random: Random) -> list[Said]:
    said: list[Said] = []
    for ident, ticket in random.sample(tickets, 80):
        asked_by = next(author for _, author, role, _ in ticket.messages if role == "agent")
        at = ticket.messages[1][0] + timedelta(minutes=random.randrange(4, 25))
        slots = {
            "ticket": ident,
            "account": ticket.account,
            "subject": ticket.subject,
            "guide": ticket.topic.article[0],
        }
        said.append((at, "#support-team", asked_by, random.choice(_ASK).format_map(slots)))
        for text in random.sample(_REPLY, random.choice((1, 1, 2))):
            at += timedelta(minutes=random.randrange(2, 30), seconds=random.randrange(60))
            colleague = random.choice([agent for agent in AGENTS if agent != asked_by])
            said.append((at, "#support-team", colleague, text.format_map(slots)))
    return said
