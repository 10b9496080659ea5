"""Changes of what is in force, and of the files alone, under a running application."""

from collections.abc import Callable, Sequence
from dataclasses import replace

from sqlalchemy import select, update

from grader.db.models import ActiveKey, AnswerKeyRow
from grader.db.session import transaction
from grader.domain.grading import AnswerKey
from grader.domain.policy import policy_of
from grader.domain.problem import Assignment, Problem
from grader.services.keys.documents import key_document, key_from
from tests.support.classroom import add_policy
from tests.support.school import School


def change_policy(school: School, edit: Callable[[Assignment], Assignment]) -> None:
    """Publish another policy for the first assignment and make it the active one."""
    course = school.catalog.course
    with transaction(school.engine) as session:
        add_policy(session, policy_of(course, edit(course.assignments[0])))


def change_key(school: School, problem: str, edit: Callable[[AnswerKey], AnswerKey]) -> None:
    """Store another version of a problem's key and make it the active one."""
    with transaction(school.engine) as session:
        old = session.execute(
            select(AnswerKeyRow)
            .join(ActiveKey, ActiveKey.key_id == AnswerKeyRow.id)
            .where(ActiveKey.problem == problem)
        ).scalar_one()
        new = AnswerKeyRow(
            problem=problem,
            version=old.version + 1,
            content=key_document(edit(key_from(old.content))),
            provenance=old.provenance,
            created_at=old.created_at,
        )
        session.add(new)
        session.flush()
        session.execute(update(ActiveKey).where(ActiveKey.problem == problem).values(key_id=new.id))


def change_course(
    school: School, edit: Callable[[Assignment], Sequence[Assignment]], *, others: bool = True
) -> None:
    """Put other assignments in place of the first in the files, and restart; nothing is published."""
    state = school.app.extensions["grader"]
    first, *rest = state.course.assignments
    course = replace(state.course, assignments=(*edit(first), *(rest if others else ())))
    school.app.extensions["grader"] = replace(state, catalog=replace(state.catalog, course=course))


def change_problem(school: School, slug: str, edit: Callable[[Problem], Problem]) -> None:
    """Edit the files of one of the first assignment's problems, and restart; nothing is published."""

    def edited(assignment: Assignment) -> tuple[Assignment]:
        problems = tuple(edit(p) if p.slug == slug else p for p in assignment.problems)
        return (replace(assignment, problems=problems),)

    change_course(school, edited)
