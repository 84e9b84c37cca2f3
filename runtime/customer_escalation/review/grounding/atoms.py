"""Finds the atoms of a sentence, most specific kind first; what one kind has taken, no later one sees."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from functools import cache

from customer_escalation.domain.day_names import alternatives, month_names, short_weekday_names, weekday_names

_SMALL = """two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen
nineteen twenty""".split()
NUMBER_WORDS = {word: value for value, word in enumerate(_SMALL, start=2)} | {
    "thirty": 30, "forty": 40, "fifty": 50, "sixty": 60, "seventy": 70, "eighty": 80, "ninety": 90, "hundred": 100,
}  # fmt: skip
"""Not "one", which is a pronoun more often than a number."""
_SCALES = {"hundred": 100, "thousand": 1000, "million": 1_000_000}
UNIT_SECONDS = {
    "ms": Decimal("0.001"), "millisecond": Decimal("0.001"), "s": Decimal(1), "sec": Decimal(1), "second": Decimal(1),
    "min": Decimal(60), "minute": Decimal(60), "h": Decimal(3600), "hr": Decimal(3600), "hour": Decimal(3600),
    "day": Decimal(86400), "d": Decimal(86400), "week": Decimal(604800), "fortnight": Decimal(1209600),
    "stunde": Decimal(3600), "minuten": Decimal(60), "tag": Decimal(86400), "woche": Decimal(604800),
}  # fmt: skip
_NUMBER = r"\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?"
_TENS = rf"(?:twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety)[\s-](?:one|{'|'.join(_SMALL[:8])})"
_BELOW = rf"{_TENS}|{'|'.join(sorted((word for word in NUMBER_WORDS if word != 'hundred'), key=len, reverse=True))}"
_WORDS = (
    rf"(?:(?:{_BELOW}|an?|one)[\s-])?(?:(?:hundred[\s-])?(?:thousand|million)|hundred)\b"
    rf"(?:[\s-](?:and[\s-])?(?:(?:{_BELOW}|one)\b))?|(?:{_BELOW})"
)
_UNITS = (
    r"milliseconds?|ms|seconds?|secs?|minutes?|mins?|hours?|hrs?|days?|weeks?|fortnights?|s|h|d|Minuten?|Stunden?|Tagen?|"
    "Tage|Wochen?"
)
_QUALIFIED = r"(?:(?:business|working|calendar|full|more|consecutive|further)[\s-])?"
_LISTED = rf"(?:(?:{_NUMBER}|{_BELOW})(?:,\s|\s?(?:-|–|/)\s?|\s(?:to|or|and|bis|und)\s))*"
APPROXIMATE = re.compile(
    r"(?:\b(?:about|around|approximately|approx\.?|roughly|nearly|almost|over|under|more than|less than|fewer than|some|"
    r"close to|at least|at most|up to|as many as|circa|ca\.?|shortly (?:before|after)|just (?:before|after))|~|≈|>|<)"
    r"\s*(?:an? |the )?$",
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
    step: Decimal = Decimal(0)
    """Of a figure rounded to thousands or millions, what its last digit stands for: 1000 for 191k. Otherwise 0."""


_QUOTED = re.compile(
    r"(?P<code>(?P<ticks>`+)(?P<inner>.+?)(?P=ticks)(?!`))|"
    r"“(?P<curly>(?:[^“”]|“[^“”]*”)+)”|„(?P<low>[^„“”]+)[“”]|«(?P<angle>[^«»]+)»|\"(?P<straight>[^\"]+)\"|"
    r"(?<![\w’'])[‘'](?P<single>[^‘’'\s](?:[^‘’']|['’](?=\w))*)[’'](?!\w)",
    re.DOTALL,
)
"""Code spans and quotations in one pattern, so that whichever opens first holds the other."""


@cache
def _patterns() -> tuple[tuple[str, re.Pattern[str]], ...]:
    """By kind; made when first asked for, because the names of months come from a library that loads its data then."""
    month = alternatives(month_names())
    short = [name.title() for name in short_weekday_names()]
    return (
        ("address", re.compile(
            r"\bhttps?://[^\s<>()\[\]]*[\w/]|\b[\w.+-]+@[\w-]+(?:\.[\w-]+)+|(?<![\w/.<])(?:~|\.{1,2})?/\w[\w./{}-]*[\w}]|"
            r"(?<![\w/.])(?:[\w.-]+/){2,}[\w.-]*\w|"
            r"(?<![\w/])(?:[\w.-]+/)*[\w-]+(?:\.[\w-]+)*\.(?:com|org|net|io|dev|example|py|js|ts|json|ya?ml|toml|csv|log|txt|conf|xml|"
            r"sql|go|rs)\b(?:/[\w./-]*\w)?",
            re.IGNORECASE,
        )),
        ("date", re.compile(
            rf"(?<![\w-])(?P<iso>\d{{4}}-\d\d-\d\d)(?:[T ](?P<clock>\d\d:\d\d)(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:?\d\d)?)?(?!\d)|"
            rf"(?<![\w-])(?P<isomonth>(?:19|20)\d\d-(?:0[1-9]|1[0-2]))(?![\w-])|"
            rf"\b(?:(?P<d0>\d{{1,2}})(?:st|nd|rd|th)?\.?\s?(?:-|–|/|and|to|or|bis|und)\s?(?:the )?)?"
            rf"(?P<d1>\d{{1,2}})(?:st|nd|rd|th|\.)?(?: of| de)? (?P<m1>{month})\b\.?(?:,? (?P<y1>\d{{4}})\b)?|"
            rf"\b(?P<m2>{month})\b\.? (?:the )?(?P<d2>\d{{1,2}})(?:st|nd|rd|th)?\b(?![:%])(?!\.\d)(?:,? (?P<y2>\d{{4}})\b)?|"
            rf"\b(?P<m3>{month})\b\.?,? (?P<y3>(?:19|20)\d\d)\b|"
            r"(?<=[a-z,][ -])(?P<m4>(?-i:May|March))\b|"
            r"(?-i:\b(?P<m5>January|February|April|June|July|August|September|October|November|December)\b)",
            re.IGNORECASE,
        )),
        ("time", re.compile(
            r"(?<![\d:.])([01]?\d|2[0-3]):([0-5]\d)(?::([0-5]\d))?(?!:?\d)(?:\s?(am|pm)\b)?|"
            r"\b(1[0-2]|[1-9])(?:\s?(am|pm)\b|\s(o['’]clock|in the (?:morning|afternoon|evening))\b)|"
            rf"\b(?P<part>half|quarter|ten|twenty|five) (?P<side>past|to) (?P<hour>one|{'|'.join(_SMALL[:11])})\b",
            re.IGNORECASE,
        )),
        ("money", re.compile(
            rf"(?:[$€£]\s?|\b(?:USD|EUR|GBP)\s)(?P<n1>{_NUMBER})(?:\s?(?P<s1>k|m|million|thousand)\b)?|"
            rf"\b(?P<n2>{_NUMBER})\s?(?P<s2>k|m|million|thousand)?\s?(?:USD|EUR|GBP|dollars?|euros?|[$€£])(?!\w)|"
            rf"\b(?P<w>{_WORDS})\s(?:dollars?|euros?|pounds?)\b",
            re.IGNORECASE,
        )),
        ("percent", re.compile(rf"({_NUMBER})\s?(?:%|per ?cent\b)|\b({_WORDS})\sper ?cent\b", re.IGNORECASE)),
        ("version", re.compile(
            r"\bv\d+(?:\.\d+)*\b|\b\d+(?:\.\d+){2,}(?:[-+.]?[A-Za-z]\w*)?\b|\b20\d\d\.\d\d?\b(?!\s?%)", re.IGNORECASE,
        )),
        ("id", re.compile(
            r"\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b|(?<!\w)#[\w-]*\w|\b[A-Za-z][A-Za-z0-9_]*-\d[\w-]*\w?\b|"
            r"\b(?=[0-9a-f]*\d)(?=[0-9a-f]*[a-f])[0-9a-f]{7,40}\b|\b(?=\w*_)[A-Za-z]\w*_\w+\b|\b[A-Za-z]+\d\w*\b|\b[A-Z]{2,}_\w+\b",
        )),
        ("duration", re.compile(
            rf"(?<![\w.,])(?P<list>{_LISTED})(?P<n>{_NUMBER}|(?:{_WORDS})\b)(?P<gap>[\s-]?){_QUALIFIED}(?P<unit>{_UNITS})\b|"
            r"\b(?P<half>half|quarter)(?: of)?[\s-](?:an?[\s-])?(?P<whole>minute|hour|day|week)\b|\b(?P<word>fortnight)\b",
            re.IGNORECASE,
        )),
        ("always", re.compile(r"\b24\s?[/x×]\s?7\b", re.IGNORECASE)),
        ("number", re.compile(
            rf"(?<![\w.,-])(?P<n1>{_NUMBER})(?:\s?(?P<s1>k|million|thousand)|(?P<s2>(?-i:M)))?(?:x|×|st|nd|rd|th|p)?(?!\w)(?!\.\d)|"
            rf"(?<=\d[-–])(?P<n2>{_NUMBER})\b(?!\.\d)|\b(?P<w>{_WORDS})\b|\b(?P<dozen>dozen)\b",
            re.IGNORECASE,
        )),
        ("weekday", re.compile(rf"\b({alternatives(weekday_names())})s?\b|(?-i:\b({alternatives(short)})\b)", re.IGNORECASE)),
    )  # fmt: skip


_SIGNS = {
    "money": re.compile(r"[$€£]|USD|EUR|GBP|dollar|euro|pound", re.IGNORECASE),
    "percent": re.compile(r"%|cent", re.IGNORECASE),
    "duration": re.compile(r"\d|minute|hour|day|week|second|night|Minute|Stunde|Tag|Woche", re.IGNORECASE),
}
"""Without one of these a text holds no atom of the kind, and the long pattern need not be tried."""


def find_atoms(text: str) -> Iterator[Atom]:
    """The atoms of ``text``, kind by kind. What stands in a quotation or in code is part of that atom only."""
    left = plain(text)
    yield from quotations(left)
    yield from scan(_QUOTED.sub(_blank, left))[0]


def quotations(text: str) -> Iterator[Atom]:
    """The quotations and code spans of ``text``."""
    for match in _QUOTED.finditer(text):
        if match["code"]:
            yield Atom("code", match.group(), match["inner"])
        else:
            inner = match["curly"] or match["low"] or match["angle"] or match["straight"] or match["single"]
            yield Atom("quote", match.group(), inner)


def scan(text: str) -> tuple[list[Atom], str]:
    """The atoms other than quotations and code, and the text with NUL characters where they stood."""
    found: list[Atom] = []
    for kind, pattern in _patterns():
        if kind in _SIGNS and not _SIGNS[kind].search(text):
            continue
        left, end = "", 0
        for match in pattern.finditer(text):
            found += _READERS.get(kind, _as_written)(kind, match, text)
            left += text[end : match.start()] + _blank(match)
            end = match.end()
        text = left + text[end:]
    return found, text


def plain(text: str) -> str:
    """The text without marks of emphasis and numbers of list items; its characters keep their order."""
    text = re.sub(r"(?m)^\s*(?:\d{1,2}[.)]|[-*+])\s+(?=\S)", " ", text)
    return re.sub(r"\*\*|(?<!\w)\*|\*(?!\w)|(?<!\w)(_{1,2})(?=(\S[^_\n]*)\1(?!\w))|(?<=[^\W_])_+(?!\w)", " ", text)


def unquoted(text: str) -> str:
    """The text with spaces in the place of quotations and code."""
    return _QUOTED.sub(lambda match: " " * len(match.group()), text)


def _blank(match: re.Match[str]) -> str:
    return "\0" * len(match.group())


def _about(match: re.Match[str], text: str) -> bool:
    return bool(APPROXIMATE.search(text[max(0, match.start() - 30) : match.start()]))


def _as_written(kind: str, match: re.Match[str], text: str) -> list[Atom]:
    shown = match.group().strip()
    return [Atom(kind, shown, shown.casefold())]


def _read_version(kind: str, match: re.Match[str], text: str) -> list[Atom]:
    return [Atom(kind, match.group(), match.group().casefold().removeprefix("v"))]


def _read_weekday(kind: str, match: re.Match[str], text: str) -> list[Atom]:
    day = weekday_names()[match[1].casefold()] if match[1] else short_weekday_names()[match[2].casefold()]
    return [Atom(kind, match.group(), day)]


def _read_always(kind: str, match: re.Match[str], text: str) -> list[Atom]:
    """Round the clock: no figure."""
    return []


def _read_date(kind: str, match: re.Match[str], text: str) -> list[Atom]:
    """``2026-08-03``; ``----08-03`` without a year; ``2026-08`` and ``----08`` for a month."""
    shown = match.group().strip(" .")
    if match["iso"]:
        clock = [Atom("time", match["clock"], match["clock"])] if match["clock"] else []
        return [Atom(kind, match["iso"], match["iso"]), *clock]
    if match["isomonth"]:
        return [Atom(kind, shown, shown)]
    if bare := match["m4"] or match["m5"]:
        return [Atom(kind, bare, f"----{month_names()[bare.casefold()]:02d}")]
    if match["m3"]:
        return [Atom(kind, shown, f"{match['y3']}-{month_names()[match['m3'].casefold()]:02d}")]
    year, month = match["y1"] or match["y2"] or "----", month_names()[(match["m1"] or match["m2"]).casefold()]
    days = [int(day) for day in (match["d0"], match["d1"] or match["d2"]) if day]
    return [Atom(kind, shown, f"{year}{'' if year == '----' else '-'}{month:02d}-{day:02d}") for day in days]


def _read_time(kind: str, match: re.Match[str], text: str) -> list[Atom]:
    """``08:10`` in 24 hours, but "half past three" in 12."""
    if match["part"]:
        minute = {"half": 30, "quarter": 15}.get(match["part"].casefold()) or NUMBER_WORDS[match["part"].casefold()]
        total = int(worded(match["hour"])) * 60 + (minute if match["side"].casefold() == "past" else -minute)
        return [Atom(kind, match.group(), f"{total // 60 % 12:02d}:{total % 60:02d}", approximate=False)]
    hour = int(match[1] or match[5])
    half = (match[4] or match[6] or match[7] or "").casefold()
    if half in ("pm", "in the afternoon", "in the evening") and hour < 12:
        hour += 12
    elif half == "am" and hour == 12:
        hour = 0
    return [Atom(kind, match.group().strip(), f"{hour:02d}:{match[2] or '00'}", _about(match, text))]


def _read_figure(kind: str, match: re.Match[str], text: str) -> list[Atom]:
    """An amount or a number, in digits or in words."""
    groups = match.groupdict()
    shown = match.group().strip()
    if groups["w"] or groups.get("dozen"):
        value = Decimal(12) if groups.get("dozen") else worded(groups["w"])
        return [Atom(kind, shown, f"{value:f}", _about(match, text))]
    digits, scale = groups["n1"] or groups["n2"], groups["s1"] or groups.get("s2")
    return [Atom(kind, shown, f"{scaled(digits, scale):f}", _about(match, text), _step(digits, scale))]


def _read_percent(kind: str, match: re.Match[str], text: str) -> list[Atom]:
    value = scaled(match[1]) if match[1] else worded(match[2])
    return [Atom(kind, match.group().strip(), f"{value:f}", _about(match, text))]


def _read_duration(kind: str, match: re.Match[str], text: str) -> list[Atom]:
    """``21 minute``: a number, a space and the unit in the singular. Each number of ``1, 5 or 30 minutes`` is one."""
    shown, about = match.group().strip(), _about(match, text)
    if match["word"]:
        return [Atom(kind, shown, "14 day", about)]
    if match["half"]:
        part = "0.5" if match["half"].casefold() == "half" else "0.25"
        return [Atom(kind, shown, f"{part} {unit(match['whole'])}", about)]
    listed = re.findall(rf"{_NUMBER}|\b(?:{_BELOW})\b", match["list"], re.IGNORECASE)
    return [Atom(kind, shown, f"{_count(number):f} {unit(match['unit'])}", about) for number in (*listed, match["n"])]


_READERS: dict[str, Callable[[str, re.Match[str], str], list[Atom]]] = {
    "date": _read_date, "time": _read_time, "money": _read_figure, "percent": _read_percent, "version": _read_version,
    "duration": _read_duration, "always": _read_always, "number": _read_figure, "weekday": _read_weekday,
}  # fmt: skip


def scaled(digits: str, scale: str | None = None) -> Decimal:
    """The number that ``191,348``, ``2.3`` or ``48`` with ``k`` means."""
    return (Decimal(digits.replace(",", "")) * _factor(scale)).normalize()


def _factor(scale: str | None) -> int:
    return {"k": 1000, "thousand": 1000, "m": 1_000_000, "million": 1_000_000}.get((scale or "").casefold(), 1)


def _step(digits: str, scale: str | None) -> Decimal:
    if not scale:
        return Decimal(0)
    return Decimal(_factor(scale)).scaleb(-len(digits.partition(".")[2]))


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


def unit(word: str) -> str:
    """``minutes`` as ``minute``."""
    lower = word.casefold()
    for ending in ("", "s", "n", "en", "e"):
        if lower.endswith(ending) and lower.removesuffix(ending) in UNIT_SECONDS:
            return lower.removesuffix(ending)
    raise ValueError(f"{word!r} is no unit of time")


def _count(word: str) -> Decimal:
    return scaled(word) if word[0].isdigit() else worded(word)
