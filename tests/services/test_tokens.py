import re
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Engine, event, text, update
from sqlalchemy.orm import Session

from grader.db.models import ApiToken, Person
from grader.db.session import reading, transaction
from grader.domain.errors import InvalidRequest, NotAllowed, NotFound
from grader.domain.roles import Role
from grader.services.tokens import (
    TOKEN,
    IssuedToken,
    TokenInfo,
    TokenPrincipal,
    issue_token,
    list_tokens,
    revoke_token,
    token_principal,
    touch_token,
)
from tests.services.people import add_person, at_once

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
TICK = timedelta(microseconds=1)
DAY = timedelta(days=1)
MINUTE = timedelta(minutes=1)
STUDENT = frozenset({"read", "submit"})
STAFF = STUDENT | {"staff"}


def issue(
    session: Session,
    login: str = "ada",
    *,
    name: str = "laptop",
    scopes: list[str] | None = None,
    lifetime: timedelta = DAY,
    now: datetime = NOW,
) -> IssuedToken:
    return issue_token(session, login=login, name=name, lifetime=lifetime, now=now, scopes=scopes)


def who(session: Session, token: str, now: datetime = NOW) -> TokenPrincipal | None:
    return token_principal(session, token=token, now=now)


# Issuing


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


# Recognising


def test_a_token_with_another_secret_is_nobodys(session: Session) -> None:
    add_person(session, "ada")
    add_person(session, "bob")
    adas, bobs = issue(session).token, issue(session, "bob").token
    last = "a" if adas[-1] != "a" else "b"
    assert who(session, adas[:-1] + last) is None
    assert who(session, adas.partition("_")[0] + "_" + bobs.partition("_")[2]) is None


@pytest.mark.parametrize(
    "change",
    [
        str.upper,
        lambda token: token + "a",
        lambda token: token[:-1],
        lambda token: token + "\n",
        lambda token: " " + token,
        lambda token: token.replace("_", "-"),
        lambda token: token.partition("_")[0],
        lambda _: "",
        lambda _: "\ud800",
        lambda _: "a\0b",
        lambda _: "x" * 100_000,
        lambda _: "pgaaaaaaaa_" + "a" * 56,
    ],
)
def test_what_is_not_a_token_of_ours_is_nobodys(session: Session, change: object) -> None:
    add_person(session, "ada")
    token = issue(session).token
    assert callable(change)
    assert who(session, change(token)) is None


def test_a_dropped_persons_token_is_dead(session: Session) -> None:
    ada = add_person(session, "ada")
    token = issue(session).token
    session.execute(update(Person).where(Person.id == ada).values(active=False))
    assert who(session, token) is None


def test_a_token_loses_the_staff_scope_with_the_role(session: Session) -> None:
    ada = add_person(session, "ada", role="ta")
    token = issue(session).token
    session.execute(update(Person).where(Person.id == ada).values(role="student"))
    found = who(session, token)
    assert found is not None
    assert (found.role, found.scopes, found.may("staff")) == (Role.STUDENT, STUDENT, False)


def test_recognising_a_token_is_one_statement_and_none_for_other_text(engine: Engine) -> None:
    with transaction(engine) as session:
        add_person(session, "ada")
        token = issue(session).token
    statements: list[str] = []
    with reading(engine) as session:
        session.connection()
        event.listen(
            engine,
            "before_cursor_execute",
            lambda _c, _u, statement, *_: statements.append(statement),
        )
        assert who(session, token)
        assert who(session, "no token") is None
    assert [statement.split()[0] for statement in statements] == ["SELECT"]


def test_the_form_of_a_token_is_public_for_scanners() -> None:
    assert TOKEN.fullmatch("pgk7m2q4xa_" + "a2b3" * 14)
    assert not TOKEN.fullmatch("pgk7m2q4xa_" + "a2b1" * 14)


# Last use


