"""Pages for students: the course, an assignment, a problem with its answer sheet, and its data."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from http import HTTPStatus

from flask import Blueprint, Response, make_response, redirect, render_template, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as AnyResponse

from grader.db.session import reading
from grader.domain.errors import (
    CoolingDown,
    GraderError,
    InvalidRequest,
    NoKey,
    NotFound,
    NotOpen,
    UnreadableAnswer,
)
from grader.domain.policy import Policy
from grader.domain.problem import Problem
from grader.domain.scoring import AssignmentScore, ExplanationShare, PartScore
from grader.services.answers.arriving import Arrival
from grader.services.keys.published import missing_keys, published_key
from grader.services.telling.rescore_notices import rescore_notices
from grader.web import wording
from grader.web.access import check_sender, me, signed_in
from grader.web.asked import find_problem, open_policy
from grader.web.downloads import download
from grader.web.errors import retry_after, status_of
from grader.web.late_rules import late_rule
from grader.web.overview import load_overview
from grader.web.panel import Outcome
from grader.web.rescore_words import rescore_notice
from grader.web.sheet import Sheet, Visit, answer, load_sheet, newest_texts, rules_of
from grader.web.state import looking, now, state

pages = Blueprint("student", __name__)


@dataclass(frozen=True, slots=True)
class Line:
    """A problem in the list of an assignment."""

    problem: Problem
    name: str
    ready: bool
    parts: tuple[tuple[str, PartScore], ...]
    explained: ExplanationShare | None


@pages.get("/")
@signed_in
def home() -> AnyResponse:
    """The course's assignments; if there is only one, that one."""
    assignments = state().course.assignments
    if len(assignments) == 1:
        return redirect(url_for("student.assignment_page", slug=assignments[0].slug))
    moment = now()
    with reading(state().engine) as session:
        overviews = [load_overview(session, each, moment) for each in assignments]
    return make_response(render_template("student/course.html", overviews=overviews))


@pages.get("/<string:slug>")
@signed_in
def assignment_page(slug: str) -> str:
    """The problems of an assignment, each with its parts' states and points."""
    found = state().course.assignment(slug)
    if found is None:
        raise NotFound("There is no such page.")
    moment, not_open = now(), None
    with reading(state().engine) as session:
        overview = load_overview(session, found, moment)
        missing = missing_keys(session, [problem.slug for problem in found.problems])
        told = rescore_notices(session, person_id=me().person_id, assignment=slug)
        try:
            open_policy(session, found, me(), moment)
        except NotOpen as error:
            not_open = error
    return render_template(
        "student/assignment.html",
        overview=overview,
        lines=[_line(problem, overview.score, missing) for problem in found.problems],
        not_open=not_open,
        notices=[(rescore_notice(each, state().course), each.at) for each in told],
        rules=_rules(overview.policy),
    )


@pages.get("/<string:slug>/<string:name>")
@signed_in
def problem_page(slug: str, name: str) -> str:
    """A problem: its statement, its data, and a box for each part."""
    visit = _visit(slug, name)
    with reading(state().engine) as session:
        sheet = load_sheet(session, visit)
    if sheet is None:
        return render_template("student/preparing.html", visit=visit)
    return _page(visit, sheet)


@pages.post("/<string:slug>/<string:name>")
@signed_in
def check(slug: str, name: str) -> AnyResponse:
    """Take the answers of the part whose button was pressed, or of all that are new.

    Each field stands alone: one that can't be read does not hold up the others.
    """
    visit = _visit(slug, name)
    check_sender()
    typed = {part.id: request.form.get(f"answer.{part.id}", "") for part in visit.problem.parts}
    with reading(state().engine) as session:
        policy = rules_of(session, visit)
        chosen = _chosen(session, visit, policy, typed) if policy else []
    outcomes = {part: _submit(visit, part, typed[part]) for part in chosen}
    answered = replace(visit, now=now(), typed=typed, outcomes=outcomes)
    with reading(state().engine) as session:
        sheet = load_sheet(session, answered)
    if sheet is None:
        raise NoKey("This problem is still being prepared, so it takes no answers yet.")
    return _reply(visit, sheet, outcomes)


