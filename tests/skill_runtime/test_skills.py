"""Skills load by the Agent Skills rules, take their arguments, and give references from their own folder only."""

import gc
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from skill_runtime.errors import SkillError
from skill_runtime.skills import MAX_REFERENCE, Skill, find_skills, list_references, load_skill, read_reference

FIXTURES = Path(__file__).parent / "fixtures" / "skills"

STRICT_AND_LENIENT = {"plain", "every-field", "byte-order-mark", "windows-line-ends", "long-body"}
"""Fixtures without a breach of the specification."""

LENIENT = {
    "host-fields": "argument-hint: the specification has no such field",
    "named-arguments": "arguments: the specification has no such field",
    "tools-as-list": "allowed-tools: the specification wants one text",
    "tools-with-commas": "allowed-tools: the specification wants spaces",
    "unterminated-header": "never closed",
    "late-header": "empty lines stand before the header",
    "no-space-after-colon": "a space is missing",
    "colon-in-value": "not valid YAML",
    "duplicate-key": '"license" stands here a second time',
    "tab-indented": "not valid YAML",
    "control-character": "a control character",
    "yaml-bomb": "too many values",
    "yaml-circle": "too many values",
    "yaml-tag": "license: it must be text, and is a list",
    "deeply-nested": "nested too deeply",
    "missing-name": "name: it is missing",
    "name-is-a-list": "name: it must be text",
    "name-of-another-folder": "they must be the same",
    "Name-In-Capitals": "may hold only a-z",
    "name--doubled": "single hyphens",
    "name-at-edge-": "single hyphens",
    "name_underscored": "may hold only a-z",
    "n" * 65: "it has 65 characters, 64 are allowed",
    "description-too-long": "it has 1,025 characters, 1,024 are allowed",
    "compatibility-too-long": "it has 501 characters, 500 are allowed",
    "compatibility-empty": "compatibility: it is empty",
    "metadata-is-text": "metadata: it must be a mapping",
    "metadata-nested": "metadata.author: it must be text",
    "lower-case-file": "the file is to be named SKILL.md",
}
"""Fixtures that load with this remark, and that strict loading refuses with it."""

ADVISED = {"broken-link": '"references/guide.md", and there is no such file', "no-instructions": "no instructions"}
"""Fixtures that follow the specification and still draw a warning."""

UNUSABLE = {
    "no-header": "the file has no YAML header",
    "empty-file": "the file has no YAML header",
    "empty-header": "the header is empty",
    "header-is-a-list": "the header is a list",
    "header-is-text": "the header is plain text",
    "huge-header": "longer than 65,536 characters",
    "missing-description": "has no description: say in its header",
    "empty-description": "has no description",
    "description-is-a-list": "it must be text, and is a list",
    "not-utf8": "is not UTF-8 text (byte 107)",
    "binary": "is not UTF-8 text",
    "nul-bytes": "it holds NUL bytes",
    "file-is-a-folder": "is not a file",
}


def make(folder: Path, body: str, header: str = "") -> Skill:
    folder.mkdir(parents=True, exist_ok=True)
    text = f"---\nname: {folder.name}\ndescription: Files parcels.\n{header}---\n{body}"
    (folder / "SKILL.md").write_text(text, encoding="utf-8")
    return load_skill(folder)


def test_every_fixture_is_claimed_by_one_table() -> None:
    claimed = [*STRICT_AND_LENIENT, *LENIENT, *ADVISED, *UNUSABLE]
    assert sorted(claimed) == sorted(entry.name for entry in FIXTURES.iterdir())


def test_the_byte_fixtures_still_hold_the_bytes_that_they_are_about() -> None:
    assert (FIXTURES / "byte-order-mark" / "SKILL.md").read_bytes().startswith(b"\xef\xbb\xbf---")
    assert (FIXTURES / "windows-line-ends" / "SKILL.md").read_bytes().count(b"\r\n") == 8


@pytest.fixture(autouse=True)
def _collect_nothing() -> Iterator[None]:
    """What other tests left behind is not thrown away where a reader is at the bottom of its recursion."""
    gc.disable()
    yield
    gc.enable()


