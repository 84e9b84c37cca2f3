"""Every text for a model: what it is told at the start, what each tool says of itself, what it reads with a decision.

A ``.md`` file is the text as it stands, with the policy's figures in its ``{{ slots }}`` (see ``policy.text.fill``). A ``.md.j2``
file is a template, because both ways in say the same with other tools.
"""

from collections.abc import Iterable
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING

from customer_escalation.domain.printable import one_line
from skill_runtime.bounds import cut
from skill_runtime.fences import fenced

if TYPE_CHECKING:
    from jinja2 import Environment

MOST_OF_A_LINE = 1_500
"""Characters of one line that holds words of others."""


def prompt(name: str, **values: object) -> str:
    """The text in the file ``name`` of this folder, filled with ``values`` where it is a template.

    Raises ``FileNotFoundError`` for an unknown name, and ``jinja2.UndefinedError`` where a value is missing.
    """
    text = resources.files(__name__).joinpath(*name.split("/")).read_text(encoding="utf-8")
    if name.endswith(".j2"):
        text = _environment().from_string(text).render(values)
    return text.strip()


@cache
def _environment() -> "Environment":
    from jinja2 import Environment, StrictUndefined  # late: a server starts without it

    # What is rendered is read by a model, not by a browser.
    environment = Environment(undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True, autoescape=False)  # noqa: S701
    environment.globals.update(fenced=fenced, data=_data)
    return environment


def _data(lines: Iterable[str]) -> str:
    """Lines that hold names, titles and reasons of others, as a fenced list."""
    return fenced("\n".join(f"- {one_line(cut(line, MOST_OF_A_LINE))}" for line in lines))
