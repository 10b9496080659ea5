"""The acts of the ledger in plain words, as they follow the name of who did them. Pure functions."""

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from grader.domain.ledger import Act
from grader.domain.problem import Course
from grader.web.wording import course_time

_STAMP = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,6})?Z", re.ASCII)

WORDS: Mapping[str, str] = {
    Act.OVERRIDE: "set a score by hand",
    Act.OVERRIDE_WITHDRAWN: "took back a score set by hand",
    Act.EXCUSED: "excused a student",
    Act.EXTENSION: "granted an extension",
    Act.EXTENSION_WITHDRAWN: "took an extension back",
    Act.LATE_DAYS: "corrected late days",
    Act.MARK: "marked an explanation",
    Act.RUBRIC: "changed the rubric",
    Act.MARKS_RELEASED: "showed students their marks",
    Act.MARKS_WITHDRAWN: "hid the marks again",
    Act.SOLUTIONS_RELEASED: "showed students the solutions",
    Act.SOLUTIONS_WITHDRAWN: "hid the solutions again",
    Act.REQUEST_ANSWERED: "answered a regrade request",
    Act.KEY_PUBLISHED: "published an answer key",
    Act.KEY_DRAFTED: "drafted an answer key",
    Act.KEY_DISCARDED: "put a drafted key aside",
    Act.SOLUTION_TOLD: "mended the words of a solution",
    Act.VARIANT: "deployed a practice variant",
    Act.POLICY_PUBLISHED: "published a policy",
    Act.REGRADE: "applied a regrade",
    Act.REGRADE_UNDONE: "undid a regrade",
    Act.RESCORE: "put other rules in force",
    Act.RESCORE_UNDONE: "put the earlier rules in force again",
    Act.REGRADE_STOPPED: "stopped a regrade",
    Act.TOLD: "wrote to students whose grades changed",
    Act.ROSTER: "changed the roster",
    Act.FORGOTTEN: "removed who a student was",
    Act.ISSUED: "issued an API token",
    Act.REVOKED: "ended an API token",
    Act.SIGNIN_LINK: "made a sign-in link",
    Act.EXPORT: "exported grades",
    Act.IMPORT: "imported a file",
    Act.RESTORED: "restored a backup",
}
_IMPORTS: Mapping[str, str] = {
    "overrides": "imported scores set by hand",
    "canvas": "handed in an export of Canvas",
    "submissions": "imported students’ answers",
}
"""What an import was of, by the format that its entry names."""


def act_in_words(act: str, detail: Mapping[str, Any]) -> str:
    """What somebody did, as it follows their name; an act that a later version added keeps its own name."""
    words = WORDS.get(act, act)
    return _IMPORTS.get(str(detail.get("format")), words) if act == Act.IMPORT else words


def detail_in_words(detail: Mapping[str, Any], timezone: str) -> str:
    """``state current · version 2``; moments as the course's clocks show them."""
    return " · ".join(
        f"{name.replace('_', ' ')} {_shown(str(value), timezone)}"
        for name, value in sorted(detail.items())
        # The commitments of a removal are for verifying.
        if not isinstance(value, dict)
    )


def problem_of(course: Course, about: str) -> tuple[str, str] | None:
    """The assignment's and the problem's own names, if an act is about a problem or one of its parts."""
    slug = "/".join(about.split("/")[:2])
    if course.problem(slug) is None:
        return None
    assignment, _, name = slug.partition("/")
    return assignment, name


def _shown(value: str, timezone: str) -> str:
    if not _STAMP.fullmatch(value):
        return value
    try:
        return course_time(datetime.fromisoformat(value), timezone)
    except ValueError:
        return value
