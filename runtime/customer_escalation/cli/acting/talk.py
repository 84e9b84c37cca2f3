"""The conversation of `act` on a terminal: all actions first, then one screen each; every answer is written down as it is given."""

import asyncio
import os
import sys
from collections.abc import Mapping, Sequence
from typing import Literal

from rich.console import Console
from rich.text import Text

from customer_escalation.cases.errors import WrongOrder
from customer_escalation.cases.service import CaseService
from customer_escalation.cases.steps import ProposedAction
from customer_escalation.cli.acting import screens, told
from customer_escalation.cli.acting.carrying import approve_and_carry_out
from customer_escalation.cli.acting.editor import NotEdited, edited
from customer_escalation.domain.evidence import Evidence
from customer_escalation.domain.printable import printable
from customer_escalation.policy import Policy

Key = Literal["y", "n", "e", "r", "h", "x", "s", "b", "q"]
_SAYS: dict[str, Key] = {
    "y": "y", "yes": "y", "n": "n", "no": "n", "e": "e", "edit": "e", "r": "r", "h": "h", "x": "x", "s": "s", "skip": "s", "b": "b",
    "back": "b", "q": "q", "quit": "q",
}  # fmt: skip
UNDER = 3
"""Lines of a page beside its text and the keys: an empty one above each, and the prompt."""
LEAST = 5
"""Lines of a text that are shown at once, however low the terminal is."""


class Keyboard:
    """Lines that the person types; the servers of the systems are served meanwhile."""

    async def line(self) -> str:
        """What was typed; ``q`` at the end of the input."""
        loop = asyncio.get_running_loop()
        came: asyncio.Future[bytes] = loop.create_future()
        fd = sys.stdin.fileno()

        def take() -> None:
            if not came.done():
                came.set_result(os.read(fd, 4096))

        loop.add_reader(fd, take)
        try:
            typed = await came
        finally:
            loop.remove_reader(fd)
        return typed.decode("utf-8", "replace").strip() if typed else "q"


