from typing import Any

import pytest
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from grader.db.collisions import ChangedMeanwhile
from grader.db.models import ExplanationMark, LedgerLink
from grader.db.session import transaction
from grader.domain.errors import GraderError, InvalidRequest, NotAllowed, NotFound
from grader.domain.marks import LONGEST_COMMENT
from grader.services.explanations.standing_marks import standing_marks
from grader.services.ledger import ledger
from tests.services.explanations.marking_room import LAST, SUM, add_items, give, write
from tests.support.classroom import NOW, add_student, count, open_course
from tests.support.people import at_once


@pytest.fixture
def ada(session: Session) -> int:
    open_course(session)
    ada = add_student(session)
    write(session, ada, "First")
    add_items(session, "3", "2", "-1")
    return ada


def test_a_mark_names_its_version_its_items_and_who_made_it(session: Session, ada: int) -> None:
    give(session, ada, {3, 1}, " Good, but $x$.\r\n")
    (found,) = standing_marks(session, problems=[SUM, LAST])
    assert (found.person_id, found.problem, found.number, found.version) == (ada, SUM, 1, 1)
    assert (found.items, found.comment, found.actor) == ({1, 3}, "Good, but $x$.", "tia")
    assert (found.at, found.newest_seen) == (NOW, 1)


def test_it_stands_in_the_ledger_without_the_comment(session: Session, ada: int) -> None:
    give(session, ada, {3, 1}, "A comment")
    entry = ledger.list_entries(session, limit=1)[0]
    assert (entry.act, entry.actor, entry.about, entry.login) == ("mark", "tia", SUM, "ada")
    assert entry.detail == {"mark": 1, "version": 1, "items": "1 3"}


def test_the_newest_mark_holds_and_all_are_kept(session: Session, ada: int) -> None:
    give(session, ada, {1}, "Once")
    give(session, ada, {2}, "Twice", seen=1, actor="ina")
    (found,) = standing_marks(session, problems=[SUM], person_id=ada)
    assert (found.number, found.comment, found.actor) == (2, "Twice", "ina")
    assert count(session, ExplanationMark) == 2


def test_an_older_version_can_be_marked_and_a_newer_one_be_seen(session: Session, ada: int) -> None:
    write(session, ada, "Second", based_on=1)
    give(session, ada, {1}, version=1, newest_seen=2)
    (found,) = standing_marks(session, problems=[SUM])
    assert (found.version, found.newest_seen) == (1, 2)


def test_a_grader_has_seen_no_more_versions_than_there_are(session: Session, ada: int) -> None:
    give(session, ada, {1}, newest_seen=99)
    assert standing_marks(session, problems=[SUM])[0].newest_seen == 1


@pytest.mark.parametrize("seen", [0, 2])
def test_of_two_graders_the_second_is_told(session: Session, ada: int, seen: int) -> None:
    give(session, ada, {1})
    with pytest.raises(ChangedMeanwhile, match="marked this explanation meanwhile"):
        give(session, ada, {2}, seen=seen, actor="ina")
    assert count(session, ExplanationMark) == 1


@pytest.mark.parametrize(
    ("changes", "stored"),
    [
        ({}, 1),
        ({"actor": "ina"}, None),
        ({"comment": "Other"}, None),
        ({"items": {2}}, None),
        ({"version": 2}, None),
        ({"seen": 1}, 2),  # Marked anew on purpose.
    ],
)
def test_the_same_form_sent_twice_is_one_mark(
    session: Session, ada: int, changes: dict[str, Any], stored: int | None
) -> None:
    write(session, ada, "Second", based_on=1)
    form: dict[str, Any] = {"items": {1}, "comment": "Good", "newest_seen": 2}
    give(session, ada, **form)
    if stored is None:
        with pytest.raises(ChangedMeanwhile):
            give(session, ada, **form | changes)
        stored = 1
    else:
        give(session, ada, **form | changes)
    assert count(session, ExplanationMark) == stored


@pytest.mark.parametrize(
    ("changes", "error", "match"),
    [
        ({"version": 2}, NotFound, "no such version"),
        ({"version": 0}, NotFound, "no such version"),
        ({"problem": LAST, "items": set(), "comment": "Hm"}, NotFound, "no such version"),
        ({"items": {4}}, InvalidRequest, "no such item"),
        ({"items": set(), "comment": " \n"}, InvalidRequest, "Choose what applies"),
        ({"comment": "x" * (LONGEST_COMMENT + 1)}, InvalidRequest, "at most 4,000"),
    ],
)
def test_what_is_no_mark_is_refused_and_nothing_is_stored(  # noqa: PLR0917 - its table.
    session: Session, ada: int, changes: dict[str, Any], error: type[GraderError], match: str
) -> None:
    given = {"items": {1}} | changes
    before = count(session, LedgerLink)
    with pytest.raises(error, match=match):
        give(session, ada, **given)
    assert (count(session, ExplanationMark), count(session, LedgerLink)) == (0, before)


def test_a_comment_alone_is_a_mark_and_so_are_items_alone(session: Session, ada: int) -> None:
    give(session, ada, set(), "Nothing of what was asked.")
    give(session, ada, {3}, "", seen=1)
    assert count(session, ExplanationMark) == 2


def test_nobody_marks_their_own(session: Session, ada: int) -> None:
    with pytest.raises(NotAllowed, match="your own work"):
        give(session, ada, {1}, person_id=ada)
    give(session, ada, {1}, person_id=add_student(session, "tia", role="ta"))


def test_of_graders_who_save_at_the_same_moment_one_is_first(engine: Engine) -> None:
    with transaction(engine) as session:
        open_course(session)
        ada = add_student(session)
        write(session, ada, "First")
        add_items(session, "1")
    names = iter(f"grader{number}" for number in range(4))

    def send() -> bool:
        try:
            with transaction(engine) as session:
                give(session, ada, {1}, actor=next(names))
        except ChangedMeanwhile:
            return False
        return True

    assert sorted(at_once(4, send)) == [False, False, False, True]
    with transaction(engine) as session:
        assert session.scalars(select(ExplanationMark.number)).all() == [1]
