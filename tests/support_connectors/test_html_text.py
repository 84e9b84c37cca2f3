"""HTML as people's systems and mail programs write it, and as somebody would who means harm: what a reader sees, and nothing else."""

import tracemalloc

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from support_connectors.remote import markup, markup_tables
from support_connectors.remote.texts import as_html, plain_text


def lines(*given: str) -> str:
    return "\n".join(given)


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("", ""),
        ("a plain\n text", "a plain text"),
        ("a < b & c > d", "a < b & c > d"),
        ("<p>Hello<br>there</p><script>alert(1)</script><b>bold</b>", "Hello\nthere\nbold"),
        ("<h1>Title</h1><p>One.</p><p>Two.</p>", "Title\n\nOne.\n\nTwo."),
        ("<div>one</div><div><br></div><div>two</div><div>three</div>", "one\n\ntwo\nthree"),
        ("<p>one<p>two", "one\n\ntwo"),
        ('see <a href="https://acme.example/x">the page</a> <img src="x.png" alt="Screen">now', "see the page now"),
        ("<p>AT&amp;T &eacute; &#8364; a&nbsp;b &nope;</p>", "AT&T é € a b &nope;"),
        ("<o:p>&nbsp;</o:p>x<![if !mso]>y<![endif]>z<!--[if mso]>never<![endif]-->", "xyz"),
        ('<?xml version="1.0" encoding="utf-16"?><meta charset="latin-1"><p>Grüße</p>', "Grüße"),
        ("<td>loose</td><td>cells</td>", "loose\ncells"),
        ("</p></div>x</body></html>y<p>z", "xy\n\nz"),
        ("<dl><dt>Plan<dd>Enterprise<dt>Seats<dd>40</dl>", "Plan\nEnterprise\nSeats\n40"),
    ],
)
def test_blocks_stand_on_lines_of_their_own(html: str, text: str) -> None:
    assert plain_text(html) == text


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("<p>write &amp;lt;b&amp;gt; or &amp;amp;amp;</p>", "write &lt;b&gt; or &amp;amp;"),
        ("<pre>&amp;nbsp;</pre>", "&nbsp;"),
        ("<table><tr><td>&amp;lt;<td>&amp;amp;lt;</table>", "&lt; | &amp;lt;"),
    ],
)
def test_an_entity_that_somebody_wrote_about_stays_as_written(html: str, text: str) -> None:
    assert plain_text(html) == text


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("<ul><li>one<li>two</ul>after", "- one\n- two\nafter"),
        (
            "<ul><li><p>one</p><p>more</p><ul><li>inner</ul><li>two</ul>",
            lines("- one", "  more", "  - inner", "- two"),
        ),
        ("<ol><li>one<li>two<ul><li>inner</ul></ol>", lines("1. one", "2. two", "   - inner")),
        ('<ol start="9"><li>nine<li>ten<li value="20">twenty</ol>', lines("9. nine", "10. ten", "20. twenty")),
        ('<ol start="²"><li value="-1">x</ol><ol start="99999999999"><li>y</ol>', lines("1. x", "1. y")),
        ("<li>loose", "- loose"),
    ],
)
def test_lists_keep_dashes_numbers_and_depth(html: str, text: str) -> None:
    assert plain_text(html) == text


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("<pre><code>if x:\n    y()\n</code></pre>", "if x:\n    y()"),
        ("<p>Log:</p><pre>a <b>b\n   c</b><br> d</pre><p>End", lines("Log:", "", "a b", "   c", " d", "", "End")),
        ("<pre>    in\n  out</pre>", "    in\n  out"),
        ("<pre>a<p>b</p>c</pre>", "a\nbc"),
    ],
)
def test_code_keeps_its_lines_and_indents(html: str, text: str) -> None:
    assert plain_text(html) == text


