"""Watches what the tests' clients are sent: no student and nobody else outside the staff is told a value.

Each reply is looked through for the digits of the shipped problems' values: those that are expected and those
that known mistakes give. Ten digits in a row are looked for, wherever the point stands: no student types so
many, and if one does in a test, it is their own text. What is rounded to fewer is for the canaries of
``tests/security/test_answers_stay_secret.py`` to find.
"""

import re
from collections.abc import Iterable, Iterator
from decimal import Decimal

from flask import Flask, request
from sqlalchemy import select
from werkzeug.test import TestResponse

from grader.db.models import Explanation, Submission
from grader.db.session import reading
from grader.domain.roles import Role
from grader.web.access import visitor
from grader.web.state import state

DIGITS = 10
# Once all work is over anybody may open the sealed key; once staff show the solutions, they are shown.
MAY_TELL = {
    "closed": {"receipts.opened"},
    "released": {"receipts.opened", "solutions.student_page"},
}
"""Where a student may be told, by the state in which they may; the canaries hold these to their states."""

_RUN = re.compile(f"[0-9]{{{DIGITS},}}")
_secret: set[str] = set()


def keep_secret(values: Iterable[Decimal]) -> None:
    """Look for these from now on, those of few digits apart: pages are full of such."""
    _secret.update(digits for digits in map(digits_of, values) if len(digits) == DIGITS)


def digits_of(value: Decimal) -> str:
    """Ten digits that stand in a row in each notation: behind the point, and not the first of all."""
    _, digits, power = value.as_tuple()
    begin = max(len(digits) + int(power), 1)
    return "".join(map(str, digits))[begin : begin + DIGITS]


def secrets_in(text: str) -> set[str]:
    """Which of the secret digits stand in a text."""
    return {
        run[at : at + DIGITS]
        for run in _RUN.findall(text)
        for at in range(len(run) - DIGITS + 1)
        if run[at : at + DIGITS] in _secret
    }


def check_untold(app: Flask, reply: TestResponse, *asked: object) -> None:
    """Fail if a reply tells a student or anybody a value; ``asked`` is all that the request said."""
    for before in reply.history:
        check_untold(app, before, *asked)
    if reply.request.path.startswith("/static/"):
        return  # Files, the same for all.
    # Not all of it is text; digits are the same in each encoding.
    told = secrets_in(f"{reply.headers}{reply.get_data().decode('latin-1')}")
    if told:
        told -= secrets_in(f"{asked}")
    if told:
        with app.request_context(reply.request.environ):
            told = _not_for_the_asker(told)
    assert told == set(), f"{reply.request.path} tells digits of what is expected: {sorted(told)}"


def _not_for_the_asker(told: set[str]) -> set[str]:
    """Those digits that may not be told here, or not to them, and that they didn't type themselves."""
    who = visitor()
    if request.endpoint in set().union(*MAY_TELL.values()) or (
        who is not None and who.role is not Role.STUDENT
    ):
        return set()
    return told.difference(*map(secrets_in, _typed_by(who.person_id) if who else ()))


def _typed_by(person_id: int) -> Iterator[str]:
    with reading(state().engine) as session:
        yield from session.scalars(select(Submission.text).where(Submission.person_id == person_id))
        yield from session.scalars(
            select(Explanation.text).where(Explanation.person_id == person_id)
        )
