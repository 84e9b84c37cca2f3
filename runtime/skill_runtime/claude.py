"""Claude through the ``anthropic`` client, whoever sells it: the only file that imports it.

One turn is one streamed request, and tenacity is the only one that tries again: the client's own retries are off. What
breaks off in the middle of a stream (an error event, a reset, an end without ``message_stop``) is tried again as a whole, so
a half answer never becomes a turn.
"""

import asyncio
import base64
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from types import TracebackType
from typing import Any, NoReturn, Self, cast

import anthropic
import httpx2
from anthropic.types import Message as ProviderMessage
from anthropic.types import MessageParam, TextBlockParam, ToolParam
from tenacity import AsyncRetrying, RetryCallState, retry_if_exception, stop_after_attempt, wait_exponential_jitter
from tenacity.wait import wait_base

from skill_runtime.content import Content, Image
from skill_runtime.errors import ModelError, ModelRequestError, ModelUnavailable
from skill_runtime.limits import price
from skill_runtime.messages import Block, Message, Opaque, StopReason, Text, ToolResult, ToolUse, Turn, Usage
from skill_runtime.model import ModelNotice, ModelRequest, OnNotice
from skill_runtime.providers import Choice, Provider, choose, credential_words, readiness
from skill_runtime.tools import ToolSpec

ATTEMPTS = 4
LONGEST_WAIT_S = 60.0
"""A service that wants us to wait longer is unavailable to this run."""
LONGEST_ANSWER = 600_000
"""Characters: more than any number of tokens that is asked for holds."""
LONGEST_TURN_S = 1_200.0
"""For one turn with all its tries."""
RETRIED_STATUSES = frozenset({408, 409, 429, 500, 502, 503, 504, 529})
RETRIED_TYPES = frozenset(
    "overloaded_error api_error rate_limit_error timeout_error "
    # as Amazon Bedrock's event streams say them
    "throttlingException internalServerException modelStreamErrorException modelTimeoutException "
    "serviceUnavailableException".split()
)
IMAGE_STARTS = {"image/png": b"\x89PNG\r\n\x1a\n", "image/jpeg": b"\xff\xd8\xff", "image/gif": b"GIF8"}
MAX_IMAGE = 3_750_000
"""Bytes of a picture that is sent: the service takes 5 MB of base64."""
SIGNERS = frozenset({"boto3", "botocore", "google"})
"""Packages that sign requests for the client, and whose errors it passes on as they are."""
SPENDING = frozenset({"enforced_spend_limit_reached", "contract_spend_limit_reached"})
"""Error codes that no waiting mends."""

_STOP_REASONS: dict[str, StopReason] = {
    "end_turn": "end_turn",
    "stop_sequence": "end_turn",
    "tool_use": "tool_use",
    "max_tokens": "max_tokens",
    "pause_turn": "pause_turn",
    "refusal": "refusal",
    "model_context_window_exceeded": "context_full",
}


class _BrokenStream(Exception):
    """The stream ended without ``message_stop``, or broke the protocol: the message says how, empty where it only ended."""


