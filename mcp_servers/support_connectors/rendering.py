"""A tool's result as the text that a model reads: every value, little syntax, and no record can pose as another.

A record begins with its ``[ref]`` at the start of a line. Text of several lines is set off by ``| `` before each line,
so that nothing in it can look like the beginning of a record or like one of our keys.
"""

import json
from collections.abc import Iterator, Mapping

from pydantic import JsonValue

_IN_HEADER = ("ref", "kind", "id")


def render_result(result: Mapping[str, JsonValue]) -> str:
    """The text of a whole result: what is not a record first, then the records, an empty line before each."""
    plain = {key: value for key, value in result.items() if not _holds_records(value) and value != []}
    lines = [line for key, value in plain.items() for line in _pair(key, value, "")]
    if result.get("items") == []:
        lines.append("No items.")
    for key, value in result.items():
        if not _holds_records(value):
            continue
        if key not in ("item", "items"):
            lines += ["", f"{key}:"]
        for record in value if isinstance(value, list) else [value]:
            if isinstance(record, dict) and "ref" in record:
                lines += ["", *_record(record, "")]
            elif record is not None:
                lines += ["", *_pair("beside", record, "")]
    return "\n".join(lines).strip("\n")


def _record(record: Mapping[str, JsonValue], indent: str, parent: JsonValue = None) -> Iterator[str]:
    yield f"{indent}[{record['ref']}] {record.get('kind', '')}".rstrip()
    for key, value in record.items():
        said_above = key in _IN_HEADER or (key == "parent" and value == parent)
        if said_above or (key == "extra" and not value):
            continue
        if isinstance(value, list) and _holds_records(value):
            yield f"{indent}{key}:"
            for nested in value:
                if isinstance(nested, dict) and "ref" in nested:
                    yield from _record(nested, indent + "  ", record["ref"])
                else:
                    yield from _pair("beside", nested, indent + "  ")
        else:
            yield from _pair(key, value, indent)


def _pair(key: str, value: JsonValue, indent: str) -> Iterator[str]:
    if not isinstance(value, str):
        yield f"{indent}{key}: {json.dumps(value, ensure_ascii=False)}"
        return
    lines = value.splitlines()
    if len(lines) < 2:
        yield f"{indent}{key}: {value.strip()}"
        return
    yield f"{indent}{key}:"
    for line in lines:
        yield f"{indent}| {line}".rstrip()


def _holds_records(value: JsonValue) -> bool:
    if isinstance(value, list):
        return any(_holds_records(one) for one in value)
    return isinstance(value, dict) and "ref" in value
