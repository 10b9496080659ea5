from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from threading import Barrier
from typing import Any

import pytest
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from grader.db.collisions import ChangedMeanwhile
from grader.db.engine import make_engine
from grader.db.models import (
    ActiveKey,
    ActivePolicy,
    GradeRow,
    Hold,
    RegradePlan,
    RegradeRun,
    Reply,
    Submission,
)
from grader.db.session import reading, transaction
from grader.domain.errors import (
    AttemptsUsedUp,
    Closed,
    CoolingDown,
    GraderError,
    NoKey,
    NoPolicy,
    NotFound,
    NotOpen,
    UnreadableAnswer,
)
from grader.domain.grading import Verdict
from grader.domain.policy import policy_of
from grader.domain.problem import AttemptRules
from grader.services.answers import storing, submitting
from grader.services.answers.arriving import Submitted
from grader.services.answers.looking import attempt_state, look
from grader.services.answers.submitting import submit_within
from tests.support.answering import submit
from tests.support.classroom import (
    NOW,
    add_key,
    add_policy,
    add_student,
    answer,
    arrive,
    count,
    make_key,
    open_course,
    refuse,
)
from tests.support.courses import COURSE, SET
from tests.support.signers import SIGNER
from tests.support.values import DUE

A, B = "set/sum/a", "set/sum/b"
MOMENT = timedelta(microseconds=1)
on_sqlite = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
on_postgresql = pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)


@pytest.fixture
def ada(session: Session) -> int:
    """A student of a course that is open."""
    open_course(session)
    return add_student(session)


def set_attempts(session: Session, **changes: Any) -> None:
    rules = replace(SET.attempts, **changes)
    add_policy(session, replace(policy_of(COURSE, SET), attempts=rules))


def earlier(session: Session, person: int) -> Sequence[Any]:
    return look(session.connection(), arrive(person, A, "1")).earlier


def stored(session: Session) -> list[Submission]:
    return list(session.scalars(select(Submission).order_by(Submission.id)))


@pytest.mark.parametrize(
    ("text", "value", "misconception"),
    [
        ("0.5", "0.5", None),
        ("0.50001", "0.50001", None),
        ("0.500010000000000000000000000001", None, "unknown"),
        ("\u00a0 +.5 \t", "0.5", None),
        ("\u2212 0.50", "-0.5", "generic:sign"),
        ("5e-1\x1f\u2003", "0.5", None),
        ("0" * 50 + ".5", "0.5", None),
        (" " * 9_000 + "0.5", "0.5", None),
        ("1e-30", "1e-30", "unknown"),
        ("-0", "0", "unknown"),
        ("0.25", None, "squared"),
    ],
)
def test_an_answer_is_stored_exactly_as_typed_with_its_value_and_its_verdict(
    text: str, value: str | None, misconception: str | None, session: Session
) -> None:
    verdict = Verdict.INCORRECT if misconception else Verdict.CORRECT
    known = None if misconception == "unknown" else misconception
    open_course(session)
    ada = add_student(session)
    arrival = arrive(ada, A, text, NOW + MOMENT, "key-1", "form")
    outcome = submit_within(session, course=COURSE, signer=SIGNER, arrival=arrival)
    session.expire_all()
    (row,) = stored(session)
    assert (row.text, row.value) == (text, Decimal(value or text))
    assert (row.person_id, row.problem, row.part, row.attempt) == (ada, "set/sum", A, 1)
    assert (row.source, row.idempotency_key, row.late_seconds) == ("form", "key-1", 0)
    assert row.submitted_at == NOW + MOMENT
    assert row.key_id == session.get_one(ActiveKey, "set/sum").key_id
    graded = session.get_one(GradeRow, (row.id, row.key_id))
    assert (graded.verdict, graded.misconception) == (verdict, known)
    assert outcome == Submitted(
        id=row.id,
        part=A,
        attempt=1,
        reading=row.value,
        verdict=verdict,
        submitted_at=NOW + MOMENT,
        late_seconds=0,
        counted=True,
        created=True,
    )


def test_attempts_are_counted_for_each_student_and_part_apart(session: Session, ada: int) -> None:
    ben = add_student(session, "ben")
    told = [
        answer(session, person, part, text).attempt
        for person, part, text in (
            (ada, A, "1"), (ada, B, "1"), (ada, A, "2"), (ben, A, "1"), (ada, A, "3"), (ben, B, "1"),
        )
    ]  # fmt: skip
    assert told == [1, 1, 2, 1, 3, 1]
    assert [row.attempt for row in earlier(session, ada)] == [1, 2, 3]


