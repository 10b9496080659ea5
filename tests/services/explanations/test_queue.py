from collections.abc import Mapping
from datetime import timedelta

import pytest
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from grader.db.session import transaction
from grader.domain.errors import NotFound
from grader.domain.marks import place
from grader.services.explanations.desk import desk
from grader.services.explanations.queue import Queue, queue, queues
from grader.services.policies.extending import grant
from grader.services.requests.requesting import ask
from tests.services.explanations.marking_room import LAST, SECRET, SUM, add_items, give, write
from tests.services.requests.test_requesting import ASKING
from tests.support.classroom import NOW, add_student, open_course
from tests.support.statements import statements
from tests.support.values import DUE

DAY = timedelta(days=1)


@pytest.fixture
def people(session: Session) -> Mapping[str, int]:
    open_course(session)
    people = {name: add_student(session, name) for name in ("ada", "bob", "cleo", "dan")}
    for person in people.values():
        write(session, person, "First")
    add_items(session, "1", "2")
    return people


def found(session: Session) -> Queue:
    return queue(session, problem=SUM, secret=SECRET)


def at(person: int) -> str:
    return place(SECRET, SUM, person)


def test_a_queue_counts_what_is_written_and_marked_and_by_whom(
    session: Session, people: Mapping[str, int]
) -> None:
    give(session, people["ada"], {1})
    give(session, people["ada"], {2}, seen=1, actor="ina")
    give(session, people["bob"], {1})
    write(session, people["bob"], "Second", based_on=1)
    both = queues(session, problems=[SUM, LAST], secret=SECRET)
    one = both[SUM]
    assert (one.written, one.marked, one.left) == (4, 2, 2)
    assert one.graders == {"tia": 1, "ina": 1}
    assert one.changed == [at(people["bob"])]
    assert [both[LAST].written, both[LAST].left, both[LAST].changed] == [0, 0, []]
    assert one.places == sorted(at(each) for each in people.values())


def test_only_active_students_are_counted_but_all_who_wrote_can_be_read(
    session: Session, people: Mapping[str, int]
) -> None:
    gone = add_student(session, "gone", active=False)
    tia = add_student(session, "tia", role="ta")
    for each in (gone, tia):
        write(session, each, "Text")
        assert found(session).entry(at(each)).person_id == each
        shown = desk(session, problem=SUM, at=at(each), secret=SECRET)
        assert shown.number is None
    assert found(session).written == len(people)
    with pytest.raises(NotFound):
        found(session).entry("0" * 16)


def test_the_next_is_the_first_unmarked_behind_and_around_then_what_was_changed(
    session: Session, people: Mapping[str, int]
) -> None:
    order = found(session).places
    by_place = {at(person): person for person in people.values()}
    assert [found(session).next_waiting(each) for each in order] == [*order[1:], order[0]]
    give(session, by_place[order[1]], {1})
    assert found(session).next_waiting(order[0]) == order[2]
    assert found(session).next_waiting("") == order[0]
    for each in (0, 2, 3):
        give(session, by_place[order[each]], {1})
    assert found(session).next_waiting(order[0]) is None
    write(session, by_place[order[1]], "Second", based_on=1)
    assert found(session).next_waiting(order[3]) == order[1]
    # The one before the grader is not the next one.
    assert found(session).next_waiting(order[1]) is None
    give(session, by_place[order[1]], {1}, seen=1, version=2, newest_seen=2)
    assert found(session).next_waiting(order[3]) is None


def test_a_version_saved_while_the_grader_read_is_a_change(
    session: Session, people: Mapping[str, int]
) -> None:
    write(session, people["ada"], "Second", based_on=1)
    give(session, people["ada"], {1}, newest_seen=1)
    assert found(session).entry(at(people["ada"])).changed


def test_the_newest_version_on_time_is_the_one_to_read_unless_another_is_asked_for(
    session: Session, people: Mapping[str, int]
) -> None:
    ada = people["ada"]
    write(session, ada, "Second", based_on=1)
    late = DUE + timedelta(minutes=1)
    write(session, ada, "Late", based_on=2, now=late)

    def read(version: str | None = None) -> int:
        shown = desk(session, problem=SUM, at=at(ada), secret=SECRET, version=version)
        return shown.version.number

    assert read() == 2
    assert read("3") == 3
    with pytest.raises(NotFound):
        read("4")
    give(session, ada, {1}, version=3, newest_seen=3)
    assert read() == 3
    write(session, ada, "Later", based_on=3, now=late + DAY)
    assert read() == 2
    grant(
        session,
        login="ada",
        assignment="set",
        until=late + 2 * DAY,
        reason="ill",
        actor="i",
        now=NOW,
    )
    assert read() == 4


def test_if_nothing_was_on_time_the_newest_is_read(
    session: Session, people: Mapping[str, int]
) -> None:
    late = DUE + timedelta(minutes=1)
    eva = add_student(session, "eva")
    write(session, eva, "Late", now=late)
    write(session, eva, "Later", based_on=1, now=late)
    shown = desk(session, problem=SUM, at=at(eva), secret=SECRET)
    assert (shown.version.number, shown.before, shown.points) == (2, None, None)
    assert shown.number is not None
    assert len(people) + 1 == shown.queue.written


def test_a_desk_has_the_mark_its_neighbours_the_rubric_in_use_and_the_requests(
    session: Session, people: Mapping[str, int]
) -> None:
    order = found(session).places
    by_place = {at(person): person for person in people.values()}
    open_course(session, ASKING)
    first_of_all = by_place[order[0]]
    ask(session, course=ASKING, person_id=first_of_all, about=SUM, reason="Please.", now=NOW)
    give(session, by_place[order[0]], {2})
    first, second, last = (
        desk(session, problem=SUM, at=order[each], secret=SECRET) for each in (0, 1, 3)
    )
    assert [first.neighbours, second.neighbours, last.neighbours] == [
        (None, order[1]),
        (order[0], order[2]),
        (order[2], None),
    ]
    assert [first.number, second.number, last.number] == [1, 2, 4]
    assert first.before is not None
    assert [item.number for item in first.items] == [1, 2]
    assert [each.reason for each in first.requests] == ["Please."]
    assert second.requests == ()
    assert (first.points, first.possible, first.released) == (0, 0, False)


def test_queues_take_two_statements_however_many_there_are(engine: Engine) -> None:
    with transaction(engine) as session:
        open_course(session)
        add_items(session, "1")
    for number in range(3):
        with transaction(engine) as session:
            student = add_student(session, f"s{number}")
            write(session, student, "Text")
            give(session, student, {1})
        with transaction(engine) as session, statements(engine) as sent:
            queues(session, problems=[SUM, LAST], secret=SECRET)
        assert len([each for each in sent if each.startswith("SELECT")]) == 2
