"""A skill: a folder with a SKILL.md, read by the rules of the Agent Skills specification.

Loading is lenient: what other hosts accept is accepted, and said in ``Skill.diagnostics``. Strict loading holds a skill to
the letter of https://agentskills.io/specification.
"""

import json
import os
import re
import shlex
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from skill_runtime.errors import SkillError
from skill_runtime.frontmatter import Diagnostic, DiagnosticLevel, HeaderValue, parse_frontmatter, shown, summary

__all__ = [
    "FENCE",
    "SPAN",
    "Diagnostic",
    "Skill",
    "find_skills",
    "list_references",
    "load_skill",
    "read_reference",
]

SKILL_FILE = "SKILL.md"
MAX_NAME = 64
MAX_DESCRIPTION = 1_024
MAX_COMPATIBILITY = 500
MAX_SKILL_FILE = 1_048_576
"""Bytes of a SKILL.md."""
MAX_REFERENCE = 262_144
"""Bytes of a reference that is read on demand."""
MAX_FOLDERS = 20_000
"""Folders that one search for skills looks into."""
MAX_LISTED = 1_000
ADVISED_LINES = 500

FENCE = r"^[ \t>]*(?P<fence>`{3,}|~{3,})(?s:.*?)(?:^[ \t>]*(?P=fence)[`~]*[ \t]*$|\Z)"
"""Pattern (MULTILINE) of a fenced code block in markdown."""
SPAN = r"(?<!`)(?P<ticks>`+)(?!`).{1,400}?(?<!`)(?P=ticks)(?!`)"
"""Pattern of a code span on one line."""

_SPECIFIED = frozenset({"name", "description", "license", "compatibility", "metadata", "allowed-tools"})
_NAME = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
_SKIPPED = frozenset({".git", ".hg", ".svn", ".venv", "__pycache__", "node_modules"})
_CODE = re.compile(f"{FENCE}|{SPAN}", re.MULTILINE)
_LINK = re.compile(r"\]\(<?([^()\s<>]+)>?(?:\s+\"[^\"]*\")?\)")
_PATH = re.compile(r"(?!/)[\w./-]*\w\.\w+")
_ARGUMENT = re.compile(r"[A-Za-z_][\w-]*")
_TOOL = re.compile(r"[^\s,(]+(?:\([^()]*\))?")


@dataclass(frozen=True)
class Skill:
    """A skill that can be used."""

    name: str
    """As the header says, or the folder's name where the header has none."""
    description: str
    body: str
    """The instructions as written, placeholders and argument markers included."""
    folder: Path
    """Absolute."""
    argument_hint: str = ""
    license: str = ""
    compatibility: str = ""
    metadata: Mapping[str, str] = field(default_factory=dict)
    allowed_tools: tuple[str, ...] = ()
    argument_names: tuple[str, ...] = ()
    """What ``$name`` stands for, in the order of the arguments."""
    extra: Mapping[str, HeaderValue] = field(default_factory=dict)
    """Every header field that the specification does not name, as read; ``argument-hint`` and ``arguments`` included."""
    diagnostics: tuple[Diagnostic, ...] = ()

    def instructions(self, arguments: str) -> str:
        """The body as the model reads it when the skill is called with ``arguments``.

        ``$ARGUMENTS`` is all of them as typed; ``$ARGUMENTS[0]`` and ``$0`` the first, split as a shell would;
        ``$name`` the one so named by the header's ``arguments`` field; ``${CLAUDE_SKILL_DIR}`` the skill's folder. A
        position that was not given stays as written, as does money (``$1,000``, ``$0.50``, ``$5M``) and whatever a
        backslash precedes. If no marker took an argument, the text ends with ``ARGUMENTS: <arguments>``. What is
        inserted is never expanded again.
        """
        words = _split(arguments)
        positions = {name: position for position, name in enumerate(self.argument_names)}
        taken = False

        def replace(match: re.Match[str]) -> str:
            nonlocal taken
            if match["escaped"]:
                return "$"
            if match["folder"]:
                return str(self.folder)
            if match["name"]:
                position = positions[match["name"]]
            elif match["index"] or match["position"]:
                # So many digits that Python would not convert them are no position of an argument.
                position = int((match["index"] or match["position"])[:9])
            else:
                taken = True
                return arguments
            if position < len(words):
                taken = True
                return words[position]
            return "" if match["name"] else match[0]

        text = _markers(self.argument_names).sub(replace, self.body)
        if arguments.strip() and not taken:
            text = f"{text.rstrip()}\n\nARGUMENTS: {arguments}\n"
        return text


