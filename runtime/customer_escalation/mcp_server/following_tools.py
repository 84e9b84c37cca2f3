"""What an assistant follows an escalation up with: the texts of an update, and what was done in this case and in others."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Annotated, Any, Literal

from mcp.server.mcpserver import Context
from mcp.server.mcpserver.tools import Tool
from pydantic import BaseModel, ConfigDict, Field

from customer_escalation.drafting.prompts import prompt
from customer_escalation.mcp_server.acting_tools import ASSISTANT
from customer_escalation.mcp_server.answers import OfferedAction, ServiceAnswer
from customer_escalation.mcp_server.arguments import Arguments, CaseName, Decoded
from customer_escalation.mcp_server.assembly import Fill, new_tool

if TYPE_CHECKING:
    from customer_escalation.cases.service import CaseService
    from customer_escalation.followups.updating import FollowUpDraft

MOST_TEXTS = 60
MOST_ROWS = 200
"""Of a timeline, the newest."""
MOST_ALIKE = 10
REWRITE = (
    "These texts are made of structure. Rewrite each for the person who gets it where you can make it better, with `texts`, and with "
    "nothing that no record or figure of this case holds. Then show them to the person and ask with `request_approval`, one after the "
    "other. What was done by hand goes into `log_followup`."
)


class TextInPlace(BaseModel):
    """A text of an action, written anew."""

    model_config = ConfigDict(extra="forbid")

    action: str = Field(min_length=1, max_length=80, description="The action's number or id.")
    text: str = Field(min_length=1, max_length=15_000, description="The whole text that it has then.")


class UpdateArguments(Arguments):
    """See ``update``."""

    case: CaseName
    texts: Annotated[list[TextInPlace], Decoded] = Field(
        default_factory=list,
        max_length=MOST_TEXTS,
        description="Texts in place of those that are offered; [] to read what is new and have texts offered.",
    )


class Updated(ServiceAnswer):
    """What is new, and what is offered to everybody who should hear."""

    case: str
    nothing_new: bool | None
    """None where texts were put in place and nothing was read."""
    new_records: list[str]
    """Refs of replies and other messages since the team was told last."""
    changed: bool | None
    """The rules decide otherwise than before; None where they were not asked."""
    actions: list[OfferedAction]


class LookBackArguments(Arguments):
    """See ``look_back``."""

    what: Literal["timeline", "similar", "stats"] = Field(
        description="timeline: who did what in this case, the newest last. similar: earlier cases like it. stats: figures over all."
    )
    case: str = Field("", max_length=80, description="The case; '' for stats.")


class LookedBack(ServiceAnswer):
    """What was done."""

    what: str
    rows: list[dict[str, Any]]
    """Of ``stats`` one, with every figure."""


def following_tools(service_of: "Callable[[], CaseService]", told: Fill) -> list[Tool]:
    """``update`` and ``look_back`` on the case service."""

    async def update(given: UpdateArguments, ctx: Context[Any]) -> Updated:
        from customer_escalation.followups.updating import make_update
        from customer_escalation.mcp_server import telling

        service = service_of()
        if not given.texts:
            return _updated(await make_update(service, given.case))
        known = service.propose(given.case)
        wanted = [(telling.named_action(known, one.action), one.text) for one in given.texts]
        anew = [
            telling.action(await service.edit_action(given.case, one.id, ASSISTANT, text=text)) for one, text in wanted
        ]
        return Updated(
            text=telling.ACTIONS_NOTE, full=telling.listed_actions(anew), case=given.case, nothing_new=None, new_records=[],
            changed=None, actions=anew,
        )  # fmt: skip

    async def look_back(given: LookBackArguments, ctx: Context[Any]) -> LookedBack:
        return await _looked_back(service_of(), given)

    return [
        new_tool(update, "update", "Draft an update", prompt("tools/update.md"), UpdateArguments, Updated, told, reads=False),
        new_tool(look_back, "look_back", "Look back", prompt("tools/look_back.md"), LookBackArguments, LookedBack, told,
                 reads=True),
    ]  # fmt: skip


def _updated(found: "FollowUpDraft") -> Updated:
    from customer_escalation.decision.figures import zone_of_case
    from customer_escalation.domain.formatting import time_words
    from customer_escalation.followups.update_texts import news_lines
    from customer_escalation.mcp_server import telling
    from customer_escalation.rendering.phrases import Phrases

    inputs, news = found.standing.inputs, found.news
    assert inputs is not None
    zone = zone_of_case(inputs)
    since = time_words(news.since, zone)
    lines = [f"Nothing new about it since {since}."] if news.nothing else [f"New since {since}:"]
    lines += [] if news.nothing else news_lines(news, inputs.evidence, Phrases(None, "en"), zone)
    if found.reassessed.changed:
        lines.append(
            "The rules decide otherwise now: `reassess` says how, and a person confirms it before anybody is told."
        )
    offered = [telling.action(one) for one in found.offered]
    words = "\n".join([*lines, REWRITE])
    return Updated(
        text=words, full=f"{words}\n\n{telling.listed_actions(offered)}", case=found.case, nothing_new=news.nothing,
        new_records=[one.ref for one in (*news.replies, *news.words)], changed=found.reassessed.changed, actions=offered,
    )  # fmt: skip


async def _looked_back(service: "CaseService", given: LookBackArguments) -> LookedBack:
    from customer_escalation.followups.similar import similar
    from customer_escalation.followups.stats import stats_of
    from customer_escalation.followups.trail import timeline, trail

    if given.what == "stats":
        unread: list[str] = []
        rows = [stats_of(service.store, await service.systems.now(), None, unread.append).to_json()]
        words = " ".join(["Figures over every case of this machine.", *unread])
    elif given.what == "similar":
        rows = [one.to_json() for one in similar(service.store, given.case, MOST_ALIKE)]
        words = "Earlier cases that are like it, the most alike first." if rows else "No other case is like it."
    else:
        whole = list(timeline(trail(service.store, service.store.find(given.case.strip()))))
        rows = [row.to_json() for row in whole[-MOST_ROWS:]]
        left = len(whole) - len(rows)
        words = f"What was done, the newest last{f'; {left} earlier rows are left out' if left else ''}."
    return LookedBack(text=words, full="\n".join([words, *map(_row_words, rows)]), what=given.what, rows=rows)


def _row_words(row: dict[str, Any]) -> str:
    return "- " + "; ".join(f"{name}: {value}" for name, value in row.items() if value not in ("", None, [], {}))
