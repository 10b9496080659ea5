"""An explanation is saved version by version; none is lost, overwritten, or stored without need."""

from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal

import pytest
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from grader.db.models import Explanation
from grader.db.session import transaction
from grader.domain.errors import (
    Closed,
    CoolingDown,
    IdempotencyConflict,
    InvalidRequest,
    NoPolicy,
    NotFound,
    NotOpen,
)
from grader.domain.explanations import LONGEST, MOST_A_DAY, MOST_AUTOMATIC_A_DAY
from grader.domain.policy import policy_of
from grader.services.explanations.explaining import Saved, Waiting, Writing, save
from grader.services.explanations.versions import (
    Version,
    find_version,
    list_versions,
    newest_lines,
    newest_version,
)
from tests.support.classroom import NOW, add_policy, add_student, open_course
from tests.support.courses import COURSE, SET
from tests.support.people import at_once
from tests.support.values import DUE

SUM = "set/sum"
SECOND = timedelta(seconds=1)


@pytest.fixture
def ada(session: Session) -> int:
    open_course(session)
    return add_student(session)


def write(  # noqa: PLR0917 - a test reads as the sentence "Ada writes this after that version".
    session: Session,
    person: int,
    text: str,
    based_on: int = 0,
    now: datetime = NOW,
    *,
    source: str = "form",
    key: str | None = None,
    problem: str = SUM,
) -> Saved | Waiting:
    writing = Writing(
        person_id=person,
        problem=problem,
        text=text,
        based_on=based_on,
        source=source,
        now=now,
        idempotency_key=key,
    )
    return save(session, course=COURSE, writing=writing)


def texts(session: Session, person: int, problem: str = SUM) -> list[str]:
    """All versions, the oldest first."""
    wanted = (Explanation.person_id == person) & (Explanation.problem == problem)
    return list(
        session.scalars(select(Explanation.text).where(wanted).order_by(Explanation.number))
    )


def newest(session: Session, person: int, problem: str = SUM) -> Version | None:
    return newest_version(session, person_id=person, problem=problem)


def test_each_save_adds_a_version_and_the_newest_counts(session: Session, ada: int) -> None:
    assert newest(session, ada) is None
    first = write(session, ada, "One.")
    second = write(session, ada, "Two.", 1, NOW + SECOND)
    assert first == Saved(Version(1, "One.", 0, "form", 0, NOW), stored=True)
    assert second == Saved(Version(2, "Two.", 1, "form", 0, NOW + SECOND), stored=True)
    assert newest(session, ada) == Version(2, "Two.", 1, "form", 0, NOW + SECOND)
    assert texts(session, ada) == ["One.", "Two."]


@pytest.mark.parametrize("source", ["form", "autosave", "leaving", "api"])
def test_an_equal_text_makes_no_new_version_through_any_door(
    session: Session, ada: int, source: str
) -> None:
    write(session, ada, "One.\n\nTwo.")
    for based_on in (0, 1):
        again = write(session, ada, "One.\r\n\rTwo.", based_on, NOW + SECOND, source=source)
        assert isinstance(again, Saved)
        assert not again.stored
        assert again.version is not None
        assert again.version.number == 1
    assert len(texts(session, ada)) == 1


def test_an_older_text_again_is_a_new_version(session: Session, ada: int) -> None:
    for number, text in enumerate(["One.", "Two.", "One.", ""]):
        write(session, ada, text, number)
    assert texts(session, ada) == ["One.", "Two.", "One.", ""]


def test_nothing_at_the_beginning_is_no_version(session: Session, ada: int) -> None:
    assert write(session, ada, "") == Saved(None, stored=False)
    assert texts(session, ada) == []


def test_of_two_tabs_neither_overwrites_the_other_and_the_later_one_knows(
    session: Session, ada: int
) -> None:
    write(session, ada, "Both saw this.")
    write(session, ada, "From one tab.", 1)
    outcome = write(session, ada, "From the other.", 1)
    assert isinstance(outcome, Saved)
    assert outcome.version is not None
    assert list(outcome.version.unseen) == [2]
    assert texts(session, ada) == ["Both saw this.", "From one tab.", "From the other."]
    after = write(session, ada, "Joined.", 3)
    assert isinstance(after, Saved)
    assert after.version is not None
    assert list(after.version.unseen) == []


