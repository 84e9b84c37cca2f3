"""What can be found in a text without understanding it: error codes, ids, quoted error texts, in any language and script."""

import re

ERROR_CODE = re.compile(
    r"\b(?!(?:SHA|ISO|UTF|RFC|AES|RSA|TLS|HTTP|UTC|GMT|ANSI|ASCII|IEEE|DIN)[-_]?\d)(?:[A-Z][A-Z_]+-?\d{3,}|[A-Z][A-Z_]*[_-]\d{2,}|"
    r"(?:[A-Z][A-Z0-9]*_){2,}[A-Z0-9]+|0x[0-9A-Fa-f]{8})\b"
)
"""Codes such as ``ABC-1234``, ``E_4711``, ``SAML_ERR_CLOCK`` and ``0x80070005``; standards look alike and are none."""
ID = re.compile(
    r"(?<![\w/-])(?!(?:SHA|ISO|UTF|RFC|AES|RSA|TLS|HTTP|UTC|GMT|ANSI|ASCII|IEEE|DIN)-\d)([A-Za-z][A-Za-z0-9]*)-(\d+)(?![\w-]|\.\d)"
)
"""Ids such as ``TCK-17``."""
NUMBER = re.compile(
    r"(?<![\w&])#(\d+)(?!\w)|\b(?:ticket|issue|case|bug|request|incident)s?\s+(?:(?:no\.?|number)\s+)?#?(\d+)(?![\w.-])",
    re.IGNORECASE,
)
"""A number that is called an id: ``#17``, ``ticket 17``."""
_CALLED = re.compile(r"\b(?:ticket|issue|case|bug|request|incident)s?\s+\Z", re.IGNORECASE)
_QUOTES = re.compile(
    r"“([^“”\n]{6,300})”|„([^„“”\n]{6,300})[“”]|«([^«»\n]{6,300})»|「([^「」\n]{4,200})」|『([^『』\n]{4,200})』|"
    r"(?<!\w)\"([^\"\n]{6,300})\"|(?<!\w)'([^'\n]{6,300})'(?!\w)|`([^`\n]{6,300})`"
)
FEWEST_WORDS = 3
"""Of a quoted text that is told again word for word."""
FEWEST_CHARACTERS = 6
"""The same in a script without spaces."""
RUN = 4
"""Words in a row, a quoted one among them, that two texts share where the error text itself is not quoted."""
_UNSPACED = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\u0e00-\u0eff]")


def codes_in(text: str, id_prefixes: frozenset[str] = frozenset()) -> frozenset[str]:
    """The error codes of a text; ids of records look alike and are none."""
    return frozenset(
        code for code in ERROR_CODE.findall(text) if re.split(r"[-_]", code)[0].casefold() not in id_prefixes
    )


def quoted_in(text: str) -> frozenset[str]:
    """What a text quotes and is long enough to mean one thing, folded for comparing."""
    found = (next(filter(None, match.groups()), "") for match in _QUOTES.finditer(text))
    return frozenset(_folded(quote) for quote in found if _telling(quote))


def runs_in(text: str) -> frozenset[str]:
    """Every run of words with a quotation inside it, as in ``Error storing 'file.pdf'. Status``."""
    found = set[str]()
    for line in text.splitlines():
        words = line.split()
        for start in range(len(words) - RUN + 1):
            run = words[start : start + RUN]
            if any(re.match(r"[\"'“„«`].*[\"'”“»`]", word) for word in run[1:]):
                found.add(_folded(" ".join(run)))
    return frozenset(found)


def ids_in(text: str) -> tuple[str, ...]:
    """Every id that a text names, as it stands there: ``TCK-17``, or the number of ``#17``."""
    found = [match.group() for match in ID.finditer(text)]
    found += [match[1] or match[2] for match in NUMBER.finditer(text)]
    return tuple(dict.fromkeys(found))


def called_a_record(text: str, name: str) -> bool:
    """Does the text call it a ticket, an issue, a case?"""
    return name.isdigit() or any(_CALLED.search(text[: found.start()]) for found in re.finditer(re.escape(name), text))


def _folded(text: str) -> str:
    return " ".join(text.casefold().split()).strip(" .,:;!?")


def _telling(quote: str) -> bool:
    if _UNSPACED.search(quote):
        return len(quote) >= FEWEST_CHARACTERS
    return len(quote.split()) >= FEWEST_WORDS
