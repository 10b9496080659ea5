from datetime import datetime, timedelta

import pytest
from sqlalchemy import Engine, update
from sqlalchemy.orm import Session

from grader.db.models import Person
from grader.db.session import reading, transaction
from grader.domain.roles import Role
from grader.services.people.token_form import TOKEN
from grader.services.people.token_list import list_tokens
from grader.services.people.token_principals import touch_token
from tests.support.people import add_person, at_once
from tests.support.statements import statements
from tests.support.tokens import DAY, MINUTE, NOW, STUDENT, TICK, issue, who

# Recognising


def test_a_token_with_another_secret_is_nobodys(session: Session) -> None:
    add_person(session, "ada")
    add_person(session, "bob")
    adas, bobs = issue(session).token, issue(session, "bob").token
    last = "a" if adas[-1] != "a" else "b"
    assert who(session, adas[:-1] + last) is None
    assert who(session, adas.partition("_")[0] + "_" + bobs.partition("_")[2]) is None


@pytest.mark.parametrize(
    "change",
    [
        str.upper,
        lambda token: token + "a",
        lambda token: token[:-1],
        lambda token: token + "\n",
        lambda token: " " + token,
        lambda token: token.replace("_", "-"),
        lambda token: token.partition("_")[0],
        lambda _: "",
        lambda _: "\ud800",
        lambda _: "a\0b",
        lambda _: "x" * 100_000,
        lambda _: "pgaaaaaaaa_" + "a" * 56,
    ],
)
def test_what_is_not_a_token_of_ours_is_nobodys(session: Session, change: object) -> None:
    add_person(session, "ada")
    token = issue(session).token
    assert callable(change)
    assert who(session, change(token)) is None


def test_a_dropped_persons_token_is_dead(session: Session) -> None:
    ada = add_person(session, "ada")
    token = issue(session).token
    session.execute(update(Person).where(Person.id == ada).values(active=False))
    assert who(session, token) is None


def test_a_token_loses_the_staff_scope_with_the_role(session: Session) -> None:
    ada = add_person(session, "ada", role="ta")
    token = issue(session).token
    session.execute(update(Person).where(Person.id == ada).values(role="student"))
    found = who(session, token)
    assert found is not None
    assert (found.role, found.scopes, found.may("staff")) == (Role.STUDENT, STUDENT, False)


def test_recognising_a_token_is_one_statement_and_none_for_other_text(engine: Engine) -> None:
    with transaction(engine) as session:
        add_person(session, "ada")
        token = issue(session).token
    with reading(engine) as session:
        session.connection()
        with statements(engine) as sent:
            assert who(session, token)
            assert who(session, "no token") is None
    assert [statement.split()[0] for statement in sent] == ["SELECT"]


def test_the_form_of_a_token_is_public_for_scanners() -> None:
    assert TOKEN.fullmatch("pgk7m2q4xa_" + "a2b3" * 14)
    assert not TOKEN.fullmatch("pgk7m2q4xa_" + "a2b1" * 14)


# Last use


@pytest.mark.parametrize(
    ("later", "due"),
    [(timedelta(0), False), (MINUTE - TICK, False), (MINUTE, True), (DAY - TICK, True)],
)
def test_a_use_is_noted_at_most_once_a_minute(
    session: Session, later: timedelta, due: object
) -> None:
    add_person(session, "ada")
    issue(session, name="other")
    issued = issue(session, now=NOW + TICK)
    prefix = issued.info.prefix
    touch_token(session, prefix=prefix, now=NOW)
    found = who(session, issued.token, NOW + later)
    assert found is not None
    assert found.needs_touch is due
    touch_token(session, prefix=prefix, now=NOW + later)
    other, mine = list_tokens(session)
    assert mine.last_used_at == (NOW + later if due else NOW)
    assert other.last_used_at is None


def test_the_first_use_of_a_token_is_due_to_be_noted(session: Session) -> None:
    add_person(session, "ada")
    issued = issue(session)
    found = who(session, issued.token)
    assert found is not None
    assert found.needs_touch


def test_parallel_uses_are_noted_once(engine: Engine) -> None:
    with transaction(engine) as session:
        add_person(session, "ada")
        prefix = issue(session).info.prefix
    moments = iter(NOW + TICK * count for count in range(8))

    def use() -> datetime:
        moment = next(moments)
        with transaction(engine) as session:
            touch_token(session, prefix=prefix, now=moment)
            noted = list_tokens(session)[0].last_used_at
        assert noted is not None
        return noted

    assert len(set(at_once(8, use))) == 1
