"""What staff decided about one student's score."""

from datetime import datetime
from decimal import Decimal

from sqlalchemy import CheckConstraint, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from grader.db.models.base import Base


class Override(Base):
    """A staff member's score for a student, in place of the automatic one; the newest of its kind holds.

    ``about`` is a part's slug, or an assignment's where the whole is excused; ``points`` are given where
    ``kind`` says so. ``number`` counts those of the student about the same thing.
    """

    __tablename__ = "overrides"
    __table_args__ = (
        UniqueConstraint("person_id", "about", "number"),
        CheckConstraint("kind IN ('points', 'excused', 'withdrawn')", name="kind"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id", ondelete="RESTRICT"))
    about: Mapped[str]
    number: Mapped[int]
    kind: Mapped[str]
    points: Mapped[Decimal | None]
    reason: Mapped[str]
    actor: Mapped[str]
    created_at: Mapped[datetime]


class LateDayCorrection(Base):
    """Late days given to a student's budget of the term, or (below zero) taken from it."""

    __tablename__ = "late_day_corrections"
    __table_args__ = (UniqueConstraint("person_id", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id", ondelete="RESTRICT"))
    number: Mapped[int]
    days: Mapped[int]
    reason: Mapped[str]
    actor: Mapped[str]
    created_at: Mapped[datetime]
