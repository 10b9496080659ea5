import json
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Engine, text, update
from sqlalchemy.orm import Session

from grader.db.engine import make_engine
from grader.db.models import ActiveKey, AnswerKeyRow, PolicyRow
from grader.db.session import reading, transaction
from grader.domain.grading import AnswerKey, PartKey
from grader.domain.misconceptions import Hint, Misconception
from grader.domain.problem import AttemptRules, Parameter
from grader.services.keys.documents import (
    key_document,
    key_from,
    load_key,
    load_policy,
    policy_document,
    policy_from,
)
from grader.services.keys.published import published_key
from tests.support.classroom import add_key, add_policy, make_key
from tests.support.databases import Databases
from tests.support.statements import statements
from tests.support.values import DUE, POLICY, UNLIMITED

KEY = AnswerKey(
    problem="set/sum",
    parts={
        "set/sum/a": PartKey(
            expected=Decimal("0.46832498712345671234567890123456789"), tolerance=Decimal("0.00001")
        ),
        "set/sum/b": PartKey(
            expected=Decimal("-1E-7"),
            tolerance=Decimal("0.001"),
            accepted=(Decimal("3.50"), Decimal("1e30")),
            misconceptions=(
                Misconception("squared", Decimal("0.1000")),
                Misconception("hidden", Decimal("1E-7"), told=False),
            ),
        ),
    },
    parameters={"eta": Decimal("0.00010"), "steps": 1000, "left": (35, 17), "empty": ()},
    data={"sum-train.csv": "ab" * 32},
    hints={"squared": Hint("You squared.", "sums"), "hidden": Hint("You hid.")},
)


def test_a_key_survives_being_stored_with_every_digit(session: Session) -> None:
    key_id = add_key(session, KEY)
    session.expire_all()
    found = key_from(session.get_one(AnswerKeyRow, key_id).content)
    assert found == KEY
    assert {slug: str(part.expected) for slug, part in found.parts.items()} == {
        slug: str(part.expected) for slug, part in KEY.parts.items()
    }


@pytest.mark.parametrize(
    "parameter",
    [0, 1000, -3, 2**70, Decimal("0.6"), Decimal("2.0"), Decimal("1000.0"), Decimal(1), (1, 2), ()],
)
def test_a_parameter_keeps_its_kind_and_spelling_so_that_statements_show_it_alike(
    parameter: Parameter,
) -> None:
    document = json.loads(json.dumps(key_document(replace(KEY, parameters={"p": parameter}))))
    assert repr(key_from(document).parameters) == repr({"p": parameter})


@given(st.decimals(allow_nan=False, allow_infinity=False), st.integers(), st.lists(st.integers()))
def test_any_parameters_and_values_survive(number: Decimal, whole: int, numbers: list[int]) -> None:
    part = PartKey(expected=number, tolerance=Decimal("0.1"), accepted=(number,))
    key = AnswerKey("p", {"p/a": part}, {"n": number, "w": whole, "l": tuple(numbers)}, {})
    found = key_from(json.loads(json.dumps(key_document(key))))
    assert repr(found) == repr(key)


def test_numbers_stand_as_text_in_a_stored_key() -> None:
    parts = key_document(KEY)["parts"]
    assert parts["set/sum/a"] == {
        "expected": "0.46832498712345671234567890123456789",
        "tolerance": "0.00001",
        "accepted": [],
        "misconceptions": [],
    }
    assert parts["set/sum/b"]["misconceptions"] == [
        {"tag": "squared", "value": "0.1000", "told": True},
        {"tag": "hidden", "value": "1E-7", "told": False},
    ]
    assert parts["set/sum/b"]["accepted"] == ["3.50", "1E+30"]


