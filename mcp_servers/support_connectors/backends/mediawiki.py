"""MediaWiki as knowledge base, over its Action API.

Not through mwclient: it reads answers of any length whole and waits and tries again by rules of its own, so a call would have
neither a bound in bytes nor one in time.
"""

import html
import re
from threading import Lock
from typing import Any, Final

from pydantic import SecretStr

from support_connectors.backend import (
    ArticleFilter,
    BackendError,
    Conflict,
    InvalidInput,
    NotFound,
    Paging,
    PermissionDenied,
    RateLimited,
    Unavailable,
    Write,
)
from support_connectors.remote.guard import ServerSettings, readable
from support_connectors.remote.http import Api
from support_connectors.remote.markers import Marker, find_marked, marked, unmarked
from support_connectors.remote.paging import empty_page, offset_page, own_id
from support_connectors.remote.snapshot import Snapshot
from support_connectors.remote.texts import has_words, plain_text, words
from support_connectors.results import Article, Page
from support_connectors.systems import System
from support_connectors.times import parse_time

CATEGORY: Final = "knowledge_base"
TITLE = "MediaWiki"
MOST_PAGES = 2_000
"""Pages that are listed."""
MOST_HITS = 50
"""Hits of one search that are looked at."""
MOST_WORDS = 6
"""Words that are looked for one by one where no page holds them all."""
_UNFIT = re.compile(r"[#<>\[\]|{}_\x00-\x1f\x7f]+")
"""Characters that no title may hold."""
Row = dict[str, Any]


class MediaWikiSettings(ServerSettings):
    """Where the wiki is (the address of api.php without it) and how it knows us."""

    user: str = ""
    """A bot password's name, such as ``Support@bot``; empty for a wiki that everybody may read."""
    password: SecretStr | None = None
    namespace: int = 0
    """The namespace whose pages are the articles."""


