"""Each seller of Claude over a real socket, in the seller's own form; and what is said where something is missing."""

import importlib.util
import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast

import anthropic
import pytest
from anthropic.lib.aws import _auth
from tests.messages_api import MANTLE, Answer, Fault, MessagesServer, text, thinking, use

from skill_runtime.claude import ClaudeModel
from skill_runtime.errors import ModelUnavailable, UnknownProvider
from skill_runtime.limits import price
from skill_runtime.messages import Message, Text, ToolResult, Turn, Usage
from skill_runtime.model import ModelNotice, ModelRequest
from skill_runtime.providers import PROVIDERS, SECRETS, choose, credential_words, readiness
from skill_runtime.tools import ToolSpec

needs_aws = pytest.mark.skipif(
    importlib.util.find_spec("botocore") is None, reason="the extra bedrock is not installed"
)
needs_google = pytest.mark.skipif(
    importlib.util.find_spec("google") is None or importlib.util.find_spec("google.auth") is None,
    reason="the extra vertex is not installed",
)
SCHEMA = {"type": "object", "properties": {"q": {"type": "string"}}, "required": ["q"], "additionalProperties": False}
KEY = "test-key"


@dataclass(frozen=True)
class Seller:
    """What a provider is asked for here, what its user has set, and what its service then sees."""

    model: str
    env: dict[str, str]
    """``{url}`` is the server's address."""
    path: str
    header: str = "authorization"
    """The one with the key."""
    client: dict[str, Any] = field(default_factory=dict)
    """What its client is given besides."""
    needs: Sequence[pytest.MarkDecorator] = ()


REGION = {"AWS_REGION": "eu-central-1"}
SELLERS = {
    "anthropic": Seller("claude-sonnet-5-5", {"ANTHROPIC_API_KEY": KEY, "ANTHROPIC_BASE_URL": "{url}"}, "/v1/messages"),
    "bedrock": Seller(
        "eu.anthropic.claude-sonnet-5-5-v1:0",
        {"AWS_BEARER_TOKEN_BEDROCK": KEY, "ANTHROPIC_BEDROCK_BASE_URL": "{url}", **REGION},
        "/model/eu.anthropic.claude-sonnet-5-5-v1:0/invoke-with-response-stream",
        needs=[needs_aws],
    ),
    "bedrock-mantle": Seller(
        "anthropic.claude-sonnet-5-5",
        {"AWS_BEARER_TOKEN_BEDROCK": KEY, "ANTHROPIC_BEDROCK_MANTLE_BASE_URL": "{url}" + MANTLE, **REGION},
        f"{MANTLE}/v1/messages",
    ),
    "vertex": Seller(
        "claude-sonnet-5-5@20261101",
        {
            "CLOUD_ML_REGION": "europe-west1",
            "ANTHROPIC_VERTEX_PROJECT_ID": "desk",
            "ANTHROPIC_VERTEX_BASE_URL": "{url}",
        },
        "/projects/desk/locations/europe-west1/publishers/anthropic/models/claude-sonnet-5-5@20261101:streamRawPredict",
        client={"access_token": KEY},
    ),
    "foundry": Seller(
        "claude-sonnet-5-5",
        {"ANTHROPIC_FOUNDRY_API_KEY": KEY, "ANTHROPIC_FOUNDRY_BASE_URL": "{url}/anthropic/"},
        "/anthropic/v1/messages",
        "api-key",
    ),
}
ASKED = pytest.mark.parametrize("provider", [pytest.param(name, marks=one.needs) for name, one in SELLERS.items()])


def test_every_provider_is_asked_in_these_tests() -> None:
    assert list(SELLERS) == list(PROVIDERS)


