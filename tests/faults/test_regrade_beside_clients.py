"""T8: while eight clients submit through a real server, regrades are applied and undone, and nothing is lost.

How long a submission takes meanwhile is a matter of ``./run bench``.
"""

import http.client
import json
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from functools import partial
from pathlib import Path

import pytest
from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session

from grader.db import queries
from grader.db.models import ActiveKey, GradeRow, Hold, LedgerLink, Override, RegradeRun, Submission
from grader.db.session import reading, transaction
from grader.domain.decisions import Decider
from grader.domain.regrade_scope import EVERYTHING, Rule, Scope
from grader.services.keys.drafts import Author, accept_value
from grader.services.ledger.ledger import verify
from grader.services.overrides.overriding import override
from grader.services.regrades import moves, ranges, regrading, running, steps
from grader.services.regrades.jobs import start_apply, start_undo
from grader.services.regrades.rechecking import differing, without_grade
from grader.services.regrades.running import begin_job, run_job
from tests.support.school import School, open_school
from tests.support.served_course import enrol
from tests.support.servers import Server

PROBLEM, A, B = "pset7/ancestry", "pset7/ancestry/a", "pset7/ancestry/b"
CLIENTS, STUDENTS = 8, 15
ODD = "0.123456"
GIVEN = (ODD, "0.5", "RIGHT", "0.75")

pytestmark = pytest.mark.load


@pytest.fixture
def school(database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[School]:
    """A course with an override, and a key that accepts an odd value too."""
    monkeypatch.setattr(ranges, "ANSWERS_AT_ONCE", 50)
    monkeypatch.setattr(ranges, "FEW_AT_ONCE", 20)
    monkeypatch.setattr(steps, "MUCH", 1)
    monkeypatch.setattr(running, "WORTH_HELP", 1)
    if database_url.startswith("postgresql"):
        # There a second hand rests while students send; here it works beside them.
        monkeypatch.setattr(ranges, "BUSY", timedelta(seconds=-1))
    opened = open_school(database_url, tmp_path / "instance")
    now = datetime.now(UTC)
    with transaction(opened.engine) as session:
        by = Decider("ina", None, "ill", now)
        override(
            session,
            course=opened.catalog.course,
            login="ada",
            about=A,
            points=Decimal(1),
            by=by,
            seen=None,
        )
        opened_by = Author("tia", "many gave it")
        accept_value(session, part=A, value=Decimal(ODD), author=opened_by, now=now)
    yield opened
    opened.close()


def submit_all(port: int, mine: list[str], right: str) -> list[tuple[int, str, str]]:
    """Send each of the answers of some students; gives what was acknowledged: id, typed text, verdict."""
    acknowledged = []
    answers = [(given, token, part) for given in GIVEN for token in mine for part in (A, B)]
    with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=60)) as connection:
        for given, token, part in answers:
            text = right if given == "RIGHT" and part == A else given.replace("RIGHT", "0.25")
            headers = {"Content-Type": "application/json", "Authorization": f"Bearer {token}"}
            body = json.dumps({"part": part, "answer": text})
            connection.request("POST", "/api/v1/submissions", body, headers)
            reply = connection.getresponse()
            document = json.loads(reply.read())
            assert reply.status == http.client.CREATED, document
            acknowledged.append((document["id"], text, document["verdict"]))
    return acknowledged


def regrade(
    school: School,
    scope: Scope = EVERYTHING,
    rule: Rule = Rule.ANY_CHANGE,
    told: Callable[[int], None] = lambda _done: None,
) -> int:
    """Plan and apply; answers come in meanwhile."""
    engine, now, problem = school.engine, datetime.now(UTC), school.catalog.course.problem(PROBLEM)
    assert problem is not None
    course = school.catalog.course
    with reading(engine) as session:
        made = regrading.work_out(session, course=course, problem=problem, scope=scope, rule=rule)
    with transaction(engine) as session:
        number = regrading.store_plan(session, made=made, now=now).id
    start = partial(start_apply, plan_id=number, reason="r", actor="tia", now=now)
    return drive(engine, start, told)


def undo(school: School, run: int) -> int:
    """Undo a run."""
    now = datetime.now(UTC)
    return drive(school.engine, partial(start_undo, run_id=run, reason="r", actor="tia", now=now))


