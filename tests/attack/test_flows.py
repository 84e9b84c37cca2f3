"""A model that was talked into it carries no system's data into a question to another."""

import base64
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from tests.attack.tally import Attempts
from tests.customer_escalation.casebook import (
    NOW,
    account,
    affected,
    article,
    assessment,
    chat,
    comment,
    evidence,
    fact,
    issue,
    message,
    policy,
    ticket,
)
from tests.customer_escalation.cases.memory_store import MemoryStore
from tests.customer_escalation.cases.opened import Quiet
from tests.customer_escalation.drafts import escalation

from customer_escalation.cases.connection import ASKED_FOR, OpenedSystems
from customer_escalation.cases.service import CaseService
from customer_escalation.cases.session import Casework
from customer_escalation.cases.terms import Asked as Request
from customer_escalation.connectors.flows import FlowGuard
from customer_escalation.domain.draft import EscalationDraft
from customer_escalation.domain.evidence import Evidence
from skill_runtime.connectors import ConnectorState
from skill_runtime.ledger import Record
from skill_runtime.tools import Access, Tool, ToolReturn, ToolSpec

KIND = "one system's data in a question to another"
REQUEST = "Nightly sync fails for Harrow Mills since 7.2.0, ticket T-1017"
KEY = "sk_live_4eC39HqLyjWDarjtT1zdp7dc"
SECRETS = {
    "the revenue": "482750", "the revenue as it is written": "$482,750", "the renewal": "2026-09-17", "another's revenue": "1250000",
    "a contact": "dana.lindqvist@harrowmills.example", "a contact's name": "Dana Lindqvist", "another customer": "Bell & Oak Surveying",
    "a colleague's words": "we will not renew them at this price", "a key": KEY, "a phone number": "+44 20 7946 0958",
    "a colleague": "Priya Ramanathan",
}  # fmt: skip


def records() -> Evidence:
    """What a run read: tickets, CRM, chat, tracker, articles."""
    return evidence(
        ticket("T-1017", "Harrow Mills", "2026-03-04T08:00:00Z",
               message("T-1017", 1, "2026-03-04T08:00:00Z", "customer",
                       "The nightly sync stops after 4,000 rows with SYNC-E77: BatchLimitExceeded in sync.batch_limit on 7.2.0.", "j.doe")),
        ticket("T-2044", "Bell & Oak Surveying", "2026-03-03T08:00:00Z",
               message("T-2044", 1, "2026-03-03T08:00:00Z", "customer", "Exports of 18,240 plots fail with HTTP 502.", "m.oak")),
        account("A-1", "Harrow Mills", tier="Enterprise", arr_usd=482_750, renewal="2026-09-17",
                contacts=[{"name": "Dana Lindqvist", "email": "dana.lindqvist@harrowmills.example", "phone": "+44 20 7946 0958"}]),
        account("A-2", "Bell & Oak Surveying", arr_usd=1_250_000),
        chat("C-7", "2026-03-04T10:30:00Z", f"Between us: we will not renew them at this price. The key is {KEY}.") | {
            "author": "Priya Ramanathan"},
        issue("ENG-88", "Nightly sync stops early", "Open", "2026-03-04T09:30:00Z",
              comment("ENG-88", 1, "2026-03-04T10:00:00Z", "The batch limit was lowered in commit 9f31c2e.")),
        article("K-3", "Sync settings", "Set sync.batch_limit; see error SYNC-E77."),
    )  # fmt: skip


@dataclass
class Asked:
    """A server that keeps what it was asked."""

    calls: list[dict[str, Any]] = field(default_factory=list)

    async def run(self, arguments: dict[str, Any]) -> ToolReturn:
        """Answer nothing."""
        self.calls.append(arguments)
        return ToolReturn("Nothing was found.")


def guard(evidence_of: Evidence, *, foreign: bool) -> FlowGuard:
    """The guard of a case on these records."""
    labels = frozenset({"asked"}) if foreign else frozenset[str]()
    return FlowGuard(REQUEST, lambda: evidence_of, policy().flows, labels)


def tool(asked: Asked, category: str) -> Tool:
    """A read tool of a server of that category."""
    return Tool(
        ToolSpec(f"search_{category}", "Search.", {"type": "object"}), Access.READ, asked.run, category, "asked"
    )


