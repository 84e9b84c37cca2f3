"""What the citations of a sentence bring in, and which of its atoms they do not hold (G1)."""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta, tzinfo
from functools import cached_property

from customer_escalation.domain.brief import Figure
from customer_escalation.domain.day_names import opening_day_names, weekday_names
from customer_escalation.domain.evidence import Evidence, field, name_key, parse_moment
from customer_escalation.domain.language import NOUNS_CAPITALISED, OTHER, language_or_other
from customer_escalation.domain.people import writer_of
from customer_escalation.domain.times import is_usable
from customer_escalation.policy import find_zone
from customer_escalation.review.durations import follows_from_moments
from customer_escalation.review.grounding import NUMBER_WORDS, Unsupported, unsupported_atoms
from customer_escalation.review.grounding.quotations import quotations
from customer_escalation.review.passages import Claim, is_what_comes, tells_what_comes
from skill_runtime.ledger import Record

FREE_IN_PROPOSALS = frozenset({"date", "time", "duration", "number", "weekday"})
"""Atoms that a proposal may set itself: when, how long, how many."""
CALCULATED = "calc"
"""What figures are about that the writer asked for: the whole case."""
NOTE = "ticket_note"
"""Tells colleagues what to write and to do: its quotations are wordings, and it may name any record."""
SETS_TIMES = frozenset({"messages", "ticket_note"})
"""Texts that say when somebody will act: a time of day in them may be the writer's own, as one under the deadlines is."""
REPORTS = "communication"
"""Tells what was said and promised: a time there that the draft only plans is told under a label of its own."""
WORDINGS = frozenset({"messages", "asks"})
"""Texts to colleagues, which may hold what they are to say or to write: several sentences in quotation marks are a wording, no
quotation, and are held as sentences."""
_SENTENCES = re.compile(r"[.!?][\"”“’»)]*\s+(?=\w)|[。！？](?=\w)")
"""Where one sentence ends and the next begins."""
IN_WORDS = frozenset({"number", "duration", "weekday", "date"})
"""Atoms that a record may tell in words of its own language."""
HOURS_OF_DAY = 24
ESTABLISHED = frozenset({"name", "id", "version", "address"})
"""Atoms that need no citation of their own once a record that the brief cites holds them."""
TELLING_DIGITS = 3
"""A number with fewer digits stands in many records by chance, so none of them is offered as its source."""
MOST_LABEL_WORDS = 6
MOST_COUNTED = 20
"""A higher number is no count of things that the same sentence names."""
_CLOCK = re.compile(r"(\d{1,2})(?:[:.]|\s?h\s?)([0-5]\d)?(?::[0-5]\d)?")
_NAMED_ZONE = re.compile(r"(?<![\d:.])([01]?\d|2[0-3]):([0-5]\d)\s+(?!UTC|GMT)(?:[A-Z]{2,5}\b|[A-Z]\w+ time\b)")
"""A time that a text tells in a zone by an abbreviation or a place, which may lie any number of hours off."""
_ZONED = re.compile(r"(\d{4}-\d\d-\d\d \d\d:\d\d) ([A-Z]\w+/[A-Za-z_/+-]+)")
"""A moment as figures tell it, on the clock of a named zone."""
_CLOCK_TIME = re.compile(r"(?<![\d:.])([01]?\d|2[0-3]):([0-5]\d)(?!:?\d)")
_STAMP = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:\d\d| UTC)")
_PART = re.compile(r"\w+")
LONGEST_ADDRESS, SHORTEST_NAME = 5, 3
"""Letters of a form of address or a greeting, and of a name."""
_DAY_MONTH = re.compile(r"(?<![\d/.])(\d{1,2})[./](\d{1,2})(?![\d/])")
_DAYS = re.compile(r"\d{4}-\d\d-\d\d")
LAST_DAY = 31
FOR_COLLEAGUES = ("messages", "ticket_note")
"""Where a draft holds its texts for colleagues."""
REQUEST = "request"
"""The ref by which a sentence cites what the person asked."""
_VERSION_LIKE = re.compile(r"\d{1,3}\.\d{1,3}")
"""A version in two parts, which is read as a number."""
_DOTTED_TIME = re.compile(r"(?:[01]?\d|2[0-3])\.[0-5]\d")
_DECIMAL = re.compile(r"(?<![\d.,])\d[\d,]*\.\d+(?![\d.])")
FEWEST_ROUNDED = 3
"""Digits of a whole number that may stand for one with a fraction: it is wrong by less than a hundredth then."""
_FENCE = re.compile(r"\A`{3,}[ \t]*\w*(?=\n)")
"""The opening of a fenced block with the name of its language."""
_ITEMS = re.compile(r"[,;]|\band\b|\bund\b|\bet\b|\by\b|、")


