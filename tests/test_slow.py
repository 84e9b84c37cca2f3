"""What a fast run leaves out is named, and what is named is there."""

import subprocess
import sys
from pathlib import Path

import pytest
from tests.slow import SLOW, is_slow

ROOT = Path(__file__).parents[1]


@pytest.mark.parametrize("pattern", SLOW)
def test_what_is_named_exists(pattern: str) -> None:
    where, _, name = pattern.partition("::")
    files = [path for path in ROOT.glob(where) if path.name != "__pycache__"]
    assert files, f"tests/slow.py names {where}, which is not there"
    if name and "*" not in name:
        assert f"def {name}(" in files[0].read_text(encoding="utf-8"), f"tests/slow.py names {name}, which is not there"


def test_a_test_is_slow_by_its_file_or_its_name() -> None:
    assert is_slow("tests/skill_runtime/test_mcp_host.py::test_x[1]")
    assert is_slow("tests/customer_escalation/actions/test_leaving.py::test_a_text_of_200_kb_is_gone_through[4242 ]")
    assert not is_slow("tests/customer_escalation/actions/test_leaving.py::test_another")


def test_a_process_in_a_test_that_is_not_named_is_refused_with_what_to_do() -> None:
    with pytest.raises(RuntimeError, match=r"test_slow\.py.* starts .*: name it in tests/slow\.py"):
        subprocess.run([sys.executable, "-c", "pass"], check=True)
