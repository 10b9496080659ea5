"""Moves of an assignment from one policy to another: planned, applied, undone."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from grader.db.models.base import Base


class RescorePlan(Base):
    """What a move to another policy would change, as it was shown; ``sha256`` names exactly this plan."""

    __tablename__ = "rescore_plans"

    id: Mapped[int] = mapped_column(primary_key=True)
    assignment: Mapped[str]
    from_policy_id: Mapped[int] = mapped_column(ForeignKey("policies.id", ondelete="RESTRICT"))
    to_policy_id: Mapped[int] = mapped_column(ForeignKey("policies.id", ondelete="RESTRICT"))
    content: Mapped[dict[str, Any]]
    sha256: Mapped[str]
    created_at: Mapped[datetime]


class RescoreRun(Base):
    """A recorded move of an assignment's pointer: an applied plan, or the undoing of an earlier run.

    ``content`` is what it changed at that moment. It can differ from what its plan said, since answers
    go on coming.
    """

    __tablename__ = "rescore_runs"

    id: Mapped[int] = mapped_column(primary_key=True)
    plan_id: Mapped[int] = mapped_column(ForeignKey("rescore_plans.id", ondelete="RESTRICT"))
    undoes_id: Mapped[int | None] = mapped_column(
        ForeignKey("rescore_runs.id", ondelete="RESTRICT"), unique=True
    )
    content: Mapped[dict[str, Any]]
    reason: Mapped[str]
    actor: Mapped[str]
    created_at: Mapped[datetime]
