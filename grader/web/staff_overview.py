"""How the class does, part by part: for staff, before the deadline and while it passes."""

from flask import Blueprint, render_template, request

from grader.db.session import reading
from grader.domain.errors import NotFound
from grader.domain.policy import Policy
from grader.domain.towards_deadline import is_rush
from grader.services.figures.overview import Overview, PartOverview, overview
from grader.services.policies.publishing import require_policy
from grader.web.access import staff_only
from grader.web.figures.histogram import HistogramDrawing, spark
from grader.web.figures.over_time import draw_over_time
from grader.web.state import now, state

POLL_SECONDS = 30
ATTEMPTS = ((1, 1), (2, 2), (3, 3), (4, 4), (5, 5), (6, 10), (11, None))
"""The attempts that are counted together, from the first to the last; None is without end."""

pages = Blueprint("staff_overview", __name__, url_prefix="/staff/overview")


@pages.get("/<string:slug>")
@staff_only
def page(slug: str) -> str:
    """Each part in figures; htmx asks again while the deadline passes, and gets what may have changed."""
    assignment = state().course.assignment(slug)
    if assignment is None:
        raise NotFound("There is no such assignment.")
    section = request.args.get("section", "")
    with reading(state().engine) as session:
        policy = require_policy(session, slug)
        found = overview(session, assignment=assignment, policy=policy, section=section)
    polled = "HX-Request" in request.headers
    return render_template(
        "staff/overview_now.html" if polled else "staff/overview.html",
        assignment=assignment,
        policy=policy,
        section=section,
        found=found,
        rush=is_rush(policy, now()),
        poll_seconds=POLL_SECONDS,
        figure=_over_time(found, policy),
        spark=spark,
        attempts=ATTEMPTS,
        within=within,
    )


def _over_time(found: Overview, policy: Policy) -> HistogramDrawing | None:
    columns = [
        (f"{each.problem.number}{part.part.id}", part.over_time)
        for each in found.problems
        for part in each.parts
    ]
    return draw_over_time(found.bounds, columns, policy.due, policy.timezone)


def within(part: PartOverview, fewest: int, most: int | None) -> int:
    """How many students made at least and at most so many attempts at a part."""
    return sum(
        students
        for number, students in part.attempts.items()
        if number >= fewest and (most is None or number <= most)
    )
