"""Email by JMAP (RFC 8620 and 8621): Fastmail, Cyrus, Stalwart, Apache James and others.

Not through jmapc: it reads answers of any length whole and has no bound in time.
"""

from collections.abc import Callable, Sequence
from threading import Lock
from typing import Any, Final
from urllib.parse import urljoin

from pydantic import SecretStr, model_validator

from support_connectors.backend import (
    BackendError,
    InvalidInput,
    MailFilter,
    NewMail,
    NotFound,
    Paging,
    PermissionDenied,
    RateLimited,
    Unavailable,
    Write,
)
from support_connectors.remote.guard import ServerSettings, readable, secret, unreadable
from support_connectors.remote.http import Api
from support_connectors.remote.mails import SHOWN, address_words, checked_address, preview
from support_connectors.remote.markers import Marker, find_marked
from support_connectors.remote.paging import empty_page, offset_page, own_id
from support_connectors.remote.texts import has_words, plain_text, words
from support_connectors.results import Mail, Page
from support_connectors.systems import System

CATEGORY: Final = "email"
TITLE = "The mailbox"
USING = ["urn:ietf:params:jmap:core", "urn:ietf:params:jmap:mail"]
KEY_HEADER = "header:X-Escalation-Key:asText"
"""The header of a draft that names its write."""
LISTED = ["id", "threadId", "mailboxIds", "receivedAt", "sentAt", "from", "to", "cc", "subject", "preview", "keywords"]
WHOLE = [*LISTED, "textBody", "htmlBody", "bodyValues", "messageId", "attachments"]
MOST_THREAD = 50
"""Mails of a conversation that are shown."""
Row = dict[str, Any]


class JmapSettings(ServerSettings):
    """Where the server is and how it knows us: user and password, or a bearer token."""

    user: str = ""
    password: SecretStr | None = None
    token: SecretStr | None = None
    session_path: str = "/.well-known/jmap"
    """Where the session is described; servers may send on from there to another path of the same host."""
    account: str | None = None
    """The account's id; None for the primary one."""

    @model_validator(mode="after")
    def _check(self) -> "JmapSettings":
        if not self.token and not (self.user and self.password):
            raise ValueError("needs a token, or user and password")
        return self