@dataclass(frozen=True)
class Sources:
    """Where a draft's claims are looked up."""

    evidence: Evidence
    figures: Mapping[str, Figure]
    vocabulary: frozenset[str]
    """Names that need no record: teams, the reporter, the affected accounts."""
    established: frozenset[str] = frozenset()
    """Refs of records that the brief or the facts cite: names, ids and versions in them are known to the reader."""
    named: tuple[str, ...] = ()
    """Refs of the items that texts for colleagues name by their ids: these have no marks, and stand on what they name."""
    language: str | None = None
    """That of the draft, by its English name; None where it is not known."""
    zones: tuple[tzinfo, ...] = ()
    """Those of the affected customers: a moment of a record may be told on their clocks."""
    coming: tuple[date, ...] = ()
    """The days from today on for which a draft may set something."""
    deadlines: str = ""
    """The moments that the draft itself sets in its asks, where they are checked: known to what sums it up."""
    promises: str = ""
    """The days and times that the draft's texts to customers tell them, which are checked there: known to what sums them up."""
    hours: str = ""
    """The business hours in force, which clocks are counted in."""
    request: str = ""
    """What the person asked: a source of what is said to the person, and of sentences that cite it, which tell it as a belief."""

    def language_of(self, claim: Claim) -> str | None:
        """That of the sentence's passage, else that of the draft."""
        return claim.language or self.language

    def in_english(self, claim: Claim) -> bool:
        """Whether the words by which some checks tell how a thing is said are those of the sentence; they are English ones."""
        return self.language_of(claim) in ("English", None)

    def whole(self, ref: str) -> str:
        """The ref as ``category/id``, a figure by its own name; as it is where it names nothing."""
        if ref in self.figures:
            return ref
        record = self.evidence.ledger.resolve(ref)
        figure = f"figures/{ref.strip().rpartition('/')[2]}"
        return record.ref if record else figure if figure in self.figures else ref.strip()

    def ticket_of(self, ref: str) -> str:
        """The ref of the ticket that a ref names or lies in."""
        record = self.evidence.ledger.resolve(ref)
        return self.evidence.item_of(record).ref if record else ref.strip()

    def homes_of(self, refs: Iterable[str]) -> list[str]:
        """Figures as they are, and the items that records belong to; each once."""
        return list(dict.fromkeys(ref if ref in self.figures else self.ticket_of(ref) for ref in refs))

    def missing(self, cites: Sequence[str]) -> list[str]:
        """Citations that name nothing."""
        known = {*self.figures, REQUEST} if self.request else self.figures
        return self.evidence.resolve([ref for ref in cites if ref not in known])[1]

    def cited(self, cites: Sequence[str], text: str = "") -> list[Record]:
        """What the citations bring in: records, the items that they belong to, all parts of a cited item, and figures.

        A figure brings in the records that it was computed from. Figures about the whole case come in by themselves, those of
        one ticket where ``text`` names it or its customer, or where it is cited.
        """
        wanted = [self.figures[ref] for ref in cites if ref in self.figures]
        records, _ = self.evidence.resolve([ref for ref in cites if ref not in self.figures])
        behind, _ = self.evidence.resolve([ref for figure in wanted for ref in figure.inputs])
        brought = {record.ref: record for record in records}
        for record in records:
            for part in self.evidence.parts(record):
                brought.setdefault(part.ref, part)
        for record in [*records, *behind]:
            brought.setdefault(record.ref, record)
            item = self.evidence.item_of(record)
            brought.setdefault(item.ref, item)
        items = {self.evidence.item_of(record).ref for record in records}
        if REQUEST in cites and self.request:
            brought[REQUEST] = self.request_record
        for figure, about, home in self._figures:
            if figure in wanted or about in ("", CALCULATED) or home in items:
                brought[figure.ref] = self.figure_record(figure)
            elif self._named(about, home, text):
                brought[figure.ref] = Record(ref=figure.ref, data={"kind": "figure", "text": figure.text})
        return list(brought.values())

    @cached_property
    def _figures(self) -> list[tuple[Figure, str, str]]:
        """Every figure with what its ref says that it is about, and the ref of the item that it is about."""
        found = []
        for figure in self.figures.values():
            about = figure.ref.partition("/")[2].rpartition(".")[0]
            behind = (self.evidence.item_of(record).ref for record in self.evidence.resolve(figure.inputs)[0])
            found.append((figure, about, next((ref for ref in behind if ref.partition("/")[2] == about), "")))
        return found

    def _named(self, about: str, home: str, text: str) -> bool:
        """Does the text name the ticket or its customer? That brings in what was computed, not the name itself."""
        ticket = self.evidence.ledger.get(home) if home else None
        customer = field(ticket, "customer") if ticket else ""
        return about in text or bool(customer and name_key(customer) in name_key(text))

    @cached_property
    def request_record(self) -> Record:
        """What the person asked, as a record; no fact may rest on it, and no mark is printed for it."""
        return Record(ref="request/request", data={"kind": "request", "text": self.request})

    def figure_record(self, figure: Figure) -> Record:
        """A figure as a citable record."""
        return Record(ref=figure.ref, data={"kind": "figure", "label": figure.label, "text": figure.text})

    @cached_property
    def everything(self) -> list[Record]:
        """All records and all figures."""
        return [
            *self.evidence.ledger.records.values(),
            *(self.figure_record(figure) for figure in self.figures.values()),
        ]


