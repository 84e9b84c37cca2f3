"""The runtime knows no product: what it works on is passed in."""

import re
from pathlib import Path

import skill_runtime
from customer_escalation.connectors.tool_access import CATEGORY_TOOLS
from support_connectors.categories import CATEGORIES, CATEGORY_NAMES
from support_connectors.systems import system_names

FORMATS = re.compile(r"\.claude-plugin|CLAUDE_")
"""Names that are part of the plugin and skill formats, which many hosts read."""
OF_THE_PROVIDER = frozenset({"claude.py", "providers.py"})


def test_no_name_of_the_product_its_categories_tools_or_systems_stands_in_the_runtime() -> None:
    categories = {*CATEGORIES, *CATEGORY_NAMES.values()} - {"chat", "email"}  # words of everyday English
    tools = {row.partition(".")[2] for row in CATEGORY_TOOLS.rows}
    names = {*categories, *tools, *system_names(), "customer", "escalation", "ticket"}
    spelled = re.compile(rf"(?<![a-z0-9])(?:{'|'.join(map(re.escape, names))})(?![a-z0-9])", re.IGNORECASE)
    found = {f"{file.name}: {match[0]}" for file, text in _sources() for match in spelled.finditer(text)}
    assert not found


def test_only_the_providers_files_name_the_models_vendor() -> None:
    named = {
        file.name for file, text in _sources() if re.search(r"claude|anthropic", FORMATS.sub("", text), re.IGNORECASE)
    }
    assert named == OF_THE_PROVIDER


def _sources() -> list[tuple[Path, str]]:
    return [(file, file.read_text(encoding="utf-8")) for file in Path(skill_runtime.__file__).parent.glob("*.py")]
