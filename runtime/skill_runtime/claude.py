"""Claude through the ``anthropic`` client: the only file that imports it.

One turn is one streamed request, and tenacity is the only one that tries again: the client's own retries are off. What
breaks off in the middle of a stream (an error event, a reset, an end without ``message_stop``) is tried again as a whole, so
a half answer never becomes a turn.
"""

import asyncio
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

from skill_runtime.errors import ModelError, ModelRequestError, ModelUnavailable
from skill_runtime.limits import price
from skill_runtime.messages import Block, Message, Opaque, StopReason, Text, ToolResult, ToolUse, Turn, Usage
from skill_runtime.model import ModelNotice, ModelRequest, OnNotice

ATTEMPTS = 4
LONGEST_WAIT_S = 60.0
"""A service that wants us to wait longer is unavailable to this run."""
RETRIED_STATUSES = frozenset({408, 409, 429, 500, 502, 503, 504, 529})
RETRIED_TYPES = frozenset({"overloaded_error", "api_error", "rate_limit_error", "timeout_error"})
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
    """The stream ended without ``message_stop``."""


class ClaudeModel:
    """A Claude model as the loop uses it. The key and the address come from the environment unless given."""

    def __init__(
        self,
        model: str,
        *,
        api_key: str | None = None,
        base_url: str | None = None,
        timeout_s: float = 600.0,
        attempts: int = ATTEMPTS,
        wait: wait_base | None = None,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        """``wait`` and ``sleep`` say how long to wait between attempts where the service does not."""
        self._model = model
        self._settings = {"api_key": api_key, "base_url": base_url, "timeout": timeout_s}
        self._attempts = attempts
        self._wait = wait or wait_exponential_jitter(initial=1, max=20)
        self._sleep = sleep
        self._client: anthropic.AsyncAnthropic | None = None

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
            answer: ProviderMessage = await retrying(self._stream, request, on_notice)
        except Exception as error:
            _give_up(error, self._model)
        return _turn(answer)

    def _pause(self, state: RetryCallState) -> float:
        asked = _retry_after(_error_of(state))
        return asked if asked is not None else float(self._wait(state))

    async def _stream(self, request: ModelRequest, on_notice: OnNotice) -> ProviderMessage:
        if self._client is None:
            client = anthropic.AsyncAnthropic(max_retries=0, **cast("Any", self._settings))
            if client.api_key is None and client.auth_token is None and client.credentials is None:
                raise ModelUnavailable("There is no key for the model's service: set ANTHROPIC_API_KEY.")
            self._client = client
        finished = False
        async with self._client.messages.stream(
            model=self._model,
            max_tokens=request.max_tokens,
            system=_system(request.system),
            tools=[_tool(tool.name, tool.description, tool.input_schema, strict=tool.strict) for tool in request.tools],
            messages=[_message(message) for message in request.messages],
            cache_control={"type": "ephemeral"},
            thinking={"type": "adaptive"},
        ) as stream:
            async for event in cast("AsyncIterator[Any]", stream):
                if event.type == "message_stop":
                    finished = True
                elif event.type == "text":
                    on_notice(ModelNotice("text", event.text))
                elif event.type == "content_block_start" and event.content_block.type == "tool_use":
                    on_notice(ModelNotice("tool", event.content_block.name))
            if not finished:
                raise _BrokenStream
            answer = await stream.get_final_message()
        if answer.stop_reason is None:
            raise _BrokenStream
        return cast("ProviderMessage", answer)


def _system(blocks: Iterable[str]) -> list[TextBlockParam]:
    """The system blocks; the last one ends what every run shares, and is cached for an hour."""
    params: list[TextBlockParam] = [{"type": "text", "text": text} for text in blocks]
    if params:
        params[-1]["cache_control"] = {"type": "ephemeral", "ttl": "1h"}
    return params


def _tool(name: str, description: str, schema: dict[str, Any], *, strict: bool) -> ToolParam:
    tool: ToolParam = {"name": name, "description": description, "input_schema": schema}
    if strict:
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
            param: dict[str, Any] = {"type": "tool_result", "tool_use_id": block.tool_use_id, "content": block.content}
            return {**param, "is_error": True} if block.is_error else param
        case Opaque():
            return block.data


def _turn(answer: ProviderMessage) -> Turn:
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
        cost_usd=price(answer.model, usage),
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
        return "the answer broke off"
    if isinstance(error, anthropic.APIStatusError):
        return error.api_message or f"HTTP {error.status_code}"
    if isinstance(error, anthropic.APITimeoutError | httpx2.TimeoutException):
        return "no answer in time"
    if isinstance(error, anthropic.APIConnectionError):
        return f"no connection ({error.__cause__ or error})"
    return str(error) or type(error).__name__


def _give_up(error: Exception, model: str) -> NoReturn:
    """Raise ours for the client's, as a sentence for the person who can mend it."""
    reason = _reason(error).rstrip(".")
    if isinstance(error, ModelError):
        raise error
    if isinstance(error, anthropic.APIStatusError):
        if error.error_code in SPENDING:
            raise ModelUnavailable(
                f"The account's spending limit is reached: {reason}. Raise it in the console."
            ) from error
        if error.status_code in (401, 403):
            raise ModelUnavailable(
                f"The model's service refused the key: {reason}. Check ANTHROPIC_API_KEY."
            ) from error
        if error.status_code == 404:
            raise ModelRequestError(
                f"The model's service does not know the model {model} ({reason}). Choose another with --model."
            ) from error
        if error.status_code in RETRIED_STATUSES or error.type in RETRIED_TYPES:
            raise ModelUnavailable(f"The model's service is not available at the moment: {reason}.") from error
        raise ModelRequestError(f"The model's service refused the request: {reason}.") from error
    if isinstance(error, anthropic.AnthropicError | httpx2.HTTPError | _BrokenStream | OSError):
        raise ModelUnavailable(
            f"The model's service could not be used: {reason}. Check the network, ANTHROPIC_BASE_URL and ANTHROPIC_API_KEY."
        ) from error
    if isinstance(error, json.JSONDecodeError | UnicodeDecodeError | TypeError | ValueError):
        raise ModelUnavailable(
            f"What answered is not the model's service ({type(error).__name__}). Check ANTHROPIC_BASE_URL."
        ) from error
    raise error
