"""The commands `reassess`, `deescalate` and `close`: how it stands now, whether it may come down, and its end."""

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from customer_escalation.cli import streams
from customer_escalation.cli.briefs import user
from customer_escalation.cli.following_up import By, OneRun
from customer_escalation.cli.options import NEEDS_REVIEW, VALID, AsOf, Sample, Workspace

if TYPE_CHECKING:
    from collections.abc import Sequence

    from customer_escalation.cases.service import CaseService
    from customer_escalation.cases.steps import DeEscalation
    from customer_escalation.followups.reassessing import Reassessment

REASSESS_EPILOG = (
    f"Exit codes: {VALID} the decision stands, or a person said yes to the new severity; {NEEDS_REVIEW} it is another and waits for a "
    "person; 2 wrong request, 4 nothing could be read, 1 anything else."
)
DEESCALATE_EPILOG = (
    f"Exit codes: {VALID} a person confirmed it and all four steps are done, so that it can be closed; {NEEDS_REVIEW} something is "
    "still missing; 2 wrong request, 4 nothing could be read, 1 anything else."
)
CLOSE_EPILOG = (
    f"Exit codes: {VALID} it is closed, 2 wrong request, 1 anything else, such as something that is still missing."
)
STEPS = ("notify_team", "update_ticket", "inform_customer", "record_learning")


def reassess(
    run_id: OneRun,
    fact: Annotated[
        list[str] | None,
        typer.Option(
            "--fact",
            metavar="NAME=ANSWER:REF,...",
            show_default=False,
            help="A fact that is another now: yes, no or unknown, and the records that show it.",
        ),
    ] = None,
    facts: Annotated[
        Path | None,
        typer.Option(
            "--facts", metavar="FILE", help="Changed facts as JSON, as `show RUN --why` names them.", show_default=False
        ),
    ] = None,
    confirm: Annotated[
        bool, typer.Option("--confirm", help="Say yes to a lower severity without being asked.")
    ] = False,
    by: By = None,
    as_of: AsOf = None,
    workspace: Workspace = None,
    sample: Sample = False,
) -> None:
    """Read an escalation again as of now and let the rules decide again, both ways, with what changed it.

    A higher severity holds at once. A lower one holds when a person says yes to it: at a terminal you are asked.
    """  # fmt: skip
    from customer_escalation.cases.journal_store import JournalStore
    from customer_escalation.cli.reading import place_of, with_service
    from customer_escalation.cli.standing_shown import reassessed_words
    from customer_escalation.followups import reassessing

    store, changes, name = JournalStore(), _changes(fact or [], facts), (by or user()).strip()
    case = store.find(run_id)

    async def work(service: "CaseService") -> "tuple[Reassessment, bool]":
        found = await reassessing.reassess(service, case, changes)
        streams.say(reassessed_words(found))
        waiting = found.standing.waiting if found.standing else None
        if waiting is None:
            return found, False
        if not confirm and not _asked(f"Let {waiting.value} hold from now on?"):
            return found, True
        await reassessing.take_severity(service, case, name)
        streams.say(f"{waiting.value} holds from now on, by {name}.")
        return found, False

    found, waits = with_service(store, place_of(store, case, workspace, sample=sample), as_of, work)
    other = found.told.was.outcome != found.told.is_now.outcome or found.told.was.target != found.told.is_now.target
    raise typer.Exit(NEEDS_REVIEW if waits or found.told.findings or other else VALID)


def deescalate(
    run_id: OneRun,
    cause: Annotated[
        list[str] | None,
        typer.Option(
            "--cause",
            metavar="REF",
            help="Shows that the root cause is found and support can resolve it.",
            show_default=False,
        ),
    ] = None,
    workaround: Annotated[
        list[str] | None,
        typer.Option(
            "--workaround", metavar="REF", help="Shows that a workaround lets the customer go on.", show_default=False
        ),
    ] = None,
    by_itself: Annotated[
        list[str] | None,
        typer.Option("--by-itself", metavar="REF", help="Shows that it went away.", show_default=False),
    ] = None,
    customer_confirmed: Annotated[
        list[str] | None,
        typer.Option(
            "--customer-confirmed", metavar="REF", help="The customer's word that they can go on.", show_default=False
        ),
    ] = None,
    root_cause: Annotated[str, typer.Option("--root-cause", metavar="TEXT", help="The cause in words.")] = "",
    changed_at: Annotated[
        str,
        typer.Option(
            "--changed-at", metavar="TIME", help="Since when it is so; default: the newest of the records above."
        ),
    ] = "",
    resolution: Annotated[
        str,
        typer.Option(
            "--resolution",
            metavar="TEXT",
            help="What resolved it, for the customer: offers it as texts that `act` shows.",
        ),
    ] = "",
    confirm: Annotated[
        bool, typer.Option("--confirm", help="Say yes without being asked, where a rule lets it come down.")
    ] = False,
    done: Annotated[
        list[str] | None,
        typer.Option("--done", metavar="STEP", help=f"A step done by hand: {', '.join(STEPS)}.", show_default=False),
    ] = None,
    by: By = None,
    as_of: AsOf = None,
    workspace: Workspace = None,
    sample: Sample = False,
) -> None:
    """See whether an escalation may come down (DE1 to DE4), confirm it, and keep the four steps that this takes.

    A cause or a workaround counts once the customer confirms it, or stayed quiet for two update intervals. Without any of the options
    it says where it stands; at a terminal you are asked for your yes. Texts that were offered and carried out count as steps.
    """  # fmt: skip
    from customer_escalation.cases.journal_store import JournalStore
    from customer_escalation.cli.reading import place_of, with_service
    from customer_escalation.cli.standing_shown import deescalation_words
    from customer_escalation.followups.coming_down import Found, judge, offer_texts

    if wrong := [step for step in done or () if step not in STEPS]:
        raise _invalid(f"There is no step {', '.join(wrong)}; there are {', '.join(STEPS)}.")
    store, name = JournalStore(), (by or user()).strip()
    case = store.find(run_id)
    found = Found(
        cause=tuple(cause or ()), workaround=tuple(workaround or ()), by_itself=tuple(by_itself or ()),
        confirmed=tuple(customer_confirmed or ()), root_cause=root_cause, changed_at=changed_at,
    )  # fmt: skip

    async def work(service: "CaseService") -> "DeEscalation":
        told = await judge(service, case, found if found.something else None, done=done or ())
        if told.state.proposed and not told.state.confirmed_by:
            streams.say(deescalation_words(told))
            if confirm or _asked("Let it come down?"):
                told = await judge(service, case, None, by=name)
        if resolution.strip():
            offer_texts(service, case, await service.systems.now(), resolution)
        return told

    told = with_service(store, place_of(store, case, workspace, sample=sample), as_of, work)
    streams.say(deescalation_words(told))
    if resolution.strip():
        streams.say(f"The texts on the resolution are offered: customer-escalation act {case}")
    raise typer.Exit(VALID if told.may_close else NEEDS_REVIEW)


