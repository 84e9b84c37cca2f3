"""What several folders of these tests share."""

from collections.abc import Iterator
from pathlib import Path

import pytest


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A folder in which runs and settings are kept, for tests of many examples: they share it."""
    folder = tmp_path_factory.mktemp("home")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CUSTOMER_ESCALATION_RUNS", str(folder / "runs"))
        patch.setenv("XDG_CONFIG_HOME", str(folder / "config"))
        yield folder