@pages.get("/<string:slug>/<string:name>/data/<string:file>")
@signed_in
def data_file(slug: str, name: str, file: str) -> Response:
    """A data file, in the version that the active key was computed from."""
    visit = _visit(slug, name)
    with reading(state().engine) as session:
        known = rules_of(session, visit) is not None
        published = published_key(session, visit.problem.slug) if known else None
        if published is None or file not in published[1].data:
            raise NotFound("There is no such file.")
        return download(session, published[1].data[file], file)


def _visit(slug: str, name: str) -> Visit:
    course = state().course
    assignment, problem = find_problem(course, slug, name)
    return Visit(course, assignment, problem, me(), now())


def _line(problem: Problem, score: AssignmentScore | None, missing: list[str]) -> Line:
    scored = {each.part: each for each in score.parts} if score else {}
    parts = tuple((part.id, scored[part.slug]) for part in problem.parts if part.slug in scored)
    name = problem.slug.rpartition("/")[2]
    shares = score.explanations if score else ()
    explained = next((each for each in shares if each.problem == problem.slug), None)
    return Line(problem, name, problem.slug not in missing and bool(parts), parts, explained)


def _rules(policy: Policy | None) -> list[str]:
    if policy is None:
        return []
    rules = (
        wording.attempt_rule(policy),
        wording.hint_rule(policy),
        late_rule(policy),
        wording.explanation_rule(policy),
    )
    return [rule for rule in rules if rule]


def _chosen(session: Session, visit: Visit, policy: Policy, typed: Mapping[str, str]) -> list[str]:
    """The part whose button was pressed; after Enter in a box, each that holds a new text."""
    if "check" not in request.form:
        before = newest_texts(session, visit, policy)
        return [part for part, text in typed.items() if text.strip() and text != before.get(part)]
    pressed = request.form.getlist("check")
    chosen = [part for part in typed if part in pressed]
    if len(chosen) != len(pressed):
        raise InvalidRequest("This problem has no such part. Nothing was stored.")
    return chosen


def _submit(visit: Visit, part: str, text: str) -> Outcome:
    arrival = Arrival(
        person_id=visit.person.person_id,
        part=f"{visit.problem.slug}/{part}",
        text=text,
        source="form",
        idempotency_key=request.form.get(f"key.{part}"),
        now=now(),
    )
    return answer(looking(), visit.course, arrival)


def _reply(visit: Visit, sheet: Sheet, outcomes: Mapping[str, Outcome]) -> AnyResponse:
    if "HX-Request" in request.headers:
        checked = [box for box in sheet.boxes if box.id in outcomes]
        return make_response(render_template("student/checked.html", sheet=sheet, checked=checked))
    if sheet.lasting:
        part = next(iter(outcomes), None)
        address = url_for(".problem_page", slug=visit.assignment.slug, name=visit.name)
        return redirect(address + (f"#part-{part}" if part else ""), HTTPStatus.SEE_OTHER)
    refusals = [each for each in outcomes.values() if isinstance(each, GraderError)]
    refusals.sort(key=lambda error: not isinstance(error, UnreadableAnswer))
    reply = make_response(_page(visit, sheet))
    if refusals:
        reply.status_code = status_of(refusals[0])
        if isinstance(refusals[0], CoolingDown):
            reply.headers["Retry-After"] = retry_after(refusals[0])
    return reply


def _page(visit: Visit, sheet: Sheet) -> str:
    problems = visit.assignment.problems
    place = problems.index(visit.problem)
    return render_template(
        "student/problem.html",
        visit=visit,
        sheet=sheet,
        previous=problems[place - 1] if place else None,
        following=problems[place + 1] if place + 1 < len(problems) else None,
    )