def _markers(names: Iterable[str]) -> re.Pattern[str]:
    named = "|".join(re.escape(name) for name in sorted(names, key=len, reverse=True)) or r"(?!)"
    return re.compile(
        rf"(?P<escaped>\\\$(?=\d|ARGUMENTS|\{{CLAUDE_|(?:{named})(?![\w-])))"
        r"|\$ARGUMENTS\[(?P<index>\d+)\]"
        r"|\$ARGUMENTS(?!\w)"
        r"|(?P<folder>\$\{CLAUDE_SKILL_DIR\})"
        r"|\$(?P<position>\d+)(?!\w|[.,]\d)"
        rf"|\$(?P<name>{named})(?![\w-])"
    )


def _split(arguments: str) -> list[str]:
    try:
        return shlex.split(arguments)
    except ValueError:  # an apostrophe is not an open quotation
        return arguments.split()


def load_skill(folder: Path, *, strict: bool = False) -> Skill:
    """Read the skill in ``folder``.

    Raises ``SkillError`` when it cannot be used: no readable SKILL.md, or no description. With ``strict`` also for
    breaches of the specification, all of them in one sentence.
    """
    # Not resolve(): behind a link the folder would lose the name that the skill is known by.
    folder = Path(os.path.abspath(folder))  # noqa: PTH100
    file = _skill_file(folder)
    read = parse_frontmatter(_read_text(file, MAX_SKILL_FILE))
    header = _Header(read.values, list(read.diagnostics))
    if file.name != SKILL_FILE:
        header.breach(file.name, f"the file is to be named {SKILL_FILE}; other hosts will not find it")
    skill = header.skill(folder, read.body)
    if not skill.description:
        why = f" ({header.breaches[0]})" if header.breaches else ""
        raise SkillError(f"{file} has no description{why}: say in its header what the skill does and when to use it.")
    if strict and header.breaches:
        raise SkillError(f"{file} breaks the Agent Skills specification: {summary(header.breaches)}.")
    return replace(skill, diagnostics=(*header.breaches, *_advice(skill)))


@dataclass
class _Header:
    """A header's values, read field by field, and every breach of the specification found on the way."""

    values: Mapping[str, HeaderValue]
    breaches: list[Diagnostic]

    def breach(self, where: str, message: str, level: DiagnosticLevel = "warning") -> None:
        self.breaches.append(Diagnostic(level, message, where))

    def skill(self, folder: Path, body: str) -> Skill:
        """The skill, whatever is wrong with it; the description is empty where there is none."""
        name = self._text("name")
        for fault in _name_faults(name, folder.name):
            self.breach("name", fault)
        skill = Skill(
            name=name or folder.name,
            description=self._bounded("description", MAX_DESCRIPTION),
            body=body,
            folder=folder,
            argument_hint=self._hint(),
            license=self._text("license"),
            compatibility=self._bounded("compatibility", MAX_COMPATIBILITY),
            metadata=self._metadata(),
            allowed_tools=self._tools(),
            argument_names=self._argument_names(),
            extra={key: value for key, value in self.values.items() if key not in _SPECIFIED},
        )
        for key in skill.extra:
            self.breach(key, "the specification has no such field; some hosts ignore it", "info")
        return skill

    def _text(self, key: str) -> str:
        value = self.values.get(key)
        if isinstance(value, str):
            return value.strip()
        if isinstance(value, bool):
            return str(value).lower()
        if value is not None:
            self.breach(key, f"it must be text, and is {_kind(value)}")
        return ""

    def _bounded(self, key: str, limit: int) -> str:
        text = self._text(key)
        if len(text) > limit:
            self.breach(key, f"it has {len(text):,} characters, {limit:,} are allowed")
        elif not text and key in self.values:
            self.breach(key, "it is empty")
        return text

    def _metadata(self) -> dict[str, str]:
        value = self.values.get("metadata")
        if value is None:
            return {}
        if not isinstance(value, dict):
            self.breach("metadata", f"it must be a mapping of text to text, and is {_kind(value)}")
            return {}
        for key, item in value.items():
            if not isinstance(item, str):
                self.breach(f"metadata.{key}", f"it must be text, and is {_kind(item)}")
        return {
            key: item if isinstance(item, str) else json.dumps(item, ensure_ascii=False) for key, item in value.items()
        }

    def _tools(self) -> tuple[str, ...]:
        value = self.values.get("allowed-tools")
        if isinstance(value, list):
            self.breach("allowed-tools", "the specification wants one text with spaces between, not a list", "info")
            return tuple(item.strip() for item in value if isinstance(item, str))
        text = self._text("allowed-tools")
        tools = tuple(_TOOL.findall(text))
        if "," in _TOOL.sub("", text):
            self.breach("allowed-tools", "the specification wants spaces between the tools, not commas", "info")
        return tools

    def _hint(self) -> str:
        value = self.values.get("argument-hint")
        # Written without quotes, [file] is a YAML list of one.
        return f"[{', '.join(map(str, value))}]" if isinstance(value, list) else str(value or "").strip()

    def _argument_names(self) -> tuple[str, ...]:
        value = self.values.get("arguments")
        names = value.split() if isinstance(value, str) else value if isinstance(value, list) else []
        return tuple(name for name in names if isinstance(name, str) and _ARGUMENT.fullmatch(name))


