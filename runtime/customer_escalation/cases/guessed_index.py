"""What a document's structure tells of its texts before anybody said it: a quotation below a line that names a ticket or a channel."""

import re

from customer_escalation.domain.blocks import quotations_of
from customer_escalation.domain.evidence import Evidence
from customer_escalation.domain.index import DocumentIndex, TextEntry
from customer_escalation.domain.record_ids import mentions
from customer_escalation.retrieval.relevance.issue import is_open

LONGEST = 300
"""Characters by which a text is known: letters to two customers may begin alike."""
_CHANNEL = re.compile(r"(?<!\w)#[A-Za-z][\w.-]*")


def guessed_index(document: str, evidence: Evidence) -> DocumentIndex:
    """The texts alone: to a channel where the line above names one, to a customer where it names one ticket that somebody waits on. Asks
    and moments are left to a reader.
    """
    tickets = [record.ref for record in evidence.of_kind("ticket") if is_open(record)]
    found: list[TextEntry] = []
    for lead, text in quotations_of(document):
        begins = " ".join(text.split())[:LONGEST]
        channel = _CHANNEL.search(lead)
        named = [ref for ref in tickets if mentions(lead, ref.partition("/")[2])]
        if channel:
            found.append(TextEntry(begins=begins, goes="colleague", to=channel.group(), when=""))
        elif len(named) == 1:
            found.append(TextEntry(begins=begins, goes="customer_reply", to=named[0], when=lead[:LONGEST]))
    return DocumentIndex(texts=_distinct(found))


def _distinct(found: list[TextEntry]) -> list[TextEntry]:
    """Without texts that begin like another one: which is meant nobody could tell."""
    begun = [one.begins for one in found]
    return [one for one in found if begun.count(one.begins) == 1]
