"""One escalation from its brief to its end on real systems together, each step a process of its own on the day it happens.

After every step each system is asked itself what stands there: what was approved, exactly once, and nothing else.
"""

import html
import json
import re
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import tomlkit
from tests.customer_escalation.cli.real_desk import COMPANY, CUSTOMER, RealDesk, Seen, added
from tests.customer_escalation.commands import LONGEST_S, Command, Done
from tests.requirements import requirement

MARKER = r"\n\n\[ce:[0-9a-f]{12}\.[0-9a-f]{8}\]"
"""How a write is found again in systems without idempotency keys."""
DAY_S = 86_400
NO = ("data_harmed", "production_stopped", "churn_threat", "executive_requested", "policy_exception", "pr_or_legal_risk",
      "cross_functional_decision", "documented_solution", "support_can_configure", "guidance_only",
      "known_limitation_with_alternative", "feature_gap")  # fmt: skip
ANSWERS = {
    **dict.fromkeys(NO, "no"), "security": "none", "bug_confirmed": "yes", "code_change_needed": "yes", "workaround": "none",
    "impact": "major_function_broken", "major_function_broken": "yes", "open_ask": "technical_work",
}  # fmt: skip
Action = dict[str, Any]


@dataclass
class Life:
    """An escalation on a desk, and what of it was read so far."""

    folder: Path
    desk: RealDesk
    day: float = 0
    run: str = ""
    seen: Seen = field(default_factory=dict)

    def command(self, *arguments: str) -> Done:
        """The command line on that day."""
        done = subprocess.run(
            [sys.executable, "-m", "tests.customer_escalation.at_moment", str(self.day * DAY_S), *arguments],
            capture_output=True, check=False, timeout=LONGEST_S, text=True, stdin=subprocess.DEVNULL,
            env=Command(self.folder).environment(), cwd=Path(__file__).parents[3],
        )  # fmt: skip
        return Done(done.returncode, done.stdout, done.stderr)

    def brief(self, issue: str) -> Done:
        """Make the brief with the desk's connectors and a person's answers."""
        files = {
            "connectors.toml": tomlkit.dumps(self.desk.connectors()),
            "policy.toml": tomlkit.dumps({"teams": {"engineering": {"channel": self.desk.channel}}}),
            "answers.json": json.dumps({**ANSWERS, "case": self.desk.ticket}),
        }
        for name, text in files.items():
            (self.folder / name).write_text(text, encoding="utf-8")
        of = {name.partition(".")[0]: str(self.folder / name) for name in files}
        done = self.command(
            "run", issue, "--no-model", "-q", "--answers", of["answers"], "--answered-by", "Sam", "--connectors", of["connectors"],
            "--policy", of["policy"], "--format", "json",
        )  # fmt: skip
        self.run = next((file.stem for file in (self.folder / "runs").glob("*.jsonl")), "")
        return done

    def waiting(self, *kinds: str) -> list[Action]:
        """What waits for a yes, of these kinds."""
        told = json.loads(self.command("act", self.run, "--format", "json").out)
        found = [one for one in told["actions"] if one["kind"] in kinds and one["state"] in ("waits", "changed_since")]
        assert sorted(one["kind"] for one in found) == sorted(kinds), told
        return found

    def say_yes(self, actions: Sequence[Action]) -> Done:
        """Approve them and have them carried out."""
        named = [word for one in actions for word in ("--yes-to", one["id"][:12])]
        return self.command("act", self.run, *named, "--by", "Ana Roy")

    def new(self) -> Seen:
        """What stands in the systems beside what was read before, where all is as it was."""
        now = self.desk.seen()
        found, self.seen = added(self.seen, now), now
        return found

    def carried_out(self, *kinds: str, again: bool = False) -> None:
        """Say yes to what waits of these kinds: each stands in its system once, nothing else does, and a second yes adds nothing."""
        actions = self.waiting(*kinds)
        done = self.say_yes(actions)
        assert (done.code, done.err) == (0, ""), (done.out, done.err)
        stands_alone(self.new(), actions, self.desk)
        if again:
            repeated = self.say_yes(actions)
            assert (repeated.code, repeated.out.count("It was carried out before.")) == (0, len(actions)), repeated
            assert self.new() == {}