class ClaudeModel:
    """A Claude model as the loop uses it. Credentials and address come from the environment unless given."""

    def __init__(
        self,
        model: str,
        *,
        timeout_s: float = 600.0,
        longest_s: float = LONGEST_TURN_S,
        attempts: int = ATTEMPTS,
        wait: wait_base | None = None,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        **client: Any,
    ) -> None:
        """``model`` as ``choose`` takes it. ``timeout_s`` is for what comes next of an answer, ``longest_s``
        for a turn with all its tries. ``wait`` and ``sleep`` say how long to wait between attempts where the service
        does not; ``client`` is what the provider's client class is called with (``api_key``, ``base_url``).

        Raises ``UnknownProvider``.
        """
        self._choice = choose(model)
        self._model = self._choice.model
        self._timeout_s = timeout_s
        self._longest_s = longest_s
        self._settings = {name: value for name, value in client.items() if value is not None}
        self._attempts = attempts
        self._wait = wait or wait_exponential_jitter(initial=1, max=20)
        self._sleep = sleep
        self._client: Any = None
        self._params = _Params()

    @property
    def name(self) -> str:
        """The model's name as sent."""
        return self._model

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.aclose()

    async def aclose(self) -> None:
        """Close the connections to the service; a later turn opens new ones."""
        client, self._client = self._client, None
        if client is not None:
            await client.close()

    async def turn(self, request: ModelRequest, on_notice: OnNotice) -> Turn:
        """Send one request and return the finished answer.

        Raises ``ModelUnavailable`` and ``ModelRequestError`` as the ``Model`` protocol says.
        """
        retrying = AsyncRetrying(
            stop=stop_after_attempt(self._attempts),
            wait=self._pause,
            retry=retry_if_exception(_worth_another_try),
            before_sleep=lambda state: on_notice(ModelNotice("retry", _retry_words(state))),
            sleep=self._sleep,
            reraise=True,
        )
        try:
            async with asyncio.timeout(self._longest_s):  # a stream that drips never times out by itself
                answer: Turn = await retrying(self._stream, request, on_notice)
        except TimeoutError as error:
            raise ModelUnavailable(
                f"The model's service did not finish an answer within {self._longest_s:g} s."
            ) from error
        except Exception as error:
            _give_up(error, self._choice)
        return answer

    def _pause(self, state: RetryCallState) -> float:
        asked = _retry_after(_error_of(state))
        return asked if asked is not None else float(self._wait(state))

    def _connected(self) -> Any:
        """The provider's client. Raises ``ModelUnavailable`` with what it lacks."""
        provider = self._choice.provider
        if not self._settings.keys() - {"base_url"}:
            state = readiness(provider)
            if state.missing:
                raise ModelUnavailable(
                    f"The model's service cannot be asked: {state.missing}. To mend it: {state.fix}."
                )
        try:
            return getattr(anthropic, provider.client)(max_retries=0, timeout=self._timeout_s, **self._settings)
        except (anthropic.AnthropicError, ValueError) as error:
            raise ModelUnavailable(f"The client for {provider.title} cannot be set up: {error}") from error

    async def _stream(self, request: ModelRequest, on_notice: OnNotice) -> Turn:
        if self._client is None:
            self._client = self._connected()
        params = self._params.of(request, self._choice.provider)
        async with self._client.messages.stream(
            model=self._model,
            max_tokens=request.max_tokens,
            **params,
            thinking={"type": "adaptive"},
        ) as stream:
            try:
                return _turn(await _finished(stream, on_notice), self._choice)
            except (anthropic.AnthropicError, httpx2.HTTPError, OSError, ModelError, _BrokenStream):
                raise
            except Exception as error:  # whatever an answer makes the client raise is a broken answer
                raise _BrokenStream(f"it is no answer of the protocol ({type(error).__name__})") from error


async def _finished(stream: Any, on_notice: OnNotice) -> ProviderMessage:
    """The whole answer, told as it comes. Raises ``_BrokenStream``, and whatever the client does."""
    finished = False
    inputs: dict[int, list[str]] = {}
    said = 0
    async for event in cast("AsyncIterator[Any]", stream):
        if event.type == "message_stop":
            finished = True
        elif event.type == "text":
            on_notice(ModelNotice("text", event.text))
        elif event.type == "content_block_start" and event.content_block.type == "tool_use":
            on_notice(ModelNotice("tool", event.content_block.name))
        elif event.type == "content_block_delta" and event.delta.type == "input_json_delta":
            inputs.setdefault(event.index, []).append(event.delta.partial_json)
            said += len(event.delta.partial_json)
        elif event.type == "content_block_delta" and event.delta.type == "text_delta":
            said += len(event.delta.text)
        if said > LONGEST_ANSWER:  # the client parses an input anew at each piece of it
            raise ModelUnavailable(f"The model's service gave an answer of more than {LONGEST_ANSWER:,} characters.")
    if not finished:
        raise _BrokenStream
    answer: ProviderMessage = await stream.get_final_message()
    if answer.stop_reason is None:
        raise _BrokenStream
    if answer.stop_reason != "max_tokens":  # else it is cut, and no call of it is run
        for pieces in inputs.values():
            json.loads("".join(pieces) or "{}")  # the client mends a cut input, which then looks whole
    return answer


def _system(blocks: Iterable[str]) -> list[TextBlockParam]:
    """The system blocks; the last one ends what every run shares, and is cached for an hour."""
    params: list[TextBlockParam] = [{"type": "text", "text": text} for text in blocks]
    if params:
        params[-1]["cache_control"] = {"type": "ephemeral", "ttl": "1h"}
    return params


