"""Texts with citations inside: where sentences end, what each stands on, and one walk that leaves no text out."""

import itertools
import re
import sys
from collections.abc import Iterator
from typing import Annotated, Any, Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, Field
from tests.customer_escalation.domain.regex_steps import Counted, Steps
from tests.customer_escalation.drafts import escalation, handling, reply

from customer_escalation.domain import prose
from customer_escalation.domain.changes import texts_at
from customer_escalation.domain.draft import DraftModel, EscalationDraft, HandlingDraft
from customer_escalation.domain.prose import (
    Names,
    Says,
    Stated,
    cite,
    marks_of,
    passages,
    sentences_of,
    with_code,
    with_refs,
    without_marks,
)  # fmt: skip


def split(written: str) -> list[str]:
    return [sentence.text for sentence in sentences_of(written)]


def cited(written: str) -> list[tuple[str, tuple[str, ...], bool]]:
    return [(sentence.text, sentence.cites, sentence.own) for sentence in sentences_of(written)]


@pytest.mark.parametrize(
    ("written", "sentences"),
    [
        ("It fails. It was fixed! Was it? Yes", ["It fails.", "It was fixed!", "Was it?", "Yes"]),
        ("It stops, e.g. at noon, i.e. daily.", ["It stops, e.g. at noon, i.e. daily."]),
        ("Ask Dr. Kim or J. Doe. They know.", ["Ask Dr. Kim or J. Doe.", "They know."]),
        ("See No. 5 of the list. The answer is no. It fails.", ["See No. 5 of the list.", "The answer is no.", "It fails."]),
        ("Logs, screenshots, etc.", ["Logs, screenshots, etc."]),
        ("Offen (15. Mai) seit 11.5. abends. Mehr nicht.", ["Offen (15. Mai) seit 11.5. abends.", "Mehr nicht."]),
        ("Noch 1 Std. 47 Min. Dann nicht mehr.", ["Noch 1 Std. 47 Min.", "Dann nicht mehr."]),
        ("Seit 5 Min. wartet sie. Ende.", ["Seit 5 Min. wartet sie.", "Ende."]),
        ("Nach 2 Std. Wartezeit geht es. Ende.", ["Nach 2 Std. Wartezeit geht es.", "Ende."]),
        ("It took 5 min. 3 customers wait.", ["It took 5 min.", "3 customers wait."]),
        ("Due in 1 h. 47 min. [[figures/a]]. Call them.", ["Due in 1 h. 47 min..", "Call them."]),
        ("Beleg der Anrufe vom 9.3. (kein Ticket) fehlt.", ["Beleg der Anrufe vom 9.3. (kein Ticket) fehlt."]),
        ("It fell to 2.5. (Nobody knows.)", ["It fell to 2.5.", "(Nobody knows.)"]),
        ("It fell to 2.5. Nobody knows.", ["It fell to 2.5.", "Nobody knows."]),
        ("Es geht z.B. mit CSV bzw. PDF. Seit ca. 9 Uhr nicht.", ["Es geht z.B. mit CSV bzw. PDF.", "Seit ca. 9 Uhr nicht."]),
        ("Das ist z. B. am 3. März so. Danach nicht.", ["Das ist z. B. am 3. März so.", "Danach nicht."]),
        ("Siehe Nr. 12 dazu. Ende.", ["Siehe Nr. 12 dazu.", "Ende."]),
        ("同期が失敗する。再起動した！効果は？ない", ["同期が失敗する。", "再起動した！", "効果は？", "ない"]),
        ("同步失败。已重启。", ["同步失败。", "已重启。"]),
        ("彼は「だめ。もう一度。」と書いた。次へ。", ["彼は「だめ。もう一度。」と書いた。", "次へ。"]),
        ("「だめ。」 [[a/1]] 次へ。", ["「だめ。」", "次へ。"]),
        ("He wrote “It fails. Twice.” and left. Then nothing.", ["He wrote “It fails. Twice.” and left.", "Then nothing."]),
        ("He wrote: “It fails. Twice.” Nobody answered.", ["He wrote: “It fails. Twice.”", "Nobody answered."]),
        ('He wrote "No. Never!" to us. Why?', ['He wrote "No. Never!" to us.', "Why?"]),
        ("Sie schrieb „Es geht. Danke.“ Das war alles.", ["Sie schrieb „Es geht. Danke.“", "Das war alles."]),
        ("Il écrit « Non. Jamais. » puis rien. Fin.", ["Il écrit « Non. Jamais. » puis rien.", "Fin."]),
        ("Run `git add . && x. y` first. Then wait.", ["Run `git add . && x. y` first.", "Then wait."]),
        ("The log says “It fails. Then it ends.", ["The log says “It fails.", "Then it ends."]),
        ("- one. Two\n* three\n+ four", ["one.", "Two", "three", "four"]),
        ("1. Open it.\n2) Press Run. Wait.", ["Open it.", "Press Run.", "Wait."]),
        ("Since 7.2.0 it stops at 4.5 MB. 7.2.1 too.", ["Since 7.2.0 it stops at 4.5 MB.", "7.2.1 too."]),
        ("It is v7.2.1. Older ones work.", ["It is v7.2.1.", "Older ones work."]),
        ("See kb.example.com/a.b?c=10. It helps.", ["See kb.example.com/a.b?c=10.", "It helps."]),
        ("One line\nand another\n\nand one more", ["One line", "and another", "and one more"]),
        ("It says:\n```\nx. y\nz.\n```\nThen it stops.", ["It says:", "Then it stops."]),
        ("It says:\n```\nx. y", ["It says:"]),
        ("It says ```x. y``` twice. So.", ["It says ```x. y``` twice.", "So."]),
        ("It *fails.* Then _it works._ Now.", ["It *fails.*", "Then _it works._", "Now."]),
        ("(It fails.) Then it works.", ["(It fails.)", "Then it works."]),
        ("", []),
        (" \n\n ", []),
        ("[[a/1]]", []),
    ],
)  # fmt: skip
def test_a_text_is_split_where_a_reader_would(written: str, sentences: list[str]) -> None:
    assert split(written) == sentences


