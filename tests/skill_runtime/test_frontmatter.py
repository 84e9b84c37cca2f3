"""A header gives whatever can be read of it, says what cannot, and never raises."""

import time

import pytest
import yaml
from hypothesis import example, given
from hypothesis import strategies as st

from skill_runtime.frontmatter import MAX_HEADER, Diagnostic, HeaderValue, one_line, parse_frontmatter, shown, summary


def test_fields_and_body_are_cut_at_the_two_lines() -> None:
    read = parse_frontmatter("---\nname: parcels\nflags: [a, true]\n---\n\n# Title\n\n---\n\nMore.\n")
    assert read.values == {"name": "parcels", "flags": ["a", True]}
    assert read.body == "# Title\n\n---\n\nMore."
    assert read.diagnostics == ()


def test_scalars_are_kept_as_written() -> None:
    read = parse_frontmatter("---\nversion: 1.10\nday: 2026-01-02\nid: 007\nword: yes\nquoted: 'true'\nnone: ~\n---\n")
    assert read.values == {
        "version": "1.10",
        "day": "2026-01-02",
        "id": "007",
        "word": "yes",
        "quoted": "true",
        "none": None,
    }


def test_a_quoted_word_is_text_and_a_bare_one_a_truth_value() -> None:
    assert parse_frontmatter('---\na: True\nb: "true"\n---\n').values == {"a": True, "b": "true"}


def test_byte_order_mark_and_foreign_line_ends_are_tolerated() -> None:
    read = parse_frontmatter("\ufeff---\r\nname: parcels\r\n--- \r\nOne.\r\rTwo.\r\n")
    assert (read.values, read.body, read.diagnostics) == ({"name": "parcels"}, "One.\n\nTwo.", ())


@pytest.mark.parametrize("text", ["", "\n\n", "# Title\n---\nname: x\n---\n", "----\nname: x\n----\n"])
def test_without_a_header_everything_is_body(text: str) -> None:
    read = parse_frontmatter(text)
    assert (read.values, read.body) == ({}, text.strip("\n"))
    assert [note.level for note in read.diagnostics] == ["error"]


@pytest.mark.parametrize("below", ["\n# Title\nText: none\n", "# Title\nText: none\n"])
def test_a_header_that_is_never_closed_ends_where_the_text_starts(below: str) -> None:
    read = parse_frontmatter(f"---\nname: parcels\ndescription: Files them.\n{below}")
    assert read.values == {"name": "parcels", "description": "Files them."}
    assert read.body == "# Title\nText: none"
    assert read.diagnostics[0].where == "line 3"


def test_an_unclosed_header_may_be_all_there_is() -> None:
    assert parse_frontmatter("---\nname: parcels").values == {"name": "parcels"}


def test_a_header_below_empty_lines_is_read_with_a_warning() -> None:
    read = parse_frontmatter("\n \n---\nname: parcels\nname: letters\n---\n")
    assert read.values == {"name": "letters"}
    assert [(note.level, note.where) for note in read.diagnostics] == [("warning", "line 1"), ("warning", "line 5")]


@pytest.mark.parametrize(
    ("header", "values"),
    [
        ("description: Use when: it rains", {"description": "Use when: it rains"}),
        ("a: 'x': y\nb: [c, d]", {"a": "'x': y", "b": ["c", "d"]}),
        ("a: x: y\n  and more\n\n  at last\nb: c", {"a": "x: y and more at last", "b": "c"}),
        ("a: x: y\nnot indented at all", {"a": "x: y not indented at all"}),
        ("a: x: y\nb: |\n  one\n    two\nc: >-\n  one\n  two", {"a": "x: y", "b": "one\n  two", "c": "one two"}),
        ("a: {b\nc: |-\n\tone: two\n\tthree", {"a": "{b", "c": "one: two\nthree"}),
        ("a: x: y\nb:\n  c: d: e\n  f: g", {"a": "x: y", "b": {"c": "d: e", "f": "g"}}),
        ("a: x: y\nb:\n  - c: d: e\n  - 'f'", {"a": "x: y", "b": ["c: d: e", "f"]}),
        ("a: x: y\nb:\n  c d\n  e", {"a": "x: y", "b": "c d e"}),
        ("hint: [file] [format]\n# remark\nb: c", {"hint": "[file] [format]", "b": "c"}),
        ('a: "quoted" and more\nb:', {"a": '"quoted" and more', "b": None}),
        ("a: @at\nurl: https://example.com/a:b", {"a": "@at", "url": "https://example.com/a:b"}),
        ("a: `code`\ntight:value", {"a": "`code`", "tight": "value"}),
        ("a: x: y\na: z", {"a": "z"}),
        ("- stray\na: x: y", {"a": "x: y"}),
        ("name:tight\ndescription:also", {"name": "tight", "description": "also"}),
        ("a: *unknown\nb: c", {"a": "*unknown", "b": "c"}),
        ("a: b\x07\nc: d", {"a": "b\x07", "c": "d"}),
    ],
)
def test_what_yaml_rejects_is_read_field_by_field_with_a_warning(header: str, values: dict[str, HeaderValue]) -> None:
    read = parse_frontmatter(f"---\n{header}\n---\nBody.")
    assert read.values == values
    assert read.body == "Body."
    assert read.diagnostics
    assert {note.level for note in read.diagnostics} == {"warning"}


