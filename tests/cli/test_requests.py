from datetime import UTC, datetime

import pytest
from sqlalchemy import select

from grader.db.models import Person, RegradeRequest
from grader.db.session import transaction
from tests.cli.desk import Desk


@pytest.fixture
def ready(desk: Desk) -> Desk:
    """Ada and Bob have asked about one part each."""
    desk.run("db", "upgrade")
    desk.enrol("ada", "bob")
    engine = desk.engine()
    with transaction(engine) as session:
        for person in session.scalars(select(Person).order_by(Person.login)):
            session.add(
                RegradeRequest(
                    person_id=person.id,
                    assignment="pset7",
                    number=1,
                    about="pset7/ancestry/a",
                    reason=f"{person.login} asks",
                    created_at=datetime(2026, 3, 12, tzinfo=UTC),
                )
            )
    engine.dispose()
    return desk


def test_requests_are_listed_and_answered(ready: Desk) -> None:
    rows = ready.json("requests", "list", "pset7", "--open")
    assert [(row["student"], row["reason"], row["decision"]) for row in rows] == [
        ("ada", "ada asks", None),
        ("bob", "bob asks", None),
    ]
    number = rows[0]["id"]
    said = ready.run(
        "requests", "answer", number, "--decision", "kept", "--words", "We solved it again."
    )
    assert said.output == f"Request {number} is answered: kept.\n"
    assert [row["student"] for row in ready.json("requests", "list", "--open")] == ["bob"]
    first, second = ready.json("requests", "list")
    assert (first["student"], second["student"]) == ("bob", "ada")
    assert (second["decision"], second["answer"]) == ("kept", "We solved it again.")
    assert second["answered_by"].startswith("cli:")
    assert ready.json("requests", "list", "lecture_deep_learning") == []


def test_what_a_student_wrote_in_several_lines_stands_in_one(ready: Desk) -> None:
    engine = ready.engine()
    with transaction(engine) as session:
        session.add(
            RegradeRequest(
                person_id=session.scalars(select(Person.id).where(Person.login == "ada")).one(),
                assignment="pset7",
                number=2,
                about="pset7/ancestry/b",
                reason="First.\r\nSecond.\n",
                created_at=datetime(2026, 3, 13, tzinfo=UTC),
            )
        )
    engine.dispose()
    assert "First. \N{RETURN SYMBOL} Second.\n" in ready.run("requests", "list").stdout


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (("list", "pset9"), 1, "There is no assignment 'pset9'"),
        (
            ("answer", "99", "--decision", "kept", "--words", "So."),
            1,
            "There is no regrade request 99. List them with: grader requests list",
        ),
        (("answer", "1", "--decision", "kept", "--words", " "), 1, "Say what you found"),
        (("answer", "1", "--decision", "maybe", "--words", "So."), 2, "'maybe' is not one of"),
        (
            ("answer", "x", "--decision", "kept", "--words", "So."),
            2,
            "'x' is not a valid whole number",
        ),
    ],
)
def test_what_can_t_be_done_is_refused_in_a_sentence(
    ready: Desk, arguments: tuple[str, ...], code: int, words: str
) -> None:
    assert words in ready.run("requests", *arguments, code=code).output
    assert len(ready.json("requests", "list", "--open")) == 2
