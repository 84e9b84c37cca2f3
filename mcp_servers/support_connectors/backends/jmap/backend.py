"""Email by JMAP (RFC 8620 and 8621): Fastmail, Cyrus, Stalwart, Apache James and others.

Not through jmapc: it finds the session at an https address that it makes up of the host's name, sends the credentials to
whatever address that names, and its model of a mail has no place for the header by which a draft is found again.
"""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from threading import Lock
from typing import Final

from support_connectors.backend import InvalidInput, MailFilter, NewMail, NotFound, Paging, Period, Write
from support_connectors.backends.jmap.api import TITLE, Call, JmapApi, JmapSettings, Row, is_id
from support_connectors.backends.jmap.rows import Folders, attachments_of, pairs, people, text_of
from support_connectors.remote.budget import Budget
from support_connectors.remote.guard import readable
from support_connectors.remote.mails import (
    MOST_THREAD,
    SHOWN,
    SHOWN_IN_THREAD,
    persons,
    preview,
    recipients,
    terms,
    weighed,
)
from support_connectors.remote.markers import Marker, find_marked
from support_connectors.remote.paging import empty_page, offset_page, own_id
from support_connectors.remote.snapshot import Snapshot
from support_connectors.remote.texts import has_words
from support_connectors.results import Mail, Page
from support_connectors.systems import System
from support_connectors.times import parse_time

CATEGORY: Final = "email"
KEY_HEADER = "X-Escalation-Key"
"""The header of a draft that names its write."""
KEY_PROPERTY = f"header:{KEY_HEADER}:asText"
LISTED = ["id", "threadId", "mailboxIds", "receivedAt", "sentAt", "from", "to", "cc", "subject", "preview", "keywords"]
WHOLE = [*LISTED, "textBody", "htmlBody", "bodyValues", "messageId", "references", "attachments"]
PER_TERM = 1_000
"""Mails, the newest, that are looked at for each word of a search."""
FOLDERS_S = 60.0
"""How long the folders are kept."""
LATE = timedelta(days=1)
"""How much earlier than it was sent a mail may seem to have arrived."""


