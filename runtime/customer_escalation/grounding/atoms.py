"""Finds the atoms of a sentence, most specific kind first; what one kind has taken, no later one sees."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

MONTHS = {
    name: number
    for number, names in enumerate(
        ("january jan", "february feb", "march mar", "april apr", "may", "june jun", "july jul", "august aug",
         "september sept sep", "october oct", "november nov", "december dec"), start=1,
    )
    for name in names.split()
}  # fmt: skip
WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_SMALL = """two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen
nineteen twenty""".split()
NUMBER_WORDS = {word: value for value, word in enumerate(_SMALL, start=2)} | {
    "thirty": 30, "forty": 40, "fifty": 50, "sixty": 60, "seventy": 70, "eighty": 80, "ninety": 90, "hundred": 100,
}  # fmt: skip
"""Not "one", which is a pronoun more often than a number."""
UNIT_SECONDS = {
    "ms": Decimal("0.001"), "millisecond": Decimal("0.001"), "s": Decimal(1), "sec": Decimal(1), "second": Decimal(1),
    "min": Decimal(60), "minute": Decimal(60), "h": Decimal(3600), "hr": Decimal(3600), "hour": Decimal(3600),
    "day": Decimal(86400), "d": Decimal(86400), "week": Decimal(604800),
}  # fmt: skip
_MONTH = "|".join(sorted(MONTHS, key=len, reverse=True))
_NUMBER = r"\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?"
_WORDS = "|".join(NUMBER_WORDS)
_UNITS = "milliseconds?|ms|seconds?|secs?|minutes?|mins?|hours?|hrs?|days?|weeks?|s|h|d"
APPROXIMATE = re.compile(
    r"(?:\b(?:about|around|approximately|approx\.?|roughly|nearly|almost|over|under|more than|less than|some|close to)"
    r"|~|≈)\s*$",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Atom:
    """One checkable piece of a sentence."""

    kind: str
    """quote, code, address, date, time, weekday, money, percent, version, id, duration or number."""
    text: str
    """As it stands in the sentence."""
    value: str
    """What is compared: a canonical form of the kind."""
    approximate: bool = False
    """The sentence says about, nearly, over ...: five per cent either way will do."""


_PATTERNS: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("code", re.compile(r"`+([^`]+)`+")),
    ("quote", re.compile(r"“([^”]+)”|\"([^\"]+)\"|(?<![\w’'])[‘']([^‘’']+(?:['’](?=\w)[^‘’']+)*)[’'](?!\w)")),
    ("address", re.compile(
        r"\bhttps?://[^\s<>()\[\]]*[\w/]|\b[\w.+-]+@[\w-]+(?:\.[\w-]+)+|(?<![\w/.])(?:[\w.-]+/){1,}[\w.-]*\w|"
        r"\b[\w-]+(?:\.[\w-]+)*\.(?:com|org|net|io|dev|example|py|js|ts|json|ya?ml|toml|csv|log|txt|conf|xml|sql|go|rs)\b"
        r"(?:/[\w./-]*\w)?",
        re.IGNORECASE,
    )),
    ("date", re.compile(
        rf"\b(?P<iso>\d{{4}}-\d\d-\d\d)(?:[T ]\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:?\d\d)?)?(?!\d)|"
        rf"\b(?P<d1>\d{{1,2}})(?:st|nd|rd|th)?(?: of)? (?P<m1>{_MONTH})\b\.?(?:,? (?P<y1>\d{{4}}))?|"
        rf"\b(?P<m2>{_MONTH})\b\.? (?P<d2>\d{{1,2}})(?:st|nd|rd|th)?\b(?!:)(?:,? (?P<y2>\d{{4}}))?|"
        rf"\b(?P<m3>{_MONTH})\b\.? (?P<y3>\d{{4}})\b",
        re.IGNORECASE,
    )),
    ("time", re.compile(
        r"(?<![\d:.])([01]?\d|2[0-3]):([0-5]\d)(?::([0-5]\d))?(?![\d:])\s?(am|pm)?\b|\b(1[0-2]|[1-9])\s?(am|pm)\b",
        re.IGNORECASE,
    )),
    ("money", re.compile(
        rf"[$€£]\s?({_NUMBER})(?:\s?(k|m|million|thousand)\b)?|\b({_NUMBER})\s?(k|m)?\s?(?:USD|EUR|GBP|dollars?|euros?)\b",
        re.IGNORECASE,
    )),
    ("percent", re.compile(rf"({_NUMBER})\s?(?:%|per ?cent\b)", re.IGNORECASE)),
    ("version", re.compile(r"\bv\d+(?:\.\d+)*\b|\b\d+(?:\.\d+){2,}(?:[-+.]?[A-Za-z]\w*)?\b", re.IGNORECASE)),
    ("id", re.compile(
        r"\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b|(?<!\w)#[\w-]*\w|\b[A-Za-z]\w*-[A-Za-z]+\d\w*|\b[A-Za-z][A-Za-z0-9_]*-\d[\w-]*\w?\b|"
        r"\b(?=[0-9a-f]*\d)(?=[0-9a-f]*[a-f])[0-9a-f]{7,40}\b|\b(?=\w*_)[A-Za-z]\w*_\w+\b|\b[A-Za-z]+\d\w*\b|\b[A-Z]{2,}_\w+\b",
    )),
    ("duration", re.compile(rf"\b({_NUMBER}|(?:{_WORDS})\b)[\s-]?({_UNITS})\b", re.IGNORECASE)),
    ("number", re.compile(rf"(?<![\w.,-])({_NUMBER})\s?(k|million|thousand)?(?:x|st|nd|rd|th|p)?\b(?!\.\d)|\b({_WORDS})\b",
                          re.IGNORECASE)),
    ("weekday", re.compile(rf"\b({'|'.join(WEEKDAYS)})s?\b", re.IGNORECASE)),
)  # fmt: skip


def find_atoms(text: str) -> Iterator[Atom]:
    """The atoms of ``text``, kind by kind."""
    whole = left = re.sub(r"\*\*|(?<!\w)\*|\*(?!\w)", " ", text)
    for kind, pattern in _PATTERNS:
        taken: list[tuple[int, int]] = []
        for match in pattern.finditer(left):
            atom = _atom(kind, match, whole)
            if atom is not None:
                yield atom
                taken.append(match.span())
        for start, end in taken:
            left = left[:start] + "\0" * (end - start) + left[end:]


def _atom(kind: str, match: re.Match[str], whole: str) -> Atom | None:
    """The atom at ``match``; ``whole`` is the text with what was taken before, such as a code span inside a quotation."""
    shown = whole[match.start() : match.end()].strip()
    before = whole[: match.start()]
    match kind:
        case "quote" | "code":
            place = next(number for number, group in enumerate(match.groups(), start=1) if group is not None)
            inner = whole[match.start(place) : match.end(place)]
            plain_word = kind == "quote" and re.fullmatch(r"[a-z]+[.,]?", inner.strip())
            return None if plain_word else Atom(kind, shown, inner)
        case "date":
            return Atom(kind, shown, _date(match))
        case "time":
            return Atom(kind, shown, _time(match))
        case "money":
            digits, scale = (match[1], match[2]) if match[1] else (match[3], match[4])
            return Atom("money", shown, str(scaled(digits, scale)), bool(APPROXIMATE.search(before)))
        case "percent":
            return Atom(kind, shown, str(scaled(match[1])), bool(APPROXIMATE.search(before)))
        case "duration":
            return Atom(kind, shown, f"{_count(match[1])} {unit(match[2])}", bool(APPROXIMATE.search(before)))
        case "number":
            value = scaled(match[1], match[2]) if match[1] else Decimal(NUMBER_WORDS[match[3].casefold()])
            return Atom(kind, shown, str(value), bool(APPROXIMATE.search(before)))
        case "version":
            return Atom(kind, shown, shown.casefold().removeprefix("v"))
        case _:
            return Atom(kind, shown, shown.casefold())


def scaled(digits: str, scale: str | None = None) -> Decimal:
    """The number that ``191,348``, ``2.3`` or ``48`` with ``k`` means."""
    factor = {"k": 1000, "thousand": 1000, "m": 1_000_000, "million": 1_000_000}.get((scale or "").casefold(), 1)
    return (Decimal(digits.replace(",", "")) * factor).normalize()


def unit(word: str) -> str:
    """``minutes`` as ``minute``."""
    lower = word.casefold()
    return lower if lower in UNIT_SECONDS else lower.removesuffix("s")


def _count(word: str) -> Decimal:
    return Decimal(NUMBER_WORDS[word.casefold()]) if word.casefold() in NUMBER_WORDS else scaled(word)


def _date(match: re.Match[str]) -> str:
    """``2026-08-03``, ``----08-03`` without a year, ``2026-08`` for a month."""
    if match["iso"]:
        return match["iso"]
    day, month, year = match["d1"] or match["d2"], match["m1"] or match["m2"], match["y1"] or match["y2"]
    if day is None:
        return f"{match['y3']}-{MONTHS[match['m3'].casefold()]:02d}"
    return f"{year or '----'}-{MONTHS[month.casefold()]:02d}-{int(day):02d}"


def _time(match: re.Match[str]) -> str:
    """``08:10`` in 24 hours."""
    hour = int(match[1] or match[5])
    half = (match[4] or match[6] or "").casefold()
    if half == "pm" and hour < 12:
        hour += 12
    elif half == "am" and hour == 12:
        hour = 0
    return f"{hour:02d}:{match[2] or '00'}"
