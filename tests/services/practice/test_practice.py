from datetime import timedelta
from decimal import Decimal

import pytest
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from grader.db.models import ActiveKey, Draw
from grader.db.session import transaction
from grader.domain.errors import NotFound
from grader.domain.grading import AnswerKey
from grader.domain.roles import Role
from grader.services.keys.drafts import Author, accept_value
from grader.services.people.identity import Principal
from grader.services.practice.deploying import deploy
from grader.services.practice.practice import (
    Drawn,
    Practice,
    draw_variant,
    open_variant,
    practice_of,
)
from grader.services.practice.variants import deployed
from tests.support.classroom import NOW, RIGHT, add_key, add_student, count, make_key
from tests.support.people import at_once
from tests.support.variants import make_draft

PROBLEM, PART = "later/only", "later/only/a"


def key(value: str) -> AnswerKey:
    return make_key(PROBLEM, {PART: value})


def add_variants(session: Session, *values: str, active: bool = True) -> None:
    key_id = add_key(session, key(RIGHT[PART]), active=active)
    for value in values:
        deploy(session, draft=make_draft(key(value)), key_id=key_id, actor="op", now=NOW)


def draw(session: Session, person: int, minutes: int = 0) -> int:
    now = NOW + timedelta(minutes=minutes)
    return draw_variant(session, problem=PROBLEM, person_id=person, now=now)


def practice(session: Session, person: int) -> Practice | None:
    return practice_of(session, problem=PROBLEM, person_id=person)


def as_principal(person: int, role: Role = Role.STUDENT) -> Principal:
    return Principal(person, "ada", "Ada", role, "", None)


@pytest.fixture
def ada(session: Session) -> int:
    return add_student(session)


def test_without_variants_there_is_nothing_to_practise_on(session: Session, ada: int) -> None:
    assert practice(session, ada) is None
    add_key(session, key(RIGHT[PART]), active=True)
    assert practice(session, ada) is None
    with pytest.raises(NotFound, match="no such practice variant"):
        draw(session, ada)


def test_what_is_drawn_is_remembered_the_newest_first(session: Session, ada: int) -> None:
    add_variants(session, "1", "2", "3")
    assert practice(session, ada) == Practice((), 3)
    first, second = draw(session, ada), draw(session, ada, 1)
    assert practice(session, ada) == Practice(
        (Drawn(second, NOW + timedelta(minutes=1)), Drawn(first, NOW)), 1
    )


def test_each_is_drawn_once_before_the_first_comes_again(session: Session, ada: int) -> None:
    add_variants(session, "1", "2", "3")
    drawn = [draw(session, ada, minutes) for minutes in range(5)]
    assert sorted(drawn[:3]) == [1, 2, 3]
    assert drawn[3:] == [drawn[0], drawn[0]]
    assert count(session, Draw) == 3


def test_draws_are_random_and_each_variant_is_as_likely(session: Session) -> None:
    add_variants(session, "1", "2")
    firsts = [draw(session, add_student(session, f"student{n}")) for n in range(100)]
    # Fewer than 20 of one of them happens once in a billion times.
    assert min(firsts.count(1), firsts.count(2)) >= 20


def test_one_student_s_draws_are_nobody_else_s(session: Session, ada: int) -> None:
    add_variants(session, "1", "2")
    bob = add_student(session, "bob")
    number = draw(session, ada)
    assert practice(session, bob) == Practice((), 2)
    opened = open_variant(session, problem=PROBLEM, number=str(number), person=as_principal(ada))
    assert opened == key(str(number))
    with pytest.raises(NotFound):
        open_variant(session, problem=PROBLEM, number=str(number), person=as_principal(bob))


@pytest.mark.parametrize(
    "number", ["0", "2", "01", "+1", "1.0", "x", "", "9" * 30, "\uff11", "\x00", "\ud800"]
)
def test_a_number_that_was_not_drawn_opens_nothing(session: Session, ada: int, number: str) -> None:
    add_variants(session, "1")
    draw(session, ada)
    with pytest.raises(NotFound, match="went out of use"):
        open_variant(session, problem=PROBLEM, number=number, person=as_principal(ada))


@pytest.mark.parametrize("role", [Role.TA, Role.INSTRUCTOR])
def test_staff_open_any_variant(session: Session, role: Role) -> None:
    add_variants(session, "1", "2")
    tia = add_student(session, "tia")
    for number in ("1", "2"):
        person = as_principal(tia, role)
        assert open_variant(session, problem=PROBLEM, number=number, person=person) == key(number)


def test_variants_go_out_of_use_with_their_key_and_come_back_with_it(
    session: Session, ada: int
) -> None:
    add_variants(session, "1")
    old = session.get_one(ActiveKey, PROBLEM).key_id
    assert draw(session, ada) == 1
    add_variants(session, "5", "6", active=False)
    assert practice(session, ada) == Practice((Drawn(1, NOW),), 0)
    pointer = session.get_one(ActiveKey, PROBLEM)
    pointer.key_id = old + 1
    session.flush()
    assert practice(session, ada) == Practice((), 2)
    with pytest.raises(NotFound):
        open_variant(session, problem=PROBLEM, number="1", person=as_principal(ada))
    pointer.key_id = old
    session.flush()
    assert practice(session, ada) == Practice((Drawn(1, NOW),), 0)


def test_one_student_who_presses_many_times_at_once_draws_each_at_most_once(
    engine: Engine,
) -> None:
    with transaction(engine) as session:
        ada = add_student(session)
        add_variants(session, "1", "2", "3")

    def press() -> int:
        with transaction(engine) as session:
            return draw(session, ada)

    drawn = at_once(6, press)
    assert set(drawn) == {1, 2, 3}
    with transaction(engine) as session:
        assert count(session, Draw) == 3


def test_a_key_that_staff_drafted_keeps_the_variants_of_the_one_it_builds_on(
    session: Session, ada: int
) -> None:
    add_variants(session, "1", "2")
    number = draw(session, ada)
    author = Author("tia", "many gave it")
    row = accept_value(session, part=PART, value=Decimal(3), author=author, now=NOW)
    session.get_one(ActiveKey, PROBLEM).key_id = row.id
    session.flush()
    assert practice(session, ada) == Practice((Drawn(number, NOW),), 1)
    assert len(deployed(session, key_id=row.id)) == 2
