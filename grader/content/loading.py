"""Loads everything under ``problems/``, all or nothing; or, for its author, a problem by itself."""

from collections.abc import Collection
from pathlib import Path
from zoneinfo import ZoneInfo

from grader.content.assignments import read_assignment
from grader.content.catalog import Catalog
from grader.content.course_file import CourseFile
from grader.content.dates import read_own_dates
from grader.content.tomlfile import folders_beside, read_toml
from grader.domain.problem import Course


def load_catalog(problems_dir: Path, instance_dir: Path, *, only: Collection[str] = ()) -> Catalog:
    """Read everything under ``problems/`` and the instance's own dates, all or nothing.

    With ``only``, the course has no more than these problems: what is wrong with another stops nobody.

    Raises:
        ContentError: naming the file and, where known, the line.
    """
    path = problems_dir / "course.toml"
    file = read_toml(path, CourseFile)
    folders_beside(path, "assignments", file.assignments)
    zone = ZoneInfo(file.timezone)
    own_dates = read_own_dates(instance_dir / "dates.toml", file.assignments)
    assignments = tuple(
        read_assignment(
            problems_dir,
            slug,
            zone=zone,
            budget=file.late_days,
            own_dates=own_dates.get(slug, {}),
            only=only,
        )
        for slug in file.assignments
        if not only or any(problem.startswith(f"{slug}/") for problem in only)
    )
    course = Course(file.title, file.name, file.term, file.timezone, file.late_days, assignments)
    return Catalog(course, problems_dir, instance_dir)
