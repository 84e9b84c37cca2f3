"""The locked environment holds whatever pyproject.toml asks for, so that `make test` misses no client of a system."""

import re
import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_the_lock_holds_every_dependency_extra_and_tool_and_no_index() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    lock = (ROOT / "requirements-dev.lock").read_text(encoding="utf-8")
    extras = project["project"]["optional-dependencies"].values()
    wanted = [
        *project["project"]["dependencies"],
        *project["dependency-groups"]["dev"],
        *(one for e in extras for one in e),
    ]
    names = {re.sub(r"[-_.]+", "-", re.split(r"[\s\[<>=!~;]", one)[0]).lower() for one in wanted}
    locked = set(re.findall(r"^([a-z0-9-]+)==", lock, re.MULTILINE))
    assert names - locked == set(), "run `make lock`"
    assert not re.search(r"^\s*--(?!hash=)|://", lock, re.MULTILINE)
