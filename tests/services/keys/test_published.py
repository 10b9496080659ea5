"""Published keys, as operators read them."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy.orm import Session

from grader.db.models import ActiveKey, AnswerKeyRow
from grader.domain.errors import NotFound
from grader.domain.grading import AnswerKey, PartKey
from grader.services.keys.documents import key_document
from grader.services.keys.published import missing_keys, stored_key

NOW = datetime(2026, 3, 9, 12, tzinfo=UTC)
PROVENANCE: dict[str, Any] = {"solution": "abc"}


def key(expected: str) -> AnswerKey:
    part = PartKey(Decimal(expected), Decimal("0.00001"))
    return AnswerKey("set/sum", {"set/sum/a": part}, {}, {})


@pytest.fixture
def two_versions(session: Session) -> Session:
    """Versions 1 and 2 of a key, of which the first is active."""
    for version, expected in ((1, "0.25"), (2, "0.5")):
        row = AnswerKeyRow(
            problem="set/sum",
            version=version,
            content=key_document(key(expected)),
            provenance=PROVENANCE,
            created_at=NOW,
        )
        session.add(row)
        session.flush()
        if version == 1:
            session.add(ActiveKey(problem="set/sum", key_id=row.id))
    session.flush()
    return session


def test_without_a_version_the_active_key_is_given(two_versions: Session) -> None:
    stored = stored_key(two_versions, problem="set/sum")
    assert (stored.version, stored.active, stored.created_at) == (1, True, NOW)
    assert stored.key == key("0.25")
    assert stored.provenance == PROVENANCE


def test_a_version_is_given_whether_or_not_it_is_active(two_versions: Session) -> None:
    assert stored_key(two_versions, problem="set/sum", version=1).active
    second = stored_key(two_versions, problem="set/sum", version=2)
    assert (second.version, second.active, second.key) == (2, False, key("0.5"))


@pytest.mark.parametrize(
    ("problem", "version", "message"),
    [
        ("set/sum", 3, "There is no version 3 of the key of set/sum"),
        ("set/last", None, "There is no key of set/last"),
    ],
)
def test_what_is_not_there_is_refused(
    two_versions: Session, problem: str, version: int | None, message: str
) -> None:
    with pytest.raises(NotFound, match=message):
        stored_key(two_versions, problem=problem, version=version)


def test_problems_without_a_key_are_named_in_order(two_versions: Session) -> None:
    wanted = ["set/last", "set/sum", "later/only"]
    assert missing_keys(two_versions, wanted) == ["set/last", "later/only"]
