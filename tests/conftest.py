"""What is done once before the tests."""

import pytest
from hypothesis import strategies


@pytest.fixture(scope="session", autouse=True)
def compiled_strategies() -> None:
    """Compile the module of a strategy at rest.

    Inside a running property test CPython 3.11 can fail to ("AST constructor recursion depth mismatch") when the garbage
    collector calls back in between.
    """
    strategies.from_regex("a").validate()
