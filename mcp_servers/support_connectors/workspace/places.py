"""A set of row numbers in a bit each: of millions, none need be kept on disk."""


class Places:
    """Whole numbers from zero to below a limit, of which each is in the set or not."""

    def __init__(self, limit: int) -> None:
        self._bits = bytearray(limit // 8 + 1)

    def add(self, place: int) -> None:
        """Put a number in."""
        self._bits[place // 8] |= 1 << place % 8

    def __contains__(self, place: int) -> bool:
        return bool(self._bits[place // 8] >> place % 8 & 1)
