"""How long, how much and how often a system on the network may be asked, and what its failures are called."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Annotated, Any, Self
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, SecretStr, field_validator

from support_connectors.backend import BackendError, InvalidInput, NotFound, PermissionDenied, RateLimited, Unavailable

RETRIED_STATUSES = frozenset({429, 502, 503, 504})
MOST_DETAIL = 300
"""Characters of a system's own words in one of our sentences."""


class SystemSettings(BaseModel):
    """What every system's settings hold. Secrets are ``SecretStr``: they are never printed or journaled."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    timeout_s: Annotated[float, Field(gt=0, le=120)] = 10.0
    """Seconds that one answer may take, from the request to its last byte."""
    total_s: Annotated[float, Field(gt=0, le=300)] = 25.0
    """Seconds that one call may take, further tries and the waiting that a system asks for included."""
    max_bytes: Annotated[int, Field(ge=10_000)] = 8_000_000
    """Longest answer that is read."""
    attempts: Annotated[int, Field(ge=1, le=5)] = 3
    """Requests at most for one that only reads."""

    @property
    def guard(self) -> "Guard":
        """The limits of these settings."""
        return Guard(self.timeout_s, self.total_s, self.max_bytes, self.attempts)


class ServerSettings(SystemSettings):
    """Settings of a system at an address of its own."""

    url: str
    """Where it answers, such as ``https://tracker.example.com``."""

    @field_validator("url")
    @classmethod
    def _check_url(cls, url: str) -> str:
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise ValueError("must be an http or https address such as https://desk.example.com")
        if parts.username or parts.password or parts.query or parts.fragment:
            raise ValueError("must hold neither user, password, query nor fragment: they have settings of their own")
        return url.rstrip("/")


@dataclass(frozen=True)
class Guard:
    """Limits of one system, as in ``SystemSettings``."""

    timeout_s: float = 10.0
    total_s: float = 25.0
    max_bytes: int = 8_000_000
    attempts: int = 3

    @classmethod
    def of(cls, settings: SystemSettings) -> Self:
        """The limits of ``settings``."""
        return cls(settings.timeout_s, settings.total_s, settings.max_bytes, settings.attempts)


def secret(value: SecretStr | None) -> str:
    """The secret's text; empty where none is set."""
    return value.get_secret_value() if value else ""


def failure(
    system: str, status: int, detail: str = "", retry_after: float | None = None, what: str = ""
) -> BackendError:
    """The error that an HTTP status of ``system`` means.

    ``what`` names what was asked for (``ticket 17``), ``detail`` is the system's own words, which are cut and put on
    one line.
    """
    said = _said(detail)
    about = f" for {what}" if what else ""
    match status:
        case 401:
            return PermissionDenied(
                f"{system} refused our credentials (HTTP 401){about}: they are wrong, expired or revoked{said}."
            )
        case 402 | 403 | 407 | 451:
            return PermissionDenied(
                f"{system} does not let our account do this (HTTP {status}){about}{said}. Ask for the permission, or go on "
                "without it."
            )
        case 404 | 410:
            gone = "is gone" if status == 410 else "does not exist, or our account may not see it"
            return NotFound(f"{system} has no such item (HTTP {status}): {what or 'what was asked for'} {gone}{said}.")
        case 408 | 425:
            return Unavailable(f"{system} gave up waiting (HTTP {status}){about}{said}.")
        case 429:
            wait = f" Ask again after {retry_after:g} s." if retry_after is not None else ""
            return RateLimited(f"{system} wants fewer calls (HTTP 429){about}{said}.{wait}", retry_after)
        case _ if 400 <= status < 500:
            return InvalidInput(f"{system} does not take this (HTTP {status}){about}{said}.")
        case _:
            return Unavailable(f"{system} failed (HTTP {status}){about}{said}. Its facts are unknown for now.")


def unreachable(system: str, reason: object) -> Unavailable:
    """The system did not answer at all, or broke off."""
    return Unavailable(f"{system} cannot be reached{_said(str(reason))}. Its facts are unknown for now.")


def too_slow(system: str, seconds: float) -> Unavailable:
    """The system took too long."""
    return Unavailable(f"{system} did not answer within {seconds:g} s. Its facts are unknown for now.")


def too_long(system: str, limit: int) -> Unavailable:
    """The answer is longer than what is read."""
    return Unavailable(f"{system} answered with more than {limit:,} bytes, the most that is read. Ask for less.")


def unreadable(system: str, reason: object) -> Unavailable:
    """The answer is not what the system's interface promises."""
    return Unavailable(f"{system} answered with something that cannot be read{_said(str(reason))}.")


@contextmanager
def readable(system: str) -> Iterator[None]:
    """Turn what a wrongly shaped answer makes our own reading raise into ``Unavailable``.

    Put it around the lines that take an answer apart, and around nothing else.
    """
    try:
        yield
    except BackendError:
        raise
    except (KeyError, IndexError, TypeError, AttributeError, ValueError) as error:
        raise unreadable(system, f"{type(error).__name__}: {error}") from error


def retry_after(value: str | None, now: datetime | None = None) -> float | None:
    """Seconds that a ``Retry-After`` header (seconds or a date) asks for; None without one or where it is neither."""
    if not value:
        return None
    try:
        return max(0.0, float(value))
    except ValueError:
        pass
    try:
        moment = parsedate_to_datetime(value)
    except ValueError:
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return max(0.0, (moment - (now or datetime.now(UTC))).total_seconds())


def words_of(body: bytes) -> str:
    """What an error's body says, for ``failure``: the message of a JSON error, or nothing of anything else."""
    try:
        value = json.loads(body)
    except (ValueError, RecursionError):
        return ""
    return "; ".join(dict.fromkeys(_messages(value)))


_WORDS = (
    "message",
    "error_description",
    "description",
    "detail",
    "error",
    "errors",
    "title",
    "reason",
    "errorMessages",
)


def _messages(value: Any, depth: int = 0) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, list) and depth < 4:
        for item in value:
            yield from _messages(item, depth + 1)
    elif isinstance(value, dict) and depth < 4:
        for key in _WORDS:
            if key in value:
                yield from _messages(value[key], depth + 1)


def _said(detail: str) -> str:
    line = " ".join(detail.split())
    if not line:
        return ""
    cut = line if len(line) <= MOST_DETAIL else line[: MOST_DETAIL - 1] + "…"
    return f': "{cut.rstrip(".")}"'
