"""How many bad customer texts are stopped by code, by kind, and how many good ones raise an alarm.

    python evals/customer_texts/run.py [--half development|unseen|all] [--list]

*stopped* counts texts with a hard finding of P2, which are not offered for approval; *noticed* those with any finding, warnings
among them, which stand beside the text that a person approves. Each is reviewed as the only reply of a brief about its world. No model
is asked.
"""

import argparse
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

from evals.customer_texts.texts import GOOD, HALVES, KINDS, CustomerText, Half, setting, texts
from evals.meaning.bench import case_on, draft_of, evidence_from

from customer_escalation.decision.inputs import DecisionInput
from customer_escalation.decision.rules import Decision, decide
from customer_escalation.domain.brief import Figure
from customer_escalation.domain.findings import Finding
from customer_escalation.review import sources_of
from customer_escalation.review.check import CHECKS, ReviewContext, ReviewInput

WHERE = "drafts[0].text"
NOT_COUNTED = "The customer writes"
"""That a reply is in another language than the ticket: the set has both."""


@dataclass(frozen=True)
class Measured:
    """One text with what P2 says of it."""

    text: CustomerText
    findings: tuple[Finding, ...]

    @property
    def stopped(self) -> bool:
        """It is not offered for approval."""
        return any(finding.level == "H" for finding in self.findings)

    @property
    def noticed(self) -> bool:
        """A person reads something beside it."""
        return bool(self.findings)


@cache
def _case(half: Half, file: str) -> tuple[DecisionInput, dict[str, Figure], Decision]:
    found = setting(half, file)
    case, figures = case_on(evidence_from(found.records), found.now)
    return case, figures, decide(case)


def measure(text: CustomerText) -> Measured:
    """What the checks by code say of one text."""
    case, figures, decision = _case(text.half, text.file)
    reply = {"ticket": setting(text.half, text.file).ticket, "kind": "reply", "text": text.text, "when": ""}
    data = {**draft_of("").model_dump(), "drafts": [reply]}
    draft = type(draft_of("")).model_validate(data)
    context = ReviewContext()
    view = ReviewInput(draft, case, decision, sources_of(draft, case, figures, context), context)
    found = (finding for check in CHECKS if check.rule == "P2" for finding in check.findings(view))
    own = tuple(one for one in found if one.where == WHERE and NOT_COUNTED not in one.message)
    return Measured(text, own)


def table(outcomes: Sequence[Measured]) -> list[str]:
    """The figures in lines, by kind."""
    lines = [f"{'kind':<66} {'of':>4} {'stopped':>11} {'noticed':>11}"]
    for kind, words in (*KINDS.items(), ("", "all bad texts"), (GOOD, "good texts (false alarms)")):
        own = [one for one in outcomes if (one.text.kind == kind if kind else one.text.kind != GOOD)]
        counts = (sum(one.stopped for one in own), sum(one.noticed for one in own))
        lines.append(
            f"{words:<66} {len(own):>4} " + " ".join(f"{f'{count} ({count / len(own):.0%})':>11}" for count in counts)
        )
    return lines


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--half", choices=(*HALVES, "all"), default="development")
    parser.add_argument(
        "--list", action="store_true", help="name each bad text that passes and each good one that does not"
    )
    given = parser.parse_args(arguments)
    outcomes = [measure(one) for one in texts() if given.half in (one.half, "all")]
    print("\n".join(table(outcomes)))
    print(f"by code alone, on the half: {given.half}")
    for one in outcomes if given.list else ():
        if one.noticed if one.text.kind == GOOD else not one.stopped:
            said = "; ".join(f"{finding.level} {finding.message}" for finding in one.findings)
            print(f"{one.text.kind:<14} {one.text.id}: {one.text.text}  <- {said}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
