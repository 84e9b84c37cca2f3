"""Confluence Cloud as knowledge base: pages over its REST API v2, search by CQL over v1, which v2 has no successor for.

Not through atlassian-python-api: it is not Atlassian's, and it turns an answer that cannot be read into None or into text, so a
failure would look like an empty result.
"""

import re
from typing import Any, Final
from urllib.parse import parse_qs, urlsplit

from pydantic import JsonValue, SecretStr

from support_connectors.backend import (
    ArticleFilter,
    InvalidInput,
    NotFound,
    Paging,
    PermissionDenied,
    Unavailable,
    Write,
)
from support_connectors.backends.confluence.text import as_storage, storage_text
from support_connectors.remote.budget import Budget
from support_connectors.remote.guard import ServerSettings, readable, secret
from support_connectors.remote.http import Api
from support_connectors.remote.markers import Marker, find_marked, marked, unmarked
from support_connectors.remote.paging import empty_page, own_id, token_page
from support_connectors.remote.snapshot import Snapshot
from support_connectors.remote.texts import has_words, words
from support_connectors.remote.walking import walked
from support_connectors.results import Article, Page
from support_connectors.systems import System

CATEGORY: Final = "knowledge_base"
TITLE = "Confluence"
AT_ONCE = 100
"""Pages of one request for a list."""
MOST_DRAFTS = 10
"""Drafts of one title that are looked at for an earlier write."""
KEEP_SPACES_S = 300.0
_LINK = re.compile(r"https?://\S+?/pages/(?:edit-v2/)?(?P<id>\d+)(?:[/?#]\S*)?")
_WORD = re.compile(r"[^\W_]+")
Row = dict[str, Any]


class ConfluenceSettings(ServerSettings):
    """Where the site is (``https://acme.atlassian.net``) and how it knows us."""

    email: str
    """Of the account whose token it is."""
    api_token: SecretStr
    spaces: tuple[str, ...] = ()
    """Keys of the only spaces to read; empty: all that the account sees."""
    draft_space: str = ""
    """Key of the space that drafts go to; empty: the first of ``spaces``."""


