"""When a look of staff at a student's record is noted."""

from datetime import timedelta

import pytest
from sqlalchemy.orm import Session

from grader.services.records.looks import EVERY, is_noted, looks_at, note_look
from tests.support.classroom import NOW, add_student
from tests.support.people import add_person

TICK = timedelta(microseconds=1)


@pytest.mark.parametrize(("after", "noted"), [(-TICK, True), (timedelta(0), False), (TICK, False)])
def test_an_hour_later_it_is_noted_again(
    session: Session, after: timedelta, *, noted: bool
) -> None:
    ada = add_student(session)
    pair = {"reader_id": add_person(session, "tia", role="ta"), "person_id": ada}
    note_look(session, **pair, page="first", now=NOW)
    assert is_noted(session, **pair, now=NOW + EVERY + after) == noted
    note_look(session, **pair, page="second", now=NOW + EVERY + after)
    pages = [each.page for each in looks_at(session, person_id=ada)]
    assert pages == (["first"] if noted else ["second", "first"])


def test_nobody_s_look_at_their_own_record_is_noted(session: Session) -> None:
    tia = add_person(session, "tia", role="ta")
    assert is_noted(session, reader_id=tia, person_id=tia, now=NOW)
    note_look(session, reader_id=tia, person_id=tia, page="own", now=NOW)
    assert looks_at(session, person_id=tia) == []


def test_a_look_at_one_student_says_nothing_of_another(session: Session) -> None:
    ada, bob = add_student(session), add_student(session, "bob")
    tia = add_person(session, "tia", role="ta")
    note_look(session, reader_id=tia, person_id=ada, page="a page", now=NOW)
    assert not is_noted(session, reader_id=tia, person_id=bob, now=NOW)
    assert looks_at(session, person_id=bob) == []