@pytest.mark.parametrize(
    ("written", "found"),
    [
        ("It fails [[a/1]]. It works [[b/2]].", [("It fails.", ("a/1",), True), ("It works.", ("b/2",), True)]),
        ("It fails. [[a/1]] It works. [[b/2]]", [("It fails.", ("a/1",), True), ("It works.", ("b/2",), True)]),
        ("It fails.[[a/1]] It works.", [("It fails.", ("a/1",), True), ("It works.", ("a/1",), False)]),
        ("It fails. It works [[a/1]]. So.", [("It fails.", ("a/1",), False), ("It works.", ("a/1",), True), ("So.", ("a/1",), False)]),
        ("It fails.\nIt works [[a/1]].", [("It fails.", (), False), ("It works.", ("a/1",), True)]),
        ("It fails [[a/1]] and stops [[b/2]].", [("It fails and stops.", ("a/1", "b/2"), True)]),
        ("It fails [[a/1, b/2; c/3 | d/4]].", [("It fails.", ("a/1", "b/2", "c/3", "d/4"), True)]),
        ("It fails [[a/1,b/2;c_d/3,4]].", [("It fails.", ("a/1", "b/2", "c_d/3,4"), True)]),
            ("It fails [[a/1 b/2]].", [("It fails.", ("a/1", "b/2"), True)]),
        ("It fails [[a/1]] [[a/1, b/2]].", [("It fails.", ("a/1", "b/2"), True)]),
        ("“It fails.” [[a/1]] It works [[b/2]].", [("“It fails.”", ("a/1",), True), ("It works.", ("b/2",), True)]),
        ("失敗する。[[a/1]]直った。[[b/2]]", [("失敗する。", ("a/1",), True), ("直った。", ("b/2",), True)]),
        ("It takes ca. [[a/1]] an hour.", [("It takes ca. an hour.", ("a/1",), True)]),
        ("- one [[a/1]]\n- two", [("one", ("a/1",), True), ("two", (), False)]),
        ("See:\n```\n[[x/9]]\n```\nIt fails.", [("See:", (), False), ("It fails.", (), False)]),
    ],
)  # fmt: skip
def test_a_sentence_stands_on_its_own_marks_else_on_those_of_its_paragraph(
    written: str, found: list[tuple[str, tuple[str, ...], bool]]
) -> None:
    assert cited(written) == found