@pytest.mark.parametrize(
    ("later", "due"),
    [(timedelta(0), False), (MINUTE - TICK, False), (MINUTE, True), (DAY - TICK, True)],
)
def test_a_use_is_noted_at_most_once_a_minute(
    session: Session, later: timedelta, due: object
) -> None:
    add_person(session, "ada")
    issue(session, name="other")
    issued = issue(session, now=NOW + TICK)
    prefix = issued.info.prefix
    touch_token(session, prefix=prefix, now=NOW)
    found = who(session, issued.token, NOW + later)
    assert found is not None
    assert found.needs_touch is due
    touch_token(session, prefix=prefix, now=NOW + later)
    other, mine = list_tokens(session)
    assert mine.last_used_at == (NOW + later if due else NOW)
    assert other.last_used_at is None


def test_parallel_uses_are_noted_once(engine: Engine) -> None:
    with transaction(engine) as session:
        add_person(session, "ada")
        prefix = issue(session).info.prefix
    moments = iter(NOW + TICK * count for count in range(8))

    def use() -> datetime:
        moment = next(moments)
        with transaction(engine) as session:
            touch_token(session, prefix=prefix, now=moment)
            noted = list_tokens(session)[0].last_used_at
        assert noted is not None
        return noted

    assert len(set(at_once(8, use))) == 1


# Listing and revoking


def test_tokens_are_listed_oldest_first_with_everything_but_the_secret(session: Session) -> None:
    add_person(session, "ada")
    add_person(session, "bob", role="ta")
    young = issue(session, name="young", scopes=["read"], now=NOW + TICK).info
    old = issue(session, name="old").info
    bobs = issue(session, "bob", now=NOW + MINUTE).info
    assert list_tokens(session) == [old, young, bobs]
    assert list_tokens(session, login="Ada") == [old, young]
    assert list_tokens(session, login="bob") == [bobs]
    assert young == TokenInfo(
        young.prefix, "ada", "young", frozenset({"read"}), NOW + TICK, NOW + TICK + DAY, None, None
    )


def test_the_tokens_of_nobody_are_not_an_empty_list(session: Session) -> None:
    with pytest.raises(NotFound):
        list_tokens(session, login="eve")


def test_a_revoked_token_is_dead_and_stays_listed(session: Session) -> None:
    add_person(session, "ada")
    gone, kept = issue(session), issue(session, now=NOW + TICK)
    revoke_token(session, prefix=gone.info.prefix, now=NOW)
    revoke_token(session, prefix=gone.info.prefix, now=NOW + DAY)
    assert who(session, gone.token) is None
    assert who(session, kept.token) is not None
    assert [info.revoked_at for info in list_tokens(session)] == [NOW, None]


def test_a_person_revokes_only_their_own(session: Session) -> None:
    ada, bob = add_person(session, "ada"), add_person(session, "bob")
    issued = issue(session)
    prefix = issued.info.prefix
    with pytest.raises(NotFound) as anothers:
        revoke_token(session, prefix=prefix, now=NOW, person_id=bob)
    assert who(session, issued.token) is not None
    revoke_token(session, prefix=prefix, now=NOW, person_id=ada)
    assert who(session, issued.token) is None
    with pytest.raises(NotFound) as absent:
        revoke_token(session, prefix="pgaaaaaaaa", now=NOW, person_id=bob)
    assert str(anothers.value).replace(prefix, "pgaaaaaaaa") == str(absent.value)


@pytest.mark.parametrize("prefix", ["", "pgaaaaaaaa", "a\0b", "\ud800", "x" * 10_000])
def test_an_unknown_token_can_not_be_revoked(session: Session, prefix: str) -> None:
    add_person(session, "ada")
    issue(session)
    with pytest.raises(NotFound, match="There is no token") as refused:
        revoke_token(session, prefix=prefix, now=NOW)
    assert len(str(refused.value)) < 100
    assert session.query(ApiToken).filter(ApiToken.revoked_at.is_not(None)).count() == 0
