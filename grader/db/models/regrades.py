"""Moves from one key to another: planned, applied, undone."""

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from grader.db.models.base import Base


class RegradePlan(Base):
    """What a move to another key would change, as it was shown; ``sha256`` names exactly this plan.

    ``scope`` and ``rule`` say which submissions move and which keep their grade by a hold.
    """

    __tablename__ = "regrade_plans"

    id: Mapped[int] = mapped_column(primary_key=True)
    problem: Mapped[str]
    from_key_id: Mapped[int] = mapped_column(ForeignKey("answer_keys.id", ondelete="RESTRICT"))
    to_key_id: Mapped[int] = mapped_column(ForeignKey("answer_keys.id", ondelete="RESTRICT"))
    scope: Mapped[dict[str, Any]]
    rule: Mapped[str]
    content: Mapped[dict[str, Any]]
    sha256: Mapped[str]
    created_at: Mapped[datetime]


class RegradeRun(Base):
    """A recorded move of a problem's pointer: an applied plan, or the undoing of an earlier run."""

    __tablename__ = "regrade_runs"

    id: Mapped[int] = mapped_column(primary_key=True)
    plan_id: Mapped[int] = mapped_column(ForeignKey("regrade_plans.id", ondelete="RESTRICT"))
    undoes_id: Mapped[int | None] = mapped_column(
        ForeignKey("regrade_runs.id", ondelete="RESTRICT"), unique=True
    )
    reason: Mapped[str]
    actor: Mapped[str]
    graded: Mapped[int]
    created_at: Mapped[datetime]


class Hold(Base):
    """This submission's standing grade is the one under this key, until the run is undone."""

    __tablename__ = "holds"

    submission_id: Mapped[int] = mapped_column(
        ForeignKey("submissions.id", ondelete="RESTRICT"), primary_key=True
    )
    run_id: Mapped[int] = mapped_column(
        ForeignKey("regrade_runs.id", ondelete="RESTRICT"), primary_key=True, index=True
    )
    key_id: Mapped[int] = mapped_column(ForeignKey("answer_keys.id", ondelete="RESTRICT"))


class RegradeJob(Base):
    """An application or undoing of a regrade that is under way, or how it ended.

    The one table of regrades that is written over: it tells how far a run has come, and decides nothing.
    Only one job of a problem runs at a time. ``beat_at`` is when it last gave a sign of life,
    ``run_id`` what came of it.
    """

    __tablename__ = "regrade_jobs"
    __table_args__ = (
        CheckConstraint("state IN ('running', 'done', 'failed', 'cancelled')", name="state"),
        Index(
            "uq_regrade_jobs_problem",
            "problem",
            unique=True,
            sqlite_where=text("state = 'running'"),
            postgresql_where=text("state = 'running'"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    problem: Mapped[str]
    plan_id: Mapped[int] = mapped_column(ForeignKey("regrade_plans.id", ondelete="RESTRICT"))
    undoes_id: Mapped[int | None] = mapped_column(
        ForeignKey("regrade_runs.id", ondelete="RESTRICT")
    )
    run_id: Mapped[int | None] = mapped_column(ForeignKey("regrade_runs.id", ondelete="RESTRICT"))
    actor: Mapped[str]
    reason: Mapped[str]
    state: Mapped[str]
    done: Mapped[int]
    total: Mapped[int]
    message: Mapped[str]
    started_at: Mapped[datetime]
    beat_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
