"""Finds what an argument names among the problem files."""

from grader.content.catalog import Catalog
from grader.domain.errors import NotFound
from grader.domain.problem import Assignment, Problem


def find_problem(catalog: Catalog, slug: str) -> Problem:
    """The problem that an argument names.

    Raises:
        NotFound: there is none; the message lists those that there are.
    """
    problem = catalog.course.problem(slug)
    if problem is None:
        known = ", ".join(each.slug for each in catalog.course.problems)
        raise NotFound(f"There is no problem {slug[:100]!r}; the problems are: {known}.")
    return problem


def find_problems(catalog: Catalog, slug: str | None) -> tuple[Problem, ...]:
    """The problem that an argument names, or without one all of them."""
    return catalog.course.problems if slug is None else (find_problem(catalog, slug),)


def find_assignment(catalog: Catalog, slug: str) -> Assignment:
    """The assignment that an argument names.

    Raises:
        NotFound: there is none; the message lists those that there are.
    """
    assignment = catalog.course.assignment(slug)
    if assignment is None:
        known = ", ".join(each.slug for each in catalog.course.assignments)
        raise NotFound(f"There is no assignment {slug[:100]!r}; the assignments are: {known}.")
    return assignment
