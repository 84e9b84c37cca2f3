"""How many bad customer texts are stopped, by kind, and how many good ones raise an alarm.

    python evals/customer_texts/run.py [--half development|unseen|edited|all] [--readings FILE] [--requests FOLDER] [--list]

*stopped* counts texts with a hard finding of P2, which are not offered for approval; *noticed* those with any finding, warnings
among them, which stand beside the text that a person approves. Each is reviewed as the only reply of a brief about its world.

Without ``--readings``: by code alone. With it, lines of JSON that a second model answered, also by both layers, as a text that a person
edited is read: for a whole text ``{"id": ..., "faults": [...]}``, for one of its sentences ``{"id": ..., "answer": ..., "ref": ...,
"words": ..., "why": ...}``. What it names counts where its words stand in the text, or in the record. ``--requests`` writes what it is
to be shown, a file for every 40 questions, in an order that tells nothing, with INSTRUCTIONS of each kind.
"""

import argparse
import hashlib
import json
import sys
from collections.abc import Iterator, Mapping, Sequence
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
from customer_escalation.domain.prose import cite
from customer_escalation.drafting.prompts import prompt
from customer_escalation.review import sources_of
from customer_escalation.review.check import CHECKS, ReviewContext, ReviewInput
from customer_escalation.review.customer_texts.questions import TextQuestion, reading_of, text_findings
from customer_escalation.review.edited_texts import EditedText, edited_exhibits
from customer_escalation.review.verification import Exhibit, findings_of, verdict_of

WHERE = "drafts[0].text"
BATCH = 40
NOT_COUNTED = "The customer writes"
"""That a reply is in another language than the ticket: the set has both."""


@dataclass(frozen=True)
class Measured:
    """One text with what P2 says of it."""

    text: CustomerText
    findings: tuple[Finding, ...]
    """By code."""
    read: tuple[Finding, ...] = ()
    """By the second model."""

    @property
    def stopped(self) -> bool:
        """Code does not let it be offered for approval."""
        return any(finding.level == "H" for finding in self.findings)

    @property
    def noticed(self) -> bool:
        """A person reads something beside it that code found."""
        return bool(self.findings)

    @property
    def stopped_by_either(self) -> bool:
        """Neither layer alone decides: what one of them stops is stopped."""
        return self.stopped or any(finding.level == "H" for finding in self.read)

    @property
    def noticed_by_either(self) -> bool:
        """A person reads something beside it."""
        return bool(self.findings or self.read)


@cache
def _case(half: Half, file: str) -> tuple[DecisionInput, dict[str, Figure], Decision]:
    found = setting(half, file)
    case, figures = case_on(evidence_from(found.records), found.now)
    return case, figures, decide(case)


def _view(text: CustomerText) -> ReviewInput:
    case, figures, decision = _case(text.half, text.file)
    reply = {"ticket": setting(text.half, text.file).ticket, "kind": "reply", "text": text.text, "when": ""}
    articles = [record.ref for record in case.evidence.of_kind("article")]
    data = {**draft_of("").model_dump(), "context": cite("The articles.", articles), "drafts": [reply]}
    draft = type(draft_of("")).model_validate(data)
    context = ReviewContext()
    return ReviewInput(draft, case, decision, sources_of(draft, case, figures, context), context)


def questions(text: CustomerText) -> Iterator[tuple[str, Exhibit | TextQuestion]]:
    """What a second model is shown of one text, as if a person had written all of it, each with an id that tells nothing."""
    ticket = setting(text.half, text.file).ticket
    for one in edited_exhibits(EditedText(text.text, offered="", ticket=ticket), _view(text)):
        yield hashlib.sha256(f"{text.id} {one.key}".encode()).hexdigest()[:12], one


def measure(text: CustomerText, answers: Mapping[str, Mapping[str, object]] | None = None) -> Measured:
    """What the checks by code say of one text, and what a second model says that answered so."""
    view = _view(text)
    found = (finding for check in CHECKS if check.rule == "P2" for finding in check.findings(view))
    own = tuple(one for one in found if one.where == WHERE and NOT_COUNTED not in one.message)
    return Measured(text, own, tuple(_read(text, answers, view)) if answers else ())


