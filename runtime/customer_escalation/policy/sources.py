"""The policy in force: what ships, the user's and the project's own policy over it, or the file that was named.

Whoever can change a project's files must not be able to switch rules off or to lead a brief elsewhere, so a project's policy counts
once a person approved it as it stands, as a project's connectors do; and every brief says what it changes of these.
"""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Literal, NamedTuple
from urllib.parse import urlsplit

from platformdirs import user_config_path

from customer_escalation.domain.outcomes import Target
from customer_escalation.domain.rules import RULE_TABLE
from customer_escalation.policy import Policy, PolicyError, load_policy, overlaid
from customer_escalation.resources import policy_text, trust_file

APP = "customer-escalation"
FILE = "policy.toml"
FLOWS = ("identifiers", "same_customer", "anything")
"""From the least."""
MAX_FILE = 1_000_000
"""Bytes of a policy at the most."""
PROJECT_FILES = (Path(f".{APP}") / FILE, Path(FILE))
"""Where a project keeps its policy, below the folder that the command runs in."""


class Overlay(NamedTuple):
    """An organisation's own policy."""

    source: str
    text: str
    scope: Literal["named", "user", "project"] = "named"

    @property
    def whose(self) -> str:
        """How a brief calls it; the path says more than its readers should know."""
        return {"named": "a policy that was named", "user": "the user's policy", "project": "the project's policy"}[
            self.scope
        ]


def find_overlays(chosen: Path | None, folder: Path) -> tuple[Overlay, ...]:
    """The policies to put over the one that ships, in that order: ``chosen`` alone, else the user's, then the project's where a
    person approved it as it stands.

    Raises ``PolicyError`` where a file cannot be read, and ``ConnectorError`` where it cannot be read what was approved.
    """
    if chosen is not None:
        return (_read(chosen),)
    own = user_config_path(APP) / FILE
    found = [_read(own, "user")] if own.is_file() else []
    project = project_policy(folder)
    return tuple([*found, project] if project and is_approved(project) else found)


def policy_files(folder: Path) -> list[Path]:
    """Every file that may be a policy of the user or of the project in ``folder``, there or not."""
    return [user_config_path(APP) / FILE, *(folder / name for name in PROJECT_FILES)]


def project_policy(folder: Path) -> Overlay | None:
    """The policy of the project, approved or not. Raises ``PolicyError`` where it cannot be read."""
    path = next((folder / name for name in PROJECT_FILES if (folder / name).is_file()), None)
    return _read(path.absolute(), "project") if path else None


def withheld_policy(chosen: Path | None, folder: Path) -> Overlay | None:
    """The policy of the project where it is not in force, because nobody approved it. Raises as ``find_overlays``."""
    project = None if chosen else project_policy(folder)
    return None if project is None or is_approved(project) else project


def is_approved(project: Overlay) -> bool:
    """Whether a person approved this very text. Raises ``ConnectorError``."""
    from skill_runtime.trust import TrustStore, digest  # late: most projects have no policy

    return TrustStore(trust_file()).approved(_label(project), digest(project.text))


def approve(project: Overlay) -> None:
    """Note that a person approved this text. Raises ``ConnectorError`` where it cannot be written."""
    from skill_runtime.trust import TrustStore, digest

    TrustStore(trust_file()).approve(_label(project), digest(project.text))


def _label(project: Overlay) -> str:
    """What the approval is kept under; no connector has such a name."""
    return f"policy:{project.source}"


