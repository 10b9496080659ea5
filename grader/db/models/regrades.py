"""Moves from one key to another: planned, applied, undone."""

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from grader.db.models.base import Base


class RegradePlan(Base):
    """What a move to another key would change, as it was shown; ``sha256`` names exactly this plan.

    ``scope`` and ``rule`` say which submissions move and which keep their grade by a hold. ``content`` names
    every student concerned, and is read only where it is asked for.
    """

    __tablename__ = "regrade_plans"

    id: Mapped[int] = mapped_column(primary_key=True)
    problem: Mapped[str]
    from_key_id: Mapped[int] = mapped_column(ForeignKey("answer_keys.id", ondelete="RESTRICT"))
    to_key_id: Mapped[int] = mapped_column(ForeignKey("answer_keys.id", ondelete="RESTRICT"))
    scope: Mapped[dict[str, Any]]
    rule: Mapped[str]
    content: Mapped[dict[str, Any]] = mapped_column(deferred=True)
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
    """This submission's standing grade is the one under this key, from the plan's run until that is undone.

    It is written while the plan is being applied.
    """

    __tablename__ = "holds"

    submission_id: Mapped[int] = mapped_column(
        ForeignKey("submissions.id", ondelete="RESTRICT"), primary_key=True
    )
    plan_id: Mapped[int] = mapped_column(
        ForeignKey("regrade_plans.id", ondelete="RESTRICT"), primary_key=True, index=True
    )
    key_id: Mapped[int] = mapped_column(ForeignKey("answer_keys.id", ondelete="RESTRICT"))


class RegradeJob(Base):
    """An application or undoing of a regrade that is under way, or how it ended.

    With its ranges the one thing of regrades that is written over: it tells how far a run has come, and
    decides nothing. Only one job of a problem runs at a time. ``done`` of ``total`` answers are seen to,
    ``beat_at`` is when it last gave a sign of life, ``run_id`` what came of it.
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


class RegradeRange(Base):
    """A piece of a job's work: the answers to its problem from one submission to another, both included.

    Whoever grades them locks it meanwhile; ``graded`` says how many grades that added, once it is done.
    """

    __tablename__ = "regrade_ranges"

    job_id: Mapped[int] = mapped_column(
        ForeignKey("regrade_jobs.id", ondelete="RESTRICT"), primary_key=True
    )
    last: Mapped[int] = mapped_column(primary_key=True)
    first: Mapped[int]
    answers: Mapped[int]
    graded: Mapped[int | None]
