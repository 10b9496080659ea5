from datetime import UTC, datetime

import pytest
from sqlalchemy import select

from grader.db.models import Explanation, Person
from grader.db.session import transaction
from grader.services.explanations.marking import Marking, mark
from grader.services.ledger.ledger import list_entries
from tests.cli.desk import Desk

NOW = datetime(2026, 3, 12, tzinfo=UTC)
PROBLEM = "pset7/ancestry"


@pytest.fixture
def ready(desk: Desk) -> Desk:
    """Ada and Bob have explained one problem."""
    desk.run("db", "upgrade")
    desk.enrol("ada", "bob")
    engine = desk.engine()
    with transaction(engine) as session:
        for person_id in session.scalars(select(Person.id)):
            session.add(
                Explanation(
                    person_id=person_id,
                    problem=PROBLEM,
                    number=1,
                    text="Text",
                    based_on=0,
                    source="form",
                    late_seconds=0,
                    saved_at=NOW,
                )
            )
    engine.dispose()
    return desk


def mark_ada(desk: Desk) -> None:
    engine = desk.engine()
    with transaction(engine) as session:
        ada = session.scalars(select(Person.id).where(Person.login == "ada")).one()
        marking = Marking(ada, PROBLEM, 1, 1, frozenset(), "Good.", 0)
        mark(session, marking=marking, actor="tia", person_id=None, now=NOW)
    engine.dispose()


def test_marks_are_listed_released_and_withdrawn(ready: Desk) -> None:
    mark_ada(ready)
    rows = {row["problem"]: row for row in ready.json("marks", "list", "pset7")}
    assert rows[PROBLEM] == {
        "problem": PROBLEM,
        "written": 2,
        "marked": 1,
        "left": 1,
        "changed_since": 0,
        "released": False,
    }
    assert rows["pset7/calibration"]["written"] == 0
    said = ready.run("marks", "release", "pset7")
    assert said.output == "Students see the marks of pset7.\n"
    assert all(row["released"] for row in ready.json("marks", "list", "pset7"))
    assert ready.run("marks", "withdraw", "pset7").output == "Only staff see the marks of pset7.\n"
    assert not any(row["released"] for row in ready.json("marks", "list", "pset7"))
    engine = ready.engine()
    with transaction(engine) as session:
        acts = [(each.act, each.actor[:4]) for each in list_entries(session, limit=2)]
    engine.dispose()
    assert acts == [("marks withdrawn", "cli:"), ("marks released", "cli:")]


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (("list", "pset9"), 1, "There is no assignment 'pset9'"),
        (("release", "pset9"), 1, "There is no assignment 'pset9'"),
        (("release", "pset7"), 1, "nothing to show"),
        (("release",), 2, "Missing argument"),
    ],
)
def test_what_can_t_be_done_is_refused_in_a_sentence(
    ready: Desk, arguments: tuple[str, ...], code: int, words: str
) -> None:
    assert words in ready.run("marks", *arguments, code=code).output
