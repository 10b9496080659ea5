"""An extension holds at every door and in every score, whenever it was granted."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from grader.db.session import reading, transaction
from grader.domain.errors import Closed, StillOpen
from grader.services.answers.progress import list_submissions
from grader.services.explanations.explaining import Saved, Writing, save
from grader.services.explanations.versions import (
    find_version,
    list_versions,
    newest_lines,
    newest_version,
)
from grader.services.imports.importing import import_submissions
from grader.services.policies.extending import grant, withdraw
from grader.services.policies.releasing import check_releasable
from grader.services.scores.gradebook import gradebook, student_standing
from tests.support.answering import submit
from tests.support.classroom import (
    NOW,
    RIGHT,
    add_student,
    answer,
    arrive,
    dry_run_to,
    make_key,
    open_course,
    refuse,
    student_score,
)
from tests.support.courses import COURSE, LATER, SET
from tests.support.signers import SIGNER
from tests.support.statements import statements
from tests.support.values import DUE

DAY, MOMENT = timedelta(days=1), timedelta(microseconds=1)
PART = "set/sum/a"
CLOSES = DUE + 5 * DAY
assert SET.closes == CLOSES


@pytest.fixture
def ada(session: Session) -> int:
    open_course(session)
    return add_student(session)


def give(session: Session, until: datetime, assignment: str = "set") -> None:
    grant(
        session, login="ada", assignment=assignment, until=until, reason="ill", actor="t", now=NOW
    )


def take(session: Session) -> None:
    withdraw(session, login="ada", assignment="set", reason="no", actor="t", now=NOW)


def scored(session: Session, person: int) -> tuple[int, int]:
    """Points and late days, which the gradebook has to agree about."""
    found = student_score(session, course=COURSE, assignment=SET, person_id=person)
    (row,) = gradebook(session, course=COURSE, assignment="set").rows
    assert row.score == found
    return int(found.points), found.late_days


@pytest.mark.parametrize(
    ("until", "at", "late"),
    [
        (DUE + DAY, DUE + DAY - MOMENT, 0),
        (DUE + DAY, DUE + DAY, 1),
        (DUE + DAY, DUE + DAY + timedelta(seconds=7), 7),
        # The close has moved to the end of the extension.
        (DUE + 9 * DAY, DUE + 9 * DAY - MOMENT, 0),
    ],
)
def test_an_answer_is_judged_by_the_student_s_own_due_time(
    session: Session, ada: int, *, until: datetime, at: datetime, late: int
) -> None:
    give(session, until)
    assert answer(session, ada, PART, "0.5", at).late_seconds == late
    bob = add_student(session, "bob")
    if at < CLOSES:
        assert answer(session, bob, PART, "0.5", at).late_seconds > late
    else:
        assert isinstance(refuse(session, bob, PART, "0.5", at).error, Closed)


def test_who_has_more_time_can_answer_until_the_new_close_and_no_longer(
    session: Session, ada: int
) -> None:
    give(session, DUE + 9 * DAY)
    assert isinstance(refuse(session, ada, PART, "0.5", DUE + 9 * DAY).error, Closed)
    answer(session, ada, PART, "0.5", DUE + 9 * DAY - MOMENT)
    take(session)
    assert isinstance(refuse(session, ada, PART, "0.25", CLOSES).error, Closed)


def test_granting_and_withdrawing_later_judges_earlier_work_anew(
    session: Session, ada: int
) -> None:
    answer(session, ada, PART, RIGHT[PART], DUE + 1.5 * DAY)
    answer(session, ada, "set/sum/b", RIGHT["set/sum/b"], DUE + 3 * DAY)
    assert scored(session, ada) == (5, 2)
    give(session, DUE + DAY)
    assert scored(session, ada) == (5, 1)
    give(session, DUE + 2 * DAY)
    assert scored(session, ada) == (8, 2)
    give(session, DUE + 4 * DAY)
    assert scored(session, ada) == (8, 0)
    take(session)
    assert scored(session, ada) == (5, 2)


def test_late_days_that_an_extension_gives_back_are_there_for_later_assignments(
    session: Session, ada: int
) -> None:
    answer(session, ada, PART, RIGHT[PART], DUE + 1.5 * DAY)
    before = student_standing(session, course=COURSE, assignment=LATER, person_id=ada)
    give(session, DUE + 4 * DAY)
    after = student_standing(session, course=COURSE, assignment=LATER, person_id=ada)
    assert (before.late_days_left, after.late_days_left) == (2, 4)
    assert (before.extension, after.extension) == (None, None)
    own = student_standing(session, course=COURSE, assignment=SET, person_id=ada)
    assert (own.extension, own.policy.due) == (DUE + 4 * DAY, DUE + 4 * DAY)


def test_an_import_is_judged_by_it(session: Session, ada: int) -> None:
    give(session, DUE + DAY)
    raw = "student,part,answer,submitted_at\n" + "".join(
        f"ada,{PART},{text},{at.isoformat()}\n"
        for text, at in (("1", DUE + DAY - MOMENT), ("2", DUE + DAY + timedelta(seconds=5)))
    )
    import_submissions(
        session,
        course=COURSE,
        raw=raw.encode(),
        signer=SIGNER,
        actor="op",
        now=DUE + 9 * DAY,
        apply=True,
    )
    rows = list_submissions(session, person_id=ada, limit=9)
    assert sorted(row.late_seconds for row in rows) == [0, 5]


def test_an_explanation_is_judged_by_it(session: Session, ada: int) -> None:
    give(session, DUE + 9 * DAY)
    at = DUE + 9 * DAY - MOMENT
    writing = Writing(
        person_id=ada, problem="set/sum", text="Because.", based_on=0, source="form", now=at
    )
    saved = save(session, course=COURSE, writing=writing)
    assert isinstance(saved, Saved)
    assert saved.version is not None
    assert saved.version.late_seconds == 0


def test_an_explanation_that_was_late_is_not_any_more_once_more_time_is_granted(
    session: Session, ada: int
) -> None:
    writing = Writing(
        person_id=ada, problem="set/sum", text="So.", based_on=0, source="form", now=NOW
    )
    save(session, course=COURSE, writing=writing)
    late = replace(writing, text="Because.", based_on=1, now=DUE + DAY)
    save(session, course=COURSE, writing=late)

    def told() -> list[int]:
        found = [
            newest_version(session, person_id=ada, problem="set/sum"),
            find_version(session, person_id=ada, problem="set/sum", number="2"),
            *list_versions(session, person_id=ada, problem="set/sum"),
            *newest_lines(session, person_id=ada).values(),
        ]
        return [each.late_seconds for each in found if each]

    assert told() == [86_400, 86_400, 86_400, 0, 86_400]
    give(session, DUE + DAY)
    assert told() == [1, 1, 1, 0, 1]
    give(session, DUE + DAY + MOMENT)
    assert told() == [0] * 5


def test_a_dry_run_of_a_regrade_scores_by_it(session: Session, ada: int) -> None:
    answer(session, ada, PART, RIGHT[PART], DUE + 3.5 * DAY)
    give(session, DUE + 4 * DAY)
    key = make_key("set/sum", {PART: "7", "set/sum/b": "2"})
    (student,) = dry_run_to(session, key)["students"]
    assert (student["before"], student["after"]) == ("5", "0")


def test_solutions_wait_for_who_has_more_time(session: Session, ada: int) -> None:
    assert ada
    check_releasable(session, "set", CLOSES)
    give(session, DUE + 9 * DAY)
    with pytest.raises(StillOpen):
        check_releasable(session, "set", DUE + 9 * DAY - MOMENT)
    check_releasable(session, "set", DUE + 9 * DAY)
    take(session)
    check_releasable(session, "set", CLOSES)


def test_deciding_on_an_answer_asks_as_often_with_an_extension_as_without(engine: Engine) -> None:
    with transaction(engine) as session:
        open_course(session)
        people = [add_student(session, login) for login in ("bob", "cy", "ada")]
        give(session, DUE + DAY)
    asked = []
    for person in people:
        with statements(engine) as sent:
            submit(
                engine,
                course=COURSE,
                signer=SIGNER,
                arrival=arrive(person, PART, "0.5", DUE + DAY - MOMENT),
            )
        asked.append(len(sent))
    # The first reads the key and the policy, which are kept.
    assert asked[1] == asked[2]
    with reading(engine) as session:
        (row,) = list_submissions(session, person_id=people[2], limit=9)
    assert row.late_seconds == 0
