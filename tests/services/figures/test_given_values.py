"""What is gathered for a whole class is what the standing grades say, one by one."""

from collections import Counter, defaultdict
from datetime import timedelta
from decimal import Decimal
from itertools import count
from random import Random
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from grader.db import queries
from grader.db.models import GradeRow, Hold, Person, RegradeRun, Submission
from grader.domain.grading import Verdict
from grader.domain.regrade_scope import EVERYTHING, Scope
from grader.domain.scoring import PartRecord
from grader.services.figures.given_values import given_values
from grader.services.figures.insight import problem_insight
from grader.services.figures.selected import of_students
from grader.services.policies.publishing import require_policy
from grader.services.regrades import regrading
from grader.services.scores.part_records import part_records
from tests.support.classroom import NOW, add_key, add_student, answer, make_key, open_course
from tests.support.courses import COURSE, PROBLEMS, SET

A, B = "set/sum/a", "set/sum/b"
TEXTS = ["0.5", ".5", "0.7", "0.25", "-0.5", "2", "2.000001", "4"]
numbers = count()


def take_in(session: Session, people: list[int], chance: Random) -> None:
    for person in people:
        for part in (A, B, "set/last/a"):
            for text in chance.choices(TEXTS, k=3):
                answer(session, person, part, text, NOW + next(numbers) * timedelta(minutes=11))


def regrade(session: Session, value: str, scope: Scope = EVERYTHING) -> int:
    add_key(session, make_key("set/sum", {A: value, B: "2"}))
    plan = regrading.plan(session, course=COURSE, problem=PROBLEMS[0], now=NOW, scope=scope)
    return regrading.apply(session, plan_id=plan.id, reason="typo", actor="me", now=NOW).id


def hold(session: Session, run: int, chance: Random) -> None:
    """Keep some grades as they were under the first key, but where the plan has a hold already."""
    plan = session.get_one(RegradeRun, run).plan_id
    first = select(func.min(GradeRow.key_id)).where(GradeRow.submission_id == Submission.id)
    held = select(Hold.submission_id).where(Hold.plan_id == plan)
    rows = session.execute(
        select(Submission.id, first.scalar_subquery()).where(
            Submission.problem == "set/sum", Submission.id.not_in(held)
        )
    ).all()
    session.add_all(
        Hold(submission_id=submission, plan_id=plan, key_id=key)
        for submission, key in chance.sample(rows, len(rows) // 3)
    )
    session.flush()


def one_by_one(session: Session) -> list[tuple[Any, ...]]:
    query = queries.graded(
        Submission.person_id,
        Submission.part,
        Submission.value,
        GradeRow.verdict,
        GradeRow.misconception,
        Submission.submitted_at,
        Submission.attempt,
    ).join(Person, Person.id == Submission.person_id)
    return [tuple(row) for row in session.execute(query.where(Person.active))]


def check(session: Session) -> None:
    rows = one_by_one(session)
    slugs = [problem.slug for problem in SET.problems]
    found = given_values(session, problems=slugs, selected=of_students(session))
    told: Counter[object] = Counter()
    people: dict[object, set[str]] = defaultdict(set)
    for part, kinds in found.items():
        for kind, alike in kinds.items():
            for each in alike:
                told[part, each.value, *kind] += each.submissions
                people[part, each.value, *kind] |= each.people
    assert told == Counter(row[1:5] for row in rows)
    for row in rows:
        assert str(row[0]) in people[row[1:5]]
    check_groups(session, rows)
    right: dict[tuple[object, object], PartRecord] = {}
    for person, part in {row[:2] for row in rows}:
        own = [row for row in rows if row[:2] == (person, part)]
        first = min((row[5:7] for row in own if row[3] == "correct"), default=(None, None))
        right[person, part] = PartRecord(part, len(own), *first)
    records = part_records(session, SET, require_policy(session, SET.slug))
    assert right == {
        (person, part): record
        for person, parts in records.items()
        for part, record in parts.items()
    }


def check_groups(session: Session, rows: list[tuple[Any, ...]]) -> None:
    """With no tolerance each number is a group: whose, how often, when first and when last."""
    behind: dict[tuple[Any, ...], list[tuple[Any, ...]]] = defaultdict(list)
    for row in rows:
        behind[row[1:5]].append(row)
    policy, no_tolerance = require_policy(session, SET.slug), dict.fromkeys((A, B), Decimal())
    for part in problem_insight(
        session,
        assignment=SET,
        policy=policy,
        problem=PROBLEMS[0],
        tolerances=no_tolerance,
        groups=99,
    ):
        assert len(part.groups) == sum(key[0] == part.part.slug for key in behind)
        for each in part.groups:
            verdict = Verdict.CORRECT if each.correct else Verdict.INCORRECT
            theirs = behind[part.part.slug, each.value, verdict, each.tag]
            times = [row[5] for row in theirs]
            assert (each.students, each.submissions, each.first_seen, each.last_seen) == (
                len({row[0] for row in theirs}),
                len(theirs),
                min(times),
                max(times),
            )
            logins = {f"s{row[0] - min(row[0] for row in rows)}" for row in theirs}
            assert {login for login, _ in each.people} == logins
        own = [row for row in rows if row[1] == part.part.slug]
        assert part.tried == len({row[0] for row in own})
        assert part.solved == len({row[0] for row in own if row[3] == Verdict.CORRECT})


@pytest.mark.parametrize("seed", range(3))
def test_the_figures_of_a_class_follow_every_regrade_hold_and_undoing(
    session: Session, seed: int
) -> None:
    chance = Random(seed)  # noqa: S311 - invented answers need no secret numbers.
    open_course(session)
    people = [add_student(session, f"s{number}") for number in range(6)]
    take_in(session, people, chance)
    check(session)
    first = regrade(session, "0.7")
    take_in(session, people, chance)
    check(session)
    hold(session, first, chance)
    check(session)
    second = regrade(session, "0.25")
    hold(session, second, chance)
    take_in(session, people[:2], chance)
    check(session)
    # Who is out of the scope is held under the key before; the new one has graded them too.
    third = regrade(session, "0.7", Scope(students=("s3", "s4")))
    check(session)
    for run in (third, second, first):
        regrading.undo(session, run_id=run, reason="wrong", actor="me", now=NOW)
        check(session)
