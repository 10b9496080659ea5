"""View models of a regrade's plan: the sentence that sums it up, the table of verdicts, the students."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from grader.services.regrades.history import PlanRecord
from grader.web.listing import Listing
from grader.web.wording import counted, in_a_row

VERDICTS = ("correct", "incorrect")


@dataclass(frozen=True, slots=True)
class Concerned:
    """A student whose verdicts a plan would change; ``overrides`` in force are about what changes."""

    login: str
    name: str
    before: Decimal
    after: Decimal
    moves: tuple[str, ...]
    crosses: Mapping[str, str]
    overrides: tuple[str, ...]

    @property
    def change(self) -> Decimal:
        """The points gained, or below zero lost."""
        return self.after - self.before


LISTING: Listing[Concerned] = Listing(
    {
        "all": lambda _each: True,
        "up": lambda each: each.change > 0,
        "down": lambda each: each.change < 0,
        "crossing": lambda each: bool(each.crosses),
        "overridden": lambda each: bool(each.overrides),
    },
    {
        "name": lambda each: (each.name.casefold(), each.login),
        "most gained": lambda each: (-each.change, each.name.casefold(), each.login),
        "most lost": lambda each: (each.change, each.name.casefold(), each.login),
    },
)


def concerned(plan: PlanRecord) -> list[Concerned]:
    """The students of a plan."""
    overrides: dict[str, list[str]] = defaultdict(list)
    for one in plan.overrides:
        overrides[one["student"]].append(_override(one))
    return [
        Concerned(
            login=each["student"],
            name=each["name"],
            before=Decimal(each["before"]),
            after=Decimal(each["after"]),
            moves=tuple(_move(move, count) for move, count in each["moves"].items()),
            crosses={_letter(part): way for part, way in each.get("crosses", {}).items()},
            overrides=tuple(overrides[each["student"]]),
        )
        for each in plan.students
    ]


def summary(students: Sequence[Concerned], plan: PlanRecord) -> str:
    """What a plan would do, in plain words."""
    answers, people = plan.retold["answers"], plan.retold["students"]
    retold = (
        f" {counted(answers, 'wrong answer')} by {counted(people, 'student')} would be explained otherwise, "
        "so that other hints are told, or none."
    )
    return _verdicts(students, plan) + (retold if answers else "")


def _verdicts(students: Sequence[Concerned], plan: PlanRecord) -> str:
    if not plan.changed:
        return "No verdict would change."
    ways = Counter((each.change > 0) - (each.change < 0) for each in students)
    told = [
        f"{counted(ways[way], 'student')} {verb if ways[way] == 1 else plural}"
        for way, verb, plural in (
            (1, "gains points", "gain points"),
            (-1, "loses points", "lose points"),
            (0, "stays the same", "stay the same"),
        )
        if ways[way]
    ]
    answers = f"{plan.changed} of {counted(plan.submissions, 'answer')}"
    return f"{in_a_row(told)}. The verdict on {answers} would be another one."


def matrix(plan: PlanRecord) -> Mapping[tuple[str, str], int]:
    """How many answers have each verdict now, and would have each then."""
    return {
        (old, new): plan.matrix.get(f"{old} -> {new}", 0) for old in VERDICTS for new in VERDICTS
    }


def _move(move: str, count: int) -> str:
    part, _, change = move.partition(": ")
    becomes = "become" if count > 1 else "becomes"
    verdict = "correct" if change.endswith("-> correct") else "not correct"
    return f"({_letter(part)}) {counted(count, 'answer')} {becomes} {verdict}"


def _override(override: Mapping[str, Any]) -> str:
    about = override["about"]
    place = f"part ({_letter(about)})" if about.count("/") > 1 else "all of it"
    what = "excused" if override["points"] is None else f"{override['points']} points"
    return f"{place}: {what}, by {override['actor']}"


def _letter(part: str) -> str:
    return part.rpartition("/")[2]