def test_people_and_problems_have_versions_of_their_own(session: Session, ada: int) -> None:
    bob = add_student(session, "bob")
    write(session, ada, "Ada on sums.")
    write(session, bob, "Bob on sums.")
    write(session, ada, "Ada on the last.", problem="set/last")
    write(session, ada, "Ada on the last, again.", 1, problem="set/last")
    assert texts(session, ada) == ["Ada on sums."]
    assert texts(session, bob) == ["Bob on sums."]
    lines = newest_lines(session, person_id=ada)
    assert {problem: (line.number, line.length) for problem, line in lines.items()} == {
        "set/sum": (1, 12),
        "set/last": (2, 23),
    }
    assert newest_lines(session, person_id=0) == {}


def test_versions_are_listed_newest_first_and_read_one_by_one(session: Session, ada: int) -> None:
    write(session, ada, "One.")
    write(session, ada, "Two, longer.", 1, NOW + SECOND, source="api")
    lines = list_versions(session, person_id=ada, problem=SUM)
    assert [(line.number, line.length, line.source, line.saved_at) for line in lines] == [
        (2, 12, "api", NOW + SECOND),
        (1, 4, "form", NOW),
    ]
    assert find_version(session, person_id=ada, problem=SUM, number="1").text == "One."


@pytest.mark.parametrize(
    "number", ["", "0", "01", "3", "-1", "1.0", "x", "\u0661", "9" * 30, "10000000000", "1\x00"]
)
def test_a_version_that_is_not_there_is_not_found(session: Session, ada: int, number: str) -> None:
    write(session, ada, "One.")
    with pytest.raises(NotFound, match="no such version"):
        find_version(session, person_id=ada, problem=SUM, number=number)


def test_anothers_version_can_t_be_told_from_one_that_is_not_there(
    session: Session, ada: int
) -> None:
    bob = add_student(session, "bob")
    write(session, ada, "One.")
    with pytest.raises(NotFound, match="no such version"):
        find_version(session, person_id=bob, problem=SUM, number="1")


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("a\x00b", "a\ufffdb"),
        ("a\ud800b", "a\ufffdb"),
        ("\udfff", "\ufffd"),
        ("tab\tline\nend", "tab\tline\nend"),
        ("a\x1b[31m\x7f", "a\ufffd[31m\ufffd"),
        ("שלום \u200f\u202e \U0001f600 é", "שלום \u200f\u202e \U0001f600 é"),
        ("'; DROP TABLE explanations; --", "'; DROP TABLE explanations; --"),
    ],
)
def test_what_can_t_be_stored_is_marked_and_all_else_stays_as_it_was_typed(
    session: Session, ada: int, typed: str, stored: str
) -> None:
    write(session, ada, typed)
    assert texts(session, ada) == [stored]


@pytest.mark.parametrize("character", ["x", "\U0001f600"])
def test_the_longest_text_is_stored_and_a_longer_one_refused_in_words(
    session: Session, ada: int, character: str
) -> None:
    write(session, ada, character * LONGEST)
    with pytest.raises(InvalidRequest, match=r"at most 20,000 characters, and this one has 20,001"):
        write(session, ada, character * (LONGEST + 1), 1)
    assert [len(text) for text in texts(session, ada)] == [LONGEST]


def test_a_text_can_t_follow_a_version_that_is_not_there(session: Session, ada: int) -> None:
    for based_on in (1, 99):
        with pytest.raises(InvalidRequest, match=f"no version {based_on} that"):
            write(session, ada, "One.", based_on)
    assert texts(session, ada) == []


def test_there_is_no_explanation_of_a_problem_that_is_not_there(session: Session, ada: int) -> None:
    with pytest.raises(NotFound, match="no such problem"):
        write(session, ada, "One.", problem="set/none")


