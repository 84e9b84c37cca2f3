"""Prove that the skill's text and its policy.toml agree; with ``--write``, make them agree.

    python tools/check_policy_text.py [--write | --list] [--skill DIR]

Text that comes from the policy stands between markers in SKILL.md and references/*.md, and is generated:

    <!-- policy:cadence -->
    ...a table...
    <!-- /policy -->

A marker alone on its line encloses a block of markdown; inside a line it encloses a value:

    worth <!-- policy:high-value-arr -->100,000 USD<!-- /policy --> a year

Blocks:  severity-windows   response windows (S13)
         cadence            internal follow-ups and customer updates
         thresholds         high-value, pattern, several accounts, waiting without an SLA
         sla                at-risk share, on which clock
         severities         what each severity means
         asks               the verbs, and which suit which target (B2)
         teams              targets with their channels
         limits             sentences of the description, repairs (B4)
         de-escalation      when silence is agreement (DE1, DE2)
         criteria           what speaks for support and what for an escalation, from the table of rules
Values:  ``--list`` prints every name with its text.

severity-windows, cadence, thresholds, sla, criteria, and asks or the value ask-verbs must each stand somewhere. Figures with a unit
of the policy (hours, days, %, $, sentences, customers, accounts) outside the markers must be figures of the policy too; code,
quotations and passages between ``<!-- policy:example -->`` and ``<!-- /policy -->`` are left alone. Exit status: 0 all
agree, 1 something does not (a sentence each), 2 the call or the policy is wrong.
"""

import argparse
import re
import sys
from collections.abc import Iterator
from pathlib import Path

from customer_escalation.domain.formatting import number_words
from customer_escalation.domain.outcomes import Severity
from customer_escalation.policy import Policy, PolicyError, load_policy
from customer_escalation.policy.text import BLOCKS, EXAMPLE, MARKED, VALUES

SKILL = Path(__file__).resolve().parents[1] / "skills" / "customer-escalation"
REQUIRED = (("severity-windows",), ("cadence",), ("thresholds",), ("sla",), ("criteria",), ("asks", "ask-verbs"))


LEFT_ALONE = re.compile(
    r"^(?P<fence>```|~~~).*?^(?P=fence)|`[^`\n]*`|\"[^\"\n]*\"|\u201c[^\u201d\n]*\u201d", re.DOTALL | re.MULTILINE
)
WORDS = {
    "two": 2,
    "three": 3,
    "four": 4,
    "five": 5,
    "six": 6,
    "seven": 7,
    "eight": 8,
    "nine": 9,
    "ten": 10,
    "twelve": 12,
}
NUMBER = rf"\d[\d,.]*|{'|'.join(WORDS)}"
COUNTED = rf"\b(?P<first>{NUMBER})(?:\s?(?:-|\u2013|to|or)\s?(?P<second>{NUMBER}))?\+?"
FIGURES = {
    "hours": re.compile(COUNTED + r"[\s-]?(?:business[\s-])?(?:h|hours?)\b", re.IGNORECASE),
    "days": re.compile(COUNTED + r"[\s-]?(?:business[\s-]|working[\s-])?days?\b", re.IGNORECASE),
    "sentences": re.compile(COUNTED + r"[\s-]sentences?\b", re.IGNORECASE),
    "customers or accounts": re.compile(
        COUNTED + r"\s(?:or more\s)?(?:distinct\s|different\s|high-value\s)?(?:customers?|accounts?)\b", re.IGNORECASE
    ),
    "per cent": re.compile(r"(?P<first>\d[\d,.]*)(?P<second>)\s?(?:%|per\s?cent)", re.IGNORECASE),
    "dollars": re.compile(r"\$\s?(?P<first>\d[\d,.]*)(?P<second>)|(?P<third>\d[\d,.]*)\s?(?:USD|dollars)\b"),
}


def policy_figures(policy: Policy) -> dict[str, set[float]]:
    """For each unit of ``FIGURES`` the numbers that the policy has in it."""
    response, rows = policy.response, [policy.cadence.of(severity) for severity in Severity]
    hours = {response.high_hours, response.high_carry_hours}
    days: set[float] = {policy.pattern.window_days, response.medium_carry_days, response.medium_min_days_left}
    for row in rows:
        (days if row.unit == "business_days" else hours).update((row.internal, *row.customer))
    accounts = {
        policy.pattern.min_customers,
        policy.infrastructure.min_accounts,
        policy.high_value.critical_from_customers,
    }
    return {
        "hours": hours,
        "days": days,
        "sentences": {*policy.brief.description_sentences},
        "customers or accounts": {*accounts},
        "per cent": {round(policy.sla.at_risk_fraction * 100, 6)},
        "dollars": {policy.high_value.arr_usd},
    }


