"""What staff edited in a key outlives the next publication, and makes no key look out of date."""

from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest
from sqlalchemy.orm import Session

from grader.content.loading import load_catalog
from grader.db import queries
from grader.db.models import ActiveKey, AnswerKeyRow, KeyCheck, Submission
from grader.domain.errors import InvalidRequest
from grader.domain.grading import AnswerKey
from grader.domain.problem import Problem
from grader.services.keys.documents import key_from
from grader.services.keys.drafting import draft_key
from grader.services.keys.drafts import Author, accept_value, discard, write_hint
from grader.services.keys.provenance import fingerprint, lineage
from grader.services.keys.published import switch_key
from grader.services.keys.publishing import Published, publish
from grader.services.keys.staleness import key_status
from grader.services.keys.waiting import edits_between, waiting_keys
from tests.support.authoring import Author as Writer
from tests.support.authoring import authoring
from tests.support.classroom import NOW, add_student, count
from tests.support.coursefiles import write_course

NAME = "kept"
A = f"demo/{NAME}/a"
TIA = Author("tia", "many gave it")


def solve(value: str) -> str:
    return f"def solve(inputs):\n    return {{'a': {value}, 'b': 2.0}}\n"


class Keys:
    """One problem, its solution, and the keys of it."""

    def __init__(self, session: Session, write: Writer, folder: Path) -> None:
        self.session, self.write = session, write
        (folder / "course").mkdir()
        self.catalog = load_catalog(write_course(folder / "course"), folder)
        self.problem: Problem = write(NAME, solve("0.5"))

    def publish(self) -> Published:
        draft = draft_key(self.catalog, self.problem)
        return publish(self.session, draft=draft, actor="op", now=NOW)

    def state(self) -> tuple[str, tuple[str, ...]]:
        found = key_status(self.session, catalog=self.catalog, problem=self.problem, now=NOW)
        return found.state, found.reasons

    def newest(self) -> AnswerKeyRow:
        return self.session.execute(queries.newest_key(self.problem.slug)).scalar_one()

    def key(self) -> AnswerKey:
        return key_from(self.newest().content)

    def accept(self, value: str) -> None:
        accept_value(self.session, part=A, value=Decimal(value), author=TIA, now=NOW)

    def hint(self, words: str, value: str = "9") -> None:
        write_hint(self.session, part=A, value=Decimal(value), words=words, author=TIA, now=NOW)

    def put_aside(self, version: int) -> None:
        slug = self.problem.slug
        discard(self.session, problem=slug, version=version, reason="x", actor="ina", now=NOW)

    def answer(self) -> None:
        """Let somebody have answered, so that no key is active at once any more."""
        empty = {"receipt_course": "", "receipt_sha256": "", "receipt_signature": b""}
        self.session.add(
            Submission(
                person_id=add_student(self.session),
                problem=self.problem.slug,
                part=A,
                attempt=1,
                text="1",
                value=Decimal(1),
                key_id=self.newest().id,
                source="api",
                idempotency_key=None,
                late_seconds=0,
                submitted_at=NOW,
                receipt_number=1,
                receipt_signer=b"",
                **empty,
            )
        )
        self.session.flush()

    def activate(self) -> None:
        pointer = self.session.get_one(ActiveKey, self.problem.slug)
        switch_key(self.session, pointer=pointer, key_id=self.newest().id)


@pytest.fixture
def unused(session: Session, tmp_path: Path) -> Iterator[Keys]:
    with authoring(tmp_path) as write:
        made = Keys(session, write, tmp_path)
        made.publish()
        yield made


@pytest.fixture
def keys(unused: Keys) -> Keys:
    unused.answer()
    return unused


def test_a_draft_makes_no_key_look_out_of_date(keys: Keys) -> None:
    assert keys.state() == ("current", ())
    computed = fingerprint(keys.newest().provenance)
    keys.accept("0.75")
    keys.hint("Look again.")
    assert fingerprint(keys.newest().provenance) == computed
    assert keys.state() == ("inactive", ())
    keys.activate()
    assert keys.state() == ("current", ())
    assert keys.publish() == Published(keys.problem.slug, 3, created=False, active=True)
    assert count(keys.session, AnswerKeyRow) == 3


def test_nor_does_one_on_a_key_that_another_solution_gave_again(keys: Keys) -> None:
    keys.write(NAME, solve("1 / 2"))
    assert keys.state()[0] == "stale"
    keys.publish()
    keys.accept("0.75")
    assert keys.state() == ("inactive", ())
    keys.write(NAME, solve("0.5"))
    assert keys.state() == ("inactive", ()), "what once gave the key still does"
    keys.write(NAME, solve("0.25 + 0.25"))
    assert keys.state() == ("stale", ("the reference solution's source changed",))
    assert keys.publish().created is False
    assert keys.state() == ("inactive", ())


def test_a_changed_solution_is_seen_through_a_draft(keys: Keys) -> None:
    keys.accept("0.75")
    keys.write(NAME, solve("0.6"))
    assert keys.state() == ("stale", ("the reference solution's source changed",))


