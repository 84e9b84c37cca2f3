"""The escalation server as an assistant meets it: facts, decision, draft, findings, brief, file."""

import copy
import json
from pathlib import Path
from typing import Any

import pytest
from mcp import Client
from tests.customer_escalation.mcp_server.desk import accepted, desk, handed, scripted, workspace
from tests.customer_escalation.scripts import FOREIGN, NAMES, case, issue

from customer_escalation.mcp_server.escalation import build_escalation_server
from customer_escalation.mcp_server.workplace import Workplace
from customer_escalation.rendering.proof import difference, digest_of, found_proof

PREFIX = "mcp__plugin_customer-escalation_escalation__"


def deleted(number: int) -> dict[str, Any]:
    return {"do": "delete", "first": number, "last": number, "begins": "", "after": 0, "text": ""}


@pytest.mark.parametrize("name", NAMES)
async def test_a_bad_brief_is_rejected_and_a_mended_one_accepted(folder: Path, name: str) -> None:
    facts, kind, draft = scripted(name)
    bad, place = copy.deepcopy(draft), "description" if kind == "escalation" else "note"
    bad[place] = f"{FOREIGN}\n\n{bad[place]}"
    given = handed(bad, name)
    async with desk(folder, name) as at:
        assessed = await at.good("assess", issue=issue(name), facts=facts)
        expected = case(name)["expected"]
        assert (assessed.data["outcome"] == "escalate") == expected["escalate"]
        assert assessed.data["hand_in"] == kind
        rejected = await at.good("check_brief", case=assessed.data["case"], **given)
        assert rejected.data["verdict"] == "rejected"
        faults = [finding for finding in rejected.data["findings"] if finding["level"] == "H"]
        assert {(fault["rule"], fault["where"]) for fault in faults} == {("G1", place)}
        line = given["document"].split("\n").index(FOREIGN) + 1
        assert f"- line {line}: “9,731” (number)" in rejected.text
        mended = await at.good("check_brief", case=assessed.data["case"], edits=[deleted(line)])
        assert mended.data["verdict"] == "accepted", mended.text
        assert mended.data["unverified"] == []
        shown = (await at.good("show_brief", case=assessed.data["case"])).text
        assert shown.startswith(draft["sender"].partition(" [[")[0])
        if expected["escalate"]:
            assert f"\n**Target team:** {assessed.data['target']}" in shown
            assert f"\n**Severity:** {assessed.data['severity']}" in shown
            assert "\n## ESCALATION: " in shown
        assert "FINDINGS" not in shown.upper()


async def test_a_case_goes_on_in_another_process(folder: Path) -> None:
    facts, _, draft = scripted("15")
    async with desk(folder) as at:
        name = (await at.good("assess", issue=issue("15"), facts=facts)).data["case"]
    async with desk(folder) as at:
        checked = await at.good("check_brief", case=name, **handed(draft))
        assert checked.data["verdict"] == "accepted"
        before = (await at.good("show_brief", case=name, format="json")).text
    async with desk(folder) as at:
        assert (await at.good("show_brief", case=name, format="json")).text == before
        saved = await at.good("save_brief", case=name[:17])
    file = Path(saved.data["file"])
    assert file.parent == folder / "escalations"
    assert file.read_text(encoding="utf-8") == json.loads(before)["markdown"]


async def test_facts_that_do_not_fit_come_back_with_their_places(folder: Path) -> None:
    facts, _, _ = scripted("15")
    bent = {**facts, "issue_type": "catastrophe", "extra": 1}
    del bent["workaround"]
    bent["facts"] = [*facts["facts"], {"name": "it_rains", "answer": "perhaps", "cites": [], "why": ""}]
    last = len(facts["facts"])
    async with desk(folder) as at:
        told = await at.call("assess", issue=issue("15"), facts=bent)
    assert told.failed
    for place in ("issue_type", "workaround", "extra", f"facts[{last}].name", f"facts[{last}].answer"):
        assert f" at facts.{place}: " in told.text
    assert "Traceback" not in told.text


async def test_objects_may_come_as_json_text(folder: Path) -> None:
    facts, _, draft = scripted("20")
    given = handed(draft, "20")
    async with desk(folder, "20") as at:
        name = (await at.good("assess", issue=issue("20"), facts=json.dumps(facts))).data["case"]
        told = await at.good("check_brief", case=name, document=given["document"], index=json.dumps(given["index"]))
        assert told.data["verdict"] == "accepted"
        assert "facts" in (await at.call("assess", issue="x", facts="{no json")).text


