"""`act` from outside: what a person sees and types at a terminal, what a script says yes to, and what stands in the workspace then."""

import json
import re
import shutil
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from icalendar import Calendar
from rich.cells import cell_len
from tests.customer_escalation.at_terminal import INTERRUPT, typed
from tests.customer_escalation.cases.opened import Quiet
from tests.customer_escalation.cli.test_answers import LIGHT, answers, workspace
from tests.customer_escalation.cli.test_nothing_raw import OBEYED
from tests.customer_escalation.commands import Command, Done
from tests.messages_api import MessagesServer, use
from tests.requirements import requirement

from customer_escalation.cases.entries import EffectIntended
from customer_escalation.cases.journal_store import JournalStore
from customer_escalation.cases.service import CaseService
from customer_escalation.cli.acting.told import as_json
from customer_escalation.cli.around import MARKS
from support_connectors.backend import IssueFilter, NewIssue, Paging, Write
from support_connectors.workspace.store import open_workspace

ISSUE = "Vale Foods import fails"
STOPPED = {**LIGHT, "production_stopped": "yes", "documented_solution": "no"}
REPLY = "Thank you for your message."


LEAK = {**LIGHT, "security": "exposure_or_breach", "documented_solution": "no"}


def brief(folder: Path, given: dict[str, str], *more: str) -> Command:
    """The command line with one run that has a decided brief on the loaded workspace."""
    command = Command(folder)
    command("workspace", "load", workspace(folder))
    done = command(ISSUE, "--no-model", "-q", "--answers", answers(folder, given), "--answered-by", "Ada", *more)
    assert done.code == 0, (done.out, done.err)
    return command


