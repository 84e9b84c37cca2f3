"""Which atoms of a sentence its sources do not hold (G1), and why some need no record."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import UTC

from customer_escalation.domain.evidence import field
from customer_escalation.domain.language import CODES, NOUNS_CAPITALISED, OTHER, language_or_other
from customer_escalation.domain.number_words import numbers_in_words
from customer_escalation.domain.people import writer_of
from customer_escalation.domain.printable import without_accents
from customer_escalation.domain.prose import REQUEST
from customer_escalation.review.durations import follows_from_moments
from customer_escalation.review.grounding import NUMBER_WORDS, Unsupported, find_atoms, unsupported_atoms
from customer_escalation.review.grounding.quotations import quotations
from customer_escalation.review.passages import TOLD_FREELY, Claim, is_what_comes, tells_what_comes
from customer_escalation.review.settings_named import has_its_prefix, is_a_setting_of
from customer_escalation.review.sources import FOR_COLLEAGUES, Sources
from customer_escalation.review.told_days import (
    is_a_coming_day,
    is_coming_day,
    is_day,
    is_day_and_month,
    is_day_told_there,
    is_end_of_hours,
    is_hour,
    is_hour_of_day,
    is_numbered_day,
    on_a_customers_clock,
)
from skill_runtime.ledger import Record

FREE_IN_PROPOSALS = frozenset({"date", "time", "duration", "number", "weekday"})
"""Atoms that a proposal may set itself: when, how long, how many."""
NOTE = "ticket_note"
"""Tells colleagues what to write and to do: its quotations are wordings, and it may name any record."""
REPORTS = "communication"
"""Tells what was said and promised: a time there that the draft only plans is told under a label of its own."""
WORDINGS = frozenset({"messages", "asks", "note", "further", "asides"})
"""Texts to colleagues, which may hold what they are to say or to write: several sentences in quotation marks are a wording, no
quotation, and are held as sentences."""
_SENTENCES = re.compile(r"[.!?][\"”“’»)]*\s+(?=\w)|[。！？](?=\w)")
"""Where one sentence ends and the next begins."""
IN_WORDS = frozenset({"number", "duration", "weekday", "date"})
"""Atoms that a record may tell in words of its own language."""
ESTABLISHED = frozenset({"name", "id", "version", "address"})
"""Atoms that need no citation of their own once a record that the brief cites holds them."""
TELLING_DIGITS = 3
"""A number with fewer digits stands in many records by chance, so none of them is offered as its source."""
MOST_LABEL_WORDS = 6
MOST_COUNTED = 20
"""A higher number is no count of things that the same sentence names."""
_PART = re.compile(r"\w+")
_VERSION_LIKE = re.compile(r"\d{1,3}\.\d{1,3}")
"""A version in two parts, which is read as a number."""
_DOTTED_TIME = re.compile(r"(?:[01]?\d|2[0-3])\.[0-5]\d")
_WHOLE = re.compile(r"\d{1,3}(?:[\s.,]?\d{3})*|\d+")
_DECIMAL = re.compile(r"(?<![\d.,])\d[\d,]*\.\d+(?![\d.])")
_LENGTH = re.compile(r"(\d{2,})\s?[^\W\d]+\Z")
"""A whole number of one unit."""
MOST_CITES_TOLD = 6
"""Refs that a finding names; more say nothing."""
FEWEST_CELLS = 3
"""Of a row that plans: what is done, by whom, and by when. A claim beside what records show has two."""
FEWEST_ROUNDED = 3
"""Digits of a whole number that may stand for one with a fraction: it is wrong by less than a hundredth then."""
_FENCE = re.compile(r"\A`{3,}[ \t]*\w*(?=\n)")
"""The opening of a fenced block with the name of its language."""
_ELLIPSIS = re.compile(r"…|\.{3}|\[…\]")
SHORTEST_PIECE = 6
"""Characters of the longest of what is left of shortened code, at least."""
_HOST = re.compile(r"https?://([\w-]+(?:\.[\w-]+)+)(?=[/:]|$)", re.IGNORECASE)
_ITEMS = re.compile(r"[,;]|\band\b|\bund\b|\bet\b|\by\b|、")
LONGEST_ADDRESS, SHORTEST_NAME = 5, 3
"""Letters of a form of address or a greeting, and of a name."""


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
    if sources.terms:
        scope = [*scope, Record(ref="policy/terms", data={"kind": "policy", "text": sources.terms})]
    if sources.as_written or claim.sums_up or claim.reader == "sender" or tells_what_comes(claim.where, claim.label):
        scope = [*scope, *_own_plans(sources)]
    for_sender = claim.reader == "sender" or (sources.as_written and _root(claim.where) in TOLD_FREELY)
    if sources.request and (for_sender or REQUEST in claim.cites):
        scope = [*scope, sources.request_record]
    missing = unsupported_atoms(
        _wordings_opened(claim.text) if claim.where.partition("[")[0] in WORDINGS else claim.text,
        scope,
        sources.everything,
        vocabulary=sources.vocabulary,
        nouns_capitalised=sources.language_of(claim) in (*NOUNS_CAPITALISED, OTHER),
    )
    return [atom for atom in missing if not _let_pass(atom, claim, scope, sources)]


def _is_free(atom: Unsupported, claim: Claim) -> bool:
    """May a proposal set it? A long number that nothing holds is no time and no count, where facts stand beside what is planned."""
    made_up = atom.kind == "number" and is_telling(atom) and not atom.found_in and _root(claim.where) in TOLD_FREELY
    return atom.kind in FREE_IN_PROPOSALS and not made_up


def _root(where: str) -> str:
    return where.partition("[")[0]


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
    if claim.kind == "proposed" and (_is_free(atom, claim) or put_together(atom, scope)):
        return True
    sets = claim.where.partition("[")[0] in FOR_COLLEAGUES or is_what_comes(claim.where, claim.label)
    if sets and (atom.kind in ("time", "weekday", "duration") or (atom.kind == "date" and _comes(atom, sources))):
        return True
    if _root(claim.where) in TOLD_FREELY and atom.kind in ("date", "weekday") and _comes(atom, sources):
        return True
    if _root(claim.where) in TOLD_FREELY and atom.kind == "time" and _is_by_when(atom.atom, claim.text, sources):
        return True
    if (
        sources.as_written
        and atom.kind == "time"
        and not atom.found_in
        and _is_still_to_come(atom.atom, claim.text, sources)
    ):
        return True
    if (
        atom.kind == "duration"
        and not sources.in_english(claim)
        and is_hour_of_day(atom.atom, [*scope, _deadlines(sources)])
    ):
        return True
    if (
        _root(claim.where) in TOLD_FREELY
        and atom.kind == "number"
        and is_coming_day(atom.atom, claim.text, sources.coming)
    ):
        return True
    # a date of a record has a record to cite
    sets_it = atom.kind == "time" or (atom.kind == "date" and not atom.found_in)
    if sets_it and claim.where != REPORTS and _is_set(atom, sources):
        return True
    if atom.kind == "date" and _ends_a_name(atom.atom, claim.text, scope):
        return True
    if atom.kind == "code" and _is_shortened(atom.atom, scope):
        return True
    if claim.where == NOTE and atom.kind in ("quote", "code"):
        return True
    if (claim.kind == "proposed" or claim.reader == "sender") and is_label(atom):
        return True
    if on_a_customers_clock(atom, scope, sources.zones) or _is_dotted_time(atom, claim, scope, sources):
        return True
    if atom.kind == "duration" and follows_from_moments(
        claim.text, atom.atom, sources.evidence.resolve(claim.cites)[0], sources.now
    ):
        return True
    length = _LENGTH.match(atom.atom) if atom.kind == "duration" else None
    if length and _rounds(length[1], scope, 2):
        return True
    known = atom.kind in ESTABLISHED or (atom.kind == "code" and len(atom.atom.split()) == 1)
    if known and (not sources.established.isdisjoint(atom.found_in) or (sources.as_written and atom.found_in)):
        return True
    if _VERSION_LIKE.fullmatch(atom.atom) and not sources.established.isdisjoint(atom.found_in):
        return True
    if atom.kind == "id" and "_" in atom.atom and is_a_setting_of(atom.atom, scope):
        return True
    if atom.kind == "name":
        among = sources.everything if claim.where.partition("[")[0] in FOR_COLLEAGUES else scope
        if is_somebody(atom.atom, scope) or is_a_writer(_behind_first_word(atom.atom, claim.text), among):
            return True
    if atom.kind in IN_WORDS and not re.search(r"\d", atom.atom) and any(_in_other_words(record) for record in scope):
        return True
    if atom.kind == "number" and not sources.in_english(claim) and _is_no_number(atom.atom, sources.language_of(claim)):
        return True
    set_by_it = _deadlines(sources)
    if atom.kind == "number" and not sources.in_english(claim) and is_hour(atom.atom, [*scope, set_by_it]):
        return True
    return atom.kind == "number" and (
        _rounds(atom.atom, scope) or is_day(atom.atom, claim.text) or is_day_and_month(atom.atom, claim.text, scope)
        or is_end_of_hours(atom.atom, claim.text, scope)
        or (not sources.in_english(claim) and is_day_told_there(atom.atom, claim.text, scope))
        or is_numbered_day(atom.atom, claim.text, scope, sources.coming)
        or _counts(atom.atom, claim, scope, sources)
    )  # fmt: skip


def _is_no_number(shown: str, language: str | None) -> bool:
    """Is it an English number word that is none in the sentence's language, as in the Spanish "ten a mano"?"""
    code = CODES.get(language or "", "")
    return not re.search(r"\d", shown) and not (code and numbers_in_words(shown, code))