def test_without_a_policy_nothing_is_stored(session: Session) -> None:
    person = add_student(session)
    with pytest.raises(NoPolicy):
        write(session, person, "One.")


def test_a_problem_that_the_published_rules_do_not_know_takes_none(
    session: Session, ada: int
) -> None:
    add_policy(session, replace(policy_of(COURSE, SET), points={"set/last/a": Decimal(2)}))
    with pytest.raises(NoPolicy, match="The published rules do not know set/sum"):
        write(session, ada, "One.")
    assert texts(session, ada) == []
    assert isinstance(write(session, ada, "One.", problem="set/last"), Saved)


OPENS, CLOSES = DUE - timedelta(days=9), DUE + timedelta(days=5)
assert (SET.opens, SET.closes) == (OPENS, CLOSES)


@pytest.mark.parametrize(
    ("now", "refusal"),
    [
        (OPENS - SECOND, NotOpen),
        (OPENS, None),
        (CLOSES - timedelta(microseconds=1), None),
        (CLOSES, Closed),
        (CLOSES + timedelta(days=9), Closed),
    ],
)
def test_it_is_written_from_the_opening_until_the_close(
    session: Session, ada: int, now: datetime, refusal: type[Exception] | None
) -> None:
    if refusal is None:
        write(session, ada, "One.", now=now)
        assert texts(session, ada) == ["One."]
    else:
        with pytest.raises(refusal):
            write(session, ada, "One.", now=now)
        assert texts(session, ada) == []


@pytest.mark.parametrize(
    ("now", "late"),
    [
        (DUE - timedelta(microseconds=1), 0),
        (DUE, 1),
        (DUE + timedelta(hours=2), 7200),
    ],
)
def test_late_versions_are_stored_with_their_lateness(
    session: Session, ada: int, now: datetime, late: int
) -> None:
    write(session, ada, "One.", now=now)
    version = newest(session, ada)
    assert version is not None
    assert version.late_seconds == late


def seconds(count: float) -> datetime:
    return NOW + timedelta(seconds=count)


def test_a_pause_in_typing_is_saved_once_in_half_a_minute(session: Session, ada: int) -> None:
    write(session, ada, "1", 0, NOW, source="autosave")
    assert write(session, ada, "12", 1, seconds(29.9), source="autosave") == Waiting(seconds(30))
    assert texts(session, ada) == ["1"]
    write(session, ada, "123", 1, seconds(30), source="autosave")
    assert texts(session, ada) == ["1", "123"]


@pytest.mark.parametrize("source", ["form", "leaving", "api"])
def test_a_button_a_page_that_is_left_and_a_program_save_at_once(
    session: Session, ada: int, source: str
) -> None:
    write(session, ada, "1", 0, NOW, source="autosave")
    write(session, ada, "12", 1, seconds(1), source=source)
    assert texts(session, ada) == ["1", "12"]
    # And a pause after it waits for its turn.
    assert write(session, ada, "123", 2, seconds(2), source="autosave") == Waiting(seconds(31))


def fill(session: Session, person: int, count: int) -> None:
    """As many versions as that, a second apart from NOW on."""
    rows = [
        Explanation(
            person_id=person,
            problem=SUM,
            number=number + 1,
            text=str(number),
            based_on=number,
            source="form",
            late_seconds=0,
            saved_at=seconds(number),
        )
        for number in range(count)
    ]
    session.add_all(rows)
    session.flush()


@pytest.mark.parametrize("source", ["autosave", "leaving"])
def test_what_is_saved_by_itself_ends_at_a_number_a_day_and_leaves_room_for_the_button(
    session: Session, ada: int, source: str
) -> None:
    fill(session, ada, MOST_AUTOMATIC_A_DAY)
    now = seconds(3600)
    outcome = write(session, ada, "new", MOST_AUTOMATIC_A_DAY, now, source=source)
    assert outcome == Waiting(NOW + timedelta(days=1))
    assert isinstance(write(session, ada, "new", MOST_AUTOMATIC_A_DAY, now), Saved)
    day_later = NOW + timedelta(days=1, seconds=1)
    later = write(session, ada, "newer", MOST_AUTOMATIC_A_DAY + 1, day_later, source=source)
    assert isinstance(later, Saved)


