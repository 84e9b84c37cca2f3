"""Citations completed by code where only one reading is possible: the message inside a cited ticket, a computed figure."""

from typing import Any

from pydantic import BaseModel

from customer_escalation.domain.brief import Draft
from customer_escalation.review.passages import Passage, PassageKind
from customer_escalation.review.sources import FIGURE_KINDS, Sources, atoms_missing

GENERAL_FIGURES = ("figures/affected", "figures/arr", "figures/pipeline", "figures/queue", "figures/pattern")
"""Figures about the whole case; a number of theirs may stand in any sentence."""


def mend_citations(draft: Draft, sources: Sources) -> Draft:
    """The draft with citations made whole.

    Refs are normalised to ``category/id``. Where a sentence cites an item and its atom stands in exactly that item's
    messages, those messages are cited too; where the atom is a number that code computed, that figure is.
    """
    data = _mend(draft.model_dump(), sources)
    return type(draft).model_validate(data)


def _mend(value: Any, sources: Sources) -> Any:
    if isinstance(value, dict):
        mended = {key: _mend(item, sources) for key, item in value.items()}
        if isinstance(mended.get("cites"), list):
            text = " ".join(str(mended[key]) for key in ("text", "action", "result", "what", "actual", "environment")
                            if mended.get(key))  # fmt: skip
            own: PassageKind = mended.get("kind", "fact")
            kind = "proposed" if "owner" in mended or mended.get("basis") == "proposed" else own
            mended["cites"] = _complete(text, kind, mended["cites"], sources)
        if isinstance(mended.get("summary_cites"), list):
            mended["summary_cites"] = _complete(str(mended["summary"]), "fact", mended["summary_cites"], sources)
        for key in ("ref", "article"):
            if isinstance(mended.get(key), str):
                mended[key] = _whole(mended[key], sources)
        return mended
    if isinstance(value, list):
        return [_mend(item, sources) for item in value]
    return value.model_dump() if isinstance(value, BaseModel) else value


def _whole(cite: str, sources: Sources) -> str:
    record = sources.evidence.ledger.resolve(cite)
    return record.ref if record else cite.strip()


def _complete(text: str, kind: PassageKind, cites: list[str], sources: Sources) -> list[str]:
    whole = list(dict.fromkeys(_whole(cite, sources) for cite in cites))
    if not whole:
        return whole
    records, _ = sources.cited(whole)
    passage = Passage("", text, kind, tuple(whole))
    children = {
        child.ref for record in records for child in sources.evidence.ledger.children(record.ref) if record.ref in whole
    }
    for atom in atoms_missing(passage, records, sources):
        inside = [ref for ref in atom.found_in if ref in children]
        computed = [ref for ref in GENERAL_FIGURES if ref in atom.found_in and atom.kind in FIGURE_KINDS]
        whole += [ref for ref in (inside or computed)[:2] if ref not in whole]
    return whole