STATUS = (
    "before<table><caption>Since <b>noon</b></caption><thead><tr><th>Region<th>Errors<th>Note</thead><tbody>"
    "<tr><td>eu-west-1<td>1,204<td><a href=x>09:12</a> UTC<tr><td>us-east<td><td>healthy</table>after"
)


def test_a_table_keeps_its_columns() -> None:
    assert plain_text(STATUS) == lines(
        "before",
        "",
        "Since noon",
        "",
        "Region    | Errors | Note",
        "eu-west-1 | 1,204  | 09:12 UTC",
        "us-east   |        | healthy",
        "",
        "after",
    )


@pytest.mark.parametrize(
    ("html", "text"),
    [
        (
            "<table><tr><td colspan=2>both<td>c<tr><td rowspan=2>1<td>2<td>3<tr><td>x<td>y</table>",
            lines("both |   | c", "1    | 2 | 3", "     | x | y"),
        ),
        ("<table><tr><td>a<td>&nbsp;<td>b<tr><td>c<td><img src=x><td>d<tr><td><td><td></table>", "a | b\nc | d"),
        ("<table><tr><td>a<td>b<tr><td>only</table>", "a    | b\nonly |"),
        (
            "<table><tr><th>Steps<th>Who<tr><td><ol><li>stop<li>start</ol><td><p>Kim</p><p>Lee</p></table>",
            lines("Steps    | Who", "1. stop  | Kim", "2. start | Lee"),
        ),
    ],
)
def test_spans_gaps_and_lines_inside_cells_keep_the_columns(html: str, text: str) -> None:
    drawn = [line.split(" | ") for line in plain_text(html).split("\n")]
    assert [[cell.strip(" |") for cell in row] for row in drawn] == [
        [cell.strip(" |") for cell in line.split(" | ")] for line in text.split("\n")
    ]


def test_a_table_inside_a_table_keeps_its_columns_and_the_outer_one_is_taken_apart() -> None:
    inner = "<table><tr><td>a<td>b<tr><td>c<td>d</table>"
    assert plain_text(f"<table><tr><td>left<td>{inner}<tr><td>below<td>{inner}</table>") == lines(
        "left", "", "a | b", "c | d", "", "below", "", "a | b", "c | d"
    )


def test_paragraphs_that_a_table_only_arranges_do_not_run_into_one_another() -> None:
    mail = (
        '<table role="presentation"><tr><td><p>The API answers 500 since noon.</p><p>Please help.</p>'
        "<td>Acme Inc<br>1 Main Street</table>"
    )
    assert plain_text(mail) == lines(
        "The API answers 500 since noon.", "", "Please help.", "", "Acme Inc", "1 Main Street"
    )


def test_rows_too_long_for_columns_still_tell_their_cells_apart() -> None:
    story = "It fails again and again. " * 20
    html = f"<table><tr><td>one<td>{story}<td>open<tr><td>number two<td><p>short</p><td></table>"
    assert plain_text(html) == lines(f"one | {story.strip()} | open", "number two | short |")


def test_text_in_a_table_outside_of_cells_keeps_its_place() -> None:
    assert plain_text("<table><tr>x<td>a<td>b<tr><td>c<td>d</table>") == lines("x", "", "a", "", "b", "", "c", "", "d")


