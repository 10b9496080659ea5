"""``grader recheck``: stored grades are computed again."""

import pytest
from sqlalchemy import text

from grader.db.engine import make_engine
from tests.cli.desk import ENTROPY, RIGHT, WRONG, Desk


@pytest.fixture
def answered(desk: Desk) -> Desk:
    desk.publish()
    desk.enrol("ada", "bob")
    desk.answers(("ada", "b", RIGHT), ("bob", "b", WRONG))
    return desk


def tamper(desk: Desk, sql: str) -> None:
    engine = make_engine(desk.url)
    with engine.begin() as connection:
        if engine.dialect.name == "postgresql":
            connection.execute(text("SET LOCAL session_replication_role = replica"))
        else:
            for verb in ("update", "delete"):
                connection.execute(text(f"DROP TRIGGER IF EXISTS grades_no_{verb}"))
        connection.execute(text(sql))
    engine.dispose()


def test_nothing_is_found_where_nobody_tampered(answered: Desk) -> None:
    result = answered.run("recheck", "--all")
    assert "2 grades were computed again; 0 differ." in result.stdout
    assert "0 answers lack the grade that should stand." in result.stdout
    assert answered.json("recheck", ENTROPY)["grades"] == 2
    assert answered.json("recheck", "pset7/ancestry")["grades"] == 0


def test_a_grade_that_differs_is_told_with_both_and_the_exit_code(answered: Desk) -> None:
    tamper(answered, "UPDATE grades SET verdict = 'correct', misconception = NULL")
    document = answered.json("recheck", "--all", code=1)
    assert (document["grades"], document["differing"], document["without_grade"]) == (2, 1, 0)
    (shown,) = document["shown"]
    assert (shown["problem"], shown["version"], shown["stored"]) == (ENTROPY, 1, "correct")
    assert shown["computed"] == "incorrect"
    assert "1 differ" in answered.run("recheck", "--all", code=1).stdout


def test_only_so_many_are_shown(answered: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("grader.cli.recheck.MOST_SHOWN", 1)
    tamper(answered, "UPDATE grades SET misconception = 'x'")
    result = answered.run("recheck", "--all", code=1)
    assert "2 differ" in result.stdout
    assert "The first 1 are shown." in result.stderr


def test_a_missing_grade_is_found(answered: Desk) -> None:
    tamper(answered, "DELETE FROM grades WHERE verdict = 'correct'")
    assert answered.json("recheck", "--all", code=1)["without_grade"] == 1


@pytest.mark.parametrize("arguments", [(), (ENTROPY, "--all")])
def test_it_has_to_be_said_what_to_check(answered: Desk, arguments: tuple[str, ...]) -> None:
    assert "Name a problem, or say --all" in answered.run("recheck", *arguments, code=1).output
