"""From declarations to servers that can be connected: category, approval, credentials, and why one is left out."""

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from customer_escalation.connectors.adapter import ConnectionAdapter
from customer_escalation.connectors.declaration import Declarations, Declared
from customer_escalation.connectors.declared import environment, find_declarations
from customer_escalation.connectors.gate import Guarded, TrustGate
from customer_escalation.connectors.known import KnownServer, category_by_name, known_as
from customer_escalation.policy.sources import APP
from customer_escalation.resources import state_folder, trust_file
from skill_runtime.connectors import ConnectorState
from skill_runtime.errors import ConnectorError
from skill_runtime.secret_store import SecretStore, open_secrets
from skill_runtime.server_spec import Command, ServerSpec, Sse, Timeouts
from skill_runtime.trust import TrustStore
from support_connectors.categories import CATEGORIES
from support_connectors.systems import UnusableSystem, connect_system, find_system

if TYPE_CHECKING:
    from skill_runtime.oauth import Redirect


@dataclass(frozen=True)
class Link:
    """A declared connector and what became of it."""

    declared: Declared
    category: str
    """Empty where nobody knows it yet."""
    known: KnownServer | None = None
    problem: str = ""
    """Why it cannot be used now: the end of a sentence."""

    @property
    def name(self) -> str:
        """The connector's name, which is its label."""
        return self.declared.name

    @property
    def foreign(self) -> bool:
        """Whether the server is not one of ours."""
        return self.declared.server is not None

    @property
    def guarded(self) -> Guarded:
        """As the gate knows it."""
        return Guarded(self.declared.identity, self.known)


@dataclass(frozen=True)
class Connectors:
    """All connectors of a user in a folder, with the stores that they need."""

    links: tuple[Link, ...]
    declarations: Declarations
    trust: TrustStore
    secrets: SecretStore

    def named(self, name: str) -> Link:
        """The connector of that name. Raises ``ConnectorError``."""
        declared = self.declarations.named(name)
        return next(link for link in self.links if link.declared is declared)


@dataclass
class Plan:
    """What a run connects."""

    specs: list[ServerSpec] = field(default_factory=list)
    left_out: list[ConnectorState] = field(default_factory=list)
    """Connectors that cannot be used, each with its reason."""
    guarded: dict[str, Guarded] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    """Connectors that no category can be named for, in sentences."""

    def adapter(self) -> ConnectionAdapter:
        """What stands between the run and these servers."""
        counted = Counter(
            category
            for spec in self.specs
            for category in {
                spec.category,
                *(self.guarded[spec.label].categories if spec.label in self.guarded else ()),
            }
        )
        return ConnectionAdapter(self.guarded, {category for category, count in counted.items() if count > 1})

    def gate(self, trust: TrustStore) -> TrustGate:
        """What these servers' tools may do."""
        return TrustGate(trust, self.guarded)


def open_connectors(folder: Path, named: Path | None = None) -> Connectors:
    """The connectors declared for ``folder`` (or in the file ``named`` alone). Raises ``ConnectorError``."""
    trust = TrustStore(trust_file())
    secrets = open_secrets(APP, state_folder() / "secrets.json")
    declarations = find_declarations(folder, environment(secrets.get), named)
    return Connectors(
        tuple(_link(declared, trust) for declared in declarations.connectors), declarations, trust, secrets
    )


def plan(connectors: Connectors, categories: Collection[str], redirect: "Redirect | None" = None) -> Plan:
    """What a run that asks for ``categories`` connects: servers of other categories are not started at all."""
    made = Plan(notes=[str(note) for note in connectors.declarations.notes if note.level != "info"])
    for link in connectors.links:
        serves = {link.category, *link.guarded.categories} if link.foreign else {link.category}
        if not link.category:
            made.notes.append(f"The connector {link.name} is left out: {link.problem}.")
        elif not serves & set(categories):
            continue
        elif link.problem:
            made.left_out.append(ConnectorState(link.category, "error", link.name, link.problem))
        else:
            try:
                made.specs.append(spec_of(link, connectors.secrets, redirect))
            except (ConnectorError, UnusableSystem) as error:
                made.left_out.append(ConnectorState(link.category, "error", link.name, str(error).rstrip(".")))
                continue
            if link.foreign:
                made.guarded[link.name] = link.guarded
    return made


def spec_of(link: Link, secrets: SecretStore, redirect: "Redirect | None" = None) -> ServerSpec:
    """The server of a connector, ready to be connected.

    Raises ``ConnectorError`` for missing credentials and ``UnusableSystem`` for a system that cannot be used so.
    """
    from support_connectors.serving import local_tools

    config = link.declared.server
    if config is None:
        system, backend = connect_system(link.declared.system, link.declared.settings)
        return ServerSpec(link.name, system.category, local_tools(system.category, backend))
    default = Timeouts()
    timeouts = Timeouts(config.connect_s or default.connect, config.call_s or default.call)
    if config.transport == "stdio":
        command = Command(config.command, config.args, config.env or None, config.cwd or None)
        return ServerSpec(link.name, link.category, command, timeouts=timeouts, arguments=config.arguments)
    from skill_runtime.oauth import Program, auth_for

    target = Sse(config.url) if config.transport == "sse" else config.url
    program = Program(APP, f"{APP} connectors login {{server}}")
    auth = auth_for(link.name, config.url, config.auth, secrets, redirect, program)
    return ServerSpec(link.name, link.category, target, config.headers, auth, timeouts, config.arguments)


def unclaimed(states: Iterable[ConnectorState], categories: Sequence[str]) -> list[ConnectorState]:
    """The categories that no state speaks for, as not connected."""
    claimed = {state.category for state in states}
    return [ConnectorState(category, "not_connected") for category in categories if category not in claimed]


def _link(declared: Declared, trust: TrustStore) -> Link:
    known = known_as(declared.server) if declared.server else None
    category = declared.category or trust.category(declared.name) or (known.category if known else "")
    problem = declared.problem
    if declared.system:
        try:
            system = find_system(declared.system)
        except UnusableSystem as error:
            return Link(declared, category, None, str(error).rstrip("."))
        if category and category != system.category:
            problem = f"{system.title} is a {system.category}, not a {category}"
        category = system.category
    if category and category not in CATEGORIES:
        return Link(declared, "", known, f"there is no category {category!r}; choose one of {', '.join(CATEGORIES)}")
    if not category:
        guess = category_by_name(declared.name)
        hint = f" (perhaps {guess})" if guess else ""
        return Link(
            declared,
            "",
            known,
            f"nobody said which category it serves{hint}: customer-escalation connectors trust {declared.name}",
        )
    if declared.scope == "project" and not trust.approved(declared.name, declared.digest):
        problem = f"this project declares it and you have not approved that: customer-escalation connectors trust {declared.name}"
    return Link(declared, category, known, problem)
