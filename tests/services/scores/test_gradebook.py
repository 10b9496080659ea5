"""Scores are folded from the standing grades, late days across the term included."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from grader.db.session import reading, transaction
from grader.domain.errors import NoPolicy, NotFound
from grader.domain.policy import Policy, policy_of
from grader.domain.problem import Course
from grader.domain.scoring import PartState
from grader.services.answers.submitting import submit_within
from grader.services.explanations.releases import release_marks
from grader.services.policies.publishing import require_policy
from grader.services.regrades import regrading
from grader.services.scores import gradebook as scores_gradebook
from grader.services.scores.gradebook import class_standing, gradebook
from tests.services.explanations.marking_room import add_items, give, write
from tests.support.classroom import (
    NOW,
    RIGHT,
    add_key,
    add_policy,
    add_student,
    answer,
    arrive,
    make_key,
    open_course,
    student_score,
)
from tests.support.courses import COURSE, LATER, PROBLEMS, SET
from tests.support.signers import SIGNER
from tests.support.statements import statements
from tests.support.values import DUE

A, B, C = "set/sum/a", "set/sum/b", "set/last/a"
ONLY = "later/only/a"
DAY = timedelta(days=1)


def scores(session: Session, assignment: str = "set", course: Course = COURSE) -> dict[str, int]:
    """Each student's points by login, in the order of the gradebook."""
    book = gradebook(session, course=course, assignment=assignment)
    return {row.person.login: int(row.score.points) for row in book.rows}


def test_only_active_students_stand_in_it_in_order_of_name(session: Session) -> None:
    open_course(session)
    for login, name in (("u3", "carol"), ("u1", "Bob"), ("u2", "alice"), ("u0", "Bob")):
        add_student(session, login, name=name)
    add_student(session, "gone", active=False)
    add_student(session, "helper", role="ta")
    add_student(session, "boss", role="instructor")
    assert list(scores(session)) == ["u2", "u0", "u1", "u3"]


def test_a_row_holds_the_folded_score(session: Session) -> None:
    open_course(session)
    ada = add_student(session)
    for part, text in ((A, "1"), (A, RIGHT[A]), (A, "2"), (B, "9"), (C, RIGHT[C])):
        answer(session, ada, part, text)
    book = gradebook(session, course=COURSE, assignment="set")
    assert (book.assignment, book.policy) == (SET, policy_of(COURSE, SET))
    (row,) = book.rows
    assert (row.score.points, row.score.possible, row.score.correct) == (7, 10, 2)
    told = [(part.part, part.state.value, part.attempts) for part in row.score.parts]
    assert told == [
        (A, "correct", 3),
        (B, "incorrect", 1),
        (C, "correct", 1),
        ("set/last/b2", "untried", 0),
    ]
    assert row.score == student_score(session, course=COURSE, assignment=SET, person_id=ada)


@pytest.mark.parametrize(
    ("section", "search", "logins"),
    [
        (None, None, ["ada", "bob", "eve"]),
        ("", "", ["ada", "bob", "eve"]),
        ("one", None, ["ada", "eve"]),
        ("two", None, ["bob"]),
        ("On", None, []),
        (None, "ÖZ", ["eve"]),
        (None, "  love ", ["ada"]),
        (None, "EVE", ["eve"]),
        (None, "b", ["ada", "bob"]),
        ("one", "b", ["ada"]),
        (None, "%", []),
    ],
)
def test_rows_can_be_searched_and_kept_to_a_section(
    section: str | None, search: str | None, logins: list[str], session: Session
) -> None:
    open_course(session)
    add_student(session, "ada", name="Ada Byron Lovelace", section="one")
    add_student(session, "bob", name="Bob", section="two")
    add_student(session, "eve", name="Eve Özil", section="one")
    book = gradebook(session, course=COURSE, assignment="set", section=section, search=search)
    assert [row.person.login for row in book.rows] == logins
    assert book.sections == ("one", "two")


