from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Engine, select, text, update
from sqlalchemy.orm import Session

from grader.db.models import BrowserSession, Person, SigninLink
from grader.db.session import reading, transaction
from grader.domain.errors import NotFound
from grader.domain.roles import Role
from grader.services.people.browser_sessions import end_session, session_principal
from grader.services.people.identity import Principal, person_by_login
from grader.services.people.signin_links import (
    LINK_QUOTA,
    LINK_QUOTA_WINDOW,
    consume_link,
    make_signin_link,
    peek_link,
)
from grader.web.signin import LINK_LIFETIME
from tests.support.people import add_person, at_once
from tests.support.statements import statements

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
TICK = timedelta(microseconds=1)
LIFETIME = timedelta(minutes=20)
DAY = timedelta(days=1)
UNENCODABLE = "\ud800"


def link_for(session: Session, who: str, now: datetime = NOW) -> str | None:
    made = make_signin_link(session, login_or_email=who, now=now, lifetime=LIFETIME)
    return made and made[1]


def a_link(session: Session, who: str = "ada", now: datetime = NOW) -> str:
    token = link_for(session, who, now)
    assert token is not None
    return token


def sign_in(session: Session, who: str = "ada") -> str:
    return consume_link(session, token=a_link(session, who), now=NOW, lifetime=DAY)


def deactivate(session: Session, person_id: int) -> None:
    session.execute(update(Person).where(Person.id == person_id).values(active=False))


# What a principal may


@pytest.mark.parametrize(
    ("role", "scopes", "allowed"),
    [
        (Role.STUDENT, None, {"read", "submit"}),
        (Role.TA, None, {"read", "submit", "staff"}),
        (Role.INSTRUCTOR, None, {"read", "submit", "staff"}),
        (Role.STUDENT, frozenset({"read"}), {"read"}),
        (Role.STUDENT, frozenset({"staff"}), set()),
        (Role.TA, frozenset({"staff"}), {"staff"}),
        (Role.TA, frozenset(), set()),
    ],
)
def test_a_principal_may_what_both_role_and_token_cover(
    role: Role, scopes: frozenset[str] | None, allowed: set[str]
) -> None:
    principal = Principal(1, "ada", "Ada", role, "", scopes)
    assert {scope for scope in ("read", "submit", "staff", "else") if principal.may(scope)} == (
        allowed
    )


# Finding a person


def test_a_person_is_found_by_login_in_any_case(session: Session) -> None:
    ada = add_person(session, "ada")
    add_person(session, "bob")
    assert person_by_login(session, login=" ADA ").id == ada


@pytest.mark.parametrize("login", ["", "eve", "ada@example.edu", "a\0da", "\ud800"])
def test_a_login_that_nobody_has_is_named_in_the_refusal(session: Session, login: str) -> None:
    add_person(session, "ada")
    with pytest.raises(NotFound, match="Nobody on the roster"):
        person_by_login(session, login=login)


# Making a link


@pytest.mark.parametrize(
    "typed", ["ada", "ADA", "  Ada\n", "ada@example.edu", "Ada@EXAMPLE.edu", "\u00a0ada"]
)
def test_a_link_is_made_for_a_login_or_an_address_in_any_case(session: Session, typed: str) -> None:
    ada = add_person(session, "ada", name="Ada L.", section="S1", role="ta")
    add_person(session, "bob")
    made = make_signin_link(session, login_or_email=typed, now=NOW, lifetime=LIFETIME)
    assert made is not None
    assert made[0] == Principal(ada, "ada", "Ada L.", Role.TA, "S1", None, "ada@example.edu")
    assert len(made[1]) >= 43


def test_an_address_stored_with_capitals_is_matched_too(session: Session) -> None:
    add_person(session, "ada", email="Ada@Example.EDU")
    assert link_for(session, "ada@example.edu")


def test_letters_beyond_ascii_are_matched_in_any_case_and_composition(session: Session) -> None:
    add_person(session, "j\u00fcrgen")
    assert link_for(session, "JU\u0308RGEN")


@pytest.mark.parametrize(
    "typed", ["", "   ", "eve", "a\0da", "\ud800", "ada\u200b", "a" * 255, "%", "' OR 1=1 --"]
)
def test_no_link_is_made_for_what_names_nobody(session: Session, typed: str) -> None:
    add_person(session, "ada", email="")
    assert link_for(session, typed) is None


def test_the_longest_address_is_still_looked_up(session: Session) -> None:
    add_person(session, "ada", email="a" * 250 + "@b.c")
    assert link_for(session, "a" * 250 + "@b.c")


def test_no_link_is_made_for_someone_inactive(session: Session) -> None:
    add_person(session, "ada", active=False)
    assert link_for(session, "ada") is None


def test_an_address_that_two_people_share_signs_nobody_in(session: Session) -> None:
    add_person(session, "ada", email="lab@example.edu")
    add_person(session, "bob", email="lab@example.edu")
    assert link_for(session, "lab@example.edu") is None


