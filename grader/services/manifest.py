"""The manifest of the installed data files; replaced in one step, it is the switch."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from grader.content.catalog import Catalog
from grader.services.whole_files import write_whole


@dataclass(frozen=True, slots=True)
class InstalledFile:
    """An entry of the manifest: ``source`` is the name of the file it came from, or of those."""

    sha256: str
    source_sha256: str
    source: str
    rows: int
    notes: tuple[str, ...]
    installed_at: str
    made: bool


def read_manifest(catalog: Catalog) -> dict[str, InstalledFile]:
    """What is installed, by file name."""
    manifest = catalog.instance_dir / "data" / "manifest.json"
    if not manifest.exists():
        return {}
    files: dict[str, dict[str, Any]] = json.loads(manifest.read_text(encoding="utf-8"))["files"]
    return {
        name: InstalledFile(**{**entry, "notes": tuple(entry["notes"])})
        for name, entry in files.items()
    }


def add_to_manifest(catalog: Catalog, files: Mapping[str, InstalledFile]) -> None:
    """Let these files be the newest of their names; others stay as they are."""
    entries = {name: asdict(entry) for name, entry in {**read_manifest(catalog), **files}.items()}
    manifest = catalog.instance_dir / "data" / "manifest.json"
    write_whole(manifest, json.dumps({"files": entries}, indent=2).encode())
