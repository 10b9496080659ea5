"""A problem as one student sees it: gathered in one reading transaction, and answered part by part."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256

from markupsafe import Markup
from sqlalchemy import Connection
from sqlalchemy.orm import Session

from grader.db.collisions import ChangedMeanwhile
from grader.db.models import DataBlob
from grader.domain.errors import (
    CoolingDown,
    IdempotencyConflict,
    InvalidRequest,
    NoKey,
    NoPolicy,
)
from grader.domain.offers import offers
from grader.domain.policy import Policy
from grader.domain.problem import Assignment, Course, Problem
from grader.services.answers.arriving import Arrival, Refused
from grader.services.answers.progress import problem_progress
from grader.services.answers.submitting import submit
from grader.services.explanations.versions import Version, newest_version
from grader.services.keys.published import published_key
from grader.services.people.identity import Principal
from grader.services.policies.releasing import shown_to_students
from grader.services.practice.practice import Practice, practice_of
from grader.services.scores.gradebook import student_standing
from grader.web import panel
from grader.web.asked import asked, open_policy
from grader.web.lateness import Phase, phases
from grader.web.metrics import answered
from grader.web.panel import Box, Outcome
from grader.web.state import state

_counted: dict[str, int] = {}


@dataclass(frozen=True, slots=True)
class Visit:
    """Who looks at which problem, and when; after pressing Check, what was typed and what came of it."""

    course: Course
    assignment: Assignment
    problem: Problem
    person: Principal
    now: datetime
    typed: Mapping[str, str] = field(default_factory=dict)
    outcomes: Mapping[str, Outcome] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """The problem's name within its assignment, as its address has it."""
        return self.problem.slug.rpartition("/")[2]


def rules_of(session: Session, visit: Visit) -> Policy | None:
    """The active policy with the visitor's own dates, if there is one that knows the problem.

    Raises:
        NotOpen: the assignment opens later.
    """
    policy = open_policy(session, visit.assignment, visit.person, visit.now)
    return policy if policy is not None and policy.asks(visit.problem) else None


@dataclass(frozen=True, slots=True)
class File:
    """A data file to download."""

    name: str
    title: str
    rows: int


@dataclass(frozen=True, slots=True)
class Sheet:
    """What the page of a problem shows; ``solution`` says whether it leads to one.

    ``phases`` say what submitting means now and later, ``extended`` that the due time is this student's own.
    """

    policy: Policy
    statement: Markup
    files: tuple[File, ...]
    boxes: tuple[Box, ...]
    practice: Practice | None
    solution: bool
    explanation: Version | None = None
    phases: tuple[Phase, ...] = ()
    extended: bool = False

    @property
    def correct(self) -> int:
        """How many parts are correct."""
        return sum(box.state == "correct" for box in self.boxes)

    @property
    def lasting(self) -> bool:
        """Whether the page says all this by itself, so that a reload need not send anything again."""
        return all(box.lasting for box in self.boxes)


def load_sheet(session: Session, visit: Visit) -> Sheet | None:
    """The sheet, or None while no key is published, or no policy that knows the problem.

    Raises:
        NotOpen: the assignment opens later.
    """
    policy = rules_of(session, visit)
    published = published_key(session, visit.problem.slug)
    if policy is None or published is None:
        return None
    shown = asked(visit.problem, published[1])
    who = visit.person.person_id
    standing = student_standing(
        session, course=visit.course, assignment=visit.assignment, person_id=who
    )
    score = standing.score
    progress = problem_progress(session, problem=visit.problem, policy=policy, person_id=who)
    boxes = tuple(
        panel.box(
            each,
            asked=shown,
            policy=policy,
            score=score,
            now=visit.now,
            typed=visit.typed.get(each.part.id),
            outcome=visit.outcomes.get(each.part.id),
        )
        for each in progress
    )
    files = data_files(session, visit.problem, shown.data)
    practice = practice_of(session, problem=visit.problem.slug, person_id=who)
    released = shown_to_students(session, visit.assignment.slug, visit.now)
    explanation = newest_version(session, person_id=who, problem=visit.problem.slug)
    ahead = offers(standing, visit.now, parts=[part.slug for part in visit.problem.parts])
    return Sheet(
        policy=policy,
        statement=panel.statement(shown),
        files=files,
        boxes=boxes,
        practice=practice,
        solution=released,
        explanation=explanation,
        phases=phases(policy, ahead),
        extended=standing.extension is not None,
    )


def newest_texts(session: Session, visit: Visit, policy: Policy) -> dict[str, str]:
    """The text of the newest attempt at each part that was tried, by the part's letter."""
    who = visit.person.person_id
    progress = problem_progress(session, problem=visit.problem, policy=policy, person_id=who)
    return {each.part.id: each.attempts[0].text for each in progress if each.attempts}


def answer(connection: Connection, course: Course, arrival: Arrival) -> Outcome:
    """Submit one field by itself; what stands in the way is told at that field.

    The page's key and the text together make the request: a repeat of the same press gets the same
    reply, and a page that was kept open, or gone back to, can send another text.
    """
    text_sha256 = sha256(arrival.text.encode("utf-8", "surrogatepass")).hexdigest()
    key = arrival.idempotency_key and f"{arrival.idempotency_key}.{text_sha256[:16]}"
    return _answer(connection, course, arrival, key or None)


def _answer(connection: Connection, course: Course, arrival: Arrival, key: str | None) -> Outcome:
    sent = Arrival(
        person_id=arrival.person_id,
        part=arrival.part,
        text=arrival.text,
        source=arrival.source,
        idempotency_key=key,
        now=arrival.now,
    )
    try:
        outcome = submit(connection, course=course, signer=state().signer, arrival=sent)
    except (NoKey, NoPolicy, InvalidRequest, IdempotencyConflict, ChangedMeanwhile) as error:
        answered(error)
        return error
    answered(outcome)
    if not isinstance(outcome, Refused):
        return outcome
    if isinstance(outcome.error, CoolingDown) and outcome.error.retry_at <= arrival.now:
        # A pause that is over can only be remembered from the same press before: this is a new one.
        over = f"{outcome.error.retry_at.timestamp():.0f}"
        return _answer(connection, course, arrival, f"{key}.{over}")
    return outcome.error


def data_files(session: Session, problem: Problem, data: Mapping[str, str]) -> tuple[File, ...]:
    """The files that a key pins, in the problem's order."""
    titles = {file.name: file.title for file in problem.data}
    order = sorted(data, key=lambda name: (name not in titles, [*titles, name].index(name)))
    return tuple(File(name, titles.get(name, ""), _rows(session, data[name])) for name in order)


def _rows(session: Session, file_sha256: str) -> int:
    # A file is named by its content, so a count stays true for good, whatever database it was read from.
    if file_sha256 not in _counted:
        _counted[file_sha256] = count_rows(session.get_one(DataBlob, file_sha256).content)
    return _counted[file_sha256]


def count_rows(content: bytes) -> int:
    """How many rows of data a file has, below its header."""
    return sum(bool(line.strip()) for line in content.splitlines()) - 1
