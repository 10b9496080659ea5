"""The gradebook, for staff."""

from flask import Blueprint, Response

from grader.db.session import reading
from grader.domain.grammar import canonical
from grader.services.scores.gradebook import GradebookRow, gradebook
from grader.web.access import STAFF, token
from grader.web.api import gradebook_schemas as schemas
from grader.web.api.bodies import as_json, read_query
from grader.web.api.docs import documented, replies
from grader.web.state import state

routes = Blueprint("api_gradebook", __name__)


@routes.get("/assignments/<string:slug>/gradebook")
@token("staff", roles=STAFF)
@documented(
    query=schemas.GradebookQuery,
    resp=replies(409, HTTP_200=schemas.GradebookReply),
    tags=["Staff"],
)
def staff_gradebook(slug: str) -> Response:
    """Read the gradebook of an assignment (staff)."""
    query = read_query(schemas.GradebookQuery)
    with reading(state().engine) as session:
        book = gradebook(
            session,
            course=state().course,
            assignment=slug,
            section=query.section,
            search=query.search,
            after=int(query.cursor) if query.cursor else None,
            cut=lambda students: students[: query.limit],
        )
    page = book.rows[: query.limit]
    more = len(book.rows) > query.limit
    return as_json(
        schemas.GradebookReply(
            assignment=slug,
            items=[_student(row) for row in page],
            next_cursor=str(page[-1].person.id) if more else None,
        )
    )


def _student(row: GradebookRow) -> schemas.GradebookStudent:
    return schemas.GradebookStudent(
        login=row.person.login,
        name=row.person.name,
        section=row.person.section,
        points=canonical(row.score.points),
        possible=canonical(row.score.possible),
        late_days=row.score.late_days,
        parts=[
            schemas.GradebookPart(
                part=part.part,
                state=part.state,
                points=canonical(part.points),
                attempts=part.attempts,
            )
            for part in row.score.parts
        ],
    )