@pytest.mark.parametrize("name", sorted(STRICT_AND_LENIENT))
def test_a_skill_by_the_specification_loads_strictly(name: str) -> None:
    skill = load_skill(FIXTURES / name, strict=True)
    assert skill.name == name
    assert all(note.level == "info" for note in skill.diagnostics)


@pytest.mark.parametrize("name", sorted(LENIENT))
def test_a_breach_is_a_remark_and_a_refusal_when_strict(name: str) -> None:
    skill = load_skill(FIXTURES / name)
    assert skill.description
    assert skill.body.startswith(("File the parcel.", "# Parcels", "Send"))
    assert any(LENIENT[name] in str(note) for note in skill.diagnostics), skill.diagnostics
    with pytest.raises(SkillError, match=r"breaks the Agent Skills specification: .*\.$") as refusal:
        load_skill(FIXTURES / name, strict=True)
    assert LENIENT[name] in str(refusal.value)


@pytest.mark.parametrize("name", sorted(ADVISED))
def test_advice_is_given_and_never_refuses(name: str) -> None:
    skill = load_skill(FIXTURES / name, strict=True)
    assert [note.level for note in skill.diagnostics] == ["warning"]
    assert ADVISED[name] in str(skill.diagnostics[0])


@pytest.mark.parametrize("name", sorted(UNUSABLE))
@pytest.mark.parametrize("strict", [False, True])
def test_an_unusable_skill_is_refused_with_a_sentence(name: str, strict: bool) -> None:
    with pytest.raises(SkillError) as refusal:
        load_skill(FIXTURES / name, strict=strict)
    assert UNUSABLE[name] in str(refusal.value)
    assert str(FIXTURES / name) in str(refusal.value)
    assert str(refusal.value).endswith(".")


def test_every_field_of_the_specification_is_read() -> None:
    skill = load_skill(FIXTURES / "every-field")
    assert skill.license == "MIT"
    assert skill.compatibility == "Needs a printer"
    assert skill.metadata == {"author": "somebody", "version": "1.10"}
    assert skill.allowed_tools == ("Bash(git log:*)", "Read")
    assert skill.folder == FIXTURES / "every-field"
    assert skill.extra == {}


def test_fields_of_hosts_are_kept() -> None:
    skill = load_skill(FIXTURES / "host-fields")
    assert skill.argument_hint == "[parcel] [street]"
    assert skill.extra == {"argument-hint": "[parcel] [street]", "user-invocable": True}


def test_an_unquoted_hint_in_brackets_is_still_the_hint(tmp_path: Path) -> None:
    assert make(tmp_path / "parcels", "x", "argument-hint: [file, street]\n").argument_hint == "[file, street]"
    assert make(tmp_path / "parcels", "x", "argument-hint: [file] [street]\n").argument_hint == "[file] [street]"


@pytest.mark.parametrize("name", ["tools-as-list", "tools-with-commas"])
def test_tools_are_read_in_the_forms_that_hosts_accept(name: str) -> None:
    assert {"Read", "Bash(git log:*)"} <= set(load_skill(FIXTURES / name).allowed_tools)


def test_nested_metadata_becomes_text() -> None:
    assert load_skill(FIXTURES / "metadata-nested").metadata == {"author": '{"name": "somebody"}'}


def test_a_folder_that_is_no_skill_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SkillError, match=r"is no skill: it has no SKILL\.md"):
        load_skill(tmp_path)
    with pytest.raises(SkillError, match="cannot be read: No such file"):
        load_skill(tmp_path / "absent")


def test_a_skill_file_that_is_huge_a_pipe_or_a_circle_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "SKILL.md"
    file.write_bytes(b"x" * 1_048_577)
    with pytest.raises(SkillError, match="larger than 1,024 KiB"):
        load_skill(tmp_path)
    file.unlink()
    os.mkfifo(file)
    with pytest.raises(SkillError, match="is not a file"):
        load_skill(tmp_path)
    file.unlink()
    file.symlink_to(file)
    with pytest.raises(SkillError, match="leads out of the skill's folder"):
        load_skill(tmp_path)