class Conversation:
    """With one person about the actions of one case."""

    def __init__(
        self, service: CaseService, case: str, by: str, policy: Policy, evidence: Evidence, keyboard: Keyboard
    ) -> None:
        self._service, self._case, self._by = service, case, by
        self._policy, self._evidence, self._keyboard = policy, evidence, keyboard
        self._console = Console(highlight=False, markup=False, emoji=False, soft_wrap=False)

    async def hold(self, heading: str) -> Sequence[ProposedAction]:
        """Ask about one action after the other until the person stops; returns them as they stand then."""
        self._print([*map(Text, screens.wrapped(heading, self._width)), Text()])
        found = self._found()
        self._print(screens.overview(found, self._evidence, self._width))
        place = await self._begin(found)
        while 0 <= place < len(found):
            place = await self._about(found[place], place, len(found))
            found = self._found()
        self._print([Text("─" * self._width, "dim"), *screens.overview(found, self._evidence, self._width)])
        return found

    async def _begin(self, found: Sequence[ProposedAction]) -> int:
        """The place of the action to begin with; -1 to stop."""
        if not found:
            return -1
        first = next((place for place, one in enumerate(found) if not told.is_settled(one)), 0)
        say = f"You answer as {self._by}. Enter shows action {first + 1}, a number that action; q stops."
        self._print([Text(), *map(Text, screens.wrapped(say, self._width))])
        while True:
            word = (await self._typed()).casefold()
            if word in ("q", "quit"):
                return -1
            if not word:
                return first
            if word.isdecimal() and 0 < int(word) <= len(found):
                return int(word) - 1
            self._say(f"Enter, a number from 1 to {len(found)}, or q.")

    async def _about(self, one: ProposedAction, place: int, of: int) -> int:
        """Ask about one action; returns the place of the next."""
        key = await self._asked(one, of)
        if key == "q":
            return -1
        if key in ("s", "b"):
            return place + 1 if key == "s" else max(0, place - 1)
        try:
            stay = await self._done(one, key)
        except (WrongOrder, NotEdited) as error:
            self._say(str(error))
            stay = True
        return place if stay else place + 1

    async def _done(self, one: ProposedAction, key: Key) -> bool:
        """Do what a key says; True where the same action is shown again. Raises ``WrongOrder`` and ``NotEdited``."""
        if key == "y" or (key == "r" and one.pending):
            self._say("One moment ..." if one.tool else "")
            outcome = await approve_and_carry_out(self._service, self._case, one.id, self._by)
            self._say(outcome.said)
            return outcome.came != "done" and not (outcome.came == "waits" and self._is_waiting_for_another(one))
        if key == "n":
            self._say("Why, for the record? Enter for no reason.")
            self._service.refuse(self._case, one.id, self._by, await self._typed())
            return False
        if key == "e":
            destination, text = edited(one.proposal.destination, one.proposal.text)
            anew = await self._service.edit_action(self._case, one.id, self._by, text=text, destination=destination)
            self._say("Nothing was changed." if anew.id == one.id else "Changed; nobody approved it yet.")
            return True
        if key == "r":
            self._service.revoke(self._case, one.id, self._by)
            self._say("The approval is taken back.")
            return True
        await self._service.settle(self._case, one.id, key == "h", self._by)
        return key == "x"

    def _is_waiting_for_another(self, one: ProposedAction) -> bool:
        return any(now.id == one.id and now.state == "partly" for now in self._found())

    async def _asked(self, one: ProposedAction, of: int) -> Key:
        """Show the action, page by page, and take a key that means something for it."""
        left = screens.screen(one, of, self._evidence, self._policy, self._width)
        keys = _keys(one)
        self._say("")
        while True:
            below = {key: means for key, means in keys.items() if key != "y"}
            longest = max(len(self._keys(keys)), len(self._keys({"Enter": "1,000 more lines", **below})))
            room = max(LEAST, self._console.height - longest - UNDER)
            page, left = left[:room], left[room:]
            self._print(page)
            self._print([Text(), *self._keys({"Enter": f"{len(left)} more lines", **below} if left else keys)])
            key = await self._key(keys, unread=bool(left))
            if key is not None:
                return key

    async def _key(self, keys: Mapping[str, str], *, unread: bool) -> Key | None:
        """None to show what is left."""
        while True:
            word = (await self._typed()).casefold()
            key = _SAYS.get(word)
            if not word:
                if unread:
                    return None
                self._say(f"Answer {', '.join(keys)}.")
            elif key not in keys:
                self._say(f"Answer {', '.join(keys)}.")
            elif key == "y" and unread:
                self._say("There is more of it: Enter shows it, then you can approve it.")
            else:
                return key

    def _keys(self, keys: Mapping[str, str]) -> list[Text]:
        """The keys on as many lines as they need."""
        lines, line = [], Text()
        for key, means in keys.items():
            piece = Text().append(key, "bold").append(f" {means}")
            if line.cell_len and line.cell_len + 3 + piece.cell_len > self._width:
                lines.append(line)
                line = Text()
            line = line.append("   ").append_text(piece) if line.cell_len else piece
        return [*lines, line]

    async def _typed(self) -> str:
        self._console.print("> ", end="")
        sys.stdout.flush()
        return await self._keyboard.line()

    def _found(self) -> tuple[ProposedAction, ...]:
        return self._service.propose(self._case)

    @property
    def _width(self) -> int:
        return min(self._console.width, screens.WIDEST)

    def _say(self, text: str) -> None:
        self._print([Text(line) for part in printable(text).split("\n") for line in screens.wrapped(part, self._width)])

    def _print(self, lines: Sequence[Text]) -> None:
        for line in lines:
            self._console.print(line, no_wrap=True, overflow="ignore", crop=False)


def _keys(one: ProposedAction) -> dict[str, str]:
    """What can be answered to an action as it stands, each with what it means."""
    keys: dict[str, str] = {}
    if one.pending:
        keys |= {"r": "look whether it was carried out", "h": "it was, I looked", "x": "it was not, I looked"}
    elif told.stage(one) != "done":
        yes = "carry out" if one.approval else "approve and carry out"
        if not one.tool:
            yes = "approve, you do it"
        elif one.needs > len(one.standing.approvals) + 1:
            yes = f"approve, as one of {one.needs}"
        keys |= {"y": yes, "n": "refuse", "e": "edit"}
        if one.standing.approvals:
            keys["r"] = "take the approval back"
    return {**keys, "s": "skip", "b": "back", "q": "stop"}
