"""T6 at the door: what the clock shows when an answer comes decides, and one that is set back breaks nothing.

The rules by themselves, days of 23 and 25 hours included, stand in ``tests/domain/test_deadlines.py`` and
``test_rulings.py``; dates that a change of clocks skips or repeats in ``tests/content/test_catalog.py``.
"""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from grader.db.session import reading, transaction
from grader.domain.policy import policy_of
from grader.services.proofs.receipt_audit import audit_receipts
from tests.support.classroom import add_policy
from tests.support.school import School

PART, HERE = "pset7/ancestry/a", "/pset7/ancestry"
DUE = datetime(2026, 11, 1, 9, 30, tzinfo=UTC)
"""Half past one in Los Angeles, the second time in that night."""
CLOSES = DUE + timedelta(days=3)
TICK = timedelta(microseconds=1)


@pytest.fixture
def dated(school: School) -> School:
    """The school, whose set is due and closes at these moments."""
    course = school.catalog.course
    assignment = course.assignment("pset7")
    assert assignment is not None
    with transaction(school.engine) as session:
        own = policy_of(course, assignment)
        add_policy(session, replace(own, opens=None, due=DUE, closes=CLOSES))
    return school


def set_clock(monkeypatch: pytest.MonkeyPatch, moment: datetime) -> None:
    for module in ("api.submissions", "student"):
        monkeypatch.setattr(f"grader.web.{module}.now", lambda: moment)


@pytest.mark.parametrize(
    ("moment", "late_seconds"),
    [
        (DUE - timedelta(hours=1), 0),  # The first half past one of that night.
        (DUE - TICK, 0),
        (DUE, 1),
        (DUE + TICK, 1),
        (CLOSES - TICK, 3 * 86400 - 1),
        (CLOSES, None),
        (CLOSES + TICK, None),
    ],
)
def test_an_answer_is_on_time_up_to_the_last_microsecond_and_taken_up_to_the_last_before_the_close(
    dated: School, monkeypatch: pytest.MonkeyPatch, moment: datetime, late_seconds: int | None
) -> None:
    page = dated.browser("bob")
    text = page.get(HERE).get_data(as_text=True)
    token = text.partition('name="csrf_token" value="')[2].partition('"')[0]
    set_clock(monkeypatch, moment)
    reply = dated.submit(PART, "0.5")
    form = {"csrf_token": token, "answer.a": "0.5", "key.a": "k", "check": "a"}
    pressed = page.post(HERE, data=form)
    assert reply.json is not None
    if late_seconds is None:
        assert (reply.status_code, reply.json["code"]) == (403, "closed")
        assert (pressed.status_code, dated.stored()) == (403, 0)
    else:
        assert (reply.status_code, reply.json["late_seconds"]) == (201, late_seconds)
        assert (pressed.status_code, dated.stored()) == (303, 2)


def test_a_clock_that_is_set_back_keeps_the_order_of_answers_and_breaks_no_chain(
    dated: School, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = list[dict[str, Any]]()
    for number, moment in enumerate((DUE + TICK, DUE - timedelta(hours=1), DUE - TICK, DUE)):
        set_clock(monkeypatch, moment)
        reply = dated.submit(PART, f"0.{number}1", key=f"k{number}")
        assert reply.status_code == 201
        told.append(reply.get_json())
    assert [each["attempt"] for each in told] == [1, 2, 3, 4]
    assert [each["late_seconds"] for each in told] == [1, 0, 0, 1]
    assert dated.submit(PART, "0.01", key="k0").json == told[0]
    listed = dated.get("/submissions").json
    assert listed is not None
    assert [each["attempt"] for each in listed["items"]] == [4, 3, 2, 1]
    with reading(dated.engine) as session:
        audited = audit_receipts(session, trusted=[dated.signer.public_key])
    assert (audited.receipts, audited.faults) == (4, ())
    assert dated.browser("ada").get(HERE).status_code == 200
