"""Who sells Claude: one row a provider, and the one place where its credentials are looked for.

A model is named ``provider:model``, such as ``bedrock:anthropic.claude-sonnet-5-5``; a bare name is Anthropic's own. What the
client library is called with, and which variables it reads, was taken from its sources. Nothing of it is imported here.
"""

import importlib.util
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from skill_runtime.errors import UnknownProvider


@dataclass(frozen=True)
class Way:
    """One way to give what a provider needs: every variable set, or the file there."""

    variables: tuple[str, ...] = ()
    file: str = ""
    """A path, with ``~`` for the user's home."""
    ambient: str = ""
    """What the machine itself gives, which only a request can show: it counts as given."""
    module: str = ""
    """The module that this way needs, which the provider's extra installs."""

    def given(self, env: Mapping[str, str]) -> bool:
        """Whether it is there; no value is read beyond that."""
        if self.file:
            return Path(self.file).expanduser().is_file()
        return bool(self.ambient) or all(env.get(name) for name in self.variables)

    @property
    def words(self) -> str:
        """It, for people."""
        return " and ".join(self.variables) or self.file or self.ambient


@dataclass(frozen=True)
class ProviderNeed:
    """Something that requests need, and the ways to give it; the first that is there counts."""

    what: str
    """In words for people; ``SECRETS`` has those by which the provider knows the caller."""
    ways: tuple[Way, ...]


@dataclass(frozen=True)
class Provider:
    """A service that answers the Messages API."""

    name: str
    """As it stands before the colon."""
    title: str
    """As people say it."""
    client: str
    """The class of the client library."""
    needs: tuple[ProviderNeed, ...]
    address: str
    """The variable that holds another address than the usual one."""
    seller: str
    """Its name in the price table."""
    extra: str = ""
    """What ``pip install 'anthropic[EXTRA]'`` takes for the modules of its ways."""
    priced_as_asked: bool = False
    """The price depends on the name that is asked for (it says the region), not on the one that answers."""
    caches_by_request: bool = True
    """It takes ``cache_control`` for a whole request; others refuse that and take it in blocks alone."""


@dataclass(frozen=True)
class Readiness:
    """What was found for a provider. It holds names of variables and files, never a value."""

    where: str
    """Where everything was found."""
    missing: str = ""
    """What is not there, as a sentence without its full stop; empty where nothing is missing."""
    fix: str = ""
    """What to do about that."""


@dataclass(frozen=True)
class Choice:
    """A model and who is asked for it."""

    provider: Provider
    model: str
    """As the provider names it."""

    @property
    def words(self) -> str:
        """Both, for people."""
        return f"{self.model} at {self.provider.title}"


def _variables(*names: str, module: str = "") -> Way:
    return Way(variables=names, module=module)


_AWS_CHAIN = (
    _variables("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", module="botocore"),
    _variables("AWS_PROFILE", module="botocore"),
    _variables("AWS_WEB_IDENTITY_TOKEN_FILE", "AWS_ROLE_ARN", module="botocore"),
    Way(file="~/.aws/credentials", module="botocore"),
    Way(file="~/.aws/config", module="botocore"),
    Way(ambient="the AWS role of this machine", module="botocore"),
)
_AWS_REGION = (_variables("AWS_REGION"), _variables("AWS_DEFAULT_REGION"))

SECRETS = ("a key", "credentials")


def _checked(providers: dict[str, Provider]) -> dict[str, Provider]:
    """The table. Raises ``ValueError`` for a provider that does not need exactly one secret."""
    for provider in providers.values():
        if len([need for need in provider.needs if need.what in SECRETS]) != 1:
            raise ValueError(f"{provider.name} needs one of {', '.join(SECRETS)}, and no other secret")
    return providers