@pytest.mark.parametrize("again", ["0.4", ".40000", "4e-1", "+0.4 ", "0000.4"])
def test_a_number_that_was_given_before_costs_nothing_and_names_the_first(
    again: str, session: Session, ada: int
) -> None:
    first = answer(session, ada, A, "0.4", NOW - timedelta(hours=1))
    answer(session, ada, A, "0.3", NOW - timedelta(hours=1))
    repeat = answer(session, ada, A, again)
    assert repeat == replace(first, counted=False, created=False)
    assert (count(session, Submission), count(session, GradeRow), count(session, Reply)) == (
        2,
        2,
        0,
    )


def test_a_repeat_costs_nothing_while_a_pause_runs_and_when_the_limit_is_reached(
    session: Session, ada: int
) -> None:
    set_attempts(session, limit=5)
    for text in "12345":
        answer(session, ada, A, text)
    assert answer(session, ada, A, "3.0").attempt == 3
    set_attempts(session)
    assert answer(session, ada, A, "3.0").attempt == 3


def test_a_number_that_differs_in_the_last_place_is_another_answer(
    session: Session, ada: int
) -> None:
    answer(session, ada, A, "0.4")
    assert answer(session, ada, A, "0.400000000000000000000000000001").attempt == 2


UNREADABLE = {
    "": "blank",
    " \u00a0": "blank",
    "0,5": "comma",
    "1/2": "fraction",
    "50 %": "percent",
    "nan": "not_a_number",
    "-inf": "infinity",
    "1e99": "too_big",
    "0x1p4": "unit_or_letters",
    "1_000": "underscore",
    "٣.١٤": "foreign_digits",
    "1" * 65: "too_long",
    "1\x00": "invisible_character",
    "\ud800": "invisible_character",
    "0.5\udfff": "invisible_character",
    "0\u200b.5": "invisible_character",
    "' OR 1=1 --": "expression",
}


@pytest.mark.parametrize("text", UNREADABLE, ids=map(ascii, UNREADABLE))
@pytest.mark.parametrize("key", [None, "key-1"])
def test_an_unreadable_text_is_refused_with_its_reason_and_stores_no_attempt(
    text: str, key: str | None, session: Session, ada: int
) -> None:
    for _ in range(2):
        error = refuse(session, ada, A, text, key=key).error
        assert isinstance(error, UnreadableAnswer)
        assert error.reason == UNREADABLE[text]
        assert str(error)
        session.flush()
    assert (count(session, Submission), count(session, GradeRow)) == (0, 0)
    assert count(session, Reply) == (1 if key else 0)
    assert answer(session, ada, A, "0.5").attempt == 1


def test_the_text_is_judged_before_the_dates(session: Session, ada: int) -> None:
    long_after = DUE + timedelta(days=100)
    assert isinstance(refuse(session, ada, A, "x", long_after).error, UnreadableAnswer)
    assert isinstance(refuse(session, ada, A, "1", long_after).error, Closed)


@pytest.mark.parametrize(
    ("at", "error"),
    [
        (DUE - timedelta(days=9) - MOMENT, NotOpen),
        (DUE - timedelta(days=9), None),
        (DUE + timedelta(days=5) - MOMENT, None),
        (DUE + timedelta(days=5), Closed),
    ],
)
def test_answers_are_taken_from_the_opening_to_the_closing(
    at: datetime, error: type[GraderError] | None, session: Session, ada: int
) -> None:
    if error is None:
        assert answer(session, ada, A, "1", at).counted
    else:
        assert isinstance(refuse(session, ada, A, "1", at).error, error)
        assert count(session, Submission) == 0


def test_a_repeat_is_refused_too_once_the_assignment_is_closed(session: Session, ada: int) -> None:
    answer(session, ada, A, "1")
    assert isinstance(refuse(session, ada, A, "1", DUE + timedelta(days=5)).error, Closed)


