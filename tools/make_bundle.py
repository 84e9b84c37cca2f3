"""Make the MCPB bundle, which desktop clients install with a click: manifest, code and skill in one archive.

    python tools/make_bundle.py DIST

Nothing but the standard library is needed. Dependencies are not in it: the client's uv fetches them for its own platform.
"""

import argparse
import json
import tomllib
import zipfile
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parent.parent
FOLDERS = ("runtime", "mcp_servers", "skills", ".claude-plugin")
FILES = (
    "pyproject.toml", "hatch_build.py", "README.md", "LICENSE", "CONNECTORS.md", ".mcp.json", "packaging/start.py",
)  # fmt: skip
EPOCH = (2026, 1, 1, 0, 0, 0)
"""The time of every entry, so that the same content makes the same archive."""


def contents() -> Iterator[tuple[str, bytes]]:
    """Every entry of the bundle: its name and content, sorted, the manifest first."""
    yield "manifest.json", (ROOT / "packaging" / "manifest.json").read_bytes()
    names = set(FILES)
    for folder in FOLDERS:
        names |= {
            path.relative_to(ROOT).as_posix()
            for path in (ROOT / folder).rglob("*")
            if path.is_file() and "__pycache__" not in path.parts and path.suffix != ".pyc"
        }
    for name in sorted(names):
        yield name, (ROOT / name).read_bytes()


def make(target: Path) -> Path:
    """Write the bundle into the folder ``target``; returns its path."""
    version = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"]
    manifest = json.loads((ROOT / "packaging" / "manifest.json").read_text(encoding="utf-8"))
    if manifest["version"] != version:
        raise SystemExit(f"packaging/manifest.json says {manifest['version']}, pyproject.toml {version}.")
    target.mkdir(parents=True, exist_ok=True)
    path = target / f"customer-escalation-{version}.mcpb"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in contents():
            archive.writestr(zipfile.ZipInfo(name, EPOCH), content, zipfile.ZIP_DEFLATED)
    return path


def main() -> None:
    """Make it and say where it is."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("dist", type=Path, help="the folder to write it to")
    print(make(parser.parse_args().dist))


if __name__ == "__main__":
    main()