def atoms_missing(claim: Claim, sources: Sources) -> list[Unsupported]:
    """Atoms of the sentence that its sources do not hold.

    What proposes or supposes may cite nothing; then its atoms must occur somewhere in the evidence, but for the times and
    numbers that a proposal sets itself. Names, ids and versions that the brief cites anywhere are known.
    """
    scope = sources.cited(claim.cites, claim.text)
    if claim.sums_up:
        scope = [*scope, *(sources.figure_record(figure) for figure in sources.figures.values())]
    if claim.where.partition("[")[0] in FOR_COLLEAGUES:
        scope = [*scope, *sources.cited(sources.named)]
    if claim.kind != "fact" or claim.where == NOTE:
        scope = sources.everything
    if sources.hours:
        scope = [*scope, Record(ref="policy/hours", data={"kind": "policy", "text": sources.hours})]
    if claim.sums_up or claim.reader == "sender" or tells_what_comes(claim.where, claim.label):
        scope = [*scope, *_own_plans(sources)]
    if claim.reader == "sender" and sources.request:
        scope = [*scope, sources.request_record]
    missing = unsupported_atoms(
        _wordings_opened(claim.text) if claim.where.partition("[")[0] in WORDINGS else claim.text,
        scope,
        sources.everything,
        vocabulary=sources.vocabulary,
        nouns_capitalised=sources.language_of(claim) in (*NOUNS_CAPITALISED, OTHER),
    )
    return [atom for atom in missing if not _let_pass(atom, claim, scope, sources)]


def _wordings_opened(text: str) -> str:
    """The text with quotations of several sentences as text of its own."""
    for atom in quotations(text):
        if atom.kind == "quote" and _SENTENCES.search(atom.value):
            text = text.replace(atom.text, atom.value)
    return text


def _own_plans(sources: Sources) -> Iterator[Record]:
    """What the draft itself sets and promises, which is checked where it stands."""
    for name, text in (("deadlines", sources.deadlines), ("promises", sources.promises)):
        if text:
            yield Record(ref=f"draft/{name}", data={"kind": "deadline", "text": text})


