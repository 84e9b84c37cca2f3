"""How long one call may go on that takes several requests, each of which has a limit of its own."""

import time

from support_connectors.remote.guard import Guard, too_slow


class Budget:
    """The time of one call: ``total_s`` of the settings."""

    def __init__(self, system: str, guard: Guard) -> None:
        """``system`` is its title in our sentences."""
        self._system = system
        self._seconds = guard.total_s
        self._until = time.monotonic() + guard.total_s

    def check(self) -> None:
        """Raise ``Unavailable`` where the time is over; call it before each request but the first."""
        if time.monotonic() > self._until:
            raise too_slow(self._system, self._seconds)
