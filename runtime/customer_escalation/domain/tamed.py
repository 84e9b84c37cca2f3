"""Text whose longest words and gaps are short enough for patterns to be quick on it.

A pattern that looks ahead from every place of a run (dots, dashes, line breaks) takes time that grows with the square of the run's
length. Nobody writes a word or a gap of hundreds of characters, and a ticket that holds 100,000 dots must not cost minutes.
"""

import re

LONGEST_WORD = 400
LONGEST_GAP = 60
"""Characters."""
_RUNS = re.compile(rf"\S{{{LONGEST_WORD + 1},}}|\s{{{LONGEST_GAP + 1},}}")
_IN_A_WORD, _IN_A_GAP = " \0", "\0 "
"""What ends it at once and makes no other: no text that is read holds a NUL."""


def tamed(text: str) -> str:
    """The text, of the same length, in which what is beyond the bounds in a word or a gap is filled up."""
    return text if len(text) <= LONGEST_GAP else _RUNS.sub(_kept, text)


def _kept(run: re.Match[str]) -> str:
    whole = run.group()
    most, filler = (LONGEST_GAP, _IN_A_GAP) if whole[0].isspace() else (LONGEST_WORD, _IN_A_WORD)
    rest = len(whole) - most
    return whole[:most] + (filler * (rest // 2 + 1))[:rest]
