"""Starting a problem: its twin files, public and secret, and its place in the course; all or nothing."""

import keyword
import re
from collections.abc import Collection, Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from grader.content.catalog import Catalog
from grader.content.fields import LONGEST_TEXT, SLUG, SLUG_RULE
from grader.content.loading import load_catalog
from grader.content.problem_file import ProblemFile
from grader.content.starting import (
    assignment_file,
    course_file,
    package_file,
    problem_files,
    solution_module,
    title_of,
)
from grader.content.toml_lists import with_name
from grader.content.tomlfile import read_toml
from grader.domain.errors import ContentError, InvalidRequest
from grader.services.files.whole_files import write_whole


@dataclass(frozen=True, slots=True)
class Started:
    """A problem that was begun: the files that are new, and those that name it now."""

    problem: str
    created: tuple[Path, ...]
    changed: tuple[Path, ...]


def start_problem(
    catalog: Catalog, *, secret: Path, slug: str, title: str | None = None
) -> Started:
    """Write the files of a new problem, and name it in its assignment and that in the course.

    ``secret`` is the folder of the reference solutions.

    Raises:
        InvalidRequest: the slug or the title is not allowed, or something of that name is there already.
        ContentError: a file can't be changed or written; everything is as it was.
    """
    return _start(
        catalog.problems_dir,
        catalog.instance_dir,
        known={each.slug for each in catalog.course.assignments},
        secret=secret,
        slug=slug,
        title=title,
    )


def start_course(
    problems_dir: Path, instance_dir: Path, *, secret: Path, slug: str, title: str | None = None
) -> Started:
    """The same in a folder without a course: that is begun, too.

    Raises:
        InvalidRequest, ContentError: as ``start_problem`` tells.
    """
    return _start(problems_dir, instance_dir, known=None, secret=secret, slug=slug, title=title)


def _start(
    root: Path,
    instance_dir: Path,
    *,
    known: Collection[str] | None,
    secret: Path,
    slug: str,
    title: str | None,
) -> Started:
    """Begin a problem; ``known`` are the assignments of its course, None if there is no course yet."""
    assignment, name = _names(slug)
    title = title_of(name) if title is None else _checked_title(title)
    _refuse_taken(root, secret, assignment, name)
    files = dict(_new_files(root, secret, assignment, name, title=title))
    listing = root / assignment / "assignment.toml"
    if listing.exists():
        files[listing] = with_name(listing, "problems", name)
    else:
        files[listing] = assignment_file(assignment, name)
    course = root / "course.toml"
    if known is None:
        files[course] = course_file(assignment)
    elif assignment not in known:
        files[course] = with_name(course, "assignments", assignment)
    changed = tuple(path for path in files if path.exists())
    _write_all(root, instance_dir, files)
    return Started(slug, tuple(path for path in files if path not in changed), changed)


def _names(slug: str) -> tuple[str, str]:
    """The names of the assignment and of the problem."""
    names = slug.split("/")
    if len(names) != 2:  # noqa: PLR2004 - ASSIGNMENT/NAME.
        raise InvalidRequest(f"Write ASSIGNMENT/NAME, such as pset8/urns, not {slug[:100]!r}.")
    for name in names:
        if not re.fullmatch(SLUG, name):
            raise InvalidRequest(f"{name[:100]!r} can't be a name: a name is {SLUG_RULE}.")
        if keyword.iskeyword(name):
            raise InvalidRequest(
                f"{name!r} can't be a name: it is a word of Python, and names its module, too."
            )
    return names[0], names[1]


def _checked_title(title: str) -> str:
    if not title.strip() or len(title) > LONGEST_TEXT or not title.isprintable():
        raise InvalidRequest(
            f"A title is one line of 1 to {LONGEST_TEXT} characters that can be seen."
        )
    return title


def _refuse_taken(root: Path, secret: Path, assignment: str, name: str) -> None:
    """Refuse to write over anything, or to stand in front of a module that others import."""
    other_code = not (root / assignment).exists() and any((secret / assignment).glob("*.py"))
    taken = [
        path
        for path in (
            root / assignment / name,
            secret / assignment / f"{name}.py",
            secret / assignment / name,
            secret / f"{assignment}.py",
            *([secret / assignment] if other_code else []),
        )
        if path.exists()
    ]
    if taken:
        raise InvalidRequest(
            f"{taken[0]} is there already. Choose another name; nothing was written."
        )


def _new_files(
    root: Path, secret: Path, assignment: str, name: str, *, title: str
) -> Iterator[tuple[Path, str]]:
    number = _next_number(root / assignment)
    for file, content in problem_files(number=number, title=title).items():
        yield root / assignment / name / file, content
    yield secret / assignment / f"{name}.py", solution_module()
    package = secret / assignment / "__init__.py"
    if not package.exists():
        yield package, package_file(assignment)


def _next_number(assignment: Path) -> str:
    """One more than the highest number of the assignment's problems."""
    files = sorted(assignment.glob("*/problem.toml"))
    numbers = [read_toml(file, ProblemFile).number for file in files]
    return str(max([int(each) for each in numbers if each.isdecimal()], default=len(files)) + 1)


def _write_all(root: Path, instance_dir: Path, files: Mapping[Path, str]) -> None:
    """Write files, those that name others last, and see that the course is in order; else undo it all."""
    with ExitStack() as undo:
        for path, content in files.items():
            try:
                for folder in _missing_folders(path):
                    folder.mkdir()
                    undo.callback(folder.rmdir)
                before = path.read_bytes() if path.exists() else None
                undo.callback(_put_back, path, before)
                write_whole(path, content.encode())
            except OSError as error:
                raise ContentError(f"{path} can't be written: {error.strerror}") from None
        load_catalog(root, instance_dir)
        undo.pop_all()


def _missing_folders(path: Path) -> list[Path]:
    """The folders above a file that are not there, the outermost first."""
    return [folder for folder in reversed(path.parents) if not folder.exists()]


def _put_back(path: Path, before: bytes | None) -> None:
    if before is None:
        path.unlink(missing_ok=True)
        path.with_name(f"{path.name}.part").unlink(missing_ok=True)
    else:
        write_whole(path, before)
