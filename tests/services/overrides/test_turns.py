"""An import of overrides beside single decisions: neither waits for the other for ever."""

from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from threading import Barrier
from time import monotonic, sleep

import pytest
from sqlalchemy import Engine, text

from grader.db.collisions import ChangedMeanwhile
from grader.db.session import looking_up, reading, transaction
from grader.services.ledger.ledger import list_entries, verify
from grader.services.overrides.overriding import excuse, override
from grader.services.overrides.rows import take_turns
from tests.services.overrides.test_importing import BY, HEADER, A, B, a_class, apply, points
from tests.support.classroom import add_student
from tests.support.courses import COURSE
from tests.support.statements import statements

ROWS = f"{HEADER}ada,{A},1,first\nben,{A},2,second\n"
postgresql = pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
SOON = 10
WAITING = text("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted")


def wait_until_somebody_waits(engine: Engine) -> None:
    until = monotonic() + SOON
    with looking_up(engine) as connection:
        while not connection.execute(WAITING).scalar_one():
            assert monotonic() < until
            sleep(0.01)


def do_import(engine: Engine) -> str:
    try:
        with transaction(engine) as session:
            apply(session, ROWS)
    except ChangedMeanwhile:
        return "changed meanwhile"
    return "imported"


@postgresql
@pytest.mark.parametrize(
    ("about", "outcome"), [(A, "changed meanwhile"), (B, "imported")], ids=["same", "other"]
)
def test_who_holds_the_turn_of_a_later_row_gets_into_the_ledger_first(
    engine: Engine, about: str, outcome: str
) -> None:
    with transaction(engine) as session:
        ids = a_class(session)
    with ThreadPoolExecutor(1) as pool:
        with transaction(engine) as session:
            take_turns(session, [(ids["ben"], A)])
            done = pool.submit(do_import, engine)
            wait_until_somebody_waits(engine)
            # The import has come as far as Ben; if it held the ledger, this would never end.
            excuse(session, course=COURSE, login="ben", about=about, by=BY, seen=0)
        assert done.result(SOON) == outcome
    with reading(engine) as session:
        acts = [each.act for each in list_entries(session)]
        assert acts == (
            ["excused"]
            if outcome == "changed meanwhile"
            else ["import", "override", "override", "excused"]
        )
        assert verify(session).faults == ()


def test_imports_and_decisions_at_once_all_come_to_an_end(engine: Engine) -> None:
    with transaction(engine) as session:
        a_class(session)
    barrier = Barrier(5)

    def decide(login: str, amount: int) -> str:
        barrier.wait()
        with transaction(engine) as session:
            given = Decimal(amount)
            override(session, course=COURSE, login=login, about=A, points=given, by=BY, seen=None)
        return "decided"

    def bring() -> str:
        barrier.wait()
        return do_import(engine)

    with ThreadPoolExecutor(5) as pool:
        doing = [pool.submit(bring)]
        doing += [pool.submit(decide, login, n) for login in ("ben", "ada") for n in (3, 4)]
        outcomes = [each.result(SOON) for each in doing]
    assert outcomes[0] in {"imported", "changed meanwhile"}
    assert outcomes[1:] == ["decided"] * 4
    with reading(engine) as session:
        assert verify(session).faults == ()


def test_what_a_file_takes_grows_by_turns_alone(engine: Engine) -> None:
    with transaction(engine) as session:
        a_class(session)
        for number in range(40):
            add_student(session, f"s{number}")
    sent = []
    for count in (10, 40):
        rows = "".join(f"s{number},{A},{count / 10},x\n" for number in range(count))
        with statements(engine) as seen, transaction(engine) as session:
            apply(session, HEADER + rows)
        sent.append([each for each in seen if "pg_advisory_xact_lock" not in each])
    assert len(sent[1]) <= len(sent[0])
    with reading(engine) as session:
        assert points(session)["s39"] == 4
        assert verify(session).entries == 52