def close(
    run_id: OneRun,
    customer_confirmed: Annotated[
        list[str] | None,
        typer.Option(
            "--customer-confirmed",
            metavar="REF",
            show_default=False,
            help="The customer's word that it is resolved; not needed where they were quiet for two update intervals.",
        ),
    ] = None,
    tracking: Annotated[
        str, typer.Option("--tracking", metavar="TEXT", help="What was done to the internal tracking.")
    ] = "",
    resolution: Annotated[str, typer.Option("--resolution", metavar="TEXT", help="What helped, for the article.")] = "",
    article: Annotated[
        Path | None,
        typer.Option(
            "--article",
            metavar="FILE",
            help="Write the draft of an article on what was learned there.",
            show_default=False,
        ),
    ] = None,
    offer_article: Annotated[
        bool, typer.Option("--offer-article", help="Offer the article as a next step, which `act` shows.")
    ] = False,
    by: By = None,
    as_of: AsOf = None,
    workspace: Workspace = None,
    sample: Sample = False,
) -> None:
    """Close an escalation that came down: the customer confirmed it, the tracking is up to date, and what was learned is kept.

    What was learned becomes the draft of an article with the records behind it, in a file or offered for the knowledge base. At a
    terminal you are asked for what is not given.
    """  # fmt: skip
    from customer_escalation.cases.journal_store import JournalStore
    from customer_escalation.cli import delivery
    from customer_escalation.cli.reading import place_of, with_service
    from customer_escalation.decision.rules.after import follow_up_actions
    from customer_escalation.followups import closing

    if article is not None:
        delivery.check(article)
    store, name = JournalStore(), (by or user()).strip()
    case = store.find(run_id)
    tracked = tracking or _line("What was done to the internal tracking?")
    if (
        article is None
        and not offer_article
        and (answer := _line("Where to write the article on what was learned (a file)?"))
    ):
        article = Path(answer)
        delivery.check(article)

    async def work(service: "CaseService") -> None:
        draft = await closing.learned(service, case, resolution)
        learned = ""
        if article is not None:
            delivery.put(f"{draft.text}\n", article)
            service.note_file(case, str(article))
            learned = str(article)
            streams.say(f"The article is in {article}.")
        if offer_article:
            action = await closing.offer_article(service, case, draft)
            learned = learned or action
            streams.say(f"The article is offered as {action[:12]}: customer-escalation act {case}")
        if learned and draft.left_out:
            streams.say(f"Left out of it: {'; '.join(draft.left_out)}.")
        await closing.close(service, case, closing.Closing(name, tuple(customer_confirmed or ()), tracked, learned))

    with_service(store, place_of(store, case, workspace, sample=sample), as_of, work)
    streams.say(f"{case} is closed, by {name}. " + " ".join(follow_up_actions(resolved=True)))


def _changes(given: "Sequence[str]", file: Path | None) -> dict[str, Any]:
    """The changed facts. Raises ``InvalidRequest``."""
    changes: dict[str, Any] = {}
    if file is not None:
        try:
            read = json.loads(file.read_text(encoding="utf-8"))
        except OSError as error:
            raise _invalid(f"{file} cannot be read: {error.strerror or error}.") from None
        except ValueError as error:
            raise _invalid(f"{file} is no JSON: {error}.") from None
        if not isinstance(read, dict):
            raise _invalid(f"{file} holds no object of facts.")
        changes |= read
    for one in given:
        name, found, rest = one.partition("=")
        answer, _, refs = rest.partition(":")
        if not found or answer.strip() not in ("yes", "no", "unknown"):
            raise _invalid(f"--fact {one!r}: write it as NAME=yes:REF,REF, with yes, no or unknown.")
        cites = [ref.strip() for ref in refs.split(",") if ref.strip()]
        changes[name.strip()] = {"answer": answer.strip(), "cites": cites, "why": ""}
    return changes


def _asked(question: str) -> bool:
    """A person's yes at the terminal; no where nobody can be asked."""
    return sys.stdin.isatty() and sys.stderr.isatty() and typer.confirm(question, default=False, err=True)


def _line(question: str) -> str:
    """A person's answer at the terminal; empty where nobody can be asked."""
    if not (sys.stdin.isatty() and sys.stderr.isatty()):
        return ""
    return str(typer.prompt(question, default="", show_default=False, err=True)).strip()


def _invalid(sentence: str) -> Exception:
    from customer_escalation.connectors.source import InvalidRequest

    return InvalidRequest(sentence)
