import pytest
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from grader.db.session import reading, transaction
from grader.domain.ledger import Act
from grader.domain.ledger_heads import Head
from grader.services.ledger.ledger import head, verify
from grader.services.ledger.pages import LedgerPage, Wanted, actors, ledger_page
from tests.support.classroom import add_student
from tests.support.ledgers import act, tamper
from tests.support.statements import statements

ALL = Wanted()


def numbers(page: LedgerPage) -> tuple[list[int], bool, bool]:
    return [each.number for each in page.entries], page.newer, page.older


@pytest.fixture
def seven(session: Session) -> Session:
    ada = add_student(session)
    for number in range(1, 8):
        act(
            session,
            what=Act.MARK if number % 2 else Act.OVERRIDE,
            actor="ina" if number > 5 else "tia",
            person=ada if number in {2, 3} else None,
        )
    return session


@pytest.mark.parametrize(
    ("before", "after", "found"),
    [
        (None, None, ([7, 6, 5], False, True)),
        (5, None, ([4, 3, 2], True, True)),
        (4, None, ([3, 2, 1], True, False)),
        (2, None, ([1], True, False)),
        (1, None, ([], True, False)),
        (8, None, ([7, 6, 5], False, True)),
        (None, 0, ([3, 2, 1], True, False)),
        (None, 3, ([6, 5, 4], True, True)),
        (None, 4, ([7, 6, 5], False, True)),
        (None, 7, ([], False, True)),
    ],
)
def test_a_page_tells_whether_there_is_more_on_either_side(
    seven: Session, before: int | None, after: int | None, found: tuple[list[int], bool, bool]
) -> None:
    page = ledger_page(seven, wanted=ALL, size=3, before=before, after=after)
    assert numbers(page) == found


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        (Wanted(act="mark"), [7, 5, 3, 1]),
        (Wanted(actor="ina"), [7, 6]),
        (Wanted(login=" ADA "), [3, 2]),
        (Wanted(act="mark", actor="tia", login="ada"), [3]),
        (Wanted(act="regrade"), []),
        (Wanted(actor="a\0b"), []),
        (Wanted(login="\ud800"), []),
    ],
)
def test_acts_are_filtered_by_what_by_whom_and_about_whom(
    seven: Session, wanted: Wanted, found: list[int]
) -> None:
    page = ledger_page(seven, wanted=wanted, size=10)
    assert numbers(page) == (found, False, False)


def test_a_filter_counts_for_what_lies_on_either_side_too(seven: Session) -> None:
    page = ledger_page(seven, wanted=Wanted(actor="ina"), size=1, before=7)
    assert numbers(page) == ([6], True, False)
    page = ledger_page(seven, wanted=Wanted(act="override"), size=2, after=1)
    assert numbers(page) == ([4, 2], True, False)


def test_everybody_who_did_something_is_named_once(seven: Session) -> None:
    assert actors(seven) == ["ina", "tia"]


def test_a_longer_ledger_takes_no_more_statements(engine: Engine) -> None:
    counts = []
    for _ in range(2):
        with transaction(engine) as session:
            for _ in range(10):
                act(session)
        with statements(engine) as sent, reading(engine) as session:
            ledger_page(session, wanted=ALL, size=3, before=5)
        counts.append(len(sent))
    assert counts[0] == counts[1]


def test_a_noted_head_proves_that_nothing_up_to_it_was_rewritten(engine: Engine) -> None:
    with transaction(engine) as session:
        for _ in range(3):
            act(session)
        number, sha256 = head(session)
        assert sha256 is not None
        noted = Head(number, sha256)
        act(session)
    with reading(engine) as session:
        assert verify(session, noted=noted).faults == ()
    tamper(engine, "DELETE FROM ledger_bodies WHERE number >= 3")
    tamper(engine, "DELETE FROM ledger WHERE number >= 3")
    with reading(engine) as session:
        assert verify(session).faults == ()  # The chain alone can't tell.
        ((number, fault),) = verify(session, noted=noted).faults
    assert (number, "cut off" in fault) == (3, True)
    with transaction(engine) as session:
        act(session, reason="Another story.")
        ((number, fault),) = verify(session, noted=noted).faults
    assert (number, "rewritten" in fault) == (3, True)
