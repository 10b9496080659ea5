"""Reads an assignment: its ``assignment.toml`` and the folders of its problems."""

from pathlib import Path
from zoneinfo import ZoneInfo

from grader.content.assignment_file import AssignmentFile
from grader.content.dates import Instants, instants
from grader.content.problems import read_problem
from grader.content.tomlfile import no_repeats, read_toml
from grader.domain.problem import Assignment, AttemptRules


def read_assignment(
    root: Path, slug: str, zone: ZoneInfo, own_dates: Instants | None
) -> Assignment:
    """The assignment of this folder; ``own_dates`` go before those of its file.

    Raises:
        ContentError: naming the file and, where known, the line.
    """
    path = root / slug / "assignment.toml"
    file = read_toml(path, AssignmentFile)
    no_repeats(path, "problems", file.problems)
    opens, due, closes = own_dates or instants(str(path), file, zone)
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
        problems=tuple(read_problem(root, slug, name) for name in file.problems),
    )
