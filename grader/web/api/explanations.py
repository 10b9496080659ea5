"""Reading and saving one's own explanations."""

from http import HTTPStatus

from flask import Blueprint, Response, request

from grader.db.session import reading, transaction
from grader.services.explanations.explaining import Saved, Writing, save
from grader.services.explanations.versions import Version, find_version, newest_version
from grader.web.access import me, token
from grader.web.api import explanation_schemas as schemas
from grader.web.api.bodies import as_json, read_json, read_query
from grader.web.api.docs import documented, replies
from grader.web.asked import find_problem, open_policy
from grader.web.explanations import take_long_texts
from grader.web.state import now, state

routes = Blueprint("api_explanations", __name__)
routes.url_value_preprocessor(take_long_texts)


@routes.get("/explanations/<string:assignment_slug>/<string:name>")
@token("read")
@documented(
    query=schemas.ExplanationQuery,
    resp=replies(HTTP_200=schemas.ExplanationReply),
    tags=["Explanations"],
)
def own_explanation(assignment_slug: str, name: str) -> Response:
    """Read your own explanation of a problem: its newest version, which counts, or an older one."""
    assignment, problem = find_problem(state().course, assignment_slug, name)
    query, who = read_query(schemas.ExplanationQuery), me().person_id
    with reading(state().engine) as session:
        open_policy(session, assignment, me(), now())
        if query.version is None:
            version = newest_version(session, person_id=who, problem=problem.slug)
        else:
            version = find_version(
                session, person_id=who, problem=problem.slug, number=query.version
            )
    return as_json(_document(problem.slug, version))


@routes.put("/explanations/<string:assignment_slug>/<string:name>")
@token("submit")
@documented(
    json=schemas.NewExplanation,
    headers=schemas.ExplanationHeaders,
    resp=replies(HTTP_200=schemas.ExplanationReply, HTTP_201=schemas.ExplanationReply),
    tags=["Explanations"],
)
def save_explanation(assignment_slug: str, name: str) -> Response:
    """Save your explanation of a problem.

    201 with the new version; 200 with the newest one if its text is the same already. Every version is
    kept, and the newest counts. Send an `Idempotency-Key` header to be able to retry safely.
    """
    course = state().course
    _assignment, problem = find_problem(course, assignment_slug, name)
    body = read_json(schemas.NewExplanation)
    writing = Writing(
        person_id=me().person_id,
        problem=problem.slug,
        text=body.text,
        based_on=body.based_on,
        source="api",
        idempotency_key=request.headers.get("Idempotency-Key"),
        now=now(),
    )
    with transaction(state().engine) as session:
        outcome = save(session, course=course, writing=writing)
    # Only what a page saves by itself may have to wait.
    assert isinstance(outcome, Saved)  # noqa: S101
    status = HTTPStatus.CREATED if outcome.stored else HTTPStatus.OK
    return as_json(_document(problem.slug, outcome.version), status)


def _document(problem: str, version: Version | None) -> schemas.ExplanationReply:
    return schemas.ExplanationReply(
        problem=problem,
        version=version.number if version else 0,
        text=version.text if version else "",
        saved_at=version.saved_at if version else None,
        late_seconds=version.late_seconds if version else 0,
        unseen=list(version.unseen) if version else [],
    )
