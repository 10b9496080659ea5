"""A regrade of some answers, or one that lowers no score: what is left out keeps its grade."""

from collections.abc import Iterator
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from random import Random
from typing import Any

import pytest
from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from grader.db import queries
from grader.db.models import ActiveKey, GradeRow, Hold, Person, RegradePlan, Submission, table
from grader.domain.errors import InvalidRequest, NotFound, NothingToDo, StalePlan
from grader.domain.grading import grade
from grader.domain.policy import policy_of
from grader.domain.problem import AttemptRules
from grader.domain.regrade_scope import EVERYTHING, Rule, Scope
from grader.services.answers.progress import problem_progress
from grader.services.keys.documents import load_key
from grader.services.regrades import ranges, regrading
from grader.services.regrades.jobs import fail, finish, start_apply
from grader.services.regrades.scoping import all_sections
from grader.services.regrades.steps import step
from grader.services.scores.gradebook import gradebook
from tests.support.classroom import (
    NOW,
    add_key,
    add_policy,
    add_student,
    answer,
    count,
    make_key,
    open_course,
    refuse,
)
from tests.support.courses import COURSE, LATER, PROBLEMS, SET
from tests.support.values import DUE

SUM, A, B = "set/sum", "set/sum/a", "set/sum/b"
FREE = AttemptRules(limit=None, free_wrong=99, cooldown_first_seconds=0, cooldown_longest_seconds=0)
NEVER_LOWER = Rule.NEVER_LOWER
HOUR = timedelta(hours=1)


@pytest.fixture
def people(session: Session) -> dict[str, int]:
    """Ada and Ben of Monday, Cy of Tuesday: each was right at part (a), then gave what will be right."""
    open_course(session, attempts=FREE)
    sections = {"ada": "Mon", "ben": "Mon", "cy": "Tue"}
    ids = {login: add_student(session, login, section=name) for login, name in sections.items()}
    for hours, person in enumerate(ids.values()):
        answer(session, person, A, "0.5", NOW + hours * HOUR)
    answer(session, ids["ada"], A, "0.75", NOW + 9 * HOUR)
    answer(session, ids["ben"], B, "2", NOW + 9 * HOUR)
    return ids


def move_to(session: Session, a: str = "0.75", b: str = "2") -> int:
    return add_key(session, make_key(SUM, {A: a, B: b}))


def plan(
    session: Session,
    scope: Scope = EVERYTHING,
    rule: Rule = Rule.ANY_CHANGE,
    version: int | None = None,
) -> RegradePlan:
    return regrading.plan(
        session,
        course=COURSE,
        problem=PROBLEMS[0],
        now=NOW,
        version=version,
        scope=scope,
        rule=rule,
    )


def apply(session: Session, made: RegradePlan) -> int:
    return regrading.apply(session, plan_id=made.id, reason="r", actor="me", now=NOW).id


def undo(session: Session, run: int) -> None:
    regrading.undo(session, run_id=run, reason="r", actor="me", now=NOW)


def standing(session: Session) -> dict[tuple[str, str, int], str]:
    """The verdict that stands, by login, part and attempt."""
    query = queries.graded(Person.login, Submission.part, Submission.attempt, GradeRow.verdict)
    rows = session.execute(query.join(Person, Person.id == Submission.person_id))
    return {(login, part[-1], attempt): verdict for login, part, attempt, verdict in rows}


def points(session: Session) -> dict[str, str]:
    book = gradebook(session, course=COURSE, assignment="set")
    return {row.person.login: str(row.score.points) for row in book.rows}


@pytest.mark.parametrize(
    ("scope", "moved"),
    [
        (EVERYTHING, {"ada", "ben", "cy"}),
        (Scope(sections=("Mon",)), {"ada", "ben"}),
        (Scope(sections=("Mon", "Tue")), {"ada", "ben", "cy"}),
        (Scope(students=("cy",)), {"cy"}),
        (Scope(sections=("Mon",), students=("ben", "cy")), {"ben"}),
        (Scope(parts=(A,)), {"ada", "ben", "cy"}),
        (Scope(parts=(B,)), set()),
        (Scope(since=NOW + HOUR), {"ben", "cy"}),
        (Scope(until=NOW + HOUR), {"ada"}),
        (Scope(since=NOW + HOUR, until=NOW + 2 * HOUR), {"ben"}),
        (Scope(since=NOW + timedelta(hours=1, microseconds=1)), {"cy"}),
    ],
)
def test_only_what_is_in_its_scope_is_graded_by_the_new_key(
    session: Session, people: dict[str, int], scope: Scope, moved: set[str]
) -> None:
    assert people
    move_to(session)
    before = standing(session)
    made = plan(session, scope)
    run = apply(session, made)
    after = standing(session)
    lost = {who for who, part, attempt in before if (part, attempt) == ("a", 1)
            and after[who, part, attempt] == "incorrect"}  # fmt: skip
    assert lost == moved
    assert sum(before[each] != after[each] for each in before) == made.content["changed"]
    undo(session, run)
    assert standing(session) == before