class Jmap:
    """``Email`` by JMAP. Reading leaves mails unread; a draft carries a draft's keyword and is never sent."""

    def __init__(self, settings: JmapSettings) -> None:
        self._settings = settings
        headers = {"Authorization": f"Bearer {secret(settings.token)}"} if settings.token else {}
        auth = None if settings.token else (settings.user, secret(settings.password))
        self._api = Api(TITLE, settings.url, settings.guard, headers=headers, auth=auth)
        self._lock = Lock()
        self._session: tuple[str, str] | None = None
        self._folders: dict[str, Row] = {}

    def search_mail(self, query: str, paging: Paging) -> Page[Mail]:
        """See ``Email``. Mails with all words come first; where none has them all, those with any."""
        if not has_words(query):
            return empty_page()
        terms = words(query)
        every: Row = {"operator": "AND", "conditions": [{"text": term} for term in terms]}
        some: Row = {
            "operator": "OR",
            "conditions": [{"text": term} for term in terms if len(term) > 2] or [{"text": terms[0]}],
        }
        chosen = every if self._query(every, 0, 1)[1] else some
        return self._page(["search_mail", query], paging, chosen)

    def read_mail(self, mail_id: str) -> Mail:
        """See ``Email``."""
        name = own_id(CATEGORY, mail_id)
        row = self._get([name], WHOLE)
        if not row:
            raise NotFound(f"There is no mail {mail_id!r} in the mailbox.")
        thread = self._call("Thread/get", {"ids": [row[0]["threadId"]]})
        with readable(TITLE):
            others = [str(one) for one in thread["list"][0]["emailIds"] if str(one) != name][:MOST_THREAD]
        return self._mail(row[0], whole=True, thread=[self._mail(one, whole=True) for one in self._get(others, WHOLE)])

    def list_mail(self, wanted: MailFilter, paging: Paging) -> Page[Mail]:
        """See ``Email``."""
        conditions: list[Row] = []
        if wanted.folder is not None:
            folder = next(
                (
                    name
                    for name, row in self._boxes().items()
                    if str(row["name"]).casefold() == wanted.folder.casefold()
                ),
                None,
            )
            if folder is None:
                return empty_page()
            conditions.append({"inMailbox": folder})
        if wanted.correspondent is not None:
            fields = ("from", "to", "cc", "bcc")
            conditions.append({"operator": "OR", "conditions": [{field: wanted.correspondent} for field in fields]})
        if wanted.period.since is not None:
            conditions.append({"after": wanted.period.since.strftime("%Y-%m-%dT%H:%M:%SZ")})
        if wanted.period.until is not None:
            conditions.append({"before": wanted.period.until.strftime("%Y-%m-%dT%H:%M:%SZ")})
        return self._page(
            ["list_mail", repr(wanted)], paging, {"operator": "AND", "conditions": conditions} if conditions else None
        )

    def draft_mail(self, mail: NewMail, write: Write) -> Mail:
        """See ``Email``."""
        try:
            recipients = [checked_address(one) for one in mail.to]
        except ValueError as error:
            raise InvalidInput(f"{error}.") from None
        key = write.idempotency_key
        marker = Marker.of(key, mail.subject, mail.text, *mail.to) if key else None
        drafts = next((name for name, row in self._boxes().items() if row.get("role") == "drafts"), None)
        if drafts is None:
            raise InvalidInput("The mailbox has no folder for drafts.")
        if marker and key:
            rows = self._get(self._query({"inMailbox": drafts}, 0, 100)[0], [*LISTED, KEY_HEADER])
            known = find_marked(marker, [(str(row.get(KEY_HEADER) or ""), str(row["id"])) for row in rows], key)
            if known is not None:
                return self.read_mail(known)
        draft: Row = {
            "mailboxIds": {drafts: True},
            "keywords": {"$draft": True, "$seen": True},
            "to": [
                {"email": one.rpartition("<")[2].rstrip(">"), "name": one.rpartition("<")[0].strip() or None}
                for one in recipients
            ],
            "subject": " ".join(mail.subject.split()),
            "textBody": [{"partId": "text", "type": "text/plain"}],
            "bodyValues": {"text": {"value": mail.text}},
        }
        if "@" in self._settings.user:
            draft["from"] = [{"email": self._settings.user}]
        if marker:
            draft[KEY_HEADER] = str(marker)
        if mail.in_reply_to:
            answered = self._get([own_id(CATEGORY, mail.in_reply_to)], WHOLE)
            if not answered:
                raise NotFound(f"There is no mail {mail.in_reply_to!r} in the mailbox to answer.")
            draft |= {"inReplyTo": answered[0].get("messageId"), "references": answered[0].get("messageId")}
        made = self._call("Email/set", {"create": {"draft": draft}})
        with readable(TITLE):
            if "draft" not in (made.get("created") or {}):
                refusal = (made.get("notCreated") or {}).get("draft") or {}
                raise InvalidInput(
                    f"The mailbox does not take this draft: {refusal.get('description') or refusal.get('type')}."
                )
            return self.read_mail(str(made["created"]["draft"]["id"]))

    def _page(self, call: list[str], paging: Paging, condition: Row | None) -> Page[Mail]:
        def fetch(offset: int, limit: int) -> tuple[list[Mail], int]:
            ids, total = self._query(condition, offset, limit)
            return [self._mail(row, whole=False) for row in self._get(ids, LISTED)], total

        return offset_page(list(call), paging, fetch)

    def _query(self, condition: Row | None, offset: int, limit: int) -> tuple[list[str], int]:
        asked: Row = {"sort": [{"property": "receivedAt", "isAscending": False}], "position": offset, "limit": limit}
        answer = self._call("Email/query", {**asked, "filter": condition, "calculateTotal": True})
        with readable(TITLE):
            return [str(name) for name in answer["ids"]], int(answer["total"])

    def _get(self, ids: Sequence[str], properties: list[str]) -> list[Row]:
        """These mails in this order, as far as they are there."""
        if not ids:
            return []
        asked: Row = {"ids": list(ids), "properties": properties}
        if "bodyValues" in properties:
            asked |= {"fetchTextBodyValues": True, "fetchHTMLBodyValues": True, "maxBodyValueBytes": 2 * SHOWN}
        answer = self._call("Email/get", asked)
        with readable(TITLE):
            by_id = {str(row["id"]): row for row in answer["list"]}
            return [by_id[name] for name in ids if name in by_id]

    def _boxes(self) -> dict[str, Row]:
        """The folders by id. Kept: they change seldom."""
        with self._lock:
            known = self._folders
        if not known:
            answer = self._call("Mailbox/get", {"ids": None})
            with readable(TITLE):
                known = {str(row["id"]): row for row in answer["list"]}
            with self._lock:
                self._folders = known
        return known

    def _call(self, method: str, arguments: Row) -> Row:
        """One method call; an error of the method is one of ours."""
        url, account = self._open()
        body = {"using": USING, "methodCalls": [[method, {"accountId": account, **arguments}, "0"]]}
        answer = self._api.post(url, body, reads=not method.endswith("/set"))
        with readable(TITLE):
            name, found, _ = answer["methodResponses"][0]
            if name == "error":
                raise _failure(str(found["type"]), str(found.get("description") or ""))
            result: Row = found
            return result

    def _open(self) -> tuple[str, str]:
        """Where methods are called, and the account."""
        with self._lock:
            if self._session is not None:
                return self._session
        found = self._described()
        with readable(TITLE):
            account = self._settings.account or str(found["primaryAccounts"]["urn:ietf:params:jmap:mail"])
            # Only the path counts: a server behind a gateway may know another name of itself than we reach it by.
            session = (urljoin(self._settings.url, str(found["apiUrl"])), account)
        with self._lock:
            self._session = session
        return session

    def _described(self) -> Row:
        tries: list[Callable[[], Any]] = [
            lambda: self._api.get(self._settings.session_path),
            lambda: self._api.get("/jmap/session"),
            lambda: self._api.get("/jmap/"),
        ]
        last: BackendError | None = None
        for attempt in tries:
            try:
                found = attempt()
            except (NotFound, Unavailable) as error:
                if isinstance(error, Unavailable) and "sends us on" not in str(error):
                    raise
                last = error
                continue
            if isinstance(found, dict) and "apiUrl" in found:
                return found
        raise last or unreadable(TITLE, "it describes no JMAP session")

    def _mail(self, row: Row, *, whole: bool, thread: list[Mail] | None = None) -> Mail:
        with readable(TITLE):
            name = str(row["id"])
            boxes = self._boxes()
            folders = [str(boxes[box]["name"]) for box in row.get("mailboxIds") or {} if box in boxes]
            text, complete = _text(row) if whole else (preview(str(row.get("preview") or "")), False)
            extra: Row = {"cc": cc} if (cc := _people(row.get("cc"))) else {}
            if row.get("attachments"):
                extra["attachments"] = [str(one.get("name") or one.get("type")) for one in row["attachments"]]
            if (row.get("keywords") or {}).get("$draft"):
                extra["draft"] = True
            return Mail(
                ref=f"{CATEGORY}/{name}",
                id=name,
                folder=", ".join(folders),
                at=str(row.get("sentAt") or row["receivedAt"]),
                author=", ".join(_people(row.get("from"))) or "unknown",
                to=_people(row.get("to")),
                subject=str(row.get("subject") or ""),
                text=text,
                text_complete=complete,
                thread=sorted(thread, key=lambda one: one.at) if thread is not None else None,
                extra=extra,
            )