@pytest.mark.parametrize(
    ("after", "seconds"),
    [
        (-MOMENT, 0),
        (timedelta(0), 1),
        (MOMENT, 1),
        (timedelta(seconds=1), 1),
        (timedelta(seconds=2) - MOMENT, 1),
        (timedelta(hours=1), 3600),
        (timedelta(days=3, seconds=1), 3 * 86400 + 1),
    ],
)
def test_late_work_is_stored_and_graded_with_how_late_it_came(
    after: timedelta, seconds: int, session: Session, ada: int
) -> None:
    told = answer(session, ada, A, "0.5", DUE + after)
    assert (told.late_seconds, told.verdict) == (seconds, Verdict.CORRECT)
    assert stored(session)[0].late_seconds == seconds


def test_the_pause_grows_with_each_wrong_attempt_and_ends_when_the_part_is_right(
    session: Session, ada: int
) -> None:
    at = NOW
    for number in range(1, 5):
        answer(session, ada, A, str(number), at)
    for number, pause in zip(range(5, 13), [30, 60, 120, 240, 480, 600, 600, 600], strict=True):
        answer(session, ada, A, str(number), at)
        end = at + timedelta(seconds=pause)
        error = refuse(session, ada, A, "0.5", end - MOMENT).error
        assert isinstance(error, CoolingDown)
        assert error.retry_at == end
        at = end
    assert answer(session, ada, A, "0.5", at).verdict is Verdict.CORRECT
    for number in range(20, 30):
        assert answer(session, ada, A, str(number), at).attempt == 14 + number - 20


def test_a_pause_at_one_part_leaves_the_others_alone(session: Session, ada: int) -> None:
    ben = add_student(session, "ben")
    for text in "12345":
        answer(session, ada, A, text)
    assert isinstance(refuse(session, ada, A, "6").error, CoolingDown)
    assert answer(session, ada, B, "6").counted
    assert answer(session, ben, A, "6").counted


@pytest.mark.parametrize("last", ["0.5", "9"], ids=["right", "wrong"])
def test_the_limit_holds_whether_the_part_is_right_or_not(
    last: str, session: Session, ada: int
) -> None:
    set_attempts(session, limit=3)
    for text in ("1", "2", last):
        answer(session, ada, A, text)
    assert isinstance(refuse(session, ada, A, "4", NOW + timedelta(days=1)).error, AttemptsUsedUp)
    assert count(session, Submission) == 3


@pytest.mark.parametrize("part", ["set/sum/z", "set/sum", "", "\ud800", "x\x00", "set/sum/a' --"])
def test_a_part_that_does_not_exist_is_not_found(part: str, session: Session, ada: int) -> None:
    with pytest.raises(NotFound, match="There is no part"):
        submit_within(session, course=COURSE, signer=SIGNER, arrival=arrive(ada, part, "1"))


def test_without_a_key_or_a_policy_nothing_is_taken(session: Session) -> None:
    ada = add_student(session)
    with pytest.raises(NoKey, match="No answer key is published for set/sum yet"):
        submit_within(session, course=COURSE, signer=SIGNER, arrival=arrive(ada, A, "1"))
    add_key(session, make_key("set/sum", {A: "0.5"}), active=True)
    with pytest.raises(NoPolicy, match="No policy is published for set yet"):
        submit_within(session, course=COURSE, signer=SIGNER, arrival=arrive(ada, A, "1"))
    add_policy(session, policy_of(COURSE, SET))
    assert answer(session, ada, A, "1").counted
    with pytest.raises(NoKey, match="The published answer key does not cover set/sum/b"):
        submit_within(session, course=COURSE, signer=SIGNER, arrival=arrive(ada, B, "1"))
    assert count(session, Submission) == 1


@on_sqlite
def test_the_statements_that_store_are_compiled_once_though_a_transaction_may_be_rolled_back(
    session: Session, ada: int
) -> None:
    storing._view.cache_clear()
    for text in ("1", "2", "3"):
        assert answer(session, ada, A, text).counted
    assert storing._view.cache_info().misses == 1


def test_a_part_that_the_rules_do_not_know_takes_no_answer_until_others_do(
    session: Session, ada: int
) -> None:
    assert answer(session, ada, A, "1").counted
    known = session.get_one(ActivePolicy, "set").policy_id
    policy = policy_of(COURSE, SET)
    add_policy(session, replace(policy, points={B: policy.points[B]}))
    for key in (None, "a-key"):
        with pytest.raises(NoPolicy, match="The published rules do not know set/sum/a"):
            submit_within(
                session, course=COURSE, signer=SIGNER, arrival=arrive(ada, A, "2", key=key)
            )
    # What was taken before is told again.
    assert not answer(session, ada, A, "1").counted
    session.merge(ActivePolicy(assignment="set", policy_id=known))
    assert answer(session, ada, A, "2", key="a-key").counted