class MediaWiki:
    """``KnowledgeBase`` on MediaWiki. Drafts are pages below the account's own page."""

    def __init__(self, settings: MediaWikiSettings) -> None:
        self._settings = settings
        self._api = Api(TITLE, settings.url, settings.guard)
        self._login_lock = Lock()
        self._logged_in = False
        self._pages = Snapshot(self._list)

    def search_articles(self, query: str, paging: Paging) -> Page[Article]:
        """See ``KnowledgeBase``. Pages with all words come first, then those with more of them."""
        if not has_words(query):
            return empty_page()
        found = self._hits(query)

        def fetch(offset: int, limit: int) -> tuple[list[Article], int]:
            return [self._article(number) for number in found[offset : offset + limit]], len(found)

        return offset_page(["search_articles", query], paging, fetch)

    def read_article(self, article_id: str) -> Article:
        """See ``KnowledgeBase``."""
        return self._article(self._number(article_id))

    def list_articles(self, wanted: ArticleFilter, paging: Paging) -> Page[Article]:
        """See ``KnowledgeBase``."""
        since, until = wanted.period.since, wanted.period.until
        rows = [
            row for row in self._pages.get()
            if (since is None or parse_time(row["at"]) >= since) and (until is None or parse_time(row["at"]) <= until)
        ]  # fmt: skip

        def fetch(offset: int, limit: int) -> tuple[list[Article], int]:
            return [_listed(row) for row in rows[offset : offset + limit]], len(rows)

        return offset_page(["list_articles", repr(wanted)], paging, fetch)

    def draft_article(self, title: str, body: str, write: Write) -> Article:
        """See ``KnowledgeBase``. The body is kept as plain text: nothing in it becomes markup."""
        owner = self._settings.user.partition("@")[0]
        if not owner:
            raise InvalidInput("A draft needs an account: set user and password of MediaWiki.")
        name = f"User:{owner}/Drafts/{_UNFIT.sub(' ', title).strip()[:120]}"
        key = write.idempotency_key
        marker = Marker.of(key, title, body) if key else None
        known = self._page_named(name)
        if known is not None:
            article = self._article(known, shown=False)
            if marker and key and find_marked(marker, [(article.body or "", article)], key):
                return article.model_copy(update={"body": unmarked(article.body or "")})
            raise Conflict(f"There is a draft {name!r} already. Give the new one another title.")
        write.go_on(keyed=True)  # a page is made once under its title
        token = self._call("query", meta="tokens", type="csrf")
        with readable(TITLE):
            secret = token["query"]["tokens"]["csrftoken"]
        text = f"<pre>{html.escape(marked(body, marker), quote=False)}</pre>"
        made = self._call("edit", post=True, title=name, text=text, createonly="1", summary="Draft", token=secret)
        with readable(TITLE):
            return self._article(int(made["edit"]["pageid"]))

    def _list(self) -> list[Row]:
        """Every page of the namespace with the time of its last change, the latest first."""
        found: list[Row] = []
        following: dict[str, Any] = {}
        while len(found) < MOST_PAGES:
            answer = self._call(
                "query", generator="allpages", gapnamespace=self._settings.namespace, gaplimit="max", gapfilterredir="nonredirects",
                prop="revisions", rvprop="timestamp|user", **following,
            )  # fmt: skip
            with readable(TITLE):
                for page in answer.get("query", {}).get("pages", ()):
                    if page.get("revisions"):
                        last = page["revisions"][0]
                        row = {"id": int(page["pageid"]), "title": str(page["title"]), "at": str(last["timestamp"])}
                        found.append({**row, "by": str(last.get("user") or "")})
                following = answer.get("continue", {})
            if not following:
                break
        return sorted(found, key=lambda row: (row["at"], row["id"]), reverse=True)

    def _hits(self, query: str) -> list[int]:
        """The numbers of the pages that match, best first."""
        terms = words(query)
        best = self._found(" ".join(terms))
        if len(terms) > 1 and len(best) < MOST_HITS:
            telling = sorted(dict.fromkeys(terms), key=lambda word: (-len(word), word))[:MOST_WORDS]
            counted: dict[int, int] = {}
            for term in telling:
                for number in self._found(term):
                    counted[number] = counted.get(number, 0) + 1
            best += [number for number in sorted(counted, key=lambda one: (-counted[one], one)) if number not in best]
        return best[:MOST_HITS]

    def _found(self, text: str) -> list[int]:
        answer = self._call(
            "query",
            list="search",
            srsearch=text,
            srlimit=MOST_HITS,
            srnamespace=self._settings.namespace,
            srprop="",
            srinfo="",
        )
        with readable(TITLE):
            return [int(row["pageid"]) for row in answer["query"]["search"]]

    def _article(self, number: int, *, shown: bool = True) -> Article:
        """The page whole; with ``shown`` without a write's marker."""
        answer = self._call(
            "query",
            pageids=number,
            prop="revisions|categories",
            rvprop="timestamp|user",
            cllimit=50,
            what=f"article {number}",
        )
        with readable(TITLE):
            page = answer["query"]["pages"][0]
            if page.get("missing") or not page.get("revisions"):
                raise NotFound(f"There is no article {number} in MediaWiki: it was deleted, or never was.")
            last = page["revisions"][0]
            labels = [str(one["title"]).partition(":")[2] for one in page.get("categories", ())]
        parsed = self._call(
            "parse", pageid=number, prop="text", disableeditsection="1", disabletoc="1", disablelimitreport="1",
            what=f"article {number}",
        )  # fmt: skip
        with readable(TITLE):
            text = plain_text(str(parsed["parse"]["text"]))
            return Article(
                ref=f"{CATEGORY}/{number}",
                id=str(number),
                title=str(page["title"]),
                updated_at=last["timestamp"],
                body=unmarked(text) if shown else text,
                extra={"updated_by": str(last.get("user") or ""), **({"categories": list(labels)} if labels else {})},
            )

    def _number(self, given: str) -> int:
        """The page's number, also by its title."""
        name = own_id(CATEGORY, given)
        if name.isdecimal() and len(name) < 12:
            return int(name)
        found = self._page_named(name)
        if found is None:
            raise NotFound(f"There is no article {given!r} in MediaWiki. Search for it; its id is a number.")
        return found

    def _page_named(self, title: str) -> int | None:
        if _UNFIT.search(title.replace("_", " ")) or not title.strip():
            return None
        answer = self._call("query", titles=title, redirects="1")
        with readable(TITLE):
            page = answer["query"]["pages"][0]
            return None if page.get("missing") or page.get("invalid") else int(page["pageid"])

    def _call(self, action: str, *, post: bool = False, what: str = "", **parameters: Any) -> Row:
        """One call of the API; logs in where that is needed, and again where the session was lost."""
        named = bool(self._settings.user)
        if named:
            self._log_in(again=False)
        try:
            return self._asked(action, post, what, parameters, named)
        except _LoggedOut:
            self._log_in(again=True)
            return self._asked(action, post, what, parameters, named)

    def _asked(self, action: str, post: bool, what: str, parameters: Row, named: bool) -> Row:
        asked = {"action": action, "format": "json", "formatversion": "2", **parameters}
        if named:
            asked["assert"] = "user"
        if post:
            token = asked.pop("token", None)
            body = {**asked, **({"token": token} if token else {})}
            answer = self._api.request("POST", "/api.php", data=body, what=what).json()
        else:
            answer = self._api.get("/api.php", asked, what=what)
        if not isinstance(answer, dict):
            raise Unavailable(f"{TITLE} answered with something that cannot be read.")
        if "error" in answer:
            with readable(TITLE):
                raise _failure(str(answer["error"]["code"]), str(answer["error"].get("info") or ""), what)
        return answer

    def _log_in(self, *, again: bool) -> None:
        with self._login_lock:
            if self._logged_in and not again:
                return
            token = self._asked("query", False, "", {"meta": "tokens", "type": "login"}, False)
            with readable(TITLE):
                secret = token["query"]["tokens"]["logintoken"]
            password = self._settings.password.get_secret_value() if self._settings.password else ""
            given = {"lgname": self._settings.user, "lgpassword": password, "lgtoken": secret}
            answer = self._asked("login", True, "", given, False)
            with readable(TITLE):
                if answer["login"]["result"] != "Success":
                    reason = str(answer["login"].get("reason") or "the log-in failed")
                    raise PermissionDenied(f"MediaWiki refused our credentials: {plain_text(reason)[:200]}.")
            self._logged_in = True


