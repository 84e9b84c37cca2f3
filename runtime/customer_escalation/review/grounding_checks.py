"""G1 to G3: what each sentence says stands in the records that it cites, whose word it is, and what could not be read."""

import re
from collections.abc import Iterator

from customer_escalation.domain.evidence import field, name_key
from customer_escalation.domain.findings import Level
from customer_escalation.domain.people import writer_of
from customer_escalation.domain.template import WORKFLOW, is_called
from customer_escalation.domain.written import HEADING, document_of, is_written, words_of
from customer_escalation.review.check import Fault, ReviewInput, check
from customer_escalation.review.grounding import Unsupported, unsupported_atoms
from customer_escalation.review.missing import atoms_missing, unsupported_words
from customer_escalation.review.passages import IN_ROWS, TOLD_FREELY, Claim, passages
from customer_escalation.review.sources import FOR_COLLEAGUES

STRONG_CLAIMS = re.compile(
    r"\b(?:(?:is|was|are|were|been|has|have) (?:now )?(?:confirmed|resolved|fixed)|confirmed (?:bug|defect|by)|"
    r"root cause (?:is|was)|all (?:our )?customers|every customer)\b",
    re.IGNORECASE,
)
ATTRIBUTION = re.compile(
    r"\b(?:report\w*|sa(?:y|ys|id)|writ(?:es|ten)|wrote|claim\w*|stat(?:e|es|ed)|ask\w*|according to|told|tells|describ\w*|"
    r"see\w*|saw|expect\w*|want\w*|quot\w*|note[sd]?|add(?:s|ed)|confirm\w*|mention\w*|complain\w*|threaten\w*|request\w*|"
    r"calls?|call(?:s|ed)|point\w*|warn\w*|posted|opened|raised|need\w*|the customers?|they|their own)\b",
    re.IGNORECASE,
)
FEWEST_WORDS = 3
"""A label such as "Feature request." states nothing that could be looked up."""
WORDED_FREELY = (*TOLD_FREELY, *FOR_COLLEAGUES)
"""Where a document may name what it makes itself, such as a restore with a name of its own."""
WORDINGS = ("messages",)
"""Texts that may quote what is to be written, or name a setting that nobody tried."""
TOLD_AS_OURS = "description"
"""The text, and the label in the impact, whose sentences read as our own findings; other sections say by their heading whose word it is."""
NEGATED = re.compile(
    r"\b(?:not|never|no|nobody|none|without|un\w+|yet to be|whether|if|once|until)\b|n't\b", re.IGNORECASE
)
_ABSENCE = re.compile(
    r"\b(?:unknown|no |none|not (?:done|recorded|stated|given|known|found|said|named|on record|applicable))\b|"
    r"\b(?:nothing|nobody|neither|without)\b|n't\b",
    re.IGNORECASE,
)


@check("G1")
def cited_records_exist(view: ReviewInput) -> Iterator[Fault]:
    """Refs that name nothing, in marks and where a field names a record."""
    named: list[tuple[str, tuple[str, ...], int | None]] = []
    for passage in passages(view.draft):
        own = [(number, one.cites) for number, one in enumerate(passage.sentences) if one.own]
        named += [(passage.path, cites, number) for number, cites in own]
        alone = set(passage.cites).difference(*(cites for _, cites in own))  # on a line without words
        named += [(passage.path, tuple(alone), None)]
    if view.handling and view.handling.article:
        named.append(("article", (view.handling.article,), None))
    for where, refs, number in named:
        for ref in view.sources.missing(refs):
            message = f"`{ref}` names no record that was read in this run. Cite a ref as it stands in a tool result."
            yield Fault(where, message, sentence=number)


@check("G1")
def facts_are_cited(view: ReviewInput) -> Iterator[Fault]:
    """Texts that state something and carry no mark at all, unless they say nothing but what is known, or that something is
    absent; that is told by English words, so a sentence in another language is asked for a mark by its atoms alone, and so is one of a
    document, whose writer set none.
    """
    uncited: dict[str, list[Claim]] = {}
    for claim in view.claims:
        if not (_stands_on_nothing(claim) and len(claim.text.split()) > FEWEST_WORDS):
            continue
        atoms = unsupported_atoms(claim.text, (), view.sources.everything, vocabulary=view.sources.vocabulary)
        says_something = bool(atoms) or (view.sources.in_english(claim) and not view.is_written)
        if says_something and not (atoms and not atoms_missing(claim, view.sources)):
            uncited.setdefault(claim.where, []).append(claim)
    for where, found in uncited.items():
        for claim in found if where in IN_ROWS else found[:1]:
            message = f"“{_short(claim.text)}” stands on no record: put a mark [[ref]] behind what shows it, or say that it is unknown."
            mild: Level | None = "W" if view.is_written else None  # it was written without marks
            yield Fault(where, message, mild, sentence=claim.number if where in IN_ROWS else None)


