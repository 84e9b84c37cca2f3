"""P2: what a customer may read carries no account figure, no other customer, no approved-by-nobody promise."""

import re
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta

from customer_escalation.decision.figures.tickets import ticket_view
from customer_escalation.decision.figures.windows import hears_by
from customer_escalation.domain.draft import Ask, moments_set
from customer_escalation.domain.evidence import field, name_key
from customer_escalation.domain.findings import Level
from customer_escalation.domain.language import NOUNS_CAPITALISED, OTHER, language_of, language_or_other
from customer_escalation.domain.people import own_names, people_of, writer_of
from customer_escalation.review.check import Fault, ReviewInput, check
from customer_escalation.review.customer_texts import CustomerText, said_of
from customer_escalation.review.grounding import Unsupported, find_atoms, unsupported_atoms
from customer_escalation.review.missing import LONGEST_ADDRESS, is_a_writer, is_at_a_host_of, is_somebody, put_together
from customer_escalation.review.passages import drafts_for_customers
from customer_escalation.review.settings_named import is_a_setting_of
from customer_escalation.review.told_days import (
    is_a_coming_day,
    is_day_and_month,
    is_day_of_a_moment,
    on_a_customers_clock,
)
from customer_escalation.sla.clocks import waiting_since
from skill_runtime.ledger import Record

SHARED_WITH_CUSTOMERS = ("article", "figure")
"""Kinds of records that a text for any customer may draw on."""
MOST_DAYS = 30
WHEN = ("time", "date", "weekday")
"""Of a promise to write again a person sees at once whether it can be kept; in which zone it is told, code may not know."""
_LENGTHS = {"minute": timedelta(minutes=1), "hour": timedelta(hours=1), "day": timedelta(days=1)}
LAST_HOUR = 23
HOURS_OF_A_DAY = 24
"""Up to here a bare number may be an hour, as many languages write a time."""
MONTHS = 12
WORDS_OF_A_LABEL = 3
SIGNATURE = 2
"""Lines at the end of a letter in which its writer's name stands."""
FILE_ENDINGS = frozenset(
    {"yml", "yaml", "json", "xml", "csv", "env", "conf", "cfg", "ini", "toml", "txt", "log", "sql", "html", "php"}
)
"""Endings of files' names that are no top-level domain."""
_CELL = re.compile(r"[A-Z]\d{1,2}")
_DAY = re.compile(r"(\d{1,2})[./](\d{1,2})")
_TIME = re.compile(r"(\d{1,2}):([0-5]\d)")
_HOUR = re.compile(r"\b([01]?\d|2[0-3])\s?(?:h|Uhr)\b(?:\s?([0-5]\d)\b(?!\s?min))?")
"""A time of day as other languages write it: 17h, 14 h 30, 9 Uhr."""
_DOTTED = re.compile(r"\d{1,2}\.[0-5]\d")
"""A time of day as the Nordic languages, among others, write it; it reads as a number."""
LONGEST_IN_GREETING = 9
"""Letters of a form of address that a text begins with, such as "Monsieur" or "Professor"."""
_NAME = re.compile(r"[.]? ([^\W\d_][\w'’-]+)")
_GUESS = re.compile(
    r"\b(?:(?:we|I) (?:suspect|believe|think|assume|guess)|probably|most likely|presumably|appears to be caused|"
    r"seems to be caused|(?:may|might|could) be caused by)\b",
    re.IGNORECASE,
)
_PROMISE = re.compile(
    r"\b(?:we|I) (?:guarantee|promise)\b|\bwe will (?:refund|credit|compensate|release|ship)\b|\bwill be (?:fixed|refunded|"
    r"released|shipped) (?:by|on|within)\b",
    re.IGNORECASE,
)


