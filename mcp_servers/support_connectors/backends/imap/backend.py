"""Email by IMAP, for servers without JMAP, on the standard library's client.

Not through imap-tools: it reads messages whole whatever their length, and raises the client's line limit for the whole process.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from itertools import groupby
from threading import Lock
from typing import TypeVar

from support_connectors.backend import InvalidInput, MailFilter, NewMail, NotFound, Paging, Period, Unavailable, Write
from support_connectors.backends.imap.box import Box, Fetched, Folder, MailPlace
from support_connectors.backends.imap.mails import (
    CATEGORY,
    KEY_HEADER,
    draft_of,
    header,
    mail_of,
    message_of,
    names_in,
    sent_at,
)
from support_connectors.backends.imap.wire import TITLE, ImapSettings, Wires, must, quoted
from support_connectors.remote.mails import MOST_THREAD, SHOWN, SHOWN_IN_THREAD, terms, weighed
from support_connectors.remote.markers import Marker, find_marked
from support_connectors.remote.paging import empty_page, own_id, token_page
from support_connectors.remote.texts import has_words
from support_connectors.results import Mail, Page
from support_connectors.systems import System

T = TypeVar("T")
MOST_FOLDERS = 50
PER_FOLDER = 2_000
"""Mails of each folder, the newest, that a list holds; a period or a correspondent reaches further back."""
MOST_FOUND = 500
"""Mails that a search gives."""
MOST_DATES = 100_000
"""Times of mails that are kept; a mail's time never changes."""
BEGINNING, IN_THREAD, WHOLE = 20_000, 64_000, 2_000_000
"""Bytes of a mail that are read for its beginning, as one of a conversation, for the whole."""
MOST_TIES = 8
"""Message ids by which a conversation is looked for, beside the first."""
EARLIEST = 1900
"""The first year that a server is asked about."""
DAY = timedelta(days=1)
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
ABOUT = "UID FLAGS INTERNALDATE RFC822.SIZE"
Dated = dict[MailPlace, datetime]