def test_an_address_is_its_active_holders_though_a_dropped_person_had_it(session: Session) -> None:
    add_person(session, "old", email="ada@example.edu", active=False)
    ada = add_person(session, "ada")
    token = a_link(session, "ada@example.edu")
    assert peek_link(session, token=token, now=NOW).person_id == ada


def test_a_login_goes_before_an_equal_address_of_another(session: Session) -> None:
    add_person(session, "eve", email="ada@x.edu")
    ada = add_person(session, "ada@x.edu", email="other@x.edu")
    token = a_link(session, "ada@x.edu")
    assert peek_link(session, token=token, now=NOW).person_id == ada


def test_only_a_hash_of_a_links_token_is_stored(session: Session) -> None:
    add_person(session, "ada")
    token = a_link(session)
    (row,) = session.execute(text("SELECT * FROM signin_links")).all()
    assert not any(token in str(value) for value in row)
    assert len(row.token_sha256) == 64


def test_two_links_have_different_tokens(session: Session) -> None:
    add_person(session, "ada")
    assert a_link(session) != a_link(session)


def test_a_person_gets_five_links_in_fifteen_minutes(session: Session) -> None:
    add_person(session, "ada")
    add_person(session, "bob")
    made = [link_for(session, "ada") for _ in range(7)]
    assert [bool(token) for token in made] == [True] * 5 + [False] * 2
    assert link_for(session, "ada@example.edu") is None
    assert link_for(session, "bob"), "another's quota is untouched"


@pytest.mark.parametrize(("later", "made"), [(timedelta(0), True), (-TICK, False)])
def test_the_quota_is_free_again_after_exactly_fifteen_minutes(
    session: Session, later: timedelta, made: object
) -> None:
    add_person(session, "ada")
    for _ in range(LINK_QUOTA):
        a_link(session)
    again = link_for(session, "ada", NOW + LINK_QUOTA_WINDOW + later)
    assert (again is not None) is made


def test_who_uses_up_another_s_quota_has_sent_them_links_that_work(session: Session) -> None:
    ada = add_person(session, "ada")
    made = [a_link(session) for _ in range(LINK_QUOTA)]
    last = NOW + LINK_QUOTA_WINDOW - TICK
    assert link_for(session, "ada", last) is None
    assert [peek_link(session, token=each, now=last).person_id for each in made] == [ada] * 5
    assert LINK_LIFETIME >= 2 * LINK_QUOTA_WINDOW


def test_an_operator_is_not_limited(session: Session) -> None:
    add_person(session, "ada")
    for _ in range(LINK_QUOTA + 2):
        assert make_signin_link(
            session, login_or_email="ada", now=NOW, lifetime=LIFETIME, limited=False
        )


def test_the_quota_is_exact_under_parallel_requests(engine: Engine) -> None:
    with transaction(engine) as session:
        add_person(session, "ada")

    def ask() -> str | None:
        with transaction(engine) as session:
            return link_for(session, "ada")

    made = at_once(12, ask)
    assert sum(token is not None for token in made) == LINK_QUOTA


# Looking at a link


def test_looking_at_a_link_names_the_person_and_consumes_nothing(session: Session) -> None:
    ada = add_person(session, "ada")
    add_person(session, "bob")
    token = a_link(session)
    a_link(session, "bob")
    for _ in range(3):
        assert peek_link(session, token=token, now=NOW).person_id == ada
    assert consume_link(session, token=token, now=NOW, lifetime=DAY)


def test_dead_links_of_every_kind_get_one_and_the_same_sentence(session: Session) -> None:
    add_person(session, "ada")
    bob = add_person(session, "bob")
    used, old, dropped = a_link(session), a_link(session), a_link(session, "bob")
    consume_link(session, token=used, now=NOW, lifetime=DAY)
    deactivate(session, bob)
    sentences = set()
    guessed = "a-guessed-token"
    for token, now in [
        (used, NOW),
        (old, NOW + LIFETIME),
        (dropped, NOW),
        (guessed, NOW),
        ("", NOW),
        (UNENCODABLE, NOW),
        ("a\0b", NOW),
    ]:
        with pytest.raises(NotFound) as peeked:
            peek_link(session, token=token, now=now)
        with pytest.raises(NotFound) as consumed:
            consume_link(session, token=token, now=now, lifetime=DAY)
        sentences |= {str(peeked.value), str(consumed.value)}
    assert len(sentences) == 1
    sentence = sentences.pop()
    assert "ask for a new one" in sentence
    assert guessed not in sentence


def test_a_link_works_until_just_before_it_expires(session: Session) -> None:
    add_person(session, "ada")
    token = a_link(session)
    last = NOW + LIFETIME - TICK
    assert peek_link(session, token=token, now=last).login == "ada"
    assert consume_link(session, token=token, now=last, lifetime=DAY)


# Using a link


