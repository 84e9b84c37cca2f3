"""Citations made whole by code where only one reading is possible: a ref's full form, the one record that holds an atom."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from customer_escalation.domain.changes import texts_at
from customer_escalation.domain.draft import CustomerDraft, Draft, HandlingDraft
from customer_escalation.domain.prose import Passage, cite, passages, sentences_of, with_refs, without_marks
from customer_escalation.domain.written import is_written
from customer_escalation.review.missing import atoms_missing, is_telling
from customer_escalation.review.passages import claims
from customer_escalation.review.sources import Sources


def mend_citations(draft: Draft, sources: Sources) -> Draft:
    """The draft with refs normalised to ``category/id``, and with a citation added to each sentence whose missing atoms stand
    together in exactly one item or figure. A small number alone shows no source: it may stand there by chance. A sentence that
    stands on records gets no figure, which is then about another ticket.
    """
    whole = _normalised(draft, sources)
    added: dict[tuple[str, int], Added] = {}
    for claim in claims(whole):
        if claim.kind != "fact" or claim.sums_up:
            continue
        missing = atoms_missing(claim, sources)
        if not all(is_telling(atom) for atom in missing):
            continue
        homes = [sources.homes_of(atom.found_in) for atom in missing]
        common = set.intersection(*map(set, homes)) if homes else set()
        if len(common) == 1 and not (claim.cites and common <= sources.figures.keys()):
            added[claim.where, claim.number] = Added((common.pop(),), tuple(atom.atom for atom in missing))
    return with_added(whole, added)


def with_added(draft: Draft, added: Mapping[tuple[str, int], "Added"]) -> Draft:
    """The draft with these citations, by passage and number of the sentence."""
    if not added:
        return draft
    shared = not is_written(draft)
    changes = {passage.path: _with(passage, added, shared=shared) for passage in passages(draft)}
    return type(draft).model_validate(texts_at(draft, {path: text for path, text in changes.items() if text}))


@dataclass(frozen=True)
class Added:
    """Citations that a sentence gets, and what stands on them."""

    refs: tuple[str, ...]
    atoms: tuple[str, ...]


def _with(passage: Passage, added: Mapping[tuple[str, int], Added], *, shared: bool) -> str:
    """The passage's text with the added marks; empty where it gets none. ``shared``: a sentence keeps what its line cites."""
    pieces: list[str] = []
    at, changed = 0, False
    for number, sentence in enumerate(sentences_of(passage.written)):
        pieces.append(passage.written[at : sentence.start])
        own, at = passage.written[sentence.start : sentence.end], sentence.end
        new = added.get((passage.path, number))
        if new:
            changed = True
            kept = [] if sentence.own or not shared else list(sentence.cites)
            body = own.rstrip()
            own = _cited(body, [*kept, *new.refs], new.atoms) + own[len(body) :]
        pieces.append(own)
    return "".join([*pieces, passage.written[at:]]) if changed else ""


def _cited(sentence: str, refs: list[str], atoms: Sequence[str]) -> str:
    """With a mark for the refs: in a row of a table in the last cell that holds one of the atoms."""
    cells = sentence.split("|") if sentence.endswith("|") else []
    held = [place for place, cell in enumerate(cells) if any(atom in without_marks(cell) for atom in atoms)]
    if not held:
        return cite(sentence, refs)
    cells[held[-1]] = f"{cite(cells[held[-1]].rstrip(), refs)} "
    return "|".join(cells)


def _normalised(draft: Draft, sources: Sources) -> Draft:
    changes: dict[str, str] = {}
    for passage in passages(draft):
        if any(sources.whole(ref) != ref for ref in passage.cites):
            changes[passage.path] = with_refs(passage.written, sources.whole)
    data = texts_at(draft, changes) if changes else draft.model_dump()
    data["drafts"] = [
        CustomerDraft.model_validate({**one.model_dump(), "ticket": sources.ticket_of(one.ticket)}).model_dump()
        for one in draft.drafts
    ]
    if isinstance(draft, HandlingDraft):
        data["article"] = sources.whole(draft.article)
    return type(draft).model_validate(data)
