"""Reading the course, its assignments and problems."""

from flask import Blueprint, Response

from grader.content.catalog import fill_in
from grader.db.session import reading
from grader.domain.deadlines import check_opened
from grader.domain.errors import NoKey, NotFound
from grader.domain.grammar import canonical
from grader.domain.problem import Assignment, Problem
from grader.domain.scoring import AssignmentScore
from grader.services.gradebook import require_policy, student_score
from grader.services.progress import published_key
from grader.web.access import me, token
from grader.web.api import schemas
from grader.web.api.bodies import as_json
from grader.web.api.docs import replies, spec
from grader.web.state import now, state

routes = Blueprint("api_problems", __name__)


@routes.get("/course")
@token("read")
@spec.validate(resp=replies(HTTP_200=schemas.CourseReply), skip_validation=True, tags=["Problems"])
def course() -> Response:
    """Read the course."""
    found = state().course
    return as_json(
        schemas.CourseReply(
            title=found.title,
            name=found.name,
            term=found.term,
            timezone=found.timezone,
            assignments=[assignment.slug for assignment in found.assignments],
        )
    )


@routes.get("/assignments/<string:slug>")
@token("read")
@spec.validate(
    resp=replies(HTTP_200=schemas.AssignmentReply), skip_validation=True, tags=["Problems"]
)
def assignment(slug: str) -> Response:
    """Read an assignment and your score on it."""
    found = _assignment(slug)
    score = _score(found)
    return as_json(
        schemas.AssignmentReply(
            assignment=found.slug,
            title=found.title,
            opens=found.opens,
            due=found.due,
            closes=found.closes,
            points=canonical(score.points),
            possible=canonical(score.possible),
            late_days=score.late_days,
            problems=[problem.slug for problem in found.problems],
        )
    )


@routes.get("/problems/<string:assignment_slug>/<string:name>")
@token("read")
@spec.validate(resp=replies(HTTP_200=schemas.ProblemReply), skip_validation=True, tags=["Problems"])
def problem(assignment_slug: str, name: str) -> Response:
    """Read a problem, its parts and where you stand with each."""
    found = _assignment(assignment_slug)
    wanted = found.problem(f"{assignment_slug}/{name}")
    if wanted is None:
        raise NotFound("There is no such problem.")
    with reading(state().engine) as session:
        if not me().role.is_staff:
            check_opened(require_policy(session, found.slug), now())
        published = published_key(session, wanted.slug)
    if published is None:
        raise NoKey(f"No answer key is published for {wanted.slug} yet.")
    version, key = published
    return as_json(
        schemas.ProblemReply(
            problem=wanted.slug,
            number=wanted.number,
            title=wanted.title,
            statement=fill_in(wanted.statement, key.parameters),
            data=dict(key.data),
            key_version=version,
            parts=_parts(wanted, _score(found)),
        )
    )


def _assignment(slug: str) -> Assignment:
    found = state().course.assignment(slug)
    if found is None:
        raise NotFound("There is no such assignment.")
    return found


def _score(found: Assignment) -> AssignmentScore:
    with reading(state().engine) as session:
        return student_score(
            session, course=state().course, assignment=found, person_id=me().person_id
        )


def _parts(found: Problem, score: AssignmentScore) -> list[schemas.PartReply]:
    return [
        schemas.PartReply(
            part=part.slug,
            title=part.title,
            prompt=fill_in(part.prompt, found.parameters),
            points=canonical(part.points),
            tolerance=f"{part.tolerance:f}",
            decimals=part.decimals,
            state=score.part(part.slug).state,
            attempts=score.part(part.slug).attempts,
        )
        for part in found.parts
    ]
