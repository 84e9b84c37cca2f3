"""What a run may use up (turns, tokens, money, time), and the meter that stops it before it does.

A limit on money fails closed: a model without a known price is never asked under one. The meter is rebuilt from the
journaled turns of a resumed run, so what was spent before counts.
"""

from collections.abc import Callable
from dataclasses import dataclass

from skill_runtime.errors import LimitReached
from skill_runtime.messages import Turn, Usage


@dataclass(frozen=True)
class Limits:
    """None leaves a limit open."""

    max_turns: int = 30
    max_tokens: int | None = None
    """All tokens of all turns, cached ones included."""
    max_cost_usd: float | None = None
    max_seconds: float | None = None
    """Of this process, from the meter's making."""


def price(model: str, usage: Usage, seller: str | None = None) -> float | None:
    """The price of these tokens in USD, from the price table that ships with the installation; None where it has none.

    ``seller`` is a provider's name in that table, None for the one that the model's name suggests.
    """
    # Late, because the table takes a quarter of a second to load and many commands need no price.
    from genai_prices import Usage as PricedUsage
    from genai_prices import calc_price

    priced = PricedUsage(
        input_tokens=usage.input_tokens + usage.cache_read_tokens + usage.cache_write_tokens,
        cache_read_tokens=usage.cache_read_tokens,
        cache_write_tokens=usage.cache_write_tokens,
        output_tokens=usage.output_tokens,
    )
    try:
        return float(calc_price(priced, model, provider_id=seller).total_price)
    except LookupError:
        return None


class Meter:
    """Counts what a run has used, and says stop."""

    def __init__(
        self, limits: Limits, clock: Callable[[], float], model: str | None = None, seller: str | None = None
    ) -> None:
        """``clock`` gives seconds; ``model`` is the one that will be asked, None for a run without a model; ``seller`` as
        ``price`` takes it."""
        self._limits = limits
        self._clock = clock
        self._started = clock()
        self._model = model
        self._seller = seller
        self._last_input = Usage()
        self.turns = 0
        self.usage = Usage()
        self._cost: float | None = 0.0

    @property
    def cost_usd(self) -> float | None:
        """What was spent; None when a turn had no known price."""
        return self._cost

    def seconds_left(self) -> float | None:
        """Until the limit on time is reached; None without one."""
        most = self._limits.max_seconds
        return None if most is None else max(0.0, most - (self._clock() - self._started))

    def out_of_time(self) -> LimitReached:
        """What is raised when the limit on time is reached."""
        return LimitReached(f"The limit of {self._limits.max_seconds:g} seconds is reached.", "time")

    def add(self, turn: Turn) -> None:
        """Count a finished turn, paid for now or found in the journal."""
        self.turns += 1
        self.usage += turn.usage
        self._last_input = Usage(cache_read_tokens=turn.usage.total)
        self._cost = None if self._cost is None or turn.cost_usd is None else self._cost + turn.cost_usd

    def add_side(self, usage: Usage, cost_usd: float | None) -> None:
        """Count what calls beside the conversation took: they are no turns of it."""
        self.usage += usage
        self._cost = None if self._cost is None or cost_usd is None else self._cost + cost_usd

    @property
    def limits_cost(self) -> bool:
        """Is there a limit on money?"""
        return self._limits.max_cost_usd is not None

    def check_side(self) -> None:
        """Raise ``LimitReached`` where time or money is used up, before a call beside the conversation."""
        limits = self._limits
        if limits.max_seconds is not None and self._clock() - self._started >= limits.max_seconds:
            raise LimitReached(f"The limit of {limits.max_seconds:g} seconds is reached.", "time")
        if limits.max_cost_usd is not None and (self._cost is None or self._cost >= limits.max_cost_usd):
            raise LimitReached(f"The limit of ${limits.max_cost_usd:g} is reached.", "cost")

    def check_before_turn(self) -> None:
        """Raise ``LimitReached`` when the next turn would pass a limit.

        The next turn costs at least what it takes to read the conversation so far from the cache, so a run stops before a
        turn that is certain to pass the limit on money. A turn that passes it by its answer is the last.
        """
        limits = self._limits
        if self.turns >= limits.max_turns:
            raise LimitReached(f"The limit of {limits.max_turns} model turns is reached.", "turns")
        if limits.max_tokens is not None and self.usage.total >= limits.max_tokens:
            raise LimitReached(
                f"The limit of {limits.max_tokens} tokens is reached ({self.usage.total} used).", "tokens"
            )
        if limits.max_seconds is not None and self._clock() - self._started >= limits.max_seconds:
            raise self.out_of_time()
        if limits.max_cost_usd is not None:
            self._check_cost(limits.max_cost_usd)

    def _check_cost(self, most: float) -> None:
        least = price(self._model, self._last_input, self._seller) if self._model else 0.0
        if least is None or self._cost is None:
            raise LimitReached(
                f"No price is known for the model {self._model}, so a limit on its cost cannot be kept. Choose another model, "
                "or run without --max-cost.",
                "cost",
            )
        if self._cost + least > most or self._cost >= most:
            raise LimitReached(f"The limit of ${most:g} is reached (${self._cost:.4f} spent).", "cost")