def _read(text: CustomerText, answers: Mapping[str, Mapping[str, object]], view: ReviewInput) -> Iterator[Finding]:
    policy = view.case.policy
    for name, question in questions(text):
        given = answers.get(name)
        if given is None:
            continue
        if isinstance(question, TextQuestion):
            reading = reading_of(given)
            yield from text_findings([question], {question.key: reading}, policy) if reading else ()
        elif verdict := verdict_of(given):
            yield from findings_of([question], {question.key: verdict}, policy)


def read_answers(path: Path) -> dict[str, Mapping[str, object]]:
    """The answers by the question's id. Raises ``ValueError`` naming a line that is none."""
    found: dict[str, Mapping[str, object]] = {}
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        if not line.strip():
            continue
        try:
            given = json.loads(line)
            good = reading_of(given) if "faults" in given else verdict_of(given)
            name = str(given["id"])
        except (ValueError, KeyError, AttributeError, TypeError):
            good, name = None, ""
        if good is None:
            raise ValueError(f"{path}, line {number}, is no answer: an id with faults, or with an answer, is needed.")
        found[name] = given
    return found


def write_requests(chosen: Sequence[CustomerText], folder: Path) -> int:
    """Write what a second model is to be shown; returns how many files."""
    folder.mkdir(parents=True, exist_ok=True)
    asked = sorted((one for text in chosen for one in questions(text)), key=lambda one: one[0])
    kinds = (
        ("text", "customer_text.md", "id, faults (a list of kind, words, why)", TextQuestion),
        ("statement", "verifier.md", "id, answer, ref, words, why", Exhibit),
    )
    files = 0
    for name, instructions, answer, kind in kinds:
        (folder / f"INSTRUCTIONS-{name}s.md").write_text(
            f"{prompt(instructions)}\n\nFor each line of a file answer one line of JSON: {answer}.\n", encoding="utf-8"
        )
        own = [(ident, question) for ident, question in asked if isinstance(question, kind)]
        for start in range(0, len(own), BATCH):
            lines = [
                json.dumps({"id": ident, **one.asked}, ensure_ascii=False) for ident, one in own[start : start + BATCH]
            ]
            (folder / f"{name}s-{start // BATCH + 1:02}.jsonl").write_text("\n".join(lines) + "\n", encoding="utf-8")
            files += 1
    return files


def table(outcomes: Sequence[Measured]) -> list[str]:
    """The figures in lines, by kind."""
    read = any(one.read for one in outcomes)
    lines = [
        f"{'kind':<66} {'of':>4} {'stopped':>11} {'noticed':>11}" + f" {'both: stopped':>14} {'noticed':>11}" * read
    ]
    for kind, words in (*KINDS.items(), ("", "all bad texts"), (GOOD, "good texts (false alarms)")):
        own = [one for one in outcomes if (one.text.kind == kind if kind else one.text.kind != GOOD)]
        if not own:
            continue
        counts = [sum(one.stopped for one in own), sum(one.noticed for one in own)]
        counts += [sum(one.stopped_by_either for one in own), sum(one.noticed_by_either for one in own)] if read else []
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
    parser.add_argument("--readings", type=Path, help="what a second model answered, lines of JSON")
    parser.add_argument("--requests", type=Path, help="write what a second model is to be shown into this folder")
    given = parser.parse_args(arguments)
    chosen = [one for one in texts() if given.half in (one.half, "all")]
    if given.requests:
        print(f"{len(chosen)} texts in {write_requests(chosen, given.requests)} files in {given.requests}")
        return 0
    try:
        answers = read_answers(given.readings) if given.readings else {}
    except (OSError, ValueError) as error:
        print(error, file=sys.stderr)
        return 2
    outcomes = [measure(one, answers) for one in chosen]
    print("\n".join(table(outcomes)))
    print(f"{len(answers)} answers" if given.readings else "by code alone,", f"on the half: {given.half}")
    for one in outcomes if given.list else ():
        if one.noticed_by_either if one.text.kind == GOOD else not one.stopped_by_either:
            said = "; ".join(f"{finding.level} {finding.message}" for finding in (*one.findings, *one.read))
            print(f"{one.text.kind:<14} {one.text.id}: {one.text.text}  <- {said}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
