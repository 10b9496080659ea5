"""The form that says which answers a regrade moves, and by which rule."""

from collections.abc import Mapping
from datetime import datetime
from zoneinfo import ZoneInfo

from flask import request

from grader.domain.errors import InvalidRequest
from grader.domain.problem import Problem
from grader.domain.regrade_scope import Rule, Scope
from grader.services.files.row_problems import RowError
from grader.services.files.stated_times import read_moment

FIELDS = ("rule", "section", "students", "since", "until", "held")


def typed() -> Mapping[str, str]:
    """What was sent, to be shown again."""
    return {name: request.form.get(name, "") for name in FIELDS} | {
        f"part-{part}": "on" for part in request.form.getlist("part")
    }


def read_scope(problem: Problem, zone: ZoneInfo) -> Scope:
    """The answers that are named.

    Raises:
        InvalidRequest: a time is none.
    """
    parts = request.form.getlist("part")
    # All parts are the same as none: then a part that the problem gets later is in it, too.
    every = {part.slug for part in problem.parts} <= set(parts)
    return Scope(
        parts=() if every else tuple(parts),
        sections=tuple(dict.fromkeys(filter(None, request.form.getlist("section")))),
        students=_logins(),
        since=_moment("since", zone),
        until=_moment("until", zone),
        held=bool(request.form.get("held")),
    )


def _logins() -> tuple[str, ...]:
    logins = request.form.get("students", "").replace(",", " ").casefold().split()
    if not all(each.isprintable() for each in logins):
        raise InvalidRequest("Students: a login has letters and digits only.")
    return tuple(dict.fromkeys(logins))


def read_rule() -> Rule:
    """The rule that was ticked."""
    return Rule.NEVER_LOWER if request.form.get("rule") else Rule.ANY_CHANGE


def _moment(field: str, zone: ZoneInfo) -> datetime | None:
    text = request.form.get(field, "").strip()
    if not text:
        return None
    try:
        return read_moment(text, zone=zone)[0]
    except RowError as error:
        raise InvalidRequest(f"{field.title()}: {error}.") from error
