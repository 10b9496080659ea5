"""Reads an assignment: its ``assignment.toml`` and the folders of its problems."""

from collections.abc import Collection, Mapping
from decimal import Decimal
from pathlib import Path
from zoneinfo import ZoneInfo

from grader.content.assignment_file import AssignmentFile
from grader.content.dates import Stated, instants, stated_dates
from grader.content.problems import read_problem
from grader.content.tomlfile import folders_beside, read_toml, refused
from grader.domain.problem import Assignment, AttemptRules, RequestRules


def read_assignment(
    root: Path,
    slug: str,
    *,
    zone: ZoneInfo,
    budget: int,
    own_dates: Mapping[str, Stated],
    only: Collection[str] = (),
) -> Assignment:
    """The assignment of this folder; each of ``own_dates`` goes before that of its file.

    ``budget`` is how many late days a student has for the term; ``only`` names the problems to read, or
    none for all of them.

    Raises:
        ContentError: naming the file and, where known, the line.
    """
    path = root / slug / "assignment.toml"
    file = read_toml(path, AssignmentFile)
    folders_beside(path, "problems", file.problems)
    if file.lateness.max_late_days > budget:
        raise refused(
            path,
            ("lateness", "max_late_days"),
            f"this is more than a student's {budget} for the term, late_days in course.toml",
        )
    opens, due, closes = instants({**stated_dates(path, file), **own_dates}, zone)
    return Assignment(
        slug=slug,
        title=file.title,
        opens=opens,
        due=due,
        closes=closes,
        graded=file.graded,
        attempts=AttemptRules(**file.attempts.model_dump()),
        max_late_days=file.lateness.max_late_days,
        hints_after_wrong=file.hints.after_wrong if file.hints else None,
        problems=tuple(
            read_problem(root, slug, name)
            for name in file.problems
            if not only or f"{slug}/{name}" in only
        ),
        grace_seconds=file.lateness.grace_minutes * 60,
        penalty_percent=file.lateness.penalty_percent_per_day,
        requests=RequestRules(**file.requests.model_dump()) if file.requests else None,
        explanation_points=Decimal(file.explanations.points if file.explanations else 0),
    )
