"""Keys that staff draft: each edit is one more inactive version, recorded, and carried from then on."""

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from grader.db import queries
from grader.db.collisions import ChangedMeanwhile
from grader.db.models import ActiveKey, AnswerKeyRow, KeyCheck, KeyDiscard, SolutionPage
from grader.domain.errors import InvalidRequest, NotFound
from grader.domain.ledger import Act
from grader.domain.misconceptions import Hint
from grader.domain.worked import Step, Worked
from grader.services.keys.documents import key_from, worked_document
from grader.services.keys.drafts import (
    Author,
    accept_value,
    add_misconception,
    discard,
    write_hint,
)
from grader.services.keys.waiting import DraftEdit, WaitingKey, waiting_keys, waiting_versions
from grader.services.ledger.ledger import list_entries, verify
from grader.services.regrades import regrading
from tests.support.classroom import NOW, add_key, add_student, answer, count, make_key, open_course
from tests.support.courses import COURSE, PROBLEMS

SUM, A, B = "set/sum", "set/sum/a", "set/sum/b"
TIA = Author("tia", "many gave it")


def accept(session: Session, value: str = "0.75", author: Author = TIA) -> AnswerKeyRow:
    return accept_value(session, part=A, value=Decimal(value), author=author, now=NOW)


def add(
    session: Session, tag: str = "doubled", words: str = "You doubled.", value: str = "1"
) -> AnswerKeyRow:
    return add_misconception(
        session, part=A, value=Decimal(value), tag=tag, words=words, author=TIA, now=NOW
    )


def hint(session: Session, words: str = "Look again.", value: str = "9") -> AnswerKeyRow:
    return write_hint(session, part=A, value=Decimal(value), words=words, author=TIA, now=NOW)


def put_aside(session: Session, version: int, reason: str = "a slip") -> None:
    discard(session, problem=SUM, version=version, reason=reason, actor="ina", now=NOW)


def waiting(session: Session) -> list[WaitingKey]:
    slugs = [each.slug for each in PROBLEMS]
    found = waiting_keys(session, problems=slugs)
    # What a page asks again and again is the same, with less of it.
    assert waiting_versions(session, problems=slugs) == {
        each.problem: each.version for each in found
    }
    return found


@pytest.fixture
def course(session: Session) -> Session:
    open_course(session)
    return session


def test_an_edit_makes_an_inactive_key_that_says_whose_it_is(course: Session) -> None:
    active = course.get_one(ActiveKey, SUM).key_id
    row = accept(course)
    assert (row.problem, row.version, row.created_at) == (SUM, 2, NOW)
    assert row.provenance == {
        "based_on": 1,
        "edit": "0.75 counts as correct too at part a",
        "reason": "many gave it",
        "actor": "tia",
    }
    assert key_from(row.content).parts[A].accepted == (Decimal("0.75"),)
    assert course.get_one(ActiveKey, SUM).key_id == active
    (entry,) = list_entries(course)
    assert (entry.act, entry.actor, entry.about, entry.reason) == (
        Act.KEY_DRAFTED, "tia", SUM, "many gave it",
    )  # fmt: skip
    assert entry.detail["version"] == 2
    assert not verify(course).faults


def test_edits_add_up_each_on_top_of_the_newest(course: Session) -> None:
    accept(course)
    add(course)
    hint(course)
    key = key_from(hint(course, "Once more.", "11").content)
    assert key.parts[A].accepted == (Decimal("0.75"),)
    tags = [each.tag for each in key.parts[A].misconceptions]
    assert tags == ["squared", "staff-doubled", "staff-1", "staff-2"]
    assert key.hints["staff-doubled"] == Hint("You doubled.")
    assert key.hints["staff-2"] == Hint("Once more.")
    (found,) = waiting(course)
    assert (found.version, found.active_version, found.drafted) == (5, 1, True)
    assert [(each.version, each.words) for each in found.edits] == [
        (2, "0.75 counts as correct too at part a"),
        (3, "1 is the mistake staff-doubled at part a: You doubled."),
        (4, "9 has the hint staff-1 at part a: Look again."),
        (5, "11 has the hint staff-2 at part a: Once more."),
    ]


def test_accepting_what_was_explained_says_what_had_to_go(course: Session) -> None:
    add(course)
    row = accept(course, "1")
    assert row.provenance["edit"] == (
        "1 counts as correct too at part a; without staff-doubled of set/sum/a: "
        "a value that counts as correct lies too close"
    )


@pytest.mark.parametrize("reason", ["", " ", "x" * 501, "two\nlines"])
def test_a_reason_is_asked_for(course: Session, reason: str) -> None:
    with pytest.raises(InvalidRequest, match="Give a reason"):
        accept(course, author=Author("tia", reason))
    accept(course)
    with pytest.raises(InvalidRequest, match="Give a reason"):
        put_aside(course, 2, reason)


@pytest.mark.parametrize(
    ("part", "value"), [("set/none/a", "1"), ("set/sum/z", "1"), ("x" * 500, "1")]
)
def test_a_part_without_a_key_is_not_found(course: Session, part: str, value: str) -> None:
    with pytest.raises(NotFound, match="no answer key of"):
        accept_value(course, part=part, value=Decimal(value), author=TIA, now=NOW)


def test_who_has_not_seen_the_newest_version_is_told(course: Session) -> None:
    accept(course, author=replace(TIA, seen=1))
    with pytest.raises(ChangedMeanwhile, match="Version 2 of this key was made meanwhile"):
        accept(course, "0.8", author=replace(TIA, seen=1))
    assert accept(course, "0.8", author=replace(TIA, seen=2)).version == 3