async def test_an_edit_leaves_the_rest_and_one_that_fits_no_line_is_refused(folder: Path) -> None:
    async with desk(folder) as at:
        name = await accepted(at, "15")
        before = json.loads((await at.good("show_brief", case=name, format="json")).text)["brief"]["draft"]
        wrong = await at.call("check_brief", case=name, edits=[deleted(9_000)])
        assert "There are no lines 9000" in wrong.text
        text = handed(scripted("15")[2])["document"]
        number = text.split("\n").index("**Date:** today") + 1
        edit = {
            "do": "replace",
            "first": number,
            "last": number,
            "begins": "**Date",
            "after": 0,
            "text": "**Date:** now",
        }
        assert (await at.good("check_brief", case=name, edits=[edit])).data["verdict"] == "accepted"
        after = json.loads((await at.good("show_brief", case=name, format="json")).text)["brief"]["draft"]
    assert after == {**before, "opening": before["opening"].replace("**Date:** today", "**Date:** now")} != before


async def test_an_index_that_fits_no_place_is_refused_and_a_new_one_alone_is_no_document(folder: Path) -> None:
    facts, _, draft = scripted("15")
    given = handed(draft)
    given["index"]["asks"][0]["begins"] = "Nobody wrote that"
    async with desk(folder) as at:
        name = (await at.good("assess", issue=issue("15"), facts=facts)).data["case"]
        refused = await at.call("check_brief", case=name, **given)
        assert refused.failed
        assert "begins with “Nobody wrote that”" in refused.text
        assert "Give one of them" in (await at.call("check_brief", case=name, index=given["index"])).text


async def test_a_citation_that_no_system_holds_is_named(folder: Path) -> None:
    facts, _, draft = scripted("15")
    worse = {"name": "worsening", "answer": "yes", "cites": ["support_platform/ZZ-99999"], "why": "it grows"}
    invented = {**facts, "facts": [*facts["facts"], worse]}
    async with desk(folder) as at:
        told = await at.good("assess", issue=issue("15"), facts=invented)
        assert told.data["outcome"] == ""
        assert "support_platform/ZZ-99999" in told.text
        assert "`records`" in told.text
        again = await at.good("assess", case=told.data["case"], facts=facts)
        assert again.data["outcome"] == "escalate"
        cited = copy.deepcopy(draft)
        cited["tried"] = "1. They may leave [[chat/C-99999]]."
        checked = await at.good("check_brief", case=told.data["case"], **handed(cited))
        assert any("chat/C-99999" in finding["message"] for finding in checked.data["findings"])


@pytest.mark.parametrize(
    ("tool", "arguments", "said"),
    [
        ("check_brief", {"case": "20990101-000000-000000"}, "There is no case"),
        ("show_brief", {"case": "20990101-000000-000000"}, "`assess` makes a new one"),
        ("assess", {}, "facts"),
        ("show_brief", {"case": "x", "format": "pdf"}, "format"),
        ("run_escalation", {"issue": ""}, "issue"),
    ],
)
async def test_a_wrong_call_gets_a_sentence(folder: Path, tool: str, arguments: dict[str, Any], said: str) -> None:
    async with desk(folder) as at:
        if tool == "check_brief":
            arguments = {**arguments, **handed(scripted("15")[2])}
        told = await at.call(tool, **arguments)
    assert told.failed
    assert said in told.text
    assert "Traceback" not in told.text


async def test_steps_out_of_order_say_which_comes_first(folder: Path) -> None:
    facts, _, draft = scripted("15")
    async with desk(folder) as at:
        assert "Give `issue`" in (await at.call("assess", facts=facts)).text
        name = (await at.good("assess", issue=issue("15"), facts=facts)).data["case"]
        for tool in ("show_brief", "save_brief", "propose_actions"):
            assert "`check_brief`" in (await at.call(tool, case=name)).text
        assert "hand one in first" in (await at.call("check_brief", case=name, edits=[deleted(1)])).text
        assert "Give one of them" in (await at.call("check_brief", case=name)).text
        both = {**handed(draft), "edits": [deleted(1)]}
        assert "Give one of them" in (await at.call("check_brief", case=name, **both)).text
        assert "no saved escalation" in (await at.call("deescalate", case=name, done=["notify_team"])).text


