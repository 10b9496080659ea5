"""Submitting, and reading one's own submissions."""

from collections.abc import Mapping
from datetime import datetime
from http import HTTPStatus
from typing import cast

from flask import Blueprint, Response, g, request
from sqlalchemy import Connection
from werkzeug.exceptions import HTTPException

from grader.db.session import reading
from grader.domain.errors import InvalidRequest, NotFound
from grader.domain.grammar import canonical
from grader.domain.misconceptions import Hint
from grader.services.answers.arriving import Arrival, Refused
from grader.services.answers.hinting import Attempt, own_hints
from grader.services.answers.progress import find_submission, list_submissions
from grader.services.answers.submitters import token_submitter
from grader.services.answers.submitting import submit
from grader.services.people.token_principals import TokenPrincipal, token_principal
from grader.web.access import me, token
from grader.web.api import submission_schemas as schemas
from grader.web.api.bodies import as_json, read_json, read_query
from grader.web.api.docs import documented, replies
from grader.web.metrics import answered
from grader.web.state import looking, now, state

routes = Blueprint("api_submissions", __name__)


def _find_submitter(connection: Connection, *, token: str, now: datetime) -> TokenPrincipal | None:
    """Who acts by a token; with it comes how things stand for the answer that they send, if they do."""
    try:
        part = state().course.part(_sent().part)
    except (InvalidRequest, HTTPException):
        part = None  # The view says what is wrong, to whom it lets in.
    if part is None:
        return token_principal(connection, token=token, now=now)
    principal, g.looked = token_submitter(connection, token=token, part=part.slug, now=now)
    return principal


def _sent() -> schemas.NewSubmission:
    found = cast("schemas.NewSubmission | None", g.get("sent"))
    if found is None:
        found = g.sent = read_json(schemas.NewSubmission)
    return found


@routes.post("/submissions")
@token("submit", find=_find_submitter)
@documented(
    json=schemas.NewSubmission,
    headers=schemas.SubmissionHeaders,
    resp=replies(HTTP_200=schemas.SubmissionReply, HTTP_201=schemas.SubmissionReply),
    tags=["Submissions"],
)
def new_submission() -> Response:
    """Submit an answer.

    201 with the verdict, right or wrong; 200 with the first submission's id and `counted: false` when
    this number was submitted before. Send an `Idempotency-Key` header to be able to retry safely.
    """
    body = _sent()
    arrival = Arrival(
        person_id=me().person_id,
        part=body.part,
        text=body.answer,
        source="api",
        idempotency_key=request.headers.get("Idempotency-Key"),
        now=now(),
    )
    here = state()
    outcome = submit(
        looking(),
        course=here.course,
        signer=here.signer,
        arrival=arrival,
        looked=g.get("looked"),
    )
    answered(outcome)
    if isinstance(outcome, Refused):
        raise outcome.error
    reply = schemas.SubmissionReply(
        id=outcome.id,
        part=outcome.part,
        attempt=outcome.attempt,
        reading=canonical(outcome.reading),
        verdict=outcome.verdict.value,
        submitted_at=outcome.submitted_at,
        late_seconds=outcome.late_seconds,
        counted=outcome.counted,
        hint=outcome.hint.message if outcome.hint else None,
    )
    return as_json(reply, HTTPStatus.CREATED if outcome.counted else HTTPStatus.OK)


@routes.get("/submissions")
@token("read")
@documented(
    query=schemas.PageQuery,
    resp=replies(HTTP_200=schemas.SubmissionPage),
    tags=["Submissions"],
)
def own_submissions() -> Response:
    """List your own submissions, newest first."""
    query = read_query(schemas.PageQuery)
    with reading(state().engine) as session:
        rows = list_submissions(
            session,
            person_id=me().person_id,
            limit=query.limit + 1,
            before=id_from(query.cursor) if query.cursor else None,
            part=query.part,
        )
        page = rows[: query.limit]
        hints = own_hints(session, person_id=me().person_id, rows=page)
    more = len(rows) > query.limit
    return as_json(
        schemas.SubmissionPage(
            items=[_stored(row, hints) for row in page],
            next_cursor=str(page[-1].id) if more else None,
        )
    )


@routes.get("/submissions/<string:submission_id>")
@token("read")
@documented(resp=replies(HTTP_200=schemas.StoredSubmission), tags=["Submissions"])
def own_submission(submission_id: str) -> Response:
    """Read one of your own submissions."""
    with reading(state().engine) as session:
        row = find_submission(
            session, person_id=me().person_id, submission_id=id_from(submission_id)
        )
        hints = own_hints(session, person_id=me().person_id, rows=[row])
    return as_json(_stored(row, hints))


def id_from(text: str) -> int:
    """An id from an address: ASCII digits that fit a 64-bit column, else there is no such row."""
    if not text.isascii() or not text.isdecimal() or len(text) > len(str(schemas.LARGEST_ID)):
        raise NotFound("There is no such submission.")
    return min(int(text), schemas.LARGEST_ID)


def _stored(row: Attempt, hints: Mapping[int, Hint]) -> schemas.StoredSubmission:
    hint = hints.get(row.id)
    return schemas.StoredSubmission(
        id=row.id,
        part=row.part,
        attempt=row.attempt,
        text=row.text,
        reading=canonical(row.value),
        verdict=row.standing,
        submitted_at=row.submitted_at,
        late_seconds=row.late_seconds,
        hint=hint.message if hint else None,
    )
