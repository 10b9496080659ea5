import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from shutil import copytree

import pytest
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from grader.config import PROJECT
from grader.content.catalog import Catalog, digest
from grader.content.loading import load_catalog
from grader.db.models import (
    ActiveKey,
    AnswerKeyRow,
    DataBlob,
    KeyCheck,
    KeyVerification,
    Submission,
)
from grader.db.session import transaction
from grader.domain.errors import ContentError, SolutionError
from grader.domain.grading import AnswerKey
from grader.domain.policy import policy_of
from grader.domain.problem import Problem
from grader.services.answers.submitting import submit_within
from grader.services.keys.documents import key_from
from grader.services.keys.drafting import draft_key
from grader.services.keys.provenance import fingerprint
from grader.services.keys.publishing import Published, publish
from grader.services.keys.staleness import KeyStatus, key_status
from grader.services.regrades import regrading
from tests.support.authoring import Author, authoring
from tests.support.classroom import NOW, add_key, add_policy, add_student, arrive, count
from tests.support.courses import COURSE, SET, make_part
from tests.support.people import at_once
from tests.support.signers import SIGNER

SIMPLE = "pset7/logistic_regression"
TRAIN = "logistic_regression/data/simple-train.csv"


@pytest.fixture
def catalog(tmp_path: Path) -> Catalog:
    """The shipped problems, in a copy that a test may change."""
    copytree(PROJECT / "problems", tmp_path / "problems")
    return load_catalog(tmp_path / "problems", tmp_path / "instance")


@pytest.fixture
def simple(catalog: Catalog) -> Problem:
    problem = catalog.course.problem(SIMPLE)
    assert problem is not None
    return problem


@pytest.fixture
def author(tmp_path: Path) -> Iterator[Author]:
    with authoring(tmp_path) as write:
        yield write


def change_data(catalog: Catalog) -> None:
    """Give each row of the training set twice."""
    file = catalog.problems_dir / "pset7" / TRAIN
    header, *rows = file.read_text().splitlines()
    file.write_text("\n".join([header, *rows, *rows]) + "\n")


def solve_with(value: str) -> str:
    return f"def solve(inputs):\n    return {{'a': {value}, 'b': 2.0}}\n"


def status(session: Session, catalog: Catalog, problem: Problem) -> KeyStatus:
    found = key_status(session, catalog=catalog, problem=problem, now=NOW)
    check = session.get(KeyCheck, problem.slug, populate_existing=True)
    assert check is not None
    assert (check.state, check.reasons, check.checked_at) == (
        found.state,
        {"reasons": list(found.reasons)},
        NOW,
    )
    return found


def published(session: Session, catalog: Catalog, problem: Problem) -> Published:
    """Publish, and check that what was recorded for the web agrees with what status finds."""
    done = publish(session, draft=draft_key(catalog, problem), actor="op", now=NOW)
    check = session.get(KeyCheck, problem.slug)
    assert check is not None
    assert check.state == status(session, catalog, problem).state
    return done


def key_of(session: Session, problem: Problem, version: int) -> AnswerKey:
    row = session.scalars(
        select(AnswerKeyRow).where(
            AnswerKeyRow.problem == problem.slug, AnswerKeyRow.version == version
        )
    ).one()
    return key_from(row.content)


def active_version(session: Session, problem: Problem) -> int:
    return session.scalars(
        select(AnswerKeyRow.version)
        .join(ActiveKey, ActiveKey.key_id == AnswerKeyRow.id)
        .where(ActiveKey.problem == problem.slug)
    ).one()


def add_submission(session: Session, problem: Problem) -> None:
    session.add(
        Submission(
            person_id=add_student(session),
            problem=problem.slug,
            part=problem.parts[0].slug,
            attempt=1,
            text="1",
            value=Decimal(1),
            key_id=session.get_one(ActiveKey, problem.slug).key_id,
            source="api",
            idempotency_key=None,
            late_seconds=0,
            submitted_at=NOW,
            receipt_number=1,
            receipt_course="",
            receipt_sha256="",
            receipt_signature=b"",
            receipt_signer=b"",
        )
    )
    session.flush()


