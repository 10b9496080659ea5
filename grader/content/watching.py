"""Which files a problem is made of, and whether one of them has changed."""

import importlib
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from grader.content.manifest import manifest_path
from grader.content.sources import reference_dir, solution_files
from grader.domain.errors import SolutionError

Stamp = frozenset[tuple[Path, int, int]]
"""The files that there are, each with its time of change in nanoseconds and its size."""


def stamp(files: Iterable[Path]) -> Stamp:
    """How files stand now; one that is missing is no error, and comes back as a change."""
    found = set()
    for file in files:
        try:
            status = file.stat()
        except OSError:
            continue
        found.add((file, status.st_mtime_ns, status.st_size))
    return frozenset(found)


def files_below(folder: Path) -> Iterator[Path]:
    """All files in a folder and its folders, but for those that editors keep beside an open one."""
    for path in folder.rglob("*"):
        if path.is_file() and path.name[0] not in ".#" and path.name[-1] != "~":
            yield path


def author_files(problems_dir: Path, instance_dir: Path, slugs: Sequence[str]) -> set[Path]:
    """The files that decide how these problems' tests come out; without slugs, those of all problems.

    Each folder is looked into afresh, so that a file that is added is found.
    """
    found = {problems_dir / "course.toml", manifest_path(instance_dir), instance_dir / "dates.toml"}
    for slug in slugs or _all_slugs(problems_dir):
        found.add(problems_dir / slug.partition("/")[0] / "assignment.toml")
        found.update(files_below(problems_dir / slug))
        found.update(_solution(slug))
    return found


def _all_slugs(problems_dir: Path) -> list[str]:
    return [
        file.parent.relative_to(problems_dir).as_posix()
        for file in problems_dir.glob("*/*/problem.toml")
    ]


def _solution(slug: str) -> Iterator[Path]:
    # A module that was written since is not in what the finders remember of its folder.
    importlib.invalidate_caches()
    try:
        # These two also while they are missing, or too broken to be found.
        module = reference_dir() / f"{slug}.py"
        yield from (module, module.with_name("__init__.py"))
        yield from solution_files(slug)
    except SolutionError:
        return