class Jmap:
    """``Email`` by JMAP. Reading leaves mails unread; a draft carries a draft's keyword and is never sent."""

    def __init__(self, settings: JmapSettings) -> None:
        self._sender = settings.sender or (settings.user if "@" in settings.user else "")
        self._api = JmapApi(settings)
        self._folders = Snapshot(self._list_folders, FOLDERS_S)
        self._writing = Lock()
        self.close = self._api.close

    def search_mail(self, query: str, paging: Paging) -> Page[Mail]:
        """See ``Email``. Each word is a query of its own, all in one request; mails with more and rarer words come first."""
        if not has_words(query):
            return empty_page()
        budget = self._api.budget()
        conditions: list[Row] = [{"text": term} for term in terms(query)]
        some = conditions[0] if len(conditions) == 1 else {"operator": "OR", "conditions": conditions}
        asked = [self._query(self._shown(one), 0, PER_TERM) for one in (*conditions, some)]
        *held, ordered = [_found(row) for row in self._api.in_parts(asked, budget)]
        newest = {name: place for place, name in enumerate(ordered[0])}
        scores = weighed(held)
        ranked = sorted(scores, key=lambda name: (-scores[name], newest.get(name, PER_TERM), name))

        def fetch(offset: int, limit: int) -> tuple[list[Mail], int | None]:
            whole = all(len(names) == total for names, total in held)
            part = ranked[offset : offset + limit + (0 if whole else 1)]
            return self._mails(part, budget), len(ranked) if whole else None

        return offset_page(["search_mail", query], paging, fetch)

    def read_mail(self, mail_id: str) -> Mail:
        """See ``Email``."""
        budget = self._api.budget()
        row = self._row(mail_id, budget)
        with readable(TITLE):
            thread = self._api.call(("Thread/get", {"ids": [row["threadId"]]}), budget=budget)[0]["list"]
            names = [str(one) for found in thread for one in found["emailIds"] if str(one) != row["id"]]
        folders = self._folders.get()
        shown = [one for one in self._get(names[-MOST_THREAD:], WHOLE, budget) if not folders.hides(one)]
        others = [self._mail(one, SHOWN_IN_THREAD) for one in shown]
        mail = self._mail(row, SHOWN)
        more = {"earlier_in_conversation": len(names) - MOST_THREAD} if len(names) > MOST_THREAD else {}
        return mail.model_copy(
            update={
                "thread": sorted(others, key=lambda one: (parse_time(one.at), one.id)),
                "extra": {**mail.extra, **more},
            }
        )

    def list_mail(self, wanted: MailFilter, paging: Paging) -> Page[Mail]:
        """See ``Email``."""
        budget = self._api.budget()
        conditions: list[Row] = []
        if wanted.folder is not None:
            folders = self._folders.get().named(wanted.folder)
            if not folders:
                return empty_page()
            conditions.append({"operator": "OR", "conditions": [{"inMailbox": folder} for folder in folders]})
        if wanted.correspondent is not None:
            fields = ("from", "to", "cc", "bcc")
            conditions.append({"operator": "OR", "conditions": [{field: wanted.correspondent} for field in fields]})
        conditions += self._arrived(wanted.period)
        condition = {"operator": "AND", "conditions": conditions} if conditions else None
        if wanted.folder is None:
            condition = self._shown(condition)

        def fetch(offset: int, limit: int) -> tuple[list[Mail], int]:
            first, end = self._span(condition, wanted.period, budget)
            most = min(limit, end - first - offset)
            names = self._ids(condition, first + offset, most, budget)[0] if most > 0 else []
            return self._mails(names, budget), end - first

        return offset_page(["list_mail", repr(wanted)], paging, fetch)

    def draft_mail(self, mail: NewMail, write: Write) -> Mail:
        """See ``Email``."""
        addressed = recipients(mail.to)
        key = write.idempotency_key
        marker = Marker.of(key, mail.subject, mail.text, mail.in_reply_to or "", *mail.to) if key else None
        budget = self._api.budget()
        drafts = self._folders.get().drafts
        if drafts is None:
            raise InvalidInput("The mailbox has no folder for drafts.")
        draft: Row = {
            "mailboxIds": {drafts: True},
            "keywords": {"$draft": True, "$seen": True},
            "to": [{"name": name or None, "email": address} for name, address in addressed],
            "subject": " ".join(mail.subject.split()),
            "textBody": [{"partId": "text", "type": "text/plain"}],
            "bodyValues": {"text": {"value": mail.text}},
        }
        if self._sender:
            ((name, address),) = recipients([self._sender])
            draft["from"] = [{"name": name or None, "email": address}]
        if mail.in_reply_to:
            answered = self._row(mail.in_reply_to, budget)
            own = list(answered.get("messageId") or ())
            draft |= {"inReplyTo": own, "references": [*(answered.get("references") or ()), *own]}
        with self._writing:
            if marker and key:
                draft[KEY_PROPERTY] = str(marker)
                found, seen_all = self._marked(marker, drafts, budget)
                known = find_marked(marker, found, key)
                if known is not None:
                    return self.read_mail(known)
                write.go_on(seen_all=seen_all)
            made = self._api.call(("Email/set", {"create": {"draft": draft}}), budget=budget)[0]
        with readable(TITLE):
            if "draft" not in (made.get("created") or {}):
                refusal = (made.get("notCreated") or {}).get("draft") or {}
                reason = refusal.get("description") or refusal.get("type")
                raise InvalidInput(f"The mailbox does not take this draft: {reason}.")
            return self.read_mail(str(made["created"]["draft"]["id"]))

    def _marked(self, marker: Marker, drafts: str, budget: Budget) -> tuple[list[tuple[str, str]], bool]:
        """Mails that may carry the marker, each with its header, also those that a person has sent since; and whether they are all."""
        try:
            names, total = self._ids({"header": [KEY_HEADER, marker.key]}, 0, 10, budget)
        except InvalidInput:  # a server that does not look into headers
            names, total = self._ids({"inMailbox": drafts}, 0, 100, budget)
        rows = self._get(names, ["id", KEY_PROPERTY], budget)
        return [(str(row.get(KEY_PROPERTY) or ""), str(row["id"])) for row in rows], total <= len(names)

    def _row(self, given: str, budget: Budget) -> Row:
        name = own_id(CATEGORY, given)
        found = self._get([name], WHOLE, budget, SHOWN) if is_id(name) else []
        if not found:
            raise NotFound(f"There is no mail {given!r} in the mailbox.")
        return found[0]

    @property
    def _time(self) -> str:
        """The time of a mail that lists are sorted by and that is shown: when it was sent, where the server sorts by that."""
        return "sentAt" if "sentAt" in self._api.session().sorts else "receivedAt"

    def _query(self, condition: Row | None, position: int, limit: int) -> Call:
        sort = [{"property": self._time, "isAscending": False}]
        asked: Row = {"sort": sort, "position": position, "limit": limit, "calculateTotal": True}
        return "Email/query", {**asked, "filter": condition} if condition else asked

    def _ids(self, condition: Row | None, position: int, limit: int, budget: Budget) -> tuple[list[str], int]:
        return _found(self._api.call(self._query(condition, position, limit), budget=budget)[0])

    def _get(
        self, ids: Sequence[str], properties: list[str], budget: Budget, shown: int = SHOWN_IN_THREAD
    ) -> list[Row]:
        """These mails in this order, as far as they are there; of bodies enough to show so many characters."""
        asked: Row = {"properties": properties}
        if "bodyValues" in properties:
            asked |= {
                "fetchTextBodyValues": True,
                "fetchHTMLBodyValues": shown == SHOWN,
                "maxBodyValueBytes": 4 * shown,
            }
        most = self._api.session().objects
        calls = [("Email/get", {**asked, "ids": list(ids[at : at + most])}) for at in range(0, len(ids), most)]
        with readable(TITLE):
            by_id = {str(row["id"]): row for part in self._api.in_parts(calls, budget) for row in part["list"]}
            return [by_id[name] for name in ids if name in by_id]

    def _mails(self, ids: Sequence[str], budget: Budget) -> list[Mail]:
        return [self._mail(row, None) for row in self._get(ids, LISTED, budget)]

    def _list_folders(self) -> Folders:
        answer = self._api.call(("Mailbox/get", {"ids": None}))[0]
        with readable(TITLE):
            return Folders({str(row["id"]): row for row in answer["list"]})

    def _shown(self, condition: Row | None) -> Row | None:
        """A condition, without what only lies in the bin or among spam."""
        hidden = self._folders.get().hidden
        if not hidden:
            return condition
        elsewhere: Row = {"inMailboxOtherThan": hidden}
        return {"operator": "AND", "conditions": [elsewhere, condition]} if condition else elsewhere

    def _arrived(self, period: Period) -> list[Row]:
        """What the server can narrow a period by; when a mail was sent is no condition of JMAP."""
        by_arrival = self._time == "receivedAt"
        since, until = period.since, period.until
        first = _moment(since, timedelta() if by_arrival else -LATE) if since else None
        last = _moment(until, timedelta(seconds=1)) if until and by_arrival else None
        return [{name: bound} for name, bound in (("after", first), ("before", last)) if bound]

    def _span(self, condition: Row | None, period: Period, budget: Budget) -> tuple[int, int]:
        """Where the mails of a period stand among those of a condition: the first, and the one after the last."""
        total = self._ids(condition, 0, 1, budget)[1]
        since, until = period.since, period.until
        first = self._place(condition, total, lambda at: at <= until, budget) if until else 0
        end = self._place(condition, total, lambda at: at < since, budget) if since else total
        return first, max(first, end)

    def _place(self, condition: Row | None, total: int, is_past: Callable[[datetime], bool], budget: Budget) -> int:
        """The first place in the sorted mails whose time is past a bound, by looking at a few places at once."""
        low, high = 0, total
        abreast = max(1, min(self._api.session().calls, 32) // 2)
        while low < high:
            step = max(1, (high - low) // (abreast + 1))
            places = range(low + step - 1, high, step)[:abreast]
            calls: list[Call] = []
            for place in places:
                reference = {"resultOf": f"c{len(calls)}", "name": "Email/query", "path": "/ids"}
                calls.append(self._query(condition, place, 1))
                calls.append(("Email/get", {"#ids": reference, "properties": ["id", "sentAt", "receivedAt"]}))
            answers = self._api.call(*calls, budget=budget)[1::2]
            with readable(TITLE):
                for place, answer in zip(places, answers, strict=True):
                    if not answer["list"] or is_past(parse_time(self._at(answer["list"][0]))):
                        high = place
                        break
                    low = place + 1
        return low

    def _at(self, row: Row) -> str:
        return str(row.get(self._time) or row["receivedAt"])

    def _mail(self, row: Row, shown: int | None) -> Mail:
        """``shown`` is how many characters of its text to show at most; None shows the beginning that the server gives."""
        with readable(TITLE):
            name = str(row["id"])
            folder, *further = self._folders.get().of(row)
            text, complete = text_of(row, shown) if shown else (preview(str(row.get("preview") or "")), False)
            extra: Row = {"cc": cc} if (cc := people(row.get("cc"))) else {}
            if (row.get("keywords") or {}).get("$draft"):
                extra["draft"] = True
            if further:
                extra["folders"] = [folder, *further]
            return Mail(
                ref=f"{CATEGORY}/{name}",
                id=name,
                folder=folder,
                at=self._at(row),
                author=", ".join(people(row.get("from"))) or "unknown",
                to=people(row.get("to")),
                subject=str(row.get("subject") or ""),
                text=text,
                text_complete=complete,
                people=[
                    *persons("author", pairs(row.get("from"))),
                    *persons("to", pairs(row.get("to"))),
                    *persons("cc", pairs(row.get("cc"))),
                ],
                attachments=attachments_of(row),
                extra=extra,
            )


def _found(answer: Row) -> tuple[list[str], int]:
    """The ids that a query gives, and how many there are."""
    with readable(TITLE):
        return [str(name) for name in answer["ids"]], int(answer["total"])


def _moment(moment: datetime, shift: timedelta = timedelta()) -> str | None:
    """A time as JMAP writes it; None at the edges of the calendar, where a shift leads beyond them."""
    try:
        return (moment.astimezone(UTC) + shift).isoformat(timespec="seconds").replace("+00:00", "Z")
    except OverflowError:
        return None


SYSTEM = System(
    name="jmap",
    title="Email by JMAP",
    category=CATEGORY,
    settings=JmapSettings,
    connect=Jmap,
    tested="Cyrus, started by CI: contract with reads and writes, network faults, the main job",
    note="Whole words are found, as the server makes them out; mails in the bin or among spam are left out of searches and "
    "lists unless their folder is named.",
)
