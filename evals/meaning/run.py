"""How many false statements are stopped, by kind, and how many true ones raise an alarm.

    python evals/meaning/run.py [--half development|unseen|all] [--verdicts FILE] [--requests FOLDER] [--list]

Without ``--verdicts``: by code alone. *code* counts what the checks notice, *doubted* what code only hints at (a verifier reads those
first). With ``--verdicts``, lines of JSON that a verifier answered (``{"id": ..., "answer": ..., "ref": ..., "words": ...,
"why": ...}``), also by both layers: a verdict counts where its words stand in the record, as in a run. ``--requests`` writes what a
verifier is to be shown, a file for every 40 statements, in an order that tells nothing, with the instructions in INSTRUCTIONS.md.
"""

import argparse
import json
import sys
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

from evals.meaning.bench import findings_of, notices, review_input
from evals.meaning.statements import KINDS, TRUE, Statement, statements

from customer_escalation.drafting.prompts import prompt
from customer_escalation.review.meaning import contests
from customer_escalation.review.verification import Exhibit, Verdict, exhibits, is_shown, verdict_of

BATCH = 40


@dataclass(frozen=True)
class Outcome:
    """One statement, measured."""

    statement: Statement
    by_code: bool
    doubted: bool
    by_verifier: bool | None
    """None where it gave no verdict that counts."""

    @property
    def by_both(self) -> bool:
        """Stopped by either layer."""
        return self.by_code or bool(self.by_verifier)


def exhibit_of(statement: Statement) -> Exhibit:
    """The statement as a verifier sees it; those of one statement are one, as the set has single sentences."""
    found = exhibits(review_input(statement))
    return found[0]


def measure(statement: Statement, verdicts: Mapping[str, Verdict]) -> Outcome:
    """What the layers say of one statement."""
    view = review_input(statement)
    by_code = any(notices(finding) for finding in findings_of(statement))
    doubted = not by_code and any(True for _ in contests(view.claims, view.sources))
    verdict = verdicts.get(statement.id)
    by_verifier = None
    if verdict is not None:
        by_verifier = verdict.answer != "supported" and is_shown(verdict, exhibit_of(statement))
    return Outcome(statement, by_code, doubted, by_verifier)


def table(outcomes: Sequence[Outcome]) -> list[str]:
    """The figures in lines, by kind."""
    read = any(outcome.by_verifier is not None for outcome in outcomes)
    head = f"{'kind':<42} {'of':>4} {'code':>10} {'doubted':>8}" + (f" {'verifier':>10} {'both':>10}" if read else "")
    lines = [head]
    for kind, words in (*KINDS.items(), ("", "all false statements"), (TRUE, "true statements (false alarms)")):
        own = [one for one in outcomes if (one.statement.kind == kind if kind else one.statement.kind != TRUE)]
        cells = f"{words:<42} {len(own):>4} {_share(sum(one.by_code for one in own), len(own)):>10} {sum(one.doubted for one in own):>8}"
        if read:
            verified = _share(sum(bool(one.by_verifier) for one in own), len(own))
            cells += f" {verified:>10} {_share(sum(one.by_both for one in own), len(own)):>10}"
        lines.append(cells)
    return lines


def _share(some: int, every: int) -> str:
    return f"{some} ({some / every:.0%})" if every else "-"


def read_verdicts(path: Path) -> dict[str, Verdict]:
    """The verdicts by the statement's id. Raises ``ValueError`` naming a line that is none."""
    found: dict[str, Verdict] = {}
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        if not line.strip():
            continue
        try:
            given = json.loads(line)
            verdict = verdict_of(given)
            name = str(given["id"])
        except (ValueError, KeyError, AttributeError):
            verdict, name = None, ""
        if verdict is None:
            raise ValueError(f"{path}, line {number}, is no verdict: an id and an answer are needed.")
        found[name] = verdict
    return found


def write_requests(chosen: Sequence[Statement], folder: Path) -> int:
    """Write what a verifier is to be shown; returns how many files."""
    folder.mkdir(parents=True, exist_ok=True)
    ordered = sorted(chosen, key=lambda statement: statement.id)  # of a digest: it tells neither the kind nor the world
    (folder / "INSTRUCTIONS.md").write_text(
        f"{prompt('verifier.md')}\n\nFor each line of a file answer one line of JSON: id, answer, ref, words, why.\n",
        encoding="utf-8",
    )
    batches = [ordered[start : start + BATCH] for start in range(0, len(ordered), BATCH)]
    for number, batch in enumerate(batches, start=1):
        lines = [json.dumps({"id": one.id, **exhibit_of(one).asked}, ensure_ascii=False) for one in batch]
        (folder / f"requests-{number:02}.jsonl").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return len(batches)


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, or write the requests."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--half", choices=("development", "unseen", "all"), default="development")
    parser.add_argument("--verdicts", type=Path, help="what a verifier answered, lines of JSON")
    parser.add_argument("--requests", type=Path, help="write what a verifier is to be shown into this folder")
    parser.add_argument(
        "--list", action="store_true", help="name each false statement that passes and each true one that does not"
    )
    given = parser.parse_args(arguments)
    chosen = [one for one in statements() if given.half in (one.half, "all")]
    if given.requests:
        print(f"{len(chosen)} statements in {write_requests(chosen, given.requests)} files in {given.requests}")
        return 0
    try:
        verdicts = read_verdicts(given.verdicts) if given.verdicts else {}
    except (OSError, ValueError) as error:
        print(error, file=sys.stderr)
        return 2
    outcomes = [measure(one, verdicts) for one in chosen]
    print("\n".join(table(outcomes)))
    print(f"{len(verdicts)} verdicts" if given.verdicts else "by code alone", f"on the half: {given.half}")
    if given.list:
        wrong = [one for one in outcomes if one.by_both == (one.statement.kind == TRUE)]
        counts = Counter(one.statement.kind for one in wrong)
        for one in sorted(wrong, key=lambda outcome: outcome.statement.kind):
            print(f"{one.statement.kind:<12} {one.statement.id} {one.statement.world}: {one.statement.text}")
        print(dict(counts))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
