import pytest
from sqlalchemy.orm import Session

from grader.db.models import ApiToken
from grader.domain.errors import InvalidRequest, NotFound
from grader.services.people.token_list import (
    MOST_LIVE,
    TokenInfo,
    check_another,
    list_tokens,
    revoke_token,
)
from tests.support.people import add_person
from tests.support.tokens import DAY, MINUTE, NOW, TICK, issue, who


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
    revoke_token(session, prefix=gone.info.prefix, actor="op", now=NOW)
    revoke_token(session, prefix=gone.info.prefix, actor="op", now=NOW + DAY)
    assert who(session, gone.token) is None
    assert who(session, kept.token) is not None
    assert [info.revoked_at for info in list_tokens(session)] == [NOW, None]


def test_a_person_revokes_only_their_own(session: Session) -> None:
    ada, bob = add_person(session, "ada"), add_person(session, "bob")
    issued = issue(session)
    prefix = issued.info.prefix
    with pytest.raises(NotFound) as anothers:
        revoke_token(session, prefix=prefix, actor="op", now=NOW, person_id=bob)
    assert who(session, issued.token) is not None
    revoke_token(session, prefix=prefix, actor="op", now=NOW, person_id=ada)
    assert who(session, issued.token) is None
    with pytest.raises(NotFound) as absent:
        revoke_token(session, prefix="pgaaaaaaaa", actor="op", now=NOW, person_id=bob)
    assert str(anothers.value).replace(prefix, "pgaaaaaaaa") == str(absent.value)


@pytest.mark.parametrize("prefix", ["", "pgaaaaaaaa", "a\0b", "\ud800", "x" * 10_000])
def test_an_unknown_token_can_not_be_revoked(session: Session, prefix: str) -> None:
    add_person(session, "ada")
    issue(session)
    with pytest.raises(NotFound, match="There is no token") as refused:
        revoke_token(session, prefix=prefix, actor="op", now=NOW)
    assert len(str(refused.value)) < 100
    assert session.query(ApiToken).filter(ApiToken.revoked_at.is_not(None)).count() == 0


def test_only_tokens_that_work_are_in_the_way_of_another(session: Session) -> None:
    add_person(session, "ada")
    for number in range(MOST_LIVE):
        issue(session, name=f"t{number}")
    with pytest.raises(InvalidRequest, match="You have a token called 't0' already"):
        check_another(session, login="ada", name=" t0 ", now=NOW)
    with pytest.raises(InvalidRequest, match="You have 20 tokens that work"):
        check_another(session, login="ada", name="one more", now=NOW)
    check_another(session, login="ada", name="t0", now=NOW + DAY)