def test_the_first_key_grades_at_once_and_says_what_it_was_computed_from(
    catalog: Catalog, simple: Problem, session: Session
) -> None:
    assert published(session, catalog, simple) == Published(SIMPLE, 1, created=True, active=True)
    session.expire_all()
    (row,) = session.scalars(select(AnswerKeyRow))
    assert session.get_one(ActiveKey, SIMPLE).key_id == row.id
    key = key_from(row.content)
    assert key == draft_key(catalog, simple).key
    assert key.parts[f"{SIMPLE}/a"].tolerance == Decimal("0.00001")
    assert len(key.parts[f"{SIMPLE}/a"].expected.as_tuple().digits) > 10
    assert key.parameters == {"eta": Decimal("0.0001"), "steps": 1000}
    bytes_of = catalog.data(simple)
    assert key.data == {name: digest(content) for name, content in bytes_of.items()}
    assert row.provenance.keys() == {"data", "solution", "parameters", "tolerances", "packages"}
    assert row.provenance["parameters"] == {"eta": "0.0001", "steps": "1000"}
    assert row.provenance["packages"].keys() == {"python", "numpy", "pandas"}
    assert row.created_at == NOW


def test_each_data_file_is_kept_once_by_its_content(
    catalog: Catalog, simple: Problem, session: Session
) -> None:
    published(session, catalog, simple)
    content = catalog.data(simple)
    assert content["simple-train.csv"] == content["simple-test.csv"]
    assert session.scalars(select(DataBlob.content)).all() == [content["simple-train.csv"]]
    change_data(catalog)
    published(session, catalog, simple)
    newer = catalog.data(simple)["simple-train.csv"]
    blobs = {blob.sha256: blob.content for blob in session.scalars(select(DataBlob))}
    assert blobs == {digest(one): one for one in (content["simple-train.csv"], newer)}


def test_publishing_the_same_again_makes_no_version(
    catalog: Catalog, simple: Problem, session: Session
) -> None:
    published(session, catalog, simple)
    again = published(session, catalog, simple)
    assert again == Published(SIMPLE, 1, created=False, active=True)
    assert (count(session, AnswerKeyRow), count(session, KeyVerification)) == (1, 0)


def test_every_shipped_problem_can_be_published(catalog: Catalog, session: Session) -> None:
    for problem in catalog.course.problems:
        assert published(session, catalog, problem).active
        found = status(session, catalog, problem)
        assert found == KeyStatus(problem.slug, 1, 1, "current", ())


def test_changed_data_makes_the_key_stale_until_it_is_published(
    catalog: Catalog, simple: Problem, session: Session
) -> None:
    published(session, catalog, simple)
    change_data(catalog)
    stale = status(session, catalog, simple)
    assert (stale.state, stale.reasons) == ("stale", ("data file simple-train.csv changed",))
    assert active_version(session, simple) == 1
    assert published(session, catalog, simple) == Published(SIMPLE, 2, created=True, active=True)
    assert status(session, catalog, simple).state == "current"
    assert active_version(session, simple) == 2


def test_once_students_have_answered_a_new_key_waits_for_a_regrade(
    catalog: Catalog, simple: Problem, session: Session
) -> None:
    add_policy(session, policy_of(catalog.course, catalog.course.assignments[0]))
    published(session, catalog, simple)
    ada = add_student(session)
    part = f"{SIMPLE}/a"
    now = catalog.course.assignments[0].due
    assert now is not None
    submit_within(
        session, course=catalog.course, signer=SIGNER, arrival=arrive(ada, part, "1", now)
    )
    change_data(catalog)
    for created in (True, False):
        done = published(session, catalog, simple)
        assert done == Published(SIMPLE, 2, created=created, active=False)
        assert status(session, catalog, simple) == KeyStatus(SIMPLE, 2, 1, "inactive", ())
    plan = regrading.plan(session, course=catalog.course, problem=simple, now=NOW)
    regrading.apply(session, plan_id=plan.id, reason="data", actor="me", now=NOW)
    assert status(session, catalog, simple) == KeyStatus(SIMPLE, 2, 2, "current", ())
    assert published(session, catalog, simple).active


