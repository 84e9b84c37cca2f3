"""The policy in force: what ships, the user's and the project's own policy over it, or the file that was named."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from platformdirs import user_config_path

from customer_escalation.policy import Policy, PolicyError, load_policy, overlaid
from customer_escalation.resources import policy_text

APP = "customer-escalation"
FILE = "policy.toml"
MAX_FILE = 1_000_000
"""Bytes of a policy at the most."""
PROJECT_FILES = (Path(f".{APP}") / FILE, Path(FILE))
"""Where a project keeps its policy, below the folder that the command runs in."""


class Overlay(NamedTuple):
    """An organisation's own policy."""

    source: str
    text: str


def find_overlays(chosen: Path | None, folder: Path) -> tuple[Overlay, ...]:
    """The policies to put over the one that ships, in that order: ``chosen`` alone, else the user's, then the project's.

    Raises ``PolicyError`` where a file cannot be read.
    """
    if chosen is not None:
        return (_read(chosen),)
    project = next((folder / name for name in PROJECT_FILES if (folder / name).is_file()), None)
    found = [user_config_path(APP) / FILE, project]
    return tuple(_read(path) for path in found if path is not None and path.is_file())


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


def _read(path: Path) -> Overlay:
    try:
        with path.open("rb") as file:
            content = file.read(MAX_FILE + 1)
        if len(content) > MAX_FILE:
            raise PolicyError(f"{path} is larger than {MAX_FILE:,} bytes, the most that is read.")
        return Overlay(str(path), content.decode("utf-8"))
    except UnicodeDecodeError:
        raise PolicyError(f"{path} is not UTF-8 text.") from None
    except OSError as error:
        raise PolicyError(f"{path} cannot be read: {error.strerror or error}.") from None


def _flat(value: Mapping[str, Any], prefix: str = "") -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, item in value.items():
        found |= _flat(item, f"{prefix}{key}.") if isinstance(item, dict) else {f"{prefix}{key}": item}
    return found
