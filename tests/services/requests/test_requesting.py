from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from grader.db.collisions import ChangedMeanwhile
from grader.db.models import Explanation, RegradeRequest
from grader.db.session import transaction
from grader.domain.errors import (
    CannotAsk,
    GraderError,
    InvalidRequest,
    NoPolicy,
    NotAllowed,
    NotFound,
)
from grader.domain.problem import RequestRules
from grader.domain.requests import LONGEST, Decision
from grader.services.policies import extending
from grader.services.requests.requesting import answer, ask
from grader.services.requests.standing import Request, list_requests
from tests.support import classroom
from tests.support.classroom import NOW, add_student, count, open_course
from tests.support.courses import COURSE, LATER, SET
from tests.support.people import add_person, at_once
from tests.support.statements import statements
from tests.support.values import DUE

DAY = timedelta(days=1)
A, B, SUM = "set/sum/a", "set/sum/b", "set/sum"
ENDS = DUE + 5 * DAY + 7 * DAY
ASKING = replace(COURSE, assignments=(replace(SET, requests=RequestRules(days=7, limit=2)), LATER))


@pytest.fixture
def ada(session: Session) -> int:
    open_course(session, ASKING)
    ada = add_student(session)
    for part in (A, B, "set/last/a"):
        classroom.answer(session, ada, part, "0.1")
    return ada


def request(session: Session, person: int, about: str = A, **changes: Any) -> None:
    given: dict[str, Any] = {"course": ASKING, "reason": "It is right.", "now": DUE} | changes
    ask(session, person_id=person, about=about, **given)


def reply(session: Session, **changes: Any) -> None:
    given: dict[str, Any] = {
        "request_id": list_requests(session)[-1].id,
        "decision": Decision.KEPT,
        "words": "We solved it again.",
        "actor": "tia",
        "person_id": None,
        "seen": None,
        "now": DUE + DAY,
    }
    answer(session, **(given | changes))


def only(found: tuple[Request, ...]) -> Request:
    (one,) = found
    return one


def test_a_request_is_kept_as_it_was_typed_and_waits_until_it_is_answered(
    session: Session, ada: int
) -> None:
    bob = add_student(session, "bob")
    classroom.answer(session, bob, A, "0.3")
    request(session, ada, reason="  First line\r\nand <b>second</b>\x00 ")
    request(session, bob, reason="Me too.", now=DUE + DAY)
    first, second = list_requests(session, answered=False)
    assert (first.login, first.name, first.about, first.at) == ("ada", "Ada", A, DUE)
    assert first.reason == "First line\nand <b>second</b>\ufffd"
    assert (second.login, second.reply) == ("bob", None)
    reply(session, decision=Decision.CHANGED, words=" The key was wrong. ")
    assert only(list_requests(session, answered=False)).login == "bob"
    done = only(list_requests(session, answered=True)).reply
    assert done is not None
    assert (done.number, done.decision, done.words) == (1, "changed", "The key was wrong.")
    assert (done.actor, done.at) == ("tia", DUE + DAY)
    assert [each.login for each in list_requests(session)] == ["bob", "ada"]
    assert [each.login for each in list_requests(session, limit=1)] == ["bob"]
    assert only(list_requests(session, person_id=ada, assignment="set")).reply == done
    assert list_requests(session, assignment="later") == ()


def test_the_same_form_sent_twice_is_one_request(session: Session, ada: int) -> None:
    request(session, ada)
    request(session, ada)
    assert count(session, RegradeRequest) == 1
    with pytest.raises(CannotAsk, match="asked for this already"):
        request(session, ada, reason="Really.")
    reply(session)
    request(session, ada)
    assert [each.reply is None for each in list_requests(session, person_id=ada)] == [True, False]


def test_an_explanation_can_be_asked_about_once_it_is_written(session: Session, ada: int) -> None:
    with pytest.raises(CannotAsk, match="handed in nothing"):
        request(session, ada, SUM)
    session.add(
        Explanation(
            person_id=ada,
            problem=SUM,
            number=1,
            text="I summed.",
            based_on=0,
            source="form",
            late_seconds=0,
            saved_at=NOW,
        )
    )
    request(session, ada, SUM)
    assert only(list_requests(session)).about == SUM


def test_the_limit_counts_requests_of_this_student_for_this_assignment(
    session: Session, ada: int
) -> None:
    bob = add_student(session, "bob")
    classroom.answer(session, bob, A, "0.3")
    request(session, ada, A)
    request(session, ada, B)
    with pytest.raises(CannotAsk, match="used all"):
        request(session, ada, "set/last/a")
    request(session, bob, A)
    assert count(session, RegradeRequest) == 3


