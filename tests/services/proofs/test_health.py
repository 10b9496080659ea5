from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import Engine, event, text
from sqlalchemy.orm import Session

from grader.db.models import KeyDiscard
from grader.db.session import reading, transaction
from grader.domain.health import Sign
from grader.domain.policy import policy_of
from grader.services.keys.published import record_check
from grader.services.proofs.health import database_lines, key_lines, policy_lines, stored
from tests.support.classroom import (
    NOW,
    add_key,
    add_policy,
    add_student,
    answer,
    make_key,
    open_course,
)
from tests.support.courses import COURSE, SET
from tests.support.databases import keep_private
from tests.support.ledgers import AT, act
from tests.support.statements import statements
from tests.support.unrecorded import by_the_test_itself


def test_a_database_that_is_as_it_has_to_be_is_in_order(engine: Engine) -> None:
    keep_private(engine)
    assert [(each.what, each.sign) for each in database_lines(engine)] == [
        ("Tables", Sign.OK),
        ("Storage", Sign.OK),
    ]


def test_a_pending_migration_is_bad_and_nothing_else_is_asked(engine: Engine) -> None:
    with transaction(engine) as session:
        session.execute(text("DELETE FROM alembic_version"))
    (line,) = database_lines(engine)
    assert (line.sign, line.todo) == (Sign.BAD, "grader db upgrade")
    assert "the database is at none" in line.words


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_commits_that_can_get_lost_are_bad(engine: Engine) -> None:
    keep_private(engine)
    event.listen(engine, "connect", lambda raw, _record: raw.execute("PRAGMA synchronous = OFF"))
    engine.dispose()
    lines = database_lines(engine)
    assert [each.sign for each in lines] == [Sign.OK, Sign.BAD]
    assert "PRAGMA synchronous is 0" in lines[1].words


def test_what_is_stored_is_counted_and_the_newest_is_known(session: Session) -> None:
    empty = stored(session)
    assert (set(empty.counts.values()), empty.newest) == ({0}, None)
    open_course(session)
    ada = add_student(session)
    answer(session, ada, "set/sum/a", "0.1")
    assert stored(session).newest == NOW
    act(session)
    found = stored(session)
    assert found.counts == {
        "people": 1,
        "answers": 1,
        "versions of explanations": 0,
        "entries in the ledger": 1,
    }
    assert found.newest == max(NOW, AT)


def test_each_problem_has_a_line_about_its_key(session: Session) -> None:
    add_key(session, make_key("set/sum", {"set/sum/a": "0.5"}), active=True)
    add_key(session, make_key("set/sum", {"set/sum/a": "0.75"}))
    add_key(session, make_key("set/last", {"set/last/a": "0.5"}), active=True)
    record_check(session, "set/sum", "inactive", (), NOW + timedelta(hours=1))
    session.flush()
    found = {each.what: each for each in key_lines(session, course=COURSE, now=NOW)}
    assert set(found) == {problem.slug for problem in COURSE.problems}
    assert "Version 1 grades; version 2 waits" in found["set/sum"].words
    assert found["set/sum"].at == NOW
    assert "never compared" in found["set/last"].words
    assert found["later/only"].sign is Sign.BAD
    record_check(session, "set/last", "stale", ("a data file changed",), NOW - timedelta(days=1))
    session.flush()
    found = {each.what: each for each in key_lines(session, course=COURSE, now=NOW)}
    assert "stale: a data file changed" in found["set/last"].words


def test_a_key_that_was_put_aside_waits_no_more(session: Session) -> None:
    keys = [
        add_key(session, make_key("set/sum", {"set/sum/a": value}), active=value == "0.5")
        for value in ("0.5", "0.75", "0.8")
    ]
    record_check(session, "set/sum", "inactive", (), NOW)
    for key, words in zip(
        keys[:0:-1], ("version 2 waits", "grades and fits the files"), strict=True
    ):
        aside = KeyDiscard(key_id=key, actor="tia", reason="no", created_at=NOW)
        with by_the_test_itself():
            session.add(aside)
            session.flush()
        (line,) = (
            each for each in key_lines(session, course=COURSE, now=NOW) if each.what == "set/sum"
        )
        assert words in line.words


def test_each_assignment_has_a_line_about_its_policy(session: Session) -> None:
    add_policy(session, policy_of(COURSE, SET))
    assert [each.sign for each in policy_lines(session, course=COURSE)] == [Sign.OK, Sign.BAD]
    changed = replace(COURSE, assignments=(replace(SET, hints_after_wrong=5),))
    (line,) = policy_lines(session, course=changed)
    assert line.sign is Sign.LOOK


def test_a_larger_class_takes_no_more_statements(engine: Engine) -> None:
    counts = []
    with transaction(engine) as session:
        open_course(session)
    for number in range(2):
        with transaction(engine) as session:
            for each in range(5):
                student = add_student(session, f"s{number}{each}")
                answer(session, student, "set/sum/a", "0.1")
        with statements(engine) as sent, reading(engine) as session:
            stored(session)
            key_lines(session, course=COURSE, now=NOW)
            policy_lines(session, course=COURSE)
        counts.append(len(sent))
    assert counts[0] == counts[1]
