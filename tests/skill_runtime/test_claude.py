"""The Claude client against the Messages API over a real socket: every fault that a stream can have."""

from typing import Any

import pytest
from tests.messages_api import Answer, Fault, MessagesServer, closed_port, text, thinking, use

from skill_runtime.claude import ClaudeModel
from skill_runtime.errors import ModelRequestError, ModelUnavailable
from skill_runtime.messages import Message, Opaque, Text, ToolResult, ToolUse, Turn
from skill_runtime.model import ModelNotice, ModelRequest
from skill_runtime.tools import ToolSpec

SCHEMA = {"type": "object", "properties": {"q": {"type": "string"}}, "required": ["q"], "additionalProperties": False}
TOOLS = (ToolSpec("look", "Looks.", SCHEMA), ToolSpec("hand_in", "Hands in.", SCHEMA, strict=True))


def request(*messages: Message) -> ModelRequest:
    first = Message(role="user", content=(Text(text="Go."),))
    return ModelRequest(system=("How it works.", "The skill."), tools=TOOLS, messages=(first, *messages))


class Exchange:
    """A server with a script, a client on it, and what the client reported."""

    def __init__(self, *script: Answer, **settings: Any) -> None:
        self.server = MessagesServer(script)
        self.settings = settings
        self.notices: list[ModelNotice] = []
        self.slept: list[float] = []

    async def turn(self, *messages: Message) -> Turn:
        async def sleep(seconds: float) -> None:
            self.slept.append(seconds)

        with self.server:
            settings = {"api_key": "test-key", "base_url": self.server.url, "sleep": sleep, **self.settings}
            async with ClaudeModel("claude-sonnet-5-5", **settings) as model:
                return await model.turn(request(*messages), self.notices.append)


async def test_a_turn_comes_back_whole_with_its_usage_and_price() -> None:
    exchange = Exchange([text("Let me see."), use("look", q="a" * 100), use("look", q="b")])
    turn = await exchange.turn()
    assert turn.stop_reason == "tool_use"
    assert [call.input["q"] for call in turn.message.tool_uses] == ["a" * 100, "b"]
    assert turn.usage.output_tokens > 0
    assert turn.cost_usd is not None
    assert turn.cost_usd > 0
    assert [notice.text for notice in exchange.notices if notice.kind == "tool"] == ["look", "look"]


async def test_the_request_caches_the_system_text_for_an_hour_and_the_conversation_as_it_grows() -> None:
    exchange = Exchange([text("Done.")])
    await exchange.turn()
    body = exchange.server.requests[0].body
    assert body["system"][-1]["cache_control"] == {"type": "ephemeral", "ttl": "1h"}
    assert "cache_control" not in body["system"][0]
    assert body["cache_control"] == {"type": "ephemeral"}
    assert body["stream"] is True
    assert [tool.get("strict", False) for tool in body["tools"]] == [False, True]
    assert "tool_choice" not in body
    assert "temperature" not in body


async def test_signed_thinking_goes_back_as_it_came() -> None:
    turn = await Exchange([thinking("hm"), use("look", q="a")]).turn()
    assert isinstance(turn.message.content[0], Opaque)
    call = turn.message.tool_uses[0]
    answer = Message(role="user", content=(ToolResult(tool_use_id=call.id, content="found"),))
    second = Exchange([text("Done.")])
    await second.turn(turn.message, answer)
    sent = second.server.requests[0].body["messages"]
    assert sent[1]["content"][0] == {"type": "thinking", "thinking": "hm", "signature": "c2lnbmVk"}
    assert sent[2]["content"][0] == {"type": "tool_result", "tool_use_id": call.id, "content": "found"}


@pytest.mark.parametrize(
    "fault",
    [
        Fault("status", 529), Fault("status", 500, "api_error"), Fault("status", 503, "api_error"),
        Fault("status", 429, "rate_limit_error"), Fault("sse_error"), Fault("sse_error", error_type="api_error"),
        Fault("reset"), Fault("early_end"), Fault("early_end", content=(use("hand_in", q="x" * 200),)),
    ],
)  # fmt: skip
async def test_a_passing_fault_is_tried_again_and_no_half_answer_becomes_a_turn(fault: Fault) -> None:
    exchange = Exchange(fault, [text("Whole.")])
    turn = await exchange.turn()
    assert turn.message.content == (Text(text="Whole."),)
    assert len(exchange.server.requests) == 2
    assert [notice.kind for notice in exchange.notices if notice.kind == "retry"] == ["retry"]


