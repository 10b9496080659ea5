"""Marking one explanation after another, without knowing whose they are."""

from dataclasses import dataclass, replace
from http import HTTPStatus

from flask import Blueprint, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from grader.db.collisions import ChangedMeanwhile
from grader.db.session import reading, transaction
from grader.domain.differences import differences
from grader.domain.errors import GraderError, InvalidRequest, NotAllowed
from grader.domain.marks import LONGEST_COMMENT, LONGEST_WORDS
from grader.domain.marks import place as place_of
from grader.domain.powers import Power
from grader.domain.problem import Problem
from grader.services.explanations.desk import desk
from grader.services.explanations.marking import Marking, mark
from grader.services.explanations.queue import Entry, queue
from grader.services.explanations.rubrics import Wanted, add_item
from grader.web.access import check_sender, me, staff_only, staff_who
from grader.web.addresses import row_number
from grader.web.asked import find_problem
from grader.web.errors import status_of
from grader.web.explanations import shown
from grader.web.forms import whole_number
from grader.web.marking_places import secret
from grader.web.state import now, state

pages = Blueprint("marking", __name__, url_prefix="/staff/marking")


@dataclass(frozen=True, slots=True)
class Typed:
    """What stands in the form: the items that are ticked, the comment, and an item that is being added."""

    items: frozenset[int]
    comment: str
    words: str = ""
    points: str = ""


@pages.get("/<string:slug>/<string:name>")
@staff_only
def upcoming(slug: str, name: str) -> Response:
    """On to the next explanation that waits; graders begin at different places in the order."""
    _, problem = find_problem(state().course, slug, name)
    after = request.args.get("after") or place_of(secret(), problem.slug, me().person_id)
    with reading(state().engine) as session:
        found = queue(session, problem=problem.slug, secret=secret()).next_waiting(after)
    if found is None:
        return redirect(url_for("staff_marking.queue", slug=slug, done=name), HTTPStatus.SEE_OTHER)
    saved = request.args.get("saved")
    return redirect(
        url_for(".page", slug=slug, name=name, at=found, saved=saved), HTTPStatus.SEE_OTHER
    )


@pages.get("/<string:slug>/<string:name>/<string:at>")
@staff_only
def page(slug: str, name: str, at: str) -> str:
    """One explanation, what is said of it so far, and the form to say more."""
    return _page(find_problem(state().course, slug, name)[1], at)


@pages.post("/<string:slug>/<string:name>/<string:at>")
@staff_who(Power.MARK)
def save(slug: str, name: str, at: str) -> Response:
    """Store a mark, or add an item to the rubric on the way."""
    _, problem = find_problem(state().course, slug, name)
    check_sender()
    typed = _typed()
    try:
        if request.form.get("do") == "add":
            added = _add(problem, at, typed)
            typed = replace(typed, words="", points="")
            return make_response(_page(problem, at, typed=typed, added=added))
        _check_nothing_left(typed)
        with transaction(state().engine) as session:
            entry = queue(session, problem=problem.slug, secret=secret()).entry(at)
            mark(
                session,
                marking=_marking(entry, typed),
                actor=me().login,
                person_id=me().person_id,
                now=now(),
            )
    except (InvalidRequest, NotAllowed, ChangedMeanwhile) as error:
        return make_response(_page(problem, at, typed=typed, error=error), status_of(error))
    if request.form.get("do") == "next":
        address = url_for(".upcoming", slug=slug, name=name, after=at, saved=at)
    else:
        address = url_for(".page", slug=slug, name=name, at=at, saved=at)
    return redirect(address, HTTPStatus.SEE_OTHER)


def _add(problem: Problem, at: str, typed: Typed) -> str:
    """Add the item that was typed; whether it applies to this explanation is for the grader to say."""
    wanted = Wanted(problem.slug, typed.words, typed.points or "0")
    with transaction(state().engine) as session:
        queue(session, problem=problem.slug, secret=secret()).entry(at)
        return add_item(session, wanted=wanted, actor=me().login, now=now()).words


def _check_nothing_left(typed: Typed) -> None:
    if typed.words.strip():
        raise InvalidRequest(
            "The new item is not in the rubric yet: press “Add the item”, or empty its box."
        )


def _typed() -> Typed:
    form = request.form
    ticked = (name.partition(".")[2] for name in form if name.startswith("item."))
    return Typed(
        items=frozenset(number for each in ticked if (number := row_number(each)) is not None),
        comment=form.get("comment", ""),
        words=form.get("new.words", ""),
        points=form.get("new.points", ""),
    )


def _marking(entry: Entry, typed: Typed) -> Marking:
    return Marking(
        student_id=entry.person_id,
        problem=entry.problem,
        version=whole_number("version"),
        newest_seen=whole_number("newest"),
        items=typed.items,
        comment=typed.comment,
        seen=whole_number("seen"),
    )


def _page(
    problem: Problem,
    at: str,
    *,
    typed: Typed | None = None,
    added: str = "",
    error: GraderError | None = None,
) -> str:
    # A refused form goes on with the version that it had before it.
    wanted = request.form.get("version") or request.args.get("version")
    with reading(state().engine) as session:
        found = desk(session, problem=problem.slug, at=at, secret=secret(), version=wanted)
    mark_so_far, saved = found.entry.mark, request.args.get("saved", "")
    said = Typed(mark_so_far.items, mark_so_far.comment) if mark_so_far else Typed(frozenset(), "")
    return render_template(
        "staff/mark.html",
        assignment=state().course.assignment(problem.slug.partition("/")[0]),
        problem=problem,
        name=problem.slug.partition("/")[2],
        desk=found,
        shown=shown(found.version.text),
        comment=shown(mark_so_far.comment) if mark_so_far else "",
        changes=differences(found.before.text, found.version.text) if found.before else (),
        typed=typed or said,
        kept=typed is not None,
        added=added,
        error=error,
        saved=saved if saved in found.queue.entries else "",
        own=me().person_id,
        longest=LONGEST_COMMENT,
        longest_words=LONGEST_WORDS,
    )
