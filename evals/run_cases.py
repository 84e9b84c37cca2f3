"""Run case files through the command line and compare each brief with what its case expects.

    python evals/run_cases.py FOLDER [--no-model] [--model NAME] [--out FOLDER]

A case is a workspace JSON with ``invocation`` and ``expected``: ``escalate``, ``severity``, ``target``, ``must_mention``
(a fact is found when any of its texts occurs in the brief) and ``must_not_claim`` (a pattern counts outside negation and
attribution only). Prints one row a case and the sums. A case is *right* when its brief is valid and decides as expected;
*undecided* when it says that it is not decided and the expected decision is among those that answers lead to, or which case is
meant has to be said; *wrong* otherwise. Exits 1 when a run failed or a case is wrong, so that it can stand in a pipeline.
"""

import argparse
import json
import re
import subprocess
import sys
import tempfile
from dataclasses import dataclass
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


def run_case(path: Path, arguments: list[str], out: Path | None) -> CaseRow:
    """Run one case in a process of its own."""
    case = json.loads(path.read_text(encoding="utf-8"))
    issue = str(case["invocation"]).removeprefix("/customer-escalation").strip()
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
               missing)  # fmt: skip


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


def main() -> int:
    """Run every case of a folder and print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path, help="folder with case files (*.json)")
    parser.add_argument("--no-model", action="store_true", help="draft by rules")
    parser.add_argument("--model", help="model to draft with")
    parser.add_argument("--out", type=Path, help="keep each brief there")
    chosen = parser.parse_args()
    arguments = (["--no-model"] if chosen.no_model else []) + (["--model", chosen.model] if chosen.model else [])
    paths = sorted(chosen.folder.glob("*.json"))
    if not paths:
        print(f"No case files in {chosen.folder}.", file=sys.stderr)
        return 2
    rows = [run_case(path, arguments, chosen.out) for path in paths]
    print(
        f"{'case':<6} {'exit':<4} {'status':<12} {'got':<44} {'expected':<44} {'verdict':<9} {'facts':<6} {'words':<5} wrong claims"
    )
    for row in rows:
        got, wanted = ", ".join(row.got), ", ".join(row.wanted)
        print(
            f"{row.case:<6} {row.exit_code:<4} {row.status:<12} {got:<44} {wanted:<44} {row.verdict:<9} "
            f"{row.mentioned}/{row.mentions:<4} {row.words:<5} {'; '.join(row.claimed) or '-'}"
        )
        for fact in row.missing:
            print(f"       not mentioned: {fact}")
    counts = {verdict: sum(row.verdict == verdict for row in rows) for verdict in ("right", "undecided", "wrong")}
    print(f"{counts['right']} right, {counts['undecided']} undecided with the right decision open, {counts['wrong']} wrong, of "
          f"{len(rows)}; "
          f"{sum(row.mentioned for row in rows)} of {sum(row.mentions for row in rows)} facts mentioned; "
          f"{sum(len(row.claimed) for row in rows)} wrong claims.")  # fmt: skip
    return 0 if not counts["wrong"] and all(row.exit_code in (0, 3) for row in rows) else 1


if __name__ == "__main__":
    with tempfile.TemporaryDirectory(prefix="eval-runs-") as runs:
        import os

        os.environ.setdefault("CUSTOMER_ESCALATION_RUNS", runs)
        raise SystemExit(main())
