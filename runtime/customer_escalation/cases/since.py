"""What has been found out since an escalation: the facts on which it may come down."""

from pydantic import BaseModel, ConfigDict, Field

from customer_escalation.domain.facts import Fact


class Since(BaseModel):
    """What has been found out since an escalation, each answer with its records."""

    model_config = ConfigDict(extra="forbid")

    support_resolvable_cause: Fact = Field(
        description="Is the root cause found, and is it one that support can resolve?"
    )
    workaround_unblocks: Fact = Field(
        description="Does a workaround now let the customer go on, and did it work for them?"
    )
    resolved_by_itself: Fact = Field(description="Did the problem go away by itself?")
    customer_confirmed: Fact = Field(
        description="Did the customer say in a record that it is resolved, or that they can go on?"
    )
    root_cause: str = Field("", max_length=1000, description="The root cause in words; '' while it is unknown.")
    changed_at: str = Field(
        description="When the cause or the workaround was found or it went away: RFC 3339 with zone."
    )
    last_complaint_at: str = Field(
        "",
        description="When a customer last reported the problem: RFC 3339 with zone; '' if none did after the change.",
    )
