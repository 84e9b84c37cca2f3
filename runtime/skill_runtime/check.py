"""The command ``skill-runtime``: what is right and wrong with the skills below a folder, one line each."""

import json
import os
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal

import typer

from skill_runtime.errors import SkillError
from skill_runtime.frontmatter import Diagnostic, one_line, summary
from skill_runtime.skills import find_skills, load_skill

LintVerdict = Literal["ok", "warning", "error"]

OK, FAULTY, USAGE = 0, 1, 2
EPILOG = "Exit codes: 0 no skill has an error, 1 some skill has one, 2 wrong request or no skill found."

app = typer.Typer(
    name="skill-runtime",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    epilog=EPILOG,
)


@dataclass(frozen=True)
class LintReport:
    """What is to be said of one skill."""

    verdict: LintVerdict
    path: str
    """Of the skill's folder, below the folder that was checked; ``.`` for that folder itself."""
    name: str
    """As the skill calls itself, or its folder's name when it cannot be loaded."""
    diagnostics: tuple[Diagnostic, ...]

    @property
    def line(self) -> str:
        """Verdict, path, name and what is wrong, on one line that is harmless in a terminal."""
        what = summary([note for note in self.diagnostics if note.level != "info"])
        return one_line(f"{self.verdict:<7}  {self.path}  {self.name}" + (f": {what}" if what else ""))

    def to_json(self) -> dict[str, object]:
        """The report as JSON values, notes of level ``info`` included."""
        notes = [{"level": note.level, "where": note.where, "message": note.message} for note in self.diagnostics]
        return {"verdict": self.verdict, "path": self.path, "name": self.name, "diagnostics": notes}


def check_skill(folder: Path, root: Path, *, strict: bool) -> LintReport:
    """Try the skill in ``folder``, both paths absolute; never raises on what it finds there."""
    path = folder.relative_to(root).as_posix()
    try:
        skill = load_skill(folder, strict=strict)
    except SkillError as error:
        message = str(error).replace(f"{folder}{os.sep}", "")
        return LintReport("error", path, folder.name, (Diagnostic("error", message),))
    faulty = any(note.level != "info" for note in skill.diagnostics)
    return LintReport("warning" if faulty else "ok", path, skill.name, skill.diagnostics)


def check_folder(root: Path, *, strict: bool) -> Iterator[LintReport]:
    """A report on every skill at or below ``root``, by path; first those on folders that cannot be listed."""
    root = root.absolute()
    unreadable: list[OSError] = []
    folders = find_skills(root, on_unreadable=unreadable.append)
    for error in unreadable:
        folder = Path(str(error.filename))
        path = folder.relative_to(root).as_posix()
        note = Diagnostic("error", f"the folder cannot be listed: {error.strerror}")
        yield LintReport("error", path, folder.name, (note,))
    for folder in folders:
        yield check_skill(folder, root, strict=strict)


@app.callback(epilog=EPILOG)
def skill_runtime() -> None:
    """Work with agent skills: folders with a SKILL.md."""


@app.command(epilog=EPILOG)
def check(
    directory: Annotated[
        Path,
        typer.Argument(metavar="DIR", exists=True, file_okay=False, help="A skill, a plugin or any folder above them."),
    ],
    strict: Annotated[
        bool, typer.Option("--strict", help="Every breach of the Agent Skills specification is an error.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object instead of lines.")] = False,
) -> None:
    """Report on every skill below DIR: ok, warning or error, its path, its name and what is wrong.

    Without --strict a skill passes that other hosts would load, with warnings on what to mend. Links are not followed.
    """
    reports: list[LintReport] = []
    for report in check_folder(directory, strict=strict):
        reports.append(report)
        if not as_json:
            typer.echo(report.line)
    counts = Counter(report.verdict for report in reports)
    if as_json:
        skills = [report.to_json() for report in reports]
        totals = {verdict: counts[verdict] for verdict in ("ok", "warning", "error")}
        typer.echo(_encodable(json.dumps({"skills": skills, "counts": totals}, indent=2, ensure_ascii=False)))
    if not reports:
        typer.echo(f"skill-runtime: no SKILL.md below {one_line(str(directory))}.", err=True)
        raise typer.Exit(USAGE)
    if not as_json:
        tally = ", ".join(f"{counts[verdict]} {verdict}" for verdict in ("ok", "warning", "error"))
        typer.echo(f"{len(reports)} skills: {tally}", err=True)
    raise typer.Exit(FAULTY if counts["error"] else OK)


def _encodable(text: str) -> str:
    """``text`` without the lone surrogates that stand for undecodable bytes in file names."""
    return text.encode("utf-8", "backslashreplace").decode("utf-8")


def main() -> None:
    """Entry point."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")
    app(prog_name="skill-runtime")
