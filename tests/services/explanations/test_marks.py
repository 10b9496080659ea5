"""What marks come to, and when students see it."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from grader.db.collisions import ChangedMeanwhile
from grader.db.models import MarkRelease
from grader.db.session import transaction
from grader.domain.errors import InvalidRequest
from grader.services.explanations.marks import (
    ExplanationScore,
    own_marks,
    possible_points,
    released_points,
)
from grader.services.explanations.releases import (
    ReleaseDecision,
    marks_released,
    newest_decision,
    release_marks,
)
from grader.services.explanations.rubrics import Wanted, plan, revise
from grader.services.ledger import ledger
from tests.services.explanations.marking_room import LAST, SUM, add_items, give, write
from tests.support.classroom import NOW, add_student, count, open_course
from tests.support.courses import COURSE, LATER, SET
from tests.support.statements import statements

FIVE = Decimal(5)
COURSE_WITH_POINTS = replace(COURSE, assignments=(replace(SET, explanation_points=FIVE), LATER))


def release(
    session: Session, *, released: bool = True, seen: int | None = None, actor: str = "ina"
) -> None:
    release_marks(session, assignment=SET, released=released, seen=seen, actor=actor, now=NOW)


def score(points: str) -> ExplanationScore:
    return ExplanationScore(Decimal(points), FIVE)


@pytest.fixture
def people(session: Session) -> Mapping[str, int]:
    """Ada has both explanations marked, Bob one, and Cleo has written one that is not marked."""
    open_course(session, COURSE_WITH_POINTS)
    people = {name: add_student(session, name) for name in ("ada", "bob", "cleo")}
    for person in people.values():
        write(session, person, "Text")
    write(session, people["ada"], "Text", LAST)
    add_items(session, "3", "2.5", "-1")
    add_items(session, "4", problem=LAST)
    give(session, people["ada"], {1, 2}, "All of it.")
    give(session, people["ada"], {1}, problem=LAST)
    give(session, people["bob"], {1, 3})
    return people


def test_released_marks_are_points_by_person_and_problem(
    session: Session, people: Mapping[str, int]
) -> None:
    assert released_points(session, assignment=SET) is None
    release(session)
    everybody = {people["ada"]: {SUM: 5, LAST: 4}, people["bob"]: {SUM: 2}}
    assert released_points(session, assignment=SET) == everybody
    for name in ("ada", "bob", "cleo"):
        own = {key: value for key, value in everybody.items() if key == people[name]}
        assert released_points(session, assignment=SET, person_id=people[name]) == own
    assert released_points(session, assignment=LATER) is None


def test_points_follow_the_rubric_s_newest_revision(
    session: Session, people: Mapping[str, int]
) -> None:
    release(session)
    wanted = Wanted(SUM, "Item of 3", "1")
    shown = plan(session, wanted=wanted, number=1, possible=FIVE)
    seen = (shown.item.revision, shown.effect.stamp)
    revise(session, wanted=wanted, number=1, possible=FIVE, seen=seen, actor="ina", now=NOW)
    found = released_points(session, assignment=SET)
    assert found is not None
    assert (found[people["ada"]][SUM], found[people["bob"]][SUM]) == (Decimal("3.5"), 0)


def test_without_points_in_the_policy_or_without_a_policy_marks_give_none(session: Session) -> None:
    assert possible_points(session, assignment="set") == 0
    open_course(session)
    ada = add_student(session)
    write(session, ada, "Text")
    add_items(session, "3")
    give(session, ada, {1})
    release(session)
    assert released_points(session, assignment=SET) == {ada: {SUM: 0}}


def test_a_student_reads_the_items_in_use_with_what_applies_and_no_grader(
    session: Session, people: Mapping[str, int]
) -> None:
    assert own_marks(session, assignment=SET, person_id=people["ada"]) is None
    release(session)
    retire = Wanted(SUM, "Item of -1", "-1", retired=True)
    shown = plan(session, wanted=retire, number=3, possible=FIVE)
    seen = (1, shown.effect.stamp)
    revise(session, wanted=retire, number=3, possible=FIVE, seen=seen, actor="ina", now=NOW)
    own = own_marks(session, assignment=SET, person_id=people["bob"])
    assert own is not None
    assert list(own) == [SUM]
    assert [(item.words, applies) for item, applies in own[SUM].items] == [
        ("Item of 3", True),
        ("Item of 2.5", False),
    ]
    assert (own[SUM].score, own[SUM].comment, own[SUM].version) == (score("3"), "", 1)
    assert own[SUM].at == NOW
    assert "tia" not in repr(own)
    assert own_marks(session, assignment=SET, person_id=people["cleo"]) == {}


def test_withdrawing_hides_everything_again(session: Session, people: Mapping[str, int]) -> None:
    release(session)
    release(session, released=False, actor="tom")
    assert own_marks(session, assignment=SET, person_id=people["ada"]) is None
    assert released_points(session, assignment=SET) is None
    assert newest_decision(session, assignment="set") == ReleaseDecision(
        released=False, actor="tom", at=NOW, number=2
    )
    assert [each.act for each in ledger.list_entries(session, limit=2)] == [
        "marks withdrawn",
        "marks released",
    ]
    assert ledger.list_entries(session, limit=1)[0].detail == {"marks": 3}


@pytest.mark.usefixtures("people")
def test_deciding_the_same_again_changes_nothing(session: Session) -> None:
    release(session, released=False)
    assert newest_decision(session, assignment="set") is None
    release(session, seen=0)
    release(session, seen=0)
    assert count(session, MarkRelease) == 1
    assert marks_released(session, assignment="set")
    assert not marks_released(session, assignment="later")


@pytest.mark.usefixtures("people")
def test_a_decision_on_an_old_page_is_not_taken(session: Session) -> None:
    release(session, seen=0)
    release(session, released=False, seen=1)
    with pytest.raises(ChangedMeanwhile, match="decided about these marks"):
        release(session, seen=0)
    assert count(session, MarkRelease) == 2


def test_without_a_mark_there_is_nothing_to_release(session: Session) -> None:
    open_course(session, COURSE_WITH_POINTS)
    with pytest.raises(InvalidRequest, match="nothing to show"):
        release(session)


def test_the_points_of_a_class_take_as_many_statements_as_those_of_one(engine: Engine) -> None:
    with transaction(engine) as session:
        open_course(session, COURSE_WITH_POINTS)
        add_items(session, "3")
    counts = []
    for number in (1, 2, 4):
        with transaction(engine) as session:
            for each in range(number):
                student = add_student(session, f"s{number}{each}")
                write(session, student, "Text", now=NOW + timedelta(seconds=number))
                give(session, student, {1})
            release(session)
        with transaction(engine) as session, statements(engine) as sent:
            released_points(session, assignment=SET)
        counts.append(len([each for each in sent if each.startswith("SELECT")]))
    assert len(set(counts[1:])) == 1, counts