def _is_by_when(shown: str, text: str, sources: Sources) -> bool:
    """Does it stand in the last cell of a row that plans, with a day or still to come today on one of the clocks? The day is judged by
    itself.
    """
    cells = text.strip().strip("|").split("|") if text.startswith("|") else []
    return len(cells) >= FEWEST_CELLS and shown in cells[-1] and _is_still_to_come(shown, cells[-1], sources)


def _is_still_to_come(shown: str, text: str, sources: Sources) -> bool:
    """Does a time of day stand with a day in the text, which is judged by itself, or is it still to come today on one of the clocks?"""
    if sources.now is None:
        return False
    told = [atom for atom in find_atoms(text) if atom.kind in ("date", "weekday")]
    clocks = [sources.now.astimezone(zone) for zone in (UTC, *sources.zones)]
    hours = [atom.value for atom in find_atoms(shown) if atom.kind == "time"]
    return bool(told) or any(f"{clock:%H:%M}" < hour.zfill(len("00:00")) for clock in clocks for hour in hours)


def _is_dotted_time(atom: Unsupported, claim: Claim, scope: Sequence[Record], sources: Sources) -> bool:
    """Is it a time of day as Finnish and Danish write it, 21.00, that the records hold with a colon, on any clock of a customer?"""
    if atom.kind != "number" or sources.in_english(claim) or not _DOTTED_TIME.fullmatch(atom.atom):
        return False
    told = replace(atom, atom=atom.atom.replace(".", ":"), kind="time")
    return not unsupported_atoms(told.atom, scope) or on_a_customers_clock(told, scope, sources.zones)


