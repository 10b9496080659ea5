"""The page of grades says what counts and why, to the student whose grades they are."""

import re
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal

import pytest

from grader.domain.decisions import Decision, DecisionKind
from grader.domain.problem import Problem
from grader.domain.scoring import PartScore, PartState
from grader.services.scores.own_grades import Counting
from grader.services.telling.regrade_notices import Notice
from grader.web import grades
from tests.support.courses import COURSE
from tests.support.school import School
from tests.web.pages import text_of

PART = "pset7/ancestry/a"
ZONE = "America/Los_Angeles"
AT = datetime(2026, 3, 12, 5, 12, tzinfo=UTC)
COUNTS = Counting(3, AT)


def page(school: School, who: str = "ada") -> str:
    reply = school.browser(who).get("/grades")
    assert reply.status_code == 200
    return text_of(reply.get_data(as_text=True))


def test_it_tells_the_points_and_the_attempt_that_counts(school: School) -> None:
    right = Decimal(school.expected(PART)).quantize(Decimal("0.00001"))
    school.submit(PART, "17")
    school.submit(PART, f"{right}")
    school.submit("pset7/ancestry/b", "17")
    shown = page(school)
    assert "Pset 7: Machine Learning" in shown
    assert re.search(r"a correct Attempt 2 counts, of .* [1-9] of \d", shown)
    assert re.search(r"b not correct yet 1 attempt so far .*0 of [1-9]", shown)
    assert re.search(r"a not tried 0 of [1-9]", shown)


def test_it_shows_nobody_else_s(school: School) -> None:
    right = Decimal(school.expected(PART)).quantize(Decimal("0.00001"))
    school.submit(PART, f"{right}", who="bob")
    assert "Attempt 1 counts" in page(school, "bob")
    assert "counts, of" not in page(school, "ada")


def test_a_student_finds_it_from_every_page(school: School) -> None:
    reply = school.browser("ada").get("/pset7/ancestry")
    assert 'href="/grades"' in reply.get_data(as_text=True)


def scored(state: PartState, *, attempts: int = 4, late_days: int = 0) -> PartScore:
    return PartScore("set/sum/a", state, Decimal(0), Decimal(2), attempts, late_days)


@pytest.mark.parametrize(
    ("score", "counting", "said"),
    [
        (scored(PartState.UNTRIED, attempts=0), None, ""),
        (scored(PartState.INCORRECT, attempts=1), None, "1\N{NO-BREAK SPACE}attempt so far"),
        (scored(PartState.INCORRECT), None, "4\N{NO-BREAK SPACE}attempts so far"),
        (scored(PartState.CORRECT), COUNTS, "Attempt 3 counts, of Wed 11 Mar, 10:12 pm PDT"),
        (
            scored(PartState.CORRECT, late_days=1),
            COUNTS,
            "Attempt 3 counts, of Wed 11 Mar, 10:12 pm PDT, within 1 late day",
        ),
        (
            replace(scored(PartState.CORRECT, late_days=3), percent=80),
            COUNTS,
            (
                "Attempt 3 counts, of Wed 11 Mar, 10:12 pm PDT, and keeps 80 % of its points, as it came "
                "that late"
            ),
        ),
        (
            scored(PartState.TOO_LATE, late_days=3),
            COUNTS,
            (
                "Attempt 3, of Wed 11 Mar, 10:12 pm PDT, is right, but would need 3 late days: more "
                "than are left, or than this assignment takes"
            ),
        ),
    ],
)
def test_why_a_part_has_its_points(score: PartScore, counting: Counting | None, said: str) -> None:
    assert grades.why(score, counting, ZONE) == said


@pytest.mark.parametrize(
    ("kind", "points", "said"),
    [
        (
            DecisionKind.POINTS,
            Decimal("1.50"),
            "Set to 1.5 points by the course staff: “A slip.” The answers alone give 0 points.",
        ),
        (
            DecisionKind.POINTS,
            Decimal(1),
            "Set to 1 point by the course staff: “A slip.” The answers alone give 0 points.",
        ),
        (DecisionKind.EXCUSED, None, "Excused by the course staff: “A slip.”"),
    ],
)
def test_what_staff_decided_is_told_with_its_reason_and_without_a_name(
    kind: DecisionKind, points: Decimal | None, said: str
) -> None:
    decision = Decision("set/sum/a", 1, kind, points, "A slip.", "tia", AT)
    given = points or Decimal(0)
    score = replace(
        scored(PartState.CORRECT), points=given, decision=decision, automatic=Decimal(0)
    )
    assert grades.why(score, COUNTS, ZONE) == said


def sum_problem() -> Problem:
    found = COURSE.problem("set/sum")
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("told", "said"),
    [
        (("3", "5", False), "changed: your points of the parts went from 3 points to 5 points."),
        (("1.5", "1", False), "changed: your points of the parts went from 1.5 points to 1 point."),
        (
            ("5", "3", True),
            "was changed back: your points of the parts went from 5 points to 3 points.",
        ),
        (
            ("2", "2", False),
            "changed: answers of yours were graded again, and your points of the parts stayed at 2 points.",
        ),
    ],
)
def test_a_regrade_is_told_in_plain_words(told: tuple[str, str, bool], said: str) -> None:
    before, after, undone = told
    notice = Notice("set/sum", AT, Decimal(before), Decimal(after), undone)
    problem = sum_problem()
    which = f"The key of problem {problem.number}, {problem.title}, "
    assert grades.notice(notice, COURSE.problems) == which + said
