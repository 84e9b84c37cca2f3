"""What a brief says in fixed words, in its own language; the template's headings and labels stay as the skill has them."""

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files

from customer_escalation.domain.draft import Draft
from customer_escalation.domain.language import code_of
from customer_escalation.domain.prose import passages

DEFAULT = "en"


@cache
def phrase_table() -> Mapping[str, Mapping[str, str]]:
    """Every phrase by its name, in each language by its ISO 639-1 code."""
    table: dict[str, dict[str, str]] = tomllib.loads(
        files("customer_escalation.rendering").joinpath("phrases.toml").read_text(encoding="utf-8")
    )
    return table


def language_code(draft: Draft) -> str:
    """The language that the receiver's texts are in; empty where nobody can tell."""
    return code_of(" ".join(passage.text for passage in passages(draft) if passage.reader == "receiver"))


class Phrases:
    """The fixed words of one brief."""

    def __init__(self, draft: Draft) -> None:
        self.language = language_code(draft)

    def __call__(self, name: str, **values: str) -> str:
        """The phrase in the brief's language, English where that is not known. Raises ``KeyError`` for a name without one."""
        forms = phrase_table()[name]
        return forms.get(self.language, forms[DEFAULT]).format(**values)
