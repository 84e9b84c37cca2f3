"""Secrets in what others wrote: keys and passwords that people paste into tickets, and our own where a server echoes them.

They are taken out before anything is kept or sent on, so no journal, model, brief or export holds one. Taken for a secret is what has
a vendor's published form, a private key, a password in an address, or what stands behind the word for one and looks like one; not
whatever looks random, because ids and hashes do, and a brief lives by those. Every pattern is bounded: its time goes with the length.
"""

import re
import tomllib
from collections.abc import Iterable, Iterator
from functools import lru_cache
from importlib.resources import files
from typing import Any

REMOVED = "[secret removed]"
SHORTEST = 8
"""Characters of a secret of our own that is looked for."""
_TABLE = tomllib.loads((files("skill_runtime") / "secret_forms.toml").read_text(encoding="utf-8"))
"""Of each vendor the forms of its keys; each begins with something that ``marks`` lists."""
_FORMS = re.compile("|".join(form for forms in _TABLE["forms"].values() for form in forms))
_NAMED = re.compile(
    r"\b(?P<name>pass(?:word|wort|phrase|code)|passwd|pwd|kennwort|contrase(?:ñ|n)a|mot de passe|senha|api[-_ ]?(?:key|token|secret)|"
    r"(?:client|app|shared)[-_ ]?secret|(?:access|auth|refresh|bearer)[-_ ]?token|authorization: (?:bearer|basic)|bearer)"
    r"(?P<between>[\"']?(?:\s?[:=]\s?|\s(?:is|ist|es|est|é)\s|\s)[\"'`]?)(?P<value>[^\s\"'`<>]{6,200})",
    re.IGNORECASE,
)


_MARKS: tuple[str, ...] = tuple(_TABLE["marks"])
"""One of these is in whatever ``_FORMS`` finds: most texts have none."""
_WORDS = ("pass", "pwd", "kennwort", "contrase", "senha", "key", "token", "secret", "bearer", "authorization")


_SECRET_NAME = re.compile(r"pass|pwd|secret|token|key|auth|cred|cookie|bearer|session|signature|\bsig\b", re.IGNORECASE)
_OPTION = re.compile(r"(-{1,2}[\w-]+)=(.*)", re.DOTALL)
_QUERY = re.compile(r"(?<=[?&])([^=&#]{1,100})=([^&#]*)")
HIDDEN = "***"


def is_secret_name(name: str) -> bool:
    """Whether what goes by this name is to be read by nobody."""
    return bool(_SECRET_NAME.search(name))


def shown_address(url: str) -> str:
    """A URL as a screen may show it: without a user's password, and without the values of its query."""
    return _QUERY.sub(rf"\1={HIDDEN}", without_secrets(url))


def shown_command(words: Iterable[str]) -> str:
    """A command line as a screen may show it: without the values of options that are named as secrets are."""
    shown: list[str] = []
    hide = False
    for word in words:
        option = _OPTION.fullmatch(word)
        if hide and not word.startswith("-"):
            shown.append(HIDDEN)
        elif option and is_secret_name(option[1]):
            shown.append(f"{option[1]}={HIDDEN}")
        else:
            shown.append(shown_address(word))
        hide = word.startswith("-") and not option and is_secret_name(word)
    return " ".join(shown)


def without_secrets(text: str, own: Iterable[str] = ()) -> str:
    """The text with a note in the place of each secret; ``own`` are secrets known by their value."""
    for secret in own:
        if len(secret) >= SHORTEST and secret in text:
            text = text.replace(secret, REMOVED)
    return _short_without_forms(text) if len(text) <= _SHORT else _without_forms(text)


_SHORT = 64
"""Characters of what comes again and again in records: names of fields, states, people, ids."""


@lru_cache(maxsize=4096)
def _short_without_forms(text: str) -> str:
    return _without_forms(text)


def _without_forms(text: str) -> str:
    if any(mark in text for mark in _MARKS):
        text = _FORMS.sub(REMOVED, text)
    folded = text.lower()
    return _NAMED.sub(_value_removed, text) if any(word in folded for word in _WORDS) else text


def places_of_secrets(text: str) -> Iterator[tuple[int, int]]:
    """Where ``without_secrets`` would take something out: beginning and end of each."""
    if any(mark in text for mark in _MARKS):
        yield from (found.span() for found in _FORMS.finditer(text))
    folded = text.lower()
    if any(word in folded for word in _WORDS):
        yield from (found.span("value") for found in _NAMED.finditer(text) if _is_value(found))


def cleared(value: Any, own: Iterable[str] = ()) -> Any:
    """A copy of a JSON value without secrets in its texts and keys."""
    secrets = tuple(own)
    if isinstance(value, str):
        return without_secrets(value, secrets)
    if isinstance(value, list):
        return [cleared(item, secrets) for item in value]
    if isinstance(value, dict):
        return {without_secrets(key, secrets): cleared(item, secrets) for key, item in value.items()}
    return value


def _value_removed(found: re.Match[str]) -> str:
    return f"{found['name']}{found['between']}{REMOVED}" if _is_value(found) else found.group()


def _is_value(found: re.Match[str]) -> bool:
    """Does what stands behind the word for a secret look like one?"""
    value = found["value"]
    mixed = any(char.isdigit() for char in value) and any(char.isalpha() for char in value)
    told = found["between"].strip() not in ("", '"', "'")
    return value[0] not in "${<[%*" and mixed and (told or len(value) >= 16)
