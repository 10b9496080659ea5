"""The shipped course with other answers: unique numbers of 12 digits; wherever one shows, it leaked."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from random import Random

from sqlalchemy import select

from grader.db.models import ActiveKey
from grader.db.session import transaction
from grader.domain.grading import AnswerKey, PartKey
from grader.domain.misconceptions import Hint, Misconception
from grader.domain.worked import Step, Worked
from grader.services.keys.solution_pages import tell
from grader.services.practice.deploying import deploy, newest_graded
from tests.support.school import School, open_school
from tests.support.variants import make_draft
from tests.web.in_force import change_key

SECONDS = re.compile(r":[0-9]{2}\.[0-9]{6}")


@dataclass
class Canaries:
    """All numbers that must not show, each by its name."""

    of: dict[str, Decimal] = field(default_factory=dict)
    chance: Random = field(default_factory=lambda: Random(109))  # noqa: S311 - no secret.

    def new(self, name: str) -> Decimal:
        """The next one: three digits before the point and nine behind, of which one is fixed."""
        first, last = (self.chance.randrange(1000, 10000) for _ in range(2))
        # The fifth is no 9 and no 0: rounded there, it begins as it did.
        value = Decimal(f"{self.chance.randrange(100, 1000)}.{first}5{last}")
        self.of[name] = value
        return value

    def found_in(self, text: str, typed: frozenset[str] = frozenset()) -> set[str]:
        """The names of those whose digits stand in a text; the seconds of its moments are none."""
        text = SECONDS.sub("", text)
        return {
            name
            for name, value in self.of.items()
            if any(each in text for each in digits_of(value, beyond=name in typed))
        }


def digits_of(value: Decimal, *, beyond: bool = False) -> Iterator[str]:
    """How the value begins, however it is written: seven digits, or so many that five decimals tell less."""
    whole, behind = f"{value:f}".split(".")
    kept = 7 if beyond else 4
    yield f"{whole}.{behind[:kept]}"
    yield f"{whole[0]}.{whole[1:]}{behind[:kept]}"
    yield f"{whole}{behind[:7]}"


@dataclass
class CanaryCourse:
    """The running school with these answers."""

    school: School
    canaries: Canaries

    def right(self, part: str) -> str:
        """The expected value as a student would type it."""
        return f"{self.canaries.of[f'{part} expected']:.5f}"

    def near(self, part: str) -> str:
        """A wrong answer that begins otherwise, as ``digits_of`` could not tell it from the right one."""
        return f"{self.canaries.of[f'{part} expected'] * Decimal('1.00002'):.5f}"

    def mistaken(self, part: str) -> str:
        """What a known mistake gives."""
        return f"{self.canaries.of[f'{part} squared']:.5f}"


def open_canary_course(url: str, folder: Path) -> CanaryCourse:
    """Open the school, then put other numbers into every key, solution and variant."""
    course = CanaryCourse(open_school(url, folder), Canaries())
    school, canaries = course.school, course.canaries
    for problem in school.catalog.course.problems:
        change_key(school, problem.slug, _with(canaries))
        with transaction(school.engine) as session:
            pointer = session.scalars(
                select(ActiveKey.key_id).where(ActiveKey.problem == problem.slug)
            ).one()
            told = " and ".join(
                f"{value:f}" for name, value in canaries.of.items() if name.startswith(problem.slug)
            )
            worked = Worked((Step("The values", f"They are {told}.", ()),))
            tell(session, key_id=pointer, worked=worked, now=datetime.now(UTC))
            key_id, graded = newest_graded(session, problem.slug)
            variant = _with(canaries, "variant ")(graded)
            deploy(
                session,
                draft=make_draft(variant),
                key_id=key_id,
                actor="op",
                now=datetime.now(UTC),
            )
    return course


def _with(canaries: Canaries, kind: str = "") -> Callable[[AnswerKey], AnswerKey]:
    def edited(key: AnswerKey) -> AnswerKey:
        parts = {slug: _part(canaries, f"{kind}{slug}", part) for slug, part in key.parts.items()}
        return replace(key, parts=parts, hints={"squared": Hint("You squared something.")})

    return edited


def _part(canaries: Canaries, name: str, part: PartKey) -> PartKey:
    return PartKey(
        expected=canaries.new(f"{name} expected"),
        tolerance=part.tolerance,
        accepted=(canaries.new(f"{name} accepted"),),
        misconceptions=(Misconception("squared", canaries.new(f"{name} squared")),),
    )
