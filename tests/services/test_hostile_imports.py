"""Every import refuses every hostile file: by name and row, cheaply, and with nothing changed."""

import csv
import re
from collections.abc import Callable, Mapping
from contextlib import suppress
from functools import partial
from pathlib import Path

import pytest
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from grader.db.engine import make_engine
from grader.db.session import transaction
from grader.domain.errors import ImportRefused
from grader.services.exports.canvas import learn_canvas
from grader.services.imports.importing import import_submissions
from grader.services.overrides.importing import import_overrides
from grader.services.roster.applying import apply_roster
from grader.services.roster.planning import plan_roster
from grader.services.roster.rosterfile import read_roster
from tests.support.classroom import NOW, add_student, open_course
from tests.support.costs import costs_of
from tests.support.courses import COURSE
from tests.support.hostile_files import GOOD_AND_BAD, SHAPES, Hostile, hostile_files
from tests.support.rows import all_rows
from tests.support.signers import SIGNER


def roster(session: Session, raw: bytes) -> None:
    plan = plan_roster(session, read_roster(raw))
    apply_roster(session, plan=plan, actor="op", now=NOW, allow_mass_drop=True)


def overrides(session: Session, raw: bytes) -> None:
    import_overrides(
        session,
        course=COURSE,
        assignment="set",
        raw=raw,
        digest=None,
        actor="op",
        actor_id=None,
        now=NOW,
    )


def canvas(session: Session, raw: bytes) -> None:
    learn_canvas(session, raw=raw, about="set", actor="op", now=NOW)


def submissions(session: Session, raw: bytes) -> None:
    import_submissions(
        session, course=COURSE, signer=SIGNER, raw=raw, actor="op", now=NOW, apply=True
    )


Take = Callable[[Session, bytes], None]
TAKE: dict[str, Take] = {
    "roster": roster,
    "overrides": overrides,
    "canvas": canvas,
    "submissions": submissions,
}


def outcome(engine: Engine, take: Take, raw: bytes) -> str:
    """What a refusal says; nothing if the file was taken."""
    try:
        with transaction(engine) as session:
            take(session, raw)
    except ImportRefused as refused:
        return "\n".join((str(refused), *refused.problems))
    return ""


@pytest.fixture
def course(engine: Engine) -> Engine:
    with transaction(engine) as session:
        open_course(session)
        for login in ("ada", "ben"):
            add_student(session, login)
    return engine


@pytest.mark.parametrize("kind", SHAPES)
def test_a_good_file_of_that_shape_is_taken(course: Engine, kind: str) -> None:
    shape = SHAPES[kind]
    assert outcome(course, TAKE[kind], (shape.head + shape.good()).encode()) == ""


def faults_of(course: Engine, take: Take, files: Mapping[str, Hostile]) -> list[str]:
    """Which files are not refused in short, plain words that name the row, and whether anything changed."""
    found = []
    with course.connect() as connection:
        before = all_rows(connection)
    for name, file in files.items():
        told = outcome(course, take, file.raw)
        if not re.search(file.said, told):
            found.append(f"{name}: refused by {told[:500]!r}")
        if len(told.partition("\n")[0]) >= 200 or not told.replace("\n", "").isprintable():
            found.append(f"{name}: in such words: {told[:500]!r}")
    with course.connect() as connection:
        after = all_rows(connection)
    return found + [f"{name} changed" for name, rows in before.items() if after[name] != rows]


@pytest.mark.parametrize("kind", SHAPES)
def test_every_hostile_file_is_refused_by_row_and_changes_nothing(
    course: Engine, kind: str
) -> None:
    files = hostile_files(SHAPES[kind])
    assert len(files) >= 30
    assert faults_of(course, TAKE[kind], files) == []


Careless = Callable[[Take, Session, bytes], None]


def keep_good_rows(take: Take, session: Session, raw: bytes) -> None:
    """Refuse a file whose last row is bad, when those above it are stored."""
    try:
        take(session, raw)
    except ImportRefused:
        take(session, raw.removesuffix(b"x\n"))
        session.connection().exec_driver_sql("COMMIT")
        session.connection().exec_driver_sql("BEGIN")
        raise


def pass_over(take: Take, session: Session, raw: bytes) -> None:
    """Say nothing of what was refused."""
    with suppress(ImportRefused):
        take(session, raw)


def repeat_the_file(take: Take, session: Session, raw: bytes) -> None:
    """Refuse with all that the file holds."""
    try:
        take(session, raw)
    except ImportRefused as refused:
        raise ImportRefused(f"{raw!r:300}", problems=refused.problems) from None


CARELESS: dict[Careless, str] = {
    keep_good_rows: r"(people|overrides|canvas_exports|submissions) changed",
    pass_over: f"{GOOD_AND_BAD}: refused by ''",
    repeat_the_file: f"{GOOD_AND_BAD}: in such words: .*",
}


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize("kind", SHAPES)
@pytest.mark.parametrize("careless", CARELESS)
def test_a_careless_import_is_found(course: Engine, kind: str, careless: Careless) -> None:
    """The negative control."""
    file = {GOOD_AND_BAD: hostile_files(SHAPES[kind])[GOOD_AND_BAD]}
    found = faults_of(course, partial(careless, TAKE[kind]), file)
    assert any(re.fullmatch(CARELESS[careless], fault) for fault in found), found


# In a process of its own: what a file costs.


def take_in_a_process(raw: bytes, kind: str, url: str) -> str:
    engine = make_engine(url)
    try:
        return outcome(engine, TAKE[kind], raw)
    finally:
        engine.dispose()


def take_greedily(raw: bytes) -> str:
    """As no importer of ours does it."""
    return str(sum(len(row) for row in list(csv.reader(raw.decode().splitlines()))))


@pytest.mark.parametrize("kind", SHAPES)
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_hostile_file_costs_less_than_fifty_megabytes_and_five_seconds(
    course: Engine, kind: str, database_url: str, tmp_path: Path
) -> None:
    course.dispose()
    files = hostile_files(SHAPES[kind])
    paths = [tmp_path / str(place) for place in range(len(files))]
    for path, file in zip(paths, files.values(), strict=True):
        path.write_bytes(file.raw)
    act = "tests.services.test_hostile_imports:take_in_a_process"
    for name, cost in zip(files, costs_of(act, paths, kind, database_url), strict=True):
        assert re.search(files[name].said, cost.outcome), name
        assert cost.megabytes < 50, name
        assert cost.seconds < 5, name


def test_an_importer_that_takes_a_file_apart_at_once_would_be_found(tmp_path: Path) -> None:
    (tmp_path / "commas").write_bytes(b"," * 10_000_000)
    (cost,) = costs_of("tests.services.test_hostile_imports:take_greedily", [tmp_path / "commas"])
    assert cost.megabytes > 50
