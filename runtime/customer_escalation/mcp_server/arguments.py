"""What the tools take: one model a tool, whose descriptions are what an assistant's model reads."""

import json
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, WithJsonSchema

from customer_escalation.cases.record_copies import RecordCopy, records_form
from customer_escalation.cases.since import Since
from customer_escalation.domain.draft import MOST_OF_A_DRAFT
from customer_escalation.domain.facts import StatedAssessment
from customer_escalation.domain.index import DocumentIndex
from customer_escalation.domain.lines import LineEdit

MAX_ISSUE = 8_000
MAX_RECORDS = 200


def _decoded(value: Any) -> Any:
    """Some clients send objects as JSON text."""
    if isinstance(value, str) and value.lstrip()[:1] in ("{", "["):
        try:
            return json.loads(value)
        except ValueError:
            return value
    return value


Decoded = BeforeValidator(_decoded)
CaseName = Annotated[
    str, Field(min_length=1, max_length=80, description="The case, as `gather` named it; the beginning is enough.")
]
Facts = Annotated[StatedAssessment, Decoded]
_TOLD = WithJsonSchema({"type": "object"})
"""Stands for a model whose form another text tells: three tools would list it, and every request would carry it three times."""
Records = Annotated[
    list[RecordCopy],
    Decoded,
    WithJsonSchema({"type": "array", "items": {"type": "object"}}),
    Field(
        max_length=MAX_RECORDS,
        description="Only what this server cannot read itself: records that you read with tools of other servers, copied word "
        f"for word. {records_form()} The brief says that they are not verified.",
    ),
]


MoreRecords = Annotated[
    list[RecordCopy],
    Decoded,
    WithJsonSchema({"type": "array", "items": {"type": "object"}}),
    Field(max_length=MAX_RECORDS, description="As `assess` takes them."),
]


class Arguments(BaseModel):
    """Base: unknown arguments are refused by name."""

    model_config = ConfigDict(extra="forbid")


class GatherArguments(Arguments):
    """See ``gather``."""

    issue: str = Field(
        "", max_length=MAX_ISSUE, description="What the person asked for, in their words. Begins a case."
    )
    case: str = Field("", max_length=80, description="With `page`: the case whose records go on.")
    page: int = Field(1, ge=1, le=1_000, description="Which page of its records, as the first one tells.")
    reported_by: str = Field("", max_length=200, description="Who escalates, as the brief shows it; '' for the team.")
    author_level: Literal["", "L1", "L2"] = Field(
        "", description="The support level of who escalates, where it is known."
    )


class AssessArguments(Arguments):
    """See ``assess``."""

    issue: str = Field(
        "",
        max_length=MAX_ISSUE,
        description="To begin a case without `gather`: what the person asked for, in their words.",
    )
    case: str = Field("", max_length=80, description="The case, as `gather` named it.")
    facts: Facts
    records: Records = Field(default_factory=list)
    reported_by: str = Field("", max_length=200, description="Who escalates, as the brief shows it; '' for the team.")
    author_level: Literal["", "L1", "L2"] = Field(
        "", description="The support level of who escalates, where it is known."
    )


class CheckArguments(Arguments):
    """See ``check_brief``."""

    case: CaseName
    document: str = Field(
        "", max_length=MOST_OF_A_DRAFT, description="The document whole, in markdown, as the answer of `assess` tells."
    )
    edits: Annotated[list[LineEdit], Decoded] = Field(
        default_factory=list,
        max_length=200,
        description="In place of it: changes of lines of the one that was checked last.",
    )
    index: Annotated[DocumentIndex | None, Decoded] = Field(
        None, description="With the document; later only where it changes."
    )
    keep: bool = Field(True, description="Keep it at once where it is accepted, as `save_brief` does.")


class ShowArguments(Arguments):
    """See ``show_brief``."""

    case: CaseName
    format: Literal["md", "html", "slack", "adf", "json"] = Field(
        "md", description="html: a page where a click on a sentence shows its records. slack, adf: for Slack and Jira, "
        "without what is the author's alone. json: everything, for programs."
    )  # fmt: skip


