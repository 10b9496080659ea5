import pytest
from sqlalchemy.orm import Session

from grader.domain.errors import ImportRefused
from tests.support.people import add_person
from tests.support.rosters import HEADER, apply, logins, people, plan


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