@check("P2")
def hints(view: ReviewInput) -> Iterator[Fault]:
    """English words that often go with a promise or a guess. They decide nothing: whether it is one, only a reader can tell. A documented
    solution may be called likely.
    """
    for _, passage in drafts_for_customers(view.draft):
        if found := _PROMISE.search(passage.text):
            yield Fault(passage.path, f"“{found.group()}” may promise something that nobody approved.", "W")
        if view.escalation and (found := _GUESS.search(passage.text)):
            yield Fault(passage.path, f"“{found.group()}” may tell the customer a guess.", "W")


@check("P2")
def customers_language(view: ReviewInput) -> Iterator[Fault]:
    """A warning, where both languages are clear."""
    evidence = view.case.evidence
    for ticket, passage in drafts_for_customers(view.draft):
        written = " ".join(
            field(message, "text")
            for one in evidence.tickets([ticket])
            for message in evidence.messages(one)
            if field(message, "role") == "customer"
        )
        theirs, ours = language_of(written), language_of(passage.text)
        if theirs and ours and theirs != ours:
            yield Fault(passage.path, f"The customer writes {theirs}, the draft is {ours}.", "W")


@check("P2")
def nothing_that_is_not_theirs(view: ReviewInput) -> Iterator[Fault]:
    """Account figures, terms, other customers, what is internal, links elsewhere, secrets. And numbers, dates, times, versions, names
    and quotations of a reply stand in the customer's own records, in an article, or in a figure that tells when they hear next.
    """
    shared = [record for record in view.sources.everything if record.data.get("kind") in SHARED_WITH_CUSTOMERS]
    for ticket, passage in drafts_for_customers(view.draft):
        said = said_of(CustomerText(passage.written, ticket, view.case.evidence, view.policy))
        yield from (Fault(passage.path, one.message, one.level) for one in said)
        own = view.sources.cited(_tickets_of_customer(ticket, view))
        allowed = [record for record in own if not (record.data.get("internal") or record.category == "crm")] + shared
        names, until = view.sources.vocabulary, _hears_by(ticket, passage.path, view)
        allowed = [*allowed, _days(view.case.now, until), _own_dates(view)]
        alike: dict[tuple[str, Level], dict[str, None]] = {}
        for atom in unsupported_atoms(
            _HOUR.sub(lambda at: f"{at[1]}:{at[2] or '00'}", passage.text), allowed, view.sources.everything,
            vocabulary=names,
            nouns_capitalised=(language_or_other(passage.text) or view.sources.language) in (*NOUNS_CAPITALISED, OTHER),
        ):  # fmt: skip
            if any(f"“{atom.atom}”" in one.message for one in said):
                continue
            account = _account_of(ticket, view)
            if atom.kind == "name" and (
                is_somebody(atom.atom, [*own, *account])
                or _is_a_form_of_address(atom.atom, passage.text, [*own, *account])
                or _signs(atom.atom, passage.text, view)
                or _is_a_usual_greeting(atom.atom, passage.text, view)
            ):
                continue
            if (
                _is_a_label(atom)
                or ("_" in atom.atom and is_a_setting_of(atom.atom, allowed))
                or _may_be_said(atom, ticket, view)
                or put_together(atom, allowed)
                or _is_told(atom, own, until, view)
            ):
                continue
            if atom.kind == "number" and (
                is_day_and_month(atom.atom, passage.text, allowed) or _is_a_day_of(atom.atom, passage.text)
            ):
                continue
            asked = atom.kind in ("code", "quote", *WHEN) or _is_no_id_of_ours(atom, view) or _is_a_file(atom)
            if asked and view.is_written and atom.kind in ("code", "id") and not atom.found_in:
                continue  # a command of the letter's own, which its last reader reads
            if (
                view.is_written
                and atom.kind == "date"
                and not atom.found_in
                and is_a_coming_day(atom.atom, view.sources.coming)
            ):
                continue  # a day that the letter promises; whether it fits the contract is said elsewhere
            asked |= view.is_written and not atom.found_in and _greets(atom.atom, passage.text)
            asked |= view.is_written and atom.kind == "address" and is_at_a_host_of(atom.atom, allowed)
            asked |= atom.kind == "number" and (
                is_day_and_month(atom.atom, passage.text, view.sources.everything)
                or (view.is_written and is_day_of_a_moment(atom.atom, passage.text, [*own, *_figures_of(ticket, view)]))
            )
            which: tuple[str, Level] = (", and no record holds {them}.", "H")
            if asked or _is_a_moment(atom) or _is_a_wait(atom, until, view.case.now):
                which = (". {Is} {they} right for this customer?", "W")
            elif atom.found_in:
                which = (f"; {{they}} {{stands}} in {', '.join(atom.found_in[:2])}. May they know {{them}}?", "W")
            alike.setdefault(which, {})[f"“{atom.atom}” ({atom.kind})"] = None
        for (ending, level), shown in alike.items():
            yield Fault(passage.path, _told_together(list(shown), ending), level)


