"""Approvals, follow-ups, a second look and the way down."""

import json
import sqlite3
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from mcp import types
from tests.customer_escalation.mcp_server.desk import Desk, accepted, desk, handed, scripted, workspace
from tests.customer_escalation.scripts import case, issue

from skill_runtime.journal import Journal
from support_connectors.workspace.store import load_workspace


class Person:
    """Answers elicitations, and remembers what was asked."""

    def __init__(self, action: str, **content: Any) -> None:
        self.action, self.content = action, content
        self.asked: list[str] = []

    async def __call__(self, context: Any, params: types.ElicitRequestParams) -> types.ElicitResult:
        self.asked.append(params.message)
        return types.ElicitResult.model_validate({"action": self.action, "content": self.content or None})


@pytest.mark.parametrize("mode", ["legacy", "2026-07-28"])
async def test_a_person_approves_exactly_what_is_shown(folder: Path, mode: str) -> None:
    person = Person("accept", approve=True, name="Sam")
    async with desk(folder, elicitation_callback=person, mode=mode) as at:
        name = await accepted(at, "15")
        actions = (await at.good("propose_actions", case=name)).data["actions"]
        reply = next(action for action in actions if action["kind"] == "customer_reply")
        told = await at.good("request_approval", case=name, action=str(reply["number"]))
        assert told.data["text"] == told.text
        assert "`carry_out` does it" in told.text
        del told.data["text"]
        asked = {"case": name, "action": reply["id"], "answer": "approved", "by": "Sam"}
        assert told.data == {**asked, "state": "", "written": ""}
        assert reply["text"] in person.asked[0]
        assert reply["destination"] in person.asked[0]
        after = (await at.good("propose_actions", case=name)).data["actions"]
        assert [action["approved_by"] for action in after if action["id"] == reply["id"]] == ["Sam"]
        _, _, draft = scripted("15")
        draft["drafts"][0]["text"] += " Thank you for your patience."
        await at.good("check_brief", case=name, **handed(draft))
        changed = (await at.good("propose_actions", case=name)).data["actions"]
        assert [action["approved_by"] for action in changed if action["kind"] == "customer_reply"] == ["", "", ""]
        await at.good("check_brief", case=name, **handed(scripted("15")[2]))
        back = (await at.good("propose_actions", case=name)).data["actions"]
        assert [action["approved_by"] for action in back if action["id"] == reply["id"]] == [""]


@pytest.mark.parametrize(
    ("person", "answer"),
    [
        (Person("accept", approve=False, name=""), "refused"),
        (Person("decline"), "refused"),
        (Person("cancel"), "nobody_asked"),
    ],
)
async def test_a_no_and_no_answer_are_told_apart_and_approve_nothing(folder: Path, person: Person, answer: str) -> None:
    async with desk(folder, elicitation_callback=person) as at:
        name = await accepted(at, "15")
        told = await at.good("request_approval", case=name, action="1")
        assert told.data["answer"] == answer
        assert ("neither a yes nor a no" in told.data["text"]) == (answer == "nobody_asked")
        assert "Do not carry it out" in told.data["text"]
        actions = (await at.good("propose_actions", case=name)).data["actions"]
        assert not any(action["approved_by"] for action in actions)


@pytest.mark.parametrize("mode", ["legacy", "2026-07-28"])
async def test_a_yes_is_to_what_the_person_saw_though_the_brief_changes_while_they_read(
    folder: Path, mode: str
) -> None:
    desks: list[Desk] = []

    async def changes_and_accepts(context: Any, params: types.ElicitRequestParams) -> types.ElicitResult:
        if "Thank you" not in params.message:
            _, _, draft = scripted("15")
            draft["drafts"][0]["text"] += " Thank you for your patience."
            await desks[0].good("check_brief", case=name, **handed(draft))
        return types.ElicitResult(
            action="accept", content={"approve": "Thank you" not in params.message, "name": "Sam"}
        )

    async with desk(folder, elicitation_callback=changes_and_accepts, mode=mode) as at:
        desks.append(at)
        name = await accepted(at, "15")
        await at.call("request_approval", case=name, action="2")
        actions = (await at.good("propose_actions", case=name)).data["actions"]
        assert actions[1]["text"].endswith("Thank you for your patience.")
        assert not any(action["approved_by"] for action in actions)


CLAUDE_CODE = types.Implementation(name="claude-code", version="2.1.330")
"""It shows all of a tool's input before the call, and only the beginning of a form's text."""