def test_who_was_cut_away_can_t_be_scored_as_if_they_had_done_nothing(session: Session) -> None:
    open_course(session)
    ids = {login: add_student(session, login) for login in ("ada", "bob", "eve")}
    for person in ids.values():
        answer(session, person, A, RIGHT[A])
    book = gradebook(session, course=COURSE, assignment="set", cut=lambda them: them[1:2])
    whole = gradebook(session, course=COURSE, assignment="set")
    assert [row.person for row in book.rows] == [row.person for row in whole.rows]
    assert book.rows[1].score == whole.rows[1].score
    for row in (book.rows[0], book.rows[2]):
        with pytest.raises(LookupError, match=f"person {row.person.id} is not among"):
            assert row.score


def test_late_days_spent_earlier_count_for_those_who_are_cut_out_too(session: Session) -> None:
    open_course(session, late_days=2)
    ids = {login: add_student(session, login) for login in ("ada", "bob", "eve")}
    for person in ids.values():
        late(session, person, 2, 1)
    book = gradebook(session, course=COURSE, assignment="later", cut=lambda them: them[1:2])
    whole = gradebook(session, course=COURSE, assignment="later")
    assert dict(book.everybody.spent) == {ids["bob"]: 2}
    assert book.rows[1].score == whole.rows[1].score
    assert (whole.rows[1].score.points, whole.rows[1].score.part(ONLY).state) == (
        0,
        PartState.TOO_LATE,
    )


def test_nobody_else_can_be_scored_by_what_was_read_for_one_person(session: Session) -> None:
    open_course(session)
    ada, ben = add_student(session, "ada"), add_student(session, "ben")
    standing = class_standing(session, course=COURSE, assignment=SET, person_id=ada)
    assert standing.of(ada).score.points == 0
    with pytest.raises(LookupError):
        standing.of(ben)