def _let_pass(atom: Unsupported, claim: Claim, scope: Sequence[Record], sources: Sources) -> bool:
    if claim.kind == "proposed" and (atom.kind in FREE_IN_PROPOSALS or put_together(atom, scope)):
        return True
    sets = claim.where.partition("[")[0] in SETS_TIMES or is_what_comes(claim.where, claim.label)
    if sets and (atom.kind in ("time", "weekday", "duration") or (atom.kind == "date" and _comes(atom, sources))):
        return True
    if atom.kind == "time" and claim.where != REPORTS and _is_set(atom, sources):
        return True
    if atom.kind == "date" and _ends_a_name(atom.atom, claim.text, scope):
        return True
    if claim.where == NOTE and atom.kind in ("quote", "code"):
        return True
    if (claim.kind == "proposed" or claim.reader == "sender") and is_label(atom):
        return True
    if on_a_customers_clock(atom, scope, sources.zones) or _is_dotted_time(atom, claim, scope, sources):
        return True
    if atom.kind == "duration" and follows_from_moments(
        claim.text, atom.atom, sources.evidence.resolve(claim.cites)[0]
    ):
        return True
    known = atom.kind in ESTABLISHED or (atom.kind == "code" and len(atom.atom.split()) == 1)
    if known and not sources.established.isdisjoint(atom.found_in):
        return True
    if _VERSION_LIKE.fullmatch(atom.atom) and not sources.established.isdisjoint(atom.found_in):
        return True
    if atom.kind == "name" and (is_somebody(atom.atom, scope) or is_a_writer(atom.atom, scope)):
        return True
    if atom.kind in IN_WORDS and not re.search(r"\d", atom.atom) and any(_in_other_words(record) for record in scope):
        return True
    set_by_it = Record(ref="draft/deadlines", data={"kind": "deadline", "text": sources.deadlines})
    if atom.kind == "number" and not sources.in_english(claim) and _is_hour(atom.atom, [*scope, set_by_it]):
        return True
    return atom.kind == "number" and (
        _rounds(atom.atom, scope) or _is_day(atom.atom, claim.text) or is_day_and_month(atom.atom, claim.text, scope)
        or _is_numbered_day(atom.atom, claim.text, scope, sources.coming)
        or _counts(atom.atom, claim, scope, sources)
    )  # fmt: skip


def _is_dotted_time(atom: Unsupported, claim: Claim, scope: Sequence[Record], sources: Sources) -> bool:
    """Is it a time of day as Finnish and Danish write it, 21.00, that the records hold with a colon, on any clock of a customer?"""
    if atom.kind != "number" or sources.in_english(claim) or not _DOTTED_TIME.fullmatch(atom.atom):
        return False
    told = replace(atom, atom=atom.atom.replace(".", ":"), kind="time")
    return not unsupported_atoms(told.atom, scope) or on_a_customers_clock(told, scope, sources.zones)


def _rounds(shown: str, scope: Iterable[Record]) -> bool:
    """Is it the whole number next to what code computed, as in "over 213 hours" of 213.83?"""
    number = re.sub(r"[\s.,]", "", shown)
    if not number.isdecimal() or len(number) < FEWEST_ROUNDED:
        return False
    computed = (
        found for record in scope if record.data.get("kind") == "figure" for found in _DECIMAL.findall(record.text)
    )
    return any(int(number) - 1 < float(found.replace(",", "")) < int(number) + 1 for found in computed)


def _is_set(atom: Unsupported, sources: Sources) -> bool:
    """Is it a moment that the draft sets in a deadline or a reminder, which may be told anywhere in it?"""
    set_by_it = Record(ref="draft/deadlines", data={"kind": "deadline", "text": sources.deadlines})
    return not unsupported_atoms(atom.atom, [set_by_it])


def _in_other_words(record: Record) -> bool:
    """Is the record in a language whose words for numbers, days and units nobody here knows? Then nothing is known of them."""
    text = field(record, "text") or field(record, "body")
    return language_or_other(text) == OTHER


def _is_hour(number: str, scope: Iterable[Record]) -> bool:
    """Is it a full hour that the records name, as in "kl. 9" or "9 Uhr"?"""
    whole = f"{int(number):02}:00" if number.isdecimal() and int(number) < HOURS_OF_DAY else ""
    return bool(whole) and any(whole in record.text for record in scope)


