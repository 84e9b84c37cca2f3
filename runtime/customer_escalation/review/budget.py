"""How many words of a document are read to the end: told to its writers, and compared afterwards (B4)."""

import re

from customer_escalation.domain.outcomes import Outcome

READ = {Outcome.ESCALATE: 1550, Outcome.HANDLE: 1150}
"""Words of a document, with its texts, that readers who compare two of them still read whole, where one account is affected."""
PER_ACCOUNT = 100
"""More for each further account, up to ``MOST_ACCOUNTS``, which has a text of its own."""
MOST_ACCOUNTS = 6
LENGTH = "length"
"""Where a finding about it stands. The reader of a document is told its length beside it."""
_UNSPACED = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\u0e00-\u0eff]")


def words_in(text: str) -> int:
    """Words between spaces, and of scripts without spaces two characters as one; the bars of a table and bullets are none."""
    unspaced = _UNSPACED.findall(text)
    return sum(any(map(str.isalnum, word)) for word in _UNSPACED.sub(" ", text).split()) + len(unspaced) // 2


def read_of(outcome: Outcome, accounts: int) -> int:
    """Words of a document with so many affected accounts."""
    return READ[outcome] + PER_ACCOUNT * min(max(accounts - 1, 0), MOST_ACCOUNTS)
