"""The command `watch`: look at open escalations again and again, and tell a person."""

from typing import TYPE_CHECKING, Annotated

import typer

from customer_escalation.cli import streams
from customer_escalation.cli.briefs import run_ids
from customer_escalation.cli.options import Sample, Workspace

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from customer_escalation.cases.connection import Systems
    from customer_escalation.cases.shared_connections import SharedConnections
    from customer_escalation.cases.store import CaseStore
    from customer_escalation.cli.notifying import Notifier
    from customer_escalation.cli.reading import Place

SHORTEST_S, LONGEST_S, USUAL_S = 5, 86_400, 300
EPILOG = "Exit codes: 130 stopped by Ctrl-C, 143 asked to end, 2 wrong request, 1 anything else."


def watch(
    runs: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[RUN ...]",
            help="Runs to watch; default: every open one.",
            show_default=False,
            autocompletion=run_ids,
        ),
    ] = None,
    every: Annotated[
        int, typer.Option("--every", metavar="SECONDS", min=SHORTEST_S, max=LONGEST_S, help="How often to look.")
    ] = USUAL_S,
    bell: Annotated[bool, typer.Option("--bell/--no-bell", help="Ring the terminal's bell.")] = True,
    desktop: Annotated[bool, typer.Option("--desktop", help="Notices on the desktop, by notify-send.")] = False,
    webhook: Annotated[
        str | None,
        typer.Option(
            metavar="URL",
            envvar="CUSTOMER_ESCALATION_WEBHOOK",
            show_default="the policy's",
            help="POST each notice there as JSON with a `text`, as chat systems take it; empty for none.",
        ),
    ] = None,
    workspace: Workspace = None,
    sample: Sample = False,
) -> None:
    """Watch open escalations until Ctrl-C: say when a follow-up is due or overdue, when a customer writes, and when a status changes.

    It reads each escalation's tickets and tracker items, and neither writes nor sends anything of them. A system that is down is
    said once, and once more when it is back. Of an escalation whose details stay in the team's own channel, desktop and webhook get
    no more than that there is something.
    """  # fmt: skip
    import asyncio

    from customer_escalation.cases.journal_store import JournalStore
    from customer_escalation.cli.going_on import interruptible
    from customer_escalation.cli.notifying import Bell, Desktop, Webhook
    from customer_escalation.cli.reading import place_of

    store = JournalStore()
    cases = tuple(store.find(run) for run in runs or ())
    notifiers: list[Notifier] = [Bell()] if bell else []
    notifiers += [Desktop()] if desktop else []
    told = _webhook_of_policy() if webhook is None else webhook
    notifiers += [Webhook(told)] if told else []

    def place(case: str) -> "Place":
        return place_of(store, case, workspace, sample=sample)

    for case in cases:
        place(case)
    streams.tell(f"Watching {', '.join(cases) or 'every open escalation'}; Ctrl-C ends it.")
    with interruptible(lambda: ""):
        asyncio.run(_Watch(store, cases, notifiers, place, every).go_on())


def _webhook_of_policy() -> str:
    """What the policy in force here names; empty where it names none. Raises ``PolicyError``."""
    from pathlib import Path

    from customer_escalation.policy.sources import find_overlays, policy_in_force

    return policy_in_force(find_overlays(None, Path.cwd())).watching.webhook


class _Watch:
    """The loop, with the connections of the look that goes on."""

    def __init__(
        self,
        store: "CaseStore",
        cases: "tuple[str, ...]",
        notifiers: "Sequence[Notifier]",
        place: "Callable[[str], Place]",
        every: int,
    ) -> None:
        self._place = place
        self._store, self._cases, self._notifiers, self._every = store, cases, notifiers, every
        self._open: dict[Place, SharedConnections] = {}

    async def go_on(self) -> None:
        """Look, tell, wait, until somebody ends it."""
        import asyncio
        from datetime import UTC, datetime

        from customer_escalation.cli.notifying import pass_on
        from customer_escalation.cli.reading import Moments
        from customer_escalation.followups.watching import Watcher

        moments = Moments(self._place)
        watcher, failing = Watcher(self._store, self._systems, self._cases, moments.of), set[str]()
        while True:
            now = datetime.now(UTC)
            moments.renew()
            try:
                notices = await watcher.look(now)
            finally:
                await self._let_go()
            if notices:
                clock = f"{now.astimezone():%H:%M}"
                streams.say(streams.rows([f"{clock}  {one.case}  {one.text}" for one in notices]))
                await pass_on(self._notifiers, notices, failing)
            await asyncio.sleep(self._every)

    async def _let_go(self) -> None:
        """Connections last for one look: between looks tokens run out, servers start anew and a workspace is put in another's place."""
        for systems in self._open.values():
            await systems.close()
        self._open.clear()

    async def _systems(self, case: str) -> "Systems":
        from customer_escalation.cases.shared_connections import SharedConnections

        place = self._place(case)
        if place not in self._open:
            self._open[place] = SharedConnections(place.workspace, place.connectors, place.folder)
        return self._open[place]