@pytest.fixture(scope="module")
def stopped(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a brief for Engineering."""
    return brief(tmp_path_factory.mktemp("stopped"), STOPPED).folder


@pytest.fixture(scope="module")
def leaked(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a brief for Security."""
    return brief(tmp_path_factory.mktemp("leaked"), LEAK).folder


@pytest.fixture
def command(stopped: Path, tmp_path: Path) -> Command:
    """The command line with a brief for Engineering."""
    return Command(Path(shutil.copytree(stopped, tmp_path / "own")))


@pytest.fixture
def secret(leaked: Path, tmp_path: Path) -> Command:
    """The command line with a brief for Security."""
    return Command(Path(shutil.copytree(leaked, tmp_path / "own")))


def run_of(command: Command) -> str:
    """The id of its one run."""
    (file,) = (command.folder / "runs").glob("*.jsonl")
    return file.stem


def listed(command: Command) -> dict[str, dict[str, Any]]:
    """Each action as JSON, by its kind, as its entries tell it."""
    service = CaseService(JournalStore(command.folder / "runs"), Quiet())
    return {one.proposal.kind: as_json(one) for one in service.propose(run_of(command))}


def ticket(command: Command) -> list[tuple[str, bool]]:
    """The ticket's messages, and whether each is internal."""
    with open_workspace(command.folder / "workspace.db") as store:
        support: Any = store.backend("support_platform")
        return [(one.text, one.internal) for one in support.read_ticket("T-4").messages][1:]


def written(command: Command, text: str = "It works again.") -> None:
    """The customer writes in the ticket."""
    path = Path(workspace(command.folder))
    data = json.loads(path.read_text(encoding="utf-8"))
    data["records"]["support_platform"][0]["messages"].append(
        {"id": "T-4-m9", "at": "2026-03-03T13:00:00Z", "author": "kim", "role": "customer", "text": text}
    )
    path.write_text(json.dumps(data), encoding="utf-8")
    assert command("workspace", "load", str(path)).code == 0


# What is unclear


def begun(command: Command, kind: str) -> str:
    """A process ended while it carried an action out: whether it happened is not known. Returns the action's id."""
    action, store = listed(command)[kind], JournalStore(command.folder / "runs")
    intent = EffectIntended(
        action=action["id"], system=action["system"], tool=action["tool"], destination=action["destination"],
        arguments={"id": "T-4", "text": action["text"]}, key="k", author="Ada", by="Ada", at=datetime.now(UTC),
    )  # fmt: skip
    store.append(run_of(command), EffectIntended.kind, intent.model_dump(mode="json"))
    return str(action["id"])


def test_a_script_says_what_a_person_found_of_what_is_unclear(command: Command) -> None:
    run, other = run_of(command), listed(command)["customer_reply"]["id"]
    action = begun(command, "internal_note")
    for words, code, sentence in (
        ([action[:12]], 2, "ID=done or ID=not-done"),
        ([f"{action[:5]}=done"], 2, "at least 12 characters"),
        ([f"{action[:12]}=done", f"{other}=done"], 1, "nothing to settle"),
        (["0123456789ab=done"], 3, "No action 0123456789ab is offered"),
    ):
        refused = command("act", run, *(one for word in words for one in ("--settle", word)))
        assert (refused.code, sentence in refused.err) == (code, True), refused
        assert listed(command)["internal_note"]["state"] == "unclear"
    not_done = command("act", run, "--settle", f"{action[:12]}=not-done", "--by", "Ana Roy")
    assert (not_done.code, "Ana Roy looked: it was not carried out." in not_done.out) == (3, True)
    begun(command, "internal_note")
    done = command("act", run, "--settle", f"{action}=done", "--by", "Ana Roy")
    assert (done.code, done.err, "Ana Roy looked: it was carried out." in done.out) == (0, "", True)
    assert listed(command)["internal_note"]["state"] == "done"
    assert ticket(command) == []


# Listing


def test_where_nobody_can_be_asked_the_actions_are_listed_with_ids_and_nothing_is_done(command: Command) -> None:
    done = command("act", run_of(command)[:15])
    assert (done.code, done.err) == (3, "")
    rows = [re.split(r"  +", line) for line in done.out.splitlines()]
    actions = list(listed(command).values())
    assert [row[1] for row in rows] == [one["id"][:12] for one in actions]
    assert [row[2] for row in rows] == ["waits"] * 5
    assert ["2", actions[1]["id"][:12], "waits", "reply to a customer", "T-4, Vale Foods"] in rows
    assert ticket(command) == []


def test_json_has_each_text_whole_with_where_it_goes_and_by_which_tool(command: Command) -> None:
    told = json.loads(command("act", run_of(command), "--format", "json").out)
    assert told == {"run": run_of(command), "actions": list(listed(command).values())}
    actions = listed(command)
    assert list(actions) == ["post_to_channel", "customer_reply", "reminder", "tracker_item", "internal_note"]
    reply = actions["customer_reply"]
    assert (reply["destination"], reply["system"], reply["tool"], reply["state"]) == (
        "support_platform/T-4", "support_platform", "reply_to_customer", "waits",
    )  # fmt: skip
    assert reply["text"].startswith(REPLY)
    assert actions["tracker_item"]["left_out"] == ["Vale Foods is called T-4"]
    assert "20,000" in actions["post_to_channel"]["text"]
    assert "20,000" not in actions["tracker_item"]["text"]


# --yes-to


@requirement("P1")
def test_a_yes_to_an_id_carries_out_exactly_that_once(command: Command) -> None:
    reply = listed(command)["customer_reply"]
    done = command("act", run_of(command), "--yes-to", reply["id"][:12], "--by", "Sam Roe")
    assert (done.code, done.err) == (0, "")
    assert done.out.startswith(f"{reply['id'][:12]}  done    Carried out.")
    assert ticket(command) == [(reply["text"], False)]
    again = command("act", run_of(command), "--yes-to", reply["id"], "--by", "Ana")
    assert (again.code, ticket(command)) == (0, [(reply["text"], False)])
    assert "It was carried out before." in again.out
    now = listed(command)["customer_reply"]
    assert (now["state"], [one["by"] for one in now["approved_by"]]) == ("done", ["Sam Roe"])
    assert (now["effect"]["by"], now["effect"]["written"]) == ("Sam Roe", "support_platform/T-4-m2")


@requirement("P1")
@pytest.mark.parametrize(("mark", "name"), sorted(MARKS.items()))
def test_a_program_in_an_assistants_shell_says_yes_to_nothing(command: Command, mark: str, name: str) -> None:
    reply = listed(command)["customer_reply"]
    for words in (("--yes-to", reply["id"]), ("--settle", f"{reply['id']}=done")):
        refused = command("act", run_of(command), *words, "--by", "Ana", **{mark: "1"})
        assert (refused.code, f"This shell belongs to {name}" in refused.err) == (2, True), refused
    assert listed(command)["customer_reply"]["state"] == "waits"


@pytest.mark.parametrize(
    ("arguments", "code", "sentence"),
    [
        (["--yes-to", "256f02c1881"], 2, "at least 12 characters"),
        (["--yes-to", "f" * 64], 3, "is offered, so nothing was done"),
        (["--yes-to", "x", "--format", "json"], 2, "one of --yes-to, --settle, --format and --ics"),
        (["--by", " "], 2, "--by needs a name"),
    ],
)
def test_what_cannot_be_meant_is_told_and_nothing_is_done(
    command: Command, arguments: list[str], code: int, sentence: str
) -> None:
    done = command("act", run_of(command), *arguments)
    assert (done.code, done.out) == (code, "")
    assert sentence in done.err
    assert ticket(command) == []
    assert command("act", "nothing").code == 1


def test_where_one_of_several_is_not_offered_none_is_carried_out(command: Command) -> None:
    good = listed(command)["customer_reply"]["id"]
    assert command("act", run_of(command), "--yes-to", good, "--yes-to", "0" * 12).code == 3
    assert ticket(command) == []


@requirement("P1")
def test_a_yes_waits_where_the_customer_wrote_meanwhile_and_counts_when_it_is_said_again(command: Command) -> None:
    reply = listed(command)["customer_reply"]
    written(command)
    first = command("act", run_of(command), "--yes-to", reply["id"], "--by", "Sam")
    assert (first.code, ticket(command)[1:]) == (3, [])
    assert "kim wrote in T-4 on 3 March 2026, 13:00 UTC: “It works again.”" in first.out
    now = listed(command)["customer_reply"]
    assert (now["state"], now["changes"]) == (
        "changed_since",
        ["kim wrote in T-4 on 3 March 2026, 13:00 UTC: “It works again.”"],
    )
    assert command("act", run_of(command), "--yes-to", reply["id"], "--by", "Sam").code == 0
    assert ticket(command)[-1] == (reply["text"], False)


def test_a_person_whom_policy_does_not_name_is_told_who_may(tmp_path: Path) -> None:
    own = tmp_path / "own.toml"
    own.write_text('[guard.approvers]\ncustomer_reply = ["Ana Roy"]\n', encoding="utf-8")
    command = brief(tmp_path, STOPPED, "--policy", str(own))
    reply = listed(command)["customer_reply"]["id"]
    refused = command("act", run_of(command), "--yes-to", reply, "--by", "Sam")
    assert (refused.code, ticket(command)) == (3, [])
    assert "Ana Roy may approve this, not Sam" in refused.out
    assert command("act", run_of(command), "--yes-to", reply, "--by", "Ana Roy").code == 0


@requirement("P1")
def test_a_customers_text_on_a_case_of_security_waits_for_a_second_person(secret: Command) -> None:
    command = secret
    actions = listed(command)
    assert actions["customer_reply"]["needs"] == 2
    assert not [one for one in actions.values() if one["system"] == "project_tracker"]
    assert "import fails" not in actions["internal_note"]["text"].casefold()
    reply = actions["customer_reply"]["id"]
    for name in ("Sam", "sam"):
        first = command("act", run_of(command), "--yes-to", reply, "--by", name)
        assert (first.code, ticket(command)) == (3, [])
        assert "it takes 2 different persons" in first.out
    assert command("act", run_of(command), "--yes-to", reply, "--by", "Ana").code == 0
    assert len(ticket(command)) == 1


def test_a_run_on_a_file_that_is_taken_into_memory_writes_nowhere_and_says_so(tmp_path: Path) -> None:
    command = Command(tmp_path)
    done = command(
        ISSUE, "--no-model", "-q", "--workspace", workspace(tmp_path), "--answers", answers(tmp_path, STOPPED)
    )
    assert done.code == 0
    refused = command("act", run_of(command), "--yes-to", listed(command)["customer_reply"]["id"])
    assert refused.code == 2
    assert "nothing can be written there" in refused.err


def test_without_a_system_nothing_is_carried_out_and_the_yes_stays(command: Command) -> None:
    reply = listed(command)["customer_reply"]["id"]
    (command.folder / "workspace.db").unlink()
    done = command("act", run_of(command), "--yes-to", reply)
    assert done.code == 1
    assert "fault of the program" not in done.err
    assert listed(command)["customer_reply"]["state"] == "approved"


# At a terminal


def at_terminal(command: Command, *keys: str, size: tuple[int, int] = (80, 24), **environment: str) -> Done:
    return typed(command, "act", run_of(command), "--by", "Sam", keys=keys, size=size, **environment)


def test_a_person_sees_all_actions_then_one_screen_each_and_every_answer_is_kept(command: Command) -> None:
    done = at_terminal(command, "2", "y", "y", "", "n", "They have one.", "y")
    assert (done.code, done.err) == (3, "")
    first = done.out.split("> ")[0]
    assert first.startswith(f"{run_of(command)}, Critical, Engineering: Import fails (Vale Foods)\n")
    assert "  2  reply to a customer      waits  T-4, Vale Foods\n" in first
    assert "You answer as Sam." in first
    assert "2 of 5  Send text 1?" in done.out
    assert "│ Thank you for your message. We have passed it" in done.out
    reply, item = listed(command)["customer_reply"], listed(command)["tracker_item"]
    assert (reply["state"], item["state"], item["refused_by"]) == ("done", "refused", "Sam")
    assert [one[1] for one in ticket(command)] == [False, True]
    last = done.out.rpartition("─\n")[2]
    assert re.findall(r"^  \d  .*?  (waits|done|approved|refused)  ", last, re.MULTILINE) == [
        "waits", "done", "approved", "refused", "done",
    ]  # fmt: skip


def test_a_yes_is_taken_only_once_the_end_of_a_text_was_shown(command: Command) -> None:
    done = at_terminal(command, "1", "y", "q")
    assert "There is more of it: Enter shows it, then you can approve it." in done.out
    assert listed(command)["post_to_channel"]["state"] == "waits"
    pages = at_terminal(command, "1", "", "", "", "", "y", "q")
    assert listed(command)["post_to_channel"]["state"] == "done"
    whole = listed(command)["post_to_channel"]["text"]
    told = re.sub(
        r"\s", "", "".join(line[2:] for line in pages.out.partition("2 of 5")[0].splitlines() if line.startswith("│ "))
    )
    assert told == re.sub(r"\s", "", whole)


@pytest.mark.parametrize("size", [(80, 24), (120, 40), (40, 20)])
def test_no_line_is_wider_than_the_terminal_and_no_screen_higher(command: Command, size: tuple[int, int]) -> None:
    written(command, "ひ" * 90 + " " + "x" * 300)
    pages = [""] if size[1] == 20 else []
    done = at_terminal(command, "2", *pages, "y", "s", "q", size=size)
    assert "ひ" in done.out
    lines = done.out.splitlines()
    assert max(map(cell_len, lines)) <= size[0]
    screens = [screen.rpartition("─" * size[0])[2] for screen in done.out.split("\n> ")[1:]]
    assert not [screen for screen in screens if screen.count("\n") >= size[1]]


def test_what_changed_is_said_and_asked_again(command: Command) -> None:
    written(command)
    done = at_terminal(command, "2", "y", "y", "q")
    before, _, after = done.out.partition("Look at it again.")
    assert "something changed. kim wrote in T-4" in before.replace("\n", " ")
    assert "State         changed since" in after
    assert "Changed       kim wrote in T-4 on 3 March 2026, 13:00 UTC: “It works again.”" in after
    assert len(ticket(command)) == 2


def editor(folder: Path, script: str) -> str:
    """An editor that changes the file by a script of ``sed``."""
    path = folder / "editor.sh"
    path.write_text(f"#!/bin/sh\nsed -i '{script}' \"$1\"\n", encoding="utf-8")
    path.chmod(0o700)
    return str(path)


@requirement("P1")
def test_an_edited_text_is_another_action_and_the_edited_one_is_sent(command: Command, tmp_path: Path) -> None:
    before = listed(command)["customer_reply"]
    change = editor(tmp_path, "s/Thank you/Many thanks/")
    done = at_terminal(command, "2", "e", "y", "q", EDITOR=change)
    assert "Changed; nobody approved it yet." in done.out
    assert "Edited by Sam." in done.out
    now = listed(command)["customer_reply"]
    assert (now["edited_by"], now["state"]) == ("Sam", "done")
    assert now["id"] != before["id"]
    assert ticket(command) == [(before["text"].replace("Thank you", "Many thanks"), False)]
    assert command("act", run_of(command), "--yes-to", before["id"]).code == 3


@requirement("G5")
def test_what_a_person_edits_is_read_by_the_runs_second_model_before_it_can_be_approved(tmp_path: Path) -> None:
    command = Command(tmp_path)
    command("workspace", "load", workspace(tmp_path))
    made = command(ISSUE, "-q", "--answers", answers(tmp_path, STOPPED), "--answered-by", "Ada")
    assert made.code == 0, made.err
    change = editor(tmp_path, "s/Thank you for your message./It works again on Friday./")
    promise = {"kind": "promise", "words": "It works again on Friday", "why": "nobody set a day"}
    with MessagesServer([], reading=[(use("reading", faults=[promise]),)]) as api:
        keys = ("2", "e", "q")
        done = at_terminal(command, *keys, EDITOR=change, ANTHROPIC_API_KEY=api.key, ANTHROPIC_BASE_URL=api.url)
        assert "may not go to the customer (P2)" in done.out.replace("\n", " ")
        assert done.err == "What you changed is read against its records ...\n"
        assert (len(api.texts), len(api.statements)) == (1, 1)
    assert listed(command)["customer_reply"]["edited_by"] == ""
    without = at_terminal(command, "2", "e", "q", EDITOR=change)
    assert "Nothing of what was edited was read against its records" in re.sub(r"\s+", " ", without.out)
    assert without.err == ""


@pytest.mark.parametrize(
    ("script", "sentence"),
    [
        ("s/^Destination: .*/Destination: T-99/", "is no ticket that this case read"),
        ("1d", "nothing was changed"),
        ("4,$d; 3s/.*//", "needs a text"),
        ("s/x/x/", "Nothing was changed."),
    ],
)
def test_an_edit_that_cannot_be_is_told_and_the_action_stands(
    command: Command, tmp_path: Path, script: str, sentence: str
) -> None:
    before = listed(command)["customer_reply"]
    done = at_terminal(command, "2", "e", "q", EDITOR=editor(tmp_path, script))
    assert sentence in done.out.replace("\n", " ")
    assert listed(command)["customer_reply"] == before


@pytest.mark.parametrize("chosen", ["/no/such/editor", "false"])
def test_an_editor_that_is_not_there_or_fails_changes_nothing(command: Command, chosen: str) -> None:
    done = at_terminal(command, "2", "e", "q", EDITOR=chosen)
    assert re.search(r"cannot be started|nothing was changed", done.out.replace("\n", " "))
    assert "Traceback" not in done.out + done.err


def test_an_approval_can_be_taken_back_until_it_is_carried_out(secret: Command) -> None:
    command = secret
    done = at_terminal(command, "2", "y", "2", "q")
    assert "y approve, as one of 2" in done.out
    assert listed(command)["customer_reply"]["state"] == "waits_for_a_second_person"
    back = at_terminal(command, "2", "r", "q")
    assert "r take the approval back" in back.out
    assert listed(command)["customer_reply"]["state"] == "waits"


def test_a_wrong_answer_is_asked_again_and_the_end_of_the_input_stops(command: Command) -> None:
    done = at_terminal(command, "9", "2", "maybe", "\x04")
    assert "Enter, a number from 1 to 5, or q." in done.out
    assert "Answer y, n, e, s, b, q." in done.out
    assert listed(command)["customer_reply"]["state"] == "waits"


def test_an_interrupted_conversation_keeps_what_was_answered(command: Command) -> None:
    done = at_terminal(command, "2", "y", INTERRUPT)
    assert done.code == 130
    assert done.err == "customer-escalation: Stopped. What was answered is kept.\n"
    assert listed(command)["customer_reply"]["state"] == "done"


def test_nothing_of_a_record_reaches_the_terminal_raw(command: Command) -> None:
    written(command, "\x1b[2J\x1b]0;owned\x07 hello\u202e")
    done = at_terminal(command, "1", "s", "y", "s", "q", size=(100, 200))
    assert "hello" in done.out
    assert not OBEYED.search(done.out)


# Reminders


def test_reminders_are_written_for_a_calendar_and_nothing_else_is_done(command: Command, tmp_path: Path) -> None:
    file = tmp_path / "look again.ics"
    done = command("act", run_of(command), "--ics", str(file))
    assert (done.code, done.out, done.err) == (0, "", f"1 reminder in {file}.\n")
    (event,) = Calendar.from_ical(file.read_bytes()).walk("VEVENT")
    assert event.decoded("dtstart") == datetime(2026, 3, 3, 14, 0, tzinfo=UTC)
    assert str(event["summary"]) == "Import fails (Vale Foods)"
    assert ticket(command) == []
    refused = command("act", run_of(command), "--ics", str(tmp_path / "no" / "file.ics"))
    assert refused.code == 2
    assert "cannot be written" in refused.err


def test_what_security_keeps_to_itself_stands_in_no_calendar(secret: Command, tmp_path: Path) -> None:
    file = tmp_path / "look.ics"
    assert secret("act", run_of(secret), "--ics", str(file)).code == 0
    (event,) = Calendar.from_ical(file.read_bytes()).walk("VEVENT")
    assert str(event["summary"]) == f"Look again: {run_of(secret)}"
    assert "import" not in file.read_text(encoding="utf-8").casefold()


def test_a_filed_item_and_a_note_stand_where_they_belong(command: Command) -> None:
    actions = listed(command)
    named = [part for kind in ("tracker_item", "internal_note") for part in ("--yes-to", actions[kind]["id"])]
    assert command("act", run_of(command), *named).code == 0
    assert ticket(command) == [(actions["internal_note"]["text"], True)]
    with open_workspace(command.folder / "workspace.db") as store:
        tracker: Any = store.backend("project_tracker")
        (item,) = tracker.list_issues(IssueFilter(), Paging(5)).items
    assert item.title == "Import fails (T-4)"
    waiting = command("act", run_of(command))
    assert waiting.code == 3
    assert "new item in the tracker" in waiting.out


# An item that a person picks


def test_a_comment_on_the_item_that_a_person_names_is_offered_first(command: Command) -> None:
    with open_workspace(command.folder / "workspace.db") as store:
        tracker: Any = store.backend("project_tracker")
        made = tracker.create_issue(
            NewIssue(type="incident", title="Imports are down", description="-", priority=""), Write("ops", None)
        )
    run = run_of(command)
    done = command("act", run, "--attach-to", made.id, "--format", "json")
    assert (done.code, done.err.startswith("Offered as ")) == (3, True), done
    (one,) = [one for one in json.loads(done.out)["actions"] if one["kind"] == "tracker_comment"]
    assert (one["destination"], one["state"]) == (f"project_tracker/{made.id}", "waits")
    assert command("act", run, "--yes-to", one["id"], "--by", "Ada").code == 0
    with open_workspace(command.folder / "workspace.db") as store:
        tracker = store.backend("project_tracker")
        assert [said.text for said in tracker.read_issue(made.id).comments][1:] == [one["text"]]
    for words, code, sentence in (
        (["--attach-to", "P-404"], 1, "no item P-404"),
        (["--attach-to", made.id, "--yes-to", one["id"]], 2, "give it alone or with --format"),
    ):
        refused = command("act", run, *words)
        assert (refused.code, sentence in refused.err) == (code, True), refused


def test_what_security_owns_is_attached_to_nothing(secret: Command) -> None:
    refused = secret("act", run_of(secret), "--attach-to", "ISSUE-1", "--format", "json")
    assert (refused.code, "alone, so it is not attached" in refused.err) == (1, True), refused