class Imap:
    """``Email`` by IMAP. Folders are opened for reading only, so nothing becomes read; drafts are appended, never sent."""

    def __init__(self, settings: ImapSettings) -> None:
        self._settings = settings
        self._sender = settings.sender or (settings.user if "@" in settings.user else "")
        self._most_bytes = settings.max_bytes
        self._wires = Wires(settings)
        self._lock = Lock()
        self._writing = Lock()
        self._dates: Dated = {}

    def close(self) -> None:
        """Nothing to close: no connection outlives its call."""

    def search_mail(self, query: str, paging: Paging) -> Page[Mail]:
        """See ``Email``. Each word is looked for in each folder; mails with more and rarer words come first."""
        if not has_words(query):
            return empty_page()
        asked = terms(query)

        def work(box: Box) -> Page[Mail]:
            # An index knows charsets that a plain search may not; a plain search knows what is not indexed yet.
            keys = ["TEXT", "FUZZY TEXT"] if "SEARCH=FUZZY" in box.wire.capabilities else ["TEXT"]
            held: list[set[MailPlace]] = [set() for _ in asked]
            for folder, validity in self._opened(box):
                for own, term in zip(held, asked, strict=True):
                    own |= {MailPlace(folder.raw, validity, uid) for uid in box.search_text(keys, term)}
            scores = weighed((own, len(own)) for own in held)
            best = sorted(scores, key=lambda place: (-scores[place], place.folder, -place.uid))[:MOST_FOUND]
            dates = self._dated(box, best)
            ranked = sorted(dates, key=lambda place: (-scores[place], -dates[place].timestamp(), place))
            return self._page(box, ["search_mail", query], paging, ranked, whole=len(scores) <= MOST_FOUND)

        return self._run(work)

    def read_mail(self, mail_id: str) -> Mail:
        """See ``Email``."""
        return self._run(lambda box: self._read(box, mail_id))

    def list_mail(self, wanted: MailFilter, paging: Paging) -> Page[Mail]:
        """See ``Email``."""

        def work(box: Box) -> Page[Mail]:
            whole = True
            found: list[MailPlace] = []
            for folder, validity in self._opened(box, wanted.folder):
                uids = box.search(*_days(wanted.period))
                if wanted.correspondent:
                    own = box.search_text(["FROM", "TO", "CC", "BCC"], wanted.correspondent)
                    uids = [uid for uid in uids if uid in own]
                whole = whole and len(uids) <= PER_FOLDER
                found += [MailPlace(folder.raw, validity, uid) for uid in sorted(uids)[-PER_FOLDER:]]
            since, until = wanted.period.since, wanted.period.until
            dates = {
                place: at
                for place, at in self._dated(box, found).items()
                if (since is None or at >= since) and (until is None or at <= until)
            }
            newest = sorted(dates, key=lambda place: (dates[place], place), reverse=True)
            return self._page(box, ["list_mail", repr(wanted)], paging, newest, whole=whole)

        return self._run(work)

    def draft_mail(self, mail: NewMail, write: Write) -> Mail:
        """See ``Email``."""
        key = write.idempotency_key
        marker = Marker.of(key, mail.subject, mail.text, mail.in_reply_to or "", *mail.to) if key else None

        def work(box: Box) -> Mail:
            drafts = next((folder.raw for folder in box.folders() if folder.is_for_drafts), None)
            if drafts is None:
                raise InvalidInput("The mailbox has no folder for drafts.")
            answered = message_of(self._fetched(box, mail.in_reply_to)[1].content) if mail.in_reply_to else None
            message = draft_of(mail, self._sender, answered, str(marker or ""))
            if marker and key:
                known = find_marked(marker, self._marked(box, drafts, marker), key)
                if known is not None:
                    return self._read(box, known)
                write.go_on()
            must(box.wire.append(quoted(drafts), r"(\Draft \Seen)", "", message.as_bytes()))
            box.forget()
            opened = box.open(drafts)
            found = box.search(f"HEADER Message-ID {quoted(str(message['Message-ID']))}") if opened else []
            if not opened or not found:
                raise Unavailable(f"{TITLE} took the draft, but does not show it. Look there before you repeat it.")
            return self._read(box, MailPlace(drafts, opened[1], found[-1]).id)

        with self._writing:
            return self._run(work, reads=False)

    def _run(self, work: Callable[[Box], T], *, reads: bool = True) -> T:
        return self._wires.run(lambda wire: work(Box(wire, self._most_bytes)), reads=reads)

    def _read(self, box: Box, given: str) -> Mail:
        place, found = self._fetched(box, given)
        dates = self._dated(box, self._conversation(box, place, message_of(found.content)))
        known = set(names_in(message_of(found.content), "Message-ID"))
        others: list[Mail] = []
        latest = sorted(dates, key=lambda one: (dates[one], one))[-MOST_THREAD:]
        for one, fetched in self._contents(box, latest, IN_THREAD):
            own = set(names_in(message_of(fetched.content), "Message-ID"))
            if not own & known:  # the same mail may lie in two folders
                known |= own
                others.append(mail_of(fetched, one.folder, one.validity, SHOWN_IN_THREAD))
        mail = mail_of(found, place.folder, place.validity, SHOWN)
        more = {"earlier_in_conversation": len(dates) - len(latest)} if len(dates) > len(latest) else {}
        return mail.model_copy(update={"thread": others, "extra": {**mail.extra, **more}})

    def _fetched(self, box: Box, given: str) -> tuple[MailPlace, Fetched]:
        """The mail of an id: where it is, and its content."""
        place = MailPlace.of(own_id(CATEGORY, given))
        if place is not None and self._may_open(named := Folder(place.folder)):
            # Some servers write names in ways of their own, so ours for the same folder may not be theirs.
            raw = next((folder.raw for folder in box.folders() if folder.path == named.path), named.raw)
            place = MailPlace(raw, place.validity, place.uid)
            opened = box.open(place.folder)
            if opened and opened[1] == place.validity:
                for _, found in self._contents(box, [place], WHOLE):
                    return place, found
        raise NotFound(f"There is no mail {given!r} in the mailbox; it may have been moved or deleted.")

    def _conversation(self, box: Box, place: MailPlace, message: EmailMessage) -> list[MailPlace]:
        """The other mails that a mail's headers tie to it, or that name it in theirs."""
        names = names_in(message, "References", "In-Reply-To", "Message-ID")
        tied = [*names[:1], *names[1:][-MOST_TIES:]]
        if not tied:
            return []
        keys = [f"HEADER {key} {quoted(name)}" for name in tied for key in ("Message-ID", "References", "In-Reply-To")]
        criteria = [*["OR"] * (len(keys) - 1), *keys]
        found = [
            MailPlace(folder.raw, validity, uid)
            for folder, validity in self._opened(box, beside=place.folder)
            for uid in box.search(*criteria)
        ]
        return [one for one in found if one != place]

    def _marked(self, box: Box, drafts: str, marker: Marker) -> list[tuple[str, str]]:
        """Drafts that carry the marker's key, each with its header; also those that a person has sent since."""
        sent = [folder.raw for folder in box.folders() if "\\sent" in folder.flags]
        rows: list[tuple[str, str]] = []
        for raw in (drafts, *sent):
            opened = box.open(raw)
            uids = box.search(f"HEADER {KEY_HEADER} {quoted(marker.key)}") if opened and opened[0] else []
            for found in box.fetch(uids, f"(UID BODY.PEEK[HEADER.FIELDS ({KEY_HEADER})])"):
                place = MailPlace(raw, opened[1] if opened else 0, found.uid)
                rows.append((header(message_of(found.content), KEY_HEADER), place.id))
        return rows

    def _opened(self, box: Box, wanted: str | None = None, beside: str = "") -> Iterator[tuple[Folder, int]]:
        """The folders to look into, each opened, with its validity: those of a name, or else all that are not hidden.

        ``beside`` is one to look into in any case. Where one folder holds all mails, the others would only repeat them.
        """
        folders = [folder for folder in box.folders() if self._may_open(folder)]
        if wanted is not None:
            name = wanted.strip("/").casefold()
            named = [folder for folder in folders if folder.path.casefold() == name]
            chosen = named or [folder for folder in folders if folder.leaf == name]
        else:
            every = [folder for folder in folders if "\\all" in folder.flags]
            views = {"\\flagged", "\\important"}
            shown = [folder for folder in folders if not folder.is_hidden and not views & folder.flags]
            chosen = [folder for folder in folders if folder.raw == beside] + [
                folder for folder in (every if every and not self._settings.folders else shown) if folder.raw != beside
            ]
        for folder in chosen[:MOST_FOLDERS]:
            opened = box.open(folder.raw)
            if opened and opened[0]:
                yield folder, opened[1]

    def _may_open(self, folder: Folder) -> bool:
        known = {name.casefold() for name in self._settings.folders}
        return not known or folder.path.casefold() in known

    def _dated(self, box: Box, places: Iterable[MailPlace]) -> Dated:
        """When these mails were sent; what is gone is left out."""
        wanted = list(places)
        with self._lock:
            dates = {place: self._dates[place] for place in wanted if place in self._dates}
        new: Dated = {}
        for place, found in self._fetches(
            box, [place for place in wanted if place not in dates], "(UID INTERNALDATE BODY.PEEK[HEADER.FIELDS (DATE)])"
        ):
            new[place] = sent_at(message_of(found.content), found.arrived)
        with self._lock:
            if len(self._dates) + len(new) > MOST_DATES:
                self._dates.clear()
            self._dates |= new
        return dates | new

    def _contents(self, box: Box, places: Sequence[MailPlace], size: int) -> list[tuple[MailPlace, Fetched]]:
        """These mails in this order, their first ``size`` bytes; what is gone or deleted is left out."""
        taken = min(size, self._most_bytes // 4)
        found = dict(self._fetches(box, places, f"({ABOUT} BODY.PEEK[]<0.{taken}>)", taken))
        return [(place, found[place]) for place in places if place in found and not found[place].is_deleted]

    def _fetches(
        self, box: Box, places: Sequence[MailPlace], items: str, size: int = 200
    ) -> Iterator[tuple[MailPlace, Fetched]]:
        """Parts of these mails, folder by folder."""
        ordered = sorted(places)
        for (raw, validity), group in groupby(ordered, key=lambda place: (place.folder, place.validity)):
            uids = [place.uid for place in group]
            opened = box.open(raw)
            if opened and opened[1] == validity:
                wanted = set(uids)
                for found in box.fetch(uids, items, size):
                    if found.uid in wanted:
                        yield MailPlace(raw, validity, found.uid), found

    def _page(
        self, box: Box, call: list[str], paging: Paging, places: Sequence[MailPlace], *, whole: bool
    ) -> Page[Mail]:
        def fetch(token: str | None, limit: int) -> tuple[list[Mail], str | None, int | None]:
            first = int(token) if token and token.isdecimal() and len(token) < 10 else 0
            part = self._contents(box, places[first : first + limit], BEGINNING)
            after = str(first + limit) if first + limit < len(places) else None
            mails = [mail_of(found, place.folder, place.validity, None) for place, found in part]
            return mails, after, len(places) if whole else None

        return token_page(list(call), paging, fetch)


def _days(period: Period) -> list[str]:
    """A period as criteria of IMAP, which knows days without a zone: a day more on either side."""
    found = []
    for key, bound, shift in (("SENTSINCE", period.since, -DAY), ("SENTBEFORE", period.until, 2 * DAY)):
        try:
            day = bound.astimezone(UTC) + shift if bound else None
        except OverflowError:  # at the edges of the calendar
            continue
        if day is not None and day.year >= EARLIEST:
            found.append(f"{key} {day.day}-{MONTHS[day.month - 1]}-{day.year}")
    return found or ["ALL"]


SYSTEM = System(
    name="imap",
    title="Email by IMAP",
    category=CATEGORY,
    settings=ImapSettings,
    connect=Imap,
    asks=(("password", ("token",)),),
    tested="Cyrus, started by CI: contract with reads and writes, network faults",
    note="A list without a period or a correspondent holds the newest 2,000 mails of each folder; bin and spam are left out "
    "unless their folder is named. Mails with more and rarer words of a search come first, as the server finds words.",
)
