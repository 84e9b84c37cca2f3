"""The systems that a category's server can stand on, and how one is declared.

A system is one module with a constant ``SYSTEM``. The bundled ones are listed here; others announce their module as an
entry point of the group ``customer_escalation.systems``, named as the system is in the configuration.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from importlib import import_module
from importlib.metadata import entry_points
from typing import Any

from pydantic import ValidationError

from support_connectors.backend import Backend
from support_connectors.categories import Category
from support_connectors.remote.guard import SystemSettings

GROUP = "customer_escalation.systems"


class UnusableSystem(Exception):
    """A system cannot be used as it is configured; the message is a sentence for whoever configured it."""


@dataclass(frozen=True)
class System:
    """One system that a category's server can stand on."""

    name: str
    """As in the configuration: ``redmine``."""
    title: str
    """As people call it: ``Redmine``."""
    category: Category
    settings: type[SystemSettings]
    """What it needs: address, credentials, limits, and what narrows it (a project, a queue)."""
    connect: Callable[[Any], Backend]
    """Makes the backend from checked settings. Neither this nor the import of the module asks the network."""
    asks: tuple[tuple[str, tuple[str, ...]], ...] = ()
    """Settings that a person is asked for beside the required ones, each unless one of the others is given: where a system knows us
    in several ways, the usual one.
    """
    tested: str = ""
    """Against what the contract suite and the network's faults were tried, for the table in CONNECTORS.md."""
    note: str = ""
    """What a reader of its records should know, in a sentence: what it cannot search, which times it keeps."""


BUNDLED = (
    "bottlecrm",
    "confluence",
    "github",
    "hubspot",
    "imap",
    "intercom",
    "jira",
    "jmap",
    "linear",
    "matrix",
    "mediawiki",
    "notion",
    "redmine",
    "rt",
    "salesforce",
    "slack",
    "teams",
    "webdav",
    "zendesk",
)
"""The bundled systems: each is the module or package of that name below ``support_connectors.backends`` and, where it needs a
client that not everybody wants, the extra of that name."""


def system_names() -> list[str]:
    """The names of all systems that are here, bundled or announced, sorted."""
    return sorted({*BUNDLED, *(point.name for point in entry_points(group=GROUP))})


def find_system(name: str) -> System:
    """The system of that name.

    Raises ``UnusableSystem`` where there is none, or where what it needs is not installed.
    """
    module = f"support_connectors.backends.{name}" if name in BUNDLED else _announced(name)
    if not module:
        raise UnusableSystem(f"There is no system {name!r}. Known: {', '.join(system_names())}.")
    try:
        found = import_module(module).SYSTEM
    except ModuleNotFoundError as error:
        extra = f": pip install 'customer-escalation[{name}]'" if name in BUNDLED else ""
        raise UnusableSystem(f"{name} needs the package {error.name!r}, which is not installed{extra}.") from error
    except (ImportError, AttributeError) as error:
        raise UnusableSystem(f"The module {module} of the system {name!r} cannot be used: {error}.") from error
    if not isinstance(found, System):
        raise UnusableSystem(f"{module}.SYSTEM is no System, so {name!r} cannot be used.")
    return found


def needed_settings(system: System, given: Iterable[str] = ()) -> list[str]:
    """The settings that a system needs in its usual way, without those that are given or that another given one stands for."""
    here = set(given)
    required = [name for name, about in system.settings.model_fields.items() if about.is_required()]
    asked = [name for name, others in system.asks if not here & set(others)]
    return [name for name in dict.fromkeys([*required, *asked]) if name not in here]


def connect_system(name: str, settings: Mapping[str, Any]) -> tuple[System, Backend]:
    """The system of that name and its backend on these settings; the network is not asked yet.

    Raises ``UnusableSystem`` with the first fault of the settings.
    """
    system = find_system(name)
    try:
        checked = system.settings.model_validate(dict(settings))
    except ValidationError as error:
        fault = error.errors(include_url=False, include_input=False, include_context=False)[0]
        place = ".".join(str(part) for part in fault["loc"])
        known = ", ".join(system.settings.model_fields)
        hint = f" Its settings: {known}." if fault["type"] in ("missing", "extra_forbidden") else ""
        said = fault["msg"].removeprefix("Value error, ")
        raise UnusableSystem(
            f"{system.title}: {place or 'its settings'}: {said[:1].lower() + said[1:]}.{hint}"
        ) from None
    return system, system.connect(checked)


def _announced(name: str) -> str:
    return next((point.value.partition(":")[0] for point in entry_points(group=GROUP) if point.name == name), "")
