"""What is asked: course, assignment, problem and part, as frozen values.

These mirror the files under ``problems/`` one to one. What decides *verdicts* is copied from here into
an answer key when it is published, what decides *scores* into a policy; grading and scoring read
only those, so that editing a file changes nothing until it is published.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import ClassVar

Parameter = int | Decimal | tuple[int | Decimal, ...]


@dataclass(frozen=True, slots=True)
class Part:
    """One number that is asked of the student.

    ``tolerance`` is the largest absolute difference from the expected value that is still correct;
    ``decimals`` is how many digits after the point students are asked to type; ``accepts_noise`` and
    ``accepts_mistakes`` say why its author lets a finding of the noise audit be.
    """

    slug: str
    title: str
    prompt: str
    points: Decimal
    tolerance: Decimal
    decimals: int
    accepts_noise: str | None = None
    accepts_mistakes: str | None = None

    @property
    def id(self) -> str:
        """The part's letter within its problem, the last piece of its slug."""
        return self.slug.rpartition("/")[2]

    @property
    def problem(self) -> str:
        """The slug of the problem that it belongs to."""
        return self.slug.rpartition("/")[0]


@dataclass(frozen=True, slots=True)
class DataFile:
    """A file that students download: binary features, then Label, then columns of probabilities."""

    name: str
    title: str
    features: int
    extra: tuple[str, ...]

    @property
    def key(self) -> str:
        """The name by which a reference solution finds the file's rows."""
        return self.name.removesuffix(".csv")


@dataclass(frozen=True, slots=True)
class Problem:
    """A problem: its text, its parts in order, its parameters and its data files.

    ``generator`` names what makes practice variants of it, if anything does.
    """

    slug: str
    number: str
    title: str
    statement: str
    parameters: Mapping[str, Parameter]
    parts: tuple[Part, ...]
    data: tuple[DataFile, ...]
    generator: str | None = None

    def part(self, slug: str) -> Part | None:
        """The part with this slug, or None."""
        return next((part for part in self.parts if part.slug == slug), None)


@dataclass(frozen=True, slots=True)
class AttemptRules:
    """How often a student may try a part.

    ``limit`` caps the attempts (None: unlimited). After ``free_wrong`` wrong attempts each further
    one is followed by a pause: ``cooldown_first_seconds``, doubled each time, at most
    ``cooldown_longest_seconds``; the pauses end once the part is right.
    """

    __pydantic_config__: ClassVar = {"extra": "forbid"}

    limit: int | None
    free_wrong: int
    cooldown_first_seconds: int
    cooldown_longest_seconds: int


@dataclass(frozen=True, slots=True)
class RequestRules:
    """How many regrade requests a student has, and for how many days after the end of their work."""

    __pydantic_config__: ClassVar = {"extra": "forbid"}

    days: int
    limit: int


@dataclass(frozen=True, slots=True)
class Assignment:
    """A problem set: its dates (UTC instants), its problems in order and its rules.

    ``explanation_points`` is what the explanation of each problem can give.
    """

    slug: str
    title: str
    opens: datetime | None
    due: datetime | None
    closes: datetime | None
    graded: bool
    attempts: AttemptRules
    max_late_days: int
    hints_after_wrong: int | None
    problems: tuple[Problem, ...]
    grace_seconds: int = 0
    penalty_percent: int = 100
    requests: RequestRules | None = None
    explanation_points: Decimal = Decimal(0)

    def problem(self, slug: str) -> Problem | None:
        """The problem with this slug, or None."""
        return next((problem for problem in self.problems if problem.slug == slug), None)


@dataclass(frozen=True, slots=True)
class Course:
    """The course: its names, its zone, its late-day budget and its assignments in order."""

    title: str
    name: str
    term: str
    timezone: str
    late_days: int
    assignments: tuple[Assignment, ...]

    def assignment(self, slug: str) -> Assignment | None:
        """The assignment with this slug, or None."""
        return next((a for a in self.assignments if a.slug == slug), None)

    def problem(self, slug: str) -> Problem | None:
        """The problem with this slug, such as ``pset7/ancestry``, or None."""
        assignment = self.assignment(slug.partition("/")[0])
        return assignment.problem(slug) if assignment else None

    def part(self, slug: str) -> Part | None:
        """The part with this slug, such as ``pset7/ancestry/a``, or None."""
        problem = self.problem(slug.rpartition("/")[0])
        return problem.part(slug) if problem else None

    @property
    def problems(self) -> tuple[Problem, ...]:
        """Every problem of every assignment, in order."""
        return tuple(problem for a in self.assignments for problem in a.problems)