@pytest.mark.parametrize(
    "policy",
    [
        POLICY,
        replace(POLICY, opens=DUE - timedelta(microseconds=1), closes=DUE, hints_after_wrong=2),
        replace(POLICY, due=None, graded=False, timezone="UTC", points={}),
        replace(POLICY, attempts=replace(UNLIMITED, limit=3)),
        replace(POLICY, points=dict(reversed(list(POLICY.points.items())))),
        replace(POLICY, points={"set/zz/a": Decimal("0.10"), "set/a/a": Decimal(0)}),
    ],
)
def test_a_policy_survives_being_stored_with_its_parts_in_order(
    policy: object, session: Session
) -> None:
    assert isinstance(policy, type(POLICY))
    policy_id = add_policy(session, policy)
    session.expire_all()
    found = policy_from(session.get_one(PolicyRow, policy_id).content)
    assert found == policy
    assert list(found.points.items()) == list(policy.points.items())
    assert isinstance(found.attempts, AttemptRules)


def test_a_policy_that_was_stored_before_explanations_had_points_gives_none_for_them() -> None:
    document = policy_document(replace(POLICY, explanation_points=Decimal("2.5")))
    assert policy_from(document).explanation_points == Decimal("2.5")
    del document["explanation_points"]
    assert policy_from(document) == POLICY


def test_a_policy_that_was_stored_before_there_were_hints_tells_none() -> None:
    document = policy_document(replace(POLICY, hints_after_wrong=2))
    del document["hints_after_wrong"]
    assert policy_from(document) == replace(POLICY, hints_after_wrong=None)


def test_a_stored_document_with_an_unknown_field_is_refused() -> None:
    with pytest.raises(ValueError, match="hint"):
        key_from({**key_document(KEY), "hint": "x"})
    with pytest.raises(ValueError, match="grace"):
        policy_from({**policy_document(POLICY), "grace": 1})


def test_keys_and_policies_are_read_from_the_database_once(engine: Engine) -> None:
    with transaction(engine) as session:
        key_id = add_key(session, KEY)
        policy_id = add_policy(session, POLICY)
    with statements(engine) as sent:
        for _ in range(2):
            with reading(engine) as session:
                session.execute(text("SELECT 1"))
                assert load_key(session, key_id) == KEY
                assert load_policy(session, policy_id) == POLICY
    assert len([one for one in sent if "FROM answer_keys" in one]) == 1
    assert len([one for one in sent if "FROM policies" in one]) == 1


def test_the_published_key_is_read_once_and_is_the_one_that_is_active_now(engine: Engine) -> None:
    with transaction(engine) as session:
        add_key(session, KEY, active=True)
        newer = add_key(session, make_key("set/sum", {"set/sum/a": "7"}))
    with statements(engine) as sent:
        for _ in range(2):
            with reading(engine) as session:
                assert published_key(session, "set/sum") == (1, KEY)
    assert len([one for one in sent if "answer_keys.content" in one]) == 1
    with transaction(engine) as session:
        session.execute(update(ActiveKey).values(key_id=newer))
    with reading(engine) as session:
        found = published_key(session, "set/sum")
        assert found == (2, load_key(session, newer))


def test_a_key_that_was_rolled_back_is_not_remembered(engine: Engine) -> None:
    with pytest.raises(KeyboardInterrupt), transaction(engine) as session:
        lost = add_key(session, KEY)
        assert load_key(session, lost) == KEY
        raise KeyboardInterrupt
    kept = make_key("set/sum", {"set/sum/a": "7"})
    with transaction(engine) as session:
        key_id = add_key(session, kept)
    with reading(engine) as session:
        assert load_key(session, key_id) == kept


def test_each_database_has_keys_of_its_own(engine: Engine, databases: Databases) -> None:
    other = make_engine(databases.migrated("sqlite"))
    keys = [KEY, make_key("set/sum", {"set/sum/a": "7"})]
    ids = []
    for one, key in zip((engine, other), keys, strict=True):
        with transaction(one) as session:
            ids.append(add_key(session, key))
    assert ids == [1, 1]
    for one, key in zip((engine, other), keys, strict=True):
        with reading(one) as session:
            assert load_key(session, 1) == key
    other.dispose()