def test_what_is_left_out_is_counted_in_the_plan_and_new_answers_get_the_new_key(
    session: Session, people: dict[str, int]
) -> None:
    move_to(session)
    made = plan(session, Scope(sections=("Mon",)))
    assert (made.content["outside"], made.content["submissions"]) == (1, 5)
    apply(session, made)
    assert count(session, Hold) == 1
    assert answer(session, people["cy"], A, "0.75", NOW + 10 * HOUR).verdict == "correct"


def test_never_lower_keeps_the_first_right_answer_of_who_would_lose_it_and_says_whose(
    session: Session, people: dict[str, int]
) -> None:
    assert people
    move_to(session)
    before = points(session)
    made = plan(session, rule=NEVER_LOWER)
    assert made.content["kept_students"] == [
        {"student": login, "name": login.title(), "parts": [A]} for login in ("ada", "ben", "cy")
    ]
    assert len(made.content["kept"]) == 3
    assert made.content["matrix"] == {"correct -> correct": 4, "incorrect -> correct": 1}
    run = apply(session, made)
    assert points(session) == before
    assert standing(session)["ada", "a", 2] == "correct"
    undo(session, run)
    assert standing(session)["ada", "a", 2] == "incorrect"


def test_a_later_right_answer_is_worse_where_it_costs_late_days_and_is_not_taken_instead(
    session: Session, people: dict[str, int]
) -> None:
    """Ada is right in time by the old key, and by the new one only long after the due time."""
    answer(session, people["ada"], A, "0.8", DUE + timedelta(days=4))
    move_to(session, a="0.8")
    assert (
        next(s for s in plan(session).content["students"] if s["student"] == "ada")["after"] == "0"
    )
    apply(session, plan(session, rule=NEVER_LOWER))
    assert points(session)["ada"] == "5"


def test_a_right_answer_that_comes_earlier_is_taken_and_nothing_is_kept_for_it(
    session: Session, people: dict[str, int]
) -> None:
    """Attempt-fair: who was right by the corrected key and went on trying gets the first right one."""
    dee = add_student(session, "dee")
    for hours, text in enumerate(("0.75", "9", "8", "0.5")):
        answer(session, dee, A, text, DUE + timedelta(hours=15 * hours - 10))
    assert people
    move_to(session)
    made = plan(session, rule=NEVER_LOWER)
    assert "dee" not in {each["student"] for each in made.content["kept_students"]}
    book = {
        row.person.login: row.score
        for row in gradebook(session, course=COURSE, assignment="set").rows
    }
    assert book["dee"].late_days == 2
    apply(session, made)
    book = {
        row.person.login: row.score
        for row in gradebook(session, course=COURSE, assignment="set").rows
    }
    assert (book["dee"].late_days, book["dee"].part(A).late_days) == (0, 0)


def test_what_was_tried_in_vain_after_an_answer_that_only_the_new_key_calls_right_is_given_back(
    session: Session,
) -> None:
    open_course(session, attempts=replace(FREE, limit=3))
    dee = add_student(session, "dee")
    for text in ("9", "0.75", "0.7500001"):
        answer(session, dee, A, text)
    refuse(session, dee, A, "7")
    move_to(session)
    run = apply(session, plan(session))
    assert left_of_three(session, dee) == 1
    assert answer(session, dee, A, "7").attempt == 4
    refuse(session, dee, A, "6")  # What is tried under the key that stands counts as ever.
    undo(session, run)
    refuse(session, dee, A, "6")


def test_what_was_tried_in_vain_under_a_key_that_was_taken_back_is_given_back(
    session: Session,
) -> None:
    open_course(session, attempts=replace(FREE, limit=3))
    dee = add_student(session, "dee")
    answer(session, dee, A, "0.5")
    move_to(session)
    run = apply(session, plan(session))
    for text in ("9", "8"):
        answer(session, dee, A, text)
    assert left_of_three(session, dee) == 0
    undo(session, run)
    assert left_of_three(session, dee) == 2


def left_of_three(session: Session, person: int) -> int | None:
    limited = replace(policy_of(COURSE, SET), attempts=replace(FREE, limit=3))
    parts = problem_progress(session, problem=PROBLEMS[0], policy=limited, person_id=person)
    return parts[0].attempts_left


