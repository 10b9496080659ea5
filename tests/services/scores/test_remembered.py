"""What a class's answers came to is remembered by hashes, and is what it would be if it were read again."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from itertools import count
from random import Random
from typing import Any

import pytest
from sqlalchemy import Engine, text, update
from sqlalchemy.orm import Session

from grader.db.models import AnswerKeyRow, GradeRow
from grader.db.session import reading, transaction
from grader.domain.regrade_scope import Rule, Scope
from grader.domain.scoring import PartRecord
from grader.services.policies.publishing import require_policy
from grader.services.regrades import regrading
from grader.services.scores import remembered
from grader.services.scores.part_records import part_records
from grader.services.scores.remembered import Records
from tests.support.classroom import NOW, RIGHT, add_key, add_student, answer, make_key, open_course
from tests.support.courses import COURSE, PROBLEMS, SET
from tests.support.statements import statements

A, B, C = "set/sum/a", "set/sum/b", "set/last/a"
TEXTS = ["0.5", "0.7", "0.25", "2", "4", "-1.25"]
numbers = count()


pytestmark = pytest.mark.usefixtures("people")


@pytest.fixture
def people(engine: Engine) -> list[int]:
    with transaction(engine) as session:
        open_course(session)
        return [add_student(session, f"s{number}") for number in range(5)]


def records(session: Session) -> Records:
    return part_records(session, SET, require_policy(session, SET.slug))


def take_in(engine: Engine, people: list[int], *texts: str, part: str = A) -> None:
    with transaction(engine) as session:
        for person in people:
            for given in texts:
                answer(session, person, part, given, NOW + next(numbers) * timedelta(minutes=7))


@contextmanager
def read_of_answers(engine: Engine) -> Iterator[list[str]]:
    """The statements that read submissions meanwhile."""
    found: list[str] = []
    with statements(engine) as sent:
        yield found
    found += [each for each in sent if "FROM submissions" in each or "JOIN submissions" in each]


def test_nobody_s_answers_are_read_twice_until_they_answer_again(
    engine: Engine, people: list[int]
) -> None:
    take_in(engine, people[:3], "0.4", RIGHT[A])
    with reading(engine) as session:
        first = records(session)
    with read_of_answers(engine) as sent, reading(engine) as session:
        assert records(session) == first
    assert sent == []
    take_in(engine, people[1:2], "0.3", part=B)
    with read_of_answers(engine) as sent, reading(engine) as session:
        second = records(session)
    assert sent
    assert all("IN (" in each for each in sent)
    assert {person for person in people if first.get(person) != second.get(person)} == {people[1]}
    assert second[people[1]][B].attempts == 1


def test_who_joins_is_read_and_who_never_answered_is_not_asked_for_again(engine: Engine) -> None:
    with reading(engine) as session:
        assert records(session) == {}
    with read_of_answers(engine) as sent, reading(engine) as session:
        assert records(session) == {}
    assert sent == []
    with transaction(engine) as session:
        late = add_student(session, "late")
    take_in(engine, [late], RIGHT[A])
    with reading(engine) as session:
        assert {*records(session)} == {late}


@pytest.mark.parametrize("seed", range(4))
def test_whatever_happens_it_is_what_reading_everything_gives(
    engine: Engine, people: list[int], seed: int
) -> None:
    chance = Random(seed)  # noqa: S311 - invented answers need no secret numbers.
    runs: list[int] = []

    def answers() -> None:
        for person in chance.sample(people, 2):
            take_in(engine, [person], *chance.choices(TEXTS, k=2), part=chance.choice([A, B, C]))

    def regrade() -> None:
        whom = chance.choice([(), ("s1", "s2"), ("s4",)])
        rule = chance.choice([*Rule])
        with transaction(engine) as session:
            add_key(session, make_key("set/sum", {A: chance.choice(TEXTS), B: "2"}))
            plan = regrading.plan(
                session,
                course=COURSE,
                problem=PROBLEMS[0],
                now=NOW,
                scope=Scope(students=whom),
                rule=rule,
            )
            run = regrading.apply(session, plan_id=plan.id, reason="typo", actor="me", now=NOW)
            runs.append(run.id)

    def undo() -> None:
        if runs:
            with transaction(engine) as session:
                regrading.undo(session, run_id=runs.pop(), reason="no", actor="me", now=NOW)

    take_in(engine, people, *chance.choices(TEXTS, k=2))
    acts = [answers, answers, regrade, undo]
    for act in [regrade, undo, answers, regrade, answers, undo, *chance.choices(acts, k=9)]:
        if chance.random() < 0.7:
            with reading(engine) as session:
                records(session)
        act()
        check(engine)


def check(engine: Engine) -> None:
    with reading(engine) as session:
        told = records(session)
    with transaction(engine) as session:
        assert told == records(session)


def test_what_a_regrade_holds_is_not_taken_from_an_earlier_one_to_the_same_key(
    engine: Engine, people: list[int]
) -> None:
    take_in(engine, people, "0.7")
    with transaction(engine) as session:
        add_key(session, make_key("set/sum", {A: "0.7", B: "2"}))
    for whom in ("s1", "s2"):
        with transaction(engine) as session:
            plan = regrading.plan(
                session,
                course=COURSE,
                problem=PROBLEMS[0],
                now=NOW,
                scope=Scope(students=(whom,)),
            )
            run = regrading.apply(session, plan_id=plan.id, reason="typo", actor="me", now=NOW).id
        # Nobody looks between the undoing and the next one.
        check(engine)
        with transaction(engine) as session:
            regrading.undo(session, run_id=run, reason="no", actor="me", now=NOW)


def test_a_part_that_comes_back_into_the_files_is_read_for_everybody(
    engine: Engine, people: list[int]
) -> None:
    take_in(engine, people[:2], RIGHT[C], part=C)
    shorter = replace(SET, problems=(PROBLEMS[0], replace(PROBLEMS[1], parts=())))
    for files, known in ((shorter, 0), (SET, 2)):
        with reading(engine) as session:
            assert len(part_records(session, files, None)) == known


def test_what_one_who_writes_sees_is_not_remembered(engine: Engine, people: list[int]) -> None:
    take_in(engine, people[:1], RIGHT[A])
    with transaction(engine) as session:
        assert records(session)[people[0]][A].first_correct == 1
    with read_of_answers(engine) as sent, reading(engine) as session:
        records(session)
    assert sent


def test_a_key_that_took_the_id_of_another_is_another_key(
    engine: Engine, people: list[int]
) -> None:
    """As after a backup was restored while the service ran."""
    take_in(engine, people[:1], "0.7")
    with reading(engine) as session:
        assert records(session)[people[0]][A].first_correct is None
    with transaction(engine) as session:
        let_rewrite(session, "answer_keys", "grades")
        session.execute(update(AnswerKeyRow).values(nonce=b"7" * 32))
        session.execute(update(GradeRow).values(verdict="correct"))
    with reading(engine) as session:
        assert records(session)[people[0]][A].first_correct == 1


def let_rewrite(session: Session, *tables: str) -> None:
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text("SET LOCAL session_replication_role = replica"))
        return
    for table in tables:
        session.execute(text(f"DROP TRIGGER {table}_no_update"))


def test_each_assignment_and_each_database_has_its_own(
    engine: Engine, people: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(remembered, "FEW", 2)
    take_in(engine, people, RIGHT[A])
    for _ in range(2):
        with reading(engine) as session:
            assert {*records(session)} == {*people}
            assert part_records(session, COURSE.assignments[1], None) == {}
    assert [*remembered._memory[engine.pool]] == [each.slug for each in COURSE.assignments]
    kept = len(remembered._memory)
    engine.dispose()
    gc.collect()
    assert len(remembered._memory) == kept - 1


class Overtaken(dict[str, tuple[Any, remembered.Known]]):
    """Another thread, which sees another state, puts its own in the place that one has just looked at."""

    def get(self, *arguments: Any) -> Any:
        found = super().get(*arguments)
        self[arguments[0]] = ("another state", {1: (None, {A: PartRecord(A, 99, None)})})
        return found


def test_a_thread_that_is_overtaken_keeps_to_what_it_sees(
    engine: Engine, people: list[int]
) -> None:
    take_in(engine, people[1:], "0.4")
    check(engine)
    place = remembered._memory[engine.pool] = Overtaken(remembered._memory[engine.pool])
    take_in(engine, people[1:2], "0.3")
    check(engine)
    assert place[SET.slug][1].keys() == {1}