def _told_together(shown: Sequence[str], ending: str) -> str:
    """What stands nowhere that this customer knows, as one sentence."""
    words = {"they": "it", "them": "it", "stands": "stands", "Is": "Is"}
    if len(shown) > 1:
        words = {"they": "they", "them": "them", "stands": "stand", "Is": "Are"}
    return (
        f"{', '.join(shown)} {words['stands']} in nothing that this customer wrote or was told{ending.format(**words)}"
    )


def _is_a_day_of(number: str, text: str) -> bool:
    """Is it the day of a date that the text tells whole, which is judged there, as in "until the 28th" after "28 September"?"""
    day = f"-{int(number):02}" if number.isdecimal() and len(number) < 3 else ""
    return bool(day) and any(one.kind == "date" and one.value.endswith(day) for one in find_atoms(text))


def _is_a_label(atom: Unsupported) -> bool:
    """Is it a few words in quotation marks that no record holds, as what to press, to look for or to answer is written, or a cell of a
    sheet?
    """
    if atom.found_in:
        return False
    return (atom.kind == "quote" and len(atom.atom.split()) <= WORDS_OF_A_LABEL) or bool(
        atom.kind == "id" and _CELL.fullmatch(atom.atom)
    )


def _is_a_file(atom: Unsupported) -> bool:
    """Is it a path, or a file's name that can be no host's, rather than where a link may lead?"""
    path = re.fullmatch(r"/(?!/)\S*", atom.atom)
    return atom.kind == "address" and bool(path or atom.atom.casefold().rpartition(".")[2] in FILE_ENDINGS)


def _is_no_id_of_ours(atom: Unsupported, view: ReviewInput) -> bool:
    """Is it written like an id, such as SHA-256, and begins as no record's id does? Then it may be anything's name."""
    begins = {record.id.partition("-")[0].casefold() for record in view.sources.everything if "-" in record.id}
    return atom.kind == "id" and not atom.found_in and atom.atom.partition("-")[0].casefold() not in begins


def _is_a_form_of_address(words: str, text: str, records: Sequence[Record]) -> bool:
    """Do these words stand before the name of somebody on record, as in "Dear Mr" before it?"""
    places = list(re.finditer(re.escape(words), text))
    begins_lines = all(text[: found.start()].rpartition("\n")[2].strip() == "" for found in places)
    form = words.rsplit(maxsplit=1)[-1] if begins_lines else words  # a greeting may be long
    after = [_NAME.match(text, found.end()) for found in places]
    longest = LONGEST_IN_GREETING if begins_lines else LONGEST_ADDRESS
    return bool(after) and all(one is not None and is_somebody(f"{form} {one[1]}", records, longest) for one in after)


def _greets(words: str, text: str) -> bool:
    """Are they the letter's whole first line, and two: a greeting's first word is a capital anyway, and one more is no full name?"""
    first = text.strip().split("\n")[0].rstrip(" ,:!.、，")
    return first == words and words.count(" ") == 1