def stands_alone(found: Seen, actions: Sequence[Action], desk: RealDesk) -> None:
    """Each action stands in its system once, the customer has each word to them in their mailbox once, and there is nothing else."""
    left = dict(found)
    for action in actions:
        for where, text in expected(action, desk):
            match = [place for place, said in left.items() if re.fullmatch(where, place) and re.fullmatch(text, said)]
            assert len(match) == 1, (action, match, left)
            del left[match[0]]
    by_itself = [
        place
        for place, said in left.items()
        if re.fullmatch(r"EmailRecord RT_System .*|Status RT_System Status open", said)
    ]
    words = sum(action["tool"] == "reply_to_customer" for action in actions)
    assert set(left) == set(by_itself), left
    assert sum(left[place].startswith("EmailRecord") for place in by_itself) == words


def expected(action: Action, desk: RealDesk) -> list[tuple[str, str]]:
    """Where and how an action stands in its system, as patterns."""
    text = re.escape(action["text"]) + MARKER
    ticket = action["destination"].removeprefix("support_platform/")
    match action["tool"]:
        case "post_chat_message":
            assert action["destination"] == desk.channel
            return [(rf"matrix {re.escape(desk.channel)} \S+", rf"m\.room\.message {re.escape(action['text'])}")]
        case "reply_to_customer":
            assert ticket == desk.ticket
            subject = rf"\[support\.example #{ticket}\] [^\n]+"
            return [
                (rf"rt {ticket} \d+", f"Correspond root  {text}"),
                (r"mail dana INBOX \S+", rf"{subject}\n\n{text}"),
            ]
        case "add_internal_note":
            assert ticket == desk.ticket
            return [(rf"rt {ticket} \d+", f"Comment root  {text}")]
        case "create_issue":
            return [(r"redmine \d+", f"Bug {text}")]
        case "draft_article":
            title, _, body = action["text"].partition("\n\n")
            name = r"\s+".join(map(re.escape, re.sub(r"[#\[\]]", " ", title).split()))
            shown = re.escape(html.escape(body, quote=False))
            return [(r"mediawiki \d+", rf"User:Admin/Drafts/{name}\n\n<pre>{shown}{MARKER}</pre>")]
        case other:
            raise AssertionError(f"nothing is known of {other}")


@pytest.fixture
def desk() -> Iterator[RealDesk]:
    """Places of its own on the real systems; skips where one of them is not up."""
    with closing(RealDesk()) as found:
        yield found