@pytest.mark.parametrize(("students", "few"), [(2, True), (3, False)])
def test_many_are_read_with_everybody(
    *, students: int, few: bool, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(scores_gradebook, "FEW", 2)
    open_course(session)
    for number in range(4):
        add_student(session, f"s{number}")
    book = gradebook(session, course=COURSE, assignment="set", cut=lambda them: them[:students])
    assert (book.everybody.among is not None) is few


def test_sections_are_those_of_active_students_and_never_blank(session: Session) -> None:
    open_course(session)
    for login, section, active in (("a", "z", True), ("b", "", True), ("c", "y", False)):
        add_student(session, login, section=section, active=active)
    assert gradebook(session, course=COURSE, assignment="set").sections == ("z",)


def test_rows_go_on_behind_a_person_in_the_order_of_the_database(session: Session) -> None:
    open_course(session)
    names = {"u3": "carol", "u1": "Bob", "u2": "alice", "u0": "Bob", "u4": "Özil", "u5": "oz"}
    ids = {login: add_student(session, login, name=name) for login, name in names.items()}
    whole = list(scores(session))
    for place, login in enumerate(whole):
        book = gradebook(session, course=COURSE, assignment="set", after=ids[login])
        assert [row.person.login for row in book.rows] == whole[place + 1 :]
        assert book.sections == gradebook(session, course=COURSE, assignment="set").sections
    with pytest.raises(NotFound, match="cursor"):
        gradebook(session, course=COURSE, assignment="set", after=10**17)


def test_rows_go_on_behind_a_person_who_has_left(session: Session) -> None:
    open_course(session)
    add_student(session, "ada")
    gone = add_student(session, "ben", active=False)
    add_student(session, "eve")
    book = gradebook(session, course=COURSE, assignment="set", after=gone)
    assert [row.person.login for row in book.rows] == ["eve"]


def test_an_unknown_assignment_and_one_without_a_policy_are_refused(session: Session) -> None:
    ada = add_student(session)
    with pytest.raises(NotFound, match="There is no assignment 'none'"):
        gradebook(session, course=COURSE, assignment="none")
    with pytest.raises(
        NoPolicy, match="^No policy is published for set yet, so nothing is scored.$"
    ):
        gradebook(session, course=COURSE, assignment="set")
    with pytest.raises(NoPolicy):
        student_score(session, course=COURSE, assignment=SET, person_id=ada)
    with pytest.raises(NoPolicy):
        require_policy(session, "set")


def test_the_grade_that_stands_now_is_what_counts(session: Session) -> None:
    open_course(session)
    ada = add_student(session)
    answer(session, ada, A, "0.7")
    add_key(session, make_key("set/sum", {A: "0.7", B: "2"}))
    assert scores(session) == {"ada": 0}
    plan = regrading.plan(session, course=COURSE, problem=PROBLEMS[0], now=NOW)
    regrading.apply(session, plan_id=plan.id, reason="typo", actor="me", now=NOW)
    assert scores(session) == {"ada": 5}


def test_the_policy_that_is_active_now_is_what_counts(session: Session) -> None:
    open_course(session)
    ada = add_student(session)
    answer(session, ada, A, RIGHT[A])
    add_policy(session, replace(policy_of(COURSE, SET), points={A: Decimal(50)}))
    assert scores(session) == {"ada": 50}


def late(session: Session, person: int, first: int, second: int) -> None:
    """Answer a part of each assignment rightly, so many days late."""
    answer(session, person, A, RIGHT[A], DUE + (first - 0.5) * DAY)
    answer(session, person, ONLY, RIGHT[ONLY], DUE + (7 + second - 0.5) * DAY)


@pytest.mark.parametrize(
    ("budget", "days", "spent", "points"),
    [
        (4, (2, 2), (2, 2), (5, 10)),
        (3, (2, 1), (2, 1), (5, 10)),
        (3, (2, 2), (2, 0), (5, 0)),
        (3, (0, 2), (0, 2), (5, 10)),
        (3, (3, 2), (0, 2), (0, 10)),
        (1, (1, 1), (1, 0), (5, 0)),
        (0, (1, 0), (0, 0), (0, 10)),
    ],
)
def test_the_term_s_late_days_go_to_the_assignments_in_order_of_their_due_time(
    *,
    budget: int,
    days: tuple[int, int],
    spent: tuple[int, int],
    points: tuple[int, int],
    session: Session,
) -> None:
    open_course(session, late_days=budget)
    ada, ben = add_student(session), add_student(session, "ben")
    late(session, ada, *days)
    answer(session, ben, ONLY, RIGHT[ONLY], DUE + 8.5 * DAY)
    for course in (COURSE, replace(COURSE, assignments=(LATER, SET))):
        found = [
            student_score(session, course=course, assignment=assignment, person_id=ada)
            for assignment in (SET, LATER)
        ]
        assert tuple(score.late_days for score in found) == spent
        assert tuple(int(score.points) for score in found) == points
        assert scores(session, "later", course) == {"ada": points[1], "ben": 10 * (budget > 1)}


def test_a_budget_that_was_cut_below_what_is_spent_takes_nothing_from_work_in_time(
    session: Session,
) -> None:
    open_course(session, late_days=3)
    ada, ben = add_student(session), add_student(session, "ben")
    late(session, ada, 2, 0)
    late(session, ben, 2, 1)
    add_policy(session, replace(policy_of(COURSE, LATER), late_days=1))
    assert scores(session, "later") == {"ada": 10, "ben": 0}
    assert spent_by(session, ada) == spent_by(session, ben) == [2, 0]


def with_one_late_day(session: Session, *policies: Policy) -> int:
    """Ada is a day late with both assignments, and has one late day for the term."""
    for policy in policies:
        add_policy(session, replace(policy, late_days=1))
    ada = add_student(session)
    answer(session, ada, A, RIGHT[A], DUE + DAY / 2)
    answer(session, ada, ONLY, RIGHT[ONLY], DUE + DAY / 2)
    return ada


@pytest.fixture
def due_together(session: Session) -> tuple[Policy, Policy]:
    open_course(session)
    return policy_of(COURSE, SET), replace(policy_of(COURSE, LATER), due=DUE)


def spent_by(session: Session, person: int) -> list[int]:
    return [
        student_score(session, course=COURSE, assignment=each, person_id=person).late_days
        for each in COURSE.assignments
    ]


def test_of_two_assignments_due_together_only_one_gets_the_last_late_day(
    session: Session, due_together: tuple[Policy, Policy]
) -> None:
    ada = with_one_late_day(session, *due_together)
    assert spent_by(session, ada) == [0, 1]  # By slug, "later" comes before "set".


def test_practice_takes_no_late_day_from_graded_work(
    session: Session, due_together: tuple[Policy, Policy]
) -> None:
    first, second = due_together
    ada = with_one_late_day(session, first, replace(second, graded=False))
    assert spent_by(session, ada)[0] == 1


def test_an_assignment_without_a_due_time_takes_no_late_day(
    session: Session, due_together: tuple[Policy, Policy]
) -> None:
    first, second = due_together
    ada = with_one_late_day(session, first, replace(second, due=None))
    assert spent_by(session, ada) == [1, 0]
    score = student_score(session, course=COURSE, assignment=LATER, person_id=ada)
    assert score.part(ONLY).state is PartState.CORRECT


def test_an_assignment_without_a_policy_takes_no_late_day(session: Session) -> None:
    for problem in PROBLEMS:
        values = {part.slug: RIGHT[part.slug] for part in problem.parts}
        add_key(session, make_key(problem.slug, values), active=True)
    add_policy(session, policy_of(COURSE, LATER))
    ada = add_student(session)
    answer(session, ada, ONLY, RIGHT[ONLY], DUE + 7.5 * DAY)
    score = student_score(session, course=COURSE, assignment=LATER, person_id=ada)
    assert (score.points, score.late_days) == (10, 1)


def fill_class(engine: Engine, count: int) -> None:
    with transaction(engine) as session:
        for number in range(count):
            person = add_student(session, f"s{count}-{number}", section=f"sec{number % 3}")
            for part, text in ((A, RIGHT[A]), (B, "1"), (C, RIGHT[C]), (ONLY, RIGHT[ONLY])):
                submit_within(
                    session,
                    course=COURSE,
                    signer=SIGNER,
                    arrival=arrive(person, part, text, DUE + (number % 3 - 0.5) * DAY),
                )


def test_the_gradebook_asks_as_few_questions_for_a_hundred_students_as_for_ten(
    engine: Engine,
) -> None:
    with transaction(engine) as session:
        open_course(session)
    asked: list[int] = []
    for more, students in ((10, 10), (90, 100)):
        fill_class(engine, more)
        for _ in range(2):
            with statements(engine) as sent, reading(engine) as session:
                book = gradebook(session, course=COURSE, assignment="later")
            assert len(book.rows) == students
            asked.append(sum(one.startswith(("SELECT", "WITH")) for one in sent))
    first, again = asked[:2]
    assert asked[2:] == [first, again]
    # Students; what differs from the class's rules, in three; which policies are active; whether marks are
    # shown; and of this assignment and the one before the keys, whether regrades hold anything, and the
    # newest receipts. Only what is not known yet takes attempts and right answers as well.
    assert again == 15
    assert first == again + 2 * 2


def test_released_marks_of_explanations_count_in_every_score(session: Session) -> None:
    with_points = replace(SET, explanation_points=Decimal(5))
    open_course(session, replace(COURSE, assignments=(with_points, LATER)))
    ada, ben = add_student(session), add_student(session, "ben")
    add_items(session, "3")
    write(session, ada, "A text.")
    give(session, ada, {1})

    def told() -> list[tuple[Decimal, Decimal]]:
        rows = gradebook(session, course=COURSE, assignment="set").rows
        own = [
            student_score(session, course=COURSE, assignment=SET, person_id=person)
            for person in (ada, ben)
        ]
        assert [row.score for row in rows] == own
        return [(score.points, score.possible) for score in own]

    assert told() == [(0, 10), (0, 10)]
    release_marks(session, assignment=SET, released=True, seen=None, actor="ina", now=NOW)
    assert told() == [(3, 20), (0, 20)]
