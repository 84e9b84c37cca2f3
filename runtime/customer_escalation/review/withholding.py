"""What a brief says where a sentence stays unsupported after the repairs: "unknown", and that something was withheld."""

from collections.abc import Container, Mapping, Sequence

from customer_escalation.domain.changes import texts_at
from customer_escalation.domain.draft import Draft
from customer_escalation.domain.prose import Sentence, passages, sentences_of
from customer_escalation.domain.written import Piece, is_written
from customer_escalation.rendering.phrases import Phrases

FOR_COLLEAGUES = "messages["
"""Where texts to colleagues begin, which go out as they stand."""


def withheld(draft: Draft, places: Mapping[str, set[int]]) -> Draft:
    """The draft with these sentences (numbers by path) replaced by an open "unknown" in its language, once in a line; of
    texts to colleagues and of what is said to the sender they are left out, and so is a whole customer text that nothing supports, in
    whose place a document says so.
    """
    say = Phrases(draft)
    changes: dict[str, str] = {}
    gone: set[str] = set()
    for passage in passages(draft):
        numbers = places.get(passage.path)
        if not numbers:
            continue
        if passage.path == "summary":
            changes["summary"] = say("withheld_summary")
        elif passage.path.startswith("asks["):
            changes[passage.path] = say("withheld_ask")
        elif passage.reader == "customer":
            changes[passage.path] = ""
            gone.add(passage.path)
        else:
            said = passage.role in ("states", "tells") and not passage.path.startswith(FOR_COLLEAGUES)
            changes[passage.path] = _without(passage.written, numbers, say("withheld") if said else "")
    if is_written(draft):
        draft = draft.model_copy(update={"layout": [_said_instead(piece, gone, say) for piece in draft.layout]})
    return type(draft).model_validate(texts_at(draft, changes))


def _said_instead(piece: Piece, gone: Container[str], say: Phrases) -> Piece:
    """Below the line that says for whom a text is there has to be something."""
    if piece.path not in gone:
        return piece
    return piece.model_copy(update={"before": say("withheld_text"), "path": "", "quoted": False})


def _without(written: str, numbers: set[int], instead: str) -> str:
    """The text without these sentences; lines without any of them stay to the letter, their indentation and code among them."""
    sentences = list(enumerate(sentences_of(written)))
    kept: list[str] = []
    at = 0
    for line in written.splitlines(keepends=True):
        inside = [(number, one) for number, one in sentences if at <= one.start < at + len(line)]
        if numbers.isdisjoint(number for number, _ in inside):
            kept.append(line)
        elif words := _words_without(written, inside, numbers, instead):
            kept.append(f"{written[at : inside[0][1].start]}{words}\n")
        at += len(line)
    return "".join(kept).strip()


def _words_without(written: str, inside: Sequence[tuple[int, Sentence]], numbers: set[int], instead: str) -> str:
    """What a line says without these sentences, with ``instead`` once for them; empty where nothing is left of it."""
    words: list[str] = []
    for number, one in inside:
        own = written[one.start : one.end].strip()
        row = own.startswith("|") and instead
        text = own if number not in numbers else f"| {instead} |" if row else instead
        if text and not (number in numbers and text in words):
            words.append(text)
    return " ".join(words)
