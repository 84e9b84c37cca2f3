"""What reading an export gives, piece by piece."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from support_connectors.categories import Category
from support_connectors.workspace.rows import ItemRow


class UnreadableExport(Exception):
    """A file cannot be imported; the message is a sentence for who named it."""


class Item(NamedTuple):
    """One item that was read."""

    category: Category
    row: ItemRow


class Left(NamedTuple):
    """Something that was not taken."""

    what: str
    """Which one: ``ticket 17``, ``line 5``."""
    why: str
    """The same words for the same reason: they are counted."""


class Note(NamedTuple):
    """Something that was taken with a doubt, in a sentence."""

    text: str


Piece = Item | Left | Note
Pieces = Iterator[Piece]


@dataclass
class Tally:
    """What was left out of one file, by reason."""

    left: dict[str, int] = field(default_factory=dict)
    examples: dict[str, str] = field(default_factory=dict)
    """The first of each reason."""
    notes: dict[str, int] = field(default_factory=dict)

    def count(self, piece: Left | Note) -> None:
        """Count a piece that is no item."""
        if isinstance(piece, Note):
            self.notes[piece.text] = self.notes.get(piece.text, 0) + 1
            return
        self.left[piece.why] = self.left.get(piece.why, 0) + 1
        self.examples.setdefault(piece.why, piece.what)