class _Params:
    """A request as the client takes it. Messages only ever grow, and each is put into the client's form once."""

    def __init__(self) -> None:
        self._system: tuple[tuple[str, ...], list[TextBlockParam]] = ((), [])
        self._tools: tuple[tuple[ToolSpec, ...], list[ToolParam]] = ((), [])
        self._sent: list[tuple[Message, MessageParam]] = []

    def of(self, request: ModelRequest, provider: Provider) -> dict[str, Any]:
        """System, tools and messages, with what is to be cached."""
        if self._system[0] is not request.system:
            self._system = request.system, _system(request.system)
        if self._tools[0] is not request.tools:
            self._tools = request.tools, [_tool(tool) for tool in request.tools]
        return {"system": self._system[1], "tools": self._tools[1], **_caching(self._messages(request), provider)}

    def _messages(self, request: ModelRequest) -> list[MessageParam]:
        known = zip(self._sent, request.messages, strict=False)
        same = next((n for n, (sent, message) in enumerate(known) if sent[0] is not message), None)
        if same is not None or len(self._sent) > len(request.messages):  # another conversation
            del self._sent[same or 0 :]
        self._sent += [(message, _message(message)) for message in request.messages[len(self._sent) :]]
        return [param for _, param in self._sent]


def _caching(params: list[MessageParam], provider: Provider) -> dict[str, Any]:
    """The conversation, cached as far as it goes."""
    if provider.caches_by_request:
        return {"messages": params, "cache_control": {"type": "ephemeral"}}
    # Two places that move along: the end, and where the request before ended. A service looks for earlier entries only a few
    # blocks back, and one answer with its results may be longer than that.
    places = [place for place, param in enumerate(params) if param["role"] == "user"][-2:]
    for place in places:
        *before, last = cast("list[dict[str, Any]]", params[place]["content"])
        marked = [*before, {**last, "cache_control": {"type": "ephemeral"}}]
        params[place] = {"role": "user", "content": cast("Any", marked)}
    return {"messages": params}


def _tool(spec: ToolSpec) -> ToolParam:
    tool: ToolParam = {"name": spec.name, "description": spec.description, "input_schema": spec.input_schema}
    if spec.strict:
        tool["strict"] = True
    return tool


def _message(message: Message) -> MessageParam:
    return cast("MessageParam", {"role": message.role, "content": [_block_param(block) for block in message.content]})


def _block_param(block: Block) -> dict[str, Any]:
    match block:
        case Text():
            return {"type": "text", "text": block.text}
        case ToolUse():
            return {"type": "tool_use", "id": block.id, "name": block.name, "input": block.input}
        case ToolResult():
            content = block.content if isinstance(block.content, str) else _content_params(block.content)
            param: dict[str, Any] = {"type": "tool_result", "tool_use_id": block.tool_use_id, "content": content}
            return {**param, "is_error": True} if block.is_error else param
        case Opaque():
            return block.data


def _content_params(blocks: Iterable[Content]) -> list[dict[str, Any]]:
    """Pictures as the service takes them; everything else, and pictures that it would refuse, in words."""
    params: list[dict[str, Any]] = []
    for block in blocks:
        media_type = _image_type(block.data) if isinstance(block, Image) else None
        if isinstance(block, Image) and media_type and len(block.data) <= MAX_IMAGE:
            data = base64.b64encode(block.data).decode()
            params.append({"type": "image", "source": {"type": "base64", "media_type": media_type, "data": data}})
        elif block.words:  # the service refuses an empty text
            params.append({"type": "text", "text": block.words})
    return params


def _image_type(data: bytes) -> str | None:
    """The kind of picture that the bytes are, of those that the service takes: what a server calls them may be wrong, and
    the service refuses the whole request then."""
    for media_type, start in IMAGE_STARTS.items():
        if data.startswith(start):
            return media_type
    return "image/webp" if data[:4] == b"RIFF" and data[8:12] == b"WEBP" else None


def _turn(answer: ProviderMessage, choice: Choice) -> Turn:
    blocks: list[Block] = []
    for block in answer.content:
        if block.type == "text":
            if block.text:
                blocks.append(Text(text=block.text))
        elif block.type == "tool_use":
            given = block.input if isinstance(block.input, dict) else {}
            blocks.append(ToolUse(id=block.id, name=block.name, input=given))
        else:
            blocks.append(Opaque(data=block.model_dump(mode="json", exclude_none=True)))
    usage = Usage(
        input_tokens=answer.usage.input_tokens,
        output_tokens=answer.usage.output_tokens,
        cache_read_tokens=answer.usage.cache_read_input_tokens or 0,
        cache_write_tokens=answer.usage.cache_creation_input_tokens or 0,
    )
    return Turn(
        message=Message(role="assistant", content=tuple(blocks)),
        stop_reason=_STOP_REASONS.get(str(answer.stop_reason), "end_turn"),
        usage=usage,
        model=answer.model,
        cost_usd=price(
            choice.model if choice.provider.priced_as_asked else answer.model, usage, choice.provider.seller
        ),
    )


