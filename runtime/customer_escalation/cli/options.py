"""What several commands take alike, and the exit codes."""

from pathlib import Path
from typing import Annotated

import typer

VALID, FAILED, USAGE, NEEDS_REVIEW, NO_CONNECTOR, LIMIT, NO_MODEL = 0, 1, 2, 3, 4, 5, 6
DUE = 10
"""Of `followups`: something is due."""

EPILOG = (
    "Exit codes: 0 valid brief, 2 wrong request, 3 needs review, 4 required connector missing, 5 limit reached, "
    "6 model unavailable (with --no-fallback), 130 interrupted, 1 anything else."
)
PolicyFile = Annotated[
    Path | None,
    typer.Option(
        "--policy", metavar="FILE", help="Policy to put over the one that ships; default: the user's and the project's.",
        show_default=False,
    ),
]  # fmt: skip
AsOf = Annotated[
    str | None,
    typer.Option(
        "--as-of", metavar="TIME", help="As of this moment (RFC 3339); default: the clock's.", show_default=False
    ),
]
Workspace = Annotated[
    str | None,
    typer.Option(
        metavar="FILE", help="Read from this workspace instead of what the run was made from.", show_default=False
    ),
]
Sample = Annotated[bool, typer.Option("--sample", help="Read from the sample workspace.")]
