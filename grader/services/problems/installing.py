"""Putting the staff's data files in place, in the instance folder: all files of a folder, or none.

Students' downloads and the active keys don't move by it: those pin what was published. The files are
named by their content, and the manifest, replaced in one step, is the switch.
"""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path

from grader.content.catalog import Catalog
from grader.content.intake import read_data_file
from grader.content.manifest import InstalledFile, manifest_path, read_manifest
from grader.content.solutions import make_calibration
from grader.domain.problem import DataFile
from grader.services.files.taken_files import Taken, harmonised, take_file
from grader.services.files.whole_files import write_whole
from grader.services.problems.declared_data import declared_files, find_sources

CALIBRATION = "ancestry-calibration.csv"
CALIBRATED_ON = ("ancestry-test.csv", "ancestry-train.csv")


@dataclass(frozen=True, slots=True)
class Installation:
    """What was put in place, which declared files stay as they are, and which were of no use."""

    files: Mapping[str, InstalledFile]
    kept: tuple[str, ...]
    unused: tuple[str, ...]


def install_data(*, catalog: Catalog, folder: Path, now: datetime) -> Installation:
    """Take in every file of a folder that a problem declares, as ``<name>.csv`` or ``<name>.txt``.

    Where the calibration file is absent but the files that it is fitted on are there, it is made.

    Raises:
        DataFileError: a file is refused, or none is of use; nothing has changed then.
        ContentError: two problems declare a file differently, or the list of what was installed is damaged.
        SolutionError: the calibration can't be made.
    """
    declared = declared_files(catalog)
    sources = find_sources(folder, declared)
    taken = harmonised(
        catalog, {name: take_file(declared[name], sources[name]) for name in sources}
    )
    if CALIBRATION in declared and CALIBRATION not in taken and taken.keys() >= {*CALIBRATED_ON}:
        taken[CALIBRATION] = _made_calibration(declared[CALIBRATION], taken)
    files = {name: _entry(each, now) for name, each in taken.items()}
    before = read_manifest(catalog.instance_dir)
    data = catalog.instance_dir / "data"
    data.mkdir(parents=True, exist_ok=True)
    for each in taken.values():
        write_whole(data / f"{each.intake.sha256}.csv", each.intake.content)
    manifest = {name: asdict(entry) for name, entry in (before | files).items()}
    path = manifest_path(catalog.instance_dir)
    write_whole(path, json.dumps({"files": manifest}, indent=2).encode())
    used = {source.name for source in sources.values()}
    unused = sorted(path.name for path in folder.iterdir() if path.name not in used)
    return Installation(files, tuple(n for n in declared if n not in files), tuple(unused))


def _made_calibration(file: DataFile, taken: Mapping[str, Taken]) -> Taken:
    test, train = (taken[name] for name in CALIBRATED_ON)
    raw = make_calibration(test.intake.content, train.intake.content)
    intake = read_data_file(name=file.name, raw=raw, features=file.features, extra=file.extra)
    return Taken(intake, f"{test.source} + {train.source}", made=True)


def _entry(taken: Taken, now: datetime) -> InstalledFile:
    intake = taken.intake
    return InstalledFile(
        sha256=intake.sha256,
        source_sha256=intake.source_sha256,
        source=taken.source,
        rows=intake.rows,
        notes=intake.notes,
        installed_at=now.isoformat(),
        made=taken.made,
    )
