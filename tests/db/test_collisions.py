"""A row that is there already is told from every other violation, on both databases."""

import pytest
from sqlalchemy import Engine, insert
from sqlalchemy.exc import IntegrityError

from grader.db.collisions import is_collision
from grader.db.models import ActiveKey, Person
from grader.db.session import transaction
from tests.support.people import add_person

ADA = {
    "id": 1,
    "login": "ada",
    "name": "",
    "email": "",
    "sis_user_id": "",
    "section": "",
    "role": "student",
    "active": True,
}
VIOLATIONS = {
    "the same login": (Person, {**ADA, "id": 2}, True),
    "the same primary key": (Person, {**ADA, "login": "bob"}, True),
    "a row that is not there": (ActiveKey, {"problem": "set/sum", "key_id": 7}, False),
    "nothing where a text has to be": (
        Person,
        {**ADA, "id": 2, "login": "bob", "name": None},
        False,
    ),
}


@pytest.mark.parametrize(("model", "row", "collision"), VIOLATIONS.values(), ids=VIOLATIONS)
def test_only_a_row_that_is_there_already_is_a_collision(
    engine: Engine, model: type[Person | ActiveKey], row: dict[str, object], *, collision: bool
) -> None:
    with transaction(engine) as session:
        assert add_person(session, "ada") == 1
    with pytest.raises(IntegrityError) as violation, transaction(engine) as session:
        session.execute(insert(model), [row])
    assert is_collision(violation.value) is collision