def _rounds(shown: str, scope: Iterable[Record], fewest: int = FEWEST_ROUNDED) -> bool:
    """Is it the whole number next to what code computed, as in "over 213 hours" of 213.83?"""
    number = re.sub(r"[\s.,]", "", shown) if _WHOLE.fullmatch(shown) else ""
    if len(number) < fewest:
        return False
    computed = (
        found for record in scope if record.data.get("kind") == "figure" for found in _DECIMAL.findall(record.text)
    )
    return any(int(number) - 1 < float(found.replace(",", "")) < int(number) + 1 for found in computed)


def _is_set(atom: Unsupported, sources: Sources) -> bool:
    """Is it a moment that the draft sets in a deadline or a reminder, which may be told anywhere in it?"""
    return not unsupported_atoms(atom.atom, [_deadlines(sources)])


def _deadlines(sources: Sources) -> Record:
    return Record(ref="draft/deadlines", data={"kind": "deadline", "text": sources.deadlines})


def _in_other_words(record: Record) -> bool:
    """Is the record in a language whose words for numbers, days and units nobody here knows? Then nothing is known of them."""
    text = field(record, "text") or field(record, "body")
    return language_or_other(text) == OTHER


def _comes(atom: Unsupported, sources: Sources) -> bool:
    """Is it a day that comes soon, which whoever writes to a colleague may set?"""
    return is_a_coming_day(atom.atom, sources.coming)