class Confluence:
    """``KnowledgeBase`` on Confluence Cloud. A page's number is its id."""

    def __init__(self, settings: ConfluenceSettings) -> None:
        self._settings = settings
        self._site = settings.url if settings.url.endswith("/wiki") else f"{settings.url}/wiki"
        self._api = Api(TITLE, self._site, settings.guard, auth=(settings.email, secret(settings.api_token)))
        self._walls = Snapshot(self._own_spaces, KEEP_SPACES_S)
        self._keys: dict[str, str] = {}
        self._drafted: dict[str, str] = {}

    def search_articles(self, query: str, paging: Paging) -> Page[Article]:
        """See ``KnowledgeBase``. Any word may match; Confluence ranks."""
        terms = list(dict.fromkeys(part for word in words(query) for part in _WORD.findall(word)))
        if not has_words(query) or not terms:
            return empty_page()
        asked = " OR ".join(f'text ~ "{term}"' for term in terms)
        cql = f"type = page AND ({asked}){self._within()}"

        def fetch(token: str | None, limit: int) -> tuple[list[Article], str | None, int]:
            found = self._api.get("/rest/api/search", {"cql": cql, "limit": limit, "cursor": token, "excerpt": "none"})
            with readable(TITLE):
                ids = [str(row["content"]["id"]) for row in found["results"] if row.get("content")][:limit]
                following, total = _cursor_in(found), int(found["totalSize"])
            return self._articles(ids), following, total

        return token_page(["search_articles", query], paging, fetch)

    def read_article(self, article_id: str) -> Article:
        """See ``KnowledgeBase``."""
        name = own_id(CATEGORY, article_id)
        link = _LINK.fullmatch(name)
        number = link["id"] if link else name
        if not (number.isascii() and number.isdecimal()):
            raise NotFound(f"There is no article {article_id!r} in Confluence: its ids are numbers such as 98421.")
        row = self._row(number)
        if row is None or (self._settings.spaces and str(row.get("spaceId")) not in self._walls.get()):
            raise NotFound(
                f"There is no article {article_id!r} in Confluence: it was deleted, never was, or is not for us to see."
            )
        return self._shown([row])[0]

    def list_articles(self, wanted: ArticleFilter, paging: Paging) -> Page[Article]:
        """See ``KnowledgeBase``. Confluence cannot list by time, so its pages are walked through from the newest."""
        budget = Budget(TITLE, self._settings.guard)
        spaces = list(self._walls.get()) or None

        def fetch(token: str) -> tuple[list[Row], str | None]:
            asked = {"space-id": spaces, "status": ["current"], "sort": "-modified-date", "limit": AT_ONCE}
            listed = self._api.get("/api/v2/pages", {**asked, "cursor": token or None})
            return list(listed["results"]), _cursor_in(listed)

        with readable(TITLE):
            rows, cursor = walked(["list_articles", repr(wanted)], paging, wanted.period, fetch, _changed_at, budget)
        return Page(items=self._shown(rows), next_cursor=cursor, total=None)

    def draft_article(self, title: str, body: str, write: Write) -> Article:
        """See ``KnowledgeBase``. The draft is the account's own; nothing in the body becomes markup."""
        space = self._settings.draft_space or next(iter(self._settings.spaces), "")
        if not space:
            raise InvalidInput("A draft in Confluence needs the setting draft_space: the key of a space.")
        key = write.idempotency_key
        marker = Marker.of(key, title, body, space) if key else None
        if marker and key:
            known = find_marked(marker, self._drafts(marker.key, title, space), key)
            if known is not None:
                return self.read_article(known)
            write.go_on(seen_all=False)  # the search learns of new drafts late
        space_id = next((number for number, name in self._spaces({"keys": [space]}).items() if name == space), None)
        if space_id is None:
            raise NotFound(f"There is no space {space!r} in Confluence, or our account may not see it.")
        value = as_storage(marked(body, marker))
        made = self._api.post(
            "/api/v2/pages",
            {
                "spaceId": space_id,
                "status": "draft",
                "title": title,
                "body": {"representation": "storage", "value": value},
            },
        )
        with readable(TITLE):
            number = str(made["id"])
        if marker:
            self._drafted[marker.key] = number
        row = self._row(number)
        if row is None:
            raise Unavailable(
                f"Confluence took the draft {number}, but does not show it. Look there before you repeat it."
            )
        return self._shown([row])[0]

    def close(self) -> None:
        """Close the connections."""
        self._api.close()

    def _drafts(self, marker_key: str, title: str, space: str) -> list[tuple[str, str]]:
        """Bodies and ids of pages that an earlier write with this key, or under this title, may have made.

        The search's index lags behind, so what this process wrote is remembered besides.
        """
        quoted = title.replace("\\", "\\\\").replace('"', '\\"')
        asked = {
            "cql": f'type = page AND title = "{quoted}" AND space = "{space}"', "limit": MOST_DRAFTS, "excerpt": "none",
            "cqlcontext": '{"contentStatuses":["draft","current"]}',
        }  # fmt: skip
        found = self._api.get("/rest/api/search", asked)
        with readable(TITLE):
            ids = [str(row["content"]["id"]) for row in found["results"] if row.get("content")][:MOST_DRAFTS]
        remembered = self._drafted.get(marker_key)
        rows = [(number, self._row(number)) for number in dict.fromkeys([*([remembered] if remembered else []), *ids])]
        with readable(TITLE):
            return [
                (storage_text(str(row["body"]["storage"]["value"])), number) for number, row in rows if row is not None
            ]

    def _row(self, number: str) -> Row | None:
        """One page with its body, or one that was never published; None where there is none or it lies in the trash."""
        for draft in (None, True):
            try:
                found = self._api.get(
                    f"/api/v2/pages/{number}", {"body-format": "storage", "get-draft": draft}, what=f"article {number}"
                )
            except NotFound:
                continue
            with readable(TITLE):
                if found["status"] in ("current", "archived", "draft"):
                    return dict(found)
        return None

    def _articles(self, ids: list[str]) -> list[Article]:
        """Pages whole, in the order of their ids."""
        if not ids:
            return []
        listed = self._api.get("/api/v2/pages", {"id": ids, "body-format": "storage", "limit": len(ids)})
        with readable(TITLE):
            rows = {str(row["id"]): row for row in listed["results"]}
        return self._shown([rows[number] for number in ids if number in rows])

    def _shown(self, rows: list[Row]) -> list[Article]:
        """Rows as articles, with the keys of their spaces as far as the account may see them."""
        with readable(TITLE):
            unknown = {str(row["spaceId"]) for row in rows if row.get("spaceId")} - set(self._keys)
        if unknown:
            try:
                self._keys |= self._spaces({"ids": sorted(unknown)})
            except (NotFound, PermissionDenied):
                self._keys |= dict.fromkeys(unknown, "")
        return [self._article(row) for row in rows]

    def _article(self, row: Row) -> Article:
        with readable(TITLE):
            number = str(row["id"])
            stored = ((row.get("body") or {}).get("storage") or {}).get("value")
            webui = (row.get("_links") or {}).get("webui")
            extra: dict[str, JsonValue] = {
                "space": self._keys.get(str(row.get("spaceId"))),
                "status": row.get("status") if row.get("status") != "current" else None,
                "version": row["version"].get("number"),
                "link": f"{self._site}{webui}" if webui else None,
            }
            return Article(
                ref=f"{CATEGORY}/{number}",
                id=number,
                title=str(row["title"]),
                updated_at=_changed_at(row),
                body=None if stored is None else unmarked(storage_text(str(stored))),
                extra={name: value for name, value in extra.items() if value},
            )

    def _within(self) -> str:
        """The part of a query that keeps it to the spaces of the settings."""
        names = ", ".join(f'"{key}"' for key in self._walls.get().values())
        return f" AND space in ({names})" if names else ""

    def _own_spaces(self) -> dict[str, str]:
        """Keys by id of the spaces of the settings; empty where they name none."""
        wanted = self._settings.spaces
        if not wanted:
            return {}
        found = self._spaces({"keys": list(wanted)})
        if not found:
            raise Unavailable(f"Confluence shows our account none of the configured spaces: {', '.join(wanted)}.")
        return found

    def _spaces(self, asked: dict[str, list[str]]) -> dict[str, str]:
        listed = self._api.get("/api/v2/spaces", {**asked, "limit": 250})
        with readable(TITLE):
            return {str(row["id"]): str(row["key"]) for row in listed["results"]}


def _cursor_in(answer: Row) -> str | None:
    """The cursor of the next page, which stands in a link."""
    link = (answer.get("_links") or {}).get("next")
    return parse_qs(urlsplit(link).query)["cursor"][0] if link else None


def _changed_at(row: Row) -> str:
    return str(row["version"]["createdAt"])


SYSTEM = System(
    name="confluence",
    title=TITLE,
    category="knowledge_base",
    settings=ConfluenceSettings,
    connect=Confluence,
    tested="a stand-in made of Atlassian's published descriptions: contract with reads and writes, network faults; not the real service",
    note=(
        "Any word of a search may match, whole words only; Confluence ranks. Comments and attachments are not read. Its "
        "search learns of changes a little late, drafts included."
    ),
)