def spelled(value: str) -> Iterator[tuple[str, str]]:
    """Ways to write it."""
    yield "as it stands", value
    yield "in a sentence", f"sync error {value} nightly"
    yield "backwards", value[::-1]
    yield "parted", " ".join(value)
    yield "dashed", "-".join(value)
    yield "in base64", base64.b64encode(value.encode()).decode()
    yield "in hex", value.encode().hex()
    yield "in a link", f"https://elsewhere.example/{base64.urlsafe_b64encode(value.encode()).decode()}"
    yield "in an id", f"ENG-{value}"
    yield "in an address", f"https://elsewhere.example/?q={value}"
    yield "in capitals", value.upper()


@pytest.mark.parametrize("category", ["project_tracker", "knowledge_base", "support_platform", "chat"])
async def test_a_server_of_somebody_else_is_asked_with_no_data_of_other_systems(
    attempts: Attempts, category: str
) -> None:
    source = records()
    if category == "chat":
        own = {ref for ref, record in source.ledger.records.items() if record.category == "chat"}
        tried = {
            name: value
            for name, value in SECRETS.items()
            if not any(value in source.ledger.records[ref].text for ref in own)
        }
    else:
        tried = SECRETS
    for name, value in tried.items():
        if category == "support_platform" and name == "another customer":
            continue  # its own ticket says so
        for way, text in spelled(value):
            for shape in (
                {"query": text},
                {"id": text},
                {"filters": {"text": [text]}},
                {text: "sync"},
                {"query": "sync", "limit": text},
            ):
                asked = Asked()
                [guarded] = guard(source, foreign=True).guarded([tool(asked, category)])
                outcome = await guarded.run(shape)
                attempts.had(f"{name} {way} as {next(iter(shape))[:20]}", asked.calls)
                assert value not in outcome.text
    attempts.had_none()


async def test_our_own_servers_are_asked_with_no_data_of_other_customers(attempts: Attempts) -> None:
    source = records()
    others = ("another's revenue", "another customer", "a key", "a colleague's words")
    for name in others:
        for way in ("as it stands", "in a sentence", "backwards", "parted", "in an id"):
            asked = Asked()
            [guarded] = guard(source, foreign=False).guarded([tool(asked, "project_tracker")])
            await guarded.run({"query": dict(spelled(SECRETS[name]))[way]})
            attempts.had(
                f"{name} {way}", asked.calls and not (name == "a colleague's words" and way in ("backwards", "parted"))
            )
    attempts.had_none()


GOOD = (
    {"query": "nightly sync fails"}, {"query": "SYNC-E77"}, {"query": "BatchLimitExceeded sync.batch_limit 7.2.0"},
    {"query": "batch limit lowered", "limit": 20}, {"id": "ENG-88"}, {"id": "ENG-4521"}, {"query": "HTTP 502 export"},
    {"query": "Harrow Mills"}, {"query": "T-1017"}, {"query": "timeout while saving a large import", "since": "2026-01-01"},
    {"status": "open", "since": "2026-02-01T00:00:00Z", "until": "2026-03-04"}, {"id": 4521, "neighbours": 3}, {"query": "9f31c2e"},
    {"query": "NullPointerException"}, {"query": "sync stops early", "cursor": "eyJwYWdlIjoyfQ"},
    {"query": "Fehler beim nächtlichen Abgleich"},
    {"query": "夜間同期 失敗"},
    {"query": "log-in re-try e-mail"}, {"query": "OAuth API SSO SAML OAuthTokenExpired"},
    {"id": "3f0c1a52-7b7e-4b4e-9d0e-0c5f2f3a1b2c"},
    {"query": "rate limit 429"}, {"labels": ["bug", "sync"]}, {"query": ""},
)  # fmt: skip
"""What an honest model asks a tracker."""


@pytest.mark.parametrize("foreign", [True, False], ids=["foreign", "own"])
@pytest.mark.parametrize("arguments", GOOD, ids=str)
async def test_what_an_honest_model_asks_is_asked(arguments: dict[str, Any], foreign: bool) -> None:
    asked = Asked()
    own = guard(records(), foreign=foreign)
    own.said["asked"] = '{"items": [], "next_cursor": "eyJwYWdlIjoyfQ"}'
    [guarded] = own.guarded([tool(asked, "project_tracker")])
    outcome = await guarded.run(arguments)
    assert asked.calls == [arguments], outcome.text
    assert not own.refused


@pytest.mark.parametrize(
    ("category", "foreign", "made"),
    [("crm", False, 1), ("support_platform", False, 1), ("chat", False, 0), ("crm", True, 0)],
)
async def test_a_customer_that_a_ticket_names_is_looked_up_where_customers_are_kept(
    category: str, foreign: bool, made: int
) -> None:
    asked = Asked()
    elsewhere = [one.data for one in records().ledger.records.values() if one.category != category]
    (guarded,) = guard(evidence(*elsewhere), foreign=foreign).guarded([tool(asked, category)])
    await guarded.run({"query": "Bell & Oak Surveying"})
    assert len(asked.calls) == made