@pytest.mark.parametrize(
    "tag", ["", "Doubled", "two words", "a--b", "-a", "x" * 41, "a:b", "staff-"]
)
def test_a_name_that_can_t_be_one_is_refused(course: Session, tag: str) -> None:
    with pytest.raises(InvalidRequest, match="short name"):
        add(course, tag)


@pytest.mark.parametrize("tag", ["doubled", "staff-doubled", " doubled "])
def test_a_name_may_come_with_its_mark_or_without(course: Session, tag: str) -> None:
    assert "staff-doubled" in key_from(add(course, tag).content).hints


@pytest.mark.parametrize(
    ("words", "why"),
    [
        ("", "Write what students are told"),
        ("x" * 501, "at most 500 characters"),
        ("bell\x07", "one line"),
        ("It is 0.5", "counts as correct"),
        (r"See $\frac{1$", "can't be shown"),
    ],
)
@pytest.mark.parametrize("write", [hint, lambda session, words: add(session, words=words)])
def test_words_that_can_t_be_told_are_refused(
    course: Session, write: Callable[[Session, str], object], words: str, why: str
) -> None:
    before = count(course, AnswerKeyRow)
    with pytest.raises(InvalidRequest, match=why):
        write(course, words)
    assert count(course, AnswerKeyRow) == before


def test_what_staff_read_of_the_key_says_that_another_waits(course: Session) -> None:
    course.add(KeyCheck(problem=SUM, state="current", reasons={"reasons": []}, checked_at=NOW))
    accept(course)
    assert course.get_one(KeyCheck, SUM, populate_existing=True).state == "inactive"
    put_aside(course, 2)
    assert course.get_one(KeyCheck, SUM, populate_existing=True).state == "current"


def test_a_draft_is_told_like_the_key_that_it_is_based_on(course: Session) -> None:
    page = worked_document(Worked((Step("First", "Count.", ()),)))
    active = course.get_one(ActiveKey, SUM).key_id
    course.add(SolutionPage(key_id=active, content=page, created_at=NOW))
    row = accept(course)
    told = course.scalars(select(SolutionPage.content).where(SolutionPage.key_id == row.id)).all()
    assert told == [page]


def test_what_is_put_aside_stays_stored_and_is_no_candidate_any_more(course: Session) -> None:
    accept(course)
    put_aside(course, 2)
    assert waiting(course) == []
    discarded = course.scalars(select(KeyDiscard)).one()
    assert (discarded.actor, discarded.reason, discarded.created_at) == ("ina", "a slip", NOW)
    assert [each.act for each in list_entries(course)] == [Act.KEY_DISCARDED, Act.KEY_DRAFTED]
    again = accept(course, "0.8")
    assert (again.version, again.provenance["based_on"]) == (3, 1)
    assert key_from(again.content).parts[A].accepted == (Decimal("0.8"),)
    with pytest.raises(NotFound, match="version 2"):
        regrading.plan(course, course=COURSE, problem=PROBLEMS[0], now=NOW, version=2)


def test_only_the_newest_draft_that_does_not_grade_can_be_put_aside(course: Session) -> None:
    with pytest.raises(InvalidRequest, match="Version 1 is active: only a key that waits"):
        put_aside(course, 1)
    accept(course)
    accept(course, "0.8")
    with pytest.raises(InvalidRequest, match="Version 3 was made after version 2"):
        put_aside(course, 2)
    made = regrading.plan(course, course=COURSE, problem=PROBLEMS[0], now=NOW)
    regrading.apply(course, plan_id=made.id, reason="why", actor="tia", now=NOW)
    with pytest.raises(InvalidRequest, match="Version 3 is active"):
        put_aside(course, 3)
    for version in (4, 0):
        with pytest.raises(NotFound, match=f"no version {version} of the key"):
            put_aside(course, version)


def test_a_draft_can_t_be_put_aside_twice_nor_that_of_an_unknown_problem(course: Session) -> None:
    accept(course)
    put_aside(course, 2)
    with pytest.raises(NotFound):
        put_aside(course, 2)
    with pytest.raises(NotFound):
        discard(course, problem="set/none", version=1, reason="x", actor="ina", now=NOW)


def test_what_waits_says_what_was_planned_and_whether_it_was_taken_back(course: Session) -> None:
    ada = add_student(course)
    answer(course, ada, A, "0.75")
    assert waiting(course) == []
    accept(course)
    (found,) = waiting(course)
    edit = DraftEdit(2, "0.75 counts as correct too at part a", "many gave it", "tia", NOW)
    assert found == WaitingKey(SUM, 2, 1, NOW, True, (edit,), None, False)
    made = regrading.plan(course, course=COURSE, problem=PROBLEMS[0], now=NOW).id
    assert waiting(course) == [replace(found, plan=made)]
    run = regrading.apply(course, plan_id=made, reason="why", actor="tia", now=NOW).id
    assert waiting(course) == []
    regrading.undo(course, run_id=run, reason="why", actor="tia", now=NOW)
    again = regrading.plan(course, course=COURSE, problem=PROBLEMS[0], now=NOW).id
    assert waiting(course) == [replace(found, plan=again, undone=True)]


def test_a_published_key_that_waits_has_no_edits(course: Session) -> None:
    add_key(course, make_key("set/last", {"set/last/a": "3", "set/last/b2": "10"}))
    (found,) = waiting(course)
    assert (found.problem, found.drafted, found.edits) == ("set/last", False, ())


def test_a_plan_may_go_to_any_version_that_is_kept(course: Session) -> None:
    accept(course)
    accept(course, "0.8")
    to = regrading.plan(course, course=COURSE, problem=PROBLEMS[0], now=NOW, version=2).to_key_id
    assert course.get_one(AnswerKeyRow, to).version == 2
    assert course.execute(queries.newest_key(SUM)).scalar_one().version == 3
