"""What a run may use up, and the meter that stops it in time."""

import pytest

from skill_runtime.errors import LimitReached
from skill_runtime.limits import Limits, Meter, price
from skill_runtime.messages import Message, Text, Turn, Usage

PRICED = "claude-sonnet-5-5"


class Clock:
    """Seconds that pass only when told."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def turn(cost: float | None = 0.0, **tokens: int) -> Turn:
    return Turn(
        message=Message(role="assistant", content=(Text(text="."),)),
        stop_reason="end_turn",
        usage=Usage(**tokens),
        model=PRICED,
        cost_usd=cost,
    )


def refused(meter: Meter) -> str | None:
    """Which limit stops the next turn."""
    try:
        meter.check_before_turn()
    except LimitReached as limit:
        return limit.limit
    return None


def test_turns_tokens_and_time_each_stop_the_next_turn() -> None:
    clock = Clock()
    meter = Meter(Limits(max_turns=2, max_tokens=100, max_seconds=60), clock)
    assert refused(meter) is None
    meter.add(turn(input_tokens=40, cache_read_tokens=30, cache_write_tokens=20, output_tokens=9))
    assert refused(meter) is None
    meter.add(turn(output_tokens=1))
    assert refused(meter) == "turns"
    meter = Meter(Limits(max_tokens=100), clock)
    meter.add(turn(input_tokens=40, cache_read_tokens=30, cache_write_tokens=20, output_tokens=10))
    assert refused(meter) == "tokens"
    meter = Meter(Limits(max_seconds=60), clock)
    clock.now = 59.9
    assert refused(meter) is None
    clock.now = 60.0
    assert refused(meter) == "time"


def test_money_is_counted_and_stops_before_a_turn_that_must_pass_the_limit() -> None:
    meter = Meter(Limits(max_cost_usd=1.0), Clock(), PRICED)
    meter.add(turn(cost=0.5, input_tokens=1_000))
    assert (meter.cost_usd, refused(meter)) == (0.5, None)
    meter.add(turn(cost=0.49, input_tokens=1_000_000))
    least = price(PRICED, Usage(cache_read_tokens=1_000_000))
    assert least is not None
    assert least > 0.01
    assert refused(meter) == "cost"


def test_a_model_without_a_price_is_never_asked_under_a_limit_on_money() -> None:
    assert price("claude-of-tomorrow", Usage(input_tokens=1)) is None
    assert refused(Meter(Limits(max_cost_usd=5), Clock(), "claude-of-tomorrow")) == "cost"
    assert refused(Meter(Limits(), Clock(), "claude-of-tomorrow")) is None


def test_a_turn_without_a_price_makes_the_cost_unknown_and_closes_the_limit() -> None:
    meter = Meter(Limits(max_cost_usd=5), Clock(), PRICED)
    meter.add(turn(cost=None))
    meter.add(turn(cost=0.1))
    assert meter.cost_usd is None
    assert refused(meter) == "cost"


def test_cached_tokens_cost_less_than_fresh_ones() -> None:
    fresh, cached = price(PRICED, Usage(input_tokens=10_000)), price(PRICED, Usage(cache_read_tokens=10_000))
    assert fresh is not None
    assert cached is not None
    assert 0 < cached < fresh


@pytest.mark.parametrize("most", [0.0, 0.001])
def test_the_sentence_tells_the_limit_and_what_was_spent(most: float) -> None:
    meter = Meter(Limits(max_cost_usd=most), Clock(), PRICED)
    meter.add(turn(cost=0.0123))
    with pytest.raises(LimitReached, match=r"\$0\.0123 spent"):
        meter.check_before_turn()