@check("G1")
def atoms_supported(view: ReviewInput) -> Iterator[Fault]:
    """Numbers, amounts, dates, times, versions, ids, names and quotations that no cited record holds."""
    for claim in view.claims:
        if claim.text.endswith((":**", "**:")) if view.is_written else _stands_on_nothing(claim):
            continue  # a line that only says what follows; or reported as uncited already
        for atom in atoms_missing(claim, view.sources):
            own = claim.reader == "sender" or claim.kind == "proposed" or _root(claim.where) in WORDINGS
            if own and atom.kind == "id" and any(ref.endswith(f"/{atom.atom}") for ref in atom.found_in):
                continue  # it names that record, as a mark does
            if atom.kind == "quote" and _is_a_heading(atom.atom, view):
                continue  # it sends the reader there
            free = view.is_written and _root(claim.where) in WORDED_FREELY and not _is_like_a_record(atom, view)
            worded = (
                (own and atom.kind in ("quote", "code"))  # what the draft may word itself
                or (free and atom.kind in ("quote", "code", "id", "address") and not atom.found_in)
                or (
                    view.is_written and _root(claim.where) in FOR_COLLEAGUES and _is_of_whom_it_names(atom, claim, view)
                )
            )
            yield Fault(claim.where, unsupported_words(atom, claim), "W" if worded else None, sentence=claim.number)


@check("G1")
def strong_claims(view: ReviewInput) -> Iterator[Fault]:
    """An agent's or an engineer's record."""
    for claim in view.claims:
        if claim.kind != "fact" or not claim.cites:
            continue
        records = view.sources.cited(claim.cites)
        if any(record.category != "figures" and view.sources.evidence.by_us(record) for record in records):
            continue
        for found in STRONG_CLAIMS.finditer(claim.text):
            if not NEGATED.search(claim.text[max(0, found.start() - 40) : found.end()]):
                yield Fault(
                    claim.where,
                    f"“{found.group()}” needs an agent's or engineer's record behind it, and none is "
                    "cited. Say “suspected”, or who says it.",
                    sentence=claim.number,
                )


@check("G2")
def claims_attributed(view: ReviewInput) -> Iterator[Fault]:
    """A fact that only customers state, told as if we knew it, where a reader takes it for ours."""
    where, said = "", frozenset[str]()  # the passage, and what the last sentence in it that says who speaks stands on
    for claim in filter(view.sources.in_english, view.claims):
        if ATTRIBUTION.search(claim.text):
            where, said = claim.where, frozenset(claim.cites)
        goes_on = where == claim.where and said.issuperset(claim.cites)
        if (
            claim.kind == "fact"
            and (claim.where == TOLD_AS_OURS or is_called(claim.label, WORKFLOW))
            and not (goes_on or claim.sums_up)
            and _unattributed(claim, view)
        ):
            yield Fault(claim.where, f"“{_short(claim.text)}”: only customers' messages show it; say who reports it.")


@check("G3")
def gaps_named(view: ReviewInput) -> Iterator[Fault]:
    """Categories that the run could not read and the brief does not name."""
    for category in view.context.unread:
        if category not in view.context.gaps:
            yield Fault("", f"The {category.replace('_', ' ')} could not be read, and the brief does not say so.")


def _unattributed(claim: Claim, view: ReviewInput) -> bool:
    if says_nothing(claim.text):
        return False
    if not claim.cites or any(ref in view.sources.figures for ref in claim.cites) or ATTRIBUTION.search(claim.text):
        return False
    evidence = view.sources.evidence
    if ATTRIBUTION.search(claim.label):
        return False
    records, _ = evidence.resolve(claim.cites)
    said = [record for record in records if record.data.get("kind") not in ("ticket", "figure", "account")]
    told = [(evidence.customer_of(record), writer_of(record)) for record in said]
    names = {word for name in (part for pair in told for part in pair) if name and (word := _first_word(name))}
    if any(name in name_key(f"{claim.label} {claim.text}") for name in names):
        return False
    return bool(said) and all(evidence.by_customer(record) for record in said)


def _first_word(name: str) -> str:
    """By which people call a customer or a person: "Marit" of ``marit.th``."""
    words = re.findall(r"[^\W\d_]{2,}", name_key(name))
    return words[0] if words else ""


def _is_of_whom_it_names(atom: Unsupported, claim: Claim, view: ReviewInput) -> bool:
    """Does it stand in a record of a customer whom the sentence names? A text that goes out carries no mark to say so."""
    evidence = view.sources.evidence
    items = [evidence.item_of(record) for ref in atom.found_in if (record := evidence.ledger.resolve(ref))]
    names = (field(item, "customer") or field(item, "name") for item in items)
    return any(name and name.casefold() in claim.text.casefold() for name in names)


def _is_a_heading(words: str, view: ReviewInput) -> bool:
    """Is it one of the document's own?"""
    if not is_written(view.draft):
        return False
    headings = (heading[2] for line in document_of(view.draft).split("\n") if (heading := HEADING.match(line)))
    return words_of(words) in map(words_of, headings)


def _is_like_a_record(atom: Unsupported, view: ReviewInput) -> bool:
    """Does it look like the id of a record here, by the letters that it begins with?"""
    letters = re.match(r"[A-Za-z]+(?=[-_]?\d)", atom.atom)
    if letters is None:
        return False
    like = re.compile(rf"{re.escape(letters.group())}[-_]?\d", re.IGNORECASE)
    return any(like.match(record.id) for record in view.sources.evidence.ledger.records.values())


def _root(where: str) -> str:
    return where.partition("[")[0]


def _stands_on_nothing(claim: Claim) -> bool:
    """Reported as uncited already."""
    return claim.kind == "fact" and not (claim.cites or claim.sums_up or says_nothing(claim.text))


def _short(text: str, most: int = 80) -> str:
    return text if len(text) <= most else f"{text[: most - 1]}…"


def says_nothing(text: str) -> bool:
    """True for sentences that state an absence, which no record can show."""
    return bool(_ABSENCE.search(text))