def _is_a_usual_greeting(words: str, text: str, view: ReviewInput) -> bool:
    """Does the letter begin with words with which two writers on record began too, and which are nobody's name?"""
    everything = view.sources.everything
    named = {name for one in everything for name in (*own_names(one), *(person.name for person in people_of(one)))}
    if not _greets(words, text) or words in named:
        return False
    begun = {writer_of(one) for one in everything if re.search(rf"(?m)^{re.escape(words)}(?!\w)", one.text)}
    return len(begun - {""}) > 1


def _account_of(ticket: str, view: ReviewInput) -> list[Record]:
    """The CRM's record of the customer whose ticket this is, which holds the names of its people."""
    evidence = view.sources.evidence
    record = evidence.ledger.resolve(ticket)
    account = evidence.account(field(evidence.item_of(record), "customer")) if record else None
    return [account] if account else []


def _figures_of(ticket: str, view: ReviewInput) -> list[Record]:
    """The figures of that ticket, such as which update came too late."""
    about = f"figures/{ticket.partition('/')[2]}."
    return [record for record in view.sources.everything if record.ref.startswith(about)]


def _tickets_of_customer(ticket: str, view: ReviewInput) -> list[str]:
    """Every ticket of the customer whose ticket this is: they know what stands in all of them."""
    evidence = view.sources.evidence
    record = evidence.ledger.resolve(ticket)
    own = name_key(field(evidence.item_of(record), "customer")) if record else ""
    others = [one.ref for one in evidence.of_kind("ticket") if own and name_key(field(one, "customer")) == own]
    return list(dict.fromkeys([ticket, *others]))


def _hears_by(ticket: str, path: str, view: ReviewInput) -> datetime:
    """Until when this customer hears from us next; where no figure says it, and in an update for later, any day soon may be
    proposed.
    """
    severity, last = view.decision.severity, view.case.now + timedelta(days=MOST_DAYS)
    index = int(path[len("drafts[") : path.index("]")])
    if view.draft.drafts[index].kind == "update":
        return last
    return (hears_by(view.case, severity, ticket) if severity else None) or last


def _own_dates(view: ReviewInput) -> Record:
    """The days that the draft itself sets, and on which its sender looks again."""
    own = [
        one.by for one in moments_set(view.draft) if isinstance(one, Ask) or one.basis in ("proposed", "policy", "sla")
    ]
    return Record(ref="draft/deadlines", data={"kind": "deadline", "text": " ".join([*own, *view.draft.reminders])})


def _days(now: datetime, until: datetime) -> Record:
    """The days on which that may be promised."""
    days = [now.date() + timedelta(days=number) for number in range(min((until - now).days + 2, MOST_DAYS))]
    text = " ".join(str(day) for day in days if day <= until.date())
    return Record(ref="figures/until", data={"kind": "figure", "text": text})


def _is_told(atom: Unsupported, own: Sequence[Record], until: datetime, view: ReviewInput) -> bool:
    """Is it a time of day that comes, on a clock of theirs or ours, no later than that; one of the draft's own deadlines; or a
    moment of their thread on such a clock?
    """
    if (day := _DAY.fullmatch(atom.atom)) and 1 <= int(day[2]) <= MONTHS:
        return f"-{int(day[2]):02}-{int(day[1]):02}" in _own_dates(view).text
    shown = atom.atom.replace(".", ":") if atom.kind == "number" and _DOTTED.fullmatch(atom.atom) else atom.atom
    if atom.kind == "time":
        shown = next((one.value for one in find_atoms(atom.atom) if one.kind == "time"), shown)
    found = _TIME.search(shown) if atom.kind == "time" or shown != atom.atom else None
    if not found or int(found[1]) > LAST_HOUR:
        return False
    if found.group() in view.sources.deadlines or on_a_customers_clock(atom, own, view.sources.zones):
        return True
    return any(_next(found, view.case.now.astimezone(zone)) <= until for zone in (UTC, *view.sources.zones))


