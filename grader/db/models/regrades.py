"""Moves from one key to another: planned, applied, undone."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey
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
