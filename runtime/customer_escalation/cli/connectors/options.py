"""What the commands take alike, and how they open what is declared."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from customer_escalation.connectors.plan import Connectors

Name = Annotated[str, typer.Argument(metavar="NAME", help="The connector's name.", show_default=False)]
ConnectorsFile = Annotated[
    Path | None,
    typer.Option(
        "--connectors", metavar="FILE", help="Connectors file; default: the project's and yours.", show_default=False
    ),
]
AsJson = Annotated[bool, typer.Option("--json", help="As JSON.")]


def opened(file: Path | None) -> "Connectors":
    from customer_escalation.connectors.plan import open_connectors

    return open_connectors(Path.cwd(), file)


def waited(work: Any) -> Any:
    import asyncio

    return asyncio.run(work)