def policy_notes(overlays: Sequence[Overlay], *, withheld: bool = False) -> tuple[str, ...]:
    """What a brief says of the policies that it was made by: rules that they switched off or lowered, channels that a project's
    leads elsewhere, and that a project's is not in force.
    """
    notes: list[str] = []
    before = shipped_policy()
    for overlay in overlays:
        now = overlaid(before, overlay.text, overlay.source)
        for words, level in (("switches off", "off"), ("makes a warning of", "W")):
            rules = [rule for rule in now.levels if now.level(rule) == level != before.level(rule)]
            if rules:
                names = ", ".join(f"{RULE_TABLE[rule].label} ({rule})" for rule in sorted(rules))
                notes.append(f"{_begin(overlay)} {words}: {names}.")
        for name in ("own", "foreign"):
            flow, wider = getattr(before.flows, name), getattr(now.flows, name)
            if FLOWS.index(wider) > FLOWS.index(flow):
                now_words, was_words = wider.replace("_", " "), flow.replace("_", " ")
                notes.append(
                    f"{_begin(overlay)} lets a model ask {name} systems with {now_words} ({was_words} before)."
                )
        for host in sorted(set(now.leaving.hosts) - set(before.leaving.hosts)):
            notes.append(f"{_begin(overlay)} lets texts for customers link to {host}.")
        for target in Target:
            more = set(now.leaving.keeps.of(target)) - set(before.leaving.keeps.of(target))
            if more:
                notes.append(f"{_begin(overlay)} lets texts for {target.value} hold {_listed(sorted(more))}.")
        if now.assistants.writing_tools and not before.assistants.writing_tools:
            notes.append(f"{_begin(overlay)} lists the categories' writing tools to assistants.")
        if now.watching.webhook and overlay.scope == "project" and now.watching != before.watching:
            notes.append(f"{_begin(overlay)} has `watch` tell {urlsplit(now.watching.webhook).hostname}.")
        if now.reminders.calendar and overlay.scope == "project" and now.reminders != before.reminders:
            notes.append(
                f"{_begin(overlay)} offers reminders to the calendar of {urlsplit(now.reminders.calendar).hostname}."
            )
        if now.paging.system and overlay.scope == "project" and now.paging != before.paging:
            notes.append(
                f"{_begin(overlay)} offers pages by {urlsplit(now.paging.address).hostname or now.paging.system}."
            )
        if overlay.scope == "project":
            if before.verification.enabled and not now.verification.enabled:
                notes.append(f"{_begin(overlay)} switches off the second reading of statements.")
            for target in Target:
                was, team = before.teams.of(target).channel, now.teams.of(target).channel
                if was != team:
                    notes.append(f"{_begin(overlay)} sends what is for {target.value} to {team} instead of {was}.")
        before = now
    if withheld:
        notes.append("The project has a policy of its own that nobody approved, so it is not in force.")
    return tuple(notes)


def not_in_force(withheld: Overlay) -> str:
    """What the person who runs this is told of a project's policy that nobody approved."""
    return f"This project's policy {withheld.source} is not in force: look at it and approve it with `{APP} policy --trust`."


def _listed(kinds: Sequence[str]) -> str:
    return ", ".join(kind.replace("_", " ") for kind in kinds) + " of customers' people"


def _begin(overlay: Overlay) -> str:
    return overlay.whose[:1].upper() + overlay.whose[1:]


def shipped_policy() -> Policy:
    """The policy that ships with the skill."""
    return load_policy(*policy_text())


def policy_in_force(overlays: Sequence[Overlay]) -> Policy:
    """The policy with these over it. Raises ``PolicyError`` with source, key and line of each fault."""
    policy = shipped_policy()
    for overlay in overlays:
        policy = overlaid(policy, overlay.text, overlay.source)
    return policy


def changes(policy: Policy) -> Iterator[tuple[str, Any, Any]]:
    """Every setting that differs from the policy that ships: its name, its value, the value that ships."""
    shipped, now = _flat(shipped_policy().model_dump(mode="json")), _flat(policy.model_dump(mode="json"))
    for name in sorted(shipped.keys() | now.keys()):
        if shipped.get(name) != now.get(name):
            yield name, now.get(name), shipped.get(name)


def _read(path: Path, scope: Literal["named", "user", "project"] = "named") -> Overlay:
    try:
        with path.open("rb") as file:
            content = file.read(MAX_FILE + 1)
        if len(content) > MAX_FILE:
            raise PolicyError(f"{path} is larger than {MAX_FILE:,} bytes, the most that is read.")
        return Overlay(str(path), content.decode("utf-8"), scope)
    except UnicodeDecodeError:
        raise PolicyError(f"{path} is not UTF-8 text.") from None
    except OSError as error:
        raise PolicyError(f"{path} cannot be read: {error.strerror or error}.") from None


def _flat(value: Mapping[str, Any], prefix: str = "") -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, item in value.items():
        found |= _flat(item, f"{prefix}{key}.") if isinstance(item, dict) else {f"{prefix}{key}": item}
    return found