@requirement("P1")
def test_from_the_brief_to_the_close_only_what_was_approved_stands_in_each_system_once(
    desk: RealDesk, tmp_path: Path
) -> None:
    life = Life(tmp_path, desk)
    subject = f"Label printing stops with PR-{desk.token}"
    desk.set_up(subject, f"Since this morning our label printing stops with PR-{desk.token}. We cannot ship anything.")
    desk.agent_says("Reproduced with the newest driver.", "comment")
    life.new()

    made = life.brief(f"{subject} for {COMPANY}")
    assert (made.code, made.err) == (0, ""), made
    assert json.loads(made.out)["status"] == "valid"
    assert life.new() == {}
    life.carried_out("post_to_channel")
    life.carried_out("customer_reply", "tracker_item", "internal_note", again=True)
    assert life.command("followups").code == 0

    life.day = 4
    desk.engineer_says("The renderer fails for labels without a postcode.", "In Progress")
    assert life.command("followups").code == 10
    first = life.command("update", life.run)
    assert (first.code, first.err) == (0, "")
    (item,) = desk.issues()
    assert f"wrote in #{item}" in first.out
    assert "The renderer fails for labels without a postcode." in first.out
    assert "went there before" not in first.out
    people_only(life.new(), "redmine")
    life.carried_out("team_message", "status_update", "internal_note")
    assert life.command("followups").code == 0

    life.day = 6
    desk.by_mail(CUSTOMER, subject, "Now nothing prints at all, production stands still.", desk.ticket)
    stopped = desk.messages()[-1]
    second = life.command("update", life.run)
    assert "Now nothing prints at all, production stands still." in second.out
    assert "The renderer fails" not in second.out
    desk.by_mail(CUSTOMER, subject, "Hello? Is anybody there?", desk.ticket)
    people_only(life.new(), "rt", "mail")
    waiting = life.waiting("team_message", "status_update", "internal_note")
    refused = life.say_yes(waiting)
    assert (refused.code, refused.out.count("Hello? Is anybody there?")) == (3, 3)
    assert life.new() == {}
    life.carried_out("team_message", "status_update", "internal_note", again=True)
    up = life.command("reassess", life.run, "--fact", f"production_stopped=yes:{stopped}")
    assert (up.code, up.err) == (0, "")
    assert "Critical holds." in up.out
    assert f"{life.run}  Critical, Engineering" in life.command("followups").out
    assert life.new() == {}

    life.day = 7
    desk.agent_says("Please set the postcode field to NONE in the template, then printing goes on.")
    helps = desk.messages()[-1]
    desk.by_mail(CUSTOMER, subject, "That works, we ship again. Thank you.", desk.ticket)
    confirms = desk.messages()[-1]
    third = life.command("update", life.run)
    assert (third.code, f"{subject} ({COMPANY}) (Critical)" in third.out) == (0, True), third
    down = life.command(
        "deescalate", life.run, "--workaround", helps, "--customer-confirmed", confirms, "--root-cause",
        "Labels without a postcode end the renderer.", "--resolution",
        "Set the postcode field to NONE in the template; printing goes on.", "--confirm", "--by", "Ana Roy",
    )  # fmt: skip
    assert (down.code, "DE2: yes (the customer confirmed it)" in down.out, "Confirmed by Ana Roy." in down.out) == (
        3,
        True,
        True,
    )
    early = life.command("close", life.run, "--customer-confirmed", confirms)
    assert early.code == 1
    for missing in ("notify the team", "update the ticket", "inform the customer", "--tracking", "--offer-article"):
        assert missing in early.err
    people_only(life.new(), "rt", "mail")
    resolution = [one for one in life.waiting(*2 * ("team_message", "status_update", "internal_note"))
                  if "NONE in the template; printing goes on." in one["text"]]  # fmt: skip
    said = life.say_yes(resolution)
    assert (said.code, len(resolution)) == (0, 3), said
    stands_alone(life.new(), resolution, desk)
    left = life.command("deescalate", life.run)
    assert [line.strip() for line in left.out.splitlines() if "to do" in line] == [
        "to do (record_learning): Record what was learned."
    ]
    closed = life.command(
        "close", life.run, "--customer-confirmed", confirms, "--tracking", f"{item} holds the cause", "--resolution",
        "Set the postcode field to NONE.", "--offer-article", "--by", "Ana Roy",
    )  # fmt: skip
    assert (closed.code, f"{life.run} is closed, by Ana Roy." in closed.out) == (0, True), closed
    assert life.new() == {}
    life.carried_out("draft_article", again=True)
    assert life.command("followups").out == "No escalation is open.\n"


def people_only(found: Seen, *systems: str) -> None:
    """What is new was written by people, in these systems alone: no text of the product's is among it."""
    assert found
    assert {place.split()[0] for place in found} <= set(systems), found
    assert not [text for text in found.values() if re.search(MARKER.removeprefix(r"\n\n"), text)]
