"""Secrets in what others wrote: keys and passwords that people paste into tickets, and our own where a server echoes them.

They are taken out before anything is kept or sent on, so no journal, model, brief or export holds one. Taken for a secret is what has
a vendor's published form, a private key, a password in an address, or what stands behind the word for one and looks like one; not
whatever looks random, because ids and hashes do, and a brief lives by those. Every pattern is bounded, so a look is linear.
"""

import re
from collections.abc import Iterable
from typing import Any

REMOVED = "[secret removed]"
SHORTEST = 8
"""Characters of a secret of our own that is looked for."""
_FORMS = re.compile(
    r"\b(?:AKIA|ASIA|ABIA|ACCA)[A-Z0-9]{16}\b"  # Amazon
    r"|\bgh[pousr]_[A-Za-z0-9]{30,255}|\bgithub_pat_[A-Za-z0-9_]{22,255}|\bgl(?:pat|ptt|rt|dt)-[A-Za-z0-9_-]{20,100}"
    r"|\bxox[abeoprs]-[A-Za-z0-9-]{10,250}|\bxapp-\d-[A-Za-z0-9-]{10,250}|hooks\.slack\.com/services/[A-Za-z0-9/]{20,100}"
    r"|\b[spr]k_(?:live|test)_[A-Za-z0-9]{16,250}|\bwhsec_[A-Za-z0-9+/=]{16,100}"  # Stripe
    r"|\bsk-(?:[a-z]{2,10}\d{0,2}-){0,3}[A-Za-z0-9_-]{20,250}"  # Anthropic, OpenAI
    r"|\bAIza[A-Za-z0-9_-]{35}|\bya29\.[A-Za-z0-9_-]{20,500}|\bGOCSPX-[A-Za-z0-9_-]{20,60}"  # Google
    r"|\bnpm_[A-Za-z0-9]{36}|\bpypi-[A-Za-z0-9_-]{50,500}|\bSG\.[A-Za-z0-9_-]{16,40}\.[A-Za-z0-9_-]{16,80}"
    r"|\bSK[0-9a-f]{32}\b|\bdop_v1_[0-9a-f]{64}|\bhvs\.[A-Za-z0-9_-]{20,200}|\bATATT[A-Za-z0-9_=-]{20,300}|\blin_api_[A-Za-z0-9]{30,60}"
    r"|\beyJ[A-Za-z0-9_-]{8,2000}\.[A-Za-z0-9_-]{8,4000}\.[A-Za-z0-9_-]{8,1000}"  # a signed token (RFC 7519)
    r"|-----BEGIN [A-Z ]{0,30}PRIVATE KEY(?: BLOCK)?-----(?:[^-]{0,20000}(?:-----END [A-Z ]{0,30}PRIVATE KEY(?: BLOCK)?-----)?)"
    r"|(?<=://)[^\s/:@]{1,100}:[^\s/@]{1,200}(?=@)"
)
_NAMED = re.compile(
    r"\b(?P<name>pass(?:word|wort|phrase|code)|passwd|pwd|kennwort|contrase(?:ñ|n)a|mot de passe|senha|api[-_ ]?(?:key|token|secret)|"
    r"(?:client|app|shared)[-_ ]?secret|(?:access|auth|refresh|bearer)[-_ ]?token|authorization: (?:bearer|basic)|bearer)"
    r"(?P<between>[\"']?(?:\s?[:=]\s?|\s(?:is|ist|es|est|é)\s|\s)[\"'`]?)(?P<value>[^\s\"'`<>]{6,200})",
    re.IGNORECASE,
)


_MARKS = (
    "AKIA ASIA ABIA ACCA ghp_ gho_ ghu_ ghs_ ghr_ github_pat_ glpat- glptt- glrt- gldt- xox xapp- hooks.slack k_live_ k_test_ whsec_ "
    "sk- AIza ya29. GOCSPX- npm_ pypi- SG. SK dop_v1_ hvs. ATATT lin_api_ eyJ PRIVATE ://"
).split()
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
    if any(mark in text for mark in _MARKS):
        text = _FORMS.sub(REMOVED, text)
    folded = text.lower()
    return _NAMED.sub(_value_removed, text) if any(word in folded for word in _WORDS) else text


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
    value = found["value"]
    mixed = any(char.isdigit() for char in value) and any(char.isalpha() for char in value)
    told = found["between"].strip() not in ("", '"', "'")
    if value[0] in "${<[%*" or not mixed or not (told or len(value) >= 16):
        return found.group()
    return f"{found['name']}{found['between']}{REMOVED}"