@pytest.mark.parametrize("mode", ["legacy", "2026-07-28"])
async def test_where_the_call_is_the_question_it_holds_the_whole_text_and_is_asked_once(
    folder: Path, mode: str
) -> None:
    person = Person("cancel")
    async with desk(folder, elicitation_callback=person, client_info=CLAUDE_CODE, mode=mode) as at:
        name = await accepted(at, "15")
        (reply,) = (await at.good("propose_actions", case=name, action="2")).data["actions"]
        exact = {"destination": reply["destination"], "text": reply["text"]}
        for other in ({}, {**exact, "text": reply["text"] + " P.S."}, {**exact, "destination": "support_platform/X"}):
            told = await at.call("request_approval", case=name, action="2", **other)
            assert told.failed
            assert "Nothing is approved" in told.text
            assert reply["text"] in told.text
        told = await at.good("request_approval", case=name, action="2", **exact)
        assert (told.data["answer"], told.data["by"]) == ("approved", "the person at the client")
        assert person.asked == []
        (tool,) = [tool for tool in (await at.client.list_tools()).tools if tool.name == "request_approval"]
        assert tool.meta == {"anthropic/requiresUserInteraction": True}


def loaded(folder: Path) -> Path:
    """A workspace that can be written to."""
    database = folder.parent / "loaded.db"
    load_workspace(workspace(folder.parent, "15"), database)
    return database


def times_written(folder: Path) -> int:
    """How often the first reply stands in that workspace."""
    text = scripted("15")[2]["drafts"][0]["text"]
    with closing(sqlite3.connect(folder.parent / "loaded.db")) as database:
        rows = [json.loads(row) for (row,) in database.execute("SELECT data FROM part")]
    return sum(text == row.get("text") for row in rows)


@pytest.mark.parametrize("mode", ["legacy", "2026-07-28"])
async def test_a_yes_that_was_asked_for_with_it_is_carried_out_at_once_and_once(folder: Path, mode: str) -> None:
    person = Person("accept", approve=True, name="Sam")
    async with desk(folder, file=loaded(folder), elicitation_callback=person, mode=mode) as at:
        name = await accepted(at, "15")
        told = await at.good("request_approval", case=name, action="2", carry_out=True)
        assert (told.data["answer"], told.data["state"]) == ("approved", "done")
        assert told.data["written"] in told.text
        assert "carried out at once" in person.asked[0]
        again = await at.call("carry_out", case=name, action="2")
        assert told.data["written"] in again.text
    assert len(person.asked) == 1
    assert times_written(folder) == 1


@pytest.mark.parametrize("person", [Person("accept", approve=False), Person("decline"), Person("cancel")])
async def test_what_was_not_approved_is_not_carried_out_either(folder: Path, person: Person) -> None:
    async with desk(folder, file=loaded(folder), elicitation_callback=person) as at:
        name = await accepted(at, "15")
        told = await at.good("request_approval", case=name, action="2", carry_out=True)
        assert (told.data["state"], told.data["written"]) == ("", "")
    assert times_written(folder) == 0


async def test_an_approval_that_cannot_be_carried_out_holds_and_says_so(folder: Path) -> None:
    async with desk(
        folder, elicitation_callback=Person("accept", approve=True, name="Sam")
    ) as at:  # in memory: nothing is written
        name = await accepted(at, "15")
        told = await at.good("request_approval", case=name, action="2", carry_out=True)
        assert (told.data["answer"], told.data["by"], told.data["state"]) == ("approved", "Sam", "")
        assert "nothing can be written there" in told.text
        (reply,) = (await at.good("propose_actions", case=name, action="2")).data["actions"]
        assert reply["approved_by"] == "Sam"


async def test_an_older_client_of_that_name_asks_nobody(folder: Path) -> None:
    older = types.Implementation(name="claude-code", version="2.0.76")
    async with desk(folder, elicitation_callback=Person("accept", approve=True), client_info=older) as at:
        name = await accepted(at, "15")
        assert (await at.good("request_approval", case=name, action="2")).data["answer"] == "nobody_asked"