async def test_a_brief_is_saved_in_its_own_folder_alone_and_over_nothing(folder: Path) -> None:
    async with desk(folder) as at:
        name = await accepted(at, "15")
        page = await at.good("save_brief", case=name, file="One page.html", format="html")
        where = Path(page.data["file"])
        assert where == folder.resolve() / "escalations" / "2026-05-04-one-page.html"
        assert where.read_text(encoding="utf-8").startswith("<!doctype html>")
        assert (where.stat().st_mode & 0o777, len(list(where.parent.iterdir()))) == (0o600, 1)
        assert (await at.good("save_brief", case=name, file=where.name, format="html")).data["file"] == str(where)
        mine = where.with_name("2026-05-04-mine.md")
        mine.write_text("mine", encoding="utf-8")
        assert "exists already" in (await at.call("save_brief", case=name, file="mine")).text
        assert mine.read_text(encoding="utf-8") == "mine"
        assert (await at.good("save_brief", case=name, file="")).data["file"] == ""
        await at.good("assess", case=name, facts=scripted("15")[0])
        assert "no brief yet" in (await at.call("save_brief", case=name, file="two")).text
        assert not where.with_name("2026-05-04-two.md").exists()


async def test_every_form_is_rendered(folder: Path) -> None:
    async with desk(folder) as at:
        name = await accepted(at, "15")
        forms = {
            form: (await at.good("show_brief", case=name, format=form)).text
            for form in ("html", "slack", "adf", "json")
        }
    assert forms["html"].startswith("<!doctype html>")
    assert "*ESCALATION" in forms["slack"]
    assert json.loads(forms["adf"])["type"] == "doc"
    assert json.loads(forms["json"])["status"] == "valid"


async def test_the_whole_job_runs_unattended_with_progress(folder: Path) -> None:
    async with desk(folder) as at:
        told = await at.good("run_escalation", issue=issue("15"), use_model=False)
        assert told.data["outcome"] == "escalate"
        assert told.data["drafted_by"] == "rules"
        assert told.text.startswith("**Needs review.** Before anybody acts on it, this has to be answered:")
        assert "\n## ESCALATION: " in told.text
        assert any("gather" in message for message in at.progress)
        assert (await at.good("show_brief", case=told.data["case"])).text == told.data["text"]
        assert told.data["case"] in (await at.good("followups")).text


async def test_a_person_s_answers_decide_an_unattended_run_of_an_assistant(folder: Path) -> None:
    """The questions come back with the run; the person's answers are handed in on the same case."""
    async with desk(folder) as at:
        open_ = (await at.good("run_escalation", issue=issue("15"), use_model=False)).data
        assert open_["status"] == "needs_review"
        choices = [choice for question in open_["questions"] for choice in question["choices"]]
        assert any("security" in choice["answers"] for choice in choices)
        none = {
            name: value for question in open_["questions"] for name, value in question["choices"][-1]["answers"].items()
        }
        given = {**none, "policy_exception": "yes", "open_ask": "decision"}
        arguments = {"issue": issue("15"), "use_model": False, "case": open_["case"]}
        told = await at.good("run_escalation", **arguments, answers=given, answered_by="Ada Quinn")
        assert (told.data["case"], told.data["status"], told.data["questions"]) == (open_["case"], "valid", [])
        assert told.data["target"] == "Leadership"
        assert "Answered by Ada Quinn" in told.text
        for wrong, said in (
            ({"answers": {"fax": "yes"}, "answered_by": "Ada"}, "'fax' is no question"),
            ({"answers": {"security": "none"}}, "answered_by"),
            ({"answers": {"security": "none"}, "answered_by": "Ada", "use_model": True}, "use_model"),
        ):
            refused = await at.call("run_escalation", **{**arguments, **wrong})
            assert refused.failed
            assert said in refused.text


async def test_without_anything_connected_the_facts_say_so(folder: Path) -> None:
    facts, _, _ = scripted("15")
    async with Client(build_escalation_server(Workplace(folder))) as client:
        result = await client.call_tool("assess", {"issue": issue("15"), "facts": facts})
        failed = await client.call_tool("run_escalation", {"issue": issue("15")})
    assert result.structured_content is not None
    assert result.structured_content["outcome"] == ""
    assert any("support platform could not be read" in gap for gap in result.structured_content["gaps"])
    assert failed.is_error
    assert "connectors add" in str(failed.content)


