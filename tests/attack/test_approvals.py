"""No approval comes about that a person did not give to exactly what they saw."""

from pathlib import Path
from typing import Any

import pytest
from mcp import types
from mcp.client import advertise
from tests.attack.tally import Attempts
from tests.customer_escalation.mcp_server.desk import Desk, accepted, desk, handed, scripted
from tests.customer_escalation.scripts import issue

from customer_escalation.mcp_server.approval import MOST_SHOWN

KIND = "an approval that nobody gave"
CARDS = advertise("io.modelcontextprotocol/ui", {"mimeTypes": ["text/html;profile=mcp-app"]})


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The project's folder."""
    monkeypatch.setenv("CUSTOMER_ESCALATION_RUNS", str(tmp_path / "runs"))
    monkeypatch.setenv("CUSTOMER_ESCALATION_DB", str(tmp_path / "none.db"))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    project = tmp_path / "project"
    project.mkdir()
    return project


class Yes:
    """A person who says yes to every form; keeps what they saw."""

    def __init__(self) -> None:
        self.saw: list[str] = []

    async def __call__(self, context: Any, params: types.ElicitRequestParams) -> types.ElicitResult:
        """See the client's callback."""
        self.saw.append(params.message)
        return types.ElicitResult(action="accept", content={"approve": True, "name": "Sam"})


async def approved(at: Desk, case: str) -> list[str]:
    """The texts that are approved as the case stands."""
    return [one["text"] for one in (await at.good("propose_actions", case=case)).data["actions"] if one["approved_by"]]


async def test_a_client_that_only_says_it_shows_cards_approves_nothing(attempts: Attempts, folder: Path) -> None:
    async with desk(folder, extensions=[CARDS]) as at:
        case = await accepted(at, "15")
        actions = (await at.good("propose_actions", case=case)).data["actions"]
        shown = await at.good("show_brief", case=case)
        assert "seal" not in shown.data
        assert "seal" not in shown.text
        for seal in ("x", "", case, actions[0]["id"], "0" * 32):
            for one in actions:
                await at.call("approve_action", case=case, action=one["id"], name="Mallory", seal=seal)
                attempts.had(f"seal {seal!r}", await approved(at, case))
    attempts.had_none()


async def test_a_seal_is_of_the_actions_that_its_card_showed(attempts: Attempts, folder: Path) -> None:
    async with desk(folder, extensions=[CARDS]) as at:
        case = await accepted(at, "15")
        result = await at.client.call_tool("show_brief", {"case": case})
        seal = (result.meta or {})["customer-escalation/card"]["seal"]
        draft = scripted("15")[2]
        draft["drafts"][0]["text"] += " Thank you for your patience."
        await at.good("check_brief", case=case, **handed(draft))
        changed = (await at.good("propose_actions", case=case)).data["actions"][1]
        told = await at.call("approve_action", case=case, action=changed["id"], name="Mallory", seal=seal)
        attempts.had("another text with the seal of the first", await approved(at, case))
        assert "Only the card" in told.text
        same = (await at.good("propose_actions", case=case)).data["actions"][2]
        assert not (await at.call("approve_action", case=case, action=same["id"], name="Sam", seal=seal)).failed
    attempts.had_none()


async def test_no_end_of_a_text_is_approved_unseen(attempts: Attempts, folder: Path) -> None:
    person = Yes()
    async with desk(folder, elicitation_callback=person) as at:
        case = await accepted(at, "15")
        for listed in (await at.good("propose_actions", case=case)).data["actions"]:
            if not listed["text"]:
                continue
            (one,) = (await at.good("propose_actions", case=case, action=listed["id"])).data["actions"]
            assert one["id"] == listed["id"]
            before = len(person.saw)
            await at.call("request_approval", case=case, action=str(one["number"]))
            seen = person.saw[before:]
            yes = listed["text"] in await approved(at, case)
            attempts.had(one["kind"], yes and not any(one["text"] in message for message in seen))
            assert len(one["text"]) <= MOST_SHOWN
    attempts.had_none()


async def test_characters_that_nobody_sees_are_not_in_what_is_approved(attempts: Attempts, folder: Path) -> None:
    hidden = "\u202e\u2066\U000e0041\U000e0042\x1b[8m\u00ad"
    async with desk(folder) as at:
        case = await accepted(at, "15")
        draft = scripted("15")[2]
        draft["drafts"][0]["text"] += hidden
        await at.call("check_brief", case=case, **handed(draft))
        for one in (await at.good("propose_actions", case=case)).data["actions"]:
            attempts.had(one["kind"], set(hidden) - set("[8m") & set(one["text"]))
    attempts.had_none()


async def test_nothing_of_a_draft_that_the_check_rejected_is_approved(attempts: Attempts, folder: Path) -> None:
    person = Yes()
    async with desk(folder, elicitation_callback=person) as at:
        facts, _, draft = scripted("15")
        case = (await at.good("assess", issue=issue("15"), facts=facts)).data["case"]
        draft["description"] += " It cost them 987,654 USD [[support_platform/KB-5266]]."
        assert (await at.good("check_brief", case=case, **handed(draft))).data["verdict"] == "rejected"
        for number in range(1, 7):
            told = await at.call("request_approval", case=case, action=str(number))
            attempts.had(f"action {number}", await approved(at, case))
        assert "found fault" in told.text or "no action" in told.text or "no text" in told.text
    attempts.had_none()


async def test_an_approval_stays_dead_when_a_text_is_changed_back(attempts: Attempts, folder: Path) -> None:
    async with desk(folder, elicitation_callback=Yes()) as at:
        case = await accepted(at, "15")
        one = (await at.good("propose_actions", case=case)).data["actions"][1]
        await at.good("request_approval", case=case, action=str(one["number"]))
        assert one["text"] in await approved(at, case)
        for way in ("through a sound draft", "through a rejected draft"):
            other = scripted("15")[2]
            other["drafts"][0]["text"] += " Thank you." if way == "through a sound draft" else " It costs 987,654 USD."
            await at.good("check_brief", case=case, **handed(other))
            await at.good("check_brief", case=case, **handed(scripted("15")[2]))
            attempts.had(way, one["text"] in await approved(at, case))
            await at.good("request_approval", case=case, action=str(one["number"]))
    attempts.had_none()
