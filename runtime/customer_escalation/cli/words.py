"""The words after `customer-escalation`: which command they mean, and that an issue is more than one word."""

import difflib
import os
import re
from collections.abc import Collection, Sequence

ALIASES = {"-h": "--help", "-V": "--version", "version": "--version"}
"""What people type for it."""
_ALIKE = 0.7
_ONE_WORD = re.compile(r"[A-Za-z][A-Za-z_-]{0,39}", re.ASCII)


def command_line(words: Sequence[str], commands: Collection[str], options: Collection[str]) -> list[str]:
    """The words with their command in front: an issue, or an option of ``run``, as first word is `run`.

    Raises ``InvalidRequest`` for words that no issue consists of: a mistyped command, an issue without quotes, bytes that are
    no text.
    """
    given = [_told(word) for word in words]
    if not given:
        return given
    first = ALIASES.get(given[0], given[0])
    if first == "help":
        return [*given[1:2], "--help"]
    if first in commands or first in options:
        return [first, *given[1:]]
    if not first.startswith("-"):
        _refuse_no_issue(first, given[1:], commands)
    return ["run", *given]


def _refuse_no_issue(first: str, more: Sequence[str], commands: Collection[str]) -> None:
    if not _ONE_WORD.fullmatch(first):
        return
    nearest = difflib.get_close_matches(first.casefold(), commands, 1, _ALIKE)
    if nearest:
        raise _invalid(f"There is no command {first!r}. Did you mean: customer-escalation {nearest[0]}?")
    if more and not more[0].startswith("-"):
        raise _invalid('Put the issue in quotes: customer-escalation "API returning 500 errors for Acme Corp".')
    raise _invalid(
        f"There is no command {first!r}, and one word is no issue: say what is wrong and for whom, such as "
        'customer-escalation "API returning 500 errors for Acme Corp". The commands: ' + ", ".join(commands) + "."
    )


def _told(word: str) -> str:
    """The word as it was meant where the locale knew only ASCII. Raises ``InvalidRequest`` for bytes that are no UTF-8."""
    try:
        return os.fsencode(word).decode("utf-8")
    except UnicodeEncodeError:  # no bytes of a locale: it came from Python itself
        return word
    except UnicodeDecodeError as error:
        shown = os.fsencode(word).decode("utf-8", "backslashreplace")
        raise _invalid(f"{shown[:80]!r} is not UTF-8 text (byte {error.start}).") from None


def _invalid(sentence: str) -> Exception:
    from customer_escalation.connectors.source import InvalidRequest  # late: most command lines are sound

    return InvalidRequest(sentence)
