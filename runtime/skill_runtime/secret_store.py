"""Secrets of connectors: in the system's keyring, or in a file that its owner alone can read where there is none."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Protocol, cast

from skill_runtime.errors import ConnectorError
from skill_runtime.trust import write_private


class SecretStore(Protocol):
    """Named secrets."""

    @property
    def place(self) -> str:
        """Where they are kept, for people."""
        ...

    def get(self, name: str) -> str | None:
        """The secret, None where there is none."""
        ...

    def put(self, name: str, secret: str) -> None:
        """Keep the secret under ``name``."""
        ...

    def remove(self, name: str) -> None:
        """Keep nothing under ``name``."""
        ...


class KeyringStore:
    """The system's keyring."""

    def __init__(self, service: str, backend: Any) -> None:
        self._service = service
        self._backend = backend

    @property
    def place(self) -> str:
        """See ``SecretStore``."""
        return f"the system's keyring ({self._backend.name})"

    def get(self, name: str) -> str | None:
        """See ``SecretStore``."""
        with _as_sentences():
            return cast("str | None", self._backend.get_password(self._service, name))

    def put(self, name: str, secret: str) -> None:
        """See ``SecretStore``."""
        with _as_sentences():
            self._backend.set_password(self._service, name, secret)

    def remove(self, name: str) -> None:
        """See ``SecretStore``."""
        with _as_sentences():
            if self._backend.get_password(self._service, name) is not None:
                self._backend.delete_password(self._service, name)


class FileStore:
    """A JSON file of mode 0600."""

    def __init__(self, path: Path) -> None:
        self._path = path

    @property
    def place(self) -> str:
        """See ``SecretStore``."""
        return str(self._path)

    def get(self, name: str) -> str | None:
        """See ``SecretStore``."""
        return self._read().get(name)

    def put(self, name: str, secret: str) -> None:
        """See ``SecretStore``."""
        self._write({**self._read(), name: secret})

    def remove(self, name: str) -> None:
        """See ``SecretStore``."""
        kept = self._read()
        if name in kept:
            self._write({key: value for key, value in kept.items() if key != name})

    def _read(self) -> dict[str, str]:
        try:
            with self._path.open(encoding="utf-8") as stream:
                if self._path.stat().st_mode & 0o077:
                    raise ConnectorError(f"{self._path} can be read by others: run `chmod 600 {self._path}` first.")
                kept = json.load(stream)
        except FileNotFoundError:
            return {}
        except OSError as error:
            raise ConnectorError(f"{self._path} cannot be read: {error.strerror}.") from error
        except ValueError as error:
            raise ConnectorError(f"{self._path} is damaged. Remove it and log in again.") from error
        return {str(key): str(value) for key, value in kept.items()} if isinstance(kept, dict) else {}

    def _write(self, kept: dict[str, str]) -> None:
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        except OSError as error:
            raise ConnectorError(f"{self._path.parent} cannot be made: {error.strerror}.") from error
        write_private(self._path, json.dumps(kept, indent=1))


def open_secrets(service: str, fallback: Path) -> SecretStore:
    """The system's keyring where there is a usable one, else ``fallback``."""
    import keyring
    import keyring.backends.fail
    import keyring.errors

    try:
        backend = keyring.get_keyring()
    except (keyring.errors.KeyringError, RuntimeError):
        return FileStore(fallback)
    if getattr(backend, "priority", 0) <= 0 or isinstance(backend, keyring.backends.fail.Keyring):
        return FileStore(fallback)
    return KeyringStore(service, backend)


@contextmanager
def _as_sentences() -> Iterator[None]:
    """A locked or broken keyring is a sentence."""
    import keyring.errors

    try:
        yield
    except keyring.errors.KeyringError as error:
        reason = str(error) or type(error).__name__
        raise ConnectorError(f"The system's keyring cannot be used: {reason}.") from error
