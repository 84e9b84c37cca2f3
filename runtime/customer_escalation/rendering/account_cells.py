"""The computed cells of the table of accounts in a brief's language: they are computed before anybody knows which that is."""

import re

from customer_escalation.domain.formatting import local_money_words
from customer_escalation.rendering.phrases import DEFAULT, Phrases

_AMOUNT = r"\$(?P<{}>[\d,]+(?:\.\d\d)?)"
_DEAL = re.compile(_AMOUNT.format("deal") + r" \(close (?P<date>[^()]*)\)|" + _AMOUNT.format("amount"))
_WORDS = ("unknown", "none")


def cell_words(cell: str, say: Phrases) -> str:
    """A cell as ``AccountRow`` has it, with amounts and what is said of them as people of the language write it."""
    if say.language in ("", DEFAULT):
        return cell
    if cell in _WORDS:
        return say(cell)

    def told(found: re.Match[str]) -> str:
        amount = local_money_words(float((found["deal"] or found["amount"]).replace(",", "")), say.language)
        return say("deal", amount=amount, date=found["date"]) if found["deal"] else amount

    return _DEAL.sub(told, cell)