def _kind(value: HeaderValue) -> str:
    if isinstance(value, bool):
        return f"the truth value {str(value).lower()}; put it in quotes"
    if isinstance(value, str):
        return "text"
    return "a list" if isinstance(value, list) else "a mapping" if isinstance(value, dict) else "empty"


def _name_faults(name: str, folder: str) -> Iterator[str]:
    """What the specification forbids about a name."""
    if not name:
        yield f"it is missing; the folder's name {shown(folder)} stands in"
        return
    if len(name) > MAX_NAME:
        yield f"it has {len(name)} characters, {MAX_NAME} are allowed"
    if not _NAME.fullmatch(name):
        yield f"{shown(name)} may hold only a-z, 0-9 and single hyphens between them"
    if name != folder:
        yield f"it is {shown(name)}, but the folder is {shown(folder)}; they must be the same"


def _advice(skill: Skill) -> Iterator[Diagnostic]:
    """What is no breach of the specification and still worth saying."""
    if not skill.body.strip():
        yield Diagnostic("warning", "there are no instructions after the header", SKILL_FILE)
    lines = skill.body.count("\n") + 1
    if lines > ADVISED_LINES:
        yield Diagnostic(
            "info", f"the body has {lines} lines; move detail to references above {ADVISED_LINES}", SKILL_FILE
        )
    for target in _linked(skill.body):
        try:
            path = _inside(skill.folder, target)
        except SkillError:
            continue
        if not path.exists():
            yield Diagnostic("warning", f"the text links to {shown(target)}, and there is no such file", SKILL_FILE)


def _linked(body: str) -> list[str]:
    """The relative paths that a markdown text links to, each once, examples in code left out."""
    prose = _CODE.sub("", body)
    targets = (match[1].partition("#")[0] for match in _LINK.finditer(prose))
    return list(dict.fromkeys(target for target in targets if _PATH.fullmatch(target)))


def find_skills(root: Path, *, depth: int = 10, on_unreadable: Callable[[OSError], None] | None = None) -> list[Path]:
    """The folders at or below ``root`` that hold a SKILL.md, sorted.

    Looks ``depth`` folders deep and into ``MAX_FOLDERS`` at the most, follows no links, and leaves out version control's
    and package managers' folders. A folder that cannot be listed goes to ``on_unreadable``.
    """
    found: list[Path] = []
    for seen, (name, folders, files) in enumerate(os.walk(root, onerror=on_unreadable)):
        folder = Path(name)
        if SKILL_FILE in files or SKILL_FILE in folders:
            found.append(folder)
        if len(folder.relative_to(root).parts) >= depth or seen >= MAX_FOLDERS:
            folders.clear()
        folders[:] = sorted(entry for entry in folders if entry not in _SKIPPED)
    return sorted(found)


