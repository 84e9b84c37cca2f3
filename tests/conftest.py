"""What is done once before the tests."""

import os
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, settings, strategies
from tests import requirements, slow

settings.register_profile("here", deadline=None, suppress_health_check=[HealthCheck.too_slow])
"""No property depends on the time that an example takes: the machine may be busy."""
settings.register_profile("fast", settings.get_profile("here"), max_examples=15)
"""Of ``make test-fast``: a look, not a search."""
settings.load_profile("here")


@pytest.fixture(scope="session", autouse=True)
def compiled_strategies() -> None:
    """Compile the module of a strategy at rest.

    Inside a running property test CPython 3.11 can fail to ("AST constructor recursion depth mismatch") when the garbage
    collector calls back in between.
    """
    strategies.from_regex("a").validate()


@pytest.fixture(scope="session", autouse=True)
def own_cache(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Keep the ready-made sample workspace in a folder of these tests, not in the user's."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(os.environ, "CUSTOMER_ESCALATION_CACHE", str(tmp_path_factory.mktemp("cache")))
        yield


@pytest.fixture(autouse=True)
def no_processes(request: pytest.FixtureRequest) -> Iterator[None]:
    """A test that starts processes is among the slow ones."""
    if request.node.get_closest_marker(slow.MARKER):
        yield
        return
    with slow.no_processes(request.node.nodeid):
        yield


def pytest_addoption(parser: pytest.Parser) -> None:
    """``--requirements`` prints which tests prove which rule."""
    parser.addoption("--requirements", action="store_true", help="Print the published rules with their tests.")


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Keep what the tests claim, before any of them is left out, and mark the slow ones."""
    config.stash[requirements.CLAIMS] = requirements.claims(items)
    for item in items:
        if slow.is_slow(item.nodeid):
            item.add_marker(slow.MARKER)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """The answer to ``--requirements``."""
    if config.getoption("--requirements"):
        terminalreporter.section("rules and their tests")
        for line in requirements.table(config.stash.get(requirements.CLAIMS, {})):
            terminalreporter.write_line(line)
