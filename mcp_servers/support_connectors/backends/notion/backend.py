"""Notion as knowledge base, through notion-client, whose requests go through the guard."""

import logging
import re
from typing import Annotated, Any, Final, cast

import httpx
from notion_client import Client
from pydantic import Field, JsonValue, SecretStr

from support_connectors.backend import (
    ArticleFilter,
    InvalidCursor,
    InvalidInput,
    NotFound,
    Paging,
    PermissionDenied,
    Write,
)
from support_connectors.backends.notion.blocks import (
    Block,
    BlockReader,
    as_blocks,
    properties_of,
    title_of,
)
from support_connectors.cursors import decode_cursor, encode_cursor
from support_connectors.remote.budget import Budget
from support_connectors.remote.guard import ServerSettings, readable, secret, unreadable
from support_connectors.remote.http import Api
from support_connectors.remote.httpx_guard import GuardedTransport
from support_connectors.remote.markers import Marker, find_marked, unmarked
from support_connectors.remote.paging import empty_page, own_id
from support_connectors.remote.texts import has_words, words
from support_connectors.remote.walking import walked
from support_connectors.results import Article, Page
from support_connectors.systems import System

CATEGORY: Final = "knowledge_base"
TITLE = "Notion"
VERSION = "2025-09-03"
"""Of Notion's interface: the one that this is written for."""
AT_ONCE = 100
MOST_WHOLE = 10
"""Articles of one page of a search: each takes requests of its own."""
MOST_CHILDREN = 1_000
"""Pages below the drafts' parent that are looked at for an earlier write."""
MOST_LOOKS = 10
"""Of these, drafts that are read."""
_HEX = re.compile(r"[0-9a-f]{32}")
_LINK = re.compile(r"https?://[^\s?#]*?(?P<id>[0-9a-f]{32})(?:[?#]\S*)?")


class NotionSettings(ServerSettings):
    """How Notion knows us. Only pages that were shared with the integration are read."""

    url: str = "https://api.notion.com"
    token: SecretStr
    """Of an integration that may read content and, for drafts, insert it."""
    draft_parent: str = ""
    """Id of the page that drafts are put below; Notion itself has no drafts."""
    most_requests: Annotated[int, Field(ge=1, le=500)] = 60
    """Requests for the body of one article that is read; 100 blocks come with one."""
    most_requests_found: Annotated[int, Field(ge=1, le=50)] = 3
    """The same for each article that a search finds."""


