"""Changing a ``connectors.toml``: comments and everything else in it stay as they are; secrets go to the keyring."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import tomlkit
from tomlkit.exceptions import TOMLKitError

from customer_escalation.connectors.declared import find_declarations
from skill_runtime.errors import ConnectorError
from skill_runtime.secret_store import SecretStore
from support_connectors.systems import UnusableSystem, find_system, needed_settings


@dataclass(frozen=True)
class Addition:
    """A connector to declare."""

    name: str
    entry: Mapping[str, Any]
    """As it will stand in the file."""
    secrets: Mapping[str, str] = field(default_factory=dict, repr=False)
    """To keep, by the name that the entry refers to."""


def on_system(name: str, system: str, settings: Mapping[str, str]) -> Addition:
    """A connector on a bundled system. A literal secret is taken out of the entry, to be kept elsewhere.

    Raises ``ConnectorError`` for a system or a setting that does not exist.
    """
    try:
        fields = find_system(system).settings.model_fields
    except UnusableSystem as error:
        raise ConnectorError(str(error)) from error
    entry: dict[str, Any] = {"system": system}
    secrets: dict[str, str] = {}
    for key, text in settings.items():
        if key not in fields:
            raise ConnectorError(f"{system} has no setting {key!r}. Its settings: {', '.join(fields)}.")
        if "SecretStr" in str(fields[key].annotation) and not text.startswith("${"):
            secrets[f"{name}.{key}"] = text
            entry[key] = f"${{keyring:{name}.{key}}}"
        else:
            entry[key] = _typed(text, str(fields[key].annotation))
    return Addition(name, entry, secrets)


def missing_settings(system: str, given: Sequence[str]) -> list[tuple[str, bool]]:
    """The settings that a system needs and nobody gave, each with whether it is a secret. Raises ``ConnectorError``."""
    try:
        found = find_system(system)
    except UnusableSystem as error:
        raise ConnectorError(str(error)) from error
    fields = found.settings.model_fields
    return [(name, "SecretStr" in str(fields[name].annotation)) for name in needed_settings(found, given)]


def add(path: Path, addition: Addition, secrets: SecretStore) -> None:
    """Declare a connector in ``path`` (made where it is missing).

    Raises ``ConnectorError`` where the name is taken, the entry cannot be used or the file cannot be written; nothing is
    changed then.
    """
    document = _read(path)
    if addition.name in document:
        raise ConnectorError(f"{path} declares {addition.name} already: remove it first, or choose another name.")
    table = tomlkit.table()
    for key, value in addition.entry.items():
        table[key] = value
    document[addition.name] = table
    before = path.read_bytes() if path.is_file() else None
    _write(path, tomlkit.dumps(document))
    try:
        find_declarations(path.parent, lambda _: "x", path, strict=True).named(addition.name)
    except ConnectorError:
        if before is None:
            path.unlink()
        else:
            path.write_bytes(before)
        raise
    for name, text in addition.secrets.items():
        secrets.put(name, text)


def remove(path: Path, name: str, secrets: SecretStore) -> None:
    """Take a connector out of ``path``, and forget its secrets. Raises ``ConnectorError`` where it is not there."""
    document = _read(path)
    if name not in document:
        raise ConnectorError(f"{path} does not declare {name}.")
    entry = document.unwrap()[name]
    del document[name]
    _write(path, tomlkit.dumps(document).rstrip() + "\n")
    for kept in (f"token:{name}", f"oauth:{name}", *(f"{name}.{key}" for key in entry)):
        secrets.remove(kept)


def _typed(text: str, annotation: str) -> Any:
    """A setting's text as the value that its type wants: lists are written with commas."""
    if "tuple[" in annotation or "list[" in annotation:
        return [part.strip() for part in text.split(",") if part.strip()]
    if text in ("true", "false") and "bool" in annotation:
        return text == "true"
    for kind, mark in ((int, "int"), (float, "float")):
        if mark in annotation and "str" not in annotation:
            try:
                return kind(text)
            except ValueError:
                continue
    return text


def _read(path: Path) -> tomlkit.TOMLDocument:
    try:
        return tomlkit.parse(path.read_text(encoding="utf-8")) if path.is_file() else tomlkit.document()
    except (OSError, UnicodeDecodeError, TOMLKitError) as error:
        raise ConnectorError(f"{path} cannot be read: {error}.") from error


def _write(path: Path, text: str) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise ConnectorError(f"{path} cannot be written: {error.strerror}.") from error
