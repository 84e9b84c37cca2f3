"""What ``gather`` answers: a new case with the records that routine searches find, page by page."""

from typing import TYPE_CHECKING

from customer_escalation.cases.errors import WrongOrder
from customer_escalation.mcp_server import answers
from customer_escalation.mcp_server import arguments as takes
from customer_escalation.mcp_server.workplace import Cases, Workplace
from customer_escalation.policy.sources import find_overlays, withheld_policy
from customer_escalation.policy.text import differing

if TYPE_CHECKING:
    from customer_escalation.cases.service import CaseService
    from customer_escalation.cases.steps import GatheredCase


async def gathered(cases: Cases, service: "CaseService", given: takes.GatherArguments) -> answers.Gathered:
    """A new case with the first page of what was found, or a page of a known one."""
    from customer_escalation.cases.first_message import first_message, shown_records
    from customer_escalation.cases.record_pages import pages_of
    from customer_escalation.mcp_server import telling

    if bool(given.case) == bool(given.issue.strip()) or (given.page > 1 and not given.case):
        raise WrongOrder("Give `issue` to begin a case, or `case` with `page` for more of its records.")
    found = None if given.case else await opened(service, cases.place, given)
    work = service.work(found.case if found else given.case)
    evidence = found.evidence if found else work.casework.evidence
    gaps, listed, more = (found.gaps, found.listed, found.more) if found else (tuple(work.gaps), (), ())

    def first(records: str) -> str:
        own = differing(cases.skill.body, cases.policy, work.terms.policy)
        held = "\n\n".join(["", "Where the skill says otherwise, this holds here:", *own]) if own else ""
        return first_message(work.terms, evidence, gaps, listed, more, records) + held

    return telling.gathered(work.name, pages_of(shown_records(work.terms, evidence)), given.page, first, gaps)


async def opened(
    service: "CaseService", place: Workplace, given: takes.AssessArguments | takes.GatherArguments
) -> "GatheredCase":
    """A new case, gathered."""
    from customer_escalation.cases.terms import Asked

    issue = given.issue.removeprefix("/customer-escalation").strip()
    if not issue:
        raise WrongOrder("Give `issue`, what the person asked for, to begin a case; or `case` to go on with one.")
    asked = Asked(issue=issue, reported_by=given.reported_by, author_level=given.author_level, folder=str(place.folder))
    withheld = withheld_policy(place.policy, place.folder) is not None
    overlays = find_overlays(place.policy, place.folder)
    case = await service.open(asked, "assistant", overlays, policy_withheld=withheld)
    return await service.gather(case)
