"""Intercom's REST interface through its own Python client, whose requests go through the guard."""

import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Final, Literal

import httpx
from intercom import Intercom as Client
from intercom.companies.types.company import Company
from intercom.contacts.types.contact import Contact
from intercom.conversations.types.conversation import Conversation
from intercom.conversations.types.conversations_manage_request_body import (
    ConversationsManageRequestBody_Close,
    ConversationsManageRequestBody_Open,
)
from intercom.core.api_error import ApiError
from intercom.types.admin_reply_conversation_request import AdminReplyConversationRequest
from intercom.types.multiple_filter_search_request import MultipleFilterSearchRequest
from intercom.types.single_filter_search_request import SingleFilterSearchRequest
from intercom.types.starting_after_paging import StartingAfterPaging
from pydantic import SecretStr

from support_connectors.backend import NotFound
from support_connectors.backends.intercom_records import TITLE
from support_connectors.remote.budget import Budget
from support_connectors.remote.guard import Guard, ServerSettings, readable, retry_after, secret, unreadable
from support_connectors.remote.http import Api, HttpAnswer
from support_connectors.remote.httpx_guard import GuardedTransport

VERSION: Final = "2.15"
"""The version of the interface that we speak; the workspace's own default does not count."""
MOST_CONTACTS: Final = 750
"""Contacts of one company that a list looks for: 15 conditions of 50 each, as much as one search takes."""
AT_ONCE: Final = 50
"""Contacts of one condition or one page."""
MOST_ITEMS: Final = 500
"""Items of any answer: Intercom gives no more parts of a conversation, and lists are shorter. The client takes about a
millisecond for each."""
Condition = tuple[str, Literal["=", "IN", "<", ">", "~"], str | int | list[str]]
"""Field, operator and value of a search."""


class IntercomSettings(ServerSettings):
    """Where Intercom is and how it knows us."""

    url: str = "https://api.intercom.io"
    """The region's address: also ``https://api.eu.intercom.io`` and ``https://api.au.intercom.io``."""
    access_token: SecretStr
    """The app's access token."""
    admin_id: str = ""
    """Id of the teammate in whose name is written; the token's own where it is left out."""


@dataclass(frozen=True)
class ConversationsPage:
    """Conversations of one page."""

    conversations: list[Conversation]
    total: int
    following: str | None
    """Where the next page starts."""


