from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy.orm import Session

from grader.db.collisions import ChangedMeanwhile
from grader.db.models import Extension
from grader.domain.errors import GraderError, InvalidRequest, NoPolicy, NotFound, NothingToDo
from grader.domain.policy import policy_of
from grader.domain.reasons import LONGEST_REASON
from grader.services.policies.extending import grant, withdraw
from grader.services.policies.extensions import list_extensions, own_dates, standing_extensions
from tests.support.classroom import NOW, add_policy, add_student, count, open_course
from tests.support.courses import COURSE, SET
from tests.support.values import DUE

DAY, MOMENT = timedelta(days=1), timedelta(microseconds=1)


@pytest.fixture
def ada(session: Session) -> int:
    open_course(session)
    return add_student(session)


def give(
    session: Session, until: datetime, *, login: str = "ada", assignment: str = "set", **said: Any
) -> None:
    entered: dict[str, Any] = {"reason": "ill", "actor": "cli:ina"} | said
    grant(session, login=login, assignment=assignment, until=until, now=NOW, **entered)


def take(session: Session, *, login: str = "ada", **said: Any) -> None:
    entered: dict[str, Any] = {"reason": "a mistake", "actor": "cli:ina"} | said
    withdraw(session, login=login, assignment="set", now=NOW + DAY, **entered)


def test_the_newest_row_decides_and_all_stay(session: Session, ada: int) -> None:
    bob = add_student(session, "bob")
    for until in (DUE + 3 * DAY, DUE + DAY):
        give(session, until)
        give(session, DUE + 9 * DAY, login="bob")
        assert standing_extensions(session, "set") == {ada: until, bob: DUE + 9 * DAY}
    take(session)
    assert standing_extensions(session, "set") == {bob: DUE + 9 * DAY}
    assert standing_extensions(session, "later") == {}
    give(session, DUE + 2 * DAY, login="ADA", reason=" again ")
    assert standing_extensions(session, "set", person_id=ada) == {ada: DUE + 2 * DAY}
    of_ada = list_extensions(session, person_id=ada)
    assert [(each.until, each.reason, each.in_force) for each in of_ada] == [
        (DUE + 2 * DAY, "again", True),
        (None, "a mistake", False),
        (DUE + DAY, "ill", False),
        (DUE + 3 * DAY, "ill", False),
    ]
    newest = of_ada[0]
    assert (newest.login, newest.assignment, newest.actor) == ("ada", "set", "cli:ina")
    assert [each.created_at for each in of_ada] == [NOW, NOW + DAY, NOW, NOW]
    assert len(list_extensions(session)) == len(list_extensions(session, assignment="set")) == 6
    assert list_extensions(session, assignment="later") == []


@pytest.mark.parametrize(
    ("until", "due", "extension"),
    [
        (DUE + MOMENT, DUE + MOMENT, DUE + MOMENT),
        (DUE + 9 * DAY, DUE + 9 * DAY, DUE + 9 * DAY),
        # The class's own due time was moved behind it.
        (DUE - DAY, DUE, None),
        (DUE, DUE, None),
    ],
)
def test_a_student_s_own_dates_are_read_with_the_extension(
    session: Session, ada: int, *, until: datetime, due: datetime, extension: datetime | None
) -> None:
    assert own_dates(session, "set", ada) == (policy_of(COURSE, SET), None)
    row = {"reason": "ill", "actor": "cli:ina", "created_at": NOW}
    session.add(Extension(person_id=ada, assignment="set", until=until, **row))
    session.flush()
    found = own_dates(session, "set", ada)
    assert found is not None
    assert (found[0].due, found[1]) == (due, extension)
    assert own_dates(session, "nothing", ada) is None


@pytest.mark.parametrize(
    ("login", "assignment", "until", "error", "words"),
    [
        ("ida", "set", DUE + DAY, NotFound, "the login 'ida'"),
        ("ada", "none", DUE + DAY, NoPolicy, "none"),
        ("ada", "set", DUE, InvalidRequest, "due on Wednesday 11 March 2026 at 23:59 PDT"),
        ("ada", "set", DUE - MOMENT, InvalidRequest, "has to end later"),
    ],
)
def test_an_extension_that_makes_no_sense_is_refused(  # noqa: PLR0917 - the columns of the table.
    session: Session,
    ada: int,
    login: str,
    assignment: str,
    until: datetime,
    error: type[GraderError],
    words: str,
) -> None:
    assert ada
    with pytest.raises(error, match=words):
        give(session, until, login=login, assignment=assignment)
    assert count(session, Extension) == 0


def test_what_is_never_due_can_t_be_extended(session: Session, ada: int) -> None:
    assert ada
    add_policy(session, replace(policy_of(COURSE, SET), due=None))
    with pytest.raises(InvalidRequest, match="no due time"):
        give(session, DUE + DAY)


@pytest.mark.parametrize("reason", ["", "  ", "two\nlines", "x" * (LONGEST_REASON + 1)])
def test_a_reason_is_one_line(session: Session, ada: int, reason: str) -> None:
    assert ada
    with pytest.raises(InvalidRequest, match="Give a reason"):
        give(session, DUE + DAY, reason=reason)
    give(session, DUE + DAY, reason="x" * LONGEST_REASON)
    with pytest.raises(InvalidRequest, match="Give a reason"):
        take(session, reason=reason)
    assert count(session, Extension) == 1


def test_only_what_stands_can_be_withdrawn(session: Session, ada: int) -> None:
    assert ada
    with pytest.raises(NothingToDo, match="ada has no extension for 'set'"):
        take(session)
    give(session, DUE + DAY)
    take(session)
    with pytest.raises(NothingToDo):
        take(session)
    with pytest.raises(NotFound):
        take(session, login="ida")


def test_the_second_of_two_writers_is_told_and_the_same_form_sent_twice_is_one_entry(
    session: Session, ada: int
) -> None:
    give(session, DUE + 2 * DAY, seen=0)
    give(session, DUE + 2 * DAY, seen=0)
    assert len(list_extensions(session, person_id=ada)) == 1
    for said in ({"actor": "tom"}, {"reason": "other"}):
        with pytest.raises(ChangedMeanwhile, match="changed this extension meanwhile"):
            give(session, DUE + 2 * DAY, seen=0, **said)
    with pytest.raises(ChangedMeanwhile):
        take(session, seen=0)
    take(session, seen=1)
    take(session, seen=1)
    with pytest.raises(NothingToDo):
        take(session, seen=2, actor="tom")
    assert len(list_extensions(session, person_id=ada)) == 2
