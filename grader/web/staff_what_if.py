"""What another tolerance would change, for staff to try: nothing is written."""

from decimal import Decimal

from flask import Blueprint, render_template, request

from grader.db.session import reading
from grader.domain.errors import InvalidRequest, NotFound
from grader.domain.grammar import canonical
from grader.domain.problem import Part, Problem
from grader.domain.what_if import WhatIf
from grader.services.figures.what_if import part_what_if
from grader.services.keys.published import stored_key
from grader.web.access import staff_only
from grader.web.asked import find_problem
from grader.web.figures.distances import draw_distances
from grader.web.state import state

NEAREST = 10
"""How many answers are listed."""

pages = Blueprint("staff_what_if", __name__, url_prefix="/staff/what-if")


@pages.get("/<string:slug>/<string:name>")
@staff_only
def page(slug: str, name: str) -> str:
    """A part's verdicts under another tolerance; to htmx only what depends on it."""
    assignment, problem = find_problem(state().course, slug, name)
    part = _part(problem)
    found, chosen = None, Decimal(0)
    with reading(state().engine) as session:
        key = stored_key(session, problem=problem.slug).key.parts.get(part.slug)
        if key is not None:
            found = part_what_if(session, problem=problem, part=part, key=key)
            chosen = _tolerance(found)
    return render_template(
        "staff/what_if_now.html" if "HX-Request" in request.headers else "staff/what_if.html",
        assignment=assignment,
        problem=problem,
        name=name,
        part=part,
        found=found,
        chosen=chosen,
        figure=found and draw_distances(found, chosen),
        nearest=NEAREST,
    )


def _part(problem: Problem) -> Part:
    asked = request.args.get("part")
    if asked is None:
        return problem.parts[0]
    found = next((part for part in problem.parts if part.id == asked), None)
    if found is None:
        raise NotFound("This problem has no such part.")
    return found


def _tolerance(found: WhatIf) -> Decimal:
    """The one that is asked for; else the key's own."""
    asked = request.args.get("tolerance")
    if asked is None:
        return found.key.tolerance
    known = {canonical(each): each for each in found.tolerances}
    if asked not in known:
        raise InvalidRequest("Choose one of the tolerances of the list.")
    return known[asked]
