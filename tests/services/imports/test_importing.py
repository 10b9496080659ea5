"""Importing submissions: the rules of submitting, all rows or none."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from hashlib import sha256
from threading import Thread
from time import sleep

import pytest
from sqlalchemy import Engine, delete, event, func, select, text, update
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from grader.db.models import ActiveKey, ActivePolicy, AnswerKeyRow, Base, GradeRow, Submission
from grader.db.session import reading, transaction
from grader.domain.errors import ImportRefused
from grader.domain.grading import AnswerKey, PartKey
from grader.domain.policy import policy_of
from grader.services.answers.arriving import Arrival, Submitted
from grader.services.answers.submitting import submit_within
from grader.services.imports import grading, storing
from grader.services.imports.importing import Imported, import_submissions
from grader.services.imports.tally import PartTally
from grader.services.keys.documents import key_document
from grader.services.ledger.ledger import list_entries, verify
from grader.services.policies.publishing import publish_policy
from tests.support.classroom import add_policy
from tests.support.courses import COURSE
from tests.support.people import add_person
from tests.support.signers import SIGNER

NOW = datetime(2026, 3, 20, 12, tzinfo=UTC)
WHEN = "2026-03-09T20:15:00Z"
HEAD = "student,part,answer,submitted_at\n"
RIGHT, WRONG = "0.5", "0.4"


def key(problem: str, *parts: str) -> AnswerKey:
    part = PartKey(Decimal("0.5"), Decimal("0.00001"))
    return AnswerKey(problem, {f"{problem}/{name}": part for name in parts}, {}, {})


def publish(session: Session, content: AnswerKey) -> int:
    row = AnswerKeyRow(
        problem=content.problem,
        version=1,
        content=key_document(content),
        provenance={},
        created_at=NOW,
    )
    session.add(row)
    session.flush()
    session.add(ActiveKey(problem=content.problem, key_id=row.id))
    session.flush()
    return row.id


@pytest.fixture
def course(engine: Engine) -> Engine:
    """Keys of two of the three problems (one without a part), one policy, and three people."""
    with transaction(engine) as session:
        publish(session, key("set/sum", "a", "b"))
        publish(session, key("set/last", "a"))
        publish(session, key("later/only", "a"))
        publish_policy(
            session,
            course=COURSE,
            assignment=COURSE.assignments[0],
            actor="op",
            now=NOW,
        )
        for login in ("ada", "bob"):
            add_person(session, login)
        add_person(session, "gone", active=False)
    return engine


def load(engine: Engine, rows: str, *, apply: bool = True) -> Imported:
    with transaction(engine) if apply else reading(engine) as session:
        return import_submissions(
            session,
            course=COURSE,
            signer=SIGNER,
            actor="op",
            raw=(HEAD + rows).encode(),
            now=NOW,
            apply=apply,
        )


def refused(engine: Engine, rows: str) -> tuple[str, ...]:
    with pytest.raises(ImportRefused) as error:
        load(engine, rows)
    return error.value.problems


def stored(engine: Engine) -> list[tuple[object, ...]]:
    """Part, attempt, text, verdict and lateness of every submission, in order of id."""
    query = (
        select(
            Submission.part,
            Submission.attempt,
            Submission.text,
            GradeRow.verdict,
            Submission.late_seconds,
        )
        .join(GradeRow, GradeRow.submission_id == Submission.id)
        .order_by(Submission.id)
    )
    with reading(engine) as session:
        return [tuple(row) for row in session.execute(query)]


def counts(engine: Engine) -> dict[str, int | None]:
    with reading(engine) as session:
        return {
            table.name: session.scalar(select(func.count()).select_from(table))
            for table in Base.metadata.sorted_tables
        }


def test_a_wrong_answer_is_stored_with_the_tag_of_its_mistake(course: Engine) -> None:
    load(course, f"ada,set/sum/a,-{RIGHT},{WHEN}\nada,set/sum/a,{WRONG},{WHEN}\n")
    with reading(course) as session:
        tags = session.scalars(select(GradeRow.misconception).order_by(GradeRow.submission_id))
        assert list(tags) == ["generic:sign", None]


def test_answers_are_graded_and_stored_with_their_time(course: Engine) -> None:
    done = load(course, f"ada,set/sum/a,{WRONG},{WHEN}\nBob,set/sum/a,{RIGHT},{WHEN}\n")
    assert (done.rows, done.added, done.repeats) == (2, 2, 0)
    assert done.parts == (PartTally("set/sum/a", 2, 1, 1, 0, 0),)
    with reading(course) as session:
        first, second = session.scalars(select(Submission).order_by(Submission.id)).all()
    assert first.source == "import"
    assert first.submitted_at == datetime(2026, 3, 9, 20, 15, tzinfo=UTC)
    assert first.value == Decimal(WRONG)
    assert first.idempotency_key is None
    assert (first.problem, first.part) == ("set/sum", "set/sum/a")
    assert first.person_id != second.person_id
    assert [row[3] for row in stored(course)] == ["incorrect", "correct"]


def test_what_was_stored_stands_in_the_ledger_with_its_counts(course: Engine) -> None:
    rows = f"ada,set/sum/a,{WRONG},{WHEN}\nada,set/sum/a,{WRONG},{WHEN}\nbob,set/sum/a,1,{WHEN}\n"
    load(course, rows, apply=False)
    with reading(course) as session:
        assert "import" not in [each.act for each in list_entries(session)]
    load(course, rows)
    load(course, rows)
    with reading(course) as session:
        (entry,) = (each for each in list_entries(session) if each.act == "import")
        assert verify(session).faults == ()
    assert (entry.actor, entry.about, entry.login) == ("op", "submissions", None)
    assert entry.detail == {
        "format": "submissions",
        "rows": 3,
        "added": 2,
        "repeats": 1,
        "sha256": sha256((HEAD + rows).encode()).hexdigest(),
    }


def test_a_preview_says_the_same_and_stores_nothing(course: Engine) -> None:
    rows = f"ada,set/sum/a,{WRONG},{WHEN}\nada,set/sum/a,{RIGHT},{WHEN}\n"
    before = counts(course)
    preview = load(course, rows, apply=False)
    assert counts(course) == before
    assert load(course, rows) == preview


def test_a_preview_adds_no_row_even_to_its_own_transaction(course: Engine) -> None:
    before = counts(course)
    with transaction(course) as session:
        import_submissions(
            session,
            course=COURSE,
            signer=SIGNER,
            actor="op",
            raw=f"{HEAD}ada,set/sum/a,{WRONG},{WHEN}\n".encode(),
            now=NOW,
            apply=False,
        )
    assert counts(course) == before


def test_the_same_file_again_adds_nothing(course: Engine) -> None:
    rows = f"ada,set/sum/a,{WRONG},{WHEN}\nbob,set/last/a,{RIGHT},{WHEN}\n"
    load(course, rows)
    before = counts(course)
    again = load(course, rows)
    assert (again.added, again.repeats) == (0, 2)
    assert counts(course) == before


def test_equal_numbers_are_repeats_whatever_their_spelling(course: Engine) -> None:
    rows = "".join(f"ada,set/sum/a,{answer},{WHEN}\n" for answer in ("0.5", ".50", "5e-1", "0.51"))
    assert load(course, rows).repeats == 2
    assert [row[2] for row in stored(course)] == ["0.5", "0.51"]


def test_the_same_number_is_no_repeat_for_another_person_or_part(course: Engine) -> None:
    rows = "".join(
        f"{who},{part},{RIGHT},{WHEN}\n"
        for who in ("ada", "bob")
        for part in ("set/sum/a", "set/sum/b")
    )
    assert load(course, rows).added == 4


def test_attempts_go_by_time_and_not_by_row(course: Engine) -> None:
    load(
        course,
        "ada,set/sum/a,0.3,2026-03-09T12:00Z\n"
        "ada,set/sum/a,0.1,2026-03-09T10:00Z\n"
        "ada,set/sum/a,0.2,2026-03-09T13:00+02:00\n",
    )
    assert [row[1:3] for row in stored(course)] == [(1, "0.1"), (2, "0.2"), (3, "0.3")]


def test_of_equal_times_the_earlier_row_is_first(course: Engine) -> None:
    load(course, "".join(f"ada,set/sum/a,0.{n},{WHEN}\n" for n in (3, 1, 2)))
    assert [row[1:3] for row in stored(course)] == [(1, "0.3"), (2, "0.1"), (3, "0.2")]


def arrive(engine: Engine, answer: str) -> None:
    with transaction(engine) as session:
        person = session.scalar(text("SELECT id FROM people WHERE login = 'ada'"))
        assert isinstance(person, int)
        now = datetime(2026, 3, 10, tzinfo=UTC)
        outcome = submit_within(
            session,
            course=COURSE,
            signer=SIGNER,
            arrival=Arrival(person, "set/sum/a", answer, "form", None, now),
        )
    assert isinstance(outcome, Submitted)


def test_attempts_follow_those_that_are_there_and_their_numbers_are_repeats(
    course: Engine,
) -> None:
    arrive(course, "0.1")
    arrive(course, "0.2")
    load(course, f"ada,set/sum/a,0.2,{WHEN}\nada,set/sum/a,0.3,{WHEN}\n")
    assert [row[1:3] for row in stored(course)] == [(1, "0.1"), (2, "0.2"), (3, "0.3")]


def test_a_submission_after_an_import_goes_on_from_it(course: Engine) -> None:
    load(course, f"ada,set/sum/a,0.1,{WHEN}\n")
    arrive(course, "0.2")
    assert [row[1:3] for row in stored(course)] == [(1, "0.1"), (2, "0.2")]


def test_limits_pauses_and_opening_times_are_not_asked(course: Engine) -> None:
    rules = replace(COURSE.assignments[0].attempts, limit=1, free_wrong=1)
    strict = replace(COURSE.assignments[0], attempts=rules)
    with transaction(course) as session:
        add_policy(session, policy_of(COURSE, strict))
    before_opening = "2026-02-01T00:00Z"
    rows = "".join(f"ada,set/sum/a,0.{n},{before_opening}\n" for n in range(1, 5))
    assert load(course, rows).added == 4


@pytest.mark.parametrize(
    ("when", "late"),
    [
        ("2026-03-11T23:58:59.999999-07:00", 0),
        ("2026-03-11T23:59:00-07:00", 1),
        ("2026-03-11T23:59:01-07:00", 1),
        ("2026-03-12T23:59:00-07:00", 86_400),
    ],
)
def test_lateness_is_kept_in_seconds(course: Engine, when: str, late: int) -> None:
    load(course, f"ada,set/sum/a,{RIGHT},{when}\n")
    assert [row[4] for row in stored(course)] == [late]


def test_late_answers_are_counted(course: Engine) -> None:
    done = load(course, f"ada,set/sum/a,{RIGHT},2026-03-12T23:59:00-07:00\n")
    assert done.parts == (PartTally("set/sum/a", 1, 1, 0, 1, 0),)


def test_times_without_an_offset_are_counted_and_their_zone_is_named(course: Engine) -> None:
    done = load(course, f"ada,set/sum/a,0.1,2026-03-09T20:15\nada,set/sum/a,0.2,{WHEN}\n")
    assert (done.local_times, done.zone) == (1, "America/Los_Angeles")


def test_the_tally_is_in_the_order_of_the_course(course: Engine) -> None:
    done = load(course, f"ada,set/last/a,{RIGHT},{WHEN}\nada,set/sum/b,{RIGHT},{WHEN}\n")
    assert [tally.part for tally in done.parts] == ["set/sum/b", "set/last/a"]


def test_a_person_who_was_dropped_keeps_their_answers(course: Engine) -> None:
    assert load(course, f"gone,set/sum/a,{RIGHT},{WHEN}\n").added == 1


@pytest.mark.parametrize(
    ("cells", "reason"),
    [
        ("eve,set/sum/a", "there is no student 'eve' on the roster"),
        ("ada,set/sum/z", "there is no part 'set/sum/z'"),
        ("ada,set/sum", "there is no part 'set/sum'"),
        ("ada,", "there is no part ''"),
        # The key lacks this part.
        ("ada,set/last/b2", "no answer key and policy is published for set/last/b2"),
        # There is a key, but no policy.
        ("ada,later/only/a", "no answer key and policy is published for later/only/a"),
    ],
)
def test_what_can_not_be_placed_is_refused_by_row(course: Engine, cells: str, reason: str) -> None:
    before = counts(course)
    good = f"ada,set/sum/a,{RIGHT},{WHEN}\n"
    assert refused(course, f"{good}{cells},0.5,{WHEN}\n{good}") == (f"row 3: {reason}",)
    assert counts(course) == before


def test_a_part_that_the_rules_do_not_know_is_refused_though_its_key_is_published(
    course: Engine,
) -> None:
    policy = policy_of(COURSE, COURSE.assignments[0])
    with transaction(course) as session:
        add_policy(session, replace(policy, points={"set/sum/b": policy.points["set/sum/b"]}))
    (problem,) = refused(course, f"ada,set/sum/b,{RIGHT},{WHEN}\nada,set/sum/a,{RIGHT},{WHEN}\n")
    assert problem == "row 3: no answer key and policy is published for set/sum/a"


def test_without_any_key_nothing_can_be_imported(engine: Engine) -> None:
    with transaction(engine) as session:
        add_person(session, "ada")
    (problem,) = refused(engine, f"ada,set/sum/a,{RIGHT},{WHEN}\n")
    assert problem == "row 2: no answer key and policy is published for set/sum/a"


def test_problems_of_the_file_and_of_the_course_are_told_together(course: Engine) -> None:
    rows = f"eve,set/sum/a,{RIGHT},{WHEN}\nada,set/sum/a,half,{WHEN}\nada,set/sum/z,1,{WHEN}\n"
    assert [problem.partition(":")[0] for problem in refused(course, rows)] == [
        "row 2",
        "row 3",
        "row 4",
    ]


def test_a_file_without_rows_is_refused(course: Engine) -> None:
    with pytest.raises(ImportRefused, match="no row below its header"):
        load(course, "")


@pytest.fixture
def small_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Chunks so small that a test crosses their borders."""
    monkeypatch.setattr(storing, "ANSWERS_AT_ONCE", 3)
    monkeypatch.setattr(grading, "PEOPLE_CHUNK", 1)