@pytest.mark.parametrize(
    "hidden",
    [
        "<script>{}</script>",
        "<style>{}</style>",
        "<head><title>{}</title></head>",
        "<template><p>{}</p></template>",
        "<noscript>{}</noscript>",
        "<iframe>{}</iframe>",
        "<svg><title>{}</title></svg>",
        "<!-- {} -->",
        "<div hidden><p>{}</p></div>",
        '<div hidden="until-found">{}</div>',
        '<div style="display:none">{}</div>',
        '<div style="color:red; DISPLAY : None !important">a<br><b>{}</b></div>',
        '<span style="visibility:hidden"><span style="visibility:visible">{}</span></span>',
        '<p style="opacity:0.0">{}</p>',
        '<div style="max-height:0px;overflow:hidden;font-size:1px">{}</div>',
        '<span style="font-size:0"><b>{}</b></span>',
        '<span style="font-size:0px"><b style="font-size:1.5em">{}</b></span>',
        "<table hidden><tr><td>{}<td>{}</table>",
        "<table><tr hidden><td>{}<td>{}<tr><td>a<td>b</table>",
        "<ul><li>a<li hidden>{}</ul>",
        "<pre><span hidden>{}</span></pre>",
    ],
)
def test_what_is_hidden_is_left_out_and_what_follows_is_shown(hidden: str) -> None:
    text = plain_text(f"<p>seen</p>{hidden.replace('{}', 'SECRET')}<p>after</p>")
    assert "SECRET" not in text
    assert text.startswith("seen")
    assert text.endswith("after")


@pytest.mark.parametrize(
    "shown",
    [
        '<td style="max-width:0;overflow:hidden">{}</td>',
        '<div style="opacity:0.5;height:10px;overflow:hidden">{}</div>',
        '<table style="font-size:0"><tr><td style="font-size:1rem">{}</table>',
        '<p style="display:block;visibility:visible;font-size:10px">{}</p>',
        '<p style="display;;:none;font-size">{}</p>',
        '<p aria-hidden="true">{}</p>',
        "<input hidden>{}",
        "<o:p hidden/>{}",
    ],
)
def test_what_is_only_styled_is_shown(shown: str) -> None:
    assert plain_text(shown.format("seen")) == "seen"


@pytest.mark.parametrize("tag", ["div", "b", "ul><li", "table><tr><td", "blockquote", "font", "pre"])
def test_50_000_levels_still_give_their_text(tag: str) -> None:
    assert plain_text(f"before {f'<{tag}>' * 50_000}deep").split() == ["before", *["-"] * ("li" in tag) * 25, "deep"]


def test_what_is_too_much_is_cut_and_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    assert plain_text("<p>x" * (markup.MOST_BLOCKS + 5_000)).endswith(f"x\n\n{markup.CUT}")
    monkeypatch.setattr(markup, "MOST_MARKUP", 10_000)
    text = plain_text("<p>word</p>" * 900)
    assert plain_text("word " * 1_999) == ("word " * 1_999).strip()
    assert plain_text("word " * 2_001) == f"{('word ' * 2_000).strip()}\n\n{markup.CUT}"
    assert text.count("word") == 900


def test_ends_that_are_looked_for_in_vain_are_bounded_before_the_parser_searches() -> None:
    """libxml2 passes all open elements for each of these ends: hours for a page of some megabytes."""
    assert plain_text("first<div>" + "<div>" * 50_000 + "</b>" * 50_000) == f"first\n\n{markup.CUT}"


