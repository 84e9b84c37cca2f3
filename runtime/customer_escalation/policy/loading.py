"""Reading policies: the one that ships, and the files that an organisation puts over it."""

import re
import tomllib
from collections.abc import Mapping
from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from customer_escalation.domain.rules import RULE_TABLE
from customer_escalation.policy.errors import PolicyError
from customer_escalation.policy.sections import Policy


def load_policy(text: str, source: str) -> Policy:
    """The policy in ``text`` (TOML). ``source`` names it in errors, usually by its path.

    Raises ``PolicyError`` with one line for each fault: source, key, line where it can be told, and what is wrong.
    """
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise PolicyError(f"{source} is not valid TOML: {error}.") from None
    try:
        return Policy.model_validate(data)
    except ValidationError as error:
        raise PolicyError("\n".join(_sentence(detail, text, source) for detail in error.errors())) from None


def overlaid(base: Policy, text: str, source: str) -> Policy:
    """``base`` with the settings of another policy file over it; a list replaces a list.

    ``levels`` may name every published rule that is not protected. Raises ``PolicyError`` with one line for each fault, as
    ``load_policy`` does, in the order of the file.
    """
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise PolicyError(f"{source} is not valid TOML: {error}.") from None
    levels = data.get("levels")
    faults: list[tuple[int, str]] = []
    for name in levels if isinstance(levels, dict) else ():
        if why := _not_to_be_set(name):
            line = _line_of(text, ("levels", name))
            faults.append((line or 0, f"{source}: levels.{name}{f' (line {line})' if line else ''}: {why}."))
    try:
        merged = stated_hours(Policy.model_validate(_merged(base.model_dump(), data)), data)
    except ValidationError as error:
        for detail in error.errors():
            line = _line_of(text, tuple(str(part) for part in detail["loc"]))
            faults.append((line or 0, _sentence(detail, text, source)))
        merged = base
    if faults:
        raise PolicyError("\n".join(sentence for _, sentence in sorted(faults)))
    return merged


def stated_hours(policy: Policy, given: Mapping[str, Any]) -> Policy:
    """``policy`` with SLA windows in business hours where an organisation states its business hours and nothing else on it."""
    own, sla = given.get("business_hours"), given.get("sla")
    hours = isinstance(own, Mapping) and not own.keys().isdisjoint({"days", "opens", "closes"})
    if not hours or policy.sla.clock != "unknown" or (isinstance(sla, Mapping) and "clock" in sla):
        return policy
    return policy.model_copy(update={"sla": policy.sla.model_copy(update={"clock": "business_hours"})})


def _not_to_be_set(rule_id: str) -> str:
    """Why an organisation cannot set the level of this rule; empty where it can."""
    if rule_id not in RULE_TABLE:
        return "is no rule; `customer-escalation rules` lists them"
    return "is a rule that cannot be lowered" if RULE_TABLE[rule_id].protected else ""


def _merged(base: Mapping[str, Any], over: Mapping[str, Any]) -> dict[str, Any]:
    whole = dict(base)
    for key, value in over.items():
        known = whole.get(key)
        whole[key] = _merged(known, value) if isinstance(known, dict) and isinstance(value, dict) else value
    return whole


def _sentence(detail: ErrorDetails, text: str, source: str) -> str:
    path = tuple(str(part) for part in detail["loc"])
    line = _line_of(text, path)
    where = f" (line {line})" if line else ""
    return f"{source}: {'.'.join(path)}{where}: {reason(detail)}."


def reason(detail: ErrorDetails) -> str:
    if detail["type"] == "missing":
        return "is missing"
    if detail["type"] == "extra_forbidden":
        return "is not a known setting; remove it or mend its spelling"
    message = detail["msg"].removeprefix("Value error, ").rstrip(".")
    return message[:1].lower() + message[1:] if message.startswith("Input ") else message


def _line_of(text: str, path: tuple[str, ...]) -> int | None:
    """The line of the key at ``path``, or of the nearest table around it that the text holds."""
    table: tuple[str, ...] = ()
    found, depth = None, 0
    for number, line in enumerate(text.splitlines(), 1):
        if header := re.match(r"\s*\[([^\[\]]+)\]", line):
            here = table = tuple(part.strip() for part in header[1].split("."))
        elif key := re.match(r"\s*([\w.-]+)\s*=", line):
            here = (*table, *key[1].split("."))
        else:
            continue
        if len(here) > depth and path[: len(here)] == here:
            found, depth = number, len(here)
    return found
