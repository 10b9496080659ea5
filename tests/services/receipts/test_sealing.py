from dataclasses import replace
from datetime import datetime, timedelta
from hashlib import sha256

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from grader.db.models import AnswerKeyRow
from grader.domain.errors import GraderError, NoPolicy, NotFound, NotOpen, StillOpen
from grader.domain.policy import policy_of
from grader.domain.receipts import canonical_json
from grader.services.keys.documents import key_document, key_from
from grader.services.policies.releasing import release
from grader.services.receipts.sealing import open_key, seal_of
from tests.support.classroom import RIGHT, add_key, add_policy, make_key
from tests.support.courses import COURSE, SET
from tests.support.people import add_person

MOMENT = timedelta(microseconds=1)
POLICY = policy_of(COURSE, SET)
assert POLICY.closes is not None
assert POLICY.opens is not None
OVER = POLICY.closes
KEY = make_key("set/sum", {part: RIGHT[part] for part in ("set/sum/a", "set/sum/b")})
ENDLESS = replace(POLICY, due=None, closes=None, max_late_days=0)


@pytest.fixture
def key_id(session: Session) -> int:
    return add_key(session, KEY, active=True)


def test_a_seal_is_the_same_as_anybody_makes_it_from_the_opened_key(
    session: Session, key_id: int
) -> None:
    add_policy(session, POLICY)
    opened = open_key(session, problem="set/sum", now=OVER)
    seal = seal_of(session, key_id)
    assert (seal.version, opened.version) == (1, 1)
    assert seal.commitment == sha256(opened.nonce + canonical_json(opened.content)).hexdigest()
    assert opened.content == key_document(KEY)
    assert key_from(opened.content) == KEY


def test_each_version_has_a_nonce_of_its_own_so_equal_keys_have_seals_that_differ(
    session: Session, key_id: int
) -> None:
    again = add_key(session, KEY)
    nonces = session.scalars(select(AnswerKeyRow.nonce)).all()
    assert [len(nonce) for nonce in nonces] == [32, 32]
    assert nonces[0] != nonces[1]
    assert seal_of(session, key_id).commitment != seal_of(session, again).commitment


@pytest.mark.usefixtures("key_id")
@pytest.mark.parametrize(
    ("now", "refusal"),
    [(POLICY.opens - MOMENT, NotOpen), (POLICY.opens, StillOpen), (OVER - MOMENT, StillOpen)],
)
def test_a_key_stays_sealed_until_all_work_is_over(
    session: Session, now: datetime, refusal: type[GraderError]
) -> None:
    add_policy(session, POLICY)
    with pytest.raises(refusal):
        open_key(session, problem="set/sum", now=now)


@pytest.mark.usefixtures("key_id")
def test_until_when_somebody_s_work_counts_is_told_to_nobody_else(session: Session) -> None:
    add_policy(session, POLICY)
    with pytest.raises(StillOpen) as refused:
        open_key(session, problem="set/sum", now=OVER - MOMENT)
    assert str(refused.value) == (
        "Work can still count or be handed in. The key is opened when that is over for the whole class."
    )


@pytest.mark.usefixtures("key_id")
@pytest.mark.parametrize("now", [OVER, OVER + MOMENT])
def test_a_key_is_opened_from_the_close_on(session: Session, now: datetime) -> None:
    add_policy(session, POLICY)
    assert open_key(session, problem="set/sum", now=now, version=1).version == 1


@pytest.mark.usefixtures("key_id")
def test_without_a_policy_nothing_says_that_work_is_over(session: Session) -> None:
    with pytest.raises(NoPolicy):
        open_key(session, problem="set/sum", now=OVER)


@pytest.mark.usefixtures("key_id")
def test_graded_work_without_an_end_is_never_over(session: Session) -> None:
    add_policy(session, replace(ENDLESS, graded=True))
    with pytest.raises(StillOpen, match="no due date"):
        open_key(session, problem="set/sum", now=OVER)


@pytest.mark.usefixtures("key_id")
def test_practice_without_an_end_is_opened_with_its_solutions_and_never_by_itself(
    session: Session,
) -> None:
    add_policy(session, replace(ENDLESS, graded=False))
    with pytest.raises(StillOpen, match="until its solutions are shown"):
        open_key(session, problem="set/sum", now=OVER)
    staff = add_person(session, "tia", role="ta")
    release(session, assignment="set", person_id=staff, actor="tia", released=True, now=OVER)
    assert open_key(session, problem="set/sum", now=OVER).version == 1


@pytest.mark.usefixtures("key_id")
@pytest.mark.parametrize(("problem", "version"), [("set/sum", 2), ("set/sum", 0), ("set/x", None)])
def test_a_key_that_is_not_there_is_not_opened(
    session: Session, problem: str, version: int | None
) -> None:
    add_policy(session, POLICY)
    with pytest.raises(NotFound):
        open_key(session, problem=problem, now=OVER, version=version)
