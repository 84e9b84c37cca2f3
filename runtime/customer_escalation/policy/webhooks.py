"""Which addresses notices may be posted to."""

from urllib.parse import urlsplit

_LOOPBACK = ("127.0.0.1", "::1", "localhost")


def webhook_fault(url: str) -> str:
    """Why notices may not go to this address, as what it has to be; empty where they may."""
    try:
        parts = urlsplit(url)
        host = parts.hostname
    except ValueError:
        host = None
    if host is None or parts.scheme not in ("https", "http"):
        return "an address that begins with https://"
    if parts.scheme == "http" and host not in _LOOPBACK:
        return "https:// alone, since notices hold what customers write; http:// only to this machine"
    return ""