def _people(found: Any) -> list[str]:
    return address_words((str(one.get("name") or ""), str(one.get("email") or "")) for one in found or ())


def _text(row: Row) -> tuple[str, bool]:
    """The text of a whole mail, and whether it is all of it."""
    values = row.get("bodyValues") or {}
    texts = []
    complete = True
    for part in row.get("textBody") or row.get("htmlBody") or ():
        value = values.get(part.get("partId"))
        if value:
            said = str(value["value"])
            texts.append(plain_text(said) if part.get("type") == "text/html" else said.replace("\r\n", "\n"))
            complete = complete and not value.get("isTruncated")
    text = "\n".join(texts).strip()
    return text[:SHOWN], complete and len(text) <= SHOWN


def _failure(kind: str, detail: str) -> BackendError:
    said = f"{kind}{f': {detail[:200]}' if detail else ''}"
    match kind:
        case "accountNotFound" | "forbidden" | "accountReadOnly" | "accountNotSupportedByMethod":
            return PermissionDenied(f"The mailbox does not let our account do this ({said}).")
        case "serverUnavailable" | "serverFail" | "serverPartialFail":
            return Unavailable(f"The mailbox failed ({said}).")
        case "rateLimit" | "limit":
            return RateLimited(f"The mailbox wants fewer calls ({said}).")
        case _:
            return InvalidInput(f"The mailbox does not take this ({said}).")


SYSTEM = System(
    name="jmap",
    title="Email by JMAP",
    category=CATEGORY,
    settings=JmapSettings,
    connect=Jmap,
    tested="Cyrus (JMAP), started by CI: contract with reads and writes, network faults, the main job",
    note="Newest first; mails with all words of a search, or with any where none has them all.",
)
