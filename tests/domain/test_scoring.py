from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.domain.deadlines import late_days_needed
from grader.domain.scoring import PartRecord, PartScore, PartState, score_assignment
from tests.support.values import DUE, POLICY

A, B, C = POLICY.points
DAY = timedelta(days=1)
UNTRIED, INCORRECT = PartState.UNTRIED, PartState.INCORRECT
CORRECT, TOO_LATE = PartState.CORRECT, PartState.TOO_LATE


def right(part: str, *, late: int = 0, attempts: int = 1) -> PartRecord:
    """Right at the middle of a late day, or a day before the due time."""
    return PartRecord(part, attempts, DUE + (late - 0.5) * DAY)


def wrong(part: str, attempts: int = 1) -> PartRecord:
    return PartRecord(part, attempts, None)


def test_nothing_done_scores_nothing() -> None:
    score = score_assignment(POLICY, [])
    assert (score.points, score.possible, score.late_days, score.correct) == (0, 10, 0, 0)
    assert [part.state for part in score.parts] == [UNTRIED] * 3


def test_each_part_says_what_it_got_and_why_in_the_order_of_the_policy() -> None:
    score = score_assignment(POLICY, [right(C, late=1), wrong(B, 7)])
    assert score.parts == (
        PartScore(A, UNTRIED, Decimal(0), Decimal(5), attempts=0, late_days=0),
        PartScore(B, INCORRECT, Decimal(0), Decimal(3), attempts=7, late_days=0),
        PartScore(C, CORRECT, Decimal(2), Decimal(2), attempts=1, late_days=1),
    )
    assert (score.points, score.late_days, score.correct) == (2, 1, 1)


def test_a_part_of_the_score_is_found_by_its_slug() -> None:
    score = score_assignment(POLICY, [right(B)])
    assert score.part(B) is score.parts[1]


def test_a_part_that_the_policy_does_not_know_yet_is_untried_and_worth_nothing() -> None:
    score = score_assignment(POLICY, [right("set/new/a")])
    assert score.part("set/new/a") == PartScore(
        "set/new/a", UNTRIED, Decimal(0), Decimal(0), attempts=0, late_days=0
    )
    assert score.possible == 10


def test_points_are_added_exactly() -> None:
    policy = replace(POLICY, points={A: Decimal("0.1"), B: Decimal("0.2")})
    assert score_assignment(policy, [right(A), right(B)]).points == Decimal("0.3")


@pytest.mark.parametrize(
    ("late", "left", "spent", "points"),
    [
        # In time: no day is spent, whatever is left.
        ((0, 0, 0), 4, 0, 10),
        ((0, 0, 0), 0, 0, 10),
        # Each day is spent that buys points, and no more.
        ((1, 0, 0), 4, 1, 10),
        ((2, 0, 0), 4, 2, 10),
        ((1, 2, 0), 4, 2, 10),
        # Three days are more than this assignment takes; the days for the others stay worthwhile.
        ((3, 0, 0), 4, 0, 5),
        ((3, 1, 0), 4, 1, 5),
        ((3, 3, 3), 4, 0, 0),
        # The budget is used up, or nearly.
        ((2, 1, 0), 1, 1, 5),
        ((2, 0, 0), 1, 0, 5),
        ((1, 1, 1), 0, 0, 0),
        ((1, 1, 1), -1, 0, 0),
        ((0, 0, 1), -1, 0, 8),
    ],
)
def test_the_fewest_late_days_are_spent_that_give_the_best_score(
    late: tuple[int, int, int], left: int, spent: int, points: int
) -> None:
    records = [right(part, late=days) for part, days in zip((A, B, C), late, strict=True)]
    score = score_assignment(POLICY, records, late_days_left=left)
    assert (score.late_days, score.points) == (spent, points)
    states = [CORRECT if days <= spent else TOO_LATE for days in late]
    assert [part.state for part in score.parts] == states
    assert [part.late_days for part in score.parts] == list(late)


def test_without_a_budget_told_the_term_s_whole_budget_is_there() -> None:
    policy = replace(POLICY, max_late_days=9, late_days=4)
    assert score_assignment(policy, [right(A, late=4)]).points == 5
    assert score_assignment(policy, [right(A, late=5)]).points == 0


def test_no_late_day_is_spent_on_a_part_that_gives_no_points() -> None:
    policy = replace(POLICY, points={A: Decimal(5), B: Decimal(0)})
    score = score_assignment(policy, [right(A), right(B, late=1)])
    assert (score.late_days, score.points, score.part(B).state) == (0, 5, TOO_LATE)


def test_no_late_day_is_spent_on_a_part_that_the_policy_does_not_know() -> None:
    score = score_assignment(POLICY, [right("set/gone/a", late=1), right(A)])
    assert (score.late_days, score.points, len(score.parts)) == (0, 5, 3)


def test_a_part_without_points_counts_as_correct_in_time() -> None:
    policy = replace(POLICY, points={B: Decimal(0)})
    score = score_assignment(policy, [right(B)])
    assert (score.points, score.possible, score.correct) == (0, 0, 1)


def test_a_record_without_an_attempt_is_untried() -> None:
    assert score_assignment(POLICY, [wrong(A, 0)]).part(A).state is UNTRIED


