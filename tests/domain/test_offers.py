from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Any

import pytest

from grader.domain.deadlines import Ruling, Timing
from grader.domain.offers import Offer, Standing, offer, offers
from grader.domain.scoring import PartRecord, score_assignment
from tests.support.values import DUE, POLICY

A, B, C = POLICY.points
DAY, HOUR = timedelta(days=1), timedelta(hours=1)
ON_TIME, IN_GRACE, LATE, BEYOND, TOO_LATE, CLOSED = Timing


def stand(
    left: int = 4, *, right: Mapping[str, datetime] = MappingProxyType({}), **changes: Any
) -> Standing:
    """A student for whom these parts were right at these moments, and each other part wrong once."""
    moments = {part: right.get(part) for part in POLICY.points}
    records = {part: PartRecord(part, 1, at) for part, at in moments.items()}
    return Standing(replace(POLICY, **changes), records, left)


EARLY = DUE - HOUR
DAY_ONE, DAY_TWO, DAY_THREE = (DUE + days * DAY + HOUR for days in range(3))


@pytest.mark.parametrize(
    ("standing", "at", "expected"),
    [
        (stand(), EARLY, Offer(Ruling(ON_TIME, 0, 100), 0, 0, 4, useful=True)),
        (stand(), DAY_ONE, Offer(Ruling(LATE, 1, 100), 1, 0, 4, useful=True)),
        (stand(), DAY_TWO, Offer(Ruling(LATE, 2, 100), 2, 0, 4, useful=True)),
        (stand(), DAY_THREE, Offer(Ruling(TOO_LATE, 3, 0), 0, 0, 4, useful=True)),
        # Too few are left: for the second day, and for any.
        (stand(1), DAY_ONE, Offer(Ruling(LATE, 1, 100), 1, 0, 1, useful=True)),
        (stand(1), DAY_TWO, Offer(Ruling(TOO_LATE, 2, 0), 0, 0, 1, useful=True)),
        (stand(0), DAY_ONE, Offer(Ruling(TOO_LATE, 1, 0), 0, 0, 0, useful=True)),
        (stand(-1), DAY_ONE, Offer(Ruling(TOO_LATE, 1, 0), 0, 0, -1, useful=True)),
        # What was spent here before serves all parts of that day.
        (
            stand(right={A: DAY_ONE}),
            DAY_ONE,
            Offer(Ruling(LATE, 1, 100), 0, 1, 3, useful=True),
        ),
        (
            stand(right={A: DAY_ONE}),
            DAY_TWO,
            Offer(Ruling(LATE, 2, 100), 1, 1, 3, useful=True),
        ),
        # Nothing can be raised where all is right, late or not.
        (
            stand(right=dict.fromkeys(POLICY.points, EARLY)),
            DAY_ONE,
            Offer(Ruling(LATE, 1, 100), 0, 0, 4, useful=False),
        ),
        (
            stand(right={A: EARLY, B: DAY_ONE, C: DAY_THREE}),
            DAY_TWO,
            Offer(Ruling(LATE, 2, 100), 0, 1, 3, useful=False),
        ),
        # Beyond the late days, the days that are left soften the penalty.
        (
            stand(0, penalty_percent=10),
            DAY_ONE,
            Offer(Ruling(BEYOND, 1, 90), 0, 0, 0, useful=True),
        ),
        (
            stand(1, penalty_percent=10),
            DAY_THREE,
            Offer(Ruling(BEYOND, 3, 80), 1, 0, 1, useful=True),
        ),
        (
            stand(grace_seconds=7200),
            DAY_ONE,
            Offer(Ruling(IN_GRACE, 0, 100), 0, 0, 4, useful=True),
        ),
        (stand(closes=DUE), DAY_ONE, Offer(Ruling(CLOSED, 1, 0), 0, 0, 4, useful=True)),
    ],
)
def test_an_answer_costs_what_its_being_right_would_spend(
    standing: Standing, at: datetime, expected: Offer
) -> None:
    assert offer(standing, at) == expected


def test_only_the_parts_that_are_asked_about_decide_whether_it_is_useful() -> None:
    standing = stand(right={A: EARLY})
    assert not offer(standing, DAY_ONE, parts=[A]).useful
    assert offer(standing, DAY_ONE, parts=[A, B]).useful
    assert not offer(standing, DAY_ONE, parts=["set/new/a"]).useful


def test_a_part_without_a_record_is_one_that_was_not_tried() -> None:
    standing = Standing(POLICY, {}, 4)
    assert offer(standing, DAY_ONE) == Offer(Ruling(LATE, 1, 100), 1, 0, 4, useful=True)


@pytest.mark.parametrize("at", [EARLY, DAY_ONE, DAY_TWO, DAY_THREE])
@pytest.mark.parametrize("left", range(4))
def test_what_was_offered_is_what_a_right_answer_then_costs(at: datetime, left: int) -> None:
    standing = stand(left, right={A: DAY_ONE}, penalty_percent=30)
    told = offer(standing, at)
    then = replace(standing, records={**standing.records, B: PartRecord(B, 2, at)})
    assert then.score.late_days - standing.score.late_days == told.late_days
    assert then.score.part(B).percent == told.ruling.percent


def test_a_wrong_answer_costs_nothing_however_late() -> None:
    standing = stand(right={A: EARLY})
    after = {**standing.records, B: PartRecord(B, 9, None)}
    score = score_assignment(POLICY, after.values(), late_days_left=4)
    assert (score.late_days, score.points) == (standing.score.late_days, standing.score.points)


def test_the_offers_to_come_begin_now_and_turn_with_the_rules() -> None:
    standing = stand(1, closes=DUE + 5 * DAY)
    found = offers(standing, EARLY)
    assert [(at, each.ruling.timing) for at, each in found] == [
        (EARLY, ON_TIME),
        (DUE, LATE),
        (DUE + DAY, TOO_LATE),
        (DUE + 5 * DAY, CLOSED),
    ]
    assert [at for at, _ in offers(standing, DUE)] == [DUE, DUE + DAY, DUE + 5 * DAY]
    assert len(offers(standing, EARLY, most=2)) == 2
    assert not any(each.useful for _, each in offers(standing, EARLY, parts=iter([])))
