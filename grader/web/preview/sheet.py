"""The answer sheet of a problem that is not published: as a student would find it, with nothing tried yet."""

from collections.abc import Mapping
from dataclasses import dataclass

from grader.calling import called
from grader.content.catalog import Catalog
from grader.domain.number import read_number
from grader.domain.policy import Policy, policy_of
from grader.domain.problem import Assignment, Part, Problem
from grader.domain.scoring import PartState
from grader.web import panel, wording
from grader.web.asked import Asked
from grader.web.echo import echo
from grader.web.panel import Box, Told
from grader.web.sheet import File, Sheet, count_rows


@dataclass(frozen=True, slots=True)
class Look:
    """Which page an author looks at."""

    assignment: Assignment
    problem: Problem

    @property
    def name(self) -> str:
        """The problem's name within its assignment, as its address has it."""
        return self.problem.slug.rpartition("/")[2]


def preview_sheet(catalog: Catalog, look: Look, typed: Mapping[str, str]) -> Sheet:
    """The sheet by the files alone; ``typed`` maps the parts whose answers are to be read to their texts.

    Raises:
        ContentError: a data file is missing.
    """
    data = catalog.data(look.problem)
    shown = Asked(look.problem, look.problem.parameters, tolerances={}, data={})
    policy = policy_of(catalog.course, look.assignment)
    titles = {file.name: file.title for file in look.problem.data}
    return Sheet(
        policy,
        panel.statement(shown),
        tuple(File(name, titles[name], count_rows(content)) for name, content in data.items()),
        tuple(_box(part, shown, policy, typed.get(part.id)) for part in look.problem.parts),
        practice=None,
        solution=False,
    )


def _box(part: Part, shown: Asked, policy: Policy, typed: str | None) -> Box:
    return Box(
        id=part.id,
        title=part.title,
        prompt=panel.prompt(shown, part),
        points=part.points,
        rule=wording.answer_rule(part.decimals, part.tolerance),
        decimals=part.decimals,
        typed=typed or "",
        echo=echo(typed or "", part.decimals),
        key="",
        told=None if typed is None else _read(part, typed),
        state=PartState.UNTRIED,
        history=(),
        attempts_left=policy.attempts.limit,
        lasting=False,
    )


def _read(part: Part, typed: str) -> Told:
    """How the text is read; no verdict, as there is no key here."""
    reading = read_number(typed)
    if reading.value is None:
        return panel.told_unreadable(reading.message or "")
    return Told(
        "untried",
        "Not checked in the preview",
        f"To check it, run: {called()} check {part.slug} {wording.as_read(reading)}",
        read=wording.as_read(reading),
    )
