from typing import Any

import pytest
from sqlalchemy import Engine, select, update
from sqlalchemy.orm import Session

from grader.db.models import Person
from grader.db.session import reading, transaction
from grader.domain.errors import ImportRefused, StalePlan
from grader.domain.roles import Role
from grader.services.roster import (
    FieldChange,
    RosterChange,
    RosterDrop,
    RosterPlan,
    apply_roster,
    plan_roster,
)
from grader.services.rosterfile import read_roster
from tests.services.people import add_person, at_once

HEADER = "login,name,email,sid,section,role\n"


def plan(session: Session, text: str, *, drop_missing: bool = True) -> RosterPlan:
    return plan_roster(session, read_roster(text.encode()), drop_missing=drop_missing)


def apply(session: Session, text: str, **options: bool) -> RosterPlan:
    made = plan(session, text)
    apply_roster(session, plan=made, **options)
    return made


def people(session: Session) -> dict[str, tuple[Any, ...]]:
    rows = session.execute(
        select(
            Person.login,
            Person.name,
            Person.email,
            Person.sis_user_id,
            Person.section,
            Person.role,
            Person.active,
        )
    )
    return {login: tuple(rest) for login, *rest in rows}


def logins(session: Session) -> set[str]:
    """Who is active."""
    return {login for login, (*_, active) in people(session).items() if active}


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
    apply_roster(session, plan=made)
    assert made.drops == ()
    assert logins(session) == {"ada", "bob"}


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
            apply_roster(session, plan=made)
        assert people(session) == before
    apply_roster(session, plan=made, allow_mass_drop=True)
    assert sum(login.startswith("s") for login in logins(session)) == kept


def test_all_assistants_may_change_without_a_mass_drop(session: Session) -> None:
    add_person(session, "ada")
    add_person(session, "tess", role="ta")
    add_person(session, "tom", role="ta")
    apply(session, "login,name,role\nada,Ada,\numa,Uma,TA\n")
    assert logins(session) == {"ada", "uma"}


def test_the_first_roster_of_a_course_is_no_mass_drop(session: Session) -> None:
    assert not plan(session, "login,name\nada,Ada\n").mass_drop


# Clashes with people whom the file does not replace


def test_an_address_of_someone_who_stays_is_refused_with_the_row(session: Session) -> None:
    add_person(session, "tess", role="ta", email="t@x.edu", sis_user_id="9")
    with pytest.raises(ImportRefused) as refused:
        plan(session, HEADER + "bob,Bob,,,,\nada,Ada,T@x.edu,9,,\n")
    assert refused.value.problems == (
        "row 3: the e-mail address 't@x.edu' is that of tess",
        "row 3: the SIS user ID '9' is that of tess",
    )


def test_an_address_of_someone_who_is_dropped_or_inactive_is_free(session: Session) -> None:
    add_person(session, "bob", email="b@x.edu")
    add_person(session, "cy", email="c@x.edu", active=False)
    apply(session, HEADER + "ada,Ada,b@x.edu,,,\neve,Eve,c@x.edu,,,\n", allow_mass_drop=True)
    assert logins(session) == {"ada", "eve"}


def test_two_people_of_the_file_may_swap_addresses(session: Session) -> None:
    add_person(session, "ada", email="b@x.edu")
    add_person(session, "bob", email="a@x.edu")
    apply(session, HEADER + "ada,Ada,a@x.edu,,,\nbob,Bob,b@x.edu,,,\n")
    assert [row[1] for row in people(session).values()] == ["a@x.edu", "b@x.edu"]


def test_who_comes_back_may_not_bring_an_address_that_is_taken_now(session: Session) -> None:
    add_person(session, "ada", email="a@x.edu", active=False)
    add_person(session, "bob", email="a@x.edu")
    with pytest.raises(ImportRefused) as refused:
        plan(session, "login,name\nbob,Bob\nada,Ada\n")
    assert refused.value.problems == ("row 3: the e-mail address 'a@x.edu' is that of bob",)


def test_an_address_stored_with_capitals_clashes_too(session: Session) -> None:
    add_person(session, "tess", role="ta", email="T@X.edu")
    with pytest.raises(ImportRefused):
        plan(session, HEADER + "ada,Ada,t@x.edu,,,\n")


def test_people_without_an_address_do_not_clash(session: Session) -> None:
    add_person(session, "tess", role="ta", email="")
    made = plan(session, HEADER + "ada,Ada,,,,\nbob,Bob,,,,\n")
    assert len(made.adds) == 2


def test_a_clash_that_the_file_has_no_part_in_does_not_stop_it(session: Session) -> None:
    add_person(session, "tess", role="ta", email="t@x.edu")
    add_person(session, "tom", role="ta", email="t@x.edu")
    assert len(plan(session, HEADER + "ada,Ada,,,,\n").adds) == 1


def test_no_more_than_fifty_clashes_are_told(session: Session) -> None:
    for number in range(51):
        add_person(session, f"t{number}", role="ta", email=f"{number}@x.edu")
    text = HEADER + "".join(f"s{number},S,{number}@x.edu,,,\n" for number in range(51))
    with pytest.raises(ImportRefused) as refused:
        plan(session, text)
    assert len(refused.value.problems) == 50


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
        apply_roster(session, plan=made)
    assert people(session) == before


def test_a_plan_made_in_one_transaction_is_applied_in_another(engine: Engine) -> None:
    with transaction(engine) as session:
        add_person(session, "ada")
    with reading(engine) as session:
        made = plan(session, "login,name\nada,Ada\nbob,Bob\n")
    with transaction(engine) as session:
        apply_roster(session, plan=made)
    with reading(engine) as session:
        assert logins(session) == {"ada", "bob"}


def test_of_two_imports_at_once_one_is_done_and_the_other_refused(engine: Engine) -> None:
    with reading(engine) as session:
        made = plan(session, "login,name\nada,Ada\nbob,Bob\n")

    def go() -> str:
        try:
            with transaction(engine) as session:
                apply_roster(session, plan=made)
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
