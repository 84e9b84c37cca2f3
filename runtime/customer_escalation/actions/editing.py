"""A person puts another text or destination in an action's place."""

from collections.abc import Callable, Mapping

from customer_escalation.actions.guard import TO_CUSTOMERS
from customer_escalation.actions.proposals import Proposal
from customer_escalation.domain.evidence import Evidence, name_key, parse_moment
from customer_escalation.domain.outcomes import Target
from customer_escalation.domain.printable import printable

LONGEST = 100_000
"""Characters of a text, as many as a writing tool takes."""
LONGEST_DESTINATION = 500


class WrongEdit(ValueError):
    """An edit that cannot be; the sentence says why."""


def edited(
    proposal: Proposal, text: str | None, destination: str | None, evidence: Evidence, owner: Target | None
) -> Proposal:
    """The action with another text or destination; None leaves one as it is. Raises ``WrongEdit``.

    A text for a customer stays with that customer, and what Security owns stays in its channel.
    """
    anew = proposal.text if text is None else printable(text).strip("\n")
    if not anew.strip():
        raise WrongEdit("An action needs a text: refuse it if nothing is to be sent.")
    if len(anew) > LONGEST:
        raise WrongEdit(f"The text has {len(anew):,} characters; a system takes {LONGEST:,}.")
    if proposal.kind == "tracker_item":
        anew = _as_item(anew)
    where = proposal.destination
    if destination is not None and destination.strip() != where:
        where = _destination(proposal, " ".join(printable(destination).split()), evidence, owner)
    same = anew == proposal.text
    return proposal.model_copy(
        update={"text": anew, "destination": where, "left_out": proposal.left_out if same else ()}
    )


def _as_item(text: str) -> str:
    """The text of a tracker item as it is carried out: title, an empty line, description. Raises ``WrongEdit``."""
    title, _, description = text.strip().partition("\n")
    if not description.strip() or len(title) > LONGEST_DESTINATION:
        raise WrongEdit(
            f"The first line is the item's title, of at most {LONGEST_DESTINATION} characters; its description stands below."
        )
    return f"{title.strip()}\n\n{description.strip(chr(10))}"


def _type(proposal: Proposal, wanted: str, evidence: Evidence) -> str:
    if not wanted:
        raise WrongEdit("Name the type of the item, such as bug or feature.")
    return wanted


def _destination(proposal: Proposal, wanted: str, evidence: Evidence, owner: Target | None) -> str:
    if len(wanted) > LONGEST_DESTINATION:
        raise WrongEdit(f"A destination has at most {LONGEST_DESTINATION} characters.")
    if proposal.kind == "post_to_channel" and owner is Target.SECURITY:
        raise WrongEdit("Security owns this case: the brief goes to its own channel alone (T4).")
    check = _CHECKS.get(proposal.kind)
    if check is None:
        raise WrongEdit("This action has no destination that could be another.")
    return check(proposal, wanted, evidence)


def _channel(proposal: Proposal, wanted: str, evidence: Evidence) -> str:
    if not wanted:
        raise WrongEdit("Name the channel.")
    return wanted


def _ticket(proposal: Proposal, wanted: str, evidence: Evidence) -> str:
    ref = _item(wanted, "support_platform", "ticket", evidence)
    if proposal.kind in TO_CUSTOMERS and _customer(ref, evidence) != _customer(proposal.destination, evidence):
        raise WrongEdit(f"{wanted} is another customer's ticket, and this text is written for this one.")
    return ref


def _issue(proposal: Proposal, wanted: str, evidence: Evidence) -> str:
    return _item(wanted, "project_tracker", "issue", evidence)


def _moment(proposal: Proposal, wanted: str, evidence: Evidence) -> str:
    moment = parse_moment(wanted)
    if moment is None:
        raise WrongEdit(f"{wanted!r} is no moment; write it as 2026-11-23T10:00:00Z.")
    return moment.isoformat()


def _item(wanted: str, category: str, kind: str, evidence: Evidence) -> str:
    """The ref of an item that the case read, by its ref or its id."""
    for name in (wanted, f"{category}/{wanted}"):
        record = evidence.ledger.resolve(name) if "/" in name else None
        item = evidence.item_of(record) if record else None
        if item is not None and item.data.get("kind") == kind:
            return item.ref
    raise WrongEdit(f"{wanted!r} is no {kind} that this case read.")


def _customer(ref: str, evidence: Evidence) -> str:
    record = evidence.ledger.resolve(ref)
    return name_key(evidence.customer_of(record)) if record else ""


_CHECKS: Mapping[str, Callable[[Proposal, str, Evidence], str]] = {
    "post_to_channel": _channel, "team_message": _channel, "customer_reply": _ticket, "status_update": _ticket,
    "internal_note": _ticket, "tracker_comment": _issue, "tracker_item": _type, "reminder": _moment,
    "calendar_entry": _moment,
}  # fmt: skip