async def test_texts_keep_within_what_clients_show(folder: Path) -> None:
    async with desk(folder) as at:
        tools = (await at.client.list_tools()).tools
        assert len(str(at.client.instructions)) <= 2_000
        for tool in tools:
            assert len(PREFIX + tool.name) <= 64
            assert len(tool.description or "") <= 2_000
            assert tool.annotations is not None
            assert tool.title
            assert tool.output_schema
            assert "{{" not in json.dumps(tool.input_schema)
        assert {tool.name for tool in tools} >= {
            "assess", "check_brief", "show_brief", "save_brief", "propose_actions", "followups", "reassess", "deescalate",
            "run_escalation",
        }  # fmt: skip


async def test_what_three_tools_take_is_listed_once(folder: Path) -> None:
    """The facts stand in `assess`, the form of the draft in its answer; listed thrice they were most of every request."""
    async with desk(folder) as at:
        listed = {tool.name: json.dumps(tool.input_schema) for tool in (await at.client.list_tools()).tools}
    assert "documented_solution" in listed["assess"]
    assert not any("documented_solution" in listed[name] for name in ("check_brief", "reassess"))
    assert len(listed["check_brief"]) + len(listed["reassess"]) < len(listed["assess"]) / 2


async def test_how_a_document_is_written_is_told_once_with_the_decision(folder: Path) -> None:
    facts, _, _ = scripted("15")
    async with desk(folder) as at:
        first = await at.good("assess", issue=issue("15"), facts=facts)
        again = await at.good("assess", case=first.data["case"], facts=facts)
    assert "hand it with its index to `check_brief`" in first.data["text"]
    assert "# The document" in first.data["text"]
    assert "{{" not in first.data["text"]
    assert "# The document" not in again.data["text"]


async def test_what_an_index_lacks_is_told_by_its_place(folder: Path) -> None:
    facts, _, draft = scripted("15")
    given = handed(draft)
    given["index"]["deadline"] = {"by": "soon"}
    given["index"]["more"] = 1
    async with desk(folder) as at:
        case = (await at.good("assess", issue=issue("15"), facts=facts)).data["case"]
        told = await at.call("check_brief", case=case, **given)
    assert told.failed
    for place in ("index.deadline.basis", "index.more"):
        assert f" at {place}: " in told.text


async def test_hard_findings_and_warnings_are_counted_apart_and_hard_ones_come_first(folder: Path) -> None:
    facts, _, draft = scripted("15")
    bad = copy.deepcopy(draft)
    bad["description"] += f" {FOREIGN}"
    bad["context"] = " ".join(["It is known who waits and for what."] * 300)
    async with desk(folder) as at:
        case = (await at.good("assess", issue=issue("15"), facts=facts)).data["case"]
        data = (await at.good("check_brief", case=case, **handed(bad))).data
    levels = [finding["level"] for finding in data["findings"]]
    assert levels == sorted(levels, key=("H", "W").index)
    assert (data["hard"], data["warnings"]) == (levels.count("H"), levels.count("W"))
    assert data["hard"] == 1
    assert data["warnings"] >= 1
    plural = "" if data["warnings"] == 1 else "s"
    assert f"Rejected: 1 hard finding and {data['warnings']} warning{plural}. " in data["text"]


async def test_saving_answers_with_the_whole_brief_and_a_line_that_tells_it_from_another(folder: Path) -> None:
    async with desk(folder) as at:
        case = await accepted(at, "15")
        saved = (await at.good("save_brief", case=case)).data
    file = Path(saved["file"]).read_text(encoding="utf-8")
    assert file.strip() in saved["text"]
    proof, above = found_proof(saved["text"]) or (None, "")
    assert proof is not None
    assert proof.case == case
    assert proof.digest == digest_of(file)
    assert difference(file, above) is None
    changed = above.replace("Leadership", "Readership", 1)
    other = difference(file, changed)
    assert other is not None
    assert "Leadership" in other.brief
    assert "Readership" in other.text


async def test_an_accepted_brief_is_kept_and_shown_at_once_in_one_file(folder: Path) -> None:
    facts, _, draft = scripted("15")
    async with desk(folder) as at:
        case = (await at.good("assess", issue=issue("15"), facts=facts)).data["case"]
        bad = {**draft, "description": f"{draft['description']} {FOREIGN}"}
        rejected = (await at.good("check_brief", case=case, **handed(bad))).data
        assert rejected["file"] == ""
        assert not (folder / "escalations").exists()
        first = (await at.good("check_brief", case=case, **handed(draft))).data
        lines = handed(draft)["document"].split("\n")
        title = next(number for number, line in enumerate(lines, 1) if line.startswith("## ESCALATION"))
        text = "## ESCALATION: Another title for the same"
        edit = {"do": "replace", "first": title, "last": title, "begins": "", "after": 0, "text": text}
        again = (await at.good("check_brief", case=case, edits=[edit])).data
        assert again["verdict"] == "accepted", again["text"]
    assert first["file"] == again["file"]
    (file,) = (folder / "escalations").iterdir()
    text = file.read_text(encoding="utf-8")
    assert "Another title for the same" in text
    assert text.strip() in again["text"]
    assert again["text"].rstrip().endswith(f"{digest_of(text)}`")


