import pytest
from sqlalchemy import update
from sqlalchemy.orm import Session

from grader.db.models import Person
from grader.domain.errors import NotAllowed
from grader.services.roster.changes import check_own_seat
from tests.support.people import add_person
from tests.support.rosters import plan

FILE = "login,name,role\nada,Ada,student\nina,Ina,instructor\nnew,New,ta\n"


@pytest.fixture
def ina(session: Session) -> int:
    add_person(session, "ada")
    add_person(session, "bob")
    return add_person(session, "ina", role="instructor")


def test_the_same_changes_have_the_same_digest(session: Session, ina: int) -> None:
    assert ina
    assert plan(session, FILE).digest == plan(session, FILE).digest
    assert len(plan(session, FILE).digest) == 64


@pytest.mark.parametrize(
    "other",
    [
        FILE.replace("New", "Newer"),
        FILE.replace("ada,Ada", "ada,Ada L."),
        FILE + "bob,Bob,student\n",
        FILE.replace("ta\n", "student\n"),
    ],
)
@pytest.mark.usefixtures("ina")
def test_other_changes_have_another_digest(session: Session, other: str) -> None:
    assert plan(session, other).digest != plan(session, FILE).digest


@pytest.mark.usefixtures("ina")
def test_another_roster_gives_another_digest(session: Session) -> None:
    shown = plan(session, FILE).digest
    assert plan(session, FILE, drop_missing=False).digest != shown
    session.execute(update(Person).where(Person.login == "ada").values(name="Countess"))
    assert plan(session, FILE).digest != shown


@pytest.mark.parametrize(
    "text",
    [
        "login,name,role\nada,Ada,\nbob,Bob,\ntia,Tia,instructor\n",
        "login,name,role\nada,Ada,\nbob,Bob,\nina,Ina,ta\n",
    ],
)
def test_nobody_drops_themselves_or_changes_their_own_role(
    session: Session, ina: int, text: str
) -> None:
    made = plan(session, text)
    with pytest.raises(NotAllowed, match="would drop you or change your role"):
        check_own_seat(made, ina)
    check_own_seat(made, ina + 1)


def test_a_new_name_of_one_s_own_is_fine(session: Session, ina: int) -> None:
    check_own_seat(plan(session, FILE.replace("ina,Ina", "ina,Ina I.")), ina)