def test_who_has_more_time_to_work_has_more_time_to_ask(session: Session, ada: int) -> None:
    open_course(session, ASKING, closes=None)
    ends = DUE + 2 * DAY + 7 * DAY
    with pytest.raises(CannotAsk, match="ended on"):
        request(session, ada, now=ends)
    extending.grant(
        session,
        login="ada",
        assignment="set",
        until=DUE + DAY,
        reason="ill",
        actor="ina",
        now=NOW,
    )
    request(session, ada, now=ends)


@pytest.mark.parametrize(
    ("about", "changes", "error"),
    [
        ("set/sum/z", {}, NotFound),
        ("set/none", {}, NotFound),
        ("none", {}, NotFound),
        ("set", {}, NotFound),
        ("", {}, NotFound),
        ("\x00", {}, NotFound),
        (A, {"reason": " \n "}, InvalidRequest),
        (A, {"reason": "x" * (LONGEST + 1)}, InvalidRequest),
        (A, {"now": ENDS}, CannotAsk),
        ("later/only/a", {}, CannotAsk),
        (A, {"course": COURSE}, CannotAsk),
    ],
)
def test_what_can_t_be_asked_is_refused_and_nothing_is_stored(  # noqa: PLR0917 - its table.
    session: Session, ada: int, about: str, changes: dict[str, Any], error: type[GraderError]
) -> None:
    with pytest.raises(error):
        request(session, ada, about, **changes)
    assert count(session, RegradeRequest) == 0


def test_a_reason_of_just_the_most_characters_is_taken(session: Session, ada: int) -> None:
    request(session, ada, reason="x" * LONGEST)
    assert count(session, RegradeRequest) == 1


def test_before_a_policy_is_published_nothing_can_be_asked(session: Session) -> None:
    ada = add_student(session)
    with pytest.raises(NoPolicy):
        request(session, ada)


def test_answers_are_added_the_newest_holds_and_one_who_has_not_read_it_is_told(
    session: Session, ada: int
) -> None:
    request(session, ada)
    reply(session, seen=0)
    with pytest.raises(ChangedMeanwhile, match="meanwhile"):
        reply(session, seen=0, actor="ina")
    reply(session, seen=1, actor="ina", decision=Decision.CHANGED, words="No: the key was wrong.")
    reply(session, actor="cli:root", words="Mended.")
    newest = only(list_requests(session)).reply
    assert newest is not None
    assert (newest.number, newest.actor, newest.words) == (3, "cli:root", "Mended.")


def test_nobody_answers_their_own_request(session: Session) -> None:
    open_course(session, ASKING)
    tia = add_person(session, "tia", role="ta")
    classroom.answer(session, tia, A, "0.1")
    request(session, tia)
    with pytest.raises(NotAllowed, match="your own"):
        reply(session, person_id=tia)
    reply(session, person_id=add_person(session, "ina", role="instructor"))


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"request_id": 999}, NotFound),
        ({"words": " "}, InvalidRequest),
        ({"words": "x" * (LONGEST + 1)}, InvalidRequest),
        ({"seen": 1}, ChangedMeanwhile),
    ],
)
def test_what_is_no_answer_is_refused(
    session: Session, ada: int, changes: dict[str, Any], error: type[GraderError]
) -> None:
    request(session, ada)
    with pytest.raises(error):
        reply(session, **changes)
    assert only(list_requests(session)).reply is None


def test_parallel_requests_keep_to_the_limit(engine: Engine) -> None:
    parts = [part.slug for problem in SET.problems for part in problem.parts]
    with transaction(engine) as session:
        open_course(session, ASKING)
        ada = add_student(session)
        for part in parts:
            classroom.answer(session, ada, part, "0.1")
    waiting = iter(parts)

    def send() -> bool:
        about = next(waiting)
        try:
            with transaction(engine) as session:
                request(session, ada, about)
        except CannotAsk:
            return False
        return True

    assert sorted(at_once(len(parts), send)) == [False, False, True, True]
    with transaction(engine) as session:
        assert count(session, RegradeRequest) == 2


def test_a_queue_is_one_statement_however_long_it_is(engine: Engine) -> None:
    with transaction(engine) as session:
        open_course(session, ASKING)
    for number in range(4):
        with transaction(engine) as session:
            student = add_student(session, f"s{number}")
            classroom.answer(session, student, A, "0.1")
            request(session, student)
            if number % 2:
                reply(session, request_id=list_requests(session)[0].id)
        with transaction(engine) as session, statements(engine) as sent:
            assert len(list_requests(session, answered=False)) == number // 2 + 1
        assert len([each for each in sent if each.startswith("SELECT")]) == 1
