"""The model that follows a script."""

import asyncio

import pytest

from skill_runtime.errors import ModelRequestError, ModelUnavailable
from skill_runtime.messages import Message, Text, Turn
from skill_runtime.model import ModelNotice, ModelRequest
from skill_runtime.scripted import ScriptedModel, answer, call, say

REQUEST = ModelRequest(("system",), (), (Message(role="user", content=(Text(text="go on"),)),))


def ask(model: ScriptedModel) -> Turn:
    def ignore(_: ModelNotice) -> None: ...

    return asyncio.run(model.turn(REQUEST, ignore))


def test_steps_are_used_in_order_and_a_function_sees_the_request() -> None:
    model = ScriptedModel([answer(say("one"), call("look", at="it")), lambda request: answer(say(request.system[0]))])
    first, second = ask(model), ask(model)
    assert (first.stop_reason, first.message.tool_uses[0].input) == ("tool_use", {"at": "it"})
    assert (second.stop_reason, second.message.text) == ("end_turn", "system")
    assert model.requests == [REQUEST, REQUEST]
    model.assert_exhausted()


def test_calls_have_ids_of_their_own() -> None:
    assert call("look").id != call("look").id


def test_a_script_that_runs_out_or_is_left_over_fails() -> None:
    model = ScriptedModel([answer(say("one")), ModelUnavailable("gone")])
    with pytest.raises(AssertionError, match="2 steps"):
        model.assert_exhausted()
    ask(model)
    with pytest.raises(ModelUnavailable, match="gone"):
        ask(model)
    with pytest.raises(ModelRequestError, match="no answer to turn 3"):
        ask(model)
