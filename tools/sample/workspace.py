"""The sample workspace put together."""

from datetime import datetime, timedelta
from random import Random

from tools.sample import (
    api_errors,
    audit_log,
    general_articles,
    login_loop,
    missing_rows,
    security_report,
    support_cases,
    topics_data,
    topics_platform,
    topics_setup,
    topics_use,
)
from tools.sample.accounts import accounts
from tools.sample.bulk import FIRST, Ordinary, fixed_in, ordinary_tickets, record
from tools.sample.calendars import numbers
from tools.sample.chatter import chatter
from tools.sample.company import ENGINEERS, NOW, SEED
from tools.sample.model import Record, article, issue, moment, written

SCENARIOS = (api_errors, missing_rows, login_loop, audit_log, security_report, support_cases)
_TOPICS = (*topics_data.TOPICS, *topics_use.TOPICS, *topics_platform.TOPICS, *topics_setup.TOPICS)
_ORDINARY_TICKETS = 420
_ROADMAP = {"Backlog": "No date yet.", "Open": "To be planned.", "In progress": "Being worked on."}


def workspace() -> dict[str, object]:
    """The whole workspace in the form of the file."""
    random = Random(SEED)  # noqa: S311 - the same file every time is what is wanted
    crm = accounts()
    busy = frozenset(str(ticket["customer"]) for ticket in _scenario_tickets())
    tickets = _numbered(ordinary_tickets(_ORDINARY_TICKETS, _TOPICS, crm, busy, random))
    issues = _topic_issues(tickets)
    written_chat = [message for scenario in SCENARIOS for message in scenario.CHAT]
    ordinary_chat = chatter(tickets, issues, crm, random)
    chat_ids = numbers([said[0] for said in ordinary_chat], _anchors(written_chat, "at", 89_000))
    written_chat += [
        {"id": f"MSG-{number}", "channel": channel, "at": written(at), "author": author, "text": text}
        for number, (at, channel, author, text) in zip(chat_ids, ordinary_chat, strict=True)
        if number is not None
    ]
    return {
        "now": written(NOW),
        "connectors": dict.fromkeys(
            ("support_platform", "crm", "chat", "project_tracker", "knowledge_base"), "connected"
        ),
        "records": {
            "support_platform": _by_id([*_scenario_tickets(), *(record(ident, each) for ident, each in tickets)]),
            "crm": crm,
            "chat": _by_id(written_chat),
            "project_tracker": _by_id([*(each for scenario in SCENARIOS for each in scenario.ISSUES), *issues]),
            "knowledge_base": _by_id(_articles()),
        },
    }


def _by_id(records: list[Record]) -> list[Record]:
    return sorted(records, key=lambda each: str(each["id"]))


def _scenario_tickets() -> list[Record]:
    return [each for scenario in SCENARIOS for each in scenario.TICKETS]


def _articles() -> list[Record]:
    of_scenarios = [each for scenario in SCENARIOS for each in scenario.ARTICLES]
    return [*general_articles.ARTICLES, *of_scenarios, *(article(*topic.article) for topic in _TOPICS)]


def _anchors(records: list[Record], key: str, lowest: int) -> list[tuple[datetime, int]]:
    known = [(datetime.fromisoformat(str(each[key])), int(str(each["id"]).rpartition("-")[2])) for each in records]
    return [(FIRST, lowest), *known]


def _numbered(tickets: list[Ordinary]) -> list[tuple[str, Ordinary]]:
    idents = numbers([each.created for each in tickets], _anchors(_scenario_tickets(), "created_at", 20_000))
    return [(f"TSL-{ident}", each) for ident, each in zip(idents, tickets, strict=True) if ident is not None]


def _topic_issues(tickets: list[tuple[str, Ordinary]]) -> list[Record]:
    """The topics' issues; the bug of each topic gathers the tickets that were answered with its fix."""
    made = []
    for topic in _TOPICS:
        release, shipped = fixed_in(topic)
        reports = [
            (f"{each.messages[1][0]:%m-%d %H:%M}", each.messages[1][1], f"Also reported by {each.account}, {ident}.")
            for ident, each in tickets
            if any(topic.issues[0][0] in text for _, _, _, text in each.messages)
        ]
        for place, (ident, kind, title, status, priority, created, text) in enumerate(topic.issues):
            opened = f"{moment(created) + timedelta(minutes=9):%m-%d %H:%M}"
            comments = [(opened, _author(ident), text), *(reports if place == 0 else [])]
            if place == 0:
                comments.append((f"{shipped:%m-%d} 16:10", _author(title), f"Shipped with {release}."))
            elif status in _ROADMAP:
                comments.append(
                    (f"{moment(created) + timedelta(days=15):%m-%d %H:%M}", _author(title), _ROADMAP[status])
                )
            comments.sort(key=lambda comment: comment[0])
            labels = [topic.area, *([release] if place == 0 else [])]
            made.append(issue(ident, kind, title, status, priority, created, labels, comments))
    return made


def _author(text: str) -> str:
    return ENGINEERS[sum(map(ord, text)) % len(ENGINEERS)]