PROVIDERS = _checked(
    {
        provider.name: provider
        for provider in (
            Provider(
                "anthropic",
                "Anthropic",
                "AsyncAnthropic",
                needs=(
                    ProviderNeed(
                        "a key",
                        (
                            _variables("ANTHROPIC_API_KEY"),
                            _variables("ANTHROPIC_AUTH_TOKEN"),
                            _variables("ANTHROPIC_PROFILE"),
                            _variables(
                                "ANTHROPIC_FEDERATION_RULE_ID", "ANTHROPIC_ORGANIZATION_ID", "ANTHROPIC_IDENTITY_TOKEN"
                            ),
                            _variables(
                                "ANTHROPIC_FEDERATION_RULE_ID",
                                "ANTHROPIC_ORGANIZATION_ID",
                                "ANTHROPIC_IDENTITY_TOKEN_FILE",
                            ),
                        ),
                    ),
                ),
                address="ANTHROPIC_BASE_URL",
                seller="anthropic",
            ),
            Provider(
                "bedrock",
                "Amazon Bedrock",
                "AsyncAnthropicBedrock",
                needs=(
                    ProviderNeed("a region", (*_AWS_REGION, Way(file="~/.aws/config", module="boto3"))),
                    # Its streams are in a form of AWS's own, so the extra is needed with a key as well.
                    ProviderNeed(
                        "credentials", (_variables("AWS_BEARER_TOKEN_BEDROCK", module="botocore"), *_AWS_CHAIN)
                    ),
                ),
                address="ANTHROPIC_BEDROCK_BASE_URL",
                seller="aws",
                extra="bedrock",
                priced_as_asked=True,
                caches_by_request=False,
            ),
            Provider(
                "bedrock-mantle",
                "Amazon Bedrock (Mantle)",
                "AsyncAnthropicBedrockMantle",
                needs=(
                    ProviderNeed("a region", (*_AWS_REGION, _variables("ANTHROPIC_BEDROCK_MANTLE_BASE_URL"))),
                    ProviderNeed(
                        "credentials",
                        (_variables("AWS_BEARER_TOKEN_BEDROCK"), _variables("ANTHROPIC_AWS_API_KEY"), *_AWS_CHAIN),
                    ),
                ),
                address="ANTHROPIC_BEDROCK_MANTLE_BASE_URL",
                seller="aws",
                extra="bedrock",
                priced_as_asked=True,
                caches_by_request=False,
            ),
            Provider(
                "vertex",
                "Google Cloud Vertex AI",
                "AsyncAnthropicVertex",
                needs=(
                    ProviderNeed("a region", (_variables("CLOUD_ML_REGION"),)),
                    ProviderNeed("a project", (_variables("ANTHROPIC_VERTEX_PROJECT_ID"),)),
                    ProviderNeed(
                        "credentials",
                        (
                            _variables("GOOGLE_APPLICATION_CREDENTIALS", module="google.auth"),
                            Way(file="~/.config/gcloud/application_default_credentials.json", module="google.auth"),
                            Way(ambient="the Google Cloud account of this machine", module="google.auth"),
                        ),
                    ),
                ),
                address="ANTHROPIC_VERTEX_BASE_URL",
                seller="google",
                extra="vertex",
                caches_by_request=False,
            ),
            Provider(
                "foundry",
                "Microsoft Foundry",
                "AsyncAnthropicFoundry",
                needs=(
                    ProviderNeed("a key", (_variables("ANTHROPIC_FOUNDRY_API_KEY"),)),
                    ProviderNeed(
                        "a resource",
                        (_variables("ANTHROPIC_FOUNDRY_RESOURCE"), _variables("ANTHROPIC_FOUNDRY_BASE_URL")),
                    ),
                ),
                address="ANTHROPIC_FOUNDRY_BASE_URL",
                seller="azure",
            ),
        )
    }
)


def choose(name: str) -> Choice:
    """The model that ``name`` means: ``provider:model``, or a bare name, which is Anthropic's own.

    Raises ``UnknownProvider`` for another provider, and where the model's name is missing.
    """
    provider, colon, model = name.partition(":")
    if not colon:
        provider, model = "anthropic", name
    known = ", ".join(PROVIDERS)
    if provider not in PROVIDERS:
        raise UnknownProvider(
            f"There is no model provider {provider!r}. Write PROVIDER:MODEL with one of {known}, or a bare model name for "
            "anthropic."
        )
    if not model:
        raise UnknownProvider(f"{name!r} names no model: write PROVIDER:MODEL, such as anthropic:claude-sonnet-5-5.")
    return Choice(PROVIDERS[provider], model)


def readiness(provider: Provider, env: Mapping[str, str] | None = None) -> Readiness:
    """Whether requests to ``provider`` can be made with what ``env`` (None for the process's own) and the disk hold."""
    env = os.environ if env is None else env
    found: list[Way] = []
    for need in provider.needs:
        way = next((way for way in need.ways if way.given(env)), None)
        if way is None:
            # The first way is the one that most people go.
            first, *others = (way.words for way in need.ways)
            more = f" (or {', or '.join(others)})" if others else ""
            return Readiness("", f"{first} is not set", f"set {first}{more}: {provider.title} needs {need.what}")
        found.append(way)
    absent = sorted({way.module for way in found if way.module and not _installed(way.module)})
    if absent:
        pip = f"pip install 'anthropic[{provider.extra}]'"
        return Readiness("", f"{provider.title} needs {absent[0]}, which is not installed: {pip}", pip)
    return Readiness(" and ".join(dict.fromkeys(way.words for way in found)))


def credential_words(provider: Provider) -> str:
    """The variable or file that most people keep this provider's credentials in, for an error's remedy."""
    need = next(need for need in provider.needs if need.what in SECRETS)
    return need.ways[0].words


def _installed(module: str) -> bool:
    try:
        return importlib.util.find_spec(module) is not None
    except ModuleNotFoundError:  # of the package around it
        return False
