"""What a system did not write as it promises, or no workspace can keep, is left out with its reason; the rest goes on."""

from pydantic import ValidationError

from support_connectors.backend import BackendError
from support_connectors.imports.outcome import Item, Left, Pieces
from support_connectors.times import parse_time

MOST_OF_A_REASON = 160
"""Characters of what an error says."""


def guarded(what: str, pieces: Pieces) -> Pieces:
    """The pieces; what is not as its system writes it is left out, with the reason."""
    try:
        for piece in pieces:
            yield _fitting(piece) if isinstance(piece, Item) else piece
    except BackendError as error:
        cause = error.__cause__
        yield Left(what, _reason(cause) if cause else str(error))
    except ValueError as error:
        yield Left(what, _reason(error))


def _fitting(item: Item) -> Item | Left:
    """The item, where its times and ids can be kept."""
    row = item.row
    try:
        for id_ in (row.id, *(part.id for part in row.parts)):
            if not id_.strip() or not id_.isprintable():
                return Left("an item", "its id is empty or holds characters that no id has")
        if row.at is not None:
            parse_time(row.at)
        for part in row.parts:
            parse_time(part.at)
    except ValueError as error:
        return Left(row.id, f"a time of it {error}")
    return item


def _reason(error: BaseException) -> str:
    if isinstance(error, KeyError):
        return f"it has no {error.args[0]!r}"
    if isinstance(error, ValidationError):
        fault = error.errors(include_url=False)[0]
        return f"its {'.'.join(map(str, fault['loc']))}: {fault['msg'][:1].lower()}{fault['msg'][1:]}"
    said = " ".join(str(error).split())
    if isinstance(error, ValueError) and said.startswith("has "):
        return f"it {said}" if len(said) <= MOST_OF_A_REASON else f"it {said[:MOST_OF_A_REASON]}…"
    return f"it is not as its system writes it ({type(error).__name__}: {said[:MOST_OF_A_REASON]})"