def test_a_skill_file_that_links_out_of_its_folder_is_refused(tmp_path: Path) -> None:
    skill = make(tmp_path / "outside", "x")
    (tmp_path / "linked").mkdir()
    (tmp_path / "linked" / "SKILL.md").symlink_to(skill.folder / "SKILL.md")
    with pytest.raises(SkillError, match="leads out of the skill's folder"):
        load_skill(tmp_path / "linked")


def test_a_folder_may_be_reached_through_a_link_under_its_own_name(tmp_path: Path) -> None:
    make(tmp_path / "real" / "parcels", "x")
    (tmp_path / "parcels").symlink_to(tmp_path / "real" / "parcels")
    assert load_skill(tmp_path / "parcels", strict=True).name == "parcels"


def test_an_unreadable_file_is_refused(tmp_path: Path) -> None:
    make(tmp_path / "parcels", "x")
    file = tmp_path / "parcels" / "SKILL.md"
    file.chmod(0)
    if os.access(file, os.R_OK):
        pytest.skip("this user may read everything")
    with pytest.raises(SkillError, match="Permission denied"):
        load_skill(tmp_path / "parcels")


@pytest.mark.parametrize(
    ("body", "arguments", "text"),
    [
        ("Do $ARGUMENTS now.", "this  'and that'", "Do this  'and that' now."),
        ("Do $ARGUMENTS now.", "", "Do  now."),
        ("From $0 to $1, $ARGUMENTS[1].", "'San José' Rome", "From San José to Rome, Rome."),
        ("From $0 to $2.", "Rome", "From Rome to $2."),
        ("$ARGUMENTS[7] $ARGUMENTS", "a", "$ARGUMENTS[7] a"),
        ("It is $0.", "Acme's export broke", "It is Acme's."),
        ("Costs $1,000, $0.50, $5M, $1x and $0.", "a b c d e f", "Costs $1,000, $0.50, $5M, $1x and a."),
        (r"Print \$0, \$1,000 and \$ARGUMENTS; do $0.", "a b", "Print $0, $1,000 and $ARGUMENTS; do a."),
        ("```sh\nsend $0\n```", "a", "```sh\nsend a\n```"),
        ("$ARGUMENTSX and ${ARGUMENTS} $HOME $0", "a", "$ARGUMENTSX and ${ARGUMENTS} $HOME a"),
        ("$0 $ARGUMENTS", "$1 $ARGUMENTS ${CLAUDE_SKILL_DIR}", "$1 $1 $ARGUMENTS ${CLAUDE_SKILL_DIR}"),
        ("$0 \\1 \\g<0>", "\\\\1", "\\1 \\1 \\g<0>"),
        ("$99999999999999999999 $0", "a", "$99999999999999999999 a"),
    ],
)
def test_arguments_are_put_where_the_text_asks_for_them(body: str, arguments: str, text: str, tmp_path: Path) -> None:
    assert make(tmp_path / "parcels", body).instructions(arguments) == text


@pytest.mark.parametrize("body", ["File it.\n", "File it for $1,000.", "File $3 of it.", r"File \$0."])
def test_arguments_that_no_marker_took_are_appended(body: str, tmp_path: Path) -> None:
    text = make(tmp_path / "parcels", body).instructions("a 'b c'")
    assert text.endswith("\n\nARGUMENTS: a 'b c'\n")
    assert make(tmp_path / "parcels", body).instructions(" \n") == body.strip().replace("\\$", "$")


def test_the_skills_folder_is_named_where_asked(tmp_path: Path) -> None:
    skill = make(tmp_path / "parcels", "Run ${CLAUDE_SKILL_DIR}/scripts/file.sh")
    assert skill.instructions("") == f"Run {tmp_path}/parcels/scripts/file.sh"
    assert "\n\nARGUMENTS: a\n" in skill.instructions("a"), "the folder is no argument"


def test_named_arguments_follow_the_order_of_the_header() -> None:
    skill = load_skill(FIXTURES / "named-arguments")
    assert skill.argument_names == ("parcel", "to-street")
    assert skill.instructions("box 'High Street'") == "Send box to High Street."
    assert skill.instructions("box") == "Send box to ."


