"""Ids of records as people write them: systems count (17), number with a prefix (ENG-17) or make up opaque ones (a UUID)."""

import re

_OPAQUE = re.compile(r"(?=.{20,}$)(?=.*\d)[\w$:~.=+-]+")
_CALLED = r"(?:ticket|issue|case|bug|request|conversation|incident|article|page)s?"


def own_part(record_id: str) -> str:
    """The system's own id, where two systems of one category put their names before it (``tracker:17``)."""
    label, colon, own = record_id.partition(":")
    return own if colon and re.fullmatch(r"[A-Za-z0-9][\w-]{0,39}", label) else record_id


def shown_id(record_id: str) -> str:
    """An id as a reader wants it: a number as ``#17``, an opaque one not at all (empty)."""
    own = own_part(record_id)
    if own.isdigit():
        return f"#{own}"
    return "" if _OPAQUE.fullmatch(own) and not re.fullmatch(r"[A-Za-z]+-\d+", own) else own


def searchable(record_id: str) -> str:
    """An id worth searching for elsewhere: a bare number says nothing, so it is left out (empty)."""
    own = own_part(record_id)
    return "" if own.isdigit() else own


def mentions(text: str, record_id: str) -> bool:
    """Whether a text names the record: by an id that stands alone, or by a number that is called one (``ticket 17``, ``#17``)."""
    own = own_part(record_id)
    if own.casefold() not in text.casefold():  # nearly always so, and found out without making a pattern
        return False
    if not own.isdigit():
        return bool(re.search(rf"(?<![\w-]){re.escape(own)}(?![\w-])", text, re.IGNORECASE))
    listed = rf"\b{_CALLED}(?:\s+(?:no\.?|number))?\s+(?:#?\d+\s*(?:,|and|&|/)\s*)*#?{own}(?![\w.-]|\s*%)"
    return bool(re.search(rf"(?<![\w&])#{own}(?!\w)|{listed}", text, re.IGNORECASE))
