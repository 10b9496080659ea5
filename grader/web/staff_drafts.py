"""Drafting a key from an answer: accept it too, name it a known mistake, or write a hint for it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from http import HTTPStatus

from flask import Blueprint, make_response, redirect, render_template, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from grader.db.collisions import ChangedMeanwhile
from grader.db.session import reading, transaction
from grader.domain.errors import GraderError, InvalidRequest, NotFound
from grader.domain.grammar import canonical
from grader.domain.hinting import mistake
from grader.domain.number import read_number
from grader.domain.powers import Power
from grader.domain.problem import Part, Problem
from grader.services.figures.insight import part_answers
from grader.services.keys.drafts import (
    Author,
    accept_value,
    add_misconception,
    write_hint,
)
from grader.services.keys.published import newest_version, stored_key
from grader.services.keys.tags import LONGEST_TAG, LONGEST_WORDS
from grader.services.keys.waiting import WaitingKey, waiting_keys
from grader.web import panel
from grader.web.access import check_sender, me, staff_only, staff_who
from grader.web.addresses import row_number
from grader.web.asked import asked
from grader.web.errors import status_of
from grader.web.hints import shown_mistake
from grader.web.regrade_planning import planned
from grader.web.state import now, state

pages = Blueprint("staff_drafts", __name__, url_prefix="/staff/drafts")


@dataclass(frozen=True, slots=True)
class Drafting:
    """What the forms need to know: the newest version, what waits, who looks, and how long texts may be."""

    newest: int
    waiting: Sequence[WaitingKey]
    own: int
    longest: Mapping[str, int]


def drafting_of(session: Session, problem: Problem) -> Drafting:
    """What the forms of a problem's answers need to know."""
    return Drafting(
        newest=newest_version(session, problem=problem.slug),
        waiting=waiting_keys(session, problems=[problem.slug]),
        own=me().person_id,
        longest={"tag": LONGEST_TAG, "words": LONGEST_WORDS},
    )


@pages.get("")
@staff_only
def page() -> str:
    """The three things that can be done with a number that students gave."""
    return _shown()


@pages.post("")
@staff_who(Power.DRAFT)
def draft() -> Response:
    """Draft a key, and plan the regrade to it: nobody's grade changes by that."""
    check_sender()
    problem, part = _asked(request.form.get("part", ""))
    try:
        with transaction(state().engine) as session:
            version = _draft(session, part, _value())
    except (InvalidRequest, ChangedMeanwhile) as error:
        return make_response(_shown(error=error), status_of(error))
    try:
        # The draft is committed: planning takes its time, and nobody should wait for it.
        made = planned(problem, version)
    except GraderError:
        # It waits there, and a button plans it again, or tells why that can't be.
        return redirect(url_for("staff_regrades.page", _anchor="waiting"), HTTPStatus.SEE_OTHER)
    return redirect(url_for("staff_regrades.plan_page", number=made), HTTPStatus.SEE_OTHER)


def _draft(session: Session, part: Part, value: Decimal) -> int:
    author = Author(me().login, request.form.get("reason", ""), _seen())
    words = request.form.get("words", "")
    match request.form.get("edit"):
        case "accept":
            row = accept_value(session, part=part.slug, value=value, author=author, now=now())
        case "mistake":
            row = add_misconception(
                session,
                part=part.slug,
                value=value,
                tag=request.form.get("tag", ""),
                words=words,
                author=author,
                now=now(),
            )
        case "hint":
            row = write_hint(
                session, part=part.slug, value=value, words=words, author=author, now=now()
            )
        case _:
            raise InvalidRequest("Choose what to do with this answer.")
    return row.version


def _asked(slug: str) -> tuple[Problem, Part]:
    part = state().course.part(slug)
    problem = state().course.problem(slug.rpartition("/")[0])
    if part is None or problem is None:
        raise NotFound("There is no such part.")
    return problem, part


def _value() -> Decimal:
    reading_ = read_number(request.form.get("value", ""))
    if reading_.value is None:
        raise InvalidRequest(f"The value can't be read. {reading_.message}")
    return reading_.value


def _seen() -> int:
    seen = row_number(request.form.get("seen", ""))
    if seen is None:
        raise InvalidRequest("This form is incomplete. Reload the page and fill it in again.")
    return seen


def _shown(*, error: GraderError | None = None) -> str:
    given = request.form if request.method == "POST" else request.args
    problem, part = _asked(given.get("part", ""))
    typed = given.get("value", "")[:100]
    value = read_number(typed).value
    with reading(state().engine) as session:
        key = stored_key(session, problem=problem.slug).key
        drafting = drafting_of(session, problem)
        seen = asked(problem, key)
        insight = part_answers(
            session,
            problem=problem,
            part=part,
            tolerance=seen.tolerances.get(part.slug, part.tolerance),
        )
    group = None if value is None else insight.group_of(value)
    found = mistake(key, part.slug, group.tag) if group and part.slug in key.parts else None
    # A page that was left open says which version it was about; what came since is told when a form is sent.
    looked_at = row_number(request.args.get("seen", "")) or drafting.newest
    return render_template(
        "staff/draft.html",
        problem=problem,
        part=part,
        prompt=panel.prompt(seen, part),
        value=typed if value is None else canonical(value),
        key=key.parts.get(part.slug),
        insight=insight,
        group=group,
        mistake=found and shown_mistake(found),
        drafting=drafting,
        seen=min(looked_at, drafting.newest),
        refused=request.form.get("edit") if error else None,
        typed=request.form,
        error=error,
    )
