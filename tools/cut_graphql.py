"""Cut a vendor's published GraphQL schema down to what given documents use.

    python tools/cut_graphql.py SCHEMA.graphql MODULE OUT.graphql --source "WHERE, VERSION" --license NAME

MODULE holds ``DOCUMENTS`` and ``INPUTS`` (the fields used of each input type). What remains is types, fields, arguments and
their types, without descriptions.
"""

import argparse
from collections import defaultdict
from importlib import import_module
from pathlib import Path
from typing import Any

import graphql
from graphql import TypeInfo, TypeInfoVisitor, Visitor


class _Used(Visitor):
    """Notes each field and argument that a document uses."""

    def __init__(self, info: TypeInfo) -> None:
        super().__init__()
        self._info = info
        self.fields: dict[str, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))

    def enter_field(self, node: Any, *_: Any) -> None:
        parent = self._info.get_parent_type()
        assert parent is not None
        self.fields[parent.name][node.name.value] |= {argument.name.value for argument in node.arguments or ()}


def main() -> None:
    """Read, cut, write."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    for name in ("schema", "module", "out"):
        parser.add_argument(name)
    parser.add_argument("--source", required=True)
    parser.add_argument("--license", required=True)
    options = parser.parse_args()
    schema = graphql.build_schema(Path(options.schema).read_text(encoding="utf-8"))
    module = import_module(options.module)
    text = cut(schema, module.DOCUMENTS, module.INPUTS)
    Path(options.out).write_text(f"# From {options.source}; {options.license}.\n\n{text}", encoding="utf-8")


def cut(schema: graphql.GraphQLSchema, documents: Any, inputs: dict[str, tuple[str, ...]]) -> str:
    """The types of ``schema`` that the documents use, as text. Raises ``ValueError`` for one that the schema refuses."""
    info = TypeInfo(schema)
    used = _Used(info)
    for document in documents:
        parsed = graphql.parse(document)
        errors = graphql.validate(schema, parsed)
        if errors:
            raise ValueError(errors[0].message)
        graphql.visit(parsed, TypeInfoVisitor(info, used))
    blocks: list[str] = []
    named: set[str] = set()
    for name, fields in used.fields.items():
        kind: Any = schema.type_map[name]
        lines = []
        for field, arguments in fields.items():
            about = kind.fields[field]
            given = {key: value for key, value in about.args.items() if key in arguments}
            named |= {
                graphql.get_named_type(about.type).name,
                *(graphql.get_named_type(value.type).name for value in given.values()),
            }
            shown = ", ".join(f"{key}: {value.type}" for key, value in given.items())
            lines.append(f"  {field}{f'({shown})' if shown else ''}: {about.type}")
        blocks.append(f"type {name} {{\n" + "\n".join(lines) + "\n}")
    for name, wanted in inputs.items():
        kind = schema.type_map[name]
        lines = [f"  {field}: {kind.fields[field].type}" for field in wanted]
        named |= {graphql.get_named_type(kind.fields[field].type).name for field in wanted}
        blocks.append(f"input {name} {{\n" + "\n".join(lines) + "\n}")
    for name in sorted(named - used.fields.keys() - inputs.keys() - {"String", "Int", "Float", "Boolean", "ID"}):
        kind = schema.type_map[name]
        values = getattr(kind, "values", None)
        blocks.append(f"enum {name} {{ {' '.join(values)} }}" if values else f"scalar {name}")
    return "\n\n".join(blocks) + "\n"


if __name__ == "__main__":
    main()