class Notion:
    """``KnowledgeBase`` on Notion. A page's id is its article's."""

    def __init__(self, settings: NotionSettings) -> None:
        self._settings = settings
        api = Api(TITLE, settings.url, settings.guard)
        transport = GuardedTransport(
            api, only_reads=lambda request: request.method == "GET" or request.url.path == "/v1/search"
        )
        self._http = httpx.Client(transport=transport)
        self._client = Client(
            client=self._http, auth=secret(settings.token), base_url=settings.url, notion_version=VERSION, retry=False,
            logger=logging.getLogger(__name__), log_level=logging.CRITICAL,
        )  # fmt: skip

    def search_articles(self, query: str, paging: Paging) -> Page[Article]:
        """See ``KnowledgeBase``. Titles alone are searched; where none holds all words, the longest one after the other."""
        if not has_words(query):
            return empty_page()
        terms = words(query)
        tries = list(dict.fromkeys([" ".join(terms), *sorted(terms, key=len, reverse=True)[:3]]))
        call: JsonValue = ["search_articles", query]
        which, token = _place(call, paging, len(tries))
        while True:
            rows, following = self._found(tries[which], token, min(paging.limit, MOST_WHOLE))
            if rows or token or which + 1 == len(tries):
                break
            which += 1
        budget = self._budget()
        items = [self._article(row, budget, self._settings.most_requests_found) for row in rows]
        return Page(items=items, next_cursor=encode_cursor(call, [which, following]) if following else None, total=None)

    def read_article(self, article_id: str) -> Article:
        """See ``KnowledgeBase``."""
        row = self._page(article_id)
        return self._article(row, self._budget(), self._settings.most_requests)

    def list_articles(self, wanted: ArticleFilter, paging: Paging) -> Page[Article]:
        """See ``KnowledgeBase``. Notion cannot list by time, so its pages are walked through from the newest."""
        with readable(TITLE):
            rows, cursor = walked(
                ["list_articles", repr(wanted)], paging, wanted.period, lambda token: self._found("", token, AT_ONCE),
                lambda row: str(row["last_edited_time"]), self._budget(),
            )  # fmt: skip
        return Page(items=[_article(row, None, {}) for row in rows], next_cursor=cursor, total=None)

    def draft_article(self, title: str, body: str, write: Write) -> Article:
        """See ``KnowledgeBase``. One request writes the whole draft: plain paragraphs, the marker the last of them."""
        if not self._settings.draft_parent:
            raise InvalidInput(
                "A draft in Notion needs the setting draft_parent: the id of the page that drafts go below."
            )
        parent = _page_id(self._settings.draft_parent)
        key = write.idempotency_key
        marker = Marker.of(key, title, body) if key else None
        if marker and key:
            drafts, all_seen = self._drafts(parent, title)
            known = find_marked(marker, drafts, key)
            if known is not None:
                return known.model_copy(update={"body": unmarked(known.body or "")})
            write.go_on(seen_all=all_seen)
        pieces = [{"type": "text", "text": {"content": title}}]
        children = as_blocks(body) + (as_blocks(str(marker)) if marker else [])
        made = self._asked(
            f"page {self._settings.draft_parent}", self._client.pages.create,
            parent={"type": "page_id", "page_id": parent}, properties={"title": {"title": pieces}}, children=children,
        )  # fmt: skip
        with readable(TITLE):
            number = str(made["id"])
        return self.read_article(number)

    def close(self) -> None:
        """Close the connections."""
        self._http.close()

    def _budget(self) -> Budget:
        return Budget(TITLE, self._settings.guard)

    def _asked(self, what: str, method: Any, *arguments: Any, **options: Any) -> Block:
        """One call of the client. ``what`` names what was asked for where Notion has no such thing."""
        try:
            with readable(TITLE):
                return dict(cast("Block", method(*arguments, **options)))
        except RecursionError as error:
            raise unreadable(TITLE, error) from error
        except NotFound as error:
            if not what:
                raise
            raise NotFound(
                f"There is no {what} in Notion: it was deleted, never was, or is not shared with our integration."
            ) from error

    def _found(self, query: str, token: str, size: int) -> tuple[list[Block], str | None]:
        """Pages by their titles, or all of them, the last edited first."""
        asked: Block = {"filter": {"property": "object", "value": "page"}, "page_size": size}
        if query:
            asked["query"] = query
        else:
            asked["sort"] = {"direction": "descending", "timestamp": "last_edited_time"}
        if token:
            asked["start_cursor"] = token
        answer = self._asked("", self._client.search, **asked)
        with readable(TITLE):
            rows = [
                row
                for row in answer["results"]
                if row["object"] == "page" and "properties" in row and not _is_trash(row)
            ][:size]
            return rows, str(answer["next_cursor"]) if answer.get("has_more") else None

    def _page(self, given: str) -> Block:
        row = self._asked(f"article {given!r}", self._client.pages.retrieve, _page_id(given))
        with readable(TITLE):
            if row["object"] != "page" or _is_trash(row):
                raise NotFound(f"There is no article {given!r} in Notion: it lies in the trash.")
        return row

    def _article(self, row: Block, budget: Budget, requests: int) -> Article:
        with readable(TITLE):
            reader = BlockReader(self._children, budget, requests)
            try:
                body = reader.text(str(row["id"]))
            except PermissionDenied:  # a page may be known to us by its title alone
                return _article(row, None, {"not_readable": "the body"})
            extra: dict[str, JsonValue] = {"not_readable": "the rest of the body"} if reader.cut else {}
            return _article(row, unmarked(body), extra)

    def _children(self, block: str, token: str) -> Block:
        return self._asked(
            f"block {block}",
            self._client.blocks.children.list,
            block,
            page_size=AT_ONCE,
            **({"start_cursor": token} if token else {}),
        )

    def _drafts(self, parent: str, title: str) -> tuple[list[tuple[str, Article]], bool]:
        """Drafts that an earlier write may have made, those of this title first, then the newest; and whether all of this title are
        among them.
        """
        budget, token = self._budget(), ""
        children: list[tuple[bool, str]] = []
        while len(children) < MOST_CHILDREN:
            answer = self._children(parent, token)
            with readable(TITLE):
                pages = [one for one in answer["results"] if one["type"] == "child_page" and not _is_trash(one)]
                children += [(one["child_page"]["title"] == title, str(one["id"])) for one in pages]
            if not answer.get("has_more"):
                break
            token = str(answer["next_cursor"])
            budget.check()
        newest = children[::-1]
        chosen = sorted(newest, key=lambda child: not child[0])[:MOST_LOOKS]
        drafts = []
        for _, number in chosen:
            with readable(TITLE):
                body = BlockReader(self._children, budget, self._settings.most_requests_found).text(number)
            row = self._page(number) if "[ce:" in body else {}
            if row:
                drafts.append((body, _article(row, body, {})))
            budget.check()
        return drafts, len(children) < MOST_CHILDREN and sum(named for named, _ in children) <= MOST_LOOKS