def test_a_used_link_opens_a_session_of_its_person(session: Session) -> None:
    ada = add_person(session, "ada", role="instructor", section="S2", name="Ada L.")
    add_person(session, "bob")
    opened = sign_in(session)
    assert session_principal(session, token=opened, now=NOW) == Principal(
        ada, "ada", "Ada L.", Role.INSTRUCTOR, "S2", None, "ada@example.edu"
    )


def test_using_a_link_notes_when_and_leaves_the_others(session: Session) -> None:
    add_person(session, "ada")
    first, second = a_link(session), a_link(session)
    consume_link(session, token=first, now=NOW + TICK, lifetime=DAY)
    moments = session.scalars(select(SigninLink.consumed_at)).all()
    assert sorted(moments, key=str) == [NOW + TICK, None]
    assert peek_link(session, token=second, now=NOW).login == "ada"


def test_two_presses_at_once_open_exactly_one_session(engine: Engine) -> None:
    with transaction(engine) as session:
        add_person(session, "ada")
    for _ in range(5):
        with transaction(engine) as session:
            made = make_signin_link(
                session, login_or_email="ada", now=NOW, lifetime=LIFETIME, limited=False
            )
        assert made is not None
        token = made[1]

        def press(token: str = token) -> str | None:
            try:
                with transaction(engine) as session:
                    return consume_link(session, token=token, now=NOW, lifetime=DAY)
            except NotFound:
                return None

        opened = [session_token for session_token in at_once(8, press) if session_token]
        assert len(opened) == 1
    with reading(engine) as session:
        assert len(session.scalars(select(BrowserSession.person_id)).all()) == 5


def test_a_press_whose_transaction_fails_leaves_the_link_good(engine: Engine) -> None:
    with transaction(engine) as session:
        add_person(session, "ada")
        token = a_link(session)

    def fail() -> None:
        with transaction(engine) as session:
            consume_link(session, token=token, now=NOW, lifetime=DAY)
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    with transaction(engine) as session:
        assert consume_link(session, token=token, now=NOW, lifetime=DAY)


# Sessions


def test_only_a_hash_of_a_sessions_token_is_stored(session: Session) -> None:
    add_person(session, "ada")
    opened = sign_in(session)
    (row,) = session.execute(text("SELECT * FROM sessions")).all()
    assert not any(opened in str(value) for value in row)


@pytest.mark.parametrize(("later", "valid"), [(DAY - TICK, True), (DAY, False)])
def test_a_session_ends_when_its_lifetime_is_over(
    session: Session, later: timedelta, valid: object
) -> None:
    add_person(session, "ada")
    opened = sign_in(session)
    found = session_principal(session, token=opened, now=NOW + later)
    assert (found is not None) is valid


@pytest.mark.parametrize("token", ["", "unknown", "\ud800", "a\0b", "x" * 10_000])
def test_an_unknown_session_is_nobodys(session: Session, token: str) -> None:
    add_person(session, "ada")
    sign_in(session)
    assert session_principal(session, token=token, now=NOW) is None


def test_a_links_token_is_no_sessions_token(session: Session) -> None:
    add_person(session, "ada")
    assert session_principal(session, token=a_link(session), now=NOW) is None


def test_a_drop_from_the_roster_counts_at_once(session: Session) -> None:
    ada = add_person(session, "ada")
    opened = sign_in(session)
    deactivate(session, ada)
    assert session_principal(session, token=opened, now=NOW) is None


def test_a_change_of_role_counts_at_once(session: Session) -> None:
    ada = add_person(session, "ada", role="ta")
    opened = sign_in(session)
    before = session_principal(session, token=opened, now=NOW)
    session.execute(update(Person).where(Person.id == ada).values(role="student"))
    assert before is not None
    assert session_principal(session, token=opened, now=NOW) == replace(before, role=Role.STUDENT)


def test_signing_out_ends_one_session_and_no_other(session: Session) -> None:
    add_person(session, "ada")
    here, there = sign_in(session), sign_in(session)
    end_session(session, token=here, now=NOW)
    assert session_principal(session, token=here, now=NOW) is None
    assert session_principal(session, token=there, now=NOW) is not None


def test_signing_out_twice_keeps_the_first_moment(session: Session) -> None:
    add_person(session, "ada")
    opened = sign_in(session)
    end_session(session, token=opened, now=NOW)
    end_session(session, token=opened, now=NOW + DAY)
    end_session(session, token=UNENCODABLE, now=NOW)
    assert session.scalars(select(BrowserSession.revoked_at)).all() == [NOW]


def test_asking_who_is_signed_in_is_one_statement(engine: Engine) -> None:
    with transaction(engine) as session:
        add_person(session, "ada")
        opened = sign_in(session)
    with reading(engine) as session:
        session.connection()
        with statements(engine) as sent:
            assert session_principal(session, token=opened, now=NOW) is not None
    assert [statement.split()[0] for statement in sent] == ["SELECT"]
