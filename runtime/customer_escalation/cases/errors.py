"""What the case service refuses, in sentences that say why; each way in adds by which of its tools to go on.

WrongOrder          a step was asked for before the one that it needs
├── NoFacts         nothing was stated that stands
├── NoBrief         no draft was handed in on the facts as they stand
├── WrongDraft      a draft of one kind where the decision asks for the other
├── NotEscalated    no escalation is recorded that could be followed up or brought down
├── ActionChanged   an action is no longer offered as it was shown
├── ActionOutdated  what an action rests on is another than whoever approved it knew
├── NotReadAgain    what an action rests on cannot be read again
├── NotAllowed      the policy lets others approve this kind of action
├── NotApproved     nobody's yes to an action is in force
├── NothingToDo     a person sees to an action, or it has no text yet
├── NoSystem        nothing is connected that could carry an action out
├── NotUnclear      whether an effect happened is known, so nobody has to settle it
└── NotProposed     no rule lets an escalation come down
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from skill_runtime.errors import SkillRuntimeError

if TYPE_CHECKING:
    from customer_escalation.decision.rules import Decision


class WrongOrder(SkillRuntimeError):
    """A step was asked for before the one that it needs; the sentence says which."""


class NoFacts(WrongOrder):
    """Nothing was stated that stands."""

    def __init__(self) -> None:
        super().__init__("The facts come first: the brief depends on the decision on them.")


class NoBrief(WrongOrder):
    """No draft was handed in on the facts as they stand."""

    def __init__(self) -> None:
        super().__init__("There is no brief yet: state the facts, then hand in a draft.")


class WrongDraft(WrongOrder):
    """A draft of one kind where the decision asks for the other."""

    def __init__(self, decision: "Decision") -> None:
        super().__init__(f"The decision is {decision.outcome.value}, which asks for another kind of draft.")
        self.decision = decision


class NotEscalated(WrongOrder):
    """No escalation is recorded that could be followed up or brought down."""

    def __init__(self, case: str) -> None:
        super().__init__(f"{case} is no saved escalation, so there is nothing to follow up or to bring down.")


class ActionChanged(WrongOrder):
    """An action is no longer offered as it was shown."""

    def __init__(self) -> None:
        super().__init__("This action is not as it was shown: text or destination changed. Look at it again.")


class ActionOutdated(WrongOrder):
    """What an action rests on is another than whoever approved it knew."""

    def __init__(self, number: int, changes: Sequence[str]) -> None:
        super().__init__(
            f"Action {number} was not carried out, because something changed. {' '.join(changes)} Look at it again."
        )
        self.changes = tuple(changes)


class NotReadAgain(WrongOrder):
    """What an action rests on cannot be read again, so nobody knows whether it still fits."""

    def __init__(self, number: int, refs: Sequence[str], cut: Sequence[str] = ()) -> None:
        """``cut`` are the refs of what could be read in part."""
        told = [*refs, *(f"{ref} to its end" for ref in cut)]
        super().__init__(
            f"Action {number} was not carried out: what it rests on ({', '.join(told)}) could not be read again, so nobody knows "
            "whether it still fits."
        )


class NotAllowed(WrongOrder):
    """The policy lets others approve this kind of action."""


class NotProposed(WrongOrder):
    """No rule lets an escalation come down."""

    def __init__(self) -> None:
        super().__init__("No rule lets it come down yet, so there is nothing to confirm.")


class NotApproved(WrongOrder):
    """Nobody's yes to an action is in force."""

    def __init__(self, number: int) -> None:
        super().__init__(f"Action {number} is not approved as it stands, so it is not carried out.")


class NothingToDo(WrongOrder):
    """A person sees to an action, or it has no text yet."""


class NoSystem(WrongOrder):
    """Nothing is connected that could carry an action out."""


class NotUnclear(WrongOrder):
    """Whether an effect happened is known."""

    def __init__(self) -> None:
        super().__init__("It is not open whether this action was carried out, so there is nothing to settle.")
