"""``check``: whether a text that somebody hands on is still the brief that was checked."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from customer_escalation.cli import streams
from customer_escalation.cli.options import NEEDS_REVIEW, USAGE

MOST_READ = 2_000_000
"""Characters of a text."""


def check(
    file: Annotated[str, typer.Argument(metavar="FILE", help="The text; - for standard input.")] = "-",
) -> None:
    """Whether a text still is the brief that was checked, by the line below it.

    Exit code 0: it is, to the letter, whatever stands before it. 3: it is another, or the brief needs review. 2: there is no such
    line, or no such case.
    """
    from customer_escalation.cases import history
    from customer_escalation.cases.journal_store import JournalStore
    from customer_escalation.connectors.source import InvalidRequest
    from customer_escalation.rendering.proof import difference, digest_of, found_proof

    text = _read(file)
    found = found_proof(text)
    if found is None:
        raise InvalidRequest("The text has no line that says which brief it is, such as `checked CASE DIGEST`.")
    proof, above = found
    brief = history.result(JournalStore(), proof.case)
    if isinstance(brief, str):
        streams.tell(brief)
        raise typer.Exit(USAGE)
    if digest_of(brief["markdown"]) != proof.digest:
        streams.say(
            f"The brief of case {proof.case} was written anew after this text: `customer-escalation show {proof.case}`."
        )
        raise typer.Exit(NEEDS_REVIEW)
    other = difference(brief["markdown"], above)
    if other is not None:
        streams.say(f"This is not the checked text of case {proof.case}.")
        streams.say(f"The brief: {other.brief or '(nothing more)'}\nThis text: {other.text or '(nothing more)'}")
        raise typer.Exit(NEEDS_REVIEW)
    if brief["status"] != "valid":
        streams.say(
            f"This is the text of case {proof.case}, word for word; it has hard findings and needs a person's review."
        )
        raise typer.Exit(NEEDS_REVIEW)
    streams.say(f"This is the checked text of case {proof.case}, word for word.")


def _read(file: str) -> str:
    """The text. Raises ``InvalidRequest`` for a file that cannot be read."""
    from customer_escalation.connectors.source import InvalidRequest

    try:
        if file == "-":
            return sys.stdin.read(MOST_READ)
        with Path(file).open(encoding="utf-8") as stream:
            return stream.read(MOST_READ)
    except OSError as error:
        raise InvalidRequest(f"{file} cannot be read: {error.strerror}.") from error
    except UnicodeDecodeError as error:
        raise InvalidRequest(f"{file} is no text in UTF-8.") from error
