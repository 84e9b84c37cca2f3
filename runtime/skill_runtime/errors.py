"""Every error that the runtime raises on purpose.

    SkillRuntimeError
    ├── SkillError              a skill folder cannot be used
    ├── PluginError             a plugin's manifest or server list cannot be used
    ├── ConnectorError          a server could not be reached or a required category is missing
    ├── JournalError            a run's journal cannot be read or written
    │   ├── UnknownRun          there is no such run, or several are meant
    │   └── JournalInUse        another process is writing it
    ├── LimitReached            turns, tokens, money or time are used up (``limit`` says which)
    ├── UnknownProvider         a model was named whose provider is not known
    └── ModelError              the model's service did not give a usable turn
        ├── ModelUnavailable    it could not be reached, is overloaded, or the key is refused
        └── ModelRequestError   it refused the request itself; trying again cannot help

Each message is a whole sentence for the person who can mend it: what, where, and what to do next.
"""

from typing import Literal

LimitName = Literal["turns", "tokens", "cost", "time"]


class SkillRuntimeError(Exception):
    """Base of every error that the runtime raises on purpose."""


class SkillError(SkillRuntimeError):
    """A skill folder cannot be used."""


class PluginError(SkillRuntimeError):
    """A plugin's manifest or server list cannot be used."""


class ConnectorError(SkillRuntimeError):
    """A server could not be reached, or a required category has none."""


class JournalError(SkillRuntimeError):
    """A run's journal cannot be read or written."""


class UnknownRun(JournalError):
    """No run, or more than one, is meant by a name."""


class JournalInUse(JournalError):
    """Another process is writing the journal."""


class LimitReached(SkillRuntimeError):
    """A limit of the run is used up; what was paid for is in the journal."""

    def __init__(self, message: str, limit: LimitName) -> None:
        super().__init__(message)
        self.limit = limit


class UnknownProvider(SkillRuntimeError):
    """A model was named whose provider is not known."""


class ModelError(SkillRuntimeError):
    """The model's service did not give a usable turn."""


class ModelUnavailable(ModelError):
    """The service could not be reached, is overloaded, refuses the key, or the account's spending limit is reached."""


class ModelRequestError(ModelError):
    """The service refused the request itself; sending it again cannot help."""
