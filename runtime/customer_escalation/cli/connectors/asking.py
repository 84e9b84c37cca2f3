"""What only a person can say: yes to a project's connector, a value, a category."""

import sys
from typing import TYPE_CHECKING

import typer

from customer_escalation.cli import streams
from skill_runtime.errors import ConnectorError

if TYPE_CHECKING:
    from customer_escalation.connectors.plan import Connectors, Link


def approve(link: "Link", known: "Connectors", *, yes: bool) -> None:
    """A project's declaration needs a person's word, once for each form that it takes."""
    declared = link.declared
    if declared.scope != "project" or known.trust.approved(declared.name, declared.digest):
        return
    streams.say(f"{declared.source} declares {declared.name}: {declared.address}")
    must_agree("Let this project connect it?", yes=yes)
    known.trust.approve(declared.name, declared.digest)


def must_agree(question: str, *, yes: bool) -> None:
    if yes:
        return
    if not sys.stdin.isatty():
        raise ConnectorError(f"{question} Nobody can be asked here: say --yes if you mean it.")
    if not typer.confirm(question):
        raise ConnectorError("Nothing was changed.")


def ask(what: str, *, hidden: bool, option: str) -> str:
    if not sys.stdin.isatty():
        line = sys.stdin.readline().strip() if option == "standard input" else ""
        if line:
            return line
        raise ConnectorError(f"The {what} is missing: give it with {option}.")
    return str(typer.prompt(what, hide_input=hidden))


def checked_category(category: str) -> str:
    from support_connectors.categories import CATEGORIES

    if category not in CATEGORIES:
        raise ConnectorError(f"There is no category {category!r}; choose one of {', '.join(CATEGORIES)}.")
    return category


def asked_category(name: str) -> str:
    """The category that a person names for a server."""
    from customer_escalation.connectors.known import category_by_name
    from support_connectors.categories import CATEGORIES

    if not sys.stdin.isatty():
        raise ConnectorError(f"Which category does {name} serve? Say --category with one of: {', '.join(CATEGORIES)}.")
    guess = category_by_name(name) or None
    while True:
        said = str(typer.prompt(f"Which category does {name} serve ({', '.join(CATEGORIES)})", default=guess))
        if said in CATEGORIES:
            return said