def test_the_diagnostic_of_bad_yaml_names_the_line_and_the_reason() -> None:
    note = parse_frontmatter("---\nname: x\ndescription: a: b\n---\n").diagnostics[0]
    assert str(note) == (
        "line 3: the header is not valid YAML (mapping values are not allowed here); its fields were read line by line"
    )


@pytest.mark.parametrize(
    ("header", "kind"), [("- a\n- b", "a list"), ("just words", "plain text"), ("", "empty"), ("# remark", "empty")]
)
def test_a_header_without_fields_is_an_error(header: str, kind: str) -> None:
    read = parse_frontmatter(f"---\n{header}\n---\nBody.")
    assert read.values == {}
    assert read.body == "Body."
    assert kind in read.diagnostics[0].message
    assert read.diagnostics[0].level == "error"


def test_of_a_field_given_twice_the_last_counts() -> None:
    read = parse_frontmatter("---\na: 1\nb: {c: 1, c: 2}\na: 2\n---\n")
    assert read.values == {"a": "2", "b": {"c": "2"}}
    assert [note.where for note in read.diagnostics] == ["line 3", "line 4"]


def test_a_field_whose_name_is_a_list_is_left_out() -> None:
    read = parse_frontmatter("---\n? [a, b]\n: c\nd: e\n---\n")
    assert read.values == {"d": "e"}
    assert [note.level for note in read.diagnostics] == ["warning"]


def bomb(levels: int) -> str:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, levels)]
    return "\n".join(lines)


@pytest.mark.parametrize(
    "header",
    [
        bomb(12),
        "a: &a\n  b: *a",
        "a: &a [*a, *a]",
        "a: " + "[" * 20_000,
        "a: " + "{b: " * 2_000,
        "\n".join(f"{' ' * depth}k:" for depth in range(200)),
        "a: &a {x: y}\n" + "\n".join(f"b{n}: {{<<: [*a, *a]}}" for n in range(500)),
        "a: !!python/object/apply:os.system ['exit 1']",
        "a: !!int notanumber\nb: !!timestamp 2026-99-99\nc: 1" + "0" * 5_000,
        "a: b\n%YAML 9.9",
        "a: b\n...\nc: d",
        'a: "never closed',
    ],
)
def test_hostile_headers_are_read_quickly_and_keep_the_other_fields(header: str) -> None:
    before = time.process_time()
    read = parse_frontmatter(f"---\ndescription: Files parcels.\n{header}\n---\nBody.")
    assert time.process_time() - before < 10, "only an explosion takes seconds"
    assert read.values["description"] == "Files parcels."
    assert read.body == "Body."


def test_a_tag_constructs_nothing() -> None:
    assert parse_frontmatter("---\na: !!python/name:os.system x\n---\n").values == {"a": "x"}


def test_a_header_beyond_the_limit_is_not_read() -> None:
    read = parse_frontmatter(f"---\nname: parcels\nnote: {'x' * MAX_HEADER}\n---\nBody.")
    assert (read.values, read.body) == ({}, "Body.")
    assert "longer than 65,536 characters" in read.diagnostics[0].message


@given(st.text())
@example("---\n? \n---")
@example("---\n: \n---")
@example("---\n--- \n---")
def test_no_text_raises(text: str) -> None:
    parse_frontmatter(text)
    parse_frontmatter(f"---\n{text}\n---\n")


TEXT = st.text(
    st.characters(exclude_categories=["Cc", "Cn", "Cs"], exclude_characters="\u2028\u2029\ufeff"), max_size=40
)
"""PyYAML does not read back all the line ends and control characters that it writes."""


@given(st.dictionaries(st.from_regex(r"[a-z][a-z-]{0,8}", fullmatch=True), TEXT, min_size=1))
def test_what_a_yaml_writer_wrote_is_read_back(values: dict[str, str]) -> None:
    header = yaml.safe_dump(values, allow_unicode=True)
    assert parse_frontmatter(f"---\n{header}---\n").values == values


def test_quoted_content_is_short_and_steers_no_terminal() -> None:
    assert shown("a\x1b[31m\nb\udcff") == '"a\\x1b[31m\\nb\\udcff"'
    assert shown("x" * 200) == '"' + "x" * 80 + '…"'
    assert one_line("Käse – ✓") == "Käse – ✓"


def test_a_diagnostic_reads_as_a_line() -> None:
    assert str(Diagnostic("warning", "it is empty", "name")) == "name: it is empty"
    assert str(Diagnostic("warning", "it is empty")) == "it is empty"


def test_of_very_many_diagnostics_one_line_tells_the_first_and_the_number() -> None:
    notes = parse_frontmatter("---\n" + "a: b\n" * 30 + "---\n").diagnostics
    assert summary(notes[:2]) == "; ".join(map(str, notes[:2]))
    assert summary(notes).endswith("counts; and 19 more")
