"""A tiny course: two assignments, three problems, as domain values."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

from grader.domain.problem import Assignment, Course, DataFile, Part, Problem
from tests.support.values import DUE, UNLIMITED


def make_part(slug: str, points: str = "5") -> Part:
    return Part(
        slug=slug,
        title=f"part {slug}",
        prompt="How much?",
        points=Decimal(points),
        tolerance=Decimal("0.00001"),
        decimals=5,
    )


def make_problem(slug: str, *parts: Part) -> Problem:
    return Problem(
        slug=slug,
        number="1",
        title=slug,
        statement="Say a number.",
        parameters={},
        parts=parts,
        data=(),
    )


PROBLEMS = (
    replace(
        make_problem("set/sum", make_part("set/sum/a"), make_part("set/sum/b", "3")),
        data=(DataFile("sum-train.csv", "training set", 2, ()),),
    ),
    make_problem("set/last", make_part("set/last/a", "2"), make_part("set/last/b2", "0")),
    make_problem("later/only", make_part("later/only/a", "10")),
)

SET = Assignment(
    slug="set",
    title="The set",
    opens=DUE - timedelta(days=9),
    due=DUE,
    closes=DUE + timedelta(days=5),
    graded=True,
    attempts=UNLIMITED,
    max_late_days=2,
    hints_after_wrong=2,
    problems=PROBLEMS[:2],
)
LATER = replace(
    SET,
    slug="later",
    title="The later one",
    due=DUE + timedelta(days=7),
    closes=None,
    problems=PROBLEMS[2:],
)
COURSE = Course(
    title="T1",
    name="Testing",
    term="Winter 2026",
    timezone="America/Los_Angeles",
    late_days=4,
    assignments=(SET, LATER),
)