@pytest.fixture(autouse=True)
def nothing_set(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No credentials, no address and no home with either."""
    for provider in PROVIDERS.values():
        names = [name for need in provider.needs for way in need.ways for name in way.variables]
        for name in (*names, provider.address):
            monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    cast("Any", _auth._get_session).cache_clear()  # the client remembers credentials for the life of a process


async def ask(
    provider: str,
    monkeypatch: pytest.MonkeyPatch,
    *script: Answer,
    messages: tuple[Message, ...] = (),
    env: dict[str, str] | None = None,
    **client: Any,
) -> tuple[Turn, MessagesServer, list[ModelNotice]]:
    """One turn of the provider's model, set up from the environment (its own, or ``env``) unless ``client`` says more."""
    first = Message(role="user", content=(Text(text="Go."),))
    request = ModelRequest(("How it works.",), (ToolSpec("look", "Looks.", SCHEMA, strict=True),), (first, *messages))
    notices: list[ModelNotice] = []

    async def at_once(seconds: float) -> None: ...

    with MessagesServer(script, key=KEY) as server:
        for name, value in (SELLERS[provider].env if env is None else env).items():
            monkeypatch.setenv(name, value.format(url=server.url))
        client = {**SELLERS[provider].client, **client}
        async with ClaudeModel(f"{provider}:{SELLERS[provider].model}", sleep=at_once, **client) as model:
            turn = await model.turn(request, notices.append)
    return turn, server, notices


@ASKED
async def test_a_turn_streams_in_the_sellers_own_form(provider: str, monkeypatch: pytest.MonkeyPatch) -> None:
    script = [thinking("hm"), text("Let me see. " * 9), use("look", q="a" * 100)]
    turn, server, notices = await ask(provider, monkeypatch, script)
    assert turn.message.tool_uses[0].input == {"q": "a" * 100}
    assert turn.stop_reason == "tool_use"
    assert turn.cost_usd
    assert "".join(notice.text for notice in notices if notice.kind == "text") == "Let me see. " * 9
    assert [notice.text for notice in notices if notice.kind == "tool"] == ["look"]
    (seen,) = server.requests
    assert seen.body["model"] == SELLERS[provider].model
    assert seen.body["system"][-1]["cache_control"] == {"type": "ephemeral", "ttl": "1h"}
    assert seen.path == SELLERS[provider].path
    assert seen.headers[SELLERS[provider].header].removeprefix("Bearer ") == KEY


@ASKED
async def test_a_fault_in_the_stream_is_tried_again(provider: str, monkeypatch: pytest.MonkeyPatch) -> None:
    turn, server, notices = await ask(provider, monkeypatch, Fault("sse_error"), Fault("early_end"), [text("Whole.")])
    assert turn.message.text == "Whole."
    assert len(server.requests) == 3
    assert [notice.kind for notice in notices if notice.kind == "retry"] == ["retry"] * 2


@ASKED
async def test_the_conversation_is_cached_as_the_seller_takes_it(
    provider: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, _, _ = await ask(provider, monkeypatch, [use("look", q="a"), use("look", q="b")])
    results = tuple(ToolResult(tool_use_id=call.id, content="found") for call in first.message.tool_uses)
    more = (first.message, Message(role="user", content=results))
    turn, server, _ = await ask(provider, monkeypatch, [text("Done.")], messages=more)
    body = server.requests[0].body
    marked = [
        (place, at)
        for place, message in enumerate(body["messages"])
        for at, block in enumerate(message["content"])
        if "cache_control" in block
    ]
    if PROVIDERS[provider].caches_by_request:
        assert (body["cache_control"], marked) == ({"type": "ephemeral"}, [])
    else:
        assert "cache_control" not in body
        assert marked == [(0, 0), (2, 1)], "the end, and where the request before ended"
    assert turn.usage.cache_write_tokens > 0


@ASKED
async def test_a_refused_key_names_what_this_provider_reads(provider: str, monkeypatch: pytest.MonkeyPatch) -> None:
    env = {name: v if "url" in v else v.replace(KEY, "wrong") for name, v in SELLERS[provider].env.items()}
    wrong: dict[str, Any] = dict.fromkeys(SELLERS[provider].client, "wrong")
    with pytest.raises(ModelUnavailable, match=f"refused the key.*{credential_words(PROVIDERS[provider])}"):
        await ask(provider, monkeypatch, [text("Done.")], env=env, **wrong)


@needs_aws
async def test_bedrock_signs_with_keys_and_reads_its_own_errors(monkeypatch: pytest.MonkeyPatch) -> None:
    signed = {"AWS_ACCESS_KEY_ID": KEY, "AWS_SECRET_ACCESS_KEY": "s3cret"}
    for provider in ("bedrock", "bedrock-mantle"):
        kept = {name: v for name, v in SELLERS[provider].env.items() if name != "AWS_BEARER_TOKEN_BEDROCK"}
        monkeypatch.delenv("AWS_BEARER_TOKEN_BEDROCK", raising=False)
        turn, server, _ = await ask(provider, monkeypatch, [text("Done.")], env={**kept, **signed})
        assert turn.message.text == "Done."
        authorization = server.requests[0].headers["authorization"]
        assert authorization.startswith(f"AWS4-HMAC-SHA256 Credential={KEY}/")
        assert "s3cret" not in json.dumps(server.requests[0].headers)


@needs_aws
async def test_a_machine_without_aws_credentials_is_told_so(monkeypatch: pytest.MonkeyPatch) -> None:
    env = {"ANTHROPIC_BEDROCK_BASE_URL": "{url}", **REGION}
    assert readiness(PROVIDERS["bedrock"], {"AWS_REGION": "x"}).where == "AWS_REGION and the AWS role of this machine"
    with pytest.raises(ModelUnavailable, match=r"no credentials for Amazon Bedrock: .*AWS_BEARER_TOKEN_BEDROCK"):
        await ask("bedrock", monkeypatch, [text("Done.")], env=env)


@needs_google
async def test_vertex_tells_of_credentials_that_google_does_not_take(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "account.json").write_text("{}", encoding="utf-8")
    monkeypatch.setenv("GOOGLE_APPLICATION_CREDENTIALS", str(tmp_path / "account.json"))
    with pytest.raises(ModelUnavailable, match=r"no credentials for Google.*GOOGLE_APPLICATION_CREDENTIALS"):
        await ask("vertex", monkeypatch, [text("Done.")], access_token=None)


@pytest.mark.parametrize(
    ("name", "provider", "model"),
    [
        ("claude-sonnet-5-5", "anthropic", "claude-sonnet-5-5"),
        ("anthropic:claude-sonnet-5-5", "anthropic", "claude-sonnet-5-5"),
        ("bedrock:eu.anthropic.claude-sonnet-5-5-v1:0", "bedrock", "eu.anthropic.claude-sonnet-5-5-v1:0"),
    ],
)
def test_a_name_says_who_is_asked_for_which_model(name: str, provider: str, model: str) -> None:
    chosen = choose(name)
    assert (chosen.provider.name, chosen.model) == (provider, model)


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("openai:gpt-6", f"no model provider 'openai'.*{', '.join(PROVIDERS)}"),
        ("anthropic.claude-sonnet-5-5-v1:0", "no model provider 'anthropic.claude-sonnet-5-5-v1'"),
        ("vertex:", "names no model"),
        (":x", "no model provider ''"),
    ],
)
def test_another_provider_is_a_sentence(name: str, said: str) -> None:
    with pytest.raises(UnknownProvider, match=said):
        ClaudeModel(name)