def test_an_answer_is_graded_under_the_key_that_is_active_now(session: Session, ada: int) -> None:
    newer = add_key(session, make_key("set/sum", {A: "0.7", B: "2"}))
    assert answer(session, ada, A, "0.7").verdict is Verdict.INCORRECT
    session.merge(ActiveKey(problem="set/sum", key_id=newer))
    ben = add_student(session, "ben")
    assert answer(session, ben, A, "0.7").verdict is Verdict.CORRECT


@pytest.mark.parametrize(
    ("verdicts", "state"),
    [
        ([], (0, 0, False, None)),
        (["incorrect", "incorrect"], (2, 2, False, 1)),
        (["incorrect", "correct"], (2, 1, True, 0)),
        (["correct"], (1, 0, True, None)),
        (["correct", "incorrect", "incorrect"], (3, 2, True, 2)),
    ],
)
def test_attempts_are_folded_into_what_the_rules_need(
    verdicts: list[str], state: tuple[int, int, bool, int | None], session: Session, ada: int
) -> None:
    for number, verdict in enumerate(verdicts):
        text = "0.5" if verdict == "correct" else str(number + 1)
        answer(session, ada, A, text, NOW + number * timedelta(seconds=1))
    folded = attempt_state(earlier(session, ada))
    last = None if state[3] is None else NOW + state[3] * timedelta(seconds=1)
    assert (folded.attempts, folded.wrong, folded.solved, folded.last_wrong_at) == (
        *state[:3],
        last,
    )


def test_a_held_grade_stands_for_repeats_and_pauses_until_the_run_is_undone(
    session: Session, ada: int
) -> None:
    told = answer(session, ada, A, "0.5")
    old = session.get_one(ActiveKey, "set/sum").key_id
    new = add_key(session, make_key("set/sum", {A: "0.7", B: "2"}), active=True)
    session.add(
        GradeRow(submission_id=told.id, key_id=new, verdict="incorrect", misconception=None)
    )
    run = add_run(session, old, new)
    assert answer(session, ada, A, "0.5").verdict is Verdict.INCORRECT
    session.add(Hold(submission_id=told.id, plan_id=run.plan_id, key_id=old))
    session.flush()
    assert answer(session, ada, A, "0.5").verdict is Verdict.CORRECT
    assert attempt_state(earlier(session, ada)).solved
    session.add(
        RegradeRun(
            plan_id=run.plan_id, undoes_id=run.id, reason="r", actor="t", graded=0, created_at=NOW
        )
    )
    session.flush()
    assert answer(session, ada, A, "0.5").verdict is Verdict.INCORRECT


def test_of_several_holds_the_latest_stands(session: Session, ada: int) -> None:
    told = answer(session, ada, A, "0.5")
    old = session.get_one(ActiveKey, "set/sum").key_id
    new = add_key(session, make_key("set/sum", {A: "0.7", B: "2"}))
    session.add(
        GradeRow(submission_id=told.id, key_id=new, verdict="incorrect", misconception=None)
    )
    for key in (old, new):
        run = add_run(session, old, new)
        session.add(Hold(submission_id=told.id, plan_id=run.plan_id, key_id=key))
        session.flush()
    assert answer(session, ada, A, "0.5").verdict is Verdict.INCORRECT


def add_run(session: Session, old: int, new: int) -> RegradeRun:
    plan = RegradePlan(
        problem="set/sum",
        from_key_id=old,
        to_key_id=new,
        scope={},
        rule="never_lower",
        content={},
        sha256="x",
        created_at=NOW,
    )
    session.add(plan)
    session.flush()
    run = RegradeRun(plan_id=plan.id, reason="r", actor="t", graded=0, created_at=NOW)
    session.add(run)
    session.flush()
    return run


# Side by side, as a class does it in the last minute.

WORKERS = 50
FIVE_AND_NO_MORE = Counter({"taken": 5, "AttemptsUsedUp": 45})


