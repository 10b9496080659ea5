from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import Engine, select, update
from sqlalchemy.orm import Session

from grader.db.models import ActiveKey, Person, Submission
from grader.db.session import looking_up, transaction
from grader.domain.errors import NoKey
from grader.services.answers import submitting
from grader.services.answers.arriving import Submitted
from grader.services.answers.looking import look, seen
from grader.services.answers.submitters import token_submitter
from tests.support.classroom import NOW, add_key, add_student, answer, arrive, make_key, open_course
from tests.support.courses import COURSE
from tests.support.signers import SIGNER
from tests.support.statements import statements
from tests.support.tokens import DAY, issue, who

A = "set/sum/a"


@pytest.fixture
def ada(session: Session) -> int:
    open_course(session)
    return add_student(session)


def test_one_statement_tells_who_submits_and_what_a_look_would(session: Session, ada: int) -> None:
    add_student(session, "bob")
    token = issue(session, now=NOW).token
    for number, text in enumerate(("0.1", "0.2", "0.5")):
        answer(session, ada, A, text, NOW + number * timedelta(hours=1))
    answer(session, ada, "set/sum/b", "3", NOW)
    connection = session.connection()
    engine = connection.engine
    with statements(engine) as sent:
        principal, rows = token_submitter(connection, token=token, part=A, now=NOW)
    assert len(sent) == 1
    assert principal == who(session, token)
    arrival = arrive(ada, A, "0.7")
    found, looked = seen(rows, arrival), look(connection, arrival)
    assert replace(found, earlier=()) == replace(looked, earlier=())
    # The columns of an answer stand last, in both.
    assert [row[-12:] for row in found.earlier] == [row[-12:] for row in looked.earlier]
    assert [(row.text, row.standing) for row in found.earlier] == [
        ("0.1", "incorrect"),
        ("0.2", "incorrect"),
        ("0.5", "correct"),
    ]


@pytest.mark.parametrize("published", [True, False], ids=["with a key", "without"])
def test_who_has_submitted_nothing_yet_is_known_all_the_same(
    session: Session,
    published: bool,  # noqa: FBT001 - a case of the table.
) -> None:
    ada = add_student(session)
    if published:
        open_course(session)
    token = issue(session, now=NOW).token
    principal, rows = token_submitter(session.connection(), token=token, part=A, now=NOW)
    assert principal == who(session, token)
    arrival = arrive(ada, A, "0.7")
    if published:
        assert seen(rows, arrival).earlier == ()
    else:
        with pytest.raises(NoKey):
            seen(rows, arrival)


def test_nobody_submits_by_a_token_that_is_not_good_and_nothing_is_told_of_them(
    session: Session, ada: int
) -> None:
    answer(session, ada, A, "0.1")
    token = issue(session, now=NOW).token
    other = token[:-1] + ("a" if token[-1] != "a" else "b")
    connection = session.connection()
    for text, now in ((other, NOW), ("no token", NOW), (token, NOW + DAY)):
        found = token_submitter(connection, token=text, part=A, now=now)
        assert (found[0], list(found[1])) == (None, [])
    session.execute(update(Person).where(Person.id == ada).values(active=False))
    assert token_submitter(connection, token=token, part=A, now=NOW)[0] is None


@pytest.mark.parametrize("change", ["another answer came", "another key is active"])
def test_what_was_looked_at_and_has_changed_since_is_looked_at_again(
    engine: Engine, change: str
) -> None:
    with transaction(engine) as session:
        open_course(session)
        ada = add_student(session)
        token = issue(session, now=NOW).token
    with looking_up(engine) as connection:
        _, rows = token_submitter(connection, token=token, part=A, now=NOW)
    with transaction(engine) as session:
        if change == "another answer came":
            answer(session, ada, A, "0.1")
        else:
            newer = add_key(session, make_key("set/sum", {A: "0.7", "set/sum/b": "2"}))
            session.execute(
                update(ActiveKey).values(key_id=newer).where(ActiveKey.problem == "set/sum")
            )
    with looking_up(engine) as connection:
        outcome = submitting.submit(
            connection, course=COURSE, signer=SIGNER, arrival=arrive(ada, A, "0.7"), looked=rows
        )
    assert isinstance(outcome, Submitted)
    with transaction(engine) as session:
        stored = session.execute(select(Submission.attempt, Submission.key_id)).all()
    if change == "another answer came":
        assert (outcome.attempt, outcome.verdict) == (2, "incorrect")
    else:
        assert (stored, outcome.verdict) == ([(1, newer)], "correct")
