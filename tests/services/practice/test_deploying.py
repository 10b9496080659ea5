import pytest
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from grader.content.catalog import digest
from grader.db.models import DataBlob, Variant
from grader.db.session import transaction
from grader.domain.errors import NoKey
from grader.services.keys.documents import key_from
from grader.services.practice.deploying import deploy, newest_graded
from grader.services.practice.variants import deployed
from tests.support.classroom import NOW, RIGHT, add_key, count, make_key
from tests.support.people import at_once
from tests.support.variants import make_draft

PROBLEM = "set/last"
PARTS = {"set/last/a": "3", "set/last/b2": "4"}


def variant(a: str) -> dict[str, str]:
    return PARTS | {"set/last/a": a}


@pytest.fixture
def key_id(session: Session) -> int:
    return add_key(session, make_key(PROBLEM, {part: RIGHT[part] for part in PARTS}), active=True)


def test_variants_are_reviewed_beside_the_newest_key_active_or_not(
    session: Session, key_id: int
) -> None:
    newer = make_key(PROBLEM, PARTS)
    newest = add_key(session, newer)
    assert newest_graded(session, PROBLEM) == (newest, newer)
    assert newest != key_id


def test_a_problem_without_a_key_has_nothing_to_review_beside(session: Session) -> None:
    with pytest.raises(NoKey, match="grader keys publish set/last"):
        newest_graded(session, PROBLEM)


def test_a_variant_is_stored_whole_under_the_next_number(session: Session, key_id: int) -> None:
    data = {"sum-train.csv": b"x1\n1\n"}
    drafts = [make_draft(make_key(PROBLEM, variant(a)), data) for a in ("5", "6")]
    numbers = [deploy(session, draft=each, key_id=key_id, actor="op", now=NOW) for each in drafts]
    assert numbers == [1, 2]
    first = session.scalars(select(Variant).where(Variant.number == 1)).one()
    assert key_from(first.content) == drafts[0].key
    assert (first.provenance, first.created_at) == ({"seed": "7"}, NOW)
    assert session.get_one(DataBlob, digest(data["sum-train.csv"])).content == b"x1\n1\n"
    assert count(session, DataBlob) == 1


def test_numbers_go_on_under_another_key_and_each_problem_has_its_own(
    session: Session, key_id: int
) -> None:
    draft = make_draft(make_key(PROBLEM, PARTS))
    deploy(session, draft=draft, key_id=key_id, actor="op", now=NOW)
    newer = add_key(session, make_key(PROBLEM, variant("8")))
    other = add_key(session, make_key("later/only", {"later/only/a": "7"}))
    elsewhere = make_draft(make_key("later/only", {"later/only/a": "9"}))
    assert deploy(session, draft=draft, key_id=newer, actor="op", now=NOW) == 2
    assert deploy(session, draft=elsewhere, key_id=other, actor="op", now=NOW) == 1


def test_the_variants_of_a_key_are_those_that_were_reviewed_beside_it(
    session: Session, key_id: int
) -> None:
    keys = [make_key(PROBLEM, variant(a)) for a in ("5", "6", "7")]
    newer = add_key(session, make_key(PROBLEM, variant("8")))
    for key, beside in zip(keys, (key_id, newer, key_id), strict=True):
        deploy(session, draft=make_draft(key), key_id=beside, actor="op", now=NOW)
    assert deployed(session, key_id=key_id) == [keys[0], keys[2]]
    assert deployed(session, key_id=newer) == [keys[1]]


def test_two_operators_at_once_get_different_numbers(engine: Engine) -> None:
    with transaction(engine) as session:
        beside = add_key(session, make_key(PROBLEM, PARTS), active=True)

    def one() -> int:
        with transaction(engine) as session:
            draft = make_draft(make_key(PROBLEM, PARTS))
            return deploy(session, draft=draft, key_id=beside, actor="op", now=NOW)

    assert sorted(at_once(4, one)) == [1, 2, 3, 4]
