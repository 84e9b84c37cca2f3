"""The decision: escalate or handle, how severe, whose; each with the rules that made it."""

from dataclasses import dataclass

from customer_escalation.decision.inputs import Case
from customer_escalation.decision.rules import escalate, handle, severity, target, waiting
from customer_escalation.decision.rules.escalate import OVERRIDING
from customer_escalation.decision.rules.rule import RULES, Firing
from customer_escalation.domain.brief import Outcome, Severity, Target
from customer_escalation.domain.rule_registry import carries_out

_RULE_FILES = (handle, escalate, severity, target, waiting)
"""Imported so that their rules are registered, in this order."""

HANDLING = ("H1", "H2", "H3", "H4")


@dataclass(frozen=True)
class Decision:
    """What the rules decide, and why."""

    outcome: Outcome
    severity: Severity | None
    """None when the issue is handled in support."""
    target: Target | None
    also_notify: tuple[Target, ...]
    firings: tuple[Firing, ...]
    """Every rule's answer, in the order of the rules."""
    because: tuple[str, ...]
    """Ids of the rules that made the outcome, the severity and the target."""

    def firing(self, rule_id: str) -> Firing:
        """One rule's answer."""
        return next(firing for firing in self.firings if firing.rule == rule_id)

    @property
    def unknown(self) -> tuple[Firing, ...]:
        """Rules that could not be tested."""
        return tuple(firing for firing in self.firings if firing.state == "unknown")


def decide(case: Case) -> Decision:
    """Apply every rule to the case (E-NONE, S, T0)."""
    firings = tuple(rule.fire(case) for rule in RULES.values())
    fired = {firing.rule: firing for firing in firings if firing.state == "yes" and firing.level == "H"}
    overriding = [rule for rule in OVERRIDING if rule in fired]
    handling = [rule for rule in HANDLING if rule in fired]
    reasons = [rule for rule in fired if RULES[rule].group == "escalate"]
    if (handling and not overriding) or not reasons:
        return Decision(Outcome.HANDLE, None, None, (), firings, tuple(handling) or no_criterion())
    floors = [firing for firing in fired.values() if firing.floor]
    level = max((Severity(firing.floor) for firing in floors), key=lambda value: value.rank, default=Severity.MEDIUM)
    made_by = [firing.rule for firing in floors if firing.floor == level]
    owner, others, owner_rule = owner_of(case, fired)
    return Decision(Outcome.ESCALATE, level, owner, others, firings, (*reasons, *made_by, owner_rule))


@carries_out("E-NONE", "escalate", "H", "Nothing fires: do not escalate; say which criterion would change that.")
def no_criterion() -> tuple[str, ...]:
    """The only reason left; the note's ``would_change`` says what would make it an escalation (B4)."""
    return ("E-NONE",)


@carries_out(
    "T0", "target", "H",
    "Security, then Leadership where the open ask is a decision, then Engineering, Product, L2 Support: one owner, the "
    "others are notified.",
)  # fmt: skip
def owner_of(case: Case, fired: dict[str, Firing]) -> tuple[Target, tuple[Target, ...], str]:
    """T0: one primary owner; every other team that matches is notified.

    Leadership owns it only where the open ask is a decision, or where Engineering is already engaged; otherwise it is
    notified and the team that must do the work owns it.
    """
    matching = [rule for rule in ("T4", "T5", "T2", "T3", "T1") if rule in fired]
    decision_open = case.facts.open_ask == "decision"
    workers = [rule for rule in matching if rule not in ("T4", "T5")]
    if "T4" in matching:
        owner = "T4"
    elif "T5" in matching and (decision_open or not workers):
        owner = "T5"
    else:
        owner = workers[0] if workers else "T1"
    others = tuple(Target(RULES[rule].target) for rule in matching if rule != owner and rule != "T1")
    return Target(RULES[owner].target), others, owner
