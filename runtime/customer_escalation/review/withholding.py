"""What a brief says where a sentence stays unsupported after the repairs: "unknown", and that something was withheld."""

import re
from collections.abc import Mapping

from customer_escalation.domain.brief import Draft
from customer_escalation.domain.prose import passages, sentences_of, texts_at

WITHHELD = "Unknown: a drafted sentence was withheld here, because the records that it cites do not support it."
WITHHELD_SUMMARY = "Summary withheld: it names something that the records do not hold"
WITHHELD_ASK = "Investigate: the drafted ask was withheld, because the records that it cites do not support it."


def withheld(draft: Draft, places: Mapping[str, set[int]]) -> Draft:
    """The draft with these sentences (numbers by path) replaced by an open "unknown", once in a passage; ideas, notes and
    customer texts that nothing supports are left out.
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
        elif passage.role == "states" and passage.reader != "customer":
            changes[passage.path] = _without(passage.written, numbers)
        else:
            changes[passage.path] = ""
    return type(draft).model_validate(texts_at(draft, changes))


def _without(written: str, numbers: set[int]) -> str:
    kept: list[str] = []
    at, said = 0, False
    for number, sentence in enumerate(sentences_of(written)):
        kept.append(written[at : sentence.start])
        at = sentence.end
        if number not in numbers:
            kept.append(written[sentence.start : sentence.end])
        elif not said:
            said = True
            kept.append(f"{WITHHELD} ")
    return re.sub(r" {2,}", " ", "".join([*kept, written[at:]])).strip()