def _skill_file(folder: Path) -> Path:
    """The folder's SKILL.md, or what is meant as one (``skill.md``)."""
    try:
        names = sorted(os.listdir(folder))  # noqa: PTH208 - names are wanted, and surrogates in them survive
    except OSError as error:
        raise SkillError(f"The skill folder {folder} cannot be read: {error.strerror}.") from error
    meant = [name for name in names if name.upper() == SKILL_FILE.upper()]
    if not meant:
        raise SkillError(f"{folder} is no skill: it has no {SKILL_FILE}.")
    name = SKILL_FILE if SKILL_FILE in meant else meant[0]
    try:
        _inside(folder, name)
    except SkillError as error:
        message = f"{folder / name} is a link that leads out of the skill's folder: put the file itself there."
        raise SkillError(message) from error
    return folder / name


def list_references(skill: Skill) -> list[str]:
    """The files in the skill's folder beside its SKILL.md, as paths to give to ``read_reference``, sorted.

    Hidden files and links are left out; ``MAX_LISTED`` at the most.
    """
    found: list[str] = []
    for name, folders, files in os.walk(skill.folder):
        folders[:] = sorted(entry for entry in folders if not _hidden(entry) and entry not in _SKIPPED)
        inside = Path(name).relative_to(skill.folder)
        found += [
            (inside / entry).as_posix()
            for entry in files
            if not _hidden(entry) and not Path(name, entry).is_symlink() and (inside / entry) != Path(SKILL_FILE)
        ]
        if len(found) >= MAX_LISTED:
            break
    return sorted(found)[:MAX_LISTED]


def read_reference(skill: Skill, relative_path: str) -> str:
    """The text of one file in the skill's folder, such as ``references/impact.md``.

    Raises ``SkillError`` with a sentence fit for the model that asked: the path leads outside the folder (by ``..``, from
    the root or through a link) or to a hidden file, there is no such file, or it is no UTF-8 text of at most
    ``MAX_REFERENCE`` bytes.
    """
    path = _inside(skill.folder, relative_path)
    if not path.exists():
        known = ", ".join(list_references(skill)[:20]) or "no other files"
        raise SkillError(f"The skill {skill.name} has no file {shown(relative_path)}; it has {known}.")
    return _read_text(path, MAX_REFERENCE)


def _hidden(name: str) -> bool:
    return name.startswith(".")


def _inside(folder: Path, relative: str) -> Path:
    """Where ``relative`` leads, which is inside ``folder`` once every link is followed."""
    refusal = f"{shown(relative)} is not a file of the skill: give a path below its folder, such as references/NAME.md."
    parts = relative.strip().replace("\\", "/").split("/")
    if "\0" in relative or not parts[0] or ":" in parts[0]:
        raise SkillError(refusal)
    if any(_hidden(part) and part not in (".", "..") for part in parts):
        raise SkillError(refusal)
    try:
        root = folder.resolve(strict=True)
        path = root.joinpath(*parts).resolve()
        path.exists()  # the system refuses names that are too long, and folders that may not be entered
    except (OSError, RuntimeError, ValueError) as error:  # RuntimeError: links that lead in a circle
        raise SkillError(refusal) from error
    if not path.is_relative_to(root):
        raise SkillError(refusal)
    return path


def _read_text(path: Path, limit: int) -> str:
    """The UTF-8 text of a regular file of at most ``limit`` bytes."""
    try:
        # Opening a pipe or a device would wait for ever, so it is asked first.
        if not path.is_file():
            raise SkillError(f"{path} is not a file.")
        with path.open("rb") as stream:
            data = stream.read(limit + 1)
    except OSError as error:
        raise SkillError(f"{path} cannot be read: {error.strerror}.") from error
    if len(data) > limit:
        raise SkillError(f"{path} is larger than {limit // 1024:,} KiB, the most that is read: split it.")
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise SkillError(f"{path} is not UTF-8 text (byte {error.start + 1:,}): save it as UTF-8.") from error
    if "\0" in text:
        raise SkillError(f"{path} is not text: it holds NUL bytes.")
    return text