async def test_only_one_layer_retries_and_then_gives_up_with_a_sentence() -> None:
    exchange = Exchange(*[Fault("status", 529)] * 9, attempts=3)
    with pytest.raises(ModelUnavailable, match="not available at the moment"):
        await exchange.turn()
    assert len(exchange.server.requests) == 3


async def test_the_services_wish_how_long_to_wait_is_honoured() -> None:
    exchange = Exchange(Fault("status", 429, "rate_limit_error", headers={"retry-after": "7"}), [text("Done.")])
    await exchange.turn()
    assert exchange.slept == [7.0]


async def test_a_wait_of_many_minutes_is_not_waited_for() -> None:
    exchange = Exchange(Fault("status", 429, "rate_limit_error", headers={"retry-after": "3600"}))
    with pytest.raises(ModelUnavailable):
        await exchange.turn()
    assert (len(exchange.server.requests), exchange.slept) == (1, [])


@pytest.mark.parametrize("code", ["enforced_spend_limit_reached", "contract_spend_limit_reached"])
async def test_a_spending_limit_is_never_tried_again(code: str) -> None:
    exchange = Exchange(Fault("status", 429, "rate_limit_error", error_code=code))
    with pytest.raises(ModelUnavailable, match="spending limit"):
        await exchange.turn()
    assert len(exchange.server.requests) == 1


async def test_a_wrong_key_names_the_variable() -> None:
    with pytest.raises(ModelUnavailable, match="ANTHROPIC_API_KEY"):
        await Exchange([text("Done.")], api_key="wrong").turn()


async def test_an_unknown_model_names_the_option() -> None:
    with pytest.raises(ModelRequestError, match="--model"):
        await Exchange(Fault("status", 404, "not_found_error")).turn()


@pytest.mark.parametrize("status", [400, 413, 422])
async def test_a_refused_request_is_not_tried_again(status: int) -> None:
    exchange = Exchange(Fault("status", status, "invalid_request_error"))
    with pytest.raises(ModelRequestError):
        await exchange.turn()
    assert len(exchange.server.requests) == 1


@pytest.mark.parametrize("fault", [Fault("html"), Fault("bad_json"), Fault("garbage_event")])
async def test_what_is_not_the_service_is_unavailable_and_never_a_traceback(fault: Fault) -> None:
    with pytest.raises(ModelUnavailable, match="ANTHROPIC_BASE_URL"):
        await Exchange(*[fault] * 4).turn()


async def test_nothing_listening_is_unavailable() -> None:
    model = ClaudeModel("claude-sonnet-5-5", api_key="k", base_url=f"http://127.0.0.1:{closed_port()}", attempts=1)
    async with model:
        with pytest.raises(ModelUnavailable, match="no connection"):
            await model.turn(request(), lambda notice: None)


async def test_a_service_that_never_answers_times_out() -> None:
    with pytest.raises(ModelUnavailable, match="no answer in time"):
        await Exchange(Fault("hang"), timeout_s=0.3, attempts=1).turn()


async def test_no_key_at_all_is_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("ANTHROPIC_API_KEY", raising=False)
    monkeypatch.delenv("ANTHROPIC_AUTH_TOKEN", raising=False)
    with pytest.raises(ModelUnavailable, match="ANTHROPIC_API_KEY"):
        await Exchange([text("Done.")], api_key=None).turn()


@pytest.mark.parametrize(
    ("fault", "stop_reason"),
    [
        (Fault("max_tokens", content=(use("hand_in", q="cut"),)), "max_tokens"),
        (Fault("refusal", content=(text("No."),)), "refusal"),
        (Fault("pause", content=(text("..."),)), "pause_turn"),
    ],
)
async def test_each_stop_reason_reaches_the_loop(fault: Fault, stop_reason: str) -> None:
    assert (await Exchange(fault).turn()).stop_reason == stop_reason


async def test_a_tool_call_keeps_its_place_among_the_blocks() -> None:
    turn = await Exchange([use("look", q="a"), text("and"), use("look", q="b")]).turn()
    assert [type(block) for block in turn.message.content] == [ToolUse, Text, ToolUse]
