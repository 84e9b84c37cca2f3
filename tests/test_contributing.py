"""The recipes of CONTRIBUTING.md name files that exist, and nothing in the project was made with a step of them left out."""

import inspect
import json
import re
import tomllib
from collections.abc import Callable, Iterator
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules
from typing import Any, get_args

import pytest
from pydantic import BaseModel
from tests.support_connectors.backends.test_real_systems import REAL

import skill_runtime
from customer_escalation.actions import Proposal
from customer_escalation.actions.table import KINDS, WRITTEN_ALONE
from customer_escalation.domain.categories import SOURCES
from customer_escalation.domain.draft import EscalationDraft, HandlingDraft
from support_connectors.categories import CATEGORIES, CATEGORY_NAMES, CATEGORY_TABLE
from support_connectors.contract.shapes import SHAPES
from support_connectors.systems import BUNDLED, System

ROOT = Path(__file__).parents[1]
TEXT = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
RECIPES = {
    found[1]: found[2]
    for found in re.finditer(
        r"^### (.+?)\n\n(.*?)(?=^### |\Z)", TEXT.partition("## Recipes")[2], re.MULTILINE | re.DOTALL
    )
}
NAMED = re.compile(r"`((?:[\w.-]+/)*[\w-]*(?:\.[\w.]+)|tests/realservices/up|\.mcp\.json)`")
PYPROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))


def test_there_is_a_recipe_for_each_kind_of_addition() -> None:
    assert list(RECIPES) == [
        "A rule",
        "A section of the brief",
        "A category",
        "A kind of action",
        "A backend",
        "A model provider",
    ]


@pytest.mark.parametrize("recipe", RECIPES)
def test_a_recipe_names_files_that_exist_and_where_to_test(recipe: str) -> None:
    named = NAMED.findall(RECIPES[recipe])
    missing = [name for name in named if not (ROOT / name).exists()]
    assert not missing, f"the recipe {recipe!r} of CONTRIBUTING.md names files that are not there: {missing}"
    assert len(named) >= 8
    assert any(name.startswith("tests/") for name in named)
    assert "CHANGELOG.md" in named


def test_every_make_target_that_is_named_exists() -> None:
    made = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    assert set(re.findall(r"(?:^|`)make ([a-z-]+)", TEXT, re.MULTILINE)) <= made


# A section of the brief


@pytest.mark.parametrize("kind", [EscalationDraft, HandlingDraft])
def test_every_section_of_a_draft_has_its_place_in_the_brief_or_in_a_proposal(kind: type[BaseModel]) -> None:
    package = ROOT / "runtime" / "customer_escalation"
    name = "escalation.md.j2" if kind is EscalationDraft else "handling.md.j2"
    rendered = "\n".join(
        path.read_text(encoding="utf-8")
        for path in (
            package / "templates" / name,
            package / "templates" / "parts.md.j2",
            package / "domain" / "texts.py",
            *(package / "rendering").glob("*.py"),
            *package.glob("actions/*.py"),
            package / "domain" / "texts.py",
        )
    )
    left_out = [field for field in kind.model_fields if not re.search(rf"[.\"]{field}\b", rendered)]
    assert not left_out, f"neither {name} nor rendering/ nor a proposal shows {left_out}"


# A category


@pytest.mark.parametrize("category", CATEGORIES)
def test_a_category_is_in_every_table(category: Any) -> None:
    started = json.dumps(json.loads((ROOT / ".mcp.json").read_text(encoding="utf-8")))
    entry = (ROOT / "server.json").read_text(encoding="utf-8")
    placeholder = f"~~{CATEGORY_NAMES[category]}"
    tables = {
        "domain/categories.py": category in SOURCES,
        "contract/shapes.py": category in SHAPES,
        "a module of its name": hasattr(import_module(f"support_connectors.{category}"), "offer"),
        ".mcp.json": f"mcp {category}\"" in started.replace("\\", ""),
        "server.json": f'"{category}"' in entry,
        "SKILL.md or its references": any(
            placeholder in path.read_text(encoding="utf-8") for path in (ROOT / "skills").rglob("*.md")
        ),
    }  # fmt: skip
    assert [where for where, there in tables.items() if not there] == []


# A kind of action


def test_every_kind_of_action_is_proposed_and_carried_out_by_a_writing_tool_of_its_category() -> None:
    assert set(get_args(Proposal.model_fields["kind"].annotation)) == set(KINDS)
    for row in KINDS.values():
        if row.tool and row.system not in WRITTEN_ALONE:
            writing = {
                tool.name: tool for one in CATEGORY_TABLE.values() if one.id == row.system for tool in one.writes
            }
            assert row.tool in writing, row.id
            assert row.leaves_house == writing[row.tool].leaves_house, row.id


# A backend


@pytest.mark.parametrize("name", BUNDLED)
def test_a_bundled_backend_declares_itself_and_is_tested(name: str) -> None:
    system = import_module(f"support_connectors.backends.{name}").SYSTEM
    assert isinstance(system, System)
    assert system.name == name
    assert system.tested, "SYSTEM.tested says against what it was tried"
    own = (ROOT / "tests" / "support_connectors" / "backends" / f"test_{name}.py").exists()
    assert own or name in REAL, f"{name} has neither tests of its own nor a real system"


# A model provider


def providers() -> Iterator[str]:
    """The modules of the runtime that hold a model's service."""
    for found in iter_modules(skill_runtime.__path__):
        module = import_module(f"skill_runtime.{found.name}")
        for _, one in inspect.getmembers(module, inspect.isclass):
            turn: Callable[..., Any] | None = getattr(one, "turn", None)
            if one.__module__ == module.__name__ and inspect.iscoroutinefunction(turn) and found.name != "model":
                yield found.name


def test_every_model_provider_has_its_floor_and_its_tests() -> None:
    contracts = PYPROJECT["tool"]["importlinter"]["contracts"]
    floors = next(one["layers"] for one in contracts if one.get("containers") == ["skill_runtime"])
    floor = next(names.split(" | ") for names in floors if "claude" in names.split(" | "))
    found = list(providers())
    assert {"claude", "scripted"} <= set(found)
    for name in found:
        assert name in floor, f"{name} is not on the floor of claude in pyproject.toml"
        assert (ROOT / "tests" / "skill_runtime" / f"test_{name}.py").exists()


@pytest.mark.parametrize(
    "library", PYPROJECT["tool"]["ruff"]["lint"]["flake8-tidy-imports"]["banned-module-level-imports"]
)
def test_a_library_that_is_banned_at_module_level_costs_no_command_its_start(library: str) -> None:
    told = (ROOT / "tests" / "customer_escalation" / "cli" / "test_imports.py").read_text(encoding="utf-8")
    assert f'"{library}"' in told