def _article(row: Block, body: str | None, more: dict[str, JsonValue]) -> Article:
    with readable(TITLE):
        number = str(row["id"])
        extra: dict[str, JsonValue] = {"properties": properties_of(row), "link": row.get("url"), **more}
        return Article(
            ref=f"{CATEGORY}/{number}",
            id=number,
            title=title_of(row) or "Untitled",
            updated_at=str(row["last_edited_time"]),
            body=body,
            extra={name: value for name, value in extra.items() if value},
        )


def _is_trash(row: Block) -> bool:
    return bool(row.get("in_trash") or row.get("archived"))


def _page_id(given: str) -> str:
    """A page's id from itself, our ref, or Notion's link to it."""
    name = own_id(CATEGORY, given)
    link = _LINK.fullmatch(name)
    plain = link["id"] if link else name.replace("-", "").casefold()
    if not _HEX.fullmatch(plain):
        raise NotFound(
            f"There is no article {given!r} in Notion: its ids look like 16d84278-ab0e-484c-9bdd-b35da3bd8905."
        )
    return f"{plain[:8]}-{plain[8:12]}-{plain[12:16]}-{plain[16:20]}-{plain[20:]}"


def _place(call: JsonValue, paging: Paging, tries: int) -> tuple[int, str]:
    """Which of the ways to ask found something, and Notion's cursor in it."""
    if paging.cursor is None:
        return 0, ""
    which, token = decode_cursor(call, paging.cursor)
    if isinstance(which, bool) or not isinstance(which, int) or not isinstance(token, str) or not 0 <= which < tries:
        raise InvalidCursor("This is not a cursor of this call. Repeat the call without one.")
    return which, token


SYSTEM = System(
    name="notion",
    title=TITLE,
    category="knowledge_base",
    settings=NotionSettings,
    connect=Notion,
    tested="a stand-in made of Notion's published description: contract with reads and writes, network faults; not the real service",
    note=(
        "Notion searches titles alone, and only pages that were shared with the integration. A page of a search holds at most "
        "10 articles. Bodies of very long articles are cut, and say so. Notion has no drafts: they are pages below "
        "draft_parent. Times are of the minute."
    ),
)