class SaveArguments(ShowArguments):
    """See ``save_brief``."""

    file: str | None = Field(
        None, max_length=400,
        description="A name for the file, which becomes `escalations/DATE-NAME` in the project's folder; leave it out for the summary as "
        "its name, '' for no file.",
    )  # fmt: skip


class CaseArguments(Arguments):
    """A tool that takes a case alone."""

    case: CaseName


class ProposeArguments(CaseArguments):
    """See ``propose_actions``."""

    action: str = Field("", max_length=64, description="One action by number or id, to read its text whole.")
    attach_to: str = Field(
        "", max_length=200,
        description="An open item of the tracker, by id or ref, that the person wants the case attached to: offers a comment there.",
    )  # fmt: skip


class ApproveArguments(CaseArguments):
    """See ``approve_action``."""

    action: str = Field(min_length=64, max_length=64, description="The action's whole id.")
    name: str = Field(min_length=1, max_length=200, description="Who says yes.")
    seal: str = Field(
        min_length=1, max_length=100, description="What the card was given with the actions that it shows."
    )


class RevokeArguments(CaseArguments):
    """See ``revoke_approval``."""

    action: str = Field(
        min_length=1, max_length=64, description="The action's number or id, as `propose_actions` lists it."
    )
    name: str = Field(min_length=1, max_length=200, description="Who takes the approval back, as they are called.")


class FollowUpsArguments(Arguments):
    """See ``followups``."""

    case: str = Field("", max_length=80, description="One escalation; '' for all that are open.")


class LogArguments(Arguments):
    """See ``log_followup``."""

    case: CaseName
    done: Annotated[list[Literal["asked_team", "told_customer"]], Decoded] = Field(
        min_length=1, description="What was really done, by a person or with a person's approval."
    )
    note: str = Field("", max_length=4000, description="What came of it, in a sentence or two.")


class ReassessArguments(Arguments):
    """See ``reassess``."""

    case: CaseName
    facts: Annotated[StatedAssessment | None, Decoded, _TOLD] = Field(
        None,
        description="All facts, as `assess` takes them, where one has changed; leave them out to see what is new first.",
    )
    records: MoreRecords = Field(default_factory=list)


class DeEscalateArguments(Arguments):
    """See ``deescalate``."""

    case: CaseName
    since: Annotated[Since | None, Decoded] = Field(
        None, description="What has been found out since; needed once, for the rules to decide."
    )
    done: Annotated[list[Literal["notify_team", "update_ticket", "inform_customer", "record_learning"]], Decoded] = (
        Field(default_factory=list, description="Which of the four steps are done now.")
    )
    confirmed_by: str = Field(
        "", max_length=200, description="The person who said yes to the de-escalation in this conversation, by name."
    )
    customer_confirmed: Annotated[list[str], Decoded] = Field(
        default_factory=list,
        max_length=20,
        description="To close it: refs of the customers' messages that say it is solved; [] where they were quiet.",
    )
    tracking: str = Field(
        "", max_length=1000, description="To close it: what was done to the tracker's item or the internal tracking."
    )
    learned: str = Field("", max_length=1000, description="To close it: where what was learned is kept.")


class RunArguments(Arguments):
    """See ``run_escalation``."""

    case: str = Field(
        "",
        max_length=200,
        description="A run without a model to go on with, now that a person answered; '' for a new one.",
    )
    answers: dict[str, Any] = Field(
        default_factory=dict,
        max_length=60,
        description=(
            "What a person answered to the questions of a run without a model, by fact, never your own reading: "
            '{"security": "none", "bug_confirmed": {"answer": "yes", "refs": ["project_tracker/ENG-1"]}, "case": "T-1 T-2"}.'
        ),
    )
    answered_by: str = Field("", max_length=200, description="That person's name; needed with answers.")

    issue: str = Field(
        min_length=1, max_length=MAX_ISSUE, description="What is wrong and for whom, in the person's words."
    )
    use_model: bool = Field(
        True,
        description="Draft with a Claude model of this server's own (needs its ANTHROPIC_API_KEY); otherwise by rules.",
    )
    max_cost_usd: float | None = Field(None, ge=0, description="Stop before spending more on that model.")
    reported_by: str = Field("", max_length=200, description="Who escalates, as the brief shows it; '' for the team.")
