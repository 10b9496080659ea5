"""The short names of parts, such as ``2a``: the problem's number and the part's letter."""

from collections.abc import Mapping

from grader.domain.problem import Assignment


def part_names(assignment: Assignment) -> dict[str, str]:
    """The short name of each part by its slug, in the order of the parts."""
    return {
        part.slug: f"{problem.number}{part.id}"
        for problem in assignment.problems
        for part in problem.parts
    }


def find_part(assignment: Assignment, text: str) -> str | None:
    """The slug of the part that a text names, by its slug or its short name; None if it names none.

    Where two parts share a short name, it names neither.
    """
    names = part_names(assignment)
    if text in names:
        return text
    called = [slug for slug, name in names.items() if name.casefold() == text.casefold()]
    return called[0] if len(called) == 1 else None


def titles(assignment: Assignment) -> Mapping[str, str]:
    """What each part is called in full, by its slug."""
    return {
        part.slug: f"{problem.title}, {part.title}"
        for problem in assignment.problems
        for part in problem.parts
    }
