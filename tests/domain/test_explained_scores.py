"""Marks of explanations count in a score once students may see them."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from grader.domain.decisions import Decision, DecisionKind
from grader.domain.offers import Standing
from grader.domain.scoring import ExplanationShare, PartRecord, score_assignment
from tests.support.values import DUE, POLICY

A, B, C = POLICY.points
SUM, LAST = "set/sum", "set/last"
WITH_POINTS = replace(POLICY, explanation_points=Decimal(4))
RIGHT = [PartRecord(A, 1, DUE - timedelta(days=1))]


def test_before_marks_are_shown_they_count_neither_for_nor_against() -> None:
    score = score_assignment(WITH_POINTS, RIGHT)
    assert (score.points, score.possible, score.explanations) == (5, 10, ())


def test_once_they_are_shown_each_problem_has_its_share() -> None:
    score = score_assignment(WITH_POINTS, RIGHT, explained={LAST: Decimal("2.5")})
    assert score.explanations == (
        ExplanationShare(SUM, None, Decimal(4)),
        ExplanationShare(LAST, Decimal("2.5"), Decimal(4)),
    )
    assert (score.points, score.possible) == (Decimal("7.5"), 18)
    assert score.explained == Decimal("2.5")
    assert score.correct == 1


def test_where_explanations_give_no_points_marks_change_nothing() -> None:
    assert score_assignment(POLICY, RIGHT, explained={LAST: Decimal(0)}) == score_assignment(
        POLICY, RIGHT
    )


def test_who_is_excused_from_all_is_excused_from_explaining() -> None:
    excuse = Decision("set", 1, DecisionKind.EXCUSED, None, "Ill.", "tia", DUE)
    score = score_assignment(
        WITH_POINTS, RIGHT, decisions={"set": excuse}, explained={SUM: Decimal(4)}
    )
    assert (score.points, score.possible, score.explanations) == (0, 0, ())


@pytest.mark.parametrize("explained", [None, {}, {SUM: Decimal(3)}])
def test_marks_do_not_change_how_late_days_are_spent(explained: dict[str, Decimal] | None) -> None:
    late = [PartRecord(A, 1, DUE + timedelta(hours=1))]
    standing = Standing(WITH_POINTS, {A: late[0]}, 4, explained=explained)
    assert standing.score.late_days == 1
    assert standing.score.points == 5 + sum((explained or {}).values())
