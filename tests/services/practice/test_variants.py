from decimal import Decimal

import pytest
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from grader.db.session import transaction
from grader.services.practice.deploying import deploy
from grader.services.practice.variants import sightings
from tests.support.classroom import NOW, RIGHT, add_key, make_key
from tests.support.statements import statements
from tests.support.variants import make_draft

PROBLEM, PART = "later/only", "later/only/a"


def add_variants(session: Session, *values: str) -> None:
    key_id = add_key(session, make_key(PROBLEM, {PART: RIGHT[PART]}))
    for value in values:
        draft = make_draft(make_key(PROBLEM, {PART: value}))
        deploy(session, draft=draft, key_id=key_id, actor="op", now=NOW)


@pytest.mark.parametrize(
    ("answer", "numbers"),
    [
        ("5", [1, 3]),
        ("5.00001", [1, 3]),
        ("5.000011", [3]),
        ("6", [2]),
        ("7", []),
        ("25", []),
    ],
)
def test_a_number_is_right_for_each_variant_that_it_lies_within_tolerance_of(
    session: Session, answer: str, numbers: list[int]
) -> None:
    add_variants(session, "5", "6", "5.00001")
    found = sightings(session, problems=[PROBLEM])
    assert found.right_for(PART, Decimal(answer)) == numbers


def test_a_variant_that_went_out_of_use_is_still_recognised(session: Session) -> None:
    add_variants(session, "5")
    add_variants(session, "6")
    found = sightings(session, problems=[PROBLEM])
    assert [found.right_for(PART, Decimal(each)) for each in (5, 6)] == [[1], [2]]


def test_only_the_variants_of_the_problems_asked_for_are_compared(session: Session) -> None:
    add_variants(session, "5")
    found = sightings(session, problems=["set/sum"])
    assert found.right_for(PART, Decimal(5)) == []
    assert sightings(session, problems=[]).right_for(PART, Decimal(5)) == []


def test_once_known_any_number_of_variants_takes_one_query(engine: Engine) -> None:
    with transaction(engine) as session:
        add_variants(session, *(str(each) for each in range(10, 30)))
    for expected in (21, 1):
        with transaction(engine) as session, statements(engine) as sent:
            sightings(session, problems=[PROBLEM])
        assert sum("variants" in statement for statement in sent) == expected