def test_an_answer_that_came_since_the_plan_is_kept_too_if_it_would_lose_its_points(
    session: Session, people: dict[str, int]
) -> None:
    assert people
    dee = add_student(session, "dee")
    move_to(session)
    made = plan(session, rule=NEVER_LOWER)
    answer(session, dee, A, "0.5", NOW + 11 * HOUR)
    answer(session, people["cy"], A, "0.5000001", NOW + 11 * HOUR)
    before = points(session)
    run_in_steps(session, made.id)
    assert points(session) == before
    assert standing(session)["dee", "a", 1] == "correct"
    assert standing(session)["cy", "a", 2] == "incorrect"


def test_an_answer_that_was_on_its_way_while_the_plan_was_made_is_kept_too(
    session: Session, people: dict[str, int]
) -> None:
    """Its id is below the last one that the plan saw."""
    assert people
    move_to(session)
    dee = add_student(session, "dee")
    made = plan(session, rule=NEVER_LOWER)
    late = answer(session, dee, A, "0.5", NOW - HOUR / 2).id
    content = {**made.content, "last": late, "kept": made.content["kept"]}
    session.execute(insert(table(RegradePlan)).values(plan_like(made, content)))
    before = points(session)
    run_in_steps(session, made.id + 1)
    assert points(session) == before
    assert standing(session)["dee", "a", 1] == "correct"


def plan_like(made: RegradePlan, content: dict[str, Any]) -> dict[str, Any]:
    columns = {c.name: getattr(made, c.name) for c in RegradePlan.__table__.columns}
    return {**columns, "id": made.id + 1, "content": content}


def run_in_steps(session: Session, plan_id: int) -> None:
    job = start_apply(session, plan_id=plan_id, reason="r", actor="me", now=NOW).id
    while step(session, job_id=job, now=NOW):
        pass
    finish(session, job_id=job, now=NOW)


def test_what_an_earlier_regrade_kept_stays_unless_it_is_asked_for(
    session: Session, people: dict[str, int]
) -> None:
    assert people
    move_to(session)
    first = apply(session, plan(session, Scope(sections=("Mon",))))
    kept = standing(session)["cy", "a", 1]
    move_to(session, a="0.8")
    made = plan(session)
    assert (made.content["held"], made.content["outside"]) == (1, 0)
    second = apply(session, made)
    assert standing(session)["cy", "a", 1] == kept == "correct"
    with pytest.raises(NothingToDo, match="already active"):
        plan(session)
    third = apply(session, plan(session, Scope(held=True)))
    assert standing(session)["cy", "a", 1] == "incorrect"
    for run in (third, second, first):
        undo(session, run)
    assert standing(session)["cy", "a", 1] == "correct"


def test_what_was_moved_by_force_is_kept_no_longer(
    session: Session, people: dict[str, int]
) -> None:
    """A hold at the active key promises nobody another one."""
    assert people
    move_to(session)
    runs = [apply(session, plan(session, Scope(sections=("Mon",))))]
    runs.append(apply(session, plan(session, Scope(held=True))))
    move_to(session, a="0.5")
    made = plan(session)
    assert made.content["held"] == 0
    runs.append(apply(session, made))
    assert standing(session)["cy", "a", 1] == "correct"
    seen = []
    for run in reversed(runs):
        undo(session, run)
        seen.append(standing(session)["cy", "a", 1])
    assert seen == ["incorrect", "correct", "correct"]


def test_never_lower_minds_answers_with_a_hold_at_the_active_key_too(
    session: Session, people: dict[str, int]
) -> None:
    answer(session, people["cy"], A, "0.75", NOW + 9 * HOUR)
    move_to(session)
    apply(session, plan(session, Scope(sections=("Mon",))))
    apply(session, plan(session, Scope(held=True)))
    move_to(session, a="0.9")
    before, made = points(session), plan(session, rule=NEVER_LOWER)
    assert {each["student"] for each in made.content["kept_students"]} == {"ada", "cy"}
    apply(session, made)
    assert points(session) == before


