"""How an assistant follows an escalation up: texts for everybody who should hear, in its own words, and a look back."""

import json
from pathlib import Path
from typing import Any

import pytest
from tests.customer_escalation.mcp_server.desk import accepted, desk, workspace
from tests.customer_escalation.mcp_server.test_after_the_brief import Person
from tests.customer_escalation.scripts import issue

LATER = "2026-05-06T09:00:00Z"
ASKED = "When will somebody tell us what happens to our invoices?"


async def followed_up(folder: Path) -> tuple[Path, str]:
    """A saved escalation whose customer wrote again, a day later."""
    file = workspace(folder, "15")
    async with desk(folder, file=file) as at:
        name = await accepted(at, "15")
        await at.good("save_brief", case=name, file="")
    later = json.loads(file.read_text(encoding="utf-8"))
    later["now"] = LATER
    ticket = next(row for row in later["records"]["support_platform"] if row["id"] == "KB-5266")
    ticket["messages"].append({
        "id": "KB-5266-m9", "at": "2026-05-05T09:00:00Z", "author": ticket["messages"][0]["author"], "role": "customer",
        "text": ASKED,
    })  # fmt: skip
    file.write_text(json.dumps(later), encoding="utf-8")
    return file, name


def of_kind(actions: list[dict[str, Any]], kind: str) -> list[dict[str, Any]]:
    return [action for action in actions if action["kind"] == kind]


async def test_everybody_who_should_hear_is_offered_a_text_with_what_is_new(folder: Path) -> None:
    file, name = await followed_up(folder)
    async with desk(folder, file=file) as at:
        told = await at.good("update", case=name)
        assert (told.data["case"], told.data["nothing_new"], told.data["changed"]) == (name, False, False)
        assert "support_platform/KB-5266-m9" in told.data["new_records"]
        assert ASKED in told.data["text"]
        offered = told.data["actions"]
        assert len(of_kind(offered, "team_message")) == 1
        waiting = {action["destination"] for action in of_kind(offered, "status_update")}
        assert "support_platform/KB-5266" in waiting
        assert {action["destination"] for action in of_kind(offered, "internal_note")} == waiting
        assert all(ASKED not in action["text"] for action in of_kind(offered, "status_update"))
        listed = (await at.good("propose_actions", case=name)).data["actions"]
        assert {action["id"] for action in offered} <= {action["id"] for action in listed}
        assert not any(action["approved_by"] for action in offered)


async def test_the_assistants_wording_takes_the_place_and_is_what_a_person_approves(folder: Path) -> None:
    file, name = await followed_up(folder)
    person = Person("accept", approve=True, name="Sam")
    async with desk(folder, file=file, elicitation_callback=person) as at:
        offered = (await at.good("update", case=name)).data["actions"]
        one = next(action for action in of_kind(offered, "status_update") if action["destination"].endswith("KB-5266"))
        anew = f"Thank you for asking. I have no news yet.\n\n{one['text'].splitlines()[-1]}"
        told = await at.good("update", case=name, texts=[{"action": one["id"], "text": anew}])
        [written] = told.data["actions"]
        assert (written["text"], written["number"]) == (anew, one["number"])
        assert written["id"] != one["id"]
        await at.good("request_approval", case=name, action=str(written["number"]))
        assert anew in person.asked[0]
        listed = (await at.good("propose_actions", case=name)).data["actions"]
        assert [action["id"] for action in listed if action["approved_by"]] == [written["id"]]


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("Your account brings us 48,000 dollars a year.", "may not go to the customer"),
        ("![](https://evil.example/x.png)", "may not go to the customer"),
    ],
)
async def test_a_text_that_may_not_go_to_a_customer_takes_no_place(folder: Path, text: str, why: str) -> None:
    file, name = await followed_up(folder)
    async with desk(folder, file=file) as at:
        offered = (await at.good("update", case=name)).data["actions"]
        one = of_kind(offered, "status_update")[0]
        refused = await at.call("update", case=name, texts=[{"action": one["id"], "text": text}])
        assert refused.failed
        assert why in refused.text
        listed = (await at.good("propose_actions", case=name)).data["actions"]
        assert one["id"] in {action["id"] for action in listed}


async def test_an_action_that_is_not_there_is_named_before_anything_is_changed(folder: Path) -> None:
    file, name = await followed_up(folder)
    async with desk(folder, file=file) as at:
        offered = (await at.good("update", case=name)).data["actions"]
        texts = [{"action": offered[0]["id"], "text": "Any news?"}, {"action": "999", "text": "Any news?"}]
        refused = await at.call("update", case=name, texts=texts)
        assert refused.failed
        assert "There is no action '999'" in refused.text
        assert offered[0]["id"] in {one["id"] for one in (await at.good("propose_actions", case=name)).data["actions"]}


async def test_where_nothing_is_open_no_update_is_made(folder: Path) -> None:
    async with desk(folder) as at:
        refused = await at.call("update", case="nothing-like-it")
        assert refused.failed


async def test_looking_back_tells_a_case_its_like_and_the_figures_over_all(folder: Path) -> None:
    file, name = await followed_up(folder)
    async with desk(folder, file=file) as at:
        await at.good("update", case=name)
        timeline = (await at.good("look_back", what="timeline", case=name)).data["rows"]
        assert [row["number"] for row in timeline] == sorted(row["number"] for row in timeline)
        assert "decided" in {row["did"] for row in timeline}
        other = (await at.good("run_escalation", issue=issue("15"), use_model=False)).data["case"]
        alike = await at.good("look_back", what="similar", case=other)
        assert alike.data["rows"][0]["run"] == name
        assert "support_platform/KB-5266" in alike.data["rows"][0]["shared"]
        [figures] = (await at.good("look_back", what="stats")).data["rows"]
        assert (figures["runs"], figures["escalated"]) == (2, 2)
        assert (await at.call("look_back", what="timeline", case="nothing-like-it")).failed