async def test_a_person_takes_an_approval_back(folder: Path) -> None:
    async with desk(folder, elicitation_callback=Person("accept", approve=True, name="Sam")) as at:
        name = await accepted(at, "15")
        assert "not approved" in (await at.call("revoke_approval", case=name, action="2", name="Kim")).text
        told = await at.good("request_approval", case=name, action="2")
        taken = await at.good("revoke_approval", case=name[:17], action=told.data["action"][:12], name="Kim")
        assert "taken back by Kim" in taken.text
        assert (taken.data["action"]["id"], taken.data["action"]["approved_by"]) == (told.data["action"], "")
        assert "There is no action" in (await at.call("revoke_approval", case=name, action="99", name="Kim")).text
    async with desk(folder) as at:
        listing = await at.good("propose_actions", case=name)
        assert not any(action["approved_by"] for action in listing.data["actions"])
        assert "approved by" not in listing.text


async def test_a_client_that_cannot_ask_is_told_how(folder: Path) -> None:
    async with desk(folder) as at:
        name = await accepted(at, "15")
        told = await at.good("request_approval", case=name, action="2")
        assert told.data["answer"] == "nobody_asked"
        assert "Nobody was asked" in told.data["text"]
        assert scripted("15")[2]["drafts"][0]["text"][:60] in told.text
        assert "There is no action" in (await at.call("request_approval", case=name, action="99")).text


async def test_open_escalations_are_followed_up_until_they_are_closed(folder: Path) -> None:
    person = {"answer": "yes", "cites": ["support_platform/KB-5266-m2"], "why": "the script was repaired"}
    none = {"answer": "no", "cites": [], "why": ""}
    async with desk(folder) as at:
        assert "No escalation is open" in (await at.good("followups")).text
        name = await accepted(at, "15")
        assert (await at.good("followups")).data["open"] == []
        await at.good("save_brief", case=name, file="")
        due = (await at.good("followups")).data["open"][0]
        assert (due["case"], due["severity"], due["target"], due["overdue"]) == (
            name,
            "High",
            "Leadership",
            ["customer"],
        )
        logged = (await at.good("log_followup", case=name, done=["told_customer"], note="Sent the status.")).data[
            "open"
        ][0]
        assert logged["overdue"] == []
        assert logged["followed_up"] == 1
        told, now = (datetime.fromisoformat(text) for text in (logged["customer_due"], case("15")["now"]))
        assert timedelta(0) < told - now < timedelta(days=2)
        assert logged["team_due"] == due["team_due"]
        early = await at.call("deescalate", case=name, confirmed_by="Sam")
        assert "nothing to confirm" in early.text
        since = {
            "support_resolvable_cause": person, "workaround_unblocks": none, "resolved_by_itself": none,
            "customer_confirmed": none, "root_cause": "", "changed_at": "2026-05-04T08:30:00Z",
        }  # fmt: skip
        waiting = await at.good("deescalate", case=name, since=since)
        assert waiting.data["proposed"] is False
        assert "quiet long enough only at" in waiting.text
        since["customer_confirmed"] = {"answer": "yes", "cites": ["support_platform/none-1"], "why": "they said so"}
        assert "No connected server has these" in (await at.call("deescalate", case=name, since=since)).text
        since["customer_confirmed"] = {**person, "why": "they said so"}
        proposed = await at.good("deescalate", case=name, since=since)
        assert proposed.data["rules"]["DE1"] == "yes"
        assert proposed.data["proposed"]
        half = await at.good("deescalate", case=name, confirmed_by="Sam", done=["notify_team", "inform_customer"])
        assert (half.data["confirmed_by"], half.data["closed"], len(half.data["left"])) == ("Sam", False, 2)
        assert len((await at.good("followups", case=name)).data["open"][0]["left_of_deescalation"]) == 2
        down = await at.good("deescalate", case=name, done=["update_ticket", "record_learning"])
        assert down.data["closed"] is False
        for missing in ("customer confirms it", "internal tracking", "what was learned"):
            assert missing in down.text
        assert len((await at.good("followups")).data["open"]) == 1
        end = await at.good(
            "deescalate",
            case=name,
            customer_confirmed=person["cites"],
            tracking="INC-7 is closed.",
            learned="KB-9, a draft",
        )
        assert end.data["closed"]
        assert (await at.good("followups")).data["open"] == []