def test_submissions_to_another_problem_do_not_hold_a_key_back(
    catalog: Catalog, simple: Problem, session: Session
) -> None:
    other = catalog.course.problems[1]
    for problem in (simple, other):
        published(session, catalog, problem)
    add_submission(session, other)
    change_data(catalog)
    assert published(session, catalog, simple).active


def test_a_changed_solution_with_equal_values_verifies_the_key_and_makes_none(
    catalog: Catalog, author: Author, session: Session
) -> None:
    problem = author("sums", solve_with("0.5"))
    published(session, catalog, problem)
    for source in ("1 / 2", "0.25 + 0.25"):
        author("sums", solve_with(source))
        stale = status(session, catalog, problem)
        assert stale.state == "stale"
        assert stale.reasons == ("the reference solution's source changed",)
        for _ in range(2):
            done = published(session, catalog, problem)
            assert done == Published("demo/sums", 1, created=False, active=True)
        assert status(session, catalog, problem).state == "current"
    verified = session.scalars(select(KeyVerification).order_by(KeyVerification.id)).all()
    assert [row.fingerprint for row in verified] == [fingerprint(r.provenance) for r in verified]
    assert len({row.fingerprint for row in verified}) == 2
    assert count(session, AnswerKeyRow) == 1


def test_a_solution_that_was_verified_before_is_current_again(
    catalog: Catalog, author: Author, session: Session
) -> None:
    problem = author("sums", solve_with("0.5"))
    published(session, catalog, problem)
    author("sums", solve_with("1 / 2"))
    published(session, catalog, problem)
    author("sums", solve_with("0.5"))
    assert status(session, catalog, problem).state == "current"


@pytest.mark.parametrize(
    ("value", "created"),
    [("0.5 + 1e-8", False), ("0.5 - 1e-8", False), ("0.50000001001", True), ("0.4999999", True)],
)
def test_only_the_noise_of_another_machine_s_arithmetic_makes_no_new_key(
    *, value: str, created: bool, catalog: Catalog, author: Author, session: Session
) -> None:
    problem = author("noise", solve_with("0.5"))
    published(session, catalog, problem)
    author("noise", solve_with(value))
    done = published(session, catalog, problem)
    assert (done.version, done.created) == ((2, True) if created else (1, False))
    assert key_of(session, problem, 1).parts["demo/noise/a"].expected == Decimal("0.5")


def test_what_changed_is_named_for_each_kind_of_input(
    catalog: Catalog, author: Author, session: Session
) -> None:
    problem = author("reasons", solve_with("0.5"))
    problem = replace(problem, parameters={"eta": Decimal("0.1"), "steps": 10, "left": (1, 2)})
    published(session, catalog, problem)
    first, second = problem.parts
    changed = replace(
        problem,
        parameters={"eta": Decimal("0.2"), "left": (1, 3), "right": (5,)},
        parts=(replace(first, tolerance=Decimal("0.1")), make_part("demo/reasons/c")),
    )
    assert status(session, catalog, changed).reasons == (
        "parameter eta changed",
        "parameter left changed",
        "parameter right is new",
        "parameter steps is gone",
        "tolerance of part demo/reasons/a changed",
        f"part {second.slug} is gone",
        "part demo/reasons/c is new",
    )


