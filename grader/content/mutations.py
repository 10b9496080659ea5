"""Runs the misconceptions of a reference solution: what number each mistake gives, and what to say of it."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from grader.content.solutions import checked_value, module_of, solution_inputs
from grader.content.text import render_inline
from grader.domain.errors import ContentError, SolutionError
from grader.domain.misconceptions import Candidate, Hint
from grader.domain.problem import Problem

_TAG = re.compile(r"[a-z][a-z0-9_]{0,59}")


@dataclass(frozen=True, slots=True)
class Mutations:
    """For each part's slug the misconceptions that give a number there, and for each tag its hint."""

    candidates: Mapping[str, tuple[Candidate, ...]]
    hints: Mapping[str, Hint]


def mutate(problem: Problem, data: Mapping[str, bytes]) -> Mutations:
    """Run every misconception of the problem's reference solution on these data files.

    Raises:
        SolutionError: one of them fails, gives no finite number or a part that there is not, or says to
            students a number or what can't be shown; the message names it.
    """
    inputs = solution_inputs(problem, data)
    found: dict[str, list[Candidate]] = {part.slug: [] for part in problem.parts}
    hints: dict[str, Hint] = {}
    for each in getattr(module_of(problem), "MISCONCEPTIONS", ()):
        where = f"reference/{problem.slug}.py: misconception {each.tag}"
        _check(where, each, hints)
        hints[each.tag] = Hint(each.message, each.section)
        for part, value in _values(where, each, inputs).items():
            slug = f"{problem.slug}/{part}"
            if slug not in found:
                raise SolutionError(f"{where} gives part {part}, which the problem does not ask")
            number = checked_value(f"{where}, part {part}", value)
            found[slug].append(Candidate(each.tag, number, each.rather_than))
    return Mutations({slug: tuple(candidates) for slug, candidates in found.items()}, hints)


def _check(where: str, misconception: Any, known: Mapping[str, Hint]) -> None:  # noqa: ANN401 - reference/'s own.
    if not _TAG.fullmatch(misconception.tag):
        raise SolutionError(f"{where}: a tag has small letters, digits and underscores only")
    if misconception.tag in known:
        raise SolutionError(f"{where} is named twice")
    if re.search(r"\d", misconception.message) or not misconception.message.strip():
        raise SolutionError(f"{where}: its message has to name the mistake, and never a number")
    try:
        render_inline(misconception.message)
    except ContentError as error:
        raise SolutionError(f"{where}: its message can't be shown: {error}") from None


def _values(where: str, misconception: Any, inputs: object) -> Mapping[str, Any]:  # noqa: ANN401 - as above.
    try:
        values: Mapping[str, Any] = dict(misconception.values(inputs))
    except Exception as error:
        raise SolutionError(f"{where} failed: {type(error).__name__}: {error}") from error
    return values