def test_the_button_ends_at_a_number_a_day_and_says_when_it_goes_on(
    session: Session, ada: int
) -> None:
    fill(session, ada, MOST_A_DAY)
    with pytest.raises(CoolingDown, match="400 times within a day") as refusal:
        write(session, ada, "new", MOST_A_DAY, seconds(3600))
    assert refusal.value.retry_at == NOW + timedelta(days=1)
    # The same text costs nothing, as ever.
    newest_text = str(MOST_A_DAY - 1)
    assert isinstance(write(session, ada, newest_text, MOST_A_DAY, seconds(3600)), Saved)
    day_later = NOW + timedelta(days=1)
    assert isinstance(write(session, ada, "new", MOST_A_DAY, day_later), Saved)


def test_a_repeated_idempotency_key_gets_the_first_reply_and_stores_nothing(
    session: Session, ada: int
) -> None:
    first = write(session, ada, "One.", key="k1")
    write(session, ada, "Two.", 1)
    assert write(session, ada, "One.", now=seconds(9), key="k1") == first
    assert texts(session, ada) == ["One.", "Two."]


def test_a_save_that_changed_nothing_is_remembered_too(session: Session, ada: int) -> None:
    assert write(session, ada, "", key="k0") == Saved(None, stored=False)
    write(session, ada, "One.")
    unchanged = write(session, ada, "One.", 1, key="k1")
    write(session, ada, "Two.", 1)
    assert write(session, ada, "One.", 1, key="k1") == unchanged
    assert write(session, ada, "", key="k0") == Saved(None, stored=False)
    assert texts(session, ada) == ["One.", "Two."]


@pytest.mark.parametrize(("text", "based_on"), [("Two.", 0), ("One.", 1)])
def test_another_payload_under_the_same_key_is_refused(
    session: Session, ada: int, text: str, based_on: int
) -> None:
    write(session, ada, "One.", key="k1")
    with pytest.raises(IdempotencyConflict, match="another text"):
        write(session, ada, text, based_on, key="k1")
    assert texts(session, ada) == ["One."]


def test_a_refusal_is_not_remembered(session: Session, ada: int) -> None:
    with pytest.raises(NotOpen):
        write(session, ada, "One.", now=OPENS - SECOND, key="k1")
    assert isinstance(write(session, ada, "One.", now=OPENS, key="k1"), Saved)


@pytest.mark.parametrize("key", ["", "with space", "x" * 201])
def test_a_malformed_key_is_refused(session: Session, ada: int, key: str) -> None:
    with pytest.raises(InvalidRequest, match="idempotency key"):
        write(session, ada, "One.", key=key)


def test_saves_at_the_same_moment_are_all_kept_under_numbers_of_their_own(engine: Engine) -> None:
    with transaction(engine) as session:
        open_course(session)
        ada = add_student(session)
    waiting = [f"text {number}" for number in range(8)]

    def act() -> Saved | Waiting:
        with transaction(engine) as session:
            return write(session, ada, waiting.pop())

    outcomes = at_once(8, act)
    numbers = [each.version.number for each in outcomes if isinstance(each, Saved) and each.version]
    assert sorted(numbers) == list(range(1, 9))
    with transaction(engine) as session:
        assert sorted(texts(session, ada)) == [f"text {number}" for number in range(8)]


def test_one_key_sent_many_times_at_once_stores_one_version(engine: Engine) -> None:
    with transaction(engine) as session:
        open_course(session)
        ada = add_student(session)

    def act() -> Saved | Waiting:
        with transaction(engine) as session:
            return write(session, ada, "One.", key="k1")

    outcomes = at_once(8, act)
    assert all(each == outcomes[0] for each in outcomes)
    with transaction(engine) as session:
        assert texts(session, ada) == ["One."]