@pytest.fixture
def engines(engine: Engine, database_url: str) -> Iterator[list[Engine]]:
    """Two engines on one database, as two server processes have them, with a course of five attempts."""
    rules = AttemptRules(
        limit=5, free_wrong=5, cooldown_first_seconds=0, cooldown_longest_seconds=0
    )
    with transaction(engine) as session:
        open_course(session, attempts=rules)
    other = make_engine(database_url)
    yield [engine, other]
    other.dispose()


def enroll(engine: Engine, login: str) -> int:
    with transaction(engine) as session:
        return add_student(session, login)


def side_by_side(
    engines: list[Engine], person: int, texts: list[str], keys: list[str | None]
) -> Counter[str]:
    """Submit each text at the same moment, half of them through each engine; tally what came of it."""
    barrier = Barrier(len(texts))

    def one(number: int) -> str:
        arrival = arrive(person, A, texts[number], key=keys[number])
        barrier.wait()
        try:
            outcome = submit(engines[number % 2], course=COURSE, signer=SIGNER, arrival=arrival)
        except ChangedMeanwhile:
            return "came too late"
        if isinstance(outcome, Submitted):
            return "taken" if outcome.created else f"told again: {outcome.attempt}"
        return type(outcome.error).__name__

    with ThreadPoolExecutor(len(texts)) as pool:
        return Counter(pool.map(one, range(len(texts))))


def fifty_answers(engines: list[Engine], login: str) -> Counter[str]:
    person = enroll(engines[0], login)
    texts = [str(number) for number in range(1, WORKERS + 1)]
    return side_by_side(engines, person, texts, [None] * WORKERS)


def attempts_of(engine: Engine) -> list[list[int]]:
    """Each student's attempts in order."""
    by_person: dict[int, list[int]] = {}
    with reading(engine) as session:
        for row in session.execute(
            select(Submission.person_id, Submission.attempt).order_by(Submission.attempt)
        ):
            by_person.setdefault(row.person_id, []).append(row.attempt)
    return list(by_person.values())


def test_of_fifty_answers_at_once_exactly_the_limit_is_taken_and_the_rest_refused(
    engines: list[Engine],
) -> None:
    for number in range(4):
        assert fifty_answers(engines, f"student{number}") == FIVE_AND_NO_MORE
    assert attempts_of(engines[0]) == [[1, 2, 3, 4, 5]] * 4


def test_an_answer_that_others_overtook_is_decided_again(
    engines: list[Engine], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(submitting, "TRIES", 1)
    tallies = [fifty_answers(engines, f"student{number}") for number in range(4)]
    assert any(tally["came too late"] for tally in tallies)
    assert all(tally["taken"] <= 5 for tally in tallies)


def test_one_idempotency_key_twenty_times_at_once_is_one_submission(
    engines: list[Engine],
) -> None:
    for number in range(4):
        person = enroll(engines[0], f"student{number}")
        tally = side_by_side(engines, person, ["0.5"] * 20, ["the-key"] * 20)
        assert tally == Counter({"taken": 1, "told again: 1": 19})
    assert attempts_of(engines[0]) == [[1]] * 4


def test_one_idempotency_key_with_a_refusal_twenty_times_at_once_is_one_reply(
    engines: list[Engine],
) -> None:
    person = enroll(engines[0], "ada")
    tally = side_by_side(engines, person, ["1/2"] * 20, ["the-key"] * 20)
    assert tally == Counter({"UnreadableAnswer": 20})
    with reading(engines[0]) as session:
        assert (count(session, Reply), count(session, Submission)) == (1, 0)


def test_one_number_twenty_times_at_once_is_one_attempt(engines: list[Engine]) -> None:
    person = enroll(engines[0], "ada")
    texts = ["0.5", ".5", "5e-1", "0.50"] * 5
    tally = side_by_side(engines, person, texts, [None] * 20)
    assert tally == Counter({"taken": 1, "told again: 1": 19})


def test_students_do_not_wait_for_each_other_to_be_counted_right(engines: list[Engine]) -> None:
    people = [enroll(engines[0], f"student{number}") for number in range(20)]
    barrier = Barrier(len(people))

    def one(person: int) -> int:
        barrier.wait()
        for text in ("1", "2", "3"):
            submit(
                engines[person % 2], course=COURSE, signer=SIGNER, arrival=arrive(person, A, text)
            )
        return person

    with ThreadPoolExecutor(len(people)) as pool:
        assert sorted(pool.map(one, people)) == sorted(people)
    assert attempts_of(engines[0]) == [[1, 2, 3]] * 20
