"""A document as its writer wrote it: the layout of the draft, with every text inert and every sentence linked to its records."""

from collections.abc import Iterator

from customer_escalation.domain.prose import without_marks, words_begin
from customer_escalation.domain.written import Piece, Written, pieces_of
from customer_escalation.rendering.inert import inert_lines
from customer_escalation.rendering.line_layout import joined, prefix
from customer_escalation.rendering.prose_view import ProseView

TOP = 1
"""The level of the highest heading."""


def as_written(view: ProseView, draft: Written, *, for_receiver: bool = False) -> str:
    """The document; ``for_receiver``: of an escalation the brief alone, without the texts that go out."""
    lines: list[str] = []
    for piece, text in pieces_of(draft):
        if for_receiver and not _is_for_receiver(piece, draft):
            continue
        lines += [""] * (min(piece.apart, 1) if lines else 0)
        lines += _piece(view, piece, text)
    return "\n".join(lines)


def _is_for_receiver(piece: Piece, draft: Written) -> bool:
    parts = {one.part for one in draft.layout}
    return "brief" not in parts or (piece.part == "brief" and not piece.quoted)


def _piece(view: ProseView, piece: Piece, text: str) -> Iterator[str]:
    if piece.before.startswith("#"):
        view.section()
    if not text:
        before = without_marks(piece.before)
        at = words_begin(before)
        yield f"{prefix(before[:at], TOP)}{prefix(before[at:])}".rstrip()
    elif piece.quoted:
        yield from (f"> {line}".rstrip() for line in inert_lines(text))
    else:
        words = joined(list(view.document_lines(text, TOP)), 0)
        yield from f"{piece.before}{words}".split("\n")
