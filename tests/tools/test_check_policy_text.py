"""The skill's text and its policy.toml agree, or the check says where they do not."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
TOOL = ROOT / "tools" / "check_policy_text.py"
POLICY = ROOT / "skills" / "customer-escalation" / "policy.toml"
EMPTY = "".join(
    f"<!-- policy:{name} -->\n<!-- /policy -->\n\n"
    for name in ("severity-windows", "cadence", "thresholds", "sla", "criteria", "asks")
)


def run(skill: Path, *options: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, str(TOOL), "--skill", str(skill), *options]
    return subprocess.run(command, capture_output=True, text=True, check=False)


@pytest.fixture
def skill(tmp_path: Path) -> Path:
    """A skill folder whose text has just been made from the policy."""
    shutil.copy(POLICY, tmp_path)
    (tmp_path / "SKILL.md").write_text(f"# A skill\n\n{EMPTY}The end.\n", encoding="utf-8")
    assert run(tmp_path, "--write").returncode == 0
    return tmp_path


def add(skill: Path, text: str, file: str = "SKILL.md") -> Path:
    path = skill / file
    path.parent.mkdir(exist_ok=True)
    before = path.read_text(encoding="utf-8") if path.exists() else ""
    path.write_text(before + text, encoding="utf-8")
    return path


def test_empty_markers_are_filled_and_then_agree(skill: Path) -> None:
    text = (skill / "SKILL.md").read_text(encoding="utf-8")
    assert "| **Critical** | every 2 hours, round the clock | every 2-4 hours" in text
    assert "ARR of 100,000 USD or more, or tier Enterprise or Strategic" in text
    assert "3 or more distinct accounts, each with a ticket of its own, within 30 days" in text
    assert "80 % of a window used" in text
    assert "the earlier of the end of the business day and 8 h from now" in text
    assert "investigate, fix, decide, approve, prioritise, provide or contain" in text
    assert text.startswith("# A skill\n")
    assert text.endswith("The end.\n")
    again = run(skill)
    assert (again.returncode, again.stderr) == (0, "")


def test_a_changed_number_in_the_policy_is_found_in_every_text_and_mended_by_write(skill: Path) -> None:
    add(skill, "Key: <!-- policy:high-value-arr -->100,000 USD<!-- /policy --> a year.\n", "references/impact.md")
    policy = skill / "policy.toml"
    policy.write_text(policy.read_text(encoding="utf-8").replace("100_000", "250_000"), encoding="utf-8")
    found = run(skill)
    assert found.returncode == 1
    assert "references/impact.md:1: policy:high-value-arr does not say what policy.toml says" in found.stderr
    assert "policy:thresholds does not say" in found.stderr
    assert "policy:cadence" not in found.stderr
    assert run(skill, "--write").returncode == 0
    assert "250,000 USD<!-- /policy --> a year." in (skill / "references/impact.md").read_text(encoding="utf-8")
    assert run(skill).returncode == 0


def test_an_edited_table_is_found(skill: Path) -> None:
    text = (skill / "SKILL.md").read_text(encoding="utf-8")
    (skill / "SKILL.md").write_text(text.replace("every 2-4 hours", "every 2-8 hours"), encoding="utf-8")
    found = run(skill)
    assert found.returncode == 1
    assert "policy:cadence does not say what policy.toml says; run with --write." in found.stderr


@pytest.mark.parametrize(
    ("prose", "figure"),
    [
        ("Follow up every 3 hours.", "3 hours"),
        ("Follow up every three hours.", "three hours"),
        ("Every 2-6 business hours.", "2-6 business hours"),
        ("Within 45 days.", "45 days"),
        ("From 90% on.", "90%"),
        ("From $50,000 on.", "$50,000"),
        ("From 50,000 USD on.", "50,000 USD"),
        ("Write 4 to 6 sentences.", "4 to 6 sentences"),
        ("Reported by 5+ customers.", "5+ customers"),
        ("Reported by five different accounts.", "five different accounts"),
    ],
)
def test_a_figure_outside_the_markers_that_the_policy_does_not_have_is_found(
    skill: Path, prose: str, figure: str
) -> None:
    add(skill, f"{prose}\n", "references/more.md")
    found = run(skill)
    assert found.returncode == 1
    assert found.stderr.startswith(f'references/more.md:1: "{figure}" is no figure of policy.toml')
    assert len(found.stderr.splitlines()) == 1


def test_figures_of_the_policy_and_figures_that_are_no_rules_are_left_alone(skill: Path) -> None:
    add(
        skill,
        "Every 4 hours, within thirty minutes, 2-4 hours, 30 days, 80 %, 100,000 USD, 3-5 sentences, three customers, one "
        'day.\nSay "waiting for 9 days", or `sleep 7 days`, HTTP 500, 2026-05-04, version 12.3.\n'
        "```\nretry in 11 hours\n```\n<!-- policy:example -->\nIt took 17 hours.\n<!-- /policy -->\n",
    )
    found = run(skill)
    assert (found.returncode, found.stderr) == (0, "")


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("<!-- policy:cadenza -->\n<!-- /policy -->\n", "policy:cadenza is no block"),
        ("Use <!-- policy:cadence --><!-- /policy --> here.\n", "policy:cadence is no value inside a line"),
        ("<!-- policy:cadence -->\nno end\n", "<!-- policy:cadence --> has no counterpart"),
        ("<!-- /policy -->\n", "<!-- /policy --> has no counterpart"),
        ("<!--policy:cadence-->\n", "is not written as documented"),
        ("<!-- policy:cadence -->\n<!-- policy:asks -->\n<!-- /policy -->\n", "policy:cadence is not closed"),
    ],
)
def test_a_marker_that_cannot_be_used_is_named_with_its_line_and_kept(skill: Path, text: str, sentence: str) -> None:
    path = add(skill, text, "references/odd.md")
    found = run(skill, "--write")
    assert found.returncode == 1
    assert "references/odd.md:1: " in found.stderr
    assert sentence in found.stderr
    assert path.read_text(encoding="utf-8") == text


def test_text_without_the_blocks_proves_nothing(tmp_path: Path) -> None:
    shutil.copy(POLICY, tmp_path)
    found = run(tmp_path)
    assert found.returncode == 1
    assert "SKILL.md is missing" in found.stderr
    assert "No text holds policy:severity-windows." in found.stderr
    assert "No text holds policy:asks or policy:ask-verbs." in found.stderr


def test_a_policy_that_cannot_be_read_is_a_sentence_and_another_status(skill: Path) -> None:
    (skill / "policy.toml").write_text("[pattern]\nmin_customers = 0\n", encoding="utf-8")
    found = run(skill)
    assert found.returncode == 2
    assert "pattern.min_customers (line 2)" in found.stderr
    (skill / "policy.toml").unlink()
    missing = run(skill)
    assert missing.returncode == 2
    assert "policy.toml" in missing.stderr
    assert "Traceback" not in missing.stderr


def test_list_prints_every_name_with_its_text(skill: Path) -> None:
    listed = run(skill, "--list")
    assert listed.returncode == 0
    assert "<!-- policy:sla-at-risk -->80 %<!-- /policy -->" in listed.stdout
    for name in (
        "severity-windows",
        "cadence",
        "thresholds",
        "sla",
        "severities",
        "asks",
        "teams",
        "limits",
        "de-escalation",
        "criteria",
    ):
        assert f"<!-- policy:{name} -->\n" in listed.stdout