def test_a_sentence_knows_where_it_stands_with_its_marks() -> None:
    written = "- It fails [[a/1]].  It works. [[b/2]]\nDone."
    assert [written[one.start : one.end].strip() for one in sentences_of(written)] == [
        "It fails [[a/1]].", "It works. [[b/2]]", "Done.",
    ]  # fmt: skip


PIECES = st.sampled_from([
    "[[", "]]", "[[a/1]]", "[[a/1, b/2]]", "[", "]", ".", "! ", "? ", "。", " ", "\n", "\t", "“", "”", "„", "«", "»", '"', "`", "```",
    "- ", "1. ", "z.B. ", "no. 5", "e.g. ", "X", "word", "7.2.1", "「", "」", "(", ")", "\u2028", "\x1c", "é",
])  # fmt: skip
TEXTS = st.lists(PIECES, max_size=40).map("".join)


@given(TEXTS)
def test_whatever_a_text_holds_no_word_is_lost_or_told_twice(written: str) -> None:
    found = list(sentences_of(written))
    for one, other in itertools.pairwise(found):
        assert one.start < one.end <= other.start
    for one in found:
        assert one.text == without_marks(written[one.start : one.end]).strip()
    told = "".join(written[one.start : one.end] for one in found)
    outside = "".join(words for words, _ in with_code(written))
    for word in ("X", "word", "é"):
        assert told.count(word) == outside.count(word)


@given(TEXTS)
def test_whatever_a_text_holds_it_can_be_cited_rendered_and_replaced(written: str) -> None:
    assert marks_of(cite(written, ["z/9"]))[-1:] == ["z/9"] or marks_of(written)
    assert "z/9" in marks_of(cite(written, ["z/9"]))
    draft = EscalationDraft.model_validate(escalation(tried=written))
    assert [one.written for one in passages(draft) if one.path == "tried"] == ([draft.tried] if draft.tried else [])
    again = EscalationDraft.model_validate(texts_at(draft, {"tried": draft.tried, "asks[0].text": written or "None."}))
    assert again.tried == draft.tried
    assert [one.text for one in again.asks] == [again.asks[0].text] if again.asks else not written.strip()


HOSTILE = {
    "spaces": "a" + " " * 200_000,
    "full stops": ". " * 100_000,
    "abbreviations": "z.B. " * 40_000,
    "numbers": "no. 5 " * 33_000,
    "opened marks": "[[" * 100_000,
    "marks": "x [[a]]" * 28_000,
    "opened marks behind full stops": ".[[" * 66_000,
    "spaces behind full stops": (".  " * 10 + " " * 70) * 2_000,
    "closed quotations": ".”" * 100_000,
    "closers": "." + "”" * 200_000,
    "opened quotations": "“x " * 66_000,
    "low quotations": "„" * 200_000,
    "quotations": "“x.” " * 40_000,
    "straight quotation marks": '" ' * 100_000,
    "backticks": "a " + "`" * 200_000,
    "fences": "```\nx\n```\ny\n" * 16_000,
    "opened fences": "y\n" + "```x\n" * 40_000 + "```",
    "codes in the line": "```x" * 50_000,
    "bullets": "- " * 100_000,
    "full stops of another script": "。「" * 100_000,
}


def test_the_number_of_a_tables_row_is_no_statement() -> None:
    """Only where it counts the rows: a number of something else in the first cell is one."""
    rows = ["| 1 | Send it [[chat/C-1]] | 10:00 |", "| 2. | Look again | 12:00 |", "| 9 | sites are down | |"]
    told = [one.text for one in sentences_of("\n".join(["| # | Step | By |", "|---|---|---|", *rows]))]
    assert told[1:] == ["| Send it | 10:00 |", "| Look again | 12:00 |", "| 9 | sites are down | |"]
    assert [one.text for one in sentences_of(rows[1])] == ["| 2. | Look again | 12:00 |"]


@pytest.fixture
def deep() -> Iterator[None]:
    """Room for the counting matcher, which walks a pattern by recursion."""
    before = sys.getrecursionlimit()
    sys.setrecursionlimit(100_000)
    yield
    sys.setrecursionlimit(before)


