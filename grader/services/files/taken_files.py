"""Takes in the staff's files one by one: read, in order, and with the column names that belong together."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from grader.content.catalog import Catalog
from grader.content.intake import Intake, harmonise, read_data_file
from grader.content.opening import LARGEST_FILE
from grader.domain.errors import DataFileError
from grader.domain.problem import DataFile


@dataclass(frozen=True, slots=True)
class Taken:
    """A file that was read and is in order; ``source`` is the name of the file it came from, or of those."""

    intake: Intake
    source: str
    made: bool


def take_file(file: DataFile, path: Path) -> Taken:
    """Read the staff's file for a declared one.

    Raises:
        DataFileError: it can't be read, or is refused.
    """
    try:
        with path.open("rb") as opened:
            # One byte more than is taken, to see that there is more.
            raw = opened.read(LARGEST_FILE + 1)
    except OSError as error:
        raise DataFileError(f"{path} can't be read: {error.strerror}.") from None
    # Refusals name the file as staff know it; students download it under its own name.
    intake = read_data_file(name=path.name, raw=raw, features=file.features, extra=file.extra)
    return Taken(replace(intake, name=file.name), path.name, made=False)


def harmonised(catalog: Catalog, taken: Mapping[str, Taken]) -> dict[str, Taken]:
    """The same with each problem's files under the column names of the first of them."""
    result = dict(taken)
    for problem in catalog.course.problems:
        names = [file.name for file in problem.data if file.name in result]
        for intake in harmonise([result[name].intake for name in names]):
            result[intake.name] = replace(result[intake.name], intake=intake)
    return result