def _ends_a_name(shown: str, text: str, scope: Iterable[Record]) -> bool:
    """Is the first number of what looks like two days the end of a name in the records, as in "from Server 7 to 31 August"?"""
    number = re.match(r"\d{1,2}(?= )", shown)
    name = re.search(rf"\w+ {re.escape(shown)}", text) if number else None
    return bool(number and name and _stands_in(name.group()[: -len(shown)] + number.group(), scope))


def is_somebody(name: str, scope: Iterable[Record], longest: int = LONGEST_ADDRESS) -> bool:
    """Does a known name stand in it with a form of address of at most ``longest`` letters before or behind it, such as Mr or -san?"""
    words = re.split(r"[\s-]+", name)
    known = [word for word in words if len(word) >= SHORTEST_NAME and _stands_in(word, scope)]
    return len(words) > 1 and bool(known) and all(len(word) <= longest for word in words if word not in known)


def _behind_first_word(name: str, text: str) -> str:
    """The name without a first word that begins a sentence, which need not be part of it, as in "Ask Lucía"."""
    _, _, rest = name.partition(" ")
    return (
        rest if rest and " " not in rest and re.search(rf"(?:\A|[.!?:;*•|-]\s*|\n)\W*{re.escape(name)}", text) else name
    )


def is_a_writer(name: str, scope: Iterable[Record]) -> bool:
    """Is it a part of the handle of somebody who wrote one of the records, as Zoë is of ``pm.zoe``?"""
    wanted = without_accents(name.casefold())
    return len(name) >= SHORTEST_NAME and any(
        wanted in re.split(r"[\W_\d]+", without_accents(writer_of(record).casefold())) for record in scope
    )


def _stands_in(word: str, scope: Iterable[Record]) -> bool:
    return any(re.search(rf"(?<!\w){re.escape(word)}(?!\w)", record.text) for record in scope)


def put_together(atom: Unsupported, scope: Sequence[Record]) -> bool:
    """A setting or a command whose every part stands in the records, such as a documented key with the value for this case; or an
    address at a host of theirs, as an article says it is made.
    """
    if atom.kind != "code" and not (atom.kind == "address" and is_at_a_host_of(atom.atom, scope)):
        return False
    held = {word for record in scope for word in _PART.findall(record.text)}
    parts = _PART.findall(_FENCE.sub("", atom.atom))
    return bool(parts) and all(part in held or has_its_prefix(part, held) for part in parts)


def is_at_a_host_of(address: str, scope: Iterable[Record]) -> bool:
    """Is it an address at a host that stands in the records?"""
    host = _HOST.match(address)
    return bool(host and _stands_in(host[1], scope))


def _is_shortened(shown: str, scope: Iterable[Record]) -> bool:
    """Does a record hold it with more where it has an ellipsis, as in ``Location: http://…``?"""
    pieces = [piece.strip() for piece in _ELLIPSIS.split(_FENCE.sub("", shown).strip("`"))]
    kept = [piece for piece in pieces if piece]
    if len(pieces) < 2 or not kept or max(map(len, kept)) < SHORTEST_PIECE:
        return False
    return any(_in_order(kept, line) for record in scope for line in record.text.splitlines())


def _in_order(pieces: Sequence[str], line: str) -> bool:
    at = 0
    for piece in pieces:
        found = line.find(piece, at)
        if found < 0:
            return False
        at = found + len(piece)
    return True


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
    elif atom.kind == "code":
        return (
            f"“{atom.atom}” (code): no record of this run holds it. Leave it out, or say that it is general knowledge."
        )
    else:
        return f"“{atom.atom}” ({atom.kind}): no record of this run holds it. Leave it out, or say that it is unknown."
    many = claim.sums_up or len(claim.cites) > MOST_CITES_TOLD
    cited = "all that the brief cites" if many else ", ".join(claim.cites) or "nothing"
    return f"“{atom.atom}” ({atom.kind}) is not in what this sentence stands on ({cited}).{where}"