def regenerate(text: str, where: str, policy: Policy) -> tuple[str, list[str], list[str]]:
    """The text with its marked parts made anew; a sentence for each that differed; and for each that cannot be made."""
    differed: list[str] = []
    wrong: list[str] = []

    def made(match: re.Match[str]) -> str:
        name, old = match["name"], match["text"]
        at = f"{where}:{_line(text, match.start())}"
        if "<!-- policy:" in old:
            wrong.append(f"{at}: the marker policy:{name} is not closed before the next one begins.")
            return match[0]
        if name == EXAMPLE:
            return match[0]
        as_block = old.startswith("\n")
        render = (BLOCKS if as_block else VALUES).get(name)
        if render is None:
            kind, names = ("block", BLOCKS) if as_block else ("value inside a line", VALUES)
            wrong.append(f"{at}: policy:{name} is no {kind}; known: {', '.join(names)}.")
            return match[0]
        new = f"\n{render(policy)}\n" if as_block else render(policy)
        if new != old:
            differed.append(f"{at}: policy:{name} does not say what policy.toml says; run with --write.")
        return f"<!-- policy:{name} -->{new}<!-- /policy -->"

    result = MARKED.sub(made, text)
    wrong += [
        f"{where}:{_line(text, stray.start())}: {stray[0]} has no counterpart or is not written as documented."
        for stray in re.finditer(r"<!--\s*/?\s*policy\b[^>]*>", MARKED.sub(_blank, text))
    ]
    return result, differed, wrong


def stray_figures(text: str, where: str, policy: Policy) -> Iterator[str]:
    """A sentence for each figure outside the markers that the policy does not have in that unit."""
    prose = LEFT_ALONE.sub(_blank, MARKED.sub(_blank, text))
    known = policy_figures(policy)
    for unit, pattern in FIGURES.items():
        for match in pattern.finditer(prose):
            numbers = {_number(found) for found in match.groups() if found}
            # "one" of anything is everyday language, and no threshold.
            if numbers - known[unit] - {1.0}:
                have = ", ".join(number_words(number) for number in sorted(known[unit]))
                yield (
                    f'{where}:{_line(text, match.start())}: "{match[0]}" is no figure of policy.toml ({unit} there: '
                    f"{have}); mend it, use a marker, or mark the passage as policy:{EXAMPLE}."
                )


def _number(text: str) -> float:
    return WORDS.get(text.casefold()) or float(text.rstrip(".,").replace(",", ""))


def _blank(match: re.Match[str]) -> str:
    """Nothing in its place, line numbers and positions kept."""
    return re.sub(r"[^\n]", " ", match[0])


def _line(text: str, position: int) -> int:
    return text.count("\n", 0, position) + 1


def check(skill: Path, *, write: bool) -> list[str]:
    """A sentence for everything that does not agree; with ``write``, what could be mended has been."""
    policy_file = skill / "policy.toml"
    policy = load_policy(policy_file.read_text(encoding="utf-8"), str(policy_file))
    findings: list[str] = []
    present: set[str] = set()
    for path in [skill / "SKILL.md", *sorted((skill / "references").glob("**/*.md"))]:
        if not path.exists():
            findings.append(f"{path.name} is missing in {skill}.")
            continue
        text, where = path.read_text(encoding="utf-8"), path.relative_to(skill).as_posix()
        result, differed, wrong = regenerate(text, where, policy)
        present.update(match["name"] for match in MARKED.finditer(text))
        if write and result != text:
            path.write_text(result, encoding="utf-8")
        findings += wrong + ([] if write else differed) + list(stray_figures(text, where, policy))
    for names in REQUIRED:
        if not present & set(names):
            findings.append(f"No text holds {' or '.join(f'policy:{name}' for name in names)}.")
    return findings


def main() -> int:
    """Run the check on one skill folder; see the module's docstring."""
    parser = argparse.ArgumentParser(description="Check that the skill's text and its policy.toml agree.")
    parser.add_argument("--skill", type=Path, default=SKILL, help="the skill's folder")
    mode = parser.add_mutually_exclusive_group()
    mode.add_argument("--write", action="store_true", help="make the marked parts anew")
    mode.add_argument("--list", action="store_true", help="print every name with its text")
    options = parser.parse_args()
    try:
        if options.list:
            file = options.skill / "policy.toml"
            policy = load_policy(file.read_text(encoding="utf-8"), str(file))
            for name, render in BLOCKS.items():
                print(f"<!-- policy:{name} -->\n{render(policy)}\n<!-- /policy -->\n")
            for name, render in VALUES.items():
                print(f"<!-- policy:{name} -->{render(policy)}<!-- /policy -->")
            return 0
        findings = check(options.skill, write=options.write)
    except (PolicyError, OSError, UnicodeDecodeError) as error:
        print(error, file=sys.stderr)
        return 2
    for finding in findings:
        print(finding, file=sys.stderr)
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main())
