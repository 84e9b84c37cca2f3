"""Importing: recognise the files, read them, merge them in one transaction, and tell what was taken and what was not."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from support_connectors.categories import Category
from support_connectors.imports.formats import Export, recognise
from support_connectors.imports.lookup import Lookup
from support_connectors.imports.options import Options
from support_connectors.imports.outcome import Item, Tally
from support_connectors.workspace.merging import Fate, Merging, merging_into

_WHY = {
    "other": "the workspace has one under its id that came from elsewhere",
    "repeated": "one of its id came before it in these files, with other content: the first counts",
}


@dataclass
class FileReport:
    """What became of one file."""

    path: Path
    title: str
    """Whose export it is."""
    taken: dict[Category, dict[Fate, int]] = field(default_factory=dict)
    """Items by category: ``new``, ``changed``, ``same``."""
    tally: Tally = field(default_factory=Tally)

    @property
    def count(self) -> int:
        """Items that were taken, whether or not they changed anything."""
        return sum(number for fates in self.taken.values() for number in fates.values())


@dataclass(frozen=True)
class Report:
    """What became of all files."""

    files: tuple[FileReport, ...]
    zones_missing: int
    """Times that named no zone."""


def import_files(paths: Sequence[Path], database: Path, options: Options, *, keep: bool = True) -> Report:
    """Merge the files into a workspace: all of them or, where one cannot be read, none. Without ``keep`` it is only tried.

    Raises:
        UnreadableExport: a file cannot be read, or is of no kind that is imported.
        WorkspaceError: the workspace cannot be written.
    """
    exports = [recognise(path, options) for path in paths]
    with Lookup() as people:
        for export in exports:
            if export.learn:
                export.learn(people)
        with merging_into(database, keep=keep) as merging:
            reports = tuple(_merged(export, people, merging) for export in exports)
    return Report(reports, options.zones_missing)


def _merged(export: Export, people: Lookup, merging: Merging) -> FileReport:
    report = FileReport(export.path, export.title)
    for piece in export.pieces(people):
        if isinstance(piece, Item):
            merging.add(piece.category, piece.row, export.system)
        else:
            report.tally.count(piece)
    for (category, fate), (number, example) in merging.end_of_file().items():
        if fate in _WHY:
            report.tally.left[_WHY[fate]] = number
            report.tally.examples[_WHY[fate]] = example
        else:
            report.taken.setdefault(category, {})[fate] = number
    return report
