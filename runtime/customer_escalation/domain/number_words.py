"""Numbers that a text gives in words, in the languages that texts are told by."""

import re

_TOKEN = re.compile(r"[^\W\d_]+(?:-[^\W\d_]+)*|\S")


class _Token:
    """A word or a sign, as the library asks for it."""

    def __init__(self, text: str) -> None:
        self._text = text

    def text(self) -> str:
        return self._text

    def nt_separated(self, previous: "_Token") -> bool:
        return False

    def not_a_number_part(self) -> bool:
        return False


def numbers_in_words(text: str, code: str) -> frozenset[int]:
    """Cardinals and ordinals, with those in digits; ``code`` is the language's ISO 639-1 code, one of ``language.CODES``."""
    from text_to_num import find_numbers  # type: ignore[import-untyped]  # compiled; loaded with the first record read

    tokens = [_Token(token) for token in _TOKEN.findall(text)]
    return frozenset(int(found.value) for found in find_numbers(tokens, code, 0.0) if found.value)
