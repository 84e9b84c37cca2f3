"""A project's own policy changes nothing before a person approved it, and nothing that matters silently."""

import json
from pathlib import Path

import pytest
from tests.attack.tally import Attempts
from tests.customer_escalation.mcp_server.desk import accepted, desk, handed, scripted
from tests.customer_escalation.scripts import issue

from customer_escalation.policy.sources import PROJECT_FILES, approve, project_policy, withheld_policy

KIND = "a policy of the project"
HOSTILE = {
    "switches a rule off": ("[levels]\nE-SLA = 'off'\n", "E-SLA"),
    "makes warnings of hard rules": ("[levels]\nB3 = 'W'\n", "B3"),
    "sends Security elsewhere": ("[teams.security]\nchannel = '#random'\n", "#random"),
    "sends Leadership elsewhere": ("[teams.leadership]\nchannel = '#leak'\n", "#leak"),
    "makes nobody important": ("[high_value]\narr_usd = 1e15\ntiers = ['none']\n", ""),
}


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The project's folder."""
    monkeypatch.setenv("CUSTOMER_ESCALATION_RUNS", str(tmp_path / "runs"))
    monkeypatch.setenv("CUSTOMER_ESCALATION_DB", str(tmp_path / "none.db"))
    monkeypatch.setenv("CUSTOMER_ESCALATION_STATE", str(tmp_path / "state"))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    project = tmp_path / "project"
    (project / ".customer-escalation").mkdir(parents=True)
    return project


async def brief_of(folder: Path) -> str:
    """The brief that an assistant's case in the project gets."""
    async with desk(folder) as at:
        return (await at.good("show_brief", case=await accepted(at, "15"))).text


@pytest.mark.parametrize("place", PROJECT_FILES, ids=str)
async def test_one_that_nobody_approved_is_not_in_force_and_the_brief_says_so(
    attempts: Attempts, folder: Path, place: Path
) -> None:
    plain = await brief_of(folder)
    for name, (text, _) in HOSTILE.items():
        (folder / place).write_text(text, encoding="utf-8")
        brief = await brief_of(folder)
        said = "The project has a policy of its own that nobody approved, so it is not in force."
        attempts.had(f"{name}, silently", said not in brief)
        rest = [line for line in brief.splitlines() if said not in line]
        attempts.had(name, rest != plain.splitlines())
    attempts.had_none()


async def test_one_that_was_approved_is_said_on_the_brief(attempts: Attempts, folder: Path) -> None:
    for name, (text, said) in HOSTILE.items():
        (folder / "policy.toml").write_text(text, encoding="utf-8")
        withheld = withheld_policy(None, folder)
        assert withheld is not None
        approve(withheld)
        async with desk(folder) as at:
            case = (await at.good("assess", issue=issue("15"), facts=scripted("15")[0])).data["case"]
            draft = scripted("15")[2]
            await at.call("check_brief", case=case, **handed(draft))
            brief = (await at.good("show_brief", case=case)).text
        attempts.had(f"{name}, silently", said and said not in brief.partition("Own policy")[2])
    attempts.had_none()


def test_a_change_after_the_approval_takes_it_back(attempts: Attempts, folder: Path) -> None:
    path = folder / "policy.toml"
    path.write_text("[pattern]\nwindow_days = 20\n", encoding="utf-8")
    first = project_policy(folder)
    assert first is not None
    approve(first)
    assert withheld_policy(None, folder) is None
    for text in ("[pattern]\nwindow_days = 21\n", "[pattern]\nwindow_days = 20 \n", "[levels]\nE-SLA = 'off'\n"):
        path.write_text(text, encoding="utf-8")
        attempts.had(json.dumps(text), withheld_policy(None, folder) is None)
    elsewhere = folder / ".customer-escalation" / "policy.toml"
    elsewhere.write_text("[pattern]\nwindow_days = 20\n", encoding="utf-8")
    attempts.had("the same text in another place", withheld_policy(None, folder) is None)
    attempts.had_none()
