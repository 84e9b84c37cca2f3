"""Where the real systems of the contract tests are: the JSON file named in $REALSERVICES, settings by system."""

import json
import os
from pathlib import Path
from typing import Any

import pytest

VARIABLE = "REALSERVICES"


def service(name: str) -> dict[str, Any]:
    """The settings of a running system; skips the test where it is not there."""
    file = os.environ.get(VARIABLE)
    if not file:
        pytest.skip(f"no real systems are up (set {VARIABLE}; the CI script starts them)")
    known: dict[str, dict[str, Any]] = json.loads(Path(file).read_text(encoding="utf-8"))
    if name not in known:
        pytest.skip(f"{name} is not up (it is not in {file})")
    return known[name]