def test_references_are_listed_and_read_on_demand(tmp_path: Path) -> None:
    skill = make(tmp_path / "parcels", "x")
    for name in ("references/b.md", "references/deep/c.md", "a.toml", ".hidden", ".git/config", "node_modules/x.js"):
        path = skill.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"{name}: ✓\r\n", encoding="utf-8", newline="")
    (skill.folder / "link.md").symlink_to("a.toml")
    assert list_references(skill) == ["a.toml", "references/b.md", "references/deep/c.md"]
    for name in list_references(skill):
        assert read_reference(skill, name) == f"{name}: ✓\r\n"
    assert read_reference(skill, "link.md") == "a.toml: ✓\r\n", "a link inside the folder"
    assert read_reference(skill, " ./references/../a.toml ") == "a.toml: ✓\r\n"


@pytest.mark.parametrize(
    "path",
    [
        "",
        " ",
        "..",
        "../secret.md",
        "references/../../secret.md",
        "..\\secret.md",
        "/etc/passwd",
        "\\\\host\\share",
        "C:\\secret.md",
        "file:///etc/passwd",
        "a\0.md",
        ".env",
        "references/.hidden/x.md",
        "out.md",
        "out/secret.md",
        "circle",
        "x" * 5_000,
    ],
)
def test_no_path_leads_out_of_the_folder(path: str, tmp_path: Path) -> None:
    skill = make(tmp_path / "parcels", "x")
    (tmp_path / "secret.md").write_text("secret")
    (skill.folder / ".env").write_text("secret")
    (skill.folder / "out.md").symlink_to(tmp_path / "secret.md")
    (skill.folder / "out").symlink_to(tmp_path)
    (skill.folder / "circle").symlink_to("circle")
    with pytest.raises(SkillError, match="is not a file of the skill: give a path below its folder"):
        read_reference(skill, path)


def test_a_missing_reference_names_those_that_are_there() -> None:
    with pytest.raises(SkillError, match=r'no file "references/gone\.md"; it has references/guide\.md'):
        read_reference(load_skill(FIXTURES / "plain"), "references/gone.md")


def test_what_is_no_readable_text_is_refused(tmp_path: Path) -> None:
    skill = make(tmp_path / "parcels", "x")
    (skill.folder / "references").mkdir()
    (skill.folder / "latin.md").write_bytes(b"Caf\xe9")
    (skill.folder / "nul.md").write_bytes(b"a\0b")
    (skill.folder / "full.md").write_bytes(b"x" * MAX_REFERENCE)
    (skill.folder / "large.md").write_bytes(b"x" * (MAX_REFERENCE + 1))
    os.mkfifo(skill.folder / "pipe.md")
    assert len(read_reference(skill, "full.md")) == MAX_REFERENCE
    for name, reason in {
        "references": "is not a file",
        "pipe.md": "is not a file",
        "latin.md": "not UTF-8 text",
        "nul.md": "holds NUL bytes",
        "large.md": "larger than 256 KiB",
    }.items():
        with pytest.raises(SkillError, match=reason):
            read_reference(skill, name)


def test_skills_are_found_below_a_folder_without_following_links(tmp_path: Path) -> None:
    root = tmp_path / "root"
    for name in ("b", "a/deep/c", ".claude/skills/d", ".git/e", "node_modules/f"):
        make(root / name, "x")
    make(tmp_path / "outside", "x")
    (root / "out").symlink_to(tmp_path / "outside")
    (root / "up").symlink_to(root)
    found = [path.relative_to(root).as_posix() for path in find_skills(root)]
    assert found == [".claude/skills/d", "a/deep/c", "b"]
    assert find_skills(root / "b") == [root / "b"]
    assert find_skills(tmp_path / "absent") == []


def test_the_search_for_skills_has_a_bounded_depth(tmp_path: Path) -> None:
    make(tmp_path / "/".join("abcdefghijklmnop"), "x")
    make(tmp_path / "a" / "b", "x")
    assert find_skills(tmp_path) == [tmp_path / "a" / "b"]
    assert find_skills(tmp_path, depth=1) == []


def test_the_projects_own_skill_loads_without_a_warning() -> None:
    skill = load_skill(Path(__file__).parents[2] / "skills" / "customer-escalation")
    assert [str(note) for note in skill.diagnostics if note.level != "info"] == []
    assert "100,000 USD" in skill.instructions("one two three")
