"""The counting of attacks."""

from collections.abc import Callable, Iterator

import pytest
from tests.attack import tally


@pytest.fixture
def attempts(
    request: pytest.FixtureRequest, record_property: Callable[[str, object], None]
) -> Iterator[tally.Attempts]:
    """Counts the tries of a test under its file's ``KIND``."""
    counted = tally.Attempts(request.module.KIND)
    yield counted
    record_property(tally.PROPERTY, [counted.kind, counted.tried, len(counted.effects)])
    record_property(tally.REPORTS, [list(row) for row in counted.rows])


_HERE: list[tuple[str, int, int]] = []
_REPORTS: list[tuple[str, str, int, int]] = []


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    """Add up what a test counted, wherever it ran."""
    if report.when == "teardown":
        _HERE.extend(tally.reported(report.user_properties))
        _REPORTS.extend(tally.reports(report.user_properties))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """The figures."""
    if _HERE:
        terminalreporter.section("attacks")
        for line in tally.table(_HERE):
            terminalreporter.write_line(line)
    if _REPORTS:
        terminalreporter.section("reports of texts that try to steer")
        for line in tally.report_table(_REPORTS):
            terminalreporter.write_line(line)
