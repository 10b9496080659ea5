"""What Canvas is told of a student who is excused from some of an assignment."""

from decimal import Decimal

import pytest
from sqlalchemy.orm import Session

from grader.domain.decisions import Decider
from grader.services.exports.canvas_export import scaled_students
from grader.services.overrides.overriding import excuse, override
from grader.services.scores.gradebook import gradebook
from tests.services.exports.test_canvas import export, known, learn
from tests.support.classroom import NOW, add_student, open_course
from tests.support.courses import COURSE


@pytest.mark.parametrize(
    ("given", "excused", "says", "written"),
    [
        # Of 10 points a has 5, b has 3, the last has 2, and b2 has none.
        ({"a": "4", "last": "2"}, ["set/sum/b"], ("6", "7"), "8.57"),
        ({"a": "5", "b": "3"}, ["set/last/a"], ("8", "8"), "10.00"),
        ({"a": "2"}, ["set/sum/b", "set/last/a"], ("2", "5"), "4.00"),
        ({"b": "0.9999", "last": "1.0026"}, ["set/sum/a"], ("2.0025", "5"), "4.01"),
        ({}, ["set/sum/a"], ("0", "5"), "0.00"),
        ({}, ["set/sum/a", "set/sum/b", "set/last/a"], ("0", "0"), "EX"),
        ({"a": "4"}, ["set/last/b2"], None, "4.00"),
        ({"a": "4"}, [], None, "4.00"),
        ({}, ["set"], None, "EX"),
    ],
)
def test_who_is_excused_from_a_part_gets_their_share_of_the_column(  # noqa: PLR0917 - a row of the table.
    given: dict[str, str],
    excused: list[str],
    says: tuple[str, str] | None,
    written: str,
    session: Session,
) -> None:
    open_course(session)
    add_student(session, "ada", name="Ada")
    add_student(session, "ben", name="Ben")
    learn(session, "Ada,7,,ada,,,\nBen,8,,ben,,,\n")
    by = Decider("tia", None, "as agreed", NOW)
    parts = {"a": "set/sum/a", "b": "set/sum/b", "last": "set/last/a"}
    for part, points in given.items():
        override(
            session,
            course=COURSE,
            login="ada",
            about=parts[part],
            points=Decimal(points),
            by=by,
            seen=0,
        )
    for about in excused:
        excuse(session, course=COURSE, login="ada", about=about, by=by, seen=0)
    state = known(session)
    assert [row.rpartition(",")[2] for row in export(session, state).splitlines()[1:]] == [
        "10.00",
        written,
        "0.00",
    ]
    book = gradebook(session, course=COURSE, assignment="set")
    told = [
        (each.person.login, each.points, each.possible, each.written)
        for each in scaled_students(book, state)
    ]
    assert told == ([("ada", *map(Decimal, says), written)] if says else [])
