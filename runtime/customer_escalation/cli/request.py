"""The issue of a request: given on the command line, in a file, or on standard input."""

import sys
from pathlib import Path
from typing import BinaryIO

from customer_escalation.connectors.source import InvalidRequest

MAX_ISSUE = 8_000
"""Characters of an issue text; a longer one is a ticket, not a summary."""
_MOST_BYTES = 4 * MAX_ISSUE + 64
"""No more is read of a file, however long it is: so many hold every text that is allowed."""
FROM_INPUT = "-"


def issue_of(issue: str | None, file: Path | None) -> str:
    """The issue's text, trimmed; ``-`` stands for standard input in both.

    Raises ``InvalidRequest`` for none or two, for one too long to be a summary, and for a file that cannot be read or is no text.
    """
    if file is not None and issue is not None:
        raise InvalidRequest("Give either an issue or --file FILE, not both.")
    if FROM_INPUT in (issue, str(file)):
        return _checked(_read(sys.stdin.buffer if sys.stdin else None, "Standard input"))
    if file is None:
        return _checked(issue or "")
    try:
        with file.open("rb") as opened:
            return _checked(_read(opened, str(file)))
    except OSError as error:
        raise InvalidRequest(f"{file} cannot be read: {error.strerror or error}.") from None


def _read(opened: BinaryIO | None, name: str) -> str:
    if opened is None:
        raise InvalidRequest(f"{name} is closed.")
    raw = opened.read(_MOST_BYTES)
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        if error.start > _MOST_BYTES - 4:  # cut in the middle of a character
            raise _too_long(f"more than {MAX_ISSUE}") from None
        raise InvalidRequest(f"{name} is not UTF-8 text (byte {error.start}).") from None


def _checked(issue: str) -> str:
    text = issue.strip().removeprefix("/customer-escalation").strip()
    if not text:
        raise InvalidRequest(
            'Say what is wrong and for whom, such as: customer-escalation "API returning 500 errors for Acme Corp".'
        )
    if "\0" in text:
        raise InvalidRequest("The issue is no text: it holds the character NUL.")
    if len(text) > MAX_ISSUE:
        raise _too_long(str(len(text)))
    return text


def _too_long(characters: str) -> InvalidRequest:
    return InvalidRequest(
        f"The issue text has {characters} characters; {MAX_ISSUE} are enough. Summarise it: the records hold the rest."
    )