@pytest.mark.usefixtures("small_chunks")
@pytest.mark.parametrize("count", [2, 3, 4, 6, 7])
def test_chunks_keep_each_grade_with_its_own_submission(course: Engine, count: int) -> None:
    answers = [RIGHT if n % 3 == 0 else f"0.{n}1" for n in range(count)]
    rows = "".join(
        f"{who},set/sum/{part},{answers[n]},2026-03-09T{n:02}:00Z\n"
        for n in range(count)
        for who in ("ada", "bob")
        for part in ("a", "b")
    )
    load(course, rows)
    kept = stored(course)
    assert len(kept) == 4 * len(set(answers))
    assert all((verdict == "correct") == (answer == RIGHT) for _, _, answer, verdict, _ in kept)
    assert load(course, rows).added == 0


def test_the_key_that_graded_is_the_active_one(course: Engine) -> None:
    with transaction(course) as session:
        new = AnswerKeyRow(
            problem="set/sum",
            version=2,
            content=key_document(key("set/sum", "a")),
            provenance={},
            created_at=NOW,
        )
        session.add(new)
        session.flush()
        session.execute(
            update(ActiveKey).where(ActiveKey.problem == "set/sum").values(key_id=new.id)
        )
        wanted = new.id
    load(course, f"ada,set/sum/a,{RIGHT},{WHEN}\n")
    with reading(course) as session:
        assert session.scalars(select(Submission.key_id)).all() == [wanted]
        assert session.scalars(select(GradeRow.key_id)).all() == [wanted]


