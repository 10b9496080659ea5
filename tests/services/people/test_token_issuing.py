import re
from datetime import timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from grader.domain.errors import InvalidRequest, NotAllowed, NotFound
from grader.domain.roles import Role
from grader.services.people.token_list import list_tokens
from grader.services.people.token_principals import TokenPrincipal
from tests.support.people import add_person
from tests.support.tokens import DAY, NOW, STAFF, STUDENT, TICK, issue, who


def test_a_token_says_who_acts_and_with_which_scopes(session: Session) -> None:
    ada = add_person(session, "ada", name="Ada L.", section="S1")
    add_person(session, "bob")
    issued = issue(session, "ADA ")
    assert who(session, issued.token) == TokenPrincipal(
        ada,
        "ada",
        "Ada L.",
        Role.STUDENT,
        "S1",
        STUDENT,
        "ada@example.edu",
        prefix=issued.info.prefix,
        needs_touch=True,
    )


def test_a_token_is_recognisable_by_its_form(session: Session) -> None:
    add_person(session, "ada")
    issued = [issue(session) for _ in range(20)]
    for one in issued:
        assert re.fullmatch(r"pg[a-z2-7]{8}_[a-z2-7]{56}", one.token)
        assert one.token.startswith(one.info.prefix + "_")
    assert len({one.token for one in issued}) == 20


def test_only_a_hash_is_stored_and_the_secret_hides_from_logs(session: Session) -> None:
    add_person(session, "ada")
    issued = issue(session)
    secret = issued.token.partition("_")[2]
    (row,) = session.execute(text("SELECT * FROM api_tokens")).all()
    assert not any(secret in str(value) for value in row)
    assert secret not in repr(issued)


@pytest.mark.parametrize(
    ("role", "asked", "given"),
    [
        ("student", None, STUDENT),
        ("student", ["read"], frozenset({"read"})),
        ("student", ["submit", "read", "read"], STUDENT),
        ("ta", None, STAFF),
        ("instructor", None, STAFF),
        ("ta", ["staff"], frozenset({"staff"})),
        ("instructor", ["read"], frozenset({"read"})),
    ],
)
def test_scopes_are_what_was_asked_for_or_all_that_the_role_may(
    session: Session, role: str, asked: list[str] | None, given: frozenset[str]
) -> None:
    add_person(session, "ada", role=role)
    issued = issue(session, scopes=asked)
    found = who(session, issued.token)
    assert issued.info.scopes == given
    assert found is not None
    assert found.scopes == given


@pytest.mark.parametrize("scopes", [["staff"], ["read", "staff"]])
def test_a_student_gets_no_staff_scope(session: Session, scopes: list[str]) -> None:
    add_person(session, "ada")
    with pytest.raises(NotAllowed, match="staff"):
        issue(session, scopes=scopes)
    assert list_tokens(session) == []


@pytest.mark.parametrize(
    ("scopes", "sentence"),
    [
        (["admin"], "'admin' is none of them"),
        (["read", "Read"], "'Read' is none of them"),
        ([""], "'' is none of them"),
        ([], "a token needs one"),
    ],
)
def test_unknown_and_no_scopes_are_refused(
    session: Session, scopes: list[str], sentence: str
) -> None:
    add_person(session, "ada", role="instructor")
    with pytest.raises(InvalidRequest, match=sentence):
        issue(session, scopes=scopes)


@pytest.mark.parametrize("name", ["", "  ", "a\0b", "a\nb", "\ud800", "x" * 81])
def test_a_token_needs_a_printable_name(session: Session, name: str) -> None:
    add_person(session, "ada")
    with pytest.raises(InvalidRequest, match="1 to 80"):
        issue(session, name=name)


@pytest.mark.parametrize(("name", "shown"), [("x" * 80, "x" * 80), (" büro ", "büro")])
def test_a_tokens_name_is_kept_without_space_around(
    session: Session, name: str, shown: str
) -> None:
    add_person(session, "ada")
    assert issue(session, name=name).info.name == shown


@pytest.mark.parametrize("lifetime", [timedelta(0), -DAY, 366 * DAY + TICK])
def test_a_lifetime_out_of_bounds_is_refused(session: Session, lifetime: timedelta) -> None:
    add_person(session, "ada")
    with pytest.raises(InvalidRequest, match="366d"):
        issue(session, lifetime=lifetime)


@pytest.mark.parametrize("lifetime", [TICK, 366 * DAY])
def test_a_token_lives_until_just_before_its_lifetime_is_over(
    session: Session, lifetime: timedelta
) -> None:
    add_person(session, "ada")
    issued = issue(session, lifetime=lifetime)
    assert issued.info.expires_at == NOW + lifetime
    assert who(session, issued.token, NOW + lifetime - TICK)
    assert who(session, issued.token, NOW + lifetime) is None


@pytest.mark.parametrize(
    ("login", "sentence"), [("eve", "Nobody on the roster"), ("bob", "no longer on the roster")]
)
def test_a_token_is_for_someone_on_the_roster(session: Session, login: str, sentence: str) -> None:
    add_person(session, "bob", active=False)
    with pytest.raises(NotFound, match=sentence):
        issue(session, login)
