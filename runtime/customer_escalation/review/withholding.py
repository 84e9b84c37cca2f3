"""What a brief says where a sentence stays unsupported after the repairs: "unknown", and that something was withheld."""

import re
from collections.abc import Mapping

from customer_escalation.domain.brief import Draft
from customer_escalation.domain.changes import texts_at
from customer_escalation.domain.prose import passages, sentences_of

WITHHELD = "Unknown: a drafted sentence was withheld here, because the records that it cites do not support it."
WITHHELD_SUMMARY = "Summary withheld: it names something that the records do not hold"
WITHHELD_ASK = "Investigate: the drafted ask was withheld, because the records that it cites do not support it."


def withheld(draft: Draft, places: Mapping[str, set[int]]) -> Draft:
    """The draft with these sentences (numbers by path) replaced by an open "unknown", once in a passage; of ideas and of what is
    said to the sender they are left out, and so is a whole customer text that nothing supports.
    """
    changes: dict[str, str] = {}
    for passage in passages(draft):
        numbers = places.get(passage.path)
        if not numbers:
            continue
        if passage.path == "summary":
            changes["summary"] = WITHHELD_SUMMARY
        elif passage.path.startswith("asks["):
            changes[passage.path] = WITHHELD_ASK
        elif passage.reader == "customer":
            changes[passage.path] = ""
        else:
            changes[passage.path] = _without(passage.written, numbers, WITHHELD if passage.role == "states" else "")
    return type(draft).model_validate(texts_at(draft, changes))


def _without(written: str, numbers: set[int], instead: str) -> str:
    kept: list[str] = []
    at, said = 0, False
    for number, sentence in enumerate(sentences_of(written)):
        kept.append(written[at : sentence.start])
        at = sentence.end
        if number not in numbers:
            kept.append(written[sentence.start : sentence.end])
        elif instead and not said:
            said = True
            kept.append(f"{instead} ")
    return re.sub(r" {2,}", " ", "".join([*kept, written[at:]])).strip()
