"""A piece of a text that was found in it, and what it is."""

from typing import Literal, NamedTuple

Kind = Literal["secret", "card_number", "name", "email", "phone", "address", "iban", "ip_address"]
WORDS: dict[Kind, tuple[str, str]] = {
    "secret": ("secret", "secrets"), "card_number": ("card number", "card numbers"), "name": ("name", "names"),
    "email": ("e-mail address", "e-mail addresses"), "phone": ("phone number", "phone numbers"),
    "address": ("postal address", "postal addresses"), "iban": ("IBAN", "IBANs"),
    "ip_address": ("IP address", "IP addresses"),
}  # fmt: skip
"""What people call one of a kind, and several."""


class Span(NamedTuple):
    """``text[start:end]`` is of this kind."""

    start: int
    end: int
    kind: Kind
