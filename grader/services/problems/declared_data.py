"""The data files that the problems declare, and where they lie in a folder of the staff's."""

from collections.abc import Mapping
from pathlib import Path

from grader.content.catalog import Catalog
from grader.domain.errors import ContentError, DataFileError
from grader.domain.problem import DataFile

_SUFFIXES = (".csv", ".txt")


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


def find_sources(folder: Path, declared: Mapping[str, DataFile]) -> dict[str, Path]:
    """Where the declared files lie that are there, as ``<name>.csv`` or ``<name>.txt``.

    Raises:
        DataFileError: the folder has none of them, or one of them twice.
    """
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
