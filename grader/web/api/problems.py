"""Reading the course, its assignments and problems."""

from flask import Blueprint, Response
from sqlalchemy.orm import Session

from grader.db.session import reading
from grader.domain.errors import NoKey, NotFound, NotOpen
from grader.domain.grammar import canonical
from grader.domain.problem import Assignment, Part
from grader.domain.scoring import PartScore
from grader.services.keys.published import published_key
from grader.services.policies.publishing import not_asked
from grader.web.access import me, token
from grader.web.api import schemas
from grader.web.api.bodies import as_json
from grader.web.api.docs import documented, replies
from grader.web.api.lateness import lateness_reply, own_standing
from grader.web.asked import Asked, asked, find_problem, open_policy
from grader.web.state import now, state

routes = Blueprint("api_problems", __name__)


@routes.get("/course")
@token("read")
@documented(resp=replies(HTTP_200=schemas.CourseReply), tags=["Problems"])
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
@documented(resp=replies(409, HTTP_200=schemas.AssignmentReply), tags=["Problems"])
def assignment(slug: str) -> Response:
    """Read an assignment and your score on it."""
    found = state().course.assignment(slug)
    if found is None:
        raise NotFound("There is no such assignment.")
    with reading(state().engine) as session:
        standing = own_standing(session, found)
        policy, score = standing.policy, standing.score
        lateness = lateness_reply(standing, now())
        visible = _is_open(session, found)
    return as_json(
        schemas.AssignmentReply(
            assignment=found.slug,
            title=found.title,
            opens=policy.opens,
            due=policy.due,
            closes=policy.closes,
            points=canonical(score.points),
            possible=canonical(score.possible),
            late_days=score.late_days,
            lateness=lateness,
            problems=[problem.slug for problem in found.problems] if visible else [],
        )
    )


@routes.get("/problems/<string:assignment_slug>/<string:name>")
@token("read")
@documented(resp=replies(409, HTTP_200=schemas.ProblemReply), tags=["Problems"])
def problem(assignment_slug: str, name: str) -> Response:
    """Read a problem, its parts and where you stand with each."""
    found, wanted = find_problem(state().course, assignment_slug, name)
    with reading(state().engine) as session:
        open_policy(session, found, me(), now())
        standing = own_standing(session, found)
        score = standing.score
        slugs = [part.slug for part in wanted.parts]
        lateness = lateness_reply(standing, now(), parts=slugs)
        published = published_key(session, wanted.slug)
    if not standing.policy.asks(wanted):
        raise not_asked(wanted.slug)
    if published is None:
        raise NoKey(f"No answer key is published for {wanted.slug} yet.")
    version, key = published
    shown = asked(wanted, key)
    return as_json(
        schemas.ProblemReply(
            problem=wanted.slug,
            number=wanted.number,
            title=wanted.title,
            statement=shown.statement,
            data=dict(shown.data),
            key_version=version,
            parts=[_part(shown, part, score.part(part.slug)) for part in wanted.parts],
            lateness=lateness,
        )
    )


def _is_open(session: Session, found: Assignment) -> bool:
    try:
        open_policy(session, found, me(), now())
    except NotOpen:
        return False
    return True


def _part(shown: Asked, part: Part, score: PartScore) -> schemas.PartReply:
    return schemas.PartReply(
        part=part.slug,
        title=part.title,
        prompt=shown.prompt(part),
        points=canonical(score.possible),
        tolerance=f"{shown.tolerance(part):f}",
        decimals=part.decimals,
        state=score.state,
        attempts=score.attempts,
    )
