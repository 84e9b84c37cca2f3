"""Text of others as data: on one line, with everything escaped that would come alive in markdown."""

import re
from collections.abc import Callable

from customer_escalation.domain.printable import printable

_COMES_ALIVE = re.compile(
    r"\\(?=[!-/:-@\[-`{-~]|\Z)"  # an escape of theirs would take back one of ours
    r"|\](?=[(\[:])|\[(?=\^)"  # without them there is no link, image, definition or footnote, on one line or over several
    r"|<(?=[A-Za-z/!?])|&(?=#?\w{1,40};)"
    r"|(?<![\w.])@(?=\w)|(?<=(?i:http))://|(?<=(?i:https))://|(?<=(?i:ftp))://|(?<![\w:/])//(?=\S)"
    r"|\b[Ww]{3}\.|\b(?:[Mm][Aa][Ii][Ll][Tt][Oo]:|[Xx][Mm][Pp][Pp]:)(?=\S)"
    r"|`|~(?=~~)"
)
_WITHOUT_SPACES = "\u3000-\u30ff\u3400-\u9fff\uac00-\ud7a3\uff00-\uffef"
"""Signs of scripts that are written without spaces: text goes on there behind an address."""
_ADDRESS = re.compile(
    rf"(?<![^\W{_WITHOUT_SPACES}])(?:https?|ftp)://[^\s`<>\"“”{_WITHOUT_SPACES}]*[^\s`<>\"“”.,;:!?)\]'’{_WITHOUT_SPACES}]",
    re.IGNORECASE,
)
"""An address that readers of markdown make a link of; as code it stays one that can be copied."""
CODE_SPAN = re.compile(r"(?<![`\\])(`+)(?!`)[^`\n](?:.*?[^`])??\1(?!`)")
"""Code as CommonMark reads it: as many backticks behind it as before it."""
_BRACKET = re.compile(r"(\\.)|[\[\]]")
_FENCE = re.compile(r"(`{3,})([^`]*)$")


def inert(value: str) -> str:
    """One line of text in which no HTML, image, link or mention comes alive; code spans stay as they are."""
    line = outside_code(" ".join(printable(value).split()), lambda text: _ADDRESS.sub(r"`\g<0>`", text))
    return outside_code(line, lambda text: _COMES_ALIVE.sub(lambda found: _escape(found.group()), text))


def inert_lines(text: str) -> list[str]:
    """A text line by line, each inert; fenced code and the lines' indentation stay as they are."""
    lines: list[str] = []
    fence = ""
    for line in text.splitlines():
        mark = _FENCE.match(line)
        if fence or mark:
            lines.append(line.rstrip())
            closes = bool(mark and len(mark[1]) >= len(fence) and not mark[2].strip())
            fence = ("" if closes else fence) if fence else mark[1] if mark else ""
        else:
            lines.append(line[: len(line) - len(line.lstrip())] + inert(line))
    return lines


def inert_block(code: str) -> str:
    """Code as a fenced block that it cannot close itself."""
    longest = max((len(run) for run in re.findall("`+", code)), default=0)
    fence = "`" * max(3, longest + 1)
    return "\n".join([fence, *code.splitlines(), fence])


def outside_code(line: str, change: Callable[[str], str]) -> str:
    """The line with everything changed but its code spans."""
    pieces: list[str] = []
    at = 0
    for span in CODE_SPAN.finditer(line):
        pieces += [change(line[at : span.start()]), span.group()]
        at = span.end()
    return "".join([*pieces, change(line[at:])])


def in_link(text: str) -> str:
    """Inert text as the words of a link: its brackets are escaped, so that it stays one."""
    return outside_code(text, lambda words: _BRACKET.sub(lambda found: found[1] or "\\" + found.group(), words))


def _escape(found: str) -> str:
    if len(found) > 1:  # an address, which readers make a link of as it stands
        return ":\u2060//" if found == "://" else f"{found[:-1]}\u2060{found[-1]}"
    return {"@": "@\u2060", "`": "&#96;"}.get(found, "\\" + found)


ENDS = frozenset('.!?:”"`)。！？」』）')
"""Behind these a sentence needs no full stop."""


def sentence(value: str) -> str:
    """Inert text that ends as a sentence does."""
    line = inert(value).strip()
    return line if not line or line[-1] in ENDS else line + "."