def test_what_is_held_is_decided_by_the_plan_wherever_students_go_meanwhile(
    session: Session, people: dict[str, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A roster that changes and changes back around a refused try leaves no wrong hold behind."""
    monkeypatch.setattr(ranges, "ANSWERS_AT_ONCE", 2)
    move_to(session)
    made, ben = plan(session, Scope(sections=("Mon",))), session.get_one(Person, people["ben"])
    job = start_apply(session, plan_id=made.id, reason="r", actor="me", now=NOW).id
    ben.section = "Tue"
    session.flush()
    while step(session, job_id=job, now=NOW):
        pass
    with pytest.raises(StalePlan, match="who is in its scope changed"):
        finish(session, job_id=job, now=NOW)
    fail(session, job_id=job, why="x", now=NOW)
    ben.section = "Mon"
    session.flush()
    run_in_steps(session, made.id)
    assert standing(session)["ben", "a", 1] == "incorrect"
    assert count(session, Hold) == 1


def test_an_earlier_assignment_that_is_published_meanwhile_is_noticed(
    session: Session, people: dict[str, int]
) -> None:
    assert people
    move_to(session)
    made = plan(session)
    add_policy(session, replace(policy_of(COURSE, LATER), due=DUE - timedelta(days=1)))
    with pytest.raises(StalePlan, match="the earlier assignment later changed"):
        apply(session, made)


def test_answers_to_an_earlier_assignment_hold_no_regrade_up(
    session: Session, people: dict[str, int]
) -> None:
    add_policy(session, replace(policy_of(COURSE, LATER), due=DUE - timedelta(days=1), closes=None))
    move_to(session)
    made = plan(session)
    answer(session, people["ada"], "later/only/a", "7")
    apply(session, made)


def test_runs_are_undone_the_newest_first_even_where_the_key_stayed(
    session: Session, people: dict[str, int]
) -> None:
    assert people
    move_to(session)
    first = apply(session, plan(session, Scope(sections=("Mon",))))
    second = apply(session, plan(session, Scope(held=True)))
    with pytest.raises(StalePlan, match=f"undo that one first, run {second}"):
        undo(session, first)
    undo(session, second)
    undo(session, first)


def test_a_plan_that_was_undone_can_be_applied_again_with_what_it_keeps(
    session: Session, people: dict[str, int]
) -> None:
    assert people
    move_to(session)
    made = plan(session, Scope(sections=("Mon",)), NEVER_LOWER)
    run = apply(session, made)
    once, holds = standing(session), count(session, Hold)
    undo(session, run)
    apply(session, made)
    assert (standing(session), count(session, Hold)) == (once, holds)


def test_who_is_in_a_section_is_part_of_the_world_that_a_plan_rests_on(
    session: Session, people: dict[str, int]
) -> None:
    move_to(session)
    made, whole = plan(session, Scope(sections=("Mon",))), plan(session)
    session.get_one(Person, people["cy"]).section = "Mon"
    session.flush()
    with pytest.raises(StalePlan, match="who is in its scope changed"):
        apply(session, made)
    apply(session, whole)


def test_what_another_regrade_keeps_is_part_of_it_too(
    session: Session, people: dict[str, int]
) -> None:
    assert people
    move_to(session)
    apply(session, plan(session, Scope(sections=("Mon",))))
    lifting = plan(session, Scope(held=True))
    apply(session, plan(session, Scope(held=True)))
    with pytest.raises(StalePlan, match="the regrades that keep grades changed"):
        apply(session, lifting)


@pytest.mark.parametrize(
    ("scope", "words"),
    [
        (Scope(parts=("set/sum/z",)), "no part set/sum/z"),
        (Scope(parts=("set/last/a",)), "no part set/last/a"),
        (Scope(sections=("Mon", "Sun")), "no section Sun"),
        (Scope(students=("ada", "zoe", "yan")), "no student zoe, yan"),
    ],
)
def test_a_name_that_is_not_there_is_told(
    session: Session, people: dict[str, int], scope: Scope, words: str
) -> None:
    assert people
    move_to(session)
    with pytest.raises(NotFound, match=words):
        plan(session, scope)


def test_the_sections_to_choose_from_are_those_of_students_each_once_and_in_order(
    session: Session, people: dict[str, int]
) -> None:
    assert people
    add_student(session, "dee", section="Fri")
    add_student(session, "eve", section="")
    add_student(session, "tia", role="ta", section="Staff")
    assert all_sections(session) == ["Fri", "Mon", "Tue"]


def test_a_time_that_ends_before_it_begins_is_told(
    session: Session, people: dict[str, int]
) -> None:
    assert people
    move_to(session)
    with pytest.raises(InvalidRequest, match="has to be before"):
        plan(session, Scope(since=NOW, until=NOW))


@dataclass
class Oracle:
    """What should stand: by submission the key; before each run a snapshot of it."""

    active: int
    keys: dict[int, int] = field(default_factory=dict)
    runs: list[tuple[int, int, dict[int, int]]] = field(default_factory=list)

    @property
    def kept(self) -> set[int]:
        """What a regrade keeps under another key than the active one."""
        return {each for each, key in self.keys.items() if key != self.active}

    def arrived(self, submission: int) -> None:
        self.keys[submission] = self.active

    def applied(self, run: int, key: int, moving: set[int]) -> None:
        self.runs.append((run, self.active, dict(self.keys)))
        self.keys |= dict.fromkeys(moving & self.keys.keys(), key)
        self.active = key

    def undone(self) -> int:
        run, self.active, keys = self.runs.pop()
        self.keys = {each: keys.get(each, self.active) for each in self.keys}
        return run


@pytest.mark.parametrize("seed", range(12))
def test_after_any_course_of_regrades_answers_and_undoings_each_grade_is_the_one_it_should_be(
    session: Session, seed: int
) -> None:
    chance = Random(seed)  # noqa: S311 - invented answers need no secret numbers.
    open_course(session, attempts=FREE)
    for number in range(6):
        add_student(session, f"s{number}", section=("Mon", "Tue")[number % 2])
    oracle = Oracle(session.get_one(ActiveKey, SUM).key_id)
    values = ["0.5", "0.6", "0.7", "2", "3"]
    moments = (NOW + timedelta(minutes=7 * number) for number in range(10_000))
    for _event in range(30):
        kind = chance.choice(("answer", "answer", "regrade", "undo"))
        if kind == "answer":
            for _ in range(4):
                told = answer(
                    session,
                    chance.randint(1, 6),
                    chance.choice((A, B)),
                    chance.choice(values),
                    next(moments),
                )
                if told.counted:
                    oracle.arrived(told.id)
        elif kind == "undo" and oracle.runs:
            undo(session, oracle.undone())
        elif kind == "regrade":
            regrade(session, chance, oracle, values)
        check_standing(session, oracle)


def regrade(session: Session, chance: Random, oracle: Oracle, values: list[str]) -> None:
    scope = Scope(
        parts=chance.choice(((), (A,), (B,))),
        sections=chance.choice(((), ("Mon",), ("Tue",))),
        students=chance.choice(((), (), ("s0", "s1", "s2"))),
        since=chance.choice((None, None, NOW + timedelta(minutes=30))),
        until=chance.choice((None, None, NOW + timedelta(minutes=90))),
        held=chance.random() < 0.4,
    )
    rule = chance.choice(tuple(Rule))
    key = add_key(session, make_key(SUM, {A: chance.choice(values), B: chance.choice(values)}))
    made = plan(session, scope, rule)
    before, firsts = points(session), first_right(session, oracle)
    moving = set(named(session, scope)) - (set() if scope.held else oracle.kept)
    run = apply(session, made)
    if rule is NEVER_LOWER:
        moving -= set(made.content["kept"])
        for place, at in first_right(session, oracle, key, moving).items():
            assert firsts.get(place) is None or at <= firsts[place]
    oracle.applied(run, key, moving)
    after = points(session)
    told = {each["student"]: (each["before"], each["after"]) for each in made.content["students"]}
    for login in before:
        assert told.get(login, (before[login], before[login])) == (before[login], after[login])
        assert rule is not NEVER_LOWER or int(after[login]) >= int(before[login])


def named(session: Session, scope: Scope) -> Iterator[int]:
    rows = session.execute(
        select(Submission, Person).join(Person, Person.id == Submission.person_id)
    )
    for submission, person in rows.all():
        if (
            (not scope.parts or submission.part in scope.parts)
            and (not scope.sections or person.section in scope.sections)
            and (not scope.students or person.login in scope.students)
            and (scope.since is None or submission.submitted_at >= scope.since)
            and (scope.until is None or submission.submitted_at < scope.until)
        ):
            yield submission.id


def first_right(
    session: Session, oracle: Oracle, key: int = 0, moving: AbstractSet[int] = frozenset()
) -> dict[tuple[int, str], datetime]:
    """By person and part when the first right answer came, if those moved to another key."""
    found: dict[tuple[int, str], datetime] = {}
    for each in session.scalars(select(Submission).order_by(Submission.submitted_at)):
        by = key if each.id in moving else oracle.keys[each.id]
        if grade(load_key(session, by), each.part, each.value).correct:
            found.setdefault((each.person_id, each.part), each.submitted_at)
    return found


def check_standing(session: Session, oracle: Oracle) -> None:
    query = queries.graded(
        Submission.id, Submission.part, Submission.value, GradeRow.verdict, GradeRow.key_id
    )
    rows = session.execute(query).all()
    assert {row[0]: row[4] for row in rows} == oracle.keys
    for _id, part, value, verdict, key_id in rows:
        assert grade(load_key(session, key_id), part, value).verdict == verdict
