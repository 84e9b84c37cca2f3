"""Cut a vendor's published OpenAPI description down to the operations that a backend uses.

    python tools/cut_openapi.py DESCRIPTION.(json|yaml) OPERATIONS OUT.json --source "WHERE, VERSION" --license NAME

OPERATIONS is a comma-separated list of ``METHOD /path`` as the description writes them. What remains is facts alone: paths,
parameters, schemas and their names; titles, descriptions, examples and servers are dropped.
"""

import argparse
import json
import re
from pathlib import Path
from typing import Any

import yaml

PROSE = frozenset({"description", "summary", "title", "example", "examples", "externalDocs", "tags", "x-codeSamples"})


def main() -> None:
    """Read, cut, write."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("description", type=Path)
    parser.add_argument("operations")
    parser.add_argument("out", type=Path)
    parser.add_argument("--source", required=True)
    parser.add_argument("--license", required=True)
    options = parser.parse_args()
    whole = yaml.safe_load(options.description.read_text(encoding="utf-8"))
    wanted = [part.strip().split(" ", 1) for part in options.operations.split(",")]
    contract = cut(whole, [(method.lower(), path) for method, path in wanted])
    contract["info"] = {"title": whole["info"]["title"], "version": str(whole["info"]["version"])}
    contract["x-source"] = {"from": options.source, "license": options.license}
    options.out.write_text(json.dumps(contract, indent=1, ensure_ascii=False, sort_keys=True) + "\n", encoding="utf-8")


def cut(whole: dict[str, Any], operations: list[tuple[str, str]]) -> dict[str, Any]:
    """The description of these operations and of what they refer to."""
    paths: dict[str, Any] = {}
    for method, path in operations:
        item = whole["paths"][path]
        kept = dict(item[method])
        kept.setdefault("operationId", re.sub(r"\W+", "_", f"{method}{path}").strip("_"))
        place = paths.setdefault(path, {"parameters": item["parameters"]} if "parameters" in item else {})
        place[method] = kept
    found: dict[str, Any] = {"openapi": str(whole.get("openapi", "3.0.0")), "paths": _facts(paths), "components": {}}
    waiting = _references(found)
    done: set[str] = set()
    while waiting:
        reference = waiting.pop()
        if reference in done:
            continue
        done.add(reference)
        steps = reference.removeprefix("#/").split("/")
        source: Any = whole
        for step in steps:
            source = source[step.replace("~1", "/").replace("~0", "~")]
        target = found
        for step in steps[:-1]:
            target = target.setdefault(step, {})
        target[steps[-1]] = _facts(source)
        waiting += _references(target[steps[-1]])
    return found


def _facts(value: Any, *, names: bool = False) -> Any:
    """Without prose; ``names`` marks a mapping whose keys are names that somebody chose."""
    if isinstance(value, list):
        return [_facts(item) for item in value]
    if not isinstance(value, dict):
        return value
    return {
        key: _facts(item, names=key in ("properties", "schemas", "parameters", "responses", "patternProperties"))
        for key, item in value.items()
        if names or not (key in PROSE or key.startswith("x-"))
    }


def _references(value: Any) -> list[str]:
    if isinstance(value, list):
        return [reference for item in value for reference in _references(item)]
    if not isinstance(value, dict):
        return []
    own = [value["$ref"]] if isinstance(value.get("$ref"), str) else []
    return [*own, *(reference for item in value.values() for reference in _references(item))]


if __name__ == "__main__":
    main()