class IntercomApi:
    """The calls that the backend needs."""

    def __init__(self, settings: IntercomSettings) -> None:
        self.guard: Guard = settings.guard
        api = Api(TITLE, settings.url, self.guard, wait_of=_wait_of)
        self._http = httpx.Client(
            transport=GuardedTransport(api, _only_reads, _check_length), timeout=self.guard.timeout_s
        )
        self._client = Client(
            base_url=settings.url,
            token=secret(settings.access_token),
            headers={"Intercom-Version": VERSION},
            httpx_client=self._http,
        )
        self._admin_id = settings.admin_id

    def search(self, groups: Sequence[Sequence[Condition]], limit: int, after: str | None = None) -> ConversationsPage:
        """Conversations that fit a condition of each group, newest first. Without groups: all."""
        with _answered():
            page = self._client.conversations.search(
                query=_all_of([*groups, [("created_at", ">", 0)]]),
                pagination=StartingAfterPaging(per_page=limit, starting_after=after),
                request_options={
                    "additional_body_parameters": {"sort": {"field": "created_at", "order": "descending"}}
                },
            )
            conversations = page.response.conversations
            if not isinstance(conversations, list) or not all(row.id for row in conversations):
                raise unreadable(TITLE, "a page without conversations")
            following = page.response.pages.next if page.response.pages else None
            return ConversationsPage(
                conversations, int(page.response.total_count or 0), following.starting_after if following else None
            )

    def conversation(self, number: str) -> Conversation:
        """One conversation with its parts, the newest 500 at most. Raises ``NotFound``."""
        with _answered(), _named(number):
            found: Conversation = self._client.conversations.find(number)
            if found.id is None:
                raise unreadable(TITLE, "a conversation without an id")
            return found

    def reply(self, number: str, kind: Literal["comment", "note"], markup: str) -> Conversation:
        """Write a comment that the contact sees, or a note; gives the conversation as it is then."""
        request = AdminReplyConversationRequest(message_type=kind, type="admin", body=markup, admin_id=self._admin())
        with _answered(), _named(number):
            found: Conversation = self._client.conversations.reply(number, request=request)
            return found

    def open_or_close(self, number: str, *, opened: bool) -> Conversation:
        """Set the state; gives the conversation as it is then."""
        admin = self._admin()
        request = (
            ConversationsManageRequestBody_Open(admin_id=admin)
            if opened
            else ConversationsManageRequestBody_Close(admin_id=admin)
        )
        with _answered(), _named(number):
            found: Conversation = self._client.conversations.manage(number, request=request)
            return found

    def contacts(self, ids: Sequence[str]) -> dict[str, Contact]:
        """The contacts of these ids, as far as they are there."""
        return self._contacts(("id", "IN", list(ids)))

    def contacts_named(self, name: str) -> dict[str, Contact]:
        """The contacts of this name."""
        return self._contacts(("name", "=", name))

    def company(self, name: str) -> Company:
        """One company by Intercom's own id. Raises ``NotFound``."""
        with _answered():
            found: Company = self._client.companies.find(name)
            return found

    def contacts_of_company(self, customer: str) -> list[str] | None:
        """Ids of the contacts of the company of this name or external id; None where there is no such company."""
        for asked in ({"name": customer}, {"company_id": customer}):
            try:
                with _answered():
                    found: Any = self._client.companies.retrieve(**asked)
                    companies = found.data if hasattr(found, "data") else [found]
                    own = next((str(company.id) for company in companies or () if company.id), None)
            except NotFound:
                own = None
            if own is not None:
                return self._attached(own)
        return None

    def close(self) -> None:
        """Close the connections."""
        self._http.close()

    def _attached(self, company: str) -> list[str]:
        budget = Budget(TITLE, self.guard)
        ids: dict[str, None] = {}
        for page in range(1, MOST_CONTACTS // AT_ONCE + 1):
            with _answered():
                answer = self._client.companies.list_attached_contacts(
                    company, request_options={"additional_query_parameters": {"page": page, "per_page": AT_ONCE}}
                )
                fresh = [str(contact.id) for contact in answer.data or () if str(contact.id) not in ids]
                ids |= dict.fromkeys(fresh)
                pages = (answer.pages.total_pages if answer.pages else None) or 1
            if not fresh or page >= pages:
                break
            budget.check()
        return list(ids)

    def _contacts(self, condition: Condition) -> dict[str, Contact]:
        with _answered():
            page = self._client.contacts.search(query=_one(condition), pagination=StartingAfterPaging(per_page=AT_ONCE))
            return {str(contact.id): contact for contact in page.items or ()}

    def _admin(self) -> str:
        """The teammate who writes; the token's own is asked for once."""
        if not self._admin_id:
            with _answered():
                me = self._client.admins.identify()
                if me is None or not me.id:
                    raise unreadable(TITLE, "no teammate belongs to the token")
                self._admin_id = str(me.id)
        return self._admin_id


@contextmanager
def _answered() -> Iterator[None]:
    """Turn what the client makes of an unreadable answer into ``Unavailable``."""
    try:
        with readable(TITLE):
            yield
    except (ApiError, RecursionError) as error:
        raise unreadable(TITLE, "no JSON") from error


@contextmanager
def _named(number: str) -> Iterator[None]:
    """Say which conversation is not there."""
    try:
        yield
    except NotFound as error:
        raise NotFound(
            f"There is no conversation {number} in Intercom: it was deleted, never was, or our access may not see it."
        ) from error


def _all_of(groups: Sequence[Sequence[Condition]]) -> MultipleFilterSearchRequest:
    parts = [MultipleFilterSearchRequest(operator="OR", value=[_one(one) for one in group]) for group in groups]
    return MultipleFilterSearchRequest(operator="AND", value=parts)


def _one(condition: Condition) -> SingleFilterSearchRequest:
    field, operator, value = condition
    return SingleFilterSearchRequest(field=field, operator=operator, value=value)


def _only_reads(request: httpx.Request) -> bool:
    return request.method == "GET" or request.url.path.endswith("/search")


def _check_length(answer: HttpAnswer) -> None:
    found = answer.json()
    if not isinstance(found, dict):
        raise unreadable(TITLE, "no JSON object")
    parts = found.get("conversation_parts")
    lists = (found.get("conversations"), found.get("data"), isinstance(parts, dict) and parts.get("conversation_parts"))
    longest = max(len(items) if isinstance(items, list) else 0 for items in lists)
    if longest > MOST_ITEMS:
        raise unreadable(TITLE, f"{longest:,} items, where at most {MOST_ITEMS} belong")


def _wait_of(headers: Mapping[str, str]) -> float | None:
    """Seconds until Intercom takes calls again: it says the moment."""
    asked = retry_after(headers.get("retry-after"))
    moment = headers.get("x-ratelimit-reset", "")
    return max(0.0, int(moment) - time.time()) if asked is None and moment.isdecimal() else asked