def test_a_changed_parameter_or_tolerance_is_a_new_key_even_with_equal_values(
    catalog: Catalog, author: Author, session: Session
) -> None:
    problem = author("same", solve_with("0.5"))
    published(session, catalog, problem)
    told = replace(problem, parameters={"steps": 1000})
    assert published(session, catalog, told).version == 2
    first, second = told.parts
    wider = replace(told, parts=(replace(first, tolerance=Decimal("0.1")), second))
    assert published(session, catalog, wider).version == 3
    assert published(session, catalog, problem).version == 4


def test_another_package_version_alone_does_not_make_a_key_stale() -> None:
    provenance = {"solution": "ab", "data": {}, "packages": {"numpy": "2.4.0"}}
    assert fingerprint(provenance) == fingerprint({**provenance, "packages": {"numpy": "2.5.0"}})
    assert fingerprint(provenance) == fingerprint(dict(reversed(provenance.items())))
    assert fingerprint(provenance) != fingerprint({**provenance, "solution": "cd"})


def test_the_staff_s_accepted_values_are_carried_forward(
    catalog: Catalog, author: Author, session: Session
) -> None:
    problem = author("kept", solve_with("0.5"))
    published(session, catalog, problem)
    accept(session, problem, {"demo/kept/a": (Decimal("0.75"), Decimal(-1)), "demo/kept/b": ()})
    again = published(session, catalog, problem)
    assert (again.version, again.created, again.dropped) == (2, False, ())
    author("kept", solve_with("0.6"))
    newer = published(session, catalog, problem)
    assert (newer.version, newer.created, newer.dropped) == (3, True, ())
    part = key_of(session, problem, 3).parts["demo/kept/a"]
    assert (part.expected, part.accepted) == (Decimal("0.6"), (Decimal("0.75"), Decimal(-1)))


MISTAKEN = """
from reference.misconceptions import Misconception

def solve(inputs):
    return {{"a": {0}, "b": 2.0}}

MISCONCEPTIONS = (
    Misconception("halved", "You halved it.", lambda inputs: {{"a": 0.25}}),
    Misconception("near", "You were near.", lambda inputs: {{"a": {0} + 0.00001}}),
)
"""


def told(session: Session, problem: Problem, version: int) -> dict[str, bool]:
    part = key_of(session, problem, version).parts[problem.parts[0].slug]
    return {each.tag: each.told for each in part.misconceptions}


def test_what_is_too_close_to_the_expected_value_or_an_accepted_one_is_not_told(
    catalog: Catalog, author: Author, session: Session
) -> None:
    problem = author("told", MISTAKEN.format(0.5))
    published(session, catalog, problem)
    assert told(session, problem, 1) == {"halved": True, "near": False}
    accept(session, problem, {"demo/told/a": (Decimal("0.25001"),), "demo/told/b": ()})
    author("told", MISTAKEN.format(0.6))
    published(session, catalog, problem)
    assert told(session, problem, 3) == {"halved": False, "near": False}


def test_accepted_values_of_a_part_that_is_gone_are_listed_as_dropped(
    catalog: Catalog, author: Author, session: Session
) -> None:
    problem = author("lost", solve_with("0.5"))
    published(session, catalog, problem)
    accept(
        session,
        problem,
        {"demo/lost/a": (Decimal(7),), "demo/lost/b": (Decimal("0.75"), Decimal(-1))},
    )
    author("lost", "def solve(inputs):\n    return {'a': 0.5}\n")
    done = published(session, catalog, replace(problem, parts=problem.parts[:1]))
    assert done.dropped == (
        "accepted value 0.75 of demo/lost/b: the part is gone",
        "accepted value -1 of demo/lost/b: the part is gone",
    )
    assert key_of(session, problem, 3).parts["demo/lost/a"].accepted == (Decimal(7),)