def _comes(atom: Unsupported, sources: Sources) -> bool:
    """Is it a day that comes soon, which whoever writes to a colleague may set?"""
    days = Record(ref="draft/days", data={"kind": "deadline", "text": " ".join(map(str, sources.coming))})
    return not unsupported_atoms(atom.atom, [days])


def _ends_a_name(shown: str, text: str, scope: Iterable[Record]) -> bool:
    """Is the first number of what looks like two days the end of a name in the records, as in "from Server 7 to 31 August"?"""
    number = re.match(r"\d{1,2}(?= )", shown)
    name = re.search(rf"\w+ {re.escape(shown)}", text) if number else None
    return bool(number and name and _stands_in(name.group()[: -len(shown)] + number.group(), scope))


def is_somebody(name: str, scope: Iterable[Record]) -> bool:
    """Does a known name stand in it with a form of address before or behind it, such as Mr or -san?"""
    words = re.split(r"[\s-]+", name)
    known = [word for word in words if len(word) >= SHORTEST_NAME and _stands_in(word, scope)]
    return len(words) > 1 and bool(known) and all(len(word) <= LONGEST_ADDRESS for word in words if word not in known)


def is_a_writer(name: str, scope: Iterable[Record]) -> bool:
    """Is it a part of the handle of somebody who wrote one of the records, as Zoë is of ``pm.zoe``?"""
    wanted = _bare(name)
    return len(name) >= SHORTEST_NAME and any(
        wanted in re.split(r"[\W_\d]+", _bare(writer_of(record))) for record in scope
    )


def _bare(text: str) -> str:
    """In small letters without accents."""
    return "".join(char for char in unicodedata.normalize("NFKD", text.casefold()) if not unicodedata.combining(char))


def _stands_in(word: str, scope: Iterable[Record]) -> bool:
    return any(re.search(rf"(?<!\w){re.escape(word)}(?!\w)", record.text) for record in scope)


def is_day_and_month(number: str, text: str, scope: Sequence[Record]) -> bool:
    """Is it part of a day and month without a year, such as 17/06 or 06.11., on which something in the records lies?"""
    parts = re.split(r"[./]", number)
    pairs = [pair for pair in _DAY_MONTH.findall(text) if set(parts) <= set(pair)]
    days = {stamp for record in scope for stamp in _DAYS.findall(record.text)} if pairs else set()
    years = {stamp[:4] for stamp in days}
    return any(
        any(stamp[5:] == f"{int(month):02}-{int(day):02}" for stamp in days)
        or any(not unsupported_atoms(f"{year}-{int(month):02}-{int(day):02}", scope) for year in years)
        for day, month in pairs
    )


def _is_day(number: str, text: str) -> bool:
    """Is it the day of the month behind a day of the week, as in ``sábado 19``?"""
    days = "|".join(map(re.escape, (*weekday_names(), *opening_day_names())))
    return (
        number.isdecimal()
        and int(number) <= LAST_DAY
        and bool(re.search(rf"(?<!\w)(?:{days})\.?,? (?:[^\W\d_]{{1,4}} )?{number}(?!\d)", text, re.IGNORECASE))
    )


def _is_numbered_day(number: str, text: str, scope: Iterable[Record], coming: Sequence[date]) -> bool:
    """Is it the day of a month in Chinese, Japanese or Korean, as in 21日 and 20·21일, on which something lies or may soon?"""
    if not number.isdecimal() or not re.search(
        rf"(?<!\d){number}(?:[·・,、~～-]\d{{1,2}})*\s?[日号號일](?![間间간])", text
    ):
        return False
    days = {int(stamp[8:10]) for record in scope for stamp in _DAYS.findall(record.text)} | {day.day for day in coming}
    return int(number) in days


def on_a_customers_clock(atom: Unsupported, scope: Iterable[Record], zones: Sequence[tzinfo]) -> bool:
    """A time of day that is a moment of the records, told in UTC or in the zone of an affected customer."""
    found = _CLOCK.fullmatch(atom.atom.strip()) if atom.kind in ("time", "duration") else None
    if not found:
        return False
    wanted = f"{int(found[1]):02}:{found[2] or '00'}"
    return any(wanted in _told_on(record, (UTC, *zones)) for record in scope)


