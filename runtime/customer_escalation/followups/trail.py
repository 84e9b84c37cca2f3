"""The trail of an escalation: who read, decided, wrote, approved, sent what and when, one row for each entry of its journal."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from customer_escalation.actions import action_id
from customer_escalation.cases.entries import APPROVAL, OUTDATED, REFUSAL, RESULT, REVOCATION
from customer_escalation.cases.offered_later import offered_later
from customer_escalation.cases.recorded import RecordedResult
from customer_escalation.cases.store import CaseStore
from customer_escalation.domain.formatting import count_words
from customer_escalation.domain.printable import one_line
from skill_runtime.journal import BLOB, Entry

PROGRAM, MODEL, ASSISTANT = "program", "model", "assistant"
"""Who it was where no person was."""
LONGEST = 300
"""Characters of a cell that holds words."""
SHORT_ID = 12


@dataclass(frozen=True)
class TrailRow:
    """One thing that happened."""

    number: int
    """Of the entry in the journal."""
    at: str
    """When it was written down: RFC 3339, UTC."""
    who: str
    """A person by name; ``program``, ``model`` or ``assistant`` otherwise."""
    did: str
    """A verb: ``read``, ``decided``, ``approved``."""
    what: str
    where: str
    """The system, the destination or the tool; empty where it is none."""
    detail: str

    def to_json(self) -> dict[str, Any]:
        """As a JSON object."""
        return asdict(self)


COLUMNS = tuple(TrailRow.__dataclass_fields__)
Told = tuple[str, str, str, str, str]
"""Who, did, what, where, detail."""


@dataclass(frozen=True)
class _Case:
    """What a row of one entry may need of the others."""

    author: str
    """Who states and writes, where no person does."""
    actions: Mapping[str, str]
    """Every action that was ever offered: its kind and destination, by its id."""

    def action(self, action: str) -> str:
        """An action in words."""
        named = self.actions.get(action, "")
        return f"action {action[:SHORT_ID]}{f': {named}' if named else ''}"


def trail(store: CaseStore, case: str) -> list[TrailRow]:
    """Every entry as a row, oldest first. Raises ``StoreError``."""
    entries = store.entries(store.find(case.strip()))
    header = entries[0].data if entries else {}
    known = _Case(ASSISTANT if header.get("origin") == "assistant" else PROGRAM, _actions(entries))
    return [_row(entry, known) for entry in entries if entry.type != BLOB]


def _row(entry: Entry, case: _Case) -> TrailRow:
    tell = _TELLING.get(entry.type, _other)
    cells = [_cell(cell) for cell in tell(entry, case)]
    return TrailRow(entry.seq, entry.at, *cells)


def _cell(text: object) -> str:
    line = one_line(str(text))
    return f"{line[: LONGEST - 3].rstrip()}..." if len(line) > LONGEST else line


def _actions(entries: Sequence[Entry]) -> dict[str, str]:
    found: dict[str, str] = {}
    for number, entry in enumerate(entries, 1):
        if entry.type == RESULT:
            offered = list(RecordedResult(entry.data).proposals)
        elif entry.type == "offered":
            offered = offered_later(entries[:number])
        else:
            continue
        found |= {action_id(one): f"{one.kind} to {one.destination}" for one in offered}
    for entry in entries:
        if entry.type == "action_edited" and entry.data["action"] in found:
            kind = found[entry.data["action"]].partition(" to ")[0]
            found[entry.data["becomes"]] = f"{kind} to {entry.data['destination']}"
    return found


def _header(entry: Entry, case: _Case) -> Told:
    asked = entry.data.get("request", {})
    who = asked.get("reported_by") or "somebody"
    return who, "asked", asked.get("issue", ""), "", f"as of {entry.data.get('now', '')}"


def _tool(entry: Entry, case: _Case) -> Told:
    request = entry.request or {}
    given = ", ".join(f"{name}={value}" for name, value in (request.get("input") or {}).items())
    failed = entry.data.get("is_error") or entry.data.get("failure")
    return (
        PROGRAM,
        "read" if not failed else "tried to read",
        f"{request.get('tool', '')} {given}",
        request.get("server", ""),
        "",
    )


def _connect(entry: Entry, case: _Case) -> Told:
    request = entry.request or {}
    return (
        PROGRAM,
        "connected",
        request.get("category", ""),
        request.get("server", ""),
        entry.data.get("reason") or entry.data.get("status", ""),
    )


def _turn(entry: Entry, case: _Case) -> Told:
    return MODEL, "answered", "a turn", "", ""


def _verified(entry: Entry, case: _Case) -> Told:
    return MODEL, "checked", "statements against their records", "", f"{len(entry.data.get('verdicts') or {})} read"


def _read(entry: Entry, case: _Case) -> Told:
    anew = ", all anew" if entry.data.get("anew") else ""
    return (
        case.author,
        "kept",
        f"{len(entry.data['results'])} answers of tools{anew}",
        "",
        f"connected: {', '.join(entry.data['connected'])}",
    )


def _facts(entry: Entry, case: _Case) -> Told:
    stated = entry.data["facts"]
    yes = [name for name, value in stated.items() if isinstance(value, dict) and value.get("answer") == "yes"]
    return (
        case.author,
        "stated facts",
        f"yes: {', '.join(yes) or 'none'}",
        "",
        "taken" if entry.data["taken"] else "not taken",
    )


def _answers(entry: Entry, case: _Case) -> Told:
    given = entry.data["answers"]
    who = next((str(one["by"]) for one in given if one.get("by")), "a person")
    return who, "answered", ", ".join(str(one.get("name", "")) for one in given), "", ""


def _brief(entry: Entry, case: _Case) -> Told:
    who = MODEL if entry.data["drafted_by"] == "model" and case.author == PROGRAM else case.author
    return (
        who,
        "wrote",
        f"a draft ({entry.data['outcome'].replace('_', ' ')})",
        "",
        f"{len(entry.data['actions'])} next steps offered",
    )


def _result(entry: Entry, case: _Case) -> Told:
    data = entry.data
    labels = [str(data[key]).replace("_", " ") for key in ("outcome", "severity", "target") if data.get(key)]
    return PROGRAM, "decided", ", ".join(labels), "", f"{data.get('status', '')}: {RecordedResult(data).summary}"


def _approved(entry: Entry, case: _Case) -> Told:
    return entry.data["by"], "approved", case.action(entry.data["action"]), "", ""


def _revoked(entry: Entry, case: _Case) -> Told:
    return entry.data["by"], "took back the approval of", case.action(entry.data["action"]), "", ""


def _refused(entry: Entry, case: _Case) -> Told:
    return entry.data["by"], "refused", case.action(entry.data["action"]), "", entry.data.get("why", "")


def _outdated(entry: Entry, case: _Case) -> Told:
    return PROGRAM, "ended the approval of", case.action(entry.data["action"]), "", " ".join(entry.data["changes"])


def _edited(entry: Entry, case: _Case) -> Told:
    return (
        entry.data["by"],
        "edited",
        case.action(entry.data["action"]),
        entry.data["destination"],
        f"now action {entry.data['becomes'][:SHORT_ID]}",
    )


def _intended(entry: Entry, case: _Case) -> Told:
    where = f"{entry.data['system']} {entry.data['destination']}".strip()
    how = f"{entry.data['tool']}, in the name of {entry.data['author']}"
    return entry.data["by"], "began to carry out", case.action(entry.data["action"]), where, how


def _effect(did: str) -> "Callable[[Entry, _Case], Told]":
    def tell(entry: Entry, case: _Case) -> Told:
        who = entry.data.get("settled_by") or PROGRAM
        return who, did, case.action(entry.data["action"]), entry.data.get("written", ""), entry.data.get("said", "")

    return tell


def _offered(entry: Entry, case: _Case) -> Told:
    texts = entry.data["proposals"]
    who = MODEL if entry.data["drafted_by"] == "model" else PROGRAM
    occasion, where = entry.data["occasion"].replace("_", "-"), ", ".join(one["destination"] for one in texts)
    return who, "drafted", f"{count_words(len(texts), 'text')} for the {occasion}", "", where


def _followed_up(entry: Entry, case: _Case) -> Told:
    done = ", ".join(step.replace("_", " ") for step in entry.data["done"])
    return (
        entry.data.get("by") or "a person",
        "logged",
        done,
        ", ".join(entry.data.get("tickets", ())),
        entry.data.get("note", ""),
    )


def _reassessed(entry: Entry, case: _Case) -> Told:
    was, now = (_labels(entry.data[key]) for key in ("was", "is_now"))
    what = f"{was}, now {now}" if was != now else f"{now} stands"
    return PROGRAM, "decided again", what, "", f"{len(entry.data['new'])} new records; as of {entry.data['now']}"


def _severity(entry: Entry, case: _Case) -> Told:
    return entry.data["by"], "confirmed", f"severity {entry.data['severity']}", "", ""


def _down(entry: Entry, case: _Case) -> Told:
    data = entry.data
    rules = ", ".join(f"{rule} {state}" for rule, state in data["rules"].items())
    who, did = (
        (data["confirmed_by"], "confirmed the de-escalation")
        if data["confirmed_by"]
        else (PROGRAM, "judged the de-escalation")
    )
    return who, did, rules, "", f"done: {', '.join(data['done']) or 'nothing yet'}"


def _closed(entry: Entry, case: _Case) -> Told:
    data = entry.data
    detail = "; ".join(part for part in (
        f"customer: {', '.join(data.get('confirmed', ()))}" if data.get("confirmed") else "",
        f"tracking: {data['tracking']}" if data.get("tracking") else "",
        f"learned: {data['learned']}" if data.get("learned") else "",
    ) if part)  # fmt: skip
    return data.get("by") or case.author, "closed", "the escalation", "", detail


def _saved(entry: Entry, case: _Case) -> Told:
    return case.author, "saved", "a file", entry.data["file"], ""


def _not_asked(entry: Entry, case: _Case) -> Told:
    return (
        PROGRAM,
        "did not ask",
        entry.data["tool"],
        entry.data["server"],
        f"data of {entry.data['source'] or 'an unknown source'}",
    )


def _other(entry: Entry, case: _Case) -> Told:
    """An entry of a kind that another version writes: that it is there."""
    return case.author, "noted", entry.type, "", ""


def _labels(labels: Mapping[str, Any]) -> str:
    return ", ".join(str(value).replace("_", " ") for value in labels.values() if value) or "nothing"


_TELLING: Mapping[str, Callable[[Entry, _Case], Told]] = {
    "header": _header, "connect": _connect, "tool": _tool, "turn": _turn, "verification": _verified, "verdict": _verified,
    "read": _read, "assess": _facts, "answers": _answers, "brief": _brief, RESULT: _result, "saved": _saved,
    "flow_refused": _not_asked, APPROVAL: _approved, REVOCATION: _revoked, REFUSAL: _refused, OUTDATED: _outdated,
    "action_edited": _edited, "effect_intended": _intended, "effect_done": _effect("carried out"),
    "effect_failed": _effect("failed to carry out"), "effect_unclear": _effect("does not know whether it carried out"),
    "offered": _offered, "follow_up": _followed_up, "reassess": _reassessed, "severity": _severity, "de_escalation": _down,
    "closed": _closed,
}  # fmt: skip
"""How each kind of entry is told."""
LOOKING = frozenset({"connected", "read", "tried to read", "kept", "answered", "checked"})
"""What a timeline for people leaves out: the program's many single steps."""


def timeline(rows: Sequence[TrailRow]) -> Iterator[TrailRow]:
    """The rows that people look for: what was asked, decided, written, said and done."""
    return (row for row in rows if row.did not in LOOKING or row.who not in (PROGRAM, MODEL, ASSISTANT))
