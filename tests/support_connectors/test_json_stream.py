"""JSON in pieces: the same values as of the whole document, at any place where reading may break, and faults with their place."""

import io
import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from support_connectors.workspace import json_stream
from support_connectors.workspace.json_stream import JsonFault, NotText, Path, TooDeep, walk

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)


def in_pieces(document: bytes, size: int) -> Any:
    """A reader that gives ``size`` bytes at the most, whatever it is asked for."""
    stream = io.BytesIO(document)
    return lambda _most: stream.read(size)


def into_lists(path: Path) -> str:
    return "[" if not path else ""


@settings(deadline=None)
@given(VALUES, st.integers(1, 9), st.booleans(), st.sampled_from([None, 1]))
def test_a_document_in_pieces_of_any_size_has_the_values_of_the_whole(
    value: Any, size: int, ascii_only: bool, indent: int | None
) -> None:
    document = json.dumps(value, ensure_ascii=ascii_only, indent=indent).encode()
    assert [found.value for found in walk(in_pieces(document, size), lambda _path: "")] == [value]
    if isinstance(value, list):
        [beginning, *elements] = walk(in_pieces(document, size), into_lists)
        assert (beginning.path, beginning.value) == ((), [])
        assert [found.path for found in elements] == [(index,) for index in range(len(value))]
        assert [found.value for found in elements] == value


def test_several_documents_come_one_after_the_other_where_they_may() -> None:
    lines = b'{"id": 1}\n{"id": 2}\n\n[3]'
    assert [found.value for found in walk(in_pieces(lines, 4), lambda _path: "", many=True)] == [
        {"id": 1},
        {"id": 2},
        [3],
    ]
    with pytest.raises(JsonFault, match="line 2 column 1: Extra data"):
        list(walk(in_pieces(lines, 4), lambda _path: ""))


@pytest.mark.parametrize(
    ("document", "says"),
    [
        (b"", "line 1 column 1: Expecting value"),
        (b"[1,\n 2,\n  x]", "line 3 column 3: Expecting value"),
        (b"[1 2]", "line 1 column 4: Expecting ',' delimiter"),
        (b"[1, 2", "line 1 column 6: Expecting ',' delimiter"),
        (b'["ab', "line 1 column 2: Unterminated string starting at"),
        (b"[1] [2]", "line 1 column 5: Extra data"),
        (b"[Infinity]", "Infinity is no JSON number"),
    ],
)
@pytest.mark.parametrize("size", [1, 3, 1_000])
def test_a_fault_has_its_line_and_column_wherever_reading_broke(document: bytes, says: str, size: int) -> None:
    with pytest.raises(JsonFault, match=says):
        list(walk(in_pieces(document, size), into_lists))


def test_what_is_no_text_says_from_which_byte_on() -> None:
    for size in (1, 2, 100):
        with pytest.raises(NotText, match="byte 5"):
            list(walk(in_pieces('["é"'.encode() + b"\xff]", size), into_lists))


def test_endless_nesting_ends() -> None:
    with pytest.raises(TooDeep):
        list(walk(in_pieces(b"[" * 100_000, 10_000), into_lists))


def test_one_value_is_taken_to_a_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(json_stream, "MAX_VALUE", 1_000)
    assert len(list(walk(in_pieces(json.dumps(["x" * 90] * 500).encode(), 300), into_lists))) == 501
    with pytest.raises(JsonFault, match="one value has more than"):
        list(walk(in_pieces(json.dumps(["x" * 9_000]).encode(), 300), into_lists))


def test_half_characters_are_noticed_by_their_escapes() -> None:
    found = walk(in_pieces(rb'["\ud800", "\uD83D\uDE00", "plain", "\\u"]', 7), into_lists)
    assert [one.has_halves for one in found] == [False, True, True, False, False]