def _told_on(record: Record, zones: Sequence[tzinfo]) -> set[str]:
    """The times of day of a record on these clocks: of its moments, and of those that its text tells on any of them."""
    stamps = [stamp.replace(" UTC", "Z").replace(" ", "T") for stamp in _STAMP.findall(record.text)]
    moments = [moment for stamp in stamps if (moment := parse_moment(stamp))]
    for told, name in _ZONED.findall(record.text):
        zone = find_zone(name)
        if zone and is_usable(there := datetime.fromisoformat(told).replace(tzinfo=zone)):
            moments.append(there)
    found = {f"{moment.astimezone(zone):%H:%M}" for moment in moments for zone in zones}
    offsets = {moment.astimezone(zone).utcoffset() or timedelta() for moment in moments[:1] for zone in zones}
    for hour, minute in _NAMED_ZONE.findall(_STAMP.sub(" ", record.text)):
        told = timedelta(hours=int(hour), minutes=int(minute))
        found |= {_time_of_day(told + timedelta(hours=hours)) for hours in range(24)}
    for hour, minute in _CLOCK_TIME.findall(_STAMP.sub(" ", record.text)):
        told = timedelta(hours=int(hour), minutes=int(minute))
        found |= {_time_of_day(told - theirs + ours) for theirs in offsets for ours in offsets}
    return found


def _time_of_day(since_midnight: timedelta) -> str:
    minutes = since_midnight // timedelta(minutes=1) % (24 * 60)
    return f"{minutes // 60:02}:{minutes % 60:02}"


def put_together(atom: Unsupported, scope: Sequence[Record]) -> bool:
    """A setting or a command whose every part stands in the records, such as a documented key with the value for this case."""
    if atom.kind != "code":
        return False
    held = {word for record in scope for word in _PART.findall(record.text)}
    parts = _PART.findall(_FENCE.sub("", atom.atom))
    return bool(parts) and held.issuperset(parts)


def is_label(atom: Unsupported) -> bool:
    """A few words in quotation marks, which may be a label, one of several answers, or words held at arm's length."""
    return atom.kind == "quote" and len(atom.atom.split()) <= MOST_LABEL_WORDS


def _counts(number: str, claim: Claim, scope: Sequence[Record], sources: Sources) -> bool:
    """Is it the number of things that the sentence itself names, or of the records, items or customers that it cites?"""
    word = number.casefold()
    value = NUMBER_WORDS.get(word) or (int(word) if word.isdecimal() else 0)
    if not 0 < value <= MOST_COUNTED:
        return False
    cited = [record for record in scope if record.category != "figures"]
    items = {sources.evidence.item_of(record).ref for record in cited}
    customers = {sources.evidence.customer_of(record) for record in cited} - {""}
    listed = len(_ITEMS.findall(claim.text)) + 1
    named = {record.id for record in sources.everything if record.id and len(record.id) > 2 and record.id in claim.text}
    parts = [record for record in cited if record.parent and record.ref in claim.cites]
    return value <= len(customers) or value in {len(items), len(named), len(parts)} or 1 < value <= listed


def is_telling(atom: Unsupported) -> bool:
    """Is it no number that stands in a record by chance?"""
    return atom.kind != "number" or len(re.sub(r"\D", "", atom.atom)) >= TELLING_DIGITS


def unsupported_words(atom: Unsupported, claim: Claim) -> str:
    """What to tell the writer of an atom: where it stands, or that nothing holds it."""
    if atom.found_in and is_telling(atom):
        where = f" It stands in {', '.join(atom.found_in[:3])}: cite that if it is what you mean."
    elif atom.found_in:
        where = " Cite the record that says so, or leave the number out."
    else:
        where = " No record of this run holds it: leave it out, or say that it is unknown."
    cited = "all that the brief cites" if claim.sums_up else ", ".join(claim.cites) or "nothing"
    return f"“{atom.atom}” ({atom.kind}) is not in what this sentence stands on ({cited}).{where}"