@pytest.mark.parametrize("provider", PROVIDERS.values(), ids=lambda provider: provider.name)
async def test_a_provider_without_anything_says_what_to_set(provider: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    state = readiness(provider, {})
    first = provider.needs[0].ways[0].words
    assert (state.where, state.missing) == ("", f"{first} is not set")
    assert state.fix.startswith(f"set {first}")
    with pytest.raises(ModelUnavailable, match=f"{first} is not set"):
        await ClaudeModel(f"{provider.name}:m").turn(ModelRequest((), (), ()), lambda notice: None)


@pytest.mark.parametrize("provider", PROVIDERS.values(), ids=lambda provider: provider.name)
def test_a_provider_with_everything_says_where_and_never_what(provider: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("skill_runtime.providers._installed", lambda module: True)
    for way in (way for need in provider.needs for way in need.ways if way.variables):
        others = {name: "x-secret" for need in provider.needs for name in need.ways[0].variables}
        state = readiness(provider, {**others, **dict.fromkeys(way.variables, "y-secret")})
        assert state.missing == ""
        assert "secret" not in state.where
    assert hasattr(anthropic, provider.client)


def test_a_file_counts_and_a_missing_extra_is_told_with_the_line_that_installs_it(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / ".aws").mkdir()
    (tmp_path / ".aws" / "credentials").write_text("[default]\n", encoding="utf-8")
    bedrock = PROVIDERS["bedrock"]
    monkeypatch.setattr("skill_runtime.providers._installed", lambda module: True)
    assert readiness(bedrock, {"AWS_REGION": "x"}).where == "AWS_REGION and ~/.aws/credentials"
    monkeypatch.setattr("skill_runtime.providers._installed", lambda module: False)
    state = readiness(bedrock, {"AWS_REGION": "x"})
    assert state.missing == "Amazon Bedrock needs botocore, which is not installed: pip install 'anthropic[bedrock]'"
    key = {"AWS_REGION": "x", "AWS_BEARER_TOKEN_BEDROCK": "y"}
    assert readiness(PROVIDERS["bedrock-mantle"], key).missing == "", "a key needs no extra there"


def test_settings_that_contradict_each_other_are_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("ANTHROPIC_FOUNDRY_API_KEY", "ANTHROPIC_FOUNDRY_RESOURCE", "ANTHROPIC_FOUNDRY_BASE_URL"):
        monkeypatch.setenv(name, "http://127.0.0.1/")
    with pytest.raises(ModelUnavailable, match="Microsoft Foundry cannot be set up: base_url and resource"):
        ClaudeModel("foundry:claude-sonnet-5-5")._connected()


@pytest.mark.parametrize("provider", PROVIDERS.values(), ids=lambda provider: provider.name)
def test_prices_are_the_sellers_own(provider: Any) -> None:
    thousand = Usage(input_tokens=1000, output_tokens=1000)
    assert price(SELLERS[provider.name].model, thousand, provider.seller)
    assert price("claude-of-tomorrow", thousand, provider.seller) is None


def test_a_region_at_bedrock_costs_its_own_price() -> None:
    thousand = Usage(input_tokens=1000, output_tokens=1000)
    regional = price("eu.anthropic.claude-sonnet-4-5-20250929-v1:0", thousand, "aws")
    everywhere = price("global.anthropic.claude-sonnet-4-5-20250929-v1:0", thousand, "aws")
    assert regional
    assert everywhere
    assert regional > everywhere


@pytest.mark.parametrize("provider", PROVIDERS.values(), ids=lambda provider: provider.name)
def test_every_key_of_a_row_is_one_that_the_library_reads(provider: Any) -> None:
    """One of our own naming would only be checked, never sent, and the library would take another seller's key."""
    read = "\n".join(path.read_text(encoding="utf-8") for path in Path(anthropic.__file__).parent.glob("**/*.py"))
    [secret] = [need for need in provider.needs if need.what in SECRETS]
    theirs = ("AWS_", "GOOGLE_")  # read by the cloud's own library, in every program alike
    named = {name for way in secret.ways for name in way.variables if not name.startswith(theirs)}
    assert [name for name in sorted({*named, provider.address}) if name not in read] == []