def test_values_and_words_of_staff_are_carried_to_the_next_version(keys: Keys) -> None:
    keys.accept("0.75")
    keys.hint("Look again.")
    keys.activate()
    keys.write(NAME, solve("0.6"))
    assert keys.publish() == Published(keys.problem.slug, 4, created=True, active=False)
    key = keys.key()
    assert (key.parts[A].expected, key.parts[A].accepted) == (Decimal("0.6"), (Decimal("0.75"),))
    assert [each.tag for each in key.parts[A].misconceptions] == ["staff-1"]
    assert key.hints["staff-1"].message == "Look again."
    assert "edit" not in keys.newest().provenance
    assert keys.publish().created is False


def test_words_that_no_longer_fit_are_dropped_by_name(keys: Keys) -> None:
    keys.hint("Not 0.6, and not nine.")
    keys.hint("Just a tenth off.", "0.60001")
    keys.write(NAME, solve("0.6"))
    done = keys.publish()
    assert done.dropped == (
        f"staff-1 of {A}: the words contain a value that counts as correct, or its first digits",
        f"staff-2 of {A}: a value that counts as correct lies too close",
    )
    assert keys.key().hints == {}
    assert keys.publish() == replace(done, created=False, dropped=())


def test_what_was_put_aside_is_carried_nowhere_and_its_number_is_not_given_again(
    keys: Keys,
) -> None:
    keys.accept("0.75")
    keys.put_aside(2)
    assert keys.state() == ("current", ())
    assert keys.publish() == Published(keys.problem.slug, 1, created=False, active=True)
    keys.write(NAME, solve("0.6"))
    done = keys.publish()
    assert (done.version, done.created, done.dropped) == (3, True, ())
    assert keys.key().parts[A].accepted == ()


def test_a_published_key_says_whose_edits_it_carries_as_long_as_nobody_applied_them(
    keys: Keys,
) -> None:
    first = keys.newest().id
    keys.accept("0.75")
    keys.hint("Not 0.6, and not nine.")
    keys.write(NAME, solve("0.6"))
    done = keys.publish()
    third = keys.newest()
    assert third.provenance["carries"] == [2], "the words of version 3 tell the new value"
    edits = edits_between(keys.session, from_key_id=first, to_key_id=third.id)
    assert [(each.version, each.actor) for each in edits] == [(2, "tia")]
    (waiting,) = waiting_keys(keys.session, problems=[keys.problem.slug])
    assert (waiting.drafted, waiting.edits, done.carried) == (False, edits, edits)
    keys.accept("0.7")
    assert "carries" not in keys.newest().provenance
    more = edits_between(keys.session, from_key_id=first, to_key_id=keys.newest().id)
    assert [each.version for each in more] == [2, 5]
    keys.activate()
    keys.write(NAME, solve("0.65"))
    assert keys.publish().carried == ()
    assert keys.newest().provenance["carries"] == [2, 5]


def test_a_mistake_goes_with_the_published_key_that_carries_it(keys: Keys) -> None:
    keys.accept("0.75")
    keys.write(NAME, solve("0.6"))
    keys.publish()
    with pytest.raises(InvalidRequest, match="Version 3 was made after version 2"):
        keys.put_aside(2)
    keys.put_aside(3)
    stale = keys.session.get_one(KeyCheck, keys.problem.slug)
    assert stale.state == "stale"
    assert stale.reasons["reasons"] == [
        "the key that its files gave was put aside; publish it again"
    ]
    keys.put_aside(2)
    assert keys.publish() == Published(keys.problem.slug, 4, created=True, active=False)
    assert keys.key().parts[A].accepted == ()
    (waiting,) = waiting_keys(keys.session, problems=[keys.problem.slug])
    assert (waiting.version, waiting.edits) == (4, ())


def test_before_anybody_answered_only_what_grades_is_carried(unused: Keys) -> None:
    unused.accept("0.75")
    unused.activate()
    unused.accept("0.8")
    again = unused.publish()
    assert (again.version, again.created, again.active) == (2, False, True)
    assert unused.state() == ("inactive", ())
    unused.write(NAME, solve("0.6"))
    done = unused.publish()
    assert (done.version, done.created, done.active, done.carried) == (4, True, True, ())
    assert done.dropped == ("version 3, which nobody applied: 0.8 counts as correct too at part a",)
    assert unused.key().parts[A].accepted == (Decimal("0.75"),)


def test_a_draft_knows_what_it_builds_on_up_to_the_computed_key(keys: Keys) -> None:
    first = keys.newest().id
    keys.accept("0.75")
    second = keys.newest().id
    keys.hint("Look again.")
    third = keys.newest().id
    assert lineage(keys.session, third) == (third, second, first)
    assert lineage(keys.session, first) == (first,)
    edits = edits_between(keys.session, from_key_id=first, to_key_id=third)
    assert [each.version for each in edits] == [2, 3]
    (last,) = edits_between(keys.session, from_key_id=second, to_key_id=third)
    assert last.version == 3
    assert edits_between(keys.session, from_key_id=third, to_key_id=first) == ()
    (waiting,) = waiting_keys(keys.session, problems=[keys.problem.slug])
    assert waiting.edits == edits
