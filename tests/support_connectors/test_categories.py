"""The table of categories: complete, without contradictions, and the only one that servers, suite and workspace stand on."""

import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from typing import Any, get_args

import pytest
from pydantic import BaseModel

from support_connectors import results
from support_connectors.backend import InvalidInput
from support_connectors.categories import (
    CATEGORIES,
    CATEGORY_TABLE,
    WORKSPACE_CATEGORIES,
    Category,
    CategoryRow,
    ReadTool,
    RecordKind,
    WriteTool,
    checked,
)
from support_connectors.contract.shapes import SHAPES
from support_connectors.local_tools import LocalTools
from support_connectors.offering import offer_tools
from support_connectors.serving import build_category_server
from support_connectors.workspace.records import ConnectorStates, Records
from support_connectors.workspace.store import workspace_from_json

ROWS = list(CATEGORY_TABLE.values())


class Nothing:
    """Answers to any name, and is never called."""

    def __getattr__(self, name: str) -> Callable[..., Any]:
        return lambda *_: None


@pytest.mark.parametrize("category", CATEGORIES)
async def test_a_server_has_the_tools_of_its_row_with_their_access(category: Category) -> None:
    backend: Any = Nothing()
    tools = {tool.name: tool for tool in await build_category_server(category, backend).list_tools()}
    row = CATEGORY_TABLE[category]
    assert list(tools) == [tool.name for tool in row.tools]
    for known in row.tools:
        hints = tools[known.name].annotations
        assert hints is not None
        assert hints.title == known.title
        assert hints.read_only_hint is isinstance(known, ReadTool)
        assert hints.destructive_hint is (isinstance(known, WriteTool) and (known.overwrites or known.leaves_house))


@pytest.mark.parametrize("missing", [True, False])
def test_a_server_that_differs_from_its_row_is_not_built(*, missing: bool) -> None:
    def search_articles() -> BaseModel:
        raise InvalidInput

    def read_article() -> BaseModel:
        raise InvalidInput

    def list_articles() -> BaseModel:
        raise InvalidInput

    def draft_article() -> BaseModel:
        raise InvalidInput

    def delete_article() -> BaseModel:
        raise InvalidInput

    own = (search_articles, read_article, list_articles)
    tools = own if missing else (*own, draft_article, delete_article)
    with pytest.raises(ValueError, match="draft_article" if missing else ": delete_article"):
        offer_tools(LocalTools(), "knowledge_base", *tools)


@pytest.mark.parametrize(
    ("rows", "says"),
    [
        (ROWS[:-1], "every category once: cloud_storage"),
        ([*ROWS, ROWS[0]], "every category once: support_platform"),
        ([replace(ROWS[0], part=None, parts=None, customer_words=frozenset()), *ROWS[1:]], "every kind once: message"),
        ([replace(row, attachments=False, customer_words=frozenset()) for row in ROWS], "every kind once: attachment"),
        ([replace(ROWS[0], writes=ROWS[0].writes[:1] * 2), *ROWS[1:]], "every tool once: add_internal_note"),
        ([replace(ROWS[0], reads=ROWS[0].reads[:2]), *ROWS[1:]], "every verb of support_platform once: list"),
        ([replace(ROWS[0], parts=None), *ROWS[1:]], "names parts"),
        ([replace(ROWS[0], customer_words=frozenset({"mail"})), *ROWS[1:]], "names parts or customers' words"),
    ],
)
def test_a_row_that_is_missing_doubled_or_wrong_is_refused(rows: list[CategoryRow], says: str) -> None:
    with pytest.raises(ValueError, match=says):
        checked(rows)


def test_the_kinds_are_those_of_the_results() -> None:
    fields = [model.model_fields.get("kind") for model in vars(results).values() if _is_result(model)]
    assert {field.default for field in fields if field} == set(get_args(RecordKind))


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.id)
def test_an_item_holds_its_parts_under_the_key_of_its_row(row: CategoryRow) -> None:
    models = {model.model_fields["kind"].default: model for model in vars(results).values() if _has_kind(model)}
    assert row.parts is None or row.parts in models[row.item].model_fields


def test_the_suite_knows_every_category_and_writes_with_a_tool_of_its_row() -> None:
    assert tuple(SHAPES) == CATEGORIES
    for category, shape in SHAPES.items():
        assert shape.row is CATEGORY_TABLE[category]
        assert shape.write is None or shape.write.tool in {tool.name for tool in shape.row.writes}


def test_the_workspace_holds_the_categories_that_the_table_gives_it() -> None:
    assert tuple(Records.model_fields) == tuple(ConnectorStates.model_fields) == WORKSPACE_CATEGORIES
    everything: dict[str, Any] = {category: [] for category in WORKSPACE_CATEGORIES}
    with workspace_from_json({"records": everything}) as store:
        assert len({id(store.backend(category)) for category in WORKSPACE_CATEGORIES}) == len(WORKSPACE_CATEGORIES)


def test_reading_the_table_brings_no_pydantic_and_no_mcp() -> None:
    asks = "import sys, support_connectors.categories; print(*{'pydantic', 'mcp'} & set(sys.modules))"
    said = subprocess.run([sys.executable, "-c", asks], capture_output=True, text=True, check=True)
    assert said.stdout.split() == []


def _is_result(model: object) -> bool:
    return isinstance(model, type) and issubclass(model, results.ResultModel)


def _has_kind(model: Any) -> bool:
    return _is_result(model) and "kind" in model.model_fields