def _error_of(state: RetryCallState) -> BaseException | None:
    return state.outcome.exception() if state.outcome else None


def _worth_another_try(error: BaseException) -> bool:
    """Could the same request succeed in a moment?"""
    if isinstance(error, _BrokenStream | anthropic.APIConnectionError | httpx2.TransportError | json.JSONDecodeError):
        return True
    if isinstance(error, anthropic.APIStatusError):
        if error.error_code in SPENDING:
            return False
        asked = _retry_after(error)
        if asked is not None and asked > LONGEST_WAIT_S:
            return False
        # An error event in a stream arrives with the stream's own status, 200.
        return error.status_code in RETRIED_STATUSES or error.type in RETRIED_TYPES
    return False


def _retry_after(error: BaseException | None) -> float | None:
    """Seconds that the service asks us to wait, where it does."""
    if not isinstance(error, anthropic.APIStatusError):
        return None
    for header, scale in (("retry-after-ms", 0.001), ("retry-after", 1.0)):
        try:
            return max(0.0, float(error.response.headers[header]) * scale)
        except (KeyError, ValueError):
            continue
    return None


def _retry_words(state: RetryCallState) -> str:
    error = _error_of(state)
    wait = state.next_action.sleep if state.next_action else 0.0
    return f"the model's service: {_reason(error)}; next try in {wait:.1f} s (try {state.attempt_number + 1})"


def _reason(error: BaseException | None) -> str:
    if isinstance(error, _BrokenStream):
        return str(error) or "the answer broke off"
    if isinstance(error, anthropic.APIStatusError):
        return error.api_message or _plain_message(error.body) or f"HTTP {error.status_code}"
    if isinstance(error, anthropic.APITimeoutError | httpx2.TimeoutException):
        return "no answer in time"
    if isinstance(error, anthropic.APIConnectionError):
        return f"no connection ({error.__cause__ or error})"
    return str(error) or type(error).__name__


def _plain_message(body: object) -> str:
    """The message of an error body in a cloud's own form: ``{"message": ...}``, or a list of errors."""
    if isinstance(body, list) and body and isinstance(body[0], dict):
        body = body[0].get("error")
    message = body.get("message") if isinstance(body, dict) else None
    return message if isinstance(message, str) else ""


def _give_up(error: Exception, choice: Choice) -> NoReturn:
    """Raise ours for the client's, as a sentence for the person who can mend it."""
    reason = _reason(error).rstrip(".")
    provider = choice.provider
    credentials = credential_words(provider)
    if isinstance(error, ModelError):
        raise error
    if isinstance(error, anthropic.APIStatusError):
        if error.error_code in SPENDING:
            raise ModelUnavailable(
                f"The account's spending limit is reached: {reason}. Raise it in the console."
            ) from error
        if error.status_code in (401, 403):
            raise ModelUnavailable(f"The model's service refused the key: {reason}. Check {credentials}.") from error
        if error.status_code == 404:
            raise ModelRequestError(
                f"The model's service does not know the model {choice.model} ({reason}). Choose another with --model."
            ) from error
        if error.status_code in RETRIED_STATUSES or error.type in RETRIED_TYPES:
            raise ModelUnavailable(f"The model's service is not available at the moment: {reason}.") from error
        raise ModelRequestError(f"The model's service refused the request: {reason}.") from error
    if isinstance(error, anthropic.AnthropicError | httpx2.HTTPError | _BrokenStream | OSError):
        raise ModelUnavailable(
            f"The model's service could not be used: {reason}. Check the network, {provider.address} and {credentials}."
        ) from error
    unsigned = bool(provider.extra) and isinstance(error, RuntimeError | ImportError)
    if unsigned or type(error).__module__.partition(".")[0] in SIGNERS:
        raise ModelUnavailable(
            f"There are no credentials for {provider.title}: {reason}. Check {credentials}."
        ) from error
    if isinstance(error, json.JSONDecodeError | UnicodeDecodeError | TypeError | ValueError):
        raise ModelUnavailable(
            f"What answered is not the model's service ({type(error).__name__}). Check {provider.address}."
        ) from error
    raise error