def drive(
    engine: Engine,
    start: partial,  # type: ignore[type-arg]
    told: Callable[[int], None] = lambda _done: None,
) -> int:
    """Carry out a job as the command line does."""
    job, _total = begin_job(lambda: transaction(engine), start=start, now=datetime.now(UTC))
    return run_job(
        lambda: transaction(engine), job_id=job, clock=lambda: datetime.now(UTC), told=told
    )


def test_beside_eight_clients_every_answer_has_one_grade_under_the_active_key_and_none_is_lost(
    school: School, tmp_path: Path
) -> None:
    given = [each.token for each in enrol(school, CLIENTS * STUDENTS)]
    right, cycles = school.expected(A), 0
    environment = {
        "GRADER_ENV": "development",
        "GRADER_DATABASE_URL": school.engine.url.render_as_string(hide_password=False),
        "GRADER_INSTANCE_DIR": str(school.settings.instance_dir),
    }
    limits = [
        (EVERYTHING, Rule.ANY_CHANGE),
        (Scope(sections=("Mon",)), Rule.ANY_CHANGE),
        (EVERYTHING, Rule.NEVER_LOWER),
    ]
    with (
        Server(environment, tmp_path / "server.log") as server,
        ThreadPoolExecutor(CLIENTS) as pool,
    ):
        sending = [
            pool.submit(submit_all, server.port, given[n::CLIENTS], right) for n in range(CLIENTS)
        ]
        while not all(each.done() for each in sending) or cycles < len(limits):
            undo(school, regrade(school, *limits[cycles % len(limits)]))
            cycles += 1
        regrade(school)
        acknowledged = [each for client in sending for each in client.result()]
    assert len(acknowledged) == CLIENTS * STUDENTS * len(GIVEN) * 2
    check(school.engine, acknowledged, cycles)


def check(engine: Engine, acknowledged: list[tuple[int, str, str]], cycles: int) -> None:
    with reading(engine) as session:
        stored = session.execute(select(Submission.id, Submission.text)).all()
        texts = {row[0]: row[1] for row in stored}
        assert {number: text for number, text, _verdict in acknowledged} == texts
        standing = queries.graded(Submission.id, GradeRow.key_id, GradeRow.verdict)
        rows = session.execute(standing.where(Submission.problem == PROBLEM)).all()
        active = session.get_one(ActiveKey, PROBLEM).key_id
        assert ungraded(session) == []
        assert {key for _number, key, _verdict in rows} == {active}
        assert {verdict for number, _key, verdict in rows if texts[number] == ODD} == {
            "correct",
            "incorrect",
        }
        assert list(differing(session)) == []
        assert without_grade(session) == 0
        assert session.scalars(select(Override.points)).all() == [Decimal(1)]
        assert session.scalar(select(func.count()).select_from(RegradeRun)) == 2 * cycles + 1
        assert verify(session).faults == ()
        assert session.scalar(select(func.count()).select_from(LedgerLink))
        assert session.scalar(select(func.count()).select_from(Hold))


def ungraded(session: Session) -> list[int]:
    """The answers that do not have exactly one grade that stands."""
    graded = session.scalars(queries.graded(Submission.id))
    times = Counter(graded)
    return [number for number in session.scalars(select(Submission.id)) if times[number] != 1]


def test_a_switch_that_forgets_what_came_in_meanwhile_is_found(
    school: School, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(steps, "MUCH", 2)  # One that comes is left to the switch.
    came = iter(["0.25"])

    def meanwhile(_done: int) -> None:
        for text in came:
            assert school.submit(A, text, who="bob").status_code == http.client.CREATED

    school.submit(A, "0.5", who="bob")
    regrade(school, told=meanwhile)
    with reading(school.engine) as session:
        assert (school.stored(), ungraded(session)) == (2, [])
    came = iter(["0.125"])
    monkeypatch.setattr(moves, "grade_from", lambda *_, **__: 0)
    with transaction(school.engine) as session:
        author = Author("tia", "many gave it")
        accept_value(session, part=B, value=Decimal(ODD), author=author, now=datetime.now(UTC))
    regrade(school, told=meanwhile)
    with reading(school.engine) as session:
        assert (school.stored(), len(ungraded(session))) == (3, 1)