async def test_what_is_new_is_named_and_decided_again(folder: Path) -> None:
    file = workspace(folder, "15")
    async with desk(folder, file=file) as at:
        name = await accepted(at, "15")
        await at.good("save_brief", case=name, file="")
        still = await at.good("reassess", case=name)
        assert still.data["changed"] is False
        assert still.data["new_records"] == []
    later = json.loads(file.read_text(encoding="utf-8"))
    later["now"] = "2026-05-06T09:00:00Z"
    ticket = next(row for row in later["records"]["support_platform"] if row["id"] == "KB-5266")
    ticket["messages"].append({
        "id": "KB-5266-m9", "at": "2026-05-05T09:00:00Z", "author": ticket["messages"][0]["author"], "role": "customer",
        "text": "Somebody else read our invoices in your portal, we saw their name in the log.",
    })  # fmt: skip
    file.write_text(json.dumps(later), encoding="utf-8")
    facts, _, _ = scripted("15")
    facts["security"] = {
        "level": "exposure_or_breach", "cites": ["support_platform/KB-5266-m9"], "why": "reported by a customer, not verified",
    }  # fmt: skip
    async with desk(folder, file=file) as at:
        new = await at.good("reassess", case=name)
        assert "support_platform/KB-5266-m9" in new.data["new_records"]
        assert "Somebody else read our invoices" in new.text
        up = await at.good("reassess", case=name, facts=facts)
        assert up.data["changed"]
        assert (up.data["was"]["target"], up.data["now"]["target"]) == ("Leadership", "Security")
        assert up.data["now"]["severity"] == "Critical"
        due = (await at.good("followups", case=name)).data["open"][0]
        assert due["severity"] == "Critical"


async def test_an_assistant_goes_on_with_a_case_that_began_in_an_unattended_run(folder: Path) -> None:
    facts, kind, draft = scripted("15")
    async with desk(folder) as at:
        ran = await at.good("run_escalation", issue=issue("15"), use_model=False)
        name = ran.data["case"]
        assert (await at.good("show_brief", case=name)).text == ran.text
        still = await at.good("reassess", case=name)
        assert (still.data["changed"], still.data["new_records"]) == (False, [])
        assert (await at.good("assess", case=name, facts=facts)).data["hand_in"] == kind
        assert (await at.good("check_brief", case=name, **handed(draft))).data["verdict"] == "accepted"
        shown = (await at.good("show_brief", case=name)).text
        assert shown != ran.text
        await at.good("save_brief", case=name, file="")
        assert [due["case"] for due in (await at.good("followups")).data["open"]] == [name]
    async with desk(folder) as at:
        assert (await at.good("show_brief", case=name)).text == shown


async def test_the_journal_holds_every_step(folder: Path, tmp_path: Path) -> None:
    person = Person("accept", approve=True, name="Sam")
    async with desk(folder, elicitation_callback=person) as at:
        name = await accepted(at, "15")
        await at.good("save_brief", case=name, file="")
        await at.good("request_approval", case=name, action="1")
        await at.good("log_followup", case=name, done=["asked_team"])
    kinds = [entry.type for entry in Journal.read(tmp_path / "runs", name).entries()]
    assert kinds[0] == "header"
    assert [kind for kind in kinds if kind not in ("header", "read")] == [
        "assess",
        "brief",
        "result",
        "approval",
        "follow_up",
    ]


async def test_an_open_item_that_the_person_names_gets_a_comment_offered(folder: Path) -> None:
    records = json.loads(workspace(folder, "15").read_text(encoding="utf-8"))["records"]
    tracker = [*records["project_tracker"], incident("INC-7", "Open"), incident("INC-8", "Closed")]
    file = workspace(folder, "15", records={**records, "project_tracker": tracker})
    async with desk(folder, file=file) as at:
        name = await accepted(at, "15")
        early = await at.call("propose_actions", case=name, attach_to="INC-7")
        assert (early.failed, "no saved escalation" in early.text) == (True, True)
        await at.good("save_brief", case=name)
        before = (await at.good("propose_actions", case=name)).data["actions"]
        told = await at.good("propose_actions", case=name, attach_to="INC-7")
        (one,) = told.data["actions"]
        assert (one["kind"], one["destination"], one["approved_by"]) == ("tracker_comment", "project_tracker/INC-7", "")
        assert all(line in told.text for line in one["text"].splitlines())
        after = (await at.good("propose_actions", case=name)).data["actions"]
        assert {action["id"] for action in after} - {action["id"] for action in before} == {one["id"]}
        for wrong, said in (("INC-8", "is closed"), ("INC-9", "no item INC-9")):
            refused = await at.call("propose_actions", case=name, attach_to=wrong)
            assert (refused.failed, said in refused.text) == (True, True)


def incident(name: str, status: str) -> dict[str, Any]:
    return {"id": name, "type": "incident", "title": "Sign-in is down", "status": status, "priority": "P1",
            "created_at": "2026-01-01T00:00:00Z", "labels": [], "comments": []}  # fmt: skip
