"""Numbers as sentences write them, in digits and in English words, and how near a figure has to come."""

import re
from collections.abc import Collection
from decimal import Decimal

from customer_escalation.review.grounding.atom import Atom

TOLERANCE = Decimal("0.05")
"""Of an approximate figure."""
SMALL = """two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen
nineteen twenty""".split()
NUMBER_WORDS = {word: value for value, word in enumerate(SMALL, start=2)} | {
    "thirty": 30, "forty": 40, "fifty": 50, "sixty": 60, "seventy": 70, "eighty": 80, "ninety": 90, "hundred": 100,
}  # fmt: skip
"""Not "one", which is a pronoun more often than a number."""
COMMA = r"(?:\d{1,3}(?:\.\d{3})+|\d+),\d{1,2}(?![\d,])"
"""With a comma before one or two decimals, as most of Europe and South America writes them."""
DOTTED = r"\d{1,3}(?:\.\d{3}){2,}(?![.\d])"
"""Millions with full stops between the thousands, which can be nothing else; ``1.420`` may be a decimal."""
NUMBER = rf"\d{{1,3}}(?:,\d{{3}})+(?:\.\d+)?|{COMMA}|{DOTTED}|\d+(?:\.\d+)?"
_TENS = rf"(?:twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety)[\s-](?:one|{'|'.join(SMALL[:8])})"
BELOW = rf"{_TENS}|{'|'.join(sorted((word for word in NUMBER_WORDS if word != 'hundred'), key=len, reverse=True))}"
"""Under a hundred, in words."""
WORDS = (
    rf"(?:(?:{BELOW}|an?|one)[\s-])?(?:(?:hundred[\s-])?(?:thousand|million)|hundred)\b"
    rf"(?:[\s-](?:and[\s-])?(?:(?:{BELOW}|one)\b))?|(?:{BELOW})"
)
_SCALES = {"hundred": 100, "thousand": 1000, "million": 1_000_000}
_APPROXIMATE = re.compile(
    r"(?:\b(?:about|around|approximately|approx\.?|roughly|nearly|almost|over|under|more than|less than|fewer than|some|"
    r"close to|at least|at most|up to|as many as|circa|ca\.?|shortly (?:before|after)|just (?:before|after))|~|≈|>|<)"
    r"\s*(?:an? |the )?$",
    re.IGNORECASE,
)


_GROUPED = re.compile(r"(?<![\d.,])\d{1,3}(?:\.\d{3})+(?![\d.])")
"""Thousands parted by full stops, as most of Europe writes them."""


def about(match: re.Match[str], text: str) -> bool:
    """Does the text call the figure approximate?"""
    return bool(_APPROXIMATE.search(text[max(0, match.start() - 30) : match.start()]))


def scaled(digits: str, scale: str | None = None) -> Decimal:
    """The number that ``191,348``, ``2.3``, ``2,3`` or ``48`` with ``k`` means."""
    return (Decimal(_plain(digits)) * _factor(scale)).normalize()


def _plain(digits: str) -> str:
    """As Python writes it."""
    if re.fullmatch(COMMA, digits):
        return digits.replace(".", "").replace(",", ".")
    if re.fullmatch(DOTTED, digits):
        return digits.replace(".", "")
    return digits.replace(",", "")


def _factor(scale: str | None) -> int:
    return {"k": 1000, "thousand": 1000, "m": 1_000_000, "million": 1_000_000}.get((scale or "").casefold(), 1)


def _step(digits: str, scale: str | None) -> Decimal:
    if not scale:
        return Decimal(0)
    return Decimal(_factor(scale)).scaleb(-len(_plain(digits).partition(".")[2]))


def worded(words: str) -> Decimal:
    """The number that ``twenty-four`` or ``two hundred and fifty`` means."""
    total, current = 0, 0
    for word in re.split(r"[\s-]+", words.casefold()):
        if word in _SCALES:
            current = max(current, 1) * _SCALES[word]
            if word != "hundred":
                total, current = total + current, 0
        elif word in NUMBER_WORDS or word in ("a", "an", "one"):
            current += NUMBER_WORDS.get(word, 1)
    return Decimal(total + current)


def counted(word: str) -> Decimal:
    """The number, in digits or in words."""
    return scaled(word) if word[0].isdigit() else worded(word)


def read_figure(kind: str, match: re.Match[str], text: str) -> list[Atom]:
    """An amount or a number: groups ``n1`` and ``s1``, or ``n2`` and ``s2``, in digits; ``w`` in words; ``dozen``."""
    groups = match.groupdict()
    shown = match.group().strip()
    if groups["w"] or groups.get("dozen"):
        value = Decimal(12) if groups.get("dozen") else worded(groups["w"])
        return [Atom(kind, shown, f"{value:f}", about(match, text))]
    digits, scale = groups["n1"] or groups["n2"], groups["s1"] or groups.get("s2")
    return [Atom(kind, shown, f"{scaled(digits, scale):f}", about(match, text), _step(digits, scale))]


def among(numbers: Collection[Decimal], atom: Atom) -> bool:
    """Is the figure one of these, as nearly as it claims?"""
    grouped = _GROUPED.search(atom.text)
    values = {Decimal(atom.value), *((Decimal(grouped.group().replace(".", "")),) if grouped else ())}
    if not values.isdisjoint(numbers):
        return True
    for known in numbers if atom.step or atom.approximate else ():
        slack = max(atom.step / 2, known * TOLERANCE if atom.approximate else Decimal(0))
        if any(abs(value - known) <= slack for value in values):
            return True
    return False
