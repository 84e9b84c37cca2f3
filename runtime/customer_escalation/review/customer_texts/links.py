"""Links and images in a text for a customer: only to hosts that the policy, the ticket or an article knows."""

import re
from collections.abc import Iterator
from urllib.parse import urlsplit

from customer_escalation.domain.evidence import page_of
from customer_escalation.review.customer_texts.subject import CustomerText, Said

_ADDRESS = re.compile(
    r"(?:[a-z][a-z0-9+.-]{0,20}:)?//[^\s<>\"'`()\[\]{}|\\^「」『』]{1,2000}|(?<![\w@.-])www\.[^\s<>\"'`()\[\]{}|\\^「」『』]{1,2000}|"
    r"(?<![\w@./-])(?:[\w-]{1,63}\.){1,8}[^\W\d_]{2,24}/[^\s<>\"'`()\[\]{}|\\^「」『』]{0,2000}",
    re.IGNORECASE,
)
"""With a scheme or none, or a host with a path; the bare name of a host or a file is an atom of G1's kind."""
_BARE = re.compile(r"(?<![\w@./-])(?:[\w-]{1,63}\.){1,8}[^\W\d_]{2,24}(?![\w@-])")
"""The bare name of a host, which what a customer knows may hold."""
_BEHIND_LOGIN = re.compile(r"@((?:[\w-]{1,63}\.){1,8}[^\W\d_]{2,24})(?=[/:]\S)")
"""The host of an address whose login somebody blanked out, as in ``https://[removed by me]@example.org/a``."""
_SELECTS = re.compile(r"(?<!\S)(?:-l|--selector|--label)[ =]\Z")
"""What stands before a label of a command, such as ``-l velero.io/restore-name=x``, which leads nowhere."""
_MAIL = re.compile(r"[\w.+%'-]{1,64}@((?:[\w-]{1,63}\.){1,8}[^\W\d_]{2,24})")


def links(text: CustomerText) -> Iterator[Said]:
    """Hosts that nobody knows."""
    known = {host for record in text.known for host in (*hosts(record.text), host_of(page_of(record)))}
    known |= {found.group().casefold() for record in text.known for found in _BARE.finditer(record.text)}
    known |= {found[1].casefold() for record in text.known for found in _BEHIND_LOGIN.finditer(record.text)}
    for host in dict.fromkeys(hosts(text.spaced)):
        if host not in known and not _below(host, text.policy.leaving.hosts):
            yield Said(
                f"It leads to {host}, which neither this customer's tickets, nor an article, nor your policy (leaving.hosts) knows.",
                "H" if "." in host or ":" in host else "W",  # a name without a dot leads nowhere outside a house
            )
    mails = {found[1].casefold() for record in text.known for found in _MAIL.finditer(record.text)}
    for host in dict.fromkeys(found[1].casefold() for found in _MAIL.finditer(_ADDRESS.sub(" ", text.spaced))):
        if host not in mails | known and not _below(host, text.policy.leaving.hosts):
            yield Said(f"It names an e-mail address at {host}, which nothing that this customer knows holds.", "W")


def hosts(shown: str) -> list[str]:
    """The hosts that addresses of a text lead to, in their order."""
    addresses = (found for found in _ADDRESS.finditer(shown) if not _is_label(found, shown))
    return [host for found in addresses if (host := host_of(found.group()))]


def _is_label(address: re.Match[str], shown: str) -> bool:
    before = shown[max(0, address.start() - len(" --selector ")) : address.start()]
    return "//" not in address.group() and bool(_SELECTS.search(before))


def host_of(address: str) -> str:
    """The host that an address leads to, whatever stands before an @; empty where there is none."""
    try:
        whole = address if "//" in address else f"//{address}"
        return (urlsplit(whole).hostname or "").rstrip(".,;:!?。、").casefold()
    except ValueError:
        return ""


def _below(host: str, allowed: tuple[str, ...]) -> bool:
    return any(host == one.casefold() or host.endswith(f".{one.casefold()}") for one in allowed)
