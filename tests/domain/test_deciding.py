"""What staff decide about a part stands in place of what the answers give."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from grader.domain.decisions import Decision, DecisionKind
from grader.domain.offers import Standing, offer
from grader.domain.scoring import PartRecord, PartState, score_assignment
from tests.support.values import DUE, POLICY

A, B, C = POLICY.points
DAY = timedelta(days=1)
IN_TIME, LATE = DUE - DAY, DUE + DAY / 2


def given(points: str, about: str = A) -> Decision:
    return Decision(
        about, 1, DecisionKind.POINTS, Decimal(points), "A typing slip.", "tia", IN_TIME
    )


def excused(about: str = A) -> Decision:
    return Decision(about, 1, DecisionKind.EXCUSED, None, "Ill.", "tia", IN_TIME)


@pytest.mark.parametrize(
    ("record", "points", "automatic", "state"),
    [
        (None, "3", 0, PartState.UNTRIED),
        (PartRecord(A, 2, None), "3", 0, PartState.INCORRECT),
        (PartRecord(A, 2, IN_TIME), "3", 5, PartState.CORRECT),
        (PartRecord(A, 2, IN_TIME), "0", 5, PartState.CORRECT),
        (PartRecord(A, 2, DUE + 9 * DAY), "2.5", 0, PartState.TOO_LATE),
    ],
)
def test_given_points_count_and_what_the_answers_would_give_is_kept_beside_them(
    record: PartRecord | None, points: str, automatic: int, state: PartState
) -> None:
    decision = given(points)
    score = score_assignment(POLICY, [record] if record else [], decisions={A: decision})
    part = score.part(A)
    assert (part.points, part.automatic, part.state) == (Decimal(points), automatic, state)
    assert (part.possible, part.decision) == (5, decision)
    assert (score.points, score.possible) == (Decimal(points), 10)
    assert score.decided == (part,)
    assert not score.excused


@pytest.mark.parametrize("record", [None, PartRecord(A, 2, None), PartRecord(A, 2, IN_TIME)])
def test_an_excused_part_counts_neither_for_nor_against(record: PartRecord | None) -> None:
    records = [*([record] if record else []), PartRecord(B, 1, IN_TIME)]
    score = score_assignment(POLICY, records, decisions={A: excused()})
    part = score.part(A)
    assert (part.state, part.points, part.possible) == (PartState.EXCUSED, 0, 0)
    assert part.automatic == (5 if record and record.first_correct_at else 0)
    assert (score.points, score.possible, score.correct) == (3, 5, 1)
    assert not score.excused


def test_who_is_excused_from_the_whole_is_excused_from_each_part_whatever_else_was_decided() -> (
    None
):
    decisions = {"set": excused("set"), A: given("4")}
    score = score_assignment(POLICY, [PartRecord(B, 1, LATE)], decisions=decisions)
    assert [part.state for part in score.parts] == [PartState.EXCUSED] * 3
    assert (score.points, score.possible, score.late_days, score.excused) == (0, 0, 0, True)


def test_a_decision_about_another_assignment_or_part_changes_nothing() -> None:
    plain = score_assignment(POLICY, [PartRecord(A, 1, IN_TIME)])
    decisions = {"other": excused("other"), "set/gone/a": given("1", "set/gone/a")}
    assert score_assignment(POLICY, [PartRecord(A, 1, IN_TIME)], decisions=decisions) == plain
    assert not score_assignment(replace(POLICY, points={}), []).excused


@pytest.mark.parametrize("decision", [given("5"), given("0"), excused()])
def test_a_decided_part_spends_no_late_day_and_others_spend_theirs(decision: Decision) -> None:
    records = [PartRecord(A, 1, LATE + DAY), PartRecord(B, 1, LATE)]
    score = score_assignment(POLICY, records, decisions={A: decision})
    assert (score.late_days, score.part(A).late_days, score.part(B).points) == (1, 0, 3)
    assert score_assignment(POLICY, records[:1], decisions={A: decision}).late_days == 0


@pytest.mark.parametrize("decision", [given("2"), excused()])
def test_no_answer_to_a_decided_part_is_said_to_raise_the_score(decision: Decision) -> None:
    standing = Standing(POLICY, {}, 4, decisions={A: decision})
    assert not offer(standing, LATE, parts=[A]).useful
    assert offer(standing, LATE, parts=[B]).late_days == 1
    assert standing.score.points == (decision.points or 0)


def test_what_is_decided_elsewhere_stays_decided_while_another_part_is_weighed() -> None:
    records = {A: PartRecord(A, 1, LATE + DAY)}
    standing = Standing(POLICY, records, 4, decisions={A: given("5")})
    # Part A alone would have taken two late days; decided, it takes none, so B's first is the first.
    assert (offer(standing, LATE, parts=[B]).spent, offer(standing, LATE, parts=[B]).late_days) == (
        0,
        1,
    )


def test_only_an_excuse_excuses() -> None:
    assert (excused().excuses, given("0").excuses) == (True, False)


def test_points_that_later_rules_leave_no_room_for_count_up_to_the_part_s() -> None:
    later = replace(POLICY, points={**POLICY.points, A: Decimal(2)})
    score = score_assignment(later, [], decisions={A: given("5")})
    assert (score.part(A).points, score.points, score.possible) == (2, 2, 7)
