"""Numbers and times of day as other languages space them, put as English does, so that every kind reads them alike."""

import re

_LETTER = "[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]"
"""Of a script that sets no spaces between words."""
_AMID = re.compile(rf"[0-9A-Za-z](?={_LETTER})|{_LETTER}(?=[0-9A-Za-z])")
"""Where a number or a name stands amid such letters, which are no part of it."""
_NARROW = re.compile(r"(?<=\d)[\u00a0\u2009\u202f](?=\d{3}(?!\d))")
"""A space that sets thousands apart and breaks no line."""
_AMOUNT = re.compile(r"(?<![\d.,])\d{1,3}(?: \d{3})+(?=(?:,\d{1,2})?\s?(?:USD|EUR|GBP|CHF|[$€£]))")
_SPACES = re.compile(r"[\u00a0\u2009\u202f]")
_CLOCK = re.compile(r"(?<![\w:.,])([01]?\d|2[0-3]) ?h ?([0-5]\d)(?!\d| ?min)")
_SPAN = re.compile(r"(?<![\w:.,])([01]?\d|2[0-3]) ?h ?([-–]) ?([01]?\d|2[0-3]) ?h\b")
_UHR = re.compile(r"(?<![\w:.,])([01]?\d|2[0-3])(?:[.:]([0-5]\d))? ?Uhr\b(?: ([0-5]\d)(?![\d:,%]|\.\d| ?\w))?")


def spelled_alike(text: str) -> str:
    """``164 000 USD`` as ``164000 USD``, ``17 h 30`` as ``17:30``, ``16 Uhr`` as ``16:00``, ``9 h-18 h`` as ``9:00-18:00``,
    ``15.3です`` as ``15.3 です``."""
    text = _NARROW.sub("", _AMID.sub("\\g<0> ", text))
    text = _AMOUNT.sub(lambda amount: amount.group().replace(" ", ""), _SPACES.sub(" ", text))
    text = _UHR.sub(lambda told: f"{told[1]}:{told[2] or told[3] or '00'}", text)
    return _CLOCK.sub(r"\1:\2", _SPAN.sub(r"\1:00\2\3:00", text))