LONG = "w" * 100
BIG = 100_000
HOSTILE = {
    "a wide cell over many rows": f"<table><tr><td>{LONG * 1_000}<td>y" + "<tr><td>x<td>y" * 5_000,
    "many columns in one of many rows": "<table><tr>" + "<td>x" * 12_000 + "<tr><td>y" * 4_900,
    "cells over many columns": "<table>" + '<tr><td colspan="99999">x<td colspan="99">y' * 5_000,
    "cells over many rows": "<table>" + '<tr><td rowspan="99999" colspan="50">x' * 3_000,
    "many lines beside many cells": "<table><tr>" + "<td>y" * 100 + "<tr><td>" + "<br>x" * 10_000 + "<td>y",
    "blanks in code beside many rows": f"<table><tr><td><pre>{' ' * BIG}x</pre><td>y" + "<tr><td>x<td>y" * 5_000,
    "many small tables with a wide cell": (f"<table><tr><td>{LONG}<td>b" + "<tr><td>c<td>d" * 600 + "</table>") * 10,
    "tables in tables": "<table><tr><td>a<td>" * 5_000,
    "lists in lists": "<ul><li>x" * 10_000,
    "many small pieces of a line": "<p>" + "<b>x</b>" * (BIG // 8),
    "ampersands": "&" * BIG,
    "open comments": "<!--" * (BIG // 4),
    "open tags": "<a" * BIG,
    "open quotes": "<a b='" * (BIG // 6),
    "open sections": "<![CDATA[" * (BIG // 9),
    "open scripts": "<script>" * (BIG // 8),
    "styles": "<p style='" + "font-size:0;" * (BIG // 12) + "'>x",
    "attributes": "<a " + " ".join(f"x{number}=1" for number in range(BIG // 8)) + ">x",
    "entities of its own": "<!DOCTYPE x [<!ENTITY a '" + "b" * 1_000 + "'>"
    + "".join(f"<!ENTITY a{number} '&a{number - 1};&a{number - 1};'>" for number in range(1, 40)) + "]>&a39;",
}  # fmt: skip


@pytest.mark.parametrize("html", HOSTILE.values(), ids=HOSTILE)
def test_hostile_pages_take_no_more_room_than_they_bring(html: str) -> None:
    tracemalloc.start()
    text = plain_text(html)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert len(text) <= 6 * len(html) + markup_tables.MOST_AREA
    assert peak < 60_000_000


def test_a_page_loads_nothing(tmp_path_factory: pytest.TempPathFactory) -> None:
    secret = tmp_path_factory.mktemp("home") / "secret"
    secret.write_text("SECRET")
    text = plain_text(
        f'<!DOCTYPE html SYSTEM "file://{secret}" [<!ENTITY x SYSTEM "file://{secret}">]><p>&x;'
        f'<object data="file://{secret}"></object><link href="file://{secret}"><iframe src="file://{secret}"></iframe>'
    )
    assert text == "]>\n\n&x;"


PIECES = st.sampled_from(
    "<p> </p> <div> </div> <td> <tr> <table> </table> <ul> <ol> <li> </ul> <pre> </pre> <br> <b> </b> <!-- --> <![CDATA[ ]]> & "
    "&amp; &#0; &#xD800; < > ' \" <a b='c </ <? <script> </script> <style> <title> <head> <body> <html> <caption> <select> <option> "
    "<textarea> <frameset> <plaintext> <form> <svg> <math> <tbody> <th> <dl> <dd> <input> \x00 \x0c \x1a".split()
)


@settings(deadline=None)
@given(st.lists(st.one_of(PIECES, st.text(max_size=5)), max_size=40))
def test_any_markup_gives_a_text(pieces: list[str]) -> None:
    text = plain_text("".join(pieces))
    assert "\n\n\n" not in text
    assert text == text.strip("\n")


@settings(deadline=None)
@given(st.lists(st.text("abcé<>&;'\"[]:-| \x1a", min_size=1, max_size=8), max_size=8))
def test_plain_text_that_becomes_html_comes_back_as_it_was(written: list[str]) -> None:
    expected = [" ".join(line.replace("\x1a", "").split()) for line in written]
    assert plain_text(as_html("\n\n".join(written))) == "\n\n".join(line for line in expected if line)


@settings(deadline=None)
@given(st.lists(st.text("abc ", min_size=1).filter(str.strip), min_size=1, max_size=30))
def test_no_word_of_a_table_is_lost_whatever_its_shape(cells: list[str]) -> None:
    rows = "".join(
        f"<tr><td colspan={len(cell) % 4}>{cell}<td rowspan={number % 3}>{cell}" for number, cell in enumerate(cells)
    )
    text = plain_text(f"<table>{rows}</table>")
    assert sorted(text.replace("|", " ").split()) == sorted(" ".join(cells * 2).split())


def test_texts_of_several_threads_do_not_meet() -> None:
    """Inscriptis keeps the page that is being drawn in its settings."""
    first, second = markup._drawing(), markup._drawing()
    assert first.css["body"] is not second.css["body"]
    assert first.css is not second.css
