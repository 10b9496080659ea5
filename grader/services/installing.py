"""Putting the staff's data files in place, in the instance folder: all files of a folder, or none.

Students' downloads and the active keys don't move by it: those pin what was published. The files are
named by their content, and the manifest, replaced in one step, is the switch.
"""

import json
import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from grader.content.catalog import Catalog
from grader.content.data_lines import LARGEST_FILE
from grader.content.intake import Intake, harmonise, read_data_file
from grader.content.solutions import make_calibration
from grader.domain.errors import ContentError, DataFileError
from grader.domain.problem import DataFile

CALIBRATION = "ancestry-calibration.csv"
CALIBRATED_ON = ("ancestry-test.csv", "ancestry-train.csv")
_SUFFIXES = (".csv", ".txt")


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


@dataclass(frozen=True, slots=True)
class Installation:
    """What was put in place, which declared files stay as they are, and which were of no use."""

    files: Mapping[str, InstalledFile]
    kept: tuple[str, ...]
    unused: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Taken:
    """A file that was read and is in order."""

    intake: Intake
    source: str
    made: bool


def install_data(*, catalog: Catalog, folder: Path, now: datetime) -> Installation:
    """Take in every file of a folder that a problem declares, as ``<name>.csv`` or ``<name>.txt``.

    Where the calibration file is absent but the files that it is fitted on are there, it is made.

    Raises:
        DataFileError: a file is refused, or none is of use; nothing has changed then.
        ContentError: two problems declare a file differently.
        SolutionError: the calibration can't be made.
    """
    declared = declared_files(catalog)
    sources = _sources(folder, declared)
    taken = _harmonised(catalog, {name: _take(declared[name], sources[name]) for name in sources})
    if CALIBRATION in declared and CALIBRATION not in taken and taken.keys() >= {*CALIBRATED_ON}:
        taken[CALIBRATION] = _made_calibration(declared[CALIBRATION], taken)
    files = {name: _entry(each, now) for name, each in taken.items()}
    data = catalog.instance_dir / "data"
    data.mkdir(parents=True, exist_ok=True)
    for each in taken.values():
        _write(data / f"{each.intake.sha256}.csv", each.intake.content)
    manifest = {name: asdict(entry) for name, entry in (read_manifest(catalog) | files).items()}
    _write(data / "manifest.json", json.dumps({"files": manifest}, indent=2).encode())
    used = {source.name for source in sources.values()}
    unused = sorted(path.name for path in folder.iterdir() if path.name not in used)
    return Installation(files, tuple(n for n in declared if n not in files), tuple(unused))


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


def declared_files(catalog: Catalog) -> dict[str, DataFile]:
    """Every data file that a problem declares, by name; problems that name the same file share it.

    Raises:
        ContentError: two problems declare a file differently.
    """
    declared: dict[str, DataFile] = {}
    for problem in catalog.course.problems:
        for file in problem.data:
            known = declared.setdefault(file.name, file)
            if (known.features, known.extra) != (file.features, file.extra):
                raise ContentError(
                    f"{catalog.problems_dir / problem.slug / 'problem.toml'}: {file.name} is declared "
                    "with other columns by another problem, and there is only one such file"
                )
    return declared


def _sources(folder: Path, declared: Mapping[str, DataFile]) -> dict[str, Path]:
    """Where the declared files lie that are there."""
    if not folder.is_dir():
        raise DataFileError(f"{folder} is not a folder, so nothing was changed.")
    sources: dict[str, Path] = {}
    for name, file in declared.items():
        there = [folder / f"{file.key}{suffix}" for suffix in _SUFFIXES]
        there = [path for path in there if path.is_file()]
        if len(there) > 1:
            both = " and ".join(path.name for path in there)
            raise DataFileError(f"{folder}: both {both} are there; leave one of them.")
        if there:
            sources[name] = there[0]
    if not sources:
        raise DataFileError(
            f"{folder} has none of the files that the problems use, so nothing was changed. "
            f"They are: {', '.join(declared)}."
        )
    return sources


def _take(file: DataFile, path: Path) -> _Taken:
    try:
        with path.open("rb") as opened:
            # One byte more than is taken, to see that there is more.
            raw = opened.read(LARGEST_FILE + 1)
    except OSError as error:
        raise DataFileError(f"{path} can't be read: {error.strerror}.") from None
    # Refusals name the file as staff know it; students download it under its own name.
    intake = read_data_file(name=path.name, raw=raw, features=file.features, extra=file.extra)
    return _Taken(replace(intake, name=file.name), path.name, made=False)


def _harmonised(catalog: Catalog, taken: Mapping[str, _Taken]) -> dict[str, _Taken]:
    """The same with each problem's files under the column names of the first of them."""
    result = dict(taken)
    for problem in catalog.course.problems:
        names = [file.name for file in problem.data if file.name in result]
        for intake in harmonise([result[name].intake for name in names]):
            result[intake.name] = replace(result[intake.name], intake=intake)
    return result


def _made_calibration(file: DataFile, taken: Mapping[str, _Taken]) -> _Taken:
    test, train = (taken[name] for name in CALIBRATED_ON)
    raw = make_calibration(test.intake.content, train.intake.content)
    intake = read_data_file(name=file.name, raw=raw, features=file.features, extra=file.extra)
    return _Taken(intake, f"{test.source} + {train.source}", made=True)


def _entry(taken: _Taken, now: datetime) -> InstalledFile:
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


def _write(path: Path, content: bytes) -> None:
    """Write a file so that after a crash it is whole, or as it was."""
    part = path.with_name(f"{path.name}.part")
    with part.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    part.replace(path)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
