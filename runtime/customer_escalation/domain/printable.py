"""Text of others without what a terminal or a reader's eye would obey: control characters and marks that turn the order of words.

A record may hold an escape sequence that paints another severity on the screen, or a mark that shows a sentence backwards.
What makes no mark of its own is left out, what does is shown as U+FFFD, so that nobody takes the rest for the whole.
"""

import re
import unicodedata

_TURNS = "\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\u206a-\u206f"
"""Marks of direction: without them a text is shown in its own order."""
_UNSEEN = "\u00ad\u180e\ufeff\ufff9-\ufffb\U000e0000-\U000e007f"
"""Characters that nobody sees and a program reads, tags among them."""
_CONTROLS = "\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff"
_LEFT_OUT = re.compile(f"[{_TURNS}{_UNSEEN}]")
_SHOWN = re.compile(f"[{_CONTROLS}]")
_SEQUENCE = re.compile(
    r"(?:\x1b\]|\x9d|\x1b[PX^_]|[\x90\x98\x9e\x9f])[^\x07\x1b\x9c\n]*(?:\x07|\x1b\\|\x9c)?"  # OSC and other strings
    r"|(?:\x1b\[|\x9b)[0-?]*[ -/]*[@-~]?"  # CSI
    r"|\x1b[ -/]*[0-~]?"
)
_BREAKS = re.compile(r"\r\n?|[\x0b\x0c\x85\u2028\u2029]")
_IN_JSON = re.compile(f"[\x7f-\x9f\u2028\u2029{_TURNS}{_UNSEEN}]")
_LONGEST_BMP = 0xFFFF


def printable(text: str) -> str:
    """The text with its line breaks and tabs; a whole escape sequence becomes one U+FFFD, marks of direction go."""
    if text.isascii() and text.isprintable():
        return text
    text = _SEQUENCE.sub("\ufffd", _BREAKS.sub("\n", text))
    return _SHOWN.sub("\ufffd", _LEFT_OUT.sub("", text))


def one_line(text: str) -> str:
    """The same on one line: nothing in it begins a row of its own."""
    pieces = (piece.strip() for piece in printable(text).replace("\t", " ").split("\n"))
    return " ".join(piece for piece in pieces if piece)


def plain_json(text: str) -> str:
    """JSON whose strings hold no such character as itself: each is written as its escape, so nothing is lost."""
    return _IN_JSON.sub(lambda found: escaped(found.group()), text)


def escaped(character: str) -> str:
    r"""The character as JSON escapes it, such as ``\u202e``."""
    code = ord(character)
    if code <= _LONGEST_BMP:
        return f"\\u{code:04x}"
    code -= 0x10000
    return f"\\u{0xD800 + (code >> 10):04x}\\u{0xDC00 + (code & 0x3FF):04x}"


def without_accents(text: str) -> str:
    """The text as many type it: ``Zoe`` for ``Zoë``."""
    return "".join(sign for sign in unicodedata.normalize("NFKD", text) if not unicodedata.combining(sign))
