"""`skill-runtime check DIR`: a line on every skill below a folder, whatever state it is in."""

import json
from pathlib import Path
from typing import Annotated

import typer

from skill_runtime.errors import SkillError
from skill_runtime.skills import find_skills, host_fields, load_skill

USAGE = 2

app = typer.Typer(
    name="skill-runtime", no_args_is_help=True, rich_markup_mode=None, pretty_exceptions_enable=False,
    help="Look over agent skills.",
)  # fmt: skip


@app.callback()
def skill_runtime() -> None:
    """Look over agent skills."""


@app.command()
def check(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="Every skill below this folder is checked.")],
    strict: Annotated[bool, typer.Option("--strict", help="Hold skills to the specification alone.")] = False,
    json_output: Annotated[bool, typer.Option("--json", help="One JSON object a line.")] = False,
) -> None:
    """Report on every skill below DIR, one line each. Exit 1 when one cannot be used, 2 when there is none to check."""
    if not folder.is_dir():
        typer.echo(f"{folder} is not a folder.", err=True)
        raise typer.Exit(USAGE)
    failed = seen = 0
    for path in find_skills(folder):
        seen += 1
        level, name, message = _look(path, strict=strict)
        failed += level == "error"
        where = str(path.relative_to(folder)) if path != folder else "."
        row = {"level": level, "path": where, "name": name, "message": message}
        typer.echo(json.dumps(row, ensure_ascii=False) if json_output else _line(row))
    if not seen:
        typer.echo(f"No skill below {folder}: none of its folders holds a SKILL.md.", err=True)
        raise typer.Exit(USAGE)
    raise typer.Exit(1 if failed else 0)


def _look(folder: Path, *, strict: bool) -> tuple[str, str, str]:
    try:
        skill = load_skill(folder, strict=strict)
    except SkillError as error:
        return "error", "", str(error).removeprefix(f"{folder / 'SKILL.md'}").lstrip(": ")
    if strict and host_fields(skill):
        return "error", skill.name, f"Fields outside the specification: {', '.join(host_fields(skill))}."
    if skill.diagnostics:
        return "warning", skill.name, " ".join(diagnostic.message for diagnostic in skill.diagnostics)
    return "ok", skill.name, " ".join(skill.description.split())[:80]


def _line(row: dict[str, str]) -> str:
    text = f"{row['level']:<8}{row['path']}  {row['name']}  {row['message']}"
    return " ".join(text.replace("\x1b", "").splitlines())


def main() -> None:
    """Entry point."""
    app(prog_name="skill-runtime")