@pytest.mark.usefixtures("deep")
@pytest.mark.parametrize("name", HOSTILE)
def test_a_line_is_split_in_steps_that_grow_with_its_length_alone(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    patterns = [key for key, value in vars(prose).items() if isinstance(value, re.Pattern)]
    assert {"_MARK", "_END", "_QUOTED", "_FENCE", "_ABBREVIATION"} <= set(patterns)
    counted = {key: Counted(getattr(prose, key)) for key in patterns}
    for key, pattern in counted.items():
        monkeypatch.setattr(prose, key, pattern)

    def steps(length: int) -> int:
        before = sum(pattern.steps.count for pattern in counted.values())
        list(sentences_of(HOSTILE[name][:length]))
        return sum(pattern.steps.count for pattern in counted.values()) - before

    assert steps(1200) <= 4.4 * steps(300)


@pytest.mark.parametrize("name", HOSTILE)
def test_the_longest_line_is_split_to_its_end(name: str) -> None:
    found = list(sentences_of(f"{HOSTILE[name]}\nEnd."))
    assert all(one.start < one.end <= other.start for one, other in itertools.pairwise(found))
    assert found[-1].text == "End."


@pytest.mark.usefixtures("deep")
def test_the_counting_matcher_finds_what_re_finds_and_sees_a_quadratic_pattern() -> None:
    for pattern in (value for value in vars(prose).values() if isinstance(value, re.Pattern)):
        for text in HOSTILE.values():
            part = text[:150]
            assert Steps(pattern).finditer(part) == [match.span() for match in pattern.finditer(part)]
    once, twice = Steps(re.compile(r"\s*x")), Steps(re.compile(r"\s*x"))
    once.finditer(" " * 200)
    twice.finditer(" " * 400)
    assert twice.count > 3.8 * once.count


@pytest.mark.parametrize(
    ("text", "refs", "found"),
    [
        ("It fails.", ["a/1"], "It fails [[a/1]]."),
        ("It fails!", ["a/1", "b/2", "a/1"], "It fails [[a/1, b/2]]!"),
        ("It fails", ["a/1"], "It fails [[a/1]]"),
        ("It fails...", ["a/1"], "It fails... [[a/1]]"),
        ("He wrote: “It fails.”", ["a/1"], "He wrote: “It fails.” [[a/1]]"),
        ("失敗する。", ["a/1"], "失敗する。 [[a/1]]"),
        ("It fails [[a/1]].", ["a/1"], "It fails [[a/1]]."),
        ("It fails [[a/1]].", ["a/1", "b/2"], "It fails [[a/1]] [[b/2]]."),
        ("It fails. ", ["a/1"], "It fails [[a/1]]."),
        ("It fails.", [], "It fails."),
        ("| It fails. | Kim |", ["a/1"], "| It fails. | Kim [[a/1]] |"),
    ],
)
def test_a_mark_is_put_before_the_closing_full_stop_or_bar(text: str, refs: list[str], found: str) -> None:
    assert cite(text, refs) == found
    assert [sentence.cites for sentence in sentences_of(found)] == [tuple(dict.fromkeys([*marks_of(text), *refs]))]


@given(TEXTS)
def test_refs_are_renamed_in_the_marks_alone(written: str) -> None:
    found = with_refs(written, lambda ref: f"x/{ref}")
    assert marks_of(found) == [f"x/{ref}" for ref in marks_of(written)]
    assert without_marks(found) == without_marks(written)


@pytest.mark.parametrize(
    ("written", "pieces"),
    [
        ("a", [("a", "")]),
        ("a\n```sh\nx\n  y\n```\nb", [("a\n", "x\n  y"), ("\nb", "")]),
        ("a ```x``` b", [("a ```x``` b", "")]),
        ("```x``` b\nc", [("```x``` b\nc", "")]),
        ("- a\n  ````\n  x\n    y\n  ````", [("- a\n  ", "x\n  y"), ("", "")]),
        ("```\nx\n```", [("", "x"), ("", "")]),
        ("a\n```\nx", [("a\n", "x"), ("", "")]),
    ],
)
def test_fenced_code_is_handed_out_beside_the_text(written: str, pieces: list[tuple[str, str]]) -> None:
    assert list(with_code(written)) == pieces


FILLED = {
    "tried": "One.", "containment": "None.",
    "messages": [{"to": "Engineering", "text": "Have a look."}, {"to": "Kim", "text": "May it go?"}],
    "ticket_note": "Wait.", "sender": "To Engineering.",
    "drafts": [{**reply("Hello."), "when": "now"}, {**reply("Hi."), "when": "later"}],
}  # fmt: skip
OF_ONE = {
    EscalationDraft: (),
    HandlingDraft: ("tried", "containment"),
}


def filled(kind: type[EscalationDraft] | type[HandlingDraft], whole: dict[str, Any]) -> EscalationDraft | HandlingDraft:
    """A draft in which no text is empty."""
    return kind.model_validate({**whole, **{name: value for name, value in FILLED.items() if name not in OF_ONE[kind]}})


@pytest.mark.parametrize("draft", [filled(EscalationDraft, escalation()), filled(HandlingDraft, handling())])
def test_every_text_of_a_draft_is_walked_once_under_the_path_that_replaces_it(
    draft: EscalationDraft | HandlingDraft,
) -> None:
    paths = [passage.path for passage in passages(draft)]
    assert len(paths) == len(set(paths))
    assert set(paths) == {path for path, marker in texts_of(draft, "") if isinstance(marker, Says)}
    for passage in passages(draft):
        changed = type(draft).model_validate(texts_at(draft, {passage.path: "Changed."}))
        assert [one.path for one in passages(changed) if one.text == "Changed."] == [passage.path]


def texts_of(model: BaseModel, prefix: str) -> Iterator[tuple[str, object]]:
    """Every text of a draft with the marker of its field, read from the schema in another way than the walk's."""
    for name, field in type(model).model_fields.items():
        value = getattr(model, name)
        marker = next((part for part in field.metadata if isinstance(part, Says | Names)), None)
        inner = next(
            (part for part in getattr(field.annotation, "__args__", ()) if hasattr(part, "__metadata__")), None
        )
        marker = marker or next(
            (part for part in getattr(inner, "__metadata__", ()) if isinstance(part, Says | Names)), None
        )
        for place, item in enumerate(value) if isinstance(value, list) else [(-1, value)]:
            path = f"{prefix}{name}" + (f"[{place}]" if place >= 0 else "")
            if isinstance(item, BaseModel):
                yield from texts_of(item, f"{path}.")
            elif type(item) is str and "Literal" not in str(field.annotation):
                yield path, marker


def models_of(model: type[BaseModel]) -> Iterator[type[BaseModel]]:
    yield model
    for field in model.model_fields.values():
        for part in (field.annotation, *getattr(field.annotation, "__args__", ())):
            if isinstance(part, type) and issubclass(part, BaseModel):
                yield from models_of(part)


@pytest.mark.parametrize("model", dict.fromkeys((*models_of(EscalationDraft), *models_of(HandlingDraft))))
def test_every_text_field_of_the_schema_has_a_marker(model: type[BaseModel]) -> None:
    for name, field in model.model_fields.items():
        shown = str(field.annotation)
        if field.annotation is str:
            assert any(isinstance(part, Says | Names) for part in field.metadata), name
        elif "str" in shown and "Literal" not in shown:
            assert "Says(" in shown or "Names(" in shown, name


class _Inner(DraftModel):
    words: str


class _Bare(DraftModel):
    text: str


class _BareList(DraftModel):
    texts: list[str]


class _Nested(DraftModel):
    one: Stated
    inner: list[_Inner]


@pytest.mark.parametrize(
    ("draft", "path"),
    [
        (_Bare(text="x"), "text"),
        (_BareList(texts=["", "x"]), "texts[0]"),
        (_Nested(one="x", inner=[_Inner(words="y")]), "inner[0].words"),
    ],
)
def test_a_text_field_without_a_marker_is_an_error_with_its_path(draft: BaseModel, path: str) -> None:
    with pytest.raises(TypeError, match=re.escape(path)):
        list(passages(draft))


class _Marked(DraftModel):
    kind: Literal["a", "b"]
    told: Stated
    names: Annotated[str, Names("ref")]
    many: Annotated[list[str], Says("supposes", "sender")]
    described: Stated = Field(description="What it is.")


def test_the_walk_tells_role_and_reader_and_leaves_out_refs_kinds_and_empty_texts() -> None:
    draft = _Marked(kind="a", told="It fails [[a/1]].", names="a/1", many=["One.", "Two."], described="")
    assert [(one.path, one.role, one.reader, one.cites) for one in passages(draft)] == [
        ("told", "states", "receiver", ("a/1",)), ("many[0]", "supposes", "sender", ()), ("many[1]", "supposes", "sender", ()),
    ]  # fmt: skip
