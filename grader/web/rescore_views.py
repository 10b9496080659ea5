"""View models of a rescore: the sentence that sums it up, and the students."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from grader.domain.grammar import canonical
from grader.domain.problem import Course
from grader.domain.seen_scores import SeenScore
from grader.services.rescores.history import PlanRecord
from grader.web.listing import Listing
from grader.web.wording import counted, in_a_row

_OTHERWISE = ", with other late days or out of another total"


@dataclass(frozen=True, slots=True)
class Moved:
    """What becomes of a score; ``title`` names its assignment."""

    title: str
    before: SeenScore
    after: SeenScore


@dataclass(frozen=True, slots=True)
class Concerned:
    """A student whose score a plan would change, here or on ``others``; ``overrides`` of theirs stay."""

    login: str
    name: str
    before: SeenScore
    after: SeenScore
    others: tuple[Moved, ...]
    overrides: tuple[str, ...]

    @property
    def change(self) -> Decimal:
        """The points gained on the assignment whose rules change, or below zero lost."""
        return self.after.points - self.before.points


LISTING: Listing[Concerned] = Listing(
    {
        "all": lambda _each: True,
        "up": lambda each: each.change > 0,
        "down": lambda each: each.change < 0,
        "elsewhere": lambda each: bool(each.others),
        "overridden": lambda each: bool(each.overrides),
    },
    {
        "name": lambda each: (each.name.casefold(), each.login),
        "most gained": lambda each: (-each.change, each.name.casefold(), each.login),
        "most lost": lambda each: (each.change, each.name.casefold(), each.login),
    },
)


def concerned(plan: PlanRecord, course: Course) -> list[Concerned]:
    """The students of a plan, or of what a run changed."""
    return [
        Concerned(
            login=each["student"],
            name=each["name"],
            before=SeenScore.read(each["before"]),
            after=SeenScore.read(each["after"]),
            others=tuple(
                Moved(
                    title(course, slug),
                    SeenScore.read(moved["before"]),
                    SeenScore.read(moved["after"]),
                )
                for slug, moved in sorted(each["others"].items())
            ),
            overrides=tuple(
                _override(one) for one in plan.overrides if one["student"] == each["student"]
            ),
        )
        for each in plan.students
    ]


def title(course: Course, slug: str) -> str:
    """What an assignment is called; one that the files lack by its slug."""
    found = course.assignment(slug)
    return slug if found is None else found.title


def summary(students: Sequence[Concerned], plan: PlanRecord) -> str:
    """What a plan would do, in plain words."""
    if not students:
        return "No score would change."
    if plan.total_alone is not None:
        old, new = map(canonical, plan.total_alone)
        return f"The points of 0 students change; the possible points go from {old} to {new}."
    ways = Counter((each.change > 0) - (each.change < 0) for each in students)
    told = [
        f"{counted(ways[way], 'student')} {verb if ways[way] == 1 else plural}"
        for way, verb, plural in (
            (1, "gains points", "gain points"),
            (-1, "loses points", "lose points"),
            (0, f"keeps the points{_OTHERWISE}", f"keep their points{_OTHERWISE}"),
        )
        if ways[way]
    ]
    elsewhere = sum(bool(each.others) for each in students)
    also = (
        f" For {counted(elsewhere, 'student')} another assignment changes too, as late days are shared."
        if elsewhere
        else ""
    )
    return f"{in_a_row(told)}.{also}"


def _override(override: Mapping[str, Any]) -> str:
    what = "excused" if override["points"] is None else f"{override['points']} points"
    return f"{override['about'].partition('/')[2] or 'all of it'}: {what}, by {override['actor']}"
