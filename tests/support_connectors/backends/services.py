"""Where the real systems of the contract tests are: the JSON file named in $REALSERVICES, settings by system.

``tests/realservices/up FILE`` starts the systems and writes it. Under ``absent`` stands why a system is not there.
"""

import json
import os
from pathlib import Path
from typing import Any

import pytest

VARIABLE = "REALSERVICES"
ABSENT = "absent"


def service(name: str) -> dict[str, Any]:
    """The settings of a running system, as its settings class takes them; skips the test where it is not there."""
    file = os.environ.get(VARIABLE)
    if not file:
        pytest.skip(f"no real systems are up (set {VARIABLE}; the CI script starts them)")
    known: dict[str, dict[str, Any]] = json.loads(Path(file).read_text(encoding="utf-8"))
    if name not in known:
        pytest.skip(f"{name} is not up: {known.get(ABSENT, {}).get(name, f'it is not in {file}')}")
    return known[name]
