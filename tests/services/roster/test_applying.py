import pytest
from sqlalchemy import Engine, update
from sqlalchemy.orm import Session

from grader.db.models import Person
from grader.db.session import reading, transaction
from grader.domain.errors import ImportRefused, StalePlan
from grader.services.roster.applying import apply_roster
from tests.support.people import add_person, at_once
from tests.support.rosters import HEADER, NOW, apply, logins, people, plan

# The wrong file


@pytest.mark.parametrize(
    ("kept", "is_mass"), [(4, False), (3, False), (2, False), (1, True), (0, True)]
)
def test_dropping_more_than_half_of_the_students_has_to_be_allowed(
    session: Session, kept: int, is_mass: object
) -> None:
    for number in range(4):
        add_person(session, f"s{number}")
    for number in range(3):
        add_person(session, f"gone{number}", active=False)
        add_person(session, f"ta{number}", role="ta")
    text = "login,name\nnew,New\n" + "".join(f"s{number},S\n" for number in range(kept))
    before = people(session)
    made = plan(session, text)
    assert made.mass_drop is is_mass
    if is_mass:
        with pytest.raises(ImportRefused, match="more than half of the 4 active students"):
            apply_roster(session, plan=made, actor="op", now=NOW)
        assert people(session) == before
    apply_roster(session, plan=made, actor="op", now=NOW, allow_mass_drop=True)
    assert sum(login.startswith("s") for login in logins(session)) == kept


def test_all_assistants_may_change_without_a_mass_drop(session: Session) -> None:
    add_person(session, "ada")
    add_person(session, "tess", role="ta")
    add_person(session, "tom", role="ta")
    apply(session, "login,name,role\nada,Ada,\numa,Uma,TA\n")
    assert logins(session) == {"ada", "uma"}


def test_the_first_roster_of_a_course_is_no_mass_drop(session: Session) -> None:
    assert not plan(session, "login,name\nada,Ada\n").mass_drop


# As it was shown, or not at all


@pytest.mark.parametrize(
    "move",
    [
        lambda session: add_person(session, "bob"),
        lambda session: add_person(session, "eve"),
        lambda session: session.execute(update(Person).values(name="Countess")),
        lambda session: session.execute(update(Person).values(active=False)),
    ],
)
def test_a_plan_is_refused_when_the_roster_has_changed_since(
    session: Session, move: object
) -> None:
    add_person(session, "ada")
    made = plan(session, "login,name\nada,Ada\nbob,Bob\n")
    assert callable(move)
    move(session)
    before = people(session)
    with pytest.raises(StalePlan, match="look at a new plan"):
        apply_roster(session, plan=made, actor="op", now=NOW)
    assert people(session) == before


def test_a_plan_made_in_one_transaction_is_applied_in_another(engine: Engine) -> None:
    with transaction(engine) as session:
        add_person(session, "ada")
    with reading(engine) as session:
        made = plan(session, "login,name\nada,Ada\nbob,Bob\n")
    with transaction(engine) as session:
        apply_roster(session, plan=made, actor="op", now=NOW)
    with reading(engine) as session:
        assert logins(session) == {"ada", "bob"}


def test_of_two_imports_at_once_one_is_done_and_the_other_refused(engine: Engine) -> None:
    with reading(engine) as session:
        made = plan(session, "login,name\nada,Ada\nbob,Bob\n")

    def go() -> str:
        try:
            with transaction(engine) as session:
                apply_roster(session, plan=made, actor="op", now=NOW)
        except StalePlan:
            return "refused"
        return "done"

    assert sorted(at_once(4, go)) == ["done", "refused", "refused", "refused"]
    with reading(engine) as session:
        assert logins(session) == {"ada", "bob"}


def test_an_import_that_fails_midway_leaves_nothing(engine: Engine) -> None:
    with transaction(engine) as session:
        add_person(session, "ada")

    def fail() -> None:
        with transaction(engine) as session:
            apply(session, "login,name\nada,Countess\nbob,Bob\n")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    with reading(engine) as session:
        assert people(session) == {"ada": ("Ada", "ada@example.edu", "", "", "student", True)}


def test_a_large_roster_is_taken_as_a_whole(session: Session) -> None:
    text = HEADER + "".join(f"s{number},S,s{number}@x.edu,{number},,\n" for number in range(3000))
    apply(session, text)
    made = apply(session, text.replace(",S,", ",T,"))
    assert len(made.changes) == 3000
    assert {row[0] for row in people(session).values()} == {"T"}