async def test_next_steps_do_not_hold_the_brief_again_and_each_can_be_read_whole(folder: Path) -> None:
    async with desk(folder) as at:
        case = await accepted(at, "15")
        told = await at.good("propose_actions", case=case)
        post, *rest = told.data["actions"]
        (whole,) = (await at.good("propose_actions", case=case, action="1")).data["actions"]
    assert post["kind"] == whole["kind"] == "post_to_channel"
    assert len(post["text"]) < 200 < len(whole["text"]) == post["characters"] == whole["characters"]
    assert whole["text"].startswith(post["text"].removesuffix("…"))
    assert [one["characters"] >= len(one["text"].removesuffix("…")) for one in rest]
    assert len(told.text) < len(whole["text"])


async def test_where_the_client_has_the_skill_no_prompt_bears_its_name(folder: Path) -> None:
    place = Workplace(folder, str(workspace(folder, "15")), beside_skill=True)
    async with Client(build_escalation_server(place)) as client:
        assert [prompt.name for prompt in (await client.list_prompts()).prompts] == ["followups"]


async def test_the_prompt_holds_every_line_of_the_skill_and_the_arguments(folder: Path) -> None:
    root = Path(__file__).parents[3]
    text = (root / "skills" / "customer-escalation" / "SKILL.md").read_text(encoding="utf-8").split("---\n", 2)[2]
    async with desk(folder) as at:
        prompts = {prompt.name: prompt for prompt in (await at.client.list_prompts()).prompts}
        assert set(prompts) == {"customer-escalation", "followups"}
        found = await at.client.get_prompt("customer-escalation", {"issue": "Exports of Acme Corp fail"})
        follow = await at.client.get_prompt("followups")
    told = str(getattr(found.messages[0].content, "text", ""))
    assert "The issue to work on: Exports of Acme Corp fail" in told
    for line in text.splitlines():
        if line.strip() and "$ARGUMENTS" not in line and not line.startswith("<!--"):
            assert line.strip() in told
    assert "`followups`" in str(getattr(follow.messages[0].content, "text", ""))


async def test_a_workspace_file_is_needed_in_one_piece(folder: Path) -> None:
    file = folder / "broken.json"
    file.write_text("{", encoding="utf-8")
    facts, _, _ = scripted("15")
    async with desk(folder, file=file) as at:
        told = await at.call("assess", issue=issue("15"), facts=facts)
        assert told.failed
        assert "broken.json" in told.text
        workspace(folder, "15").rename(file)
        assert (await at.good("assess", issue=issue("15"), facts=facts)).data["outcome"] == "escalate"


async def test_an_assistant_states_hours_of_a_contract_that_code_cannot_read(folder: Path) -> None:
    data = copy.deepcopy(case("15"))
    facts, _, _ = scripted("15")
    account = next(one for one in data["records"]["crm"] if one["name"] == facts["affected"][0]["account"])
    account["sla"] = {
        "first_response_h": 1,
        "update_h": 2,
        "resolution_h": 8,
        "coverage": "when the plant works, Saturdays too",
    }
    file = workspace(folder, "15", records=data["records"])
    spans = {"days": ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat"], "opens": "06:00", "closes": "22:00"}
    reading = {"account": account["name"], "weekly": [spans], "zone": "UTC", "days_off": [], "days_worked": [],
               "round_the_clock": False, "cites": [f"crm/{account['id']}"], "why": "so the coverage says"}  # fmt: skip
    async with desk(folder, file=file) as at:
        plain = await at.good("assess", issue=issue("15"), facts=facts)
        assert "the contract says “when the plant works, Saturdays too”, which was not counted" in plain.text
        counted = await at.good("assess", case=plain.data["case"], facts={**facts, "contracts": [reading]})
        assert "was not counted" not in counted.text
        assert "Mon-Sat 06:00-22:00 UTC" in counted.text
        wrong = {**reading, "days_off": ["someday"]}
        refused = await at.call("assess", case=plain.data["case"], facts={**facts, "contracts": [wrong]})
        assert "contracts[0]" in refused.text
