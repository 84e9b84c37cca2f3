"""Run case files through the command line and compare each brief with what its case expects.

    python evals/run_cases.py FOLDER [--no-model] [--answered] [--asked] [--half even|odd] [--model NAME] [--out FOLDER]

A case is a workspace JSON with ``invocation`` and ``expected``: ``escalate``, ``severity``, ``target``, ``must_mention``
(a fact is found when any of its texts occurs in the brief) and ``must_not_claim`` (a pattern counts outside negation and
attribution only). Prints one row a case and the sums. A case is *right* when its brief is valid and decides as expected;
*undecided* when it says that it is not decided and the expected decision is among those that answers lead to, or which case is
meant has to be said; *wrong* otherwise. Exits 1 when a run failed or a case is wrong, so that it can stand in a pipeline.

With ``--answered`` each case runs a second time, with its ``expected.answers`` given by ``--answers`` as by a person who knows
them, and a second table shows what that decides: there *undecided* is no longer enough. With ``--asked`` the questions are put to
such a person as at a terminal, and a further table shows how many it took. ``--half`` takes the cases whose
name's SHA-256 is even or odd: faults are mended on one half, and only then the other is looked at.
"""

import argparse
import hashlib
import json
import re
import subprocess
import sys
import tempfile
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal

GUARD = re.compile(
    r"\b(?:no|not|never|nobody|none|without|nothing|n't|unknown|intact|isn't|wasn't|whether|if|unless|rather than|"
    r"reports?|says?|said|wrote|called|claims?|asks?|according to|did not|declared|marked)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class CaseRow:
    """How one case went."""

    case: str
    exit_code: int
    got: tuple[str, str, str]
    wanted: tuple[str, str, str]
    verdict: Literal["right", "undecided", "wrong"]
    mentioned: int
    mentions: int
    claimed: tuple[str, ...]
    status: str
    words: int
    missing: tuple[str, ...]
    questions: tuple[str, ...] = ()
    """What the run asks a person, by the questions' names."""


def run_case(path: Path, arguments: list[str], out: Path | None) -> CaseRow:
    """Run one case in a process of its own."""
    case = json.loads(path.read_text(encoding="utf-8"))
    issue = _issue(case)
    command = [
        sys.executable,
        "-m",
        "customer_escalation",
        "run",
        issue,
        "--workspace",
        str(path),
        "--format",
        "json",
        "-q",
    ]
    done = subprocess.run([*command, *arguments], capture_output=True, text=True, check=False)
    if not done.stdout.strip():
        return CaseRow(
            path.stem,
            done.returncode,
            ("", "", ""),
            _wanted(case),
            "wrong",
            0,
            0,
            (),
            done.stderr.strip()[-200:],
            0,
            (),
        )
    result = json.loads(done.stdout)
    if out:
        out.mkdir(parents=True, exist_ok=True)
        (out / f"{path.stem}.md").write_text(result["markdown"], encoding="utf-8")
        (out / f"{path.stem}.json").write_text(done.stdout, encoding="utf-8")
    return compare(path.stem, done.returncode, result, case)


def compare(name: str, exit_code: int, result: dict[str, Any], case: dict[str, Any]) -> CaseRow:
    """A result beside its case's expectations."""
    expected, markdown = case["expected"], result["markdown"]
    got = (result["outcome"], result["severity"] or "-", result["target"] or "-")
    wanted = _wanted(case)
    severities = {wanted[1], *expected.get("severity_also_ok", [])}
    targets = {wanted[2], *expected.get("target_also_ok", [])}
    found = [
        any(text.casefold() in markdown.casefold() for text in fact["any_of"]) for fact in expected["must_mention"]
    ]
    claimed = tuple(item["claim"] for item in expected["must_not_claim"] if _claims(markdown, item["patterns"]))
    missing = tuple(fact["fact"] for fact, hit in zip(expected["must_mention"], found, strict=True) if not hit)
    verdict = _verdict(result, got, wanted[0], severities, targets)
    return CaseRow(name, exit_code, got, wanted, verdict, sum(found), len(found), claimed, result["status"], len(markdown.split()),
               missing, tuple(question["question"] for question in result["questions"]))  # fmt: skip


def _verdict(
    result: dict[str, Any], got: tuple[str, str, str], outcome: str, severities: set[str], targets: set[str]
) -> Literal["right", "undecided", "wrong"]:
    """See the module."""
    ok = got[0] == outcome and got[1] in severities and got[2] in targets
    if result["status"] == "valid" or not result["brief"].get("undecided"):
        return "right" if ok else "wrong"
    if not result["brief"]["computed"]["accounts"]:
        return "undecided"  # it asks which case is meant
    handled = "handle in support"
    wanted = (
        {handled} if outcome != "escalate" else {f"escalate, {one}, {team}" for one in severities for team in targets}
    )
    return "undecided" if wanted & set(result["may_be"]) else "wrong"


def _wanted(case: dict[str, Any]) -> tuple[str, str, str]:
    expected = case["expected"]
    outcome = "escalate" if expected["escalate"] else "handle_in_support"
    return outcome, expected["severity"] or "-", expected["target"] or "-"


def _claims(markdown: str, patterns: list[str]) -> bool:
    for pattern in patterns:
        for found in re.finditer(pattern, markdown, re.IGNORECASE):
            start = max(markdown.rfind(". ", 0, found.start()), markdown.rfind("\n", 0, found.start())) + 1
            end = min((place for place in (markdown.find(". ", found.end()), markdown.find("\n", found.end())) if place >= 0),
                      default=len(markdown))  # fmt: skip
            if not GUARD.search(markdown[start:end]):
                return True
    return False


def half_of(name: str) -> Literal["even", "odd"]:
    """The half that a case belongs to, by its name alone."""
    return "odd" if hashlib.sha256(name.encode()).digest()[-1] % 2 else "even"


def run_answered(path: Path, arguments: list[str], out: Path | None) -> CaseRow:
    """Run one case with the answers of somebody who knows it."""
    answers = json.loads(path.read_text(encoding="utf-8"))["expected"]["answers"]
    with tempfile.TemporaryDirectory(prefix="eval-answers-") as folder:
        given = Path(folder) / "answers.json"
        given.write_text(json.dumps(answers, ensure_ascii=False), encoding="utf-8")
        return run_case(path, [*arguments, "--answers", str(given), "--answered-by", "the case's author"], out)


def run_asked(path: Path) -> CaseRow:
    """Ask somebody who knows the case, as a terminal does; the row's questions are those that were put."""
    from evals.asking import ask

    case = json.loads(path.read_text(encoding="utf-8"))
    with tempfile.TemporaryDirectory(prefix="eval-asked-") as runs:
        result, asked = ask(_issue(case), path, true_answers(case), Path(runs))
    row = compare(path.stem, 0 if result.status == "valid" else 3, dict(result.data), case)
    return replace(row, questions=asked)


def true_answers(case: dict[str, Any]) -> dict[str, str]:
    """A case's answers; which ticket is meant needs no saying where there is one."""
    tickets = case["records"]["support_platform"]
    alone = {"case": str(tickets[0]["id"])} if len(tickets) == 1 else {}
    return {**alone, **case["expected"]["answers"]}


def _issue(case: dict[str, Any]) -> str:
    return str(case["invocation"]).removeprefix("/customer-escalation").strip()


def show(title: str, rows: list[CaseRow]) -> None:
    """Print a table of rows and its sums."""
    width = max(len(row.case) for row in rows)
    print(f"\n{title}\n")
    print(
        f"{'case':<{width}} {'exit':<4} {'status':<12} {'expected':<36} {'got':<36} {'verdict':<9} {'open':<4} {'facts':<6} "
        f"{'words':<5} asks / wrong claims"
    )
    for row in rows:
        print(
            f"{row.case:<{width}} {row.exit_code:<4} {row.status[:40]:<12} {_short(row.wanted):<36} {_short(row.got):<36} "
            f"{row.verdict:<9} {len(row.questions):<4} {row.mentioned}/{row.mentions:<4} {row.words:<5} "
            f"{' '.join(row.questions) or '-'} / {'; '.join(row.claimed) or '-'}"
        )
        for fact in row.missing:
            print(f"{'':<{width}} not mentioned: {fact}")
    counts = {verdict: sum(row.verdict == verdict for row in rows) for verdict in ("right", "undecided", "wrong")}
    sure = sum(row.verdict == "wrong" and row.status == "valid" for row in rows)
    print(f"{counts['right']} right, {counts['undecided']} undecided with the right decision open, {counts['wrong']} wrong "
          f"({sure} of them called valid), of {len(rows)}; "
          f"{sum(row.mentioned for row in rows)} of {sum(row.mentions for row in rows)} facts mentioned; "
          f"{sum(len(row.claimed) for row in rows)} wrong claims; {sum(len(row.questions) for row in rows)} questions asked.")  # fmt: skip


def _short(decision: tuple[str, str, str]) -> str:
    return ", ".join(part.replace("_", " ") for part in decision if part != "-") or "-"


def failed(rows: list[CaseRow], *, answered: bool) -> bool:
    """Is a case wrong, or still open although everything is answered, or did a run end otherwise than with a brief?"""
    allowed = {"right"} if answered else {"right", "undecided"}
    return any(row.verdict not in allowed or row.exit_code not in (0, 3) for row in rows)


def main() -> int:
    """Run every case of a folder and print the tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path, help="folder with case files (*.json)")
    parser.add_argument("--no-model", action="store_true", help="draft by rules")
    parser.add_argument(
        "--answered", action="store_true", help="run each case again with its true answers; needs --no-model"
    )
    parser.add_argument(
        "--asked", action="store_true", help="put the questions to somebody who knows; needs --no-model"
    )
    parser.add_argument("--half", choices=["even", "odd"], help="only these cases, by a hash of the name")
    parser.add_argument("--model", help="model to draft with")
    parser.add_argument("--out", type=Path, help="keep each brief there")
    chosen = parser.parse_args()
    if (chosen.answered or chosen.asked) and not chosen.no_model:
        parser.error("--answered and --asked need --no-model")
    arguments = (["--no-model"] if chosen.no_model else []) + (["--model", chosen.model] if chosen.model else [])
    paths = [path for path in sorted(chosen.folder.glob("*.json")) if chosen.half in (None, half_of(path.stem))]
    if not paths:
        print(f"No case files in {chosen.folder}.", file=sys.stderr)
        return 2
    rows = [run_case(path, arguments, chosen.out) for path in paths]
    show("As they are", rows)
    bad = failed(rows, answered=False)
    if chosen.answered:
        told = [run_answered(path, arguments, chosen.out and chosen.out / "answered") for path in paths]
        show("With the true answers", told)
        bad = bad or failed(told, answered=True)
    if chosen.asked:
        asked = [run_asked(path) for path in paths]
        show("Asked as at a terminal", asked)
        bad = bad or failed(asked, answered=True)
    return 1 if bad else 0


if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).resolve().parent.parent))  # where this is run as a file
    with tempfile.TemporaryDirectory(prefix="eval-runs-") as runs:
        import os

        os.environ.setdefault("CUSTOMER_ESCALATION_RUNS", runs)
        raise SystemExit(main())
