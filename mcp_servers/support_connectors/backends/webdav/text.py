"""Which files hold text, and what it says."""

import codecs
import re
from posixpath import splitext
from typing import Final

from support_connectors.backends.webdav.entries import DavEntry

_TEXT_TYPE: Final = re.compile(
    r"text/.*|message/.*|application/(.*\+)?(json|xml|yaml|x-yaml|toml|sql|javascript|x-sh|x-ndjson|x-httpd-php)"
)
_BINARY_TYPE: Final = re.compile(
    r"(image|audio|video|font|model)/.*"
    r"|application/(pdf|zip|gzip|x-(tar|gzip|bzip2?|xz|7z-compressed|rar.*|msdownload|sqlite3)|msword|vnd\..*|java-archive)"
)
_TEXT_ENDINGS: Final = frozenset(
    ".adoc .cfg .conf .csv .diff .eml .env .err .htm .html .ini .js .json .log .md .out .patch .properties .py .rst .sh .sql "
    ".text .toml .ts .tsv .txt .xml .yaml .yml".split()
)
STORED_ENDINGS: Final = (".txt", ".text", ".md", ".log", ".json", ".yaml", ".yml")
"""Files that may be stored: whoever opens one sees its text. Browsers and office programs run what is in others."""


def is_text(entry: DavEntry) -> bool | None:
    """Whether a file holds text, by its type and name; None where only its content tells."""
    if _TEXT_TYPE.fullmatch(entry.media_type):
        return True
    if _BINARY_TYPE.fullmatch(entry.media_type):
        return False
    return True if splitext(entry.name)[1].lower() in _TEXT_ENDINGS else None


def text_of(content: bytes, charset: str, *, surely: bool, cut: bool) -> str | None:
    """The text that ``content`` holds, lines ended by a line feed; None where it is no text.

    ``charset`` is what the server says, possibly nothing. ``surely``: it is known to be text, so bytes that are no UTF-8 are
    read as Windows-1252. ``cut``: it is only the beginning of a file, so its last character may be half.
    """
    marks = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
    known = next((encoding for mark, encoding in marks if content.startswith(mark)), "")
    if not known and b"\0" in content:
        return None
    for encoding in filter(None, (known, "utf-8", charset)):
        try:
            text = codecs.getincrementaldecoder(encoding)("strict").decode(content, final=not cut)
        except (ValueError, LookupError):
            continue
        return text.replace("\r\n", "\n")
    return content.decode("windows-1252", errors="replace").replace("\r\n", "\n") if surely else None
