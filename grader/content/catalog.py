"""The shelf of files: ``problems/`` as one validated ``Course``, and data files as bytes."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from hashlib import sha256
from pathlib import Path

from grader.content.manifest import read_manifest
from grader.domain.errors import ContentError
from grader.domain.problem import Course, DataFile, Parameter, Problem

PLACEHOLDER = re.compile(r"\{\{[ \t]*([a-z][a-z0-9_]*)(?:\.([0-9]{1,9}))?[ \t]*\}\}")


@dataclass(frozen=True, slots=True)
class Catalog:
    """The course as its files state it now, and where they lie."""

    course: Course
    problems_dir: Path
    instance_dir: Path

    def data_path(self, problem: Problem, file: DataFile) -> Path:
        """Where the newest bytes of a data file lie: what staff installed, else what is shipped."""
        installed = installed_data(self.instance_dir).get(file.name)
        if installed is not None:
            return self.instance_dir / "data" / f"{installed}.csv"
        return self.problems_dir / problem.slug / "data" / file.name

    def data(self, problem: Problem) -> dict[str, bytes]:
        """The newest bytes of each of a problem's data files, by name.

        Raises:
            ContentError: a file is missing, or the list of the installed ones is damaged.
        """
        content: dict[str, bytes] = {}
        for file in problem.data:
            path = self.data_path(problem, file)
            try:
                content[file.name] = path.read_bytes()
            except FileNotFoundError:
                raise ContentError(f"{path}: this data file is missing") from None
            except OSError as error:
                raise ContentError(f"{path}: can't be read: {error.strerror}") from None
        return content


def installed_data(instance_dir: Path) -> dict[str, str]:
    """The sha256 of each data file that staff installed, by name.

    Raises:
        ContentError: the list of them is damaged.
    """
    return {name: entry.sha256 for name, entry in read_manifest(instance_dir).items()}


def fill_in(text: str, parameters: Mapping[str, Parameter]) -> str:
    """Put parameters in place of ``{{ name }}`` and, for lists, ``{{ name.0 }}``.

    Raises:
        ContentError: a placeholder names no parameter.
    """

    def value(match: re.Match[str]) -> str:
        parameter = parameters.get(match[1])
        if isinstance(parameter, tuple) and match[2] and int(match[2]) < len(parameter):
            return str(parameter[int(match[2])])
        if isinstance(parameter, int | Decimal) and not match[2]:
            return f"{parameter:,}" if isinstance(parameter, int) else f"{parameter:f}"
        raise ContentError(f"'{match[0]}' names no parameter of the problem")

    return PLACEHOLDER.sub(value, text)


def digest(content: bytes) -> str:
    """The sha256 of a file's bytes, in hex."""
    return sha256(content).hexdigest()
