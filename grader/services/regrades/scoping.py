"""Checks what a regrade is to be about, so that a name that was mistyped is told and not taken for nobody."""

from collections.abc import Collection

from sqlalchemy import select
from sqlalchemy.orm import Session

from grader.db.models import Person
from grader.domain.errors import InvalidRequest, NotFound
from grader.domain.problem import Problem
from grader.domain.regrade_scope import Scope


def check_scope(session: Session, problem: Problem, scope: Scope) -> None:
    """Let a scope through that names what there is.

    Raises:
        NotFound: there is no such part, section or student.
        InvalidRequest: the time ends before it begins.
    """
    _check("part", scope.parts, {part.slug for part in problem.parts})
    if scope.sections:
        _check("section", scope.sections, set(session.scalars(select(Person.section).distinct())))
    if scope.students:
        theirs = select(Person.login).where(Person.login.in_(scope.students))
        _check("student", scope.students, set(session.scalars(theirs)))
    if scope.since and scope.until and scope.since >= scope.until:
        raise InvalidRequest("The time from which answers count has to be before that until which.")


def all_sections(session: Session) -> list[str]:
    """The sections that students are in."""
    named = select(Person.section).distinct().where(Person.section != "", Person.role == "student")
    return list(session.scalars(named.order_by(Person.section)))


def _check(what: str, named: Collection[str], known: Collection[str]) -> None:
    """Refuse names that nothing has; those that could be meant are listed, unless they are people's."""
    unknown = [name for name in named if name not in known]
    if unknown:
        there = sorted(filter(None, known)) if what != "student" else []
        listed = f" The {what}s are: {', '.join(there)}." if there else ""
        raise NotFound(f"There is no {what} {', '.join(each[:100] for each in unknown)}.{listed}")