class _LoggedOut(BackendError):
    kind = "denied"


def _failure(code: str, info: str, what: str) -> BackendError:
    """The error that the API means by its code; it answers errors with HTTP 200."""
    said = f"{info[:200].rstrip('.')} ({code})"
    match code:
        case "assertuserfailed" | "badtoken":
            return _LoggedOut(f"MediaWiki lost our session: {said}.")
        case "readapidenied" | "permissiondenied" | "protectedpage" | "blocked" | "writeapidenied" | "assertbotfailed":
            return PermissionDenied(f"MediaWiki does not let our account do this: {said}.")
        case "ratelimited" | "maxlag":
            return RateLimited(f"MediaWiki wants fewer calls: {said}.")
        case "nosuchpageid" | "missingtitle":
            return NotFound(f"There is no {what or 'such page'} in MediaWiki: {said}.")
        case "articleexists":
            return Conflict(f"MediaWiki has a page of this title already: {said}.")
        case "readonly":
            return Unavailable(f"MediaWiki takes no changes now: {said}.")
        case _ if code.startswith("internal_api_error"):
            return Unavailable(f"MediaWiki failed: {said}.")
        case _:
            return InvalidInput(f"MediaWiki does not take this: {said}.")


def _listed(row: Row) -> Article:
    return Article(
        ref=f"{CATEGORY}/{row['id']}",
        id=str(row["id"]),
        title=row["title"],
        updated_at=row["at"],
        extra={"updated_by": row["by"]} if row["by"] else {},
    )


SYSTEM = System(
    name="mediawiki",
    title=TITLE,
    category=CATEGORY,
    settings=MediaWikiSettings,
    connect=MediaWiki,
    tested="MediaWiki 1.39, started by CI: contract with reads and writes, network faults, the main job",
    note="Pages that hold all words of a search come first, then those with some; at most 50. Lists hold the first 2,000 pages.",
)