def accept(session: Session, problem: Problem, values: dict[str, tuple[Decimal, ...]]) -> None:
    """Make the next version of the key one that accepts these values too, as staff do."""
    newest = session.scalars(select(AnswerKeyRow).where(AnswerKeyRow.problem == problem.slug)).one()
    key = key_from(newest.content)
    parts = {slug: replace(key.parts[slug], accepted=values[slug]) for slug in key.parts}
    added = add_key(session, replace(key, parts=parts), active=True)
    session.add(
        KeyVerification(
            key_id=added,
            fingerprint=fingerprint(newest.provenance),
            provenance=newest.provenance,
            created_at=NOW,
        )
    )
    session.flush()


def test_a_problem_without_a_key_is_missing_one(
    catalog: Catalog, simple: Problem, session: Session
) -> None:
    found = key_status(session, catalog=catalog, problem=simple, now=NOW)
    assert found == KeyStatus(SIMPLE, None, None, "missing", ("no key is published",))


@pytest.mark.parametrize("kind", ["solution", "data"])
def test_what_can_t_be_solved_is_an_error(kind: str, catalog: Catalog, author: Author) -> None:
    problem = author("fails", "def solve(inputs):\n    return 1 / 0\n")
    error: type[Exception] = SolutionError
    if kind == "data":
        problem, error = catalog.course.problems[0], ContentError
        (catalog.problems_dir / "pset7" / TRAIN).unlink()
    with pytest.raises(error):
        draft_key(catalog, problem)


def test_a_key_can_be_drafted_without_a_database(catalog: Catalog, simple: Problem) -> None:
    draft = draft_key(catalog, simple)
    assert draft.data == catalog.data(simple)
    assert draft.fingerprint == fingerprint(draft.provenance)


def test_a_new_key_waits_for_an_answer_that_is_on_its_way(
    catalog: Catalog, author: Author, engine: Engine
) -> None:
    problem = author("race", solve_with("0.5"))
    course = replace(COURSE, assignments=(replace(SET, slug="demo", problems=(problem,)),))
    with transaction(engine) as session:
        ada = add_student(session)
        publish(session, draft=draft_key(catalog, problem), actor="op", now=NOW)
        add_policy(session, policy_of(course, course.assignments[0]))
    author("race", solve_with("0.6"))

    def publish_now() -> Published:
        with transaction(engine) as session:
            return publish(session, draft=draft_key(catalog, problem), actor="op", now=NOW)

    with ThreadPoolExecutor(1) as pool:
        with transaction(engine) as session:
            submit_within(
                session, course=course, signer=SIGNER, arrival=arrive(ada, "demo/race/a", "0.5")
            )
            publishing = pool.submit(publish_now)
            time.sleep(0.3)
            assert not publishing.done()
        assert publishing.result() == Published("demo/race", 2, created=True, active=False)


def test_who_publishes_a_first_key_beside_another_waits_and_finds_it_unchanged(
    catalog: Catalog, author: Author, engine: Engine
) -> None:
    problem = author("first", solve_with("0.5"))

    def publish_now() -> Published:
        with transaction(engine) as session:
            return publish(session, draft=draft_key(catalog, problem), actor="op", now=NOW)

    with ThreadPoolExecutor(1) as pool:
        with transaction(engine) as session:
            publish(session, draft=draft_key(catalog, problem), actor="op", now=NOW)
            publishing = pool.submit(publish_now)
            time.sleep(0.3)
            assert not publishing.done()
        assert publishing.result() == Published("demo/first", 1, created=False, active=True)


def test_of_first_keys_published_at_once_one_is_stored(
    catalog: Catalog, author: Author, engine: Engine
) -> None:
    problem = author("once", solve_with("0.5"))

    def publish_now() -> Published:
        with transaction(engine) as session:
            return publish(session, draft=draft_key(catalog, problem), actor="op", now=NOW)

    done = at_once(2, publish_now)
    assert sorted(each.created for each in done) == [False, True]
    assert {(each.version, each.active) for each in done} == {(1, True)}