def test_a_failure_on_the_way_stores_nothing(
    course: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(storing, "ANSWERS_AT_ONCE", 1)
    before = counts(course)
    seen: list[str] = []

    def fail_late(*arguments: object) -> None:
        seen.append(str(arguments[2]))
        if sum("INSERT INTO grades" in statement for statement in seen) == 2:
            raise RuntimeError("the disk is full")

    event.listen(course, "before_cursor_execute", fail_late)
    with pytest.raises(RuntimeError, match="the disk is full"):
        load(course, f"ada,set/sum/a,0.1,{WHEN}\nada,set/sum/a,0.2,{WHEN}\n")
    event.remove(course, "before_cursor_execute", fail_late)
    assert counts(course) == before


def test_a_submission_waits_for_an_import_and_counts_on_from_it(course: Engine) -> None:
    with transaction(course) as session:
        import_submissions(
            session,
            course=COURSE,
            signer=SIGNER,
            actor="op",
            raw=f"{HEAD}ada,set/sum/a,0.1,{WHEN}\n".encode(),
            now=NOW,
            apply=True,
        )
        beside = Thread(target=arrive, args=(course, "0.2"))
        beside.start()
        sleep(0.3)
        assert beside.is_alive()
    beside.join(10)
    assert [row[1:3] for row in stored(course)] == [(1, "0.1"), (2, "0.2")]


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
@pytest.mark.parametrize("apply", [True, False])
def test_no_regrade_switches_a_key_under_an_import_and_a_preview_holds_nobody_up(
    course: Engine, *, apply: bool
) -> None:
    raw = f"{HEAD}ada,set/sum/a,0.1,{WHEN}\n".encode()
    with transaction(course) if apply else reading(course) as session:
        import_submissions(
            session, course=COURSE, signer=SIGNER, actor="op", raw=raw, now=NOW, apply=apply
        )
        switch = select(ActiveKey).with_for_update(nowait=True)
        with transaction(course) as beside:
            if apply:
                with pytest.raises(OperationalError, match="could not obtain lock"):
                    beside.scalars(switch).all()
                beside.rollback()
            else:
                assert len(beside.scalars(switch).all()) == 3


def test_an_unfinished_policy_pointer_is_no_policy(course: Engine) -> None:
    with transaction(course) as session:
        session.execute(delete(ActivePolicy))
    (problem,) = refused(course, f"ada,set/sum/a,{RIGHT},{WHEN}\n")
    assert "no answer key and policy" in problem


def test_reading_times_costs_no_precision(course: Engine) -> None:
    load(course, f"ada,set/sum/a,{RIGHT},2026-03-09T20:15:00.123456Z\n")
    with reading(course) as session:
        (at,) = session.scalars(select(Submission.submitted_at)).all()
    assert at == datetime(2026, 3, 9, 20, 15, tzinfo=UTC) + timedelta(microseconds=123456)