def _signs(name: str, text: str, view: ReviewInput) -> bool:
    """Is it one of our own people, below the letter?"""
    end = [line for line in text.splitlines() if line.strip()][-SIGNATURE:]
    ours = [record for record in view.sources.everything if view.case.evidence.by_us(record)]
    return any(name in line for line in end) and is_a_writer(name, ours)


def _is_a_moment(atom: Unsupported) -> bool:
    """Is it a matter of seconds, as between two steps of an instruction? Nobody promises by the second."""
    found = next((one for one in find_atoms(atom.atom) if one.kind == "duration"), None)
    return found is not None and found.value.partition(" ")[2] in ("second", "s", "ms")


def _is_a_wait(atom: Unsupported, until: datetime, now: datetime) -> bool:
    """Is it a duration after which this customer may be told to hear from us? What it is said of, code cannot tell."""
    found = next((one for one in find_atoms(atom.atom) if one.kind == "duration"), None)
    number, _, unit = found.value.partition(" ") if found else ("", "", "")
    length = _LENGTHS.get(unit)
    return length is not None and now + float(number) * length <= until


def _next(clock: re.Match[str], now: datetime) -> datetime:
    """When a clock shows this time next."""
    today = now.replace(hour=int(clock[1]), minute=int(clock[2]), second=0, microsecond=0)
    return today if today > now else today + timedelta(days=1)


def _may_be_said(atom: Unsupported, ticket: str, view: ReviewInput) -> bool:
    """A small number; the name of a person at the customer; a name that is nobody's, such as a product's."""
    if atom.kind == "number":
        digits = re.sub(r"\D", "", atom.atom)
        return len(digits) < 2 or (digits == atom.atom and int(digits) <= HOURS_OF_A_DAY)
    if atom.kind != "name" or not atom.found_in:
        return False
    if atom.atom.islower():
        return True  # a word that some handle is made of
    evidence = view.sources.evidence
    item = evidence.tickets([ticket])
    account = evidence.account(field(item[0], "customer")) if item else None
    if account and account.ref in atom.found_in:
        return True
    everything = view.sources.everything
    named = {name_key(name) for record in everything for name in own_names(record)}
    named |= {name_key(person.name) for record in everything for person in people_of(record)}
    return not any(name_key(atom.atom) in name for name in named)


@check("P2")
def to_an_open_ticket(view: ReviewInput) -> Iterator[Fault]:
    """None to a closed one, and where there are two for one ticket, each says when."""
    evidence, seen = view.case.evidence, set[tuple[str, str, str]]()
    for index, draft in enumerate(view.draft.drafts):
        where = f"drafts[{index}].ticket"
        record = evidence.ledger.resolve(draft.ticket)
        item = evidence.item_of(record) if record else None
        if item is None or item.data.get("kind") != "ticket":
            yield Fault(where, f"`{draft.ticket}` is no ticket that was read in this run.")
        elif not ticket_view(evidence, item).is_open:
            yield Fault(where, f"{item.id} is {field(item, 'status')}: nobody waits there for a reply.")
        elif (item.ref, draft.kind, draft.when) in seen:
            yield Fault(where, f"There are two drafts of this kind for {item.id}: say in one which goes out when.", "W")
        if item is not None:
            seen.add((item.ref, draft.kind, draft.when))


@check("B5")
def everybody_who_waits(view: ReviewInput) -> Iterator[Fault]:
    """An affected account's open ticket that we never answered, or whose last word is the customer's."""
    evidence, written = view.case.evidence, {draft.ticket for draft in view.draft.drafts}
    for account in view.case.affected:
        for ticket in evidence.tickets(account.tickets):
            one = ticket_view(evidence, ticket, view.case.aside)
            if ticket.ref not in written and waiting_since(one, view.case.now):
                yield Fault("drafts", f"{account.name} waits for an answer on {ticket.id}, and no draft is for it.")
