import pytest
from sqlalchemy.orm import Session

from grader.domain.roles import Role
from grader.services.roster.applying import apply_roster
from grader.services.roster.changes import FieldChange, RosterChange, RosterDrop
from tests.support.people import add_person
from tests.support.rosters import HEADER, NOW, apply, logins, people, plan

# Adds


def test_new_people_are_added_with_what_the_file_states(session: Session) -> None:
    made = apply(session, HEADER + "ada,Ada,ada@x.edu,007,S1,\nbob,Bob,,,,TA\n")
    assert [entry.login for entry in made.adds] == ["ada", "bob"]
    assert (made.changes, made.drops, made.unchanged) == ((), (), 0)
    assert people(session) == {
        "ada": ("Ada", "ada@x.edu", "007", "S1", "student", True),
        "bob": ("Bob", "", "", "", "ta", True),
    }


def test_what_a_new_persons_file_does_not_state_is_blank_and_a_student(session: Session) -> None:
    apply(session, "login,name\nada,Ada\n")
    assert people(session) == {"ada": ("Ada", "", "", "", "student", True)}


def test_a_plan_changes_nothing(session: Session) -> None:
    add_person(session, "ada")
    before = people(session)
    plan(session, HEADER + "bob,Bob,,,,TA\n")
    plan(session, "login,name\nada,Countess\n")
    assert people(session) == before


# Changes


def test_a_change_names_each_field_with_old_and_new(session: Session) -> None:
    ada = add_person(session, "ada", name="Ada", sis_user_id="1", section="S1")
    add_person(session, "bob", email="bob@x.edu")
    made = apply(session, HEADER + "ADA,Ada L.,ada@x.edu,2,S2,TA\nbob,Bob,bob@x.edu,,,\n")
    assert made.changes == (
        RosterChange(
            ada,
            "ada",
            "Ada L.",
            (
                FieldChange("name", "Ada", "Ada L."),
                FieldChange("email", "ada@example.edu", "ada@x.edu"),
                FieldChange("sis_user_id", "1", "2"),
                FieldChange("section", "S1", "S2"),
                FieldChange("role", "student", "ta"),
            ),
        ),
    )
    assert (made.adds, made.drops, made.unchanged) == ((), (), 1)
    assert people(session)["ada"] == ("Ada L.", "ada@x.edu", "2", "S2", "ta", True)
    assert people(session)["bob"] == ("Bob", "bob@x.edu", "", "", "student", True)


def test_people_with_different_changes_each_get_their_own(session: Session) -> None:
    add_person(session, "ada", section="S1")
    add_person(session, "bob", section="S1")
    apply(session, "login,name,section\nada,Ada,S2\nbob,Robert,S1\n")
    assert [row[0] for row in people(session).values()] == ["Ada", "Robert"]
    assert [row[3] for row in people(session).values()] == ["S2", "S1"]


def test_columns_that_the_file_does_not_have_are_left_alone(session: Session) -> None:
    add_person(session, "ada", name="A", sis_user_id="1", section="S1", role="ta")
    made = apply(session, "login,name\nada,Ada\n")
    assert [change.field for change in made.changes[0].fields] == ["name"]
    assert people(session)["ada"] == ("Ada", "ada@example.edu", "1", "S1", "ta", True)


def test_a_blank_cell_clears_what_was_known(session: Session) -> None:
    add_person(session, "ada", sis_user_id="1", section="S1", role="ta")
    apply(session, HEADER + "ada,Ada,,,,\n")
    assert people(session)["ada"] == ("Ada", "", "", "", "student", True)


def test_the_same_file_again_changes_nothing(session: Session) -> None:
    text = HEADER + "ada,Ada,ada@x.edu,007,S1,\nbob,Bob,,,,TA\n"
    apply(session, text)
    before = people(session)
    again = apply(session, text)
    assert (again.adds, again.changes, again.drops, again.unchanged) == ((), (), (), 2)
    assert people(session) == before


# Drops


def test_who_is_missing_becomes_inactive_and_is_not_deleted(session: Session) -> None:
    add_person(session, "ada")
    bob = add_person(session, "bob", section="S1")
    made = apply(session, "login,name\nada,Ada\n")
    assert made.drops == (RosterDrop(bob, "bob", "Bob", Role.STUDENT),)
    assert people(session)["bob"] == ("Bob", "bob@example.edu", "", "S1", "student", False)


def test_who_was_dropped_before_is_not_dropped_again(session: Session) -> None:
    add_person(session, "ada")
    add_person(session, "bob", active=False)
    assert plan(session, "login,name\nada,Ada\n").drops == ()


def test_who_is_listed_again_comes_back_as_they_were(session: Session) -> None:
    add_person(session, "ada")
    bob = add_person(session, "bob", section="S1", active=False)
    made = apply(session, "login,name\nada,Ada\nbob,Bob\n")
    assert made.changes == (RosterChange(bob, "bob", "Bob", (FieldChange("active", False, True),)),)
    assert people(session)["bob"] == ("Bob", "bob@example.edu", "", "S1", "student", True)


@pytest.mark.parametrize(
    ("text", "dropped"),
    [
        ("login,name\nada,Ada\nbob,Bob\n", set()),
        ("login,name\nada,Ada\nbob,Bob\ntess,Tess\n", set()),
        ("login,name\nada,Ada\n", {"bob"}),
        ("login,name,role\nada,Ada,student\nbob,Bob,\n", set()),
        ("login,name,role\ntess,Tess,TA\n", {"tom"}),
        ("login,name,role\nada,Ada,student\nbob,Bob,\ntess,Tess,TA\n", {"tom"}),
        ("login,name,role\nada,Ada,student\nbob,Bob,\nivy,Ivy,instructor\n", set()),
        ("login,name,role\nada,Ada,student\nzed,Zed,instructor\n", {"bob", "ivy"}),
    ],
)
def test_a_file_drops_only_people_of_roles_that_it_speaks_of(
    session: Session, text: str, dropped: set[str]
) -> None:
    add_person(session, "ada")
    add_person(session, "bob")
    add_person(session, "tess", role="ta")
    add_person(session, "tom", role="ta")
    add_person(session, "ivy", role="instructor")
    assert {drop.login for drop in plan(session, text).drops} == dropped


def test_nobody_is_dropped_when_the_file_is_only_an_addition(session: Session) -> None:
    add_person(session, "ada")
    made = plan(session, "login,name\nbob,Bob\n", drop_missing=False)
    apply_roster(session, plan=made, actor="op", now=NOW)
    assert made.drops == ()
    assert logins(session) == {"ada", "bob"}
