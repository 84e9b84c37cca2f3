"""G1 to G3: what each passage says stands in the records that it cites, whose word it is, and what could not be read."""

import re
from collections.abc import Iterator, Sequence

from customer_escalation.review.check import Fault, View, check
from customer_escalation.review.passages import Passage
from customer_escalation.review.sources import atoms_missing, unsupported_words
from skill_runtime.ledger import Record

STRONG_CLAIMS = re.compile(
    r"\b(?:(?:is|was|are|were|been|has|have) (?:now )?(?:confirmed|resolved|fixed)|confirmed (?:bug|defect|by)|"
    r"root cause (?:is|was)|all (?:our )?customers|every customer)\b",
    re.IGNORECASE,
)
NEGATED = re.compile(
    r"\b(?:not|never|no|nobody|none|without|un\w+|yet to be|whether|if|once|until|n't)\b", re.IGNORECASE
)
ATTRIBUTION = re.compile(
    r"\b(?:report\w*|sa(?:y|ys|id)|writ(?:es|ten)|wrote|claim\w*|stat(?:e|es|ed)|ask\w*|according to|told|tells|describ\w*|"
    r"see\w*|saw|expect\w*|want\w*|quot\w*|note[sd]?|add(?:s|ed)|confirm\w*|mention\w*|complain\w*|threaten\w*|request\w*|"
    r"calls?|call(?:s|ed)|point\w*|warn\w*|posted|opened|raised|need\w*|customer's|their own)\b",
    re.IGNORECASE,
)
_ABSENCE = re.compile(
    r"\b(?:unknown|no |none|not (?:recorded|stated|given|known|found)|nothing|nobody|neither)\b", re.IGNORECASE
)


@check("G1")
def cited_records_exist(view: View) -> Iterator[Fault]:
    """Refs that name nothing."""
    for passage in view.passages:
        for cite in view.sources.cited(passage.cites)[1]:
            message = f"`{cite}` names no record that was read in this run. Cite a ref as it stands in a tool result."
            yield Fault(passage.where, message)


@check("G1")
def facts_are_cited(view: View) -> Iterator[Fault]:
    """Facts and claims without a citation, unless they say that something is absent."""
    for passage in view.passages:
        if _claims_uncited(passage):
            message = "A factual sentence needs the records that show it in `cites`; otherwise word it as an inference or as unknown."
            yield Fault(passage.where, message)


@check("G1")
def atoms_supported(view: View) -> Iterator[Fault]:
    """Numbers, amounts, dates, times, versions, ids, names and quotations that no cited record holds."""
    for passage in view.passages:
        if not _claims_uncited(passage):
            records, _ = view.sources.cited(passage.cites)
            for atom in atoms_missing(passage, records, view.sources):
                yield Fault(passage.where, unsupported_words(atom, passage))


@check("G1")
def strong_claims(view: View) -> Iterator[Fault]:
    """An agent's or an engineer's record; in a customer's claim the words are the customer's."""
    for passage in view.passages:
        if passage.kind in ("proposed", "customer_claim") or _claims_uncited(passage):
            continue
        records, _ = view.sources.cited(passage.cites)
        if any(record.category != "figures" and view.sources.evidence.by_us(record) for record in records):
            continue
        for found in STRONG_CLAIMS.finditer(passage.text):
            if not NEGATED.search(passage.text[max(0, found.start() - 40) : found.end()]):
                yield Fault(
                    passage.where,
                    f"“{found.group()}” needs an agent's or engineer's record behind it, and none is "
                    "cited. Say “suspected”, or who says it.",
                )


@check("G2")
def claims_attributed(view: View) -> Iterator[Fault]:
    """A fact that only customers state, told as if we knew it."""
    for passage in view.passages:
        if not _claims_uncited(passage) and _unattributed(passage, view.sources.cited(passage.cites)[0], view):
            yield Fault(passage.where, "Only customers' messages stand behind this: say who reports it.")


@check("G2")
def conflict_shown(view: View) -> Iterator[Fault]:
    """Where it came back, the item or message that declares it fixed disagrees with the newer report."""
    fact = view.case.facts.recurred_after_fix
    if view.escalation and fact.answer == "yes" and not view.escalation.conflicts:
        records, _ = view.case.evidence.resolve(fact.cites)
        fixed = [record.ref for record in records if view.case.evidence.by_us(record)]
        where = f" ({fixed[0]})" if fixed else ""
        message = (
            f"One record declares it fixed{where} and a newer one reports it again: give both sides in `conflicts`."
        )
        yield Fault("conflicts", message)


@check("G3")
def gaps_named(view: View) -> Iterator[Fault]:
    """Categories that the run could not read and the brief does not name."""
    for category in view.context.unread:
        if category not in view.context.gaps:
            yield Fault("", f"The {category.replace('_', ' ')} could not be read, and the brief does not say so.")


def _claims_uncited(passage: Passage) -> bool:
    claims = passage.kind in ("fact", "customer_claim")
    return claims and not passage.cites and not says_nothing(passage.text)


def _unattributed(passage: Passage, records: Sequence[Record], view: View) -> bool:
    """The headline and the reproduction say whose word it is elsewhere."""
    if passage.kind != "fact" or passage.where == "summary" or passage.where.startswith("reproduction."):
        return False
    if passage.where.startswith("author_notes") or any(cite in view.sources.figures for cite in passage.cites):
        return False
    if ATTRIBUTION.search(passage.text) or says_nothing(passage.text):
        return False
    evidence = view.sources.evidence
    said = [record for record in records if record.data.get("kind") not in ("ticket", "figure", "account")]
    customers = [customer.casefold() for record in said if (customer := evidence.customer_of(record))]
    if any(customer.split()[0] in passage.text.casefold() for customer in customers):
        return False
    return bool(said) and all(evidence.by_customer(record) for record in said)


def says_nothing(text: str) -> bool:
    """True for sentences that state an absence, which no record can show."""
    return bool(_ABSENCE.search(text))
