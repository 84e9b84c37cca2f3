"""The words of a record with the signs inside them: what ids, versions and paths are looked for in."""

import re

from customer_escalation.review.grounding.source import SourceText

_TOKEN = re.compile(r"[\w#@][\w.@:/+#-]*")
_ASCII_TOKEN = re.compile(r"[\w#@][\w.@:/+#-]*", re.ASCII)
"""A text that sets no spaces has an id amid its words."""


def tokens(source: SourceText) -> frozenset[str]:
    """Casefolded; also their parts, and without ``v``, ``#`` and hyphens."""
    found = {
        token.strip(".,:;/+-").removeprefix("#")
        for form in (_TOKEN, _ASCII_TOKEN)
        for token in form.findall(source.lower)
    }
    found |= {part for token in found for part in re.split(r"[/:@=+]", token) if part}
    found |= {token.removeprefix("v") for token in found if re.match(r"v\d", token)}
    hyphened = [token for token in found if "-" in token]
    found |= {part for token in hyphened for part in token.split("-") if re.search(r"\d", part) and not part.isdigit()}
    return frozenset(found | {token.replace("-", "") for token in hyphened})
