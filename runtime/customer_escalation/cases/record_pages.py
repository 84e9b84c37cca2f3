"""The records of a case in pages: clients put a result that is too long where their model does not read it."""

from collections.abc import Iterator

MOST_OF_A_PAGE = 60_000
"""Bytes in UTF-8, so that a page of any script stays under 25,000 tokens."""


def pages_of(text: str, most: int = MOST_OF_A_PAGE) -> list[str]:
    """The text in pieces of at most ``most`` bytes, between lines where a line fits one; at least one piece.

    Put together with line breaks, or with nothing where a line was longer than a page, they are the text.
    """
    pages: list[list[str]] = [[]]
    size = 0
    for piece in (piece for line in text.splitlines() for piece in _pieces(line, most)):
        length = len(piece.encode()) + 1
        if pages[-1] and size + length > most:
            pages.append([])
            size = 0
        pages[-1].append(piece)
        size += length
    return ["\n".join(page) for page in pages]


def _pieces(line: str, most: int) -> Iterator[str]:
    """The line, in pieces where it is longer than a page."""
    encoded = line.encode()
    while len(encoded) >= most:
        head = encoded[: most - 1].decode(errors="ignore")
        yield head
        encoded = encoded[len(head.encode()) :]
    yield encoded.decode()
