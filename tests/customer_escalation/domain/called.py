"""Which functions of a package its own code names: read from the syntax, without running anything."""

import ast
from collections import Counter
from collections.abc import Iterator
from functools import cache
from pathlib import Path

REGISTERING = {"rule", "check", "deescalation"}
"""Decorators whose registries are gone through at every run; ``carries_out`` only names the function."""


def carried_out(root: Path) -> Iterator[tuple[str, str, str]]:
    """Every decorated function below ``root``: the rule's id, the decorator, ``module.function``."""
    for module, tree in _modules(root).items():
        for path, function in _functions(tree):
            for decorator in function.decorator_list:
                match decorator:
                    case ast.Call(func=ast.Name(id=name), args=[ast.Constant(value=str(rule_id))]) if (
                        name in REGISTERING or name == "carries_out"
                    ):
                        yield rule_id, name, f"{module}.{path}"


def named_nowhere(root: Path) -> set[str]:
    """Ids of rules with a function that is in no registry, and that no code below ``root`` but its own body names."""
    trees = _modules(root)
    names = {module: _names(tree) for module, tree in trees.items()}
    imported = {
        (node.module, alias.name)
        for module, tree in trees.items()
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and node.module
        for alias in node.names
        if names[module][alias.asname or alias.name]
    }
    found: set[str] = set()
    for rule_id, decorator, dotted in carried_out(root):
        home = next(module for module in sorted(trees, key=len, reverse=True) if dotted.startswith(f"{module}."))
        path = dotted.removeprefix(f"{home}.")
        own = _names(next(function for name, function in _functions(trees[home]) if name == path))
        if "." in path:  # a method: whoever reads an attribute of its name
            key = f".{path.rpartition('.')[2]}"
            named = sum(there[key] for there in names.values()) > own[key]
        else:
            elsewhere = any(name == path and module.endswith(home) for module, name in imported)
            named = elsewhere or names[home][path] > own[path]
        if decorator not in REGISTERING and not named:
            found.add(rule_id)
    return found


def _names(tree: ast.AST) -> Counter[str]:
    """How often code reads a name, and with a dot before it an attribute."""
    found = Counter[str]()
    for node in ast.walk(tree):
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load):
            found[node.id] += 1
        elif isinstance(node, ast.Attribute):
            found[f".{node.attr}"] += 1
    return found


def _functions(tree: ast.Module) -> Iterator[tuple[str, ast.FunctionDef]]:
    for node in tree.body:
        if isinstance(node, ast.FunctionDef):
            yield node.name, node
        elif isinstance(node, ast.ClassDef):
            yield from ((f"{node.name}.{part.name}", part) for part in node.body if isinstance(part, ast.FunctionDef))


@cache
def _modules(root: Path) -> dict[str, ast.Module]:
    found: dict[str, ast.Module] = {}
    for path in sorted(root.rglob("*.py")):
        parts = path.relative_to(root).with_suffix("").parts
        name = ".".join(parts[:-1] if parts[-1] == "__init__" else parts)
        found[name] = ast.parse(path.read_text(encoding="utf-8"))
    return found