def test_without_a_due_time_nothing_is_too_late() -> None:
    score = score_assignment(replace(POLICY, due=None), [right(A, late=400)], late_days_left=0)
    assert (score.points, score.late_days) == (5, 0)


MOMENTS = st.datetimes(
    (DUE - 2 * DAY).replace(tzinfo=None), (DUE + 6 * DAY).replace(tzinfo=None)
).map(lambda moment: moment.replace(tzinfo=DUE.tzinfo))
RECORDS = st.dictionaries(st.sampled_from([A, B, C]), st.none() | MOMENTS)
BUDGETS = st.integers(0, 5)


def records_of(moments: Mapping[str, datetime | None]) -> list[PartRecord]:
    return [PartRecord(part, 2, moment) for part, moment in moments.items()]


@given(RECORDS, BUDGETS, st.integers(0, 5))
def test_no_other_number_of_late_days_gives_a_better_score(
    moments: dict[str, datetime | None], left: int, most: int
) -> None:
    policy = replace(POLICY, max_late_days=most)

    def points(days: int) -> Decimal:
        counted = [
            policy.points[part]
            for part, moment in moments.items()
            if moment and late_days_needed(policy, moment) <= days
        ]
        return sum(counted, Decimal(0))

    choices = [(-points(days), days) for days in range(min(most, left) + 1)]
    best, fewest = min(choices)
    score = score_assignment(policy, records_of(moments), late_days_left=left)
    assert (score.points, score.late_days) == (-best, fewest)


@given(RECORDS, BUDGETS)
def test_a_score_lies_between_zero_and_the_possible(
    moments: dict[str, datetime | None], left: int
) -> None:
    score = score_assignment(POLICY, records_of(moments), late_days_left=left)
    assert 0 <= score.points <= score.possible == 10
    assert score.points == sum(part.points for part in score.parts)
    assert 0 <= score.late_days <= min(left, POLICY.max_late_days)


@given(RECORDS, RECORDS, BUDGETS)
def test_more_work_never_lowers_a_score(
    before: dict[str, datetime | None], more: dict[str, datetime | None], left: int
) -> None:
    def first(part: str) -> datetime | None:
        moments = [moment for moment in (before.get(part), more.get(part)) if moment]
        return min(moments, default=None)

    after = {part: first(part) for part in before | more}
    scores = [
        score_assignment(POLICY, records_of(moments), late_days_left=left).points
        for moments in (before, after)
    ]
    assert scores == sorted(scores)


@pytest.mark.parametrize(
    ("late", "left", "percent", "spent", "points"),
    [
        # The days that are left go as far as they can, and the rest is taken off: 5, 3 and 2 points.
        ((3, 0, 0), 4, 10, 2, "9.5"),
        ((3, 0, 0), 0, 10, 0, "8.5"),
        ((1, 1, 1), 0, 10, 0, "9"),
        ((4, 0, 0), 4, 50, 0, "5"),
        ((4, 1, 0), 4, 50, 1, "5"),
        ((3, 0, 0), 4, 50, 2, "7.5"),
        ((1, 0, 0), 0, 33, 0, "8.35"),
    ],
)
def test_beyond_the_late_days_points_are_taken_off_exactly(
    *, late: tuple[int, int, int], left: int, percent: int, spent: int, points: str
) -> None:
    policy = replace(POLICY, penalty_percent=percent)
    records = [right(part, late=days) for part, days in zip((A, B, C), late, strict=True)]
    score = score_assignment(policy, records, late_days_left=left)
    assert (score.late_days, score.points) == (spent, Decimal(points))


def test_a_part_says_how_much_of_its_points_is_left() -> None:
    score = score_assignment(replace(POLICY, penalty_percent=10), [right(A, late=3)])
    part = score.part(A)
    assert (part.state, part.percent, part.points, part.possible) == (CORRECT, 90, 4.5, 5)


def test_work_after_the_close_gives_nothing_and_spends_nothing() -> None:
    policy = replace(POLICY, closes=DUE + timedelta(hours=1))
    score = score_assignment(policy, [right(A, late=1), right(B)])
    assert (score.points, score.late_days, score.part(A).state) == (3, 0, TOO_LATE)


def test_within_the_grace_nothing_is_spent() -> None:
    policy = replace(POLICY, grace_seconds=13 * 60 * 60)
    assert score_assignment(policy, [right(A, late=1)]).late_days == 0
    assert score_assignment(policy, [right(A, late=2)]).late_days == 1


@pytest.mark.parametrize(
    ("record", "tries"),
    [
        (PartRecord(A, 5, DUE - DAY, 3), 3),
        (PartRecord(A, 5, DUE - DAY, 5), 5),
        (PartRecord(A, 5, DUE + 99 * DAY, 2), 2),
        (PartRecord(A, 5, None), 5),
        (PartRecord(A, 0, None), 0),
    ],
)
def test_a_part_took_the_attempts_up_to_the_first_right_one(record: PartRecord, tries: int) -> None:
    score = score_assignment(POLICY, [record]).part(A)
    assert (score.tries, score.attempts) == (tries, record.attempts)