async def test_a_refusal_is_kept_and_names_whose_data_it_was() -> None:
    own = guard(records(), foreign=True)
    [guarded] = own.guarded([tool(Asked(), "project_tracker")])
    await guarded.run({"query": "482750"})
    await guarded.run({"query": "c2VjcmV0IHRleHQgdGhhdA=="})
    assert [(one.tool, one.server, one.source) for one in own.refused] == [
        ("search_project_tracker", "asked", "crm"), ("search_project_tracker", "asked", ""),
    ]  # fmt: skip


async def test_a_policy_may_let_more_flow() -> None:
    source = records()
    open_to_all = policy().flows.model_copy(update={"foreign": "anything"})
    asked = Asked()
    free = FlowGuard(REQUEST, lambda: source, open_to_all, frozenset({"asked"}))
    await free.guarded([tool(asked, "project_tracker")])[0].run({"query": "482750"})
    assert asked.calls


def test_records_of_a_customer_that_is_not_asked_about_stay_out() -> None:
    source = records()
    source.ledger.put(
        Record(
            ref="email/M-1",
            data={"kind": "mail", "text": "Invoice 88231 of Northgate Foods is open.", "ref": "email/M-1"},
        )
    )
    own = guard(source, foreign=False)
    assert own.refusal(tool(Asked(), "project_tracker"), {"query": "invoice 88231"})
    assert own.refusal(tool(Asked(), "project_tracker"), {"query": "invoice 482750"}) is None


@pytest.mark.parametrize(
    ("request_", "refused"), [("Harrow reports missing rows", False), ("Somebody reports missing rows", True)]
)
def test_what_a_customer_that_is_named_in_short_wrote_may_be_looked_for_in_our_own_chat(
    request_: str, refused: bool
) -> None:
    source = records()
    own = FlowGuard(request_, lambda: source, policy().flows, frozenset())
    query = {"query": "Harrow Mills nightly sync stops"}
    assert bool(own.refusal(tool(Asked(), "chat"), query)) is refused


class Connected(Quiet):
    """``Systems`` with one server of somebody else that reads issues."""

    def __init__(self, asked: Asked) -> None:
        super().__init__()
        schema = {"type": "object", "properties": {"id": {"type": "string"}}, "required": ["id"]}
        read = Tool(
            ToolSpec("read_issue", "Read.", schema), Access.READ, asked.run, "project_tracker", "tracker", "read_issue"
        )
        states = [ConnectorState(row.id, "connected", row.id) for row in ASKED_FOR]
        self.opened = OpenedSystems((read,), lambda: states, foreign=frozenset({"tracker"}))

    async def connection(self) -> OpenedSystems:
        """See ``Systems``."""
        return self.opened


async def test_a_citation_that_is_another_systems_data_is_not_looked_up_and_stands_in_the_journal_and_on_the_brief(
    attempts: Attempts,
) -> None:
    asked, store = Asked(), MemoryStore()
    service = CaseService(store, Connected(asked), clock=lambda: NOW)
    case = await service.open(Request(issue=REQUEST), "assistant")
    work = service.work(case)
    work.ledger = records().ledger
    work.casework = Casework(records(), work.terms.policy, NOW)
    stated = assessment(affected=[affected("Harrow Mills", "T-1017", impact="major_function_broken")],
                        bug_confirmed=fact("yes", "project_tracker/ENG-88", why="accepted"))  # fmt: skip
    assert not (await service.assess(case, stated)).findings
    changed = {
        "tried": "", "communication": "", "reproduction": "Nobody repeated it.", "impact": "It fails.",
        "context": f"Seen [[project_tracker/482750]] [[project_tracker/{KEY}]].",
        "description": "It fails [[support_platform/T-1017-m1]].",
        "deadline": {"by": "2026-03-20", "basis": "proposed", "text": "Friday"},
    }  # fmt: skip
    draft = EscalationDraft.model_validate(escalation(**changed))
    await service.submit(case, draft)
    for cite in ("482750", KEY):
        attempts.had(f"the citation {cite}", [call for call in asked.calls if cite in str(call)])
    result = await service.finish(case)
    entries = [entry.data for entry in store.entries(case, "flow_refused")]
    assert {"tool": "read_issue", "server": "tracker", "source": "crm", "foreign": True} in entries
    assert "to tracker" in result.markdown.partition("### Supporting Context")[2]
    assert KEY not in str(entries)
    attempts.had_none()
